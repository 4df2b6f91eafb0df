"""Makes facts of what Exchange answers about ways: queues, tracking, public folders, tests. No wire is in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.facts.mail_service import (
    MailQueue,
    MailReceived,
    MailTest,
    PublicFolder,
    PublicFolderDatabase,
    PublicFolderState,
)
from zdm_automate.mail.rows import Row, text, truth
from zdm_automate.mail.values import canonical_name, moment, size, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zdm_automate.facts.base import Fact


def _queue(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MailQueue(
        queue=text(row, "Identity"),
        kind=text(row, "DeliveryType"),
        status=text(row, "Status"),
        count=whole(row.get("MessageCount")),
        hop=str(row.get("NextHopDomain") or ""),
        error=str(row.get("LastError") or ""),
    )


def _received(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MailReceived(
        server=text(row, "ServerHostname").partition(".")[0],
        at_utc=moment(row.get("Timestamp")),
        source=str(row.get("Source") or ""),
        sender=str(row.get("Sender") or ""),
    )


def _folder_database(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield PublicFolderDatabase(name=text(row, "Name"), server=canonical_name(text(row, "Server")))


def _folder(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield PublicFolder(
        path=text(row, "FolderPath"), items=whole(row.get("ItemCount")), size=size(row.get("TotalItemSize")) or 0
    )


def _folder_state(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield PublicFolderState(
        locked=truth(row, "PublicFoldersLockedForMigration"),
        complete=truth(row, "PublicFolderMigrationComplete"),
        where=str(row.get("PublicFoldersEnabled") or ""),
    )


def _test(row: Row, cmdlet: str) -> Iterator[Fact]:
    """`Success` is all that is good; autodiscover is told scenario by scenario."""
    if cmdlet == "Test-Mailflow":
        result, what, where = text(row, "TestMailflowResult"), "mail", ""
    else:
        result, what, where = text(row, "Result"), text(row, "Scenario"), str(row.get("ServiceEndpoint") or "")
    yield MailTest(what=what, arrived=result == "Success", why=str(row.get("Error") or ""), where=where)


SERVICE_SHAPES: Final[Mapping[str, Callable[[Row, str], Iterator[Fact]]]] = {
    MailQueue.zdm_type: _queue,
    MailReceived.zdm_type: _received,
    PublicFolderDatabase.zdm_type: _folder_database,
    PublicFolder.zdm_type: _folder,
    PublicFolderState.zdm_type: _folder_state,
    MailTest.zdm_type: _test,
}
"""By schema name."""
