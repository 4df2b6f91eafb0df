"""Processes as such, their end above all, and those that wait ready. Any program will do for that."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pwsh_site import StillWorld, until

from zdm_automate.lab.pwsh.launcher import Launcher
from zdm_automate.lab.pwsh.process import Process, start
from zdm_automate.lab.pwsh.roster import RUNNING, identity
from zdm_automate.lab.pwsh.spares import Spares

Begin = Callable[..., Process]
READS = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"
DEAF = "import subprocess, time\nchild = subprocess.Popen(['sleep', '50'])\nprint(child.pid, flush=True)\ntime.sleep(50)"


@pytest.fixture
def gone() -> list[Process]:
    """What was told to have ended."""
    return []


@pytest.fixture
def begin(gone: list[Process]) -> Iterator[Begin]:
    """Starts Python with a program; it is killed with the test."""
    with ExitStack() as ending:

        def started(program: str = READS) -> Process:
            made = start([sys.executable, "-c", program], environment={}, ticket="t", ended=gone.append)
            ending.callback(made.wait, 10)
            ending.callback(made.kill)
            return made

        yield started


def test_a_process_reads_and_writes(begin: Begin) -> None:
    """A line in, a line out; it holds memory meanwhile."""
    process = begin()
    with process.reading() as (output, _):
        process.write(b"hello\n")

        assert output.readline() == b"HELLO\n"
    assert process.memory > 1_000_000
    assert process.alive


def test_a_process_ends_with_its_input(begin: Begin, gone: list[Process]) -> None:
    """Told to end it is given the time to do so by itself; nothing can be written to it any more."""
    process = begin()
    process.end()

    assert process.wait(10) == 0
    assert gone == [process]
    assert not process.alive
    assert process.memory == 0
    with pytest.raises(OSError, match="closed"):
        process.write(b"more\n")


def test_a_process_that_does_not_end_is_killed_with_its_children(begin: Begin) -> None:
    """Its whole group goes."""
    process = begin(DEAF)
    with process.reading() as (output, _):
        child = int(output.readline())
    process.end()

    assert process.wait(10) == -signal.SIGKILL
    until(lambda: identity(child) == "")


def test_a_child_that_stays_behind_is_ended_too(begin: Begin) -> None:
    """The process has ended by itself, its child would have gone on."""
    process = begin(DEAF.replace("time.sleep(50)", ""))
    with process.reading() as (output, _):
        child = int(output.readline())

    assert process.wait(10) == 0
    until(lambda: identity(child) == "")


def test_what_a_reader_does_comes_before_the_end_is_told(begin: Begin, gone: list[Process]) -> None:
    """The last output is dealt with first."""
    process = begin("print('last')")
    with process.reading() as (output, _):
        said = output.read()
        before = list(gone)

    assert (said, before) == (b"last\n", [])
    assert process.wait(10) == 0
    assert gone == [process]


def test_spares_wait_and_are_replaced(begin: Begin) -> None:
    """The oldest is handed out, another takes its place."""
    spares = Spares(begin, begin, ready=2, pause=0)
    spares.start()
    until(lambda: len(spares.waiting) == 2)
    oldest, second = spares.waiting
    taken = spares.take()
    until(lambda: len(spares.waiting) == 2)

    assert taken is oldest
    assert spares.waiting[0] is second
    assert taken.alive
    spares.stop()
    assert second.wait(10) in {0, -9}  # by itself, or with the thread that began it


def test_a_spare_that_has_died_is_not_handed_out(begin: Begin) -> None:
    """Nor replaced before the next is asked for."""
    made: list[Process] = []

    def counted() -> Process:
        made.append(begin())
        return made[-1]

    spares = Spares(counted, counted, ready=1, pause=0)
    spares.start()
    until(lambda: len(spares.waiting) == 1)
    made[0].kill()
    made[0].wait(10)
    before = len(made)
    taken = spares.take()
    until(lambda: len(spares.waiting) == 1)
    spares.stop()

    assert before == 1
    assert taken is not made[0]
    assert taken.alive


def test_no_spare_is_no_end(begin: Begin) -> None:
    """Where none can be started it is tried again when one is asked for, and not before."""
    tried: list[int] = []

    def broken() -> Process:
        tried.append(1)
        if len(tried) > 1:
            return begin()
        raise OSError("no memory")

    spares = Spares(broken, broken, ready=2, pause=0)
    spares.start()
    until(lambda: tried)
    assert spares.take().alive
    until(lambda: len(spares.waiting) == 2)
    spares.stop()

    assert len(tried) == 4  # the one that failed, the one that was taken, the two that wait


@pytest.fixture
def world(tmp_path: Path) -> StillWorld:
    return StillWorld(tmp_path / "still")


def test_all_processes_end_with_the_launcher(world: StillWorld, tmp_path: Path) -> None:
    """They are noted while they run, and each ticket is given back; afterwards none is started."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nread line\n")
    program.chmod(0o755)
    launcher = Launcher(program, tmp_path / "pwsh", world)
    processes = [launcher.serve(), launcher.run(["x"], {}, lambda _ticket: None)]
    notes = sorted(int(one.name) for one in (tmp_path / "pwsh" / RUNNING).iterdir())
    launcher.stop()
    with pytest.raises(OSError, match="no process"):
        launcher.serve()

    assert notes == sorted(one.pid for one in processes)
    assert [one.wait(0) is not None for one in processes] == [True, True]
    assert sorted(world.released) == sorted(world.enrolled)
    assert list((tmp_path / "pwsh" / RUNNING).iterdir()) == []


def test_a_program_that_cannot_be_started(world: StillWorld, tmp_path: Path) -> None:
    """It ends at once, and its ticket is given back."""
    launcher = Launcher(tmp_path / "nothing", tmp_path / "pwsh", world)
    with ExitStack() as ending:
        ending.callback(launcher.stop)
        process = launcher.serve()

        assert process.wait(10) != 0
    assert world.released == world.enrolled


def test_the_environment_is_made_from_nothing(world: StillWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this process but what a program needs; the lab's own win over a client's."""
    monkeypatch.setenv("MY_TOKEN", "hush")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nenv\n")
    program.chmod(0o755)
    launcher = Launcher(program, tmp_path / "pwsh", world)
    process = launcher.run([], {"COLOUR": "red", "ZDM_LAB_TICKET": "stolen"}, lambda _ticket: None)
    with process.reading() as (output, _):
        said = dict(line.split("=", 1) for line in output.read().decode().splitlines() if "=" in line)
    launcher.stop()

    assert "MY_TOKEN" not in said
    assert said["COLOUR"] == "red"
    assert said["ZDM_LAB_TICKET"] == world.enrolled[0]
    assert said["PATH"] == os.environ["PATH"]
