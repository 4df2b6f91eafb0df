"""Office definitions: a YAML file becomes the first world of a lab. The same definition and seed give the same world.

It reads files and nothing else; the DNS and DHCP sections are handed to the builders of those areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from zdm_automate.errors import UnknownNameError, ZdmError
from zdm_automate.lab.office_seen import SeenSection
from zdm_automate.lab.world import roles
from zdm_automate.lab.world.directory import Directory
from zdm_automate.lab.world.host import RELEASES, Event, Host, Nic
from zdm_automate.lab.world.model import World, account_hash
from zdm_automate.yaml_source import YamlSource, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN_ROLES = {"client": 1, "standalone": 2, "member": 3, "dc": 4, "pdc": 5, "device": 2}
"""Win32_ComputerSystem.DomainRole by the word used in office files."""

Address = Annotated[str, BeforeValidator(lambda value: str(IPv4Address(str(value))))]
AddressWithPrefix = Annotated[str, BeforeValidator(lambda value: str(IPv4Interface(str(value))))]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pace(_Section):
    """Nominal duration of a call in world seconds."""

    reader: float = Field(default=0, ge=0)
    applier: float = Field(default=2, ge=0)


class Admin(_Section):
    """The lab's one administrator."""

    user: str
    password: SecretStr


class DirectorySection(_Section):
    """The domain."""

    domain: str
    netbios: str
    controllers: tuple[str, ...] = ()
    replication_delay: int = Field(default=15, ge=0)


class EventSection(_Section):
    """An entry of an event log that is there from the start."""

    log: str
    source: str
    event_id: int
    level: Literal["Information", "Warning", "Error"] = "Information"
    at: datetime
    message: str


class ReachSection(_Section):
    """What of remote administration a machine offers; the default is all of it.

    Attributes:
        psrp: PowerShell remoting; without it there is WinRS only.
        scripts: its endpoint runs scripts; without it commands only, as JEA and Exchange do.
        kerberos_only: NTLM is refused; the lab needs a keytab then (ZDM_LAB_KEYTAB).
        leaked_shells: shells of the administrator that earlier crashes have left behind.
    """

    psrp: bool = True
    scripts: bool = True
    kerberos_only: bool = False
    leaked_shells: int = Field(default=0, ge=0, le=30)


class HostSection(_Section):
    """One machine."""

    release: Annotated[str, BeforeValidator(str)] = "device"
    role: Literal["pdc", "dc", "member", "client", "standalone", "device"] = "member"
    address: AddressWithPrefix | None = None
    gateway: Address | None = None
    dns: tuple[Address, ...] = ()
    dhcp: bool = False
    alias: str = ""
    mac: str = Field(default="", pattern=r"^(([0-9A-F]{2}-){5}[0-9A-F]{2})?$")
    culture: str = "en-US"
    skew: float = 0
    features: tuple[str, ...] = ()
    files: dict[str, str] = Field(default_factory=dict)
    registry: dict[str, str | int] = Field(default_factory=dict)
    events: tuple[EventSection, ...] = ()
    remoting: bool = True
    powered: bool = True
    reach: ReachSection = ReachSection()
    seen: SeenSection = SeenSection()

    @model_validator(mode="after")
    def _fits(self) -> HostSection:
        if self.release not in RELEASES:
            raise ValueError(f"the release {self.release!r} is not known; known: {', '.join(RELEASES)}")
        if (self.release == "device") != (self.role == "device"):
            raise ValueError("a device has no release and everything else needs one")
        unknown = [name for name in self.features if name not in roles.FEATURES]
        if unknown:
            raise ValueError(f"the feature {unknown[0]!r} is not known; known: {', '.join(roles.FEATURES)}")
        if not self.dhcp and self.address is None:
            raise ValueError("a host without `dhcp: true` needs an `address` such as 192.168.16.2/24")
        return self


