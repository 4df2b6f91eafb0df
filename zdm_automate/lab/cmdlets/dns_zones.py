"""DNS cmdlets about servers and zones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.world import dns_change
from zdm_automate.lab.world.dns import DnsServer, Zone
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODULE = "DnsServer"


def server(call: Call, command: str, doing: str = "get settings of") -> DnsServer:
    """The host's DNS server.

    Raises:
        Refusal: the service does not run.
    """
    if not call.host.running("DNS"):
        raise Refusal(
            f"WIN32 1722,{command}",
            f"Failed to {doing} the server {call.host_name}.",
            category="NotSpecified",
            target=call.host_name,
        )
    return call.world.dns.get(call.host_name, DnsServer())


def keep(call: Call, made: DnsServer) -> None:
    """Takes this as the host's server."""
    call.update(call.world.with_dns(call.host_name, made))


def zone(call: Call, name: str, command: str) -> Zone:
    """A zone of the host's server.

    Raises:
        Refusal: WIN32 9601, no such zone.
    """
    found = server(call, command).zone(name)
    if found is None:
        said = f"Failed to get the zone information for {name} on server {call.host_name}."
        if command == "Get-DnsServerZone":
            said = f"The zone {name} was not found on server {call.host_name}."
        raise Refusal(f"WIN32 9601,{command}", said, category="ObjectNotFound", target=name)
    return found


def names(value: Sequence[str] | str) -> tuple[str, ...]:
    """One or several values as PowerShell binds them."""
    return (value,) if isinstance(value, str) else tuple(value)


# --- zones ---


@cmdlet("Get-DnsServerZone", module=MODULE, level=1)
def get_zone(call: Call, /, *, Name: str = "") -> Iterator[Row]:
    """All zones, or one; each kind has properties of its own."""
    command = "Get-DnsServerZone"
    found = [zone(call, Name, command)] if Name else list(server(call, command, "enumerate zones from").zones.values())
    yield from (_row(call, one) for one in found)


def _row(call: Call, one: Zone) -> Row:
    row: Row = {
        "DistinguishedName": _distinguished(call, one) if one.in_directory else None,
        "ZoneName": one.name,
        "ZoneType": one.kind,
        "IsPaused": False,
        "IsDsIntegrated": one.in_directory,
        "IsAutoCreated": one.auto_created,
        "IsReverseLookupZone": one.reverse,
        "IsReadOnly": False,
        "IsShutdown": False,
    }
    if one.kind == "Primary":
        row |= {
            "ReplicationScope": one.scope or "None",
            "DynamicUpdate": one.dynamic,
            "ZoneFile": one.file,
            "Notify": "NotifyServers",
            "SecureSecondaries": "NoTransfer",
            "IsSigned": False,
            "IsWinsEnabled": False,
        }
    elif one.kind == "Forwarder":
        row |= {
            "ReplicationScope": one.scope or "None",
            "MasterServers": list(one.masters),
            "UseRecursion": False,
            "ForwarderTimeout": 3,
        }
    else:
        row |= {"MasterServers": list(one.masters), "ZoneFile": one.file}
    return row


def _distinguished(call: Call, one: Zone) -> str:
    domain = ",".join(f"DC={part}" for part in call.world.directory.domain.split("."))
    return f"DC={one.name},cn=MicrosoftDNS,DC={one.scope}DnsZones,{domain}"


@cmdlet("Get-DnsServerZoneAging", module=MODULE, level=1)
def get_zone_aging(call: Call, /, *, Name: str) -> Iterator[Row]:
    """Aging of a primary zone."""
    found = zone(call, Name, "Get-DnsServerZoneAging")
    yield {"ZoneName": found.name, "AgingEnabled": found.aging, "ScavengeServers": None}


@cmdlet("ConvertTo-DnsServerPrimaryZone", module=MODULE, level=1)
def convert_to_primary(call: Call, /, *, Name: str, ReplicationScope: str, Force: bool = False) -> None:
    """Takes a file-backed zone into the directory; how it may be updated stays."""
    command = "ConvertTo-DnsServerPrimaryZone"
    found = zone(call, Name, command)
    _needs_force(call, Force, command)
    code = refused_by_directory(call, found)
    if code:
        said = f"Failed to convert the zone {Name} on server {call.host_name}."
        raise Refusal(f"WIN32 {code},{command}", said, category="NotSpecified", target=Name)
    into_directory(call, found, ReplicationScope.capitalize())


def refused_by_directory(call: Call, found: Zone) -> int:
    """Why the directory does not take a zone: the Win32 code, 0 where it does.

    Raises:
        NotModelledError: the zone is there already, or is no copy that a person keeps here.
    """
    if found.in_directory or found.auto_created or found.kind not in {"Primary", "Secondary"}:
        raise NotModelledError(f"the lab does not model converting the zone {found.name}", host=call.host_name)
    if call.host_name not in call.world.directory.controllers:
        return 9717
    others = (one.zone(found.name) for host, one in call.world.dns.items() if host != call.host_name)
    return 9718 if any(one is not None and one.in_directory for one in others) else 0


def into_directory(call: Call, found: Zone, scope: str) -> None:
    """The zone is in the directory."""
    made = replace(found, kind="Primary", scope=scope, file=None, masters=())
    call.update(dns_change.changed(call.world, call.host_name, made))


