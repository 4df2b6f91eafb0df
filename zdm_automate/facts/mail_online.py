"""What an organisation in Exchange Online says: domains, plans, mailboxes, users who wait for one, endpoints, its moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineDomain(Fact):
    """A domain that the organisation has proved to own."""

    zdm_type: ClassVar[str] = "Zdm.OnlineDomain"
    reader: ClassVar[str] = "Get-ZdmOnlineDomain"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OnlinePlan(Fact):
    """What a kind of licence allows; `quota` in bytes, None for no limit."""

    zdm_type: ClassVar[str] = "Zdm.OnlinePlan"
    reader: ClassVar[str] = "Get-ZdmOnlinePlan"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    default: bool
    quota: int | None


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineMailbox(Fact):
    """A mailbox there.

    Attributes:
        licensed: a licence is assigned; without one a mailbox that was moved is taken away after 30 days.
        synced: its user is managed on premises.
    """

    zdm_type: ClassVar[str] = "Zdm.OnlineMailbox"
    reader: ClassVar[str] = "Get-ZdmOnlineMailbox"
    key: ClassVar[tuple[str, ...]] = ("guid",)
    volatile: ClassVar[frozenset[str]] = frozenset({"licensed"})

    guid: str
    name: str
    address: str
    kind: str
    licensed: bool
    synced: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineUser(Fact):
    """A mail user whom directory synchronisation has made: a remote move finds the mailbox by its GUID."""

    zdm_type: ClassVar[str] = "Zdm.OnlineUser"
    reader: ClassVar[str] = "Get-ZdmOnlineUser"
    key: ClassVar[tuple[str, ...]] = ("guid",)

    guid: str
    name: str
    address: str
    synced: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationEndpoint(Fact):
    """How Exchange Online reaches the old servers.

    Attributes:
        kind: `ExchangeRemoteMove` or `ExchangeOutlookAnywhere`.
        server: the name by which it asks.
    """

    zdm_type: ClassVar[str] = "Zdm.MigrationEndpoint"
    reader: ClassVar[str] = "Get-ZdmMigrationEndpoint"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    kind: str
    server: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineMove(Fact):
    """One user of a batch there; what it is at moves by itself.

    Attributes:
        skipped: items that could not be copied.
        consistency: how good the copy is, in the service's word (`Perfect`, `Good`, `Investigate`, `Poor`).
        unapproved: what was skipped has not been accepted by anybody, and the user is not completed before.
    """

    zdm_type: ClassVar[str] = "Zdm.OnlineMove"
    reader: ClassVar[str] = "Get-ZdmOnlineMove"
    key: ClassVar[tuple[str, ...]] = ("address",)
    volatile: ClassVar[frozenset[str]] = frozenset({"status", "error", "skipped", "consistency"})

    address: str
    guid: str
    batch: str
    status: str
    error: str
    skipped: int
    consistency: str
    unapproved: bool

    def label(self) -> str:
        """Whose mailbox."""
        return self.address


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MrsProxy(Fact):
    """Whether other organisations may fetch mailboxes by way of a server."""

    zdm_type: ClassVar[str] = "Zdm.MrsProxy"
    reader: ClassVar[str] = "Get-ZdmMrsProxy"
    key: ClassVar[tuple[str, ...]] = ("server",)

    server: str
    directory: str
    enabled: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationTest(Fact):
    """Whether Exchange Online reaches the old servers now; `why` in the service's words where it does not."""

    zdm_type: ClassVar[str] = "Zdm.MigrationTest"
    reader: ClassVar[str] = "Test-ZdmMigrationServer"
    key: ClassVar[tuple[str, ...]] = ()
    transient: ClassVar[bool] = True

    reached: bool
    why: str
