"""Files: the item cmdlets on local paths and mapped network drives, Get-FileHash, and `certutil -hashfile`.

A cmdlet that gives a plain value gives a row with the one property `$`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Native, Row, cmdlet, native
from zdm_automate.lab.cmdlets import io_classes
from zdm_automate.lab.world import files, hyperv_change, profile_files
from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.reach import named
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = "$"
"""The property of a row that stands for a plain value."""

_SMB1 = (
    "You can't connect to the file share because it's not secure. This share requires the obsolete SMB1 protocol, "
    "which is unsafe and could expose your system to attack"
)
_SMB1_DE = (
    "Sie können keine Verbindung mit der Dateifreigabe herstellen, weil sie nicht sicher ist. Für diese Freigabe ist das "
    "veraltete SMB1-Protokoll erforderlich, das unsicher ist und Ihr System Angriffen aussetzen könnte"
)
WIN32 = {
    53: ("The network path was not found", "Der Netzwerkpfad wurde nicht gefunden"),
    384: (_SMB1, _SMB1_DE),
    1326: ("The user name or password is incorrect", "Der Benutzername oder das Kennwort ist falsch"),
}
"""System messages by code, in English and German."""

_UNC = re.compile(r"^\\\\([^\\]+)\\([^\\]+)\\?(.*)$")
_DRIVE = re.compile(r"^(\w+):\\?(.*)$")
_ADMIN_SHARE = re.compile(r"^([A-Za-z])\$$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: a host and a path there."""

    host: Host
    path: str


def _place(call: Call, path: str, command: str) -> Place:
    """Resolves a path of this call.

    Raises:
        Refusal: a UNC path without a mapped drive: the session cannot log on to a third machine.
        NotModelledError: relative paths, other drives and shares that are not administrative.
    """
    if path.startswith("\\\\"):
        raise Refusal(
            f"ItemExistsUnauthorizedAccessError,Microsoft.PowerShell.Commands.{command}",
            "Access is denied",
            category="PermissionDenied",
            target=path,
        )
    found = _DRIVE.match(path)
    if found is None:
        raise NotModelledError(f"the lab does not model the path {path!r}", host=call.host_name)
    root = next((own for name, own in call.drives.items() if name.casefold() == found[1].casefold()), None)
    if root is not None:
        host, folder = _share(call, root)
        return Place(host, f"{folder.rstrip(chr(92))}\\{found[2]}")
    if found[1].upper() not in {"C", *call.world.volumes.get(call.host_name, {})}:
        raise NotModelledError(f"the lab does not model the drive {found[1]}:", host=call.host_name)
    return Place(call.host, path)


def _share(call: Call, root: str) -> tuple[Host, str]:
    found = _UNC.match(root)
    if found is None:
        raise NotModelledError(f"the lab does not model a drive on {root!r}", host=call.host_name)
    there = named(call.world, call.host_name, found[1])
    if there is None or not there.running("LanmanServer"):
        raise _not_mapped(call, 53, root)
    if there.windows.version.startswith("5.") and call.host.windows.version.startswith("10."):
        raise _not_mapped(call, 384, root)
    letter = _ADMIN_SHARE.match(found[2])
    if letter is None:
        raise NotModelledError(f"the lab does not model the share {found[2]} of {there.name}", host=call.host_name)
    return there, f"{letter[1].upper()}:\\{found[3]}"


def _not_mapped(call: Call, code: int, root: str) -> Refusal:
    return Refusal(
        "CouldNotMapNetworkDrive,Microsoft.PowerShell.Commands.NewPSDriveCommand",
        WIN32[code][1 if call.host.culture.startswith("de") else 0],
        category="InvalidOperation",
        target=root,
    )


def _missing(path: str, command: str) -> Refusal:
    return Refusal(
        f"PathNotFound,Microsoft.PowerShell.Commands.{command}",
        f"Cannot find path '{path}' because it does not exist.",
        category="ObjectNotFound",
        target=path,
    )


