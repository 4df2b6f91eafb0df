"""The whole world as one frozen value, and its file form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import WorldInvalidError
from zdm_automate.lab.world.dfs import Link
from zdm_automate.lab.world.dhcp import DhcpClient, DhcpServer, Visits
from zdm_automate.lab.world.directory import Directory
from zdm_automate.lab.world.dns import DnsServer, PublicRecord, Resolver
from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.hyperv import HyperV
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.lab.world.people import Person
from zdm_automate.lab.world.profiles import UserStates
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.lab.world.running import Run, Task
from zdm_automate.lab.world.smb import SmbServer
from zdm_automate.lab.world.volumes import Volume

WORLD_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the lab knows. Mappings by host are keyed by the short name in upper case.

    Attributes:
        now: the world's time, UTC.
        seed: what the office was made from; the same seed and definition give the same world.
        directory: what the domain controllers share (domain names, authorised DHCP servers).
        dns: DNS servers by host.
        dhcp: DHCP servers by host.
        resolvers: the name resolution of each host (its cache), by host.
        clients: DHCP clients by name; a client of a host's name is that host's network side.
        visits: the coming and going of foreign devices; None for an office without.
        public: what the outside world's name servers answer, by `name type`.
        user_states: profiles on the PCs and captured stores.
        mail: the Exchange organisation; None for an office without.
        hyperv: virtual machines and what belongs to them, by host.
        accounts: hash of name and password by logon name, as `account_hash` makes it.
        tasks: scheduled tasks by host and name in lower case.
        runs: programs at work, by host.
        processes: how many were started so far, on all hosts.
        volumes: drives by host and letter.
        smb: what each host shares.
        people: who works in the shares.
        dfs: folders of namespaces, by path in lower case.
        sids: the SIDs of each person and of the person's groups, by logon name in lower case.
    """

    now: datetime
    seed: int = 0
    version: int = WORLD_VERSION
    office: str = ""
    directory: Directory = field(default_factory=Directory)
    hosts: Mapping[str, Host] = field(default_factory=dict)
    dns: Mapping[str, DnsServer] = field(default_factory=dict)
    dhcp: Mapping[str, DhcpServer] = field(default_factory=dict)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    clients: Mapping[str, DhcpClient] = field(default_factory=dict)
    visits: Visits | None = None
    public: Mapping[str, PublicRecord] = field(default_factory=dict)
    user_states: UserStates = field(default_factory=UserStates)
    mail: MailOrg | None = None
    hyperv: Mapping[str, HyperV] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, Task]] = field(default_factory=dict)
    runs: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    processes: int = 0
    volumes: Mapping[str, Mapping[str, Volume]] = field(default_factory=dict)
    smb: Mapping[str, SmbServer] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    dfs: Mapping[str, Link] = field(default_factory=dict)
    sids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def knows(self, user: str, password: str) -> bool:
        r"""Whether this is an account of the office; `DOMAIN\user`, `user@domain` and `user` are the same."""
        name = user.rsplit("\\", 1)[-1].split("@", 1)[0].casefold()
        return self.accounts.get(name) == account_hash(name, password)

    def host(self, name: str) -> Host:
        """The host of that name.

        Raises:
            NotModelledError: the office has no such host.
        """
        try:
            return self.hosts[name.split(".", 1)[0].upper()]
        except KeyError:
            raise NotModelledError(f"the office has no host {name!r}") from None

    def with_host(self, changed: Host) -> World:
        """The world with this host in place of the one of the same name."""
        return replace(self, hosts={**self.hosts, changed.name: changed})

    def with_dns(self, host: str, changed: DnsServer) -> World:
        """The world with this DNS server on that host."""
        return replace(self, dns={**self.dns, host: changed})

    def with_volume(self, host: str, changed: Volume) -> World:
        """The world with this drive in place of the host's one of the same letter."""
        own = {**self.volumes.get(host, {}), changed.letter: changed}
        return replace(self, volumes={**self.volumes, host: own})

    def with_smb(self, host: str, changed: SmbServer) -> World:
        """The world in which that host shares this."""
        return replace(self, smb={**self.smb, host: changed})

    def with_hyperv(self, host: str, changed: HyperV) -> World:
        """The world with this Hyper-V role on that host."""
        return replace(self, hyperv={**self.hyperv, host: changed})

    def with_dhcp(self, host: str, changed: DhcpServer) -> World:
        """The world with this DHCP server on that host."""
        return replace(self, dhcp={**self.dhcp, host: changed})


def account_hash(name: str, password: str) -> str:
    """What the world keeps instead of a password: a file of the lab holds none."""
    return sha256(f"{name.casefold()}\0{password}".encode()).hexdigest()


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(World)


def dump(world: World) -> bytes:
    """The world as JSON."""
    return _adapter().dump_json(world, indent=1)


def load(text: bytes, *, source: str = "world") -> World:
    """The world of a JSON text.

    Raises:
        WorldInvalidError: the text is not a world of this version; the message names the first place that does not fit.
    """
    try:
        made: World = _adapter().validate_json(text)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise WorldInvalidError(
            f"{source} is not a world file: {where}: {first['msg']}.", hint="Run `zdm lab reset` to build it anew."
        ) from problem
    if made.version != WORLD_VERSION:
        raise WorldInvalidError(
            f"{source} has world version {made.version}, this program reads {WORLD_VERSION}.",
            hint="Run `zdm lab reset` to build it anew.",
        )
    return replace(made, now=made.now.astimezone(UTC))
