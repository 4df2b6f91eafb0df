"""Hostile input: one clear sentence each, in bounded memory, and nothing is changed."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zdm_automate import wire
from zdm_automate.errors import InputError, JournalAlteredError, PlanAlteredError, ProjectError, VerbError, WireError
from zdm_automate.journal import read, verify
from zdm_automate.plans import Plans
from zdm_automate.project import FILE, read_project
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.testing import row
from zdm_automate.transport.base import ErrorRecord, Reply

MEGABYTE = 1024 * 1024
GOOD = """\
project: Example
credentials: {admin: {user: 'EXAMPLE\\adm', secret: prompt}}
credential: admin
hosts: {SBS: {address: 192.0.2.2}}
roles: {old: SBS}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def bounded() -> Iterator[None]:
    """Fails where more memory was needed than the input and a little."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300 * MEGABYTE


def said(folder: Path, content: bytes) -> str:
    """What is said of a project file."""
    (folder / FILE).write_bytes(content)
    with pytest.raises(ProjectError) as refused:
        read_project(folder)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB.encode(), "comes to more than 200,000 values. Look for anchors"),
        (b"a: &a [*a]\n", "nested more deeply"),
        (b"x: " + b"[" * 5_000, "nested more deeply"),
        (b"- " * 5_000, "nested more deeply"),
        (GOOD.replace("SBS}", "SBS\0}").encode(), "not YAML"),
        (b"\xff\xfe\x00", "cannot be read"),
        (GOOD.replace("{old: SBS}", "[SBS]").encode(), "project.yaml:5:1: roles: Input should be a valid dictionary"),
        (GOOD.replace("Example\n", "7\n").encode(), "project: Input should be a valid string"),
        (GOOD.replace("address:", "adress:").encode(), "hosts.SBS.adress: this key is not known here"),
        (GOOD.replace("roles:", "rolls:").encode(), "Did you mean 'roles'?"),
        (b"!!python/object/apply:os.system [id]\n", "could not determine a constructor"),
        (b"project: *nowhere\n", "undefined alias"),
    ],
    ids=[
        "bomb",
        "itself",
        "deep",
        "deep lists",
        "nul",
        "utf-16",
        "list",
        "number",
        "typo",
        "typo at the top",
        "object",
        "alias",
    ],
)
def test_a_hostile_project_file_is_one_sentence(tmp_path: Path, bounded: None, content: bytes, words: str) -> None:
    """With the file's name, and where it can be the line and what was meant."""
    sentence = said(tmp_path, content)

    assert words in sentence
    assert FILE in sentence
    assert len(sentence) < 500
    assert "\n" not in sentence


def test_a_project_file_of_100_megabytes_is_not_read(tmp_path: Path, bounded: None) -> None:
    """Its size is enough."""
    with (tmp_path / FILE).open("wb") as stream:
        stream.truncate(100 * MEGABYTE)

    with pytest.raises(ProjectError, match="has 104,857,600 bytes; a file that people write has at most"):
        read_project(tmp_path)


def test_a_key_that_is_misspelt_deep_below_is_told_with_what_was_meant(tmp_path: Path) -> None:
    """The nearest known key of that very section."""
    assert "Did you mean 'address'?" in said(tmp_path, GOOD.replace("{address:", "{address: 192.0.2.1, addres:").encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5_000,
        b"[" * 200_000,
        b'{"format": 2, "id": ["x"]}',
        b'{"format": 2, "items": [{"rows": "x"}]}',
        b'{"format": 2, "hosts": {"a": {}}}',
        b"7",
    ],
)
def test_a_hostile_plan_is_refused(tmp_path: Path, bounded: None, content: bytes) -> None:
    """It is not what the planner wrote."""
    (tmp_path / "x.json").write_bytes(content)

    with pytest.raises(PlanAlteredError, match="plan x is not what the planner wrote"):
        Plans(tmp_path).load("x")


