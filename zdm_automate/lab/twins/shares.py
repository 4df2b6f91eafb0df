"""Twins of the share verbs, by the SmbShare module or by WMI, and of those that look at files and namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.files import state as file_state
from zdm_automate.lab.twins.pattern import change, made, stamp, stop, twin
from zdm_automate.lab.twins.same import same
from zdm_automate.lab.twins.share_rows import (
    by_module,
    new_by_wmi,
    remove_by_wmi,
    session_rows,
    set_by_wmi,
    share_rows,
    share_state,
    wanted_sddl,
)
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row


LINK = 1024


@twin("Get-ZdmShare")
def get_share(call: Call, /) -> Iterator[Row]:
    """All that are not administrative."""
    for row in share_rows(call):
        yield made(call, "Zdm.Share", **row)


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
    user_limit: int = 0,
) -> Iterator[Row]:
    """The folder, the share, its permissions."""
    module = by_module(call)
    if not module and not (same(caching_mode, "Manual") and same(enumeration_mode, "Unrestricted")):
        said = "Before Windows Server 2012 neither CachingMode nor EnumerationMode is set from here."
        raise stop("Unsupported", said, target=name, category="NotInstalled")
    before = share_state(call, name)
    sddl = wanted_sddl(call, name, sddl)
    if before["Exists"] and not (same(before["Path"], path) and same(before["Sddl"], sddl)):
        raise stop("AlreadyExists", f"The share '{name}' is there with another folder or other permissions.", target=name)

    def write(_: Row) -> None:
        drive = path[:2]
        if not any(same(row["DeviceID"], drive) for row in call.wmi("Win32_LogicalDisk")):
            raise stop("NotFound", f"This host has no drive {drive}.", target=drive, category="ObjectNotFound")
        io.make_folder(call, path)
        if not module:
            new_by_wmi(call, name=name, path=path, description=description, user_limit=user_limit, sddl=sddl)
            return
        call.cmdlet(
            "New-SmbShare",
            Name=name,
            Path=path,
            Description=description,
            CachingMode=caching_mode,
            FolderEnumerationMode=enumeration_mode,
            ConcurrentUserLimit=user_limit,
        )
        call.cmdlet("Set-SmbShare", Name=name, SecurityDescriptor=sddl, Force=True)

    asked = {} if before["Exists"] else {"Sddl": sddl, "UserLimit": user_limit}
    wanted = {"Exists": True, **asked}
    yield change(call, verb="New-ZdmShare", target=name, read=lambda: share_state(call, name), wanted=wanted, write=write)


@twin("Set-ZdmShareAcl")
def set_share_acl(call: Call, /, *, name: str, sddl: str) -> Iterator[Row]:
    """Exactly these permissions, and everything else as it was."""
    module = by_module(call)
    before = share_state(call, name)
    if not before["Exists"]:
        raise stop("NotFound", f"This host has no share '{name}'.", target=name, category="ObjectNotFound")
    sddl = wanted_sddl(call, name, sddl)

    def write(_: Row) -> None:
        if module:
            call.cmdlet("Set-SmbShare", Name=name, SecurityDescriptor=sddl, Force=True)
        else:
            set_by_wmi(call, name, sddl)

    wanted = {"Sddl": sddl, **{field: before[field] for field in ("Path", "Description", "UserLimit")}}
    yield change(call, verb="Set-ZdmShareAcl", target=name, read=lambda: share_state(call, name), wanted=wanted, write=write)


@twin("Remove-ZdmShare")
def remove_share(call: Call, /, *, name: str) -> Iterator[Row]:
    """The share alone."""
    module = by_module(call)

    def write(_: Row) -> None:
        if module:
            call.cmdlet("Remove-SmbShare", Name=name, Force=True)
        else:
            remove_by_wmi(call, name)

    wanted = {"Exists": False}
    yield change(call, verb="Remove-ZdmShare", target=name, read=lambda: share_state(call, name), wanted=wanted, write=write)


@twin("Get-ZdmShareSession")
def get_share_session(call: Call, /) -> Iterator[Row]:
    """Sessions with what they hold open."""
    for row in session_rows(call):
        own = {field: row[field] for field in ("SessionId", "User", "Client", "OpenFiles", "OpenCount")}
        yield made(call, "Zdm.ShareSession", **own)


@twin("Close-ZdmShareSession")
def close_share_session(call: Call, /, *, session_id: str) -> Iterator[Row]:
    """One session; who has connected again has a younger one."""
    module = by_module(call)
    found = next((row for row in session_rows(call) if same(row["SessionId"], session_id)), None)
    oldest = found["Seconds"] if found else 0
    said: list[str] = []

    def read() -> Row:
        left = [row for row in session_rows(call) if same(row["SessionId"], session_id) and row["Seconds"] >= oldest]
        if left and said:
            raise stop("NativeExit", f"net session {session_id} /delete: {said[0]}", target=session_id)
        return {"Exists": bool(left), "User": left[0]["User"] if left else ""}

    def write(_: Row) -> None:
        if module:
            call.cmdlet("Close-SmbSession", SessionId=session_id, Force=True)
            return
        run = call.native("net", "session", session_id, "/delete", "/y")
        if run.exit_code:
            said.append(next((line for line in (*run.err, *run.out) if line.strip()), f"exit code {run.exit_code}"))

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
