"""A project on the office `tiny` as the commands open it, but for the wire: real files, locks, pins, admission and errands.

Four services are what is changed: two freely, one behind a gate in the golden hours, one behind another gate and for good.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rig import StillClock, known, library, office

from zdm_automate import Facts, Playbook, Read, Step, VerbCall, ensure, intent
from zdm_automate.approvals import APPROVED
from zdm_automate.cli.alone import alone, record_run, unused
from zdm_automate.cli.carrying import carry_out
from zdm_automate.cli.errands import FirstRun, TakenUp
from zdm_automate.cli.opening import Opened
from zdm_automate.errors import UnknownNameError
from zdm_automate.facts.dhcp import DhcpServer
from zdm_automate.facts.host import Service
from zdm_automate.gates import Gate, Predicate, View
from zdm_automate.gates.evidence import truth
from zdm_automate.gates.model import Seen
from zdm_automate.journal import Journal, read
from zdm_automate.journal_file import DiskFile, LineFile
from zdm_automate.lab.direct import DirectTransport
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.world.model import World
from zdm_automate.model import Risk, Rollback
from zdm_automate.planner import Plan
from zdm_automate.plans import Plans
from zdm_automate.project import read_project
from zdm_automate.resume import refuse_ended
from zdm_automate.runner import Outcome
from zdm_automate.scripts import Verb
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Reply, Target
from zdm_automate.undo import made_in
from zdm_automate.workplace import Intended

Value = tuple[str, str]
"""Start mode and state of a service."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A service that the playbook changes; `attempts` is what its gate wants of the old DHCP server."""

    role: str
    name: str
    item: str
    gate: str = ""
    roles: tuple[str, ...] = ()
    attempts: int = 0
    final: bool = False


SUBJECTS: Final = (
    Subject("old", "EventLog", "B-100"),
    Subject("new", "EventLog", "B-101"),
    Subject("old", "W32Time", "B-156", "G-TRY", ("tech",), 2),
    Subject("new", "W32Time", "B-170", "G-LAST", ("tech", "lead"), 3, final=True),
)
BY_ITEM: Final = {one.item: one for one in SUBJECTS}
PEOPLE: Final = {"tech": "Alex", "client": "Maria", "lead": "Lena"}
START: Final = datetime.fromisoformat("2026-03-02T07:30+00:00")
FALLBACK: Final = datetime.fromisoformat("2026-03-02T12:00+00:00")
PROJECT: Final = """
project: Example
operator: Alex
lab: lab
lab_approves: false
hosts: {{OLD: {{address: 192.0.2.1}}, NEW: {{address: 192.0.2.2}}}}
roles: {{old: OLD, new: NEW}}
credentials: {{admin: {{user: admin, secret: prompt}}}}
credential: admin
approvers: {{tech: [Alex], client: [Maria], lead: [Lena]}}
window: {{time_zone: UTC, start: {start}, fallback: {fallback}, end: 2026-03-02T16:00, reserve_minutes: 0}}
"""
CHECKLIST: Final = """
checklist: B
title: A small one
phases:
  - id: B1
    title: All
    items:
      - {id: B-100, title: Free changes, kind: S, risk: L, bucket: {component: infrastructure, time: before}}
"""


# --- the playbook ---


@intent
class Wish:
    """Start mode and state of each service that is to be changed, by item."""

    services: dict[str, tuple[str, str]]


playbook = Playbook(name="trust", title="Services", roles={"old": "one server", "new": "another"}, intent=Wish)


@playbook.reads
def reads(_wanted: Wish, _hosts: Mapping[str, str]) -> Iterator[Read]:
    for role in ("old", "new"):
        yield Read(role=role, verb="Get-ZdmService", params={"name": ["EventLog", "W32Time"]})


