"""Twins of the verbs that ask an Exchange on the box: 2003 by WMI, 2007 by its snap-in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.call import EXCHANGE_2007
from zdm_automate.lab.twins.pattern import made, stamp, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

UNITS: Final = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
STATES: Final = ("Unknown", "OK", "Warning", "Error")
PARTS: Final = ("CPU", "Disks", "Memory", "Queues", "Services")
WARNING: Final = 2
_SIZE: Final = re.compile(r"([0-9]+)(B|KB|MB|GB)")
_SYSTEM: Final = re.compile(r"CN=CONFIGURATION/|SYSTEMMAILBOX", re.IGNORECASE)


def way(call: Call) -> str:
    """As the prelude's Get-ZdmExchangeWay."""
    found = next((one for one in call.wmi("Win32_Service") if one["Name"].casefold() == "msexchangemgmt"), None)
    if found is not None:
        if found["State"] != "Running":
            text = "The service MSExchangeMGMT does not run; it answers for Exchange 2003."
            raise stop("Precondition", text, target="MSExchangeMGMT")
        return "wmi"
    if any(one["Name"] == EXCHANGE_2007 for one in call.cmdlet("Get-PSSnapin", Registered=True)):
        call.cmdlet("Add-PSSnapin", Name=EXCHANGE_2007)
        return "snapin"
    return "none"


def _from_dmtf(text: str | None) -> str | None:
    if not text:
        return None
    local = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return stamp(local - timedelta(minutes=int(text[21:25])))


@twin("Get-ZdmExchangeLegacy")
def get_legacy(call: Call, /) -> Iterator[Row]:
    """The server and how it is."""
    how = way(call)
    if how == "none":
        return
    if how == "snapin":
        (server,) = call.cmdlet("Get-ExchangeServer", Identity=call.host_name)
        yield made(
            call,
            "Zdm.ExchangeLegacy",
            Name=server["Name"],
            Build=server["AdminDisplayVersion"],
            FrontEnd="mailbox" not in server["ServerRole"].casefold(),
            State=None,
            Bad=[],
        )
        return
    for server in call.wmi("Exchange_Server"):
        if server["Name"].casefold() != call.host_name.casefold():
            continue
        state = next((one for one in call.wmi("ExchangeServerState") if one["Name"] == server["Name"]), None)
        yield made(
            call,
            "Zdm.ExchangeLegacy",
            Name=server["Name"],
            Build=server["ExchangeVersion"],
            FrontEnd=server["IsFrontEndServer"],
            State=STATES[state["ServerState"]] if state is not None else "Unknown",
            Bad=[part for part in PARTS if state is not None and state[f"{part}State"] >= WARNING],
        )


@twin("Get-ZdmExchangeLegacyMailbox")
def get_legacy_mailbox(call: Call, /) -> Iterator[Row]:
    """The mailboxes in its stores."""
    how = way(call)
    if how == "none":
        return
    rows = _of_2003(call) if how == "wmi" else _of_2007(call)
    for row in rows:
        own = row | {"Guid": row["Guid"].strip("{}").lower(), "System": _SYSTEM.search(row["LegacyDn"]) is not None}
        yield made(call, "Zdm.ExchangeLegacyMailbox", **own)


def _of_2003(call: Call) -> Iterator[dict[str, Any]]:
    for box in call.wmi("Exchange_Mailbox"):
        yield {
            "Guid": box["MailboxGUID"],
            "Name": box["MailboxDisplayName"],
            "LegacyDn": box["LegacyDN"],
            "Database": f"{box['ServerName']}\\{box['StorageGroupName']}\\{box['StoreName']}",
            "Bytes": box["Size"] * 1024,
            "Items": box["TotalItems"],
            "Account": box["LastLoggedOnUserAccount"] or "",
            "LastLogonUtc": _from_dmtf(box["LastLogonTime"]),
            "Disconnected": box["DateDiscoveredAbsentInDS"] is not None,
        }


def _of_2007(call: Call) -> Iterator[dict[str, Any]]:
    for box in call.cmdlet("Get-MailboxStatistics", Server=call.host_name):
        size = _SIZE.fullmatch(box["TotalItemSize"])
        if size is None:
            text = f"The size {box['TotalItemSize']} is in no form that Exchange 2007 is known to write."
            raise stop("Unsupported", text, target=box["DisplayName"])
        yield {
            "Guid": box["MailboxGuid"],
            "Name": box["DisplayName"],
            "LegacyDn": box["LegacyDN"],
            "Database": box["Database"],
            "Bytes": int(size[1]) * UNITS[size[2]],
            "Items": box["ItemCount"],
            "Account": box["LastLoggedOnUserAccount"] or "",
            "LastLogonUtc": stamp(box["LastLogonTime"]) if box["LastLogonTime"] is not None else None,
            "Disconnected": box["DisconnectDate"] is not None,
        }


@twin("Get-ZdmExchangeLegacyLogon")
def get_legacy_logon(call: Call, /) -> Iterator[Row]:
    """Who is logged on to 2003."""
    how = way(call)
    if how == "none":
        return
    if how == "snapin":
        text = "Who is logged on is read from Exchange 2003 only; this host has Exchange 2007."
        raise stop("Unsupported", text, target="Exchange_Logon", category="NotInstalled")
    for one in call.wmi("Exchange_Logon"):
        yield made(
            call,
            "Zdm.ExchangeLegacyLogon",
            RowId=one["RowID"],
            Name=one["MailboxDisplayName"],
            LegacyDn=one["MailboxLegacyDN"],
            Account=one["LoggedOnUserAccount"],
            Client=one["ClientVersion"],
            SinceUtc=_from_dmtf(one["LogonTime"]),
        )
