"""The DHCP appliers that set something, by module and by netsh: once, again, with -WhatIf, and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.world.model import World

    Office = Callable[[str], World]

PLACES = {
    "module": ("tiny", "OLD", "192.168.50.0"),
    "netsh": ("smallbiz", "SBS", "192.168.16.0"),
    "german": ("kanzlei", "SERVER", "192.168.178.0"),
}
BY = pytest.mark.parametrize("by", PLACES)
OPTION = {"Level": "Scope", "OptionId": 6, "Type": "IPv4Address"}


def way_of(used: tuple[str, ...]) -> str:
    """Which way a call went, by what it used."""
    return "netsh" if "netsh" in used else "module"


@BY
@pytest.mark.parametrize(
    ("verb", "arguments", "before", "after"),
    [
        ("Set-ZdmDhcpScopeState", {"State": "Inactive"}, {"State": "Active"}, {"State": "Inactive"}),
        ("Set-ZdmDhcpLeaseDuration", {"LeaseSeconds": 1800}, None, {"LeaseSeconds": 1800}),
        (
            "Set-ZdmDhcpOption",
            {**OPTION, "OptionId": 15, "Type": "String", "Value": ["new name.test"]},
            {"Value": []},
            {"Value": ["new name.test"]},
        ),
        (
            "Set-ZdmDhcpSetting",
            {"ConflictDetectionAttempts": 2},
            {"ConflictDetectionAttempts": 0},
            {"ConflictDetectionAttempts": 2},
        ),
    ],
)
def test_a_change_is_made_once(
    do: Do, office: Office, by: str, verb: str, arguments: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    """The first call changes and reads back, the second finds it so; -WhatIf and the second change nothing in the world."""
    name, host, scope = PLACES[by]
    world = office(name)
    place = {} if verb == "Set-ZdmDhcpSetting" else {"ScopeId": scope}

    looked = do(world, host, verb, **place, **arguments, WhatIf=True)
    first = do(world, host, verb, **place, **arguments)
    second = do(first.world, host, verb, **place, **arguments)

    assert [outcome.error for outcome in (looked, first, second)] == [None] * 3
    assert [outcome.rows[0]["Changed"] for outcome in (looked, first, second)] == [False, True, False]
    assert looked.world == world
    assert second.world == first.world
    assert first.rows[0]["After"] == after
    assert second.rows[0]["Before"] == after
    assert before is None or first.rows[0]["Before"] == before
    assert way_of(first.used) == ("module" if by == "module" else "netsh")


@BY
def test_the_lease_time_goes_back_to_what_it_was(do: Do, office: Office, by: str) -> None:
    """The record's `before` is the argument of the inverse."""
    name, host, scope = PLACES[by]
    world = office(name)
    lowered = do(world, host, "Set-ZdmDhcpLeaseDuration", ScopeId=scope, LeaseSeconds=900)
    seconds = lowered.rows[0]["Before"]["LeaseSeconds"]
    back = do(lowered.world, host, "Set-ZdmDhcpLeaseDuration", ScopeId=scope, LeaseSeconds=seconds)

    assert seconds == world.dhcp[host].scopes[scope].lease_seconds
    assert back.world.dhcp == world.dhcp


def test_leases_without_end_are_minus_one(do: Do, office: Office) -> None:
    """TimeSpan.MaxValue from the cmdlet, 4294967295 in netsh's dump: one number in the record."""
    for name, host, scope in (PLACES["module"], PLACES["netsh"]):
        world = office(name)
        server = world.dhcp[host]
        world = world.with_dhcp(host, server.with_scope(replace(server.scopes[scope], lease_seconds=-1)))
        outcome = do(world, host, "Set-ZdmDhcpLeaseDuration", ScopeId=scope, LeaseSeconds=3600)
        assert outcome.rows[0]["Before"] == {"LeaseSeconds": -1}


@pytest.mark.parametrize("by", ["module", "netsh"])
def test_an_option_of_a_reservation_or_class_is_its_own(do: Do, office: Office, by: str) -> None:
    """Only the value on that level and of those classes changes; class names differ from themselves in no capital."""
    _, host, scope = PLACES["netsh"]
    world = office("smallbiz")
    if by == "module":
        world = world.with_host(replace(world.host(host), release="2012r2"))
    at = {"Level": "Reservation", "ScopeId": scope, "Reservation": "192.168.16.61"}
    reserved = do(world, host, "Set-ZdmDhcpOption", **at, OptionId=3, Type="IPv4Address", Value=["192.168.16.254"])
    phones = {"Level": "Scope", "ScopeId": "192.168.17.0", "OptionId": 1, "Type": "String", "VendorClass": "example phones"}
    vendor = do(reserved.world, host, "Set-ZdmDhcpOption", **phones, Value=["http://new.example.local/cfg"])

    assert (reserved.error, vendor.error) == (None, None)
    assert reserved.rows[0]["Before"] == {"Value": ["192.168.16.1"]}
    assert vendor.rows[0]["Before"] == {"Value": ["http://pbx.example.local/cfg"]}
    scopes = vendor.world.dhcp[host].scopes
    assert next(o.value for o in scopes[scope].options if o.option_id == 3) == ("192.168.16.1",)
    assert way_of(vendor.used) == by


