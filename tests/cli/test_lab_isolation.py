"""A lab looked at from the technician's computer: its own routes, and who answers at the client's addresses."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from zdm_automate.cli.lab_isolation import connects, places_of, refuse_ways_out, routes_out
from zdm_automate.errors import RefusedError
from zdm_automate.lab.apart import Place

CLIENT = {"SBS": Place(address="192.168.16.2", port=5986), "NEW": Place(address="192.168.16.10", port=5986)}


def computer(root: Path, *, forwarding: str = "0", forwarding6: str = "0") -> Path:
    """The files by which a Linux tells whether it passes packets on."""
    for name, value in (("ipv4/ip_forward", forwarding), ("ipv6/conf/all/forwarding", forwarding6)):
        file = root / "proc" / "sys" / "net" / name
        file.parent.mkdir(parents=True)
        file.write_text(f"{value}\n", encoding="ascii")
    (root / "sys" / "class" / "net" / "eth0").mkdir(parents=True)
    return root


def test_a_computer_that_passes_nothing_on_is_silent(tmp_path: Path) -> None:
    """Two adapters alone are no route; neither is a system without these files."""
    assert list(routes_out(computer(tmp_path / "linux"))) == []
    assert list(routes_out(tmp_path / "other")) == []


def test_forwarding_and_bridges_are_found(tmp_path: Path) -> None:
    """Of both versions of IP, and every bridge by its name."""
    root = computer(tmp_path, forwarding="1", forwarding6="1")
    (root / "sys" / "class" / "net" / "br0" / "bridge").mkdir(parents=True)

    assert list(routes_out(root)) == [
        "this computer passes packets on (ipv4.ip_forward)",
        "this computer passes packets on (ipv6.conf.all.forwarding)",
        "this computer has a network bridge (br0)",
    ]


def test_an_address_of_the_client_that_answers_is_refused(tmp_path: Path) -> None:
    """Before power nobody may; afterwards only at an address that a machine of the lab has, which proves itself elsewhere."""
    root = computer(tmp_path)
    at_old = {"SBS": Place(address="192.168.16.2", port=5985)}

    refuse_ways_out(CLIENT, {}, played=False, ask=lambda _: False, root=root)
    refuse_ways_out(CLIENT, at_old, played=False, ask=lambda place: place.address == "192.168.16.2", root=root)
    with pytest.raises(RefusedError, match=r"the client's SBS answers at 192.168.16.2 port 5986 \(and 1 more\)"):
        refuse_ways_out(CLIENT, {}, played=False, ask=lambda _: True, root=root)
    with pytest.raises(RefusedError, match=r"the client's NEW answers at 192.168.16.10 port 5986\."):
        refuse_ways_out(CLIENT, at_old, played=False, ask=lambda _: True, root=root)


def test_own_routes_matter_in_the_lab_alone(tmp_path: Path) -> None:
    """Where an embedded lab plays the Hyper-V host, this computer is not in the lab."""
    root = computer(tmp_path, forwarding="1")

    refuse_ways_out({}, {}, played=True, root=root)
    with pytest.raises(RefusedError, match="this computer passes packets on"):
        refuse_ways_out({}, {}, played=False, root=root)


def test_a_place_is_asked_by_connecting() -> None:
    """Somebody listens, or nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        there = connects(Place(address="127.0.0.1", port=port))
    gone = connects(Place(address="127.0.0.1", port=port))

    assert (there, gone) == (True, False)


def test_places_have_the_ports_that_the_project_means() -> None:
    """Without a port those of WinRM, by TLS or not."""
    hosts = {"A": {"address": "a"}, "B": {"address": "b", "ssl": False}, "C": {"address": "c", "port": 443}}

    assert [one.port for one in places_of(hosts).values()] == [5986, 5985, 443]
