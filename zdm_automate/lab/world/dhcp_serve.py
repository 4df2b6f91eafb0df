"""How addresses are leased in the world: who serves, what a client gets, what time brings. Pure transitions, no chance.

Two servers that lease one range without knowing of each other give one address twice; nothing here prevents it, because
nothing on Windows does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dhcp import BAD, NEVER, DhcpClient, DhcpServer, Lease, OptionValue, Scope, Visits
from zdm_automate.lab.world.reach import linked, neighbour, offers, reaches

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.model import World

ROUTER, DNS, DOMAIN = 3, 6, 15
RETRY = timedelta(minutes=5)
"""How often a client without an address asks again."""

DECLINED_FOR = timedelta(hours=1)
"""How long a declined address stays out of use."""


# --- who serves ---


def authorised(world: World, host: str) -> bool:
    """Whether the directory lists the server's address, or it stands outside a domain."""
    machine = world.hosts[host]
    if not machine.domain:
        return True
    addresses = {nic.address for nic in machine.nics}
    return any(one.address in addresses for one in world.directory.dhcp_servers)


def serves(world: World, host: str) -> bool:
    """Whether the host leases addresses at all: on, service running, authorised."""
    return host in world.dhcp and world.hosts[host].running("DHCPServer") and authorised(world, host)


def serving(world: World, scope_id: str, client: str = "") -> tuple[str, ...]:
    """The hosts that lease from this scope now and are heard by a client, by address; none: a device on the office's network.

    A guest whose adapter has the DHCP guard on is heard by nobody, though it hears everybody.
    """
    found = [host for host in world.dhcp if _leases(world, host, scope_id) and offers(world, host, client)]
    return tuple(sorted(found, key=lambda host: tuple(int(part) for part in world.hosts[host].address.split("."))))


def _leases(world: World, host: str, scope_id: str) -> bool:
    scope = world.dhcp[host].scopes.get(scope_id)
    return scope is not None and scope.active and serves(world, host)


def rivals(world: World, scope_id: str) -> tuple[str, ...]:
    """The serving hosts of a scope that do not know of each other's leases; empty where there are not two of them."""
    found = serving(world, scope_id)
    if len(found) < 2:  # noqa: PLR2004 - a pair
        return ()
    partner = world.dhcp[found[0]].failover_of(scope_id)
    if partner is not None and set(found) == {found[0], partner.partner_host}:
        return ()
    return found


# --- the database ---


def record(world: World, host: str, scope_id: str, lease: Lease) -> World:
    """The world with the lease in the server's database, and in its failover partner's."""
    return _on_both(world, host, scope_id, lambda scope: scope.with_lease(lease))


def release(world: World, host: str, scope_id: str, address: str) -> World:
    """The world without the lease, on the server and its failover partner."""
    return _on_both(world, host, scope_id, lambda scope: scope.without_lease(address))


def _on_both(world: World, host: str, scope_id: str, change: Callable[[Scope], Scope]) -> World:
    partner = world.dhcp[host].failover_of(scope_id)
    for one in (host, *((partner.partner_host,) if partner is not None else ())):
        server = world.dhcp.get(one) if reaches(world, host, one) else None
        if server is not None and scope_id in server.scopes:
            world = world.with_dhcp(one, server.with_scope(change(server.scopes[scope_id])))
    return world


def option(server: DhcpServer, scope: Scope, client_id: str, option_id: int) -> tuple[str, ...]:
    """The value that a client gets: the reservation's, else the scope's, else the server's."""
    reservation = scope.reservation_of(client_id)
    levels: tuple[tuple[OptionValue, ...], ...] = (
        reservation.options if reservation else (),
        scope.options,
        server.options,
    )
    for options in levels:
        for one in options:
            if one.option_id == option_id and not one.vendor_class and not one.user_class:
                return one.value
    return ()


# --- what a client does ---


def discover(world: World, name: str, *, turn: int = 0) -> World:
    """A client without an address asks everybody; `turn` says whose offer it takes where several answer."""
    client = world.clients[name]
    found = serving(world, client.link, name)
    if not found or not client.on:
        return _with_client(world, replace(_bare(client), next_at=world.now + RETRY))
    host = found[turn % len(found)]
    while True:
        scope = world.dhcp[host].scopes[client.link]
        address = _offer(scope, client, world.now)
        if address is None:
            return _with_client(world, replace(_bare(client), next_at=world.now + RETRY))
        if not _in_use(world, address, name):
            return _leased(world, host, client, address)
        # The server's ping or the client's own ARP finds the address in use: it is declined, and the next one tried.
        until = world.now + DECLINED_FOR
        bad = Lease(address=address, client_id=_reversed(address), host_name=BAD, expires=until, state="Declined")
        world = record(world, host, client.link, bad)


def renew(world: World, name: str, host: str) -> World | None:
    """A client asks one server for more time; None where that server does not answer."""
    client = world.clients[name]
    if host not in serving(world, client.link, name):
        return None
    scope = world.dhcp[host].scopes[client.link]
    known = scope.leases.get(client.address)
    if known is not None and known.client_id != client.client_id:
        return discover(_with_client(world, _bare(client)), name)  # a NAK
    reserved = scope.reserved(client.address)
    if known is None and reserved is None and client.address not in scope.free(world.now):
        return discover(_with_client(world, _bare(client)), name)
    return _leased(world, host, client, client.address)


