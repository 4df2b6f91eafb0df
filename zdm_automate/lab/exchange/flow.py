"""Cmdlets about the ways of mail and clients: queues, tracking, tests of both, public folders, connectors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.exchange.models import ExchangeCall, Row, failure, model
from zdm_automate.lab.world import mail_flow
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.mail.values import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def _server(call: ExchangeCall, name: Any, cmdlet: str) -> str:
    wanted = str(name).partition(".")[0].casefold()
    found = next((one for one in call.org.servers if one.casefold() == wanted), "")
    if not found:
        raise failure(call, cmdlet, "ManagementObjectNotFoundException", f'The server "{name}" couldn\'t be found.')
    return found


@model("Get-Queue")
def get_queue(call: ExchangeCall, *, Server: Any) -> Iterator[Row]:
    """The submission queue, which is always there, and those that do not move."""
    name = _server(call, Server, "Get-Queue")
    yield {
        "Identity": f"{name}\\Submission",
        "DeliveryType": "Undefined",
        "Status": "Ready",
        "MessageCount": 0,
        "NextHopDomain": "Submission",
        "LastError": None,
    }
    for number, (hop, error) in enumerate(mail_flow.waiting(call.world, call.org, name), start=3):
        yield {
            "Identity": f"{name}\\{number}",
            "DeliveryType": "SmtpRelayToServers",
            "Status": "Retry",
            "MessageCount": 4,
            "NextHopDomain": hop.casefold(),
            "LastError": error,
        }


@model("Get-MessageTrackingLog")
def get_tracking(call: ExchangeCall, *, Server: Any, Start: Any, EventId: Any = "", ResultSize: Any = 1000) -> Iterator[Row]:
    """What a server has received from outside."""
    del ResultSize
    if str(EventId).upper() != "RECEIVE" or not isinstance(Start, datetime):
        raise NotModelledError("the lab models what was received since a moment", host=call.host)
    name = _server(call, Server, "Get-MessageTrackingLog")
    for moment in mail_flow.received(call.org, name, Start, call.world.now):
        yield {
            "Timestamp": moment,
            "EventId": "RECEIVE",
            "Source": "SMTP",
            "Sender": "somebody@example.com",
            "ServerHostname": name,
        }


@model("Test-Mailflow")
def mail_arrives(call: ExchangeCall, *, Identity: Any, TargetMailboxServer: Any) -> Iterator[Row]:
    """A message from one server to the other; one that does not arrive is an answer."""
    source = _server(call, Identity, "Test-Mailflow")
    target = _server(call, TargetMailboxServer, "Test-Mailflow")
    why = mail_flow.lost(call.world, call.org, source, target)
    yield {
        "TestMailflowResult": "*FAILURE*" if why else "Success",
        "MessageLatencyTime": "00:00:00" if why else "00:00:02.4210000",
        "IsRemoteTest": source != target,
        "Error": why or None,
    }


@model("Test-OutlookWebServices")
def outlook_arrives(call: ExchangeCall, *, Identity: Any) -> Iterator[Row]:
    """What Outlook would find for a mailbox, by the connection points."""
    box = call.mailbox(Identity, "Test-OutlookWebServices")
    where, why = mail_flow.autodiscovered(call.org, box)
    yield {
        "Scenario": "AutoDiscoverOutlookProvider",
        "ScenarioDescription": "Autodiscover: Outlook Provider",
        "Result": "Failure" if why else "Success",
        "ServiceEndpoint": where,
        "Error": why or None,
    }


@model("Get-PublicFolderDatabase")
def get_folder_database(call: ExchangeCall) -> Iterator[Row]:
    """The database of the old kind of public folders, where there is one."""
    name = call.org.flow.folder_server
    if name:
        yield {"Name": f"PF {name}", "Server": name}


@model("Get-PublicFolderStatistics")
def get_folder_statistics(call: ExchangeCall, *, ResultSize: Any = 1000) -> Iterator[Row]:
    """Every folder with what is in it."""
    del ResultSize
    for one in call.org.flow.folders:
        yield {
            "Name": one.path.rpartition("\\")[2],
            "FolderPath": one.path,
            "ItemCount": one.items,
            "TotalItemSize": size_text(one.size),
        }


@model("Get-OrganizationConfig")
def get_organization(call: ExchangeCall) -> Iterator[Row]:
    """What the organisation says of its public folders."""
    flow = call.org.flow
    row = {
        "Name": call.org.name,
        "PublicFoldersLockedForMigration": flow.locked,
        "PublicFolderMigrationComplete": flow.complete,
    }
    yield row if call.server.version == "2010" else {**row, "PublicFoldersEnabled": flow.enabled}


@model("Set-OrganizationConfig")
def set_organization(
    call: ExchangeCall,
    *,
    PublicFoldersLockedForMigration: Any = None,
    PublicFolderMigrationComplete: Any = None,
    PublicFoldersEnabled: Any = None,
) -> None:
    """Locks and unlocks them, and says where they are."""
    flow = call.org.flow
    call.update(
        replace(
            call.org,
            flow=replace(
                flow,
                locked=flow.locked if PublicFoldersLockedForMigration is None else bool(PublicFoldersLockedForMigration),
                complete=flow.complete if PublicFolderMigrationComplete is None else bool(PublicFolderMigrationComplete),
                enabled=flow.enabled if PublicFoldersEnabled is None else str(PublicFoldersEnabled),
            ),
        )
    )


@model("Set-SendConnector")
def set_send_connector(call: ExchangeCall, *, Identity: Any, SourceTransportServers: Any) -> None:
    """Which servers send."""
    if str(Identity).casefold() != "internet":
        raise failure(call, "Set-SendConnector", "ManagementObjectNotFoundException", f'Couldn\'t find object "{Identity}".')
    given = [SourceTransportServers] if isinstance(SourceTransportServers, str) else list(SourceTransportServers)
    names = tuple(_server(call, one, "Set-SendConnector") for one in given)
    call.update(replace(call.org, flow=replace(call.org.flow, senders=names)))


@model("New-ReceiveConnector")
def new_receive_connector(
    call: ExchangeCall,
    *,
    Name: Any,
    Server: Any,
    Bindings: Any,
    RemoteIPRanges: Any,
    Custom: bool = False,
    PermissionGroups: Any = "",
    TransportRole: Any = "",
) -> Iterator[Row]:
    """A connector through which devices relay."""
    del Bindings, TransportRole
    if not Custom or str(PermissionGroups) != "AnonymousUsers":
        raise NotModelledError("the lab models connectors for relays", host=call.host)
    server = _server(call, Server, "New-ReceiveConnector")
    key = f"{server}\\{Name}"
    if key in call.org.relays:
        raise failure(call, "New-ReceiveConnector", "ManagementObjectAlreadyExistsException", f'"{Name}" already exists.')
    ranges = [RemoteIPRanges] if isinstance(RemoteIPRanges, str) else list(RemoteIPRanges)
    call.update(replace(call.org, relays={**call.org.relays, key: tuple(str(one) for one in ranges)}))
    yield {"Name": Name, "Server": server}


@model("Add-ADPermission")
def add_permission(call: ExchangeCall, *, Identity: Any, User: Any, ExtendedRights: Any) -> None:
    """The right to relay, which a connector for relays has here from its beginning."""
    del User, ExtendedRights
    if not any(name.rpartition("\\")[2] == str(Identity).rpartition("\\")[2] for name in call.org.relays):
        raise failure(call, "Add-ADPermission", "ManagementObjectNotFoundException", f'Couldn\'t find object "{Identity}".')


@model("Remove-ReceiveConnector")
def remove_receive_connector(call: ExchangeCall, *, Identity: Any) -> None:
    """A connector goes."""
    wanted = str(Identity).rpartition("\\")[2].casefold()
    left = {name: one for name, one in call.org.relays.items() if name.rpartition("\\")[2].casefold() != wanted}
    if len(left) == len(call.org.relays):
        raise failure(call, "Remove-ReceiveConnector", "ManagementObjectNotFoundException", f'Couldn\'t find "{Identity}".')
    call.update(replace(call.org, relays=left))
