"""The DNS cmdlets of the lab answer and refuse as Windows does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.lab.call import Call, Row
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.dns import Zone
    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]

ZONE = "tiny.example.org"


@pytest.fixture
def call(office: Office) -> Call:
    """At work on the old server of the tiny office."""
    load_models()
    return Call(world=office("tiny"), host_name="OLD")


def zone_of(call: Call, name: str = ZONE) -> Zone:
    """A zone as it is now."""
    zone = call.world.dns[call.host_name].zone(name)
    assert zone is not None
    return zone


def records(call: Call, name: str, **more: Any) -> list[Row]:
    """The records of one node."""
    return call.cmdlet("Get-DnsServerResourceRecord", ZoneName=ZONE, Name=name, Node=True, **more)


def refused(call: Call, name: str, **params: Any) -> Refusal:
    """What a cmdlet that is refused says; the world stays as it was."""
    before = call.world
    with pytest.raises(Refusal) as found:
        call.cmdlet(name, **params)
    assert call.world == before
    return found.value


# --- zones ---


def test_each_kind_of_zone_has_the_properties_of_its_kind(office: Office) -> None:
    """A forwarder has masters and no zone file; a primary zone in the directory has a scope and no file either."""
    load_models()
    here = Call(world=office("smallbiz"), host_name="DC1")
    here.cmdlet("Add-DnsServerConditionalForwarderZone", Name="partner.example.net", MasterServers="198.51.100.53")
    rows = {row["ZoneName"]: row for row in here.cmdlet("Get-DnsServerZone")}
    primary, forwarder = rows["example.local"], rows["partner.example.net"]

    assert (primary["ReplicationScope"], primary["DynamicUpdate"], primary["ZoneFile"]) == ("Domain", "Secure", None)
    assert "MasterServers" not in primary
    assert (forwarder["ZoneType"], forwarder["MasterServers"]) == ("Forwarder", ["198.51.100.53"])
    assert not {"ZoneFile", "DynamicUpdate"} & set(forwarder)
    assert rows["127.in-addr.arpa"]["IsAutoCreated"]
    assert not rows["TrustAnchors"]["IsAutoCreated"]
    assert "." not in rows


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("Get-DnsServerZone", {"Name": "gone.example"}),
        ("Get-DnsServerZoneAging", {"Name": "gone.example"}),
        ("Get-DnsServerResourceRecord", {"ZoneName": "gone.example"}),
        ("Add-DnsServerResourceRecord", {"ZoneName": "gone.example", "Name": "x", "A": True, "IPv4Address": "192.0.2.1"}),
        ("ConvertTo-DnsServerPrimaryZone", {"Name": "gone.example", "ReplicationScope": "Domain", "Force": True}),
        ("Remove-DnsServerZone", {"Name": "gone.example", "Force": True}),
    ],
)
def test_a_zone_that_is_not_there_is_9601(call: Call, name: str, params: dict[str, Any]) -> None:
    """With the name of the cmdlet behind the comma."""
    said = refused(call, name, **params)

    assert (said.error_id, said.category) == (f"WIN32 9601,{name}", "ObjectNotFound")


def test_a_zone_goes_into_the_directory_on_a_controller_and_once(call: Call) -> None:
    """How it may be updated stays; where another controller has the zone in the directory already it is refused."""
    params = {"Name": f"legacy.{ZONE}", "ReplicationScope": "Forest", "Force": True}
    world = call.world
    call.cmdlet("ConvertTo-DnsServerPrimaryZone", **params)
    made = zone_of(call, f"legacy.{ZONE}")

    assert (made.scope, made.file, made.dynamic) == ("Forest", None, "None")
    with pytest.raises(NotModelledError):
        call.cmdlet("ConvertTo-DnsServerPrimaryZone", **params)
    call.update(world.with_dns("NEW", world.dns["NEW"].with_zone(made)))
    assert refused(call, "ConvertTo-DnsServerPrimaryZone", **params).error_id.startswith("WIN32 9718,")
    call.update(replace(world, directory=replace(world.directory, controllers=("NEW",))))
    assert refused(call, "ConvertTo-DnsServerPrimaryZone", **params).error_id.startswith("WIN32 9717,")


def test_a_conditional_forwarder_beside_a_zone_of_the_name_is_refused(call: Call) -> None:
    """Zone exists is 9609."""
    said = refused(call, "Add-DnsServerConditionalForwarderZone", Name=ZONE, MasterServers=["192.0.2.1"])

    assert (said.error_id, said.category) == ("WIN32 9609,Add-DnsServerConditionalForwarderZone", "ResourceExists")


# --- records ---


def test_a_name_without_node_brings_what_is_below_it(call: Call) -> None:
    """With -Node it comes alone, and `@` is the whole zone without."""
    for name in ("lab", "a.lab", "b.a.lab"):
        call.cmdlet("Add-DnsServerResourceRecord", ZoneName=ZONE, Name=name, A=True, IPv4Address="192.0.2.1")

    tree = call.cmdlet("Get-DnsServerResourceRecord", ZoneName=ZONE, Name="LAB", RRType="A")
    apex = call.cmdlet("Get-DnsServerResourceRecord", ZoneName=ZONE, Name="@")

    assert [row["HostName"] for row in tree] == ["lab", "a.lab", "b.a.lab"]
    assert [row["HostName"] for row in records(call, "lab", RRType="A")] == ["lab"]
    assert len(apex) == len(zone_of(call).records)
    assert {row["RecordType"] for row in records(call, "@")} == {"SOA", "NS"}


def test_a_missing_name_is_an_error_and_a_missing_type_is_nothing(call: Call) -> None:
    """9714 and an empty answer."""
    said = refused(call, "Get-DnsServerResourceRecord", ZoneName=ZONE, Name="nowhere", Node=True)

    assert (said.error_id, said.category) == ("WIN32 9714,Get-DnsServerResourceRecord", "ObjectNotFound")
    assert records(call, "files", RRType="TXT") == []


@pytest.mark.parametrize(
    ("switch", "given", "shown"),
    [
        ("A", {"IPv4Address": "192.0.2.1"}, {"IPv4Address": "192.0.2.1"}),
        ("AAAA", {"IPv6Address": "2001:db8::1"}, {"IPv6Address": "2001:db8::1"}),
        ("CName", {"HostNameAlias": "old.tiny.example.org"}, {"HostNameAlias": "old.tiny.example.org."}),
        ("NS", {"NameServer": "old.tiny.example.org"}, {"NameServer": "old.tiny.example.org."}),
        ("Ptr", {"PtrDomainName": "old.tiny.example.org."}, {"PtrDomainName": "old.tiny.example.org."}),
        (
            "MX",
            {"MailExchange": "mail.example.org", "Preference": 10},
            {"Preference": 10, "MailExchange": "mail.example.org."},
        ),
        (
            "Srv",
            {"DomainName": "old.tiny.example.org", "Priority": 0, "Weight": 100, "Port": 389},
            {"Priority": 0, "Weight": 100, "Port": 389, "DomainName": "old.tiny.example.org."},
        ),
        ("Txt", {"DescriptiveText": "v=spf1 mx  -all"}, {"DescriptiveText": "v=spf1 mx  -all"}),
    ],
)
def test_what_is_added_is_shown(call: Call, switch: str, given: Row, shown: Row) -> None:
    """Host names end with a dot, texts stay as they are; without a time to live it is the zone's, without a stamp."""
    call.cmdlet("Add-DnsServerResourceRecord", ZoneName=ZONE, Name="made", **{switch: True}, **given)
    row = records(call, "made")[0]

    assert row["RecordData"] == shown
    assert (row["RecordType"], row["TimeToLive"], row["Timestamp"]) == (switch.upper(), timedelta(hours=1), None)


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("files", {"A": True, "IPv4Address": "192.168.50.2"}, 9711),
        ("FILES", {"A": True, "IPv4Address": "192.168.50.2"}, 9711),
        ("intranet", {"CName": True, "HostNameAlias": "OLD.tiny.example.org."}, 9711),
        ("files", {"CName": True, "HostNameAlias": "new.tiny.example.org."}, 9709),
        ("intranet", {"CName": True, "HostNameAlias": "new.tiny.example.org."}, 9709),
        ("intranet", {"A": True, "IPv4Address": "192.168.50.10"}, 9708),
    ],
)
def test_what_clashes_is_refused(call: Call, name: str, given: Row, code: int) -> None:
    """The same record, an alias beside something, something beside an alias."""
    said = refused(call, "Add-DnsServerResourceRecord", ZoneName=ZONE, Name=name, **given)

    assert (said.error_id, said.category) == (f"WIN32 {code},Add-DnsServerResourceRecord", "ResourceExists")


