"""The `dns:` section of an office becomes servers, zones and what the outside world answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zdm_automate.errors import ProjectError
from zdm_automate.lab.office import find_office, load_office, read_office
from zdm_automate.lab.office_dns import public_record
from zdm_automate.lab.world.dns import PublicRecord
from zdm_automate.lab.world.dns_resolve import ask, resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zdm_automate.lab.world.model import World

OFFICE = """\
office: probe
now: 2026-03-02T07:30:00Z
admin: {user: Administrator, password: Lab-Probe-1!}
directory: {domain: probe.example, netbios: PROBE, controllers: [OLD]}
hosts:
  OLD: {release: 2012r2, role: pdc, features: [DNS], address: 192.168.7.2/24, dns: [192.168.7.2]}
  BOX: {release: 2008r2, role: member, features: [DNS], address: 192.168.7.9/24}
  PC1: {release: win11, role: client, dhcp: true}
dns:
  servers: {OLD: {forwarders: [203.0.113.53]}, BOX: {root_hints: false}}
  zones:
    - name: probe.example
      "on": [OLD]
      scope: Domain
      hosts: true
      records:
        - files 300 A 192.168.7.2
        - "@ 600 MX 10 mail.probe.example"
      dynamic: [pc1 1200 A 192.168.7.50]
    - {name: side.example, "on": [BOX, OLD], records: [www 60 CNAME old.probe.example]}
    - {name: partner.example.net, "on": [OLD], kind: Forwarder, masters: [198.51.100.53]}
  public:
    - {name: Remote.probe.example, type: a, values: [203.0.113.10], ttl: 600}
"""


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., World]:
    """The world of the office above, with a text in it replaced."""

    def make(good: str = "", bad: str = "") -> World:
        assert good in OFFICE
        path = tmp_path / "probe.yaml"
        path.write_text(OFFICE.replace(good, bad) if good else OFFICE, encoding="utf-8")
        return load_office(path)

    return make


def test_zones_have_what_windows_makes_and_what_the_section_says(made: Callable[..., World]) -> None:
    """SOA and NS first, hosts with fixed addresses, then the records; a registered one has a full hour as its stamp."""
    zone = made().dns["OLD"].zones["probe.example"]
    registered = zone.at("pc1")[0]

    assert [(one.name, one.type, one.data) for one in zone.records] == [
        ("@", "SOA", "old.probe.example. hostmaster.probe.example. 2041 900 600 86400 3600"),
        ("@", "NS", "old.probe.example."),
        ("old", "A", "192.168.7.2"),
        ("box", "A", "192.168.7.9"),
        ("files", "A", "192.168.7.2"),
        ("@", "MX", "10 mail.probe.example."),
        ("pc1", "A", "192.168.7.50"),
    ]
    assert registered.stamp is not None
    assert registered.stamp.isoformat() == "2026-02-28T07:00:00+00:00"
    assert zone.at("files")[0].stamp is None


def test_every_server_has_its_automatic_zones_and_young_controllers_trust_anchors(made: Callable[..., World]) -> None:
    """TrustAnchors came with 2012; what is in a file says which."""
    world = made()
    automatic = {name for name, zone in world.dns["BOX"].zones.items() if zone.auto_created}

    assert automatic == {"0.in-addr.arpa", "127.in-addr.arpa", "255.in-addr.arpa"}
    assert world.dns["OLD"].zone("TrustAnchors") is not None
    assert world.dns["BOX"].zone("TrustAnchors") is None
    assert world.dns["BOX"].zones["side.example"].file == "side.example.dns"
    assert world.dns["OLD"].zones["probe.example"].file is None


def test_the_outside_world_is_asked_whatever_the_case(made: Callable[..., World]) -> None:
    """Names and types have none in DNS."""
    world = made()

    assert world.public == {"remote.probe.example A": PublicRecord(values=("203.0.113.10",), ttl=600)}


@pytest.mark.parametrize(
    ("good", "bad", "place", "words"),
    [
        ("files 300 A 192.168.7.2", "files 300 A 192.168.7", ":17:", "192.168.7"),
        ("files 300 A 192.168.7.2", "files A 192.168.7.2", ":17:", "is no record: write `name ttl TYPE data`"),
        ("files 300 A", "files 300 WKS", ":17:", "is no record"),
        ("forwarders: [203.0.113.53]", "forwarders: [203.0.113.530]", ":10:", "203.0.113.530"),
        ("forwarders: [203", "forwarder: [203", ":10:", "not known here"),
        ("kind: Forwarder", "kind: Forward", ":21:", "Forwarder"),
        ("BOX: {root_hints", "GONE: {root_hints", ":9:", "'GONE' is not among the hosts"),
        ('"on": [BOX, OLD]', '"on": [PC1]', ":9:", "'PC1' is not among the DNS servers"),
        ('"on": [BOX, OLD]', '"on": [BOX], scope: Forest', ":9:", "'BOX' is no domain controller"),
        ("name: side.example", "name: Probe.example", ":9:", "is on 'OLD' already"),
        ("type: a", "type: wks", ":9:", "is no public record"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    made: Callable[..., World], good: str, bad: str, place: str, words: str
) -> None:
    """A wrong value at its own line, what does not fit together at the section's."""
    with pytest.raises(ProjectError) as refused:
        made(good, bad)

    assert place in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "values", "ttl"), [("WKS", ("x",), 60), ("A", (), 60), ("A", ("203.0.113.300",), 60), ("A", ("203.0.113.1",), -1)]
)
def test_a_public_record_that_is_none_is_refused(kind: str, values: tuple[str, ...], ttl: int) -> None:
    """The control port uses this too."""
    with pytest.raises(ValueError, match="no public record|203"):
        public_record("www.example.test", kind, values, ttl)