class OfficeFile(_Section):
    """The whole file. `dns`, `dhcp`, `files`, `profiles`, `mail`, `hyperv` and `project` belong to other readers."""

    office: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = ""
    seed: int = 0
    now: datetime
    rate: float = Field(default=1, ge=0)
    pace: Pace = Pace()
    admin: Admin
    directory: DirectorySection
    hosts: dict[Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,14}$")], HostSection] = Field(min_length=1)
    dns: dict[str, Any] | None = None
    dhcp: dict[str, Any] | None = None
    files: dict[str, Any] | None = None
    profiles: dict[str, Any] | None = None
    mail: dict[str, Any] | None = None
    hyperv: dict[str, Any] | None = None
    project: dict[str, Any] = Field(default_factory=dict)
    differences: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> OfficeFile:
        if self.now.tzinfo is None:
            raise ValueError("`now` needs a time zone: write 2026-03-02T07:00:00Z")
        missing = [name for name in self.directory.controllers if name not in self.hosts]
        if missing:
            raise ValueError(f"the domain controller {missing[0]} is not among the hosts: {', '.join(self.hosts)}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An office definition with the world it starts from.

    Attributes:
        name: its short name.
        title: one line for lists.
        source: the file.
        world: the first world.
        user: logon name of the lab's administrator.
        password: the throw-away password of that account; kept out of every repr.
        rate: world seconds per real second.
        pace: nominal seconds of a call.
        project: the template of the technician's project file.
        reach: what each machine offers of remote administration.
        differences: in what it is known to differ from the network that it was made after.
    """

    name: str
    title: str
    source: Path
    world: World
    user: str
    password: SecretStr
    rate: float
    pace: Pace
    project: dict[str, Any]
    reach: Mapping[str, ReachSection]
    differences: tuple[str, ...] = ()


def office_folders() -> tuple[Path, ...]:
    """Where office files are looked for: `labs` in the current folder, then the ones that came with the program."""
    package = Path(__file__).resolve().parents[1]
    found = (Path("labs"), package / "data" / "labs", package.parent / "labs")
    return tuple(dict.fromkeys(folder.resolve() for folder in found if folder.is_dir()))


def office_files() -> dict[str, Path]:
    """The office files there are, by name."""
    files: dict[str, Path] = {}
    for folder in office_folders():
        for path in sorted(folder.glob("*.yaml")):
            files.setdefault(path.stem, path)
    return files


def find_office(name: str) -> Path:
    """The file of an office, by its name or by a path to a YAML file.

    Raises:
        UnknownNameError: there is none; the message lists those there are.
    """
    if name.endswith((".yaml", ".yml")) and Path(name).is_file():
        return Path(name).resolve()
    files = office_files()
    try:
        return files[name]
    except KeyError:
        raise UnknownNameError(
            f"there is no lab office {name!r}; there are: {', '.join(files)}.", hint="Name one of them or a YAML file."
        ) from None


def read_office(path: Path) -> Office:
    """The office of a file.

    Raises:
        ProjectError: the file is not an office definition; with line and column.
    """
    source = read_yaml(path)
    try:
        made = OfficeFile.model_validate(source.value)
    except ValidationError as problem:
        raise source.invalid(problem, schema=OfficeFile.model_json_schema()) from problem
    world = _first_world(made)
    for area in ("dns", "dhcp", "files", "profiles", "mail", "hyperv"):
        section = getattr(made, area)
        if section is not None:
            world = _build(area, section, world, source)
    return Office(
        name=made.office,
        title=made.title,
        source=path,
        world=world,
        user=made.admin.user,
        password=made.admin.password,
        rate=made.rate,
        pace=made.pace,
        project=made.project,
        reach={name: section.reach for name, section in made.hosts.items()},
        differences=made.differences,
    )


def load_office(path: Path) -> World:
    """The first world of an office file.

    Raises:
        ProjectError: the file is not an office definition; with line and column.
    """
    return read_office(path).world


def _build(area: str, section: dict[str, Any], world: World, source: YamlSource) -> World:
    module = f"zdm_automate.lab.office_{area}"
    if find_spec(module) is None:
        return world
    build: Callable[[dict[str, Any], World], World] = getattr(import_module(module), f"build_{area}")
    try:
        return build(section, world)
    except ValidationError as problem:
        raise source.invalid(problem, (area,)) from problem
    except ZdmError:
        raise
    except (ValueError, LookupError) as problem:
        raise source.error((area,), f"{area}: {problem}") from problem


def _first_world(made: OfficeFile) -> World:
    now = made.now.astimezone(UTC)
    chance = Random(made.seed)  # noqa: S311 - repeatable, not secret
    hosts = {name: _host(name, section, made.directory, now, chance) for name, section in made.hosts.items()}
    user = made.admin.user.casefold()
    return World(
        now=now,
        seed=made.seed,
        office=made.office,
        directory=Directory(
            domain=made.directory.domain,
            netbios=made.directory.netbios,
            controllers=made.directory.controllers,
            replication_delay=made.directory.replication_delay,
        ),
        hosts=hosts,
        accounts={user: account_hash(user, made.admin.password.get_secret_value())},
    )


def _host(name: str, section: HostSection, directory: DirectorySection, now: datetime, chance: Random) -> Host:
    windows = RELEASES[section.release]
    in_domain = section.role not in ("standalone", "device")
    mac = section.mac or "00-15-5D-" + "-".join(f"{chance.randrange(256):02X}" for _ in range(3))
    boot = now - timedelta(days=chance.randint(2, 25), seconds=chance.randrange(86400))
    interface = IPv4Interface(section.address) if section.address else None
    old = windows.version[:3] in ("5.2", "6.0", "6.1")
    nic = Nic(
        alias=section.alias or _alias(section.culture, old=old),
        mac=mac,
        dhcp=section.dhcp,
        address=str(interface.ip) if interface else "",
        prefix=interface.network.prefixlen if interface else 24,
        gateway=section.gateway,
        dns=section.dns,
        suffix=directory.domain if in_domain else None,
    )
    features = [roles.FEATURES[feature] for feature in section.features]
    services = {}
    if windows.version:
        services = roles.standard_services(culture=section.culture, in_domain=in_domain, client=not windows.server)
    for feature in features:
        services.update(roles.brought_by(feature, section.culture))
    host = Host(
        name=name,
        release=section.release,
        nics=(nic,),
        domain=directory.domain if in_domain else "",
        role=DOMAIN_ROLES[section.role],
        culture=section.culture,
        skew=section.skew,
        services=services,
        features=frozenset(section.features) | {tool for feature in features for tool in feature.tools},
        events=tuple(
            Event(log=e.log, source=e.source, event_id=e.event_id, level=e.level, at=e.at.isoformat(), message=e.message)
            for e in section.events
        ),
        files=section.files,
        registry=section.registry,
        remoting=section.remoting and section.role != "device",
        powered=section.powered,
        last_boot=boot.isoformat(timespec="seconds"),
        set_up=boot.isoformat(timespec="seconds"),
        machine=f"{directory.domain}/{name}",
        static_dns_only=section.role == "device",
    )
    return section.seen.laid_on(host)


def _alias(culture: str, *, old: bool) -> str:
    if not old:
        return "Ethernet"
    return "LAN-Verbindung" if culture.startswith("de") else "Local Area Connection"
