"""The project file: hosts, roles, credentials by reference, and what is wanted. YAML in, validated values out.

It never holds a secret: a credential says where its secret is found (`zdm_automate/keys.py` fetches it).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zdm_automate.errors import ProjectError, UnknownNameError
from zdm_automate.limits import Limits
from zdm_automate.outlets import EvidenceSection, LogsSection, TicketingSection
from zdm_automate.window import WindowSection  # noqa: TC001 - pydantic reads it
from zdm_automate.yaml_source import YamlSource, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "project.yaml"
HIGHEST_PORT: Final = 65_535
KEPT_IN: Final = r"^(|keyring:.+|env:[A-Za-z_]\w*|file:.+|prompt)$"
ApproverRole = Literal["tech", "client", "lead"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CredentialSection(_Section):
    r"""An account and where its password is found.

    Attributes:
        user: `DOMAIN\user` or `user@domain`.
        secret: `keyring:SERVICE`, `env:VARIABLE`, `file:PATH` (readable by its owner alone), `command:PROGRAM ARGUMENTS` whose
            first line of output it is, `prompt`, or `ticket`: the Kerberos ticket of this account that `kinit` got.
    """

    user: str = Field(min_length=1)
    secret: str = Field(pattern=r"^(keyring:.+|env:[A-Za-z_]\w*|file:.+|command:.+|prompt|ticket)$")


class SshSection(_Section):
    """How a host is reached by SSH (`transport: ssh`); its account is the host's credential.

    Attributes:
        host_key, key_file, passphrase, agent, jump: as for a box.
    """

    host_key: str | tuple[str, ...] = ()
    key_file: str = ""
    passphrase: str = Field(default="", pattern=KEPT_IN)
    agent: bool = False
    jump: str = ""

    @model_validator(mode="after")
    def _fits(self) -> SshSection:
        _refuse_no_fingerprint(self.host_keys)
        return self

    @property
    def host_keys(self) -> tuple[str, ...]:
        """The pinned fingerprints."""
        return (self.host_key,) if isinstance(self.host_key, str) else self.host_key


def _refuse_no_fingerprint(keys: tuple[str, ...]) -> None:
    wrong = next((key for key in keys if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", key)), None)
    if wrong is not None:
        raise ValueError(f"host_key {wrong!r} is no fingerprint such as `ssh-keygen -l` shows it (SHA256:...)")


class DirectSection(_Section):
    """How a guest is reached by PowerShell Direct: `through` a host of the project, where it is the virtual `machine`.

    `any_name`: it may call itself whatever it likes, before it has been given its name.
    """

    through: str = ""
    machine: str = ""
    any_name: bool = False


class ExchangeSection(_Section):
    """How the command-only endpoint of a host's Exchange is reached (`/PowerShell`): by Kerberos, at its web server.

    `spn` is the service principal name where it is not `HTTP/` with the address; without TLS Kerberos encrypts what is said.
    """

    port: int = Field(default=80, ge=1, le=HIGHEST_PORT)
    ssl: bool = False
    auth: Literal["negotiate", "ntlm", "kerberos"] = "kerberos"
    spn: str = Field(default="", pattern=r"^(|([A-Za-z]+/)?[A-Za-z0-9][A-Za-z0-9._-]*)$")
    credential: str = ""


class HostSection(_Section):
    """How a host is reached. `computer_name` is what it must call itself; the key in `hosts` where it is empty.

    `spn` is the service principal name to ask a ticket for, `host/sbs.example.local`, where it is not the address;
    `delegate` hands a forwardable ticket on, for a second hop. `transport`: `auto` takes PowerShell remoting, and WinRS
    where the host says that it has no PowerShell remoting; `ssh` is for hosts with PowerShell 7 and an SSH server, `direct` for
    guests of a Hyper-V host of the project, with Windows 10, Server 2016 or later: they need no network for it.
    `connect_seconds` limits a connection and a handshake. `exchange` says how the endpoint of its Exchange is reached, where it
    has one.
    """

    address: str
    port: int = Field(default=0, ge=0, le=HIGHEST_PORT)
    ssl: bool = True
    auth: Literal["negotiate", "ntlm", "kerberos", "basic"] = "negotiate"
    fingerprint: str = ""
    ca_file: str = ""
    basic_over_http: bool = False
    credential: str = ""
    computer_name: str = Field(default="", max_length=63)
    spn: str = Field(default="", pattern=r"^(|([A-Za-z]+/)?[A-Za-z0-9][A-Za-z0-9._-]*)$")
    delegate: bool = False
    transport: Literal["auto", "psrp", "winrs", "ssh", "direct"] = "auto"
    ssh: SshSection = Field(default_factory=SshSection)
    direct: DirectSection = Field(default_factory=DirectSection)
    connect_seconds: int = Field(default=10, ge=1, le=120)
    exchange: ExchangeSection | None = None

    @model_validator(mode="after")
    def _fits(self) -> HostSection:
        if self.transport != "ssh" and self.ssh != SshSection():
            raise ValueError("ssh: goes with transport: ssh")
        if (self.transport == "direct") != bool(self.direct.through):
            raise ValueError("direct: {through: HOST} goes with transport: direct, and names the Hyper-V host")
        return self


class TenantSection(_Section):
    """The organisation in Exchange Online; an application proves itself to it with a certificate, nobody with a password.

    Attributes:
        organization: its first domain, `NAME.onmicrosoft.com`.
        app_id: the application of its app registration.
        certificate: a PFX file, relative to the project's folder.
        thumbprint: instead of a file: a certificate of this account's store, which only Windows has.
        credential: the credential whose secret opens the file.
        module: the module's name, or a folder or manifest where it is not installed, relative to the project's folder.
    """

    organization: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]+$")
    app_id: str = Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    certificate: str = ""
    thumbprint: str = Field(default="", pattern=r"^(|[0-9A-Fa-f]{40})$")
    credential: str = ""
    module: str = "ExchangeOnlineManagement"

    @model_validator(mode="after")
    def _fits(self) -> TenantSection:
        if bool(self.certificate) == bool(self.thumbprint):
            raise ValueError("a tenant needs either certificate or thumbprint")
        return self


class BoxSection(_Section):
    """A switch, firewall or storage box that is reached over SSH, or a host that only leads there.

    Attributes:
        profile: how its command line is; empty: it is a jump host only.
        host_key: SHA-256 fingerprint of its host key, or several of them: `SHA256:...`, as `ssh-keygen -l` shows it.
        user: the account where no credential is named.
        credential: account and password.
        key_file: a private key, relative to the project's folder.
        passphrase: where the key's passphrase is found, as for a credential's secret.
        agent: use the keys of the SSH agent.
        jump: another box of the project that leads there.
        own: what is called otherwise on this box than in its profile: file, restart, test.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, serialize_by_alias=True)

    address: str
    port: int = Field(default=22, ge=1, le=HIGHEST_PORT)
    profile: str = ""
    host_key: str | tuple[str, ...] = ()
    user: str = ""
    credential: str = ""
    key_file: str = ""
    passphrase: str = Field(default="", pattern=KEPT_IN)
    agent: bool = False
    jump: str = ""
    own: dict[str, str] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _fits(self) -> BoxSection:
        if not self.credential and not (self.user and (self.key_file or self.agent)):
            raise ValueError("a box needs a credential, or a user with key_file or agent: true")
        _refuse_no_fingerprint(self.host_keys)
        return self

    @property
    def host_keys(self) -> tuple[str, ...]:
        """The pinned fingerprints."""
        return (self.host_key,) if isinstance(self.host_key, str) else self.host_key


