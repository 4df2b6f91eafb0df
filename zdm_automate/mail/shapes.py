"""Makes facts of what the cmdlets answer: by property name per version, with sizes and spans parsed. No wire is in reach.

A property that an answer does not have is an error where the fact needs it; renamed ones are listed, newest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.errors import WireError
from zdm_automate.facts.mail import (
    ExchangeServer,
    Mailbox,
    MailboxDatabase,
    MailboxMove,
    MailboxMoveReport,
    MailboxPermission,
    MailboxStatistic,
    MailConnector,
    MailUrl,
    MigrationBatch,
    MigrationUser,
    Scp,
)
from zdm_automate.mail.rows import Row
from zdm_automate.mail.rows import limit as _limit
from zdm_automate.mail.rows import text as _text
from zdm_automate.mail.rows import texts as _list
from zdm_automate.mail.rows import truth as _truth
from zdm_automate.mail.shapes_online import ONLINE_SHAPES
from zdm_automate.mail.shapes_service import SERVICE_SHAPES
from zdm_automate.mail.values import canonical_name, moment, size, span, whole
from zdm_automate.mail.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from zdm_automate.facts.base import Fact

STALLS: Final = (
    "TotalStalledDueToContentIndexingDuration",
    "TotalStalledDueToMdbReplicationDuration",
    "TotalStalledDueToCIDuration",
    "TotalStalledDueToHADuration",
    "TotalStalledDueToMailboxLockedDuration",
    "TotalStalledDueToReadThrottle",
    "TotalStalledDueToWriteThrottle",
    "TotalStalledDueToReadCpu",
    "TotalStalledDueToWriteCpu",
    "TotalStalledDueToReadUnknown",
    "TotalStalledDueToWriteUnknown",
)
"""Spans of stalls under the names of 2016 and later, and of 2013 and older: each version has some of them."""

SERVICES: Final[Mapping[str, str]] = {
    "Get-OwaVirtualDirectory": "owa",
    "Get-EcpVirtualDirectory": "ecp",
    "Get-ActiveSyncVirtualDirectory": "activesync",
    "Get-WebServicesVirtualDirectory": "ews",
    "Get-OabVirtualDirectory": "oab",
    "Get-MapiVirtualDirectory": "mapi",
}
"""What each reader of virtual directories is about."""

OWNER: Final = "NT AUTHORITY\\SELF"


def facts_of(zdm_type: str, answers: Iterable[tuple[str, Iterable[Row]]]) -> tuple[Fact, ...]:
    """The facts of a spec's answers: (cmdlet, its objects), in order.

    Raises:
        WireError: an answer lacks what the fact needs, or this schema has no shape.
    """
    shape = SHAPES.get(zdm_type)
    if shape is None:
        raise WireError(f"no shape is known for {zdm_type}.", error_id="ZdmUnknownSchema")
    return tuple(found for cmdlet, rows in answers for row in rows for found in shape(row, cmdlet))


def _server(row: Row, _cmdlet: str) -> Iterator[Fact]:
    build = _text(row, "AdminDisplayVersion")
    yield ExchangeServer(
        name=_text(row, "Name"),
        fqdn=_text(row, "Fqdn"),
        version=str(version_of(build)),
        build=build,
        roles=_text(row, "ServerRole"),
    )


def _database(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MailboxDatabase(
        name=_text(row, "Name"),
        server=canonical_name(_text(row, "Server")),
        mounted=_truth(row, "Mounted"),
        circular=_truth(row, "CircularLoggingEnabled"),
        size=size(row.get("DatabaseSize")),
        last_backup=moment(row.get("LastFullBackup")),
    )


def _mailbox(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield Mailbox(
        guid=_text(row, "ExchangeGuid").casefold(),
        name=_text(row, "Name"),
        alias=_text(row, "Alias"),
        address=_text(row, "PrimarySmtpAddress"),
        addresses=tuple(one.partition(":")[2] for one in _list(row, "EmailAddresses") if one.casefold().startswith("smtp:")),
        kind=_text(row, "RecipientTypeDetails"),
        database=canonical_name(_text(row, "Database")),
        server=_text(row, "ServerName"),
        on_hold=_truth(row, "LitigationHoldEnabled") or _truth(row, "RetentionHoldEnabled"),
        has_archive=bool(row.get("ArchiveDatabase")),
        forwards_to=canonical_name(row.get("ForwardingAddress")) or str(row.get("ForwardingSmtpAddress") or ""),
        on_behalf=tuple(canonical_name(one) for one in _list(row, "GrantSendOnBehalfTo")),
        quota=size(row.get("ProhibitSendReceiveQuota")),
    )


def _statistic(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MailboxStatistic(
        guid=_text(row, "MailboxGuid").casefold(),
        name=_text(row, "DisplayName"),
        size=size(row.get("TotalItemSize")) or 0,
        items=whole(row.get("ItemCount")),
        database=canonical_name(row.get("Database") or row.get("DatabaseName")),
        last_logon=moment(row.get("LastLogonTime")),
    )


def _permission(row: Row, _cmdlet: str) -> Iterator[Fact]:
    user = _text(row, "User")
    if user.upper() == OWNER or _truth(row, "IsInherited") or _truth(row, "Deny"):
        return
    yield MailboxPermission(
        mailbox=canonical_name(_text(row, "Identity")), user=user.rpartition("\\")[2], rights=_list(row, "AccessRights")
    )


def _connector(row: Row, cmdlet: str) -> Iterator[Fact]:
    if cmdlet == "Get-SendConnector":
        servers = tuple(canonical_name(one) for one in _list(row, "SourceTransportServers"))
        yield MailConnector(
            kind="send", name=_text(row, "Name"), servers=servers, addresses=_list(row, "AddressSpaces"), anonymous=False
        )
        return
    groups = _text(row, "PermissionGroups")
    yield MailConnector(
        kind="receive",
        name=_text(row, "Name"),
        servers=(canonical_name(_text(row, "Server")),),
        addresses=_list(row, "RemoteIPRanges"),
        anonymous="AnonymousUsers" in groups,
    )


def _scp(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield Scp(server=_text(row, "Name"), uri=_text(row, "AutoDiscoverServiceInternalUri"))


def _url(row: Row, cmdlet: str) -> Iterator[Fact]:
    yield MailUrl(
        server=canonical_name(_text(row, "Server")),
        service=SERVICES[cmdlet],
        directory=_text(row, "Identity"),
        internal_url=_text(row, "InternalUrl"),
        external_url=_text(row, "ExternalUrl"),
    )


def _move(row: Row, _cmdlet: str) -> Iterator[Fact]:
    spans = [found for name in STALLS if (found := span(row.get(name))) is not None]
    status = _text(row, "Status")
    yield MailboxMove(
        guid=_text(row, "ExchangeGuid").casefold(),
        name=_text(row, "Alias") or _text(row, "DisplayName"),
        source=canonical_name(row.get("SourceDatabase")),
        target=canonical_name(row.get("TargetDatabase")),
        batch=str(row.get("BatchName") or ""),
        held=_truth(row, "SuspendWhenReadyToComplete") or _truth(row, "PreventCompletion"),
        complete_after=moment(row.get("CompleteAfter")),
        suspended=_truth(row, "Suspend"),
        bad_item_limit=_limit(row, "BadItemLimit"),
        status=status,
        detail=_text(row, "StatusDetail"),
        stage=str(row.get("SyncStage") or "None"),
        percent=whole(row.get("PercentComplete")),
        size=size(row.get("TotalMailboxSize")) or 0,
        items=whole(row.get("TotalMailboxItemCount")),
        done=size(row.get("BytesTransferred")) or 0,
        items_done=whole(row.get("ItemsTransferred")),
        rate=size(row.get("BytesTransferredPerMinute")) or 0,
        bad_items=whole(row.get("BadItemsEncountered")),
        large_items=whole(row.get("LargeItemsEncountered")),
        missing_items=whole(row.get("MissingItemsEncountered")),
        queued_utc=moment(row.get("QueuedTimestamp")),
        updated_utc=moment(row.get("LastUpdateTimestamp")),
        synced_utc=moment(row.get("LastSuccessfulSyncTimestamp") or row.get("SuspendedTimestamp")),
        completed_utc=moment(row.get("CompletionTimestamp")),
        stalled_seconds=round(sum(one.total_seconds() for one in spans)),
        failure=str(row.get("FailureType") or ""),
        failure_side=str(row.get("FailureSide") or ""),
        message=str(row.get("Message") or ""),
    )


def _report(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MailboxMoveReport(
        guid=_text(row, "ExchangeGuid").casefold(),
        name=_text(row, "Alias"),
        status=_text(row, "Status"),
        bad_items=whole(row.get("BadItemsEncountered")),
        message=str(row.get("Message") or ""),
        report=str(row.get("Report") or ""),
    )


def _batch(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MigrationBatch(name=_text(row, "Identity"), status=_text(row, "Status"), total=whole(row.get("TotalCount")))


def _user(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MigrationUser(
        address=_text(row, "Identity"),
        batch=_text(row, "BatchId"),
        status=_text(row, "Status"),
        error=str(row.get("ErrorSummary") or ""),
    )


SHAPES: Final[Mapping[str, Callable[[Row, str], Iterator[Fact]]]] = {
    ExchangeServer.zdm_type: _server,
    MailboxDatabase.zdm_type: _database,
    Mailbox.zdm_type: _mailbox,
    MailboxStatistic.zdm_type: _statistic,
    MailboxPermission.zdm_type: _permission,
    MailConnector.zdm_type: _connector,
    Scp.zdm_type: _scp,
    MailUrl.zdm_type: _url,
    MailboxMove.zdm_type: _move,
    MailboxMoveReport.zdm_type: _report,
    MigrationBatch.zdm_type: _batch,
    MigrationUser.zdm_type: _user,
    **ONLINE_SHAPES,
    **SERVICE_SHAPES,
}
"""By schema name."""
