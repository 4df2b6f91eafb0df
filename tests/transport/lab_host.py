"""One host of a lab world with its endpoint on loopback, to be reached by the product's own transports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.commands_only import CommandsOnly
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.connection import Limits
from zdm_automate.lab.endpoint.engine import Engine
from zdm_automate.lab.endpoint.faults import Faults
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.lab.endpoint.winrs import ShellOptions
from zdm_automate.lab.engine_sim import SimEngine
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.winrs_sim import SimPrograms
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.psrp import PsrpTransport
from zdm_automate.transport.winrs import WinrsTransport

LIBRARY = Library.load(folders("ps_scripts"))
USER, PASSWORD = "Administrator", "Lab-Tiny-2026!"


class LabHost:
    """A host of the office `tiny`; everything ends with the stack that it is given."""

    def __init__(  # noqa: PLR0913 - a host is what it offers, named
        self,
        folder: Path,
        ending: ExitStack,
        *,
        name: str = "NEW",
        engine: Callable[[Engine], Engine] = lambda sim: sim,
        quotas: Quotas | None = None,
        configurations: tuple[str, ...] = ("Microsoft.PowerShell",),
        limits: Limits | None = None,
        tls: bool = False,
        programs: bool = True,
        agent: str = LIBRARY.agent_text,
        keytab: Path | None = None,
        kerberos_only: bool = False,
    ) -> None:
        load_models()
        office = read_office(find_office("tiny"))
        self.keeper = Keeper(office.world, WorldClock(office.world.now, rate=1), office.pace)
        sim = SimEngine(self.keeper, lambda: LIBRARY)
        self.engine = engine(sim)
        self.name = name
        self.faults = Faults()
        self.asked: list[str] = []
        accounts = Accounts({USER: PASSWORD}, netbios="TINY", domain="tiny.example.org")
        accounts.offer_ntlm(folder / "accounts")
        if keytab is not None:
            accounts.offer_kerberos(keytab)

        def shell(user: str, configuration: str) -> PsrpBackend:
            return PsrpBackend(self.engine, name, user=user, configuration=configuration)

        def command_line(user: str, options: ShellOptions) -> SimPrograms:
            made = SimPrograms(self.engine, name, user=user, agent=lambda: agent, options=options)
            heard = made.run

            def run(command: str, line: str) -> None:
                self.asked.append(line)
                heard(command, line)

            made.run = run  # type: ignore[method-assign]
            return made

        self.endpoint = Endpoint(
            name,
            shell,
            make_commands=command_line if programs else None,
            configurations=configurations,
            quotas=quotas,
            faults=self.faults,
        )
        ending.callback(self.endpoint.close)
        self.tls = TlsIdentity.of(folder / "tls", ["localhost", "127.0.0.1"]) if tls else None
        self.listener = Listener(
            self.endpoint.handle,
            accounts,
            tls=self.tls,
            allow_basic_http=True,
            kerberos_only=kerberos_only,
            faults=self.faults,
            limits=limits,
        )
        self.listener.start()
        ending.callback(self.listener.stop)
        self._ending = ending

    @property
    def scripts(self) -> int:
        """Scripts that a command-only engine has refused."""
        assert isinstance(self.engine, CommandsOnly)
        return self.engine.scripts

    def target(self, **own: Any) -> Target:
        known: dict[str, Any] = {
            "host": self.name,
            "address": "127.0.0.1",
            "port": self.listener.port,
            "ssl": self.tls is not None,
            "fingerprint": self.tls.fingerprint if self.tls else "",
            "credential": Credential(f"TINY\\{USER}", Secret(PASSWORD)),
        }
        return Target(**known | own)

    def psrp(self, **own: Any) -> PsrpTransport:
        made = PsrpTransport(self.target(**own), prelude=LIBRARY.prelude_text)
        self._ending.callback(made.close)
        return made

    def winrs(self, agent: str = LIBRARY.agent_text, **own: Any) -> WinrsTransport:
        made = WinrsTransport(self.target(**own), prelude=LIBRARY.prelude_text, agent=agent)
        self._ending.callback(made.close)
        return made
