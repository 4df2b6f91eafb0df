"""Migration into a tenant: the way to the old servers is tried, endpoints are made, batches go through their minutes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.exchange.online import OnlineCall, not_found, one_of, online, service_error
from zdm_automate.lab.world.mail_batches import RESTING, STILL, BatchUser, MailBatch
from zdm_automate.lab.world.mail_tenant import PLACE, CloudBatch, CloudEndpoint
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from zdm_automate.lab.exchange.models import Row
    from zdm_automate.lab.world.mail import MailBox

REMOTE_MOVE: Final = "ExchangeRemoteMove"
OUTLOOK_ANYWHERE: Final = "ExchangeOutlookAnywhere"
COLUMN: Final = "EmailAddress"
MOST_CUTOVER: Final = 2000
BATCH: Final = "migration batch"
TASKS: Final = "Microsoft.Exchange.Management.Migration"
STARTABLE: Final = frozenset({"Stopped", "IncrementalStopped", "Failed", "IncrementalFailed"})


def _trouble(call: OnlineCall, kind: str, server: str) -> str:
    """Why the old servers are not reached, in the service's words; empty where they are."""
    tenant = call.tenant
    hosts = {
        url.split("/")[2].casefold() for one in call.org.servers.values() for pair in one.urls.values() for url in pair if url
    }
    if server.casefold() not in hosts:
        return f"The connection to the server '{server}' could not be completed."
    if "no-public-certificate" in tenant.troubles:
        return "The remote certificate is invalid according to the validation procedure."
    if kind == OUTLOOK_ANYWHERE and "no-outlook-anywhere" in tenant.troubles:
        return f"MigrationServerConnectionFailedException: RPC over HTTP at '{server}' answered (404) Not Found."
    if kind == REMOTE_MOVE and not any(one.mrs_proxy for one in call.org.servers.values()):
        return (
            f"The call to 'https://{server}/EWS/mrsproxy.svc' failed. Error details: The HTTP request was forbidden with "
            "client authentication scheme 'Negotiate'. --> The remote server returned an error: (403) Forbidden."
        )
    if "no-rights" in tenant.troubles:
        return f"The call to 'https://{server}/EWS/mrsproxy.svc' failed. Error details: Access is denied."
    return ""


def _kind(remote: bool, anywhere: bool) -> str:  # noqa: FBT001 - the switches of the cmdlet
    if remote == anywhere:
        raise NotModelledError("the lab models endpoints for remote moves and for Outlook Anywhere")
    return REMOTE_MOVE if remote else OUTLOOK_ANYWHERE


@online("Test-MigrationServerAvailability")
def availability(
    call: OnlineCall,
    *,
    Endpoint: Any,
) -> Iterator[Row]:
    """Whether the old servers are reached by an endpoint; a failure is an answer and no error."""
    one: CloudEndpoint = one_of(
        call, dict(call.tenant.endpoints), Endpoint, "Test-MigrationServerAvailability", "migration endpoint"
    )
    kind = one.kind
    why = _trouble(call, kind, one.server)
    yield {
        "Result": "Failed" if why else "Success",
        "Message": why,
        "SupportsCutover": kind == OUTLOOK_ANYWHERE and not why,
        "ErrorDetail": f"internal error:{why}" if why else "",
        "IsValid": True,
    }


@online("New-MigrationEndpoint")
def new_endpoint(
    call: OnlineCall,
    *,
    Name: Any,
    Credentials: Any,
    ExchangeRemoteMove: bool = False,
    RemoteServer: Any = None,
    ExchangeOutlookAnywhere: bool = False,
    RpcProxyServer: Any = None,
    ExchangeServer: Any = None,
    EmailAddress: Any = None,
) -> Iterator[Row]:
    """An endpoint; the way is tried first."""
    del ExchangeServer, EmailAddress
    kind = _kind(ExchangeRemoteMove, ExchangeOutlookAnywhere)
    server = str(RemoteServer or RpcProxyServer or "")
    why = _trouble(call, kind, server)
    if why:
        raise service_error("New-MigrationEndpoint", f"{TASKS}.MigrationServerConnectionFailedException", why)
    if str(Name).casefold() in {one.casefold() for one in call.tenant.endpoints}:
        raise service_error(
            "New-MigrationEndpoint",
            f"{TASKS}.MigrationEndpointAlreadyExistsException",
            f'The migration endpoint "{Name}" already exists.',
        )
    made = CloudEndpoint(name=str(Name), kind=kind, server=server, user=_user(Credentials))
    call.keep(replace(call.tenant, endpoints={**call.tenant.endpoints, made.name: made}))
    yield _endpoint(made)


def _user(credential: Any) -> str:
    if isinstance(credential, dict):
        return str(credential.get("$user", ""))
    return str(getattr(credential, "username", ""))


