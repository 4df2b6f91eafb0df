"""The fault matrix of jobs: every fault at every moment of every kind of job. Right state, never begun twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.jobs import Job
from zdm_automate.job_kinds import JobState, kinds
from zdm_automate.jobs import judge
from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.perform import perform
from zdm_automate.lab.world import files, tasks
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.model import World, account_hash
from zdm_automate.lab.world.restart import rebooted
from zdm_automate.lab.world.volumes import Volume
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.wire import _known

HOST = "NEW"
JOB = "0a4f3c1e-9b7d-4e21-8c55-0123456789ab"
FOLDER = f"C:\\Zdm\\jobs\\{JOB}"
ADMIN = ("Administrator", "Lab-Jobs-2026!")
LONG, SHORT = ("-n", "300", "127.0.0.1"), ("-n", "1", "127.0.0.1")

MOMENTS = ("before start", "queued", "running", "finishing", "done")


@cache
def library() -> Library:
    return Library.load(folders("ps_scripts"))


@cache
def office() -> World:
    _known()
    made = load_office(find_office("tiny"))
    user = ADMIN[0].casefold()
    made = replace(made, accounts={user: account_hash(*ADMIN)})
    return made.with_volume(HOST, Volume(letter="C", size=100 * 2**30, other=40 * 2**30))


def call(world: World, verb: str, **arguments: Any) -> tuple[World, tuple[dict[str, Any], ...], str]:
    made = perform(world, HOST, library()[verb], arguments)
    return made.world, made.rows, made.error.error_id if made.error else ""


def start(world: World, kind: str) -> tuple[World, str]:
    """Starts the one job of these tests; called again it must meet it."""
    given = {"JobId": JOB, "Kind": kind, "Label": "matrix", "FilePath": "ping.exe", "ArgumentList": list(LONG)}
    world, _, error = call(world, "Start-ZdmJob", **given, Credential=ADMIN)
    return world, error


def job(world: World) -> Job | None:
    _, rows, error = call(world, "Get-ZdmJob")

    assert error == ""
    found = [from_wire(row) for row in rows]
    return found[0] if found and isinstance(found[0], Job) else None


def at(moment: str, kind: str) -> World:
    """The world at that moment of the job."""
    world = office()
    if moment == "before start":
        return world
    world, error = start(world, kind)

    assert error == ""
    seconds = {"queued": 0.0, "running": 30.0, "finishing": 301.5, "done": 400.0}[moment]
    return advance(world, world.now + timedelta(seconds=seconds))


# --- the faults: what happens to the world, and what a person does about it before the start is tried again ---


def _run(world: World) -> int | None:
    return next((run.pid for run in world.runs.get(HOST, ())), None)


def nothing(world: World) -> World:
    """The controller is killed: the world does not know it."""
    return world


def reboot(world: World) -> World:
    return rebooted(advance(world, world.now + timedelta(seconds=0.2)), HOST)


def no_scheduler(world: World) -> World:
    service = world.host(HOST).service("Schedule")

    assert service is not None
    return world.with_host(world.host(HOST).with_service(replace(service, state="Stopped")))


def password_changed(world: World) -> World:
    return replace(world, accounts={ADMIN[0].casefold(): account_hash(ADMIN[0], "another")})


def disk_full(world: World) -> World:
    return world.with_volume(HOST, Volume(letter="C", size=40 * 2**30, other=40 * 2**30))


def killed(world: World) -> World:
    pid = _run(world)
    return world if pid is None else tasks.killed(world, HOST, pid)


def network_cut(world: World) -> World:
    machine = world.host(HOST)
    return world.with_host(replace(machine, nics=()))


def log_unreadable(world: World) -> World:
    if files.text(world.host(HOST), f"{FOLDER}\\stdout.log") is None:
        return world
    return files.removed(world, world.host(HOST), f"{FOLDER}\\stdout.log")


def clock_jumps(world: World) -> World:
    return world.with_host(replace(world.host(HOST), skew=-7200.0))


FAULTS: dict[str, Callable[[World], World]] = {
    "controller killed": nothing,
    "host rebooted": reboot,
    "task service stopped": no_scheduler,
    "credential expired": password_changed,
    "disk full": disk_full,
    "job process killed": killed,
    "network cut": network_cut,
    "log unreadable": log_unreadable,
    "clock jump": clock_jumps,
}

Q, R, S, F, L = JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED, JobState.LOST

RIGHT_AWAY: dict[str, tuple[JobState | None, ...]] = {
    "controller killed": (None, Q, R, R, S),
    "host rebooted": (None, Q, L, L, S),
    "task service stopped": (None, Q, R, R, S),
    "credential expired": (None, Q, R, R, S),
    "disk full": (None, Q, R, R, S),
    "job process killed": (None, Q, F, L, S),
    "network cut": (None, Q, R, R, S),
    "log unreadable": (None, Q, R, R, S),
    "clock jump": (None, Q, R, R, S),
}
"""The state right after the fault, by the moments."""

IN_THE_END: dict[str, tuple[JobState | None, ...]] = {
    "controller killed": (None, S, S, S, S),
    "host rebooted": (None, Q, L, L, S),
    "task service stopped": (None, Q, S, S, S),
    "credential expired": (None, F, S, S, S),
    "disk full": (None, F, S, S, S),
    "job process killed": (None, S, F, L, S),
    "network cut": (None, S, S, S, S),
    "log unreadable": (None, S, S, S, S),
    "clock jump": (None, S, S, S, S),
}
"""The state an hour later; where it never began, None."""

REFUSED_BEFORE = {
    "task service stopped": "ZdmPrecondition",
    "credential expired": "HRESULT 0x8007052e",
    "disk full": "ZdmPrecondition",
}
"""What the first start says where the fault came before it; the other faults do not hinder it."""

CELLS = [(fault, kind, moment) for fault in FAULTS for kind in kinds() for moment in MOMENTS]


def state(world: World) -> JobState | None:
    found = job(world)
    return None if found is None else judge(found).state


def later(world: World) -> World:
    return advance(world, world.now + timedelta(hours=1))


@pytest.mark.parametrize(("fault", "kind", "moment"), CELLS)
def test_a_cell_of_the_matrix(fault: str, kind: str, moment: str) -> None:
    """The state is right at once and an hour later, and the same start tried again never makes it begin twice."""
    place = MOMENTS.index(moment)
    world = FAULTS[fault](at(moment, kind))

    assert state(world) == RIGHT_AWAY[fault][place]
    world = later(world)
    assert state(world) == IN_THE_END[fault][place]
    again, error = start(world, kind)
    if moment == "before start":
        assert error.partition(",")[0] == REFUSED_BEFORE.get(fault, "")
        assert (job(again) is None) == bool(error)
    began = 0 if error and moment == "before start" else 1
    assert later(again).processes <= began
    assert files.text(later(again).host(HOST), f"{FOLDER}\\job.txt") is not None or began == 0


def test_the_matrix_is_whole() -> None:
    """Nine faults, every kind there is, five moments."""
    assert len(CELLS) == 9 * len(kinds()) * 5
    assert set(RIGHT_AWAY) == set(IN_THE_END) == set(FAULTS)


@pytest.mark.parametrize("kind", list(kinds()))
def test_an_interrupted_start_is_taken_up_where_it_was(kind: str) -> None:
    """The folder is there, the task is not: nothing was begun, and the next start begins it, once."""
    world, _ = start(office(), kind)
    world = tasks.unregistered(world, HOST, f"Zdm-{JOB}")

    assert state(world) is JobState.QUEUED
    world, error = start(world, kind)
    assert error == ""
    world = later(world)
    assert (state(world), world.processes) == (JobState.SUCCEEDED, 1)


def test_a_program_killed_below_its_batch_file_leaves_its_code() -> None:
    """Taskkill ends the program with 1; the batch file writes that down, and a plain command has failed then."""
    world = at("running", "command")
    run = world.runs[HOST][0]
    world = later(tasks.killed(world, HOST, run.child))
    found = job(world)

    assert found is not None
    assert (found.exit_text, judge(found).state) == ("1", JobState.FAILED)


def test_a_stopped_job_says_so() -> None:
    """Its processes are gone and everybody sees that it was stopped, not that it died."""
    world, rows, error = call(at("running", "robocopy"), "Stop-ZdmJob", JobId=JOB)

    assert (error, rows[0]["Changed"]) == ("", True)
    assert state(world) is JobState.STOPPED
    again, rows, error = call(world, "Stop-ZdmJob", JobId=JOB)
    assert (error, rows[0]["Changed"], again == world) == ("", False, True)


def test_a_running_job_is_not_removed_and_a_done_one_keeps_its_log() -> None:
    """The task goes with the password it holds, the folder to the archive."""
    _, _, error = call(at("running", "robocopy"), "Remove-ZdmJob", JobId=JOB)

    assert error == "ZdmLocked"
    world, rows, error = call(at("done", "robocopy"), "Remove-ZdmJob", JobId=JOB)
    assert (error, rows[0]["Changed"], job(world)) == ("", True, None)
    assert world.tasks[HOST] == {}
    assert "Reply from" in (files.text(world.host(HOST), f"C:\\Zdm\\archive\\{JOB}\\stdout.log") or "")


def test_the_password_is_in_no_file_of_the_host() -> None:
    """Neither the batch file nor job.txt, nor a command line, nor the task as it is kept."""
    world = at("running", "robocopy")
    seen = [*world.host(HOST).files.values(), *(run.command_line for run in world.runs[HOST]), repr(world.tasks[HOST])]

    assert not any(ADMIN[1] in text for text in seen)


def test_server_2003_takes_no_password() -> None:
    """Its scheduler could be told one on a command line only."""
    world = office()
    old = replace(world.host(HOST), release="2003")
    given = {"JobId": JOB, "Kind": "command", "Label": "x", "FilePath": "ping.exe", "ArgumentList": list(SHORT)}
    world = world.with_host(old)
    _, _, error = call(world, "Start-ZdmJob", **given, Credential=ADMIN)

    assert error == "ZdmUnsupported"
    world, _, error = call(world, "Start-ZdmJob", **given)
    assert (error, state(later(world))) == ("", JobState.SUCCEEDED)


def test_a_log_is_read_on_from_an_offset() -> None:
    """Each line comes once: the next reading goes on where the last one ended."""
    world = at("running", "command")
    _, rows, _ = call(world, "Get-ZdmJob", JobId=[JOB], Offset="0", TailBytes=65536)
    first = rows[0]
    world = advance(world, world.now + timedelta(seconds=20))
    _, rows, _ = call(world, "Get-ZdmJob", JobId=[JOB], Offset=str(first["LogOffset"]), TailBytes=65536)

    assert first["LogOffset"] == first["LogBytes"]
    width = len("Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r\n")
    assert (len(first["Tail"]) + len(rows[0]["Tail"])) * width == rows[0]["LogBytes"]
