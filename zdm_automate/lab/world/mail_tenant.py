"""An organisation of Exchange Online beside the lab's own: mailboxes, users who wait for one, endpoints, batches. Values.

A mailbox is on premises until its batch has completed it, and in the tenant from then on; never in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world.mail_batches import MailBatch

if TYPE_CHECKING:
    from zdm_automate.lab.world.mail import MailOrg

MB: Final = 1024**2
GB: Final = 1024**3
PLACE: Final = "Exchange Online"
"""Where a mailbox of a batch goes, in the place of a database's name."""

TOKEN: Final = timedelta(minutes=60)
"""How long a session is good for."""

TROUBLES: Final = frozenset(
    {"throttled", "session-cut", "certificate-unknown", "no-role", "no-outlook-anywhere", "no-public-certificate", "no-rights"}
)
"""What can be wrong with a tenant, or with the way from it to the old servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudBox:
    """A mailbox of the tenant; `licensed` once somebody has paid for it, `synced` where its user is managed on premises."""

    guid: str
    name: str
    alias: str
    address: str
    kind: str = "UserMailbox"
    size: int = 0
    items: int = 0
    licensed: bool = False
    synced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudUser:
    """A mail user whom directory synchronisation has made; a remote move turns it into a mailbox."""

    guid: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudPlan:
    """A mailbox plan: what a licence of its kind allows."""

    name: str
    quota: int = 50 * GB
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEndpoint:
    """How the tenant reaches the old servers."""

    name: str
    kind: str
    server: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudBatch:
    """A batch with what a tenant knows of it besides; `users` of `batch` are GUIDs.

    Attributes:
        endpoint: through which it reaches the mailboxes.
        approved: users of whom what was left behind has been accepted.
    """

    batch: MailBatch
    endpoint: str
    kind: str
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The organisation.

    Attributes:
        organization: its first domain, `NAME.onmicrosoft.com`.
        app_id: the application that may manage it.
        domains: accepted domains besides.
        connections: until when each session is good, by its id.
        troubles: see `TROUBLES`.
        rate: bytes per minute that each mailbox of a batch copies.
    """

    organization: str
    app_id: str
    domains: tuple[str, ...] = ()
    rate: int = 100 * MB
    mailboxes: Mapping[str, CloudBox] = field(default_factory=dict)
    users: Mapping[str, CloudUser] = field(default_factory=dict)
    plans: Mapping[str, CloudPlan] = field(default_factory=dict)
    endpoints: Mapping[str, CloudEndpoint] = field(default_factory=dict)
    batches: Mapping[str, CloudBatch] = field(default_factory=dict)
    connections: Mapping[str, datetime] = field(default_factory=dict)
    troubles: frozenset[str] = frozenset()

    def connected(self, number: str, now: datetime) -> bool:
        """Whether a session is still good."""
        return number in self.connections and now < self.connections[number]

    def with_batch(self, made: CloudBatch) -> Tenant:
        """The tenant with this batch."""
        return replace(self, batches={**self.batches, made.batch.name: made})


def arrived(org: MailOrg, tenant: Tenant, guid: str) -> MailOrg:
    """The organisation in which a mailbox has gone over: it is in the tenant and no longer here."""
    box = org.mailboxes[guid]
    synced = guid in tenant.users
    made = CloudBox(
        guid=box.guid,
        name=box.name,
        alias=box.alias,
        address=box.address,
        kind=box.kind,
        size=box.size,
        items=box.items - box.corrupt,
        synced=synced,
    )
    tenant = replace(
        tenant,
        mailboxes={**tenant.mailboxes, guid: made},
        users={key: one for key, one in tenant.users.items() if key != guid},
    )
    return replace(org, tenant=tenant, mailboxes={key: one for key, one in org.mailboxes.items() if key != guid})
