"""Facts about DNS: zones, records, a server's settings, a host's resolver, and what a client is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DnsZone(Fact):
    """A zone as one server holds it; `replication_scope` is None for a zone that is not in the directory."""

    zdm_type: ClassVar[str] = "Zdm.DnsZone"
    reader: ClassVar[str] = "Get-ZdmDnsZone"
    key: ClassVar[tuple[str, ...]] = ("zone_name",)

    zone_name: str
    zone_type: Literal["Primary", "Secondary", "Stub", "Forwarder"]
    is_ds_integrated: bool
    replication_scope: str | None
    dynamic_update: str | None
    is_reverse: bool
    is_auto_created: bool
    aging_enabled: bool | None
    master_servers: tuple[str, ...] = ()
    zone_file: str | None = None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord(Fact):
    """A resource record; `host_name` is relative (`@` the zone), `data` canonical text with trailing dots on host names."""

    zdm_type: ClassVar[str] = "Zdm.DnsRecord"
    reader: ClassVar[str] = "Get-ZdmDnsRecord"
    key: ClassVar[tuple[str, ...]] = ("zone_name", "host_name", "record_type", "data")
    volatile: ClassVar[frozenset[str]] = frozenset({"timestamp_utc"})

    zone_name: str
    host_name: str
    record_type: str
    data: str
    ttl_seconds: int
    timestamp_utc: str | None
    is_static: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer(Fact):
    """A server's own settings, which no replication carries."""

    zdm_type: ClassVar[str] = "Zdm.DnsServer"
    reader: ClassVar[str] = "Get-ZdmDnsServer"

    forwarders: tuple[str, ...]
    use_root_hint: bool | None
    forwarder_timeout_seconds: int | None
    recursion_enabled: bool
    scavenging_enabled: bool
    listen_addresses: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DnsClient(Fact):
    """Whom an adapter of a host asks, and whether DHCP told it so."""

    zdm_type: ClassVar[str] = "Zdm.DnsClient"
    reader: ClassVar[str] = "Get-ZdmDnsClient"
    key: ClassVar[tuple[str, ...]] = ("interface_alias",)

    interface_alias: str
    server_addresses: tuple[str, ...]
    from_dhcp: bool
    suffix: str | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer(Fact):
    """What a host is answered; `server` is empty where its own resolver, cache and all, was asked."""

    zdm_type: ClassVar[str] = "Zdm.DnsAnswer"
    reader: ClassVar[str] = "Get-ZdmDnsAnswer"
    key: ClassVar[tuple[str, ...]] = ("name", "record_type", "server")
    transient: ClassVar[bool] = True

    name: str
    record_type: str
    server: str
    status: Literal["Success", "NameError", "NoData", "ServerFailure", "Timeout"]
    answers: tuple[str, ...]
    ttl_seconds: int | None
