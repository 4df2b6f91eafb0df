"""The task scheduler: the ScheduledTasks cmdlets, `schtasks` of 2003, the Schedule.Service object, processes and drives."""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from zdm_automate.lab.call import Call, Native, Row, cmdlet, native, wmi_class
from zdm_automate.lab.world import tasks
from zdm_automate.lab.world.model import account_hash
from zdm_automate.lab.world.refusal import NotModelledError, Refusal
from zdm_automate.lab.world.running import Task
from zdm_automate.lab.world.volumes import Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "ScheduledTasks"
STATES = {"Disabled": 1, "Queued": 2, "Ready": 3, "Running": 4}
SYSTEM = "SYSTEM"
_SIGN = 1 << 31
_COMMAND = re.compile(r'<Command>cmd\.exe</Command><Arguments>/d /c "([^"]+)"</Arguments>')
_LIMIT = re.compile(r"<ExecutionTimeLimit>PT(\d+)[SM]</ExecutionTimeLimit>")
_SYSTEM_DRIVE = Volume(letter="C", size=120 * 2**30, other=45 * 2**30)
"""The drive of a host whose definition tells of none."""


def _refused(code: int, command: str, message: str, category: str = "ObjectNotFound") -> Refusal:
    return Refusal(f"HRESULT 0x{code:08x},{command}", message, category=category)


def _known_task(call: Call, name: str, path: str, command: str) -> Task:
    found = tasks.find(call.world, call.host_name, name)
    if found is None or found.folder.casefold() != path.casefold():
        raise _refused(0x80070002, command, "The system cannot find the file specified.")
    return found


def register(call: Call, *, name: str, folder: str, xml: str, user: str, password: str | None, command: str) -> Task:
    """Registers a task by its definition; with a password the scheduler logs on with it at once.

    Raises:
        Refusal: account or password are wrong.
        NotModelledError: a task of another shape than a job's.
    """
    program = _COMMAND.search(xml)
    if program is None:
        raise NotModelledError("the lab models the tasks of jobs only", host=call.host_name)
    secret = ""
    if user.upper() != SYSTEM:
        logon = user.rsplit("\\", 1)[-1].split("@", 1)[0].casefold()
        if logon not in call.world.accounts:
            said = "No mapping between account names and security IDs was done. (14,8):UserId:"
            raise _refused(0x80070534, command, said, "NotSpecified")
        secret = account_hash(logon, password or "")
        if call.world.accounts[logon] != secret:
            raise _refused(0x8007052E, command, "The user name or password is incorrect.", "AuthenticationError")
    limit = _LIMIT.search(xml)
    made = Task(
        name=name,
        folder=folder,
        command=unescape(program[1]),
        user=user,
        secret=secret,
        limit_minutes=int(limit[1]) if limit else 0,
        registered=call.world.now.isoformat(),
    )
    call.update(tasks.registered(call.world, call.host_name, made))
    return made


def _row(task: Task) -> Row:
    return {"TaskName": task.name, "TaskPath": task.folder, "State": task.state, "URI": task.folder + task.name}


@cmdlet("Register-ScheduledTask", module=MODULE, level=1)
def register_scheduled_task(
    call: Call, /, *, TaskName: str, Xml: str, TaskPath: str = "\\", User: str = "", Password: str = ""
) -> Iterator[Row]:
    """Registers a task from its definition; one that is there is not replaced."""
    if tasks.find(call.world, call.host_name, TaskName) is not None:
        said = "Cannot create a file when that file already exists."
        raise _refused(0x800700B7, "Register-ScheduledTask", said, "ResourceExists")
    made = register(
        call,
        name=TaskName,
        folder=TaskPath,
        xml=Xml,
        user=User or SYSTEM,
        password=Password or None,
        command="Register-ScheduledTask",
    )
    yield _row(made)


@cmdlet("Get-ScheduledTask", module=MODULE, level=1)
def get_scheduled_task(call: Call, /, *, TaskName: str = "*") -> Iterator[Row]:
    """The tasks whose name fits a pattern; without one that does, nothing."""
    if "*" not in TaskName:
        raise NotModelledError("the lab does not model Get-ScheduledTask without a pattern", host=call.host_name)
    for task in call.world.tasks.get(call.host_name, {}).values():
        if fnmatchcase(task.name.casefold(), TaskName.casefold()):
            yield _row(task)


@cmdlet("Get-ScheduledTaskInfo", module=MODULE, level=1)
def get_scheduled_task_info(call: Call, /, *, TaskName: str = "", TaskPath: str = "\\") -> Iterator[Row]:
    """When a task ran last and how that ended."""
    task = _known_task(call, TaskName, TaskPath, "Get-ScheduledTaskInfo")
    yield {
        "TaskName": task.name,
        "TaskPath": task.folder,
        "LastTaskResult": task.last_result,
        "LastRunTime": datetime.fromisoformat(task.last_run) if task.last_run else None,
    }


@cmdlet("Start-ScheduledTask", module=MODULE, level=1)
def start_scheduled_task(call: Call, /, *, TaskName: str, TaskPath: str = "\\") -> None:
    """Tells a task to run."""
    task = _known_task(call, TaskName, TaskPath, "Start-ScheduledTask")
    call.update(tasks.started(call.world, call.host_name, task.name))


@cmdlet("Stop-ScheduledTask", module=MODULE, level=1)
def stop_scheduled_task(call: Call, /, *, TaskName: str, TaskPath: str = "\\") -> None:
    """Ends what a task has started."""
    task = _known_task(call, TaskName, TaskPath, "Stop-ScheduledTask")
    call.update(tasks.ended(call.world, call.host_name, task.name))


