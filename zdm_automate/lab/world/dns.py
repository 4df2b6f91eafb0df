"""DNS of the world as values: servers, zones, records, caches, what the outside world answers. Changes: dns_change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

APEX = "@"
HOST_TYPES = frozenset({"CNAME", "NS", "PTR"})
"""Types whose data is one host name, written with a trailing dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A resource record.

    Attributes:
        name: relative to the zone, `@` the zone itself, case as written.
        data: canonical text: an address, host names with trailing dots, `10 mail.example.local.` for MX.
        stamp: when a dynamic record was last refreshed; None for a static one.
    """

    name: str
    type: str
    data: str
    ttl: int = 3600
    stamp: datetime | None = None

    def key(self) -> tuple[str, str, str]:
        """What makes it the same record."""
        return (self.name.casefold(), self.type.upper(), self.data.casefold())


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Write:
    """The last change of a name as the directory compares two of them: the greater one stays on all servers."""

    version: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone as one server holds it.

    Attributes:
        kind: Primary, Secondary, Stub or Forwarder.
        scope: Domain, Forest or Legacy for a zone in the directory; None for one that is not.
        dynamic: None, Secure or NonsecureAndSecure.
        written: the last change of each name in lower case; of the zone's own settings under the empty name.
        default_ttl: of records that are made without one (the minimum in the SOA).
    """

    name: str
    kind: str = "Primary"
    scope: str | None = None
    dynamic: str = "None"
    file: str | None = None
    aging: bool = False
    auto_created: bool = False
    masters: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    written: Mapping[str, Write] = field(default_factory=dict)
    default_ttl: int = 3600

    @property
    def in_directory(self) -> bool:
        """Whether the directory holds it."""
        return self.scope is not None

    @property
    def reverse(self) -> bool:
        """Whether it is a reverse lookup zone."""
        return self.name.casefold().endswith((".in-addr.arpa", ".ip6.arpa"))

    def at(self, name: str, kind: str = "") -> tuple[Record, ...]:
        """The records of a name, of one type where it is given."""
        return tuple(
            one for one in self.records if one.name.casefold() == name.casefold() and (not kind or one.type == kind.upper())
        )

    def has_name(self, name: str) -> bool:
        """Whether the name, or one below it, is there."""
        wanted = name.casefold()
        return any(one.name.casefold() == wanted or one.name.casefold().endswith(f".{wanted}") for one in self.records)

    def relative(self, fqdn: str) -> str | None:
        """A full name relative to the zone; None for one that is not in it."""
        full, zone = fqdn.rstrip(".").casefold(), self.name.casefold()
        if full == zone:
            return APEX
        return fqdn.rstrip(".")[: -len(zone) - 1] if full.endswith(f".{zone}") else None

    def fqdn(self, name: str) -> str:
        """The full name of a relative one, without trailing dot."""
        return self.name if name == APEX else f"{name}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """A cached answer; `until` is when it is forgotten."""

    status: str
    data: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A change of the directory on its way to one server.

    Attributes:
        zone: as it is where it was changed; None where it was removed.
        new: the zone has come into the directory, so a server without it takes it.
        by: the server that it comes from; it waits while nothing leads from there.
    """

    at: datetime
    name: str
    zone: Zone | None
    new: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer:
    """One DNS server. Zones are keyed by name in lower case, the cache by `name type`."""

    zones: Mapping[str, Zone] = field(default_factory=dict)
    forwarders: tuple[str, ...] = ()
    root_hints: bool = True
    timeout: int = 3
    recursion: bool = True
    scavenging: bool = False
    listen: tuple[str, ...] = ()
    cache: Mapping[str, Cached] = field(default_factory=dict)
    arriving: tuple[Arriving, ...] = ()

    def zone(self, name: str) -> Zone | None:
        """The zone of that name."""
        return self.zones.get(name.rstrip(".").casefold())

    def zone_of(self, fqdn: str) -> Zone | None:
        """The zone that a name falls into: the longest that fits."""
        parts = fqdn.rstrip(".").casefold().split(".")
        return next((found for n in range(len(parts)) if (found := self.zones.get(".".join(parts[n:])))), None)

    def with_zone(self, zone: Zone) -> DnsServer:
        """The server with this zone."""
        return replace(self, zones={**self.zones, zone.name.casefold(): zone})

    def without_zone(self, name: str) -> DnsServer:
        """The server without that zone."""
        return replace(self, zones={key: one for key, one in self.zones.items() if key != name.casefold()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """The client side of one host: its cache by `name type`."""

    cache: Mapping[str, Cached] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRecord:
    """What the outside world's name servers answer for a name and type."""

    values: tuple[str, ...]
    ttl: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody is answered; `ttl` is what is left of it.

    Attributes:
        status: Success, NameError, NoData, ServerFailure or Timeout.
        name: the owner of the data, other than asked for behind an alias.
    """

    status: str
    data: tuple[str, ...] = ()
    ttl: int | None = None
    name: str = ""


def key_of(name: str, kind: str) -> str:
    """Key of a cache."""
    return f"{name.rstrip('.').casefold()} {kind.upper()}"


def fresh(cache: Mapping[str, Cached], now: datetime) -> dict[str, Cached]:
    """What is still remembered."""
    return {key: one for key, one in cache.items() if one.until > now}


def own_zones(server: DnsServer) -> Iterator[Zone]:
    """The zones whose records the server holds."""
    return (zone for zone in server.zones.values() if zone.kind in {"Primary", "Secondary"})