def _endpoint(one: CloudEndpoint) -> Row:
    outlook = one.kind == OUTLOOK_ANYWHERE
    return {
        "Identity": one.name,
        "EndpointType": one.kind,
        "RemoteServer": None if outlook else one.server,
        "RpcProxyServer": one.server if outlook else None,
        "Username": one.user,
    }


@online("Get-MigrationEndpoint")
def get_endpoint(call: OnlineCall) -> Iterator[Row]:
    """Endpoints."""
    return (_endpoint(one) for one in call.tenant.endpoints.values())


@online("Remove-MigrationEndpoint")
def remove_endpoint(call: OnlineCall, *, Identity: Any) -> None:
    """An endpoint goes, unless a batch uses it."""
    one: CloudEndpoint = one_of(call, dict(call.tenant.endpoints), Identity, "Remove-MigrationEndpoint", "migration endpoint")
    if any(batch.endpoint == one.name for batch in call.tenant.batches.values()):
        raise service_error(
            "Remove-MigrationEndpoint",
            f"{TASKS}.CannotRemoveEndpointWithAssociatedBatchesException",
            f'The endpoint "{one.name}" is used by a migration batch.',
        )
    left = {name: found for name, found in call.tenant.endpoints.items() if name != one.name}
    call.keep(replace(call.tenant, endpoints=left))


@online("New-MigrationBatch")
def new_batch(
    call: OnlineCall,
    *,
    Name: Any,
    SourceEndpoint: Any,
    CSVData: Any = None,
    TargetDeliveryDomain: Any = None,
    AutoStart: bool = False,
    CompleteAfter: Any = None,
) -> Iterator[Row]:
    """A batch of a list, through an endpoint for remote moves; or of everybody, through Outlook Anywhere."""
    if CompleteAfter is not None:
        raise NotModelledError("the lab models batches that are completed by hand")
    if str(Name).casefold() in {one.casefold() for one in call.tenant.batches}:
        raise service_error(
            "New-MigrationBatch",
            f"{TASKS}.MigrationBatchAlreadyExistsException",
            f'The migration batch "{Name}" already exists.',
        )
    endpoint: CloudEndpoint = one_of(
        call, dict(call.tenant.endpoints), SourceEndpoint, "New-MigrationBatch", "migration endpoint"
    )
    boxes = _everybody(call) if CSVData is None else _listed(call, CSVData)
    if (endpoint.kind == REMOTE_MOVE) != (CSVData is not None):
        raise service_error(
            "New-MigrationBatch",
            f"{TASKS}.MigrationBatchErrorException",
            f'The endpoint "{endpoint.name}" is of the type {endpoint.kind}, which this batch is not for.',
        )
    if endpoint.kind == REMOTE_MOVE:
        _refuse_domain(call, TargetDeliveryDomain)
    status = "Queued" if AutoStart else "Stopped"
    users = {one.guid: BatchUser(guid=one.guid, status=status, since=call.world.now) for one in boxes}
    made = CloudBatch(batch=MailBatch(name=str(Name), target=PLACE, users=users), endpoint=endpoint.name, kind=endpoint.kind)
    call.keep(call.tenant.with_batch(made))
    yield _batch(made)


def _refuse_domain(call: OnlineCall, domain: Any) -> None:
    routing = call.tenant.organization.replace(".onmicrosoft.com", ".mail.onmicrosoft.com")
    if str(domain).casefold() != routing.casefold():
        raise not_found(
            "New-MigrationBatch", f'The target delivery domain "{domain}" is no accepted domain of this organization.'
        )


def _everybody(call: OnlineCall) -> list[MailBox]:
    found = [one for one in call.org.mailboxes.values() if one.kind != "ArbitrationMailbox"]
    if len(found) > MOST_CUTOVER:
        raise service_error(
            "New-MigrationBatch",
            f"{TASKS}.MigrationBatchErrorException",
            f"A cutover migration takes at most {MOST_CUTOVER} mailboxes.",
        )
    if call.tenant.users or any(one.synced for one in call.tenant.mailboxes.values()):
        raise service_error(
            "New-MigrationBatch",
            f"{TASKS}.MigrationBatchErrorException",
            "A cutover migration can't be created because directory synchronization is turned on for the organization.",
        )
    return found


def _listed(call: OnlineCall, data: Any) -> list[MailBox]:
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise NotModelledError("the lab takes a list as byte[] only")
    rows = list(csv.DictReader(io.StringIO(bytes(data).decode("utf-8-sig"))))
    if not rows or COLUMN not in rows[0]:
        raise NotModelledError(f"the lab takes a list with the column {COLUMN}")
    by_address = {one.address.casefold(): one for one in call.org.mailboxes.values() if one.address}
    found = []
    for row in rows:
        box = by_address.get(row[COLUMN].casefold())
        if box is None or box.guid not in call.tenant.users:
            raise not_found("New-MigrationBatch", f"The user '{row[COLUMN]}' has no mail user with the ExchangeGuid here.")
        found.append(box)
    return found


