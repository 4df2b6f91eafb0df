"""An item of a run, folded from its lines: what was planned, what became of it, what is left."""

from __future__ import annotations

from typing import Any

import pytest
from run_lines import begin, finished, item, line, planned, started

from zdm_automate.report.item_story import ItemStory, item_stories

CHANGE = planned("would change", "scope inactive")
HAND = planned("manual", "switch", by_hand="relay")
DONE = (started("B-104/1", 1), finished("B-104/1", 2))


def story(*rows: dict[str, Any], lines: tuple[dict[str, Any], ...] = ()) -> ItemStory:
    """The one item of a run."""
    (made,) = item_stories(begin(item("B-104", *rows)), lines)
    return made


def test_a_change_stands_beside_the_row_that_announced_it() -> None:
    """By the number of the row in its item."""
    made = story(planned("no change", "so already"), CHANGE, lines=(started("B-104/2", 1), finished("B-104/2", 2)))

    assert [(row.text, change.result if change else "") for row, change in made.rows if row] == [
        ("so already", ""),
        ("scope inactive", "ok"),
    ]
    assert made.state == "done"


def test_a_change_without_outcome_stays_visible() -> None:
    """Whatever came after it, the item is unknown."""
    made = story(CHANGE, lines=(started("B-104/1", 1), line("item.verified", 2, item="B-104", ok=True)))

    assert made.changes[0].result == "no outcome"
    assert made.state == "unknown"


@pytest.mark.parametrize(
    ("rows", "lines", "state"),
    [
        ((CHANGE,), (started("B-104/1", 1), finished("B-104/1", 2, "failed")), "failed"),
        ((CHANGE,), (started("B-104/1", 1), finished("B-104/1", 2, "unknown")), "unknown"),
        ((CHANGE, CHANGE), DONE, "open"),
        ((CHANGE,), (*DONE, line("item.verified", 3, item="B-104", ok=False)), "failed"),
        ((), (line("check", 1, item="B-104", name="n", state="failed"),), "failed"),
        ((), (line("check", 1, item="B-104", name="n", state="not yet"),), "not yet"),
        ((planned("waits", "later"),), (), "waiting"),
        ((planned("cannot predict", "who knows"),), (), "waiting"),
        ((HAND,), (), "manual open"),
        ((HAND,), (line("manual.signed", 1, item="B-104", step="relay", by="eva"),), "done"),
        ((planned("no change", "so"),), (), "done"),
    ],
)  # fmt: skip
def test_each_state_has_its_reason(rows: tuple[dict[str, Any], ...], lines: tuple[dict[str, Any], ...], state: str) -> None:
    """The worst of what the lines say."""
    made = story(*rows, lines=lines)

    assert made.state == state


def test_a_failed_change_shows_what_was_wanted() -> None:
    """It has no state after it; the announcement's stands there."""
    made = story(CHANGE, lines=(started("B-104/1", 1), finished("B-104/1", 2, "failed", after={}, changed=False)))

    assert made.changes[0].fields == (("State", "Active", "Inactive"),)
    assert not made.changes[0].good


def test_an_item_that_no_plan_named_is_told_too() -> None:
    """A verify run has checks only."""
    made = item_stories(begin(), (line("check", 1, item="B-105", name="lease", state="ok"),))

    assert [(one.id, one.state) for one in made] == [("B-105", "done")]
