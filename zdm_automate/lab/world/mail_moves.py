"""What the Mailbox Replication Service does as time passes, minute by minute. Pure transitions, no chance.

A mailbox is in its old database until its move completes and in the new one from then on; nothing here copies it twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.world import mail_batches, mail_tenant_moves
from zdm_automate.lab.world.mail import GB, MailBox, MailDatabase, MailOrg, Move
from zdm_automate.lab.world.mail_troubles import SKIPS, TROUBLES
from zdm_automate.lab.world.reach import reaches

if TYPE_CHECKING:
    from datetime import datetime

    from zdm_automate.lab.world.model import World

TICK: Final = timedelta(minutes=1)
OLD: Final = frozenset({"2010", "2013"})
"""Versions with the old names of stalls."""

STAGES: Final = (
    ("CreatingMailbox", "CreatingMailbox", 5),
    ("CreatingFolderHierarchy", "CreatingFolderHierarchy", 10),
    ("CreatingInitialSyncCheckpoint", "CreatingInitialSyncCheckpoint", 15),
    ("LoadingMessages", "LoadingMessages", 20),
)
"""What comes before the copying: detail, stage, per cent; a minute each."""

COPYING: Final = 25
READY: Final = 95
FULL: Final = 100
LOG_RESERVE: Final = 2 * GB
"""Free bytes of the log disk below which its databases are dismounted."""

AGAIN: Final = timedelta(hours=24)
"""How often a synchronised request is brought up to date."""


def due(world: World) -> datetime | None:
    """The next minute at which the service has something to do; None where it has nothing."""
    org = world.mail
    if org is None or not (
        any(move.active for move in org.moves.values()) or mail_batches.active(org) or mail_tenant_moves.active(org)
    ):
        return None
    following = (org.ticked or world.now) + TICK
    return following if following > world.now else world.now + TICK  # it was idle until something was asked of it


def fire(world: World) -> World:
    """One minute of the service's work."""
    org = world.mail
    if org is None:
        return world
    org = replace(org, ticked=world.now)
    busy = Counter(move.target for move in org.moves.values() if move.status == "InProgress")
    for guid, move in list(org.moves.items()):
        if not move.active:
            continue
        if move.status == "Queued":
            if busy[move.target] >= org.at_once:
                continue
            busy[move.target] += 1
        ends = (org.databases[move.source].server, org.databases[move.target].server)
        org = _minute(org, org.mailboxes[guid], move, world.now, apart=not reaches(world, *ends))
    return replace(world, mail=mail_tenant_moves.minute(mail_batches.minute(org, world.now), world.now))


def _minute(  # noqa: PLR0911 - one return per state
    org: MailOrg, box: MailBox, move: Move, now: datetime, *, apart: bool
) -> MailOrg:
    """`apart`: nothing leads from one server to the other."""
    database = org.databases[move.target]
    server = org.servers[database.server]
    if not server.replication_service:
        return org
    befallen = (org.troubles.get(one, "") for one in (move.guid, move.target, move.source, server.name))
    trouble = next((one for one in befallen if one in TROUBLES), "network" if apart else "")
    if trouble:
        return org.with_move(_troubled(move, trouble, now, old=server.version in OLD))
    if not (database.mounted and org.databases[move.source].mounted):
        return org.with_move(_troubled(move, "database-offline", now, old=server.version in OLD))
    if move.suspended:
        return org.with_move(
            replace(
                move, status="Suspended", detail="Suspended", suspended_at=now, updated=now, message="Informational: paused."
            )
        )
    match move.status:
        case "Queued":
            return org.with_move(
                replace(
                    move, status="InProgress", detail="InitializingMove", size=box.size, started=now, updated=now, message=""
                )
            )
        case "CompletionInProgress":
            return _completing(org, box, move, now)
        case "Synced":
            return org.with_move(_synced(move, now, box))
    return _working(org, box, replace(move, status="InProgress", message="", failure="", failure_side=""), database, now)


def _working(  # noqa: PLR0911 - one return per stage
    org: MailOrg, box: MailBox, move: Move, database: MailDatabase, now: datetime
) -> MailOrg:
    """One minute of a move at work: the next stage, or a piece of the copy, or what follows it."""
    if move.percent < STAGES[-1][2]:
        detail, stage, percent = next(one for one in STAGES if one[2] > move.percent)
        return org.with_move(replace(move, detail=detail, stage=stage, percent=percent, updated=now))
    if move.copied < box.size:
        piece = min(database.rate, box.size - move.copied)
        copied = move.copied + piece
        percent = COPYING + (READY - COPYING) * copied // max(1, box.size)
        copying = replace(
            move,
            detail="CopyingMessages",
            stage="CopyingMessages",
            percent=min(percent, READY - 1),
            copied=copied,
            updated=now,
        )
        return _logged(org.with_move(copying), database, piece)
    if move.percent < READY:
        if box.corrupt > move.bad_item_limit >= 0:
            return org.with_move(_bad_items(move, box, now))
        if move.detail == "CopyingMessages":
            return org.with_move(replace(move, detail="InitialSeedingComplete", updated=now))
        return org.with_move(
            replace(move, detail="IncrementalSync", stage="IncrementalSync", percent=READY, bad_items=box.corrupt, updated=now)
        )
    if move.held:
        return org.with_move(
            replace(
                move,
                status="AutoSuspended",
                detail="AutoSuspended",
                synced=now,
                suspended_at=now,
                updated=now,
                stage="IncrementalSync",
            )
        )
    if move.complete_after is not None and move.complete_after > now:
        return org.with_move(replace(move, status="Synced", detail="Synced", synced=now, updated=now))
    return org.with_move(_final(move, now))