class ProjectFile(_Section):
    """The whole file.

    Attributes:
        project: the project's name, for reports.
        service_request: the ticket that the evidence belongs to.
        operator: who works with it; empty: the account of this computer.
        checklist: letter of the migration's checklist.
        lab: folder of a lab that the project is rehearsed in, relative to the file; its clock is the project's clock then.
        hyperv_lab: file of a lab on a Hyper-V host that the project is rehearsed in, relative to the file.
        lab_approves: False rehearses the approvals too: people approve as in production.
        credential: the credential of hosts that name none.
        boxes: devices without PowerShell, by name; a playbook names them so.
        tenant: the organisation in Exchange Online; a playbook knows it as the role `online`.
        resolvers: public name servers for the view from outside, `address` or `address:port`.
        window: the golden hours; without them nothing is bound to a time, and the gate of the cut stays closed.
        limits: numbers that gates measure by.
        approvers: who may approve, by role.
        evidence: what bundles may show, and who signs.
        ticketing: the ticketing system that the evidence goes to; without it nothing is sent.
        logs: where a run's events go besides its journal.
        durations: file of `zdm retrospective` with the times of other projects, relative to the project's folder.
        intent: what is wanted, by playbook.
    """

    project: str = Field(min_length=1, max_length=120)
    client: str = ""
    service_request: str = ""
    operator: str = ""
    checklist: str = Field(default="B", pattern=r"^[A-Z]$")
    lab: str = ""
    hyperv_lab: str = ""
    lab_approves: bool = True
    credentials: dict[Name, CredentialSection] = Field(default_factory=dict)
    credential: str = ""
    hosts: dict[Name, HostSection] = Field(min_length=1)
    boxes: dict[Name, BoxSection] = Field(default_factory=dict)
    tenant: TenantSection | None = None
    roles: dict[Name, str] = Field(min_length=1)
    resolvers: tuple[str, ...] = ()
    window: WindowSection | None = None
    limits: Limits = Field(default_factory=Limits)
    approvers: dict[ApproverRole, tuple[Annotated[str, Field(min_length=1)], ...]] = Field(default_factory=dict)
    evidence: EvidenceSection = Field(default_factory=EvidenceSection)
    ticketing: TicketingSection | None = None
    logs: LogsSection = Field(default_factory=LogsSection)
    durations: str = ""
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

    @property
    def in_lab(self) -> bool:
        """Whether the project works on a lab, whoever approves there."""
        return bool(self.content.lab or self.content.hyperv_lab)

    @property
    def is_rehearsal(self) -> bool:
        """Whether the project works on a lab, where the lab itself approves."""
        return self.in_lab and self.content.lab_approves

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

    def box(self, name: str) -> BoxSection:
        """A box by its name.

        Raises:
            UnknownNameError: there is none.
        """
        try:
            return self.content.boxes[name]
        except KeyError:
            known = ", ".join(self.content.boxes) or "none"
            raise UnknownNameError(f"the project has no box {name!r}.", hint=f"Boxes: {known}.") from None

    def journals(self) -> list[Path]:
        """The journals of all runs, oldest run first; those of one second by when each says that it began."""
        paths = sorted(self.runs_folder.glob("*/journal.jsonl"), key=lambda path: path.parent.name)
        seconds = (list(group) for _, group in groupby(paths, key=lambda path: path.parent.name[:SECOND]))
        return [path for found in seconds for path in (sorted(found, key=_begun) if len(found) > 1 else found)]


