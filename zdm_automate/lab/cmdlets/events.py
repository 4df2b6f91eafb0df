"""Event logs: Get-WinEvent with a filter table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEVELS = {"Critical": 1, "Error": 2, "Warning": 3, "Information": 4, "Verbose": 5}
STANDARD_LOGS = ("Application", "Security", "System")
LOGS_OF_FEATURES = {
    "AD-Domain-Services": ("Directory Service", "DFS Replication", "File Replication Service"),
    "DNS": ("DNS Server",),
    "DHCP": ("Microsoft-Windows-Dhcp-Server/Operational",),
}


@cmdlet("Get-WinEvent")
def get_win_event(call: Call, /, *, FilterHashtable: Mapping[str, Any], MaxEvents: int | None = None) -> Iterator[Row]:
    """Entries of a log, newest first; none is an error."""
    unknown = set(FilterHashtable) - {"LogName", "Id", "StartTime"}
    if unknown or "LogName" not in FilterHashtable:
        raise NotModelledError(f"the lab does not model Get-WinEvent with {sorted(FilterHashtable)}", host=call.host_name)
    host = call.host
    log = str(FilterHashtable["LogName"])
    logs = {*STANDARD_LOGS, *(e.log for e in host.events)}
    logs.update(name for feature, names in LOGS_OF_FEATURES.items() if feature in host.features for name in names)
    if log.casefold() not in map(str.casefold, logs):
        raise Refusal(
            "NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand",
            f'There is not an event log on the localhost computer that matches "{log}".',
            category="ObjectNotFound",
            target="localhost",
        )
    numbers = FilterHashtable.get("Id")
    since = FilterHashtable.get("StartTime")
    rows = []
    for number, event in enumerate((e for e in host.events if e.log.casefold() == log.casefold()), start=1):
        at = datetime.fromisoformat(event.at).astimezone(UTC)
        if (numbers and event.event_id not in numbers) or (since is not None and at < since):
            continue
        rows.append(
            {
                "LogName": event.log,
                "RecordId": number,
                "ProviderName": event.source,
                "Id": event.event_id,
                "Level": LEVELS[event.level],
                "TimeCreated": at,
                "Message": event.message,
            }
        )
    if not rows:
        raise Refusal(
            "NoMatchingEventsFound,Microsoft.PowerShell.Commands.GetWinEventCommand",
            "No events were found that match the specified selection criteria.",
            category="ObjectNotFound",
        )
    rows.sort(key=lambda row: (row["TimeCreated"], row["RecordId"]), reverse=True)
    yield from rows[:MaxEvents]
