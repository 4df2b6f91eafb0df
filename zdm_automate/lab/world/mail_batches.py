"""Migration batches of an Exchange organisation: users go through their states minute by minute. Pure transitions.

A user's mailbox is in its old database until its completion has ended well, and in the new one from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zdm_automate.lab.world.mail import MailOrg

AGAIN: Final = timedelta(hours=24)
"""How often a synchronised user is brought up to date."""

FAILS: Final = "batch-fails"
CORRUPT: Final = "batch-record-damaged"
TROUBLES: Final = frozenset({FAILS, CORRUPT})

NEXT: Final[Mapping[str, str]] = {
    "Queued": "Validating",
    "Validating": "Provisioning",
    "Provisioning": "ProvisionUpdating",
    "ProvisionUpdating": "Syncing",
    "IncrementalSyncing": "IncrementalSynced",
    "Completing": "CompletionSynced",
    "Stopping": "Stopped",
    "Starting": "Queued",
}
"""What follows a state in the next minute, where nothing else is said."""

RESTING: Final = frozenset({"Synced", "IncrementalSynced"})
ENDED: Final = frozenset({"Completed", "CompletedWithWarnings"})
STILL: Final = ENDED | {
    "Failed",
    "IncrementalFailed",
    "CompletionFailed",
    "Corrupted",
    "Stopped",
    "IncrementalStopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchUser:
    """One row of a batch's list; `seeded` once the first copy was made."""

    guid: str
    status: str
    since: datetime
    seeded: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBatch:
    """A batch into one database."""

    name: str
    target: str
    bad_item_limit: int = 0
    users: Mapping[str, BatchUser] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """The batch's own word for what its users are at."""
        words = {one.status for one in self.users.values()}
        for asked, told in (
            ({"Removing"}, "Removing"),
            ({"Stopping"}, "Stopping"),
            ({"Starting"}, "Starting"),
            ({"Completing", "CompletionSynced"}, "Completing"),
            ({"IncrementalSyncing"}, "IncrementalSyncing"),
            ({"Queued", "Validating", "Provisioning", "ProvisionUpdating", "Syncing"}, "Syncing"),
            ({"Stopped", "IncrementalStopped"}, "Stopped"),
            ({"Failed", "IncrementalFailed", "CompletionFailed"}, "SyncedWithErrors"),
            ({"Corrupted"}, "Corrupted"),
            ({"Synced", "IncrementalSynced"}, "Synced"),
        ):
            if words & asked:
                return told
        return "Completed"

    def all_to(self, status: str, now: datetime, among: frozenset[str] | None = None) -> MailBatch:
        """The batch with all its users, or those in some states, in another."""
        users = {
            key: replace(one, status=status, since=now, error="") if among is None or one.status in among else one
            for key, one in self.users.items()
        }
        return replace(self, users=users)


def active(org: MailOrg) -> bool:
    """Whether a batch still has something to do."""
    return any(user.status not in STILL for batch in org.batches.values() for user in batch.users.values())


def minute(org: MailOrg, now: datetime) -> MailOrg:
    """One minute of all batches."""
    for batch in list(org.batches.values()):
        if all(user.status == "Removing" for user in batch.users.values()):
            org = replace(org, batches={key: one for key, one in org.batches.items() if key != batch.name})
            continue
        for user in list(batch.users.values()):
            org = _user(org, batch.name, user, now)
    return org


def _user(org: MailOrg, name: str, user: BatchUser, now: datetime) -> MailOrg:
    batch, box = org.batches[name], org.mailboxes[user.guid]
    trouble = org.troubles.get(user.guid, "")
    status, error = _next(org, batch, user, trouble, now)
    if status == user.status:
        return org
    if status in ENDED:
        org = replace(org, mailboxes={**org.mailboxes, box.guid: replace(box, database=batch.target, corrupt=0)})
    seeded = user.seeded or status == "Synced"
    changed = replace(user, status=status, since=now, error=error, seeded=seeded)
    return replace(org, batches={**org.batches, name: replace(batch, users={**batch.users, user.guid: changed})})


def _next(  # noqa: PLR0911 - one return per state
    org: MailOrg, batch: MailBatch, user: BatchUser, trouble: str, now: datetime
) -> tuple[str, str]:
    """The state that follows, with the error where it is a failure."""
    box = org.mailboxes[user.guid]
    status = user.status
    if status in STILL or status == "Removing":
        return status, user.error
    if trouble == CORRUPT:
        return "Corrupted", "The record of this user is damaged."
    if trouble == FAILS and status in {"Syncing", "IncrementalSyncing", "Completing"}:
        failed = {"Syncing": "Failed", "IncrementalSyncing": "IncrementalFailed", "Completing": "CompletionFailed"}
        return failed[status], "Error: MigrationTransientException: the other side does not answer."
    if status == "Syncing":
        if box.corrupt > batch.bad_item_limit:
            return "Failed", "Error: TooManyBadItemsPermanentException: more damaged items than allowed."
        copied = (now - user.since) / timedelta(minutes=1) * org.databases[batch.target].rate
        return ("Synced", "") if copied >= box.size else (status, "")
    if status in RESTING:
        return ("IncrementalSyncing", "") if now - user.since >= AGAIN else (status, "")
    if status == "CompletionSynced":
        return ("CompletedWithWarnings" if box.corrupt else "Completed"), ""
    if status == "Stopping":
        return ("IncrementalStopped" if user.seeded else "Stopped"), ""
    if status == "Starting":
        return ("IncrementalSyncing" if user.seeded else "Queued"), ""
    return NEXT.get(status, status), ""
