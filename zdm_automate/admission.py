"""Whether a plan may be carried out: the never list, two persons, gates, golden hours. Asked before the first change and each.

It decides by what it is handed and writes only gate answers into the journal; it calls no applier, and no override reaches
the never list or the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from zdm_automate.approvals import Approval, Override, second_person_missing
from zdm_automate.durations import Durations
from zdm_automate.errors import RefusedError
from zdm_automate.facts.store import Facts
from zdm_automate.gates import GATES, Gate, GateAnswer, MadeChange, View, decide, fields_of
from zdm_automate.limits import Limits
from zdm_automate.model import Change, Risk, Rollback
from zdm_automate.never import refusals
from zdm_automate.planner import Plan, laid_over
from zdm_automate.window import Window, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

UNTOUCHED = "Nothing was changed."


class Writer(Protocol):
    """The journal, as far as an admission writes it."""

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> Any:
        """Appends a line; at a boundary it is on disk when the call returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an admission decides by; the callables give it the present each time they are asked.

    Attributes:
        view: the project as seen with these facts, its journals read anew.
        read: fresh facts for a gate.
        begun: since when the work behind a gate is unfinished; None where it has not begun or is over.
        bound: items whose changes belong to the golden hours.
        typed: what the operator typed as a gate's phrase.
        lab: a rehearsal: approvals are the lab's own.
    """

    now: Callable[[], datetime]
    view: Callable[[Facts], View]
    read: Callable[[Gate, View], Facts]
    begun: Callable[[str], datetime | None]
    limits: Limits
    durations: Durations
    window: Window | None = None
    bound: frozenset[str] = frozenset()
    approvals: tuple[Approval, ...] = ()
    overrides: tuple[Override, ...] = ()
    operator: str = ""
    lab: bool = False
    typed: Callable[[Gate], str] = lambda _gate: ""

    def judge(self, gate: Gate, view: View, plan_hash: str = "") -> GateAnswer:
        """The gate's answer on this view."""
        return decide(
            gate,
            replace(view, begun=self.begun(gate.name)),
            plan_hash=plan_hash,
            approvals=self.approvals,
            overrides=self.overrides,
            typed=self.typed(gate) if gate.phrase else "",
            lab=self.lab,
        )

    def bound_to_window(self, change: Change) -> bool:
        """Whether a change belongs to the golden hours: its row of the checklist does, or its gate."""
        gate = GATES.get(change.gate)
        return change.item in self.bound or (gate is not None and gate.in_window)


@dataclass(slots=True)
class Admission:
    """One plan's admission; `whole` before it is claimed, then `admit` before every change.

    Attributes:
        facts: as the changes so far have left them.
        journal: where gate answers are written once the run has begun.
    """

    plan: Plan
    facts: Facts
    desk: Desk
    journal: Writer | None = None
    passed: set[str] = field(default_factory=set)
    made: list[Change] = field(default_factory=list)

    def whole(self) -> None:
        """Asks everything that can be known before the first change; gates on the facts as the plan would leave them.

        Raises:
            RefusedError: something forbids the plan; nothing was changed.
        """
        said = never_in(self.plan, self.facts)
        if said:
            raise RefusedError(f"plan {self.plan.id} is refused whoever approves it: {said[0]}.", hint=UNTOUCHED)
        self._two_persons()
        for gate, view in foreseen(self.plan, self.facts, self.desk):
            answer = self.desk.judge(gate, view, self.plan.digest)
            if not answer.open:
                raise _closed(answer, UNTOUCHED)
        bound = [change for change in self.plan.changes if self.desk.bound_to_window(change)]
        if bound:
            self._in_time(bound[0], UNTOUCHED)

    def admit(self, change: Change) -> None:
        """Asks whether this change may be made now; called immediately before it.

        Raises:
            RefusedError: it may not; it was not called.
        """
        left = f"{change.id} was not made; what came before it stays." if self.made else UNTOUCHED
        said = refusals(change, self.facts)
        if said:
            raise RefusedError(f"{change.id} is refused whoever approves it: {said[0]}.", hint=left)
        if change.gate and change.gate not in self.passed:
            self._pass(change.gate, left)
        if self.desk.bound_to_window(change):
            self._in_time(change, left)
        self.facts = laid_over(self.facts, change)
        self.made.append(change)

    def _pass(self, name: str, left: str) -> None:
        """Judges a gate on fresh facts, and writes the answer down."""
        gate = _known(name)
        view = self.desk.view(self.facts)
        fresh = self.desk.read(gate, view)
        answer = self.desk.judge(gate, self.desk.view(fresh), self.plan.digest)
        if self.journal is not None:
            self.journal.write("gate.judged", boundary=True, **fields_of(answer))
        if not answer.open:
            raise _closed(answer, left)
        self.passed.add(name)

    def _two_persons(self) -> None:
        final = next((change for change in self.plan.changes if is_final(change)), None)
        if final is None or self.desk.lab:
            return
        said = second_person_missing(self.desk.approvals, self.plan.digest, self.desk.operator)
        if said:
            hint = f"{UNTOUCHED} `zdm approve {self.plan.id} --as NAME --role ROLE`, by another person."
            raise RefusedError(f"{final.id}: {said}.", hint=hint)

    def _in_time(self, change: Change, left: str) -> None:
        if self.desk.window is None:
            return
        why = refusal(
            self.desk.window,
            self.desk.now(),
            ahead=self.desk.durations.ahead(self._ahead(change)),
            back=self.desk.durations.back([*self._bound(self.made), *self._bound(self._ahead(change))]),
            factor=self.desk.limits.rollback_factor,
        )
        if why:
            raise RefusedError(f"{change.id} belongs to the golden hours and is not begun: {why}.", hint=left)

    def _ahead(self, change: Change) -> list[Change]:
        """The changes that are still to be made, up to the last one of the golden hours, beginning where the run stands."""
        gone = {one.id for one in self.made}
        left = [one for one in self.plan.changes if one.id not in gone]
        last = max((number for number, one in enumerate(left) if self.desk.bound_to_window(one)), default=-1)
        return left[: last + 1] or [change]

    def _bound(self, changes: Iterable[Change]) -> list[Change]:
        return [one for one in changes if self.desk.bound_to_window(one)]