def _step(facts: Facts, subject: Subject, value: Value) -> Step:
    found = facts.one(subject.role, Service, subject.name)
    assert found is not None

    def call(mode: str, state: str) -> VerbCall:
        params = {"name": subject.name, "start_mode": mode, "state": state}
        return VerbCall(role=subject.role, verb="Set-ZdmServiceState", params=params)

    then = replace(found, start_mode=value[0], state=value[1])  # type: ignore[arg-type]
    if subject.final:
        return ensure(facts, call(*value), then, subject.item, no_inverse="it is for good", rollback=Rollback.RX)
    return ensure(facts, call(*value), then, subject.item, inverse=call(found.start_mode, found.state))


def _items(subject: Subject) -> None:
    risk = Risk.NO_RETURN if subject.final else Risk.LOW

    @playbook.item(subject.item, f"service {subject.name}", risk=risk, gate=subject.gate)
    def item(facts: Facts, wanted: Wish) -> Iterator[Step]:
        if subject.item in wanted.services:
            yield _step(facts, subject, wanted.services[subject.item])


for _subject in SUBJECTS:
    _items(_subject)


# --- its gates ---


def _gate(subject: Subject) -> Gate:
    def enough(view: View) -> Seen:
        attempts = view.facts.of("old", DhcpServer)[0].conflict_detection_attempts
        return Seen(state=truth(attempts >= subject.attempts), value=str(attempts))

    return Gate(
        name=subject.gate,
        guards=f"item {subject.item}",
        predicates=(Predicate(name="attempts", asks=f"{subject.attempts} at least", judge=enough),),
        approvals=subject.roles,
        reads=lambda _view: iter((Read(role="old", verb="Get-ZdmDhcpServer"),)),
        in_window=True,
    )


GATES_HERE: Final = {subject.gate: _gate(subject) for subject in SUBJECTS if subject.gate}


# --- the project ---


@dataclass
class ControllerClock:
    """The controller's clock: the world's, and by how much it is wrong."""

    world: StillClock
    wrong: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.world.now() + self.wrong

    def sleep(self, seconds: float) -> None:
        self.world.carry(seconds)


OnCall = Callable[[str, Verb, Callable[[], Reply]], Reply]
OnLine = Callable[[str, dict[str, Any], Callable[[], None]], None]


@dataclass
class SmallFile:
    """The real file of a run's journal; every line passes the watcher first."""

    run: str
    inner: LineFile
    on_line: OnLine

    def append(self, line: bytes) -> None:
        self.on_line(self.run, json.loads(line), lambda: self.inner.append(line))

    def sync(self) -> None:
        """In memory is on disk: nobody cuts the power of the computer that runs the tests."""

    def close(self) -> None:
        self.inner.close()


@dataclass
class SmallOpened(Opened):
    """An open project whose hosts answer without a wire."""

    keeper: Keeper | None = None
    wish: dict[str, Value] = field(default_factory=dict)
    on_call: OnCall = lambda _host, _verb, call: call()
    on_line: OnLine = lambda _run, _entry, write: write()

    def playbook(self, name: str) -> Playbook:
        del name
        return playbook

    def folders(self, kind: Any) -> tuple[Path, ...]:
        return (self.project.folder / kind,)

    def intended(self, book: Playbook) -> Intended:
        return Intended(book=book, intent=Wish(services=dict(self.wish)), project="Example", service_request="")

    def credential(self, host: str) -> Credential:
        del host
        return Credential("admin", Secret(office("tiny").password.get_secret_value()))

    def session(self, host: str) -> HostSession:
        assert self.keeper is not None
        transport = DirectTransport(
            target=Target(host=host, address=self.project.host(host).address),
            keeper=self.keeper,
            library=library(),
            around=self.on_call,
            _known=known(),
        )
        return HostSession(transport, library(), now=self.clock.now)

    def journal(self, run: str, observers: Any = ()) -> Journal:
        return Journal(
            self.project.runs_folder / run / "journal.jsonl",
            run=run,
            project="Example",
            service_request="",
            now=self.clock.now,
            observers=observers,
            open_file=lambda path: SmallFile(run, DiskFile(path), self.on_line),
        )


