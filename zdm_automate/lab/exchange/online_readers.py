"""What a tenant answers when it is asked: itself, its domains, plans, mailboxes, mail users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.lab.exchange.online import OnlineCall, online
from zdm_automate.mail.values import UNLIMITED, size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.exchange.models import Row


@online("Get-OrganizationConfig")
def get_organization(call: OnlineCall) -> Iterator[Row]:
    """The organisation itself."""
    yield {"Name": call.tenant.organization, "DisplayName": call.org.name, "Identity": call.tenant.organization}


@online("Get-AcceptedDomain")
def get_domain(call: OnlineCall) -> Iterator[Row]:
    """Its first domain, the one for routing between both sides, and those that were verified."""
    first = call.tenant.organization
    routing = first.replace(".onmicrosoft.com", ".mail.onmicrosoft.com")
    for name in (first, routing, *call.tenant.domains):
        yield {"Name": name, "DomainName": name, "DomainType": "Authoritative", "Default": name == first}


@online("Get-MailboxPlan")
def get_plan(call: OnlineCall) -> Iterator[Row]:
    """What each kind of licence allows."""
    for one in call.tenant.plans.values():
        yield {
            "Name": one.name,
            "DisplayName": one.name,
            "IsDefault": one.default,
            "ProhibitSendReceiveQuota": size_text(one.quota),
        }


@online("Get-Mailbox")
def get_mailbox(call: OnlineCall, *, ResultSize: Any = 1000) -> Iterator[Row]:
    """Mailboxes of people; more than were asked for are said to be there."""
    found = list(call.tenant.mailboxes.values())
    limit = len(found) if str(ResultSize) == UNLIMITED else int(ResultSize)
    if len(found) > limit:
        call.warnings.append("There are more results available than are currently displayed.")
    for box in found[:limit]:
        yield {
            "Name": box.name,
            "Alias": box.alias,
            "ExchangeGuid": box.guid,
            "PrimarySmtpAddress": box.address,
            "RecipientTypeDetails": box.kind,
            "MailboxPlan": next((one.name for one in call.tenant.plans.values() if one.default), None),
            "SKUAssigned": True if box.licensed else None,
            "IsDirSynced": box.synced,
        }


@online("Get-MailUser")
def get_user(call: OnlineCall, *, ResultSize: Any = 1000) -> Iterator[Row]:
    """Users whom directory synchronisation has made and who have no mailbox here yet."""
    del ResultSize
    for one in call.tenant.users.values():
        yield {
            "Name": one.name,
            "ExchangeGuid": one.guid,
            "PrimarySmtpAddress": one.address,
            "RecipientTypeDetails": "MailUser",
            "IsDirSynced": True,
        }
