"""A restart: what a Windows host forgets and what it starts by itself. Values in, values out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import tasks
from zdm_automate.lab.world.dns import Resolver

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Host, Service
    from zdm_automate.lab.world.model import World

COMING: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName\ComputerName"
"""The value of the registry with the name that the computer has from its next restart on."""


def rebooted(world: World, name: str) -> World:
    """The world right after a host has come up again: its cache of names is empty, services are as their start mode says."""
    host = world.host(name)
    world = tasks.host_down(world, host.name)
    services = {key: _started(service) for key, service in host.services.items()}
    up = replace(_renamed(host), services=services, last_boot=world.now.isoformat(timespec="seconds"))
    resolvers = {key: Resolver() if key == host.name else one for key, one in world.resolvers.items()}
    return replace(world.with_host(up), resolvers=resolvers)


def _renamed(host: Host) -> Host:
    """The host under the name that it was given before the restart."""
    key = next((key for key in host.registry if key.casefold() == COMING.casefold()), "")
    if not key:
        return host
    name = str(host.registry[key])
    registry = {path: value for path, value in host.registry.items() if path != key}
    return replace(host, registry=registry, computer="" if name.upper() == host.name else name)


def _started(service: Service) -> Service:
    return replace(service, state="Running" if service.start_mode in {"Auto", "Boot", "System"} else "Stopped")
