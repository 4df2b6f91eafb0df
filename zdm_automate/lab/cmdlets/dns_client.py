"""The DNS client of a host: Resolve-DnsName, its cache, its servers; and `reg query` of the list that was set by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Native, Row, cmdlet, native, wmi_method
from zdm_automate.lab.cmdlets.dns_zones import names
from zdm_automate.lab.cmdlets.network import setting_id
from zdm_automate.lab.world import dns_resolve
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.world.host import Nic

MODULE = "DnsClient"
FAILURES = {
    "NameError": ("DNS_ERROR_RCODE_NAME_ERROR", "ResourceUnavailable", "DNS name does not exist"),
    "ServerFailure": ("RCODE_SERVER_FAILURE", "ResourceUnavailable", "DNS server failure"),
    "Timeout": ("ERROR_TIMEOUT", "OperationTimeout", "This operation returned because the timeout period expired"),
}
INTERFACES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\"


@cmdlet("Resolve-DnsName", module=MODULE, level=1)
def resolve_dns_name(
    call: Call,
    /,
    *,
    Name: str,
    Type: str = "A",
    Server: str = "",
    DnsOnly: bool = False,
    NoHostsFile: bool = False,
    **more: Any,
) -> Iterator[Row]:
    """Answers; no data of the type is the zone's SOA in the section Authority."""
    if more:
        raise NotModelledError(f"the lab does not model Resolve-DnsName -{next(iter(more))}", host=call.host_name)
    world, answer = dns_resolve.resolve(call.world, call.host_name, Name, Type, server=Server)
    call.update(world)
    if answer.status in FAILURES:
        code, category, said = FAILURES[answer.status]
        raise Refusal(f"{code},Microsoft.DnsClient.Commands.ResolveDnsName", f"{Name} : {said}", category=category, target=Name)
    if answer.status == "NoData":
        yield {"Name": Name, "Type": "SOA", "Section": "Authority", "TTL": 900, "PrimaryServer": "", "NameAdministrator": ""}
        return
    owner = answer.name or Name
    if owner.rstrip(".").casefold() != Name.rstrip(".").casefold():
        yield {"Name": Name, "Type": "CNAME", "Section": "Answer", "TTL": answer.ttl, "NameHost": owner}
    for data in answer.data:
        yield {"Name": owner, "Type": Type.upper(), "Section": "Answer", "TTL": answer.ttl, **_fields(Type.upper(), data)}


def _fields(kind: str, data: str) -> Row:
    match kind:
        case "A" | "AAAA":
            return {"IPAddress": data}
        case "CNAME" | "NS" | "PTR":
            return {"NameHost": data.rstrip(".")}
        case "MX":
            preference, host = data.split(" ", 1)
            return {"Preference": int(preference), "NameExchange": host.rstrip(".")}
        case "SRV":
            priority, weight, port, host = data.split(" ", 3)
            return {"Priority": int(priority), "Weight": int(weight), "Port": int(port), "NameTarget": host.rstrip(".")}
        case "TXT":
            return {"Strings": [data]}
    raise NotModelledError(f"the lab does not model answers of type {kind}")


@cmdlet("Clear-DnsClientCache", module=MODULE, level=1)
def clear_dns_client_cache(call: Call, /) -> None:
    """Forgets what was answered."""
    kept = {host: one for host, one in call.world.resolvers.items() if host != call.host_name}
    call.update(replace(call.world, resolvers=kept))


# --- whom it asks ---


def set_servers(call: Call, alias: str, addresses: tuple[str, ...]) -> None:
    """Gives an adapter a fixed list; the registry remembers that it is one."""
    nics = tuple(replace(nic, dns=addresses) if nic.alias == alias else nic for nic in call.host.nics)
    index = next(number for number, nic in enumerate(nics, start=1) if nic.alias == alias)
    key = f"{INTERFACES}{setting_id(call.host_name, index)}\\NameServer"
    call.update_host(nics=nics, registry={**call.host.registry, key: ",".join(addresses)})


def _nic(call: Call, alias: str) -> Nic | None:
    return next((nic for nic in call.host.nics if nic.alias.casefold() == alias.casefold()), None)


@cmdlet("Set-DnsClientServerAddress", module=MODULE, level=1)
def set_dns_client_server_address(call: Call, /, *, InterfaceAlias: str, ServerAddresses: Sequence[str] | str) -> None:
    """Sets a fixed list."""
    nic = _nic(call, InterfaceAlias)
    if nic is None:
        raise Refusal(
            "CmdletizationQuery_NotFound_InterfaceAlias,Set-DnsClientServerAddress",
            f"No MSFT_DNSClientServerAddress objects found with property 'InterfaceAlias' equal to '{InterfaceAlias}'.",
            category="ObjectNotFound",
            target=InterfaceAlias,
        )
    set_servers(call, nic.alias, names(ServerAddresses))


@wmi_method("Win32_NetworkAdapterConfiguration", "SetDNSServerSearchOrder")
def set_search_order(call: Call, row: Row, /, *, DNSServerSearchOrder: Sequence[str]) -> Row:
    """The same by WMI."""
    nic = call.host.nics[row["Index"] - 1]
    set_servers(call, nic.alias, tuple(DNSServerSearchOrder))
    return {"ReturnValue": 0}


@native("reg")
def reg(call: Call, argv: Sequence[str], /) -> Native:
    """`reg query <key> /v <value>`."""
    if len(argv) != len(("query", "key", "/v", "name")) or argv[0].casefold() != "query" or argv[2].casefold() != "/v":
        raise NotModelledError(f"the lab does not model reg {' '.join(argv)}", host=call.host_name)
    key, name = argv[1].rstrip("\\"), argv[3]
    wanted = f"{key}\\{name}".casefold()
    found = next((value for path, value in call.host.registry.items() if path.casefold() == wanted), None)
    if found is None and f"{key}\\".casefold().startswith(INTERFACES.casefold()) and name.casefold() == "nameserver":
        index = next((n for n, _ in enumerate(call.host.nics, start=1) if key.endswith(setting_id(call.host_name, n))), None)
        if index is not None:
            nic = call.host.nics[index - 1]
            found = "" if nic.dhcp else ",".join(nic.dns)
    if found is None:
        return Native(1, (), ("ERROR: The system was unable to find the specified registry key or value.",))
    kind = "REG_DWORD" if isinstance(found, int) else "REG_SZ"
    shown = f"0x{found:x}" if isinstance(found, int) else found
    return Native(0, ("", key, f"    {name}    {kind}    {shown}", ""))
