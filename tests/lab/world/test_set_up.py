"""How a Windows of the world comes by its address, and who hears its remote administration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zdm_automate.lab.office import find_office, load_office
from zdm_automate.lab.world import adapters, winrm
from zdm_automate.lab.world.host import Host, Nic
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.roles import standard_services

SERVER = Host(
    name="NEW",
    release="2022",
    nics=(Nic(address="192.168.16.11"),),
    services=standard_services(culture="en-US", in_domain=False, client=False),
)
CLOSED = tuple(replace(rule, enabled=False) for rule in winrm.of(SERVER).rules)
ELSEWHERE = tuple(replace(rule, remote=("10.0.0.0/255.0.0.0",)) for rule in winrm.of(SERVER).rules)


@pytest.fixture
def world() -> World:
    """An office with a seat that leases its address."""
    return load_office(find_office("tiny"))


def leased(world: World) -> str:
    """The host of the office that leases its address."""
    return next(name for name, one in world.clients.items() if name in world.hosts and one.address)


def test_a_fixed_address_lets_go_of_the_leased_one(world: World) -> None:
    """The server gets it back, and the client asks for none any more, however long that lasts."""
    name = leased(world)
    before = world.clients[name].address

    fixed = adapters.fixed(world, name, 0, "192.168.50.77", 24)

    nic = fixed.hosts[name].nics[0]
    assert (nic.dhcp, nic.address, nic.prefix, nic.gateway, nic.dns) == (False, "192.168.50.77", 24, None, ())
    assert (fixed.clients[name].on, fixed.clients[name].address) == (False, "")
    assert not any(before in scope.leases for server in fixed.dhcp.values() for scope in server.scopes.values())


def test_an_adapter_that_asks_again_is_given_an_address_where_somebody_serves(world: World) -> None:
    """And gives itself one where nobody does."""
    name = leased(world)
    fixed = adapters.fixed(world, name, 0, "192.168.50.77", 24)
    alone = replace(fixed, clients={})

    again = adapters.by_dhcp(fixed, name, 0).hosts[name].nics[0]
    own = adapters.by_dhcp(alone, name, 0).hosts[name].nics[0]

    assert (again.dhcp, again.address) == (True, world.clients[name].address)
    assert (own.dhcp, own.address, own.prefix) == (True, adapters.own_address(own.mac), 16)
    assert [adapters.leads_nowhere(one) for one in ("", own.address, again.address)] == [True, True, False]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"powered": False}, "NEW does not run WinRM"),
        ({"winrm": winrm.WinRm(listener=False, rules=winrm.of(SERVER).rules)}, "NEW has no listener"),
        ({"winrm": winrm.WinRm(rules=CLOSED)}, "the firewall of NEW lets nobody in"),
        ({"winrm": winrm.WinRm(rules=ELSEWHERE)}, "the firewall of NEW lets nobody in"),
        ({"winrm": winrm.WinRm(rules=(*CLOSED, winrm.Rule(name="x", profile="Any", remote=("192.168.16.0/24",))))}, ""),
    ],
)
def test_a_host_is_heard_that_listens_and_lets_its_own_network_in(changed: dict[str, object], said: str) -> None:
    """The first reason is told."""
    assert winrm.silent(replace(SERVER, **changed)) == said  # type: ignore[arg-type]


def test_the_firewall_keeps_words_and_networks_with_their_mask() -> None:
    """As Windows shows them; what is no address is refused."""
    assert winrm.remotes(["any", "localsubnet"]) == ("Any", "LocalSubnet")
    assert winrm.remotes(["10.1.2.3/8", "10.0.0.9"]) == ("10.0.0.0/255.0.0.0", "10.0.0.9")
    assert winrm.remotes(["10.0.0.0/8", "nobody"]) is None
