"""Generated worlds are worlds that Windows could hold, and they hold what is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import PROFILE, SECONDS
from scene import Scene
from verbs import load_library
from worlds import scenes

from zdm_automate.lab.world.dhcp import DhcpServer, Scope
from zdm_automate.lab.world.dns import Zone
from zdm_automate.lab.world.model import World, dump, load

pytestmark = pytest.mark.timeout(SECONDS)
VERBS = st.sampled_from([load_library()[name] for name in ("Get-ZdmDhcpScope", "Get-ZdmDnsZone", "Get-ZdmService")])


def impossible(world: World) -> Iterator[str]:
    """What no Windows would hold."""
    for host, server in world.dhcp.items():
        yield from (f"{host}: {said}" for said in _dhcp(server))
    for host, server in world.dns.items():
        for zone in server.zones.values():
            yield from (f"{host}: {zone.name}: {said}" for said in _dns(zone, controller=host in world.directory.controllers))
    for host, machine in world.hosts.items():
        if ("DHCPServer" in machine.services) != ("DHCP" in machine.features):
            yield f"{host}: a service without its role"
        if len({path.rstrip("\\").casefold() for path in machine.files}) != len(machine.files):
            yield f"{host}: one path twice"


def _dhcp(server: DhcpServer) -> Iterator[str]:
    for one in server.scopes.values():
        yield from (f"{one.scope_id}: {said}" for said in _scope(one))
    for relation in server.failovers:
        if not set(relation.scope_ids) <= set(server.scopes):
            yield f"the relationship {relation.name} has a scope that is not here"


def _scope(one: Scope) -> Iterator[str]:
    inside = [one.start, one.end, *one.leases, *(kept.address for kept in one.reservations)]
    if any(IPv4Address(address) not in one.network for address in inside):
        yield "an address of another network"
    if len({kept.client_id for kept in one.reservations}) != len(one.reservations):
        yield "two reservations of one client"
    if any(value.option_id == 51 for value in one.options):
        yield "option 51, which is the lease time"
    keys = [(value.option_id, value.vendor_class, value.user_class) for value in one.options]
    if len(set(keys)) != len(keys):
        yield "an option with two values"


def _dns(zone: Zone, *, controller: bool) -> Iterator[str]:
    if zone.in_directory and not controller:
        yield "in the directory of another"
    if zone.dynamic == "Secure" and not zone.in_directory:
        yield "secure updates without the directory"
    keys = [one.key() for one in zone.records]
    if len(set(keys)) != len(keys):
        yield "one record twice"
    for one in zone.records:
        if one.type == "CNAME" and len(zone.at(one.name)) > 1:
            yield f"{one.name}: something beside an alias"


@PROFILE
@given(VERBS.flatmap(scenes))
def test_a_generated_world_is_possible(scene: Scene) -> None:
    """Roles have their services, addresses lie in their scopes, nothing is there twice that Windows has once."""
    assert list(impossible(scene.world)) == []


@PROFILE
@given(VERBS.flatmap(scenes))
def test_a_generated_world_survives_its_file(scene: Scene) -> None:
    """A case file holds the very world."""
    assert load(dump(scene.world)) == scene.world
