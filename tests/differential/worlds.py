"""Whole worlds to try verbs on: the offices and generated ones, furnished for the area of a verb, and a host in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import dhcp_worlds
import dns_worlds
import host_worlds
import hyperv_worlds
from hypothesis import strategies as st
from preparations import PREPARED
from scene import ADMIN, Scene

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.world import dhcp_serve
from zdm_automate.lab.world.dhcp import DhcpClient, DhcpServer
from zdm_automate.lab.world.directory import AuthorisedServer, Directory
from zdm_automate.lab.world.dns import DnsServer, Zone
from zdm_automate.lab.world.model import World, account_hash
from zdm_automate.scripts import Verb

OFFICES = ("tiny", "smallbiz", "kanzlei", "branch")
ROLES = {"dhcp": ("DHCP", "DHCPServer"), "dns": ("DNS", "DNS"), "hyperv": ("Hyper-V", "vmms")}
"""The role that an area's verbs ask, and its service."""

NOW = datetime(2026, 3, 2, 7, 0, 0, 123456, tzinfo=UTC)


@cache
def office(name: str) -> World:
    """The first world of an office; its account is that of all worlds here."""
    return _with_account(load_office(find_office(name)))


def _with_account(world: World) -> World:
    user = ADMIN[0].casefold()
    return replace(world, accounts={user: account_hash(user, ADMIN[1])})


@st.composite
def generated(draw: st.DrawFn, verb: Verb) -> World:
    """An office that nobody wrote: one to three servers of any release, up to two seats, a domain or a workgroup.

    The first server has the role that the verb asks, and a PowerShell that is new enough for it.
    """
    role, _ = ROLES.get(verb.area, ("", ""))
    domain = draw(st.sampled_from(("", "example.org", "büro-müller.local")))
    count = draw(st.integers(1, 3))
    controllers = draw(st.integers(1, count)) if domain else 0
    hosts = {}
    for number in range(1, count + 1):
        name, address = f"SRV-{number}", f"10.77.0.{10 + number}"
        needs = {"role": role, "floor": float(verb.floor)} if number == 1 else {}
        hosts[name] = draw(host_worlds.servers(name, address, domain, controller=number <= controllers, now=NOW, **needs))
    for number in range(1, draw(st.integers(0, 2)) + 1):
        name = f"PC-{number}"
        hosts[name] = draw(host_worlds.seats(name, number, domain, NOW))
    names = tuple(hosts)[:controllers]
    world = World(now=NOW, office="generated", hosts=hosts, directory=Directory(domain=domain, netbios="X", controllers=names))
    return _leased(_served(_with_account(world)))


def _served(world: World) -> World:
    """Empty servers where the roles are; the zones that every DNS server makes for itself."""
    for host, machine in world.hosts.items():
        if "DHCP" in machine.features:
            world = world.with_dhcp(host, DhcpServer())
            entry = AuthorisedServer(dns_name=machine.fqdn, address=machine.address)
            listed = (*world.directory.dhcp_servers, entry) if world.directory.domain else ()
            world = replace(world, directory=replace(world.directory, dhcp_servers=listed))
        if "DNS" in machine.features:
            own = DnsServer().with_zone(Zone(name="127.in-addr.arpa", auto_created=True, file="127.in-addr.arpa.dns"))
            if host in world.directory.controllers and machine.windows.level:
                own = own.with_zone(Zone(name="TrustAnchors", scope="Forest"))
            world = world.with_dns(host, own)
    return world


def _leased(world: World) -> World:
    """Every seat is a client; one whose network nobody serves has no address."""
    seats = [host for host, machine in world.hosts.items() if machine.nics and machine.nics[0].dhcp]
    waiting = {
        name: DhcpClient(name=name, client_id=world.hosts[name].nics[0].mac.lower(), link="10.99.0.0")
        for name in seats
        if name not in world.clients
    }
    return replace(world, clients={**world.clients, **waiting})


def fit(world: World, verb: Verb) -> list[str]:
    """The hosts on which a verb has something to do: with the role, its service running, a PowerShell that is new enough."""
    role, service = ROLES.get(verb.area, ("", ""))
    return [
        host
        for host, machine in world.hosts.items()
        if float(machine.windows.powershell or 0) >= float(verb.floor)
        and (not role or (role in machine.features and machine.running(service)))
        and (machine.windows.server or not verb.name.endswith("Feature"))
    ]


@st.composite
def scenes(draw: st.DrawFn, verb: Verb) -> Scene:
    """A host of a world, furnished for a verb's area; most often one on which the verb has something to do.

    A device runs no PowerShell and a host that is off cannot be asked, so neither is one.
    """
    world = draw(st.sampled_from(OFFICES).map(office) | generated(verb))
    if verb.area in {"dhcp", "host"}:
        world = draw(dhcp_worlds.furnished(world))
    if verb.area == "dns":
        world = draw(dns_worlds.furnished(world))
    if verb.area == "hyperv":
        world = draw(hyperv_worlds.furnished(world))
    easy = draw(st.sampled_from((True, True, True, False)))
    hosts = [host for host, machine in world.hosts.items() if machine.windows.version and machine.powered]
    host = draw(st.sampled_from((easy and fit(world, verb)) or hosts))
    if verb.area == "host" or not easy:
        world = draw(host_worlds.lived_in(world, host))
    for name, one in world.clients.items():
        if name in world.hosts and not one.address:
            world = dhcp_serve.discover(world, name)
    if easy and verb.name in PREPARED:
        world, host = draw(PREPARED[verb.name](world, host))
    return Scene(world, host)
