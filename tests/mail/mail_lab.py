"""An Exchange organisation of the lab for tests: in memory, or with its endpoint on loopback."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.exchange.direct import Around, DirectExchange
from zdm_automate.lab.exchange.endpoint import ExchangeEndpoint
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Office, Pace, find_office, read_office
from zdm_automate.lab.pwsh.engine import PwshEngine
from zdm_automate.lab.servers import world_bridge
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.lab.world.model import World
from zdm_automate.mail.specs import Specs
from zdm_automate.mail_session import ExchangeSession
from zdm_automate.resources import folders
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.psrp import PsrpTransport

SPECS = Specs.load(folders("ps_scripts"))
HOST = "EX16"


@cache
def office(name: str = "mail") -> Office:
    """The office, read once."""
    return read_office(find_office(name))


def keeper_of(world: World | None = None) -> Keeper:
    """A world that stands still between calls."""
    made = world or office().world
    return Keeper(made, WorldClock(made.now, rate=0), Pace(reader=0, applier=0))


def session(
    keeper: Keeper, host: str = HOST, *, around: Around | None = None, keep: Callable[[str, str], str] | None = None
) -> ExchangeSession:
    """A session without sockets, open."""
    transport = DirectExchange(target=Target(host=host, address="192.0.2.1"), keeper=keeper)
    if around is not None:
        transport.around = around
    made = ExchangeSession(transport, SPECS, now=keeper.now, keep=keep or (lambda _name, _text: "kept"))
    made.connect()
    return made


def change_org(keeper: Keeper, change: Callable[[MailOrg], MailOrg]) -> None:
    """Changes the organisation behind everybody's back."""

    def act(world: World) -> tuple[World, None]:
        assert world.mail is not None
        return replace(world, mail=change(world.mail)), None

    keeper.with_world(act)


def org_of(keeper: Keeper) -> MailOrg:
    """The organisation now."""
    found = keeper.world.mail
    assert found is not None
    return found


def guid_of(keeper: Keeper, alias: str) -> str:
    """A mailbox's GUID."""
    return next(one.guid for one in org_of(keeper).mailboxes.values() if one.alias == alias)


class Wire:
    """The endpoint of one server on loopback; everything ends with the stack that it is given."""

    def __init__(self, folder: Path, ending: ExitStack, *, limit: int = 18, engine: str = "sim") -> None:
        made = office()
        self.keeper = Keeper(made.world, WorldClock(made.world.now, rate=1), Pace(reader=0, applier=0))
        pwsh = None
        if engine == "pwsh":
            pwsh = PwshEngine(world_bridge(self.keeper, folder / "pwsh"), folder / "pwsh", ready=1)
            ending.callback(pwsh.stop)
            pwsh.start()
        self.exchange = ExchangeEndpoint(self.keeper, HOST, limit=limit, pwsh=pwsh)
        ending.callback(self.exchange.endpoint.close)
        accounts = Accounts(
            {made.user: made.password.get_secret_value()},
            netbios=made.world.directory.netbios,
            domain=made.world.directory.domain,
        )
        accounts.offer_ntlm(folder / "accounts")
        ending.callback(accounts.withdraw_ntlm)
        self.listener = Listener(self.exchange.endpoint.handle, accounts)
        self.listener.start()
        ending.callback(self.listener.stop)

    def target(self, host: str = HOST) -> Target:
        """Where it is reached."""
        made = office()
        return Target(
            host=host,
            address="127.0.0.1",
            port=self.listener.port,
            ssl=False,
            path="PowerShell",
            configuration="Microsoft.Exchange",
            auth="ntlm",
            credential=Credential(f"CORP\\{made.user}", Secret(made.password.get_secret_value())),
            spn_service="HTTP",
        )

    def session(self, host: str = HOST) -> ExchangeSession:
        """A session by the product's own transport, not yet open."""
        return ExchangeSession(PsrpTransport(self.target(host)), SPECS, now=self.keeper.now)
