"""The `dns:` section of an office from facts: servers, and zones with every record that was read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.dns import DnsRecord, DnsServer, DnsZone
from zdm_automate.lab.office_dns import ANCHORS, TYPES
from zdm_automate.lab.world.dns import HOST_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zdm_automate.facts.store import Facts

SCOPES: Final = frozenset({"Domain", "Forest", "Legacy"})

REST_OF_SOA: Final = "1 900 600 86400"
"""Serial and intervals, of which no reader tells."""


def dns_section(facts: Facts, hosts: Sequence[str]) -> dict[str, Any]:
    """Servers and zones; a zone that is the same on several controllers stands there once."""
    servers: dict[str, Any] = {}
    zones: list[dict[str, Any]] = []
    for host in hosts:
        for one in _of(facts, host, DnsServer):
            servers[host.upper()] = {
                "forwarders": list(one.forwarders),
                "root_hints": True if one.use_root_hint is None else one.use_root_hint,
                "scavenging": one.scavenging_enabled,
                "recursion": one.recursion_enabled,
                "listen": list(one.listen_addresses),
                **({} if one.forwarder_timeout_seconds is None else {"timeout": one.forwarder_timeout_seconds}),
            }
    for host in hosts:
        if host.upper() not in servers:
            continue
        for zone in _of(facts, host, DnsZone):
            if zone.is_auto_created or zone.zone_name in {".", ANCHORS}:
                continue
            made = _zone(zone, [one for one in _of(facts, host, DnsRecord) if one.zone_name == zone.zone_name])
            twin = next((one for one in zones if zone.is_ds_integrated and {**one, "on": []} == {**made, "on": []}), None)
            if twin is not None:
                twin["on"].append(host.upper())
            else:
                zones.append({**made, "on": [host.upper()]})
    return {"servers": servers, "zones": zones} if servers else {}


def _of(facts: Facts, host: str, cls: Any) -> tuple[Any, ...]:
    return facts.by_type.get((host, cls.zdm_type), ())


def _zone(zone: DnsZone, records: Sequence[DnsRecord]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": zone.zone_name, "kind": zone.zone_type}
    if zone.is_ds_integrated and zone.replication_scope in SCOPES:
        made["scope"] = zone.replication_scope
    if zone.dynamic_update:
        made["dynamic_update"] = zone.dynamic_update
    if zone.aging_enabled:
        made["aging"] = True
    if zone.zone_file:
        made["file"] = zone.zone_file
    if zone.master_servers:
        made["masters"] = list(zone.master_servers)
    soa = next((one for one in records if one.record_type == "SOA"), None)
    if soa is not None:
        made["ttl"] = soa.ttl_seconds
    kept = [one for one in records if one.record_type in TYPES and one.data.strip()]
    if kept:
        dynamic = [one for one in kept if one.timestamp_utc]
        made["whole"] = True
        made["records"] = [_line(one) for one in kept if not one.timestamp_utc]
        made["dynamic"] = [_line(one) for one in dynamic]
        made["stamps"] = {_line(one): one.timestamp_utc for one in dynamic}
    return made


def _line(record: DnsRecord) -> str:
    data = record.data.rstrip(".") if record.record_type in HOST_TYPES else record.data
    if record.record_type == "SOA":
        data = f"{record.data} hostmaster.{record.zone_name}. {REST_OF_SOA} {record.ttl_seconds}"
    return f"{record.host_name} {record.ttl_seconds} {record.record_type} {data or '.'}"
