"""Twins of the DNS readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.lab.twins.dns_rows import canonical, client_rows, dns_way, record_rows, zone_rows
from zdm_automate.lab.twins.pattern import made, stop, twin
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row

ANSWER_FIELDS = {
    "A": ("IPAddress",),
    "AAAA": ("IPAddress",),
    "MX": ("Preference", "NameExchange"),
    "SRV": ("Priority", "Weight", "Port", "NameTarget"),
    "SOA": ("PrimaryServer",),
}
STATUS = (
    ("DNS_ERROR_RCODE_NAME_ERROR", "NameError"),
    ("DNS_INFO_NO_RECORDS", "NoData"),
    ("ERROR_TIMEOUT", "Timeout"),
    ("DNS_ERROR_RCODE_", "ServerFailure"),
    ("RCODE_", "ServerFailure"),
)


@twin("Get-ZdmDnsZone")
def get_dns_zone(call: Call, /) -> Iterator[Row]:
    """By the module, or by WMI and dnscmd."""
    by = dns_way(call)
    if by != "none":
        yield from (made(call, "Zdm.DnsZone", **row) for row in zone_rows(call, by))


@twin("Get-ZdmDnsRecord")
def get_dns_record(call: Call, /, *, zone: str = "") -> Iterator[Row]:
    """By the module, or by WMI."""
    by = dns_way(call)
    if by == "none":
        return
    zones = [zone]
    if not zone:
        zones = [
            row["ZoneName"]
            for row in zone_rows(call, by)
            if row["ZoneType"] == "Primary" and not row["IsAutoCreated"] and row["ZoneName"] != "TrustAnchors"
        ]
    for name in zones:
        for row in record_rows(call, by, name):
            yield made(call, "Zdm.DnsRecord", ZoneName=name, **{k: v for k, v in row.items() if k != "Source"})


@twin("Get-ZdmDnsServer")
def get_dns_server(call: Call, /) -> Iterator[Row]:
    """What no replication carries."""
    by = dns_way(call)
    if by == "module":
        forwarder = call.cmdlet("Get-DnsServerForwarder")[0]
        setting = call.cmdlet("Get-DnsServerSetting", All=True)[0]
        yield made(
            call,
            "Zdm.DnsServer",
            Forwarders=list(forwarder["IPAddress"] or ()),
            UseRootHint=forwarder["UseRootHint"],
            ForwarderTimeoutSeconds=forwarder["Timeout"],
            RecursionEnabled=call.cmdlet("Get-DnsServerRecursion")[0]["Enable"],
            ScavengingEnabled=call.cmdlet("Get-DnsServerScavenging")[0]["ScavengingState"],
            ListenAddresses=list(setting["ListeningIPAddress"] or ()),
        )
    elif by == "wmi":
        server = call.wmi("MicrosoftDNS_Server")[0]
        yield made(
            call,
            "Zdm.DnsServer",
            Forwarders=list(server["Forwarders"] or ()),
            UseRootHint=not server["IsSlave"],
            ForwarderTimeoutSeconds=server["ForwardingTimeout"],
            RecursionEnabled=not server["NoRecursion"],
            ScavengingEnabled=server["ScavengingInterval"] > 0,
            ListenAddresses=list(server["ListenAddresses"] or ()),
        )


@twin("Get-ZdmDnsClient")
def get_dns_client(call: Call, /) -> Iterator[Row]:
    """By WMI and the registry."""
    for row in client_rows(call):
        yield made(call, "Zdm.DnsClient", **{k: v for k, v in row.items() if k != "Source"})


@twin("Get-ZdmDnsAnswer")
def get_dns_answer(
    call: Call,
    /,
    *,
    name: str,
    type: str,  # noqa: A002 - the script's parameter
    server: str = "",
) -> Iterator[Row]:
    """By Resolve-DnsName; what is no success is an answer too."""
    if not call.has("Resolve-DnsName"):
        raise stop("Unsupported", "Names are asked for from Windows 8 and Server 2012 on.", target=name)
    query: Row = {"Name": name, "Type": type, "DnsOnly": True} | ({"Server": server, "NoHostsFile": True} if server else {})
    found: list[Row] = []
    status = "NoData"
    try:
        found = [row for row in call.cmdlet("Resolve-DnsName", **query) if row["Section"] == "Answer"]
    except Refusal as refusal:
        known = next((word for start, word in STATUS if refusal.error_id.startswith(start)), None)
        if known is None:
            raise
        status = known
    answers, seconds = [], []
    for row in found:
        kind = str(row["Type"]).upper()
        if kind not in {type.upper(), "CNAME"}:
            continue
        text = (
            "".join(row["Strings"]) if kind == "TXT" else " ".join(str(row[f]) for f in ANSWER_FIELDS.get(kind, ("NameHost",)))
        )
        if kind == type.upper():
            status = "Success"
        answers.append(canonical(kind, text))
        seconds.append(int(row["TTL"]))
    yield made(
        call,
        "Zdm.DnsAnswer",
        Name=name,
        RecordType=type,
        Server=server,
        Status=status,
        Answers=answers,
        TtlSeconds=min(seconds, default=None),
    )
