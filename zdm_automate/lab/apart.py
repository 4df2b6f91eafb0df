"""Whether what a rehearsal would work on is a lab and nothing else. Pure: it compares what was written with what answered.

A name proves nothing, and the lab's machines carry the client's names on purpose: places and identities have to differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a host is reached."""

    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What tells one machine from every other."""

    uuid: str
    serial: str


def misplaced(lab: Mapping[str, Place], production: Mapping[str, Place]) -> Iterator[str]:
    """Hosts of an embedded lab that would not be reached on this computer alone, or where the client's are."""
    there = {(one.address.casefold(), one.port): host for host, one in production.items()}
    for host, place in lab.items():
        if not _loopback(place.address):
            yield f"{host}: {place.address} is not this computer"
        if (place.address.casefold(), place.port) in there:
            yield f"{host}: {place.address} port {place.port} is where the project reaches {there[place.address, place.port]}"


def strangers(
    answered: Mapping[str, Machine], own: Mapping[str, Machine], pinned: Mapping[str, Iterable[Machine]]
) -> Iterator[str]:
    """Machines that are not the lab's own, or that the project knows as the client's."""
    for host, machine in answered.items():
        if host not in own or own[host] != machine:
            yield f"{host}: the machine that answers is none of the lab"
        for name, known in pinned.items():
            if any(machine.uuid.casefold() == one.uuid.casefold() or machine.serial == one.serial for one in known):
                yield f"{host}: the machine that answers is the client's {name}"


def answering(open_places: Mapping[str, Place], lab: Mapping[str, Place]) -> Iterator[str]:
    """Hosts of the client at whose addresses somebody answers, although only the lab may.

    A lab has the client's own addresses on purpose: there it is the lab's machine that answers, which has to prove itself.
    """
    there = {(one.address.casefold(), one.port if _loopback(one.address) else 0) for one in lab.values()}
    for host, place in open_places.items():
        if (place.address.casefold(), place.port if _loopback(place.address) else 0) not in there:
            yield f"the client's {host} answers at {place.address} port {place.port}"


def impostors(
    answered: Mapping[str, Machine], own: Mapping[str, str], pinned: Mapping[str, Iterable[Machine]]
) -> Iterator[str]:
    """Machines that are not the lab's virtual ones by what their firmware says, or that the project knows as the client's.

    The serial number of Windows says nothing here: it comes out of the backup.
    """
    for host, machine in answered.items():
        if machine.uuid.casefold() != own.get(host, "").casefold():
            yield f"{host}: the machine that answers is none of the lab"
        for name, known in pinned.items():
            if any(machine.uuid.casefold() == one.uuid.casefold() for one in known):
                yield f"{host}: the machine that answers is the client's {name}"


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
