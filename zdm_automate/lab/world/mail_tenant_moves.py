"""What the batches of a tenant do as time passes, minute by minute. Pure transitions, no chance.

Its users go through the states of any batch (`mail_batches.py`), as if the tenant were one more database.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world import mail_batches
from zdm_automate.lab.world.mail import MailBox, MailDatabase, MailOrg
from zdm_automate.lab.world.mail_batches import ENDED
from zdm_automate.lab.world.mail_tenant import PLACE, CloudBatch, Tenant, arrived

if TYPE_CHECKING:
    from datetime import datetime

MOST = 2_000_000
"""Damaged items by which no batch of a tenant fails: they are counted, and somebody has to approve them."""


def active(org: MailOrg) -> bool:
    """Whether a batch of the tenant still has something to do."""
    return org.tenant is not None and mail_batches.active(_seen(org, org.tenant))


def minute(org: MailOrg, now: datetime) -> MailOrg:
    """One minute of the tenant's batches."""
    tenant = org.tenant
    if tenant is None:
        return org
    after = mail_batches.minute(_seen(org, tenant), now).batches
    batches: dict[str, CloudBatch] = {}
    gone: list[str] = []
    for name, one in tenant.batches.items():
        if name in after:
            batches[name] = replace(one, batch=after[name])
            gone += [
                guid
                for guid, user in after[name].users.items()
                if user.status in ENDED and one.batch.users[guid].status not in ENDED
            ]
    org = replace(org, tenant=replace(tenant, batches=batches))
    for guid in gone:
        if org.tenant is not None:
            org = arrived(org, org.tenant, guid)
    return org


def _seen(org: MailOrg, tenant: Tenant) -> MailOrg:
    """The batches as of an organisation with one database; who has arrived is still somebody there."""
    here = dict(org.mailboxes)
    for one in tenant.batches.values():
        for guid in one.batch.users:
            if guid not in here:
                box = tenant.mailboxes[guid]
                here[guid] = MailBox(guid=box.guid, name=box.name, alias=box.alias, database=PLACE)
    batches = {name: replace(one.batch, target=PLACE, bad_item_limit=MOST) for name, one in tenant.batches.items()}
    database = MailDatabase(name=PLACE, server=PLACE, rate=tenant.rate)
    return replace(org, databases={PLACE: database}, mailboxes=here, batches=batches)
