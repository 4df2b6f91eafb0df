"""DHCP servers that real Windows could hold: scopes with all that hangs on them, of every size."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

import hostile
from hypothesis import strategies as st
from profiles import MANY

from zdm_automate.lab.world.dhcp import BAD, NEVER, DhcpServer, Failover, Lease, OptionValue, Reservation, Scope
from zdm_automate.lab.world.dhcp_serve import authorised
from zdm_automate.lab.world.directory import AuthorisedServer
from zdm_automate.lab.world.model import World

NETWORKS = ("10.99.0.0/24", "172.16.4.0/22", "192.168.200.0/25", "10.128.0.0/16")
"""Of generated scopes: none lies within another, as the server demands."""

TYPES = {3: "IPv4Address", 6: "IPv4Address", 15: "String", 42: "IPv4Address", 43: "BinaryData", 46: "Byte", 60: "String"}
TYPES |= {66: "String", 150: "IPv4Address", 200: "Word", 201: "DWord", 252: "String"}
"""The type belongs to an option's definition, so one for each number. Option 51 of a scope is its lease time, no value."""

VENDORS = ("Microsoft Options", "Example Phones")
USERS = ("Default Routing and Remote Access Class", "Default BOOTP Class")
LEASE_TIMES = st.sampled_from((60, 3600, 691200, 2**31 - 1, NEVER))
"""Sixty seconds is the console's least; minus one stands for leases without end."""

SINGLE_LINES = hostile.texts()
"""Names and comments: the console and netsh take one line."""


