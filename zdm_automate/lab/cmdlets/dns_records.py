"""DNS cmdlets about records. RecordData is a row of its own, as on Windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import Call, Row, cmdlet
from zdm_automate.lab.cmdlets.dns_zones import MODULE, zone
from zdm_automate.lab.world import dns_change
from zdm_automate.lab.world.dns import APEX, Record
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.world.dns import Zone

NUMBERS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
FIELDS: dict[str, tuple[tuple[str, type], ...]] = {
    "A": (("IPv4Address", str),),
    "AAAA": (("IPv6Address", str),),
    "CNAME": (("HostNameAlias", str),),
    "NS": (("NameServer", str),),
    "PTR": (("PtrDomainName", str),),
    "MX": (("Preference", int), ("MailExchange", str)),
    "SRV": (("Priority", int), ("Weight", int), ("Port", int), ("DomainName", str)),
    "TXT": (("DescriptiveText", str),),
}
"""RecordData's properties by type, in the order of the text."""

SWITCHES = {"A": "A", "AAAA": "AAAA", "CName": "CNAME", "NS": "NS", "Ptr": "PTR", "MX": "MX", "Srv": "SRV", "Txt": "TXT"}
NAMED = frozenset({"HostNameAlias", "NameServer", "PtrDomainName", "MailExchange", "DomainName"})
"""Properties that hold a host name with a trailing dot."""


def data_row(one: Record, zone_name: str) -> Row:
    """The RecordData of a record."""
    if one.type == "SOA":
        primary, person, *numbers = one.data.split()
        spans = {
            name: timedelta(seconds=int(number))
            for name, number in zip(
                ("RefreshInterval", "RetryDelay", "ExpireLimit", "MinimumTimeToLive"), numbers[1:], strict=False
            )
        }
        return {"SerialNumber": int(numbers[0]), "PrimaryServer": primary, "ResponsiblePerson": person, **spans}
    fields = FIELDS.get(one.type)
    if fields is None:
        raise NotModelledError(f"the lab does not model records of type {one.type} ({one.name} in {zone_name})")
    parts = one.data.split(" ", len(fields) - 1)
    return {name: kind(part) for (name, kind), part in zip(fields, parts, strict=True)}


def text_of(kind: str, data: Row) -> str:
    """The canonical text of a RecordData."""
    words = []
    for name, _ in FIELDS[kind]:
        value = str(data[name])
        words.append(value.rstrip(".") + "." if name in NAMED else value)
    return " ".join(words)


@cmdlet("Get-DnsServerResourceRecord", module=MODULE, level=1)
def get_record(call: Call, /, *, ZoneName: str, Name: str = "", RRType: str = "", Node: bool = False) -> Iterator[Row]:
    """The records of a zone; a name gives it and what is below it, with -Node it alone."""
    command = "Get-DnsServerResourceRecord"
    found = zone(call, ZoneName, command)
    if found.kind not in {"Primary", "Secondary"}:
        raise NotModelledError(f"the lab does not model the records of {ZoneName} ({found.kind})", host=call.host_name)
    if Name and not found.has_name(Name) and Name != APEX:
        raise Refusal(
            f"WIN32 9714,{command}",
            f"Failed to get {Name} record in {ZoneName} zone on {call.host_name} server.",
            category="ObjectNotFound",
            target=Name,
        )
    for one in found.records:
        if RRType and one.type != RRType.upper():
            continue
        if Name and not _falls(one.name, Name, node=Node):
            continue
        yield {
            "HostName": one.name,
            "RecordType": one.type,
            "RecordClass": "IN",
            "Type": NUMBERS.get(one.type, 0),
            "TimeToLive": timedelta(seconds=one.ttl),
            "Timestamp": one.stamp,
            "RecordData": data_row(one, found.name),
            "DistinguishedName": f"DC={one.name},DC={found.name}" if found.in_directory else one.name,
        }


def _falls(name: str, wanted: str, *, node: bool) -> bool:
    low, target = name.casefold(), wanted.casefold()
    return low == target or (not node and (target == APEX or low.endswith(f".{target}")))


@cmdlet("Set-DnsServerResourceRecord", module=MODULE, level=1)
def set_record(call: Call, /, *, ZoneName: str, OldInputObject: Row, NewInputObject: Row) -> None:
    """Puts a changed copy of a record in its place; name and type stay, a timestamp goes."""
    command = "Set-DnsServerResourceRecord"
    found = zone(call, ZoneName, command)
    old = _record(OldInputObject)
    there = [one for one in found.records if one.key() == old.key() and one.ttl == old.ttl]
    if not there or OldInputObject is NewInputObject:
        raise Refusal(
            f"WIN32 9701,{command}",
            f"Resource record in OldInputObject not found in zone {ZoneName} on server {call.host_name}.",
            category="ObjectNotFound",
            target=ZoneName,
        )
    new = _record(NewInputObject)
    if (new.name.casefold(), new.type) != (old.name.casefold(), old.type):
        raise Refusal(
            f"WIN32 87,{command}",
            "The resource record name and type in OldInputObject and NewInputObject must be same.",
            category="InvalidArgument",
        )
    store(call, found, tuple(replace(new, stamp=None) if one is there[0] else one for one in found.records))


