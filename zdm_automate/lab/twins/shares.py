"""Twins of the share verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row


def _needs_module(call: Call) -> None:
    if not call.has("Get-SmbShare"):
        said = "This host has no SmbShare module (it came with Windows Server 2012)."
        raise stop("Unsupported", said, target="SmbShare", category="NotInstalled")


def _share(call: Call, name: str) -> Row:
    found = next((row for row in call.cmdlet("Get-SmbShare") if same(row["Name"], name)), None)
    if found is None:
        return {"Exists": False, "Path": "", "Description": "", "CachingMode": "", "EnumerationMode": "", "Sddl": ""}
    return {
        "Exists": True,
        "Path": found["Path"],
        "Description": found["Description"],
        "CachingMode": found["CachingMode"],
        "EnumerationMode": found["FolderEnumerationMode"],
        "Sddl": found["SecurityDescriptor"] or "",
    }


@twin("Get-ZdmShare")
def get_share(call: Call, /) -> Iterator[Row]:
    """All that are not administrative."""
    _needs_module(call)
    for row in call.cmdlet("Get-SmbShare"):
        if not row["Special"]:
            yield made(
                call,
                "Zdm.Share",
                Name=row["Name"],
                Path=row["Path"],
                Description=row["Description"],
                CachingMode=row["CachingMode"],
                EnumerationMode=row["FolderEnumerationMode"],
                UserLimit=row["ConcurrentUserLimit"],
                EncryptData=row["EncryptData"],
                Sddl=row["SecurityDescriptor"],
            )


@twin("New-ZdmShare")
def new_share(
    call: Call,
    /,
    *,
    name: str,
    path: str,
    sddl: str,
    description: str = "",
    caching_mode: str = "Manual",
    enumeration_mode: str = "Unrestricted",
) -> Iterator[Row]:
    """The folder, the share, its permissions."""
    _needs_module(call)
    before = _share(call, name)
    if before["Exists"] and not (same(before["Path"], path) and same(before["Sddl"], sddl)):
        raise stop("AlreadyExists", f"The share '{name}' is there with another folder or other permissions.", target=name)

    def write(_: Row) -> None:
        drive = path[:2]
        if not any(same(row["DeviceID"], drive) for row in call.wmi("Win32_LogicalDisk")):
            raise stop("NotFound", f"This host has no drive {drive}.", target=drive, category="ObjectNotFound")
        io.make_folder(call, path)
        call.cmdlet(
            "New-SmbShare",
            Name=name,
            Path=path,
            Description=description,
            CachingMode=caching_mode,
            FolderEnumerationMode=enumeration_mode,
        )
        call.cmdlet("Set-SmbShare", Name=name, SecurityDescriptor=sddl, Force=True)

    wanted = {"Exists": True}
    yield change(call, verb="New-ZdmShare", target=name, read=lambda: _share(call, name), wanted=wanted, write=write)


@twin("Set-ZdmShareAcl")
def set_share_acl(call: Call, /, *, name: str, sddl: str) -> Iterator[Row]:
    """Exactly these permissions."""
    _needs_module(call)
    if not _share(call, name)["Exists"]:
        raise stop("NotFound", f"This host has no share '{name}'.", target=name, category="ObjectNotFound")

    def write(_: Row) -> None:
        call.cmdlet("Set-SmbShare", Name=name, SecurityDescriptor=sddl, Force=True)

    wanted = {"Sddl": sddl}
    yield change(call, verb="Set-ZdmShareAcl", target=name, read=lambda: _share(call, name), wanted=wanted, write=write)


@twin("Remove-ZdmShare")
def remove_share(call: Call, /, *, name: str) -> Iterator[Row]:
    """The share alone."""
    _needs_module(call)

    def write(_: Row) -> None:
        call.cmdlet("Remove-SmbShare", Name=name, Force=True)

    wanted = {"Exists": False}
    yield change(call, verb="Remove-ZdmShare", target=name, read=lambda: _share(call, name), wanted=wanted, write=write)


@twin("Get-ZdmShareSession")
def get_share_session(call: Call, /) -> Iterator[Row]:
    """Sessions with what they hold open."""
    _needs_module(call)
    opened = call.cmdlet("Get-SmbOpenFile")
    for row in call.cmdlet("Get-SmbSession"):
        yield made(
            call,
            "Zdm.ShareSession",
            SessionId=str(row["SessionId"]),
            User=row["ClientUserName"],
            Client=row["ClientComputerName"],
            OpenFiles=[one["Path"] for one in opened if one["SessionId"] == row["SessionId"]],
        )


@twin("Close-ZdmShareSession")
def close_share_session(call: Call, /, *, session_id: str) -> Iterator[Row]:
    """One session."""
    _needs_module(call)

    def read() -> Row:
        found = next((row for row in call.cmdlet("Get-SmbSession") if str(row["SessionId"]) == session_id), None)
        return {"Exists": found is not None, "User": found["ClientUserName"] if found else ""}

    def write(_: Row) -> None:
        call.cmdlet("Close-SmbSession", SessionId=session_id, Force=True)

    wanted = {"Exists": False}
    yield change(call, verb="Close-ZdmShareSession", target=session_id, read=read, wanted=wanted, write=write)
