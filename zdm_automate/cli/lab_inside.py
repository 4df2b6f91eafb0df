"""The guests of a topology as the lab's own project has them: how each is reached, and what those that are set up are to be.

Pure: a topology in, sections of a project file out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.topology import Credential, MachineOf, TopologyFile

GUESTS_BOOK: Final = "hyperv_guests"
EVERYBODY: Final = "guests"
"""The credential of `guests:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Parts of a project file."""

    hosts: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, Any] = field(default_factory=dict)
    intent: dict[str, Any] = field(default_factory=dict)


def guests_of(made: TopologyFile, source: Path) -> Inside:
    """Every guest that somebody has said how to reach; one that is set up and takes PowerShell Direct, through the host."""
    found = Inside()

    def account(key: str, credential: Credential) -> str:
        found.credentials[key] = {"user": credential.user, "secret": made.secret(credential, source)}
        return key

    if made.guests is not None:
        for name, guest in made.guests.hosts.items():
            found.hosts[name] = guest.model_dump(mode="json") | {"credential": account(EVERYBODY, made.guests.credential)}
    wanted = [one for one in made.topology.machines if one.setup is not None]
    for machine in wanted:
        own = machine.setup.credential if machine.setup is not None else None
        if machine.direct and (own is not None or made.guests is not None):
            who = account(machine.name, own) if own is not None else EVERYBODY
            found.hosts[machine.name] = _through(made, machine) | {"credential": who}
        if who := next((name for name in found.hosts if name.casefold() == machine.name.casefold()), ""):
            found.roles[machine.name] = who
    if wanted:
        found.intent[GUESTS_BOOK] = {"guests": [_wanted(one) for one in wanted]}
    return found


def _through(made: TopologyFile, machine: MachineOf) -> dict[str, Any]:
    assert machine.setup is not None  # noqa: S101 - asked only of those that are set up
    way = {"through": made.host.name, "machine": machine.name, "any_name": True}
    return {"address": str(machine.setup.address.ip), "transport": "direct", "direct": way}


def _wanted(machine: MachineOf) -> dict[str, Any]:
    assert machine.setup is not None  # noqa: S101 - as above
    given = machine.setup.model_dump(mode="json", exclude_defaults=True, exclude={"computer", "credential"})
    return {"name": machine.name, "computer": machine.computer, **given, "direct": machine.direct}
