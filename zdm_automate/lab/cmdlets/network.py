"""The network of a host as WMI shows it: Win32_NetworkAdapter, Win32_NetworkAdapterConfiguration."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Row, wmi_class

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT = "Microsoft Hyper-V Network Adapter"


@wmi_class("Win32_NetworkAdapter")
def win32_network_adapter(call: Call) -> Iterator[Row]:
    """One row for each adapter, and the tunnel adapter that every Windows since 2008 has."""
    for index, nic in enumerate(call.host.nics, start=1):
        row: Row = {
            "Index": index,
            "DeviceID": str(index),
            "InterfaceIndex": 10 + index,
            "Name": PRODUCT,
            "Description": PRODUCT,
            "NetConnectionID": nic.alias,
            "NetConnectionStatus": 2,
            "MACAddress": nic.mac.replace("-", ":"),
            "AdapterType": "Ethernet 802.3",
            "ServiceName": "netvsc",
        }
        if not call.host.windows.version.startswith("5."):
            row |= {"NetEnabled": True, "PhysicalAdapter": True}
        yield row


@wmi_class("Win32_NetworkAdapterConfiguration")
def win32_network_adapter_configuration(call: Call) -> Iterator[Row]:
    """One row for each adapter; without an address the lists are empty (null) and IPEnabled is false."""
    for index, nic in enumerate(call.host.nics, start=1):
        enabled = bool(nic.address)
        mask = str(IPv4Network(f"0.0.0.0/{nic.prefix}").netmask)
        yield {
            "Index": index,
            "InterfaceIndex": 10 + index,
            "Caption": f"[{index:08d}] {PRODUCT}",
            "Description": PRODUCT,
            "DHCPEnabled": nic.dhcp,
            "DHCPServer": None,
            "IPEnabled": enabled,
            "IPAddress": [nic.address] if enabled else None,
            "IPSubnet": [mask] if enabled else None,
            "DefaultIPGateway": [nic.gateway] if enabled and nic.gateway else None,
            "DNSServerSearchOrder": list(nic.dns) if enabled and nic.dns else None,
            "DNSDomain": nic.suffix,
            "DNSHostName": call.host_name.lower(),
            "FullDNSRegistrationEnabled": True,
            "DomainDNSRegistrationEnabled": False,
            "MACAddress": nic.mac.replace("-", ":"),
            "ServiceName": "netvsc",
            "TcpipNetbiosOptions": 0,
        }
