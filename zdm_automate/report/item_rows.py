"""One row per checklist item for tables and charts: planned and actual time, state, who, when. Pure; it opens no file.

Actual time is what the journals show: from an item's first line to its last within each run, plus the minutes that people
gave with their signatures. Items that no checklist names are rows too, so that nothing that was done is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from zdm_automate.progress import checklist_state
from zdm_automate.report.story import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zdm_automate.checklist import Checklist
    from zdm_automate.evidence import Entry, Evidence
    from zdm_automate.progress import RowState
    from zdm_automate.report.item_story import ItemStory

UNLISTED = "not on the checklist"
WORK = frozenset({"item.started", "change.started", "change.finished", "item.verified"})
"""Lines between which the work on an item lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A checklist item as a bundle shows it.

    Attributes:
        run: the last run that says something about it; its report has the details.
        planned_minutes: as the checklist has it; None where it says nothing.
        actual_seconds: None where no work was recorded.
        evidence: how many lines of journals speak of it.
    """

    id: str
    title: str
    phase: str
    state: str
    kinds: str = ""
    risk: str = ""
    gate: str = ""
    after: tuple[str, ...] = ()
    how: str = ""
    rollback: str = ""
    planned_minutes: int | None = None
    actual_seconds: float | None = None
    reason: str = ""
    not_before: str = ""
    who: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    run: str = ""
    evidence: int = 0


def item_rows(checklist: Checklist | None, entries: Sequence[Entry]) -> tuple[ItemRow, ...]:
    """The rows of a checklist after these lines (run by run, oldest first), then the items that it does not name."""
    spent = time_spent(entries)
    states = checklist_state(checklist, entries) if checklist else ()
    phases = {item.id: phase.title for phase in checklist.phases for item in phase.items} if checklist else {}
    rows = [_row(one, phases[one.item.id], spent) for one in states]
    known = {row.id for row in rows}
    others: dict[str, ItemRow] = {}
    for run, lines in groupby(entries, key=lambda entry: str(entry.get("run") or "")):
        story = tell(lines)
        others |= {one.id: _unlisted(one, run, story.operator, spent) for one in story.items if one.id not in known}
    return (*rows, *others.values())


def _row(one: RowState, phase: str, spent: Mapping[str, float]) -> ItemRow:
    item, evidence = one.item, one.evidence
    return ItemRow(
        id=item.id,
        title=item.title,
        phase=phase,
        state=str(one.state),
        kinds=item.kinds,
        risk=str(item.risk),
        gate=item.gate,
        after=item.after,
        how=item.how,
        rollback=item.rollback,
        planned_minutes=item.minutes or None,
        actual_seconds=spent.get(item.id),
        reason=one.reason,
        not_before=one.not_before,
        who=_of(evidence, "who"),
        hosts=_of(evidence, "host"),
        first=evidence[0].ts if evidence else "",
        last=evidence[-1].ts if evidence else "",
        run=evidence[-1].run if evidence else "",
        evidence=len(evidence),
    )


def _of(evidence: Iterable[Evidence], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(getattr(one, name)) for one in evidence if getattr(one, name)))


def _unlisted(item: ItemStory, run: str, operator: str, spent: Mapping[str, float]) -> ItemRow:
    moments = sorted(
        at for at in (*(c.started for c in item.changes), *(c.ended for c in item.changes), *(c.at for c in item.checks)) if at
    )
    return ItemRow(
        id=item.id,
        title=item.title,
        phase=UNLISTED,
        state=item.state,
        risk=item.risk,
        gate=item.gate,
        actual_seconds=spent.get(item.id),
        who=(operator,) if operator else (),
        hosts=tuple(dict.fromkeys(change.host for change in item.changes if change.host)),
        first=moments[0] if moments else "",
        last=moments[-1] if moments else "",
        run=run,
        evidence=len(item.changes) + len(item.checks) + len(item.signatures),
    )


# --- time ---


def time_spent(entries: Iterable[Entry]) -> dict[str, float]:
    """Seconds by item: the spans of work in each run, and the minutes that people gave."""
    spans: dict[tuple[str, str], list[float]] = {}
    spent: dict[str, float] = {}
    for entry in entries:
        item, event = str(entry.get("item") or ""), entry.get("event")
        if event in WORK and item:
            spans.setdefault((str(entry.get("run") or ""), item), []).extend(_seconds(entry))
        elif event in {"manual.signed", "manual.skipped", "item.noted"} and entry.get("minutes"):
            spent[item] = spent.get(item, 0.0) + 60.0 * float(entry["minutes"])
    for (_, item), moments in spans.items():
        if moments:
            spent[item] = spent.get(item, 0.0) + max(moments) - min(moments)
    return spent


def _seconds(entry: Entry) -> Iterator[float]:
    try:
        yield datetime.fromisoformat(str(entry.get("ts"))).timestamp()
    except ValueError:
        return
