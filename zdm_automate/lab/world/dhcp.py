"""DHCP of the world as values: servers, scopes and what hangs on them, clients, visitors. Time is in dhcp_serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

NEVER = -1
"""Lease time of leases without end."""

BAD = "BAD_ADDRESS"
"""Host name under which Windows lists an address that somebody else was found to use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """An option's value on one level; empty classes mean the standard ones. `type` as the cmdlets name it."""

    option_id: int
    type: str
    value: tuple[str, ...]
    vendor_class: str = ""
    user_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An address in the database; `state` is Active or Declined, `expires` None for reservations."""

    address: str
    client_id: str
    host_name: str = ""
    expires: datetime | None = None
    state: str = "Active"

    def holds(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return self.expires is None or self.expires > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An address kept for one client."""

    address: str
    client_id: str
    name: str = ""
    description: str = ""
    type: str = "Both"
    options: tuple[OptionValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A scope. `lease_seconds` is NEVER for leases without end; leases are keyed by address."""

    scope_id: str
    mask: str
    start: str
    end: str
    name: str = ""
    description: str = ""
    lease_seconds: int = 691200
    active: bool = True
    superscope: str = ""
    delay: int = 0
    exclusions: tuple[tuple[str, str], ...] = ()
    reservations: tuple[Reservation, ...] = ()
    options: tuple[OptionValue, ...] = ()
    leases: Mapping[str, Lease] = field(default_factory=dict)

    @property
    def network(self) -> IPv4Network:
        """The subnet."""
        return IPv4Network(f"{self.scope_id}/{self.mask}")

    def reservation_of(self, client_id: str) -> Reservation | None:
        """The reservation of a client."""
        return next((one for one in self.reservations if one.client_id == client_id), None)

    def reserved(self, address: str) -> Reservation | None:
        """The reservation on an address."""
        return next((one for one in self.reservations if one.address == address), None)

    def free(self, now: datetime) -> Iterator[str]:
        """The addresses that may be leased at a moment, lowest first; a lease that has run out holds nothing."""
        excluded = [(int(IPv4Address(a)), int(IPv4Address(b))) for a, b in self.exclusions]
        reserved = {one.address for one in self.reservations}
        for number in range(int(IPv4Address(self.start)), int(IPv4Address(self.end)) + 1):
            address = str(IPv4Address(number))
            lease = self.leases.get(address)
            taken = address in reserved or (lease is not None and lease.holds(now))
            if not taken and not any(a <= number <= b for a, b in excluded):
                yield address

    def with_lease(self, lease: Lease) -> Scope:
        """The scope with this lease in the database."""
        return replace(self, leases={**self.leases, lease.address: lease})

    def without_lease(self, address: str) -> Scope:
        """The scope without the lease of that address."""
        return replace(self, leases={key: one for key, one in self.leases.items() if key != address})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """A failover relationship as one of its servers holds it; `partner` is the name given when it was made."""

    name: str
    partner: str
    partner_host: str
    mode: str = "HotStandby"
    role: str = "Active"
    percent: int | None = None
    reserve: int | None = 5
    mclt: int = 3600
    scope_ids: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpServer:
    """One DHCP server: its database and settings."""

    scopes: Mapping[str, Scope] = field(default_factory=dict)
    options: tuple[OptionValue, ...] = ()
    vendor_classes: tuple[str, ...] = ("Microsoft Options", "Microsoft Windows 2000 Options", "Microsoft Windows 98 Options")
    conflict_attempts: int = 0
    failovers: tuple[Failover, ...] = ()
    audit_path: str = "C:\\Windows\\system32\\dhcp"

    def with_scope(self, changed: Scope) -> DhcpServer:
        """The server with this scope in place of the one of the same id."""
        return replace(self, scopes={**self.scopes, changed.scope_id: changed})

    def without_scope(self, scope_id: str) -> DhcpServer:
        """The server without that scope."""
        return replace(self, scopes={key: one for key, one in self.scopes.items() if key != scope_id})

    def failover_of(self, scope_id: str) -> Failover | None:
        """The relationship that a scope is in."""
        return next((one for one in self.failovers if scope_id in one.scope_ids), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpClient:
    """A device that leases. One with a host's name is that host's network side.

    Attributes:
        link: id of the scope whose network it is plugged into.
        server: address of the server that leased to it; empty without a lease.
        next_at: when it does something by itself: renews at T1, asks anybody at T2, asks anew at the end.
    """

    name: str
    client_id: str
    link: str
    vendor_class: str = ""
    address: str = ""
    server: str = ""
    obtained: datetime | None = None
    expires: datetime | None = None
    next_at: datetime | None = None
    dns: tuple[str, ...] = ()
    on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Devices that come and go in a working office: one asks for an address every `every` seconds.

    They are played out only while two servers that know nothing of each other lease one range: at any other time a visitor
    leaves nothing behind but a lease that runs out.
    """

    link: str
    every: float = 1.0
    count: int = 0
    last: datetime | None = None
