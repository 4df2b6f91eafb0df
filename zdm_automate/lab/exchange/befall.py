"""What happens to an Exchange organisation while somebody moves mailboxes: troubles, a service, a backup. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.exchange.models import names_of
from zdm_automate.lab.world import mail_batches, mail_flow
from zdm_automate.lab.world.mail_moves import backed_up
from zdm_automate.lab.world.mail_troubles import TROUBLES, WORDINGS

if TYPE_CHECKING:
    from zdm_automate.lab.world.mail import MailOrg
    from zdm_automate.lab.world.model import World

ENDS: Final = "none"
STOPPED, STARTED, BACKUP, MOUNT = "service-stopped", "service-started", "backup", "mount"
WHAT: Final = (
    ENDS,
    STOPPED,
    STARTED,
    BACKUP,
    MOUNT,
    *TROUBLES,
    *sorted(WORDINGS | mail_batches.TROUBLES),
    *mail_flow.BEFALLS,
)


def befall(world: World, whom: str, what: str) -> World:
    """The world after something befell a mailbox, a database or a server.

    Raises:
        ValueError: nobody of that name, or nothing that the lab knows.
    """
    org = world.mail
    if org is None:
        raise ValueError("the office has no Exchange")
    if what not in WHAT:
        raise ValueError(f"the lab does not know {what!r}; it knows: {', '.join(WHAT)}")
    name = _named(org, whom)
    if what in {STOPPED, STARTED} and name in org.servers:
        server = replace(org.servers[name], replication_service=what == STARTED)
        return replace(world, mail=replace(org, servers={**org.servers, name: server}))
    if what == BACKUP and name in org.databases:
        return replace(world, mail=backed_up(org, name, world.now))
    if what == MOUNT and name in org.databases:
        database = replace(org.databases[name], mounted=True)
        return replace(world, mail=replace(org, databases={**org.databases, name: database}))
    if what in {STOPPED, STARTED, BACKUP, MOUNT}:
        raise ValueError(f"{what} does not happen to {whom}")
    if what in mail_flow.BEFALLS:
        if name not in org.servers:
            raise ValueError(f"{what} does not happen to {whom}")
        return replace(world, mail=mail_flow.befallen(org, name, what, world.now))
    left = {key: one for key, one in org.troubles.items() if key != name}
    return replace(world, mail=replace(org, troubles=left if what == ENDS else {**left, name: what}))


def _named(org: MailOrg, whom: str) -> str:
    wanted = whom.casefold()
    found = next((one for one in (*org.servers, *org.databases) if one.casefold() == wanted), "")
    found = found or next((box.guid for box in org.mailboxes.values() if wanted in names_of(box)), "")
    if not found:
        raise ValueError(f"there is no server, database or mailbox {whom!r}")
    return found
