"""No process outlives its lab, however the lab ends; and what is left over all the same is ended by the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pwsh_site import until
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from zdm_automate import powershell
from zdm_automate.errors import InputError, RefusedError
from zdm_automate.lab import launch
from zdm_automate.lab.client import LabClient
from zdm_automate.lab.office import find_office
from zdm_automate.lab.pwsh.roster import RUNNING, Roster, identity
from zdm_automate.lab.state import LabFolder, LabInfo

Start = Callable[..., "subprocess.Popen[bytes]"]
KNOWN = LabInfo(office="tiny", office_file="tiny.yaml", engine="pwsh", user="Administrator", password_file="password")


@pytest.fixture
def folder(tmp_path: Path) -> LabFolder:
    return LabFolder(tmp_path / "lab")


@pytest.fixture
def start(folder: LabFolder) -> Iterator[Start]:
    """Starts a lab in a process of its own; it ends with the test."""
    with ExitStack() as ending:

        def begin(*, engine: str = "pwsh") -> subprocess.Popen[bytes]:
            command = [sys.executable, str(Path(__file__).with_name("still_lab.py")), str(folder.path)]
            process = subprocess.Popen([*command, str(find_office("tiny")), "--engine", engine], start_new_session=True)
            ending.callback(process.wait, 10)
            ending.callback(process.kill)
            until(lambda: folder.info_file.exists() and folder.info().pid == process.pid and LabClient(folder).answers(), 30)
            return process

        yield begin


def notes(folder: LabFolder) -> list[int]:
    """The processes that the lab has noted."""
    return sorted(int(one.name) for one in (folder.pwsh_folder / RUNNING).glob("*"))


def busy_pool(folder: LabFolder, ending: ExitStack) -> RunspacePool:
    """A pool on a host of the lab with a pipeline in it that heeds nothing."""
    info = folder.info()
    way = next(iter(info.hosts.values()))
    wsman = WSMan(
        way.address,
        port=way.http_port,
        username=info.user,
        password=folder.password_file.read_text(),
        ssl=False,
        auth="negotiate",
        operation_timeout=10,
        read_timeout=20,
    )
    ending.callback(wsman.close)
    pool = RunspacePool(wsman)
    pool.open()
    deaf = PowerShell(pool)
    deaf.add_script("'deaf'; [System.Threading.Thread]::Sleep(100000)")
    deaf.begin_invoke()
    deaf.poll_invoke()
    assert deaf.output == ["deaf"]
    return pool


@pytest.mark.pwsh
@pytest.mark.parametrize("how", ["stop", "SIGINT", "SIGKILL"])
def test_no_process_outlives_its_lab(folder: LabFolder, start: Start, how: str) -> None:
    """Ended by `zdm lab down`, by Ctrl+C, or killed: its processes go too, the one in a deaf pipeline with them."""
    lab = start()
    with ExitStack() as ending:
        busy_pool(folder, ending)
        until(lambda: len(notes(folder)) == 3)
        pids = notes(folder)
        assert all(identity(pid) for pid in pids)
        if how == "stop":
            launch.down(folder)
        else:
            lab.send_signal(getattr(signal, how))
        lab.wait(20)
        until(lambda: not any(identity(pid) for pid in pids))

    assert notes(folder) == (pids if how == "SIGKILL" else [])


def test_the_next_lab_ends_what_was_left_over(folder: LabFolder, start: Start) -> None:
    """A process that was noted and runs still; whichever engine the next lab has."""
    with subprocess.Popen(["sleep", "50"]) as left:
        Roster(folder.pwsh_folder / RUNNING).add(left.pid)
        start(engine="sim")

        assert left.wait(10) == -signal.SIGKILL
    assert notes(folder) == []


def test_a_process_that_only_has_the_number_is_left_alone(tmp_path: Path) -> None:
    """The note tells another start: the number was given to a stranger since."""
    roster = Roster(tmp_path)
    with subprocess.Popen(["sleep", "50"]) as stranger:
        roster.add(stranger.pid)
        note = tmp_path / str(stranger.pid)
        note.write_text(note.read_text() + "1")
        ended = roster.end_leftovers()
        running = stranger.poll() is None
        stranger.kill()

    assert (ended, running, list(tmp_path.iterdir())) == ([], True, [])


def test_a_process_that_has_ended_is_no_leftover(tmp_path: Path) -> None:
    """Its number is free, or it waits to be taken."""
    roster = Roster(tmp_path)
    with subprocess.Popen(["sleep", "50"]) as gone:
        roster.add(gone.pid)
        gone.kill()
        os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)

        assert roster.end_leftovers() == []
    assert identity(gone.pid) == ""


def test_the_engine_of_a_running_lab_is_not_changed(folder: LabFolder, start: Start) -> None:
    """Exit code 3, and the sentence says how; the same engine, or none named, is no change."""
    start(engine="sim")
    with pytest.raises(RefusedError, match=r"engine sim, not pwsh") as raised:
        launch.up(folder, "tiny", engine="pwsh")

    assert raised.value.exit_code == 3
    assert "zdm lab down" in raised.value.hint
    assert launch.up(folder, "tiny").engine == "sim"
    assert launch.up(folder, "tiny", engine="sim").engine == "sim"


def test_a_new_lab_has_engine_sim() -> None:
    """It needs nothing."""
    assert launch.engine_for("", None) == "sim"


@pytest.mark.pwsh
def test_a_lab_keeps_its_engine() -> None:
    """Over a restart and a reset, until another is named."""
    assert launch.engine_for("", KNOWN) == "pwsh"
    assert launch.engine_for("sim", KNOWN) == "sim"


def test_an_engine_that_there_is_not() -> None:
    """The sentence names those that there are."""
    with pytest.raises(InputError, match="no engine 'powershell'") as raised:
        launch.engine_for("powershell", None)

    assert raised.value.hint == "There are: sim, pwsh."


def test_without_powershell_the_sentence_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on the PATH, or a variable that names nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ZDM_PWSH", raising=False)
    with pytest.raises(InputError, match="no `pwsh` on the PATH") as none:
        launch.engine_for("pwsh", None)
    monkeypatch.setenv("ZDM_PWSH", str(tmp_path / "pwsh"))
    with pytest.raises(InputError, match="ZDM_PWSH names") as wrong:
        launch.engine_for("pwsh", None)

    assert none.value.exit_code == wrong.value.exit_code == 2
    assert "https://aka.ms/powershell" in none.value.hint


@pytest.mark.parametrize(
    ("said", "problem"),
    [("PowerShell 7.3.9", "too old"), ("PowerShell 5.1.1", "too old"), ("hello", "does not say its version")],
)
def test_an_engine_that_will_not_do_is_refused(tmp_path: Path, said: str, problem: str) -> None:
    """Before anything is started with it."""
    program = tmp_path / "pwsh"
    program.write_text(f"#!/bin/sh\necho {said}\n")
    program.chmod(0o755)

    with pytest.raises(Exception, match=problem):
        powershell.check(program)


@pytest.mark.pwsh
def test_an_engine_that_will_do_says_its_version() -> None:
    """7.4 or later."""
    assert powershell.check(powershell.find()) >= powershell.FLOOR
