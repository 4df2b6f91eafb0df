"""DHCP cmdlets about a server as a whole: settings, version, bindings, audit log, and who is authorised in the directory."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.world.dhcp import DhcpServer
from zdm_automate.lab.world.dhcp_serve import authorised
from zdm_automate.lab.world.directory import AuthorisedServer
from zdm_automate.lab.world.reach import has_directory
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.dhcp import Scope

MODULE = "DhcpServer"


def server(call: Call, command: str) -> DhcpServer:
    """The host's DHCP server.

    Raises:
        Refusal: the service does not run; every cmdlet asks the server's version first.
    """
    if not call.host.running("DHCPServer"):
        raise Refusal(
            f"WIN32 1753,{command}",
            f"Failed to get version of the DHCP server {call.host_name}.",
            category="NotSpecified",
            target=call.host_name,
        )
    return call.world.dhcp.get(call.host_name, DhcpServer())


def keep(call: Call, changed: DhcpServer) -> None:
    """Takes this as the host's server."""
    call.update(call.world.with_dhcp(call.host_name, changed))


def scope(call: Call, scope_id: str, command: str, what: str = "get scope information for") -> Scope:
    """A scope of the host's server.

    Raises:
        Refusal: DHCP 20005, no such scope.
    """
    found = server(call, command).scopes.get(scope_id)
    if found is None:
        raise Refusal(
            f"DHCP 20005,{command}",
            f"Failed to {what} scope {scope_id} on DHCP server {call.host_name}.",
            category="ObjectNotFound",
            target=scope_id,
        )
    return found


# --- settings ---


@cmdlet("Get-DhcpServerSetting", module=MODULE, level=1)
def get_setting(call: Call, /) -> Iterator[Row]:
    """The server's own settings."""
    found = server(call, "Get-DhcpServerSetting")
    yield {
        "IsDomainJoined": bool(call.host.domain),
        "IsAuthorized": authorised(call.world, call.host_name),
        "DynamicBootp": True,
        "RestoreStatus": False,
        "NapEnabled": False,
        "ConflictDetectionAttempts": found.conflict_attempts,
        "NpsUnreachableAction": "Full",
        "ActivatePolicies": True,
    }


@cmdlet("Set-DhcpServerSetting", module=MODULE, level=1)
def set_setting(call: Call, /, *, ConflictDetectionAttempts: int | None = None, **more: Any) -> None:
    """Changes the server's own settings."""
    found = server(call, "Set-DhcpServerSetting")
    if more:
        raise NotModelledError(f"the lab does not model Set-DhcpServerSetting -{next(iter(more))}", host=call.host_name)
    if ConflictDetectionAttempts is not None:
        keep(call, replace(found, conflict_attempts=ConflictDetectionAttempts))


@cmdlet("Get-DhcpServerVersion", module=MODULE, level=1)
def get_version(call: Call, /) -> Iterator[Row]:
    """Major and minor version of the server."""
    server(call, "Get-DhcpServerVersion")
    major, minor = call.host.windows.version.split(".")[:2]
    yield {"MajorVersion": int(major), "MinorVersion": int(minor)}


@cmdlet("Get-DhcpServerv4Binding", module=MODULE, level=1)
def get_binding(call: Call, /) -> Iterator[Row]:
    """Adapters with a fixed address."""
    server(call, "Get-DhcpServerv4Binding")
    for nic in call.host.nics:
        if nic.address and not nic.dhcp:
            yield {
                "InterfaceAlias": nic.alias,
                "BindingState": True,
                "IPAddress": nic.address,
                "SubnetMask": str(IPv4Network(f"0.0.0.0/{nic.prefix}").netmask),
            }


@cmdlet("Get-DhcpServerAuditLog", module=MODULE, level=1)
def get_audit_log(call: Call, /) -> Iterator[Row]:
    """The audit log's settings."""
    found = server(call, "Get-DhcpServerAuditLog")
    yield {"Path": found.audit_path, "Enable": True, "MaxMBFileSize": 70, "DiskCheckInterval": 50, "MinMBDiskSpace": 20}


