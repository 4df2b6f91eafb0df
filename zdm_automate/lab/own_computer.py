"""Whether this computer leads out of a lab: what passes packets on here, and where packets for the client would go. Pure.

It judges what a system tells of itself (`cli/computer_seen.py`) and asks nobody. Of routes it takes the longest prefix, then
the lowest metric, as a system does. A lab has the client's addresses: a route to them is right on one adapter, by no gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ON_LINK: Final = "0.0.0.0"  # noqa: S104 - how systems write that a route needs no gateway
"""The gateway of a route that needs none."""


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the routing table."""

    network: IPv4Network
    gateway: str
    adapter: str
    metric: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What matters of this computer.

    Attributes:
        forwarding: what passes packets on, by the name that the system has for it.
        bridges: network bridges.
        nats: address translations.
        sharing: the internet connection is shared.
        routes: the routing table of IPv4.
    """

    forwarding: tuple[str, ...] = ()
    bridges: tuple[str, ...] = ()
    nats: tuple[str, ...] = ()
    sharing: bool = False
    routes: tuple[Route, ...] = ()


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    Prefix: IPv4Network
    NextHop: IPv4Address
    Adapter: str
    Metric: int


class _Windows(BaseModel):
    """The JSON of the program that Windows is asked with; it has no words of the system's language but names of adapters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    Forwarding: tuple[str, ...]
    Bridges: tuple[str, ...]
    Nats: tuple[str, ...]
    Sharing: bool
    Routes: tuple[_Row, ...]


def of_windows(text: str) -> Computer:
    """What a Windows has told.

    Raises:
        ValueError: it is not what was asked for, or a table without a single route, which no Windows has.
    """
    try:
        told = _Windows.model_validate_json(text)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc']) or 'the answer'}: {first['msg']}") from problem
    if not told.Routes:
        raise ValueError("the routing table is empty")
    return Computer(
        forwarding=told.Forwarding,
        bridges=told.Bridges,
        nats=told.Nats,
        sharing=told.Sharing,
        routes=tuple(Route(row.Prefix, str(row.NextHop), row.Adapter, row.Metric) for row in told.Routes),
    )


COLUMNS: Final = 8
"""Up to the mask; those behind it do not matter here."""

UP, BLOCKED = 0x1, 0x200


def linux_routes(text: str) -> tuple[Route, ...]:
    """The rows of `/proc/net/route` that are up; addresses stand there as numbers in the order of a little-endian machine.

    Raises:
        ValueError: it is no such table.
    """
    first, _, rest = text.partition("\n")
    if first.split()[:3] != ["Iface", "Destination", "Gateway"]:
        raise ValueError("it is no routing table")
    found = []
    for line in filter(str.strip, rest.splitlines()):
        words = line.split()
        if len(words) < COLUMNS:
            raise ValueError(f"the routing table has a row of {len(words)} columns")
        adapter, target, gateway, flags, _, _, metric, mask = words[:COLUMNS]
        if int(flags, 16) & UP and not int(flags, 16) & BLOCKED:
            network = IPv4Network(f"{_address(target)}/{_address(mask)}")
            found.append(Route(network, str(_address(gateway)), adapter, int(metric)))
    return tuple(found)


def _address(digits: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(digits)[::-1])


def ways_out(computer: Computer, client: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What leads out, one sentence each; `client` has the IPv4 addresses of each of its hosts."""
    for name in computer.forwarding:
        yield f"this computer passes packets on ({name})"
    for name in computer.bridges:
        yield f"this computer has a network bridge ({name})"
    for name in computer.nats:
        yield f"this computer translates addresses (NAT {name})"
    if computer.sharing:
        yield "this computer shares its internet connection"
    for host, addresses in client.items():
        for address in addresses:
            yield from _led(computer, host, IPv4Address(address))


def _led(computer: Computer, host: str, address: IPv4Address) -> Iterator[str]:
    """How packets for an address of the client would leave the lab's own network."""
    fitting = [one for one in computer.routes if address in one.network]
    if not fitting or address.is_loopback:
        return
    longest = max(one.network.prefixlen for one in fitting)
    best = [one for one in fitting if one.network.prefixlen == longest]
    lowest = min(one.metric for one in best)
    for one in best:
        if one.gateway != ON_LINK and one.metric == lowest:
            yield f"this computer has a route to the client's {host}: {address} by {one.gateway} ({one.adapter})"
    adapters = sorted({one.adapter for one in best if one.gateway == ON_LINK})
    if len(adapters) > 1:
        yield f"this computer is in the network of the client's {host} ({address}) twice: {', '.join(adapters)}"