def test_a_second_address_of_a_name_is_taken(call: Call) -> None:
    """Nothing warns of a doubled record."""
    call.cmdlet("Add-DnsServerResourceRecord", ZoneName=ZONE, Name="files", A=True, IPv4Address="192.168.50.10")

    assert [row["RecordData"]["IPv4Address"] for row in records(call, "files")] == ["192.168.50.2", "192.168.50.10"]


def test_a_set_record_becomes_static(call: Call) -> None:
    """The time to live of a registered record was changed; its timestamp is lost."""
    old = records(call, "pc1")[0]
    new = {**old, "TimeToLive": timedelta(minutes=5)}
    call.cmdlet("Set-DnsServerResourceRecord", ZoneName=ZONE, OldInputObject=old, NewInputObject=new)
    row = records(call, "pc1")[0]

    assert old["Timestamp"] is not None
    assert (row["TimeToLive"], row["Timestamp"]) == (timedelta(minutes=5), None)


def test_set_needs_a_copy_of_what_is_there(call: Call) -> None:
    """The very same object, or one that has changed meanwhile, is not found; a name cannot be changed."""
    old = records(call, "files")[0]
    aged = {**old, "TimeToLive": timedelta(minutes=1)}
    renamed = {**old, "HostName": "other"}
    cases = ((old, old, "WIN32 9701"), (aged, {**old}, "WIN32 9701"), (old, renamed, "WIN32 87"))

    for before, after, code in cases:
        said = refused(call, "Set-DnsServerResourceRecord", ZoneName=ZONE, OldInputObject=before, NewInputObject=after)
        assert said.error_id == f"{code},Set-DnsServerResourceRecord"


