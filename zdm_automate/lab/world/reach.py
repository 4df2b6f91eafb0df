"""Which machine another one reaches, and which network cards hear each other: the one place where that is decided. Pure.

Machines on the office's own network reach each other, as its router, which is not in the world, lets them. A guest of a Hyper-V
host hears who is on its switch, reaches who has an address in its network there, and goes further only through a machine that
passes packets on. Whether somebody is on, and what of him runs, is asked by those who ask him.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.host import Nic
from zdm_automate.lab.world.hyperv import BOOT_TIME, RUNNING
from zdm_automate.lab.world.hyperv_network import OUTSIDE, is_guest, machine_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.hyperv import HyperV, Switch
    from zdm_automate.lab.world.model import World

WIRE: Final = ""
"""The segment that is the office's own network; every other one is the id of a switch."""

PASSES_ON: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\IPEnableRouter"
"""The value by which Windows passes packets on between its adapters."""


@dataclass(frozen=True, slots=True)
class Port:
    """A network card and the segment that it is on; `guarded`: its switch drops what a DHCP server says through it."""

    nic: Nic
    segment: str
    guarded: bool = False


def ports(world: World, name: str) -> tuple[Port, ...]:
    """The network cards of a machine that are plugged in; whoever is no host of the office is a device on its network.

    The first adapter of a virtual machine is the first network card of the Windows on its disk, and so on. A Hyper-V host has a
    card on an internal switch where it has one that is called after it.
    """
    host = world.hosts.get(name)
    if host is None:
        return (Port(Nic(), WIRE),)
    if not is_guest(world, name):
        inside = {f"vEthernet ({one.name})".casefold(): one.id for one in _internal(world, name)}
        return tuple(Port(nic, inside.get(nic.alias.casefold(), WIRE)) for nic in host.nics)
    found = machine_of(world, name)
    if found is None:
        return ()
    own, machine = found
    pairs = zip(host.nics, machine.adapters, strict=False)
    return tuple(Port(nic, where, one.dhcp_guard) for nic, one in pairs if (where := _segment(own, one.switch)) is not None)


def _internal(world: World, name: str) -> Iterator[Switch]:
    own = world.hyperv.get(name)
    yield from (one for one in own.switches.values() if one.kind == "Internal") if own is not None else ()


def _segment(own: HyperV, switch: str) -> str | None:
    """What an adapter is on; None for one that hangs in the air."""
    found = next((one for one in own.switches.values() if one.name.casefold() == switch.casefold()), None)
    if found is None:
        return None
    return WIRE if found.kind == OUTSIDE else found.id


def linked(world: World, one: str, other: str) -> bool:
    """Whether what one machine calls to everybody is heard by another."""
    if not world.hyperv:
        return True
    return not {port.segment for port in ports(world, one)}.isdisjoint(port.segment for port in ports(world, other))


def offers(world: World, server: str, client: str) -> bool:
    """Whether another machine hears what a DHCP server says: the guard of a guest's adapter drops that, and nothing else."""
    if server == client or not world.hyperv:
        return True
    open_to = {port.segment for port in ports(world, server) if not port.guarded}
    return not open_to.isdisjoint(port.segment for port in ports(world, client))


def reaches(world: World, one: str, other: str) -> bool:
    """Whether packets go from one machine to another, and the answers back."""
    if one == other or not world.hyperv:
        return True
    mine, theirs = ports(world, one), ports(world, other)
    if not is_guest(world, one) and not is_guest(world, other) and linked(world, one, other):
        return True
    return any(
        _way(world, here, there, frozenset({one})) and _way(world, there, here, frozenset({other}))
        for here in mine
        for there in theirs
    )


def _way(world: World, here: Port, there: Port, passed: frozenset[str]) -> bool:
    """Whether a packet goes this way: on the segment, or from machine to machine that passes it on."""
    if here.segment == there.segment and _near(here.nic, there.nic):
        return True
    return any(_way(world, port, there, passed | {name}) for name, port in _onward(world, here, passed))


def _onward(world: World, here: Port, passed: frozenset[str]) -> Iterator[tuple[str, Port]]:
    """The network cards of the machine that is this card's gateway and passes packets on."""
    for name, host in world.hosts.items():
        if name in passed or not host.powered or not _passes_on(world, host):
            continue
        own = ports(world, name)
        if any(_is_gateway(here, port) for port in own):
            yield from ((name, port) for port in own)


