"""WinRS over engine `sim`: of all programs it runs one, a `powershell.exe` that reads the product's agent from its input.

Each call that the agent would take is a verb, recognised by its hash like any other; nothing else is run.
"""

from __future__ import annotations

import base64
import codecs
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from psrpcore._crypto import PSRemotingCrypto
from psrpcore.types import serialize_clixml

from zdm_automate.errors import ZdmError
from zdm_automate.lab.endpoint.engine import Command, Invocation
from zdm_automate.lab.endpoint.outbox import STDOUT
from zdm_automate.lab.endpoint.values import to_ps
from zdm_automate.lab.endpoint.winrs import STDERR, NoCommands
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.transport.agent import ARGUMENTS, COMMAND, PRELUDE_ID, Calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.endpoint.engine import Engine
    from zdm_automate.lab.endpoint.winrs import ShellOptions
    from zdm_automate.transport.agent import Call

LINE: Final = " ".join((COMMAND, *ARGUMENTS))
WIDTH: Final = 4000


@dataclass(slots=True)
class Streams:
    """See `Emitter`: keeps what comes."""

    rows: list[Any] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def output(self, value: Any) -> None:
        """An object."""
        self.rows.append(value)

    def error(self, error_id: str, message: str, *, category: str = "NotSpecified", target: str = "") -> None:
        """A record of the error stream."""
        self.errors.append({"ErrorId": error_id, "Message": message, "Category": category, "Target": target})

    def warning(self, text: str) -> None:
        """A warning."""
        self.texts.setdefault("Warnings", []).append(text)

    def verbose(self, text: str) -> None:
        """A verbose record."""
        self.texts.setdefault("Verbose", []).append(text)

    def debug(self, text: str) -> None:
        """A debug record."""
        self.texts.setdefault("Debug", []).append(text)

    def information(self, text: str) -> None:
        """An information record."""
        self.texts.setdefault("Information", []).append(text)

    def progress(self, activity: str, status: str, percent: int) -> None:
        """The agent shows none."""

    def xml(self) -> str:
        """What came, as the agent serializes it."""
        body = {
            "Output": self.rows,
            "Errors": self.errors,
            "HadErrors": bool(self.errors),
            **{name: self.texts.get(name, []) for name in ("Warnings", "Verbose", "Debug", "Information")},
        }
        return str(serialize_clixml(to_ps(body), PSRemotingCrypto()))


@dataclass(slots=True)
class _Process:
    """One powershell.exe."""

    decoder: Any
    calls: Calls = field(default_factory=Calls)
    stopped: Event = field(default_factory=Event)


class SimPrograms(NoCommands):
    """See `CommandBackend`. `agent` gives the text that the product's agent has."""

    def __init__(self, engine: Engine, host: str, *, user: str, agent: Callable[[], str], options: ShellOptions) -> None:
        super().__init__(host)
        self._engine = engine
        self._name = host
        self._user = user
        self._agent = agent
        self._encoding = options.encoding
        self._processes: dict[str, _Process] = {}

    def run(self, command: str, line: str) -> None:
        """See `CommandBackend.run`."""
        if line != LINE:
            super().run(command, line)
            return
        self._outbox.open(command)
        self._processes[command] = _Process(codecs.getincrementaldecoder(self._encoding)(errors="replace"))

    def send(self, command: str, data: bytes, *, last: bool) -> None:
        """See `CommandBackend.send`."""
        process = self._processes.get(command)
        if process is None or self._outbox.ended(command):
            return
        known = process.calls.agent is not None
        try:
            calls = list(process.calls.feed(process.decoder.decode(data, final=last)))
        except ZdmError as problem:
            self._end(command, f"{problem.message}\r\n")
            return
        if not known and process.calls.agent is not None and process.calls.agent != self._agent().rstrip():
            self._end(command, "The lab's engine `sim` runs the agent of zdm_automate only; this script is not it.\r\n")
        elif calls:
            Thread(target=self._answer, args=(command, process, calls), name=f"lab-agent-{self._name}", daemon=True).start()
        elif last:
            self._outbox.end(command, 0)

    def _end(self, command: str, said: str) -> None:
        self._outbox.put(command, said.encode(self._encoding, "replace"), STDERR)
        self._outbox.end(command, 1)

    def _answer(self, command: str, process: _Process, calls: list[Call]) -> None:
        for call in calls:
            streams = Streams()
            given = () if call.identity == PRELUDE_ID else (("ZdmArguments", dict(call.arguments)),)
            asked = Invocation(commands=(Command(call.script, given, is_script=True),), user=self._user, configuration="winrs")
            try:
                self._engine.run(self._name, asked, streams, process.stopped)
            except Refusal as refusal:
                streams.error(refusal.error_id, refusal.message, category=refusal.category, target=refusal.target)
            if process.stopped.is_set():
                return
            self._outbox.put(command, _lines(call.identity, streams).encode("ascii"), STDOUT)

    def stop(self, command: str) -> None:
        """See `Backend.stop`."""
        process = self._processes.get(command)
        if process is not None and not self._outbox.ended(command):
            process.stopped.set()
            self._outbox.end(command, -1073741510)

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self.stop(command)
        self._processes.pop(command, None)
        super().forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        for process in self._processes.values():
            process.stopped.set()
        super().close()


def _lines(identity: str, streams: Streams) -> str:
    """The reply as the agent writes it."""
    text = base64.b64encode(streams.xml().encode()).decode()
    parts = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return "".join(f"ZDM {identity} {part}\r\n" for part in [*parts, "."])
