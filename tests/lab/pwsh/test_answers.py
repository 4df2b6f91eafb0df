"""What the models answer with, against what Windows answers with: no property that it does not give, none of another class."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from zdm_automate.lab.call import CMDLETS, WMI, Call
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.pwsh.answers import PLAIN, Table, answer_class, class_name, described
from zdm_automate.lab.world import files
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zdm_automate.lab.world.model import World

PLACES = (
    ("tiny", "OLD"),
    ("smallbiz", "SBS"),
    ("smallbiz", "DC1"),
    ("kanzlei", "SERVER"),
    ("branch", "BR-DC01"),
    ("sbsfiles", "SBS"),
)
SCOPES = {"OLD": "192.168.50.0", "BR-DC01": "10.20.0.0"}
ZONES = {"OLD": "tiny.example.org", "DC1": "example.com", "BR-DC01": "branch.example.net"}
ASKED: dict[str, dict[str, Any]] = {
    "Get-WinEvent": {"FilterHashtable": {"LogName": "System"}},
    "Get-NetFirewallAddressFilter": {"AssociatedNetFirewallRule": {"Name": "WINRM-HTTP-In-TCP"}},
    "Get-NetFirewallRule": {"Group": "@FirewallAPI.dll,-30267"},
    "Get-WSManInstance": {"ResourceURI": "winrm/config/listener", "Enumerate": True},
    "Get-FileHash": {"LiteralPath": r"C:\Zdm\a.txt"},
    "Get-Item": {"LiteralPath": r"C:\Zdm\a.txt"},
    "Get-DnsServerSetting": {"All": True},
    "Resolve-DnsName": {"Name": "nowhere.example.org"},
}


def undocumented(name: str, row: Mapping[str, Any]) -> set[str]:
    """The properties of a row that its class does not have on Windows."""
    found = answer_class(name)
    return {f"{name}: no such class"} if found is None else set(row) - set(found.properties)


def _asked(call: Call, name: str) -> list[dict[str, Any]]:
    """What a reader gives on this host; nothing where the host does not have it or its service."""
    given = dict(ASKED.get(name, {}))
    if name in {"Get-DhcpServerv4Reservation", "Get-DhcpServerv4Lease"}:
        given["ScopeId"] = SCOPES.get(call.host_name, "")
    if name in {"Get-DnsServerZoneAging", "Get-DnsServerResourceRecord"}:
        given["Name" if name.endswith("Aging") else "ZoneName"] = ZONES.get(call.host_name, "")
    if name == "Get-ADObject" or not call.has(name):
        return []
    with suppress(Refusal):
        return call.cmdlet(name, **given)
    return []


def _rows(world: World, host: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Everything that the readers and WMI classes of a host give: command, class, row."""
    world = files.written(world, world.host(host), r"C:\Zdm\a.txt", "text")
    for name in [one.name for one in CMDLETS.values() if one.name.startswith(("Get-", "Resolve-"))]:
        told = "Get-DnsServerSetting -All" if name == "Get-DnsServerSetting" else name
        for row in _asked(Call(world=world, host_name=host), name):
            yield name, class_name(told, row), row
            inner = {key: value for key, value in row.items() if isinstance(value, dict)}
            yield from ((name, class_name(f"{name}.{key}", row), value) for key, value in inner.items())
    for name in WMI:
        with suppress(Refusal):
            rows = Call(world=world, host_name=host).wmi(name)
            yield from ((name, str(row.get("__CLASS") or _spelled(name)), row) for row in rows)


def _spelled(name: str) -> str:
    return next(one for one in SPELLED if one.casefold() == name)


SPELLED = (
    "Win32_LogicalDisk",
    "Win32_Process",
    "MicrosoftDNS_Zone",
    "MicrosoftDNS_Server",
    "Win32_BIOS",
    "Win32_ComputerSystem",
    "Win32_ComputerSystemProduct",
    "Win32_NetworkAdapter",
    "Win32_NetworkAdapterConfiguration",
    "Win32_OperatingSystem",
    "Win32_ServerFeature",
    "Win32_LogicalShareSecuritySetting",
    "Win32_ServerSession",
    "Win32_Service",
    "Win32_Share",
    "Win32_SID",
)


@pytest.mark.parametrize(("name", "host"), PLACES)
def test_a_model_gives_no_property_that_windows_does_not(office: Callable[[str], World], name: str, host: str) -> None:
    """A script that reads one would work in the lab and fail on the customer's server."""
    load_models()
    wrong: dict[str, set[str]] = {}
    seen = set()

    for command, own, row in _rows(office(name), host):
        if PLAIN in row:
            continue
        seen.add(command)
        if extra := undocumented(own, row):
            wrong.setdefault(command, set()).update(extra)

    assert wrong == {}
    assert "win32_service" in seen


def test_an_undocumented_property_is_found() -> None:
    """What the test above would say."""
    assert undocumented("DhcpServerv4Scope", {"ScopeId": "10.0.0.0", "PrefixLength": 24}) == {"PrefixLength"}
    assert undocumented("NoSuchClass", {}) == {"NoSuchClass: no such class"}


def test_types_are_told_where_the_value_has_another() -> None:
    """An address is text in the world and an IPAddress in PowerShell."""
    told = described("DhcpServerv4Scope")

    assert told["Conversions"]["ScopeId"] == "IPAddress"
    assert told["Conversions"]["LeaseDuration"] == "TimeSpan"
    assert told["Conversions"]["Delay"] == "UInt16"
    assert "Name" not in told["Conversions"]
    assert told["Types"][0].startswith("Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/")


def test_methods_are_told_with_their_parameters_in_order() -> None:
    """A WMI method is called by position."""
    assert described("MicrosoftDNS_MXType")["Methods"] == {"Modify": ["TTL", "Preference", "MailExchange"]}


def test_objects_of_one_form_say_their_names_once() -> None:
    """A row is a list of values; an object within an object is a row of its own; a plain value stays plain."""
    table = Table()
    for address in ("192.0.2.1", "192.0.2.2"):
        table.add("Get-DnsServerResourceRecord", {"RecordType": "A", "RecordData": {"IPv4Address": address}})
    table.add("Test-Path", {PLAIN: True})
    told = table.message()

    assert told["Forms"] == [
        ["DnsServerResourceRecord", "RecordType", "RecordData"],
        ["DnsServerResourceRecordA", "IPv4Address"],
    ]
    assert told["Rows"] == [
        ["$row", 0, "A", ["$row", 1, "192.0.2.1"]],
        ["$row", 0, "A", ["$row", 1, "192.0.2.2"]],
        True,
    ]
