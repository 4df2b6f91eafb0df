"""Guests of a Hyper-V host as the technician's computer sees them: which machine one is, and whether anything leads to it.

That computer is the machine `seat` on the host; it reaches the guests on the switches that it is plugged into. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import adapters, winrm
from zdm_automate.lab.world.hyperv import BOOT_TIME, RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.hyperv import HyperV, Machine
    from zdm_automate.lab.world.model import World

OUTSIDE: Final = "External"


def is_guest(world: World, name: str) -> bool:
    """Whether this host of the office lies on a disk of a Hyper-V host, attached or not."""
    return any(disk.boots == name for own in world.hyperv.values() for disk in own.disks.values())


def machine_of(world: World, name: str) -> tuple[HyperV, Machine] | None:
    """The machine that this host is: the one that runs, otherwise the first that has its disk."""
    found = [(own, one) for own in world.hyperv.values() for one in own.machines.values() if own.boots(one) == name]
    return next((pair for pair in found if pair[1].state == RUNNING), found[0] if found else None)


def hardware(machine: Machine) -> str:
    """The identifier that firmware tells a guest; the host knows it too."""
    digits = sha256(f"firmware/{machine.id}".encode()).hexdigest().upper()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def cut_off(world: World, name: str) -> str:
    """Why nothing leads from the technician's computer to this guest; empty where something does, and for what is no guest."""
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
    here = set(_seat(own)) | {switch.name for switch in own.switches.values() if switch.kind == OUTSIDE}
    if not here & {adapter.switch for adapter in machine.adapters}:
        return f"{name} is on no switch that leads here"
    return ""


def unheard(world: World, name: str) -> str:
    """Why nobody on the technician's computer hears this guest's WinRM; empty where it is heard, and for what is no guest."""
    why = cut_off(world, name)
    if why or not is_guest(world, name):
        return why
    host = world.hosts[name]
    if adapters.leads_nowhere(host.address):
        return f"{name} has no address that leads here"
    return winrm.silent(host)


def _seat(own: HyperV) -> Iterator[str]:
    """The switches that the technician's computer is plugged into."""
    for machine in own.named(own.seat) if own.seat else ():
        if machine.state == RUNNING:
            yield from (adapter.switch for adapter in machine.adapters if adapter.switch)


def plugged(world: World, name: str, switch: str, place: int) -> World:
    """The world in which somebody at the host's console has put an adapter of a machine on a switch; on none where it is empty.

    Raises:
        ValueError: no such machine, adapter or switch.
    """
    for host, own in world.hyperv.items():
        for machine in own.named(name):
            if not 0 <= place < len(machine.adapters):
                raise ValueError(f"{name} has {len(machine.adapters)} adapters; there is no number {place}")
            known = next((one for one in own.switches if one.casefold() == switch.casefold()), "")
            if switch and not known:
                raise ValueError(f"{host} has no switch {switch!r}; there are: {', '.join(own.switches)}")
            adapters = list(machine.adapters)
            adapters[place] = replace(adapters[place], switch=known)
            changed = replace(machine, adapters=tuple(adapters))
            return world.with_hyperv(host, replace(own, machines={**own.machines, machine.id: changed}))
    raise ValueError(f"no Hyper-V host of this office has a machine {name!r}")