def test_a_server_option(do: Do, office: Office) -> None:
    """Level Server needs no place."""
    arguments = {"Level": "Server", "OptionId": 15, "Type": "String", "Value": ["TINY.example.org"]}
    outcome = do(office("tiny"), "OLD", "Set-ZdmDhcpOption", **arguments)

    assert outcome.rows[0]["Changed"] is True
    assert outcome.rows[0]["Target"] == "option 15 of Server"


def test_the_module_refuses_a_dns_server_that_does_not_answer(do: Do, office: Office) -> None:
    """Set-DhcpServerv4OptionValue asks the addresses of option 6; nothing was changed."""
    world = office("tiny")
    outcome = do(world, "OLD", "Set-ZdmDhcpOption", **OPTION, ScopeId="192.168.50.0", Value=["192.168.50.99"])

    assert outcome.error is not None
    assert "not a valid DNS server" in outcome.error.message
    assert outcome.world == world


@BY
@pytest.mark.parametrize(
    ("verb", "arguments", "error_id"),
    [
        ("Set-ZdmDhcpScopeState", {"ScopeId": "10.9.9.0", "State": "Active"}, "ZdmNotFound"),
        ("Set-ZdmDhcpLeaseDuration", {"ScopeId": "10.9.9.0", "LeaseSeconds": 600}, "ZdmNotFound"),
        ("Set-ZdmDhcpLeaseDuration", {"ScopeId": "10.9.9.0", "LeaseSeconds": 1}, "ParameterArgumentValidationError"),
        ("Set-ZdmDhcpScopeState", {"ScopeId": "office", "State": "Active"}, "ParameterArgumentValidationError"),
        ("Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 6}, "ParameterArgumentValidationError"),
        ("Set-ZdmDhcpOption", {**OPTION, "Value": ["192.168.1.1"]}, "ZdmPrecondition"),
        (
            "Set-ZdmDhcpOption",
            {**OPTION, "Level": "Reservation", "ScopeId": "10.9.9.0", "Value": ["10.9.9.1"]},
            "ZdmPrecondition",
        ),
    ],
)
def test_a_refused_change(do: Do, office: Office, by: str, verb: str, arguments: dict[str, Any], error_id: str) -> None:
    """Unknown scopes, values out of range and levels without their place; the world stays as it was."""
    name, host, _ = PLACES[by]
    world = office(name)
    outcome = do(world, host, verb, **arguments)

    assert outcome.error is not None
    assert outcome.error.error_id.startswith(error_id)
    assert outcome.world == world


@pytest.mark.parametrize("office_name", ["tiny", "smallbiz"])
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("Set-ZdmDhcpScopeState", {"ScopeId": "192.168.50.0", "State": "Active"}),
        ("Set-ZdmDhcpLeaseDuration", {"ScopeId": "192.168.50.0", "LeaseSeconds": 600}),
        ("Set-ZdmDhcpSetting", {"ConflictDetectionAttempts": 1}),
        ("Set-ZdmDhcpOption", {**OPTION, "ScopeId": "192.168.50.0", "Value": ["192.168.50.2"]}),
        ("Export-ZdmDhcp", {"Path": r"C:\Zdm\dhcp.xml"}),
    ],
)
def test_no_server_no_change(do: Do, office: Office, office_name: str, verb: str, arguments: dict[str, Any]) -> None:
    """Without the role, or with the service stopped, an applier says so before it does anything."""
    host = PLACES["module" if office_name == "tiny" else "netsh"][1]
    stop = {"Name": "DHCPServer", "StartMode": "Disabled", "State": "Stopped"}
    stopped = do(office(office_name), host, "Set-ZdmServiceState", **stop).world

    for world, at in ((office("tiny"), "NEW"), (stopped, host)):
        outcome = do(world, at, verb, **arguments)
        assert outcome.error is not None
        assert outcome.error.error_id == "ZdmPrecondition"
        assert outcome.world == world


def test_authorisation_comes_and_goes(do: Do, office: Office) -> None:
    """By name and address; names are compared without regard to capitals; twice is once."""
    world = office("tiny")
    pair = {"DnsName": "new.tiny.example.org", "IpAddress": "192.168.50.10"}
    added = do(world, "OLD", "Add-ZdmDhcpAuthorization", **pair)
    again = do(added.world, "OLD", "Add-ZdmDhcpAuthorization", DnsName="NEW.tiny.example.org", IpAddress="192.168.50.10")
    gone = do(again.world, "OLD", "Remove-ZdmDhcpAuthorization", **pair)
    nothing = do(gone.world, "OLD", "Remove-ZdmDhcpAuthorization", **pair)

    assert [o.rows[0]["Changed"] for o in (added, again, gone, nothing)] == [True, False, True, False]
    assert added.rows[0]["After"] == {"Authorized": True}
    assert len(added.world.directory.dhcp_servers) == len(world.directory.dhcp_servers) + 1
    assert gone.world.directory == world.directory
    assert gone.warnings == ()


def test_authorisation_needs_the_module(do: Do, office: Office) -> None:
    """A host without it is told so, one with too old a PowerShell too."""
    pair = {"DnsName": "x.tiny.example.org", "IpAddress": "192.168.50.10"}
    for name, host in (("tiny", "NEW"), ("smallbiz", "SBS")):
        for verb in ("Add-ZdmDhcpAuthorization", "Remove-ZdmDhcpAuthorization"):
            outcome = do(office(name), host, verb, **pair)
            assert outcome.error is not None
            assert outcome.error.error_id == "ZdmUnsupported"
