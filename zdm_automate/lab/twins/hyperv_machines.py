"""Twins of the verbs that make, connect, power and remove machines of a lab, and of those about their checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.twins.hyperv_readers import vhd_state, vm_of
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import among, same
from zdm_automate.lab.world.hyperv import TIME_SYNC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

SMALL = 4194304
"""Bytes of a branch that nothing was written to."""

QUIET = {"CheckpointType": "Standard", "AutomaticStartAction": "Nothing", "AutomaticStopAction": "ShutDown"}


def own(call: Call, name: str, mark: str) -> Row:
    """The lab's own machine of a name."""
    vm = vm_of(call, name)
    if vm is None:
        raise stop("NotFound", f"There is no machine '{name}'.", target=name, category="ObjectNotFound")
    if not same(vm["Notes"], mark):
        raise stop("Precondition", f"The machine '{name}' is not the lab's own ('{vm['Notes']}').", target=name)
    return vm


def _as_made(call: Call, name: str) -> Callable[[], Row]:
    def read() -> Row:
        state: Row = {"Exists": False, "Mark": None, "MemoryMb": None, "Processors": None}
        state |= {"Guarded": False, "OwnTime": False, "Quiet": False, "Disks": []}
        vm = vm_of(call, name)
        if vm is None:
            return state
        adapters = call.cmdlet("Get-VMNetworkAdapter", VMName=name)
        services = call.cmdlet("Get-VMIntegrationService", VMName=name)
        return {
            "Exists": True,
            "Mark": vm["Notes"],
            "MemoryMb": round(vm["MemoryStartup"] / 1048576),
            "Processors": vm["ProcessorCount"],
            "Guarded": all(row["DhcpGuard"] == "On" for row in adapters),
            "OwnTime": not any(row["Id"].endswith(TIME_SYNC) and row["Enabled"] for row in services),
            "Quiet": not vm["DynamicMemoryEnabled"] and all(vm[key] == value for key, value in QUIET.items()),
            "Disks": [row["Path"] for row in call.cmdlet("Get-VMHardDiskDrive", VMName=name)],
        }

    return read


@twin("New-ZdmLabVm")
def new_lab_vm(
    call: Call,
    /,
    *,
    name: str,
    mark: str,
    generation: str,
    memory_mb: int,
    processors: int,
    path: str,
    disk: Sequence[str],
    plain_boot: bool = False,
) -> Iterator[Row]:
    """Guarded and unconnected; what is there half-made in the lab's own folder is finished."""
    read = _as_made(call, name)
    before = read()
    if before["Exists"] and not same(before["Mark"], mark):
        vm = vm_of(call, name) or {}
        if before["Mark"] or before["Disks"] or not same(vm["Path"], f"{path}\\{name}"):
            message = f"A machine '{name}' is there already and is not the lab's own ('{before['Mark']}')."
            raise stop("AlreadyExists", message, target=name)
    there = str((vm_of(call, name) or {}).get("Generation", generation))
    if there != generation:
        message = f"The machine '{name}' is of generation {there}; generation {generation} is wanted."
        raise stop("Precondition", message, target=name)
    wanted: Row = {"Mark": mark, "MemoryMb": memory_mb, "Processors": processors}
    wanted |= {"Guarded": True, "OwnTime": True, "Quiet": True}
    checkpoints = call.cmdlet("Get-VMSnapshot", VMName=name) if before["Exists"] else []
    lacking = [] if checkpoints else [one for one in disk if not among(one, before["Disks"])]
    for other in [] if checkpoints else before["Disks"]:
        if not among(other, disk):
            raise stop("Precondition", f"The machine '{name}' has the disk '{other}', which is not wanted.", target=name)
    fits = before["Exists"] and not lacking and all(same(before[key], value) for key, value in wanted.items())

    def write(found: Row) -> None:
        if found["Exists"] and (vm_of(call, name) or {})["State"] != "Off":
            message = f"The machine '{name}' runs; it is only changed while it is off."
            raise stop("Precondition", message, target=name)
        _refuse_disks(call, name, disk)
        size = memory_mb * 1048576
        if not found["Exists"]:
            call.cmdlet("New-VM", Name=name, MemoryStartupBytes=size, Generation=int(generation), Path=path, NoVHD=True)
        call.cmdlet(
            "Set-VM",
            Name=name,
            Notes=mark,
            StaticMemory=True,
            MemoryStartupBytes=size,
            ProcessorCount=processors,
            **QUIET,
        )
        call.cmdlet("Set-VMNetworkAdapter", VMName=name, DhcpGuard="On", MacAddressSpoofing="Off")
        for row in call.cmdlet("Get-VMIntegrationService", VMName=name):
            if row["Id"].endswith(TIME_SYNC) and row["Enabled"]:
                call.cmdlet("Disable-VMIntegrationService", VMName=name, Name=row["Name"])
        if plain_boot and generation == "2":
            call.cmdlet("Set-VMFirmware", VMName=name, EnableSecureBoot="Off")
        for one in lacking:
            call.cmdlet("Add-VMHardDiskDrive", VMName=name, Path=one)

    shown = {key: value for key, value in wanted.items() if key in {"Mark", "Guarded", "OwnTime", "Quiet"}}
    if fits:
        yield change(call, verb="New-ZdmLabVm", target=name, read=read, wanted={}, write=write)
        return
    yield _forced(call, "New-ZdmLabVm", name, read, write, shown)


