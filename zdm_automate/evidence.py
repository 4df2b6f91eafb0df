"""What journals show about items: their lines folded, run by run, into the work done and its evidence. Pure; it reads no file.

It judges nothing: whether a checklist row is done is decided in `progress`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zdm_automate.model import Preview

Entry = Mapping[str, Any]
"""A journal line."""

GOOD = frozenset({"ok", "already"})
"""Results of a change after which the host is as wanted."""

BY_HAND = frozenset({"manual.signed", "manual.skipped", "item.noted"})
"""What people say of an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One line of a journal that says something about a row.

    Attributes:
        kind: change, verified, check, signed, gate, skipped or noted.
        result: ok, already, failed, unknown, not yet, signed, open, closed, skipped, noted.
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


@dataclass(slots=True)
class Work:
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
    gate_open: bool = False
    gate_says: str = ""
    skipped: str = ""
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

    @property
    def only_noted(self) -> bool:
        """Whether all that is known are notes, which say nothing about its state."""
        return not self.planned_in and bool(self.evidence) and all(one.kind == "noted" for one in self.evidence)

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


def fold(journals: Iterable[Entry]) -> dict[tuple[str, str], Work]:
    """The work by playbook and item; a signature without a playbook stands under the name ""."""
    works: dict[tuple[str, str], Work] = {}
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
                works.setdefault((run.playbook, _id(row)), Work()).plan(row, run_id)
            run.items = ()
        if event in {"item.started", "check"} or (event == "run.finished" and entry.get("result") == "done"):
            _pass_on(works, run_id, _id(entry) if event == "item.started" else "")
        if event in _TAKES and _id(entry):
            for key in _concerned(works, run, event, _id(entry)):
                _TAKES[event](works.setdefault(key, Work()), entry, run)
    return works


def _id(entry: Entry) -> str:
    return str(entry.get("item") or entry.get("id") or "")


def _takes_up_plan(event: str, entry: Entry) -> bool:
    """A run that was refused before its first step has settled nothing; any later event shows that its plan held."""
    if event == "run.finished":
        return entry.get("result") in {"done", "interrupted"}
    return event in {"plan.checked", "item.started", "change.started", "check"}


def _pass_on(works: dict[tuple[str, str], Work], run: str, but: str) -> None:
    """The run went on from its earlier items, so their reading back was good or there was nothing to read."""
    for (_, item), work in works.items():
        if work.planned_in == run and item != but and work.results and work.verified is None:
            work.passed = True


def _concerned(works: Iterable[tuple[str, str]], run: _Run, event: str, item: str) -> list[tuple[str, str]]:
    """Whose work a line is about: a signature counts for every playbook with that item, or for the hand alone."""
    if event in BY_HAND:
        return [key for key in works if key[1] == item] or [("", item)]
    return [(run.playbook, item)]


def _started(work: Work, entry: Entry, _run: _Run) -> None:
    work.started = str(entry.get("step") or entry.get("verb") or "a change")


def _finished(work: Work, entry: Entry, run: _Run) -> None:
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


def _verified(work: Work, entry: Entry, run: _Run) -> None:
    work.verified = bool(entry.get("ok"))
    work.differences = "; ".join(str(one) for one in entry.get("differences") or ())
    said = f"differs: {work.differences}" if work.differences else "as announced"
    work.evidence.append(_evidence(entry, run, "verified", "ok" if work.verified else "failed", said))


def _checked(work: Work, entry: Entry, run: _Run) -> None:
    if work.checked_in != entry.get("run"):
        work.checks, work.checked_in = {}, str(entry.get("run") or "")
    work.checks[(str(entry.get("name") or ""), str(entry.get("seat") or ""))] = entry
    work.evidence.append(_evidence(entry, run, "check", str(entry.get("state") or "unknown"), str(entry.get("name") or "")))


def _signed(work: Work, entry: Entry, run: _Run) -> None:
    work.signed.add(str(entry.get("step") or ""))
    work.skipped = ""
    work.evidence.append(_evidence(entry, run, "signed", "signed", str(entry.get("step") or entry.get("note") or "")))


def _skipped(work: Work, entry: Entry, run: _Run) -> None:
    work.skipped = str(entry.get("reason") or "left out")
    work.evidence.append(_evidence(entry, run, "skipped", "skipped", work.skipped))


def _noted(work: Work, entry: Entry, run: _Run) -> None:
    work.evidence.append(_evidence(entry, run, "noted", "noted", str(entry.get("note") or "")))


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


def _judged(work: Work, entry: Entry, run: _Run) -> None:
    opened = bool(entry.get("open"))
    work.gate_open = work.gate_open or opened  # who has passed a gate has passed it, though it is closed an hour later
    closed = [f"{one.get('name')}: {one.get('value')}" for one in entry.get("findings") or () if not _passes(one)]
    work.gate_says = f"the gate was closed: {'; '.join(closed[:3])}" if closed else ""
    work.signed.add(str(entry.get("gate") or ""))
    word = "open" if opened else "closed"
    work.evidence.append(_evidence(entry, run, "gate", word, f"gate {entry.get('gate')} {word}"))


def _passes(finding: Entry) -> bool:
    return finding.get("state") == "true" or bool(finding.get("excused"))


_TAKES: Mapping[str, Callable[[Work, Entry, _Run], None]] = {
    "change.started": _started,
    "change.finished": _finished,
    "item.verified": _verified,
    "check": _checked,
    "manual.signed": _signed,
    "gate.judged": _judged,
    "manual.skipped": _skipped,
    "item.noted": _noted,
}
