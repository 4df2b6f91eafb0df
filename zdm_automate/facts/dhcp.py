"""Facts about DHCP: servers, scopes and what hangs on them, leases, failover, and what a client was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpServer(Fact):
    """A DHCP server; None where an old host cannot tell. A host without the role gives none."""

    zdm_type: ClassVar[str] = "Zdm.DhcpServer"
    reader: ClassVar[str] = "Get-ZdmDhcpServer"

    is_authorized: bool | None
    is_domain_joined: bool | None
    conflict_detection_attempts: int
    bindings: tuple[str, ...]
    module_version: str | None
    audit_log_path: str | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpAuthorization(Fact):
    """A DHCP server that the directory authorises."""

    zdm_type: ClassVar[str] = "Zdm.DhcpAuthorization"
    reader: ClassVar[str] = "Get-ZdmDhcpAuthorization"
    key: ClassVar[tuple[str, ...]] = ("ip_address",)

    dns_name: str
    ip_address: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpScope(Fact):
    """A scope; `lease_seconds` is -1 for leases without end."""

    zdm_type: ClassVar[str] = "Zdm.DhcpScope"
    reader: ClassVar[str] = "Get-ZdmDhcpScope"
    key: ClassVar[tuple[str, ...]] = ("scope_id",)

    scope_id: str
    name: str
    description: str
    subnet_mask: str
    start_range: str
    end_range: str
    lease_seconds: int
    state: Literal["Active", "Inactive"]
    superscope_name: str
    delay_milliseconds: int
    type: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpExclusion(Fact):
    """A range inside a scope that is not leased."""

    zdm_type: ClassVar[str] = "Zdm.DhcpExclusion"
    reader: ClassVar[str] = "Get-ZdmDhcpExclusion"
    key: ClassVar[tuple[str, ...]] = ("scope_id", "start_range", "end_range")

    scope_id: str
    start_range: str
    end_range: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpReservation(Fact):
    """An address kept for one client; `client_id` is lower case hex with hyphens."""

    zdm_type: ClassVar[str] = "Zdm.DhcpReservation"
    reader: ClassVar[str] = "Get-ZdmDhcpReservation"
    key: ClassVar[tuple[str, ...]] = ("scope_id", "ip_address")

    scope_id: str
    ip_address: str
    client_id: str
    name: str
    description: str
    type: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOption(Fact):
    """An option's value at one level; empty text where a level or class does not apply."""

    zdm_type: ClassVar[str] = "Zdm.DhcpOption"
    reader: ClassVar[str] = "Get-ZdmDhcpOption"
    key: ClassVar[tuple[str, ...]] = ("level", "scope_id", "reservation", "option_id", "vendor_class", "user_class")

    level: Literal["Server", "Scope", "Reservation"]
    scope_id: str
    reservation: str
    option_id: int
    vendor_class: str
    user_class: str
    type: str
    value: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpLease(Fact):
    """An address in use, as the server's database has it."""

    zdm_type: ClassVar[str] = "Zdm.DhcpLease"
    reader: ClassVar[str] = "Get-ZdmDhcpLease"
    key: ClassVar[tuple[str, ...]] = ("scope_id", "ip_address")
    transient: ClassVar[bool] = True

    scope_id: str
    ip_address: str
    client_id: str
    host_name: str
    state: str
    expires_at_utc: str | None
    is_bad: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpFailover(Fact):
    """A failover relationship between two servers of 2012 or later."""

    zdm_type: ClassVar[str] = "Zdm.DhcpFailover"
    reader: ClassVar[str] = "Get-ZdmDhcpFailover"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    partner_server: str
    mode: str
    server_role: str | None
    load_balance_percent: int | None
    state: str
    scope_ids: tuple[str, ...]
    max_client_lead_time_seconds: int


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpClientLease(Fact):
    """What a client's adapter was leased, and by whom."""

    zdm_type: ClassVar[str] = "Zdm.DhcpClientLease"
    reader: ClassVar[str] = "Get-ZdmDhcpClientLease"
    key: ClassVar[tuple[str, ...]] = ("interface_alias",)
    volatile: ClassVar[frozenset[str]] = frozenset({"ip_address", "lease_obtained_utc", "lease_expires_utc", "dns_servers"})
    transient: ClassVar[bool] = True

    interface_alias: str
    ip_address: str
    dhcp_server: str
    lease_obtained_utc: str | None
    lease_expires_utc: str | None
    dns_servers: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpRelay(Fact):
    """Where a switch, firewall or storage box sends the requests of one interface's clients: now, and after its next start."""

    zdm_type: ClassVar[str] = "Zdm.DhcpRelay"
    reader: ClassVar[str] = "Get-ZdmDhcpRelay"
    key: ClassVar[tuple[str, ...]] = ("interface",)

    interface: str
    servers: tuple[str, ...]
    saved_servers: tuple[str, ...]
