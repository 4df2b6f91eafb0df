"""The five stages of every run over the hosts of a project: connect, read, plan, apply, verify. Always in this order.

It wires sessions, playbook, planner and runner together; it decides nothing about a migration and writes only to the journal.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from zdm_automate.bench import Bench
from zdm_automate.box_session import BOX_OUTPUTS, BoxInfo, BoxSession
from zdm_automate.errors import PlanStaleError, ZdmError
from zdm_automate.facts.base import Fact
from zdm_automate.facts.host import HostInventory
from zdm_automate.hops import with_routes
from zdm_automate.ledger import with_project
from zdm_automate.mail.specs import Specs
from zdm_automate.mail_session import ExchangeInfo, ExchangeSession
from zdm_automate.moved import refuse_moved
from zdm_automate.pins import Identity
from zdm_automate.planner import Plan, plan_items
from zdm_automate.playbook import Playbook
from zdm_automate.reading import Gathering, Reader, gather
from zdm_automate.resume import Settled, left, settle_open, write_settled
from zdm_automate.runner import Outcome, apply_plan, error_fields, refuse_stale
from zdm_automate.scripts import Library
from zdm_automate.session import SKEW_LIMIT, HostSession, Opens, SessionInfo, open_all, skew_error
from zdm_automate.settling import reads_of
from zdm_automate.steps import Read
from zdm_automate.undo import RecordedChange, look, undo_items

if TYPE_CHECKING:
    from types import TracebackType

    from zdm_automate.bench import Writer
    from zdm_automate.facts.store import Facts
    from zdm_automate.model import Change, Check, PlannedItem
    from zdm_automate.standing import Standing

IDENTITY = "Get-ZdmHostInventory"
"""The reader that tells which machine a host is."""

STANDALONE = frozenset({0, 2})
"""`Win32_ComputerSystem.DomainRole` of a client and of a server in no domain."""

CONTROLLERS = frozenset({4, 5})
"""`DomainRole` of a domain controller."""

CONTROLLER = "controller"
"""The role of this machine itself, for what is looked up from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """What a run is about: the playbook, the validated intent, and where it belongs."""

    book: Playbook
    intent: Any
    project: str
    service_request: str

    @property
    def intent_hash(self) -> str:
        """SHA-256 of the intent."""
        return hashlib.sha256(json.dumps(asdict(self.intent), sort_keys=True, default=str).encode()).hexdigest()


Info = SessionInfo | BoxInfo | ExchangeInfo
"""What is known of a host, a box or an Exchange server since its session opened."""


