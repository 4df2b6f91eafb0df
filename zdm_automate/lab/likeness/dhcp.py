"""The `dhcp:` section of an office from facts: servers with scopes, options and failover, and who holds which lease. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from zdm_automate.facts.dhcp import (
    DhcpAuthorization,
    DhcpClientLease,
    DhcpExclusion,
    DhcpFailover,
    DhcpLease,
    DhcpOption,
    DhcpReservation,
    DhcpScope,
    DhcpServer,
)
from zdm_automate.facts.host import HostInventory, NetworkConfig
from zdm_automate.lab.world.dhcp import DhcpServer as Plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.facts.store import Facts

HELD = frozenset({"Active", "ActiveReservation"})


def dhcp_section(facts: Facts, hosts: Sequence[str]) -> dict[str, Any]:
    """The servers that answered, what the directory authorises, and the devices behind the leases."""
    servers = [host for host in hosts if _of(facts, host, DhcpServer)]
    if not servers:
        return {}
    listed = _authorised(facts, hosts)
    addresses = {host: _addresses(facts, host) for host in servers}
    known = {address for found in addresses.values() for address in found}
    made: dict[str, Any] = {
        "servers": {
            host.upper(): {"authorised": bool(addresses[host] & set(listed)), **_server(facts, host, hosts)} for host in servers
        },
        "holders": list(_holders(facts, hosts, servers)),
    }
    elsewhere = [{"name": name, "address": address} for address, name in listed.items() if address not in known]
    return made | ({"authorised_elsewhere": elsewhere} if elsewhere else {})


def _of(facts: Facts, host: str, cls: Any) -> tuple[Any, ...]:
    return facts.by_type.get((host, cls.zdm_type), ())


def _addresses(facts: Facts, host: str) -> set[str]:
    return {address for one in _of(facts, host, NetworkConfig) for address in one.addresses}


def _authorised(facts: Facts, hosts: Sequence[str]) -> dict[str, str]:
    """Name by address of the servers in the directory, as the first host that could tell has them."""
    for host in hosts:
        found = _of(facts, host, DhcpAuthorization)
        if found:
            return {one.ip_address: one.dns_name for one in found}
    return {}


def _server(facts: Facts, host: str, hosts: Sequence[str]) -> dict[str, Any]:
    one: DhcpServer = _of(facts, host, DhcpServer)[0]
    options: tuple[DhcpOption, ...] = _of(facts, host, DhcpOption)
    classes = [o.vendor_class for o in options if o.vendor_class and o.vendor_class not in Plain().vendor_classes]
    failovers = [made for found in _of(facts, host, DhcpFailover) if (made := _failover(found, hosts)) is not None]
    return {
        "conflict_attempts": one.conflict_detection_attempts,
        "vendor_classes": list(dict.fromkeys(classes)),
        "options": [_option(o) for o in options if o.level == "Server"],
        "scopes": [_scope(facts, host, scope) for scope in _of(facts, host, DhcpScope)],
        **({"audit_path": one.audit_log_path} if one.audit_log_path else {}),
        **({"failovers": failovers} if failovers else {}),
    }


def _failover(found: DhcpFailover, hosts: Sequence[str]) -> dict[str, Any] | None:
    """The relationship, where its partner is among the hosts."""
    partner = next((host for host in hosts if host.casefold() == found.partner_server.split(".")[0].casefold()), None)
    if partner is None:
        return None
    return {
        "name": found.name,
        "partner": found.partner_server,
        "host": partner.upper(),
        "mode": found.mode,
        "role": found.server_role or "Active",
        "percent": found.load_balance_percent,
        "mclt": found.max_client_lead_time_seconds,
        "scopes": list(found.scope_ids),
    }


def _option(option: DhcpOption) -> dict[str, Any]:
    return {
        "id": option.option_id,
        "value": list(option.value),
        "type": option.type,
        "vendor": option.vendor_class,
        "user": option.user_class,
    }


def _scope(facts: Facts, host: str, scope: DhcpScope) -> dict[str, Any]:
    options = [one for one in _of(facts, host, DhcpOption) if one.scope_id == scope.scope_id]
    return {
        "network": str(IPv4Network(f"{scope.scope_id}/{scope.subnet_mask}")),
        "range": [scope.start_range, scope.end_range],
        "name": scope.name,
        "description": scope.description,
        "lease_seconds": scope.lease_seconds,
        "active": scope.state == "Active",
        "delay": scope.delay_milliseconds,
        "superscope": scope.superscope_name,
        "exclude": [
            [one.start_range, one.end_range] for one in _of(facts, host, DhcpExclusion) if one.scope_id == scope.scope_id
        ],
        "options": [_option(one) for one in options if one.level == "Scope"],
        "reservations": [
            _reservation(one, options) for one in _of(facts, host, DhcpReservation) if one.scope_id == scope.scope_id
        ],
    }


def _reservation(kept: DhcpReservation, options: Sequence[DhcpOption]) -> dict[str, Any]:
    own = [_option(one) for one in options if one.level == "Reservation" and one.reservation == kept.ip_address]
    return {
        "address": kept.ip_address,
        "client": kept.client_id,
        "name": kept.name,
        "description": kept.description,
        "type": kept.type,
        "options": own,
    }


def _holders(facts: Facts, hosts: Sequence[str], servers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A device for every lease that is held; a host that leases is its own, with the moments that it told itself."""
    told = {
        one.ip_address: (host, one)
        for host in hosts
        for one in _of(facts, host, DhcpClientLease)
        if _of(facts, host, HostInventory)
    }
    named: set[str] = set()
    done: set[str] = set()
    for server in servers:
        seconds = {scope.scope_id: scope.lease_seconds for scope in _of(facts, server, DhcpScope)}
        answers_at = sorted(_addresses(facts, server))
        for lease in _of(facts, server, DhcpLease):
            if lease.state not in HELD or lease.is_bad or lease.ip_address in done or not answers_at:
                continue
            done.add(lease.ip_address)
            host, own = told.get(lease.ip_address, ("", None))
            short = lease.host_name.split(".")[0] or f"device-{lease.client_id}"
            name = host.upper() or (short if short.casefold() not in named else f"{short}-{lease.client_id}")
            named.add(name.casefold())
            yield {
                "name": name,
                "client": lease.client_id,
                "network": lease.scope_id,
                "address": lease.ip_address,
                "server": own.dhcp_server if own is not None and own.dhcp_server else answers_at[0],
                "shown": lease.host_name,
                **_moments(lease, own, seconds.get(lease.scope_id, 0), facts.taken_at),
                "dns": list(own.dns_servers) if own is not None else [],
            }


def _moments(lease: DhcpLease, own: DhcpClientLease | None, seconds: int, now: datetime) -> dict[str, str]:
    """When the lease was got and ends; of a reservation that only the server knows, it was got just now."""
    if own is not None and own.lease_obtained_utc and own.lease_expires_utc:
        return {"obtained": own.lease_obtained_utc, "expires": own.lease_expires_utc}
    if seconds <= 0:
        return {"obtained": now.isoformat()}
    ends = datetime.fromisoformat(lease.expires_at_utc) if lease.expires_at_utc else now + timedelta(seconds=seconds)
    return {"obtained": (ends - timedelta(seconds=seconds)).isoformat(), "expires": ends.isoformat()}
