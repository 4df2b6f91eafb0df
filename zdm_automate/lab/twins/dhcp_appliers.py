"""Twins of the DHCP appliers that set something: scope state, lease time, options, settings, authorisation."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.twins.dhcp_readers import lease_seconds, netsh, way
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row

NETSH_TYPES = {
    "Byte": "BYTE",
    "Word": "WORD",
    "DWord": "DWORD",
    "IPv4Address": "IPADDRESS",
    "String": "STRING",
    "BinaryData": "BINARY",
}
_CLASS = re.compile(r'\b(vendor|user)="([^"]*)"', re.IGNORECASE)


def server_way(call: Call) -> str:
    """The way, of a host that has a DHCP server."""
    found = way(call)
    if found == "none":
        raise stop("Precondition", "This host has no DHCP server.", target="DHCPServer")
    return found


def needs_module(call: Call) -> None:
    """The DhcpServer module, or a refusal."""
    if way(call) != "module":
        raise stop("Unsupported", "This needs the DhcpServer module of Windows Server 2012 or later.", target="DhcpServer")


def _no_scope(scope_id: str) -> Exception:
    return stop("NotFound", f"There is no scope {scope_id}.", target=scope_id, category="ObjectNotFound")


def _scope(call: Call, scope_id: str) -> Row:
    found = next((row for row in call.cmdlet("Get-DhcpServerv4Scope") if row["ScopeId"] == scope_id), None)
    if found is None:
        raise _no_scope(scope_id)
    return found


def _dumped(call: Call, scope_id: str, pattern: str) -> str:
    """What a line of the dump about a scope says."""
    line = re.compile(rf"^\s*dhcp server \S+ scope {re.escape(scope_id)} {pattern}", re.IGNORECASE)
    found = next((match for text in netsh(call, "dump") if (match := line.match(text))), None)
    if found is None:
        raise _no_scope(scope_id)
    return str(found[1])


@twin("Set-ZdmDhcpScopeState")
def set_scope_state(call: Call, /, *, scope_id: str, state: str) -> Iterator[Row]:
    """Active or inactive."""
    by = server_way(call)

    def read() -> Row:
        if by == "module":
            return {"State": _scope(call, scope_id)["State"]}
        return {"State": "Active" if _dumped(call, scope_id, r"set state (\d)") in {"1", "3"} else "Inactive"}

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("Set-DhcpServerv4Scope", ScopeId=scope_id, State=state)
        else:
            netsh(call, "scope", scope_id, "set", "state", "1" if state == "Active" else "0")

    yield change(call, verb="Set-ZdmDhcpScopeState", target=scope_id, read=read, wanted={"State": state}, write=write)


@twin("Set-ZdmDhcpLeaseDuration")
def set_lease_duration(call: Call, /, *, scope_id: str, lease_seconds: int) -> Iterator[Row]:
    """Lease time."""
    by = server_way(call)

    def read() -> Row:
        if by == "module":
            return {"LeaseSeconds": seconds_of(_scope(call, scope_id))}
        number = int(_dumped(call, scope_id, r'set optionvalue 51 DWORD "(\d+)"'))
        return {"LeaseSeconds": -1 if number == 2**32 - 1 else number}

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("Set-DhcpServerv4Scope", ScopeId=scope_id, LeaseDuration=timedelta(seconds=lease_seconds))
        else:
            netsh(call, "scope", scope_id, "set", "optionvalue", "51", "DWORD", str(lease_seconds))

    wanted = {"LeaseSeconds": lease_seconds}
    yield change(call, verb="Set-ZdmDhcpLeaseDuration", target=scope_id, read=read, wanted=wanted, write=write)


seconds_of = lease_seconds


@twin("Set-ZdmDhcpSetting")
def set_setting(call: Call, /, *, conflict_detection_attempts: int) -> Iterator[Row]:
    """Conflict detection."""
    by = server_way(call)
    field = "ConflictDetectionAttempts"

    def read() -> Row:
        if by == "module":
            return {field: call.cmdlet("Get-DhcpServerSetting")[0][field]}
        line = re.compile(r"^\s*dhcp server \S+ set detectconflictretry (\d+)", re.IGNORECASE)
        for text in netsh(call, "dump"):
            if match := line.match(text):
                return {field: int(match[1])}
        raise stop("NativeExit", "The dump of netsh says nothing about conflict detection.", target="netsh")

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("Set-DhcpServerSetting", ConflictDetectionAttempts=conflict_detection_attempts)
        else:
            netsh(call, "set", "detectconflictretry", str(conflict_detection_attempts))

    wanted = {field: conflict_detection_attempts}
    yield change(call, verb="Set-ZdmDhcpSetting", target=field, read=read, wanted=wanted, write=write)


@twin("Set-ZdmDhcpOption")
def set_option(
    call: Call,
    /,
    *,
    level: str,
    option_id: int,
    type: str,  # noqa: A002 - the script's parameter
    value: Sequence[str],
    scope_id: str = "",
    reservation: str = "",
    vendor_class: str = "",
    user_class: str = "",
) -> Iterator[Row]:
    """An option's value."""
    by = server_way(call)
    on, kind = level.capitalize(), next(word for name, word in NETSH_TYPES.items() if same(name, type))
    if (on != "Server" and not scope_id) or (on == "Reservation" and not reservation):
        raise stop("Precondition", f"Level {level} needs the scope, and a reservation its address.", target=level)
    where = {"Scope": {"ScopeId": scope_id}, "Reservation": {"ReservedIP": reservation}}.get(on, {})
    place = ["scope", scope_id] if on != "Server" else []
    verb = ["set", "reservedoptionvalue", reservation] if on == "Reservation" else ["set", "optionvalue"]

    def mine(vendor: str, user: str) -> bool:
        return same(vendor, vendor_class) and same(user, user_class)

    def read() -> Row:
        if by == "module":
            for row in call.cmdlet("Get-DhcpServerv4OptionValue", All=True, **where):
                if row["OptionId"] == option_id and not row["PolicyName"] and mine(row["VendorClass"], row["UserClass"]):
                    return {"Value": list(row["Value"])}
            return {"Value": []}
        head = re.escape(" ".join([*place, *verb, str(option_id)]))
        line = re.compile(rf"^\s*dhcp server \S+ {head} (\w+) (.*)$", re.IGNORECASE)
        for text in netsh(call, "dump"):
            found = line.match(text)
            if found is None:
                continue
            classes = {"vendor": "", "user": ""} | {one[1].lower(): one[2] for one in _CLASS.finditer(found[2])}
            if mine(classes["vendor"], classes["user"]):
                return {"Value": re.findall(r'"([^"]*)"', _CLASS.sub("", found[2]))}
        return {"Value": []}

    def write(_: Row) -> None:
        if by == "module":
            setting: dict[str, Any] = {"OptionId": option_id, "Value": list(value)}
            setting |= {"VendorClass": vendor_class} if vendor_class else {}
            setting |= {"UserClass": user_class} if user_class else {}
            call.cmdlet("Set-DhcpServerv4OptionValue", **setting, **where)
            return
        words = [*place, *verb, str(option_id), kind]
        words += [f"vendor={vendor_class}"] if vendor_class else []
        words += [f"user={user_class}"] if user_class else []
        netsh(call, *words, *value)

    target = f"option {option_id} of {level} {scope_id} {reservation}".rstrip()
    yield change(
        call, verb="Set-ZdmDhcpOption", target=target, read=read, wanted={"Value": list(value)}, write=write, exact=True
    )


