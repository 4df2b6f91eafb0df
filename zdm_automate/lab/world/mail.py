"""An Exchange organisation of the lab: servers, databases, mailboxes and what is in them, requests that move them. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from zdm_automate.lab.world.mail_batches import MailBatch
from zdm_automate.lab.world.mail_flow import MailFlow
from zdm_automate.lab.world.mail_tenant import Tenant
from zdm_automate.lab.world.refusal import NotModelledError

GB = 1024**3
MB = 1024**2

BUILDS: Mapping[str, str] = {
    "2003": "Version 6.5 (Build 7638.2: Service Pack 2)",
    "2007": "Version 8.3 (Build 83.6)",
    "2010": "Version 14.3 (Build 123.4)",
    "2013": "Version 15.0 (Build 1497.2)",
    "2016": "Version 15.1 (Build 2507.6)",
    "2019": "Version 15.2 (Build 1118.7)",
    "SE": "Version 15.2 (Build 2562.17)",
}
"""What a server of each version says it is."""

ENDED = frozenset({"Completed", "CompletedWithWarning", "CompletedWithSkippedItems"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """An Exchange server.

    Attributes:
        version: 2003 to SE.
        replication_service: whether the Mailbox Replication Service runs.
        scp: its service connection point; None where it was emptied.
        mrs_proxy: whether other organisations may fetch mailboxes by way of it.
        log_free: free bytes of the disk that its transaction logs lie on.
        urls: internal and external URL by service (`owa`, `EWS` ...).
        health: what the monitoring of 2003 says of a part that is not well: 0 unknown, 2 warning, 3 error.
    """

    name: str
    version: str
    replication_service: bool = True
    scp: str | None = None
    mrs_proxy: bool = False
    log_free: int = 500 * GB
    urls: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    health: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDatabase:
    """A mailbox database.

    Attributes:
        logs: bytes of transaction logs that no backup has cleared.
        rate: bytes per minute that one move into it copies.
    """

    name: str
    server: str
    mounted: bool = True
    circular: bool = False
    logs: int = 0
    rate: int = 200 * MB
    last_backup: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBox:
    """A mailbox.

    Attributes:
        size, items: of all that is in it.
        corrupt: damaged items, which a move meets and cannot copy.
        large: sizes of items above the usual.
        full_access, send_as, on_behalf: aliases of who may.
        last_logon: when somebody opened it last.
        clients: what it is open in now, such as `11.0.8161.0` or `HTTP`.
        disconnected: since when its user is gone.
    """

    guid: str
    name: str
    alias: str
    database: str
    address: str = ""
    kind: str = "UserMailbox"
    size: int = 0
    items: int = 0
    corrupt: int = 0
    large: tuple[int, ...] = ()
    quota: int | None = None
    on_hold: bool = False
    archive: bool = False
    forwards_to: str = ""
    full_access: tuple[str, ...] = ()
    send_as: tuple[str, ...] = ()
    on_behalf: tuple[str, ...] = ()
    last_logon: datetime | None = None
    clients: tuple[str, ...] = ()
    disconnected: datetime | None = None

    def legacy_dn(self, organization: str) -> str:
        """The name by which every version finds it."""
        kind = "CONFIGURATION" if self.kind in {"ArbitrationMailbox", "SystemMailbox"} else "RECIPIENTS"
        return f"/O={organization.upper()}/OU=FIRST ADMINISTRATIVE GROUP/CN={kind}/CN={self.alias.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move request.

    Attributes:
        held: SuspendWhenReadyToComplete.
        suspended: told to pause.
        copied: bytes so far, of `size`.
        lost: items left behind.
        stalled: seconds that it has stood still, by the cause's name.
    """

    guid: str
    source: str
    target: str
    batch: str = ""
    bad_item_limit: int = 0
    held: bool = False
    suspended: bool = False
    complete_after: datetime | None = None
    status: str = "Queued"
    detail: str = "Queued"
    stage: str = "None"
    percent: int = 0
    size: int = 0
    copied: int = 0
    bad_items: int = 0
    queued: datetime | None = None
    started: datetime | None = None
    updated: datetime | None = None
    synced: datetime | None = None
    suspended_at: datetime | None = None
    completed: datetime | None = None
    stalled: int = 0
    failure: str = ""
    failure_side: str = ""
    message: str = ""
    report: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the service still has something to do with it."""
        return self.status not in ENDED | {"Failed", "Suspended", "AutoSuspended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOrg:
    """The organisation.

    Attributes:
        session_limit: sessions that an account may have open on one server.
        ticked: until when the replication service has worked.
        troubles: what is wrong, by whom it befalls: a mailbox's GUID, a database or a server.
        relays: devices' addresses by the name of a receive connector that lets them relay.
        batches: migration batches by name.
        tenant: its organisation in Exchange Online; None for none.
        flow: where mail and clients go.
    """

    name: str = "First Organization"
    domain: str = ""
    session_limit: int = 18
    at_once: int = 10
    servers: Mapping[str, MailServer] = field(default_factory=dict)
    databases: Mapping[str, MailDatabase] = field(default_factory=dict)
    mailboxes: Mapping[str, MailBox] = field(default_factory=dict)
    moves: Mapping[str, Move] = field(default_factory=dict)
    ticked: datetime | None = None
    troubles: Mapping[str, str] = field(default_factory=dict)
    relays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    batches: Mapping[str, MailBatch] = field(default_factory=dict)
    tenant: Tenant | None = None
    flow: MailFlow = field(default_factory=MailFlow)

    def server(self, host: str) -> MailServer:
        """The Exchange server on a host.

        Raises:
            NotModelledError: there is none.
        """
        found = self.servers.get(host.partition(".")[0].upper())
        if found is None:
            raise NotModelledError(f"{host} has no Exchange", host=host)
        return found

    def with_move(self, move: Move) -> MailOrg:
        """The organisation with this request."""
        return replace(self, moves={**self.moves, move.guid: move})

    def without_move(self, guid: str) -> MailOrg:
        """The organisation without the request of a mailbox."""
        return replace(self, moves={key: one for key, one in self.moves.items() if key != guid})
