"""The journal: chained, on disk at boundaries, without secrets; altered and torn lines are found."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zdm_automate import journal_file
from zdm_automate.errors import JournalAlteredError, JournalUnwritableError
from zdm_automate.events import Entry, Observer
from zdm_automate.journal import GENESIS, Journal, read, sealed, verify
from zdm_automate.redaction import Redactor
from zdm_automate.secrets import MASK, Secret

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def clock() -> Callable[[], datetime]:
    ticks = iter(range(10_000))
    return lambda: NOON + timedelta(seconds=next(ticks))


def a_journal(
    path: Path, redactor: Redactor | None = None, observers: Iterable[Observer] = (), project: str = "Example"
) -> Journal:
    return Journal(path, run="p1", project=project, service_request="SR-1", now=clock(), redactor=redactor, observers=observers)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of three lines."""
    where = tmp_path / "runs" / "p1" / "journal.jsonl"
    with a_journal(where) as record:
        record.write("run.started", boundary=True, kind="apply")
        record.write("item.started", item="B-104", title="Stop the old server")
        record.write("run.finished", boundary=True, result="done")
    return where


def test_a_line_says_which_run_and_moment_it_belongs_to(path: Path) -> None:
    """Number, time, run, project, service request, event; own fields; the hash before and its own."""
    first = json.loads(path.read_bytes().splitlines()[0])

    assert list(first) == ["seq", "ts", "run", "project", "sr", "event", "kind", "prev", "hash"]
    assert (first["seq"], first["ts"], first["run"]) == (1, "2026-03-02T12:00:00.000+00:00", "p1")
    assert first["prev"] == GENESIS


def test_a_line_is_ascii_and_the_chain_holds(tmp_path: Path) -> None:
    """Whatever the office's language: the file passes through every mail gateway and editor."""
    where = tmp_path / "j.jsonl"
    with a_journal(where) as record:
        record.write("item.started", item="B-1", title="Drucker im Büro \N{RIGHTWARDS ARROW} neu\n")
        head = record.head

    assert where.read_bytes().isascii()
    assert verify(where).head == head
    assert next(iter(read(where)))["title"] == "Drucker im Büro \N{RIGHTWARDS ARROW} neu\n"


@pytest.mark.parametrize("name", ["seq", "ts", "run", "project", "sr", "event", "prev", "hash"])
def test_a_field_cannot_take_the_place_of_the_journals_own(path: Path, name: str) -> None:
    """Whoever tries is refused, and no line is written: a number, a time or a hash is never a caller's."""
    before = path.read_bytes()

    with a_journal(path) as record, pytest.raises(ValueError, match=f"x: the journal itself gives a line its {name}"):
        record.write("x", **{name: "mine"})
    assert path.read_bytes() == before


def test_empty_fields_are_left_out_but_not_false_and_not_zero(tmp_path: Path) -> None:
    """No, none and nought are answers; an empty text is not."""
    where = tmp_path / "j.jsonl"
    with a_journal(where) as record:
        record.write("x", gate="", warnings=[], error=None, session={}, changed=False, left=0)

    entry = next(iter(read(where)))
    assert {k: v for k, v in entry.items() if k in {"gate", "warnings", "error", "session", "changed", "left"}} == {
        "changed": False,
        "left": 0,
    }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_altered_line_is_named(path: Path, number: int) -> None:
    """One character in it, and the chain breaks there."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b"SR-1", b"SR-2")
    path.write_bytes(b"".join(lines))

    with pytest.raises(JournalAlteredError, match=rf"line {number} does not fit"):
        verify(path)


@pytest.mark.parametrize(("gone", "named"), [(0, 1), (1, 2)])
def test_a_removed_line_is_noticed_at_the_next(path: Path, gone: int, named: int) -> None:
    """The number and the hash before do not fit any more."""
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[gone]
    path.write_bytes(b"".join(lines))

    with pytest.raises(JournalAlteredError, match=rf"line {named} does not fit"):
        verify(path)


def test_a_line_with_a_recomputed_hash_is_noticed_at_the_next(path: Path) -> None:
    """Who alters a line has to alter all that follow, and the head that was handed over."""
    lines = path.read_bytes().splitlines(keepends=True)
    first = json.loads(lines[0])
    first.pop("hash")
    lines[0] = sealed(first | {"kind": "verify"})
    path.write_bytes(b"".join(lines))

    with pytest.raises(JournalAlteredError, match="line 2 does not fit"):
        verify(path)


def test_swapped_lines_are_noticed(path: Path) -> None:
    """The order is part of the chain."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[1] + lines[0] + lines[2])

    with pytest.raises(JournalAlteredError, match="line 1"):
        verify(path)


def test_a_line_that_is_no_entry_is_refused_by_readers_too(path: Path) -> None:
    """Reading does not skip what it does not understand."""
    path.write_bytes(path.read_bytes() + b"[1, 2]\n")

    with pytest.raises(JournalAlteredError, match="line 4 is no journal entry"):
        list(read(path))
    with pytest.raises(JournalAlteredError, match="line 4 does not fit"):
        verify(path)


def test_a_torn_last_line_is_tolerated(path: Path) -> None:
    """The process died while it wrote: what stands before it is proven."""
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seq":4,"ev')

    assert (verify(path).lines, verify(path).torn) == (3, 12)
    assert len(list(read(path))) == 3


