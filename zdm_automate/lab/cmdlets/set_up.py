"""How a Windows gets its address and its name by WMI: methods of Win32_NetworkAdapterConfiguration and Win32_ComputerSystem."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.call import Call, Row, wmi_method
from zdm_automate.lab.world import adapters
from zdm_automate.lab.world.refusal import NotModelledError
from zdm_automate.lab.world.restart import COMING

if TYPE_CHECKING:
    from collections.abc import Sequence

ADAPTER: Final = "Win32_NetworkAdapterConfiguration"
DONE: Final = 0
BAD_MASK, BAD_ADDRESS, BAD_GATEWAY, STATIC_ALREADY, NOT_CONNECTED = 66, 70, 71, 81, 84
"""Return values of the adapter's methods."""

NAME_INVALID: Final = 123
_NAME: Final = re.compile(r"(?!\d+$)[A-Za-z0-9-]{1,15}")


def _said(code: int) -> Row:
    return {"ReturnValue": code}


def _place(row: Row) -> int:
    return int(row["Index"]) - 1


@wmi_method(ADAPTER, "EnableStatic")
def enable_static(call: Call, row: Row, /, *, IPAddress: Sequence[str], SubnetMask: Sequence[str]) -> Row:
    """A fixed address. One that is fixed already is changed too, and 81 is what comes back."""
    place = _place(row)
    nic = call.host.nics[place]
    if not nic.address:
        return _said(NOT_CONNECTED)
    if len(IPAddress) != 1 or len(SubnetMask) != 1:
        raise NotModelledError("the lab does not model several addresses of one adapter", host=call.host_name)
    try:
        address = str(IPv4Address(IPAddress[0]))
    except AddressValueError:
        return _said(BAD_ADDRESS)
    try:
        prefix = IPv4Network(f"0.0.0.0/{SubnetMask[0]}").prefixlen
    except (NetmaskValueError, ValueError):
        return _said(BAD_MASK)
    call.update(adapters.fixed(call.world, call.host_name, place, address, prefix))
    return _said(DONE if nic.dhcp else STATIC_ALREADY)


@wmi_method(ADAPTER, "SetGateways")
def set_gateways(call: Call, row: Row, /, *, DefaultIPGateway: Sequence[str], GatewayCostMetric: Sequence[int] = ()) -> Row:
    """The gateway; the adapter's own address takes it away."""
    if len(DefaultIPGateway) != 1 or len(GatewayCostMetric) > 1:
        raise NotModelledError("the lab does not model several gateways of one adapter", host=call.host_name)
    nic = call.host.nics[_place(row)]
    if not nic.address:
        return _said(NOT_CONNECTED)
    try:
        gateway = str(IPv4Address(DefaultIPGateway[0]))
    except AddressValueError:
        return _said(BAD_GATEWAY)
    made = replace(nic, gateway=None if gateway == nic.address else gateway)
    call.update(adapters.with_nic(call.world, call.host_name, _place(row), made))
    return _said(DONE)


@wmi_method(ADAPTER, "EnableDHCP")
def enable_dhcp(call: Call, row: Row, /) -> Row:
    """Asks for an address from now on."""
    call.update(adapters.by_dhcp(call.world, call.host_name, _place(row)))
    return _said(DONE)


@wmi_method("Win32_ComputerSystem", "Rename")
def rename(call: Call, _row: Row, /, *, Name: str, Password: str = "", UserName: str = "") -> Row:
    """Another name from the next restart on; the one that the computer has takes an earlier renaming back."""
    if Password or UserName or call.host.domain:
        raise NotModelledError("the lab does not model the renaming of a computer in a domain", host=call.host_name)
    if not _NAME.fullmatch(Name):
        return _said(NAME_INVALID)
    registry = {key: value for key, value in call.host.registry.items() if key.casefold() != COMING.casefold()}
    if Name.casefold() != call.host.computer_name.casefold():
        registry[COMING] = Name
    call.update_host(registry=registry)
    return _said(DONE)
