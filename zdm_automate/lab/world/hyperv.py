"""A Hyper-V host of the world as values: switches, machines with adapters and disks, checkpoints. Changes: hyperv_change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from zdm_automate.lab.world.dfs import Link
from zdm_automate.lab.world.dhcp import DhcpClient, DhcpServer
from zdm_automate.lab.world.directory import Directory
from zdm_automate.lab.world.dns import DnsServer
from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.running import Task
from zdm_automate.lab.world.smb import SmbServer
from zdm_automate.lab.world.volumes import Volume

OFF: Final = "Off"
RUNNING: Final = "Running"
BOOT_TIME: Final = timedelta(seconds=40)
"""How long a guest takes until its services answer the host."""

TIME_SYNC: Final = "2497F4DE-E9FA-4204-80E4-4B75C46419C0"
SERVICES: Final[Mapping[str, tuple[str, str]]] = {
    "6C09BB55-D683-4DA0-8931-C9BF705F6480": ("Guest Service Interface", "Gastdienstschnittstelle"),
    "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47": ("Heartbeat", "Takt"),
    "2A34B1C2-FD73-4043-8A5B-DD2159BC743F": ("Key-Value Pair Exchange", "Austausch von Schlüssel-Wert-Paaren"),
    "9F8233AC-BE49-4C79-8EE3-E7E1985B2077": ("Shutdown", "Herunterfahren"),
    TIME_SYNC: ("Time Synchronization", "Zeitsynchronisierung"),
    "5CED1297-4598-4915-A5FC-AD21BB4D02A4": ("VSS", "VSS"),
}
"""Integration services by the fixed end of their id, in English and German; the first is off until somebody wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A virtual switch; `adapter` is the description of the network card of an external one."""

    name: str
    id: str
    kind: str
    notes: str = ""
    adapter: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A network adapter of a machine; an empty `switch` is not connected."""

    id: str
    name: str = "Network Adapter"
    mac: str = "000000000000"
    switch: str = ""
    dhcp_guard: bool = False
    spoofing: bool = False
    legacy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A virtual hard disk.

    Attributes:
        boots: the host of the office whose Windows is on it.
        written: something has run from it since it was made.
    """

    path: str
    size: int
    kind: str
    identifier: str
    parent: str = ""
    boots: str = ""
    written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What a checkpoint keeps of a host of the office; `directory` and `dfs` are a controller's copy of both."""

    host: Host | None = None
    dns: DnsServer | None = None
    dhcp: DhcpServer | None = None
    client: DhcpClient | None = None
    tasks: Mapping[str, Task] | None = None
    volumes: Mapping[str, Volume] | None = None
    smb: SmbServer | None = None
    directory: Directory | None = None
    dfs: Mapping[str, Link] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint of one machine: its disks, and its adapters with the switch and the guard that they had."""

    id: str
    name: str
    at: datetime
    state: str
    parent: str = ""
    drives: tuple[str, ...] = ()
    adapters: tuple[Adapter, ...] | None = None
    guest: Guest = Guest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A virtual machine.

    Attributes:
        drives: the disks as they are attached now, ends of their chains.
        disabled: integration services that are off, by the end of their id.
        current: id of the checkpoint that it goes on from; empty without one.
        reverted: it was set back to a checkpoint and has not been started since.
    """

    id: str
    name: str
    path: str
    generation: int = 1
    state: str = OFF
    memory: int = 536870912
    dynamic: bool = False
    processors: int = 1
    notes: str = ""
    adapters: tuple[Adapter, ...] = ()
    drives: tuple[str, ...] = ()
    checkpoint_type: str = "Production"
    start_action: str = "StartIfRunning"
    stop_action: str = "Save"
    automatic_checkpoints: bool = False
    secure_boot: bool = True
    disabled: frozenset[str] = frozenset({"6C09BB55-D683-4DA0-8931-C9BF705F6480"})
    started: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    current: str = ""
    reverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperV:
    """The role of one host. Switches by name, machines by id, disks by path in lower case.

    Attributes:
        memory: bytes that all running machines may have together.
        seat: name of the machine that the technician's computer is; empty: it stands outside.
        seat_addresses: of its adapters, in order, such as 192.168.16.250/24; one that is not there fits every network.
        made: how many ids were given away; the next one is made from it.
        nats: address translations of the host, by name.
        forwarding: aliases of the host's adapters that pass packets on.
    """

    memory: int = 34359738368
    folder: str = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"
    disk_folder: str = "C:\\ProgramData\\Microsoft\\Windows\\Virtual Hard Disks"
    switches: Mapping[str, Switch] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    disks: Mapping[str, Disk] = field(default_factory=dict)
    seat: str = ""
    seat_addresses: tuple[str, ...] = ()
    made: int = 0
    nats: tuple[str, ...] = ()
    forwarding: tuple[str, ...] = ()

    def disk(self, path: str) -> Disk | None:
        """The disk at a path, whatever the case."""
        return self.disks.get(path.casefold())

    def root(self, path: str) -> Disk | None:
        """The first disk of the chain that ends at a path."""
        found = self.disk(path)
        while found is not None and found.parent:
            found = self.disk(found.parent)
        return found

    def named(self, name: str) -> tuple[Machine, ...]:
        """The machines of a name; there may be several."""
        return tuple(one for one in self.machines.values() if one.name.casefold() == name.casefold())

    def boots(self, machine: Machine) -> str:
        """The host of the office that a machine is when it runs; empty for one without an installed system."""
        for path in machine.drives:
            found = self.disk(path)
            while found is not None:
                if found.boots:
                    return found.boots
                found = self.disk(found.parent) if found.parent else None
        return ""


def heartbeat(machine: Machine, now: datetime, *, booted: bool) -> str | None:
    """What the host hears of a guest; nothing while it does not run."""
    if machine.state != RUNNING or machine.started is None:
        return None
    return "OkApplicationsHealthy" if booted and now - machine.started >= BOOT_TIME else "NoContact"
