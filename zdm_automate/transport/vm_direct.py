"""A guest through its Hyper-V host, by PowerShell Direct: every call is carried by a fixed script that runs on the host.

The guest needs no network. What a call means it never knows; a call that changes something is carried at most once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zdm_automate import errors as e
from zdm_automate.transport import fault_table
from zdm_automate.transport.agent import reply_of

if TYPE_CHECKING:
    from zdm_automate.transport.base import Arguments, ErrorRecord, Reply, Target, Transport

UNREACHABLE: Final = "ZdmVmUnreachable"
NOT_OPEN: Final = "ZdmVmNotOpen"
LOST: Final = "ZdmVmLost"
NEEDS: Final = "PowerShell Direct needs a guest that runs, with Windows 10 or Server 2016 or later; others by their address."


class VmDirectTransport:
    """See `Transport`. `host` leads to the Hyper-V host; `machine` is the guest's name there, `target` says who it is."""

    name = "direct"

    def __init__(self, target: Target, host: Transport, machine: str, *, prelude: str, carrier: str) -> None:
        self.target = target
        self._host = host
        self._machine = machine
        self._prelude = prelude
        self._carrier = carrier

    @property
    def requests(self) -> int:
        """Requests to the Hyper-V host so far."""
        return self._host.requests

    @property
    def auth_used(self) -> str:
        """The mechanism that was used at the host; the guest's account goes to the guest with the first call."""
        return self._host.auth_used

    def open(self, timeout: float = 60.0) -> Reply:
        """Connects to the host, opens the guest, and sends the prelude there."""
        self._host.open(timeout)
        try:
            return self._opened(timeout)
        except e.ZdmError:
            self._host.close()
            raise

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`. A guest whose session is gone is opened again before anything is called in it."""
        try:
            return self._carried(text, arguments, timeout=timeout, repeatable=repeatable)
        except e.PoolLostError as problem:
            if problem.error_id != NOT_OPEN:
                raise
        self._opened(timeout)
        return self._carried(text, arguments, timeout=timeout, repeatable=repeatable)

    def close(self) -> None:
        """Closes the way to the host, and the guest's session with it."""
        self._host.close()

    def _opened(self, timeout: float) -> Reply:
        reply = self._carried(self._prelude, {}, timeout=timeout, repeatable=True, opening=True)
        if reply.errors:
            raise fault_table.verb_error(reply.errors[0], self.target.host)
        return reply

    def _carried(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool, opening: bool = False) -> Reply:
        own = {
            "ZdmVmName": self._machine,
            "ZdmVmAccount": self.target.credential,
            "ZdmVmText": text,
            "ZdmVmOpening": opening,
        }
        reply = self._host.call(self._carrier, {**arguments, **own}, timeout=timeout, repeatable=repeatable)
        if reply.errors:
            raise self._verdict(reply.errors[0], repeatable=repeatable)
        if len(reply.output) != 1 or not isinstance(reply.output[0], str):
            raise e.WireError("the Hyper-V host gave no reply of the guest.", host=self.target.host, error_id="ZdmVmReply")
        found = reply_of(reply.output[0], seconds=reply.duration_seconds, requests=reply.requests)
        return replace(found, warnings=(*reply.warnings, *found.warnings))

    def _verdict(self, record: ErrorRecord, *, repeatable: bool) -> e.ZdmError:
        """What the carrier's own failure means; a call was under way only where it was lost."""
        said = record.message.strip()
        match record.error_id.partition(",")[0]:
            case "ZdmVmUnreachable":
                return e.UnreachableError(
                    f"the host does not reach the guest {self._machine}: {said}",
                    hint=NEEDS,
                    host=self.target.host,
                    error_id=UNREACHABLE,
                )
            case "ZdmVmNotOpen":
                return e.PoolLostError(f"the guest's session is gone: {said}", host=self.target.host, error_id=NOT_OPEN)
            case "ZdmVmLost" if not repeatable:
                return e.OutcomeUnknownError(
                    f"the guest was lost while a change was under way: {said}",
                    hint="Read what is there; do not repeat the change blindly.",
                    host=self.target.host,
                    error_id=LOST,
                )
            case "ZdmVmLost":
                return e.PoolLostError(f"the guest was lost: {said}", host=self.target.host, error_id=LOST)
        return fault_table.verb_error(record, self.target.host)
