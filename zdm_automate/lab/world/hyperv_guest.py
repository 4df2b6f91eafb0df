"""What a checkpoint of a machine keeps of the host that it boots, and what becomes of that host when it is set back. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from zdm_automate.lab.world.hyperv import Guest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.world.model import World

T = TypeVar("T")

CONTROLLER: Final = frozenset({4, 5})
"""`Win32_ComputerSystem.DomainRole` of domain controllers."""


def kept(world: World, name: str) -> Guest:
    """What lies on the disks of a host; a controller has a copy of the directory there."""
    host = world.hosts.get(name)
    has_copy = host is not None and host.role in CONTROLLER
    return Guest(
        host=host,
        dns=world.dns.get(name),
        dhcp=world.dhcp.get(name),
        client=world.clients.get(name),
        tasks=world.tasks.get(name),
        volumes=world.volumes.get(name),
        smb=world.smb.get(name),
        directory=world.directory if has_copy else None,
        dfs=world.dfs if has_copy else None,
    )


def powered(world: World, name: str, *, on: bool) -> World:
    """The world with the power of a host turned on or off; its network side asks for an address when it comes up."""
    client = world.clients.get(name)
    if client is not None and (not on or world.hosts[name].nics[0].dhcp):
        turned = replace(client, on=on, next_at=world.now if on else client.next_at)
        world = replace(world, clients={**world.clients, name: turned})
    return world.with_host(replace(world.hosts[name], powered=on))


def put_back(world: World, name: str, guest: Guest) -> World:
    """The world with a host, which is off, as it was; the directory goes back with it unless another controller runs."""
    if guest.host is None:
        return world
    world = world.with_host(replace(guest.host, powered=False))
    dns = replace(guest.dns, arriving=()) if guest.dns is not None else None
    world = replace(
        world,
        dns=_swapped(world.dns, name, dns),
        dhcp=_swapped(world.dhcp, name, guest.dhcp),
        clients=_swapped(world.clients, name, replace(guest.client, on=False) if guest.client is not None else None),
        tasks=_swapped(world.tasks, name, guest.tasks),
        volumes=_swapped(world.volumes, name, guest.volumes),
        smb=_swapped(world.smb, name, guest.smb),
    )
    if guest.directory is not None and not any(world.hosts[one].powered for one in world.directory.controllers):
        world = replace(world, directory=guest.directory, dfs=guest.dfs or {})
    return world


def _swapped(known: Mapping[str, T], name: str, one: T | None) -> Mapping[str, T]:
    """The mapping with this under the name, or without the name."""
    others = {key: value for key, value in known.items() if key != name}
    return others if one is None else {**known, name: one}