def _record(row: Row) -> Record:
    return Record(
        name=row["HostName"],
        type=row["RecordType"],
        data=text_of(row["RecordType"], row["RecordData"]),
        ttl=int(row["TimeToLive"].total_seconds()),
        stamp=row["Timestamp"],
    )


def store(call: Call, found: Zone, records: tuple[Record, ...]) -> None:
    """Gives the zone these records.

    Raises:
        NotModelledError: it is no zone that is changed here.
    """
    if found.kind != "Primary" or found.auto_created:
        raise NotModelledError(f"the lab does not model changing records of {found.name} ({found.kind})", host=call.host_name)
    call.update(dns_change.changed(call.world, call.host_name, replace(found, records=records)))


@cmdlet("Add-DnsServerResourceRecord", module=MODULE, level=1)
def add_record(call: Call, /, *, ZoneName: str, Name: str, TimeToLive: timedelta | None = None, **given: Any) -> None:
    """Adds a static record of the type that a switch names."""
    command = "Add-DnsServerResourceRecord"
    kind = next((SWITCHES[name] for name, value in given.items() if name in SWITCHES and value is True), "")
    if not kind:
        raise NotModelledError(f"the lab does not model {command} with {', '.join(given)}", host=call.host_name)
    found = zone(call, ZoneName, command)
    ttl = found.default_ttl if TimeToLive is None else int(TimeToLive.total_seconds())
    made = Record(name=Name, type=kind, data=text_of(kind, given), ttl=ttl)
    refuse_clash(call, found, made, command)
    store(call, found, (*found.records, made))


def refuse_clash(call: Call, found: Zone, made: Record, command: str) -> None:
    """What a zone does not take beside what it has.

    Raises:
        Refusal: the same record, a second alias, or an alias beside something else.
    """
    same = found.at(made.name)
    code = 0
    if any(one.key() == made.key() for one in same):
        code = 9711
    elif made.type == "CNAME" and same:
        code = 9709
    elif any(one.type == "CNAME" for one in same):
        code = 9708
    if code:
        said = f"Failed to create resource record {made.name} in zone {found.name} on server {call.host_name}."
        if call.host.culture.startswith("de"):
            said = (
                f'Fehler beim Erstellen des Ressourcendatensatzes "{made.name}" in der Zone "{found.name}" '
                f'auf dem Server "{call.host_name}".'
            )
        raise Refusal(
            f"WIN32 {code},{command}",
            said,
            category="ResourceExists",
            target=made.name,
        )


@cmdlet("Remove-DnsServerResourceRecord", module=MODULE, level=1)
def remove_record(call: Call, /, *, ZoneName: str, InputObject: Row | None = None, Force: bool = False, **more: Any) -> None:
    """Removes one record; with an address goes the pointer back to it, where this server has the reverse zone."""
    command = "Remove-DnsServerResourceRecord"
    if InputObject is None or more:
        raise NotModelledError(f"the lab models {command} -InputObject only", host=call.host_name)
    if not Force:
        raise Refusal(
            f"InvalidOperation,{command}",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            category="InvalidOperation",
        )
    found = zone(call, ZoneName, command)
    gone = _record(InputObject)
    left = tuple(one for one in found.records if one.key() != gone.key())
    if len(left) == len(found.records):
        raise Refusal(
            f"WIN32 9714,{command}",
            f"Failed to remove resource record set by name {gone.name} from zone {ZoneName} on server {call.host_name}.",
            category="ObjectNotFound",
            target=gone.name,
        )
    store(call, found, left)
    if gone.type == "A":
        _forget_pointer(call, gone.data, found.fqdn(gone.name))


def _forget_pointer(call: Call, address: str, fqdn: str) -> None:
    pointer = IPv4Address(address).reverse_pointer
    reverse = call.world.dns[call.host_name].zone_of(pointer)
    name = reverse.relative(pointer) if reverse is not None and reverse.kind == "Primary" else None
    if reverse is None or name is None or reverse.auto_created:
        return
    lost = Record(name=name, type="PTR", data=f"{fqdn}.").key()
    left = tuple(one for one in reverse.records if one.key() != lost)
    if len(left) != len(reverse.records):
        store(call, reverse, left)