@dataclass
class SmallOffice:
    """The office, its project and the commands on it."""

    folder: Path
    opened: SmallOpened = field(init=False)
    clock: ControllerClock = field(init=False)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        made = office("tiny")
        world = made.world
        self.clock = ControllerClock(StillClock(world.now))
        self.keeper = Keeper(world, self.clock.world, made.pace)  # type: ignore[arg-type]
        lists = self.folder / "playbooks" / "checklists"
        lists.mkdir(parents=True)
        (lists / "b.yaml").write_text(CHECKLIST, encoding="utf-8")
        start, fallback = (f"{one:%Y-%m-%dT%H:%M}" for one in (START, FALLBACK))
        (self.folder / "project.yaml").write_text(PROJECT.format(start=start, fallback=fallback), encoding="utf-8")
        project = read_project(self.folder)
        plans = Plans(project.plans_folder)
        self.opened = SmallOpened(project, library(), self.clock, plans, keeper=self.keeper)

    # --- the world ---

    def value(self, subject: Subject) -> Value:
        one = self.keeper.world.hosts[subject.role.upper()].services[subject.name]
        return one.start_mode, one.state

    def set_by_hand(self, subject: Subject, value: Value) -> None:
        def act(world: World) -> tuple[World, None]:
            host = world.hosts[subject.role.upper()]
            service = replace(host.services[subject.name], start_mode=value[0], state=value[1])
            return world.with_host(host.with_service(service)), None

        self.keeper.with_world(act)

    @property
    def attempts(self) -> int:
        return self.keeper.world.dhcp["OLD"].conflict_attempts

    def set_attempts(self, number: int) -> None:
        def act(world: World) -> tuple[World, None]:
            server = replace(world.dhcp["OLD"], conflict_attempts=number)
            return replace(world, dhcp={**world.dhcp, "OLD": server}), None

        self.keeper.with_world(act)

    # --- the commands ---

    def plan(self) -> Plan:
        what = self.opened.intended(playbook)
        with self.opened.workplace(what) as work:
            work.connect()
            work.require(what.book.roles)
            self.opened.recognise(work)
            return self.opened.plans.write(work.plan(what, work.read(what)))

    def approve(self, plan: Plan, role: str) -> None:
        fields = {"subject": plan.id, "digest": plan.digest, "by": PEOPLE[role], "role": role}
        with alone(self.opened), record_run(self.opened, unused(self.opened, "approve"), "approve") as journal:
            journal.write(APPROVED, boundary=True, **fields)

    def apply(self, plan_id: str) -> Outcome:
        chosen = self.opened.plans.load(plan_id)
        self.opened.plans.refuse_used(chosen)
        what = self.opened.intended(playbook)
        with alone(self.opened):
            return carry_out(self.opened, what, FirstRun(self.opened, what, chosen), confirm="", quiet=True)[0]

    def resume(self, run: str) -> Outcome:
        with alone(self.opened):
            standings = self.opened.standings()
            standing = next((one for one in standings if one.run == run), None)
            if standing is None:
                raise UnknownNameError(f"there is no run {run!r}.")
            plan = self.opened.plans.load(standing.plan)
            refuse_ended(standing, plan, [one for one in standings if one.run > run])
            what = self.opened.intended(playbook)
            errand = TakenUp(self.opened, what, plan, standing, quiet=True)
            return carry_out(self.opened, what, errand, confirm="", quiet=True)[0]

    def plan_undo(self, run: str) -> Plan:
        made = made_in(read(self.opened.project.runs_folder / run / "journal.jsonl"))
        what = self.opened.intended(playbook)
        with self.opened.workplace(what) as work:
            work.connect()
            work.require(what.book.roles)
            self.opened.recognise(work)
            return self.opened.plans.write(work.plan_undo(what, run, made, frozenset()))
