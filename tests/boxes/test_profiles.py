"""What the box profiles make of configurations, as the vendors' documents and packages show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.box_profiles import (
    Relay,
    addresses,
    change_lines,
    difference,
    in_order,
    load_profiles,
    profile_of,
    refuse_more,
    relays_of,
    rewritten,
    running_servers,
    seen_running,
)
from zdm_automate.errors import InputError, NotFoundError, ProjectError, UnknownNameError, VerifyFailedError
from zdm_automate.resources import folders

PROFILES = load_profiles(folders("ps_scripts"))
OLD, NEW = "192.168.16.2", "192.168.16.10"

IOS = f"""\
Building configuration...

Current configuration : 2213 bytes
!
! Last configuration change at 06:12:01 UTC Mon Mar 2 2026 by admin
interface GigabitEthernet1/0/1
 switchport access vlan 17
!
interface Vlan17
 description Telephones
 ip address 192.168.17.1 255.255.255.0
 ip helper-address {OLD}
 ip helper-address 192.168.16.3
!
interface Vlan18
 ip address 192.168.18.1 255.255.255.0
 ip helper-address global 10.0.0.1
!
ip forward-protocol nd
ip helper-address 10.9.9.9
end
"""

DEBIAN = f"""\
# Defaults for isc-dhcp-relay initscript
# sourced by /etc/init.d/isc-dhcp-relay

# What servers should the DHCP relay forward requests to?
SERVERS="{OLD} 192.168.16.3"

# On what interfaces should the DHCP relay (dhrelay) serve DHCP requests?
INTERFACES="eth0 eth1"
OPTIONS=""
"""

OPNSENSE = f"""\
<opnsense><dhcpd><lan><name>trap</name><server>{OLD}</server></lan></dhcpd>
  <OPNsense>
    <DHCRelay version="1.0.0">
      <relays uuid="a"><enabled>1</enabled><interface>lan</interface><destination>b</destination></relays>
      <destinations uuid="b">
        <name>office</name>
        <server>{OLD},192.168.16.3</server>
      </destinations>
      <destinations uuid="c"><name>guests</name><server>10.0.0.5</server></destinations>
    </DHCRelay>
  </OPNsense>
</opnsense>
"""

DNSMASQ = f"""\
port=0
#dhcp-relay=192.168.17.1,10.0.0.1
dhcp-relay=192.168.17.1,{OLD}
dhcp-relay=192.168.18.1,{OLD},eth1
"""

CASES = [
    ("cisco-ios", IOS, [Relay("Vlan17", (OLD, "192.168.16.3"))]),
    ("debian-dhcrelay", DEBIAN, [Relay("all", (OLD, "192.168.16.3"))]),
    ("opnsense", OPNSENSE, [Relay("office", (OLD, "192.168.16.3")), Relay("guests", ("10.0.0.5",))]),
    ("nas-dnsmasq", DNSMASQ, [Relay("192.168.17.1", (OLD,)), Relay("192.168.18.1", (OLD,))]),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_profile_finds_the_relays(name: str, text: str, expected: list[Relay]) -> None:
    """Those of interfaces, and no other line that looks like one."""
    assert [*relays_of(PROFILES[name], text)] == expected


def test_every_shipped_profile_has_a_case() -> None:
    """A profile without an example of its configuration is not shipped."""
    assert {case[0] for case in CASES} == set(PROFILES)


@pytest.mark.parametrize(
    ("name", "text", "interface", "servers"),
    [
        ("debian-dhcrelay", DEBIAN, "all", (NEW, "192.168.16.3")),
        ("opnsense", OPNSENSE, "office", (NEW, "192.168.16.3")),
        ("nas-dnsmasq", DNSMASQ, "192.168.18.1", (NEW,)),
    ],
)
def test_only_the_addresses_of_one_interface_change(name: str, text: str, interface: str, servers: tuple[str, ...]) -> None:
    """The rest of the file stays as it is, byte for byte, and the way back gives the old file again."""
    profile = PROFILES[name]
    before = {row.interface: row.servers for row in relays_of(profile, text)}

    made = rewritten(profile, text, interface, servers)

    after = {row.interface: row.servers for row in relays_of(profile, made)}
    assert after == before | {interface: in_order(servers)}
    assert relays_of(profile, rewritten(profile, made, interface, before[interface])) == relays_of(profile, text)
    changed = difference(profile, text, made)
    assert len(changed) == 2
    refuse_more(profile, changed, (*before[interface], *servers))


def test_the_way_back_of_a_single_address_is_byte_for_byte() -> None:
    """Where one address takes another's place the old file comes back whole."""
    profile = PROFILES["nas-dnsmasq"]
    there = rewritten(profile, DNSMASQ, "192.168.17.1", (NEW,))

    assert rewritten(profile, there, "192.168.17.1", (OLD,)) == DNSMASQ