def test_opening_again_sets_a_torn_line_aside_and_says_so(path: Path) -> None:
    """Nothing is thrown away: the torn bytes stand beside the journal, and the chain goes on."""
    path.write_bytes(path.read_bytes() + b'{"seq":4,"ev')
    with a_journal(path) as record:
        record.write("run.finished", boundary=True, result="done")

    entries = list(read(path))
    assert [entry["event"] for entry in entries[3:]] == ["journal.torn", "run.finished"]
    assert (entries[3]["bytes"], entries[3]["kept_in"]) == (12, "journal.torn-1")
    assert path.with_name("journal.torn-1").read_bytes() == b'{"seq":4,"ev'
    assert verify(path).lines == 5


def test_a_second_torn_line_does_not_take_the_place_of_the_first(path: Path) -> None:
    """Each is evidence of its own, however long it is."""
    for torn in (b"one", b"two" * 50_000):
        path.write_bytes(path.read_bytes() + torn)
        a_journal(path).close()

    assert path.with_name("journal.torn-1").read_bytes() == b"one"
    assert path.with_name("journal.torn-2").read_bytes() == b"two" * 50_000
    assert [entry["event"] for entry in read(path)][3:] == ["journal.torn", "journal.torn"]


def test_a_line_that_the_disk_does_not_take_leaves_the_chain_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it was written when the disk was full: it is taken back, the error says what to do, and later lines fit."""
    before = path.read_bytes()
    real = journal_file.os.write

    def full(handle: int, line: bytes) -> int:
        if b"too much" not in line:
            return real(handle, line)
        real(handle, line[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with a_journal(path) as record:
        monkeypatch.setattr(journal_file.os, "write", full)
        with pytest.raises(JournalUnwritableError, match="No space left on device"):
            record.write("x", text="too much")
        assert path.read_bytes() == before
        record.write("y")

    assert [entry["event"] for entry in read(path)][3:] == ["y"]
    assert verify(path).lines == 4


def test_named_events_are_read_without_the_others(path: Path) -> None:
    """Also where a text looks like an event."""
    with a_journal(path, project=',"event":"item.started"') as record:
        record.write("note", text='"event":"item.started"')

    assert [entry["seq"] for entry in read(path, {"item.started"})] == [2]
    assert [entry["text"] for entry in read(path, {"note"})] == ['"event":"item.started"']


def test_an_altered_journal_is_not_written_on(path: Path) -> None:
    """A chain that is broken is not repaired by a line more."""
    before = path.read_bytes().replace(b"apply", b"visit")
    path.write_bytes(before)

    with pytest.raises(JournalAlteredError):
        a_journal(path)
    assert path.read_bytes() == before


def test_a_secret_reaches_neither_disk_nor_observers(tmp_path: Path) -> None:
    """Redaction is the last thing before the sink, also in texts that come from a host."""
    seen: list[Entry] = []
    where = tmp_path / "j.jsonl"
    with a_journal(where, Redactor([Secret("c4n4ry&word")]), [seen.append]) as record:
        record.write("read.failed", error={"message": "bad password c4n4ry&word", "xml": "<p>c4n4ry&amp;word</p>"})

    assert b"c4n4ry" not in where.read_bytes()
    assert seen[0].fields["error"] == {"message": f"bad password {MASK}", "xml": f"<p>{MASK}</p>"}
    assert verify(where).lines == 1


def test_observers_are_told_after_the_line_is_in_the_file(tmp_path: Path) -> None:
    """What they show has been written."""
    where = tmp_path / "j.jsonl"
    counts: list[int] = []
    with a_journal(where, observers=[lambda _: counts.append(len(where.read_bytes().splitlines()))]) as record:
        record.write("a")
        record.write("b")

    assert counts == [1, 2]


def test_an_observer_that_fails_is_told_no_more_and_the_run_goes_on(tmp_path: Path) -> None:
    """The terminal went away: that is in the journal, and the others are still told."""
    where = tmp_path / "j.jsonl"
    seen: list[str] = []

    def broken(entry: Entry) -> None:
        raise BrokenPipeError(f"nobody reads {entry.event}")

    with a_journal(where, observers=[broken, lambda entry: seen.append(entry.event)]) as record:
        record.write("a", boundary=True)
        record.write("b")

    entries = list(read(where))
    assert [entry["event"] for entry in entries] == ["a", "observer.failed", "b"]
    assert entries[1]["error"] == {"category": "BrokenPipeError", "message": "nobody reads a"}
    assert sorted(seen) == ["a", "b", "observer.failed"]


def test_only_a_boundary_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One flush to disk per boundary, not per line; closing is one too."""
    synced: list[int] = []
    real = journal_file.os.fsync
    monkeypatch.setattr(journal_file.os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
    with a_journal(tmp_path / "j.jsonl") as record:
        record.write("a")
        assert synced == []
        record.write("b", boundary=True)
        assert len(synced) == 1
    assert len(synced) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELD = st.text("abcdefgh_", min_size=1, max_size=8)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(FIELD, JSON, max_size=4), min_size=1, max_size=6))
def test_whatever_is_written_verifies_and_reads_back(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]]
) -> None:
    """Any fields, any text: the chain holds and the values come back."""
    where = tmp_path_factory.mktemp("j") / "j.jsonl"
    with a_journal(where) as record:
        for fields in lines:
            record.write("x", **fields)

    assert verify(where).lines == len(lines)
    for fields, entry in zip(lines, read(where), strict=True):
        assert {k: v for k, v in fields.items() if k in entry} == {k: entry[k] for k in fields if k in entry}
        assert all(fields[k] in (None, "", [], {}) for k in fields if k not in entry)
