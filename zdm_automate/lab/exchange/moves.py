"""The cmdlets of move requests. What they ask for is there at once; what the service does about it takes its minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from zdm_automate.lab.exchange.models import ExchangeCall, Row, failure, model
from zdm_automate.lab.exchange.readers import canonical
from zdm_automate.lab.world.mail import BUILDS, ENDED, MailBox, Move
from zdm_automate.lab.world.mail_troubles import COARSE, GROUPS
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.mail.routes import LEGS, may_go_back
from zdm_automate.mail.values import UNLIMITED, size_text, span_text
from zdm_automate.mail.versions import Exchange

FREE_LIMIT = 50
"""Items that may be lost without saying that one accepts it."""


def _limit(value: Any, call: ExchangeCall, cmdlet: str, *, accepted: bool) -> int:
    limit = -1 if str(value) == UNLIMITED else int(value)
    if (limit < 0 or limit > FREE_LIMIT) and not accepted:
        raise failure(
            call,
            cmdlet,
            "RecipientTaskException",
            "To set the BadItemLimit above 50 you must also use the AcceptLargeDataLoss parameter.",
            category="InvalidArgument",
        )
    return limit


@model("New-MoveRequest")
def new_request(
    call: ExchangeCall,
    *,
    Identity: Any,
    TargetDatabase: Any = None,
    BatchName: Any = "",
    BadItemLimit: Any = 0,
    AcceptLargeDataLoss: bool = False,
    SuspendWhenReadyToComplete: bool = False,
    CompleteAfter: Any = None,
    WhatIf: bool = False,
) -> Iterator[Row]:
    """A request for one mailbox, on the server of the newer version."""
    box = call.mailbox(Identity, "New-MoveRequest")
    _refuse_second(call, box)
    target = _target(call, box, TargetDatabase)
    limit = _limit(BadItemLimit, call, "New-MoveRequest", accepted=AcceptLargeDataLoss)
    made = Move(
        guid=box.guid,
        source=box.database,
        target=target,
        batch=str(BatchName),
        bad_item_limit=limit,
        held=SuspendWhenReadyToComplete,
        complete_after=_moment(CompleteAfter),
        size=box.size,
        queued=call.world.now,
    )
    if WhatIf:
        return
    call.update(call.org.with_move(made))
    yield statistics_row(call, made)


def _refuse_second(call: ExchangeCall, box: MailBox) -> None:
    there = call.org.moves.get(box.guid)
    if there is None:
        return
    if there.status in ENDED:
        said = (
            f"Mailbox '{box.name}' has a completed move request associated with it. Before you create a new move request for "
            "the mailbox, run the Remove-MoveRequest cmdlet to clear the completed move request."
        )
    else:
        said = f"Mailbox '{box.name}' is already being moved to '{there.target}'."
    raise failure(call, "New-MoveRequest", "ManagementObjectAlreadyExistsException", said, category="InvalidArgument")


def _target(call: ExchangeCall, box: MailBox, name: Any) -> str:
    found = next((one for key, one in call.org.databases.items() if key.casefold() == str(name).casefold()), None)
    if found is None:
        raise failure(
            call,
            "New-MoveRequest",
            "ManagementObjectNotFoundException",
            f'Couldn\'t find database "{name}". Make sure you have typed it correctly.',
        )
    source = Exchange(call.org.servers[call.org.databases[box.database].server].version)
    target = Exchange(call.org.servers[found.server].version)
    newer = max(source, target, key=lambda one: one.age)
    legal = source is target or (source, target) in LEGS or may_go_back(target, source)
    if not legal or newer is not Exchange(call.server.version) or found.name == box.database:
        raise failure(
            call,
            "New-MoveRequest",
            "RecipientTaskException",
            f"A mailbox cannot be moved from {BUILDS[source]} to {BUILDS[target]} by this server."
            if found.name != box.database
            else f"The target database '{found.name}' is the same as the source database.",
            category="InvalidArgument",
        )
    return found.name


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    raise NotModelledError(f"the lab does not model a time as {type(value).__name__}; times travel as DateTime")


@model("Get-MoveRequest")
def get_request(call: ExchangeCall, *, Identity: Any = None, ResultSize: Any = 1000, BatchName: Any = None) -> Iterator[Row]:
    """Requests, in short."""
    wanted = call.mailbox(Identity, "Get-MoveRequest").guid if Identity is not None else ""
    shown = 0
    for move in call.org.moves.values():
        if (wanted and move.guid != wanted) or (BatchName is not None and move.batch != str(BatchName)):
            continue
        shown += 1
        if str(ResultSize) != UNLIMITED and shown > int(ResultSize):
            call.warnings.append("There are more results available than are currently displayed.")
            return
        box = call.org.mailboxes[move.guid]
        yield {
            "Identity": canonical(call, box.name),
            "ExchangeGuid": move.guid,
            "Alias": box.alias,
            "DisplayName": box.name,
            "Status": move.status,
            "TargetDatabase": move.target,
            "BatchName": move.batch,
        }


@model("Get-MoveRequestStatistics")
def get_request_statistics(call: ExchangeCall, *, Identity: Any, IncludeReport: bool = False) -> Iterator[Row]:
    """A request in full."""
    yield statistics_row(call, _of(call, Identity, "Get-MoveRequestStatistics"), report=IncludeReport)


def statistics_row(call: ExchangeCall, move: Move, *, report: bool = False) -> Row:
    """The object of 2016 and later, or with the names of 2013 and older."""
    box = call.org.mailboxes[move.guid]
    source, target = (call.org.servers[call.org.databases[name].server] for name in (move.source, move.target))
    minutes = max(1.0, ((move.updated or call.world.now) - (move.started or call.world.now)) / timedelta(minutes=1))
    old = call.server.version in {"2010", "2013"}
    stalls = ("TotalStalledDueToCIDuration", "TotalStalledDueToHADuration")
    if not old:
        stalls = ("TotalStalledDueToContentIndexingDuration", "TotalStalledDueToMdbReplicationDuration")
    row: Row = {
        "MailboxIdentity": canonical(call, box.name),
        "Identity": canonical(call, box.name),
        "DisplayName": box.name,
        "Alias": box.alias,
        "ExchangeGuid": move.guid,
        "Status": move.status,
        "StatusDetail": GROUPS.get(move.detail, move.detail) if call.org.troubles.get(move.guid) == COARSE else move.detail,
        "SyncStage": move.stage,
        "Suspend": move.suspended,
        "SuspendWhenReadyToComplete": move.held,
        "SourceVersion": BUILDS[source.version],
        "SourceDatabase": move.source,
        "SourceServer": f"{source.name}.{call.org.domain}",
        "TargetVersion": BUILDS[target.version],
        "TargetDatabase": move.target,
        "TargetServer": f"{target.name}.{call.org.domain}",
        "BatchName": move.batch,
        "BadItemLimit": UNLIMITED if move.bad_item_limit < 0 else str(move.bad_item_limit),
        "BadItemsEncountered": move.bad_items,
        "LargeItemsEncountered": len(box.large),
        "QueuedTimestamp": move.queued,
        "StartTimestamp": move.started,
        "LastUpdateTimestamp": move.updated,
        "InitialSeedingCompletedTimestamp": move.synced,
        "CompletionTimestamp": move.completed,
        "SuspendedTimestamp": move.suspended_at,
        "OverallDuration": span_text((move.completed or call.world.now) - (move.queued or call.world.now)),
        stalls[0]: span_text(timedelta(seconds=move.stalled)),
        stalls[1]: span_text(timedelta(0)),
        "TotalMailboxSize": size_text(move.size),
        "TotalMailboxItemCount": box.items,
        "BytesTransferred": size_text(move.copied),
        "BytesTransferredPerMinute": size_text(round(move.copied / minutes)),
        "ItemsTransferred": box.items * move.copied // max(1, move.size),
        "PercentComplete": move.percent,
        "FailureType": move.failure or None,
        "FailureSide": move.failure_side if move.failure else None,
        "Message": move.message,
        "Report": "\n".join(move.report) if report else None,
    }
    if call.server.version != "2010":
        row |= {"CompleteAfter": move.complete_after, "PreventCompletion": False}
    if not old:
        row["LastSuccessfulSyncTimestamp"] = move.synced
    return row


def _of(call: ExchangeCall, identity: Any, cmdlet: str) -> Move:
    box = call.mailbox(identity, cmdlet)
    found = call.org.moves.get(box.guid)
    if found is None:
        raise failure(
            call,
            cmdlet,
            "ManagementObjectNotFoundException",
            f"Couldn't find a move request that corresponds to the specified identity '{_shown(identity)}'.",
        )
    return found


def _shown(identity: Any) -> str:
    return str(identity.get("Identity", "")) if isinstance(identity, Mapping) else str(identity)


@model("Set-MoveRequest")
def set_request(
    call: ExchangeCall,
    *,
    Identity: Any,
    BadItemLimit: Any = None,
    AcceptLargeDataLoss: bool = False,
    CompleteAfter: Any = None,
    SuspendWhenReadyToComplete: bool | None = None,
) -> None:
    """Changes what was asked for."""
    move = _of(call, Identity, "Set-MoveRequest")
    changed = move
    if BadItemLimit is not None:
        limit = _limit(BadItemLimit, call, "Set-MoveRequest", accepted=AcceptLargeDataLoss)
        changed = replace(changed, bad_item_limit=limit)
    if CompleteAfter is not None:
        changed = replace(changed, complete_after=_moment(CompleteAfter))
    if SuspendWhenReadyToComplete is not None:
        changed = replace(changed, held=SuspendWhenReadyToComplete)
    if changed == move:
        call.warnings.append(f"The command completed successfully but no settings of '{_shown(Identity)}' have been modified.")
    call.update(call.org.with_move(changed))


@model("Resume-MoveRequest")
def resume_request(call: ExchangeCall, *, Identity: Any, SuspendWhenReadyToComplete: bool = False) -> None:
    """Goes on: to completion where all is copied, or up to it once more. A failed one begins where it stopped."""
    move = _of(call, Identity, "Resume-MoveRequest")
    if move.status in ENDED:
        raise failure(
            call,
            "Resume-MoveRequest",
            "RecipientTaskException",
            "The move request is already complete and can't be resumed.",
            category="InvalidArgument",
        )
    held = SuspendWhenReadyToComplete or (move.held and move.status not in {"AutoSuspended", "Synced"})
    again = replace(move, suspended=False, held=held, failure="", failure_side="", message="")
    if move.status in {"Failed", "Suspended", "AutoSuspended"}:
        again = replace(again, status="InProgress", detail="IncrementalSync")
    call.update(call.org.with_move(again))


@model("Suspend-MoveRequest")
def suspend_request(call: ExchangeCall, *, Identity: Any, SuspendComment: Any = "") -> None:
    """Pauses, at the service's next minute; not once completion has begun."""
    move = _of(call, Identity, "Suspend-MoveRequest")
    if move.status == "CompletionInProgress" or move.status in ENDED:
        raise failure(
            call,
            "Suspend-MoveRequest",
            "RecipientTaskException",
            "The move request can't be suspended because it's being completed or is complete.",
            category="InvalidArgument",
        )
    call.update(call.org.with_move(replace(move, suspended=True, report=(*move.report, f"paused: {SuspendComment}"))))


@model("Remove-MoveRequest")
def remove_request(call: ExchangeCall, *, Identity: Any) -> None:
    """Forgets the request with its report; before completion the mailbox stays where it is."""
    move = _of(call, Identity, "Remove-MoveRequest")
    if move.status == "CompletionInProgress":
        raise failure(
            call,
            "Remove-MoveRequest",
            "RecipientTaskException",
            "The move request is being completed and can't be removed.",
            category="InvalidArgument",
        )
    call.update(call.org.without_move(move.guid))
