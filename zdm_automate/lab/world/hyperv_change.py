"""What is done to virtual machines and what becomes of their guests: power, checkpoints, chains. Pure transitions.

A guest that is set back goes on from what it knew then. A directory that has moved on meanwhile does not tell it again:
an old domain controller that is set back alone stays behind for good, and nothing here prevents that.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import files, hyperv_guest, tasks
from zdm_automate.lab.world.adapters import with_card
from zdm_automate.lab.world.dns import own_zones
from zdm_automate.lab.world.hyperv import OFF, RUNNING, Checkpoint, Disk, HyperV, Machine
from zdm_automate.lab.world.reach import reaches
from zdm_automate.lab.world.restart import rebooted

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

GENERATION_ID: Final = 1
"""`Release.level` from which on a domain controller notices that it was set back."""


def guid(host: str, number: int) -> str:
    """An identifier of a thing that a host made."""
    digits = sha256(f"hyperv/{host}/{number}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def numbered(world: World, host: str) -> tuple[World, str]:
    """The world with one id given away, and that id."""
    own = world.hyperv[host]
    return world.with_hyperv(host, replace(own, made=own.made + 1)), guid(host, own.made + 1)


def with_machine(world: World, host: str, machine: Machine) -> World:
    """The world with this machine on the host."""
    own = world.hyperv[host]
    return world.with_hyperv(host, replace(own, machines={**own.machines, machine.id: machine}))


def with_disk(world: World, host: str, disk: Disk) -> World:
    """The world with this disk, and its file, on the host."""
    own = world.hyperv[host]
    world = world.with_hyperv(host, replace(own, disks={**own.disks, disk.path.casefold(): disk}))
    return files.written(world, world.hosts[host], disk.path, f"{disk.kind} {disk.identifier}")


def without_disk(world: World, host: str, path: str) -> World:
    """The world without a disk that a chain does not need any more."""
    own = world.hyperv[host]
    world = world.with_hyperv(host, replace(own, disks={key: one for key, one in own.disks.items() if key != path.casefold()}))
    return files.removed(world, world.hosts[host], path)


def running_memory(own: HyperV) -> int:
    """Bytes that the running machines hold."""
    return sum(one.memory for one in own.machines.values() if one.state == RUNNING)


def started(world: World, host: str, machine: Machine) -> World:
    """The world with the machine on; its guest comes up as after a restart."""
    adapters = []
    for number, one in enumerate(machine.adapters):
        mac = one.mac if one.mac != "0" * 12 else "00155D" + machine.id.replace("-", "")[:4].upper() + f"{number:02X}"
        adapters.append(replace(one, mac=mac))
    up = replace(machine, state=RUNNING, started=world.now, adapters=tuple(adapters), reverted=False)
    world = with_machine(world, host, up)
    for path in machine.drives:
        disk = world.hyperv[host].disk(path)
        if disk is not None:
            world = with_disk(world, host, replace(disk, written=True))
    name = world.hyperv[host].boots(machine)
    if name not in world.hosts:
        return world
    nics = tuple(
        with_card(nic, adapters[place].mac) if place < len(adapters) else nic
        for place, nic in enumerate(world.hosts[name].nics)
    )
    world = world.with_host(replace(world.hosts[name], nics=nics))
    world = rebooted(hyperv_guest.powered(world, name, on=True), name)
    return _caught_up(world, name) if machine.reverted else world


def stopped(world: World, host: str, machine: Machine) -> World:
    """The world with the machine off, and its guest with it."""
    world = with_machine(world, host, replace(machine, state=OFF, started=None))
    name = world.hyperv[host].boots(machine)
    if name not in world.hosts:
        return world
    return tasks.host_down(hyperv_guest.powered(world, name, on=False), name)


def checkpointed(world: World, host: str, machine: Machine, name: str) -> World:
    """The world with a checkpoint of the machine: its disks are frozen, it goes on in new ones."""
    world, own_id = numbered(world, host)
    guest = hyperv_guest.kept(world, world.hyperv[host].boots(machine))
    made = Checkpoint(
        id=own_id,
        name=name,
        at=world.now,
        state=machine.state,
        parent=machine.current,
        drives=machine.drives,
        adapters=machine.adapters,
        guest=guest,
    )
    world, drives = _branched(world, host, machine.drives)
    return with_machine(world, host, replace(machine, checkpoints=(*machine.checkpoints, made), current=made.id, drives=drives))


def restored(world: World, host: str, machine: Machine, found: Checkpoint) -> World:
    """The world with the machine as it was at a checkpoint, off; what it has written since is gone."""
    name = world.hyperv[host].boots(machine)
    for path in machine.drives:
        if path.casefold().endswith(".avhdx"):
            world = without_disk(world, host, path)
    world, drives = _branched(world, host, found.drives)
    adapters = machine.adapters if found.adapters is None else found.adapters
    back = replace(machine, state=OFF, started=None, current=found.id, drives=drives, adapters=adapters, reverted=True)
    world = with_machine(world, host, back)
    if name not in world.hosts:
        return world
    return hyperv_guest.put_back(world, name, found.guest)


def forgotten(world: World, host: str, machine: Machine, found: Checkpoint) -> World:
    """The world without a checkpoint; the last one of a machine takes the branches of its disks with it."""
    left = tuple(
        replace(one, parent=found.parent if one.parent == found.id else one.parent)
        for one in machine.checkpoints
        if one.id != found.id
    )
    current = found.parent if machine.current == found.id else machine.current
    drives = machine.drives
    if not left:
        own = world.hyperv[host]
        roots = tuple(base.path for path in drives if (base := _base(own, path)) is not None)
        for path in drives:
            step = world.hyperv[host].disk(path)
            while step is not None and step.path.casefold().endswith(".avhdx"):
                world = without_disk(world, host, step.path)
                step = world.hyperv[host].disk(step.parent)
        drives = roots
    return with_machine(world, host, replace(machine, checkpoints=left, current=current, drives=drives))


def _base(own: HyperV, path: str) -> Disk | None:
    """The disk below the branches that checkpoints have made."""
    found = own.disk(path)
    while found is not None and found.path.casefold().endswith(".avhdx"):
        found = own.disk(found.parent)
    return found


def _branched(world: World, host: str, drives: tuple[str, ...]) -> tuple[World, tuple[str, ...]]:
    made = []
    for path in drives:
        below = world.hyperv[host].disk(path)
        if below is None:
            made.append(path)
            continue
        world, own_id = numbered(world, host)
        stem = path.rsplit(".", 1)[0].split("_{", 1)[0]
        branch = f"{stem}_{{{own_id.upper()}}}.avhdx"
        disk = Disk(path=branch, size=below.size, kind="Differencing", identifier=own_id.upper(), parent=below.path)
        world = with_disk(world, host, disk)
        made.append(branch)
    return world, tuple(made)


def _caught_up(world: World, name: str) -> World:
    """A controller that notices that it was set back takes the directory's zones from a partner; an older one does not."""
    host = world.hosts[name]
    if host.role not in hyperv_guest.CONTROLLER or host.windows.level < GENERATION_ID or name not in world.dns:
        return world
    for other in world.directory.controllers:
        if other != name and other in world.dns and world.hosts[other].powered and reaches(world, name, other):
            mine = world.dns[name]
            for zone in own_zones(world.dns[other]):
                if zone.in_directory:
                    mine = mine.with_zone(zone)
            return world.with_dns(name, mine)
    return world