SECOND: Final = len("20260302-120000")
"""What the name of a plan or run begins with: when it was made, to the second."""

_TS: Final = re.compile(rb'"ts":"([^"]{1,40})"')
_HEAD: Final = 200
"""Bytes of a journal within which its first line says when it was written."""


def _begun(journal: Path) -> tuple[bytes, str]:
    """The moment in a journal's first line; nothing where it says none."""
    with journal.open("rb") as stream:
        found = _TS.search(stream.readline(_HEAD))
    return found[1] if found else b"", journal.parent.name


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
        raise source.invalid(problem, schema=ProjectFile.model_json_schema()) from problem
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
    _refuse_unknown_of_hosts(content, source)
    if content.tenant is not None and content.tenant.credential and content.tenant.credential not in content.credentials:
        said = f"there is no credential {content.tenant.credential!r}; known: {', '.join(content.credentials)}"
        raise source.error(("tenant", "credential"), said)
    for name, box in content.boxes.items():
        if name in content.roles or any(name.casefold() == host.casefold() for host in content.hosts):
            raise source.error(("boxes", name), f"box {name} is called like a role or a host")
        if box.credential and box.credential not in content.credentials:
            raise source.error(("boxes", name, "credential"), f"box {name}: there is no credential {box.credential!r}")
        _refuse_circle(name, content, source)
    desk = content.ticketing
    if desk is not None and desk.credential and desk.credential not in content.credentials:
        said = f"there is no credential {desk.credential!r}; known: {', '.join(content.credentials) or 'none'}"
        raise source.error(("ticketing", "credential"), said)


def _refuse_unknown_of_hosts(content: ProjectFile, source: YamlSource) -> None:
    """Names in the sections of hosts that lead nowhere.

    Raises:
        ProjectError: with line and column.
    """
    for name, section in content.hosts.items():
        wanted = section.credential or content.credential
        if wanted not in content.credentials:
            said = f"host {name}: there is no credential {wanted!r}" if wanted else f"host {name} names no credential"
            raise source.error(("hosts", name, "credential"), f"{said}; known: {', '.join(content.credentials) or 'none'}")
        if section.ssh.jump and section.ssh.jump not in content.boxes:
            raise source.error(
                ("hosts", name, "ssh", "jump"), f"host {name}: there is no box {section.ssh.jump!r} to jump from"
            )
        through = content.hosts.get(section.direct.through)
        if section.direct.through and (through is None or through.direct.through):
            said = f"host {name}: {section.direct.through!r} is no Hyper-V host of this project that is reached by itself"
            raise source.error(("hosts", name, "direct", "through"), said)
        own = section.exchange.credential if section.exchange is not None else ""
        if own and own not in content.credentials:
            raise source.error(("hosts", name, "exchange", "credential"), f"host {name}: there is no credential {own!r}")


def _refuse_circle(name: str, content: ProjectFile, source: YamlSource) -> None:
    """Jump hosts lead somewhere, and not back.

    Raises:
        ProjectError: with line and column.
    """
    passed = [name]
    while jump := content.boxes[passed[-1]].jump:
        if jump not in content.boxes:
            raise source.error(("boxes", passed[-1], "jump"), f"box {passed[-1]}: there is no box {jump!r} to jump from")
        if jump in passed:
            raise source.error(("boxes", name, "jump"), f"box {name}: its jump hosts lead in a circle: {', '.join(passed)}")
        passed.append(jump)
