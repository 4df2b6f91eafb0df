"""Starts a lab as a process of its own and ends it; waits are bounded, and only the process of the folder is ever ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from zdm_automate import powershell
from zdm_automate.errors import InputError, RefusedError, UnreachableError, ZdmError
from zdm_automate.lab.client import LabClient
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.lab.state import ENGINES, PWSH, SIM

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.lab.state import LabFolder, LabInfo

PATIENCE = 60.0
"""Seconds that a lab may take to come up or to end."""

STEP = 0.05


def up(folder: LabFolder, office: str, *, engine: str = "", own_addresses: bool = False) -> LabInfo:
    """Starts the lab of an office in a folder and waits until it answers; one that runs already is left as it is.

    An empty `office` or `engine` is the folder's own; the engine of a new folder is `sim`.

    Raises:
        InputError: no such office or engine, a damaged world, or the folder holds another office.
        RefusedError: it runs already, with another engine.
        ZdmError: the process ended by itself; the message is its own last line.
    """
    known = folder.known()
    file = _office_file(folder, office, known)
    if folder.is_running():
        client = LabClient(folder)
        if client.answers():
            _same_engine(client.info, engine)
            return client.info
        raise RefusedError(f"the lab process {client.info.pid} holds {folder.path} and does not answer.", hint="End it first.")
    read_office(file)
    folder.load()
    return _start(folder, file, engine=engine_for(engine, known), own_addresses=own_addresses)


def _same_engine(info: LabInfo, engine: str) -> None:
    if engine not in {"", info.engine}:
        raise RefusedError(
            f"the lab runs with engine {info.engine}, not {engine}.",
            hint=f"`zdm lab down` ends it, then `zdm lab up --engine {engine}` goes on with the same world.",
        )


def engine_for(name: str, known: LabInfo | None) -> str:
    """The engine to start a lab with: the one named, else the lab's own, else `sim`.

    What it needs of this computer is looked at before anything is changed.

    Raises:
        InputError: there is no such engine, or nothing to run it with.
    """
    chosen = name or (known.engine if known is not None else SIM)
    if chosen not in ENGINES:
        raise InputError(f"there is no engine {chosen!r}.", hint=f"There are: {', '.join(ENGINES)}.")
    if chosen == PWSH:
        powershell.check(powershell.find())
    return chosen


def _office_file(folder: LabFolder, office: str, known: LabInfo | None) -> Path:
    if not office and known is None:
        raise InputError(f"there is no lab in {folder.path} yet.", hint="Name an office: `zdm lab up tiny`.")
    file = find_office(office or (known.office_file if known else ""))
    if known is not None and folder.world_file.exists() and read_office(file).name != known.office:
        raise InputError(
            f"{folder.path} holds the office {known.office}.",
            hint=f"`zdm lab reset {office}` replaces it, or choose another folder with --lab.",
        )
    return file


def _start(folder: LabFolder, file: Path, *, engine: str, own_addresses: bool) -> LabInfo:
    folder.path.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "zdm_automate.lab.process", str(folder.path), str(file), "--engine", engine]
    with folder.log_file.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module, arguments as a list
            [*command, *(["--own-addresses"] if own_addresses else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if (code := process.poll()) is not None:
            lines = folder.log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            failure = ZdmError(f"the lab did not start: {lines[-1] if lines else f'exit code {code}'}")
            failure.hint = f"The whole story is in {folder.log_file}."
            raise failure
        with suppress(ZdmError):
            info = folder.info()
            if info.pid == process.pid and LabClient(folder).answers():
                return info
        time.sleep(STEP)
    process.terminate()
    raise UnreachableError(f"the lab did not answer within {PATIENCE:.0f} s.", hint=f"See {folder.log_file}.")


def down(folder: LabFolder) -> bool:
    """Ends the lab of a folder; the world stays saved. False where none ran.

    Raises:
        InputError: there is no lab in this folder.
        UnreachableError: it did not end in time.
    """
    info = folder.info()
    if not folder.is_running():
        return False
    try:
        LabClient(folder).call("stop")
    except UnreachableError:
        with suppress(ProcessLookupError):
            os.kill(info.pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not folder.is_running():
            return True
        time.sleep(STEP)
    raise UnreachableError(f"the lab process {info.pid} did not end within {PATIENCE:.0f} s.", hint=f"See {folder.log_file}.")


def reset(folder: LabFolder, office: str = "", *, engine: str = "", own_addresses: bool = False) -> LabInfo:
    """Builds the office anew; ports and certificates stay, so projects made for it still fit. The engine as for `up`.

    Raises:
        ZdmError: as for `up` and `down`.
    """
    known = folder.known()
    file = find_office(office or (known.office_file if known else ""))
    read_office(file)
    chosen = engine_for(engine, known)
    if known is not None:
        down(folder)
    folder.forget()
    return _start(folder, file, engine=chosen, own_addresses=own_addresses)
