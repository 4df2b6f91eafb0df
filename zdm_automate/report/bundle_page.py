"""The page that opens a bundle: time planned against actual, every item with filters, runs, troubles. It reads no file.

The page fetches nothing and lets nothing be fetched: its own policy names the one script by hash. What came from a host
reaches the script as data and the document as text, never as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.report import words
from zdm_automate.report.html import TONES, page_environment
from zdm_automate.report.item_table import DECIMAL, LINK, TAG, Column, Table, script, script_hash
from zdm_automate.report.story import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zdm_automate.evidence import Entry
    from zdm_automate.report.item_rows import ItemRow
    from zdm_automate.report.story import Seal, Story
    from zdm_automate.trouble import Trouble

LARGEST: Final = 15
COLUMNS: Final = (
    Column(head="Item", kind=LINK, searched=True),
    Column(head="What", searched=True),
    Column(head="Phase", filter="Phase"),
    Column(head="State", kind=TAG, filter="State"),
    Column(head="Risk", label="risk", filter="Risk"),
    Column(head="Planned", label="planned"),
    Column(head="Actual", kind=DECIMAL, label="actual"),
    Column(head="Who", searched=True),
    Column(head="Why", searched=True),
)
SETTLED: Final = frozenset({"done", "skipped"})


@dataclass(frozen=True, slots=True)
class Bar:
    """Planned against actual minutes of one thing; shares are of the longest bar of its chart, in per cent."""

    label: str
    title: str
    planned: float
    actual: float
    longest: float

    @property
    def planned_share(self) -> str:
        """Width of the planned bar."""
        return f"{100 * self.planned / self.longest:.1f}" if self.longest else "0"

    @property
    def actual_share(self) -> str:
        """Width of the actual bar."""
        return f"{100 * self.actual / self.longest:.1f}" if self.longest else "0"


def bundle_page(
    name: str,
    rows: Sequence[ItemRow],
    runs: Mapping[str, Sequence[Entry]],
    seals: Mapping[str, Seal],
    *,
    client: str = "",
    troubles: Sequence[Trouble] = (),
) -> str:
    """The page as HTML text."""
    stories = {run: tell(lines) for run, lines in runs.items()}
    return (
        page_environment()
        .get_template("bundle.html.j2")
        .render(
            name=words.clean(name),
            client=client,
            story=_head(stories.values()),
            stories=stories,
            seals=seals,
            total=len(rows),
            worked=sum(row.actual_seconds or 0.0 for row in rows) * 1000,
            foreseen=_hours(sum(row.planned_minutes or 0 for row in rows)),
            states=_counted(row.state for row in rows),
            by_phase=by_phase(rows),
            by_item=by_item(rows),
            troubles=troubles,
            table=_table(rows),
            script=script(),
            script_hash=script_hash(),
        )
    )


def _head(stories: Iterable[Story]) -> Story:
    """The run that says whose project it is: the first one."""
    return next(iter(stories), tell(()))


def _counted(states: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    return found


def _hours(planned: int) -> str:
    """Minutes of attention in hours: days of them would be read as days of work."""
    return f"{planned / 60:.0f} h" if planned else ""


def _table(rows: Sequence[ItemRow]) -> Table:
    cells = [
        (
            words.clean(row.id), words.clean(row.title), words.clean(row.phase), row.state, words.clean(row.risk),
            row.planned_minutes, None if row.actual_seconds is None else round(row.actual_seconds / 60, 1),
            words.clean(", ".join(row.who)), words.clean(row.reason), TONES.get(row.state, "warn"), words.clean(row.run),
        )
        for row in rows
    ]  # fmt: skip
    run = len(COLUMNS) + 1
    return Table(columns=COLUMNS, rows=cells, address=("runs/", run, "/report.html#", 0), more="items.csv has all.")


# --- charts ---


def by_phase(rows: Iterable[ItemRow]) -> tuple[Bar, ...]:
    """One bar per phase, of the items that were worked on: what they were planned for and what they took."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        if row.actual_seconds is not None:
            planned, actual = sums.setdefault(row.phase, [0.0, 0.0])
            sums[row.phase] = [planned + (row.planned_minutes or 0), actual + row.actual_seconds / 60]
    return _bars([(phase, "", planned, actual) for phase, (planned, actual) in sums.items()])


def by_item(rows: Iterable[ItemRow]) -> tuple[Bar, ...]:
    """The items that differ most from what was planned."""
    known = [
        (row.id, row.title, float(row.planned_minutes), row.actual_seconds / 60)
        for row in rows
        if row.actual_seconds is not None and row.planned_minutes
    ]
    return _bars(sorted(known, key=lambda one: (-abs(one[3] - one[2]), one[0]))[:LARGEST])


def _bars(parts: Sequence[tuple[Any, ...]]) -> tuple[Bar, ...]:
    longest = max((max(part[2], part[3]) for part in parts), default=0.0)
    return tuple(Bar(words.clean(label), words.clean(title), plan, real, longest) for label, title, plan, real in parts)
