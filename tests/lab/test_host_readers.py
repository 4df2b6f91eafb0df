"""The host readers on the lab's worlds: every release and language gives facts of one shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zdm_automate.facts.base import from_wire
from zdm_automate.facts.host import Event as EventFact
from zdm_automate.facts.host import HostInventory, NetworkConfig, PendingReboot, Role
from zdm_automate.facts.session import Session
from zdm_automate.lab.world.host import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.lab.perform import Outcome
    from zdm_automate.lab.world.model import World


def facts(outcome: Outcome) -> list[object]:
    """The facts of a call that ended well."""
    assert outcome.error is None, outcome.error
    return [from_wire(row) for row in outcome.rows]


@pytest.mark.parametrize("name", ["smallbiz", "kanzlei", "branch", "tiny"])
def test_every_host_answers_the_prelude_and_the_readers(do: Do, office: Callable[[str], World], name: str) -> None:
    """Every Windows of every office gives objects that fit their schema."""
    world = office(name)
    for host in world.hosts.values():
        if not host.windows.version:
            continue
        for verb in ("prelude", "Get-ZdmHostInventory", "Get-ZdmNetworkConfig", "Get-ZdmPendingReboot", "Get-ZdmService"):
            outcome = do(world, host.name, verb)

            assert facts(outcome) is not None
            assert outcome.world is world


def test_the_session_says_which_windows_it_is(do: Do, office: Callable[[str], World]) -> None:
    """Version, role, language and the full token are what the controller checks first."""
    [session] = facts(do(office("kanzlei"), "SERVER", "prelude"))

    assert isinstance(session, Session)
    assert (session.ps_version, session.os_version, session.domain_role) == ("2.0", "6.0.6002", 5)
    assert session.culture == "de-DE"
    assert session.is_elevated


def test_the_skew_of_a_host_shows_in_its_clock(do: Do, office: Callable[[str], World]) -> None:
    """A host five minutes ahead says so."""
    world = office("tiny")
    world = world.with_host(replace(world.host("OLD"), skew=300.0))
    [session] = facts(do(world, "OLD", "prelude"))

    assert isinstance(session, Session)
    assert session.utc_now == "2026-03-02T07:05:00.0000000Z"


def test_a_small_business_server_is_told_by_its_suite(do: Do, office: Callable[[str], World]) -> None:
    """The product suite has the bits of Small Business Server; a plain server has not."""
    world = office("smallbiz")
    [old], [new] = facts(do(world, "SBS", "Get-ZdmHostInventory")), facts(do(world, "DC1", "Get-ZdmHostInventory"))

    assert isinstance(old, HostInventory)
    assert isinstance(new, HostInventory)
    assert old.product_suite & 0x20
    assert not new.product_suite & 0x20
    assert old.last_boot_utc is not None
    assert old.last_boot_utc.endswith("Z")


def test_static_settings_are_read_by_adapter(do: Do, office: Callable[[str], World]) -> None:
    """A member server that still asks the old server for names."""
    [config] = facts(do(office("smallbiz"), "FILES", "Get-ZdmNetworkConfig"))

    assert isinstance(config, NetworkConfig)
    assert config.addresses == ("192.168.16.20",)
    assert config.masks == ("255.255.255.0",)
    assert config.dns_servers == ("192.168.16.2",)
    assert not config.dhcp_enabled


@pytest.mark.parametrize(("name", "host", "shown"), [("smallbiz", "SBS", "DHCP Server"), ("kanzlei", "SERVER", "DHCP-Server")])
def test_a_role_has_one_name_in_every_language(
    do: Do, office: Callable[[str], World], name: str, host: str, shown: str
) -> None:
    """By module on 2008 R2, by number on 2008: the internal name is the same, the display name is the host's."""
    [role] = facts(do(office(name), host, "Get-ZdmRole", Name=["dhcp"]))

    assert role == Role(name="DHCP", display_name=shown, installed=True)


def test_a_role_that_is_not_there_is_read_as_such(do: Do, office: Callable[[str], World]) -> None:
    """Asked for by name it is there with installed = false; a name no server knows gives nothing."""
    world = office("tiny")

    assert facts(do(world, "NEW", "Get-ZdmRole", Name=["DHCP"])) == [
        Role(name="DHCP", display_name="DHCP Server", installed=False)
    ]
    assert facts(do(world, "NEW", "Get-ZdmRole", Name=["No-Such-Role"])) == []


def test_server_2008_cannot_tell_every_role(do: Do, office: Callable[[str], World]) -> None:
    """Win32_ServerFeature has numbers and localised names only: what has no known number is refused, not guessed."""
    outcome = do(office("kanzlei"), "SERVER", "Get-ZdmRole", Name=["RSAT-DHCP"])

    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmUnsupported"


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending" + "\\",
            "",
            "ComponentServicing",
        ),
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired\x", 1, "WindowsUpdate"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\PendingFileRenameOperations", "a", "FileRename"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName\ComputerName", "OTHER", "ComputerName"),
    ],
)
def test_each_reason_for_a_restart_is_named(
    do: Do, office: Callable[[str], World], path: str, value: str | int, reason: str
) -> None:
    """Each of the four places in the registry gives its own reason."""
    world = office("kanzlei")
    world = world.with_host(replace(world.host("DC-NEU"), registry={path: value}))

    assert facts(do(world, "DC-NEU", "Get-ZdmPendingReboot")) == [PendingReboot(pending=True, reasons=(reason,))]


EVENTS = (
    Event(log="System", source="DHCP", event_id=1046, level="Error", at="2026-03-01T10:00:00+00:00", message="not authorised"),
    Event(
        log="System", source="DHCP", event_id=1044, level="Information", at="2026-03-02T06:00:00+00:00", message="authorised"
    ),
)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [1044, 1046]),
        ({"EventId": ["1046"]}, [1046]),
        ({"SinceUtc": "2026-03-02T00:00:00Z"}, [1044]),
        ({"Newest": 1}, [1044]),
        ({"EventId": ["9999"]}, []),
    ],
)
def test_events_are_filtered_on_the_host(
    do: Do, office: Callable[[str], World], asked: dict[str, object], numbers: list[int]
) -> None:
    """Newest first, by number and time; no match is an empty answer although Windows calls it an error."""
    world = office("tiny")
    world = world.with_host(replace(world.host("OLD"), events=EVENTS))
    found = facts(do(world, "OLD", "Get-ZdmEvent", LogName="System", **asked))

    assert [fact.event_id for fact in found if isinstance(fact, EventFact)] == numbers


def test_a_log_that_does_not_exist_is_an_error(do: Do, office: Callable[[str], World]) -> None:
    """A misspelt log never looks like a quiet one."""
    outcome = do(office("tiny"), "OLD", "Get-ZdmEvent", LogName="Sistem")

    assert outcome.error is not None
    assert outcome.error.error_id.startswith("NoMatchingLogsFound")


def test_a_device_answers_nothing(do: Do, office: Callable[[str], World]) -> None:
    """A copier runs no verbs; the lab says so instead of inventing an answer."""
    outcome = do(office("smallbiz"), "COPIER", "prelude")

    assert outcome.error is not None
    assert outcome.error.error_id == "NotModelled"
