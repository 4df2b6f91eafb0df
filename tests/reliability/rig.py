"""A project run in memory: an office's world without sockets, a real journal, and faults at every moment of a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from zdm_automate import journal as journals
from zdm_automate import wire
from zdm_automate.errors import JournalUnwritableError, ZdmError
from zdm_automate.facts.base import Fact
from zdm_automate.journal import Journal
from zdm_automate.lab.direct import DirectTransport
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Office, find_office, read_office
from zdm_automate.lab.perform import load_models, perform
from zdm_automate.lab.world.model import World
from zdm_automate.ledger import LEDGER_EVENTS, project_facts
from zdm_automate.model import Change
from zdm_automate.planner import Plan
from zdm_automate.plans import digest_of
from zdm_automate.playbook import Playbook, load_playbook
from zdm_automate.resources import folders
from zdm_automate.resume import refuse_ended
from zdm_automate.runner import Outcome
from zdm_automate.scripts import Library, Verb, known_scripts
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.standing import stand
from zdm_automate.transport.base import Reply, Target
from zdm_automate.undo import made_in
from zdm_automate.workplace import Intended, Workplace


class Killed(BaseException):
    """The process is gone: nothing of it writes or calls any more."""


class StillClock:
    """The world's time, moved by calls alone, so that equal runs end in equal worlds."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def carry(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now


@cache
def library() -> Library:
    load_models()
    return Library.load(folders("ps_scripts"))


@cache
def known() -> Mapping[str, Any]:
    return known_scripts(library())


@cache
def office(name: str) -> Office:
    return read_office(find_office(name))


@cache
def playbook(name: str) -> Playbook:
    """A shipped playbook, imported once; a cell of a matrix changes nothing in it."""
    return load_playbook(name, folders("playbooks"))


@dataclass(slots=True)
class Trap:
    """What goes wrong: stands around every call of a verb and every journal line.

    `late` is what the host does once the run has ended, and `afterwards` what people do then.
    """

    on_call: Callable[[str, Verb, Callable[[], Reply]], Reply] | None = None
    on_line: Callable[[bytes, Callable[[], None]], None] | None = None
    dead: bool = False
    late: list[Callable[[], object]] = field(default_factory=list)
    afterwards: Callable[[], object] | None = None
    struck: bool = False