def values(kind: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Values of an option of a type; an option without a value cannot be set."""
    one = {
        "IPv4Address": hostile.ADDRESSES,
        "Byte": st.sampled_from(("0", "8", "255")),
        "Word": st.sampled_from(("0", "65535")),
        "DWord": st.sampled_from(("0", "4294967295")),
        "BinaryData": st.sampled_from(("0x00", "0xFF")),
        "String": hostile.texts(empty=False),
    }[kind]
    return st.lists(one, min_size=1, max_size=1 if kind == "String" else 3).map(tuple)


@st.composite
def options(draw: st.DrawFn) -> tuple[OptionValue, ...]:
    """Values of one level: an option has one for each pair of classes."""
    keys = st.tuples(st.sampled_from(sorted(TYPES)), st.sampled_from(("", *VENDORS)), st.sampled_from(("", *USERS)))
    return tuple(
        OptionValue(
            option_id=number, type=TYPES[number], value=draw(values(TYPES[number])), vendor_class=vendor, user_class=user
        )
        for number, vendor, user in draw(st.lists(keys, max_size=4, unique=True))
    )


def client_id(number: int) -> str:
    """The hardware address of a client as its id."""
    return "02-00-5e-" + "-".join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))


@st.composite
def scopes(draw: st.DrawFn, network: str, now: datetime) -> Scope:
    """A scope of this network; addresses of one kind come once each, and a client has one reservation."""
    net = IPv4Network(network)
    first, last = int(net.network_address) + 10, int(net.network_address) + 100
    places = st.lists(st.integers(first, last), max_size=4, unique=True)
    reserved = draw(places)
    kept = tuple(
        Reservation(
            address=str(IPv4Address(place)),
            client_id=client_id(place),
            name=draw(SINGLE_LINES),
            description=draw(SINGLE_LINES),
            type=draw(st.sampled_from(("Both", "Dhcp", "Bootp"))),
            options=draw(options()) if number == 0 else (),
        )
        for number, place in enumerate(reserved)
    )
    many = draw(st.sampled_from((0, 0, 1, MANY if net.prefixlen < 24 else 60)))
    bulk = range(int(net.network_address) + 110, int(net.network_address) + 110 + min(many, net.num_addresses - 120))
    leased = [draw(leases(place, now, reserved=place in reserved)) for place in draw(places)]
    leased += [
        Lease(address=str(IPv4Address(n)), client_id=client_id(n), host_name=f"pc-{n}", expires=now + timedelta(hours=1))
        for n in bulk
    ]
    spans = draw(st.lists(st.tuples(st.integers(first, last), st.integers(0, 5)), max_size=3))
    return Scope(
        scope_id=str(net.network_address),
        mask=str(net.netmask),
        start=str(IPv4Address(first)),
        end=str(IPv4Address(int(net.broadcast_address) - 1)),
        name=draw(SINGLE_LINES),
        description=draw(SINGLE_LINES),
        lease_seconds=draw(LEASE_TIMES),
        active=draw(st.booleans()),
        superscope=draw(st.sampled_from(("", "Überall", "O'Super"))),
        delay=draw(st.sampled_from((0, 1000))),
        exclusions=tuple((str(IPv4Address(place)), str(IPv4Address(place + more))) for place, more in spans),
        reservations=kept,
        options=draw(options()),
        leases={one.address: one for one in leased},
    )


@st.composite
def leases(draw: st.DrawFn, place: int, now: datetime, *, reserved: bool) -> Lease:
    """A lease that holds, has run out, or is a declined address; that of a reservation has no end."""
    address = str(IPv4Address(place))
    if not reserved and draw(st.integers(0, 3)) == 0:
        backwards = "-".join(f"{int(part):02x}" for part in reversed(address.split(".")))
        return Lease(address=address, client_id=backwards, host_name=BAD, expires=now + timedelta(minutes=59), state="Declined")
    ends = now + timedelta(seconds=draw(st.sampled_from((-86400, -1, 0, 1, 691200))))
    return Lease(
        address=address,
        client_id=client_id(place),
        host_name=draw(hostile.texts()),
        expires=None if reserved else ends,
    )


@st.composite
def servers(draw: st.DrawFn, now: datetime) -> DhcpServer:
    """A server's database, empty to full."""
    networks = draw(st.lists(st.sampled_from(NETWORKS), max_size=3, unique=True))
    made = [draw(scopes(network, now)) for network in networks]
    return replace(
        DhcpServer(),
        scopes={one.scope_id: one for one in made},
        options=draw(options()),
        vendor_classes=(*DhcpServer().vendor_classes, *VENDORS[1:]),
        conflict_attempts=draw(st.integers(0, 5)),
    )


@st.composite
def furnished(draw: st.DrawFn, world: World) -> World:
    """The world with other databases on its DHCP servers, other authorisations, and a relationship where two can have one."""
    hosts = [host for host in world.dhcp if "DHCP" in world.hosts[host].features]
    for host in hosts:
        if draw(st.booleans()):
            world = world.with_dhcp(host, draw(servers(world.now)))
    if world.directory.domain and draw(st.booleans()):
        world = replace(world, directory=replace(world.directory, dhcp_servers=draw(_authorisations(world))))
    able = [host for host in hosts if world.hosts[host].windows.level and authorised(world, host)]
    if len(able) > 1 and draw(st.booleans()):
        world = draw(related(world, able[0], able[1]))
    return world


@st.composite
def _authorisations(draw: st.DrawFn, world: World) -> tuple[AuthorisedServer, ...]:
    """Objects of one container: a name comes once; whether it fits the address, nobody checks."""
    own = [(machine.fqdn, machine.address) for host in world.dhcp if (machine := world.hosts[host]).address]
    foreign = [("gone.example.org", "192.0.2.9"), ("o'brien.example", "192.0.2.10"), ("büro.example", "192.0.2.11")]
    found = draw(st.lists(st.sampled_from([*own, *foreign]), unique_by=lambda one: one[0].casefold(), max_size=4))
    return tuple(AuthorisedServer(dns_name=name, address=address) for name, address in found)


@st.composite
def related(draw: st.DrawFn, world: World, one: str, other: str) -> World:
    """Two servers in a failover relationship: the scopes in it are on both, and in no other."""
    shared = [key for key, scope in world.dhcp[one].scopes.items() if world.dhcp[one].failover_of(key) is None]
    if not shared:
        return world
    ids = tuple(draw(st.lists(st.sampled_from(shared), min_size=1, unique=True)))
    balance = draw(st.booleans())
    own = Failover(
        name=draw(hostile.texts(empty=False)),
        partner=world.hosts[other].fqdn,
        partner_host=other,
        mode="LoadBalance" if balance else "HotStandby",
        percent=50 if balance else None,
        reserve=None if balance else 5,
        scope_ids=ids,
        secret=draw(st.booleans()),
    )
    theirs = replace(own, partner=world.hosts[one].fqdn, partner_host=one, role="Standby")
    mine, partner = world.dhcp[one], world.dhcp[other]
    both = {key: mine.scopes[key] for key in ids}
    world = world.with_dhcp(one, replace(mine, failovers=(*mine.failovers, own)))
    return world.with_dhcp(other, replace(partner, scopes={**partner.scopes, **both}, failovers=(*partner.failovers, theirs)))
