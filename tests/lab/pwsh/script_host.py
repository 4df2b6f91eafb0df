"""Runs a verb's script for real on any host of any world: one process for many calls, as the gateway starts it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from engine_process import EngineProcess
from psrpcore.types import PSCredential, PSObject, PSSecureString

from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import CallRecord, Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.seam import TICKET
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_process import Result
    from psrpcore.types import ErrorRecord

    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Verb

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
USER = r"TEST\tester"


class ScriptHost:
    """A PowerShell process that plays the hosts it is told; time stands still in its worlds."""

    def __init__(self, executable: str, folder: Path, library: Library, world: World) -> None:
        self._executable = executable
        self._library = library
        self.records: list[CallRecord] = []
        clock = WorldClock(LONG_AGO, rate=0.0)
        self._keeper = Keeper(world, clock, Pace(), save=lambda _: None, log=self.records.append)
        self._bridge = WorldBridge(self._keeper, folder)
        self._start = f". '{folder.resolve() / 'start.ps1'}'"
        self._stack = ExitStack()
        self._ticket = ""
        self._process: EngineProcess | None = None
        self._playing: tuple[object, ...] | None = None

    def __enter__(self) -> Self:
        self._bridge.start()
        self._stack.callback(self._bridge.stop)
        self._ticket = self._bridge.enrol()
        first = next(name for name, host in self._keeper.world.hosts.items() if host.windows.version)
        self._bridge.assign(self._ticket, host=first, user=USER, configuration="Microsoft.PowerShell")
        environment = {**self._bridge.environment, TICKET: self._ticket}
        self._process = EngineProcess(self._executable, self._bridge.configuration_file, environment)
        try:
            self._stack.enter_context(self._process)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, world: World, host: str, verb: Verb | str, arguments: Mapping[str, Any]) -> Outcome:
        """Runs a verb, or the prelude, as the product sends it; gives what `perform` gives of its twin."""
        fresh = self._play(world, host)
        if verb != "prelude":
            self.records.clear()
        if verb == "prelude":
            return self._outcome(world, self._send(self._library.prelude_text) if fresh is None else fresh)
        assert not isinstance(verb, str)
        text = Library((verb,), self._library.prelude_text).script(verb.name).text
        return self._outcome(world, self._send(text, ZdmArguments=_arguments(arguments)))

    def script(self, world: World, host: str, text: str) -> Outcome:
        """Runs any script text."""
        self._play(world, host)
        return self._outcome(world, self._send(text))

    def _play(self, world: World, host: str) -> Result | None:
        """Takes world and host; where the host is another, starts anew and gives what the prelude gave."""
        self._keeper.with_world(lambda _: (world, None))
        there = world.host(host)
        self._bridge.assign(self._ticket, host=there.name, user=USER, configuration="Microsoft.PowerShell")
        playing = (there.name, there.release, there.culture, there.domain, there.features)
        if playing == self._playing:
            self.records.clear()
            return None
        started = self._send(self._start)
        assert started.failure is None, started.failure
        self._playing = playing
        return self._send(self._library.prelude_text)

    def _send(self, text: str, **parameters: Any) -> Result:
        assert self._process is not None
        result = self._process.run(text, **parameters)
        self._bridge.worked(self._ticket)
        return result

    def _outcome(self, world: World, result: Result) -> Outcome:
        after = self._keeper.world
        return Outcome(
            world=world if after == world else after,
            rows=tuple(plain(row) for row in result.output),
            error=_refusal(result.failure) if result.failure is not None else None,
            warnings=tuple(result.warnings),
            verbose=tuple(result.verbose),
            used=self.records[-1].used if self.records else (),
        )


def _arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: PSCredential(v[0], PSSecureString(v[1])) if isinstance(v, tuple) else v for name, v in arguments.items()}


def _refusal(record: ErrorRecord) -> Refusal:
    return Refusal(
        str(record.FullyQualifiedErrorId),
        str(getattr(record.Exception, "Message", record)),
        category=record.CategoryInfo.Category.name,
        target=str(record.TargetObject or ""),
    )


def plain(value: Any) -> Any:
    """An object of PowerShell as a row of plain values."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case str():
            return str(value)
        case dict():
            return {str(name): plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case PSObject():
            properties = [*value.PSObject.adapted_properties, *value.PSObject.extended_properties]
            return {one.name: plain(one.get_value(value)) for one in properties}
    raise TypeError(f"a verb gave a {type(value).__name__}")
