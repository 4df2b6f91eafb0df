"""Twins of the verbs that change forwarders, zones, an adapter's DNS servers and caches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.twins.dns_rows import client_rows, dnscmd, server_way, zone_rows
from zdm_automate.lab.twins.pattern import change, made, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.lab.call import Call, Row


@twin("Set-ZdmDnsForwarder")
def set_dns_forwarder(call: Call, /, *, ip_address: Sequence[str]) -> Iterator[Row]:
    """The whole list; an empty one removes all."""
    by = server_way(call)
    wanted = list(ip_address)

    def read() -> Row:
        if by == "module":
            return {"Forwarders": list(call.cmdlet("Get-DnsServerForwarder")[0]["IPAddress"] or ())}
        return {"Forwarders": list(call.wmi("MicrosoftDNS_Server")[0]["Forwarders"] or ())}

    def write(before: Row) -> None:
        if by == "wmi":
            server = call.wmi("MicrosoftDNS_Server")[0]
            slave = "/Slave" if server["IsSlave"] else "/NoSlave"
            dnscmd(call, "/ResetForwarders", *wanted, "/TimeOut", str(server["ForwardingTimeout"]), slave)
        elif not wanted:
            call.cmdlet("Remove-DnsServerForwarder", IPAddress=before["Forwarders"], Force=True)
        else:
            call.cmdlet("Set-DnsServerForwarder", IPAddress=wanted)

    values = {"Forwarders": wanted}
    yield change(call, verb="Set-ZdmDnsForwarder", target="forwarders", read=read, wanted=values, write=write)


@twin("Add-ZdmDnsConditionalForwarder")
def add_dns_conditional_forwarder(call: Call, /, *, name: str, master_servers: Sequence[str]) -> Iterator[Row]:
    """On this server alone."""
    by = server_way(call)
    wanted = list(master_servers)

    def read() -> Row:
        rows = zone_rows(call, by, name)
        if rows and rows[0]["ZoneType"] != "Forwarder":
            said = f"'{name}' is a zone of type {rows[0]['ZoneType']} here."
            raise stop("AlreadyExists", said, target=name, category="ResourceExists")
        return {"MasterServers": rows[0]["MasterServers"] if rows else []}

    there = read()["MasterServers"]
    if there and not same(there, wanted):
        said = f"'{name}' is forwarded to {', '.join(there)} already; remove that first."
        raise stop("AlreadyExists", said, target=name, category="ResourceExists")

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("Add-DnsServerConditionalForwarderZone", Name=name, MasterServers=wanted)
        else:
            dnscmd(call, "/ZoneAdd", name, "/Forwarder", *wanted)

    values = {"MasterServers": wanted}
    yield change(call, verb="Add-ZdmDnsConditionalForwarder", target=name, read=read, wanted=values, write=write)


@twin("Remove-ZdmDnsConditionalForwarder")
def remove_dns_conditional_forwarder(call: Call, /, *, name: str) -> Iterator[Row]:
    """No other kind of zone."""
    by = server_way(call)

    def read() -> Row:
        rows = zone_rows(call, by, name)
        if rows and rows[0]["ZoneType"] != "Forwarder":
            said = f"'{name}' is a zone of type {rows[0]['ZoneType']}; only forwarders are removed."
            raise stop("Precondition", said, target=name)
        return {"MasterServers": rows[0]["MasterServers"] if rows else []}

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("Remove-DnsServerZone", Name=name, Force=True)
            return
        inside = zone_rows(call, by, name)[0]["IsDsIntegrated"]
        dnscmd(call, "/ZoneDelete", name, *(["/DsDel"] if inside else []), "/f")

    values: Row = {"MasterServers": []}
    yield change(call, verb="Remove-ZdmDnsConditionalForwarder", target=name, read=read, wanted=values, write=write)


@twin("Convert-ZdmDnsZone")
def convert_dns_zone(call: Call, /, *, zone: str, replication_scope: str) -> Iterator[Row]:
    """From its file into the directory."""
    by = server_way(call)

    def read() -> Row:
        rows = zone_rows(call, by, zone)
        if not rows:
            raise stop("NotFound", f"This server has no zone '{zone}'.", target=zone, category="ObjectNotFound")
        if rows[0]["ZoneType"] != "Primary" or rows[0]["IsAutoCreated"]:
            said = f"Only a primary zone that a person made is moved; '{zone}' is none."
            raise stop("Precondition", said, target=zone)
        return {name: rows[0][name] for name in ("IsDsIntegrated", "ReplicationScope", "ZoneFile")}

    before = read()
    if before["IsDsIntegrated"] and not same(before["ReplicationScope"], replication_scope):
        said = f"'{zone}' is in the directory with scope {before['ReplicationScope']}; this verb does not move it."
        raise stop("Precondition", said, target=zone)

    def write(_: Row) -> None:
        if by == "module":
            call.cmdlet("ConvertTo-DnsServerPrimaryZone", Name=zone, ReplicationScope=replication_scope, Force=True)
            return
        dnscmd(call, "/ZoneResetType", zone, "/DsPrimary")
        if not same(read()["ReplicationScope"], replication_scope):
            dnscmd(call, "/ZoneChangeDirectoryPartition", zone, f"/{replication_scope.lower()}")

    wanted = {"IsDsIntegrated": True, "ReplicationScope": replication_scope}
    yield change(call, verb="Convert-ZdmDnsZone", target=zone, read=read, wanted=wanted, write=write)


@twin("Set-ZdmDnsClient")
def set_dns_client(call: Call, /, *, interface_alias: str, server_addresses: Sequence[str]) -> Iterator[Row]:
    """A fixed list."""
    wanted = list(server_addresses)
    code = 0

    def find() -> Row:
        found = [row for row in client_rows(call) if same(row["InterfaceAlias"], interface_alias)]
        if not found:
            said = f"There is no adapter '{interface_alias}' with an address."
            raise stop("NotFound", said, target=interface_alias, category="ObjectNotFound")
        return found[0]

    def read() -> Row:
        found = find()
        return {"ServerAddresses": found["ServerAddresses"], "FromDhcp": found["FromDhcp"]}

    def write(_: Row) -> None:
        nonlocal code
        if call.has("Set-DnsClientServerAddress"):
            call.cmdlet("Set-DnsClientServerAddress", InterfaceAlias=interface_alias, ServerAddresses=wanted)
            return
        adapter = "Win32_NetworkAdapterConfiguration"
        source = find()["Source"]
        code = call.wmi_method(adapter, source, "SetDNSServerSearchOrder", DNSServerSearchOrder=wanted)["ReturnValue"]
        if code > 1:
            said = f"SetDNSServerSearchOrder of '{interface_alias}' ended with code {code}."
            raise stop("NativeExit", said, target=interface_alias)

    values = {"ServerAddresses": wanted, "FromDhcp": False}
    record = change(call, verb="Set-ZdmDnsClient", target=interface_alias, read=read, wanted=values, write=write)
    yield {**record, "RebootRequired": code == 1}


@twin("Clear-ZdmDnsCache")
def clear_dns_cache(call: Call, /, *, cache: str = "Client") -> Iterator[Row]:
    """Every call empties it; there is nothing to compare."""
    by = server_way(call) if cache.casefold() == "server" else "none"
    record: Row = {"Verb": "Clear-ZdmDnsCache", "Target": cache, "Before": {}, "After": {}, "RebootRequired": False}
    if call.what_if:
        yield made(call, "Zdm.Change", Changed=False, **record)
        return
    if by == "module":
        call.cmdlet("Clear-DnsServerCache", Force=True)
    elif by == "wmi":
        dnscmd(call, "/ClearCache")
    elif call.has("Clear-DnsClientCache"):
        call.cmdlet("Clear-DnsClientCache")
    else:
        run = call.native("ipconfig.exe", "/flushdns")
        if run.exit_code != 0:
            raise stop("NativeExit", f"ipconfig /flushdns ended with code {run.exit_code}.", target="ipconfig")
    yield made(call, "Zdm.Change", Changed=True, **record)
