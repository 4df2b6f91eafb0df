"""Twins of the verbs that install and remove roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Row, modules_of
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class _Work:
    """What the two verbs have in common: reading, and the server's own answer to the change."""

    call: Call
    name: str
    answer: Row | None = None

    def check(self, word: str) -> None:
        """Refuses releases without the module."""
        if "ServerManager" not in modules_of(self.call.host):
            raise stop("Unsupported", f"Roles are {word} from Windows Server 2008 R2 on.", target=self.name)

    def read(self) -> Row:
        """Whether it is installed."""
        for row in self.call.cmdlet("Get-WindowsFeature"):
            if same(row["Name"], self.name):
                return {"Installed": row["Installed"]}
        raise stop(
            "NotFound", f"This server knows no role or feature '{self.name}'.", target=self.name, category="ObjectNotFound"
        )

    def record(self, row: Row) -> Row:
        """The change record with what the server said about a restart."""
        restart = self.answer is not None and self.answer["RestartNeeded"] != "No"
        return {**row, "RebootRequired": restart}


@twin("Install-ZdmFeature")
def install_feature(call: Call, /, *, name: str) -> Iterator[Row]:
    """With its tools on 2012 and later."""
    work = _Work(call, name)
    work.check("installed")

    def write(_: Row) -> None:
        if call.has("Install-WindowsFeature"):
            work.answer = call.cmdlet("Install-WindowsFeature", Name=name, IncludeManagementTools=True)[0]
        else:
            work.answer = call.cmdlet("Add-WindowsFeature", Name=name)[0]

    yield work.record(
        change(call, verb="Install-ZdmFeature", target=name, read=work.read, wanted={"Installed": True}, write=write)
    )


@twin("Uninstall-ZdmFeature")
def uninstall_feature(call: Call, /, *, name: str) -> Iterator[Row]:
    """Tools and data stay."""
    work = _Work(call, name)
    work.check("removed")

    def write(_: Row) -> None:
        command = "Uninstall-WindowsFeature" if call.has("Uninstall-WindowsFeature") else "Remove-WindowsFeature"
        work.answer = call.cmdlet(command, Name=name, Confirm=False)[0]

    yield work.record(
        change(call, verb="Uninstall-ZdmFeature", target=name, read=work.read, wanted={"Installed": False}, write=write)
    )
