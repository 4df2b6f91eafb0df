"""The page that opens a bundle: time planned against actual, every item with filters, runs, troubles. It reads no file.

The page fetches nothing and lets nothing be fetched: its own policy names the one script by hash. What came from a host
reaches the script as data and the document as text, never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from zdm_automate.report import words
from zdm_automate.report.html import TONES, page_environment
from zdm_automate.report.story import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zdm_automate.evidence import Entry
    from zdm_automate.report.item_rows import ItemRow
    from zdm_automate.report.story import Seal, Story
    from zdm_automate.trouble import Trouble

STATIC: Final = 500
"""Rows that stand in the page itself, for paper and for readers without scripts; the script shows the others."""

LARGEST: Final = 15
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
    environment = page_environment()
    script = Markup(environment.get_template("items.js").render())  # noqa: S704 - our own file, nothing is put into it
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("bundle.html.j2").render(
        name=words.clean(name),
        client=client,
        story=_head(stories.values()),
        stories=stories,
        seals=seals,
        rows=rows[:STATIC],
        total=len(rows),
        worked=sum(row.actual_seconds or 0.0 for row in rows) * 1000,
        foreseen=_hours(sum(row.planned_minutes or 0 for row in rows)),
        states=_counted(row.state for row in rows),
        phases=list(dict.fromkeys(words.clean(row.phase) for row in rows)),
        risks_used=[risk for risk in dict.fromkeys(row.risk for row in rows) if risk],
        by_phase=by_phase(rows),
        by_item=by_item(rows),
        troubles=troubles,
        minutes=minutes,
        data=Markup(_data(rows)),  # noqa: S704 - JSON in which no sign can end the element
        script=script,
        script_hash=digest,
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


def minutes(seconds: float | None) -> str:
    """Seconds as minutes with one digit; nothing for nothing."""
    return "" if seconds is None else f"{seconds / 60:.1f}"


def _data(rows: Iterable[ItemRow]) -> str:
    """The rows for the script. `<`, `>` and `&` are written as escapes, so that no value can end the element it stands in."""
    table = [
        [
            words.clean(row.id), words.clean(row.title), words.clean(row.phase), row.state, row.risk, row.planned_minutes,
            None if row.actual_seconds is None else round(row.actual_seconds / 60, 1),
            words.clean(", ".join(row.who)), words.clean(row.reason), words.clean(row.run), TONES.get(row.state, "warn"),
        ]
        for row in rows
    ]  # fmt: skip
    text = json.dumps(table, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


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
