"""Fitting arguments of the DHCP verbs."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import dhcp_worlds
import hostile
import near
from hypothesis import strategies as st
from preparations import EXPORT, PLAIN
from scene import Scene

from zdm_automate.lab.cmdlets.dhcp_moves import NETSH_FORM
from zdm_automate.lab.world.dhcp import DhcpServer, Scope

EXPORTS = ("C:\\Zdm\\dhcp.xml", "c:\\zdm\\tief\\Bürö\\dhcp $x.xml", "C:\\Zdm\\o'brien.txt", "C:\\Zdm\\[1].xml")


def _server(scene: Scene) -> DhcpServer:
    return scene.world.dhcp.get(scene.host, DhcpServer())


def _scopes(scene: Scene) -> list[Scope]:
    return list(_server(scene).scopes.values())


def _scope_ids(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(scene, [one.scope_id for one in _scopes(scene)], near.ADDRESSES)


def _nothing(_: Scene) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({})


def _authorisation(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    listed = scene.world.directory.dhcp_servers
    hosts = [(one.fqdn, one.address) for one in scene.world.hosts.values() if one.address]
    pairs = [*((one.dns_name, one.address) for one in listed), *hosts]
    names, addresses = [name for name, _ in pairs], [address for _, address in pairs]
    fits = st.sampled_from(pairs).map(lambda pair: {"DnsName": pair[0], "IpAddress": pair[1]})
    return fits | st.fixed_dictionaries(
        {"DnsName": near.either(scene, names), "IpAddress": near.either(scene, addresses, near.ADDRESSES)}
    )


def _failover_names(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(scene, [one.name for one in _server(scene).failovers])


@st.composite
def _failover(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    there = _server(scene).failovers
    if there and draw(st.booleans()):
        one = draw(st.sampled_from(there))
        ids = list(draw(st.permutations(one.scope_ids)))
        return {"Name": one.name, "PartnerServer": one.partner, "ScopeId": ids, "ServerRole": one.role}
    partners = [machine.fqdn for host, machine in scene.world.hosts.items() if host in scene.world.dhcp and host != scene.host]
    made: dict[str, Any] = {
        "Name": draw(_failover_names(scene)),
        "PartnerServer": draw(near.either(scene, partners)),
        "ScopeId": draw(st.lists(_scope_ids(scene), min_size=1, max_size=2)),
    }
    return made | draw(st.sampled_from(({}, {"ServerRole": "standby"}, {"ServerRole": "Active"})))


def _export(_: Scene) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"Path": st.sampled_from(EXPORTS)}, optional={"Leases": st.booleans()})


@st.composite
def _import(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    own = [path for path in scene.world.hosts[scene.host].files if not path.endswith("\\")]
    exported = [(path, form == NETSH_FORM) for form, path in EXPORT.items() if path in own]
    if exported and scene.sure:
        path, netsh = exported[0]
        return {"Path": path, "ScopeId": [PLAIN.scope_id], "BackupPath": "C:\\Zdm\\backup", "Netsh": netsh}
    made: dict[str, Any] = {
        "Path": draw(near.either(scene, own, st.sampled_from(("C:\\Zdm\\gone.xml", "C:\\Zdm")))),
        "ScopeId": draw(st.lists(_scope_ids(scene), min_size=1, max_size=3)),
        "BackupPath": draw(st.sampled_from(("C:\\Zdm\\backup", "C:\\Zdm\\Sicherung ü\\1"))),
    }
    return made | draw(st.sampled_from(({}, {"Leases": False}, {"Netsh": True})))


@st.composite
def _option(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    places = [("Server", "", "", one) for one in _server(scene).options]
    for scope in _scopes(scene):
        places += [("Scope", scope.scope_id, "", one) for one in scope.options]
        places += [("Reservation", scope.scope_id, kept.address, one) for kept in scope.reservations for one in kept.options]
    if places and draw(st.booleans()):
        level, scope_id, reservation, one = draw(st.sampled_from(places))
        value = list(one.value) if draw(st.booleans()) else list(draw(dhcp_worlds.values(one.type)))
        made = {"Level": level, "OptionId": one.option_id, "Type": one.type, "Value": value}
        made |= {"VendorClass": one.vendor_class} if one.vendor_class else {}
        made |= {"UserClass": one.user_class} if one.user_class else {}
    else:
        number = draw(st.sampled_from(sorted(dhcp_worlds.TYPES)))
        kind = dhcp_worlds.TYPES[number]
        reserved = [kept.address for scope in _scopes(scene) for kept in scope.reservations]
        level = draw(st.sampled_from(("Server", "Scope", "reservation")))
        scope_id, reservation = draw(_scope_ids(scene)), draw(near.either(scene, reserved, near.ADDRESSES))
        made = {"Level": level, "OptionId": number, "Type": kind, "Value": list(draw(dhcp_worlds.values(kind)))}
        made |= draw(st.sampled_from(({}, {"VendorClass": "Example Phones"}, {"UserClass": "default bootp class"})))
    made |= {"ScopeId": scope_id} if scope_id and level != "Server" else {}
    return made | ({"Reservation": reservation} if reservation and level.casefold() == "reservation" else {})


@st.composite
def _reservation(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    kept = [(scope, one) for scope in _scopes(scene) for one in scope.reservations]
    if kept and draw(st.booleans()):
        scope, one = draw(st.sampled_from(kept))
        made = {"ScopeId": scope.scope_id, "IpAddress": one.address, "ClientId": one.client_id, "Name": one.name or "x"}
        made |= {"Description": one.description, "Type": one.type}
        spoil = st.sampled_from(("Name", "Description", "ClientId"))
        changed = {"Name": draw(hostile.texts(empty=False)), "Description": draw(hostile.texts()), "ClientId": "02005E0000FF"}
        return made if draw(st.booleans()) else {**made, (name := draw(spoil)): changed[name]}
    place = next((int(IPv4Address(scope.start)) for scope in _scopes(scene)), int(IPv4Address("10.99.0.20")))
    fresh = str(IPv4Address(place + draw(st.integers(0, 20))))
    return {
        "ScopeId": draw(_scope_ids(scene)),
        "IpAddress": fresh,
        "ClientId": draw(st.sampled_from(("02-00-5E-00-00-FE", "02005e0000fd", "0200-5e", dhcp_worlds.client_id(place)))),
        "Name": draw(hostile.texts(empty=False)),
        **draw(st.sampled_from(({}, {"Description": 'O\'Brien "x"'}, {"Type": "dhcp"}))),
    }


def _adapter(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    aliases = [nic.alias for nic in scene.world.hosts[scene.host].nics]
    return st.fixed_dictionaries({"InterfaceAlias": near.either(scene, aliases)})


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Add-ZdmDhcpAuthorization": _authorisation,
    "Add-ZdmDhcpFailover": _failover,
    "Export-ZdmDhcp": _export,
    "Get-ZdmDhcpAuthorization": _nothing,
    "Get-ZdmDhcpClientLease": _nothing,
    "Get-ZdmDhcpExclusion": _nothing,
    "Get-ZdmDhcpFailover": _nothing,
    "Get-ZdmDhcpLease": _nothing,
    "Get-ZdmDhcpOption": _nothing,
    "Get-ZdmDhcpReservation": _nothing,
    "Get-ZdmDhcpScope": _nothing,
    "Get-ZdmDhcpServer": _nothing,
    "Import-ZdmDhcp": _import,
    "Remove-ZdmDhcpAuthorization": _authorisation,
    "Remove-ZdmDhcpFailover": lambda scene: st.fixed_dictionaries({"Name": _failover_names(scene)}),
    "Remove-ZdmDhcpScope": lambda scene: st.fixed_dictionaries({"ScopeId": _scope_ids(scene)}),
    "Set-ZdmDhcpLeaseDuration": lambda scene: st.fixed_dictionaries(
        {"ScopeId": _scope_ids(scene), "LeaseSeconds": st.sampled_from((60, 900, 3600, 691200, 2**31 - 1))}
    ),
    "Set-ZdmDhcpOption": _option,
    "Set-ZdmDhcpReservation": _reservation,
    "Set-ZdmDhcpScopeState": lambda scene: st.fixed_dictionaries(
        {"ScopeId": _scope_ids(scene), "State": st.sampled_from(("Active", "Inactive", "inactive"))}
    ),
    "Set-ZdmDhcpSetting": lambda _: st.fixed_dictionaries({"ConflictDetectionAttempts": st.integers(0, 5)}),
    "Update-ZdmDhcpClientLease": _adapter,
}
