"""A journal in short: kept beside it, and believed only while the journal still ends as it did."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zdm_automate import summaries
from zdm_automate.journal import Journal
from zdm_automate.summaries import FILE, summary

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The journal of a run that is not over."""
    where = tmp_path / "runs" / "p1" / "journal.jsonl"
    with a_journal(where) as record:
        record.write("run.started", kind="apply", plan="p1", playbook="x")
        record.write("change.started", item="B-1", step="B-1/1", host="SBS", verb="Set-ZdmX", target="x")
    return where


def a_journal(path: Path) -> Journal:
    return Journal(path, run="p1", project="Example", service_request="SR-1", now=lambda: NOON)


def test_a_journal_that_did_not_change_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look takes what was kept."""
    first = summary(path)
    monkeypatch.setattr(summaries, "read", lambda *_: pytest.fail("it was read"))

    assert summary(path) == first
    assert [one.step for one in first.standing.open] == ["B-1/1"]


@pytest.mark.parametrize("spoilt", ["grown", "torn", "no JSON", "gone", "other version"])
def test_what_no_longer_fits_is_made_anew(path: Path, spoilt: str) -> None:
    """A line more, half a line more, a damaged or an older summary: the journal is read."""
    first = summary(path)
    kept = path.with_name(FILE)
    match spoilt:
        case "grown":
            with a_journal(path) as record:
                record.write("run.finished", result="done")
        case "torn":
            path.write_bytes(path.read_bytes() + b'{"seq"')
        case "no JSON":
            kept.write_bytes(b"\0")
        case "gone":
            kept.unlink()
        case "other version":
            kept.write_bytes(kept.read_bytes().replace(b'"format":1', b'"format":0').replace(b"B-1/1", b"B-9/9"))

    again = summary(path)
    assert again.standing.result == ("done" if spoilt == "grown" else "")
    assert again.standing.open == first.standing.open
    assert summary(path) == again


def test_a_folder_that_takes_no_file_is_no_hindrance(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The summary is made and not kept."""

    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    assert summary(path).standing.run == "p1"
    assert not path.with_name(FILE).exists()