def _final(move: Move, now: datetime) -> Move:
    return replace(
        move, status="CompletionInProgress", detail="Finalization", stage="FinalIncrementalSync", percent=READY, updated=now
    )


def _synced(move: Move, now: datetime, box: MailBox) -> Move:
    """A synchronised request: its moment has come, or a day is over, or nothing."""
    if move.complete_after is None or move.complete_after <= now:
        return _final(move, now)
    if move.synced is not None and now - move.synced >= AGAIN:
        return replace(move, detail="Synced", synced=now, updated=now, copied=box.size)
    return replace(move, detail="Idle")


def _completing(org: MailOrg, box: MailBox, move: Move, now: datetime) -> MailOrg:
    """The switch: two minutes, then the mailbox is in its new database and nowhere else."""
    if move.detail == "Finalization":
        return org.with_move(replace(move, detail="Cleanup", stage="Cleanup", percent=FULL - 1, updated=now))
    lost = move.bad_items > 0
    skips = org.troubles.get(move.guid) == SKIPS
    done = replace(
        move,
        status=("CompletedWithSkippedItems" if skips else "CompletedWithWarning") if lost else "Completed",
        detail="CompletedWithWarnings" if lost else "Completed",
        stage="SyncFinished",
        percent=FULL,
        completed=now,
        updated=now,
        message=f"Warning: {move.bad_items} items were left behind." if lost else "Informational: Request is complete.",
        report=(*move.report, f"{now.isoformat()} moved to {move.target}", f"BadItems: {move.bad_items}"),
    )
    moved = replace(box, database=move.target, corrupt=0, items=box.items - box.corrupt)
    return replace(org.with_move(done), mailboxes={**org.mailboxes, box.guid: moved})


def _bad_items(move: Move, box: MailBox, now: datetime) -> Move:
    return replace(
        move,
        status="Failed",
        detail="FailedBadItemLimit",
        stage="BadItem",
        bad_items=box.corrupt,
        failure="TooManyBadItemsPermanentException",
        failure_side="Source",
        message="Error: This mailbox exceeded the maximum number of corrupted items that were specified for this move request.",
        updated=now,
        report=(*move.report, *(f"{now.isoformat()} damaged item {number + 1}" for number in range(box.corrupt))),
    )


def _troubled(move: Move, kind: str, now: datetime, *, old: bool) -> Move:
    """What a trouble does: a stall keeps the bytes and the time of the last progress, a failure ends it."""
    trouble = TROUBLES[kind]
    detail = trouble.old_detail if old else trouble.detail
    if trouble.status == "Failed":
        return replace(
            move,
            status="Failed",
            detail=detail,
            stage="Error",
            failure=trouble.failure,
            failure_side=trouble.side,
            message=f"Error: {trouble.message}",
            updated=now,
        )
    return replace(
        move,
        status=trouble.status,
        detail=detail,
        stalled=move.stalled + round(TICK.total_seconds()),
        started=move.started or now,
        failure_side=trouble.side,
        message=f"Informational: {trouble.message}",
    )


def _logged(org: MailOrg, database: MailDatabase, piece: int) -> MailOrg:
    """What is copied is logged; where the log disk is full, every database of that server is dismounted."""
    server = org.servers[database.server]
    grown = database if database.circular else replace(database, logs=database.logs + piece)
    free = server.log_free if database.circular else server.log_free - piece
    databases = {**org.databases, grown.name: grown}
    if free < LOG_RESERVE:
        databases = {key: replace(one, mounted=False) if one.server == server.name else one for key, one in databases.items()}
    servers = {**org.servers, server.name: replace(server, log_free=max(0, free))}
    return replace(org, databases=databases, servers=servers)


def backed_up(org: MailOrg, name: str, now: datetime) -> MailOrg:
    """A full backup of a database clears its logs."""
    database = org.databases[name]
    server = org.servers[database.server]
    return replace(
        org,
        databases={**org.databases, name: replace(database, logs=0, last_backup=now)},
        servers={**org.servers, server.name: replace(server, log_free=server.log_free + database.logs)},
    )
