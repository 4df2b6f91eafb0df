"""The DHCP readers: the same facts by module and by netsh's text, and what they say of a host that cannot answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zdm_automate import wire
from zdm_automate.facts.dhcp import DhcpClientLease, DhcpLease, DhcpOption, DhcpReservation, DhcpScope, DhcpServer
from zdm_automate.lab.world.dhcp import Lease
from zdm_automate.lab.world.model import World
from zdm_automate.transport.base import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Do
    from zdm_automate.facts.base import Fact
    from zdm_automate.scripts import Library

    Office = Callable[[str], World]
    Facts = Callable[[World, str, str], tuple[Fact, ...]]

NOUNS = ("Server", "Scope", "Exclusion", "Reservation", "Option", "Lease", "Failover")


@pytest.fixture
def facts(do: Do, library: Library) -> Facts:
    """Calls a reader and takes its objects through the wire's codec, parsers of native text included."""

    def call(world: World, host: str, verb: str) -> tuple[Fact, ...]:
        outcome = do(world, host, verb)
        if outcome.error is not None:
            raise AssertionError(outcome.error)
        return wire.facts(library[verb], Reply(output=outcome.rows), host)

    return call


def grown(world: World, host: str) -> World:
    """The world with that host on a release that has the module, and no other difference."""
    return world.with_host(replace(world.host(host), release="2012r2"))


@pytest.mark.parametrize(("office_name", "host"), [("smallbiz", "SBS"), ("kanzlei", "SERVER")])
@pytest.mark.parametrize("noun", ["Scope", "Exclusion", "Reservation", "Option"])
def test_both_ways_give_the_same_facts(office: Office, facts: Facts, office_name: str, host: str, noun: str) -> None:
    """A server's configuration reads alike by netsh on the old release and by the module on a newer one."""
    world = office(office_name)

    by_netsh = facts(world, host, f"Get-ZdmDhcp{noun}")
    by_module = facts(grown(world, host), host, f"Get-ZdmDhcp{noun}")
    assert by_netsh
    assert set(by_netsh) == set(by_module)


def test_umlauts_come_through(office: Office, facts: Facts) -> None:
    """Names in German survive netsh's text."""
    [scope] = facts(office("kanzlei"), "SERVER", "Get-ZdmDhcpScope")

    assert isinstance(scope, DhcpScope)
    assert (scope.name, scope.description) == ("Bürogeräte", "Erdgeschoß")


@pytest.mark.parametrize(("office_name", "host"), [("smallbiz", "SBS"), ("kanzlei", "SERVER")])
def test_leases_read_alike_but_for_their_end(office: Office, facts: Facts, office_name: str, host: str) -> None:
    """The end is written by netsh in the host's language: it is left out there, and read by the module."""

    def leases(world: World) -> dict[str, DhcpLease]:
        return {f.ip_address: f for f in facts(world, host, "Get-ZdmDhcpLease") if isinstance(f, DhcpLease)}

    world = office(office_name)
    old, new = leases(world), leases(grown(world, host))

    assert old
    assert {key: replace(lease, expires_at_utc=None) for key, lease in new.items()} == old
    assert any(lease.expires_at_utc for lease in new.values())


def test_a_declined_address_is_bad_both_ways(office: Office, facts: Facts) -> None:
    """BAD_ADDRESS in netsh's list, AddressState Declined from the cmdlet."""
    world = office("smallbiz")
    server = world.dhcp["SBS"]
    scope = server.scopes["192.168.16.0"]
    bad = Lease(
        address="192.168.16.180",
        client_id="b4-10-a8-c0",
        host_name="BAD_ADDRESS",
        state="Declined",
        expires=world.now.replace(year=world.now.year + 1),
    )
    world = world.with_dhcp("SBS", server.with_scope(scope.with_lease(bad)))

    for version in (world, grown(world, "SBS")):
        found = [f for f in facts(version, "SBS", "Get-ZdmDhcpLease") if isinstance(f, DhcpLease) and f.is_bad]
        assert [(f.ip_address, f.state) for f in found] == [("192.168.16.180", "Declined")]


