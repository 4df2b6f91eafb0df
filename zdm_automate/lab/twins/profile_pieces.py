"""Twins of the verbs about the pieces of a profile: what there is, drives, printers, a folder put back."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.profiles import refuse_old, there
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

SHELL = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
WINDOWS = r"Software\Microsoft\Windows NT\CurrentVersion\Windows"
OFFICES = ("12.0", "14.0", "15.0", "16.0")
PLACES = (
    ("desktop", "Desktop", r"%USERPROFILE%\Desktop", ""),
    ("documents", "Personal", r"%USERPROFILE%\Documents", ""),
    ("pictures", "My Pictures", r"%USERPROFILE%\Pictures", ""),
    ("downloads", "{374DE290-123F-4565-9164-39C4925E467B}", r"%USERPROFILE%\Downloads", ""),
    ("favourites", "Favorites", r"%USERPROFILE%\Favorites", ""),
    ("signatures", "AppData", r"%USERPROFILE%\AppData\Roaming", "\\Microsoft\\"),
    ("templates", "AppData", r"%USERPROFILE%\AppData\Roaming", r"\Microsoft\Templates"),
    ("dictionaries", "AppData", r"%USERPROFILE%\AppData\Roaming", r"\Microsoft\UProof"),
    ("nicknames", "AppData", r"%USERPROFILE%\AppData\Roaming", r"\Microsoft\Outlook"),
    ("outlook", "Local AppData", r"%USERPROFILE%\AppData\Local", r"\Microsoft\Outlook"),
)
_VALUE = re.compile(r"^\s+(\S.*?)\s+REG_[A-Z_]+(?:\s+(.*))?$")
_PRINTER = re.compile(r"^\\\\[^\\]+\\[^\\]+$")
_DOTS = re.compile(r"\\\.\.?(\\|$)")


class Value(NamedTuple):
    """One value of a hive: the key below the one that was asked for, its name, its data."""

    key: str
    name: str
    data: str


@contextmanager
def _hive(call: Call, sid: str, path: str, *, loaded: bool) -> Iterator[str]:
    """Open-ZdmHive and Close-ZdmHive of the prelude."""
    if loaded:
        yield f"HKU\\{sid}"
        return
    root = f"HKU\\Zdm-{sid}"
    if call.native("reg.exe", "query", root).exit_code != 0:
        run = call.native("reg.exe", "load", root, f"{path}\\NTUSER.DAT")
        if run.exit_code != 0:
            text = f"The registry of '{path}' cannot be loaded; log its user off first."
            raise stop("Locked", text, target=sid, category="ResourceBusy")
    try:
        yield root
    finally:
        run = call.native("reg.exe", "unload", root)
        if run.exit_code != 0:
            text = f"{root} stays loaded (reg unload ended with {run.exit_code}); unload it before its user logs on."
            raise stop("NativeExit", text, target=root)


def _values(call: Call, root: str, key: str) -> Iterator[Value]:
    """Get-ZdmHiveValue of the prelude."""
    start = len(f"HKEY_USERS{root[3:]}\\{key}")
    here = ""
    for line in call.native("reg.exe", "query", f"{root}\\{key}", "/s").out:
        if line.upper().startswith("HKEY_USERS\\"):
            here = line.strip()[start:].lstrip("\\")
        elif (found := _VALUE.match(line)) is not None:
            yield Value(here, found[1], found[2] or "")


def _put(call: Call, *words: str) -> None:
    """Invoke-ZdmHiveChange of the prelude."""
    run = call.native("reg.exe", *words)
    if run.exit_code != 0:
        raise stop("NativeExit", f"reg {words[0]} ended with {run.exit_code}.", target=words[1])


def _profile(call: Call, sid: str) -> Row:
    """Get-ZdmProfileRow of the prelude."""
    refuse_old(call)
    found = next((row for row in call.wmi("Win32_UserProfile") if same(row["SID"], sid)), None)
    if found is None:
        raise stop("NotFound", f"There is no profile of {sid}.", target=sid, category="ObjectNotFound")
    if found["Loaded"]:
        text = f"The profile {found['LocalPath']} is loaded; log the user off first."
        raise stop("Locked", text, target=sid, category="ResourceBusy")
    return found


@twin("Get-ZdmProfilePiece")
def get_piece(call: Call, /, *, account: Sequence[str]) -> Iterator[Row]:
    """One object for each of the accounts that has a profile."""
    refuse_old(call)
    names = {row["SID"]: f"{row['ReferencedDomainName']}\\{row['AccountName']}" for row in call.wmi("Win32_SID")}
    for one in call.wmi("Win32_UserProfile"):
        name, path = names.get(one["SID"]), (one["LocalPath"] or "").rstrip("\\")
        if one["Special"] or name is None or not any(same(name, own) for own in account):
            continue
        if not path or not there(call, f"{path}\\NTUSER.DAT"):
            continue
        with _hive(call, one["SID"], path, loaded=one["Loaded"]) as root:
            drives = [
                f"{value.key.upper()}={value.data}"
                for value in _values(call, root, "Network")
                if same(value.name, "RemotePath") and re.fullmatch("[A-Za-z]", value.key)
            ]
            printers: list[str] = []
            for value in _values(call, root, r"Printers\Connections"):
                printer = value.key.replace(",", "\\")
                if _PRINTER.match(printer) and not any(same(printer, own) for own in printers):
                    printers.append(printer)
            devices = [v.data for v in _values(call, root, WINDOWS) if same(v.name, "Device") and not v.key]
            moved = {value.name.casefold(): value.data for value in _values(call, root, SHELL)}
            signatures = "Signatures"
            for office in OFFICES:
                for value in _values(call, root, rf"Software\Microsoft\Office\{office}\Common\General"):
                    if same(value.name, "Signatures") and not value.key and value.data:
                        signatures = value.data
        folders = dict(_folders(path, moved, signatures))
        yield made(
            call,
            "Zdm.ProfilePiece",
            Account=name,
            Sid=one["SID"],
            Path=path,
            Loaded=one["Loaded"],
            Drive=sorted(drives, key=str.upper),
            Printer=sorted(printers, key=str.upper),
            DefaultPrinter=devices[-1].split(",")[0] if devices else None,
            Folder=[f"{piece}={folder}" for piece, folder in folders.items()],
            There=[piece for piece, folder in folders.items() if re.match(r"[A-Za-z]:\\", folder) and there(call, folder)],
        )


def _folders(path: str, moved: dict[str, str], signatures: str) -> Iterator[tuple[str, str]]:
    for piece, value, usual, below in PLACES:
        folder = re.sub("%userprofile%", lambda _: path, moved.get(value.casefold(), usual), flags=re.IGNORECASE) + below
        yield piece, folder + (signatures if piece == "signatures" else "")


@twin("Set-ZdmMappedDrive")
def set_drive(call: Call, /, *, sid: str, letter: str, remote_path: str) -> Iterator[Row]:
    """A network drive of somebody who is logged off."""
    drive = letter.upper()
    path = _profile(call, sid)["LocalPath"].rstrip("\\")
    with _hive(call, sid, path, loaded=False) as root:
        key = f"{root}\\Network\\{drive}"

        def read() -> Row:
            found = [v.data for v in _values(call, root, f"Network\\{drive}") if same(v.name, "RemotePath") and not v.key]
            return {"Letter": drive, "RemotePath": found[-1] if found else ""}

        def write(_: Row) -> None:
            if not remote_path:
                _put(call, "delete", key, "/f")
                return
            _put(call, "add", key, "/v", "RemotePath", "/t", "REG_SZ", "/d", remote_path, "/f")
            _put(call, "add", key, "/v", "ProviderName", "/t", "REG_SZ", "/d", "Microsoft Windows Network", "/f")
            for name, number in (("ProviderType", "131072"), ("ConnectionType", "1"), ("DeferFlags", "4"), ("UserName", "0")):
                _put(call, "add", key, "/v", name, "/t", "REG_DWORD", "/d", number, "/f")

        yield change(call, verb="Set-ZdmMappedDrive", target=drive, read=read, wanted={"RemotePath": remote_path}, write=write)


@twin("Set-ZdmPrinterConnection")
def set_printer(call: Call, /, *, sid: str, name: str, state: str) -> Iterator[Row]:
    """A printer connection of somebody who is logged off."""
    path = _profile(call, sid)["LocalPath"].rstrip("\\")
    with _hive(call, sid, path, loaded=False) as root:
        below = f"Printers\\Connections\\{name.replace(chr(92), ',')}"
        key = f"{root}\\{below}"

        def read() -> Row:
            return {"Name": name, "State": "Present" if any(_values(call, root, below)) else "Absent"}

        def write(_: Row) -> None:
            if same(state, "Absent"):
                _put(call, "delete", key, "/f")
                return
            _put(call, "add", key, "/v", "Provider", "/t", "REG_SZ", "/d", "win32spl.dll", "/f")
            _put(call, "add", key, "/v", "Server", "/t", "REG_SZ", "/d", name.rpartition("\\")[0], "/f")
            _put(call, "add", key, "/v", "LocalConnection", "/t", "REG_DWORD", "/d", "1", "/f")

        yield change(call, verb="Set-ZdmPrinterConnection", target=name, read=read, wanted={"State": state}, write=write)


@twin("Move-ZdmFolder")
def move_folder(call: Call, /, *, path: str, destination: str) -> Iterator[Row]:
    """A folder in another place, and what was there kept beside it."""
    for one in (path, destination):
        if _DOTS.search(one):
            raise stop("Precondition", f"'{one}' must not contain . or .. as a folder.", target=one)
    aside = f"{path}-undone"

    def read() -> Row:
        places = {"Exists": path, "Arrived": destination, "Aside": aside}
        return {name: io.is_folder(call, place) for name, place in places.items()}

    found = read()
    if not found["Exists"] and not found["Arrived"]:
        raise stop("NotFound", f"There is no folder '{path}'.", target=path, category="ObjectNotFound")
    if all(found.values()):
        raise stop("AlreadyExists", f"'{aside}' is there already; move it away first.", target=aside)

    def write(before: Row) -> None:
        if before["Arrived"]:
            io.move_folder(call, destination, aside)
        io.move_folder(call, path, destination)
        run = call.native("icacls.exe", destination, "/reset")
        if run.exit_code != 0:
            text = f"'{destination}' is in its place; icacls /reset ended with {run.exit_code}."
            raise stop("NativeExit", text, target=destination)

    yield change(call, verb="Move-ZdmFolder", target=path, read=read, wanted={"Exists": False}, write=write)
