"""A host of the lab with real PowerShell behind it and a world that only counts, and pypsrp's own classes to reach it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pypsrp.client import Client
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.endpoint.winrs import ShellOptions
from zdm_automate.lab.pwsh.backend import PwshBackend
from zdm_automate.lab.pwsh.engine import PwshEngine
from zdm_automate.lab.pwsh.programs import PwshPrograms

USER, PASSWORD = "Administrator", "correct horse"
CONFIGURATION = """@{
    SchemaVersion = '2.0.0.0'
    GUID = '6a1c2a56-0d4c-4ad1-9f0e-4a1b6a0f7d11'
    SessionType = 'Default'
    LanguageMode = 'FullLanguage'
    ScriptsToProcess = '%s'
}
"""
START_UP = """$global:LabHost = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($env:STILL_WORLD, $env:ZDM_LAB_TICKET))
function global:Get-LabHost { $global:LabHost }
$ExecutionContext.SessionState.InvokeProvider.Item.Set('Function:global:w32tm', [scriptblock]::Create("'time'"))
function global:netsh { "netsh on $($global:LabHost): $($args -join '|')"; $global:LASTEXITCODE = 3 }
"""


class StillWorld:
    """A `Bridge` without a world: it tells a process its host by a file, and counts what it is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        start_up = folder / "start-up.ps1"
        start_up.write_text(START_UP)
        self.configuration_file = folder / "still.pssc"
        self.configuration_file.write_text(CONFIGURATION % start_up)
        self.environment = {"STILL_WORLD": str(folder)}
        self.enrolled: list[str] = []
        self.assigned: list[tuple[str, str, str]] = []
        self.lent: list[str] = []
        self.pipelines: Counter[str] = Counter()
        self.released: list[str] = []
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def enrol(self) -> str:
        self.enrolled.append(f"ticket-{len(self.enrolled)}")
        return self.enrolled[-1]

    def assign(self, ticket: str, *, host: str, user: str, configuration: str) -> None:
        self.assigned.append((host, user, configuration))
        (self._folder / ticket).write_text(host)

    def lend(self, ticket: str) -> None:
        self.lent.append(ticket)
        (self._folder / ticket).write_text("")

    def worked(self, ticket: str) -> None:
        self.pipelines[ticket] += 1

    def release(self, ticket: str) -> None:
        self.released.append(ticket)


class Site:
    """One host, its processes and its listeners."""

    def __init__(self, folder: Path, tls: TlsIdentity, ending: ExitStack, *, ready: int = 0) -> None:
        self._ending = ending
        self.tls = tls
        self.accounts = Accounts({USER: PASSWORD}, netbios="TINY", domain="tiny.example.org")
        self.accounts.offer_ntlm(folder / "accounts")
        self.world = StillWorld(folder / "still")
        self.engine = PwshEngine(self.world, folder / "pwsh", ready=ready)
        self.engine.start()
        ending.callback(self.engine.stop)

    def up(self, *, quotas: Quotas | None = None, tls: bool = False, old: bool = False) -> Listener:
        """A listener of the host; a new endpoint behind it."""

        def shell(user: str, configuration: str) -> PwshBackend:
            return self.engine.shell("OLD", user=user, configuration=configuration, old=old)

        def programs(user: str, options: ShellOptions) -> PwshPrograms:
            return self.engine.programs("OLD", user=user, version="10.0.20348", options=options)

        self.endpoint = Endpoint("OLD", shell, make_commands=programs, quotas=quotas)
        self._ending.callback(self.endpoint.close)
        made = Listener(self.endpoint.handle, self.accounts, tls=self.tls if tls else None, allow_basic_http=True)
        made.start()
        self._ending.callback(made.stop)
        return made

    def wsman(self, listener: Listener, **more: Any) -> WSMan:
        """Pypsrp's connection to a listener."""
        given = {"auth": "negotiate", "ssl": False, "operation_timeout": 10, "read_timeout": 20} | more
        wsman = WSMan("127.0.0.1", port=listener.port, username=USER, password=PASSWORD, **given)
        self._ending.callback(wsman.close)
        return wsman

    def client(self, listener: Listener, **more: Any) -> Client:
        """Pypsrp's high-level client."""
        given = {"auth": "negotiate", "ssl": False, "operation_timeout": 10, "read_timeout": 20} | more
        made = Client("127.0.0.1", port=listener.port, username=USER, password=PASSWORD, **given)
        self._ending.callback(made.close)
        return made

    def pool(self, listener: Listener, **more: Any) -> RunspacePool:
        """An open pool."""
        made = RunspacePool(self.wsman(listener), **more)
        made.open()
        return made

    def pids(self) -> list[int]:
        """The processes there are."""
        return [one.pid for one in self.engine.processes]


def script(pool: RunspacePool, text: str, **parameters: Any) -> PowerShell:
    """Runs a script to its end."""
    pipeline = PowerShell(pool)
    pipeline.add_script(text)
    if parameters:
        pipeline.add_parameters(parameters)
    pipeline.invoke()
    return pipeline


def until(done: Callable[[], Any], seconds: float = 45.0) -> None:
    """Waits until something holds.

    Raises:
        AssertionError: it does not in so many seconds.
    """
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