@dataclass(slots=True)
class Workplace:
    """The hosts of a project, open for work; a context manager that closes every session.

    Attributes:
        sessions: by role.
        library: the verbs.
        now: the project's clock.
        held: the facts that the project itself holds, read anew each time.
        controller: who answers for the role `controller`; None where the project looks nothing up from here.
        optional: roles whose host may be away; without it the run goes on as if the project did not have it.
        boxes_sha256: hash of the profiles by which boxes are read and changed.
        specs: the verbs of Exchange's endpoints.
    """

    sessions: Mapping[str, HostSession | BoxSession | ExchangeSession]
    library: Library
    now: Callable[[], datetime]
    held: Callable[[], Iterable[Fact]] = tuple
    controller: Reader | None = None
    credentials: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    boxes_sha256: str = ""
    specs: Specs = field(default_factory=lambda: Specs(()))
    infos: dict[str, Info | ZdmError] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        for session in self.sessions.values():
            session.close()

    # --- connect ---

    def connect(self) -> Mapping[str, Info | ZdmError]:
        """Opens all hosts side by side; a host's failure is its result, see `require`."""
        machines: tuple[Opens[Info], ...] = tuple(
            dict.fromkeys(one for one in self.sessions.values() if not isinstance(one, ExchangeSession))
        )
        mail: tuple[Opens[Info], ...] = tuple(
            dict.fromkeys(one for one in self.sessions.values() if isinstance(one, ExchangeSession))
        )
        # a host and its Exchange are two sessions under one name
        by_host, by_server = open_all(machines), open_all(mail)
        self.infos = {
            role: (by_server if isinstance(session, ExchangeSession) else by_host)[session.host]
            for role, session in self.sessions.items()
        }
        return self.infos

    def require(self, roles: Iterable[str]) -> None:
        """Asks that these roles are open, and every box that the project says is to be worked with.

        Raises:
            ZdmError: the first host that is not, with its own reason.
        """
        boxes = (role for role, session in self.sessions.items() if isinstance(session, BoxSession))
        for role in (*roles, *boxes):
            info = self.infos.get(role)
            if isinstance(info, ZdmError) and role not in self.optional:
                raise info

    def refuse_skew(self, roles: Iterable[str]) -> None:
        """Asks that the clocks of these roles' hosts can be trusted, before anything is changed.

        Raises:
            ClockSkewError: one is off by the limit or more.
        """
        for role in roles:
            info = self.infos.get(role)
            if isinstance(info, SessionInfo) and abs(info.skew_seconds) >= SKEW_LIMIT:
                raise skew_error(info.host, info.skew_seconds)

    @property
    def domains(self) -> tuple[str, ...]:
        """What can have one writer only: the domains of the open hosts, and each host that is in none by its own name."""
        found = {
            info.fact.domain.casefold() if info.fact.domain_role not in STANDALONE else info.host.casefold()
            for info in self.infos.values()
            if isinstance(info, SessionInfo)
        }
        found |= {info.domain for info in self.infos.values() if isinstance(info, ExchangeInfo)}
        return tuple(sorted(found))

    @property
    def hosts(self) -> dict[str, str]:
        """Host names by role, of the roles that can be worked with."""
        names = {role: s.host for role, s in self.sessions.items() if not isinstance(self.infos.get(role), ZdmError)}
        return names | ({CONTROLLER: CONTROLLER} if self.controller is not None else {})

    # --- recognise ---

    def identities(self) -> dict[str, Identity]:
        """What each open host is, by its name; without those that the way to them tells.

        Raises:
            ZdmError: a host that was opened does not say.
        """
        machines = {role: s for role, s in self.sessions.items() if role in self.hosts and isinstance(s, HostSession)}
        by_host = {session.host: role for role, session in machines.items() if not session.any_name}
        reads = [Read(role=role, verb=IDENTITY) for role in by_host.values()]
        got = gather(dict(machines), reads, output_of=self.output_of, now=self.now(), hosts=self.hosts)
        for done in got.failures:
            if done.error is not None:
                raise done.error
        return {
            host: Identity.of(self.infos[role].host, got.facts.of(role, HostInventory)[0], machines[role].address)
            for host, role in by_host.items()
        }

    # --- read ---

    def read(self, what: Intended, *, seats: bool = False, also: Iterable[Read] = ()) -> Gathering:
        """Reads what deciding needs; with `seats` also what only the checks need; `also` what a plan itself is about."""
        readers: dict[str, Reader] = {role: s for role, s in self.sessions.items() if role in self.hosts}
        if self.controller is not None:
            readers[CONTROLLER] = self.controller
        reads = what.book.readers(what.intent, self.hosts, seats=seats)
        known = {(read.role, read.verb) for read in reads}
        reads += tuple(read for read in also if (read.role, read.verb) not in known)
        got = gather(readers, reads, output_of=self.output_of, now=self.now(), hosts=self.hosts)
        return Gathering(facts=with_project(got.facts, self.held()), calls=got.calls)

    def look(self, reads: Iterable[Read]) -> Facts:
        """Fresh facts of these readers alone, as a gate asks for them; without what the project itself holds."""
        readers: dict[str, Reader] = {role: s for role, s in self.sessions.items() if role in self.hosts}
        return gather(readers, reads, output_of=self.output_of, now=self.now(), hosts=self.hosts).facts

    @property
    def skew(self) -> dict[str, float]:
        """Clock differences in seconds, by host that answered."""
        return {info.host: info.skew_seconds for info in self.infos.values() if isinstance(info, SessionInfo)}

    # --- plan ---

    def plan(self, what: Intended, gathering: Gathering) -> Plan:
        """The plan on these facts; its id sorts by time.

        Raises:
            RefusedError: a change needs a second hop, and nothing that is allowed leads there.
        """
        return self._planned(what, gathering, plan_items(what.book.items, gathering.facts, what.intent), what.book.name)

    def plan_undo(self, what: Intended, run: str, made: Sequence[RecordedChange], overwrite: Collection[str]) -> Plan:
        """The plan that takes these changes of a run back, on fresh facts."""
        also = reads_of(effect for one in made for effect in one.effects)
        facts = self.read(what, also=also).facts
        watched = {one.step: rows for one in made if (rows := look(one, self.bench())) is not None}
        items = undo_items(made, facts, watched, overwrite)
        name = f"undo-{what.book.name}"
        draft = replace(self._planned(what, self.read(what), items, name), kind="undo", undoes=run)
        gathering = self.read(what, also=_about(draft))
        return replace(draft, fingerprint=gathering.facts.fingerprint())

    def _planned(self, what: Intended, gathering: Gathering, items: tuple[PlannedItem, ...], name: str) -> Plan:
        moment = self.now()
        stamp = moment.strftime("%Y%m%d-%H%M%S")
        unique = hashlib.sha256(f"{time.time_ns()}{gathering.facts.fingerprint()}".encode()).hexdigest()[:4]
        return Plan(
            id=f"{stamp}-{name}-{unique}",
            playbook=what.book.name,
            project=what.project,
            service_request=what.service_request,
            created=moment.isoformat(timespec="seconds"),
            fingerprint=gathering.facts.fingerprint(),
            intent_hash=what.intent_hash,
            items=with_routes(
                items,
                self.library,
                hosts=self.hosts,
                delegating=self.delegating,
            ),
            hosts=self.hosts,
            warnings=tuple(w for done in gathering.calls if done.result is not None for w in done.result.warnings),
        )

    @property
    def delegating(self) -> list[str]:
        """Roles whose session hands on a ticket that its host may use: domain controllers are trusted for that."""
        controllers = [
            role for role, info in self.infos.items() if isinstance(info, SessionInfo) and info.fact.domain_role in CONTROLLERS
        ]
        return [role for role in controllers if self.sessions[role].delegates]

    # --- apply ---

    def check_fresh(self, what: Intended, plan: Plan) -> Gathering:
        """Reads again and compares with what the plan rests on, before the plan is claimed.

        Raises:
            PlanStaleError: facts or intent have changed since.
        """
        gathering = self.read(what, also=_about(plan))
        refuse_stale(plan, gathering, intent_hash=what.intent_hash)
        return gathering

    def apply(
        self,
        what: Intended,
        plan: Plan,
        journal: Writer,
        *,
        stop: Callable[[], bool] = lambda: False,
        so_far: Standing | None = None,
        admit: Callable[[Change], None] = lambda _change: None,
        approver: str = "",
    ) -> Outcome:
        """Carries out a plan that was found fresh and has been claimed, then judges the result by fresh facts.

        A plan that takes a run back is judged by reading its items back alone: the playbook's checks ask for the opposite.
        """
        verify = (lambda: self.verify(what)) if plan.kind == "apply" else tuple
        bench = self.bench(stop, admit=admit, approver=approver)
        return apply_plan(plan, bench, journal, verify=verify, so_far=so_far)

    def bench(
        self,
        stop: Callable[[], bool] = lambda: False,
        *,
        admit: Callable[[Change], None] = lambda _change: None,
        approver: str = "",
    ) -> Bench:
        """What a run works with here."""
        return Bench(
            workers=self.sessions,
            hosts=self.hosts,
            scripts=self,
            now=self.now,
            monotonic=time.monotonic,
            credentials=self.credentials,
            stop=stop,
            admit=admit,
            approver=approver,
        )

    # --- resume ---

    def look_again(self, what: Intended, plan: Plan, standing: Standing) -> tuple[Gathering, Settled]:
        """What the hosts show of a run that stopped, before anything is called or written.

        Raises:
            OutcomeUnknownError: nobody can tell what became of one of its changes.
            PlanStaleError: what the changes left rest on, or the intent, has changed since.
        """
        if what.intent_hash != plan.intent_hash:
            raise PlanStaleError(
                f"the project file wants something else than when plan {plan.id} was made.",
                hint=f"Nothing was changed now. Make a new one with `zdm plan {plan.playbook}`.",
            )
        settled = settle_open(plan, standing, self.bench())
        gathering = self.read(what, also=_about(plan))
        refuse_moved(
            left(plan, settled.standing(standing)),
            gathering.facts,
            hint=f"Nothing was changed now. Make a new plan with `zdm plan {plan.playbook}`.",
        )
        return gathering, settled

    def go_on(
        self,
        what: Intended,
        plan: Plan,
        standing: Standing,
        settled: Settled,
        journal: Writer,
        *,
        stop: Callable[[], bool] = lambda: False,
        admit: Callable[[Change], None] = lambda _change: None,
        approver: str = "",
    ) -> Outcome:
        """Writes down what was settled and carries out the rest."""
        write_settled(plan, standing, settled, self.bench(), journal)
        so_far = settled.standing(standing)
        return self.apply(what, plan, journal, stop=stop, so_far=so_far, admit=admit, approver=approver)

    # --- verify ---

    def verify(self, what: Intended) -> tuple[Check, ...]:
        """Judges every item by fresh facts, also from the seats."""
        return what.book.judge(self.read(what, seats=True).facts, what.intent)

    # --- what the journal is told ---

    def report_hosts(self, journal: Writer) -> None:
        """One line per host: who answered, how, with which versions."""
        for role, info in self.infos.items():
            if isinstance(info, ZdmError):
                journal.write("host.failed", role=role, host=self.sessions[role].host, error=error_fields(info))
            else:
                journal.write("host.connected", role=role, host=info.host, session=info.described())

    def report_reads(self, journal: Writer, gathering: Gathering) -> None:
        """One line per reader: what it found, how long it took, which script it was."""
        for done in gathering.calls:
            common: dict[str, Any] = {
                "role": done.read.role,
                "host": self.hosts.get(done.read.role, done.read.role),
                "verb": done.read.verb,
                "params": dict(done.read.params),
            }
            if done.result is None:
                journal.write("read.failed", **common, error=error_fields(done.error))
            else:
                journal.write(
                    "read.finished",
                    **common,
                    facts=len(done.result.facts),
                    duration_ms=round(done.result.duration_seconds * 1000),
                    requests=done.result.requests,
                    script_sha256=done.result.script_sha256,
                )

    def output_of(self, verb: str) -> str:
        """Schema name of a verb's result."""
        if verb in NOT_SCRIPTS:
            return NOT_SCRIPTS[verb]
        if verb in self.specs:
            return self.specs[verb].outputs[0]
        return self.library[verb].outputs[0]

    def sha256_of(self, verb: str) -> str:
        """Hash of what is sent for a verb."""
        if verb in self.specs:
            return self.specs[verb].sha256
        return self.boxes_sha256 if verb in BOX_OUTPUTS else self.library.script(verb).sha256


def _about(plan: Plan) -> list[Read]:
    """What a plan that takes a run back reads beyond its playbook: all that its changes are about."""
    return reads_of(e for change in plan.changes for e in change.effects) if plan.kind == "undo" else []


NOT_SCRIPTS = {"Get-ZdmExternalDns": "Zdm.DnsAnswer", **BOX_OUTPUTS}
"""What this machine itself can read and what is asked of boxes, and as which fact."""
