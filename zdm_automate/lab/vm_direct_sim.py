"""PowerShell Direct over engine `sim`: what becomes of a call that the product's carrier brings into a guest of a Hyper-V host.

A guest takes it while it runs, has come up and is new enough; its network does not matter.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.endpoint.engine import Command, Invocation
from zdm_automate.lab.winrs_sim import Streams
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.lab.world.vm_sessions import guest_of, refuse_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from threading import Event

    from zdm_automate.lab.endpoint.engine import Engine
    from zdm_automate.lab.world.hyperv import Machine
    from zdm_automate.lab.world.model import World
    from zdm_automate.secrets import Credential

OWN: Final = ("ZdmVmName", "ZdmVmAccount", "ZdmVmText", "ZdmVmOpening")


class DirectSessions:
    """The sessions that hosts hold with guests: since when each guest ran when its session was opened."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, str], datetime | None] = {}
        self._lock = Lock()

    def carry(self, engine: Engine, world: World, host: str, user: str, given: Mapping[str, Any], stopped: Event) -> str:
        """Runs the call in the guest; gives its reply as the carrier does.

        Raises:
            Refusal: the carrier's own error.
        """
        name = str(given["ZdmVmName"])
        key = (host, user, name.casefold())
        machine, guest = _guest(world, host, name)
        with self._lock:
            if given["ZdmVmOpening"]:
                _refuse_account(world, given["ZdmVmAccount"], name)
                self._open[key] = machine.started
            elif self._open.get(key) != machine.started:
                raise Refusal(
                    "ZdmVmNotOpen", "There is no open session with the guest.", category="ConnectionError", target=name
                )
        rest = {key: one for key, one in given.items() if key not in OWN}
        parameters = () if given["ZdmVmOpening"] else (("ZdmArguments", rest),)
        streams = Streams()
        command = Command(str(given["ZdmVmText"]), parameters, is_script=True)
        try:
            engine.run(guest, Invocation(commands=(command,), user=user, configuration="direct"), streams, stopped)
        except Refusal as refusal:
            streams.error(refusal.error_id, refusal.message, category=refusal.category, target=refusal.target)
        return streams.xml()


def _guest(world: World, host: str, name: str) -> tuple[Machine, str]:
    """The machine of a name on a Hyper-V host, and the host of the office that it is.

    Raises:
        Refusal: it cannot be reached so.
    """
    own = world.hyperv.get(host)
    with _unreachable(name):
        return guest_of(world, host, own.named(name) if own is not None else (), name)


def _refuse_account(world: World, account: Credential, name: str) -> None:
    with _unreachable(name):
        refuse_account(world, account.username, account.password.reveal(), name)


@contextmanager
def _unreachable(name: str) -> Iterator[None]:
    """What the carrier makes of a session that cannot be opened."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal("ZdmVmUnreachable", refusal.message, category="ConnectionError", target=name) from None
