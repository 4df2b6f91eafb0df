"""How an adapter of a host comes by its address: fixed by hand, by DHCP, or one that it makes itself. Pure transitions."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import dhcp_serve

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Nic
    from zdm_automate.lab.world.model import World

OWN: Final = IPv4Network("169.254.0.0/16")
"""Addresses that an adapter gives itself where no server answers; nothing leads there from another network."""


def own_address(mac: str) -> str:
    """What an adapter gives itself; always the same, so that a world is repeatable."""
    digits = sha256(mac.encode()).digest()
    return f"169.254.{1 + digits[0] % 254}.{1 + digits[1] % 254}"


def unconfigured(nic: Nic) -> Nic:
    """The adapter as nobody has set it up: it asks for an address, and no server has answered."""
    own = own_address(nic.mac)
    return replace(nic, dhcp=True, address=own, prefix=OWN.prefixlen, gateway=None, dns=(), dns_fixed=False)


def with_card(nic: Nic, mac: str) -> Nic:
    """The adapter with the MAC address of the virtual card that it is, where nobody has set it up yet."""
    if not (nic.dhcp and nic.address and IPv4Address(nic.address) in OWN):
        return nic
    return unconfigured(replace(nic, mac="-".join(mac[place : place + 2] for place in range(0, 12, 2))))


def leads_nowhere(address: str) -> bool:
    """Whether an address is none, or one that an adapter has given itself."""
    return not address or IPv4Address(address) in OWN


def fixed(world: World, name: str, place: int, address: str, prefix: int) -> World:
    """The world in which this adapter has a fixed address and no gateway yet; what DHCP gave it is gone."""
    if place == 0 and name in world.clients:
        world = dhcp_serve.let_go(world, name)
        world = replace(world, clients={**world.clients, name: replace(world.clients[name], on=False, next_at=None)})
    own = world.hosts[name].nics[place]
    dns = own.dns if own.dns_fixed or not own.dhcp else ()
    return with_nic(world, name, place, replace(own, dhcp=False, address=address, prefix=prefix, gateway=None, dns=dns))


def by_dhcp(world: World, name: str, place: int) -> World:
    """The world in which this adapter asks for an address; a list of DNS servers set by hand stays."""
    own = world.hosts[name].nics[place]
    if own.dhcp:
        return world
    asks = replace(unconfigured(own), dns=own.dns, dns_fixed=True) if own.dns else unconfigured(own)
    world = with_nic(world, name, place, asks)
    if place or name not in world.clients:
        return world
    turned = replace(world.clients[name], on=world.hosts[name].powered)
    return dhcp_serve.discover(replace(world, clients={**world.clients, name: turned}), name)


def with_nic(world: World, name: str, place: int, nic: Nic) -> World:
    """The world with this adapter in that place of a host."""
    host = world.hosts[name]
    nics = list(host.nics)
    nics[place] = nic
    return world.with_host(replace(host, nics=tuple(nics)))
