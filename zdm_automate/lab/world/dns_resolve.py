"""Resolving names in the world: a host's resolver with its cache, a server with its zones, forwarders and cache. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dns import Answer, Cached, DnsServer, Record, Resolver, fresh, key_of
from zdm_automate.lab.world.reach import at, leads_out, reaches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World

ALIASES = 8
"""How far a chain of aliases is followed."""

NEGATIVE_TTL = 900


def resolve(world: World, host: str, name: str, kind: str, *, server: str = "") -> tuple[World, Answer]:
    """What a host is answered: by the server it names, or by its own resolver, cache and all."""
    if server:
        answering = _server_at(world, host, server)
        if answering is None:
            return world, Answer(status="Timeout")
        return ask(world, answering, name, kind)
    resolver = world.resolvers.get(host, Resolver())
    known = resolver.cache.get(key_of(name, kind))
    if known is not None and known.until > world.now:
        return world, _remembered(world, known, name)
    answering = first_server(world, world.hosts[host])
    if answering is None:
        return world, Answer(status="Timeout")
    world, answer = ask(world, answering, name, kind)
    cache = _kept(world, resolver.cache, name, kind, answer)
    return replace(world, resolvers={**world.resolvers, host: Resolver(cache=cache)}), answer


def first_server(world: World, machine: Host) -> str | None:
    """The first of a host's DNS servers that answers."""
    addresses = (one for nic in machine.nics for one in nic.dns)
    return next((found for one in addresses if (found := _server_at(world, machine.name, one)) is not None), None)


def ask(world: World, host: str, name: str, kind: str, *, asked: frozenset[str] = frozenset()) -> tuple[World, Answer]:
    """What a DNS server answers: from its zones, from whom it forwards to, or from the outside world.

    `asked` are the servers that wait for this answer: one that would have to ask itself fails.
    """
    server = world.dns[host]
    zone = server.zone_of(name)
    if zone is None:
        return _recursive(world, host, name, kind, asked)
    if zone.kind in {"Primary", "Secondary"}:
        return _authoritative(world, host, name, kind, asked)
    return _recursive(world, host, name, kind, asked, masters=zone.masters)


def outside(world: World, name: str, kind: str) -> Answer:
    """What the outside world's name servers answer."""
    found = world.public.get(key_of(name, kind))
    if found is not None:
        return Answer(status="Success", data=found.values, ttl=found.ttl, name=name)
    alias = world.public.get(key_of(name, "CNAME"))
    if alias is not None and kind.upper() != "CNAME":
        behind = outside(world, alias.values[0], kind)
        return replace(behind, ttl=min(alias.ttl, behind.ttl if behind.ttl is not None else alias.ttl))
    known = any(key.split(" ", 1)[0] == name.rstrip(".").casefold() for key in world.public)
    return Answer(status="NoData" if known else "NameError")


def local(server: DnsServer, name: str, kind: str) -> tuple[tuple[Record, ...], str, str]:
    """The records that answer a name from the server's zones, the name they belong to, and the status.

    Behind an alias they carry the shorter time to live of the chain: that long the whole answer is remembered.
    """
    wanted = name.rstrip(".")
    shortest: int | None = None
    for _ in range(ALIASES):
        zone = server.zone_of(wanted)
        relative = zone.relative(wanted) if zone is not None else None
        if zone is None or relative is None or zone.kind not in {"Primary", "Secondary"}:
            return (), wanted, "Elsewhere"
        found = zone.at(relative, kind)
        if found:
            if shortest is not None:
                found = tuple(replace(one, ttl=min(one.ttl, shortest)) for one in found)
            return found, wanted, "Success"
        alias = next(iter(zone.at(relative, "CNAME")), None)
        if alias is None:
            return (), wanted, "NoData" if zone.has_name(relative) else "NameError"
        wanted = alias.data.rstrip(".")
        shortest = alias.ttl if shortest is None else min(shortest, alias.ttl)
    return (), wanted, "ServerFailure"


def _authoritative(world: World, host: str, name: str, kind: str, asked: frozenset[str]) -> tuple[World, Answer]:
    found, owner, status = local(world.dns[host], name, kind)
    if status == "Elsewhere":
        return ask(world, host, owner, kind, asked=asked)
    ttl = min((one.ttl for one in found), default=None)
    return world, Answer(status=status, data=tuple(one.data for one in found), ttl=ttl, name=owner)


def _recursive(
    world: World, host: str, name: str, kind: str, asked: frozenset[str], *, masters: tuple[str, ...] | None = None
) -> tuple[World, Answer]:
    """Asks the forwarders in order, then the root servers where it may; for a zone's masters nobody else. Remembers it."""
    server = world.dns[host]
    known = server.cache.get(key_of(name, kind))
    if known is not None and known.until > world.now:
        return world, _remembered(world, known, name)
    if not server.recursion or host in asked:
        return world, Answer(status="ServerFailure")
    answer = Answer(status="ServerFailure")
    for address in server.forwarders if masters is None else masters:
        own = _machine(world, address)
        if own is None:
            answer = outside(world, name, kind) if leads_out(world, host) else answer
        elif (answering := _server_at(world, host, address)) is not None:
            world, answer = ask(world, answering, name, kind, asked=asked | {host})
        if answer.status != "ServerFailure":
            break
    else:
        if server.root_hints and masters is None and leads_out(world, host):
            answer = outside(world, name, kind)
    server = world.dns[host]
    cache = _kept(world, server.cache, name, kind, answer)
    return world.with_dns(host, replace(server, cache=cache)), answer


def _remembered(world: World, known: Cached, name: str) -> Answer:
    left = int((known.until - world.now).total_seconds())
    return Answer(status=known.status, data=known.data, ttl=max(1, left), name=name)


def _kept(world: World, cache: Mapping[str, Cached], name: str, kind: str, answer: Answer) -> dict[str, Cached]:
    kept = fresh(cache, world.now)
    seconds = answer.ttl if answer.status == "Success" else NEGATIVE_TTL
    if seconds and answer.status in {"Success", "NameError", "NoData"}:
        until = world.now + timedelta(seconds=seconds)
        kept[key_of(name, kind)] = Cached(status=answer.status, data=answer.data, until=until)
    return kept


def _machine(world: World, address: str) -> Host | None:
    """The host of the office that has this address or name, on or off."""
    owns = (h for h in world.hosts.values() if any(nic.address == address for nic in h.nics))
    return next(owns, None) or world.hosts.get(address.split(".", 1)[0].upper())


def _server_at(world: World, asker: str, address: str) -> str | None:
    """The DNS server that answers somebody at an address or name."""
    found = at(world, asker, address) or world.hosts.get(address.split(".", 1)[0].upper())
    if found is not None and not reaches(world, asker, found.name):
        return None
    return found.name if found is not None and found.name in world.dns and found.running("DNS") else None
