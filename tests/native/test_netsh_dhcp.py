"""What `netsh dhcp server dump` says about a whole server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from zdm_automate.errors import NativeExitError, WireError
from zdm_automate.facts.dhcp import DhcpExclusion, DhcpOption, DhcpReservation, DhcpScope, DhcpServer
from zdm_automate.native import netsh_dhcp
from zdm_automate.native.registry import NativeText, native_text, parse

if TYPE_CHECKING:
    from zdm_automate.facts.base import Fact

DATA = Path(__file__).parent / "data"
F = TypeVar("F", bound="Fact")


def dumped(lines: tuple[str, ...], exit_code: int = 0) -> NativeText:
    return NativeText(tool="netsh", command="dhcp server dump", exit_code=exit_code, lines=lines)


def of(kind: type[F], facts: tuple[Fact, ...]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]


@pytest.fixture
def facts() -> tuple[Fact, ...]:
    lines = (DATA / "netsh_dhcp_dump.txt").read_text(encoding="utf-8").splitlines()
    return parse(dumped(tuple(lines)))


def test_the_server_is_in_it(facts: tuple[Fact, ...]) -> None:
    """Conflict detection and the audit log's folder; who authorises it and which module it has a dump cannot say."""
    [server] = of(DhcpServer, facts)

    assert server.conflict_detection_attempts == 3
    assert server.audit_log_path == r"C:\Windows\system32\dhcp"
    assert server.bindings == ("Local Area Connection",)
    assert (server.is_authorized, server.is_domain_joined, server.module_version) == (None, None, None)


def test_a_scope_is_put_together_from_its_lines(facts: tuple[Fact, ...]) -> None:
    """Range, state, delay, superscope and the lease time of ordinary clients, not that of BOOTP."""
    first = of(DhcpScope, facts)[0]

    expected = DhcpScope(
        scope_id="192.0.2.0",
        name="Buero Erdgeschoss",
        description="bis zur Treppe",
        subnet_mask="255.255.255.128",
        start_range="192.0.2.50",
        end_range="192.0.2.110",
        lease_seconds=691200,
        state="Active",
        superscope_name="Whole house",
        delay_milliseconds=250,
        type="Dhcp",
    )
    assert expected == first


def test_an_inactive_scope_with_leases_without_end(facts: tuple[Fact, ...]) -> None:
    """State 0 is inactive, 4294967295 seconds are no end, and a range may serve BOOTP too."""
    second = of(DhcpScope, facts)[1]

    assert (second.state, second.lease_seconds, second.description, second.type) == ("Inactive", -1, "", "Both")


@pytest.mark.parametrize(("number", "state"), [("0", "Inactive"), ("1", "Active"), ("2", "Inactive"), ("3", "Active")])
def test_switched_scopes_have_states_too(number: str, state: str) -> None:
    """2 and 3 are off and on of a switched network."""
    lines = (
        r'Dhcp Server \\S add scope 192.0.2.0 255.255.255.0 "a" ""',
        rf"Dhcp Server \\S Scope 192.0.2.0 set state {number}",
    )
    [scope] = of(DhcpScope, parse(dumped(lines)))

    assert scope.state == state


def test_exclusions(facts: tuple[Fact, ...]) -> None:
    """Ranges and single addresses."""
    expected = [("192.0.2.0", "192.0.2.90", "192.0.2.99"), ("192.0.2.0", "192.0.2.105", "192.0.2.105")]

    assert expected == [(x.scope_id, x.start_range, x.end_range) for x in of(DhcpExclusion, facts)]


def test_reservations(facts: tuple[Fact, ...]) -> None:
    """The client's id becomes lower case with hyphens; a comment that reads like a type is a comment."""
    found = of(DhcpReservation, facts)

    assert [(r.ip_address, r.client_id, r.name, r.description, r.type) for r in found] == [
        ("192.0.2.60", "00-15-5d-0a-0b-0c", "printer1.example.test", "DHCP", "Both"),
        ("192.0.2.61", "00-15-5d-0a-0b-0d", "scanner", "", "Dhcp"),
    ]


