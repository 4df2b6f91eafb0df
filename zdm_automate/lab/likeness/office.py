"""Makes an office definition out of the facts that were read at a client. Pure: it reads no host and writes no file.

What the definition cannot hold is left out here; `compare` finds it by reading the made office back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Network
from typing import Any, TypeVar

from zdm_automate.facts.base import Fact
from zdm_automate.facts.dhcp import DhcpClientLease
from zdm_automate.facts.dns import DnsClient, DnsServer
from zdm_automate.facts.host import HostInventory, NetworkConfig, PendingReboot, Role, Service
from zdm_automate.facts.store import Facts
from zdm_automate.lab.likeness.dhcp import dhcp_section
from zdm_automate.lab.likeness.dns import dns_section
from zdm_automate.lab.office import DOMAIN_ROLES
from zdm_automate.lab.world.host import RELEASES
from zdm_automate.lab.world.roles import FEATURES

F = TypeVar("F", bound=Fact)

SERVER_ROLES = {"DNS": "DNS", "DHCPServer": "DHCP", "NTDS": "AD-Domain-Services"}
"""The role that a service betrays on a host that cannot list its roles."""

REBOOTS = {
    "ComponentServicing": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending" + "\\",
    "WindowsUpdate": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired" + "\\",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What is known of the client's network.

    Attributes:
        name: the new office's name.
        title: one line for lists.
        facts: by name of the host.
        hosts: the hosts that answered.
        netbios: short name of the domain.
        password: the throw-away password of the office's administrator.
        commands_by: hosts that were reached without PowerShell remoting.
        project: what the made office proposes for its project file: roles, intent and the like.
    """

    name: str
    title: str
    facts: Facts
    hosts: Sequence[str]
    netbios: str
    password: str
    commands_by: frozenset[str] = frozenset()
    project: Mapping[str, Any] = field(default_factory=dict)


def office_of(client: Client) -> dict[str, Any]:
    """The definition, as an office file holds it."""
    facts = client.facts
    inventories = {host: one for host in client.hosts for one in seen(facts, host, HostInventory)}
    members = [one for one in inventories.values() if one.domain_role not in {0, 2}]
    controllers = [host for host, one in inventories.items() if one.domain_role in {4, 5}]
    domain = members[0].domain if members else "workgroup.invalid"
    made: dict[str, Any] = {
        "office": client.name,
        "title": client.title,
        "seed": int(sha256(client.name.encode()).hexdigest()[:6], 16),
        "now": facts.taken_at.isoformat(),
        "rate": 1,
        "pace": {"reader": 0, "applier": 2},
        "admin": {"user": "Administrator", "password": client.password},
        "directory": {"domain": domain, "netbios": client.netbios, "controllers": controllers, "replication_delay": 15},
        "hosts": {host.upper(): _host(client, host, one) for host, one in inventories.items()},
    }
    dns = dns_section(facts, list(inventories))
    dhcp = dhcp_section(facts, list(inventories))
    return made | ({"dns": dns} if dns else {}) | ({"dhcp": dhcp} if dhcp else {}) | {"project": dict(client.project)}


def seen(facts: Facts, host: str, cls: type[F]) -> tuple[F, ...]:
    """The facts of a type; none where they could not be read, which the comparison tells."""
    return facts.of(host, cls) if (host, cls.zdm_type) in facts.by_type else ()


def release_of(found: HostInventory) -> str:
    """The release of a host: by its caption, else the first of its version, else the newest of its kind."""
    caption = found.os_caption.strip()
    exact = [name for name, one in RELEASES.items() if one.caption == caption and one.version == found.os_version]
    kind = [name for name, one in RELEASES.items() if one.server == (found.product_type != 1) and one.version]
    alike = [name for name in kind if RELEASES[name].version == found.os_version]
    return (exact or alike or kind)[0 if exact or alike else -1]


def _host(client: Client, host: str, found: HostInventory) -> dict[str, Any]:
    facts = client.facts
    words = {number: word for word, number in DOMAIN_ROLES.items() if word != "device"}
    made: dict[str, Any] = {"release": release_of(found), "role": words.get(found.domain_role, "standalone")}
    made["culture"] = found.culture
    services = seen(facts, host, Service)
    kept: dict[str, Any] = {}
    if services:
        kept["services"] = {
            one.name: {"display": one.display_name, "state": one.state, "mode": one.start_mode, "account": one.start_name}
            for one in services
        }
    if found.last_boot_utc:
        kept["booted"] = found.last_boot_utc
    made |= _adapter(facts, host, kept)
    names = {one.name for one in seen(facts, host, Role) if one.installed}
    names |= {role for service, role in SERVER_ROLES.items() if any(one.name == service for one in services)}
    if seen(facts, host, DnsServer):
        names.add("DNS")
    made["features"] = sorted(names & set(FEATURES))
    waits = [reason for one in seen(facts, host, PendingReboot) for reason in one.reasons]
    if waits:
        made["registry"] = {REBOOTS[reason]: "" for reason in waits if reason in REBOOTS}
    kept["machine"] = f"likeness/{client.name}/{host.upper()}"
    if host in client.commands_by:
        made["reach"] = {"psrp": False}
    return made | {"seen": kept}


def _adapter(facts: Facts, host: str, kept: dict[str, Any]) -> dict[str, Any]:
    """The first adapter that has an address; what no other key says of it goes into `kept`."""
    adapters = [one for one in seen(facts, host, NetworkConfig) if one.addresses]
    if not adapters:
        return {"dhcp": True}
    one = adapters[0]
    prefix = IPv4Network(f"0.0.0.0/{one.masks[0]}").prefixlen if one.masks else 24
    made: dict[str, Any] = {
        "address": f"{one.addresses[0]}/{prefix}",
        "dns": list(one.dns_servers),
        "alias": one.alias,
        "mac": one.mac,
        "dhcp": one.dhcp_enabled and bool(seen(facts, host, DhcpClientLease)),
    }
    if one.gateways:
        made["gateway"] = one.gateways[0]
    kept["suffix"] = one.suffix
    asks = next((dns for dns in seen(facts, host, DnsClient) if dns.interface_alias == one.alias), None)
    if made["dhcp"] and asks is not None and not asks.from_dhcp:
        kept["dns_fixed"] = True
    return made
