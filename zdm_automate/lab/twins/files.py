"""Twins of the file verbs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.cmdlets.files import PLAIN
from zdm_automate.lab.twins.pattern import change, made, stamp, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

DRIVE = "ZdmSource"
NOTHING: dict[str, Any] = {"Exists": False, "IsFolder": False, "Bytes": None, "Sha256": None, "ModifiedUtc": None}
_DOTS = re.compile(r"\\\.\.?(\\|$)")
_DIGITS = re.compile(r"^[0-9a-f]{64}$")


def state(call: Call, path: str) -> Row:
    """Get-ZdmFileState of the prelude."""
    if not call.cmdlet("Test-Path", LiteralPath=path)[0][PLAIN]:
        return dict(NOTHING)
    item = call.cmdlet("Get-Item", LiteralPath=path, Force=True)[0]
    found: Row = {**NOTHING, "Exists": True, "ModifiedUtc": stamp(item["LastWriteTime"])}
    if item["PSIsContainer"]:
        return {**found, "IsFolder": True}
    found["Bytes"] = item["Length"]
    if call.has("Get-FileHash"):
        return {**found, "Sha256": call.cmdlet("Get-FileHash", LiteralPath=path, Algorithm="SHA256")[0]["Hash"].lower()}
    run = call.native("certutil.exe", "-hashfile", path, "SHA256")
    hashes = [digits for line in run.out if _DIGITS.match(digits := line.replace(" ", "").lower())]
    if not hashes:
        raise stop("NativeExit", f"certutil gave no hash of '{path}' (exit code {run.exit_code}).", target=path)
    return {**found, "Sha256": hashes[-1]}


def _no_dots(path: str) -> None:
    if _DOTS.search(path):
        raise stop("Precondition", f"'{path}' must not contain . or .. as a folder.", target=path)


@twin("Get-ZdmFile")
def get_file(call: Call, /, *, path: Sequence[str]) -> Iterator[Row]:
    """One object for each path."""
    for one in path:
        yield made(call, "Zdm.File", **state(call, one), Path=one)


@twin("Copy-ZdmFile")
def copy_file(call: Call, /, *, source: str, destination: str, credential: tuple[str, str]) -> Iterator[Row]:
    """Pulls one file over SMB with its own logon."""
    _no_dots(destination)
    root, _, leaf = source.rpartition("\\")
    call.cmdlet("New-PSDrive", Name=DRIVE, PSProvider="FileSystem", Root=root, Credential=credential, Scope="Local")
    try:
        there = state(call, f"{DRIVE}:\\{leaf}")
        if not there["Exists"] or there["IsFolder"]:
            raise stop("NotFound", f"There is no file '{source}'.", target=source, category="ObjectNotFound")

        def read() -> Row:
            found = state(call, destination)
            if found["Exists"] and found["Sha256"] != there["Sha256"]:
                raise stop("AlreadyExists", f"'{destination}' is there with other content.", target=destination)
            return found

        def write(_: Row) -> None:
            folder = destination.rpartition("\\")[0]
            if not call.cmdlet("Test-Path", LiteralPath=folder)[0][PLAIN]:
                call.cmdlet("New-Item", Path=folder, ItemType="Directory")
            call.cmdlet("Copy-Item", LiteralPath=f"{DRIVE}:\\{leaf}", Destination=destination)

        wanted = {"Exists": True, "Sha256": there["Sha256"]}
        yield change(call, verb="Copy-ZdmFile", target=destination, read=read, wanted=wanted, write=write)
    finally:
        call.cmdlet("Remove-PSDrive", Name=DRIVE, Force=True)


@twin("Remove-ZdmFile")
def remove_file(call: Call, /, *, path: str) -> Iterator[Row]:
    """Removes one file of the toolkit's folder."""
    _no_dots(path)

    def read() -> Row:
        found = state(call, path)
        if found["IsFolder"]:
            raise stop("Precondition", f"'{path}' is a folder; only files are removed.", target=path)
        return found

    def write(_: Row) -> None:
        call.cmdlet("Remove-Item", LiteralPath=path, Force=True)

    yield change(call, verb="Remove-ZdmFile", target=path, read=read, wanted={"Exists": False}, write=write)


@twin("New-ZdmFolder")
def new_folder(call: Call, /, *, path: str) -> Iterator[Row]:
    """Makes the toolkit's folder or one below it."""
    _no_dots(path)

    def read() -> Row:
        found = state(call, path)
        if found["Exists"] and not found["IsFolder"]:
            raise stop("AlreadyExists", f"'{path}' is a file.", target=path)
        return found

    def write(_: Row) -> None:
        call.cmdlet("New-Item", Path=path, ItemType="Directory")

    yield change(call, verb="New-ZdmFolder", target=path, read=read, wanted={"Exists": True}, write=write)