def test_what_asks_back_needs_force(call: Call) -> None:
    """There is nobody to answer the question."""
    record = records(call, "files")[0]
    cases: list[tuple[str, dict[str, Any]]] = [
        ("Remove-DnsServerResourceRecord", {"ZoneName": ZONE, "InputObject": record}),
        ("Remove-DnsServerZone", {"Name": ZONE}),
        ("Remove-DnsServerForwarder", {"IPAddress": ["203.0.113.53"]}),
        ("ConvertTo-DnsServerPrimaryZone", {"Name": f"legacy.{ZONE}", "ReplicationScope": "Domain"}),
        ("Clear-DnsServerCache", {}),
    ]

    for name, params in cases:
        assert refused(call, name, **params).error_id == f"InvalidOperation,{name}"


def test_one_of_two_addresses_is_removed(office: Office) -> None:
    """The other stays; what is gone cannot be removed again."""
    load_models()
    here = Call(world=office("smallbiz"), host_name="DC1")
    first, second = here.cmdlet("Get-DnsServerResourceRecord", ZoneName="example.local", Name="printer", Node=True)
    gone = {"ZoneName": "example.local", "InputObject": first, "Force": True}
    here.cmdlet("Remove-DnsServerResourceRecord", **gone)

    assert here.cmdlet("Get-DnsServerResourceRecord", ZoneName="example.local", Name="printer", Node=True) == [second]
    assert refused(here, "Remove-DnsServerResourceRecord", **gone).error_id == "WIN32 9714,Remove-DnsServerResourceRecord"


def test_with_the_address_goes_the_pointer_to_it(office: Office) -> None:
    """The A record of DC1 takes its PTR along; the pointer of the other server stays."""
    load_models()
    here = Call(world=office("smallbiz"), host_name="DC1")
    record = here.cmdlet("Get-DnsServerResourceRecord", ZoneName="example.local", Name="dc1", RRType="A", Node=True)[0]
    here.cmdlet("Remove-DnsServerResourceRecord", ZoneName="example.local", InputObject=record, Force=True)
    left = here.world.dns["DC1"].zones["16.168.192.in-addr.arpa"].records

    assert [one.name for one in left if one.type == "PTR"] == ["2"]


def test_records_of_what_is_no_copy_are_not_made_up(office: Office) -> None:
    """A conditional forwarder has none to read, and an automatic zone none to change."""
    load_models()
    here = Call(world=office("smallbiz"), host_name="DC1")
    here.cmdlet("Add-DnsServerConditionalForwarderZone", Name="partner.example.net", MasterServers=["198.51.100.53"])

    with pytest.raises(NotModelledError):
        here.cmdlet("Get-DnsServerResourceRecord", ZoneName="partner.example.net")
    with pytest.raises(NotModelledError):
        here.cmdlet("Add-DnsServerResourceRecord", ZoneName="127.in-addr.arpa", Name="1", Ptr=True, PtrDomainName="localhost")


# --- the server ---


def test_a_list_of_forwarders_is_replaced_and_emptied(call: Call) -> None:
    """An empty list and the server's own address are refused; what is left is None, not an empty list."""
    call.cmdlet("Set-DnsServerForwarder", IPAddress="198.51.100.1")
    assert call.cmdlet("Get-DnsServerForwarder")[0]["IPAddress"] == ["198.51.100.1"]
    assert refused(call, "Set-DnsServerForwarder", IPAddress=[]).category == "InvalidData"
    assert refused(call, "Set-DnsServerForwarder", IPAddress=["192.168.50.2"]).error_id == "WIN32 9552,Set-DnsServerForwarder"

    call.cmdlet("Remove-DnsServerForwarder", IPAddress=["198.51.100.1"], Force=True)
    assert call.cmdlet("Get-DnsServerForwarder")[0]["IPAddress"] is None


