"""A technician's day as a state machine: plans, approvals, runs, faults, other people's changes, clocks, in any order.

It keeps its own account of the world and of what was approved, and compares: nothing it judges by comes from the product's
own decisions.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from rig import Killed
from small_office import BY_ITEM, FALLBACK, PEOPLE, START, SUBJECTS, SmallOffice, Subject, Value

from zdm_automate.errors import (
    JournalUnwritableError,
    OutcomeUnknownError,
    QuotaError,
    UnreachableError,
    ZdmError,
)
from zdm_automate.journal import read, verify
from zdm_automate.model import Preview
from zdm_automate.planner import Plan
from zdm_automate.runner import Outcome
from zdm_automate.scripts import Verb
from zdm_automate.standing import stand
from zdm_automate.transport.base import Reply

VALUES: list[Value] = [("Auto", "Running"), ("Auto", "Stopped"), ("Manual", "Running"), ("Manual", "Stopped")]
ITEMS = [one.item for one in SUBJECTS]
TROUBLE = (
    "killed at a line",
    "killed in a call",
    "disk full",
    "call lost",
    "answer lost",
    "no connection",
    "quota",
    "somebody else",
    "clock",
)
IN_A_CHANGE = frozenset({"killed in a call", "call lost", "answer lost"})
"""The faults that are counted by calls that change something; the others by calls, or by lines."""

SLIPS = ("", "", "", "", "", "", "nobody signs", "one signs", "somebody else", "gates close", "nobody can read", "too late")


class ViolationError(AssertionError):
    """Something happened that never may."""


def hold(so: bool, what: str, **seen: object) -> None:  # noqa: FBT001
    """Asks that an invariant holds."""
    if not so:
        raise ViolationError(f"{what}: {seen}")


@dataclass
class Fault:
    """What goes wrong in one run, and at its how-manieth line or call."""

    kind: str
    at: int
    subject: Subject = SUBJECTS[0]
    value: Value = VALUES[0]
    leap: float = 0.0


NO_FAULT = Fault("none", 0)


@dataclass
class Made:
    """What a run has done to a subject, as the world showed it."""

    before: Value
    after: Value
    calls: int = 1
    disturbed: bool = False


@dataclass
class Running:
    """The run that is under way."""

    plan: Plan
    first: bool
    fault: Fault
    lines: int = 0
    calls: int = 0
    dead: bool = False
    step: str = ""
    gates: set[str] = field(default_factory=set)
    disturbed: bool = False
    called: bool = False


@st.composite
def faults(draw: Callable[[Any], Any]) -> Fault:
    """No fault half of the time."""
    kind = draw(st.sampled_from(("none",) * len(TROUBLE) + TROUBLE))
    subject, value = draw(st.sampled_from(SUBJECTS)), draw(st.sampled_from(VALUES))
    return Fault(
        kind, draw(st.integers(0, 24)), subject, value, draw(st.sampled_from((-7200.0, -400.0, 400.0, 7200.0, 18_000.0)))
    )


class Day(RuleBasedStateMachine):
    """One project from the morning on; `tally` counts what it came to, over all days."""

    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.tally["days"] += 1
        self.folder = Path(tempfile.mkdtemp(prefix="zdm-day-"))
        self.office = SmallOffice(self.folder)
        self.office.opened.on_call, self.office.opened.on_line = self._call, self._line
        self.plans: list[Plan] = []
        self.seen_at: dict[str, dict[str, Value]] = {}
        self.approved: dict[str, set[str]] = {}
        self.used: set[str] = set()
        self.made: dict[str, dict[str, Made]] = {}
        self.kept: dict[Path, bytes] = {}
        self.now: Running | None = None
        self.blind = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # --- what people do ---

    @rule(wish=st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(VALUES), min_size=1))
    def plan(self, wish: dict[str, Value]) -> None:
        """What the project wants, and a plan of it."""
        self.office.opened.wish = wish
        self._planned(self.office.plan)

    @initialize(hours=st.sampled_from((0, 1, 1, 2, 5)), number=st.sampled_from((0, 2, 3, 3, 3)))
    def morning(self, hours: int, number: int) -> None:
        """The day begins before, in or after the golden hours."""
        self.office.keeper.carry(hours * 3600)
        self.office.set_attempts(number)

    @rule(
        wish=st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(VALUES), min_size=2),
        fault=faults(),
        slip=st.sampled_from(SLIPS),
        then=st.sampled_from(("", "again", "resume", "resume", "undo", "undo", "undo")),
        second=faults(),
    )
    def by_the_book(self, wish: dict[str, Value], fault: Fault, slip: str, then: str, second: Fault) -> None:
        """Everything as it should be, or but for one slip; the run meets a fault; what one types then meets another."""
        if self.office.clock.now() < START:
            self.office.keeper.carry((START - self.office.clock.now()).total_seconds())
        self.office.clock.wrong, self.blind = timedelta(0), False
        self.office.set_attempts(3)
        self.plan(wish)
        if not self.plans:
            return
        self._slip(slip, fault)
        self.apply(fault, 0)
        self._then(then, second)

    @rule(roles=st.sampled_from((("tech",), ("lead",), ("tech", "lead"), ("tech", "lead"))), number=st.integers(0, 3))
    @precondition(lambda self: self.plans)
    def approve(self, roles: tuple[str, ...], number: int) -> None:
        """Somebody signs one of the last plans."""
        plan = self.plans[-1 - number % len(self.plans)]
        for role in roles:
            self._sign(plan, role)

    @rule(fault=faults(), number=st.sampled_from((0, 0, 0, 1, 2, 3)))
    @precondition(lambda self: self.plans)
    def apply(self, fault: Fault, number: int) -> None:
        """One of the last plans, used or not."""
        plan = self.plans[-1 - number % len(self.plans)]
        self._run(Running(plan, first=True, fault=fault), lambda: self.office.apply(plan.id))

    @rule(fault=faults())
    @precondition(lambda self: self._stopped())
    def resume(self, fault: Fault) -> None:
        """The last run that stopped."""
        plan = self._stopped()[-1]
        self._run(Running(plan, first=False, fault=fault), lambda: self.office.resume(plan.id))

    @rule(number=st.integers(0, 3))
    @precondition(lambda self: self.made)
    def undo(self, number: int) -> None:
        """The way back from one of the last runs that changed something."""
        run = sorted(self.made)[-1 - number % len(self.made)]
        back = self._planned(lambda: self.office.plan_undo(run))
        if back is None:
            return
        rows = [row for item in back.items for row in item.rows]
        told = {row.item for row in rows}
        hold(set(self.made[run]) <= told, "undo names every change", run=run, told=told)
        bare = [row.text for row in rows if row.preview in {Preview.MANUAL, Preview.UNKNOWN} and not row.reason]
        hold(not bare, "undo says why not", rows=bare)

    # --- what happens meanwhile ---

    @rule(minutes=st.sampled_from((1, 1, 5, 20, 60, 180)))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.office.keeper.carry(minutes * 60)

    @rule(subject=st.sampled_from(SUBJECTS), value=st.sampled_from(VALUES))
    def somebody_else(self, subject: Subject, value: Value) -> None:
        """Another technician at the console."""
        self._disturb(subject, value)

    @rule(number=st.sampled_from((0, 2, 3, 3)), blind=st.sampled_from((False, False, False, True)))
    def gate(self, number: int, blind: bool) -> None:  # noqa: FBT001
        """What the gates look at moves, or can no longer be read."""
        self.office.set_attempts(number)
        self.blind = blind

    @rule()
    @precondition(lambda self: self.office.clock.wrong)
    def set_clock_right(self) -> None:
        """The controller's clock is set."""
        self.office.clock.wrong = timedelta(0)

    # --- what always holds ---

    @invariant()
    def journals_hold(self) -> None:
        """Every chain is whole, and what was in a journal is still there."""
        for path in self.office.opened.project.runs_folder.glob("*/journal.jsonl"):
            content = path.read_bytes()
            hold(content.startswith(self.kept.get(path, b"")), "no journal line is lost", path=path)
            if content != self.kept.get(path):
                verify(path)
            self.kept[path] = content

    # --- how it goes ---

    def _slip(self, slip: str, fault: Fault) -> None:
        """The signatures under the last plan, and what has gone wrong before it is applied."""
        for role in {"nobody signs": (), "one signs": ("tech",)}.get(slip, ("tech", "lead")):
            self._sign(self.plans[-1], role)
        match slip:
            case "somebody else":
                self._disturb(fault.subject, fault.value)
            case "gates close":
                self.office.set_attempts(fault.at % 3)
            case "nobody can read":
                self.blind = True
            case "too late":
                self.office.keeper.carry(max(0.0, (FALLBACK - self.office.clock.now()).total_seconds() - fault.at))

    def _then(self, then: str, second: Fault) -> None:
        """What one types after a run."""
        if then in {"resume", "undo"} and self._stopped():
            self.resume(second if then == "resume" else NO_FAULT)
        if then == "again":
            self.apply(NO_FAULT, 0)
        if then == "undo" and self.made:
            self.undo(0)
            self.apply(second, 0)
            if self._stopped():
                self.resume(NO_FAULT)
            self.apply(NO_FAULT, 1)  # the hosts are as the used plan saw them

    # --- how it watches ---

    def _sign(self, plan: Plan, role: str) -> None:
        self.office.approve(plan, role)
        self.approved.setdefault(plan.id, set()).add(role)

    def _stopped(self) -> list[Plan]:
        found = []
        for plan in self.plans:
            journal = self.office.opened.project.runs_folder / plan.id / "journal.jsonl"
            if plan.id in self.used and (not journal.exists() or stand(read(journal)).result != "done"):
                found.append(plan)
        return found

    def _planned(self, make: Callable[[], Plan]) -> Plan | None:
        try:
            made = make()
        except ZdmError:
            return None
        if any(row.change for item in made.items for row in item.rows):
            self.plans.append(made)
            self.seen_at[made.id] = {one.item: self.office.value(one) for one in SUBJECTS}
        return made

    def _run(self, run: Running, act: Callable[[], Outcome]) -> None:
        self.now = run
        outcome: Outcome | None = None
        ended = "killed"
        try:
            outcome = act()
            ended = outcome.result
        except Killed:
            pass
        except ZdmError as problem:
            ended = type(problem).__name__
        finally:
            self.now = None
        how = "apply" if run.first else "resume"
        self.tally[f"{how} of {run.plan.kind}: {ended}"] += 1
        if run.lines or self.office.opened.plans.used(run.plan.id):
            self.used.add(run.plan.id)
        if outcome is not None and outcome.result == "done" and run.plan.kind == "undo" and not run.disturbed:
            self._taken_back(run.plan)

    def _taken_back(self, back: Plan) -> None:
        for change in back.changes:
            was = self.made.get(back.undoes, {}).get(change.item)
            if was is not None and not was.disturbed:
                now = self.office.value(BY_ITEM[change.item])
                hold(now == was.before, "undo reaches what was there", item=change.item, now=now, before=was.before)

    def _disturb(self, subject: Subject, value: Value) -> None:
        self.office.set_by_hand(subject, value)
        for made in self.made.values():
            if subject.item in made:
                made[subject.item].disturbed = True

    def _line(self, _run: str, entry: dict[str, Any], write: Callable[[], None]) -> None:
        run = self.now
        if run is None:
            write()
            return
        if run.dead:
            raise Killed
        run.lines += 1
        if run.fault.kind == "killed at a line" and run.lines > run.fault.at:
            run.dead = True
            raise Killed
        if run.fault.kind == "disk full" and run.lines > run.fault.at:
            raise JournalUnwritableError("the journal cannot be written: No space left on device.", hint="Free space.")
        write()
        if entry["event"] == "change.started":
            run.step = entry["item"]

    def _call(self, host: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
        run = self.now
        if self.blind and verb.name == "Get-ZdmDhcpServer":
            raise UnreachableError("the DHCP service does not answer", host=host)
        if run is None:
            return call()
        if run.dead:
            raise Killed
        if verb.kind == "applier":
            call = self._judged(run, call)
        if run.fault.kind in IN_A_CHANGE and verb.kind != "applier":
            return call()
        run.calls += 1
        if run.calls != 1 + run.fault.at % (3 if run.fault.kind in IN_A_CHANGE else 12):
            return call()
        return self._struck(run, host, call)

    def _struck(self, run: Running, host: str, call: Callable[[], Reply]) -> Reply:
        """The fault, at its call."""
        fault = run.fault
        match fault.kind:
            case "killed in a call":
                call()
                run.dead = True
                raise Killed
            case "call lost":
                raise OutcomeUnknownError("the connection was lost", host=host)
            case "answer lost":
                call()
                raise OutcomeUnknownError("the connection was lost", host=host)
            case "no connection":
                raise UnreachableError("no connection", host=host)
            case "quota":
                raise QuotaError("the host allows no further shell", host=host)
            case "somebody else":
                run.disturbed = True
                self._disturb(fault.subject, fault.value)
            case "clock":
                self.office.clock.wrong += timedelta(seconds=fault.leap)
        return call()

    def _judged(self, run: Running, call: Callable[[], Reply]) -> Callable[[], Reply]:
        """An applier is about to be called: may it, by the world and by what was approved?"""
        plan, subject = run.plan, BY_ITEM[run.step]
        now = self.office.clock.now()
        if run.first and not run.called:
            hold(plan.id not in self.used, "a plan is used once", plan=plan.id)
            if not run.disturbed:
                moved = {
                    one.item: (self.seen_at[plan.id][one.item], self.office.value(one))
                    for one in SUBJECTS
                    if self.office.value(one) != self.seen_at[plan.id][one.item]
                }
                hold(not moved, "a stale plan is not applied", moved=moved)
        if not run.first and not run.disturbed:
            call_of = next(change.call for change in plan.changes if change.item == subject.item)
            known = (self.seen_at[plan.id][subject.item], (call_of.params["start_mode"], call_of.params["state"]))
            hold(self.office.value(subject) in known, "a resume overwrites nobody", item=subject.item, known=known)
        run.called = True
        if plan.kind == "apply" and subject.gate:
            hold(START <= now < FALLBACK, "never outside the golden hours", now=now, item=subject.item)
            signed = self.approved.get(plan.id, set())
            hold(set(subject.roles) <= signed, "never without its approvals", signed=signed, item=subject.item)
            if subject.final:
                hold(len({PEOPLE[role] for role in signed}) > 1, "never for good by one person", signed=signed)
            if subject.gate not in run.gates:
                seen = self.office.attempts
                hold(seen >= subject.attempts and not self.blind, "never behind a closed gate", seen=seen, item=subject.item)
                run.gates.add(subject.gate)
        was = self.made.get(plan.id, {}).get(subject.item)
        hold(was is None or was.disturbed, "no change is made twice", plan=plan.id, item=subject.item)

        def counted() -> Reply:
            before = self.office.value(subject)  # somebody else may have been quicker
            reply = call()
            after = self.office.value(subject)
            self.tally[f"{plan.kind} {subject.item} called"] += 1
            if after != before:
                self.made.setdefault(plan.id, {})[subject.item] = Made(before, after)
            return reply

        return counted