def test_two_addresses_do_not_fit_one_line() -> None:
    """Dnsmasq takes one server per line; that is a person's decision."""
    with pytest.raises(InputError, match="edit it by hand"):
        rewritten(PROFILES["nas-dnsmasq"], DNSMASQ, "192.168.17.1", (OLD, NEW))


def test_an_interface_that_is_not_there_is_not_written() -> None:
    """Nothing is invented."""
    with pytest.raises(NotFoundError):
        rewritten(PROFILES["opnsense"], OPNSENSE, "lan", (NEW,))


def test_the_commands_for_ios_add_first() -> None:
    """Enter, add, remove, leave."""
    assert change_lines(PROFILES["cisco-ios"], "Vlan17", (OLD, "10.0.0.1"), (NEW, "10.0.0.1")) == (
        "configure terminal",
        "interface Vlan17",
        f"ip helper-address {NEW}",
        f"no ip helper-address {OLD}",
        "end",
    )


def test_moving_lines_are_no_difference() -> None:
    """The byte count, the date and the clock period change by themselves."""
    later = IOS.replace("2213 bytes", "2215 bytes").replace("06:12:01", "07:30:00") + "ntp clock-period 17179869\n"

    assert difference(PROFILES["cisco-ios"], IOS, later) == ()


@pytest.mark.parametrize("line", ["+ip routing", "- ip helper-address 172.16.0.1", "+ ip address 192.168.16.10 255.255.255.0"])
def test_any_other_difference_is_refused(line: str) -> None:
    """Another command, another interface's relay, or the same address in another command."""
    with pytest.raises(VerifyFailedError, match="more than the relay"):
        refuse_more(PROFILES["cisco-ios"], [line], (OLD, NEW))


PS = f"""\
COMMAND
daemon: dhcrelay[4711] (daemon)
/usr/local/sbin/dhcrelay -d -or -i vtnet1 {OLD} 192.168.16.3
/usr/sbin/dhcrelay -q -i eth0 -i eth1 10.0.0.5
grep dhcrelay
"""


def test_processes_show_their_servers() -> None:
    """By the end of their command line; options and other programs are passed over."""
    assert running_servers(PROFILES["opnsense"], PS) == ((OLD, "192.168.16.3"), ("10.0.0.5",))


def test_a_file_without_its_process_does_not_run() -> None:
    """What runs is what a process says; a process that fits no line belongs to the one line without a process."""
    rows = relays_of(PROFILES["opnsense"], OPNSENSE)

    assert [row.servers for row in seen_running(rows, [("10.0.0.5",), (NEW,)])] == [(NEW,), ("10.0.0.5",)]
    assert [row.servers for row in seen_running(rows, [])] == [(), ()]


@pytest.mark.parametrize("values", [[], ["dc1.example.local"], ["10.0.0.1\nreload"], ["10.0.0.1;reload"], ["::1"]])
def test_what_is_no_address_never_becomes_part_of_a_command(values: list[str]) -> None:
    """Only IPv4 addresses go through."""
    with pytest.raises(InputError):
        addresses(values)


def test_a_project_may_say_where_its_box_keeps_the_file() -> None:
    """File, restart and test; nothing else, and nothing of a switch."""
    own = {"file": "/etc/dhcpd/dhcpd.conf", "restart": "/usr/local/bin/restart-dhcp"}

    assert profile_of("nas-dnsmasq", PROFILES, own).file == "/etc/dhcpd/dhcpd.conf"
    with pytest.raises(UnknownNameError, match="kind cannot be set"):
        profile_of("nas-dnsmasq", PROFILES, {"kind": "lines"})
    with pytest.raises(UnknownNameError, match="file cannot be set"):
        profile_of("cisco-ios", PROFILES, {"file": "/x"})
    with pytest.raises(UnknownNameError, match="cisco-ios, debian-dhcrelay"):
        profile_of("netgear", PROFILES, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{name: x, title: x, kind: file, relay: {line: '(?P<servers>.)'}}", "needs file, restart, version"),
        ("{name: x, title: x, kind: lines, relay: {line: '('}}", "is no pattern"),
        ("{name: x, title: x, kind: file, file: f, restart: r, version: v, relay: {line: 'x'}}", "group `servers`"),
    ],
)
def test_a_profile_that_says_too_little_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """A technician's own profile is checked when it is loaded."""
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "own.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ProjectError, match="own.yaml:1") as caught:
        load_profiles([tmp_path])
    assert said in str(caught.value)