def test_options_of_all_levels_and_classes(facts: tuple[Fact, ...]) -> None:
    """Server, scope, reservation; vendor and user class; lists, blanks in a value; neither lease time nor IPv6."""
    found = [
        (o.level, o.scope_id, o.reservation, o.option_id, o.vendor_class, o.user_class, o.type, o.value)
        for o in of(DhcpOption, facts)
    ]

    phones = "Example Phones"
    assert found == [
        ("Server", "", "", 6, "", "", "IPv4Address", ("192.0.2.2",)),
        ("Server", "", "", 15, "", "", "String", ("example.test",)),
        ("Server", "", "", 46, "", "", "Byte", ("8",)),
        ("Server", "", "", 1, phones, "", "String", ("http://192.0.2.9/set up",)),
        ("Server", "", "", 43, phones, "Default BOOTP Class", "BinaryData", ("0104c0000209",)),
        ("Scope", "192.0.2.0", "", 3, "", "", "IPv4Address", ("192.0.2.1",)),
        ("Scope", "192.0.2.0", "", 6, "", "", "IPv4Address", ("192.0.2.2", "192.0.2.3")),
        ("Reservation", "192.0.2.0", "192.0.2.60", 12, "", "", "String", ("printer1",)),
        ("Reservation", "192.0.2.0", "192.0.2.60", 2, phones, "", "IPv4Address", ("192.0.2.9",)),
    ]


@pytest.mark.parametrize("server", [r"\\OLDDC", "olddc.example.test", "192.0.2.2", ""])
def test_the_server_may_be_named_in_any_way(server: str) -> None:
    """With backslashes, bare, by address, or not at all."""
    lines = (
        f'Dhcp Server {server} add scope 192.0.2.0 255.255.255.0 "Office" ""',
        f"dhcp server {server} SCOPE 192.0.2.0 ADD IPRANGE 192.0.2.5 192.0.2.9 ",
    )
    [scope] = of(DhcpScope, parse(dumped(lines)))

    assert (scope.name, scope.start_range, scope.end_range) == ("Office", "192.0.2.5", "192.0.2.9")


def test_a_dump_of_an_empty_server() -> None:
    """Settings only: one server, nothing else."""
    facts = parse(dumped((r"Dhcp Server \\OLDDC Set DetectConflictRetry 0",)))

    assert [type(fact) for fact in facts] == [DhcpServer]


def test_a_line_about_an_unknown_scope_is_an_error() -> None:
    """A dump that has lost its beginning is not read as a server with less."""
    with pytest.raises(WireError, match="before it is made"):
        parse(dumped((r"Dhcp Server \\OLDDC Scope 192.0.2.0 set state 1",)))


def test_a_text_that_is_no_dump_is_an_error() -> None:
    """What netsh says while the service is stopped has no command in it, whatever its exit code."""
    lines = ("", "Unable to determine the DHCP Server version for the Server OLDDC.", "Server may not function properly.", "")
    with pytest.raises(WireError, match="no dump"):
        parse(dumped(lines))


def test_a_failed_tool_is_an_error() -> None:
    """The tool's last line says why."""
    with pytest.raises(NativeExitError, match="Access is denied"):
        parse(dumped(("", "Access is denied.", ""), exit_code=1))


def test_the_parsers_are_registered() -> None:
    """A text off the wire finds them by tool and command."""
    row = {
        "Tool": "netsh",
        "Command": "dhcp server dump",
        "ExitCode": 0,
        "Lines": [r"Dhcp Server \\S Set DetectConflictRetry 2"],
    }

    assert [f.conflict_detection_attempts for f in of(DhcpServer, parse(native_text(row)))] == [2]
    assert netsh_dhcp.hyphened("00155D0A0B0C") == "00-15-5d-0a-0b-0c"