@twin("Add-ZdmDhcpAuthorization")
def add_authorization(call: Call, /, *, dns_name: str, ip_address: str) -> Iterator[Row]:
    """Authorises a server."""
    yield _authorization(call, dns_name, ip_address, wanted=True)


@twin("Remove-ZdmDhcpAuthorization")
def remove_authorization(call: Call, /, *, dns_name: str, ip_address: str) -> Iterator[Row]:
    """Takes an authorisation away."""
    yield _authorization(call, dns_name, ip_address, wanted=False)


def _authorization(call: Call, dns_name: str, ip_address: str, *, wanted: bool) -> Row:
    if not call.has("Get-DhcpServerInDC"):
        raise stop("Unsupported", "The DhcpServer module is not on this host.", target="DhcpServer")
    word = "Add" if wanted else "Remove"

    def read() -> Row:
        rows = call.cmdlet("Get-DhcpServerInDC")
        found = (row for row in rows if same(row["DnsName"], dns_name) and same(row["IPAddress"], ip_address))
        return {"Authorized": next(found, None) is not None}

    def write(_: Row) -> None:
        call.cmdlet(f"{word}-DhcpServerInDC", DnsName=dns_name, IPAddress=ip_address)

    verb = f"{word}-ZdmDhcpAuthorization"
    return change(call, verb=verb, target=dns_name, read=read, wanted={"Authorized": wanted}, write=write)