def is_final(change: Change) -> bool:
    """Whether nothing takes the change back."""
    return change.risk is Risk.NO_RETURN or change.rollback is Rollback.RX


def foreseen(plan: Plan, facts: Facts, desk: Desk) -> Iterator[tuple[Gate, View]]:
    """Each gate that the plan has to pass, with what it would see immediately before its first change.

    Raises:
        RefusedError: the plan names a gate that does not exist.
    """
    seen: set[str] = set()
    made: list[MadeChange] = []
    for change in plan.changes:
        if change.gate and change.gate not in seen:
            seen.add(change.gate)
            gate = _known(change.gate)
            view = desk.view(facts)
            yield gate, replace(view, facts=replace(view.facts, taken_at=view.now), made=(*view.made, *made))
        made.append(MadeChange(verb=change.call.verb, role=change.call.role, at=desk.now(), item=change.item, gate=change.gate))
        facts = laid_over(facts, change)


def never_in(plan: Plan, facts: Facts) -> tuple[str, ...]:
    """Every change of the plan that the never list forbids, each on the facts as the ones before would leave them."""
    said: list[str] = []
    for change in plan.changes:
        said += [f"{change.id}: {why}" for why in refusals(change, facts)]
        facts = laid_over(facts, change)
    return tuple(said)


def annotated(plan: Plan, facts: Facts, desk: Desk) -> Plan:
    """The plan with what its gates say now, approvals left out: nobody can approve a plan before it is written."""
    closed: dict[str, tuple[str, ...]] = {}
    for gate, view in foreseen(plan, facts, desk):
        answer = desk.judge(gate, view)
        closed[gate.name] = tuple(
            f"{one.name}: {one.value or one.state}"
            for one in answer.findings
            if not one.passes and not one.name.startswith(("approval-", "phrase"))
        )
    items = tuple(
        replace(item, gate_says=closed.get(item.gate, ())) if any(row.change for row in item.rows) else item
        for item in plan.items
    )
    never = tuple(f"refused whoever approves it: {why}" for why in never_in(plan, facts))
    late = _late(plan, desk)
    return replace(plan, items=items, warnings=(*never, *late, *plan.warnings))


def _late(plan: Plan, desk: Desk) -> tuple[str, ...]:
    """What the golden hours say of the plan now."""
    bound = [change for change in plan.changes if desk.bound_to_window(change)]
    if not bound:
        return ()
    if desk.window is None:
        return (f"{bound[0].item} belongs to the golden hours, and the project names none: it is bound to no time",)
    why = refusal(
        desk.window,
        desk.now(),
        ahead=desk.durations.ahead(plan.changes),
        back=desk.durations.back(bound),
        factor=desk.limits.rollback_factor,
    )
    return (f"{bound[0].item} belongs to the golden hours and could not be begun now: {why}",) if why else ()


def _known(name: str) -> Gate:
    found = GATES.get(name)
    if found is None:
        raise RefusedError(f"the plan names the gate {name!r}, which does not exist.", hint=f"{UNTOUCHED} Mend the playbook.")
    return found


def _closed(answer: GateAnswer, left: str) -> RefusedError:
    why = answer.why
    more = f" (and {len(why) - 2} more)" if len(why) > 2 else ""  # noqa: PLR2004 - one sentence holds two reasons
    hint = f"{left} `zdm gate {answer.gate}` shows what it wants."
    return RefusedError(f"gate {answer.gate} is closed: {'; '.join(why[:2])}{more}.", hint=hint)


def begun_at(entries: Iterable[Mapping[str, Any]], gate: str) -> datetime | None:
    """When the first change behind a gate was made in a run that has not ended well since; None where none is under way."""
    begun: datetime | None = None
    run = ""
    opened = kind = ""
    for entry in entries:
        match entry.get("event"):
            case "run.started":
                kind = str(entry.get("kind") or "")
            case "gate.judged" if entry.get("gate") == gate and entry.get("open"):
                opened = str(entry.get("run") or "")
            case "change.finished" if entry.get("gate") == gate and entry.get("result") in {"ok", "already"}:
                if kind == "undo":
                    begun = None
                elif begun is None and opened:
                    begun, run = datetime.fromisoformat(str(entry["ts"])), str(entry.get("run") or "")
                elif begun is not None:
                    run = str(entry.get("run") or "")
            case "run.finished" if entry.get("run") == run and entry.get("result") == "done":
                begun = None
    return begun
