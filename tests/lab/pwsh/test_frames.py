"""What goes through the pipe of a process: its lines, and where a pipeline ends in them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.lab.pwsh import frames
from zdm_automate.lab.pwsh.fragments import HEAD, EndWatch, speak_old
from zdm_automate.lab.pwsh.frames import Frame

COMMAND = "0F5BE33B-1459-4674-81AF-DD1FE08C7660"


@given(st.binary(max_size=300), st.sampled_from([None, COMMAND]))
def test_data_comes_back_as_it_was(content: bytes, command: str | None) -> None:
    """One line, its bytes unchanged, for the shell or a command."""
    line = frames.data(command, content)

    assert frames.read(line) == Frame("Data", command, content)
    assert line.count(b"\n") == 1


@pytest.mark.parametrize("kind", ["DataAck", "CommandAck", "SignalAck", "CloseAck"])
def test_acknowledgements_are_read(kind: str) -> None:
    """As the process writes them: small letters, apostrophes."""
    assert frames.read(f"<{kind} PSGuid='{COMMAND.lower()}' />\r\n".encode()) == Frame(kind, COMMAND)


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"hello\n", b"<Data Stream='Default' PSGuid='x'>AA==</Data>\n", b"<Data PSGuid='" + b"0" * 36 + b"'>A</Data>"],
)
def test_what_is_no_frame_is_none(line: bytes) -> None:
    """A native program may print past PowerShell."""
    assert frames.read(line) is None


def message(kind: int, body: bytes) -> bytes:
    """A message of PSRP: destination, kind, two ids, body."""
    return (1).to_bytes(4, "little") + kind.to_bytes(4, "little") + bytes(32) + body


def state(number: int) -> bytes:
    """The message that a pipeline is in a state."""
    return message(0x00041006, b'\xef\xbb\xbf<Obj RefId="0"><MS><I32 N="PipelineState">%d</I32></MS></Obj>' % number)


def fragments(identity: int, whole: bytes, size: int) -> bytes:
    """A message in fragments of so many bytes."""
    parts = [whole[start : start + size] for start in range(0, len(whole), size)]
    last = len(parts) - 1
    return b"".join(
        HEAD.pack(identity, number, (number == 0) | (number == last) << 1, len(part)) + part
        for number, part in enumerate(parts)
    )


@given(size=st.integers(1, 200), cut=st.integers(1, 200), number=st.integers(0, 6))
def test_the_end_is_seen_however_it_is_cut(size: int, cut: int, number: int) -> None:
    """A message in any fragments, those in any pieces: seen once, with its last byte, and for final states only."""
    stream = fragments(1, message(0x00041004, b"<S>4</S>"), size) + fragments(2, state(number), size)
    watch = EndWatch()
    seen = [watch.feed(stream[start : start + cut]) for start in range(0, len(stream), cut)]

    assert seen == [False] * (len(seen) - 1) + [number in {3, 4, 5}]


def test_output_that_looks_like_the_end_is_not() -> None:
    """A script may print the very text."""
    watch = EndWatch()

    assert watch.feed(fragments(1, message(0x00041004, state(4)), 4000)) is False


def test_messages_side_by_side_are_told_apart() -> None:
    """Fragments of two objects in turn."""
    whole = state(4)
    first = HEAD.pack(1, 0, 1, 50) + whole[:50]
    between = fragments(2, message(0x00041004, b"x" * 90), 4000)
    watch = EndWatch()

    assert [watch.feed(one) for one in (first, between, HEAD.pack(1, 1, 2, len(whole) - 50) + whole[50:])] == [
        False,
        False,
        True,
    ]


def test_an_old_host_names_the_old_protocol() -> None:
    """One digit of the capability, so that the fragment keeps its length; nothing else is touched."""
    capability = b'<Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0</Version>'

    assert speak_old(capability) == capability.replace(b"2.3", b"2.1")
    assert speak_old(base64.b64encode(capability)) == base64.b64encode(capability)
