"""What the organisation answers when it is asked: servers, databases, mailboxes, rights, connectors, connection points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.lab.exchange.models import ExchangeCall, Row, failure, model
from zdm_automate.lab.world import mail_flow
from zdm_automate.lab.world.mail import BUILDS
from zdm_automate.mail.values import UNLIMITED, size_text
from zdm_automate.mail.versions import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.lab.world.mail import MailBox

SYSTEM = frozenset({"ArbitrationMailbox", "AuditLogMailbox", "PublicFolderMailbox", "MonitoringMailbox"})
"""Kinds that are listed only when they are asked for."""

UNNAMED = frozenset({"", "None", "$null"})


def canonical(call: ExchangeCall, name: str) -> str:
    """An identity as on-premises servers write it."""
    return f"{call.org.domain}/Users/{name.replace('/', chr(92) + '/')}"


def unlimited(number: int | None) -> str:
    """A limit in bytes, or none."""
    return UNLIMITED if number is None else size_text(number)


@model("Get-ExchangeServer")
def get_server(call: ExchangeCall, *, Status: bool = False, Identity: Any = None) -> Iterator[Row]:
    """Every server; with `Identity` that one."""
    for server in call.org.servers.values():
        if Identity is None or str(Identity).casefold() == server.name.casefold():
            old = server.version in {"2010", "2013"}
            yield {
                "Name": server.name,
                "Fqdn": f"{server.name.lower()}.{call.org.domain}",
                "AdminDisplayVersion": BUILDS[server.version],
                "ServerRole": "Mailbox, ClientAccess, HubTransport" if old else "Mailbox",
                "Edition": "Standard",
                "Site": f"{call.org.domain}/Configuration/Sites/Default-First-Site-Name",
                "CurrentDomainControllers": [f"dc.{call.org.domain}"] if Status else [],
            }


@model("Get-MailboxDatabase")
def get_database(
    call: ExchangeCall,
    *,
    Status: bool = False,
    IncludePreExchange2013: bool = False,
    IncludePreExchange2010: bool = False,
    Identity: Any = None,
) -> Iterator[Row]:
    """Databases; those of older versions only where they are asked for, their state only with `Status`."""
    here = Exchange(call.server.version)
    older = IncludePreExchange2010 if here is Exchange.V2010 else IncludePreExchange2013
    for one in call.org.databases.values():
        version = Exchange(call.org.servers[one.server].version)
        if version in {Exchange.V2003, Exchange.V2007, Exchange.V2010} and version is not here and not older:
            continue
        if here is Exchange.V2010 and version.age > here.age:
            continue
        if Identity is not None and str(Identity).casefold() != one.name.casefold():
            continue
        held = sum(box.size for box in call.org.mailboxes.values() if box.database == one.name)
        yield {
            "Name": one.name,
            "Server": one.server,
            "ServerName": one.server,
            "EdbFilePath": f"D:\\{one.name}\\{one.name}.edb",
            "LogFolderPath": f"E:\\{one.name}",
            "CircularLoggingEnabled": one.circular,
            "Mounted": one.mounted if Status else None,
            "DatabaseSize": size_text(held) if Status else None,
            "LastFullBackup": one.last_backup if Status else None,
        }


@model("Get-Mailbox")
def get_mailbox(
    call: ExchangeCall,
    *,
    Identity: Any = None,
    ResultSize: Any = 1000,
    Arbitration: bool = False,
    AuditLog: bool = False,
    PublicFolder: bool = False,
    Database: Any = None,
) -> Iterator[Row]:
    """Mailboxes. An identity that is nothing stands for all of them, as on a real server."""
    kind = {"ArbitrationMailbox": Arbitration, "AuditLogMailbox": AuditLog, "PublicFolderMailbox": PublicFolder}
    asked = next((name for name, wanted in kind.items() if wanted), "")
    boxes: Iterable[MailBox] = call.org.mailboxes.values()
    if Identity is not None and str(Identity).strip() not in UNNAMED and Identity != "*":
        boxes = [call.mailbox(Identity, "Get-Mailbox")]
    found = [one for one in boxes if (one.kind == asked if asked else one.kind not in SYSTEM)]
    found = [one for one in found if Database is None or one.database.casefold() == str(Database).casefold()]
    limit = len(found) if str(ResultSize) == UNLIMITED else int(ResultSize)
    if len(found) > limit:
        call.warnings.append(
            "There are more results available than are currently displayed. To view them, increase the value for the "
            "ResultSize parameter."
        )
    for box in found[:limit]:
        server = call.org.databases[box.database].server
        yield {
            "Name": box.name,
            "DisplayName": box.name,
            "Alias": box.alias,
            "ExchangeGuid": box.guid,
            "Identity": canonical(call, box.name),
            "PrimarySmtpAddress": box.address,
            "EmailAddresses": [f"SMTP:{box.address}", f"X500:/o={call.org.name}/cn={box.alias}"],
            "RecipientTypeDetails": box.kind,
            "Database": box.database,
            "ServerName": server,
            "LitigationHoldEnabled": box.on_hold,
            "RetentionHoldEnabled": False,
            "ArchiveDatabase": box.database if box.archive else None,
            "ForwardingAddress": canonical(call, box.forwards_to) if box.forwards_to else None,
            "ForwardingSmtpAddress": None,
            "GrantSendOnBehalfTo": [canonical(call, one) for one in box.on_behalf],
            "ProhibitSendReceiveQuota": unlimited(box.quota),
        }


@model("Get-MailboxStatistics")
def get_statistics(call: ExchangeCall, *, Identity: Any = None, Database: Any = None) -> Iterator[Row]:
    """Of one mailbox, or of all in a database."""
    if Identity is None and str(Database).casefold() not in {name.casefold() for name in call.org.databases}:
        raise failure(
            call,
            "Get-MailboxStatistics",
            "ManagementObjectNotFoundException",
            f'Couldn\'t find database "{Database}". Make sure you have typed it correctly.',
        )
    boxes = [call.mailbox(Identity, "Get-MailboxStatistics")] if Identity is not None else list(call.org.mailboxes.values())
    for box in boxes:
        if Identity is None and box.database.casefold() != str(Database).casefold():
            continue
        yield {
            "DisplayName": box.name,
            "MailboxGuid": box.guid,
            "ItemCount": box.items,
            "TotalItemSize": {"IsUnlimited": False, "Value": size_text(box.size)},
            "TotalDeletedItemSize": {"IsUnlimited": False, "Value": size_text(0)},
            "Database": box.database,
            "LastLogonTime": call.world.now,
        }


@model("Get-MailboxPermission")
def get_permission(call: ExchangeCall, *, Identity: Any) -> Iterator[Row]:
    """Rights on a mailbox; the owner's are always among them."""
    box = call.mailbox(Identity, "Get-MailboxPermission")
    netbios = call.world.directory.netbios
    given = [("NT AUTHORITY\\SELF", ["FullAccess", "ReadPermission"], False)]
    given += [(f"{netbios}\\{alias}", ["FullAccess"], False) for alias in box.full_access]
    given.append((f"{netbios}\\Exchange Servers", ["FullAccess"], True))
    for user, rights, inherited in given:
        yield {
            "Identity": canonical(call, box.name),
            "User": user,
            "AccessRights": rights,
            "IsInherited": inherited,
            "Deny": {"IsPresent": False},
        }