def test_a_server_says_what_it_can(office: Office, facts: Facts) -> None:
    """The module knows authorisation and version; netsh's dump does not, and says so with nothing."""
    [new] = facts(office("tiny"), "OLD", "Get-ZdmDhcpServer")
    [old] = facts(office("smallbiz"), "SBS", "Get-ZdmDhcpServer")

    assert isinstance(new, DhcpServer)
    assert isinstance(old, DhcpServer)
    assert (new.is_authorized, new.is_domain_joined, new.module_version, new.bindings) == (True, True, "6.3", ("Ethernet",))
    assert (old.is_authorized, old.is_domain_joined, old.module_version) == (None, None, None)
    assert new.audit_log_path == old.audit_log_path


def test_options_of_every_level_and_class(office: Office, facts: Facts) -> None:
    """Server, scope and reservation, with vendor class; a scope's lease time is no option here."""
    options = [f for f in facts(office("smallbiz"), "SBS", "Get-ZdmDhcpOption") if isinstance(f, DhcpOption)]

    assert {f.level for f in options} == {"Server", "Scope", "Reservation"}
    assert [f.value for f in options if f.vendor_class == "Example Phones"] == [("http://pbx.example.local/cfg",)]
    assert not [f for f in options if f.option_id == 51]


def test_reservations_keep_names_and_comments(office: Office, facts: Facts) -> None:
    """Client ids in one form, whatever the way."""
    found = [f for f in facts(office("smallbiz"), "SBS", "Get-ZdmDhcpReservation") if isinstance(f, DhcpReservation)]

    assert [(f.client_id, f.name, f.description) for f in found] == [
        ("02-00-5e-20-00-01", "label-printer", "Warehouse"),
        ("02-00-5e-20-00-02", "door-controller", "Asks the old server on purpose"),
    ]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_host_without_the_role_gives_nothing(do: Do, office: Office, noun: str) -> None:
    """No service, no server, no error."""
    outcome = do(office("tiny"), "NEW", f"Get-ZdmDhcp{noun}")

    assert outcome.error is None
    assert outcome.rows == ()


@pytest.mark.parametrize(("office_name", "host"), [("tiny", "OLD"), ("smallbiz", "SBS")])
@pytest.mark.parametrize("noun", NOUNS)
def test_a_stopped_server_is_an_error(do: Do, office: Office, office_name: str, host: str, noun: str) -> None:
    """Nobody can read it, and that does not look like a server without scopes."""
    stopped = do(office(office_name), host, "Set-ZdmServiceState", Name="DHCPServer", StartMode="Disabled", State="Stopped")
    outcome = do(stopped.world, host, f"Get-ZdmDhcp{noun}")

    assert outcome.rows == ()
    assert outcome.error is not None
    assert outcome.error.error_id == "ZdmPrecondition"


def test_authorised_servers_are_read_with_either_module(office: Office, facts: Facts) -> None:
    """The new server has no DHCP module before the role is there: then the directory is asked itself."""
    world = office("tiny")

    by_directory = facts(world, "NEW", "Get-ZdmDhcpAuthorization")
    by_module = facts(world, "OLD", "Get-ZdmDhcpAuthorization")
    assert by_module
    assert by_directory == by_module


def test_authorisation_is_not_read_on_old_or_foreign_hosts(do: Do, office: Office) -> None:
    """2008 R2 has too old a PowerShell, a client no module."""
    for name, host in (("smallbiz", "SBS"), ("tiny", "PC1")):
        outcome = do(office(name), host, "Get-ZdmDhcpAuthorization")
        assert outcome.error is not None
        assert outcome.error.error_id == "ZdmUnsupported"


def test_a_client_knows_who_leased_to_it(office: Office, facts: Facts) -> None:
    """Address, server, times in UTC and DNS servers; a host with a fixed address has no lease."""
    world = office("tiny")
    [lease] = facts(world, "PC1", "Get-ZdmDhcpClientLease")

    assert isinstance(lease, DhcpClientLease)
    assert (lease.interface_alias, lease.dhcp_server, lease.dns_servers) == ("Ethernet", "192.168.50.2", ("192.168.50.2",))
    assert lease.lease_obtained_utc is not None
    assert lease.lease_expires_utc is not None
    assert facts(world, "OLD", "Get-ZdmDhcpClientLease") == ()