def let_go(world: World, name: str) -> World:
    """A client gives its address back, to the server that leased it where that one still answers."""
    client = world.clients[name]
    if client.address:
        holder = neighbour(world, name, client.server)
        if holder is not None and holder.name in world.dhcp and _leases(world, holder.name, client.link):
            world = release(world, holder.name, client.link, client.address)
    return _with_client(world, _bare(client))


def _offer(scope: Scope, client: DhcpClient, now: datetime) -> str | None:
    reservation = scope.reservation_of(client.client_id)
    if reservation is not None:
        return reservation.address
    own = next((one.address for one in scope.leases.values() if one.client_id == client.client_id), None)
    return own or next(scope.free(now), None)


def _in_use(world: World, address: str, but: str) -> bool:
    """Whether another device answers at the address: one that leased it elsewhere, or one with a fixed address."""
    others = (one for one in world.clients.values() if one.address == address and one.on and one.name != but)
    if any(linked(world, but, one.name) for one in others):
        return True
    holder = neighbour(world, but, address)
    return holder is not None and holder.name != but


def _leased(world: World, host: str, client: DhcpClient, address: str) -> World:
    server = world.dhcp[host]
    scope = server.scopes[client.link]
    seconds = scope.lease_seconds
    expires = None if seconds == NEVER else world.now + timedelta(seconds=seconds)
    reserved = scope.reservation_of(client.client_id) is not None
    machine = world.hosts.get(client.name)
    shown = machine.fqdn if machine is not None else client.name
    lease = Lease(address=address, client_id=client.client_id, host_name=shown, expires=None if reserved else expires)
    world = record(world, host, client.link, lease)
    got = replace(
        client,
        address=address,
        server=world.hosts[host].address,
        obtained=world.now,
        expires=expires,
        next_at=None if expires is None else world.now + timedelta(seconds=seconds / 2),
        dns=option(server, scope, client.client_id, DNS),
    )
    world = _with_client(world, got)
    if machine is None:
        return world
    router = option(server, scope, client.client_id, ROUTER)
    domain = option(server, scope, client.client_id, DOMAIN)
    nic = replace(
        machine.nics[0],
        address=address,
        prefix=scope.network.prefixlen,
        gateway=router[0] if router else None,
        dns=machine.nics[0].dns if machine.nics[0].dns_fixed else got.dns,
        suffix=domain[0] if domain else machine.nics[0].suffix,
    )
    return world.with_host(replace(machine, nics=(nic, *machine.nics[1:])))


def _bare(client: DhcpClient) -> DhcpClient:
    return replace(client, address="", server="", obtained=None, expires=None, next_at=None, dns=())


def _with_client(world: World, client: DhcpClient) -> World:
    world = replace(world, clients={**world.clients, client.name: client})
    machine = world.hosts.get(client.name)
    if machine is not None and not client.address and machine.nics and machine.nics[0].address:
        own = machine.nics[0]
        nic = replace(own, address="", gateway=None, dns=own.dns if own.dns_fixed else ())
        world = world.with_host(replace(machine, nics=(nic, *machine.nics[1:])))
    return world


def _reversed(address: str) -> str:
    return "-".join(f"{int(part):02x}" for part in reversed(address.split(".")))


# --- time ---


def due(world: World) -> datetime | None:
    """When the next client does something by itself, or the next visitor of contested ranges comes."""
    moments = [one.next_at for one in world.clients.values() if one.next_at is not None and one.on]
    if (visit := _next_visit(world)) is not None:
        moments.append(visit)
    return min(moments, default=None)


def fire(world: World) -> World:
    """What is due at `world.now`."""
    for client in list(world.clients.values()):
        if client.next_at is not None and client.on and client.next_at <= world.now:
            world = _moved(world, client)
    visit = _next_visit(world)
    if visit is not None and visit <= world.now:
        world = _visited(world)
    return world


def _moved(world: World, client: DhcpClient) -> World:
    if not client.address or client.expires is None or client.expires <= world.now:
        return discover(_with_client(world, _bare(client)), client.name)
    obtained = client.obtained or world.now
    second = obtained + (client.expires - obtained) * 7 / 8
    if world.now < second:
        holder = neighbour(world, client.name, client.server)
        renewed = renew(world, client.name, holder.name) if holder is not None else None
        return renewed or _with_client(world, replace(client, next_at=second))
    for host in serving(world, client.link, client.name):
        renewed = renew(world, client.name, host)
        if renewed is not None:
            return renewed
    return _with_client(world, replace(client, next_at=client.expires))


def _next_visit(world: World) -> datetime | None:
    visits = world.visits
    if visits is None or not rivals(world, visits.link):
        return None
    last = visits.last
    return world.now if last is None else max(world.now, last + timedelta(seconds=visits.every))


def _visited(world: World) -> World:
    visits = world.visits
    if visits is None:
        return world
    made: Visits = replace(visits, count=visits.count + 1, last=world.now)
    number = made.count
    name = f"visitor-{number:04d}"
    low = "-".join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))
    client = DhcpClient(name=name, client_id=f"02-00-5e-{low}", link=visits.link)
    world = replace(world, visits=made, clients={**world.clients, name: client})
    return discover(world, name, turn=number - 1)
