"""An endpoint that takes commands and no scripts, as JEA (RestrictedRemoteServer, NoLanguage) and Exchange have them.

It shows which commands there are, refuses every script as Windows does, and counts them.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from threading import Event

    from zdm_automate.lab.endpoint.engine import Command, Emitter, Invocation

VISIBLE: Final = (
    "Clear-Host",
    "Exit-PSSession",
    "Get-Command",
    "Get-FormatData",
    "Get-Help",
    "Measure-Object",
    "Out-Default",
    "Select-Object",
)
"""What every RestrictedRemoteServer session has (about_Session_Configuration_Files)."""


def shown_commands(command: Command, there: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """The answer of Get-Command with `-Name`; `there` None stands for an endpoint that has every command.

    Raises:
        Refusal: one that is not there.
    """
    wanted = dict(command.parameters).get("Name", there or ())
    rows: list[dict[str, Any]] = []
    for name in [wanted] if isinstance(wanted, str) else list(wanted):
        found = name if there is None else next((one for one in there if one.casefold() == str(name).casefold()), None)
        if found is None:
            raise Refusal(
                "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand",
                f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program.",
                category="ObjectNotFound",
                target=str(name),
            )
        rows.append({"Name": found, "CommandType": "Cmdlet"})
    return rows


class CommandsOnly:
    """See `Engine`.

    Attributes:
        scripts: how many scripts were sent.
    """

    def __init__(self) -> None:
        self.scripts = 0
        self._lock = Lock()

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        """Answers commands.

        Raises:
            Refusal: a script, or a command that is not visible.
        """
        del host, stopped
        for command in invocation.commands:
            if command.is_script:
                with self._lock:
                    self.scripts += 1
                raise Refusal(
                    "ScriptsNotAllowed",
                    "The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
                    category="InvalidArgument",
                )
            if command.text.casefold() != "get-command":
                raise Refusal(
                    "CommandNotFoundException",
                    f"The term '{command.text}' is not recognized as the name of a cmdlet, function, script file, or operable "
                    "program.",
                    category="ObjectNotFound",
                    target=command.text,
                )
            for row in shown_commands(command, VISIBLE):
                emit.output(row)
