"""DHCP cmdlets about scopes: scopes, exclusions, reservations, leases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.cmdlets.dhcp_server import MODULE, keep, scope, server
from zdm_automate.lab.world.dhcp import NEVER, Reservation, Scope
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.dhcp import Lease

FOREVER = timedelta.max
"""TimeSpan.MaxValue: a lease without end."""


def _row(found: Scope) -> Row:
    return {
        "ScopeId": found.scope_id,
        "SubnetMask": found.mask,
        "StartRange": found.start,
        "EndRange": found.end,
        "Name": found.name,
        "Description": found.description,
        "SuperscopeName": found.superscope,
        "LeaseDuration": FOREVER if found.lease_seconds == NEVER else timedelta(seconds=found.lease_seconds),
        "State": "Active" if found.active else "Inactive",
        "Type": "Dhcp",
        "Delay": found.delay,
        "MaxBootpClients": 4294967295,
        "ActivatePolicies": True,
        "NapEnable": False,
        "NapProfile": "",
    }


@cmdlet("Get-DhcpServerv4Scope", module=MODULE, level=1)
def get_scope(call: Call, /, *, ScopeId: str = "") -> Iterator[Row]:
    """All scopes, or one."""
    command = "Get-DhcpServerv4Scope"
    found = [scope(call, ScopeId, command)] if ScopeId else list(server(call, command).scopes.values())
    yield from (_row(one) for one in found)


@cmdlet("Set-DhcpServerv4Scope", module=MODULE, level=1)
def set_scope(call: Call, /, *, ScopeId: str, State: str = "", LeaseDuration: timedelta | None = None, **more: Any) -> None:
    """Changes state and lease time."""
    if more:
        raise NotModelledError(f"the lab does not model Set-DhcpServerv4Scope -{next(iter(more))}", host=call.host_name)
    found = scope(call, ScopeId, "Set-DhcpServerv4Scope")
    if State:
        found = replace(found, active=State.casefold() == "active")
    if LeaseDuration is not None:
        found = replace(found, lease_seconds=int(LeaseDuration.total_seconds()))
    keep(call, server(call, "Set-DhcpServerv4Scope").with_scope(found))


@cmdlet("Remove-DhcpServerv4Scope", module=MODULE, level=1)
def remove_scope(call: Call, /, *, ScopeId: str, Force: bool = False) -> None:
    """Removes a scope; one with active leases only by force."""
    found = scope(call, ScopeId, "Remove-DhcpServerv4Scope")
    if not Force and any(lease.holds(call.world.now) for lease in found.leases.values()):
        raise Refusal(
            "DHCP 20007,Remove-DhcpServerv4Scope", f"Failed to delete scope {ScopeId} on DHCP server {call.host_name}."
        )
    keep(call, server(call, "Remove-DhcpServerv4Scope").without_scope(ScopeId))


@cmdlet("Get-DhcpServerv4ExclusionRange", module=MODULE, level=1)
def get_exclusion(call: Call, /, *, ScopeId: str = "") -> Iterator[Row]:
    """Exclusions of one scope or of all."""
    command = "Get-DhcpServerv4ExclusionRange"
    found = [scope(call, ScopeId, command)] if ScopeId else list(server(call, command).scopes.values())
    for one in found:
        for start, end in one.exclusions:
            yield {"ScopeId": one.scope_id, "StartRange": start, "EndRange": end}


# --- reservations ---


@cmdlet("Get-DhcpServerv4Reservation", module=MODULE, level=1)
def get_reservation(call: Call, /, *, ScopeId: str) -> Iterator[Row]:
    """Reservations of a scope; none is no error."""
    found = scope(call, ScopeId, "Get-DhcpServerv4Reservation")
    for one in found.reservations:
        row: Row = {
            "IPAddress": one.address,
            "ScopeId": ScopeId,
            "ClientId": one.client_id,
            "Name": one.name,
            "Type": one.type,
            "Description": one.description,
        }
        if call.host.windows.level > 1:
            lease = found.leases.get(one.address)
            row["AddressState"] = "ActiveReservation" if lease and lease.state == "Active" else "InactiveReservation"
        yield row


@cmdlet("Add-DhcpServerv4Reservation", module=MODULE, level=1)
def add_reservation(
    call: Call,
    /,
    *,
    ScopeId: str,
    IPAddress: str,
    ClientId: str,
    Name: str = "",
    Description: str = "",
    Type: str = "Both",
) -> None:
    """Makes a reservation; a taken address or client is refused."""
    command = "Add-DhcpServerv4Reservation"
    found = scope(call, ScopeId, command)
    client = _client_id(ClientId)
    if found.reserved(IPAddress) or found.reservation_of(client):
        raise Refusal(
            f"DHCP 20022,{command}",
            f"Failed to add reservation {IPAddress} to scope {ScopeId} on DHCP server {call.host_name}.",
            category="ResourceExists",
            target=IPAddress,
        )
    made = Reservation(address=IPAddress, client_id=client, name=Name, description=Description, type=Type.capitalize())
    keep(call, server(call, command).with_scope(replace(found, reservations=(*found.reservations, made))))


@cmdlet("Set-DhcpServerv4Reservation", module=MODULE, level=1)
def set_reservation(
    call: Call,
    /,
    *,
    IPAddress: str,
    ClientId: str | None = None,
    Name: str | None = None,
    Description: str | None = None,
    Type: str | None = None,
) -> None:
    """Changes a reservation found by its address; its options stay. A client that has another one is refused."""
    command = "Set-DhcpServerv4Reservation"
    for found in server(call, command).scopes.values():
        old = found.reserved(IPAddress)
        if old is None:
            continue
        client = _client_id(ClientId) if ClientId is not None else old.client_id
        if any(one.client_id == client and one is not old for one in found.reservations):
            raise Refusal(
                f"DHCP 20022,{command}",
                f"Failed to modify reservation {IPAddress} on DHCP server {call.host_name}.",
                category="ResourceExists",
                target=IPAddress,
            )
        made = replace(
            old,
            client_id=client,
            name=old.name if Name is None else Name,
            description=old.description if Description is None else Description,
            type=old.type if Type is None else Type.capitalize(),
        )
        changed = tuple(made if one is old else one for one in found.reservations)
        keep(call, server(call, command).with_scope(replace(found, reservations=changed)))
        return
    raise Refusal(
        f"DHCP 20018,{command}",
        f"Failed to get reservation {IPAddress} on DHCP server {call.host_name}.",
        category="ObjectNotFound",
        target=IPAddress,
    )


@cmdlet("Remove-DhcpServerv4Reservation", module=MODULE, level=1)
def remove_reservation(call: Call, /, *, IPAddress: str) -> None:
    """Removes a reservation by its address."""
    command = "Remove-DhcpServerv4Reservation"
    for found in server(call, command).scopes.values():
        if found.reserved(IPAddress):
            kept = tuple(one for one in found.reservations if one.address != IPAddress)
            keep(call, server(call, command).with_scope(replace(found, reservations=kept)))
            return
    raise Refusal(
        f"DHCP 20018,{command}",
        f"Failed to delete reservation {IPAddress} on DHCP server {call.host_name}.",
        category="ObjectNotFound",
        target=IPAddress,
    )


def _client_id(text: str) -> str:
    digits = text.replace("-", "").lower()
    return "-".join(digits[n : n + 2] for n in range(0, len(digits), 2))


# --- leases ---


@cmdlet("Get-DhcpServerv4Lease", module=MODULE, level=1)
def get_lease(call: Call, /, *, ScopeId: str = "", AllLeases: bool = False, BadLeases: bool = False) -> Iterator[Row]:
    """Leases of a scope; declined ones with -AllLeases or -BadLeases."""
    command = "Get-DhcpServerv4Lease"
    if not ScopeId and not BadLeases:
        raise Refusal(
            f"MissingMandatoryParameter,{command}",
            "Cannot process command because of one or more missing mandatory parameters: ScopeId.",
            category="InvalidArgument",
        )
    found = [scope(call, ScopeId, command, "enumerate leases of")] if ScopeId else list(server(call, command).scopes.values())
    for one in found:
        for lease in one.leases.values():
            state = _state(call, one, lease)
            plain = state in {"Active", "ActiveReservation", "InactiveReservation"}
            if (BadLeases and state != "Declined") or (not BadLeases and not AllLeases and not plain):
                continue
            yield {
                "IPAddress": lease.address,
                "ScopeId": one.scope_id,
                "ClientId": lease.client_id,
                "HostName": lease.host_name,
                "AddressState": state,
                "LeaseExpiryTime": lease.expires,
                "ClientType": "Dhcp",
                "Description": "",
                "ServerIP": call.host.address,
            }
        for kept in one.reservations:
            if kept.address not in one.leases and not BadLeases:
                yield {
                    "IPAddress": kept.address,
                    "ScopeId": one.scope_id,
                    "ClientId": kept.client_id,
                    "HostName": kept.name,
                    "AddressState": "InactiveReservation",
                    "LeaseExpiryTime": None,
                    "ClientType": "UnSpecified",
                    "Description": kept.description,
                    "ServerIP": call.host.address,
                }


def _state(call: Call, found: Scope, lease: Lease) -> str:
    if lease.state != "Active":
        return lease.state
    if found.reserved(lease.address):
        return "ActiveReservation"
    return "Active" if lease.holds(call.world.now) else "Expired"
