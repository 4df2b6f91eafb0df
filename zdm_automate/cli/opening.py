"""Opens a project for work: its verbs, playbooks, secrets, clock and hosts, wired together. It decides nothing."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zdm_automate.clock import Clock, SystemClock
from zdm_automate.journal import Journal, read
from zdm_automate.keys import fetch
from zdm_automate.ledger import project_facts
from zdm_automate.plans import Plans
from zdm_automate.playbook import load_playbook
from zdm_automate.project import Project, read_project, resolver_of
from zdm_automate.redaction import Redactor
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential
from zdm_automate.workplace import CONTROLLER, Intended, Workplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from zdm_automate.events import Observer
    from zdm_automate.facts.base import Fact
    from zdm_automate.playbook import Playbook
    from zdm_automate.session import HostSession


@dataclass(slots=True)
class Opened:
    """A project with all that commands need."""

    project: Project
    library: Library
    clock: Clock
    plans: Plans
    credentials: dict[str, Credential] = field(default_factory=dict)

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
        name = section.credential or self.project.content.credential
        if name not in self.credentials:
            self.credentials[name] = fetch(name, self.project.content.credentials[name], self.project.folder)
        return self.credentials[name]

    def session(self, host: str) -> HostSession:
        """A session with a host, not yet open."""
        from zdm_automate.session import HostSession
        from zdm_automate.transport.base import Target
        from zdm_automate.transport.psrp import PsrpTransport

        section = self.project.host(host)
        target = Target(
            host=section.computer_name or host,
            address=section.address,
            port=section.port,
            ssl=section.ssl,
            auth=section.auth,
            fingerprint=section.fingerprint,
            ca_file=section.ca_file,
            basic_over_http=section.basic_over_http,
            credential=self.credential(host),
        )
        return HostSession(PsrpTransport(target, prelude=self.library.prelude_text), self.library, now=self.clock.now)

    def held(self) -> Iterable[Fact]:
        """What the project itself remembers."""
        return project_facts(self.entries())

    def entries(self) -> Iterator[dict[str, Any]]:
        """All journal entries, oldest run first."""
        for path in self.project.journals():
            yield from read(path)

    def workplace(self, what: Intended) -> Workplace:
        """The hosts that a playbook needs."""
        book = what.book
        roles = self.project.roles_of(book.roles, book.optional, book.name)
        everyone = roles | {CONTROLLER: CONTROLLER}
        wanted = set(book.roles) | {read.role for read in book.readers(what.intent, everyone, seats=True)}
        hosts = {role: host for role, host in roles.items() if role in wanted}
        by_host = {host: self.session(host) for host in dict.fromkeys(hosts.values())}
        return Workplace(
            sessions={role: by_host[host] for role, host in hosts.items()},
            library=self.library,
            now=self.clock.now,
            held=self.held,
            controller=self._outside() if CONTROLLER in wanted else None,
            credentials={role: self.credential(host) for role, host in hosts.items()},
            optional=book.optional,
        )

    def _outside(self) -> Any:
        from zdm_automate.external_dns import ExternalDns

        resolvers = tuple(resolver_of(text) for text in self.project.content.resolvers)
        return ExternalDns(resolvers, now=self.clock.now) if resolvers else None

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
        if not (logs.syslog or logs.event_file):
            return
        import platform

        from zdm_automate.report.log_outlets import EventFileOutlet, SyslogOutlet

        host = platform.node() or "controller"
        if logs.syslog:
            yield SyslogOutlet(logs.syslog, run=run, host=host, now=self.clock.now)
        if logs.event_file:
            yield EventFileOutlet(self.project.folder / logs.event_file, run=run, host=host, now=self.clock.now)


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
