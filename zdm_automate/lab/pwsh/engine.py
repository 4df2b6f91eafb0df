"""Engine `pwsh` as a lab's servers use it: shells for any host, made of one executable, one bridge and one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import powershell
from zdm_automate.lab.pwsh.backend import PwshBackend
from zdm_automate.lab.pwsh.launcher import Launcher
from zdm_automate.lab.pwsh.programs import PwshPrograms
from zdm_automate.lab.pwsh.spares import READY, Spares

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.lab.endpoint.winrs import ShellOptions
    from zdm_automate.lab.pwsh.process import Process
    from zdm_automate.lab.pwsh.seam import RunningBridge


class PwshEngine:
    """Starts the bridge, keeps a few processes ready, makes shells, ends everything.

    Raises:
        InputError: there is no PowerShell.
    """

    def __init__(self, bridge: RunningBridge, folder: Path, *, ready: int = READY) -> None:
        self._bridge = bridge
        self._launcher = Launcher(powershell.find(), folder, bridge)
        self._spares = Spares(self._launcher.serve, self._launcher.serve_warm, ready)

    @property
    def processes(self) -> list[Process]:
        """All processes there are, those that wait included."""
        return self._launcher.running

    @property
    def waiting(self) -> list[Process]:
        """The processes that wait, ready for any host."""
        return self._spares.waiting

    def start(self) -> None:
        """Brings up the bridge, then the processes that wait.

        Raises:
            ZdmError: the bridge cannot be had.
        """
        self._bridge.start()
        self._spares.start()

    def stop(self) -> None:
        """Ends all processes, then the bridge."""
        self._spares.stop()
        self._launcher.stop()
        self._bridge.stop()

    def shell(self, host: str, *, user: str, configuration: str, old: bool) -> PwshBackend:
        """A shell of PowerShell remoting.

        Raises:
            OSError: no process can be started.
        """
        process = self._spares.take()
        try:
            self._bridge.assign(process.ticket, host=host, user=user, configuration=configuration)
        except BaseException:
            process.end()
            raise
        return PwshBackend(process, self._bridge, old=old)

    def programs(self, host: str, *, user: str, version: str, options: ShellOptions) -> PwshPrograms:
        """A shell of WinRS."""

        def assign(ticket: str) -> None:
            self._bridge.assign(ticket, host=host, user=user, configuration="")

        return PwshPrograms(
            lambda arguments, environment: self._launcher.run(arguments, environment, assign),
            self._bridge.worked,
            host=host,
            user=user,
            version=version,
            options=options,
        )
