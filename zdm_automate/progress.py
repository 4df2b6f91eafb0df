"""Where a migration stands: journals folded over a checklist into one state and its evidence per row. Pure; it reads no file.

A row is done when its evidence says so: all rows of its last plan carried out or already so, read back, checks good, manual
steps signed; or when a person left it out with a reason and nothing failed on it. Evidence of an item counts for the rows
that it names in `also`. Several playbooks may feed one row; the one furthest behind decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from zdm_automate.checklist import ChecklistItem, Kind
from zdm_automate.evidence import GOOD, Entry, Evidence, Work, fold
from zdm_automate.model import CheckState, Preview

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.checklist import Checklist


class State(StrEnum):
    """State of a row, the most pressing first."""

    UNKNOWN = "unknown"
    FAILED = "failed"
    OPEN = "open"
    MANUAL = "manual open"
    WAITING = "waiting"
    NOT_YET = "not yet"
    SKIPPED = "skipped"
    DONE = "done"


PRESSING = tuple(State)
"""Where several contributions meet, the first of these wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """A row of a checklist with its state.

    Attributes:
        reason: why it is not done, in words.
        not_before: for a waiting row the moment from which it can go on.
        blocked_by: rows that should be done first and are not.
    """

    item: ChecklistItem
    state: State
    reason: str = ""
    not_before: str = ""
    blocked_by: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


_Verdict = tuple[State, str, str]


def checklist_state(checklist: Checklist, journals: Iterable[Entry]) -> tuple[RowState, ...]:
    """The state of every row after these journal lines, which come run by run, oldest run first."""
    works = fold(journals)
    by_row: dict[str, list[Work]] = {}
    for (_, name), work in works.items():
        for row in {name, *work.also}:
            by_row.setdefault(row, []).append(work)
    states = [_row_state(item, by_row.get(item.id, [])) for item in checklist.items]
    done = {state.item.id for state in states if state.state in {State.DONE, State.SKIPPED}}
    return tuple(
        replace(one, blocked_by=tuple(name for name in one.item.after if not done.intersection(checklist.named_by(name))))
        for one in states
    )


def _row_state(item: ChecklistItem, works: list[Work]) -> RowState:
    evidence = sorted((one for work in works for one in work.evidence), key=lambda one: (one.ts, one.run, one.seq))
    judged = [_judge(work) for work in works if not work.only_noted]
    if not judged:
        by_hand = item.kind == (Kind.MANUAL,)
        return RowState(item=item, state=State.MANUAL if by_hand else State.OPEN, evidence=tuple(evidence))
    if Kind.GATE in item.kind and item.gate and not any(work.gate_open for work in works):
        said = next((work.gate_says for work in works if work.gate_says), "what it wants is signed, it was not passed yet")
        judged.append((State.OPEN, said, ""))
    state, reason, not_before = min(judged, key=lambda one: PRESSING.index(one[0]))
    if state is State.WAITING:
        not_before = max(one[2] for one in judged if one[0] is State.WAITING)
    return RowState(item=item, state=state, reason=reason, not_before=not_before, evidence=tuple(evidence))


def _judge(work: Work) -> _Verdict:
    """State, reason and moment of one contribution: the first rule that applies."""
    return next(chain(_broken(work), _skipped(work), _undecided(work), _left(work)), (State.DONE, "", ""))


def _broken(work: Work) -> Iterator[_Verdict]:
    if work.started:
        yield State.UNKNOWN, f"{work.started} was started and has no outcome", ""
    if "unknown" in work.results.values():
        yield State.UNKNOWN, work.failure, ""
    if "failed" in work.results.values():
        yield State.FAILED, work.failure, ""
    if work.verified is False:
        yield State.FAILED, f"read back with a difference: {work.differences}", ""
    for found in work.checks.values():
        if found.get("state") == CheckState.FAILED:
            yield State.FAILED, f"check failed: {found.get('name', '')} ({found.get('seat') or 'no seat'})", ""


def _skipped(work: Work) -> Iterator[_Verdict]:
    if work.skipped:
        yield State.SKIPPED, work.skipped, ""


def _undecided(work: Work) -> Iterator[_Verdict]:
    if work.undone:
        yield State.OPEN, "taken back", ""
    for row in work.of(Preview.UNKNOWN):
        yield State.OPEN, str(row.get("reason") or row.get("text") or "cannot be predicted"), ""
    planned, made = len(work.of(Preview.CHANGE)), sum(result in GOOD for result in work.results.values())
    if made < planned:
        yield State.OPEN, f"{made} of {planned} changes made", ""
    if planned and not (work.verified or work.passed):
        yield State.OPEN, "applied, not yet read back", ""


def _left(work: Work) -> Iterator[_Verdict]:
    for row in work.of(Preview.WAIT):
        yield State.WAITING, str(row.get("reason") or row.get("text") or ""), str(row.get("not_before") or "")
    for row in work.of(Preview.MANUAL):
        if row.get("by_hand") not in work.signed:
            yield State.MANUAL, str(row.get("text") or "a step by hand is not signed"), ""
    for found in work.checks.values():
        if found.get("state") != CheckState.OK:
            moment = str(found.get("not_before") or "")
            yield State.NOT_YET, str(found.get("hint") or found.get("name") or ""), moment
    if not (work.planned_in or work.checks or work.signed):
        yield State.OPEN, "", ""
