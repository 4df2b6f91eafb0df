"""DHCP cmdlets about option values on server, scope and reservation level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.cmdlets.dhcp_server import MODULE, keep, scope, server
from zdm_automate.lab.world.dhcp import OptionValue, Reservation
from zdm_automate.lab.world.reach import at
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.world.dhcp import DhcpServer, Scope

LEASE_TIME, DNS_SERVERS = 51, 6
NAMES = {
    3: "Router",
    4: "Time Server",
    6: "DNS Servers",
    15: "DNS Domain Name",
    42: "NTP Servers",
    43: "Vendor Specific Info",
    44: "WINS/NBNS Servers",
    46: "WINS/NBT Node Type",
    51: "Lease",
    60: "PXEClient",
    66: "Boot Server Host Name",
    67: "Bootfile Name",
    150: "TFTP Servers",
    252: "WPAD",
}
TYPES = {3: "IPv4Address", 6: "IPv4Address", 15: "String", 42: "IPv4Address", 44: "IPv4Address", 46: "Byte", 51: "DWord"}


@cmdlet("Get-DhcpServerv4OptionValue", module=MODULE, level=1)
def get_option_value(
    call: Call,
    /,
    *,
    ScopeId: str = "",
    ReservedIP: str = "",
    OptionId: int = 0,
    All: bool = False,
) -> Iterator[Row]:
    """Values set on one level, nothing inherited; with -All those of every class too."""
    command = "Get-DhcpServerv4OptionValue"
    values = list(options_of(call, ScopeId, ReservedIP, command))
    found = [one for one in values if (All or not (one.vendor_class or one.user_class)) and OptionId in {0, one.option_id}]
    if OptionId and not found:
        raise Refusal(
            f"DHCP 20010,{command}",
            f"Failed to get option value of {OptionId} on DHCP server {call.host_name}.",
            category="ObjectNotFound",
            target=str(OptionId),
        )
    for one in found:
        yield {
            "OptionId": one.option_id,
            "Name": NAMES.get(one.option_id, f"Option {one.option_id:03}"),
            "Type": one.type,
            "Value": list(one.value),
            "VendorClass": one.vendor_class,
            "UserClass": one.user_class,
            "PolicyName": "",
        }


def options_of(call: Call, scope_id: str, reserved: str, command: str) -> tuple[OptionValue, ...]:
    """The values of one level; a scope always has its lease time as option 51."""
    if reserved:
        return _reserved(call, reserved, command)[1].options
    if scope_id:
        found = scope(call, scope_id, command)
        lease = OptionValue(option_id=LEASE_TIME, type="DWord", value=(str(found.lease_seconds % 2**32),))
        return (lease, *found.options)
    return server(call, command).options


def _reserved(call: Call, address: str, command: str) -> tuple[Scope, Reservation]:
    for found in server(call, command).scopes.values():
        one = found.reserved(address)
        if one is not None:
            return found, one
    raise Refusal(
        f"DHCP 20018,{command}",
        f"Failed to get reservation {address} on DHCP server {call.host_name}.",
        category="ObjectNotFound",
        target=address,
    )


@cmdlet("Set-DhcpServerv4OptionValue", module=MODULE, level=1)
def set_option_value(
    call: Call,
    /,
    *,
    OptionId: int,
    Value: Sequence[str] | str,
    ScopeId: str = "",
    ReservedIP: str = "",
    VendorClass: str = "",
    UserClass: str = "",
    Force: bool = False,
) -> None:
    """Writes a value over whatever was there; addresses of DNS servers are asked whether they are some, unless forced."""
    command = "Set-DhcpServerv4OptionValue"
    values = (Value,) if isinstance(Value, str) else tuple(Value)
    if OptionId == DNS_SERVERS and not Force:
        for address in values:
            machine = at(call.world, call.host_name, address)
            if machine is None or not machine.running("DNS"):
                raise Refusal(f"WIN32 87,{command}", f"{address} is not a valid DNS server.", category="InvalidArgument")
    set_option(
        call,
        OptionValue(
            option_id=OptionId,
            type=_type(call, OptionId, VendorClass),
            value=values,
            vendor_class=VendorClass,
            user_class=UserClass,
        ),
        ScopeId,
        ReservedIP,
        command,
    )


def set_option(call: Call, made: OptionValue, scope_id: str, reserved: str, command: str) -> None:
    """Puts a value on its level; option 51 of a scope is its lease time."""
    found = server(call, command)
    if reserved:
        holder, kept = _reserved(call, reserved, command)
        changed = tuple(replace(one, options=_put(one.options, made)) if one is kept else one for one in holder.reservations)
        keep(call, found.with_scope(replace(holder, reservations=changed)))
    elif scope_id and made.option_id == LEASE_TIME and not made.user_class:
        keep(call, found.with_scope(replace(scope(call, scope_id, command), lease_seconds=int(made.value[0]))))
    elif scope_id:
        one = scope(call, scope_id, command)
        keep(call, found.with_scope(replace(one, options=_put(one.options, made))))
    else:
        keep(call, replace(found, options=_put(found.options, made)))


def _put(options: tuple[OptionValue, ...], made: OptionValue) -> tuple[OptionValue, ...]:
    key = (made.option_id, made.vendor_class.casefold(), made.user_class.casefold())
    places = [(one.option_id, one.vendor_class.casefold(), one.user_class.casefold()) for one in options]
    if key in places:
        number = places.index(key)
        return (*options[:number], made, *options[number + 1 :])
    return (*options, made)


def _type(call: Call, option_id: int, vendor_class: str) -> str:
    """The type that the option's definition has: known by number, or by a value that is there already."""
    known = call.world.dhcp.get(call.host_name)
    for one in _all(known) if known is not None else ():
        if one.option_id == option_id and one.vendor_class.casefold() == vendor_class.casefold():
            return one.type
    return TYPES.get(option_id, "String")


def _all(found: DhcpServer) -> Iterator[OptionValue]:
    yield from found.options
    for one in found.scopes.values():
        yield from one.options
        for kept in one.reservations:
            yield from kept.options


@cmdlet("Remove-DhcpServerv4OptionValue", module=MODULE, level=1)
def remove_option_value(
    call: Call,
    /,
    *,
    OptionId: int,
    ScopeId: str = "",
    ReservedIP: str = "",
    VendorClass: str = "",
    UserClass: str = "",
) -> None:
    """Removes a value from its level."""
    command = "Remove-DhcpServerv4OptionValue"
    found = server(call, command)
    there = options_of(call, ScopeId, ReservedIP, command)
    left = tuple(
        one
        for one in there
        if one.option_id != LEASE_TIME
        and (one.option_id, one.vendor_class, one.user_class) != (OptionId, VendorClass, UserClass)
    )
    if len(left) == len([one for one in there if one.option_id != LEASE_TIME]):
        raise Refusal(
            f"DHCP 20010,{command}",
            f"Failed to delete option value of {OptionId} on DHCP server {call.host_name}.",
            category="ObjectNotFound",
            target=str(OptionId),
        )
    if ReservedIP:
        holder, kept = _reserved(call, ReservedIP, command)
        changed = tuple(replace(one, options=left) if one is kept else one for one in holder.reservations)
        keep(call, found.with_scope(replace(holder, reservations=changed)))
    elif ScopeId:
        keep(call, found.with_scope(replace(scope(call, ScopeId, command), options=left)))
    else:
        keep(call, replace(found, options=left))
