"""Switches and adapters by the Hyper-V module, and what on a host passes packets on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.call import HYPERV_LEVEL, Call, Row, cmdlet, wmi_class
from zdm_automate.lab.cmdlets.hyperv_machines import CLASS, MODULE, machines, one, ready, role
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.hyperv import Machine, Switch
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator


@cmdlet("Get-VMSwitch", module=MODULE, level=HYPERV_LEVEL)
def get_vm_switch(call: Call) -> Iterator[Row]:
    """All switches."""
    for switch in role(call).switches.values():
        yield _row(switch)


def _row(switch: Switch) -> Row:
    return {
        "Name": switch.name,
        "Id": switch.id,
        "Notes": switch.notes,
        "SwitchType": switch.kind,
        "AllowManagementOS": switch.shared,
        "NetAdapterInterfaceDescription": switch.adapter or None,
    }


@cmdlet("New-VMSwitch", module=MODULE, level=HYPERV_LEVEL)
def new_vm_switch(call: Call, /, *, Name: str, SwitchType: str, Notes: str = "") -> Iterator[Row]:
    """An internal or private one."""
    kind = {"internal": "Internal", "private": "Private"}.get(SwitchType.casefold())
    if kind is None:
        raise NotModelledError(f"the lab does not model switches of type {SwitchType}", host=call.host_name)
    own = ready(call)
    if any(switch.name.casefold() == Name.casefold() for switch in own.switches.values()):
        raise NotModelledError("the lab does not model two switches of one name", host=call.host_name)
    world, own_id = hyperv_change.numbered(call.world, call.host_name)
    switch = Switch(name=Name, id=own_id, kind=kind, notes=Notes, shared=kind == "Internal")
    own = world.hyperv[call.host_name]
    call.update(world.with_hyperv(call.host_name, replace(own, switches={**own.switches, Name: switch})))
    yield _row(switch)


@cmdlet("Remove-VMSwitch", module=MODULE, level=HYPERV_LEVEL)
def remove_vm_switch(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """The switch; adapters that hung on it are unplugged."""
    own = role(call)
    left = {key: switch for key, switch in own.switches.items() if key.casefold() != Name.casefold()}
    if len(left) == len(own.switches):
        raise NotModelledError("the lab does not model removing a switch that is not there", host=call.host_name)
    unplugged = {
        key: replace(
            machine,
            adapters=tuple(
                replace(one, switch="") if one.switch.casefold() == Name.casefold() else one for one in machine.adapters
            ),
        )
        for key, machine in own.machines.items()
    }
    call.update(call.world.with_hyperv(call.host_name, replace(own, switches=left, machines=unplugged)))


@cmdlet("Get-VMNetworkAdapter", module=MODULE, level=HYPERV_LEVEL)
def get_vm_network_adapter(call: Call, /, *, VMName: str) -> Iterator[Row]:
    """The adapters of the machines of a name."""
    for machine in machines(call, VMName, "GetVMNetworkAdapter"):
        for adapter in machine.adapters:
            yield {
                "Name": adapter.name,
                "Id": adapter.id,
                "VMName": machine.name,
                "VMId": machine.id,
                "SwitchName": adapter.switch,
                "MacAddress": adapter.mac,
                "DhcpGuard": "On" if adapter.dhcp_guard else "Off",
                "MacAddressSpoofing": "On" if adapter.spoofing else "Off",
                "IsLegacy": adapter.legacy,
                "Connected": bool(adapter.switch),
            }


def _all(call: Call, machine: Machine, **changed: object) -> None:
    adapters = tuple(replace(adapter, **changed) for adapter in machine.adapters)  # type: ignore[arg-type]
    call.update(hyperv_change.with_machine(call.world, call.host_name, replace(machine, adapters=adapters)))


@cmdlet("Set-VMNetworkAdapter", module=MODULE, level=HYPERV_LEVEL)
def set_vm_network_adapter(call: Call, /, *, VMName: str, DhcpGuard: str = "", MacAddressSpoofing: str = "") -> None:
    """All adapters of a machine; what is not named stays."""
    machine = one(call, VMName, "SetVMNetworkAdapter")
    given = {"dhcp_guard": DhcpGuard, "spoofing": MacAddressSpoofing}
    _all(call, machine, **{name: value.casefold() == "on" for name, value in given.items() if value})


@cmdlet("Connect-VMNetworkAdapter", module=MODULE, level=HYPERV_LEVEL)
def connect_vm_network_adapter(call: Call, /, *, VMName: str, SwitchName: str) -> None:
    """All adapters of a machine to one switch."""
    machine = one(call, VMName, "ConnectVMNetworkAdapter")
    switch = next((own for own in role(call).switches.values() if own.name.casefold() == SwitchName.casefold()), None)
    if switch is None:
        raise Refusal(
            f"InvalidParameter,{CLASS}ConnectVMNetworkAdapter",
            f'Hyper-V was unable to find a virtual switch with name "{SwitchName}".',
            category="InvalidArgument",
            target=SwitchName,
        )
    _all(call, machine, switch=switch.name)


@cmdlet("Disconnect-VMNetworkAdapter", module=MODULE, level=HYPERV_LEVEL)
def disconnect_vm_network_adapter(call: Call, /, *, VMName: str) -> None:
    """All adapters of a machine."""
    _all(call, one(call, VMName, "DisconnectVMNetworkAdapter"), switch="")


@cmdlet("Get-NetIPInterface", module="NetTCPIP", level=1)
def get_net_ip_interface(call: Call, /, *, AddressFamily: str = "IPv4") -> Iterator[Row]:
    """The adapters of the host that carry IPv4, and whether each passes packets on."""
    if AddressFamily.casefold() != "ipv4":
        raise NotModelledError(f"the lab does not model interfaces of {AddressFamily}", host=call.host_name)
    passing = {alias.casefold() for alias in role(call).forwarding}
    for nic in call.host.nics:
        forwards = "Enabled" if nic.alias.casefold() in passing else "Disabled"
        yield {"InterfaceAlias": nic.alias, "AddressFamily": "IPv4", "Forwarding": forwards}


@wmi_class("MSFT_NetNat")
def msft_net_nat(call: Call) -> Iterator[Row]:
    """The address translations of a host."""
    for name in role(call).nats:
        yield {"Name": name, "InternalIPInterfaceAddressPrefix": "", "Active": True}