@pytest.mark.parametrize("name", ["smallbiz", "kanzlei", "branch", "tiny"])
def test_every_name_that_moves_is_there_and_points_to_where_it_says(name: str) -> None:
    """The cut-over of each office begins with names that lead to its old server, on every server that holds the zone."""
    office = find_office(name)
    world = load_office(office)
    moves = [move for move in _moves(office) if move.get("type", "A") == "A"]

    assert moves
    for move in moves:
        fqdn = f"{move['name']}.{move['zone']}"
        holders = [host for host, server in world.dns.items() if server.zone(move["zone"])]
        assert holders
        assert {ask(world, host, fqdn, "A")[1].data for host in holders} == {(move["old"],)}


@pytest.mark.parametrize("name", ["smallbiz", "kanzlei", "branch", "tiny"])
def test_every_host_finds_its_domain_controller(name: str) -> None:
    """Also those whose addresses come by DHCP: the office works on its first day."""
    world = load_office(find_office(name))
    controller = world.host(world.directory.controllers[0])

    for host in world.hosts.values():
        answer = resolve(world, host.name, controller.fqdn, "A")[1]
        assert (host.name, answer.status, answer.data) == (host.name, "Success", (controller.address,))


def test_the_small_business_has_what_a_cut_over_trips_over(office: Callable[[str], World]) -> None:
    """A doubled record, a time to live of zero, a zone in a file, a conditional forwarder, dynamic records, a split zone."""
    world = office("smallbiz")
    zones = world.dns["SBS"].zones
    local = zones["example.local"]

    assert len(local.at("printer", "A")) == len(("40", "41"))
    assert local.at("blink", "A")[0].ttl == 0
    assert local.aging
    assert local.at("pc01")[0].stamp is not None
    assert (zones["legacy.example.local"].file, zones["legacy.example.local"].scope) == ("legacy.example.local.dns", None)
    assert zones["partner.example.net"].kind == "Forwarder"
    assert world.public["mail.example.com A"].values != tuple(one.data for one in zones["example.com"].at("mail", "A"))
    assert "legacy.example.local" not in world.dns["DC1"].zones


def _moves(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = read_office(path).project["intent"]["dns_cutover"]["moves"]
    return found
