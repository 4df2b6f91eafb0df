"""Engine `pwsh` at Exchange's own endpoint: what a process is told that shows cmdlets of one version and runs no script.

The cmdlets' parameter blocks come from the documentation; what they do is the business of `lab/exchange/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.commands_only import VISIBLE
from zdm_automate.lab.exchange.models import ExchangeCall, run_cmdlet, visible
from zdm_automate.lab.pwsh.answers import Table
from zdm_automate.lab.pwsh.desk import Desk
from zdm_automate.lab.pwsh.signatures import Parameter, Signature
from zdm_automate.lab.pwsh.stubs import function_text
from zdm_automate.lab.world.refusal import NotModelledError, Refusal
from zdm_automate.mail.applicability import cmdlet_facts
from zdm_automate.mail.versions import Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zdm_automate.lab.world.model import World

CONFIGURATION: Final = "Microsoft.Exchange"
STUB: Final = "Invoke-LabCmdlet -Cmdlet $PSCmdlet -Name '{name}' -Bound $PSBoundParameters -Own Confirm, WhatIf"
TYPES: Final = {"Byte[]": "Object", "Nullable": "Object"}
"""Types that a stub takes as they come; the model says what it takes."""


def stub_text(version: str) -> str:
    """The functions that stand for the cmdlets of a version."""
    return "\n".join(function_text(signature_of(name, version), "global:", body=STUB) for name in visible(version))


def signature_of(name: str, version: str) -> Signature:
    """A cmdlet as documented for a version; which parameters exclude each other is left to the model."""
    facts = cmdlet_facts(name)
    here = [one for one in facts.parameters.values() if Exchange(version) in one.versions]
    return Signature(
        name=name,
        module="",
        type="",
        should_process=facts.changes,
        parameters=tuple(
            Parameter(
                name=one.name,
                type=TYPES.get(one.type, one.type),
                aliases=(),
                values=(),
                pipeline="V" if one.pipeline and one.name == "Identity" else "",
                by_set={"": (one.mandatory, 0 if one.name == "Identity" else None)},
            )
            for one in here
        ),
        sets=("",),
        default="",
    )


class MailDesk(Desk):
    """Answers one process at the Exchange endpoint of a host."""

    def __init__(self, *given: Any, folder: Path) -> None:
        super().__init__(*given)
        self._folder = folder

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """See `Desk.answer`; of the messages only the cmdlets are another."""
        match request.get("Op"):
            case "hello":
                return self._greeting(super().answer(request))
            case "cmdlet":
                return self._keeper.with_world(lambda world: self._ran(world, request))
        return super().answer(request)

    def _greeting(self, told: dict[str, Any]) -> dict[str, Any]:
        org = self._keeper.world.mail
        if org is None:
            raise NotModelledError(f"{self.host} has no Exchange", host=self.host)
        version = org.server(self.host).version
        shell = self._folder / f"exchange-{version}.ps1"
        if not shell.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            shell.write_text(stub_text(version), encoding="ascii")
        return {**told, "Shell": str(shell), "Visible": [*VISIBLE, *visible(version)], "Natives": [], "NotModelled": []}

    def _ran(self, world: World, request: Mapping[str, Any]) -> tuple[World, dict[str, Any]]:
        call = ExchangeCall(world=world, host=self.host)
        table = Table()
        reply: dict[str, Any] = {}
        try:
            for row in run_cmdlet(call, str(request["Name"]), dict(request["Params"])):
                table.add("", row)
        except Refusal as refusal:
            reply["Error"] = _error(refusal.error_id, refusal.message, refusal.category, refusal.target)
        except NotModelledError as missing:
            call.world = world
            reply["Error"] = _error("NotModelled", f"{missing.message}; the lab cannot answer this.", "NotImplemented", "")
        self._work.used += call.used
        self._work.changed = self._work.changed or call.world is not world
        reply |= {"Warnings": call.warnings, "Now": call.world.now, "Classes": {}, **table.message()}
        return call.world, reply


def _error(error_id: str, message: str, category: str, target: str) -> dict[str, str]:
    return {"Id": error_id, "Message": message, "Category": category, "Target": target}
