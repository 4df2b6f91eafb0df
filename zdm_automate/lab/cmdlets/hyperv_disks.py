"""Virtual hard disks and checkpoints by the Hyper-V module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.call import HYPERV_LEVEL, Call, Row, cmdlet
from zdm_automate.lab.cmdlets.hyperv_machines import CLASS, MODULE, machines, one, ready, refuse_state, role
from zdm_automate.lab.world import files, hyperv_change
from zdm_automate.lab.world.hyperv import Checkpoint, Disk, Machine
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

VHD = "Microsoft.Vhd.PowerShell.Cmdlets."
EMPTY = 4194304
"""Bytes of the file of a disk that nothing was written to."""


def _disk_row(call: Call, disk: Disk) -> Row:
    return {
        "Path": disk.path,
        "VhdFormat": "VHDX",
        "VhdType": disk.kind,
        "Size": disk.size,
        "FileSize": EMPTY * (16 if disk.written else 1),
        "ParentPath": disk.parent,
        "DiskIdentifier": disk.identifier,
        "Attached": False,
    }


@cmdlet("Get-VHD", module=MODULE, level=HYPERV_LEVEL)
def get_vhd(call: Call, /, *, Path: str) -> Iterator[Row]:
    """One disk by its path."""
    disk = role(call).disk(Path)
    if disk is None or files.entry(call.host, Path) is None:
        raise Refusal(
            f"OperationFailed,{VHD}GetVHD",
            f"Getting the mounted storage instance for the path '{Path}' failed.",
            target=Path,
        )
    yield _disk_row(call, disk)


@cmdlet("New-VHD", module=MODULE, level=HYPERV_LEVEL)
def new_vhd(
    call: Call,
    /,
    *,
    Path: str,
    SizeBytes: int = 0,
    Dynamic: bool = False,
    Differencing: bool = False,
    ParentPath: str = "",
) -> Iterator[Row]:
    """A disk that grows, or one that goes on from another."""
    own = ready(call)
    if files.entry(call.host, Path) is not None:
        raise Refusal(
            f"OperationFailed,{VHD}NewVhd",
            f"Failed to create the virtual hard disk. The system failed to create '{Path}'.",
            target=Path,
        )
    if not Path.casefold().endswith(".vhdx"):
        raise NotModelledError("the lab models disks of the format VHDX alone", host=call.host_name)
    if files.entry(call.host, Path.rpartition("\\")[0]) is None:
        raise NotModelledError("the lab does not model New-VHD in a folder that is not there", host=call.host_name)
    parent = own.disk(ParentPath) if ParentPath else None
    if ParentPath and (parent is None or files.entry(call.host, ParentPath) is None):
        raise Refusal(f"InvalidParameter,{VHD}NewVhd", "The parent is not there.", category="InvalidArgument", target=Path)
    world, own_id = hyperv_change.numbered(call.world, call.host_name)
    disk = Disk(
        path=Path,
        size=parent.size if parent is not None else SizeBytes,
        kind="Differencing" if parent is not None else "Dynamic",
        identifier=own_id.upper(),
        parent=parent.path if parent is not None else "",
    )
    call.update(hyperv_change.with_disk(world, call.host_name, disk))
    yield _disk_row(call, disk)


@cmdlet("Get-VMHardDiskDrive", module=MODULE, level=HYPERV_LEVEL)
def get_vm_hard_disk_drive(call: Call, /, *, VMName: str) -> Iterator[Row]:
    """The disks of the machines of a name, as they are attached now."""
    for machine in machines(call, VMName, "GetVMHardDiskDrive"):
        for place, path in enumerate(machine.drives):
            yield {
                "VMName": machine.name,
                "VMId": machine.id,
                "Path": path,
                "ControllerType": "IDE" if machine.generation == 1 else "SCSI",
                "ControllerNumber": 0,
                "ControllerLocation": place,
            }


@cmdlet("Add-VMHardDiskDrive", module=MODULE, level=HYPERV_LEVEL)
def add_vm_hard_disk_drive(call: Call, /, *, VMName: str, Path: str) -> None:
    """A disk at the next free place."""
    machine = one(call, VMName, "AddVMHardDiskDrive")
    refuse_state(machine, "AddVMHardDiskDrive")
    if files.entry(call.host, Path) is None or role(call).disk(Path) is None:
        raise NotModelledError("the lab does not model adding a disk that is not there", host=call.host_name)
    if any(Path.casefold() in map(str.casefold, other.drives) for other in role(call).machines.values()):
        raise NotModelledError("the lab does not model one disk on two machines", host=call.host_name)
    call.update(hyperv_change.with_machine(call.world, call.host_name, replace(machine, drives=(*machine.drives, Path))))


@cmdlet("Checkpoint-VM", module=MODULE, level=HYPERV_LEVEL)
def checkpoint_vm(call: Call, /, *, Name: str, SnapshotName: str) -> None:
    """A checkpoint; of a machine that is off, whatever its kind."""
    machine = one(call, Name, "CheckpointVM")
    if machine.checkpoint_type == "Disabled":
        raise Refusal(
            f"OperationFailed,{CLASS}CheckpointVM",
            "Checkpoint operation failed. Checkpoints have been disabled.",
            target=machine.name,
        )
    if machine.state != "Off":
        raise NotModelledError("the lab does not model checkpoints of machines that run", host=call.host_name)
    call.update(hyperv_change.checkpointed(call.world, call.host_name, machine, SnapshotName))


@cmdlet("Get-VMSnapshot", module=MODULE, level=HYPERV_LEVEL)
def get_vm_snapshot(call: Call, /, *, VMName: str) -> Iterator[Row]:
    """The checkpoints of the machines of a name."""
    for machine in machines(call, VMName, "GetVMSnapshot"):
        names = {checkpoint.id: checkpoint.name for checkpoint in machine.checkpoints}
        for checkpoint in machine.checkpoints:
            yield {
                "Name": checkpoint.name,
                "Id": checkpoint.id,
                "VMName": machine.name,
                "VMId": machine.id,
                "SnapshotType": "Standard",
                "CreationTime": checkpoint.at,
                "ParentSnapshotName": names.get(checkpoint.parent),
                "State": checkpoint.state,
            }


def _found(call: Call, name: str, label: str, command: str) -> tuple[Machine, Checkpoint]:
    machine = one(call, name, command)
    found = [checkpoint for checkpoint in machine.checkpoints if checkpoint.name.casefold() == label.casefold()]
    if not found:
        raise Refusal(
            f"InvalidParameter,{CLASS}{command}",
            "Hyper-V was unable to find a checkpoint matching the given criteria.",
            category="InvalidArgument",
            target=label,
        )
    if len(found) > 1:
        raise NotModelledError("the lab does not model two checkpoints of one name", host=call.host_name)
    return machine, found[0]


@cmdlet("Restore-VMSnapshot", module=MODULE, level=HYPERV_LEVEL)
def restore_vm_snapshot(call: Call, /, *, VMName: str, Name: str, Confirm: bool = True) -> None:
    """The machine as it was then."""
    machine, found = _found(call, VMName, Name, "RestoreVMSnapshot")
    call.update(hyperv_change.restored(call.world, call.host_name, machine, found))


@cmdlet("Remove-VMSnapshot", module=MODULE, level=HYPERV_LEVEL)
def remove_vm_snapshot(call: Call, /, *, VMName: str, Name: str) -> None:
    """The checkpoint; its disks are merged at once here."""
    machine, found = _found(call, VMName, Name, "RemoveVMSnapshot")
    refuse_state(machine, "RemoveVMSnapshot")
    call.update(hyperv_change.forgotten(call.world, call.host_name, machine, found))
