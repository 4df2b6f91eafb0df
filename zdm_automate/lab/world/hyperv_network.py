"""Guests of a Hyper-V host: which machine one is, its hardware, and plugging it elsewhere. What leads to it: reach. Pure."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.hyperv import RUNNING

if TYPE_CHECKING:
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
