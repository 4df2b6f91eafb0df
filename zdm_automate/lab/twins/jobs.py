"""Twins of the verbs that begin, stop and remove jobs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from zdm_automate.errors import InputError
from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.cmdlets import tasks as scheduler
from zdm_automate.lab.twins.jobs_seen import ROOT, state_of, surrounding
from zdm_automate.lab.twins.pattern import change, host_now, stamp, stop, twin
from zdm_automate.lab.twins.same import same
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

ARCHIVE = "C:\\Zdm\\archive"
LONGEST = 7000
WALKS = ("Get-ZdmFolderList", "Test-ZdmLeftOut", "New-ZdmTally", "Add-ZdmTally", "ConvertTo-ZdmTallyLine")
"""What both walks through trees lean on."""

_SPECIAL = re.compile(r"[\s&|<>^(),;=!`+\[\]{}~']")
_BROKEN = re.compile(r'["\x00-\x1f]')
_PRINTABLE = re.compile(r"^[\x20-\x7e]*$")


def _quoted(job: str, word: str) -> str:
    if not word or _BROKEN.search(word):
        raise stop(
            "Precondition",
            f"An argument of a job must not be empty and has no quotes or control characters: '{word}'.",
            target=job,
        )
    if _SPECIAL.search(word):
        word = f'"{word}\\"' if word.endswith("\\") else f'"{word}"'
    return word.replace("%", "%%")


def batch_of(folder: str, command: str, work: str, *, wide: bool) -> str:
    """The text of run.cmd."""
    lines = [
        "@echo off",
        *(["chcp 65001 >nul"] if wide else []),
        f'set "ZDM_JOB={folder}"',
        'md "%ZDM_JOB%\\started" 2>nul || exit /b 257',
        f'cd /d "{work}"',
        f'{command} >"%ZDM_JOB%\\stdout.log" 2>"%ZDM_JOB%\\stderr.log"',
        "set ZDM_RC=%ERRORLEVEL%",
        'if exist "%ZDM_JOB%\\store.key" del /f /q "%ZDM_JOB%\\store.key"',
        '>"%ZDM_JOB%\\rc.tmp" echo %ZDM_RC%',
        'ren "%ZDM_JOB%\\rc.tmp" rc',
        '>"%ZDM_JOB%\\ended" echo %ZDM_RC%',
        "exit /b %ZDM_RC%",
    ]
    return "\r\n".join(lines) + "\r\n"


@cache
def script_of(name: str) -> str:
    """Get-ZdmJobScript of the prelude: the function, what it leans on, and its call."""
    canonical = {"measure-zdmtree": "Measure-ZdmTree", "compare-zdmtree": "Compare-ZdmTree"}[name.casefold()]
    prelude = Library.load(folders("ps_scripts")).prelude_text
    parts = [*WALKS, canonical]
    call = "Measure-ZdmTree -Path $Path"
    if canonical == "Compare-ZdmTree":
        parts = ["ConvertTo-ZdmUtc", "Stop-ZdmVerb", "Test-ZdmCommand", "Invoke-ZdmNative", "Get-ZdmFileState", *parts]
        call = "Compare-ZdmTree -Source $Path -Target $Target"
    lines = [f"# {name}", "param([string]$Path, [string]$Target, [string]$Log)", "$ErrorActionPreference = 'Stop'"]
    for part in parts:
        found = re.search(rf"^function {part} (\{{\n.*?^\}})$", prelude, re.DOTALL | re.MULTILINE)
        if found is None:
            raise InputError(f"the prelude has no function {part}, which a job leans on.")
        lines.append(f"function {part} {found[1]}")
    lines += [
        f"$found = @({call})",
        '[System.IO.File]::WriteAllText($Log, ($found -join "`r`n") + "`r`n", [System.Text.Encoding]::Unicode)',
    ]
    return "\n".join(lines).replace("\n", "\r\n") + "\r\n"


def _register(
    call: Call, way: str, name: str, batch: str, about: str, minutes: int, credential: tuple[str, str] | None
) -> None:
    """Register-ZdmTask of the prelude."""
    if way == "schtasks":
        line = ("/Create", "/SC", "ONCE", "/ST", "23:59:00", "/TN", name, "/TR", batch, "/RU", "SYSTEM")
        call.native("schtasks.exe", *line)
        return
    limit = f"PT{minutes}M" if minutes > 0 else "PT0S"
    who = f"{escape(credential[0])}</UserId><LogonType>Password</LogonType>" if credential else "S-1-5-18</UserId>"
    xml = (
        f"<UserId>{who}<Description>{escape(about)}</Description><ExecutionTimeLimit>{limit}</ExecutionTimeLimit>"
        f'<Command>cmd.exe</Command><Arguments>/d /c "{batch}"</Arguments>'
    )
    if way == "module":
        given = {"User": credential[0], "Password": credential[1]} if credential else {}
        call.cmdlet("Register-ScheduledTask", TaskName=name, TaskPath="\\Zdm\\", Xml=xml, **given)
    else:
        user, password = credential or ("SYSTEM", None)
        scheduler.com_register(call, name, xml, user, password)


def _do(call: Call, way: str, name: str, do: str) -> None:
    """Invoke-ZdmTask of the prelude."""
    if way == "module":
        verb = {"Run": "Start", "End": "Stop", "Delete": "Unregister"}[do]
        call.cmdlet(f"{verb}-ScheduledTask", TaskPath="\\Zdm\\", TaskName=name)
    elif way == "com":
        scheduler.com_do(call, name, do)
    else:
        run = call.native("schtasks.exe", f"/{do}", "/TN", name, *(["/F"] if do == "Delete" else []))
        if run.exit_code:
            raise stop("NativeExit", f"schtasks /{do} ended with {run.exit_code}.", target=name)


@twin("Start-ZdmJob")
def start_job(
    call: Call,
    /,
    *,
    job_id: str,
    kind: str,
    label: str,
    file_path: str,
    argument_list: Sequence[str] = (),
    working_directory: str = "C:\\Windows",
    log_name: str = "stdout.log",
    volume: str = "",
    total_bytes: str = "",
    timeout_minutes: int = 0,
    function: str = "",
    credential: tuple[str, str] | None = None,
) -> Iterator[Row]:
    """Folder, task, start: each only where it is not there yet."""
    job = job_id.lower()
    folder = f"{ROOT}\\{job}"
    command = " ".join(_quoted(job, word) for word in (file_path, *argument_list))
    if len(command) > LONGEST:
        raise stop("Precondition", "The command line is longer than cmd.exe takes.", target=job)
    around = surrounding(call)
    if around.way == "none":
        said = "The service Schedule does not run; no task can be registered or started."
        raise stop("Precondition", said, target="Schedule")
    user = credential[0] if credential else "SYSTEM"
    if around.way == "schtasks" and not same(user, "SYSTEM"):
        raise stop(
            "Unsupported",
            "Windows Server 2003 takes a password for a task on the command line only; start the job without a credential, "
            "or on the new server.",
            target=job,
        )
    plain = bool(_PRINTABLE.match(command + working_directory))
    if not plain and around.way != "module":
        said = "On hosts before 2012 a batch file has no characters beyond ASCII; start the job on the new server."
        raise stop("Unsupported", said, target=job)

    def read() -> Row:
        now = state_of(call, job, surrounding(call))
        fields = {name: now[name] for name in ("Kind", "Command", "RunAs", "Registered", "Launched")}
        return {"Exists": io.is_file(call, f"{folder}\\job.txt"), **fields}

    def write(before: Row) -> None:
        letter = volume.upper()
        if letter and letter not in around.free:
            raise stop("NotFound", f"This host has no drive {volume}.", target=volume, category="ObjectNotFound")
        if io.full(call):
            said = "The folder of the job cannot be written: There is not enough space on the disk."
            raise stop("Precondition", said, target=folder, category="WriteError")
        io.make_folder(call, folder)
        io.write_all(call, f"{folder}\\run.cmd", batch_of(folder, command, working_directory, wide=not plain))
        if function:
            io.write_all(call, f"{folder}\\job.ps1", script_of(function))
        name = f"Zdm-{job}"
        if not before["Registered"]:
            _register(call, around.way, name, f"{folder}\\run.cmd", label, timeout_minutes, credential)
        if not before["Exists"]:
            about = {
                "JobId": job,
                "Kind": kind,
                "Label": label,
                "Command": command,
                "RunAs": user,
                "LogName": log_name,
                "Volume": letter,
                "TotalBytes": total_bytes,
                "FreeBytes": str(around.free[letter]) if letter else "",
                "CreatedUtc": stamp(host_now(call)),
            }
            io.write_all(call, f"{folder}\\job.txt", "".join(f"{one}={value}\r\n" for one, value in about.items()))
        _do(call, around.way, name, "Run")

    found = read()
    if found["Exists"] and (not same(found["Kind"], kind) or found["Command"] != command):
        raise stop("AlreadyExists", f"The job {job} is there with another command.", target=job)
    yield change(call, verb="Start-ZdmJob", target=job, read=read, wanted={"Launched": True}, write=write)


@twin("Stop-ZdmJob")
def stop_job(call: Call, /, *, job_id: str) -> Iterator[Row]:
    """The mark, the task, then the processes that are left."""
    job = job_id.lower()
    folder = f"{ROOT}\\{job}"
    if not io.is_file(call, f"{folder}\\job.txt"):
        raise stop("NotFound", f"There is no job {job}.", target=job, category="ObjectNotFound")

    def read() -> Row:
        now = state_of(call, job, surrounding(call))
        return {"Processes": now["Processes"], "Queued": now["TaskState"] == "Queued", "Stopped": now["Stopped"]}

    def write(_: Row) -> None:
        io.write_all(call, f"{folder}\\stopped", stamp(host_now(call)) + "\r\n")
        around = surrounding(call)
        if any(same(row["TaskName"], f"Zdm-{job}") for row in around.tasks):
            _do(call, around.way, f"Zdm-{job}", "End")
        for row in surrounding(call).processes:
            if job in str(row["CommandLine"]).casefold():
                call.native("taskkill.exe", "/F", "/T", "/PID", str(row["ProcessId"]))

    before = read()
    busy = before["Processes"] > 0 or before["Queued"]
    wanted = {"Processes": 0, "Queued": False} if busy else {}
    yield change(call, verb="Stop-ZdmJob", target=job, read=read, wanted=wanted, write=write)


@twin("Remove-ZdmJob")
def remove_job(call: Call, /, *, job_id: str) -> Iterator[Row]:
    """The task with its password goes, the folder is kept in the archive."""
    job = job_id.lower()
    folder, archive = f"{ROOT}\\{job}", f"{ARCHIVE}\\{job}"
    way = way_of_jobs(call)

    def read() -> Row:
        now = state_of(call, job, surrounding(call))
        return {
            "Exists": io.is_folder(call, folder),
            "Registered": now["Registered"],
            "Archived": io.is_folder(call, archive),
            "Processes": now["Processes"],
        }

    def write(before: Row) -> None:
        if before["Registered"]:
            _do(call, way, f"Zdm-{job}", "Delete")
        if before["Exists"]:
            io.make_folder(call, ARCHIVE)
            io.move_folder(call, folder, archive)

    before = read()
    if before["Processes"] > 0:
        raise stop("Locked", f"The job {job} runs; stop it first.", target=job, category="ResourceBusy")
    if before["Exists"] and before["Archived"]:
        raise stop("AlreadyExists", f"{archive} is there already.", target=archive)
    yield change(call, verb="Remove-ZdmJob", target=job, read=read, wanted={"Exists": False, "Registered": False}, write=write)


def way_of_jobs(call: Call) -> str:
    """How tasks are reached, where there must be one.

    Raises:
        Refusal: the service does not run.
    """
    way = surrounding(call).way
    if way == "none":
        said = "The service Schedule does not run; no task can be removed."
        raise stop("Precondition", said, target="Schedule")
    return way
