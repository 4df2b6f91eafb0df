"""What of a large run stands in its report in full: what went wrong first, then what is open, up to a limit. Pure.

It leaves nothing unsaid: what does not stand there is counted, and the journal has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.model import CheckState, Preview
from zdm_automate.report.item_story import ChangeStory, CheckStory, ItemStory, PlannedStory

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEMS: Final = 300
LINES: Final = 1_500
"""Changes, planned rows and checks that stand in full, over all items."""

RANKS: Final = {"failed": 0, "unknown": 0, "done": 2}
"""What comes first, by the state of an item; the states that are not here are open in some way."""

LEAST: Final = 3
"""So many lines an item has, though the others have used all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """An item with the lines of it that stand in full, in their order; `more` is how many do not."""

    item: ItemStory
    rows: tuple[tuple[PlannedStory | None, ChangeStory | None], ...]
    checks: tuple[CheckStory, ...]
    more: int = 0


def excerpts(items: Sequence[ItemStory]) -> tuple[Excerpt, ...]:
    """The items that stand in full, in their order."""
    order = sorted(range(len(items)), key=lambda at: (RANKS.get(items[at].state, 1), at))[:ITEMS]
    left = LINES
    chosen: dict[int, Excerpt] = {}
    for at in order:
        chosen[at] = _excerpt(items[at], max(LEAST, left))
        left -= len(chosen[at].rows) + len(chosen[at].checks)
    return tuple(chosen[at] for at in sorted(chosen))


def _excerpt(item: ItemStory, most: int) -> Excerpt:
    rows, checks = item.rows, item.checks
    total = len(rows) + len(checks)
    if total > most:
        bad = [_is_bad(row, change) for row, change in rows] + [check.state != CheckState.OK for check in checks]
        kept = set(sorted(range(total), key=lambda at: (not bad[at], at))[:most])
        rows = tuple(one for at, one in enumerate(rows) if at in kept)
        checks = tuple(one for at, one in enumerate(checks, start=len(item.rows)) if at in kept)
    return Excerpt(item=item, rows=rows, checks=checks, more=total - len(rows) - len(checks))


def _is_bad(row: PlannedStory | None, change: ChangeStory | None) -> bool:
    return not change.good if change is not None else row is not None and row.preview != Preview.SAME
