"""Twins of the verbs that make and remove switches and disks of a lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.twins.hyperv_readers import need, there, vhd_state
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.lab.call import Call, Row


def _switch(call: Call, name: str) -> Callable[[], Row]:
    def read() -> Row:
        state: Row = {"Kind": None, "Mark": None}
        for row in call.cmdlet("Get-VMSwitch"):
            if same(row["Name"], name):
                state = {"Kind": row["SwitchType"], "Mark": row["Notes"]}
        return state

    return read


@twin("New-ZdmLabSwitch")
def new_lab_switch(call: Call, /, *, name: str, kind: str, mark: str) -> Iterator[Row]:
    """One of that name that is another is an error."""
    need(call)
    read = _switch(call, name)
    before = read()
    if before["Kind"] is not None and not (same(before["Kind"], kind) and same(before["Mark"], mark)):
        message = f"A switch '{name}' is there already ({before['Kind']}, '{before['Mark']}')."
        raise stop("AlreadyExists", message, target=name)

    def write(_: Row) -> None:
        call.cmdlet("New-VMSwitch", Name=name, SwitchType=kind, Notes=mark)

    wanted = {"Kind": kind, "Mark": mark}
    yield change(call, verb="New-ZdmLabSwitch", target=name, read=read, wanted=wanted, write=write)


@twin("Remove-ZdmLabSwitch")
def remove_lab_switch(call: Call, /, *, name: str, mark: str) -> Iterator[Row]:
    """Only the lab's own, and nobody on it."""
    need(call)
    read = _switch(call, name)
    before = read()
    if before["Kind"] is not None and not same(before["Mark"], mark):
        raise stop("Precondition", f"The switch '{name}' is not the lab's own ('{before['Mark']}').", target=name)
    for vm in call.cmdlet("Get-VM"):
        for row in call.cmdlet("Get-VMNetworkAdapter", VMName=vm["Name"]):
            if before["Kind"] is not None and same(row["SwitchName"], name):
                message = f"The machine '{vm['Name']}' is connected to the switch '{name}'."
                raise stop("Precondition", message, target=name)

    def write(_: Row) -> None:
        call.cmdlet("Remove-VMSwitch", Name=name, Force=True)

    yield change(call, verb="Remove-ZdmLabSwitch", target=name, read=read, wanted={"Kind": None}, write=write)


@twin("New-ZdmLabDisk")
def new_lab_disk(call: Call, /, *, path: str, size_gb: int = 0, parent_path: str = "") -> Iterator[Row]:
    """Intent first, disk, then the folder that bears its identifier."""
    need(call)
    if (size_gb > 0) == (parent_path != ""):
        message = "A disk has either a size or a disk that it goes on from."
        raise stop("Precondition", message, target=path, category="InvalidArgument")

    def read() -> Row:
        state = vhd_state(call, path)
        return {name: state[name] for name in ("Exists", "Made", "Kind", "ParentPath")}

    before = read()
    begun = there(call, f"{path}.zdm\\new")
    if before["Exists"] and not before["Made"] and not begun:
        raise stop("AlreadyExists", f"'{path}' is there already and was not made here.", target=path)
    if not before["Exists"] and parent_path and not there(call, parent_path):
        raise stop("NotFound", f"'{parent_path}' is not there.", target=parent_path, category="ObjectNotFound")
    if not before["Exists"] and not there(call, path.rpartition("\\")[0]):
        raise stop("Precondition", f"The folder of '{path}' is not there.", target=path)

    def write(found: Row) -> None:
        if not found["Exists"]:
            if not begun:
                call.cmdlet("New-Item", Path=f"{path}.zdm\\new", ItemType="Directory")
            if parent_path:
                call.cmdlet("New-VHD", Path=path, ParentPath=parent_path, Differencing=True)
            else:
                call.cmdlet("New-VHD", Path=path, SizeBytes=size_gb * 1073741824, Dynamic=True)
        identifier = vhd_state(call, path)["Identifier"]
        call.cmdlet("New-Item", Path=f"{path}.zdm\\{identifier}", ItemType="Directory")
        call.cmdlet("Remove-Item", LiteralPath=f"{path}.zdm\\new", Force=True)

    yield change(call, verb="New-ZdmLabDisk", target=path, read=read, wanted={"Made": True}, write=write)


@twin("Remove-ZdmLabDisk")
def remove_lab_disk(call: Call, /, *, path: str) -> Iterator[Row]:
    """Only what was made here and no machine has."""
    need(call)

    def read() -> Row:
        state = vhd_state(call, path)
        return {name: state[name] for name in ("Exists", "Made", "Marked")}

    before = read()
    if before["Exists"] and not before["Made"] and not there(call, f"{path}.zdm\\new"):
        raise stop("Precondition", f"'{path}' was not made here; it is not removed.", target=path)
    for vm in call.cmdlet("Get-VM"):
        for row in call.cmdlet("Get-VMHardDiskDrive", VMName=vm["Name"]) if before["Exists"] else ():
            if same(row["Path"], path):
                raise stop("Precondition", f"The machine '{vm['Name']}' has the disk '{path}'.", target=path)

    def write(found: Row) -> None:
        if found["Exists"]:
            call.cmdlet("Remove-Item", LiteralPath=path, Force=True)
        if found["Marked"]:
            call.cmdlet("Remove-Item", LiteralPath=f"{path}.zdm", Recurse=True, Force=True)

    wanted = {"Exists": False, "Marked": False}
    yield change(call, verb="Remove-ZdmLabDisk", target=path, read=read, wanted=wanted, write=write)
