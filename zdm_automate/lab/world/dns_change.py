"""Changing zones in the world: what a server is told, what that leaves in the clients' caches, what replicates when. Pure.

A working office asks for its names all the time. So whoever asks this server is taken to have asked just before a record
changes, and keeps the old answer as long as the old time to live says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dns import Arriving, DnsServer, Write, Zone, own_zones
from zdm_automate.lab.world.dns_resolve import first_server, local, resolve
from zdm_automate.lab.world.reach import reaches

if TYPE_CHECKING:
    from datetime import datetime

    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World

CLIENT_ROLE = 1
SETTINGS = ""
"""Stands for the zone's own settings where its names are listed."""

ASKED = ("A", "AAAA", "CNAME")

TRIED_AGAIN = timedelta(minutes=15)
"""How long a change waits until it is sent again where nothing led to its server."""


def changed(world: World, host: str, zone: Zone) -> World:
    """The world after a zone was changed (or made) on a server; a zone of the directory goes on to its other servers."""
    server = world.dns[host]
    before = server.zone(zone.name)
    made = replace(zone, written=_written(before, zone, world.now, host))
    world = _put(world, host, made)
    if not made.in_directory:
        return world
    return _sent(world, host, made.name, made, new=before is None or not before.in_directory)


def removed(world: World, host: str, name: str) -> World:
    """The world after a zone was removed from a server, and from the directory where it was there."""
    server = world.dns[host]
    zone = server.zone(name)
    world = world.with_dns(host, server.without_zone(name))
    if zone is None or not zone.in_directory:
        return world
    return _sent(world, host, name, None)


def _written(before: Zone | None, after: Zone, now: datetime, by: str) -> dict[str, Write]:
    """The last changes of the zone, with those between `before` and `after`."""
    known = dict(before.written) if before is not None else {}
    old = set(before.records) if before is not None else set()
    touched = {one.name.casefold() for one in old ^ set(after.records)}
    if before is None or _settings(before) != _settings(after):
        touched.add(SETTINGS)
    for name in touched:
        known[name] = Write(version=known[name].version + 1 if name in known else 1, at=now, by=by)
    return known


def _settings(zone: Zone) -> Zone:
    return replace(zone, records=(), written={})


def _sent(world: World, host: str, name: str, zone: Zone | None, *, new: bool = False) -> World:
    """The change is on its way to the other domain controllers that run a DNS server."""
    at = world.now + timedelta(seconds=world.directory.replication_delay)
    for other in world.directory.controllers:
        if other != host and other in world.dns:
            theirs = world.dns[other]
            after = max((one.at for one in theirs.arriving if one.by == host), default=at)
            arriving = Arriving(at=max(at, after), name=name.casefold(), zone=zone, new=new, by=host)
            world = world.with_dns(other, replace(theirs, arriving=(*theirs.arriving, arriving)))
    return world


def _merged(held: Zone, arrived: Zone) -> Zone:
    """Of each name what was written last; two servers may have changed different names at the same time."""
    ours = {name for name, write in held.written.items() if name not in arrived.written or write > arrived.written[name]}
    kept = (one for one in held.records if one.name.casefold() in ours)
    taken = (one for one in arrived.records if one.name.casefold() not in ours)
    written = {**held.written, **arrived.written, **{name: held.written[name] for name in ours}}
    return replace(held if SETTINGS in ours else arrived, records=(*taken, *kept), written=written)


def _put(world: World, host: str, zone: Zone) -> World:
    """The zone on the server, after those who ask this server have asked once more."""
    world = _asked_before(world, host, zone)
    return world.with_dns(host, world.dns[host].with_zone(zone))


def _asked_before(world: World, host: str, after: Zone) -> World:
    before = world.dns[host].zone(after.name)
    if before is None:
        return world
    moved = {before.fqdn(one.name) for one in set(before.records) ^ set(after.records) if one.type in ASKED}
    wanted = sorted(one for one in _with_aliases(world.dns[host], moved) if local(world.dns[host], one, "A")[2] == "Success")
    for machine in world.hosts.values():
        if machine.role == CLIENT_ROLE and machine.powered and _through(world, machine, host, after.name):
            for name in wanted:
                world, _ = resolve(world, machine.name, name, "A")
    return world


def _with_aliases(server: DnsServer, names: set[str]) -> set[str]:
    """These names in lower case, and those that lead to them."""
    found = {name.casefold() for name in names}
    aliases = [(zone.fqdn(one.name), one) for zone in own_zones(server) for one in zone.records if one.type == "CNAME"]
    grown = True
    while grown:
        more = {name.casefold() for name, one in aliases if one.data.rstrip(".").casefold() in found} - found
        found |= more
        grown = bool(more)
    return found


def _through(world: World, client: Host, host: str, zone: str) -> bool:
    """Whether a client hears of this server's zone from it, or from one that has to ask for the zone."""
    server = first_server(world, client)
    if server is None or server == host:
        return server == host
    held = world.dns[server].zone(zone)
    return held is None or held.kind not in {"Primary", "Secondary"}


# --- time ---


def due(world: World) -> datetime | None:
    """When the next change of the directory arrives somewhere."""
    return min((one.at for server in world.dns.values() for one in server.arriving), default=None)


def fire(world: World) -> World:
    """What arrives now; of a zone that is gone here only its removal or a new one of its name counts."""
    for host in list(world.dns):
        server = _waiting(world, host)
        world = world.with_dns(host, server)
        here = [one for one in server.arriving if one.at <= world.now]
        if not here:
            continue
        world = world.with_dns(host, replace(server, arriving=tuple(one for one in server.arriving if one.at > world.now)))
        for one in here:
            held = world.dns[host].zone(one.name)
            if one.zone is None:
                if held is not None and held.in_directory:
                    world = world.with_dns(host, world.dns[host].without_zone(one.name))
            elif held is not None and held.in_directory:
                world = _put(world, host, _merged(held, one.zone))
            elif one.new:
                world = _put(world, host, one.zone)
    return world


def _waiting(world: World, host: str) -> DnsServer:
    """The server with what comes from one that does not reach it put off until the next try, all of it, in its order."""
    server = world.dns[host]
    due_now = {one.by for one in server.arriving if one.at <= world.now and one.by}
    away = {by for by in due_now if not reaches(world, by, host)}
    later = world.now + TRIED_AGAIN
    put_off = (replace(one, at=max(one.at, later)) if one.by in away else one for one in server.arriving)
    return replace(server, arriving=tuple(put_off))
