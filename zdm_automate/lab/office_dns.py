"""The `dns:` section of an office file: servers, zones with their records, what the outside world answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from zdm_automate.lab.world.dns import APEX, HOST_TYPES, DnsServer, PublicRecord, Record, Zone, key_of

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

Address = Annotated[str, BeforeValidator(lambda value: str(IPv4Address(str(value))))]
AUTO = ("0.in-addr.arpa", "127.in-addr.arpa", "255.in-addr.arpa")
ANCHORS = "TrustAnchors"
"""The zone that DNS servers since 2012 keep in the directory for themselves."""

TYPES = frozenset({"A", "AAAA", "CNAME", "NS", "PTR", "MX", "SRV", "TXT", "SOA"})
WORDS = 4
"""Words of a record line: name, time to live, type, data."""


def _line(value: str) -> str:
    _record(value, None)
    return value


Line = Annotated[str, AfterValidator(_line)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSection(_Section):
    """What a server keeps for itself."""

    forwarders: tuple[Address, ...] = ()
    root_hints: bool = True
    scavenging: bool = False
    recursion: bool = True
    timeout: int = Field(default=3, ge=0)
    listen: tuple[Address, ...] = ()


class ZoneSection(_Section):
    """A zone and where it is.

    Attributes:
        on: hosts that hold it; a zone of the directory is on all its servers.
        records: `name ttl TYPE data`, as in a zone file; `dynamic` the same for records that clients registered.
        hosts: adds an A record for every host with a fixed address.
        whole: `records` and `dynamic` are all there is: neither SOA nor NS is added.
        stamps: when dynamic records were last refreshed, by the record's line; two days ago where nothing says.
    """

    name: str
    on: tuple[str, ...]
    kind: Literal["Primary", "Secondary", "Stub", "Forwarder"] = "Primary"
    scope: Literal["Domain", "Forest", "Legacy"] | None = None
    dynamic_update: Literal["None", "Secure", "NonsecureAndSecure"] = "None"
    aging: bool = False
    file: str | None = None
    masters: tuple[Address, ...] = ()
    ttl: int = Field(default=3600, ge=0)
    hosts: bool = False
    records: tuple[Line, ...] = ()
    dynamic: tuple[Line, ...] = ()
    whole: bool = False
    stamps: dict[str, datetime] = Field(default_factory=dict)


class PublicSection(_Section):
    """A public record."""

    name: str
    type: str
    values: tuple[Annotated[str, BeforeValidator(str)], ...] = Field(min_length=1)
    ttl: int = Field(default=3600, ge=0)


class DnsSection(_Section):
    """The whole section."""

    servers: dict[str, ServerSection]
    zones: tuple[ZoneSection, ...] = ()
    public: tuple[PublicSection, ...] = ()


def build_dns(section: dict[str, Any], world: World) -> World:
    """The world with the section's servers and zones.

    Raises:
        ValidationError: a value does not fit.
        ValueError: a server is no host, a zone is on no server or twice, one of the directory is on no controller,
            a record is none.
    """
    made = DnsSection.model_validate(section)
    for host, server in made.servers.items():
        if host not in world.hosts:
            raise ValueError(f"the DNS server {host!r} is not among the hosts")
        auto = {name: Zone(name=name, auto_created=True, file=f"{name}.dns") for name in AUTO}
        own = DnsServer(zones=auto, **server.model_dump())
        if host in world.directory.controllers and world.hosts[host].windows.level:
            own = own.with_zone(Zone(name=ANCHORS, scope="Forest"))
        world = world.with_dns(host, own)
    for one in made.zones:
        zone = _zone(one, world)
        for host in one.on:
            if host not in world.dns:
                raise ValueError(f"zone {one.name}: {host!r} is not among the DNS servers")
            if one.scope and host not in world.directory.controllers:
                raise ValueError(f"zone {one.name} is in the directory, and {host!r} is no domain controller")
            if world.dns[host].zone(one.name) is not None:
                raise ValueError(f"zone {one.name} is on {host!r} already")
            world = world.with_dns(host, world.dns[host].with_zone(zone))
    public = {key_of(one.name, one.type): public_record(one.name, one.type, one.values, one.ttl) for one in made.public}
    return replace(world, public=public)


def public_record(name: str, kind: str, values: tuple[str, ...], ttl: int) -> PublicRecord:
    """What the outside world will answer.

    Raises:
        ValueError: a type that is not known, no value, or one that does not fit.
    """
    if kind.upper() not in TYPES or not values or not 0 <= ttl < 2**31:
        raise ValueError(f"{name} {kind} is no public record: TYPE is one of {', '.join(sorted(TYPES))}, with a value")
    return PublicRecord(values=tuple(_text(kind, value) for value in values), ttl=ttl)


def _zone(section: ZoneSection, world: World) -> Zone:
    records: list[Record] = []
    if section.kind in {"Primary", "Secondary"} and not section.whole:
        servers = [world.hosts[host].fqdn for host in section.on if host in world.hosts]
        first = f"{servers[0]}." if servers else "."
        soa = f"{first} hostmaster.{section.name}. 2041 900 600 86400 {section.ttl}"
        records.append(Record(name=APEX, type="SOA", data=soa, ttl=section.ttl))
        records += [Record(name=APEX, type="NS", data=f"{name}.", ttl=section.ttl) for name in servers]
    if section.hosts:
        fixed = [host for host in world.hosts.values() if host.nics and not host.nics[0].dhcp and host.address]
        records += [Record(name=host.name.lower(), type="A", data=host.address, ttl=section.ttl) for host in fixed]
    records += [_record(line, None) for line in section.records]
    refreshed = world.now.replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    records += [_record(line, section.stamps.get(line, refreshed)) for line in section.dynamic]
    return Zone(
        name=section.name,
        kind=section.kind,
        scope=section.scope,
        dynamic=section.dynamic_update,
        file=section.file or (None if section.scope or section.kind == "Forwarder" else f"{section.name}.dns"),
        aging=section.aging,
        masters=section.masters,
        records=tuple(records),
        default_ttl=section.ttl,
    )


def _record(line: str, stamp: datetime | None) -> Record:
    words = line.split(None, WORDS - 1)
    if len(words) != WORDS or not words[1].isdigit() or words[2].upper() not in TYPES:
        raise ValueError(f"{line!r} is no record: write `name ttl TYPE data`, TYPE one of {', '.join(sorted(TYPES))}")
    name, ttl, kind, data = words
    return Record(name=name, type=kind.upper(), data=_text(kind, data), ttl=int(ttl), stamp=stamp)


def _text(kind: str, data: str) -> str:
    """Data in its canonical form."""
    kind = kind.upper()
    if kind == "A":
        return str(IPv4Address(data))
    return f"{data.rstrip('.')}." if kind in HOST_TYPES or kind in {"MX", "SRV"} else data
