"""Runs a verb's script for real on any host of any world: one process for many hosts, started as the gateway does."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from engine_process import EngineProcess
from psrpcore.types import PSCredential, PSObject, PSSecureString

from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import CallRecord, Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.profile import host_time, stub_modules
from zdm_automate.lab.pwsh.seam import TICKET
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.scripts import Library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_process import Result
    from psrpcore.types import ErrorRecord

    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Verb

TIME_KEPT = 0.03
"""Seconds for which a process believes the time that it was told last, with some room."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
USER = r"TEST\tester"
LEAVE = """param([string]$Ticket)
$env:ZDM_LAB_TICKET = $Ticket
$global:LabBridge.Client.Close()
"""
"""What the runspace before leaves to the next one of its process, which starts up as in a new process."""


class ScriptHost:
    """A PowerShell process that plays one host after another, each in a runspace of its own. Time stands still.

    A runspace is taken again where name, release, language, domain and modules of the host are those it was opened for.
    """

    def __init__(self, executable: str, folder: Path, library: Library, world: World) -> None:
        self._executable = executable
        self._library = library
        self._records: list[CallRecord] = []
        clock = WorldClock(LONG_AGO, rate=0.0)
        self._keeper = Keeper(world, clock, Pace(), save=lambda _: None, log=self._records.append)
        self._bridge = WorldBridge(self._keeper, folder)
        self._process: EngineProcess | None = None
        self._ticket = ""
        self._plays: object = None
        self._told: tuple[datetime, float] | None = None

    def __enter__(self) -> Self:
        self._bridge.start()
        self._ticket = self._bridge.enrol()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.close()
        self._bridge.stop()

    def run(self, world: World, host: str, verb: Verb | Literal["prelude"], arguments: Mapping[str, Any]) -> Outcome:
        """Runs a verb, or the prelude, as the product sends it; gives what `perform` gives of its twin."""
        if verb == "prelude":
            return self.script(world, host, self._library.prelude_text)
        text = Library((verb,), self._library.prelude_text).script(verb.name).text
        return self.script(world, host, text, ZdmArguments=_arguments(arguments))

    def script(self, world: World, host: str, text: str, **parameters: Any) -> Outcome:
        """Runs any script text where the prelude has run."""
        self._keeper.with_world(lambda _: (world, None))
        process = self._playing(world.host(host))
        self._records.clear()
        self._forget_the_time(host_time(world, world.host(host)))
        result = process.run(text, **parameters)
        self._told = host_time(self._keeper.world, self._keeper.world.host(host)), time.monotonic()
        self._bridge.worked(self._ticket)
        if stub_modules(self._keeper.world.host(host)) != stub_modules(world.host(host)):
            self._plays = None  # it may have loaded what the same host of another world has not
        return self._outcome(world, result)

    def _forget_the_time(self, now: datetime) -> None:
        """Waits until the process asks for the time again, where it is another one than it was told last."""
        if self._told is not None and self._told[0] != now:
            time.sleep(max(0.0, TIME_KEPT - (time.monotonic() - self._told[1])))

    def _playing(self, host: Host) -> EngineProcess:
        """The process in a runspace for a host; the desk behind it is new and knows nothing of earlier calls."""
        self._bridge.assign(self._ticket, host=host.name, user=USER, configuration="Microsoft.PowerShell")
        key = (host.name, host.computer_name, host.release, host.culture, host.domain, stub_modules(host))
        if self._process is not None and key == self._plays:
            return self._process
        self._plays = None
        if self._process is None:
            environment = {**self._bridge.environment, TICKET: self._ticket}
            self._process = EngineProcess(self._executable, self._bridge.configuration_file, environment)
            self._process.open()
        else:
            self._process.run(LEAVE, Ticket=self._ticket)
            self._process.reopen()
        prelude = self._process.run(self._library.prelude_text)
        assert prelude.failure is None, prelude.failure
        self._bridge.worked(self._ticket)
        self._plays = key
        return self._process

    def _outcome(self, world: World, result: Result) -> Outcome:
        after = self._keeper.world
        return Outcome(
            world=world if after == world else after,
            rows=tuple(plain(row) for row in result.output),
            error=_refusal(result.failure) if result.failure is not None else None,
            warnings=tuple(result.warnings),
            verbose=tuple(result.verbose),
            used=self._records[-1].used if self._records else (),
        )


def _arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: PSCredential(v[0], PSSecureString(v[1])) if isinstance(v, tuple) else v for name, v in arguments.items()}


_IN_A_METHOD = re.compile(r"""Exception calling "\w+" with "\d+" argument\(s\): "(the lab does not model .*)"$""", re.DOTALL)


def _refusal(record: ErrorRecord) -> Refusal:
    """What it says; out of a method of an object PowerShell wraps what the lab does not model, and here it is unwrapped."""
    message = str(getattr(record.Exception, "Message", record))
    if wrapped := _IN_A_METHOD.match(message):
        return Refusal("NotModelled", wrapped[1], category="NotImplemented")
    return Refusal(
        str(record.FullyQualifiedErrorId),
        message,
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