def _forced(call: Call, verb: str, target: str, read: Callable[[], Row], write: Callable[[Row], None], shown: Row) -> Row:
    """A change that is wanted although the fields that are read back afterwards fit already."""
    first = True

    def look() -> Row:
        nonlocal first
        state = read()
        state["_new"], first = not first, False
        return state

    record = change(call, verb=verb, target=target, read=look, wanted={**shown, "_new": True}, write=write)
    for side in ("Before", "After"):
        record[side] = {key: value for key, value in record[side].items() if key != "_new"}
    return record


def _refuse_disks(call: Call, name: str, disks: Sequence[str]) -> None:
    for place, one in enumerate(disks):
        if among(one, disks[:place]):
            raise stop("Precondition", f"The disk '{one}' is named twice.", target=one)
        if not vhd_state(call, one)["Exists"]:
            raise stop("NotFound", f"The disk '{one}' is not there.", target=one, category="ObjectNotFound")
        for other in call.cmdlet("Get-VM"):
            if same(other["Name"], name):
                continue
            for row in call.cmdlet("Get-VMHardDiskDrive", VMName=other["Name"]):
                if same(row["Path"], one):
                    raise stop("Precondition", f"The machine '{other['Name']}' has the disk '{one}'.", target=one)


@twin("Connect-ZdmLabVm")
def connect_lab_vm(call: Call, /, *, name: str, mark: str, switch_name: str, leases: bool = False) -> Iterator[Row]:
    """To a switch of the lab, never outside, guarded; unguarded afterwards where it leases on a private one."""
    own(call, name, mark)
    adapters = call.cmdlet("Get-VMNetworkAdapter", VMName=name)
    if len(adapters) != 1:
        raise stop("Ambiguous", f"The machine '{name}' has {len(adapters)} adapters.", target=name)

    def read() -> Row:
        row = call.cmdlet("Get-VMNetworkAdapter", VMName=name)[0]
        return {"SwitchName": row["SwitchName"], "Guarded": row["DhcpGuard"] == "On"}

    if leases and not switch_name:
        raise stop("Precondition", f"The DHCP guard of '{name}' is not lifted while it is unplugged.", target=name)
    if switch_name and (leases or not same(read()["SwitchName"], switch_name)):
        found = [row for row in call.cmdlet("Get-VMSwitch") if same(row["Name"], switch_name)]
        if len(found) != 1:
            raise stop("NotFound", f"There is no switch '{switch_name}'.", target=switch_name, category="ObjectNotFound")
        if found[0]["SwitchType"] == "External" or not same(found[0]["Notes"], mark):
            message = f"The switch '{switch_name}' is not the lab's own, or leads outside."
            raise stop("Precondition", message, target=switch_name)
        if leases and found[0]["SwitchType"] != "Private":
            message = f"The DHCP guard of '{name}' is only lifted on a private switch, and '{switch_name}' is none."
            raise stop("Precondition", message, target=switch_name)

    def write(before: Row) -> None:
        moves = not same(before["SwitchName"], switch_name)
        if moves and not before["Guarded"]:
            call.cmdlet("Set-VMNetworkAdapter", VMName=name, DhcpGuard="On")
        if moves and switch_name:
            call.cmdlet("Connect-VMNetworkAdapter", VMName=name, SwitchName=switch_name)
        elif moves:
            call.cmdlet("Disconnect-VMNetworkAdapter", VMName=name)
        if leases or not moves:
            call.cmdlet("Set-VMNetworkAdapter", VMName=name, DhcpGuard="Off" if leases else "On")

    wanted = {"SwitchName": switch_name, "Guarded": not leases}
    yield change(call, verb="Connect-ZdmLabVm", target=name, read=read, wanted=wanted, write=write)


def _private(call: Call, name: str, mark: str) -> bool:
    """Whether a switch is a private one of the lab."""
    found = [row for row in call.cmdlet("Get-VMSwitch") if same(row["Name"], name)]
    return len(found) == 1 and found[0]["SwitchType"] == "Private" and same(found[0]["Notes"], mark)


