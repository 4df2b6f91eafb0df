"""One host of a world with real PowerShell behind a real endpoint, and the product's own sessions with it, PSRP and WinRS.

Time stands still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zdm_automate import wire
from zdm_automate.errors import ZdmError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.quotas import WINRM_2, Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.endpoint.winrs import ShellOptions
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Pace
from zdm_automate.lab.perform import Outcome, perform
from zdm_automate.lab.pwsh.backend import PwshBackend
from zdm_automate.lab.pwsh.bridge import WorldBridge
from zdm_automate.lab.pwsh.engine import PwshEngine
from zdm_automate.lab.pwsh.programs import PwshPrograms
from zdm_automate.lab.world.model import World
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import ErrorRecord, Reply, Target, Transport
from zdm_automate.transport.psrp import PsrpTransport
from zdm_automate.transport.winrs import WinrsTransport

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
USER, PASSWORD = "Administrator", "Lab-Differential-2026!"
WAYS = ("psrp", "winrs")

Answer = tuple[str, Any]
"""`facts` and the facts, or the class of the error and its id."""


class WaysHost:
    """See the module; everything ends with the stack that it is given."""

    def __init__(self, folder: Path, library: Library, world: World, name: str, ending: ExitStack, *, agent: str = "") -> None:
        self.name = name
        self.world = world
        self._library = library
        self.keeper = Keeper(world, WorldClock(LONG_AGO, rate=0.0), Pace())
        engine = PwshEngine(WorldBridge(self.keeper, folder / "bridge"), folder / "pwsh", ready=0)
        ending.callback(engine.stop)
        engine.start()
        windows = world.host(name).windows
        old = windows.powershell == "2.0"

        def shell(user: str, configuration: str) -> PwshBackend:
            return engine.shell(name, user=user, configuration=configuration, old=old)

        def programs(user: str, options: ShellOptions) -> PwshPrograms:
            return engine.programs(name, user=user, version=windows.version, options=options)

        endpoint = Endpoint(name, shell, make_commands=programs, quotas=WINRM_2 if old else Quotas())
        ending.callback(endpoint.close)
        accounts = Accounts({USER: PASSWORD}, netbios="LAB", domain=world.directory.domain)
        accounts.offer_ntlm(folder / "accounts")
        listener = Listener(endpoint.handle, accounts)
        listener.start()
        ending.callback(listener.stop)
        target = Target(
            host=name, address="127.0.0.1", port=listener.port, ssl=False, credential=Credential(USER, Secret(PASSWORD))
        )
        ways: dict[str, Transport] = {
            "psrp": PsrpTransport(target, prelude=library.prelude_text),
            "winrs": WinrsTransport(target, prelude=library.prelude_text, agent=agent or library.agent_text),
        }
        self.sessions: dict[str, HostSession] = {}
        for way, transport in ways.items():
            ending.callback(transport.close)
            self.sessions[way] = HostSession(transport, library, now=self.keeper.now)
            self.sessions[way].connect()

    def answers(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, Answer]:
        """What a reader says by its twin and by each way, each on the same world."""
        twin = perform(self.world, self.name, self._library[verb], arguments)
        found = {"twin": _answer(lambda: wire.facts(self._library[verb], _reply(twin), self.name))}
        for way, session in self.sessions.items():
            self.keeper.with_world(lambda _: (self.world, None))
            found[way] = _answer(lambda session=session: session.read(verb, **arguments).facts)
            assert self.keeper.world == twin.world, f"{verb} by {way} leaves another world than its twin"
        return found


def _answer(ask: Any) -> Answer:
    try:
        return "facts", ask()
    except ZdmError as problem:
        return type(problem).__name__, problem.error_id.partition(",")[0]


def _reply(outcome: Outcome) -> Reply:
    """A twin's outcome as it would come over a wire."""
    error = outcome.error
    told = () if error is None else (ErrorRecord(error.error_id, error.message, error.category, error.target),)
    return Reply(output=tuple(outcome.rows), errors=told, warnings=outcome.warnings, had_errors=bool(told))