@cmdlet("New-PSDrive", powershell=3.0)
def new_psdrive(
    call: Call, /, *, Name: str, PSProvider: str, Root: str, Credential: Any = None, Scope: str = ""
) -> Iterator[Row]:
    """Maps a share; with a credential it logs on, without one a remoting session has nothing to log on with."""
    if PSProvider.casefold() != "filesystem":
        raise NotModelledError(f"the lab does not model the provider {PSProvider}", host=call.host_name)
    host, folder = _share(call, Root)
    if Credential is None:
        raise Refusal(
            "DriveRootError,Microsoft.PowerShell.Commands.NewPSDriveCommand",
            f'The specified drive root "{Root}" either does not exist, or it is not a folder.',
            category="ReadError",
            target=Name,
        )
    user, password = Credential
    if not call.world.knows(user, password):
        raise _not_mapped(call, 1326, Root)
    there = files.entry(host, folder)
    if there is None or there.content is not None:
        raise _not_mapped(call, 53, Root)
    call.drives[Name] = Root
    yield {"Name": Name, "Root": Root, "Provider": "FileSystem"}


@cmdlet("Remove-PSDrive")
def remove_psdrive(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """Gives a mapped drive up."""
    if call.drives.pop(Name, None) is None:
        raise Refusal(
            "DriveNotFound,Microsoft.PowerShell.Commands.RemovePSDriveCommand",
            f"Cannot find drive. A drive with the name '{Name}' does not exist.",
            category="ObjectNotFound",
            target=Name,
        )


@cmdlet("Test-Path")
def test_path(call: Call, /, *, LiteralPath: str) -> Iterator[Row]:
    """Whether something is at a path."""
    place = _place(call, LiteralPath, "TestPathCommand")
    yield {PLAIN: files.at_path(call.world, place.host, place.path) is not None}


@cmdlet("Get-Item")
def get_item(call: Call, /, *, LiteralPath: str, Force: bool = False, Stream: str = "") -> Iterator[Row]:
    """A file or folder; with -Stream * the streams of a file, its content among them."""
    place = _place(call, LiteralPath, "GetItemCommand")
    found = files.at_path(call.world, place.host, place.path)
    if found is None:
        raise _missing(LiteralPath, "GetItemCommand")
    if Stream:
        if Stream != "*" or found.content is None:
            raise NotModelledError(f"the lab does not model Get-Item -Stream {Stream} of {LiteralPath}", host=call.host_name)
        file = io_classes.file_at(call, place.path)
        for name in (":$DATA", *(file.streams if file is not None else ())):
            yield {"FileName": LiteralPath, "Stream": name}
        return
    row: Row = {
        "FullName": LiteralPath,
        "Name": LiteralPath.rstrip("\\").rpartition("\\")[2],
        "PSIsContainer": found.content is None,
        "LastWriteTime": datetime.fromisoformat(found.at).astimezone(UTC),
    }
    if found.content is not None:
        row["Length"] = profile_files.image_size(call.world, place.host.name, place.path) or found.length
    yield row


@cmdlet("Get-FileHash", powershell=4.0)
def get_file_hash(call: Call, /, *, LiteralPath: str, Algorithm: str = "SHA256") -> Iterator[Row]:
    """SHA-256 of a file, upper case."""
    if Algorithm.upper() != "SHA256":
        raise NotModelledError(f"the lab does not model the hash {Algorithm}", host=call.host_name)
    place = _place(call, LiteralPath, "GetFileHashCommand")
    found = files.at_path(call.world, place.host, place.path)
    if found is None or found.content is None:
        raise _missing(LiteralPath, "ResolvePathCommand")
    yield {"Algorithm": "SHA256", "Hash": found.sha256, "Path": LiteralPath}


@cmdlet("New-Item")
def new_item(call: Call, /, *, Path: str, ItemType: str) -> Iterator[Row]:
    """Makes a folder."""
    if ItemType.casefold() != "directory":
        raise NotModelledError(f"the lab does not model New-Item of type {ItemType}", host=call.host_name)
    place = _place(call, Path, "NewItemCommand")
    if files.at_path(call.world, place.host, place.path) is not None:
        raise Refusal(
            "DirectoryExist,Microsoft.PowerShell.Commands.NewItemCommand",
            f"An item with the specified name {Path} already exists.",
            category="ResourceExists",
            target=Path,
        )
    call.update(files.folder_made(call.world, place.host, place.path))
    yield from get_item(call, LiteralPath=Path)


@cmdlet("Copy-Item")
def copy_item(call: Call, /, *, LiteralPath: str, Destination: str) -> None:
    """Copies one file; its time stays."""
    source = _place(call, LiteralPath, "CopyItemCommand")
    found = files.entry(source.host, source.path)
    if found is None:
        raise _missing(LiteralPath, "CopyItemCommand")
    if found.content is None:
        raise NotModelledError("the lab does not model copying folders", host=call.host_name)
    target = _place(call, Destination, "CopyItemCommand")
    there = files.entry(target.host, target.path)
    if there is not None and there.content is None:
        raise NotModelledError("the lab does not model copying into a folder without a file name", host=call.host_name)
    if files.entry(target.host, target.path.rpartition("\\")[0]) is None:
        raise Refusal(
            "System.IO.DirectoryNotFoundException,Microsoft.PowerShell.Commands.CopyItemCommand",
            f"Could not find a part of the path '{Destination}'.",
            category="NotSpecified",
        )
    call.update(files.written(call.world, target.host, target.path, files.text(source.host, source.path) or "", at=found.at))


@cmdlet("Remove-Item")
def remove_item(call: Call, /, *, LiteralPath: str, Recurse: bool = False, Force: bool = False) -> None:
    """Removes one file, or a folder that is empty; with -Recurse a folder and all in it."""
    place = _place(call, LiteralPath, "RemoveItemCommand")
    found = files.at_path(call.world, place.host, place.path)
    if found is None:
        raise _missing(LiteralPath, "RemoveItemCommand")
    below = place.path.rstrip("\\").casefold() + "\\"
    if found.content is None and any(one.casefold().startswith(below) and one.casefold() != below for one in place.host.files):
        if not Recurse:
            raise NotModelledError("the lab does not model removing folders that hold something", host=call.host_name)
        world = files.folder_removed(call.world, place.host, place.path)
        call.update(profile_files.stores_gone(world, place.host.name, place.path))
        return
    role = call.world.hyperv.get(place.host.name)
    if role is not None and role.disk(place.path) is not None:
        call.update(hyperv_change.without_disk(call.world, place.host.name, place.path))
        return
    call.update(files.removed(call.world, place.host, place.path))


@native("certutil")
def certutil(call: Call, argv: tuple[str, ...]) -> Native:
    """`certutil -hashfile PATH SHA256`: the digits in pairs up to 2012 R2, in one piece later."""
    match argv:
        case (option, path, algorithm) if option.casefold() == "-hashfile" and algorithm.upper() == "SHA256":
            pass
        case _:
            raise NotModelledError(f"the lab does not model certutil {' '.join(argv)}", host=call.host_name)
    german = call.host.culture.startswith("de")
    place = _place(call, path, "CertUtil")
    found = files.at_path(call.world, place.host, place.path)
    if found is None or found.content is None:
        return Native(-2147024894, ("CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2)",))
    digits = found.sha256.lower()
    if not call.host.windows.version.startswith("10."):
        digits = " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    first = f"SHA256-Hash der Datei {path}:" if german else f"SHA256 hash of file {path}:"
    last = (
        "CertUtil: -hashfile-Befehl wurde erfolgreich ausgeführt."
        if german
        else "CertUtil: -hashfile command completed successfully."
    )
    return Native(0, (first, digits, last))