def test_a_stopped_service_answers_no_cmdlet(call: Call) -> None:
    """1722, the RPC server is unavailable."""
    service = call.host.service("DNS")
    assert service is not None
    call.update(call.world.with_host(call.host.with_service(replace(service, state="Stopped"))))

    for name in ("Get-DnsServerZone", "Get-DnsServerForwarder", "Get-DnsServerRecursion", "Get-DnsServerScavenging"):
        assert refused(call, name).error_id == f"WIN32 1722,{name}"


# --- the client ---


def ask(call: Call, name: str, **more: Any) -> list[Row]:
    """Resolve-DnsName past the hosts file."""
    return call.cmdlet("Resolve-DnsName", Name=name, DnsOnly=True, **more)


def test_an_answer_counts_down_until_the_cache_is_cleared(office: Office) -> None:
    """The client's own cache answers meanwhile."""
    load_models()
    pc = Call(world=office("tiny"), host_name="PC1")
    ask(pc, f"files.{ZONE}")
    pc.update(replace(pc.world, now=pc.world.now + timedelta(minutes=10)))
    kept = ask(pc, f"files.{ZONE}")
    pc.cmdlet("Clear-DnsClientCache")

    assert (kept[0]["TTL"], ask(pc, f"files.{ZONE}")[0]["TTL"]) == (3000, 3600)


def test_an_alias_comes_with_what_is_behind_it(call: Call) -> None:
    """First the CNAME, then the address under its own name."""
    alias, address = ask(call, f"intranet.{ZONE}")

    assert (alias["Type"], alias["NameHost"]) == ("CNAME", f"old.{ZONE}")
    assert (address["Type"], address["Name"], address["IPAddress"]) == ("A", f"old.{ZONE}", "192.168.50.2")


def test_failures_have_the_ids_of_windows(call: Call) -> None:
    """No name, no server, no answer of the type."""
    suffix = ",Microsoft.DnsClient.Commands.ResolveDnsName"
    missing = refused(call, "Resolve-DnsName", Name=f"nowhere.{ZONE}", Server="192.168.50.2")
    silent = refused(call, "Resolve-DnsName", Name=f"files.{ZONE}", Server="192.168.50.77")

    assert (missing.error_id, missing.category) == (f"DNS_ERROR_RCODE_NAME_ERROR{suffix}", "ResourceUnavailable")
    assert (silent.error_id, silent.category) == (f"ERROR_TIMEOUT{suffix}", "OperationTimeout")
    assert [(row["Type"], row["Section"]) for row in ask(call, f"files.{ZONE}", Type="TXT")] == [("SOA", "Authority")]


def test_a_german_host_says_it_in_german_under_the_same_id(office: Office) -> None:
    """Messages are translated, ids are not."""
    load_models()
    here = Call(world=office("kanzlei"), host_name="DC-NEU")
    zone = "kanzlei-mueller.local"
    missing = refused(here, "Resolve-DnsName", Name=f"weg.{zone}", Server="192.168.178.20")
    double = refused(here, "Add-DnsServerResourceRecord", ZoneName=zone, Name="ablage", A=True, IPv4Address="192.168.178.10")

    assert missing.error_id.startswith("DNS_ERROR_RCODE_NAME_ERROR,")
    assert "nicht vorhanden" in missing.message
    assert double.error_id.startswith("WIN32 9711,")
    assert double.message.startswith("Fehler beim Erstellen")


def test_a_list_set_by_hand_survives_the_next_lease(office: Office) -> None:
    """The registry tells it from one that DHCP gave; renewing leaves it alone."""
    load_models()
    pc = Call(world=office("tiny"), host_name="PC1")
    pc.cmdlet("Set-DnsClientServerAddress", InterfaceAlias="Ethernet", ServerAddresses=["192.168.50.10"])
    assert pc.native("ipconfig", "/renew", "Ethernet").exit_code == 0
    row = pc.wmi("Win32_NetworkAdapterConfiguration")[0]
    key = f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\{row['SettingID']}"

    assert row["DNSServerSearchOrder"] == ["192.168.50.10"]
    assert "    NameServer    REG_SZ    192.168.50.10" in pc.native("reg", "query", key, "/v", "NameServer").out
    assert (
        refused(pc, "Set-DnsClientServerAddress", InterfaceAlias="WLAN", ServerAddresses=["1.1.1.1"]).category
        == "ObjectNotFound"
    )
