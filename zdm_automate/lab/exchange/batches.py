"""The cmdlets of migration batches. A batch is asked for at once; what it does takes its minutes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from zdm_automate.lab.exchange.models import ExchangeCall, Row, failure, model
from zdm_automate.lab.world.mail_batches import RESTING, STILL, BatchUser, MailBatch
from zdm_automate.lab.world.refusal import NotModelledError

COLUMN = "EmailAddress"
STOPPABLE = frozenset({"Queued", "Validating", "Provisioning", "ProvisionUpdating", "Syncing", "IncrementalSyncing"}) | RESTING
STARTABLE = frozenset({"Stopped", "IncrementalStopped", "Failed", "IncrementalFailed"})


@model("New-MigrationBatch")
def new_batch(
    call: ExchangeCall,
    *,
    Name: Any,
    CSVData: Any,
    Local: bool = False,
    TargetDatabases: Any = (),
    BadItemLimit: Any = 0,
    AutoStart: bool = False,
) -> Iterator[Row]:
    """A batch of one list, which travels as bytes, into the first of the databases."""
    if not Local:
        raise NotModelledError("the lab models local batches only", host=call.host)
    if str(Name).casefold() in {one.casefold() for one in call.org.batches}:
        raise failure(call, "New-MigrationBatch", "MigrationBatchAlreadyExistsException", f'The batch "{Name}" already exists.')
    targets = [TargetDatabases] if isinstance(TargetDatabases, str) else list(TargetDatabases)
    if len(targets) != 1 or targets[0] not in call.org.databases:
        raise NotModelledError("the lab models batches into one database that is there", host=call.host)
    status = "Queued" if AutoStart else "Stopped"
    users = {}
    for address in _addresses(CSVData):
        box = call.mailbox(address, "New-MigrationBatch")
        users[box.guid] = BatchUser(guid=box.guid, status=status, since=call.world.now)
    made = MailBatch(name=str(Name), target=targets[0], bad_item_limit=int(BadItemLimit), users=users)
    _keep(call, made)
    yield _row(made)


def _addresses(data: Any) -> list[str]:
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise NotModelledError("the lab takes a list as byte[] only")
    text = bytes(data).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or COLUMN not in rows[0]:
        raise NotModelledError(f"the lab takes a list with the column {COLUMN}")
    return [row[COLUMN] for row in rows]


def _keep(call: ExchangeCall, batch: MailBatch) -> None:
    call.update(replace(call.org, batches={**call.org.batches, batch.name: batch}))


def _of(call: ExchangeCall, identity: Any, cmdlet: str) -> MailBatch:
    found = next((one for key, one in call.org.batches.items() if key.casefold() == str(identity).casefold()), None)
    if found is None:
        raise failure(call, cmdlet, "ManagementObjectNotFoundException", f'The migration batch "{identity}" can\'t be found.')
    return found


def _row(batch: MailBatch) -> Row:
    return {"Identity": batch.name, "Status": batch.status, "TotalCount": len(batch.users)}


@model("Get-MigrationBatch")
def get_batch(call: ExchangeCall, *, Identity: Any = None) -> Iterator[Row]:
    """Batches."""
    for batch in [_of(call, Identity, "Get-MigrationBatch")] if Identity is not None else call.org.batches.values():
        yield _row(batch)


@model("Get-MigrationUser")
def get_user(call: ExchangeCall, *, ResultSize: Any = 1000) -> Iterator[Row]:
    """Users of all batches."""
    del ResultSize
    for batch in call.org.batches.values():
        for user in batch.users.values():
            box = call.org.mailboxes[user.guid]
            yield {
                "Identity": box.address,
                "MailboxGuid": user.guid,
                "BatchId": batch.name,
                "Status": user.status,
                "ErrorSummary": user.error,
            }


@model("Start-MigrationBatch")
def start_batch(call: ExchangeCall, *, Identity: Any) -> None:
    """Those that stand still begin, or begin again."""
    _keep(call, _of(call, Identity, "Start-MigrationBatch").all_to("Starting", call.world.now, STARTABLE))


@model("Stop-MigrationBatch")
def stop_batch(call: ExchangeCall, *, Identity: Any) -> None:
    """Those at work stop."""
    _keep(call, _of(call, Identity, "Stop-MigrationBatch").all_to("Stopping", call.world.now, STOPPABLE))


@model("Complete-MigrationBatch")
def complete_batch(call: ExchangeCall, *, Identity: Any) -> None:
    """Those that are synchronised are switched over."""
    batch = _of(call, Identity, "Complete-MigrationBatch")
    if not any(user.status in RESTING | {"CompletionFailed"} for user in batch.users.values()):
        raise failure(
            call,
            "Complete-MigrationBatch",
            "MigrationBatchCannotBeCompletedException",
            f'The migration batch "{batch.name}" can\'t be completed: nobody in it is synchronised.',
        )
    _keep(call, batch.all_to("Completing", call.world.now, RESTING | {"CompletionFailed"}))


@model("Remove-MigrationBatch")
def remove_batch(call: ExchangeCall, *, Identity: Any) -> None:
    """The batch goes within a minute; mailboxes stay where they are."""
    batch = _of(call, Identity, "Remove-MigrationBatch")
    if any(user.status not in STILL | RESTING for user in batch.users.values()):
        raise failure(
            call,
            "Remove-MigrationBatch",
            "MigrationBatchCannotBeRemovedException",
            f'Stop "{batch.name}" before it is removed.',
        )
    _keep(call, batch.all_to("Removing", call.world.now))
