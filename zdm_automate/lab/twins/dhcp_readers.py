"""Twins of the DHCP readers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.twins.pattern import made, stamp, stop, twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

SKIPPED_OPTIONS = frozenset({51, 81})
_DUMP_LINE = re.compile(r"^\s*dhcp server ", re.IGNORECASE)
_SCOPE_LINE = re.compile(r"^\s*dhcp server \S+ add scope (\d+\.\d+\.\d+\.\d+) ", re.IGNORECASE)
_SERVER_VALUE = re.compile(r"^i(\d+\.\d+\.\d+\.\d+)\$")


def way(call: Call) -> str:
    """How the host's DHCP server is asked, as the prelude's Get-ZdmDhcpWay says it."""
    service = next((row for row in call.wmi("Win32_Service") if row["Name"] == "DHCPServer"), None)
    if service is None:
        return "none"
    if service["State"] != "Running":
        message = "The service DHCPServer does not run; its configuration cannot be read or changed."
        raise stop("Precondition", message, target="DHCPServer")
    return "module" if call.has("Get-DhcpServerv4Scope") else "netsh"


def netsh(call: Call, *words: str) -> list[str]:
    """The lines of `netsh dhcp server <words>`."""
    run = call.native("netsh.exe", "dhcp", "server", *words)
    no_dump = words[0] == "dump" and not any(_DUMP_LINE.match(line) for line in run.out)
    if run.exit_code != 0 or no_dump:
        said = next((line for line in run.out if line.strip()), f"exit code {run.exit_code}")
        raise stop("NativeExit", f"netsh dhcp server {' '.join(words)}: {said}", target="netsh")
    return list(run.out)


def native_text(call: Call, command: str, lines: list[str]) -> Row:
    """What netsh printed, for the parser."""
    return made(call, "Zdm.NativeText", Tool="netsh", Command=command, ExitCode=0, Lines=lines, Culture=call.host.culture)


def dump(call: Call) -> Row:
    """The text of a dump."""
    return native_text(call, "dhcp server dump", netsh(call, "dump"))


@twin("Get-ZdmDhcpServer")
def get_server(call: Call, /) -> Iterator[Row]:
    """Settings."""
    match way(call):
        case "netsh":
            yield dump(call)
        case "module":
            setting = call.cmdlet("Get-DhcpServerSetting")[0]
            version = call.cmdlet("Get-DhcpServerVersion")[0]
            bindings = [row["InterfaceAlias"] for row in call.cmdlet("Get-DhcpServerv4Binding") if row["BindingState"]]
            yield made(
                call,
                "Zdm.DhcpServer",
                IsAuthorized=setting["IsAuthorized"],
                IsDomainJoined=setting["IsDomainJoined"],
                ConflictDetectionAttempts=setting["ConflictDetectionAttempts"],
                Bindings=bindings,
                ModuleVersion=f"{version['MajorVersion']}.{version['MinorVersion']}",
                AuditLogPath=call.cmdlet("Get-DhcpServerAuditLog")[0]["Path"],
            )


def lease_seconds(row: Row) -> int:
    """Lease time of a scope; -1 without end."""
    return -1 if row["LeaseDuration"] == timedelta.max else int(row["LeaseDuration"].total_seconds())


@twin("Get-ZdmDhcpScope")
def get_scope(call: Call, /) -> Iterator[Row]:
    """Scopes."""
    match way(call):
        case "netsh":
            yield dump(call)
        case "module":
            for row in call.cmdlet("Get-DhcpServerv4Scope"):
                yield made(
                    call,
                    "Zdm.DhcpScope",
                    **{name: row[name] for name in ("ScopeId", "Name", "Description", "SubnetMask", "StartRange", "EndRange")},
                    LeaseSeconds=lease_seconds(row),
                    State=row["State"],
                    SuperscopeName=row["SuperscopeName"],
                    DelayMilliseconds=row["Delay"],
                    Type=row["Type"],
                )


@twin("Get-ZdmDhcpExclusion")
def get_exclusion(call: Call, /) -> Iterator[Row]:
    """Excluded ranges."""
    match way(call):
        case "netsh":
            yield dump(call)
        case "module":
            for row in call.cmdlet("Get-DhcpServerv4ExclusionRange"):
                yield made(call, "Zdm.DhcpExclusion", **row)


@twin("Get-ZdmDhcpReservation")
def get_reservation(call: Call, /) -> Iterator[Row]:
    """Reservations of all scopes."""
    match way(call):
        case "netsh":
            yield dump(call)
        case "module":
            for scope in call.cmdlet("Get-DhcpServerv4Scope"):
                for row in call.cmdlet("Get-DhcpServerv4Reservation", ScopeId=scope["ScopeId"]):
                    names = ("ScopeId", "ClientId", "Name", "Description", "Type")
                    yield made(call, "Zdm.DhcpReservation", IpAddress=row["IPAddress"], **{name: row[name] for name in names})


@twin("Get-ZdmDhcpOption")
def get_option(call: Call, /) -> Iterator[Row]:
    """Option values, level by level."""
    match way(call):
        case "netsh":
            yield dump(call)
        case "module":
            levels: list[tuple[str, str, str, dict[str, Any]]] = [("Server", "", "", {})]
            for scope in call.cmdlet("Get-DhcpServerv4Scope"):
                scope_id = scope["ScopeId"]
                levels.append(("Scope", scope_id, "", {"ScopeId": scope_id}))
                kept = [row["IPAddress"] for row in call.cmdlet("Get-DhcpServerv4Reservation", ScopeId=scope_id)]
                levels += [("Reservation", scope_id, address, {"ReservedIP": address}) for address in kept]
            for level, scope_id, reservation, where in levels:
                for row in call.cmdlet("Get-DhcpServerv4OptionValue", All=True, **where):
                    if row["OptionId"] in SKIPPED_OPTIONS or row["PolicyName"]:
                        continue
                    names = ("OptionId", "VendorClass", "UserClass", "Type", "Value")
                    yield made(
                        call,
                        "Zdm.DhcpOption",
                        Level=level,
                        ScopeId=scope_id,
                        Reservation=reservation,
                        **{name: row[name] for name in names},
                    )


@twin("Get-ZdmDhcpLease")
def get_lease(call: Call, /) -> Iterator[Row]:
    """Leases of all scopes."""
    match way(call):
        case "netsh":
            for line in netsh(call, "dump"):
                found = _SCOPE_LINE.match(line)
                if found:
                    lines = [f"# scope {found[1]}", *netsh(call, "scope", found[1], "show", "clients", "1")]
                    yield native_text(call, "dhcp server scope show clients 1", lines)
        case "module":
            for scope in call.cmdlet("Get-DhcpServerv4Scope"):
                for row in call.cmdlet("Get-DhcpServerv4Lease", ScopeId=scope["ScopeId"], AllLeases=True):
                    ends = row["LeaseExpiryTime"]
                    yield made(
                        call,
                        "Zdm.DhcpLease",
                        ScopeId=row["ScopeId"],
                        IpAddress=row["IPAddress"],
                        ClientId=row["ClientId"],
                        HostName=row["HostName"],
                        State=row["AddressState"],
                        ExpiresAtUtc=stamp(ends) if ends is not None else None,
                        IsBad=row["AddressState"] == "Declined" or row["HostName"] == "BAD_ADDRESS",
                    )


@twin("Get-ZdmDhcpFailover")
def get_failover(call: Call, /) -> Iterator[Row]:
    """Failover relationships."""
    if way(call) != "module":
        return
    for row in call.cmdlet("Get-DhcpServerv4Failover"):
        yield made(
            call,
            "Zdm.DhcpFailover",
            **{name: row[name] for name in ("Name", "PartnerServer", "Mode", "ServerRole", "LoadBalancePercent", "State")},
            ScopeIds=list(row["ScopeId"]),
            MaxClientLeadTimeSeconds=int(row["MaxClientLeadTime"].total_seconds()),
        )


@twin("Get-ZdmDhcpAuthorization")
def get_authorization(call: Call, /) -> Iterator[Row]:
    """Authorised servers, by whichever module is there."""
    if call.has("Get-DhcpServerInDC"):
        for row in call.cmdlet("Get-DhcpServerInDC"):
            yield made(call, "Zdm.DhcpAuthorization", DnsName=row["DnsName"], IpAddress=row["IPAddress"])
        return
    if not call.has("Get-ADObject"):
        message = "Neither the DhcpServer nor the ActiveDirectory module is on this host."
        raise stop("Unsupported", message, target="DhcpServer")
    base = "CN=NetServices,CN=Services," + call.cmdlet("Get-ADRootDSE")[0]["configurationNamingContext"]
    query = {"LDAPFilter": "(&(objectClass=dHCPClass)(!(name=DhcpRoot)))", "SearchBase": base, "Properties": "dhcpServers"}
    for entry in call.cmdlet("Get-ADObject", **query):
        for text in entry["dhcpServers"]:
            found = _SERVER_VALUE.match(text)
            if found is None:
                message = f"The directory's entry '{entry['Name']}' does not name an address as known."
                raise stop("Unsupported", message, target=entry["Name"])
            yield made(call, "Zdm.DhcpAuthorization", DnsName=entry["Name"], IpAddress=found[1])


@twin("Get-ZdmDhcpClientLease")
def get_client_lease(call: Call, /) -> Iterator[Row]:
    """What the host's own adapters were leased."""
    names = {row["Index"]: row["NetConnectionID"] for row in call.wmi("Win32_NetworkAdapter")}
    for row in call.wmi("Win32_NetworkAdapterConfiguration"):
        if not row["DHCPEnabled"] or not row["IPEnabled"]:
            continue
        yield made(
            call,
            "Zdm.DhcpClientLease",
            InterfaceAlias=names[row["Index"]],
            IpAddress=next((one for one in row["IPAddress"] or () if "." in one), ""),
            DhcpServer=row["DHCPServer"] or "",
            LeaseObtainedUtc=_dmtf(row["DHCPLeaseObtained"]),
            LeaseExpiresUtc=_dmtf(row["DHCPLeaseExpires"]),
            DnsServers=list(row["DNSServerSearchOrder"] or ()),
        )


def _dmtf(text: str | None) -> str | None:
    return stamp(datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)) if text else None
