"""Where a migration stands: journals folded over a checklist into one state and its evidence per row. Pure; it reads no file.

A row is done when its evidence says so: all rows of its last plan carried out or already so, read back, checks good, manual
steps signed. Evidence of an item counts for the rows that it names in `also`. Several playbooks may feed one row; the one
furthest behind decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from zdm_automate.checklist import ChecklistItem, Kind
from zdm_automate.model import CheckState, Preview

if TYPE_CHECKING:
    from zdm_automate.checklist import Checklist

Entry = Mapping[str, Any]
"""A journal line."""

GOOD = frozenset({"ok", "already"})
"""Results of a change after which the host is as wanted."""


class State(StrEnum):
    """State of a row, the most pressing first."""

    UNKNOWN = "unknown"
    FAILED = "failed"
    OPEN = "open"
    MANUAL = "manual open"
    WAITING = "waiting"
    NOT_YET = "not yet"
    DONE = "done"


PRESSING = tuple(State)
"""Where several contributions meet, the first of these wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One line of a journal that says something about a row.

    Attributes:
        kind: change, verified, check or signed.
        result: ok, already, failed, unknown, not yet, signed.
        text: what was changed, checked or signed.
    """

    run: str
    seq: int
    ts: str
    kind: str
    result: str
    text: str
    who: str = ""
    host: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(slots=True)
class _Work:
    """What one playbook (or a hand, for the name "") has shown about one item since its last plan."""

    also: tuple[str, ...] = ()
    rows: tuple[Entry, ...] = ()
    planned_in: str = ""
    results: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    started: str = ""
    verified: bool | None = None
    passed: bool = False
    differences: str = ""
    undone: bool = False
    signed: set[str] = field(default_factory=set)
    checks: dict[tuple[str, str], Entry] = field(default_factory=dict)
    checked_in: str = ""
    evidence: list[Evidence] = field(default_factory=list)

    def plan(self, row: Entry, run: str) -> None:
        """A new plan was made from fresh facts: what was planned and done before is settled by it."""
        self.also = tuple(row.get("also") or ()) or self.also
        self.rows, self.planned_in = tuple(row.get("rows") or ()), run
        self.results, self.failure, self.started = {}, "", ""
        self.verified, self.passed, self.undone, self.differences = None, False, False, ""
        self.signed = set()

    def of(self, preview: Preview) -> list[Entry]:
        """The planned rows that say this."""
        return [row for row in self.rows if row.get("preview") == preview]


@dataclass(slots=True)
class _Run:
    """A run while its lines are read."""

    playbook: str = ""
    kind: str = ""
    operator: str = ""
    items: tuple[Entry, ...] = ()


def checklist_state(checklist: Checklist, journals: Iterable[Entry]) -> tuple[RowState, ...]:
    """The state of every row after these journal lines, which come run by run, oldest run first."""
    works = _fold(journals)
    by_row: dict[str, list[_Work]] = {}
    for (_, name), work in works.items():
        for row in {name, *work.also}:
            by_row.setdefault(row, []).append(work)
    states = [_row_state(item, by_row.get(item.id, [])) for item in checklist.items]
    done = {state.item.id for state in states if state.state is State.DONE}
    return tuple(
        replace(one, blocked_by=tuple(name for name in one.item.after if not done.intersection(checklist.named_by(name))))
        for one in states
    )


def _row_state(item: ChecklistItem, works: list[_Work]) -> RowState:
    if not works:
        by_hand = item.kind == (Kind.MANUAL,)
        return RowState(item=item, state=State.MANUAL if by_hand else State.OPEN)
    judged = [_judge(work) for work in works]
    state, reason, not_before = min(judged, key=lambda one: PRESSING.index(one[0]))
    if state is State.WAITING:
        not_before = max(one[2] for one in judged if one[0] is State.WAITING)
    evidence = sorted((one for work in works for one in work.evidence), key=lambda one: (one.ts, one.run, one.seq))
    return RowState(item=item, state=state, reason=reason, not_before=not_before, evidence=tuple(evidence))


def _judge(work: _Work) -> _Verdict:
    """State, reason and moment of one contribution: the first rule that applies."""
    return next(chain(_broken(work), _undecided(work), _left(work)), (State.DONE, "", ""))


def _broken(work: _Work) -> Iterator[_Verdict]:
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


def _undecided(work: _Work) -> Iterator[_Verdict]:
    if work.undone:
        yield State.OPEN, "taken back", ""
    for row in work.of(Preview.UNKNOWN):
        yield State.OPEN, str(row.get("reason") or row.get("text") or "cannot be predicted"), ""
    planned, made = len(work.of(Preview.CHANGE)), sum(result in GOOD for result in work.results.values())
    if made < planned:
        yield State.OPEN, f"{made} of {planned} changes made", ""
    if planned and not (work.verified or work.passed):
        yield State.OPEN, "applied, not yet read back", ""


def _left(work: _Work) -> Iterator[_Verdict]:
    for row in work.of(Preview.WAIT):
        yield State.WAITING, str(row.get("reason") or row.get("text") or ""), str(row.get("not_before") or "")
    by_hand = work.of(Preview.MANUAL)
    if len(work.signed) < len(by_hand):
        yield State.MANUAL, str(by_hand[len(work.signed)].get("text") or "a step by hand is not signed"), ""
    for found in work.checks.values():
        if found.get("state") != CheckState.OK:
            moment = str(found.get("not_before") or "")
            yield State.NOT_YET, str(found.get("hint") or found.get("name") or ""), moment
    if not (work.planned_in or work.checks or work.signed):
        yield State.OPEN, "", ""


def _fold(journals: Iterable[Entry]) -> dict[tuple[str, str], _Work]:
    works: dict[tuple[str, str], _Work] = {}
    runs: dict[str, _Run] = {}
    for entry in journals:
        run_id = str(entry.get("run") or "")
        run = runs.setdefault(run_id, _Run())
        event = str(entry.get("event") or "")
        if event == "run.started":
            run.playbook, run.kind = str(entry.get("playbook") or ""), str(entry.get("kind") or "")
            run.operator, run.items = str(entry.get("operator") or ""), tuple(entry.get("items") or ())
            continue
        if _takes_up_plan(event, entry):
            for row in run.items:
                works.setdefault((run.playbook, _id(row)), _Work()).plan(row, run_id)
            run.items = ()
        if event in {"item.started", "run.finished"} and (event != "run.finished" or entry.get("result") == "done"):
            _pass_on(works, run_id, _id(entry))
        if event in _TAKES and _id(entry):
            for key in _concerned(works, run, event, _id(entry)):
                _TAKES[event](works.setdefault(key, _Work()), entry, run)
    return works


def _id(entry: Entry) -> str:
    return str(entry.get("item") or entry.get("id") or "")


def _takes_up_plan(event: str, entry: Entry) -> bool:
    """A run that was refused before its first step has settled nothing; any later event shows that its plan held."""
    if event == "run.finished":
        return entry.get("result") in {"done", "interrupted"}
    return event in {"plan.checked", "item.started", "change.started", "check"}


def _pass_on(works: dict[tuple[str, str], _Work], run: str, but: str) -> None:
    """The run went past its earlier items, so their reading back was good or there was nothing to read."""
    for (_, item), work in works.items():
        if work.planned_in == run and item != but and work.results and work.verified is None:
            work.passed = True


def _concerned(works: Iterable[tuple[str, str]], run: _Run, event: str, item: str) -> list[tuple[str, str]]:
    """Whose work a line is about: a signature counts for every playbook with that item, or for the hand alone."""
    if event == "manual.signed":
        return [key for key in works if key[1] == item] or [("", item)]
    return [(run.playbook, item)]


def _started(work: _Work, entry: Entry, _run: _Run) -> None:
    work.started = str(entry.get("step") or entry.get("verb") or "a change")


def _finished(work: _Work, entry: Entry, run: _Run) -> None:
    work.started = ""
    result = str(entry.get("result") or "unknown")
    error = entry.get("error") or {}
    text = str(entry.get("target") or entry.get("verb") or "")
    if run.kind == "undo":
        work.undone = work.undone or result in GOOD
    else:
        work.results[str(entry.get("step") or text)] = result
    if result not in GOOD:
        work.failure = str(error.get("message") or f"{text}: {result}")
    if entry.get("changed"):
        work.checks = {}
    work.evidence.append(_evidence(entry, run, "change", result, text))


def _verified(work: _Work, entry: Entry, run: _Run) -> None:
    work.verified = bool(entry.get("ok"))
    work.differences = "; ".join(str(one) for one in entry.get("differences") or ())
    said = f"differs: {work.differences}" if work.differences else "as announced"
    work.evidence.append(_evidence(entry, run, "verified", "ok" if work.verified else "failed", said))


def _checked(work: _Work, entry: Entry, run: _Run) -> None:
    if work.checked_in != entry.get("run"):
        work.checks, work.checked_in = {}, str(entry.get("run") or "")
    work.checks[(str(entry.get("name") or ""), str(entry.get("seat") or ""))] = entry
    work.evidence.append(_evidence(entry, run, "check", str(entry.get("state") or "unknown"), str(entry.get("name") or "")))


def _signed(work: _Work, entry: Entry, run: _Run) -> None:
    work.signed.add(str(entry.get("step") or ""))
    work.evidence.append(_evidence(entry, run, "signed", "signed", str(entry.get("step") or entry.get("note") or "")))


def _evidence(entry: Entry, run: _Run, kind: str, result: str, text: str) -> Evidence:
    return Evidence(
        run=str(entry.get("run") or ""),
        seq=int(entry.get("seq") or 0),
        ts=str(entry.get("ts") or ""),
        kind=kind,
        result=result,
        text=text,
        who=str(entry.get("by") or run.operator),
        host=str(entry.get("host") or entry.get("seat") or ""),
        before=dict(entry.get("before") or {}),
        after=dict(entry.get("after") or {}),
    )


_TAKES: Mapping[str, Callable[[_Work, Entry, _Run], None]] = {
    "change.started": _started,
    "change.finished": _finished,
    "item.verified": _verified,
    "check": _checked,
    "manual.signed": _signed,
}
