"""DNS servers that real Windows could hold: zones of every kind with records of every type, forwarders, caches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import hostile
from hypothesis import strategies as st
from profiles import MANY

from zdm_automate.lab.world.dns import Cached, DnsServer, Record, Resolver, Zone
from zdm_automate.lab.world.model import World

NAMES = st.sampled_from(("www", "WWW", "büro", "_ldap._tcp", "*", "a" * 63, "o'brien", "$x", "-dash", "x_y", "1", "@", "a.b.c"))
"""Relative to a zone: what a server takes that checks no names, without blanks."""

ZONES = ("example.org", "Example.COM", "büro.example", "o'brien.example", "99.10.in-addr.arpa", "_msdcs.example.org")
TTLS = st.sampled_from((0, 1, 300, 3600, 2**31 - 1))
"""Time to live is a signed number of 32 bits; zero is one."""

HOSTS = st.sampled_from(("a.example.org.", "BÜRO.example.", "o'brien.example.", "x.", "a.b.c.d.e.example."))
DATA = {
    "A": hostile.ADDRESSES,
    "AAAA": st.sampled_from(("2001:db8::1", "::1", "fe80::abcd")),
    "CNAME": HOSTS,
    "NS": HOSTS,
    "PTR": HOSTS,
    "MX": st.tuples(st.sampled_from((0, 10, 65535)), HOSTS).map(lambda one: f"{one[0]} {one[1]}"),
    "SRV": st.tuples(st.sampled_from((0, 65535)), HOSTS).map(lambda one: f"{one[0]} 100 389 {one[1]}"),
    # A string of a TXT record has at most 255 bytes.
    "TXT": hostile.texts(empty=False).filter(lambda text: len(text.encode()) <= 255),
}
"""Data by type, in its one form."""


@st.composite
def records(draw: st.DrawFn, now: datetime) -> tuple[Record, ...]:
    """Records of a zone: none twice, nothing beside an alias. A refreshed record's stamp is a full hour."""
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=draw(st.integers(1, 200)))
    found: list[Record] = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(DATA)))
        name = draw(NAMES)
        stamp = hour if draw(st.booleans()) else None
        one = Record(name=name, type=kind, data=draw(DATA[kind]), ttl=draw(TTLS), stamp=stamp)
        beside = [other for other in found if other.name.casefold() == name.casefold()]
        alone = kind == "CNAME" or any(other.type == "CNAME" for other in beside)
        if not (alone and (beside or name == "@")) and one.key() not in {other.key() for other in beside}:
            found.append(one)
    many = draw(st.sampled_from((0, 0, MANY)))
    found += [Record(name=f"pc-{n:05}", type="A", data=f"10.99.{n // 250}.{n % 250 + 1}", ttl=1200) for n in range(many)]
    return tuple(found)


@st.composite
def zones(draw: st.DrawFn, name: str, now: datetime, *, controller: bool, server: str) -> Zone:
    """A zone; only a domain controller holds one in the directory, a forwarder or stub has no records here."""
    kind = draw(st.sampled_from(("Primary", "Primary", "Primary", "Secondary", "Stub", "Forwarder")))
    inside = controller and kind in {"Primary", "Forwarder"} and draw(st.booleans())
    masters = () if kind == "Primary" else tuple(draw(st.lists(hostile.ADDRESSES, min_size=1, max_size=3, unique=True)))
    updates = ("None", "Secure", "NonsecureAndSecure") if inside else ("None", "NonsecureAndSecure")
    primary = kind == "Primary"
    soa = Record(name="@", type="SOA", data=f"{server}. hostmaster.{name}. 2041 900 600 86400 3600")
    held = (soa, *draw(records(now))) if kind in {"Primary", "Secondary"} else ()
    return Zone(
        name=name,
        kind=kind,
        scope=draw(st.sampled_from(("Domain", "Forest", "Legacy"))) if inside else None,
        # Secure updates need the directory.
        dynamic=draw(st.sampled_from(updates)) if primary else "None",
        file=None if inside or kind == "Forwarder" else f"{name}.dns",
        aging=primary and draw(st.booleans()),
        masters=masters,
        records=held,
    )


@st.composite
def servers(draw: st.DrawFn, world: World, host: str) -> DnsServer:
    """A server: what it had, other zones beside it, other settings."""
    machine = world.hosts[host]
    controller = host in world.directory.controllers
    held = dict(world.dns[host].zones)
    for name in draw(st.lists(st.sampled_from(ZONES), max_size=3, unique_by=str.casefold)):
        held[name.casefold()] = draw(zones(name, world.now, controller=controller, server=machine.fqdn))
    own = {nic.address for nic in machine.nics}
    others = hostile.ADDRESSES.filter(lambda address: address not in own)
    remembered = Cached(status="Success", data=("203.0.113.9",), until=world.now + timedelta(seconds=60))
    return replace(
        world.dns[host],
        zones=held,
        forwarders=tuple(draw(st.lists(others, max_size=3, unique=True))),
        root_hints=draw(st.booleans()),
        timeout=draw(st.sampled_from((0, 3, 15))),
        recursion=draw(st.booleans()),
        scavenging=draw(st.booleans()),
        listen=tuple(sorted(own - {""})) if draw(st.booleans()) else (),
        cache={"www.example.com A": remembered} if draw(st.booleans()) else {},
    )


@st.composite
def furnished(draw: st.DrawFn, world: World) -> World:
    """The world with other zones and settings on its DNS servers, and names that its hosts remember."""
    for host in list(world.dns):
        if draw(st.booleans()):
            world = world.with_dns(host, draw(servers(world, host)))
    if draw(st.booleans()):
        stale = Cached(
            status="Success", data=("10.0.0.9",), until=world.now + timedelta(seconds=draw(st.sampled_from((-1, 60))))
        )
        world = replace(world, resolvers={host: Resolver(cache={"www.example.org A": stale}) for host in world.hosts})
    return world