class MemoryFile:
    """A journal's file in memory that a trap stands before."""

    def __init__(self, lines: list[bytes], trap: Trap) -> None:
        self._lines, self._trap = lines, trap

    def append(self, line: bytes) -> None:
        if self._trap.dead:
            raise Killed
        if self._trap.on_line is None:
            self._lines.append(line)
        else:
            self._trap.on_line(line, lambda: self._lines.append(line))

    def sync(self) -> None:
        if self._trap.dead:
            raise Killed

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Rig:
    """One office with one project on it.

    Attributes:
        trap: what goes wrong; set anew for each run.
        changed: how often each applier has changed the world, by host, verb and target.
        journals: the lines of every run, by run.
        wrong: by how many seconds the controller's clock is wrong.
    """

    name: str
    folder: Path
    world: World | None = None
    trap: Trap = field(default_factory=Trap)
    changed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    journals: dict[str, list[bytes]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    wrong: float = 0.0
    keeper: Keeper = field(init=False)
    clock: StillClock = field(init=False)

    def __post_init__(self) -> None:
        made = office(self.name)
        world = self.world or made.world
        self.clock = StillClock(world.now)
        self.keeper = Keeper(world, self.clock, made.pace)  # type: ignore[arg-type]
        self.roles = self.roles or dict(made.project["roles"])

    def now(self) -> datetime:
        """What the controller's clock shows."""
        return self.clock.now() + timedelta(seconds=self.wrong)

    # --- the project ---

    def intended(self, book: str) -> Intended:
        found = playbook(book)
        intent = found.intent_of(office(self.name).project["intent"][book])
        return Intended(book=found, intent=intent, project="Example", service_request="SR-1")

    def of(self, playbook: Playbook, intent: Any) -> Intended:
        return Intended(book=playbook, intent=intent, project="Example", service_request="SR-1")

    def workplace(self, what: Intended) -> Workplace:
        made = office(self.name)
        credential = Credential(made.user, Secret(made.password.get_secret_value()))
        sessions = {role: self._session(host) for role, host in self.roles.items()}
        return Workplace(
            sessions=sessions,
            library=library(),
            now=self.now,
            held=self.held,
            credentials=dict.fromkeys(sessions, credential),
            optional=what.book.optional,
        )

    def held(self) -> tuple[Fact, ...]:
        lines = [line for run in sorted(self.journals) for line in self.journals[run]]
        entries = (journals._parsed(line) or {} for line in lines)  # noqa: SLF001
        return project_facts(entry for entry in entries if entry.get("event") in LEDGER_EVENTS)

    def _session(self, host: str) -> HostSession:
        transport = DirectTransport(
            target=Target(host=host, address="192.0.2.1"),
            keeper=self.keeper,
            library=library(),
            around=self._around,
            _known=known(),
        )
        return HostSession(transport, library(), now=self.now)

    def _around(self, host: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
        if self.trap.dead:
            raise Killed

        def counted() -> Reply:
            reply = call()
            if verb.kind == "applier" and reply.output and reply.output[-1].get("Changed"):
                self.changed[host, verb.name, str(reply.output[-1]["Target"])] += 1
            return reply

        return counted() if self.trap.on_call is None else self.trap.on_call(host, verb, counted)

    def by_hand(self, host: str, change: Change) -> None:
        """Somebody makes a change there without the product."""
        verb = library()[change.call.verb]
        given = wire.arguments(verb, change.call.params)

        def act(world: World) -> tuple[World, None]:
            return perform(world, host, verb, given).world, None

        self.keeper.with_world(act)

    # --- runs ---

    def plan(self, book: str | Intended) -> tuple[Intended, Plan]:
        what = self.intended(book) if isinstance(book, str) else book
        with self.workplace(what) as work:
            work.connect()
            made = work.plan(what, work.read(what))
        sealed = replace(made, id=f"{len(self.journals) + 1:03}-{what.book.name}")
        return what, replace(sealed, digest=digest_of(sealed))

    def apply(self, what: Intended, plan: Plan) -> Outcome:
        with self.workplace(what) as work:
            work.connect()
            work.check_fresh(what, plan)
            with self.journal(plan.id) as record:
                begin(record, plan)
                return work.apply(what, plan, record)

    def resume(self, what: Intended, plan: Plan) -> Outcome:
        standing = stand(self.entries(plan.id))
        if not standing.run:
            return self.apply(what, plan)
        refuse_ended(standing, plan, ())
        with self.workplace(what) as work:
            work.connect()
            _, settled = work.look_again(what, plan, standing)
            with self.journal(plan.id) as record:
                record.write("run.resumed", boundary=True, after=standing.result or "no end", settled=dict(settled.verdicts))
                return work.go_on(what, plan, standing, settled, record)

    def plan_undo(self, what: Intended, run: str, *, to: str = "", overwrite: tuple[str, ...] = ()) -> Plan:
        with self.workplace(what) as work:
            work.connect()
            made = work.plan_undo(what, run, made_in(self.entries(run), to), overwrite)
        sealed = replace(made, id=f"{len(self.journals) + 1:03}-undo")
        return replace(sealed, digest=digest_of(sealed))

    def journal(self, run: str) -> Journal:
        lines = self.journals.setdefault(run, [])
        path = self.folder / f"{run}.jsonl"
        path.write_bytes(b"".join(lines))

        def opened(_: Path) -> MemoryFile:
            lines[:] = path.read_bytes().splitlines(keepends=True)
            return MemoryFile(lines, self.trap)

        return Journal(
            path,
            run=run,
            project="Example",
            service_request="SR-1",
            now=self.now,
            open_file=opened,
        )

    def entries(self, run: str) -> list[dict[str, Any]]:
        return [journals._parsed(line) or {} for line in self.journals.get(run, [])]  # noqa: SLF001

    def verify(self, run: str) -> int:
        path = self.folder / f"{run}.jsonl"
        path.write_bytes(b"".join(self.journals[run]))
        return journals.verify(path).lines

    def carry(self, seconds: float) -> None:
        self.keeper.carry(seconds)


def begin(record: Journal, plan: Plan) -> None:
    record.write(
        "run.started",
        boundary=True,
        kind=plan.kind,
        undoes=plan.undoes,
        plan=plan.id,
        plan_digest=plan.digest,
        playbook=plan.playbook,
        operator="Alex",
        hosts=plan.hosts,
    )


def full(line: bytes, write: Callable[[], None]) -> None:
    """A disk that takes nothing more."""
    del line, write
    raise JournalUnwritableError("the journal cannot be written: No space left on device.", hint="Free space.")


def resumed(rig: Rig, what: Intended, plan: Plan, *, tries: int = 3) -> Outcome | ZdmError:
    """Resumes until the run is done, or gives what it was refused with."""
    outcome: Outcome | ZdmError = ZdmError("never tried")
    for _ in range(tries):
        try:
            outcome = rig.resume(what, plan)
        except ZdmError as problem:
            outcome = problem
            continue
        if outcome.result == "done":
            break
    return outcome