# --- authorisation: one list in the directory, the same for all ---


def _needs_directory(call: Call, command: str) -> None:
    if not call.host.domain or not has_directory(call.world, call.host_name):
        raise Refusal(f"DHCP 20070,{command}", f"Failed to initialize AD resources on the computer {call.host_name}.")


@cmdlet("Get-DhcpServerInDC", module=MODULE, level=1)
def get_in_dc(call: Call, /) -> Iterator[Row]:
    """The authorised servers."""
    _needs_directory(call, "Get-DhcpServerInDC")
    for one in call.world.directory.dhcp_servers:
        yield {"DnsName": one.dns_name, "IPAddress": one.address}


@cmdlet("Add-DhcpServerInDC", module=MODULE, level=1)
def add_in_dc(call: Call, /, *, DnsName: str = "", IPAddress: str = "") -> None:
    """Authorises a server; one that is authorised already is a warning, nothing is checked against DNS."""
    _needs_directory(call, "Add-DhcpServerInDC")
    name, address = DnsName or call.host.fqdn, IPAddress or call.host.address
    directory = call.world.directory
    if any(one.address == address and one.dns_name.casefold() == name.casefold() for one in directory.dhcp_servers):
        call.warn(
            "The DHCP server is already authorized in Active Directory. "
            "The authorization check on the DHCP server has been initiated."
        )
        return
    made = (*directory.dhcp_servers, AuthorisedServer(dns_name=name, address=address))
    call.update(replace(call.world, directory=replace(directory, dhcp_servers=made)))


@cmdlet("Remove-DhcpServerInDC", module=MODULE, level=1)
def remove_in_dc(call: Call, /, *, DnsName: str = "", IPAddress: str = "") -> None:
    """Takes the authorisation away; one that is not there is a warning."""
    _needs_directory(call, "Remove-DhcpServerInDC")
    name, address = DnsName or call.host.fqdn, IPAddress or call.host.address
    directory = call.world.directory
    kept = tuple(one for one in directory.dhcp_servers if one.address != address or one.dns_name.casefold() != name.casefold())
    if len(kept) == len(directory.dhcp_servers):
        call.warn(
            "The DHCP server is already de-authorized in Active Directory. "
            "The authorization check on the DHCP server has been initiated."
        )
    call.update(replace(call.world, directory=replace(directory, dhcp_servers=kept)))


@cmdlet("Get-ADObject", module="ActiveDirectory")
def get_ad_object(call: Call, /, *, LDAPFilter: str, SearchBase: str, Properties: Any = ()) -> Iterator[Row]:
    """Objects of the directory: those that authorise DHCP servers."""
    base = "CN=NetServices,CN=Services,CN=Configuration," + ",".join(f"DC={p}" for p in call.world.directory.domain.split("."))
    if LDAPFilter.casefold() != "(&(objectclass=dhcpclass)(!(name=dhcproot)))" or SearchBase.casefold() != base.casefold():
        raise NotModelledError("the lab models Get-ADObject for authorised DHCP servers only", host=call.host_name)
    for one in call.world.directory.dhcp_servers:
        yield {
            "Name": one.dns_name,
            "DistinguishedName": f"CN={one.dns_name},{base}",
            "ObjectClass": "dHCPClass",
            "dhcpServers": [f"i{one.address}$rcn={one.dns_name}$f0x00000000$s{one.dns_name}$"],
        }


@cmdlet("Get-ADRootDSE", module="ActiveDirectory")
def get_root_dse(call: Call, /) -> Iterator[Row]:
    """The naming contexts."""
    domain = ",".join(f"DC={part}" for part in call.world.directory.domain.split("."))
    yield {"defaultNamingContext": domain, "configurationNamingContext": f"CN=Configuration,{domain}"}