@cmdlet("Unregister-ScheduledTask", module=MODULE, level=1)
def unregister_scheduled_task(call: Call, /, *, TaskName: str, TaskPath: str = "\\") -> None:
    """Removes a task."""
    task = _known_task(call, TaskName, TaskPath, "Unregister-ScheduledTask")
    call.update(tasks.unregistered(call.world, call.host_name, task.name))


def com_tasks(call: Call) -> list[Row]:
    """ITaskFolder.GetTasks of the root folder; a result has a sign there."""
    call.used.append("com:Schedule.Service")
    return [
        {
            "Name": task.name,
            "State": STATES[task.state],
            "LastTaskResult": task.last_result - 2 * _SIGN if task.last_result >= _SIGN else task.last_result,
        }
        for task in call.world.tasks.get(call.host_name, {}).values()
        if task.folder == "\\"
    ]


def com_register(call: Call, name: str, xml: str, user: str, password: str | None) -> None:
    """ITaskFolder.RegisterTask, create or update."""
    call.used.append("com:Schedule.Service")
    register(call, name=name, folder="\\", xml=xml, user=user, password=password, command="Schedule.Service")


def com_do(call: Call, name: str, do: str) -> None:
    """IRegisteredTask.Run and Stop, ITaskFolder.DeleteTask."""
    call.used.append("com:Schedule.Service")
    task = _known_task(call, name, "\\", "Schedule.Service")
    act = {"Run": tasks.started, "End": tasks.ended, "Delete": tasks.unregistered}[do]
    call.update(act(call.world, call.host_name, task.name))


@native("schtasks")
def schtasks(call: Call, argv: tuple[str, ...]) -> Native:
    """Schtasks of Windows Server 2003: Create for the system's own account, Run, End, Delete, Query as CSV."""
    words = [word.casefold() if word.startswith("/") else word for word in argv]
    named = words[words.index("/tn") + 1] if "/tn" in words else ""
    do = words[0]
    if do == "/query" and words[1:] == ["/fo", "CSV", "/v"]:
        return Native(0, tuple(_csv(call)))
    if do == "/create" and words[words.index("/ru") + 1] == SYSTEM and "/rp" not in words:
        made = Task(name=named, command=words[words.index("/tr") + 1], user=SYSTEM, registered=call.world.now.isoformat())
        call.update(tasks.registered(call.world, call.host_name, made))
        return Native(0, (f'SUCCESS: The scheduled task "{named}" has successfully been created.',))
    act = {"/run": tasks.started, "/end": tasks.ended, "/delete": tasks.unregistered}.get(do)
    if act is None:
        raise NotModelledError(f"the lab does not model schtasks {' '.join(argv)}", host=call.host_name)
    if tasks.find(call.world, call.host_name, named) is None:
        return Native(1, (), ("ERROR: The system cannot find the file specified.",))
    call.update(act(call.world, call.host_name, named))
    return Native(0, (f'SUCCESS: "{named}".',))


def _csv(call: Call) -> Iterator[str]:
    head = (
        "HostName",
        "TaskName",
        "Next Run Time",
        "Status",
        "Logon mode",
        "Last Run Time",
        "Last Result",
        "Creator",
        "Schedule",
    )
    found = list(call.world.tasks.get(call.host_name, {}).values())
    if found:
        yield ",".join(f'"{name}"' for name in (*head, "Task To Run"))
    for task in found:
        signed = task.last_result - 2 * _SIGN if task.last_result >= _SIGN else task.last_result
        status = "Running" if task.state in {"Queued", "Running"} else ""
        row = (
            call.host_name,
            task.name,
            "Never",
            status,
            "Background only",
            "Never",
            str(signed),
            SYSTEM,
            "Once",
            task.command,
        )
        yield ",".join(f'"{value}"' for value in row)


@native("taskkill")
def taskkill(call: Call, argv: tuple[str, ...]) -> Native:
    """`taskkill /F [/T] /PID n`."""
    words = [word.casefold() for word in argv]
    if words[:1] != ["/f"] or "/pid" not in words:
        raise NotModelledError(f"the lab does not model taskkill {' '.join(argv)}", host=call.host_name)
    pid = int(words[words.index("/pid") + 1])
    if not any(pid in {run.pid, run.child} for run in call.world.runs.get(call.host_name, ())):
        return Native(128, (), (f'ERROR: The process "{pid}" not found.',))
    call.update(tasks.killed(call.world, call.host_name, pid, tree="/t" in words))
    return Native(0, (f"SUCCESS: The process with PID {pid} has been terminated.",))


@wmi_class("Win32_Process")
def win32_process(call: Call) -> Iterator[Row]:
    """The system's own processes in short, and what tasks have started."""
    yield {"ProcessId": 4, "ParentProcessId": 0, "Name": "System", "CommandLine": None}
    for run in call.world.runs.get(call.host_name, ()):
        if not run.orphan:
            line = f'cmd.exe /d /c "{run.batch}"'
            yield {"ProcessId": run.pid, "ParentProcessId": 4, "Name": "cmd.exe", "CommandLine": line}
        if run.phase == "program":
            name = run.program.rpartition("\\")[2]
            yield {"ProcessId": run.child, "ParentProcessId": run.pid, "Name": name, "CommandLine": run.command_line}


@wmi_class("Win32_LogicalDisk")
def win32_logical_disk(call: Call) -> Iterator[Row]:
    """The drives with their size and what is free on them."""
    own = {"C": _SYSTEM_DRIVE, **call.world.volumes.get(call.host_name, {})}
    for letter, volume in sorted(own.items()):
        yield {
            "DeviceID": f"{letter}:",
            "DriveType": 3,
            "FileSystem": volume.file_system,
            "Size": volume.size,
            "FreeSpace": volume.free,
        }
