"""Twins of the verbs about user profiles and the USMT folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zdm_automate.lab.cmdlets.files import PLAIN
from zdm_automate.lab.twins.pattern import change, made, stamp, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

LIST = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
PROGRAMS = ("scanstate.exe", "loadstate.exe", "usmtutils.exe", "mighost.exe", "MigDocs.xml", "MigApp.xml", "MigUser.xml")
_BACKUP = re.compile(r"\\(S-1-[0-9-]+)\.bak\s*$", re.IGNORECASE)
_ENCRYPTED = re.compile(r"^\s*([A-Za-z]:\\\S.*?)\s*$")


def refuse_old(call: Call) -> None:
    """Refuses a Windows that does not tell of its profiles."""
    if str(call.wmi("Win32_OperatingSystem")[0]["Version"]).startswith("5."):
        text = "Windows before Vista does not tell of its profiles."
        raise stop("Unsupported", text, target="Win32_UserProfile", category="NotInstalled")


def there(call: Call, path: str) -> bool:
    """Whether something is at a path."""
    return bool(call.cmdlet("Test-Path", LiteralPath=path)[0][PLAIN])


@twin("Get-ZdmProfile")
def get_profile(call: Call, /) -> Iterator[Row]:
    """One object for each profile that is no service's."""
    refuse_old(call)
    backups = {found[1] for line in call.native("reg.exe", "query", LIST).out if (found := _BACKUP.search(line))}
    names = {row["SID"]: f"{row['ReferencedDomainName']}\\{row['AccountName']}" for row in call.wmi("Win32_SID")}
    for one in call.wmi("Win32_UserProfile"):
        if one["Special"]:
            continue
        path = one["LocalPath"]
        is_there, used = False, None
        if path:
            is_there = there(call, path)
            hive = path.rstrip("\\") + "\\NTUSER.DAT"
            if is_there and there(call, hive):
                used = stamp(call.cmdlet("Get-Item", LiteralPath=hive, Force=True)[0]["LastWriteTime"])
        yield made(
            call,
            "Zdm.Profile",
            Sid=one["SID"],
            Account=names.get(one["SID"]),
            Path=path,
            FolderThere=is_there,
            Loaded=one["Loaded"],
            Roaming=one["RoamingConfigured"],
            Temporary=bool(one["Status"] & 1),
            HasBackup=one["SID"] in backups,
            UsedUtc=used,
        )


@twin("Remove-ZdmProfile")
def remove_profile(call: Call, /, *, sid: str) -> Iterator[Row]:
    """A profile that nobody uses, with its folder."""
    refuse_old(call)

    def find() -> list[Row]:
        return [row for row in call.wmi("Win32_UserProfile") if row["SID"].casefold() == sid.casefold()]

    def read() -> Row:
        found = find()
        if not found:
            return {"Exists": False, "Path": None, "Loaded": False, "Special": False}
        return {"Exists": True, "Path": found[0]["LocalPath"], "Loaded": found[0]["Loaded"], "Special": found[0]["Special"]}

    before = read()
    if before["Special"]:
        raise stop("Precondition", f"The profile of {sid} belongs to a service.", target=sid)
    if before["Loaded"]:
        text = f"The profile {before['Path']} is loaded; log the user off first."
        raise stop("Locked", text, target=sid, category="ResourceBusy")

    def write(_: Row) -> None:
        for row in find():
            call.wmi_method("Win32_UserProfile", row, "Delete")

    yield change(call, verb="Remove-ZdmProfile", target=sid, read=read, wanted={"Exists": False}, write=write)


@twin("Get-ZdmUsmt")
def get_usmt(call: Call, /, *, folder: str) -> Iterator[Row]:
    """What lies in the folder, and what stands in the way."""
    found = [name for name in PROGRAMS if there(call, f"{folder}\\{name}")]
    version = None
    if "scanstate.exe" in found:
        path = f"{folder}\\scanstate.exe".casefold()
        version = next((row["Version"] for row in call.wmi("CIM_DataFile") if row["Name"].casefold() == path), "")
    system = call.wmi("Win32_OperatingSystem")[0]
    wide = not str(system["Version"]).startswith("5.") and "64" in str(system["OSArchitecture"])
    disks = {row["DeviceID"]: row["FreeSpace"] for row in call.wmi("Win32_LogicalDisk")}
    free = disks.get(system["SystemDrive"], 0)
    lines = call.native("cipher.exe", "/u", "/n").out
    encrypted = [place[1] for line in lines if (place := _ENCRYPTED.match(line))]
    yield made(
        call,
        "Zdm.Usmt",
        Folder=folder,
        Files=[name for name in PROGRAMS if name in found],
        Manifests=there(call, f"{folder}\\DlManifests"),
        Version=version,
        Bits=64 if wide else 32,
        FreeBytes=free,
        Encrypted=encrypted,
    )
