"""Facts about a Hyper-V host: what passes packets on, switches, machines with adapters and disks, checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabHost(Fact):
    """What of a Hyper-V host matters to a lab."""

    zdm_type: ClassVar[str] = "Zdm.LabHost"
    reader: ClassVar[str] = "Get-ZdmLabHost"

    memory_bytes: int
    vm_path: str
    vhd_path: str
    forwarding: tuple[str, ...]
    nat: tuple[str, ...]
    bridges: tuple[str, ...]
    sharing: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabSwitch(Fact):
    """A virtual switch; `kind` is Private, Internal or External."""

    zdm_type: ClassVar[str] = "Zdm.LabSwitch"
    reader: ClassVar[str] = "Get-ZdmLabSwitch"
    key: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset({"id"})

    name: str
    id: str
    kind: str
    notes: str
    physical_adapter: str
    host_shares: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabVm(Fact):
    """A virtual machine. Names are not unique; whoever decides by name counts them first.

    Attributes:
        hardware_id: what its firmware tells the guest; None where the host does not say.
        disks: as they are attached now: branches, once there is a checkpoint.
    """

    zdm_type: ClassVar[str] = "Zdm.LabVm"
    reader: ClassVar[str] = "Get-ZdmLabVm"
    key: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset({"id", "hardware_id", "heartbeat", "path", "disks"})

    name: str
    id: str
    hardware_id: str | None
    state: str
    generation: int
    memory_bytes: int
    dynamic_memory: bool
    processors: int
    heartbeat: str | None
    notes: str
    checkpoint_type: str
    start_action: str
    stop_action: str
    checkpoint: str | None
    path: str
    disks: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabAdapter(Fact):
    """A network adapter of a virtual machine, by its place; an empty `switch_name` is not connected."""

    zdm_type: ClassVar[str] = "Zdm.LabAdapter"
    reader: ClassVar[str] = "Get-ZdmLabAdapter"
    key: ClassVar[tuple[str, ...]] = ("vm_name", "place")
    volatile: ClassVar[frozenset[str]] = frozenset({"vm_id", "id", "name", "mac", "legacy"})

    vm_name: str
    place: int
    vm_id: str
    id: str
    name: str
    switch_name: str
    mac: str
    dhcp_guard: bool
    mac_spoofing: bool
    legacy: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabDisk(Fact):
    """A virtual hard disk, or that there is none at that path; `made`: this tool made exactly this one."""

    zdm_type: ClassVar[str] = "Zdm.LabDisk"
    reader: ClassVar[str] = "Get-ZdmLabDisk"
    key: ClassVar[tuple[str, ...]] = ("path",)
    asked_by: ClassVar[str] = "path"
    volatile: ClassVar[frozenset[str]] = frozenset({"kind", "size_bytes", "parent_path", "identifier", "marked"})

    path: str
    exists: bool
    kind: str | None
    size_bytes: int | None
    parent_path: str | None
    identifier: str | None
    made: bool
    marked: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LabCheckpoint(Fact):
    """A checkpoint of one virtual machine; `state` is the machine's then."""

    zdm_type: ClassVar[str] = "Zdm.LabCheckpoint"
    reader: ClassVar[str] = "Get-ZdmLabCheckpoint"
    key: ClassVar[tuple[str, ...]] = ("vm_name", "checkpoint_name")
    volatile: ClassVar[frozenset[str]] = frozenset({"vm_id", "id", "parent", "created_utc"})

    vm_name: str
    vm_id: str
    id: str
    checkpoint_name: str
    parent: str | None
    created_utc: str
    state: str
