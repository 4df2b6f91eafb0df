"""Twin of the applier that makes and changes reservations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zdm_automate.lab.twins.dhcp_appliers import server_way
from zdm_automate.lab.twins.dhcp_readers import netsh
from zdm_automate.lab.twins.pattern import change, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

NOTHING: Row = {"Exists": False, "ClientId": None, "Name": None, "Description": None, "Type": None}


@twin("Set-ZdmDhcpReservation")
def set_reservation(
    call: Call,
    /,
    *,
    scope_id: str,
    ip_address: str,
    client_id: str,
    name: str,
    description: str = "",
    type: str = "Both",  # noqa: A002 - the script's parameter
) -> Iterator[Row]:
    """Makes it or changes it; by netsh it is only made."""
    by = server_way(call)
    digits = client_id.replace("-", "").lower()
    client = _hyphened(digits)

    def read() -> Row:
        if by == "netsh":
            return _dumped(call, scope_id, ip_address)
        rows = call.cmdlet("Get-DhcpServerv4Reservation", ScopeId=scope_id)
        kept = next((row for row in rows if row["IPAddress"] == ip_address), None)
        if kept is None:
            return dict(NOTHING)
        return {
            "Exists": True,
            "ClientId": kept["ClientId"].lower(),
            **{field: kept[field] for field in ("Name", "Description", "Type")},
        }

    def write(before: Row) -> None:
        if by == "module":
            setting = {"IPAddress": ip_address, "ClientId": client, "Name": name, "Description": description, "Type": type}
            if before["Exists"]:
                call.cmdlet("Set-DhcpServerv4Reservation", **setting)
            else:
                call.cmdlet("Add-DhcpServerv4Reservation", ScopeId=scope_id, **setting)
            return
        if before["Exists"]:
            message = (
                f"{ip_address} is reserved in another form; netsh can only delete and add it, which would lose its options."
            )
            raise stop("AlreadyExists", message, target=ip_address)
        netsh(call, "scope", scope_id, "add", "reservedip", ip_address, digits, name, description or '""', type.upper())

    wanted = {"Exists": True, "ClientId": client, "Name": name, "Description": description, "Type": type.capitalize()}
    yield change(call, verb="Set-ZdmDhcpReservation", target=ip_address, read=read, wanted=wanted, write=write, exact=True)


def _dumped(call: Call, scope_id: str, address: str) -> Row:
    scope = re.compile(rf"^\s*dhcp server \S+ add scope {re.escape(scope_id)} ", re.IGNORECASE)
    line = re.compile(
        rf"^\s*dhcp server \S+ scope {re.escape(scope_id)} add reservedip {re.escape(address)}"
        r' ([0-9a-f]+) "(.*)" "(.*)" "(\w+)"',
        re.IGNORECASE,
    )
    known = False
    for text in netsh(call, "dump"):
        known = known or scope.match(text) is not None
        found = line.match(text)
        if found is not None:
            digits, name, description, kind = found.groups()
            return {
                "Exists": True,
                "ClientId": _hyphened(digits.lower()),
                "Name": name,
                "Description": description,
                "Type": kind.capitalize(),
            }
    if not known:
        raise stop("NotFound", f"There is no scope {scope_id}.", target=scope_id, category="ObjectNotFound")
    return dict(NOTHING)


def _hyphened(digits: str) -> str:
    return "-".join(digits[n : n + 2] for n in range(0, len(digits), 2))
