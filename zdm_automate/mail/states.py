"""Every state of a move request, a batch user and a stall in a plain sentence, with what to do next. Words only.

What Exchange says with a word nobody knows is told as such, and never taken for a good state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Mood = Literal["waits", "works", "held", "stalled", "trouble", "failed", "done", "gone", "unknown"]


@dataclass(frozen=True, slots=True)
class State:
    """A state: its mood, what it means, what to do."""

    mood: Mood
    sentence: str
    action: str


_WAIT: Final = "Wait."
_POLL: Final = "Nothing; look again in a few minutes."

STATUS: Final[Mapping[str, State]] = {
    "None": State("waits", "The request has no state yet.", _POLL),
    "Queued": State("waits", "It waits for its turn.", "Wait; after an hour look whether the replication service runs."),
    "InProgress": State("works", "It copies while the mailbox is in use.", _POLL),
    "AutoSuspended": State("held", "All but the last changes are copied; it waits to be completed.", "Complete in the window."),
    "Synced": State("held", "All is copied and kept up to date; it waits for its moment.", "Complete in the window."),
    "Suspended": State("waits", "Somebody paused it.", "Resume it, or find out why it was paused."),
    "Retrying": State(
        "trouble", "It met a passing fault and tries again by itself.", "Wait 30 minutes, then read its message."
    ),
    "CompletionInProgress": State("works", "The mailbox is being switched over; it is locked for a moment.", _WAIT),
    "Completed": State("done", "The mailbox is in its new database.", "Check it, keep the report, remove the request."),
    "CompletedWithWarning": State(
        "done", "The mailbox is in its new database; something was left behind or could not be set.", "Read the report."
    ),
    "CompletedWithSkippedItems": State("done", "The mailbox has moved; items were skipped.", "Review the skipped items."),
    "Failed": State(
        "failed", "It has failed; the mailbox stays where it was.", "Read the reason, decide, then resume or remove."
    ),
}
"""What Get-MoveRequest knows."""


def _stall(what: str, action: str) -> State:
    return State("stalled", f"It stands still: {what}.", action)


def _passing(what: str, action: str = "Wait 30 minutes; then look at what it names.") -> State:
    return State("trouble", f"A passing fault: {what}.", action)


def _failed(what: str, action: str) -> State:
    return State("failed", f"It has failed: {what}.", action)


_INDEX: Final = "Look at the content index of the target database; rebuild it if it does not recover."
_DISK: Final = "Look at the disk: queue length, free space, a backup or virus scan that runs."
_CPU: Final = "Look at the processor load; move fewer mailboxes at once."
_COPIES: Final = "Look at the database copies and their queues."
_LOCK: Final = "Another move, a backup or a repair holds the mailbox: wait, then end what holds it."
_LOAD: Final = "Move fewer mailboxes at once, or wait for the night."
_LOGS: Final = "Look in the server's event log at that time."

DETAIL: Final[Mapping[str, State]] = {
    "None": STATUS["None"],
    "OverallMove": STATUS["InProgress"],
    "InProgress": STATUS["InProgress"],
    "Queued": STATUS["Queued"],
    "WaitingForJobPickup": State(
        "waits", "It waits for the replication service to take it.", "Look whether that service runs."
    ),
    "InitializingMove": State("works", "It opens both sides.", _POLL),
    "InitialSeeding": State("works", "It makes the first copy.", _POLL),
    "CreatingMailbox": State("works", "It makes the mailbox on the target.", _POLL),
    "CreatingFolderHierarchy": State("works", "It makes the folders.", _POLL),
    "CreatingInitialSyncCheckpoint": State("works", "It notes where the copy begins.", _POLL),
    "LoadingMessages": State("works", "It lists the messages.", _POLL),
    "CopyingMessages": State("works", "It copies messages.", _POLL),
    "InitialSeedingComplete": State("works", "The first copy is made.", _POLL),
    "IncrementalSync": State("works", "It copies what has changed since.", _POLL),
    "Completion": STATUS["CompletionInProgress"],
    "Finalization": State("works", "It copies the last changes; the mailbox is locked.", _WAIT),
    "DataReplicationWait": State("works", "It waits for the copies of the target database.", _COPIES),
    "ADUpdate": State("works", "It writes the new place into the directory.", _WAIT),
    "Cleanup": State("works", "It clears up the old side.", _POLL),
    "Idle": STATUS["Synced"],
    "Suspended": STATUS["Suspended"],
    "AutoSuspended": STATUS["AutoSuspended"],
    "Synced": STATUS["Synced"],
    "Completed": STATUS["Completed"],
    "CompletedWithWarnings": STATUS["CompletedWithWarning"],
    "Canceled": State("gone", "It was cancelled; the mailbox is where it was.", "Remove the request."),
    "Removed": State("gone", "The request was removed.", "Nothing; make a new one if the mailbox is to move."),
    # --- stalls, as 2010 and 2013 name them ---
    "Stalled": _stall("a resource is short", _LOAD),
    "StalledDueToHA": _stall("the copies of the target database are behind", _COPIES),
    "StalledDueToCI": _stall("the content index of the target is behind", _INDEX),
    "StalledDueToMailboxLock": _stall("something holds the mailbox", _LOCK),
    "StalledDueToReadThrottle": _stall("the source limits reading", _LOAD),
    "StalledDueToWriteThrottle": _stall("the target limits writing", _LOAD),
    "StalledDueToReadCpu": _stall("the source's processor is busy", _CPU),
    "StalledDueToWriteCpu": _stall("the target's processor is busy", _CPU),
    "StalledDueToReadUnknown": _stall("the source is busy and does not say with what", _LOGS),
    "StalledDueToWriteUnknown": _stall("the target is busy and does not say with what", _LOGS),
    # --- stalls, as 2016 and later name them ---
    "StalledDueToTarget_Processor": _stall("the target's processor is busy", _CPU),
    "StalledDueToTarget_MdbReplication": _stall("the copies of the target database are behind", _COPIES),
    "StalledDueToTarget_MdbAvailability": _stall("the target database has too few healthy copies", _COPIES),
    "StalledDueToTarget_DiskLatency": _stall("the target's disk is slow or full", _DISK),
    "StalledDueToTarget_ContentIndexing": _stall("the content index of the target is behind", _INDEX),
    "StalledDueToTarget_BigFunnel": _stall("the search index of the target is behind", _INDEX),
    "StalledDueToTarget_MailboxLock": _stall("something holds the mailbox on the target", _LOCK),
    "StalledDueToTarget_MailboxCapacityExceeded": _stall("the target mailbox takes nothing more", "Look at its quota."),
    "StalledDueToTarget_UnknownReason": _stall("the target is busy and does not say with what", _LOGS),
    "StalledDueToSource_MailboxLock": _stall("something holds the mailbox on the source", _LOCK),
    "StalledDueToSource_EndpointCapacityExceeded": _stall("the source takes no more connections", _LOAD),
    "StalledDueToSource_MdbReplication": _stall("the copies of the source database are behind", _COPIES),
    "StalledDueToSource_DiskLatency": _stall("the source's disk is slow", _DISK),
    "StalledDueToSource_Processor": _stall("the source's processor is busy", _CPU),
    "StalledDueToSource_UnknownReason": _stall("the source is busy and does not say with what", _LOGS),
    # --- faults that pass ---
    "TransientFailure": _passing("it tries again by itself"),
    "TransientFailureSource": _passing("on the source", "Wait 30 minutes; then look at the source server."),
    "TransientFailureTarget": _passing("on the target", "Wait 30 minutes; then look at the target server."),
    "NetworkFailure": _passing("the servers do not reach each other", "Look at network and firewall between the servers."),
    "MDBOffline": _passing("a database is not mounted", "Mount the database; look whether its log disk is full."),
    "ProxyBackoff": _passing("the other side's replication proxy is busy", _LOAD),
    "ServerBusyBackoff": _passing("the server is busy", _LOAD),
    "Relinquished": _passing("the service let go of it and takes it again", _WAIT),
    "RelinquishedMDBFailover": _passing("the database changed its server", _COPIES),
    "RelinquishedDataGuarantee": _passing("the copies of the target have to catch up", _COPIES),
    "RelinquishedHAStall": _passing("the copies of the target were too far behind", _COPIES),
    "RelinquishedCIStall": _passing("the content index was too far behind", _INDEX),
    "RelinquishedWlmStall": _passing("the server was busy for too long", _LOAD),
    "RelinquishedDueToTargetMailboxCapacityExceeded": _passing("the target mailbox took nothing more", "Look at its quota."),
    # --- failures ---
    "Failed": STATUS["Failed"],
    "FailedBadItemLimit": _failed(
        "more damaged items than it may lose", "Look at the items; raise the limit for this mailbox only with an approval."
    ),
    "FailedNetwork": _failed("the servers did not reach each other", "Mend the network, then resume."),
    "FailedStallDueToHA": _failed("the copies of the target stayed behind", _COPIES),
    "FailedStallDueToCI": _failed("the content index stayed behind", _INDEX),
    "FailedMAPI": _failed("the store refused", "Read its message; repair the mailbox, then resume."),
    "FailedOther": _failed("see its message", "Read its message, mend it, then resume."),
    "FailedStuck": _failed("it made no progress for too long", "Look at both servers, then resume."),
}
"""What Get-MoveRequestStatistics adds: the StatusDetail."""

BATCH_USER: Final[Mapping[str, State]] = {
    "Queued": STATUS["Queued"],
    "Validating": State("works", "The row of the list is being checked.", _POLL),
    "Provisioning": State("works", "The account is being prepared.", _POLL),
    "ProvisionUpdating": State("works", "The account is being brought up to date.", _POLL),
    "Starting": State("works", "It is being started.", _POLL),
    "Syncing": State("works", "It makes the first copy.", _POLL),
    "Synced": STATUS["Synced"],
    "IncrementalSyncing": State("works", "It copies what has changed since.", _POLL),
    "IncrementalSynced": STATUS["Synced"],
    "IncrementalStopped": State("waits", "Keeping it up to date was stopped.", "Start the batch again."),
    "IncrementalFailed": State("failed", "What changed since could not be copied.", "Read its error, then start again."),
    "Completing": STATUS["CompletionInProgress"],
    "Completed": STATUS["Completed"],
    "CompletedWithWarnings": STATUS["CompletedWithWarning"],
    "CompletionSynced": State("works", "The last changes are copied; the switch follows.", _WAIT),
    "CompletionFailed": State("failed", "The switch failed; the mailbox is where it was.", "Read its error, complete again."),
    "Stopping": State("waits", "It is being stopped.", _WAIT),
    "Stopped": State("waits", "It was stopped.", "Start the batch again."),
    "Removing": State("gone", "It is being removed.", _WAIT),
    "Failed": STATUS["Failed"],
    "Corrupted": State("failed", "Its record is damaged.", "Remove the user from the batch and add it again."),
}
"""What Get-MigrationUser knows."""


def state_of(status: str, detail: str = "") -> State:
    """What a request's words mean; the detail says more than the status where it is about a stall, a fault or a failure.

    A stall with a resource nobody has met yet is told by its prefix.
    """
    own = STATUS.get(status)
    more = DETAIL.get(detail)
    if more is not None and (own is None or more.mood in {"stalled", "trouble", "failed", "gone"} or own.mood == "works"):
        return more
    for prefix, side in (("StalledDueToTarget_", "target"), ("StalledDueToSource_", "source"), ("StalledDueTo", "server")):
        if detail.startswith(prefix):
            return _stall(f"{detail.removeprefix(prefix)} on the {side}", _LOGS)
    if own is not None:
        return own
    return State(
        "unknown", f"Exchange says {status or 'nothing'}{f', {detail}' if detail else ''}.", "Look it up; do not go on."
    )


def batch_user_state(status: str) -> State:
    """What the status of a batch's user means."""
    found = BATCH_USER.get(status)
    return found or State("unknown", f"Exchange says {status or 'nothing'}.", "Look it up; do not go on.")
