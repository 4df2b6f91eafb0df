"""What an Exchange organisation says: servers, databases, mailboxes, who shares them, and the requests that move them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact

USER_KINDS = frozenset({"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox", "LinkedMailbox"})
"""RecipientTypeDetails of the mailboxes that people work with."""


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeServer(Fact):
    """A server of the organisation.

    Attributes:
        version: 2003 to SE, by its build.
        build: what it says itself.
    """

    zdm_type: ClassVar[str] = "Zdm.ExchangeServer"
    reader: ClassVar[str] = "Get-ZdmExchangeServer"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    fqdn: str
    version: str
    build: str
    roles: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxDatabase(Fact):
    """A mailbox database; sizes in bytes, None where the server does not say."""

    zdm_type: ClassVar[str] = "Zdm.MailboxDatabase"
    reader: ClassVar[str] = "Get-ZdmMailboxDatabase"
    key: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset({"size", "last_backup"})

    name: str
    server: str
    mounted: bool
    circular: bool
    size: int | None
    last_backup: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox(Fact):
    """A mailbox.

    Attributes:
        kind: RecipientTypeDetails.
        forwards_to: where its mail goes on to; empty for nowhere.
        on_behalf: who may send on its behalf, by name.
        quota: bytes at which it neither sends nor receives; None for no limit of its own.
    """

    zdm_type: ClassVar[str] = "Zdm.Mailbox"
    reader: ClassVar[str] = "Get-ZdmMailbox"
    key: ClassVar[tuple[str, ...]] = ("guid",)

    guid: str
    name: str
    alias: str
    address: str
    addresses: tuple[str, ...]
    kind: str
    database: str
    server: str
    on_hold: bool
    has_archive: bool
    forwards_to: str
    on_behalf: tuple[str, ...]
    quota: int | None

    def label(self) -> str:
        """Its alias, which is what people call it."""
        return self.alias


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStatistic(Fact):
    """How large a mailbox is; it grows by itself."""

    zdm_type: ClassVar[str] = "Zdm.MailboxStatistic"
    reader: ClassVar[str] = "Get-ZdmMailboxStatistic"
    key: ClassVar[tuple[str, ...]] = ("guid",)
    transient: ClassVar[bool] = True

    guid: str
    name: str
    size: int
    items: int
    database: str
    last_logon: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPermission(Fact):
    """Who may open whose mailbox: rights that were given, not inherited ones and not the owner's."""

    zdm_type: ClassVar[str] = "Zdm.MailboxPermission"
    reader: ClassVar[str] = "Get-ZdmMailboxPermission"
    key: ClassVar[tuple[str, ...]] = ("mailbox", "user")

    mailbox: str
    user: str
    rights: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailConnector(Fact):
    """A connector.

    Attributes:
        kind: `send` or `receive`.
        servers: source servers of a send connector, the server of a receive connector.
        addresses: address spaces, or remote addresses that may connect.
        anonymous: whether anybody there may submit (a relay for devices).
    """

    zdm_type: ClassVar[str] = "Zdm.MailConnector"
    reader: ClassVar[str] = "Get-ZdmConnector"
    key: ClassVar[tuple[str, ...]] = ("kind", "name")

    kind: str
    name: str
    servers: tuple[str, ...]
    addresses: tuple[str, ...]
    anonymous: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Scp(Fact):
    """The service connection point of a server: where Outlook in the domain looks for its settings."""

    zdm_type: ClassVar[str] = "Zdm.Scp"
    reader: ClassVar[str] = "Get-ZdmScp"
    key: ClassVar[tuple[str, ...]] = ("server",)

    server: str
    uri: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailUrl(Fact):
    """Under which addresses a server offers a service to clients; empty for none.

    Attributes:
        service: `owa`, `ecp`, `activesync`, `ews`, `oab` or `mapi`.
        directory: what Exchange calls it.
    """

    zdm_type: ClassVar[str] = "Zdm.MailUrl"
    reader: ClassVar[str] = "Get-ZdmVirtualDirectory"
    key: ClassVar[tuple[str, ...]] = ("server", "service")

    server: str
    service: str
    directory: str
    internal_url: str
    external_url: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxMove(Fact):
    """A request that moves a mailbox. What the server does by itself is volatile; what was asked of it is not.

    Attributes:
        guid: of the mailbox.
        batch: the wave.
        held: it stops before completion and waits to be released.
        complete_after: the moment from which on it completes by itself; empty where none was set.
        suspended: it was told to pause.
        bad_item_limit: items that it may lose; -1 for any number.
        size, done, rate: bytes in all, bytes so far, bytes per minute.
        failure, failure_side, message: why it failed or waits, in the server's words.
    """

    zdm_type: ClassVar[str] = "Zdm.MailboxMove"
    reader: ClassVar[str] = "Get-ZdmMailboxMove"
    key: ClassVar[tuple[str, ...]] = ("guid",)
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "status",
            "detail",
            "stage",
            "percent",
            "size",
            "items",
            "done",
            "items_done",
            "rate",
            "bad_items",
            "large_items",
            "missing_items",
            "queued_utc",
            "updated_utc",
            "synced_utc",
            "completed_utc",
            "stalled_seconds",
            "failure",
            "failure_side",
            "message",
        }
    )

    guid: str
    name: str
    source: str
    target: str
    batch: str
    held: bool
    suspended: bool
    bad_item_limit: int
    complete_after: str = ""
    status: str = "Queued"
    detail: str = "Queued"
    stage: str = "None"
    percent: int = 0
    size: int = 0
    items: int = 0
    done: int = 0
    items_done: int = 0
    rate: int = 0
    bad_items: int = 0
    large_items: int = 0
    missing_items: int = 0
    queued_utc: str = ""
    updated_utc: str = ""
    synced_utc: str = ""
    completed_utc: str = ""
    stalled_seconds: int = 0
    failure: str = ""
    failure_side: str = ""
    message: str = ""

    def label(self) -> str:
        """Whose mailbox."""
        return self.name


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxMoveReport(Fact):
    """The server's own report of a move, which it deletes with the request."""

    zdm_type: ClassVar[str] = "Zdm.MailboxMoveReport"
    reader: ClassVar[str] = "Get-ZdmMailboxMoveReport"
    key: ClassVar[tuple[str, ...]] = ("guid",)
    transient: ClassVar[bool] = True

    guid: str
    name: str
    status: str
    bad_items: int
    message: str
    report: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationBatch(Fact):
    """A migration batch; what it is at moves by itself."""

    zdm_type: ClassVar[str] = "Zdm.MigrationBatch"
    reader: ClassVar[str] = "Get-ZdmMigrationBatch"
    key: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset({"status"})

    name: str
    status: str
    total: int


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationUser(Fact):
    """One user of a batch, with what went wrong in the server's words."""

    zdm_type: ClassVar[str] = "Zdm.MigrationUser"
    reader: ClassVar[str] = "Get-ZdmMigrationUser"
    key: ClassVar[tuple[str, ...]] = ("address",)
    transient: ClassVar[bool] = True

    address: str
    batch: str
    status: str
    error: str
