"""The sign-off page: what is open stands there, the worst first, and what was settled does not."""

from __future__ import annotations

from run_lines import begin

from zdm_automate.report.item_rows import ItemRow
from zdm_automate.report.sign_off import sign_off_page
from zdm_automate.trouble import Trouble


def row(name: str, state: str) -> ItemRow:
    return ItemRow(id=name, title=f"Title of {name}", phase="P", state=state, risk="L")


def test_what_failed_stands_before_what_is_open() -> None:
    """With how many there are of each; what is done or left out is counted and not listed."""
    rows = [row("B-1", "open"), row("B-2", "done"), row("B-3", "failed"), row("B-4", "open"), row("B-5", "skipped")]
    text = sign_off_page(rows, [begin()], [])

    assert "2 of 5 items are done or were left out with a reason. The others: 1 failed, 2 open." in text
    assert text.index("Title of B-3") < text.index("Title of B-1") < text.index("Title of B-4")
    assert "Title of B-2" not in text


def test_nothing_open_is_said_in_a_word() -> None:
    """And no list of states."""
    text = sign_off_page([row("B-2", "done")], [begin()], [])

    assert "1 of 1 items are done or were left out with a reason.</p>" in text
    assert "<p>Nothing.</p>" in text


def test_only_troubles_that_nothing_settled_are_left() -> None:
    """Neither those with a fix nor those that went well afterwards."""
    one = {"at": "2026-03-02T07:00:00+00:00", "item": "B-1"}
    found = [
        Trouble(id="T-1", symptom="still so", **one),
        Trouble(id="T-2", symptom="mended", fix="restarted", **one),
        Trouble(id="T-3", symptom="went away", settled_in="r2", **one),
    ]
    text = sign_off_page([], [begin()], found)

    assert ["still so" in text, "mended" in text, "went away" in text] == [True, False, False]
