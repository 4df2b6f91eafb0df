"""Makes facts of what Exchange Online answers; a property that a fact needs and that is not there is an error. No wire here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.facts.mail_online import (
    MigrationEndpoint,
    MigrationTest,
    MrsProxy,
    OnlineDomain,
    OnlineMailbox,
    OnlineMove,
    OnlinePlan,
    OnlineUser,
)
from zdm_automate.mail.rows import Row, text, truth
from zdm_automate.mail.values import canonical_name, size, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zdm_automate.facts.base import Fact


def _domain(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield OnlineDomain(name=text(row, "DomainName"))


def _plan(row: Row, _cmdlet: str) -> Iterator[Fact]:
    quota = size(row.get("ProhibitSendReceiveQuota"))
    yield OnlinePlan(name=text(row, "DisplayName"), default=truth(row, "IsDefault"), quota=quota)


def _mailbox(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield OnlineMailbox(
        guid=text(row, "ExchangeGuid").casefold(),
        name=text(row, "Name"),
        address=text(row, "PrimarySmtpAddress"),
        kind=text(row, "RecipientTypeDetails"),
        licensed=truth(row, "SKUAssigned"),
        synced=truth(row, "IsDirSynced"),
    )


def _user(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield OnlineUser(
        guid=text(row, "ExchangeGuid").casefold(),
        name=text(row, "Name"),
        address=text(row, "PrimarySmtpAddress"),
        synced=truth(row, "IsDirSynced"),
    )


def _endpoint(row: Row, _cmdlet: str) -> Iterator[Fact]:
    server = str(row.get("RemoteServer") or row.get("RpcProxyServer") or "")
    yield MigrationEndpoint(name=text(row, "Identity"), kind=text(row, "EndpointType"), server=server)


def _move(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield OnlineMove(
        address=text(row, "Identity"),
        guid=text(row, "MailboxGuid").casefold(),
        batch=text(row, "BatchId"),
        status=text(row, "Status"),
        error=str(row.get("ErrorSummary") or ""),
        skipped=whole(row.get("SkippedItemCount")),
        consistency=str(row.get("DataConsistencyScore") or ""),
        unapproved=truth(row, "HasUnapprovedSkippedItems"),
    )


def _proxy(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MrsProxy(
        server=canonical_name(text(row, "Server")),
        directory=text(row, "Identity"),
        enabled=truth(row, "MRSProxyEnabled"),
    )


def _test(row: Row, _cmdlet: str) -> Iterator[Fact]:
    yield MigrationTest(reached=text(row, "Result") == "Success", why=str(row.get("Message") or row.get("ErrorDetail") or ""))


ONLINE_SHAPES: Final[Mapping[str, Callable[[Row, str], Iterator[Fact]]]] = {
    OnlineDomain.zdm_type: _domain,
    OnlinePlan.zdm_type: _plan,
    OnlineMailbox.zdm_type: _mailbox,
    OnlineUser.zdm_type: _user,
    MigrationEndpoint.zdm_type: _endpoint,
    OnlineMove.zdm_type: _move,
    MrsProxy.zdm_type: _proxy,
    MigrationTest.zdm_type: _test,
}
"""By schema name."""
