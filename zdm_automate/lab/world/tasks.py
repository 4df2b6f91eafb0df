"""The task scheduler and what runs on a host: tasks, processes, programs that take their time. Values in, values out.

A task runs one batch file of the shape that `batch.py` reads; the program in it is a model from `programs/`, which is asked
again at each moment that it names until it ends. What it means to a migration is nobody's business here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world import files
from zdm_automate.lab.world.batch import read_batch
from zdm_automate.lab.world.programs import Ended, Paused, model_of
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.lab.world.running import Run, Task

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

NEVER_RUN = 267011
RUNNING = 267009
TERMINATED = 267014
LOGON_FAILURE = 0x8007052E
"""Last results: SCHED_S_TASK_HAS_NOT_RUN, ..._RUNNING, ..._TERMINATED, and a password that is no longer right."""

START_DELAY = timedelta(seconds=1)
"""From the call that starts a task until its process is there."""

CLOSING = timedelta(seconds=1)
"""From the end of the program until the batch file has renamed its result."""

SERVICE = "Schedule"
FIRST_PID = 4000
UNKNOWN = 9009
"""Exit code of cmd.exe for a program that is not there."""

KILLED = 1
"""Exit code of a process that taskkill ended."""


def find(world: World, host: str, name: str) -> Task | None:
    """The task of that name."""
    return world.tasks.get(host, {}).get(name.casefold())


def registered(world: World, host: str, task: Task) -> World:
    """The world with this task."""
    own = {**world.tasks.get(host, {}), task.name.casefold(): task}
    return replace(world, tasks={**world.tasks, host: own})


def unregistered(world: World, host: str, name: str) -> World:
    """The world without that task; what it has started goes on."""
    own = {key: one for key, one in world.tasks.get(host, {}).items() if key != name.casefold()}
    return replace(world, tasks={**world.tasks, host: own})


def started(world: World, host: str, name: str) -> World:
    """The world in which a task has been told to run; one that runs or waits already stays as it is."""
    task = find(world, host, name)
    if task is None or task.state in {"Queued", "Running"}:
        return world
    return registered(world, host, replace(task, state="Queued", due=(world.now + START_DELAY).isoformat()))


def ended(world: World, host: str, name: str) -> World:
    """The world in which a task has been told to end: its processes are gone, its last result says so."""
    task = find(world, host, name)
    if task is None or task.state not in {"Queued", "Running"}:
        return world
    for run in world.runs.get(host, ()):
        if run.task == task.name.casefold():
            world = _without(world, host, run)
    return registered(world, host, replace(task, state="Ready", due="", last_result=TERMINATED))


def killed(world: World, host: str, pid: int, *, tree: bool = True) -> World:
    """The world in which somebody has ended a process: the batch file's with all below it, or the program's alone.

    A batch file whose program was killed goes on: it writes down that code. A program whose batch file was killed goes on
    too unless the whole tree was; nobody writes down then how it ends.
    """
    run = next((one for one in world.runs.get(host, ()) if pid in {one.pid, one.child}), None)
    if run is None:
        return world
    if pid == run.child:
        return _finish(world, host, run, KILLED)
    world = _with(world, host, replace(run, orphan=True)) if not tree else _without(world, host, run)
    return _task_done(world, host, run, KILLED)


def host_down(world: World, host: str) -> World:
    """The world in which a host has lost power: nothing runs there, and no task knows how it ended."""
    own = {
        key: replace(task, state="Ready", due="", last_result=RUNNING if task.state == "Running" else task.last_result)
        for key, task in world.tasks.get(host, {}).items()
    }
    tasks = {**world.tasks, host: own} if own else world.tasks
    return replace(world, tasks=tasks, runs={name: runs for name, runs in world.runs.items() if name != host})


def due(world: World) -> datetime | None:
    """When the next thing happens on any host."""
    moments = [datetime.fromisoformat(moment) for moment, _, _ in _pending(world)]
    return min(moments, default=None)


def fire(world: World) -> World:
    """The world after what is due now."""
    for moment, host, what in sorted(_pending(world), key=lambda one: one[:2]):
        if datetime.fromisoformat(moment) > world.now:
            continue
        if isinstance(what, Task):
            world = _begin(world, host, what)
        elif what.phase == "program":
            world = _go_on(world, host, what)
        else:
            world = _close(world, host, what)
    return world


def _pending(world: World) -> list[tuple[str, str, Task | Run]]:
    waiting: list[tuple[str, str, Task | Run]] = [
        (task.due, host, task)
        for host, own in world.tasks.items()
        for task in own.values()
        if task.due and world.hosts[host].powered and world.hosts[host].running(SERVICE)
    ]
    return waiting + [(run.due, host, run) for host, own in world.runs.items() for run in own if run.due]


def _begin(world: World, host: str, task: Task) -> World:
    """A queued task begins: with a password that is no longer right it does not."""
    machine = world.host(host)
    name = task.user.rsplit("\\", 1)[-1].split("@", 1)[0].casefold()
    if task.secret and world.accounts.get(name) != task.secret:
        return registered(world, host, replace(task, state="Ready", due="", last_result=LOGON_FAILURE))
    task = replace(task, state="Running", due="", last_run=world.now.isoformat(), last_result=RUNNING)
    world = registered(world, host, task)
    text = machine.files.get(files.spelled(machine, task.command), "")
    batch = read_batch(text)
    if files.entry(machine, batch.started) is not None or full(world, host):
        return registered(world, host, replace(task, state="Ready", last_result=batch.busy))
    world = files.folder_made(world, machine, batch.started)
    pid = FIRST_PID + 8 * world.processes
    world = replace(world, processes=world.processes + 1)
    run = Run(
        pid=pid,
        child=pid + 4,
        task=task.name.casefold(),
        batch=task.command,
        program=batch.program,
        argv=batch.argv,
        user=task.user,
        folder=batch.folder,
        began=world.now.isoformat(),
        ends=(world.now + timedelta(minutes=task.limit_minutes)).isoformat() if task.limit_minutes else "",
    )
    return _go_on(_with(world, host, run), host, run)


def _go_on(world: World, host: str, run: Run) -> World:
    """Lets the program work up to now and keeps what it says, or closes after its end."""
    if run.ends and world.now >= datetime.fromisoformat(run.ends):
        task = find(world, host, run.task)
        world = _without(world, host, run)
        return registered(world, host, replace(task, state="Ready", last_result=TERMINATED)) if task is not None else world
    try:
        world, answer = model_of(run.program)(world, host, run)
    except NotModelledError as missing:
        # The lab never fakes success: what it does not model ends the program, and its output says why.
        answer = Ended(exit_code=UNKNOWN, out=(f"NotModelled: {missing.message}; the lab cannot answer this.",))
    text = files.text(world.host(host), f"{run.folder}\\stdout.log") or ""
    if answer.out or not text:
        world = files.written(
            world, world.host(host), f"{run.folder}\\stdout.log", text + "".join(f"{o}\r\n" for o in answer.out)
        )
    if isinstance(answer, Paused):
        if answer.until <= world.now:
            raise ValueError(f"{run.program} pauses until {answer.until.isoformat()}, and it is {world.now.isoformat()}")
        moment = answer.until.isoformat()
        if run.ends:
            moment = min(moment, run.ends, key=datetime.fromisoformat)
        return _with(world, host, replace(run, state=answer.state, due=moment))
    return _finish(world, host, run, answer.exit_code)


def _finish(world: World, host: str, run: Run, code: int) -> World:
    """The program is gone: the batch file writes its code down, and renames it a moment later."""
    if run.orphan:
        return _without(world, host, run)
    if files.entry(world.host(host), f"{run.folder}\\store.key") is not None:
        world = files.removed(world, world.host(host), f"{run.folder}\\store.key")
    text = "" if full(world, host) else f"{code}\r\n"
    world = files.written(world, world.host(host), f"{run.folder}\\rc.tmp", text)
    return _with(world, host, replace(run, phase="closing", exit_code=code, due=(world.now + CLOSING).isoformat()))


def _close(world: World, host: str, run: Run) -> World:
    """The rename, the mark of the end, and the task's own result."""
    machine = world.host(host)
    text = files.text(machine, f"{run.folder}\\rc.tmp") or ""
    world = files.removed(world, machine, f"{run.folder}\\rc.tmp")
    world = files.written(world, world.host(host), f"{run.folder}\\rc", text)
    world = files.written(world, world.host(host), f"{run.folder}\\ended", text)
    return _task_done(_without(world, host, run), host, run, run.exit_code)


def _task_done(world: World, host: str, run: Run, code: int) -> World:
    task = find(world, host, run.task)
    if task is None or task.state != "Running":
        return world
    return registered(world, host, replace(task, state="Ready", last_result=code & 0xFFFFFFFF))


def _with(world: World, host: str, run: Run) -> World:
    own = tuple(one for one in world.runs.get(host, ()) if one.pid != run.pid)
    return replace(world, runs={**world.runs, host: (*own, run)})


def _without(world: World, host: str, run: Run) -> World:
    own = tuple(one for one in world.runs.get(host, ()) if one.pid != run.pid)
    return replace(world, runs={**world.runs, host: own})


def full(world: World, host: str) -> bool:
    """Whether the system drive takes nothing more."""
    volume = world.volumes.get(host, {}).get("C")
    return volume is not None and volume.free <= 0