def _passes_on(world: World, host: Host) -> bool:
    role = world.hyperv.get(host.name)
    return host.registry.get(PASSES_ON) == 1 or (role is not None and bool(role.forwarding))


def _is_gateway(here: Port, port: Port) -> bool:
    same = here.segment == port.segment and _near(here.nic, port.nic)
    return same and here.nic.gateway == port.nic.address


def _near(nic: Nic, other: Nic) -> bool:
    """Whether another card's address lies in this one's network."""
    if not nic.address or not other.address:
        return False
    return IPv4Address(other.address) in IPv4Interface(f"{nic.address}/{nic.prefix}").network


def leads_out(world: World, name: str) -> bool:
    """Whether anything leads from a machine to the world outside the office."""
    return not is_guest(world, name) or any(_out(world, port, frozenset({name})) for port in ports(world, name))


def _out(world: World, port: Port, passed: frozenset[str]) -> bool:
    if not port.nic.address:
        return False
    return port.segment == WIRE or any(_out(world, one, passed | {name}) for name, one in _onward(world, port, passed))


def at(world: World, asker: str, address: str) -> Host | None:
    """The machine that answers somebody at an IPv4 address; lab and office may have the same one."""
    return next((one for one in owners(world, address) if reaches(world, asker, one.name)), None)


def neighbour(world: World, asker: str, address: str) -> Host | None:
    """The machine with an address that hears what somebody calls to everybody."""
    return next((one for one in owners(world, address) if linked(world, asker, one.name)), None)


def owners(world: World, address: str) -> Iterator[Host]:
    """The machines that are on and have an IPv4 address, whoever reaches them."""
    return (one for one in world.hosts.values() if one.powered and any(nic.address == address for nic in one.nics))


def named(world: World, asker: str, name: str) -> Host | None:
    """The machine that answers somebody to a name or address; a name of DNS counts where its address is a host's."""
    by_address = at(world, asker, name)
    if by_address is not None:
        return by_address
    short, _, domain = name.partition(".")
    host = world.hosts.get(short.upper())
    if host is None or not host.powered or domain.casefold() not in ("", host.domain.casefold()):
        return None
    return host if reaches(world, asker, host.name) else None


def has_directory(world: World, name: str) -> bool:
    """Whether a domain controller answers this machine; one that is itself one has its own copy."""
    known = world.directory.controllers
    return not known or any(one == name or (world.hosts[one].powered and reaches(world, name, one)) for one in known)


def cut_off(world: World, name: str) -> str:
    """Why nothing leads from the technician's computer to this guest; empty where something does, and for what is no guest.

    That computer is the machine `seat` on the host.
    """
    if not is_guest(world, name):
        return ""
    found = machine_of(world, name)
    if found is None:
        return f"{name} lies on a disk that no machine has"
    own, machine = found
    if machine.state != RUNNING or machine.started is None:
        return f"{name} is off"
    if world.now - machine.started < BOOT_TIME:
        return f"{name} comes up"
    return _unplugged(world, name, own)


def _unplugged(world: World, name: str, own: HyperV) -> str:
    seats = tuple(_seat(own))
    here = {WIRE, *(one.segment for one in seats)}
    near = [port for port in ports(world, name) if port.segment in here]
    if not near:
        return f"{name} is on no switch that leads here"
    if not any(port.nic.address for port in near):
        return f"{name} has no address"
    if not any(_called(port, seats) for port in near):
        return f"{name} has no address in the network of {own.seat}"
    return ""


def _called(port: Port, seats: tuple[Port, ...]) -> bool:
    """Whether the technician's computer has a card for this one's network; an address that nobody has named fits every one."""
    if port.segment == WIRE:
        return True
    return any(one.segment == port.segment and (not one.nic.address or _near(one.nic, port.nic)) for one in seats)


def _seat(own: HyperV) -> Iterator[Port]:
    """The network cards of the technician's computer."""
    for machine in own.named(own.seat) if own.seat else ():
        if machine.state == RUNNING:
            for number, adapter in enumerate(machine.adapters):
                where = _segment(own, adapter.switch)
                given = next(iter(own.seat_addresses[number : number + 1]), "")
                address, _, prefix = given.partition("/")
                if where is not None:
                    yield Port(Nic(address=address, prefix=int(prefix or 24)), where)
