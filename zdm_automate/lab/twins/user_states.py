"""Twins of the verbs about migration stores: their keys, their rule files, the stores themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.twins.jobs_seen import ROOT
from zdm_automate.lab.twins.pattern import change, made, stamp, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

_KEY = re.compile(r"[!-~][ -~]{6,254}[!-~]")
_DOTS = re.compile(r"\\\.\.?(\\|$)")


@twin("New-ZdmUserStateKey")
def new_key(call: Call, /, *, job_id: str, credential: tuple[str, str]) -> Iterator[Row]:
    """A key in a job's folder, for administrators only."""
    folder = f"{ROOT}\\{job_id.lower()}"
    path = f"{folder}\\store.key"
    if io.is_file(call, f"{folder}\\rc") or io.is_file(call, f"{folder}\\rc.tmp"):
        raise stop("Precondition", f"The job {job_id} has ended; its key is not laid down again.", target=path)
    key = credential[1]
    if _KEY.fullmatch(key) is None:
        text = "A store's key has 8 to 256 plain letters, digits or signs, and no blank at its ends."
        raise stop("Precondition", text, target=path)

    def read() -> Row:
        there = io.is_file(call, path)
        fits = there and io.read_all(call, path) == key
        if there and not fits:
            raise stop("AlreadyExists", f"'{path}' is there with another key.", target=path)
        return {"Exists": there, "Fits": fits}

    def write(_: Row) -> None:
        io.make_folder(call, folder)
        io.write_all(call, path, "")
        run = call.native("icacls.exe", path, "/inheritance:r", "/grant:r", "*S-1-5-18:F", "*S-1-5-32-544:F")
        if run.exit_code != 0:
            call.cmdlet("Remove-Item", LiteralPath=path, Force=True)
            raise stop("NativeExit", f"icacls ended with {run.exit_code}; no key was written.", target=path)
        io.write_all(call, path, key)

    yield change(call, verb="New-ZdmUserStateKey", target=path, read=read, wanted={"Exists": True}, write=write)


@twin("New-ZdmUserStateRule")
def new_rule(call: Call, /, *, path: str, line: Sequence[str]) -> Iterator[Row]:
    """A rule file that is not overwritten."""
    text = "\r\n".join(line) + "\r\n"

    def read() -> Row:
        there = io.is_file(call, path)
        fits = there and io.read_all(call, path) == text.removeprefix(io.BOM)
        if there and not fits:
            raise stop("AlreadyExists", f"'{path}' is there with another text.", target=path)
        return {"Exists": there, "Fits": fits}

    def write(_: Row) -> None:
        io.make_folder(call, path.rpartition("\\")[0])
        io.write_all(call, path, text)

    yield change(call, verb="New-ZdmUserStateRule", target=path, read=read, wanted={"Exists": True}, write=write)


@twin("Get-ZdmUserStateStore")
def get_store(call: Call, /, *, path: Sequence[str]) -> Iterator[Row]:
    """One object for each folder."""
    free = {row["DeviceID"].casefold(): row["FreeSpace"] for row in call.wmi("Win32_LogicalDisk")}
    for one in path:
        image = f"{one}\\USMT\\USMT.MIG"
        row: Row = {"Path": one, "Exists": io.is_file(call, image), "Bytes": None, "ModifiedUtc": None}
        row["FreeBytes"] = free.get(one[:2].casefold())
        if row["Exists"]:
            item = call.cmdlet("Get-Item", LiteralPath=image, Force=True)[0]
            row |= {"Bytes": item["Length"], "ModifiedUtc": stamp(item["LastWriteTime"])}
        yield made(call, "Zdm.UserStateStore", **row)


@twin("Remove-ZdmUserStateStore")
def remove_store(call: Call, /, *, path: str) -> Iterator[Row]:
    """A store with all in it."""
    if _DOTS.search(path):
        raise stop("Precondition", f"'{path}' must not contain . or .. as a folder.", target=path)
    folder = f"{path}\\USMT"

    def read() -> Row:
        found = {"Exists": io.is_file(call, f"{folder}\\USMT.MIG"), "Folder": io.is_folder(call, folder)}
        if found["Folder"] and not found["Exists"]:
            raise stop("Precondition", f"'{folder}' holds no compressed store; it is left alone.", target=path)
        return found

    def write(_: Row) -> None:
        call.cmdlet("Remove-Item", LiteralPath=folder, Recurse=True, Force=True)

    yield change(call, verb="Remove-ZdmUserStateStore", target=path, read=read, wanted={"Exists": False}, write=write)
