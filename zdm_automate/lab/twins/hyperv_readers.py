"""Twins of the readers of a Hyper-V host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.call import modules_of
from zdm_automate.lab.twins.pattern import made, stamp, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

MODULE = "Hyper-V"


def here(call: Call) -> bool:
    """Whether the host has the module."""
    return MODULE in modules_of(call.host)


def vm_of(call: Call, name: str) -> Row | None:
    """The one machine of a name, as the prelude's Get-ZdmVm gives it."""
    need(call)
    found = [row for row in call.cmdlet("Get-VM") if same(row["Name"], name)]
    if len(found) > 1:
        raise stop("Ambiguous", f"There are {len(found)} virtual machines called '{name}'.", target=name)
    return found[0] if found else None


def need(call: Call) -> None:
    """Without the module there is nothing to change."""
    if not here(call):
        raise stop("Precondition", "This host has no Hyper-V module.", target=MODULE)


def there(call: Call, path: str) -> bool:
    """`Test-Path -LiteralPath`."""
    return bool(call.cmdlet("Test-Path", LiteralPath=path)[0]["$"])


def vhd_state(call: Call, path: str) -> Row:
    """As the prelude's Get-ZdmVhdState."""
    state: Row = {"Exists": False, "Kind": None, "SizeBytes": None, "ParentPath": None, "Identifier": None, "Made": False}
    state["Marked"] = there(call, f"{path}.zdm")
    if not here(call) or not there(call, path):
        return state
    disk = call.cmdlet("Get-VHD", Path=path)[0]
    state |= {"Exists": True, "Kind": disk["VhdType"], "SizeBytes": disk["Size"], "Identifier": disk["DiskIdentifier"]}
    state["ParentPath"] = disk["ParentPath"] or None
    state["Made"] = there(call, f"{path}.zdm\\{disk['DiskIdentifier']}")
    return state


@twin("Get-ZdmLabHost")
def get_lab_host(call: Call, /) -> Iterator[Row]:
    """Memory, folders, and what passes packets on."""
    if not here(call):
        return
    own = call.cmdlet("Get-VMHost")[0]
    interfaces = call.cmdlet("Get-NetIPInterface", AddressFamily="IPv4")
    shared = [row for row in call.wmi("Win32_Service") if same(row["Name"], "SharedAccess")]
    yield made(
        call,
        "Zdm.LabHost",
        MemoryBytes=own["MemoryCapacity"],
        VmPath=own["VirtualMachinePath"],
        VhdPath=own["VirtualHardDiskPath"],
        Forwarding=[row["InterfaceAlias"] for row in interfaces if row["Forwarding"] == "Enabled"],
        Nat=[row["Name"] for row in call.wmi("MSFT_NetNat")],
        Bridges=[row["NetConnectionID"] for row in call.wmi("Win32_NetworkAdapter") if row["ServiceName"] == "BridgeMP"],
        Sharing=any(row["State"] == "Running" for row in shared),
    )


@twin("Get-ZdmLabSwitch")
def get_lab_switch(call: Call, /) -> Iterator[Row]:
    """All switches."""
    for row in call.cmdlet("Get-VMSwitch") if here(call) else ():
        yield made(
            call,
            "Zdm.LabSwitch",
            Name=row["Name"],
            Id=row["Id"],
            Kind=row["SwitchType"],
            Notes=row["Notes"],
            PhysicalAdapter=row["NetAdapterInterfaceDescription"] or "",
            HostShares=row["AllowManagementOS"],
        )


@twin("Get-ZdmLabVm")
def get_lab_vm(call: Call, /) -> Iterator[Row]:
    """All machines with their disks."""
    firmware = {}
    for row in call.wmi("Msvm_VirtualSystemSettingData") if here(call) else ():
        if row["VirtualSystemType"] == "Microsoft:Hyper-V:System:Realized":
            firmware[row["VirtualSystemIdentifier"].casefold()] = row["BIOSGUID"].strip("{}")
    for row in call.cmdlet("Get-VM") if here(call) else ():
        drives = [one for one in call.cmdlet("Get-VMHardDiskDrive", VMName=row["Name"]) if one["VMId"] == row["Id"]]
        yield made(
            call,
            "Zdm.LabVm",
            **{name: row[name] for name in ("Name", "Id", "State", "Generation", "Heartbeat", "Notes", "Path")},
            HardwareId=firmware.get(row["Id"].casefold()),
            CheckpointType=row["CheckpointType"],
            MemoryBytes=row["MemoryStartup"],
            DynamicMemory=row["DynamicMemoryEnabled"],
            Processors=row["ProcessorCount"],
            StartAction=row["AutomaticStartAction"],
            StopAction=row["AutomaticStopAction"],
            Checkpoint=row["ParentCheckpointName"],
            Disks=[one["Path"] for one in drives],
        )


@twin("Get-ZdmLabAdapter")
def get_lab_adapter(call: Call, /) -> Iterator[Row]:
    """The adapters of all machines."""
    for vm in call.cmdlet("Get-VM") if here(call) else ():
        own = [row for row in call.cmdlet("Get-VMNetworkAdapter", VMName=vm["Name"]) if row["VMId"] == vm["Id"]]
        for place, row in enumerate(own):
            yield made(
                call,
                "Zdm.LabAdapter",
                VmName=vm["Name"],
                Place=place,
                VmId=vm["Id"],
                Id=row["Id"],
                Name=row["Name"],
                SwitchName=row["SwitchName"],
                Mac=row["MacAddress"],
                DhcpGuard=row["DhcpGuard"] == "On",
                MacSpoofing=row["MacAddressSpoofing"] == "On",
                Legacy=row["IsLegacy"],
            )


@twin("Get-ZdmLabDisk")
def get_lab_disk(call: Call, /, *, path: Sequence[str]) -> Iterator[Row]:
    """Each path, there or not."""
    for one in path if here(call) else ():
        yield made(call, "Zdm.LabDisk", Path=one, **vhd_state(call, one))


@twin("Get-ZdmLabCheckpoint")
def get_lab_checkpoint(call: Call, /) -> Iterator[Row]:
    """The checkpoints of all machines."""
    for vm in call.cmdlet("Get-VM") if here(call) else ():
        for row in call.cmdlet("Get-VMSnapshot", VMName=vm["Name"]):
            if row["VMId"] != vm["Id"]:
                continue
            yield made(
                call,
                "Zdm.LabCheckpoint",
                VmName=vm["Name"],
                VmId=vm["Id"],
                Id=row["Id"],
                CheckpointName=row["Name"],
                Parent=row["ParentSnapshotName"],
                CreatedUtc=stamp(row["CreationTime"]),
                State=row["State"],
            )
