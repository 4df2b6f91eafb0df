"""Changing zones in the world: what a server is told, what that leaves in the clients' caches, what replicates when. Pure.

A working office asks for its names all the time. So whoever asks this server is taken to have asked just before a record
changes, and keeps the old answer as long as the old time to live says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dns import Arriving, Cached, DnsServer, Resolver, Zone, fresh, key_of
from zdm_automate.lab.world.dns_resolve import local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from zdm_automate.lab.world.model import World

CLIENT_ROLE = 1
ASKED = ("A", "AAAA", "CNAME")


def changed(world: World, host: str, zone: Zone) -> World:
    """The world after a zone was changed (or made) on a server; a zone of the directory goes on to its other servers."""
    server = world.dns[host]
    before = server.zone(zone.name)
    made = replace(zone, version=(before.version if before else 0) + 1)
    world = _put(world, host, made)
    if not made.in_directory:
        return world
    at = world.now + timedelta(seconds=world.directory.replication_delay)
    for other in _partners(world, host):
        theirs = world.dns[other]
        waiting = (*theirs.arriving, Arriving(at=at, name=made.name.casefold(), zone=made))
        world = world.with_dns(other, replace(theirs, arriving=waiting))
    return world


def removed(world: World, host: str, name: str) -> World:
    """The world after a zone was removed from a server, and from the directory where it was there."""
    server = world.dns[host]
    zone = server.zone(name)
    world = world.with_dns(host, server.without_zone(name))
    if zone is None or not zone.in_directory:
        return world
    at = world.now + timedelta(seconds=world.directory.replication_delay)
    for other in _partners(world, host):
        theirs = world.dns[other]
        waiting = (*theirs.arriving, Arriving(at=at, name=name.casefold(), zone=None))
        world = world.with_dns(other, replace(theirs, arriving=waiting))
    return world


def _partners(world: World, host: str) -> Iterator[str]:
    """The other domain controllers that run a DNS server."""
    return (name for name in world.directory.controllers if name != host and name in world.dns)


def _put(world: World, host: str, zone: Zone) -> World:
    """The zone on the server, after those who ask this server have asked once more."""
    world = _asked_before(world, host, zone)
    return world.with_dns(host, world.dns[host].with_zone(zone))


def _asked_before(world: World, host: str, after: Zone) -> World:
    server = world.dns[host]
    before = server.zone(after.name)
    if before is None:
        return world
    moved = {(one.name.casefold(), one.type) for one in set(before.records) ^ set(after.records) if one.type in ASKED}
    if not moved:
        return world
    resolvers = dict(world.resolvers)
    for machine in world.hosts.values():
        if machine.role != CLIENT_ROLE or not machine.powered or not _asks(world, machine.name, host):
            continue
        cache = fresh(resolvers.get(machine.name, Resolver()).cache, world.now)
        for name, _ in sorted(moved):
            _remember(cache, server, before.fqdn(name), world.now)
        resolvers[machine.name] = Resolver(cache=cache)
    return replace(world, resolvers=resolvers)


def _remember(cache: dict[str, Cached], server: DnsServer, fqdn: str, now: datetime) -> None:
    key = key_of(fqdn, "A")
    if key in cache:
        return
    found, _, status = local(server, fqdn, "A")
    ttl = min((one.ttl for one in found), default=0)
    if status == "Success" and ttl:
        cache[key] = Cached(status=status, data=tuple(one.data for one in found), until=now + timedelta(seconds=ttl))


def _asks(world: World, client: str, host: str) -> bool:
    """Whether a client's first DNS server that answers is this one."""
    for address in (one for nic in world.hosts[client].nics for one in nic.dns):
        found = world.host_at(address)
        if found is not None and found.name in world.dns and found.running("DNS"):
            return found.name == host
    return False


# --- time ---


def due(world: World) -> datetime | None:
    """When the next change of the directory arrives somewhere."""
    return min((one.at for server in world.dns.values() for one in server.arriving), default=None)


def fire(world: World) -> World:
    """What arrives now; an older version than the one that is there changes nothing."""
    for host in list(world.dns):
        server = world.dns[host]
        here = [one for one in server.arriving if one.at <= world.now]
        if not here:
            continue
        world = world.with_dns(host, replace(server, arriving=tuple(one for one in server.arriving if one.at > world.now)))
        for one in here:
            held = world.dns[host].zone(one.name)
            if one.zone is None:
                if held is not None and held.in_directory:
                    world = world.with_dns(host, world.dns[host].without_zone(one.name))
            elif held is None or not held.in_directory or held.version < one.zone.version:
                world = _put(world, host, one.zone)
    return world
