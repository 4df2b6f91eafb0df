"""The lab's tenant of Exchange Online for tests: in memory, or behind the stub of its module in a real PowerShell."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mail_lab import SPECS, keeper_of, office

from zdm_automate.lab.exchange.direct import DirectExchange
from zdm_automate.lab.exchange.door import Door
from zdm_automate.lab.exchange.module import write_certificate, write_module
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office_tenant import APP
from zdm_automate.lab.world.mail_tenant import Tenant
from zdm_automate.online_session import OnlineSession, online_cmdlets, session_text
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.online import OnlineLogin, OnlineTransport

PASSWORD = "pfx-word-91"
NAME = "cloudexample.onmicrosoft.com"


def cloud() -> Keeper:
    """The world of the office `mailcloud`, standing still."""
    return keeper_of(office("mailcloud").world)


def tenant_of(keeper: Keeper) -> Tenant:
    """The tenant now."""
    assert keeper.world.mail is not None
    assert keeper.world.mail.tenant is not None
    return keeper.world.mail.tenant


def direct(keeper: Keeper) -> OnlineSession:
    """A session without a process, open."""
    target = Target(host=NAME, address="192.0.2.1")
    made = OnlineSession(DirectExchange(target=target, keeper=keeper), SPECS, now=keeper.now)
    made.connect()
    return made


def transport(module: Path, certificate: Path, **own: Any) -> OnlineTransport:
    """A way to the tenant by a module."""
    known: dict[str, Any] = {
        "organization": NAME,
        "app_id": APP,
        "certificate_file": certificate,
        "password": Secret(PASSWORD),
        "module": str(module),
        "commands": online_cmdlets(SPECS),
    }
    target = Target(host=NAME, address="outlook.office365.com", auth="certificate")
    agent = Library.load(folders("ps_scripts")).agent_text
    return OnlineTransport(target, OnlineLogin(**known | own), agent=agent, prelude=session_text())


class Held:
    """The module's stub over the office's tenant; everything ends with the stack that it is given."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self.keeper = cloud()
        self.certificate = folder / "application.pfx"
        self.door = Door(self.keeper, write_certificate(self.certificate, PASSWORD))
        ending.callback(self.door.stop)
        self.module = write_module(folder, self.door)
        self._ending = ending

    def transport(self, **own: Any) -> OnlineTransport:
        """The product's own way to it."""
        made = transport(self.module, self.certificate, **own)
        self._ending.callback(made.close)
        return made

    def session(self, transport: OnlineTransport) -> OnlineSession:
        """A session over it, not yet open."""
        return OnlineSession(transport, SPECS, now=self.keeper.now)
