"""The lab's process: holds a lab folder, brings every server of the office up on loopback, and ends on request.

Run as `python -m zdm_automate.lab.process FOLDER OFFICE_FILE`; `zdm lab up` starts it. What it prints goes to `lab.log`.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from zdm_automate.errors import ZdmError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.control import ControlServer
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import read_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.ports import on_free_port
from zdm_automate.lab.pwsh.roster import RUNNING, Roster
from zdm_automate.lab.servers import Servers, world_bridge
from zdm_automate.lab.state import ENGINES, SIM, LabFolder, LabInfo
from zdm_automate.lab.window import actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zdm_automate.lab.office import Office
    from zdm_automate.lab.servers import MakeBridge

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None, *, make_bridge: MakeBridge = world_bridge) -> int:
    """Runs the lab until it is told to end; gives the exit code."""
    parser = argparse.ArgumentParser(prog="zdm_automate.lab.process")
    parser.add_argument("folder", type=Path)
    parser.add_argument("office", type=Path)
    parser.add_argument("--engine", choices=ENGINES, default=SIM)
    parser.add_argument("--own-addresses", action="store_true")
    chosen = parser.parse_args(argv)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        run(
            LabFolder(chosen.folder),
            chosen.office,
            engine=chosen.engine,
            own_addresses=chosen.own_addresses,
            ended=ended,
            make_bridge=make_bridge,
        )
    except ZdmError as problem:
        print(str(problem), file=sys.stderr)  # noqa: T201 - it is this process's own log
        return problem.exit_code
    return 0


def run(
    folder: LabFolder,
    office_file: Path,
    *,
    engine: str,
    own_addresses: bool,
    ended: Event,
    make_bridge: MakeBridge = world_bridge,
) -> None:
    """Brings the lab up and keeps it up until `ended`.

    Raises:
        ZdmError: the folder is held, the office or the world is not one, a port cannot be had.
    """
    with ExitStack() as stack:
        stack.enter_context(folder.held())
        for pid in Roster(folder.pwsh_folder / RUNNING).end_leftovers():
            log.warning("ended process %d, which an earlier lab of this folder had left", pid)
        office = read_office(office_file)
        keeper = _keeper(folder, office)
        load_models()
        before = folder.known()
        servers = Servers(
            office=office,
            keeper=keeper,
            folder=folder,
            before=before,
            engine=engine,
            own_addresses=own_addresses,
            make_bridge=make_bridge,
        )
        stack.callback(servers.stop)
        servers.start()
        token = secrets.token_urlsafe(24)
        offered = actions(keeper, servers, ended)
        wanted = before.control_port if before else 0
        control = on_free_port(lambda port: ControlServer(offered, token, port), wanted)
        stack.callback(control.stop)
        control.start()
        folder.keep_password(office.password.get_secret_value())
        folder.tell(
            LabInfo(
                office=office.name,
                office_file=str(office_file),
                engine=engine,
                user=office.user,
                password_file=str(folder.password_file),
                pid=os.getpid(),
                control_port=control.port,
                token=token,
                public_dns_port=servers.public_dns_port,
                tenant=servers.tenant,
                hosts=servers.ways,
            )
        )
        stack.callback(keeper.save)
        ended.wait()


def _keeper(folder: LabFolder, office: Office) -> Keeper:
    saved = folder.load()
    world = saved if saved is not None else office.world
    keeper = Keeper(world, WorldClock(world.now, rate=office.rate), office.pace, save=folder.save, log=folder.log)
    keeper.save()
    return keeper


if __name__ == "__main__":
    sys.exit(main())
