"""Twins of the share verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.files import state as file_state
from zdm_automate.lab.twins.pattern import change, made, stamp, stop, twin
from zdm_automate.lab.twins.same import same
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row


LINK = 1024


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


def _targets(call: Call, path: str) -> list[Row]:
    if not call.has("Get-DfsnFolderTarget"):
        said = "This host has no DFSN module: install the feature RSAT-DFS-Mgmt-Con."
        raise stop("Unsupported", said, target="DFSN", category="NotInstalled")
    try:
        return call.cmdlet("Get-DfsnFolderTarget", Path=path)
    except Refusal as refused:
        if not refused.error_id.startswith("Windows System Error 1168"):
            raise
        return []


@twin("Get-ZdmDfsTarget")
def get_dfs_target(call: Call, /, *, path: Sequence[str]) -> Iterator[Row]:
    """Each target of each folder."""
    if not path:
        _targets(call, "")
    for one in path:
        for row in _targets(call, one):
            yield made(call, "Zdm.DfsTarget", Path=one, TargetPath=row["TargetPath"], State=row["State"])


@twin("Set-ZdmDfsTarget")
def set_dfs_target(call: Call, /, *, path: str, target_path: str, state: str) -> Iterator[Row]:
    """One target on or off."""

    def read() -> Row:
        found = next((row for row in _targets(call, path) if same(row["TargetPath"], target_path)), None)
        if found is None:
            raise stop("NotFound", f"{path} has no target {target_path}.", target=path, category="ObjectNotFound")
        return {"State": found["State"]}

    def write(_: Row) -> None:
        call.cmdlet("Set-DfsnFolderTarget", Path=path, TargetPath=target_path, State=state)

    yield change(call, verb="Set-ZdmDfsTarget", target=path, read=read, wanted={"State": state}, write=write)


def _ordinal(path: str) -> bytes:
    """What sorts as StringComparer.OrdinalIgnoreCase does."""
    return "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in path).encode("utf-16-be", "surrogatepass")


@twin("Get-ZdmFileSample")
def get_file_sample(call: Call, /, *, path: str, folders: int = 60, max_megabytes: int = 64) -> Iterator[Row]:
    """The first, the middle and the last file of each folder, and the folder itself."""
    root = path.rstrip("\\")
    if not io.is_folder(call, root):
        raise stop("NotFound", f"There is no folder '{root}'.", target=root, category="ObjectNotFound")
    looked = 0
    for folder in (root, *sorted(io.folders_in(call, root), key=_ordinal)):
        if looked >= folders:
            break
        if io.attributes_of(call, folder) & LINK:
            continue
        looked += 1
        files = sorted(io.files_in(call, folder), key=_ordinal)
        many = len(files)
        chosen = {files[number] for number in (0, many // 2, many - 1)} if files else set()
        for file in (one for one in files if one in chosen):
            item = call.cmdlet("Get-Item", LiteralPath=file, Force=True)[0]
            hashed = item["Length"] <= max_megabytes * 2**20
            yield made(
                call,
                "Zdm.FileSample",
                Root=root,
                RelativePath=file[len(root) + 1 :],
                Bytes=item["Length"],
                ModifiedUtc=stamp(item["LastWriteTime"]),
                Sha256=file_state(call, file)["Sha256"] if hashed else None,
                Sddl=io.sddl_of(call, file),
            )
        yield made(
            call,
            "Zdm.FileSample",
            Root=root,
            RelativePath=folder[len(root) :] + "\\",
            Bytes=many,
            ModifiedUtc=None,
            Sha256=None,
            Sddl=io.sddl_of(call, folder),
        )
