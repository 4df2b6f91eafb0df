"""Twin of the reader of jobs: what folders, tasks and processes show, and the end of a log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Row
from zdm_automate.lab.cmdlets import io_classes as io
from zdm_automate.lab.cmdlets import tasks as scheduler
from zdm_automate.lab.twins.pattern import made, stamp, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call

ROOT = "C:\\Zdm\\jobs"
NEVER_RUN = 267011

_CSV = re.compile(r'^"[^"]*","\\?(Zdm-[^"]+)","[^"]*","([^"]*)","[^"]*","[^"]*","(-?[0-9]{1,10})"', re.IGNORECASE)
_WORDS = ("Kind", "Label", "Command", "RunAs", "LogName", "Volume", "CreatedUtc", "TotalBytes", "FreeBytes")
_NAMES = ("Unknown", "Disabled", "Queued", "Ready", "Running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounding:
    """Get-ZdmJobSurrounding of the prelude."""

    processes: list[Row]
    way: str
    tasks: list[Row]
    booted: str
    free: dict[str, int]


def way_of(call: Call) -> str:
    """Get-ZdmTaskWay of the prelude."""
    service = next((row for row in call.wmi("Win32_Service") if same(row["Name"], "Schedule")), None)
    if service is None or service["State"] != "Running":
        return "none"
    if call.has("Get-ScheduledTask"):
        return "module"
    return "schtasks" if str(call.wmi("Win32_OperatingSystem")[0]["Version"]).startswith("5.") else "com"


def _unsigned(result: int) -> int:
    return result + 2**32 if result < 0 else result


def _tasks(call: Call, way: str) -> Iterator[Row]:
    """Get-ZdmTaskRow of the prelude."""
    if way == "module":
        for task in call.cmdlet("Get-ScheduledTask", TaskName="Zdm-*"):
            info = call.cmdlet("Get-ScheduledTaskInfo", TaskPath=task["TaskPath"], TaskName=task["TaskName"])[0]
            yield {"TaskName": task["TaskName"], "State": task["State"], "Result": info["LastTaskResult"]}
    elif way == "com":
        for task in scheduler.com_tasks(call):
            if task["Name"].casefold().startswith("zdm-"):
                result = _unsigned(task["LastTaskResult"])
                yield {"TaskName": task["Name"], "State": _NAMES[task["State"]], "Result": result}
    elif way == "schtasks":
        listed = call.native("schtasks.exe", "/Query", "/FO", "CSV", "/V").out
        yield from (row for line in listed if (row := listed_task(line)) is not None)


def listed_task(line: str) -> Row | None:
    """The task of a job in a line of `schtasks /Query /FO CSV /V`; None for any other line."""
    found = _CSV.match(line)
    if found is None:
        return None
    return {
        "TaskName": found[1],
        "State": "Running" if found[2] else "Present",
        "Result": _unsigned(int(found[3])) or NEVER_RUN,
    }


def surrounding(call: Call) -> Surrounding:
    """Get-ZdmJobSurrounding of the prelude."""
    processes = [row for row in call.wmi("Win32_Process") if "zdm\\jobs" in str(row["CommandLine"]).casefold()]
    way = way_of(call)
    boot = str(call.wmi("Win32_OperatingSystem")[0]["LastBootUpTime"])
    return Surrounding(
        processes=processes,
        way=way,
        tasks=list(_tasks(call, way)),
        booted=stamp(datetime.strptime(boot[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)),
        free={row["DeviceID"]: row["FreeSpace"] for row in call.wmi("Win32_LogicalDisk")},
    )


def _text(call: Call, path: str) -> str | None:
    return io.read_all(call, path).strip() if io.is_file(call, path) else None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]+", text) else None


def state_of(call: Call, job: str, around: Surrounding) -> Row:
    """Get-ZdmJobState of the prelude."""
    folder = f"{ROOT}\\{job}"
    words = dict.fromkeys(_WORDS, "")
    for line in re.split(r"\r?\n", _text(call, f"{folder}\\job.txt") or ""):
        name, sign, value = line.partition("=")
        if sign and re.fullmatch(r"\w+", name):
            words[name] = value
    task = next((row for row in around.tasks if same(row["TaskName"], f"Zdm-{job}")), None)
    processes = [row for row in around.processes if job.casefold() in str(row["CommandLine"]).casefold()]
    state = "Unknown" if around.way == "none" else task["State"] if task else ""
    result = task["Result"] if task else None
    started = stamp(io.time_of(call, f"{folder}\\started")) if io.is_folder(call, f"{folder}\\started") else None
    ended = stamp(io.time_of(call, f"{folder}\\ended")) if io.is_file(call, f"{folder}\\ended") else None
    code = _text(call, f"{folder}\\rc")
    known = task["State"] if task else ""
    launched = (
        started is not None
        or code is not None
        or (around.way != "none" and known in {"Running", "Queued"})
        or (result is not None and result != NEVER_RUN)
    )
    return {
        "JobId": job,
        "Kind": words["Kind"],
        "Title": words["Label"],
        "Command": words["Command"],
        "RunAs": words["RunAs"],
        "CreatedUtc": words["CreatedUtc"],
        "Launched": launched,
        "Registered": task is not None,
        "TaskState": state,
        "TaskResult": result,
        "StartedUtc": started,
        "EndedUtc": ended,
        "ExitText": code,
        "Closing": io.is_file(call, f"{folder}\\rc.tmp"),
        "Stopped": io.is_file(call, f"{folder}\\stopped"),
        "ProcessId": processes[0]["ProcessId"] if processes else None,
        "Processes": len(processes),
        "BootedUtc": around.booted,
        "LogName": words["LogName"],
        "TotalBytes": _whole(words["TotalBytes"]),
        "FreeBytesBefore": _whole(words["FreeBytes"]),
        "FreeBytesNow": around.free.get(words["Volume"]) if words["Volume"] else None,
    }


@twin("Get-ZdmJob")
def get_job(
    call: Call, /, *, job_id: Sequence[str] = (), without: Sequence[str] = (), offset: str = "", tail_bytes: int = 2048
) -> Iterator[Row]:
    """All jobs or those named, but for those that are left out, each with a piece of its log."""
    if not io.is_folder(call, ROOT):
        return
    around = surrounding(call)
    for folder in io.folders_in(call, ROOT):
        name = folder.rpartition("\\")[2]
        if (job_id and not any(same(name, one) for one in job_id)) or any(same(name, one) for one in without):
            continue
        if not io.is_file(call, f"{folder}\\job.txt"):
            continue
        row = state_of(call, name, around)
        log = f"{folder}\\{row['LogName']}"
        row |= {"LogBytes": 0, "LogOffset": 0, "LastOutputUtc": None, "Tail": []}
        if row["LogName"] and io.is_file(call, log):
            row |= {"LastOutputUtc": stamp(io.time_of(call, log)), **_piece(io.read_bytes(call, log), offset, tail_bytes)}
        yield made(call, "Zdm.Job", **row)


def _piece(data: bytes, offset: str, size: int) -> dict[str, Any]:
    """A part of a log, up to its last whole line."""
    wide = data[:2] == b"\xff\xfe"
    width = 2 if wide else 1
    start = max(0, int(offset) if offset else len(data) - size)
    if wide and start % 2:
        start += 1
    start = min(start, len(data))
    got = data[start : start + size]
    end = len(got) - len(got) % width
    while end >= width and not (got[end - width] == ord("\n") and (width == 1 or got[end - 1] == 0)):
        end -= width
    end = 0 if end < width else end
    if end == 0 and len(got) >= size:
        end = len(got) - len(got) % width
    text = got[:end].decode("utf-16-le" if wide else "utf-8", "replace")
    lines = [line.strip("\ufeff") for line in re.split(r"\r\n|\n|\r", text)]
    lines = [line for line in lines if line.strip()]
    if not offset and start > 0 and len(lines) > 1:
        lines = lines[1:]
    return {"LogBytes": len(data), "LogOffset": start + end, "Tail": lines}
