"""The clock of the golden hours: where now lies, when the plan would end, and what can still be taken back in time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.durations import WAY_BACK
from zdm_automate.model import Rollback
from zdm_automate.window import Phase, phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zdm_automate.durations import Durations
    from zdm_automate.planner import Plan
    from zdm_automate.window import Window

NEAR: Final = timedelta(minutes=60)
"""So long before the fallback deadline the clock begins to say what can still be taken back."""

REVERSIBLE, TOO_LATE, FINAL = "reversible", "no longer in time", "no way back"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """An item of these golden hours, and whether it can still be taken back."""

    item: str
    changes: int
    state: str
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The clock.

    Attributes:
        minutes_left: to the fallback deadline; negative after it.
        plan: the plan that `predicted_end` is about; empty for none.
        way_back: the items made so far; empty while the deadline is far.
    """

    now: str
    phase: str
    start: str
    fallback: str
    end: str
    minutes_left: int
    plan: str = ""
    predicted_end: str = ""
    in_time: bool = True
    way_back: tuple[WayBack, ...] = ()


def hours(
    window: Window, now: datetime, durations: Durations, factor: float, plan: Plan | None, entries: Iterable[Mapping[str, Any]]
) -> Hours:
    """The clock at this moment; `plan` is the one that would be applied next."""
    left = window.fallback - now
    where = phase(window, now)
    begun = where is not Phase.BEFORE
    end = now + timedelta(seconds=durations.ahead(plan.changes)) if plan is not None else None
    return Hours(
        now=window.local(now),
        phase=str(where),
        start=window.local(window.start),
        fallback=window.local(window.fallback),
        end=window.local(window.end),
        minutes_left=int(left // timedelta(minutes=1)),
        plan=plan.id if plan is not None else "",
        predicted_end=window.local(end) if end is not None else "",
        in_time=end is None or end < window.fallback,
        way_back=tuple(_ways(window, now, durations, factor, entries)) if begun and left <= NEAR else (),
    )


def _ways(
    window: Window, now: datetime, durations: Durations, factor: float, entries: Iterable[Mapping[str, Any]]
) -> Iterable[WayBack]:
    room = (window.end - window.reserve - now).total_seconds()
    for item, changes in _made(window, entries).items():
        seconds = sum(_seconds(entry, durations) for entry in changes)
        final = any(entry.get("rollback") == Rollback.RX for entry in changes)
        state = FINAL if final else REVERSIBLE if seconds * factor <= room else TOO_LATE
        yield WayBack(item=item, changes=len(changes), state=state, minutes=round(seconds / 60, 1))


def _seconds(entry: Mapping[str, Any], durations: Durations) -> float:
    inverse = entry.get("inverse") or {}
    return durations.of(str(inverse["verb"])) if inverse else WAY_BACK[Rollback(str(entry.get("rollback") or Rollback.R1))]


def _made(window: Window, entries: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The changes since the golden hours began that were not taken back, by item."""
    made: dict[str, list[Mapping[str, Any]]] = {}
    kind = ""
    for entry in entries:
        if entry.get("event") == "run.started":
            kind = str(entry.get("kind") or "")
        if entry.get("event") != "change.finished" or entry.get("result") not in {"ok", "already"}:
            continue
        item, step = str(entry.get("item") or ""), entry.get("step")
        if kind == "undo":
            made[item] = [one for one in made.get(item, ()) if step is not None and one.get("step") != step]
        elif entry.get("changed") and datetime.fromisoformat(str(entry["ts"])) >= window.start:
            made.setdefault(item, []).append(entry)
    return {item: changes for item, changes in made.items() if changes}
