"""Whether a session of PowerShell Direct leads from a Hyper-V host into a guest: it runs, has come up and is new enough.

The guest's network does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.hyperv import BOOT_TIME, RUNNING
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zdm_automate.lab.world.hyperv import Machine
    from zdm_automate.lab.world.model import World

CONNECT: Final = "A failure occurred while attempting to connect to the target virtual machine."
COMMAND: Final = "Microsoft.PowerShell.Commands.NewPSSessionCommand"
DIRECT_LEVEL: Final = 3
"""The oldest `Release.level` of a guest that takes a session, and of a host that opens one: that of 2016."""


def guest_of(world: World, host: str, found: Sequence[Machine], named: str) -> tuple[Machine, str]:
    """The machine, and the host of the office that it is.

    Raises:
        Refusal: nothing leads there, in the words and with the ids of New-PSSession.
    """
    if len(found) != 1:
        raise _refused(
            "InvalidVMNameNotSingle", f"The input VMName {named} does not resolve to a single virtual machine.", named
        )
    machine = found[0]
    if machine.state != RUNNING or machine.started is None:
        raise _refused("InvalidVMState", f"The virtual machine {named} is not in running state.", named)
    guest = world.hyperv[host].boots(machine)
    known = world.hosts.get(guest)
    if known is None or world.now - machine.started < BOOT_TIME or known.windows.level < DIRECT_LEVEL:
        raise _refused("PSSessionStateBroken", CONNECT, named)
    return machine, guest


def refuse_account(world: World, user: str, password: str, named: str) -> None:
    """Asks that the guest knows the account.

    Raises:
        Refusal: it does not.
    """
    if not world.knows(user, password):
        raise _refused("PSSessionStateBroken", "The credential is invalid.", named)


def _refused(error_id: str, message: str, named: str) -> Refusal:
    category = "OpenError" if error_id == "PSSessionStateBroken" else "InvalidArgument"
    return Refusal(f"{error_id},{COMMAND}", message, category=category, target=named)
