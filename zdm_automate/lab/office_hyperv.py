"""The `hyperv:` section of an office file: Hyper-V hosts, and disk images of the office's machines on them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from zdm_automate.lab.office import AddressWithPrefix  # noqa: TC001 - pydantic reads it
from zdm_automate.lab.world import adapters, files, hyperv_change, winrm
from zdm_automate.lab.world.hyperv import Adapter, Disk, HyperV, Machine, Switch
from zdm_automate.lab.world.vm_sessions import DIRECT_LEVEL

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

GB = 1 << 30


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageSection(_Section):
    """A disk with a machine of the office on it; a generalised one has a name of its own and no address yet."""

    path: str = Field(pattern=r"^[A-Za-z]:\\.+\.vhdx$")
    boots: str = ""
    size_gb: int = Field(default=127, ge=1)
    generalized: bool = False


class SwitchSection(_Section):
    """A switch that is there from the start, with the host's network card where it leads outside."""

    name: str
    adapter: str = ""


class HostSection(_Section):
    """One Hyper-V host; `seat` is the machine that the technician's computer is, there from the start and unplugged.

    `seat_addresses` are those of its adapters, in order; an adapter without one is taken to have one in every network.
    """

    memory_gb: int = Field(default=32, ge=1)
    folders: tuple[str, ...] = ()
    images: tuple[ImageSection, ...] = ()
    switches: tuple[SwitchSection, ...] = ()
    seat: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]{0,60})?$")
    seat_addresses: tuple[AddressWithPrefix, ...] = ()


class HyperVSection(_Section):
    """The whole section, by host."""

    hosts: dict[str, HostSection]


def build_hyperv(section: dict[str, Any], world: World) -> World:
    """The world with the section's hosts.

    Raises:
        ValidationError: a value does not fit.
        ValueError: a host is none, lacks the feature, or an image boots no machine of the office.
    """
    made = HyperVSection.model_validate(section)
    for name, host in made.hosts.items():
        if name not in world.hosts or "Hyper-V" not in world.hosts[name].features:
            raise ValueError(f"{name!r} is no host with the feature Hyper-V")
        world = world.with_hyperv(name, HyperV(memory=host.memory_gb * GB, seat=host.seat, seat_addresses=host.seat_addresses))
        for folder in host.folders:
            world = files.folder_made(world, world.hosts[name], folder)
        for image in host.images:
            if image.boots and image.boots not in world.hosts:
                raise ValueError(f"{image.path} boots {image.boots!r}, which is no host of the office")
            if image.generalized:
                world = generalized(world, image.boots)
            world, own_id = hyperv_change.numbered(world, name)
            disk = Disk(path=image.path, size=image.size_gb * GB, kind="Dynamic", identifier=own_id.upper(), boots=image.boots)
            world = hyperv_change.with_disk(world, name, disk)
        for switch in host.switches:
            world, own_id = hyperv_change.numbered(world, name)
            own = world.hyperv[name]
            kind = "External" if switch.adapter else "Private"
            there = Switch(name=switch.name, id=own_id, kind=kind, adapter=switch.adapter, shared=bool(switch.adapter))
            world = world.with_hyperv(name, replace(own, switches={**own.switches, switch.name: there}))
        if host.seat:
            world = _seated(world, name, host.seat)
    return world


def generalized(world: World, name: str) -> World:
    """The world in which a host's Windows was never set up: a name by chance, no address; a client takes no administration.

    Raises:
        ValueError: it is in a domain, or not new enough.
    """
    host = world.hosts.get(name)
    if host is None or host.domain or host.windows.level < DIRECT_LEVEL:
        raise ValueError(f"a generalised image boots a host in no domain, of 2016 or later; {name!r} is none")
    digits = sha256(f"generalized/{name}".encode()).hexdigest().upper()
    services = dict(host.services)
    if not host.windows.server:
        services[winrm.SERVICE] = replace(services[winrm.SERVICE], state="Stopped", start_mode="Manual")
    made = replace(
        host,
        computer=f"WIN-{digits[:11]}",
        nics=tuple(adapters.unconfigured(nic) for nic in host.nics),
        services=services,
        winrm=winrm.shipped(host.windows.level, on=host.windows.server),
    )
    clients = {key: one for key, one in world.clients.items() if key != name}
    return replace(world.with_host(made), clients=clients)


def _seated(world: World, host: str, seat: str) -> World:
    """The world with the technician's computer as a machine that runs, with two adapters that hang in the air."""
    world, own_id = hyperv_change.numbered(world, host)
    adapters = tuple(Adapter(id=f"Microsoft:{own_id.upper()}\\{place}", dhcp_guard=True) for place in range(2))
    machine = Machine(id=own_id, name=seat, path=f"C:\\VM\\{seat}", adapters=adapters)
    return hyperv_change.started(world, host, machine)
