"""Sessions of PowerShell Direct in engine `pwsh`: which processes play which guests, and since when each guest has run.

What a session means to the world is decided in `lab/world/vm_sessions.py`; here it gets a ticket of the bridge and loses it.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.lab.world.vm_sessions import COMMAND, guest_of, refuse_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.pwsh.seam import Bridge
    from zdm_automate.lab.world.hyperv import Machine

KIND: Final = "session"
"""The messages of a process that are for here."""

DIRECT: Final = "direct"
"""What a guest's process has for a configuration."""


class VmSessions:
    """The sessions that hosts hold with guests, by the ticket of the guest's process; `by` is that of the host's."""

    def __init__(self, keeper: Keeper, bridge: Bridge) -> None:
        self._keeper = keeper
        self._bridge = bridge
        self._open: dict[str, tuple[str, str, Machine]] = {}
        self._lock = Lock()

    def answer(self, host: str, request: Mapping[str, Any], *, by: str) -> dict[str, Any]:
        """The reply to a message of a host's process.

        Raises:
            InputError: a message that no stub sends.
        """
        name, ticket = str(request.get("Name")), str(request.get("Ticket", ""))
        match name:
            case "Open":
                return self._opened(host, request, by)
            case "State":
                return {"State": "Opened" if self._alive(ticket) else "Broken"}
            case "Worked" if ticket in self._open:
                self._bridge.worked(ticket)
                return {}
            case "Close":
                self._close([ticket])
                return {}
        raise InputError(f"the lab's bridge knows no session message {name!r}.")

    def left(self, by: str) -> None:
        """A host's process has gone, and those that played guests for it with it."""
        self._close([ticket for ticket, (own, _, _) in list(self._open.items()) if own == by])

    def _close(self, tickets: list[str]) -> None:
        for ticket in tickets:
            with self._lock:
                known = self._open.pop(ticket, None)
            if known is not None:
                self._bridge.release(ticket)

    def _opened(self, host: str, request: Mapping[str, Any], by: str) -> dict[str, Any]:
        account = dict(request["Account"])
        try:
            machine, guest = self._reached(host, request, account)
        except Refusal as refusal:
            error = {
                "Id": refusal.error_id, "Message": refusal.message, "Category": refusal.category, "Target": refusal.target
            }  # fmt: skip
            return {"Error": error, "Warnings": []}
        ticket = self._bridge.enrol()
        self._bridge.assign(ticket, host=guest, user=str(account["$user"]), configuration=DIRECT)
        with self._lock:
            self._open[ticket] = by, host, machine
        return {"Ticket": ticket, "Configuration": str(self._bridge.configuration_file)}

    def _reached(self, host: str, request: Mapping[str, Any], account: Mapping[str, Any]) -> tuple[Machine, str]:
        world = self._keeper.world
        own = world.hyperv.get(host)
        if own is None:
            said = "The Hyper-V Module for PowerShell is not available on this machine."
            raise Refusal(f"HyperVModuleNotAvailable,{COMMAND}", said, category="NotInstalled")
        named = ", ".join(str(one) for one in request.get("VMName") or request.get("VMId") or ())
        found = own.named(named) if "VMName" in request else [one for one in own.machines.values() if one.id == named]
        reached = guest_of(world, host, found, named)
        refuse_account(world, str(account["$user"]), str(account["$password"]), named)
        return reached

    def _alive(self, ticket: str) -> bool:
        if ticket not in self._open:
            return False
        _, host, then = self._open[ticket]
        now = self._keeper.world.hyperv[host].machines.get(then.id)
        return now is not None and now.started == then.started
