"""What can befall a move: each cause with the words in which old and newer versions of Exchange say it. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause.

    Attributes:
        status: what the request's status becomes.
        detail: the StatusDetail of 2016 and later; `old` that of 2010 and 2013, empty where it is the same.
        side: whose fault it is.
    """

    status: str
    detail: str
    message: str
    old: str = ""
    side: str = "Target"
    failure: str = ""

    @property
    def old_detail(self) -> str:
        """The StatusDetail of 2010 and 2013."""
        return self.old or self.detail


def _stall(detail: str, old: str = "", *, side: str = "Target", message: str = "The job is stalled.") -> Trouble:
    return Trouble("InProgress", detail, message, old, side)


def _passing(detail: str, message: str, *, side: str = "Target") -> Trouble:
    return Trouble("Retrying", detail, message, "", side, "RemoteTransientException")


def _failed(detail: str, message: str, failure: str, *, side: str = "Target") -> Trouble:
    return Trouble("Failed", detail, message, "", side, failure)


TROUBLES: Final[Mapping[str, Trouble]] = {
    "content-index": _stall("StalledDueToTarget_ContentIndexing", "StalledDueToCI"),
    "search-index": _stall("StalledDueToTarget_BigFunnel", "StalledDueToCI"),
    "replication": _stall("StalledDueToTarget_MdbReplication", "StalledDueToHA"),
    "copies": _stall("StalledDueToTarget_MdbAvailability", "StalledDueToHA"),
    "disk": _stall("StalledDueToTarget_DiskLatency", "StalledDueToWriteThrottle"),
    "target-cpu": _stall("StalledDueToTarget_Processor", "StalledDueToWriteCpu"),
    "target-lock": _stall("StalledDueToTarget_MailboxLock", "StalledDueToMailboxLock"),
    "target-full": _stall("StalledDueToTarget_MailboxCapacityExceeded", "StalledDueToWriteUnknown"),
    "target-unknown": _stall("StalledDueToTarget_UnknownReason", "StalledDueToWriteUnknown"),
    "source-lock": _stall("StalledDueToSource_MailboxLock", "StalledDueToMailboxLock", side="Source"),
    "source-busy": _stall("StalledDueToSource_EndpointCapacityExceeded", "StalledDueToReadThrottle", side="Source"),
    "source-replication": _stall("StalledDueToSource_MdbReplication", "StalledDueToHA", side="Source"),
    "source-disk": _stall("StalledDueToSource_DiskLatency", "StalledDueToReadThrottle", side="Source"),
    "source-cpu": _stall("StalledDueToSource_Processor", "StalledDueToReadCpu", side="Source"),
    "source-unknown": _stall("StalledDueToSource_UnknownReason", "StalledDueToReadUnknown", side="Source"),
    "resource": _stall("Stalled"),
    "not-picked-up": _stall("WaitingForJobPickup"),
    "copies-catch-up": _stall("DataReplicationWait"),
    "directory": _stall("ADUpdate"),
    "network": _passing("NetworkFailure", "The call to the other server timed out."),
    "database-offline": _passing("MDBOffline", "The database is not mounted."),
    "proxy-busy": _passing("ProxyBackoff", "The replication proxy takes no more connections."),
    "server-busy": _passing("ServerBusyBackoff", "The server is too busy."),
    "passing": _passing("TransientFailure", "A transient failure."),
    "passing-source": _passing("TransientFailureSource", "A transient failure on the source.", side="Source"),
    "passing-target": _passing("TransientFailureTarget", "A transient failure on the target."),
    "let-go": _passing("Relinquished", "The service let go of the job."),
    "failover": _passing("RelinquishedMDBFailover", "The database moved to another server."),
    "guarantee": _passing("RelinquishedDataGuarantee", "The copies of the database have to catch up."),
    "let-go-copies": _passing("RelinquishedHAStall", "The copies of the database were behind."),
    "let-go-index": _passing("RelinquishedCIStall", "The content index was behind."),
    "let-go-load": _passing("RelinquishedWlmStall", "The server was too busy."),
    "let-go-full": _passing("RelinquishedDueToTargetMailboxCapacityExceeded", "The mailbox takes nothing more."),
    "failed-network": _failed("FailedNetwork", "The other server cannot be reached.", "RemotePermanentException"),
    "failed-copies": _failed("FailedStallDueToHA", "The copies stayed behind.", "StallDueToHAPermanentException"),
    "failed-index": _failed("FailedStallDueToCI", "The content index stayed behind.", "StallDueToCIPermanentException"),
    "failed-store": _failed("FailedMAPI", "The store refused.", "StoragePermanentException"),
    "failed-other": _failed("FailedOther", "The move failed.", "MigrationPermanentException"),
    "failed-stuck": _failed("FailedStuck", "The move made no progress.", "RelinquishJobStuckPermanentException"),
    "failed": _failed("Failed", "The move failed.", "MigrationPermanentException"),
    "cancelled": _failed("Canceled", "The request was canceled.", "RequestCanceledPermanentException"),
    "removed-elsewhere": _failed("Removed", "The request was removed.", "RequestCanceledPermanentException"),
    "no-state": Trouble("None", "None", "The queue does not know of the request yet."),
}
"""By name, as `zdm lab mail trouble` takes them."""

COARSE: Final = "coarse-words"
SKIPS: Final = "skips-items"
WORDINGS: Final = frozenset({COARSE, SKIPS})
"""What changes the words of a request alone: groups of states instead of states, skipped items instead of a warning."""

GROUPS: Final[Mapping[str, str]] = {
    "Queued": "OverallMove",
    "InitializingMove": "InProgress",
    "CreatingMailbox": "InitialSeeding",
    "CreatingFolderHierarchy": "InitialSeeding",
    "CreatingInitialSyncCheckpoint": "InitialSeeding",
    "LoadingMessages": "InitialSeeding",
    "CopyingMessages": "InitialSeeding",
    "IncrementalSync": "Completion",
    "Finalization": "Completion",
    "Cleanup": "Completion",
}
"""The group of each state of a request that works."""