def _batch(one: CloudBatch) -> Row:
    return {
        "Identity": one.batch.name,
        "Status": one.batch.status,
        "TotalCount": len(one.batch.users),
        "MigrationType": one.kind,
    }


@online("Get-MigrationBatch")
def get_batch(call: OnlineCall, *, Identity: Any = None) -> Iterator[Row]:
    """Batches."""
    if Identity is not None:
        yield _batch(_found(call, Identity, "Get-MigrationBatch"))
        return
    yield from (_batch(one) for one in call.tenant.batches.values())


@online("Get-MigrationUser")
def get_user(call: OnlineCall, *, ResultSize: Any = 1000) -> Iterator[Row]:
    """Users of all batches, with how consistent their copy is."""
    del ResultSize
    for one in call.tenant.batches.values():
        for guid, user in one.batch.users.items():
            box = call.org.mailboxes.get(guid)
            found = box or call.tenant.mailboxes[guid]
            damaged = box.corrupt if box is not None and user.seeded else 0
            yield {
                "Identity": found.address,
                "MailboxGuid": guid,
                "BatchId": one.batch.name,
                "Status": user.status,
                "ErrorSummary": user.error,
                "SkippedItemCount": damaged,
                "DataConsistencyScore": "Investigate" if damaged else "Perfect",
                "HasUnapprovedSkippedItems": bool(damaged) and guid not in one.approved,
            }


def _found(call: OnlineCall, identity: Any, cmdlet: str) -> CloudBatch:
    found: CloudBatch = one_of(call, dict(call.tenant.batches), identity, cmdlet, BATCH)
    return found


@online("Set-MigrationUser")
def set_user(call: OnlineCall, *, Identity: Any, ApproveSkippedItems: bool = False) -> None:
    """What of a mailbox was left behind is accepted."""
    wanted = str(Identity).casefold()
    for one in call.tenant.batches.values():
        for guid in one.batch.users:
            box = call.org.mailboxes.get(guid)
            if box is not None and box.address.casefold() == wanted:
                approved = one.approved | {guid} if ApproveSkippedItems else one.approved
                call.keep(call.tenant.with_batch(replace(one, approved=approved)))
                return
    raise not_found("Set-MigrationUser", f'The migration user "{Identity}" can\'t be found.')


@online("Start-MigrationBatch")
def start_batch(call: OnlineCall, *, Identity: Any) -> None:
    """Those that stand still begin, or begin again."""
    one = _found(call, Identity, "Start-MigrationBatch")
    call.keep(call.tenant.with_batch(replace(one, batch=one.batch.all_to("Starting", call.world.now, STARTABLE))))


@online("Stop-MigrationBatch")
def stop_batch(call: OnlineCall, *, Identity: Any) -> None:
    """Those at work stop."""
    one = _found(call, Identity, "Stop-MigrationBatch")
    working = frozenset(user.status for user in one.batch.users.values()) - STILL
    call.keep(call.tenant.with_batch(replace(one, batch=one.batch.all_to("Stopping", call.world.now, working))))


@online("Complete-MigrationBatch")
def complete_batch(call: OnlineCall, *, Identity: Any) -> None:
    """Those that are synchronised are switched over; who has left something behind that nobody accepted stays."""
    one = _found(call, Identity, "Complete-MigrationBatch")
    waits = RESTING | {"CompletionFailed"}
    ready = {
        guid
        for guid, user in one.batch.users.items()
        if user.status in waits and (guid in one.approved or not call.org.mailboxes[guid].corrupt)
    }
    if not ready:
        raise _refused("Complete-MigrationBatch", f'The migration batch "{one.batch.name}" can\'t be completed now.')
    users = {
        guid: replace(user, status="Completing", since=call.world.now, error="") if guid in ready else user
        for guid, user in one.batch.users.items()
    }
    call.keep(call.tenant.with_batch(replace(one, batch=replace(one.batch, users=users))))


@online("Remove-MigrationBatch")
def remove_batch(call: OnlineCall, *, Identity: Any) -> None:
    """The batch goes within a minute; mailboxes stay where they are."""
    one = _found(call, Identity, "Remove-MigrationBatch")
    if any(user.status not in STILL | RESTING for user in one.batch.users.values()):
        raise _refused("Remove-MigrationBatch", f'Stop "{one.batch.name}" before it is removed.')
    call.keep(call.tenant.with_batch(replace(one, batch=one.batch.all_to("Removing", call.world.now))))


def _refused(cmdlet: str, message: str) -> Refusal:
    return service_error(cmdlet, f"{TASKS}.MigrationBatchCannotBeCompletedException", message)
