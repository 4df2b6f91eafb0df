"""DNS by WMI (namespace MicrosoftDNS) and by dnscmd: how hosts without the DnsServer module are read and changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Native, Row, native, wmi_class, wmi_method
from zdm_automate.lab.cmdlets.dns_records import FIELDS, store
from zdm_automate.lab.cmdlets.dns_zones import into_directory, refused_by_directory
from zdm_automate.lab.world import dns_change
from zdm_automate.lab.world.dns import APEX, HOST_TYPES, DnsServer, Record, Zone
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KINDS = {"Primary": 1, "Secondary": 2, "Stub": 3, "Forwarder": 4}
UPDATES = {"None": 0, "NonsecureAndSecure": 1, "Secure": 2}
STORAGE = {None: "File", "Domain": "AD-Domain", "Forest": "AD-Forest", "Legacy": "AD-Legacy"}
SYMBOLS = {
    87: "ERROR_INVALID_PARAMETER",
    1722: "RPC_S_SERVER_UNAVAILABLE",
    9601: "DNS_ERROR_ZONE_DOES_NOT_EXIST",
    9609: "DNS_ERROR_ZONE_ALREADY_EXISTS",
    9701: "DNS_ERROR_RECORD_DOES_NOT_EXIST",
    9711: "DNS_ERROR_RECORD_ALREADY_EXISTS",
    9714: "DNS_ERROR_NAME_DOES_NOT_EXIST",
    9717: "DNS_ERROR_DS_UNAVAILABLE",
    9718: "DNS_ERROR_DS_ZONE_ALREADY_EXISTS",
}
MODIFIES = {
    "A": ("IPAddress",),
    "AAAA": ("IPv6Address",),
    "CNAME": ("PrimaryName",),
    "NS": ("NSHost",),
    "PTR": ("PTRDomainName",),
    "MX": ("Preference", "MailExchange"),
    "SRV": ("Priority", "Weight", "Port", "SRVDomainName"),
    "TXT": ("DescriptiveText",),
}
HOSTS = frozenset({"PrimaryName", "NSHost", "PTRDomainName", "MailExchange", "SRVDomainName"})
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def _server(call: Call) -> DnsServer:
    if "DNS" not in call.host.features:
        raise Refusal(
            "GetWMIManagementException,Microsoft.PowerShell.Commands.GetWmiObjectCommand",
            'Invalid namespace "root\\MicrosoftDNS"',
            category="InvalidOperation",
        )
    return call.world.dns.get(call.host_name, DnsServer())


# --- WMI ---


@wmi_class("MicrosoftDNS_Zone")
def zones(call: Call) -> Iterator[Row]:
    """The zones; where in the directory one is kept is not shown."""
    for one in _server(call).zones.values():
        yield {
            "DnsServerName": call.host.fqdn,
            "ContainerName": one.name,
            "Name": one.name,
            "ZoneType": KINDS[one.kind],
            "DsIntegrated": one.in_directory,
            "AllowUpdate": UPDATES[one.dynamic],
            "DataFile": one.file,
            "Reverse": one.reverse,
            "AutoCreated": one.auto_created,
            "Aging": one.aging,
            "MasterServers": list(one.masters) or None,
            "Paused": False,
            "Shutdown": False,
        }


@wmi_class("MicrosoftDNS_ResourceRecord")
def records(call: Call) -> Iterator[Row]:
    """The records of all zones; the data is text here."""
    for one in _server(call).zones.values():
        for record in one.records:
            stamp = int((record.stamp - _EPOCH).total_seconds() // 3600) if record.stamp else 0
            row: Row = {
                "__CLASS": f"MicrosoftDNS_{record.type}Type",
                "DnsServerName": call.host.fqdn,
                "ContainerName": one.name,
                "DomainName": one.name,
                "OwnerName": one.fqdn(record.name),
                "RecordClass": 1,
                "TTL": record.ttl,
                "TimeStamp": stamp,
                "RecordData": record.data,
            }
            if record.type == "TXT":
                row["DescriptiveText"] = record.data
            if record.type == "SOA":
                row["PrimaryServer"] = record.data.split()[0]
            yield row


@wmi_class("MicrosoftDNS_Server")
def server(call: Call) -> Iterator[Row]:
    """The server itself."""
    found = _server(call)
    yield {
        "Name": call.host.fqdn,
        "Forwarders": list(found.forwarders) or None,
        "IsSlave": not found.root_hints,
        "ForwardingTimeout": found.timeout,
        "NoRecursion": not found.recursion,
        "ScavengingInterval": 168 if found.scavenging else 0,
        "ServerAddresses": [nic.address for nic in call.host.nics if nic.address],
        "ListenAddresses": list(found.listen) or None,
    }


def _modify(kind: str) -> Callable[..., None]:
    def modify(call: Call, row: Row, /, *, TTL: int | None = None, **given: Any) -> None:
        found = _server(call).zone(row["ContainerName"])
        if found is None:
            raise NotModelledError(f"the zone {row['ContainerName']} is gone", host=call.host_name)
        unknown = set(given) - set(MODIFIES[kind])
        if unknown:
            raise NotModelledError(f"Modify of {kind} records has no parameter {unknown}", host=call.host_name)
        name = found.relative(row["OwnerName"]) or APEX
        key = (name.casefold(), kind, row["RecordData"].casefold())
        parts = row["RecordData"].split(" ", len(MODIFIES[kind]) - 1)
        data = " ".join(_part(word, given.get(word, part)) for word, part in zip(MODIFIES[kind], parts, strict=True))
        made = tuple(
            replace(one, data=data, ttl=one.ttl if TTL is None else TTL, stamp=None) if one.key() == key else one
            for one in found.records
        )
        store(call, found, made)

    return modify


def _part(name: str, value: Any) -> str:
    return f"{str(value).rstrip('.')}." if name in HOSTS else str(value)


for _kind in MODIFIES:
    wmi_method(f"MicrosoftDNS_{_kind}Type", "Modify")(_modify(_kind))


# --- dnscmd: English on every Windows ---


@native("dnscmd")
def dnscmd(call: Call, argv: Sequence[str], /) -> Native:
    """The commands that the verbs use, on the local server."""
    words = [word for word in argv if word != "."]
    if "DNS" not in call.host.features:
        return Native(9009, (), ("'dnscmd' is not recognized as an internal or external command.",))
    if not call.host.running("DNS"):
        return _failed(1722)
    command, *rest = words
    model = _COMMANDS.get(command.casefold())
    if model is None:
        raise NotModelledError(f"the lab does not model dnscmd {' '.join(argv)}", host=call.host_name)
    return model(call, _server(call), rest)


def _done(*lines: str) -> Native:
    return Native(0, (*lines, "Command completed successfully."))


def _failed(code: int, *lines: str) -> Native:
    return Native(code, (*lines, f"Command failed:  {SYMBOLS[code]}     {code}    0x{code:X}", ""))


def _enum_zones(_call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    if rest:
        raise NotModelledError(f"the lab does not model dnscmd /EnumZones {' '.join(rest)}")
    rows = [" .                              Cache      File            "]
    for one in found.zones.values():
        marks = [
            word
            for word, there in (
                ("Secure", one.dynamic == "Secure"),
                ("Update", one.dynamic == "NonsecureAndSecure"),
                ("Rev", one.reverse),
                ("Auto", one.auto_created),
                ("Aging", one.aging),
            )
            if there
        ]
        rows.append(f" {one.name:<30} {one.kind:<10} {STORAGE[one.scope]:<15} {' '.join(marks)} ")
    head = " Zone name                      Type       Storage         Properties"
    return _done("Enumerated zone list:", f"\tZone count = {len(rows)}", "", head, "", *rows, "", "")


def _record_add(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    zone = found.zone(rest[0])
    if zone is None:
        return _failed(9601)
    ttl, kind, data = int(rest[2]), rest[3].upper(), _data(rest[3].upper(), rest[4:])
    made = Record(name=rest[1], type=kind, data=data, ttl=ttl)
    if any(one.key() == made.key() for one in zone.records):
        return _failed(9711)
    store(call, zone, (*zone.records, made))
    return _done(f"Add {kind} Record for {zone.fqdn(rest[1])} at {zone.name}")


def _data(kind: str, words: Sequence[str]) -> str:
    if kind not in FIELDS:
        raise NotModelledError(f"the lab does not model records of type {kind}")
    text = " ".join(words)
    return f"{text.rstrip('.')}." if kind in HOST_TYPES or kind in {"MX", "SRV"} else text


def _record_delete(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    zone = found.zone(rest[0])
    if zone is None:
        return _failed(9601)
    if rest[-1].casefold() != "/f":
        raise NotModelledError("dnscmd /RecordDelete without /f waits for an answer", host=call.host_name)
    kind = rest[2].upper()
    words = rest[3:-1]
    gone = [one for one in zone.at(rest[1], kind) if not words or one.data.casefold() == _data(kind, words).casefold()]
    if not gone:
        return _failed(9701 if zone.has_name(rest[1]) else 9714)
    store(call, zone, tuple(one for one in zone.records if one not in gone))
    return _done(f"Deleted {kind} record(s) at {zone.name}")


def _reset_forwarders(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    words = list(rest)
    timeout = found.timeout
    if "/timeout" in [word.casefold() for word in words]:
        place = [word.casefold() for word in words].index("/timeout")
        timeout = int(words[place + 1])
        del words[place : place + 2]
    low = [word.casefold() for word in words]
    hints = "/slave" not in low
    addresses = tuple(word for word in words if not word.startswith("/"))
    call.update(call.world.with_dns(call.host_name, replace(found, forwarders=addresses, timeout=timeout, root_hints=hints)))
    return _done("Forwarders reset successfully.")


def _zone_add(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    if rest[1].casefold() != "/forwarder":
        raise NotModelledError(f"the lab does not model dnscmd /ZoneAdd {rest[1]}", host=call.host_name)
    if found.zone(rest[0]) is not None:
        return _failed(9609)
    made = Zone(name=rest[0], kind="Forwarder", masters=tuple(rest[2:]))
    call.update(dns_change.changed(call.world, call.host_name, made))
    return _done(f"DNS server . version is {call.host.windows.version}", "", f"DNS Server . created zone {rest[0]}:", "")


def _zone_delete(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    if found.zone(rest[0]) is None:
        return _failed(9601)
    call.update(dns_change.removed(call.world, call.host_name, rest[0]))
    return _done()


def _zone_reset_type(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    zone = found.zone(rest[0])
    if zone is None:
        return _failed(9601)
    if rest[1].casefold() != "/dsprimary":
        raise NotModelledError(f"the lab does not model dnscmd /ZoneResetType {rest[1]}", host=call.host_name)
    code = refused_by_directory(call, zone)
    if code:
        return _failed(code)
    into_directory(call, zone, "Domain")
    return _done(f"Zone {zone.name} reset type successfully.")


def _zone_move(call: Call, found: DnsServer, rest: Sequence[str]) -> Native:
    zone = found.zone(rest[0])
    if zone is None:
        return _failed(9601)
    scope = {"/domain": "Domain", "/forest": "Forest", "/legacy": "Legacy"}.get(rest[1].casefold())
    if scope is None or not zone.in_directory:
        return _failed(87)
    call.update(dns_change.changed(call.world, call.host_name, replace(zone, scope=scope)))
    return _done()


def _clear_cache(call: Call, found: DnsServer, _rest: Sequence[str]) -> Native:
    call.update(call.world.with_dns(call.host_name, replace(found, cache={})))
    return _done()


_COMMANDS: dict[str, Callable[[Call, DnsServer, Sequence[str]], Native]] = {
    "/enumzones": _enum_zones,
    "/recordadd": _record_add,
    "/recorddelete": _record_delete,
    "/resetforwarders": _reset_forwarders,
    "/zoneadd": _zone_add,
    "/zonedelete": _zone_delete,
    "/zoneresettype": _zone_reset_type,
    "/zonechangedirectorypartition": _zone_move,
    "/clearcache": _clear_cache,
}
