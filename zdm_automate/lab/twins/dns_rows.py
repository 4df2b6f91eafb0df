"""The DNS functions of the prelude: how a server is asked, its zones and records as rows, whom an adapter asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.addresses import net_address
from zdm_automate.lab.call import modules_of
from zdm_automate.lab.twins.pattern import stamp, stop
from zdm_automate.lab.twins.same import same
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

KINDS = {1: "Primary", 2: "Secondary", 3: "Stub", 4: "Forwarder"}
UPDATES = {0: "None", 1: "NonsecureAndSecure", 2: "Secure"}
FORMS = {
    "A": r"[0-9]+(\.[0-9]+){3}",
    "AAAA": r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*",
    "CNAME": r"\S+",
    "NS": r"\S+",
    "PTR": r"\S+",
    "SOA": r"\S+",
    "MX": r"[0-9]{1,9} \S+",
    "SRV": r"[0-9]{1,9} [0-9]{1,9} [0-9]{1,9} \S+",
}
FIELDS: dict[str, tuple[str, ...]] = {
    "A": ("IPv4Address",),
    "AAAA": ("IPv6Address",),
    "CNAME": ("HostNameAlias",),
    "NS": ("NameServer",),
    "PTR": ("PtrDomainName",),
    "MX": ("Preference", "MailExchange"),
    "SRV": ("Priority", "Weight", "Port", "DomainName"),
    "TXT": ("DescriptiveText",),
    "SOA": ("PrimaryServer",),
}
MODIFY: dict[str, tuple[str, ...]] = {
    "A": ("IPAddress",),
    "AAAA": ("IPv6Address",),
    "CNAME": ("PrimaryName",),
    "NS": ("NSHost",),
    "PTR": ("PTRDomainName",),
    "MX": ("Preference", "MailExchange"),
    "SRV": ("Priority", "Weight", "Port", "SRVDomainName"),
    "TXT": ("DescriptiveText",),
}
START = datetime(1601, 1, 1, tzinfo=UTC)
INTERFACES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\"
_CLASS = re.compile(r"^MicrosoftDNS_(\w+)Type$")
_ZONE_LINE = re.compile(r"^\s(\S+)\s+(?:Primary|Secondary|Stub|Forwarder)\s+AD-(\S+)")
_FIXED = re.compile(r"^\s+NameServer\s+REG_SZ\s+\S")


def dns_way(call: Call) -> str:
    """How the DNS server of this host is asked: module, wmi, or none without the role."""
    service = next((row for row in call.wmi("Win32_Service") if row["Name"] == "DNS"), None)
    if service is None:
        return "none"
    if service["State"] != "Running":
        raise stop("Precondition", "The service DNS does not run; its zones cannot be read or changed.", target="DNS")
    return "module" if "DnsServer" in modules_of(call.host) else "wmi"


def server_way(call: Call) -> str:
    """As `dns_way`, for what needs a DNS server here."""
    by = dns_way(call)
    if by == "none":
        raise stop("Precondition", "This host has no DNS server.", target="DNS")
    return by


def dnscmd(call: Call, *words: str) -> tuple[str, ...]:
    """The lines of dnscmd, or the error of a code other than 0."""
    run = call.native("dnscmd.exe", *words)
    if run.exit_code != 0:
        said = next((line for line in run.out if line.startswith("Command failed")), f"exit code {run.exit_code}")
        raise stop("NativeExit", f"dnscmd {' '.join(words)}: {said}", target="dnscmd")
    return run.out


# --- zones ---


def zone_rows(call: Call, by: str, name: str = "") -> list[Row]:
    """Zones, all or the named one."""
    rows = _module_zones(call, name) if by == "module" else _wmi_zones(call, name)
    return list(rows)


def _module_zones(call: Call, name: str) -> Iterator[Row]:
    for zone in call.cmdlet("Get-DnsServerZone"):
        kind = zone["ZoneType"]
        if (name and not same(zone["ZoneName"], name)) or kind not in KINDS.values():
            continue
        inside = bool(zone["IsDsIntegrated"])
        aging = None
        if kind == "Primary" and not zone["IsAutoCreated"] and zone["ZoneName"] != "TrustAnchors":
            aging = call.cmdlet("Get-DnsServerZoneAging", Name=zone["ZoneName"])[0]["AgingEnabled"]
        yield {
            "ZoneName": zone["ZoneName"],
            "ZoneType": kind,
            "IsDsIntegrated": inside,
            "ReplicationScope": zone.get("ReplicationScope") if inside else None,
            "DynamicUpdate": zone.get("DynamicUpdate") if kind == "Primary" else None,
            "IsReverse": zone["IsReverseLookupZone"],
            "IsAutoCreated": zone["IsAutoCreated"],
            "AgingEnabled": aging,
            "MasterServers": [str(one) for one in zone.get("MasterServers") or ()],
            "ZoneFile": None if inside else zone.get("ZoneFile") or None,
        }


def _wmi_zones(call: Call, name: str) -> Iterator[Row]:
    scopes = {m[1].casefold(): m[2] for line in dnscmd(call, "/EnumZones") if (m := _ZONE_LINE.match(line))}
    for zone in call.wmi("MicrosoftDNS_Zone"):
        kind = KINDS.get(zone["ZoneType"])
        if kind is None or (name and not same(zone["Name"], name)):
            continue
        inside = bool(zone["DsIntegrated"])
        primary = kind == "Primary"
        made = primary and not zone["AutoCreated"] and zone["Name"] != "TrustAnchors"
        yield {
            "ZoneName": zone["Name"],
            "ZoneType": kind,
            "IsDsIntegrated": inside,
            "ReplicationScope": scopes.get(zone["Name"].casefold()) if inside else None,
            "DynamicUpdate": UPDATES[zone["AllowUpdate"]] if primary else None,
            "IsReverse": zone["Reverse"],
            "IsAutoCreated": zone["AutoCreated"],
            "AgingEnabled": bool(zone["Aging"]) if made else None,
            "MasterServers": list(zone["MasterServers"] or ()),
            "ZoneFile": None if inside or kind == "Forwarder" else zone["DataFile"] or None,
        }


# --- records ---


def canonical(kind: str, data: str) -> str:
    """The data of a record in its one form: addresses as .NET writes them, host names with a trailing dot, single blanks."""
    if kind == "TXT":
        return data
    text = " ".join(data.split())
    form = FORMS.get(kind)
    if form is None:
        return text
    numbers = re.findall(r"(?<!\S)[0-9]{1,9}(?!\S)", text) if kind in {"MX", "SRV"} else []
    if not re.fullmatch(form, text, re.IGNORECASE) or any(int(number) > 65535 for number in numbers):  # noqa: PLR2004 - 16 bits
        said = f"'{data}' is no data of a record of type {kind}."
        raise stop("Precondition", said, target=data, category="InvalidArgument")
    if kind in {"A", "AAAA"}:
        address = net_address(text)
        if address is None:
            raise stop("Precondition", f"'{data}' is no address.", target=data, category="InvalidArgument")
        return address
    return text if text.endswith(".") else f"{text}."


def record_rows(call: Call, by: str, zone: str, name: str = "", kind: str = "") -> list[Row]:
    """Records of a zone, or those of one name and type in it; `Source` is the object that Windows gave."""
    rows = _module_records(call, zone, name, kind) if by == "module" else _wmi_records(call, zone, name, kind)
    return list(rows)


def _row(host: str, kind: str, text: str, seconds: int, moment: datetime | None, source: Row) -> Row:
    return {
        "HostName": host,
        "RecordType": kind,
        "Data": canonical(kind, text),
        "TtlSeconds": seconds,
        "TimestampUtc": stamp(moment) if moment is not None else None,
        "IsStatic": moment is None,
        "Source": source,
    }


def _module_records(call: Call, zone: str, name: str, kind: str) -> Iterator[Row]:
    query: Row = {"ZoneName": zone} | ({"Name": name, "RRType": kind, "Node": True} if name else {})
    try:
        found = call.cmdlet("Get-DnsServerResourceRecord", **query)
    except Refusal as refusal:
        if not refusal.error_id.startswith("WIN32 9714"):
            raise
        found = []
    for record in found:
        data, its = record["RecordData"], record["RecordType"].upper()
        text = " ".join(str(data[field]) for field in FIELDS.get(its) or sorted(data))
        yield _row(record["HostName"], its, text, int(record["TimeToLive"].total_seconds()), record["Timestamp"], record)


def _wmi_records(call: Call, zone: str, name: str, kind: str) -> Iterator[Row]:
    if not any(same(row["Name"], zone) for row in call.wmi("MicrosoftDNS_Zone")):
        raise stop("NotFound", f"This server has no zone '{zone}'.", target=zone, category="ObjectNotFound")
    for record in call.wmi("MicrosoftDNS_ResourceRecord"):
        match = _CLASS.match(record["__CLASS"])
        if record["ContainerName"].casefold() != zone.casefold() or match is None:
            continue
        its = match[1].upper()
        owner = record["OwnerName"].rstrip(".")
        host = owner
        if same(owner, zone):
            host = "@"
        elif owner.casefold().endswith(f".{zone.casefold()}"):
            host = owner[: -len(zone) - 1]
        if name and (not same(host, name) or not same(its, kind)):
            continue
        text = {"TXT": record.get("DescriptiveText"), "SOA": record.get("PrimaryServer")}.get(its, record["RecordData"])
        hours = record["TimeStamp"]
        yield _row(host, its, str(text), record["TTL"], START + timedelta(hours=hours) if hours else None, record)


def set_record_row(call: Call, by: str, zone: str, row: Row, data: str, seconds: int) -> None:
    """Other data or another time to live, in one step of the server's own."""
    kind = row["RecordType"]
    words: list[str | int] = [data] if kind == "TXT" else [int(w) if w.isdecimal() else w for w in data.split(" ")]
    if by == "module":
        fresh = row["Source"]["RecordData"]
        if data != row["Data"]:
            fresh = {**fresh, **dict(zip(FIELDS[kind], words, strict=True))}
        new = {**row["Source"], "TimeToLive": timedelta(seconds=seconds), "RecordData": fresh}
        call.cmdlet("Set-DnsServerResourceRecord", ZoneName=zone, OldInputObject=row["Source"], NewInputObject=new)
        return
    named = dict(zip(MODIFY[kind], words, strict=True))
    call.wmi_method(row["Source"]["__CLASS"], row["Source"], "Modify", TTL=seconds, **named)


# --- whom an adapter asks ---


def client_rows(call: Call) -> list[Row]:
    """The adapters that carry IP; a fixed list stands in the registry."""
    names = {row["Index"]: row["NetConnectionID"] for row in call.wmi("Win32_NetworkAdapter")}
    rows = []
    for config in call.wmi("Win32_NetworkAdapterConfiguration"):
        if not config["IPEnabled"]:
            continue
        run = call.native("reg.exe", "query", f"{INTERFACES}{config['SettingID']}", "/v", "NameServer")
        fixed = any(_FIXED.match(line) for line in run.out)
        rows.append(
            {
                "InterfaceAlias": names[config["Index"]],
                "ServerAddresses": list(config["DNSServerSearchOrder"] or ()),
                "FromDhcp": bool(config["DHCPEnabled"]) and not fixed,
                "Suffix": config["DNSDomain"] or None,
                "Source": config,
            }
        )
    return rows