@cmdlet("Add-DnsServerConditionalForwarderZone", module=MODULE, level=1)
def add_conditional_forwarder(
    call: Call, /, *, Name: str, MasterServers: Sequence[str] | str, ReplicationScope: str = "", **more: Any
) -> None:
    """Makes a conditional forwarder, on this server alone unless a replication scope is given."""
    command = "Add-DnsServerConditionalForwarderZone"
    if more:
        raise NotModelledError(f"the lab does not model {command} -{next(iter(more))}", host=call.host_name)
    if server(call, command).zone(Name) is not None:
        raise Refusal(
            f"WIN32 9609,{command}",
            f"Failed to create zone {Name} on server {call.host_name}.",
            category="ResourceExists",
            target=Name,
        )
    made = Zone(name=Name, kind="Forwarder", masters=names(MasterServers), scope=ReplicationScope or None)
    call.update(dns_change.changed(_here(call), call.host_name, made))


def _here(call: Call) -> Any:
    """The world with a DNS server on the host, where it had none of its own yet."""
    return call.world.with_dns(call.host_name, call.world.dns.get(call.host_name, DnsServer()))


@cmdlet("Remove-DnsServerZone", module=MODULE, level=1)
def remove_zone(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """Removes a zone."""
    command = "Remove-DnsServerZone"
    zone(call, Name, command)
    _needs_force(call, Force, command)
    call.update(dns_change.removed(call.world, call.host_name, Name))


def _needs_force(call: Call, force: bool, command: str) -> None:  # noqa: FBT001 - the cmdlet's own switch
    if not force:
        raise Refusal(
            f"InvalidOperation,{command}",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            category="InvalidOperation",
            target=call.host_name,
        )


# --- the server's own settings ---


@cmdlet("Get-DnsServerForwarder", module=MODULE, level=1)
def get_forwarder(call: Call, /) -> Iterator[Row]:
    """The forwarders as one object."""
    found = server(call, "Get-DnsServerForwarder")
    yield {
        "UseRootHint": found.root_hints,
        "Timeout": found.timeout,
        "EnableReordering": True,
        "IPAddress": list(found.forwarders) or None,
        "ReorderedIPAddress": list(found.forwarders) or None,
    }


@cmdlet("Set-DnsServerForwarder", module=MODULE, level=1)
def set_forwarder(call: Call, /, *, IPAddress: Sequence[str] | str, **more: Any) -> None:
    """Replaces the list; one of the server's own addresses is refused, and so is an empty list."""
    command = "Set-DnsServerForwarder"
    if more:
        raise NotModelledError(f"the lab does not model {command} -{next(iter(more))}", host=call.host_name)
    wanted = names(IPAddress)
    found = server(call, command)
    if not wanted:
        raise Refusal(
            f"ParameterArgumentValidationErrorEmptyArrayNotAllowed,{command}",
            "Cannot validate argument on parameter 'IPAddress'. The argument is null, empty, or an element of the argument "
            "collection contains a null value.",
            category="InvalidData",
        )
    if set(wanted) & {nic.address for nic in call.host.nics}:
        raise Refusal(f"WIN32 9552,{command}", f"Failed to reset forwarders for server {call.host_name}.")
    keep(call, replace(found, forwarders=wanted))


@cmdlet("Remove-DnsServerForwarder", module=MODULE, level=1)
def remove_forwarder(call: Call, /, *, IPAddress: Sequence[str] | str, Force: bool = False) -> None:
    """Takes addresses out of the list."""
    command = "Remove-DnsServerForwarder"
    found = server(call, command)
    _needs_force(call, Force, command)
    gone = set(names(IPAddress))
    keep(call, replace(found, forwarders=tuple(one for one in found.forwarders if one not in gone)))


@cmdlet("Get-DnsServerRecursion", module=MODULE, level=1)
def get_recursion(call: Call, /) -> Iterator[Row]:
    """Recursion."""
    found = server(call, "Get-DnsServerRecursion")
    yield {"Timeout": 8, "RetryInterval": 3, "AdditionalTimeout": 4, "Enable": found.recursion, "SecureResponse": True}


@cmdlet("Get-DnsServerScavenging", module=MODULE, level=1)
def get_scavenging(call: Call, /) -> Iterator[Row]:
    """Scavenging."""
    found = server(call, "Get-DnsServerScavenging")
    yield {"ScavengingState": found.scavenging, "LastScavengeTime": None}


@cmdlet("Get-DnsServerSetting", module=MODULE, level=1)
def get_setting(call: Call, /, *, All: bool = False) -> Iterator[Row]:
    """The addresses it listens on; all of them where it was not restricted."""
    found = server(call, "Get-DnsServerSetting")
    everything = [nic.address for nic in call.host.nics if nic.address]
    yield {
        "ComputerName": call.host.fqdn,
        "AllIPAddress": everything,
        "ListeningIPAddress": list(found.listen) or everything,
    }


@cmdlet("Clear-DnsServerCache", module=MODULE, level=1)
def clear_cache(call: Call, /, *, Force: bool = False) -> None:
    """Forgets what others have answered."""
    command = "Clear-DnsServerCache"
    found = server(call, command)
    _needs_force(call, Force, command)
    keep(call, replace(found, cache={}))
