"""A lab looked at from the technician's computer: its own routes, and who answers at the client's addresses."""

from __future__ import annotations

import socket
from ipaddress import IPv4Network

import pytest

from zdm_automate.cli.lab_isolation import connects, places_of, refuse_ways_out
from zdm_automate.errors import RefusedError
from zdm_automate.lab.apart import Place
from zdm_automate.lab.own_computer import Computer, Route

CLIENT = {"SBS": Place(address="192.168.16.2", port=5986), "NEW": Place(address="192.168.16.10", port=5986)}


def nowhere() -> Computer:
    """A computer that leads nowhere."""
    return Computer()


def test_an_address_of_the_client_that_answers_is_refused() -> None:
    """Before power nobody may; afterwards only at an address that a machine of the lab has, which proves itself elsewhere."""
    at_old = {"SBS": Place(address="192.168.16.2", port=5985)}

    refuse_ways_out(CLIENT, {}, played=False, ask=lambda _: False, look=nowhere)
    refuse_ways_out(CLIENT, at_old, played=False, ask=lambda place: place.address == "192.168.16.2", look=nowhere)
    with pytest.raises(RefusedError, match=r"the client's SBS answers at 192.168.16.2 port 5986 \(and 1 more\)"):
        refuse_ways_out(CLIENT, {}, played=False, ask=lambda _: True, look=nowhere)
    with pytest.raises(RefusedError, match=r"the client's NEW answers at 192.168.16.10 port 5986\."):
        refuse_ways_out(CLIENT, at_old, played=False, ask=lambda _: True, look=nowhere)


def test_own_routes_matter_in_the_lab_alone() -> None:
    """Where an embedded lab plays the Hyper-V host, this computer is not in the lab."""

    def passing() -> Computer:
        return Computer(forwarding=("ipv4.ip_forward",))

    refuse_ways_out({}, {}, played=True, look=passing)
    with pytest.raises(RefusedError, match="this computer passes packets on"):
        refuse_ways_out({}, {}, played=False, look=passing)


def test_a_route_to_the_client_is_refused() -> None:
    """By the address of each of its hosts; a name that nobody knows leads nowhere."""

    def led() -> Computer:
        return Computer(routes=(Route(IPv4Network("0.0.0.0/0"), "10.99.0.1", "eth0", 100),))

    unknown = {"SBS": Place(address="sbs.invalid", port=5986)}

    refuse_ways_out(unknown, {}, played=False, ask=lambda _: False, look=led)
    with pytest.raises(RefusedError, match=r"a route to the client's SBS: 192.168.16.2 by 10.99.0.1 \(eth0\) \(and 1 more\)"):
        refuse_ways_out(CLIENT, {}, played=False, ask=lambda _: False, look=led)


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
