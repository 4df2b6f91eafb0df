"""Fitting arguments of the DNS verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dns_worlds
import hostile
import near
from hypothesis import strategies as st
from scene import Scene

from zdm_automate.lab.world.dns import DnsServer, Record, Zone

OTHER_FORMS = {
    "A": st.sampled_from(("010.0.0.1", "10.0.0", "1.2.3.4 ", "999.1.1.1", "10.0.0.256")),
    "AAAA": st.sampled_from(("2001:DB8:0:0::1", "::ffff:1.2.3.4", "::", ":::", "1::2::3", "fe80::1")),
    "MX": st.sampled_from(("10  mail.example.org", "mail", "10 mail.example.org", "99999 a.")),
    "SRV": st.sampled_from(("0 100 389 dc", "0 100 389", "0  0 0  a.b.")),
    "TXT": hostile.texts(empty=False),
}
"""Data that is not in its one form, or none of its type."""


def _server(scene: Scene) -> DnsServer:
    return scene.world.dns.get(scene.host, DnsServer())


def _zones(scene: Scene) -> list[Zone]:
    return list(_server(scene).zones.values())


def _zone_names(scene: Scene) -> st.SearchStrategy[str]:
    return near.either(
        scene, [zone.name for zone in _zones(scene)], st.sampled_from(("gone.example", "büro", "$x", "a b", "-z"))
    )


def data(kind: str) -> st.SearchStrategy[str]:
    """Data of a type, in its form or nearly."""
    hosts = st.sampled_from(("a.example.org", "B.example.org.", "a b", "büro.example"))
    return dns_worlds.DATA[kind] | OTHER_FORMS.get(kind, hosts)


@st.composite
def _record(draw: st.DrawFn, scene: Scene) -> tuple[str, Record]:
    """A record that is there, and its zone; or one that could be."""
    held = [(zone.name, one) for zone in _zones(scene) for one in zone.records[:40] if one.type in dns_worlds.DATA]
    if held and (scene.sure or draw(st.integers(0, 3))):
        return draw(st.sampled_from(held))
    kind = draw(st.sampled_from(sorted(dns_worlds.DATA)))
    return draw(_zone_names(scene)), Record(name=draw(dns_worlds.NAMES), type=kind, data=draw(data(kind)))


@st.composite
def _named(draw: st.DrawFn, scene: Scene, *fields: str) -> dict[str, Any]:
    """Zone, Name and Type of a record with more fields of it, as written or a little otherwise."""
    zone, one = draw(_record(scene))
    same = st.just(one.data)
    written = same.map(str.upper) | same.map(lambda text: text.rstrip("."))
    name = one.name if scene.sure else draw(st.sampled_from((one.name, one.name.upper(), f"{one.name}x")))
    kind = one.type if scene.sure else draw(st.sampled_from((one.type, one.type.lower())))
    known = same if scene.sure else same | written | data(one.type)
    other = {
        "Data": known,
        "OldData": known,
        "NewData": dns_worlds.DATA[one.type] if scene.sure else data(one.type) | same,
        "TtlSeconds": st.sampled_from((300, one.ttl, 0, 2**31 - 1)),
    }
    return {"Zone": zone, "Name": name, "Type": kind, **{field: draw(other[field]) for field in fields}}


@st.composite
def _new(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    """A record to be added: a new one most often, at times one that is there."""
    if not scene.sure and draw(st.integers(0, 2)) == 0:
        return draw(_named(scene, "Data", "TtlSeconds"))
    kind = draw(st.sampled_from(sorted(dns_worlds.DATA)))
    return {
        "Zone": draw(_zone_names(scene)),
        "Name": draw(dns_worlds.NAMES),
        "Type": kind if scene.sure else draw(st.sampled_from((kind, kind.lower()))),
        "Data": draw(dns_worlds.DATA[kind] if scene.sure else data(kind)),
        "TtlSeconds": draw(dns_worlds.TTLS),
    }


def _servers() -> st.SearchStrategy[list[str]]:
    return st.lists(hostile.ADDRESSES | st.just("10.77.0.11"), min_size=1, max_size=3)


@st.composite
def _answer(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    zone, one = draw(_record(scene))
    names = (f"{one.name}.{zone}".removeprefix("@."), "www.example.com", "remote.example.com", "gone.example", zone)
    made = {"Name": draw(st.sampled_from(names)), "Type": draw(st.sampled_from((one.type, "A", "mx", "SOA")))}
    addresses = [machine.address for machine in scene.world.hosts.values() if machine.address]
    server = draw(st.sampled_from(("", "", *addresses, "203.0.113.1")))
    return made | ({"Server": server} if server else {})


@st.composite
def _forwarder(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    there = [zone for zone in _zones(scene) if zone.kind == "Forwarder"]
    if there and draw(st.booleans()):
        one = draw(st.sampled_from(there))
        return {"Name": one.name, "MasterServers": list(one.masters)}
    return {"Name": draw(_zone_names(scene)), "MasterServers": draw(_servers())}


@st.composite
def _client(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    nics = scene.world.hosts[scene.host].nics
    same = [list(nic.dns) for nic in nics if nic.dns]
    wanted = draw(st.sampled_from(same)) if same and draw(st.booleans()) else draw(_servers())
    return {"InterfaceAlias": draw(near.either(scene, [nic.alias for nic in nics])), "ServerAddresses": wanted}


def _forwarders(scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    addresses = st.just(list(_server(scene).forwarders)) | st.just([]) | _servers()
    return st.fixed_dictionaries({"IpAddress": addresses})


FITTING: dict[str, Callable[[Scene], st.SearchStrategy[dict[str, Any]]]] = {
    "Add-ZdmDnsConditionalForwarder": _forwarder,
    "Add-ZdmDnsRecord": _new,
    "Clear-ZdmDnsCache": lambda _: st.sampled_from(({}, {"Cache": "Client"}, {"Cache": "server"})),
    "Convert-ZdmDnsZone": lambda scene: st.fixed_dictionaries(
        {"Zone": _zone_names(scene), "ReplicationScope": st.sampled_from(("Domain", "forest", "Legacy"))}
    ),
    "Get-ZdmDnsAnswer": _answer,
    "Get-ZdmDnsClient": lambda _: st.just({}),
    "Get-ZdmDnsRecord": lambda scene: st.just({}) | st.fixed_dictionaries({"Zone": _zone_names(scene)}),
    "Get-ZdmDnsServer": lambda _: st.just({}),
    "Get-ZdmDnsZone": lambda _: st.just({}),
    "Remove-ZdmDnsConditionalForwarder": lambda scene: st.fixed_dictionaries({"Name": _zone_names(scene)}),
    "Remove-ZdmDnsRecord": lambda scene: _named(scene, "Data"),
    "Set-ZdmDnsClient": _client,
    "Set-ZdmDnsForwarder": _forwarders,
    "Set-ZdmDnsRecord": lambda scene: _named(scene, "OldData", "NewData", "TtlSeconds"),
    "Set-ZdmDnsTtl": lambda scene: _named(scene, "Data", "TtlSeconds"),
}