@twin("Set-ZdmLabVmState")
def set_lab_vm_state(
    call: Call, /, *, name: str, mark: str, state: str, hard: bool = False, leases: bool = False
) -> Iterator[Row]:
    """On only guarded, or where it leases on the lab's private switch; off by the guest unless hard."""
    vm = own(call, name, mark)

    def read() -> Row:
        return {"State": (vm_of(call, name) or {})["State"]}

    before = read()["State"]
    if not same(before, state):
        if before not in {"Off", "Running"}:
            raise stop("Precondition", f"The machine '{name}' is {before}.", target=name)
        adapters = call.cmdlet("Get-VMNetworkAdapter", VMName=name) if same(state, "Running") else []
        opened = [row["SwitchName"] for row in adapters if row["DhcpGuard"] != "On"]
        if any(not (leases and _private(call, switch, mark)) for switch in opened):
            raise stop("Precondition", f"The DHCP guard of '{name}' is off.", target=name)
        if same(state, "Off") and not hard and not str(vm["Heartbeat"] or "").startswith("Ok"):
            heard = vm["Heartbeat"] or ""
            message = f"The guest of '{name}' does not answer ({heard}); it is only turned off hard."
            raise stop("Precondition", message, target=name)

    def write(_: Row) -> None:
        if same(state, "Running"):
            call.cmdlet("Start-VM", Name=name)
        elif hard:
            call.cmdlet("Stop-VM", Name=name, TurnOff=True, Confirm=False)
        else:
            call.cmdlet("Stop-VM", Name=name, Force=True, Confirm=False)

    yield change(call, verb="Set-ZdmLabVmState", target=name, read=read, wanted={"State": state}, write=write)


@twin("Remove-ZdmLabVm")
def remove_lab_vm(call: Call, /, *, name: str, mark: str) -> Iterator[Row]:
    """Off, without checkpoints, the lab's own."""
    vm = vm_of(call, name)
    if vm is not None:
        own(call, name, mark)
        if vm["State"] != "Off":
            raise stop("Precondition", f"The machine '{name}' is {vm['State']}.", target=name)
        if call.cmdlet("Get-VMSnapshot", VMName=name):
            raise stop("Precondition", f"The machine '{name}' has checkpoints.", target=name)

    def read() -> Row:
        return {"Exists": vm_of(call, name) is not None}

    def write(_: Row) -> None:
        call.cmdlet("Remove-VM", Name=name, Force=True)

    yield change(call, verb="Remove-ZdmLabVm", target=name, read=read, wanted={"Exists": False}, write=write)


def _checkpoint(call: Call, name: str, label: str) -> Callable[[], Row]:
    def read() -> Row:
        found = [row for row in call.cmdlet("Get-VMSnapshot", VMName=name) if same(row["Name"], label)]
        if len(found) > 1:
            raise stop("Ambiguous", f"The machine '{name}' has {len(found)} checkpoints '{label}'.", target=label)
        return {"Exists": len(found) == 1}

    return read


def _off(vm: Row) -> None:
    if vm["State"] != "Off":
        message = f"The machine '{vm['Name']}' is {vm['State']}; checkpoints are a matter of machines that are off."
        raise stop("Precondition", message, target=vm["Name"])


@twin("New-ZdmLabCheckpoint")
def new_lab_checkpoint(call: Call, /, *, name: str, mark: str, label: str) -> Iterator[Row]:
    """Of a machine that is off."""
    vm = own(call, name, mark)
    read = _checkpoint(call, name, label)
    if not read()["Exists"]:
        _off(vm)

    def write(_: Row) -> None:
        call.cmdlet("Checkpoint-VM", Name=name, SnapshotName=label)

    yield change(call, verb="New-ZdmLabCheckpoint", target=name, read=read, wanted={"Exists": True}, write=write)


@twin("Remove-ZdmLabCheckpoint")
def remove_lab_checkpoint(call: Call, /, *, name: str, mark: str, label: str) -> Iterator[Row]:
    """Of a machine that is off."""
    vm = own(call, name, mark)
    read = _checkpoint(call, name, label)
    if read()["Exists"]:
        _off(vm)

    def write(_: Row) -> None:
        call.cmdlet("Remove-VMSnapshot", VMName=name, Name=label)

    yield change(call, verb="Remove-ZdmLabCheckpoint", target=name, read=read, wanted={"Exists": False}, write=write)


@twin("Restore-ZdmLabCheckpoint")
def restore_lab_checkpoint(call: Call, /, *, name: str, mark: str, label: str) -> Iterator[Row]:
    """Unless it stands there and has written nothing."""
    vm = own(call, name, mark)
    there = _checkpoint(call, name, label)()["Exists"]
    _off(vm)
    if not there:
        message = f"The machine '{name}' has no checkpoint '{label}'."
        raise stop("NotFound", message, target=label, category="ObjectNotFound")

    def read() -> Row:
        drives = call.cmdlet("Get-VMHardDiskDrive", VMName=name)
        written = [row for row in drives if call.cmdlet("Get-VHD", Path=row["Path"])[0]["FileSize"] > SMALL]
        return {"Checkpoint": (vm_of(call, name) or {})["ParentCheckpointName"] or "", "Written": bool(written)}

    def write(_: Row) -> None:
        call.cmdlet("Restore-VMSnapshot", VMName=name, Name=label, Confirm=False)

    wanted = {"Checkpoint": label, "Written": False}
    yield change(call, verb="Restore-ZdmLabCheckpoint", target=name, read=read, wanted=wanted, write=write)
