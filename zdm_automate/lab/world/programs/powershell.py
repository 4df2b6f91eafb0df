"""powershell.exe as the program of a job: files that Start-ZdmJob writes, and the one command Move-Mailbox; nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.world.programs import move_mailbox, program, walks

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.programs import Ended, Paused
    from zdm_automate.lab.world.running import Run


@program("powershell")
def powershell(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """Goes on with what its arguments ask for; `NotModelledError` of a walk or a move says what else is not modelled."""
    if "-Command" in run.argv:
        return move_mailbox.carried_on(world, host, run)
    return walks.carried_on(world, host, run)
