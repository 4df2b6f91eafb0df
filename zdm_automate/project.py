"""The project file: hosts, roles, credentials by reference, and what is wanted. YAML in, validated values out.

It never holds a secret: a credential says where its secret is found (`zdm_automate/keys.py` fetches it).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.outlets import EvidenceSection, LogsSection, TicketingSection
from zdm_automate.yaml_source import YamlSource, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "project.yaml"
HIGHEST_PORT: Final = 65_535
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CredentialSection(_Section):
    r"""An account and where its password is found.

    Attributes:
        user: `DOMAIN\user` or `user@domain`.
        secret: `keyring:SERVICE`, `env:VARIABLE`, `file:PATH` (readable by its owner alone) or `prompt`.
    """

    user: str = Field(min_length=1)
    secret: str = Field(pattern=r"^(keyring:.+|env:[A-Za-z_]\w*|file:.+|prompt)$")


class HostSection(_Section):
    """How a host is reached. `computer_name` is what it must call itself; the key in `hosts` where it is empty."""

    address: str
    port: int = Field(default=0, ge=0, le=HIGHEST_PORT)
    ssl: bool = True
    auth: Literal["negotiate", "ntlm", "kerberos", "basic"] = "negotiate"
    fingerprint: str = ""
    ca_file: str = ""
    basic_over_http: bool = False
    credential: str = ""
    computer_name: str = Field(default="", max_length=63)


class ProjectFile(_Section):
    """The whole file.

    Attributes:
        project: the project's name, for reports.
        service_request: the ticket that the evidence belongs to.
        operator: who works with it; empty: the account of this computer.
        checklist: letter of the migration's checklist.
        lab: folder of a lab that the project is rehearsed in, relative to the file; its clock is the project's clock then.
        credential: the credential of hosts that name none.
        resolvers: public name servers for the view from outside, `address` or `address:port`.
        evidence: what bundles may show, and who signs.
        ticketing: the ticketing system that the evidence goes to; without it nothing is sent.
        logs: where a run's events go besides its journal.
        intent: what is wanted, by playbook.
    """

    project: str = Field(min_length=1, max_length=120)
    client: str = ""
    service_request: str = ""
    operator: str = ""
    checklist: str = Field(default="B", pattern=r"^[A-Z]$")
    lab: str = ""
    credentials: dict[Name, CredentialSection] = Field(default_factory=dict)
    credential: str = ""
    hosts: dict[Name, HostSection] = Field(min_length=1)
    roles: dict[Name, str] = Field(min_length=1)
    resolvers: tuple[str, ...] = ()
    evidence: EvidenceSection = Field(default_factory=EvidenceSection)
    ticketing: TicketingSection | None = None
    logs: LogsSection = Field(default_factory=LogsSection)
    intent: dict[Name, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> ProjectFile:
        for resolver in self.resolvers:
            resolver_of(resolver)
        return self


def resolver_of(text: str) -> tuple[str, int]:
    """Address and port of a resolver.

    Raises:
        ValueError: no IPv4 address with an optional port.
    """
    address, sign, port = text.partition(":")
    try:
        found = str(IPv4Address(address)), int(port) if sign else 53
    except ValueError:
        found = "", 0
    if not 0 < found[1] <= HIGHEST_PORT:
        raise ValueError(f"resolver {text!r} must be an IPv4 address, with a port where it is not 53")
    return found


class Project:
    """A project's folder and its file."""

    def __init__(self, folder: Path, content: ProjectFile, source: YamlSource) -> None:
        self.folder = folder
        self.content = content
        self.source = source
        self.plans_folder = folder / "plans"
        self.runs_folder = folder / "runs"

    @property
    def lab_folder(self) -> Path | None:
        """The lab's folder, where the project has one."""
        return (self.folder / self.content.lab).resolve() if self.content.lab else None

    def roles_of(self, wanted: Mapping[str, str], optional: frozenset[str], playbook: str) -> dict[str, str]:
        """Host name by role, of the project's roles; the required ones of a playbook must be there.

        Raises:
            ProjectError: a required role is missing.
        """
        for role, meaning in wanted.items():
            if role not in self.content.roles and role not in optional:
                raise self.source.error(("roles",), f"playbook {playbook} needs the role {role!r}: {meaning}")
        return dict(self.content.roles)

    def intent_section(self, playbook: str) -> dict[str, Any]:
        """What the file says under `intent: <playbook>:`.

        Raises:
            ProjectError: nothing.
        """
        try:
            return self.content.intent[playbook]
        except KeyError:
            raise self.source.error(
                ("intent",),
                f"the project says nothing about {playbook}",
                hint=f"Write `intent: {{{playbook}: ...}}`; `zdm playbooks {playbook}` lists the keys.",
            ) from None

    def host(self, name: str) -> HostSection:
        """A host by its name or by its role.

        Raises:
            UnknownNameError: neither; the message lists what there is.
        """
        wanted = self.content.roles.get(name, name)
        for known, section in self.content.hosts.items():
            if known.casefold() == wanted.casefold():
                return section
        raise UnknownNameError(
            f"the project has no host or role {name!r}.",
            hint=f"Hosts: {', '.join(self.content.hosts)}. Roles: {', '.join(self.content.roles)}.",
        )

    def journals(self) -> list[Path]:
        """The journals of all runs, oldest run first."""
        return sorted(self.runs_folder.glob("*/journal.jsonl"), key=lambda path: path.parent.name)


def read_project(folder: Path) -> Project:
    """The project in a folder.

    Raises:
        ProjectError: no project file there, or it is wrong; with file, line and column.
    """
    path = folder / FILE
    if not path.is_file():
        raise ProjectError(f"there is no {FILE} in {folder.resolve()}.", hint="`zdm new DIR` makes a project.")
    source = read_yaml(path)
    try:
        content = ProjectFile.model_validate(source.value)
    except ValidationError as problem:
        raise source.invalid(problem) from problem
    _refuse_unknown_names(content, source)
    return Project(folder, content, source)


def _refuse_unknown_names(content: ProjectFile, source: YamlSource) -> None:
    """What no single section can see: names that lead nowhere.

    Raises:
        ProjectError: with line and column.
    """
    for role, host in content.roles.items():
        if host not in content.hosts:
            raise source.error(
                ("roles", role), f"role {role}: there is no host {host!r} under hosts: {', '.join(content.hosts)}"
            )
    for name, section in content.hosts.items():
        wanted = section.credential or content.credential
        if wanted not in content.credentials:
            said = f"host {name}: there is no credential {wanted!r}" if wanted else f"host {name} names no credential"
            raise source.error(("hosts", name, "credential"), f"{said}; known: {', '.join(content.credentials) or 'none'}")
    desk = content.ticketing
    if desk is not None and desk.credential and desk.credential not in content.credentials:
        said = f"there is no credential {desk.credential!r}; known: {', '.join(content.credentials) or 'none'}"
        raise source.error(("ticketing", "credential"), said)
