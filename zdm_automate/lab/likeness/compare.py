"""In what a made office differs from the facts that it was made from: found by reading it back, said in sentences. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.host import HostInventory
from zdm_automate.facts.store import still

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zdm_automate.facts.base import Fact
    from zdm_automate.facts.store import Facts

ALWAYS: Final = (
    "there is no internet: no mail from outside, no check of a certificate's revocation, public names as the office has them",
    "nobody works there: no users, no load, no virus scanner, no backup that runs",
    "every machine is another one: identifiers of hardware and Windows are the lab's",
    "minutes are those of a model, not of Windows",
)
"""What no made office has."""

OWN: Final = frozenset(
    {"InstalledAtUtc", "Manufacturer", "Model", "SerialNumber", "MachineUuid", "WindowsSerial", "MemoryBytes", "PsVersion"}
)
"""Fields of the inventory that are the machine's own; told once, in `ALWAYS`."""

SHOWN: Final = 3
"""So many facts of one type are named; of more the number is told."""


def differences(client: Facts, made: Facts, hosts: Sequence[str]) -> tuple[str, ...]:
    """Sentences, one for each host and type of fact, after those that always hold; what moves by itself is not compared."""
    found: list[str] = [*ALWAYS]
    types = sorted({zdm_type for _, zdm_type in client.by_type} | {zdm_type for _, zdm_type in client.missing})
    for host in hosts:
        for zdm_type in types:
            key = (host, zdm_type)
            if key in client.missing:
                found.append(f"{host}: {zdm_type} could not be read at the client: {client.missing[key]}")
            elif key in made.missing:
                found.append(f"{host}: {zdm_type}: {made.missing[key]}")
            elif key in client.by_type:
                found += _of_type(host, zdm_type, client.by_type[key], made.by_type.get(key, ()))
    return tuple(found)


def _of_type(host: str, zdm_type: str, there: Sequence[Fact], here: Sequence[Fact]) -> Iterator[str]:
    if any(type(one).transient for one in (*there, *here)):
        return
    ours = {one.identity(): one for one in here}
    theirs = {one.identity(): one for one in there}
    said: dict[str, list[str]] = defaultdict(list)
    for key, one in theirs.items():
        if key not in ours:
            said["is not there"].append(one.label())
            continue
        fields = _fields(still(one), still(ours[key]), type(one))
        if fields:
            said[f"differs in {', '.join(fields)}"].append(one.label())
    said["is there and was not at the client"] += [one.label() for key, one in ours.items() if key not in theirs]
    for what, labels in said.items():
        if labels:
            names = ", ".join(labels) if len(labels) <= SHOWN else f"{', '.join(labels[:SHOWN])} and {len(labels) - SHOWN} more"
            yield f"{host}: {zdm_type} {names} {what}"


def _fields(theirs: Mapping[str, Any], ours: Mapping[str, Any], cls: type[Fact]) -> list[str]:
    own = OWN if cls is HostInventory else frozenset()
    return [name for name in theirs if theirs[name] != ours.get(name) and name not in own]
