"""The `/PowerShell` endpoint of one Exchange server, with the session limit of its throttling policy, in either engine."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.lab.exchange.engine import ExchangeEngine
from zdm_automate.lab.exchange.scripts_seen import Watched

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.backend import ShellBackend
    from zdm_automate.lab.endpoint.faults import Faults
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.pwsh.engine import PwshEngine

CONFIGURATION: Final = "Microsoft.Exchange"


class ExchangeEndpoint:
    """One server's endpoint. `limit` is how many sessions an account may have; `pwsh` runs the cmdlets where it is given.

    `faults` are those of the line to it.

    Attributes:
        endpoint: what the listener talks to.
        scripts: how many pipelines with a script in them were sent to it.
    """

    def __init__(
        self, keeper: Keeper, host: str, *, limit: int, faults: Faults | None = None, pwsh: PwshEngine | None = None
    ) -> None:
        engine = ExchangeEngine(keeper)
        self.scripts = 0
        lock = Lock()

        def seen() -> None:
            with lock:
                self.scripts += 1

        def shell(user: str, configuration: str) -> ShellBackend:
            inside: ShellBackend = (
                PsrpBackend(engine, host, user=user, configuration=configuration)
                if pwsh is None
                else pwsh.shell(host, user=user, configuration=configuration, old=False)
            )
            return Watched(inside, seen)

        self.endpoint = Endpoint(
            host,
            shell,
            configurations=(CONFIGURATION,),
            quotas=Quotas(shells_per_user=limit, policy="MaxConcurrency"),
            faults=faults,
        )