def test_a_plan_of_a_size_that_no_planner_writes_is_not_read(tmp_path: Path, bounded: None) -> None:
    """It is refused by its size alone."""
    with (tmp_path / "x.json").open("wb") as stream:
        stream.truncate(200 * MEGABYTE)

    with pytest.raises(InputError, match="has 209,715,200 bytes"):
        Plans(tmp_path).load("x")


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"\0" * 100 + b"\n",
        b"{}\n",
        b'{"seq":1,\n',
        b'{"seq":1,"event":7}\n',
        b'{"seq":1,"event":"x","prev":"","hash":""}\n',
        b"[" * 100_000 + b"\n",
        b'{"seq":1,"hash":"' + b"0" * 64 + b'"}\n',
    ],
)
def test_a_hostile_journal_is_named_by_its_line(tmp_path: Path, bounded: None, content: bytes) -> None:
    """Verifying refuses it; reading refuses what is no entry."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)

    with pytest.raises(JournalAlteredError, match="line 1 does not fit"):
        verify(path)
    if b'"event":"x"' not in content:
        with pytest.raises(JournalAlteredError, match="line 1 is no journal entry"):
            list(read(path))


def test_a_journal_line_without_end_is_not_read_whole(tmp_path: Path, bounded: None) -> None:
    """A file of zeros, as a file system may leave after a power loss."""
    path = tmp_path / "journal.jsonl"
    with path.open("wb") as stream:
        stream.truncate(400 * MEGABYTE)

    with pytest.raises(JournalAlteredError, match="line 1 is longer than any that was written"):
        verify(path)


# --- hosts ---


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(folders("ps_scripts"))


def service(**own: Any) -> dict[str, Any]:
    body = {"Name": "DNS", "DisplayName": "DNS", "State": "Running", "StartMode": "Auto", "StartName": None}
    return row("Zdm.Service", **body | own)


@pytest.mark.parametrize(
    "answer",
    [
        [7],
        ["text"],
        [{"ZdmType": "Zdm.Nothing"}],
        [{"ZdmType": 7}],
        [row("Zdm.DnsZone", ZoneName="x")],
        [service(State=7)],
        [service(StartMode="Perhaps")],
        [service(More="x" * MEGABYTE)],
        [{**service(), "Name": {"a": {"b": [1] * 1_000}}}],
        [service()] * 50_000 + [None],
    ],
)
def test_a_host_that_answers_with_something_else_is_a_wire_error(library: Library, bounded: None, answer: list[Any]) -> None:
    """The sentence names the schema or the verb, and is short whatever came."""
    with pytest.raises(WireError) as refused:
        wire.facts(library["Get-ZdmService"], Reply(output=tuple(answer)), "SBS")

    assert str(refused.value).startswith("SBS: ")
    assert len(str(refused.value)) < 500


def test_ten_thousand_errors_are_one_sentence(library: Library, bounded: None) -> None:
    """The verb's own where it has one, and not more of it than is read."""
    errors = tuple(ErrorRecord(f"Some{n},Get-X", "y" * 100_000 if n == 0 else "y") for n in range(10_000))
    with pytest.raises(VerbError) as refused:
        wire.facts(library["Get-ZdmService"], Reply(errors=errors, had_errors=True), "SBS")
    assert len(str(refused.value)) < 2_500
    assert "(100,000 characters)" in str(refused.value)

    own = (*errors, ErrorRecord("ZdmPrecondition,Get-ZdmService", "the service is not there"))
    with pytest.raises(VerbError, match="^SBS: the service is not there$"):
        wire.facts(library["Get-ZdmService"], Reply(errors=own, had_errors=True), "SBS")


def test_a_change_record_that_is_none_is_a_wire_error(library: Library) -> None:
    """None, two, one of another verb, one with other fields."""
    good = row("Zdm.Change", Verb="Set-ZdmServiceState", Target="x", Changed=True, Before={}, After={}, RebootRequired=False)
    for answer in ([], [good, good], [good | {"Verb": "Set-ZdmX"}], [good | {"More": 1}], [good | {"Changed": "yes"}]):
        with pytest.raises(WireError):
            wire.change_record(library["Set-ZdmServiceState"], Reply(output=tuple(json.loads(json.dumps(answer)))), "SBS")