@model("Get-SendConnector")
def get_send_connector(call: ExchangeCall) -> Iterator[Row]:
    """The way out, through the oldest server until that is changed."""
    yield {
        "Name": "Internet",
        "AddressSpaces": ["SMTP:*;1"],
        "SourceTransportServers": list(mail_flow.senders(call.org)),
        "Enabled": True,
    }


@model("Get-ReceiveConnector")
def get_receive_connector(call: ExchangeCall) -> Iterator[Row]:
    """The default one of each server, and those through which devices relay."""
    for server in call.org.servers.values():
        yield {
            "Name": f"Default {server.name}",
            "Server": server.name,
            "RemoteIPRanges": ["0.0.0.0-255.255.255.255"],
            "PermissionGroups": "ExchangeUsers, ExchangeServers, ExchangeLegacyServers",
        }
    for name, addresses in call.org.relays.items():
        where, _, own = name.rpartition("\\")
        yield {
            "Name": own,
            "Server": where or mail_flow.oldest(call.org),
            "RemoteIPRanges": list(addresses),
            "PermissionGroups": "AnonymousUsers",
        }


@model("Get-ClientAccessServer")
def get_access_server(call: ExchangeCall) -> Iterator[Row]:
    """Connection points; newer versions say that the cmdlet is going away."""
    if call.server.version not in {"2010", "2013"}:
        call.warnings.append("The Get-ClientAccessServer cmdlet will be removed in a future version of Exchange.")
    yield from _access_points(call)


@model("Get-ClientAccessService")
def get_access_service(call: ExchangeCall) -> Iterator[Row]:
    """Connection points of all servers."""
    return _access_points(call)


def _access_points(call: ExchangeCall) -> Iterator[Row]:
    for server in call.org.servers.values():
        yield {
            "Name": server.name,
            "Fqdn": f"{server.name.lower()}.{call.org.domain}",
            "AutoDiscoverServiceInternalUri": server.scp,
            "AutoDiscoverSiteScope": ["Default-First-Site-Name"],
        }
