"""Whether this computer leads out of a lab, judged by what Linux and Windows tell of themselves."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from zdm_automate.lab.own_computer import ON_LINK, Computer, Route, linux_routes, of_windows, ways_out

CLIENT = {"SBS": ("192.168.16.2",)}


def route(network: str, gateway: str = ON_LINK, adapter: str = "eth1", metric: int = 256) -> Route:
    """A row of a routing table."""
    return Route(IPv4Network(network), gateway, adapter, metric)


LAB = route("192.168.16.0/24")
COMPUTER = Computer(routes=(LAB, route("10.99.0.0/24", adapter="eth0")))


def test_a_computer_with_a_card_in_the_lab_leads_nowhere() -> None:
    """The client's addresses are the lab's there; two cards alone are no route."""
    assert list(ways_out(COMPUTER, CLIENT)) == []
    assert list(ways_out(Computer(), CLIENT)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"forwarding": ("IPv4 Ethernet 2",)}, "this computer passes packets on (IPv4 Ethernet 2)"),
        ({"bridges": ("Netzwerkbrücke",)}, "this computer has a network bridge (Netzwerkbrücke)"),
        ({"nats": ("LabNat",)}, "this computer translates addresses (NAT LabNat)"),
        ({"sharing": True}, "this computer shares its internet connection"),
        (
            {"routes": (route("0.0.0.0/0", "10.99.0.1", "eth0"),)},
            "this computer has a route to the client's SBS: 192.168.16.2 by 10.99.0.1 (eth0)",
        ),
        (
            {"routes": (LAB, route("192.168.16.2/32", "10.99.0.1", "eth0"))},
            "this computer has a route to the client's SBS: 192.168.16.2 by 10.99.0.1 (eth0)",
        ),
        (
            {"routes": (LAB, route("192.168.16.0/24", adapter="wlan0", metric=600))},
            "this computer is in the network of the client's SBS (192.168.16.2) twice: eth1, wlan0",
        ),
    ],
)
def test_each_way_out_is_told(changed: dict[str, Any], said: str) -> None:
    """One that passes packets on, and one by which packets for the client would go."""
    assert list(ways_out(replace(COMPUTER, **changed), CLIENT)) == [said]


def test_a_route_that_is_not_taken_is_no_way_out() -> None:
    """A shorter prefix, or a dearer row beside a better one, carries nothing to the client."""
    shorter = replace(COMPUTER, routes=(LAB, route("0.0.0.0/0", "10.99.0.1", "eth0", 1)))
    dearer = replace(COMPUTER, routes=(LAB, route("192.168.16.0/24", "10.99.0.1", "eth0", 9999)))

    assert [list(ways_out(one, CLIENT)) for one in (shorter, dearer)] == [[], []]


WINDOWS = """{"Forwarding":[],"Bridges":[],"Sharing":false,"Nats":[],"Routes":[
{"Prefix":"255.255.255.255/32","NextHop":"0.0.0.0","Adapter":"ADAPTER 2","Metric":271},
{"Prefix":"192.168.16.0/24","NextHop":"0.0.0.0","Adapter":"ADAPTER 2","Metric":271},
{"Prefix":"0.0.0.0/0","NextHop":"10.99.0.1","Adapter":"ADAPTER","Metric":25},
{"Prefix":"127.0.0.0/8","NextHop":"0.0.0.0","Adapter":"Loopback Pseudo-Interface 1","Metric":331}]}"""


@pytest.mark.parametrize(
    "adapter", ["Ethernet", "LAN-Verbindung", "Connexion au réseau local", "イーサネット", "Připojení k síti"]
)
def test_a_windows_of_any_language_is_read(adapter: str) -> None:
    """Only the names of adapters are of its language."""
    good = of_windows(WINDOWS.replace("ADAPTER", adapter))
    bad = of_windows(WINDOWS.replace("ADAPTER", adapter).replace('"Forwarding":[]', f'"Forwarding":["IPv4 {adapter}"]'))
    led = of_windows(WINDOWS.replace("ADAPTER", adapter).replace("192.168.16.0/24", "192.168.17.0/24"))

    assert list(ways_out(good, CLIENT)) == []
    assert list(ways_out(bad, CLIENT)) == [f"this computer passes packets on (IPv4 {adapter})"]
    assert list(ways_out(led, CLIENT)) == [
        f"this computer has a route to the client's SBS: 192.168.16.2 by 10.99.0.1 ({adapter})"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the answer: "),
        ("Get-NetRoute : Die Benennung wurde nicht erkannt", "the answer: "),
        ('{"Forwarding":[],"Bridges":[],"Nats":[],"Sharing":false}', "Routes: Field required"),
        ('{"Forwarding":[],"Bridges":[],"Nats":[],"Sharing":false,"Routes":[]}', "the routing table is empty"),
        (WINDOWS.replace("192.168.16.0/24", "?"), "Routes.1.Prefix: "),
        (WINDOWS.replace('"Sharing"', '"Shared"'), "Sharing: Field required"),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(text: str, said: str) -> None:
    """Words instead of JSON, a part that is missing, a table without a row: told, never a computer that leads nowhere."""
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        of_windows(text)


LINUX = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100630A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth1\t0010A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth2\t0010A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
lo\t0011A8C0\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def test_the_table_of_linux_is_read() -> None:
    """Numbers in its own order of bytes; a row that is down, or that refuses, carries nothing."""
    assert linux_routes(LINUX) == (route("0.0.0.0/0", "10.99.0.1", "eth0", 100), route("192.168.16.0/24", metric=0))
    with pytest.raises(ValueError, match="no routing table"):
        linux_routes("something else\n")
    with pytest.raises(ValueError, match="a row of 2 columns"):
        linux_routes(f"{LINUX}eth3\t0010A8C0\n")
