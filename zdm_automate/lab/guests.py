"""The line to a guest of a Hyper-V host: dead while nothing leads there, and dropped with all shells when its power went.

What leads where is the world's business (`lab/world/reach.py`).
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from zdm_automate.lab.world import adapters, winrm
from zdm_automate.lab.world.hyperv_network import is_guest, machine_of
from zdm_automate.lab.world.reach import cut_off

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.world.model import World


class GuestLine:
    """The line to one guest; `hang_up` ends the shells that its endpoint still has."""

    def __init__(self, keeper: Keeper, host: str, hang_up: Callable[[str], None]) -> None:
        self._keeper = keeper
        self._host = host
        self._hang_up = hang_up
        self._lock = Lock()
        self._up_since: datetime | None = None

    def dead(self) -> bool:
        """Whether the endpoint is out of reach now. Shells from before the machine was last started are gone."""
        world = self._keeper.world
        found = machine_of(world, self._host)
        since = found[1].started if found is not None else None
        with self._lock:
            other, self._up_since = since != self._up_since, since
        if other:
            self._hang_up(self._host)
        return bool(unheard(world, self._host))


def unheard(world: World, name: str) -> str:
    """Why nobody on the technician's computer hears this guest's WinRM; empty where it is heard, and for what is no guest."""
    why = cut_off(world, name)
    if why or not is_guest(world, name):
        return why
    host = world.hosts[name]
    if adapters.leads_nowhere(host.address):
        return f"{name} has no address that leads here"
    return winrm.silent(host)
