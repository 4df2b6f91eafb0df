"""Starts a lab's processes and knows which of them run; ends them all with the lab. Whose shell one is, it does not know."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import IO, TYPE_CHECKING, Final

from zdm_automate.lab.pwsh.process import Process, start
from zdm_automate.lab.pwsh.roster import RUNNING, Roster
from zdm_automate.lab.pwsh.seam import TICKET
from zdm_automate.lab.pwsh.warming import warm
from zdm_automate.powershell import surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from zdm_automate.lab.pwsh.seam import Bridge

PATIENCE: Final = 5.0
"""Seconds that all processes together have to end by themselves when the lab does."""


class Launcher:
    """Starts processes of one executable in one folder.

    All are started from one thread that lives until `stop`, because the kernel ends them with the thread that started them.
    """

    def __init__(self, executable: Path, folder: Path, bridge: Bridge) -> None:
        self._executable = executable
        self._folder = folder
        self._bridge = bridge
        self._roster = Roster(folder / RUNNING)
        self._running: set[Process] = set()
        self._lock = Lock()
        self._stopped = False
        self._nursery = ThreadPoolExecutor(1, thread_name_prefix="lab-pwsh-nursery")
        (folder / "home").mkdir(parents=True, exist_ok=True)
        self._errors = folder / "errors.log"
        self._errors.write_bytes(b"")

    @property
    def running(self) -> list[Process]:
        """The processes there are."""
        with self._lock:
            return list(self._running)

    def serve(self) -> Process:
        """A process that serves PSRP over its pipes; its error output goes to `errors.log`.

        Raises:
            OSError: it cannot be started.
        """
        with self._errors.open("ab") as errors:
            return self._start(self._bridge.enrol(), ["-s"], {}, errors=errors)

    def serve_warm(self) -> Process:
        """As `serve`; the process has opened a runspace before and is quick with the next one.

        Raises:
            OSError: it cannot be started, or not made ready.
        """
        process = self.serve()
        try:
            self._bridge.lend(process.ticket)
            warm(process)
        except BaseException:
            process.end()
            raise
        return process

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], assign: Callable[[str], None]) -> Process:
        """A process that runs what its arguments say, with all its outputs as pipes.

        `assign` is given its ticket before it starts, for it asks at once who it is.

        Raises:
            OSError: it cannot be started.
        """
        ticket = self._bridge.enrol()
        assign(ticket)
        return self._start(ticket, arguments, environment, errors=subprocess.PIPE)

    def _start(
        self, ticket: str, arguments: Sequence[str], environment: Mapping[str, str], *, errors: int | IO[bytes]
    ) -> Process:
        own = {**self._bridge.environment, TICKET: ticket}
        file = str(self._bridge.configuration_file)
        command = [str(self._executable), "-NoLogo", "-NoProfile", "-ConfigurationFile", file, *arguments]

        def begin() -> Process:
            with self._lock:  # held until the process is known, so that its end cannot be told before
                if self._stopped:
                    raise OSError("the lab ends")
                made = start(
                    command,
                    environment={**environment, **surroundings(own, self._folder / "home")},
                    ticket=ticket,
                    ended=self._gone,
                    errors=errors,
                )
                self._running.add(made)
                self._roster.add(made.pid)
                return made

        try:
            return self._nursery.submit(begin).result()
        except (OSError, RuntimeError) as problem:  # RuntimeError: the nursery has been shut down
            self._bridge.release(ticket)
            raise OSError(f"no process: {problem}") from problem

    def _gone(self, process: Process) -> None:
        with self._lock:
            self._running.discard(process)
            self._roster.remove(process.pid)
        self._bridge.release(process.ticket)

    def stop(self) -> None:
        """Ends all processes and waits for it; starts no more."""
        with self._lock:
            self._stopped = True
        still = self.running
        for process in still:
            process.end()
        end = time.monotonic() + PATIENCE
        for process in still:
            if process.wait(max(0.0, end - time.monotonic())) is None:
                process.kill()
                process.wait(PATIENCE)
        self._nursery.shutdown()
