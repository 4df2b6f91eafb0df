"""The network of a host as WMI shows it: Win32_NetworkAdapter, Win32_NetworkAdapterConfiguration."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call, Native, Row, native, wmi_class
from zdm_automate.lab.world import dhcp_serve
from zdm_automate.lab.world.reach import neighbour
from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from zdm_automate.lab.world.host import Host


def setting_id(host: str, index: int) -> str:
    """The GUID of an adapter, made from the host's name and its number."""
    digits = sha256(f"{host}/{index}".encode()).hexdigest().upper()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}}}"


PRODUCT = "Microsoft Hyper-V Network Adapter"
INTERFACES = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces" + "\\"


def interface_values(host: Host) -> dict[str, str | int]:
    """What the registry has for each adapter: NameServer is the list set by hand, empty where DHCP gives it."""
    return {
        f"{INTERFACES}{setting_id(host.name, index)}\\NameServer": ",".join(nic.dns) if nic.dns_fixed or not nic.dhcp else ""
        for index, nic in enumerate(host.nics, start=1)
    }


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
        client = call.world.clients.get(call.host_name) if nic.dhcp and index == 1 else None
        yield {
            "Index": index,
            "InterfaceIndex": 10 + index,
            "Caption": f"[{index:08d}] {PRODUCT}",
            "Description": PRODUCT,
            "DHCPEnabled": nic.dhcp,
            "DHCPServer": client.server or None if client else None,
            "DHCPLeaseObtained": _dmtf(client.obtained) if client else None,
            "DHCPLeaseExpires": _dmtf(client.expires) if client else None,
            "IPEnabled": enabled,
            "IPAddress": [nic.address] if enabled else None,
            "IPSubnet": [mask] if enabled else None,
            "DefaultIPGateway": [nic.gateway] if enabled and nic.gateway else None,
            "DNSServerSearchOrder": list(nic.dns) if enabled and nic.dns else None,
            "DNSDomain": nic.suffix,
            "DNSHostName": call.host.computer_name.lower(),
            "FullDNSRegistrationEnabled": True,
            "DomainDNSRegistrationEnabled": False,
            "MACAddress": nic.mac.replace("-", ":"),
            "ServiceName": "netvsc",
            "SettingID": setting_id(call.host_name, index),
            "TcpipNetbiosOptions": 0,
        }


def _flush(call: Call) -> Native:
    kept = {host: one for host, one in call.world.resolvers.items() if host != call.host_name}
    call.update(replace(call.world, resolvers=kept))
    return Native(0, ("", "Windows IP Configuration", "", "Successfully flushed the DNS Resolver Cache."))


def _dmtf(moment: datetime | None) -> str | None:
    """A time as WMI writes it, in UTC."""
    return f"{moment:%Y%m%d%H%M%S}.000000+000" if moment is not None else None


@native("ipconfig")
def ipconfig(call: Call, argv: Sequence[str], /) -> Native:
    """`/release`, `/renew` of an adapter by its name."""
    words = [word.casefold() for word in argv]
    client = call.world.clients.get(call.host_name)
    if words == ["/flushdns"]:
        return _flush(call)
    if len(words) != len(("/renew", "name")) or words[0] not in {"/release", "/renew"}:
        raise NotModelledError(f"the lab does not model ipconfig {' '.join(argv)}", host=call.host_name)
    if client is None or words[1] not in {nic.alias.casefold() for nic in call.host.nics if nic.dhcp}:
        return Native(1, ("", "The operation failed as no adapter is in the state permissible for", "this operation."))
    if words[0] == "/release":
        call.update(dhcp_serve.let_go(call.world, client.name))
        return Native(0, ("", "Windows IP Configuration", ""))
    if client.address:
        holder = neighbour(call.world, client.name, client.server)
        renewed = dhcp_serve.renew(call.world, client.name, holder.name) if holder is not None else None
        if renewed is not None:
            call.update(renewed)
            return Native(0, ("", "Windows IP Configuration", ""))
    else:
        call.update(dhcp_serve.discover(call.world, client.name))
        if call.world.clients[client.name].address:
            return Native(0, ("", "Windows IP Configuration", ""))
    said = f"An error occurred while renewing interface {argv[1]} : unable to contact your DHCP server. Request has timed out."
    return Native(1, ("", "Windows IP Configuration", "", said))
