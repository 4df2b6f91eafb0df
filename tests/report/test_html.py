"""The report: what came from a host is shown and never obeyed, and nothing that is open is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from run_lines import HOSTILE, begin, finished, item, line, planned, started

from zdm_automate.report.html import render, write_report
from zdm_automate.report.story import Seal, tell

SEAL = Seal(lines=9, head="f" * 64)
OPEN = (
    planned("manual", "change the relay", by_hand="relay-sw1", form=["address before", "saved"]),
    planned("waits", "switch", not_before="2026-03-10T07:00:00+00:00", reason="one lease"),
    planned("would change", "scope inactive"),
)


def html(*lines: dict[str, Any], seal: Seal = SEAL) -> str:
    """The report of these lines."""
    return render(tell(lines), seal, client="Acme")


def test_nothing_from_a_host_is_obeyed() -> None:
    """Markup is escaped, control characters and turned writing are gone, in every place a host can write to."""
    text = html(
        begin(item("B-104", planned("would change", HOSTILE), title=HOSTILE)),
        line("host.connected", 1, role="old", host=HOSTILE, session={"os": HOSTILE, "ps_version": HOSTILE}),
        started("B-104/1", 2, target=HOSTILE, before={HOSTILE: HOSTILE}, params={"name": HOSTILE}),
        finished("B-104/1", 3, warnings=[HOSTILE], before={HOSTILE: HOSTILE}, after={HOSTILE: [HOSTILE]}),
        line("check", 4, item="B-104", name=HOSTILE, state="failed", value=HOSTILE, hint=HOSTILE, seat=HOSTILE),
        line("read.failed", 5, host=HOSTILE, verb=HOSTILE, error={"message": HOSTILE}),
        line("run.finished", 6, result="failed", error={"message": HOSTILE}),
    )

    assert text.count("&lt;script&gt;") >= 12
    assert "<script" not in text
    assert [sign for sign in "\u202e\x1b" if sign in text] == []


def test_the_file_needs_nothing_else() -> None:
    """No address is fetched: no link, image, font or script from elsewhere."""
    text = html(begin(item("B-104", *OPEN)), line("run.finished", 9, result="done"))

    assert re.findall(r"""(?:src|href)=["'](?!#)|@import|url\(|https?://""", text) == []
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_what_is_open_stands_first_with_what_to_do() -> None:
    """A form and the command for the hand, the moment for what waits, and what was not reached."""
    text = html(begin(item("B-104", *OPEN)), line("run.finished", 9, result="interrupted"))
    todo = text[text.index("Still to do") : text.index("What happened")]

    assert "zdm checklist sign B-104 relay-sw1" in todo
    assert "address before" in todo
    assert "from 2026-03-10 07:00:00 UTC" in todo
    assert "not reached" in todo


def test_a_run_without_end_says_so() -> None:
    """The process was cut off in the middle of a change."""
    text = html(begin(item("B-104", planned("would change", "x"))), started("B-104/1", 1))

    assert "The run has no end." in text
    assert "no outcome" in text


def test_a_temporary_change_is_named_until_it_is_taken_back() -> None:
    """With the item that takes it back."""
    body = {"Role": "old", "Verb": "Set-ZdmX", "Target": "scope 10.0.0.0"}
    lines = (
        begin(item("B-102", planned("would change", "x"))),
        started("B-102/1", 1, temporary="B-191"),
        finished("B-102/1", 2, temporary="B-191", ledger=[{"body": body}]),
    )

    assert "Changed for a time in this run" in html(*lines)
    back = finished("B-191/1", 3, ledger=[{"body": body, "gone": True}])
    assert "Changed for a time in this run" not in html(*lines, back)


def test_an_altered_journal_is_reported_as_altered() -> None:
    """Loudly, and without a hash that would vouch for it."""
    text = html(begin(), seal=Seal(lines=0, head="", problem="line 3 does not fit"))

    assert "This journal was altered." in text
    assert "line 3 does not fit" in text
    assert "The last hash is" not in text


def test_a_broken_journal_still_gives_a_report(tmp_path: Path) -> None:
    """What can be read is shown, and that the rest cannot be trusted."""
    (tmp_path / "journal.jsonl").write_text('{"event": "run.started"}\nnonsense\n', encoding="utf-8")

    assert "This journal was altered." in write_report(tmp_path).read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
