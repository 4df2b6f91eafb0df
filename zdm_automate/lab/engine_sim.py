"""Engine `sim`: recognises a verb by the hash of its text and runs its twin over the world. It runs no other script.

Of commands without a script it answers Get-Command, by which a client finds out whether scripts are taken.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.commands_only import shown_commands
from zdm_automate.lab.vm_direct_sim import DirectSessions
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Library, known_scripts, sha256
from zdm_automate.secrets import Credential

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event
    from typing import Literal

    from zdm_automate.lab.endpoint.engine import Command, Emitter, Invocation
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.scripts import Verb


class SimEngine:
    """Runs verbs over the keeper's world. `load` reads the verbs; it is called again when a text is not known."""

    def __init__(self, keeper: Keeper, load: Callable[[], Library]) -> None:
        self._keeper = keeper
        self._load = load
        self._lock = Lock()
        library = load()
        self._known: dict[str, Verb | Literal["prelude"]] = known_scripts(library)
        self._carrier = sha256(library.carrier_text)
        self._direct = DirectSessions()

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        """Runs each command in turn.

        Raises:
            Refusal: what a verb ended with, or that the command is not a verb.
        """
        for command in invocation.commands:
            if stopped.is_set():
                return
            if not command.is_script and command.text.casefold() == "get-command":
                for row in shown_commands(command, None):
                    emit.output(row)
                continue
            if command.is_script and sha256(command.text) == self._carrier:
                given = dict(dict(command.parameters)["ZdmArguments"])
                emit.output(self._direct.carry(self, self._keeper.world, host, invocation.user, given, stopped))
                continue
            verb = self._verb(command)
            outcome = self._keeper.perform(host, verb, _arguments(command), user=invocation.user)
            for text in outcome.verbose:
                emit.verbose(text)
            for text in outcome.warnings:
                emit.warning(text)
            for row in outcome.rows:
                emit.output(row)
            if outcome.error is not None:
                raise outcome.error

    def _verb(self, command: Command) -> Verb | Literal["prelude"]:
        if not command.is_script:
            raise Refusal(
                "CommandNotFoundException",
                f"The lab's engine `sim` runs the verbs of zdm_automate only, not the command '{command.text[:80]}'.",
                category="ObjectNotFound",
                target=command.text[:80],
            )
        digest = sha256(command.text)
        with self._lock:
            if digest not in self._known:
                self._known = known_scripts(self._load())
            verb = self._known.get(digest)
        if verb is None:
            raise Refusal(
                "ZdmLabNotAVerb",
                "The lab's engine `sim` runs the verbs of zdm_automate only; this script is none of them.",
                category="NotImplemented",
                target=command.text.strip()[:80],
            )
        return verb


def _arguments(command: Command) -> Mapping[str, Any]:
    """The hashtable that every wrapped verb takes; for the twin a credential is name and password. The prelude takes none."""
    for name, value in command.parameters:
        if name == "ZdmArguments":
            return {key: _plain(one) for key, one in dict(value).items()}
    return {}


def _plain(value: Any) -> Any:
    return (value.username, value.password.reveal()) if isinstance(value, Credential) else value
