"""A cmdlet of Exchange Online over the lab's tenant: what is asked of it, and how its service says no.

Whether the cmdlet and its parameters exist there is judged as for any version; what the lab does not model is an error.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.exchange.models import ExchangeCall, Model, model
from zdm_automate.lab.world.mail import MailServer
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.mail_tenant import Tenant
    from zdm_automate.lab.world.model import World

ONLINE: Final = "Online"
PREFIX: Final = "online/"
"""Before the names of these models in the register: many cmdlets exist on premises too, and answer otherwise."""

OUTSIDE: Final = frozenset({"Connect-ExchangeOnline", "Disconnect-ExchangeOnline", "Get-ConnectionInformation"})
"""What works without a session."""


@dataclass(slots=True)
class OnlineCall(ExchangeCall):
    """A cmdlet at work in a tenant."""

    @property
    def tenant(self) -> Tenant:
        """The tenant."""
        found = self.org.tenant
        if found is None:
            raise NotModelledError("the office has no tenant of Exchange Online", host=self.host)
        return found

    @property
    def server(self) -> MailServer:
        """The service in the place of a server."""
        return MailServer(name=self.tenant.organization, version=ONLINE)

    def key(self, name: str) -> str:
        """Where the model of a cmdlet stands in the register."""
        return PREFIX + name.casefold()

    def keep(self, tenant: Tenant) -> None:
        """Takes this tenant as the present one."""
        self.update(replace(self.org, tenant=tenant))


def online(name: str) -> Callable[[Model], Model]:
    """Registers the model of a cmdlet of Exchange Online."""
    return model(PREFIX + name)


def is_tenant(world: World, host: str) -> bool:
    """Whether a host is the tenant."""
    tenant = world.mail.tenant if world.mail is not None else None
    return tenant is not None and tenant.organization.casefold() == host.casefold()


def call_on(world: World, host: str) -> ExchangeCall:
    """A cmdlet at work on a server, or in the tenant where that is what the host is."""
    if not is_tenant(world, host):
        return ExchangeCall(world=world, host=host)
    call = OnlineCall(world=world, host=host)
    if "throttled" in call.tenant.troubles:
        raise service_error(
            "Get-Mailbox",
            "Microsoft.Exchange.Data.Directory.OverBudgetException",
            "The server is currently throttling your requests: micro delay applied. Too many requests; try again later.",
        )
    return call


def service_error(cmdlet: str, kind: str, message: str) -> Refusal:
    """An error as the module writes it: a number, the exception's full name and the text, in one line."""
    number = hashlib.sha256(f"{cmdlet}{message}".encode()).hexdigest()[:6].upper()
    return Refusal("[Server=AM9PR07,RequestId=6d4a,TimeStamp=x],Write-ErrorMessage", f"Ex{number}|{kind}|{message}")


def not_found(cmdlet: str, message: str) -> Refusal:
    """Nothing of that name."""
    return service_error(cmdlet, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", message)


def one_of(call: OnlineCall, known: dict[str, Any], identity: Any, cmdlet: str, what: str) -> Any:
    """The one of that name, in any case.

    Raises:
        Refusal: none.
    """
    del call
    found = next((one for name, one in known.items() if name.casefold() == str(identity).casefold()), None)
    if found is None:
        raise not_found(cmdlet, f'The {what} "{identity}" can\'t be found.')
    return found
