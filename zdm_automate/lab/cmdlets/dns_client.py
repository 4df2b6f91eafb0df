"""The DNS client of a host: Resolve-DnsName, its cache, the servers it asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet, wmi_method
from zdm_automate.lab.cmdlets.dns_zones import names
from zdm_automate.lab.world import dns_resolve
from zdm_automate.lab.world.adapters import with_nic
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
        if answer.status == "NameError" and call.host.culture.startswith("de"):
            said = "Der DNS-Name ist nicht vorhanden"
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
    """Gives an adapter a fixed list, which DHCP leaves alone from then on."""
    nics = (replace(nic, dns=addresses, dns_fixed=True) if nic.alias == alias else nic for nic in call.host.nics)
    call.update_host(nics=tuple(nics))


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
def set_search_order(call: Call, row: Row, /, *, DNSServerSearchOrder: Sequence[str] = ()) -> Row:
    """The same by WMI; without a list the adapter has what DHCP says, or none."""
    place = row["Index"] - 1
    nic = call.host.nics[place]
    if DNSServerSearchOrder:
        set_servers(call, nic.alias, tuple(DNSServerSearchOrder))
        return {"ReturnValue": 0}
    client = call.world.clients.get(call.host_name) if nic.dhcp and place == 0 else None
    told = replace(nic, dns=client.dns if client is not None else (), dns_fixed=False)
    call.update(with_nic(call.world, call.host_name, place, told))
    return {"ReturnValue": 0}
