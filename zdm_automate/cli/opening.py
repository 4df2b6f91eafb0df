"""Opens a project for work: its verbs, playbooks, secrets, clock and hosts, wired together. It decides nothing."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zdm_automate.box_profiles import load_profiles, profile_of, profiles_sha256
from zdm_automate.clock import Clock, SystemClock
from zdm_automate.debug_log import switch_on
from zdm_automate.durations import Lessons
from zdm_automate.errors import InputError, ZdmError
from zdm_automate.journal import Journal, read
from zdm_automate.keys import fetch
from zdm_automate.ledger import LEDGER_EVENTS, Open, open_temporaries, project_facts
from zdm_automate.lessons import load_lessons
from zdm_automate.mail.specs import Specs
from zdm_automate.online_session import ONLINE
from zdm_automate.pins import PINS, Pins
from zdm_automate.plans import Plans
from zdm_automate.playbook import load_playbook
from zdm_automate.project import CredentialSection, Project, read_project, resolver_of
from zdm_automate.redaction import Redactor
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.standing import EVENTS, Standing, stand
from zdm_automate.summaries import Summary, summary
from zdm_automate.workplace import CONTROLLER, Intended, Workplace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from zdm_automate.box_profiles import Profile
    from zdm_automate.box_session import BoxSession
    from zdm_automate.checkup import Patient
    from zdm_automate.events import Observer
    from zdm_automate.facts.base import Fact
    from zdm_automate.mail_checkup import MailPatient
    from zdm_automate.mail_session import ExchangeSession
    from zdm_automate.online_session import OnlineSession
    from zdm_automate.playbook import Playbook
    from zdm_automate.project import BoxSection, SshSection
    from zdm_automate.session import HostSession
    from zdm_automate.steps import Read
    from zdm_automate.transport.base import Target, Transport
    from zdm_automate.transport.ssh import SshTarget
    from zdm_automate.transport.ways import WaysTransport

ATTACHMENTS = "attachments"
"""The folder of a run with the files that people added."""


@dataclass
class Opened:
    """A project with all that commands need."""

    project: Project
    library: Library
    clock: Clock
    plans: Plans
    credentials: dict[str, Credential] = field(default_factory=dict)

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """How boxes are read and changed, by profile name."""
        return load_profiles(self.folders("ps_scripts"))

    @cached_property
    def lessons(self) -> Lessons:
        """What other projects took, where the project names a file of it."""
        named = self.project.content.durations
        return load_lessons(self.project.folder / named) if named else Lessons()

    @cached_property
    def specs(self) -> Specs:
        """What can be asked of Exchange's endpoints, by verb."""
        return Specs.load(self.folders("ps_scripts"))

    @property
    def operator(self) -> str:
        """Who works."""
        return self.project.content.operator or getpass.getuser()

    @property
    def redactor(self) -> Redactor:
        """Knows every secret that has been fetched so far."""
        return Redactor(credential.password for credential in self.credentials.values())

    def playbook(self, name: str) -> Playbook:
        """A playbook of the project or the product."""
        return load_playbook(name, self.folders("playbooks"))

    def folders(self, kind: Any) -> tuple[Path, ...]:
        """The project's own folder of that kind first, then the shipped one."""
        return folders(kind, (self.project.folder,))

    def intended(self, book: Playbook) -> Intended:
        """A playbook with what the project wants of it."""
        intent = book.intent_of(self.project.intent_section(book.name), self.project.source)
        content = self.project.content
        return Intended(book=book, intent=intent, project=content.project, service_request=content.service_request)

    def credential(self, host: str) -> Credential:
        """The credential of a host, fetched once."""
        section = self.project.host(host)
        return self.fetched(section.credential or self.project.content.credential)

    def named_credential(self, name: str) -> Credential:
        """A credential of the project that is no host's, such as the key of the migration stores.

        Raises:
            InputError: the project has none of that name.
        """
        if name not in self.project.content.credentials:
            known = ", ".join(self.project.content.credentials) or "none"
            raise InputError(f"the project has no credential {name!r}; known: {known}.", hint="Name it under `credentials:`.")
        return self.fetched(name)

    def fetched(self, name: str) -> Credential:
        """A credential by its name, fetched once."""
        if name not in self.credentials:
            sections = self.project.content.credentials
            self.credentials[name] = fetch(name, sections[name], self.project.folder, others=sections.values())
        return self.credentials[name]

    def session(self, host: str) -> HostSession:
        """A session with a host, not yet open."""
        from zdm_automate.session import HostSession

        return HostSession(self._transport(host), self.library, now=self.clock.now)

    def mail(self, host: str) -> ExchangeSession:
        """A session with the endpoint of a host's Exchange, not yet open; see `opening_mail`."""
        from zdm_automate.cli.opening_mail import exchange_session

        return exchange_session(self, host)

    def online(self) -> OnlineSession:
        """A session with the organisation in Exchange Online, not yet open; see `opening_mail`."""
        from zdm_automate.cli.opening_mail import online_session

        return online_session(self)

    def patient(self, host: str) -> Patient:
        """A host to be looked at."""
        from zdm_automate.checkup import Patient
        from zdm_automate.session import HostSession
        from zdm_automate.transport.probe import probe

        transport = self._transport(host)
        return Patient(
            name=host,
            target=transport.target,
            session=HostSession(transport, self.library, now=self.clock.now),
            probe=None if self.project.host(host).ssh.jump else probe,
            service=None if transport.target.ssh else _service_state,
            why=lambda: transport.why,
            mail=self._mail_patient(host),
        )

    def _mail_patient(self, host: str) -> MailPatient | None:
        if self.project.host(host).exchange is None:
            return None
        from zdm_automate.cli.opening_mail import exchange_target
        from zdm_automate.mail_checkup import MailPatient
        from zdm_automate.transport.probe import probe

        return MailPatient(target=exchange_target(self, host), session=self.mail(host), probe=probe)

    def target(self, host: str) -> Target:
        """Where a host is reached, and how."""
        from zdm_automate.transport.base import Target

        switch_on(self.project.folder, lambda: self.redactor)
        section = self.project.host(host)
        if section.transport == "ssh":
            return Target(
                host=section.computer_name or host,
                address=section.address,
                port=section.port,
                ssl=False,
                ssh=True,
                credential=self.credential(host),
                connect_seconds=section.connect_seconds,
            )
        service, _, name = section.spn.rpartition("/")
        return Target(
            host=section.computer_name or host,
            address=section.address,
            port=section.port,
            ssl=section.ssl,
            auth=section.auth,
            fingerprint=section.fingerprint,
            ca_file=section.ca_file,
            basic_over_http=section.basic_over_http,
            spn_service=service or "host",
            spn_host=name,
            delegate=section.delegate,
            any_name=section.direct.any_name,
            credential=self.credential(host),
            connect_seconds=section.connect_seconds,
        )

    def _transport(self, host: str) -> WaysTransport:
        """The ways of a host, in the order in which they are tried; a library is loaded when its way is."""
        from zdm_automate.transport.ways import WaysTransport

        section = self.project.host(host)
        target = self.target(host)

        def psrp() -> Transport:
            from zdm_automate.transport.psrp import PsrpTransport

            return PsrpTransport(target, prelude=self.library.prelude_text)

        def winrs() -> Transport:
            from zdm_automate.transport.winrs import WinrsTransport

            return WinrsTransport(target, prelude=self.library.prelude_text, agent=self.library.agent_text)

        def ssh() -> Transport:
            from zdm_automate.transport.ssh_pwsh import SshPwshTransport

            way = self._ssh_target(target.host, section.address, section.port or 22, section.ssh, self.credential(host))
            return SshPwshTransport(target, way, prelude=self.library.prelude_text, agent=self.library.agent_text)

        def direct() -> Transport:
            from zdm_automate.transport.psrp import PsrpTransport
            from zdm_automate.transport.vm_direct import VmDirectTransport

            machine = section.direct.machine or target.host
            host = PsrpTransport(self.target(section.direct.through))
            texts = {"prelude": self.library.prelude_text, "carrier": self.library.carrier_text}
            return VmDirectTransport(target, host, machine, **texts)

        ways = {"psrp": psrp, "winrs": winrs, "ssh": ssh, "direct": direct}
        wanted = ["psrp", "winrs"] if section.transport == "auto" else [section.transport]
        return WaysTransport(target, [(name, ways[name]) for name in wanted])

    def box(self, name: str) -> BoxSession:
        """A session with a box, not yet open."""
        from zdm_automate.box_session import BoxSession
        from zdm_automate.transport.ssh import SshLine

        section = self.project.box(name)
        profile = profile_of(section.profile, self.profiles, section.own)
        backups = self.project.folder / "backups"
        return BoxSession(SshLine(self._box_target(name)), profile, now=self.clock.now, backups=backups)

    def _box_target(self, name: str) -> SshTarget:
        section = self.project.box(name)
        account = self.fetched(section.credential) if section.credential else Credential(section.user, Secret(""))
        return self._ssh_target(name, section.address, section.port, section, account)

    def _ssh_target(
        self, name: str, address: str, port: int, section: BoxSection | SshSection, account: Credential
    ) -> SshTarget:
        from zdm_automate.transport.ssh import SshTarget

        passphrase = None
        if section.passphrase:
            known = CredentialSection(user=name, secret=section.passphrase)
            key = f"passphrase of {name}"
            self.credentials[key] = self.credentials.get(key) or fetch(key, known, self.project.folder)
            passphrase = self.credentials[key].password
        return SshTarget(
            name=name,
            address=address,
            port=port,
            host_keys=section.host_keys,
            credential=account,
            key_file=self.project.folder / section.key_file if section.key_file else None,
            passphrase=passphrase,
            use_agent=section.agent,
            jump=self._box_target(section.jump) if section.jump else None,
        )

    def held(self) -> Iterable[Fact]:
        """What the project itself remembers."""
        return project_facts(self.entries(LEDGER_EVENTS, holding="ledger"))

    def register(self, held: Iterable[Fact] | None = None) -> tuple[Open, ...]:
        """What was changed for a time and is not taken back yet, the one that is due first first."""
        window = self.project.content.window
        held = self.held() if held is None else held
        return open_temporaries(held, self.clock.now(), window.window.end if window is not None else None)

    def entries(self, events: Collection[str] = (), *, holding: str = "") -> Iterator[dict[str, Any]]:
        """All journal entries, or those of the named events, oldest run first; `holding` as for `journal.read`."""
        for path in self.project.journals():
            yield from read(path, events, holding=holding)

    def attachment(self, run: str, name: str = "") -> Path:
        """Where a file lies that a person added to a run, or all of them."""
        return self.project.runs_folder / run / ATTACHMENTS / name

    def standings(self) -> list[Standing]:
        """How far every run has come, oldest first; also one that took its plan and ended before its first line."""
        found = {path.parent.name: stand(read(path, EVENTS)) for path in self.project.journals()}
        return self._with_unbegun(found)

    def summaries(self) -> list[Summary]:
        """Every journal in short, oldest first, for showing."""
        return [summary(path) for path in self.project.journals()]

    def shown(self, kept: Iterable[Summary]) -> list[Standing]:
        """As `standings`, from these summaries."""
        return self._with_unbegun({one.standing.run: one.standing for one in kept if one.standing.run})

    def _with_unbegun(self, found: dict[str, Standing]) -> list[Standing]:
        for plan_id in self.plans.ids():
            when = self.plans.used(plan_id)
            if when and not found.get(plan_id, Standing()).run:
                found[plan_id] = self._unbegun(plan_id, when)
        return [found[run] for run in sorted(found) if found[run].run]

    def _unbegun(self, plan_id: str, when: str) -> Standing:
        try:
            plan = self.plans.load(plan_id)
        except ZdmError:  # a plan that is no longer one cannot be gone on with; `zdm plans` still lists it
            return Standing()
        return Standing(
            run=plan_id,
            kind=plan.kind,
            plan=plan_id,
            plan_digest=plan.digest,
            playbook=plan.playbook,
            undoes=plan.undoes,
            claimed=when,
        )

    def workplace(self, what: Intended) -> Workplace:
        """The hosts that a playbook needs."""
        book = what.book
        roles = self.project.roles_of(book.roles, book.optional, book.name)
        boxes = {name: name for name, section in self.project.content.boxes.items() if section.profile}
        tenant = {ONLINE: ONLINE} if self.project.content.tenant is not None else {}
        everyone = roles | boxes | tenant | {CONTROLLER: CONTROLLER}
        wanted = set(book.roles) | {read.role for read in book.readers(what.intent, everyone, seats=True)}
        hosts = {role: host for role, host in roles.items() if role in wanted}
        mail = {role: host for role, host in hosts.items() if role in book.exchange}
        by_host = {host: self.session(host) for role, host in hosts.items() if role not in mail}
        by_server = {host: self.mail(host) for host in dict.fromkeys(mail.values())}
        return Workplace(
            sessions={
                **{role: by_server[host] if role in mail else by_host[host] for role, host in hosts.items()},
                **{name: self.box(name) for name in boxes if name in wanted},
                **{name: self.online() for name in tenant if name in wanted},
            },
            library=self.library,
            now=self.clock.now,
            held=self.held,
            controller=self._outside() if CONTROLLER in wanted else None,
            credentials={
                **{role: self.credential(host) for role, host in hosts.items()},
                **{handed: self.named_credential(name) for handed, name in book.secrets_of(what.intent).items()},
            },
            optional=book.optional,
            boxes_sha256=profiles_sha256(self.profiles) if boxes else "",
            specs=self.specs if mail or tenant else Specs(()),
        )

    def bench(self, reads: Iterable[Read]) -> Workplace:
        """The hosts of these readers alone, without a playbook; one is asked at its Exchange where the reader is Exchange's."""
        roles = self.project.content.roles
        reads = tuple(reads)
        scripts = frozenset(self.library)
        wanted = {one.role: one.verb not in scripts and one.verb in self.specs for one in reads if one.role in roles}
        opened = {
            key: self.mail(key[0]) if key[1] else self.session(key[0])
            for key in dict.fromkeys((roles[role], mail) for role, mail in wanted.items())
        }
        sessions: dict[str, Any] = {role: opened[roles[role], mail] for role, mail in wanted.items()}
        online = self.project.content.tenant is not None and any(one.role == ONLINE for one in reads)
        if online:
            sessions[ONLINE] = self.online()
        specs = self.specs if online or any(wanted.values()) else Specs(())
        return Workplace(sessions=sessions, library=self.library, now=self.clock.now, held=self.held, specs=specs)

    def _outside(self) -> Any:
        from zdm_automate.external_dns import ExternalDns

        resolvers = tuple(resolver_of(text) for text in self.project.content.resolvers)
        return ExternalDns(resolvers, now=self.clock.now) if resolvers else None

    def recognise(self, work: Workplace) -> None:
        """Compares the hosts with those that were pinned, and pins those that are met for the first time.

        Raises:
            WrongHostError: a host is another machine than the one that was pinned.
        """
        pins = self.pins
        seen = work.identities()
        pins.refuse_strangers(seen)
        pins.add(seen, by=self.operator, at=self.clock.now())

    @property
    def pins(self) -> Pins:
        """The machines that the project knows."""
        return Pins(self.project.folder / PINS)

    def journal(self, run: str, observers: Iterable[Observer] = ()) -> Journal:
        """The journal of a run."""
        return Journal(
            self.project.runs_folder / run / "journal.jsonl",
            run=run,
            project=self.project.content.project,
            service_request=self.project.content.service_request,
            now=self.clock.now,
            redactor=self.redactor,
            observers=(*observers, *self._log_outlets(run)),
        )

    def _log_outlets(self, run: str) -> Iterator[Observer]:
        """Where else the events go, if the project names a place."""
        logs = self.project.content.logs
        if not (logs.syslog or logs.event_file or logs.otlp):
            return
        import platform

        from zdm_automate.report.log_outlets import EventFileOutlet, SyslogOutlet

        host = platform.node() or "controller"
        if logs.syslog:
            yield SyslogOutlet(logs.syslog, run=run, host=host, now=self.clock.now)
        if logs.event_file:
            yield EventFileOutlet(self.project.folder / logs.event_file, run=run, host=host, now=self.clock.now)
        if logs.otlp:
            try:
                from zdm_automate.report.otlp_outlet import OtlpOutlet
            except ModuleNotFoundError as problem:
                raise InputError(
                    f"`logs: otlp` needs a library that is not installed: {problem.name}.",
                    hint="Install zdm-automate[otel], or take `otlp` out of project.yaml.",
                ) from problem
            yield OtlpOutlet(logs.otlp, run=run, host=host, now=self.clock.now)


def _service_state(target: Target) -> Any:
    """See `service_state`; its library is loaded when a host has answered: the wait for the dead ones begins before that."""
    from zdm_automate.transport.psrp import service_state

    return service_state(target)


def open_project(folder: Path) -> Opened:
    """Reads the project in a folder.

    Raises:
        ProjectError: there is none, or it is wrong.
    """
    project = read_project(folder)
    own = (project.folder,)
    library = Library.load(folders("ps_scripts", own))
    return Opened(project=project, library=library, clock=_clock(project), plans=Plans(project.plans_folder))


def _clock(project: Project) -> Clock:
    """The project's clock: this computer's, or that of the lab it is rehearsed in."""
    if project.lab_folder is None:
        return SystemClock()
    from zdm_automate.cli.lab import LabClock

    return LabClock(project.lab_folder)
