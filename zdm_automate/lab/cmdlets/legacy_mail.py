r"""Exchange on the box: 2003 by WMI (MicrosoftExchangeV2, Applications\Exchange), 2007 by the cmdlets of its snap-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.call import EXCHANGE_2007, Call, Row, cmdlet, modules_of, wmi_class
from zdm_automate.lab.cmdlets.system import dmtf
from zdm_automate.lab.world.mail import BUILDS
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.mail import MailBox, MailOrg, MailServer

GROUP = "First Storage Group"
PARTS = ("CPU", "Disks", "Memory", "Queues", "Services")
OK, WARNING = 1, 2
_LIMIT = 2**32 - 1


def _asked(call: Call, version: str) -> tuple[MailOrg, MailServer]:
    """The organisation and the server that is asked.

    Raises:
        Refusal: the host has no Exchange of that version.
    """
    org = call.world.mail
    found = org.servers.get(call.host_name) if org is not None else None
    if org is None or found is None or found.version != version:
        raise Refusal(
            "GetWMIManagementException,Microsoft.PowerShell.Commands.GetWmiObjectCommand",
            'Invalid namespace "root\\MicrosoftExchangeV2"',
            category="InvalidOperation",
        )
    if call.host.service("MSExchangeIS") is None or not call.host.running("MSExchangeIS"):
        raise NotModelledError("the lab does not model an information store that does not run", host=call.host_name)
    return org, found


def _own(org: MailOrg, server: MailServer) -> list[MailBox]:
    return [one for one in org.mailboxes.values() if org.databases[one.database].server == server.name]


def _account(call: Call, box: MailBox) -> str | None:
    return f"{call.world.directory.netbios}\\{box.alias}" if box.last_logon is not None else None


# --- 2003 ---


@wmi_class("Exchange_Server")
def exchange_server(call: Call) -> Iterator[Row]:
    """Every server of the organisation that 2003 knows of."""
    org, _ = _asked(call, "2003")
    for one in org.servers.values():
        yield {
            "Name": one.name,
            "FQDN": f"{one.name.lower()}.{org.domain}",
            "DN": f"CN={one.name},CN=Servers,CN=First Administrative Group,CN={org.name}",
            "ExchangeVersion": BUILDS[one.version],
            "IsFrontEndServer": False,
            "MessageTrackingEnabled": False,
            "Type": 0,
        }


@wmi_class("ExchangeServerState")
def exchange_server_state(call: Call) -> Iterator[Row]:
    """What its monitoring says of each server of 2003; the worst part is the whole."""
    org, _ = _asked(call, "2003")
    for one in org.servers.values():
        if one.version == "2003":
            parts = {part: one.health.get(part, OK) for part in PARTS}
            worst = max(parts.values())
            yield {
                "Name": one.name,
                "ServerState": worst if worst >= WARNING else min(parts.values()),
                **{f"{part}State": state for part, state in parts.items()},
            }


@wmi_class("Exchange_Mailbox")
def exchange_mailbox(call: Call) -> Iterator[Row]:
    """The mailboxes of this server; sizes are kilobytes."""
    org, server = _asked(call, "2003")
    for box in _own(org, server):
        yield {
            "MailboxGUID": "{" + box.guid.upper() + "}",
            "MailboxDisplayName": box.name,
            "LegacyDN": box.legacy_dn(org.name),
            "ServerName": server.name,
            "StorageGroupName": GROUP,
            "StoreName": box.database,
            "Size": min(_LIMIT, box.size // 1024),
            "TotalItems": min(_LIMIT, box.items),
            "AssocContentCount": 0,
            "LastLoggedOnUserAccount": _account(call, box),
            "LastLogonTime": dmtf(box.last_logon) if box.last_logon is not None else None,
            "LastLogoffTime": None,
            "DateDiscoveredAbsentInDS": dmtf(box.disconnected) if box.disconnected is not None else None,
            "StorageLimitInfo": 1,
        }


@wmi_class("Exchange_Logon")
def exchange_logon(call: Call) -> Iterator[Row]:
    """Who is logged on, a row for each client."""
    org, server = _asked(call, "2003")
    number = 0
    for box in _own(org, server):
        for client in box.clients:
            number += 1
            yield {
                "RowID": number,
                "MailboxDisplayName": box.name,
                "MailboxLegacyDN": box.legacy_dn(org.name),
                "LoggedOnUserAccount": f"{call.world.directory.netbios}\\{box.alias}",
                "LoggedOnUsersMailboxLegacyDN": box.legacy_dn(org.name),
                "ClientVersion": client,
                "LogonTime": dmtf(box.last_logon) if box.last_logon is not None else None,
                "ServerName": server.name,
                "StorageGroupName": GROUP,
                "StoreName": box.database,
                "StoreType": 1,
            }


# --- 2007 ---


@cmdlet("Get-PSSnapin")
def get_snapin(call: Call, /, *, Registered: bool = False) -> Iterator[Row]:
    """The snap-ins that are registered; a session of the lab has loaded none but PowerShell's own."""
    if Registered and EXCHANGE_2007 in modules_of(call.host):
        yield {"Name": EXCHANGE_2007, "PSVersion": "1.0", "Description": "Admin Tasks for the Exchange Server"}


@cmdlet("Add-PSSnapin")
def add_snapin(call: Call, /, *, Name: str) -> None:
    """Loads one that is registered."""
    if Name.casefold() != EXCHANGE_2007.casefold() or EXCHANGE_2007 not in modules_of(call.host):
        raise Refusal(
            "AddPSSnapInRead,Microsoft.PowerShell.Commands.AddPSSnapinCommand",
            f"The Windows PowerShell snap-in '{Name}' is not installed on this computer.",
            category="InvalidArgument",
            target=Name,
        )


@cmdlet("Get-ExchangeServer", module=EXCHANGE_2007)
def get_server(call: Call, /, *, Identity: str) -> Iterator[Row]:
    """One server as 2007 sees it."""
    org, _ = _asked(call, "2007")
    found = org.servers.get(Identity.upper())
    if found is None:
        raise Refusal(
            "ManagementObjectNotFound,Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer",
            f"The operation could not be performed because object '{Identity}' could not be found on domain controller.",
            category="InvalidData",
        )
    yield {
        "Name": found.name,
        "Fqdn": f"{found.name.lower()}.{org.domain}",
        "AdminDisplayVersion": BUILDS[found.version],
        "ServerRole": "Mailbox, ClientAccess, HubTransport",
    }


@cmdlet("Get-MailboxStatistics", module=EXCHANGE_2007)
def get_statistics(call: Call, /, *, Server: str) -> Iterator[Row]:
    """The mailboxes in the stores of a server of 2007; sizes are text."""
    org, server = _asked(call, "2007")
    if Server.casefold() != server.name.casefold():
        raise NotModelledError(f"the lab does not model Get-MailboxStatistics of 2007 for {Server}", host=call.host_name)
    for box in _own(org, server):
        yield {
            "MailboxGuid": box.guid,
            "DisplayName": box.name,
            "LegacyDN": box.legacy_dn(org.name),
            "Database": f"{server.name}\\{GROUP}\\{box.database}",
            "TotalItemSize": size_2007(box.size),
            "ItemCount": box.items,
            "LastLoggedOnUserAccount": _account(call, box),
            "LastLogonTime": box.last_logon,
            "DisconnectDate": box.disconnected,
        }


def size_2007(size: int) -> str:
    """A size as 2007 writes it: whole kilobytes, or bytes."""
    return f"{size // 1024}KB" if size >= 1024 else f"{size}B"  # noqa: PLR2004 - a kilobyte
