"""The states that Exchange's documentation and its objects list, by what has them. Names only; nothing of ours is read here.

Requests: the values of RequestStatus and of MoveStatus, with what newer versions add; details: RequestState of 2013 and the
names of 2016 and later; users of batches: MigrationUserStatus.
"""

from __future__ import annotations


def _names(text: str, prefix: str = "") -> frozenset[str]:
    return frozenset(f"{prefix}{name}" for name in text.split())


REQUEST = _names("""
    None Queued InProgress AutoSuspended CompletionInProgress Synced Completed CompletedWithWarning CompletedWithSkippedItems
    Suspended Retrying Failed
    """)

STATES = _names("""
    None OverallMove Queued InProgress InitializingMove InitialSeeding CreatingMailbox CreatingFolderHierarchy
    CreatingInitialSyncCheckpoint LoadingMessages CopyingMessages Completion IncrementalSync Finalization Cleanup
    DataReplicationWait ADUpdate Suspended AutoSuspended InitialSeedingComplete Idle Completed CompletedWithWarnings
    Canceled Removed
    """)

STALLS_2013 = _names("""
    Stalled StalledDueToHA StalledDueToCI StalledDueToMailboxLock StalledDueToReadThrottle StalledDueToWriteThrottle
    StalledDueToReadCpu StalledDueToWriteCpu StalledDueToReadUnknown StalledDueToWriteUnknown
    """)

STALLS_2016 = (
    _names(
        """
        Processor MdbReplication MdbAvailability DiskLatency ContentIndexing BigFunnel MailboxLock MailboxCapacityExceeded
        UnknownReason
        """,
        "StalledDueToTarget_",
    )
    | _names("MailboxLock EndpointCapacityExceeded MdbReplication DiskLatency Processor UnknownReason", "StalledDueToSource_")
    | {"WaitingForJobPickup"}
)

FAULTS = _names("""
    TransientFailure NetworkFailure MDBOffline ProxyBackoff ServerBusyBackoff Relinquished RelinquishedMDBFailover
    RelinquishedDataGuarantee RelinquishedHAStall RelinquishedCIStall RelinquishedWlmStall TransientFailureSource
    TransientFailureTarget RelinquishedDueToTargetMailboxCapacityExceeded
    """)

FAILURES = _names("""
    Failed FailedBadItemLimit FailedNetwork FailedStallDueToHA FailedStallDueToCI FailedMAPI FailedOther FailedStuck
    """)

BATCH_USER = _names("""
    Queued Syncing Failed Synced IncrementalFailed Completing Completed CompletionFailed Corrupted Provisioning
    ProvisionUpdating CompletionSynced Validating IncrementalSyncing IncrementalSynced CompletedWithWarnings Stopped
    IncrementalStopped Starting Stopping Removing
    """)
