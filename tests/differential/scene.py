"""Where a call happens: a host and its world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zdm_automate.lab.world.model import World

ADMIN = ("Administrator", "Lab-Differential-2026!")
"""The throw-away account of generated worlds."""


@dataclass(frozen=True, slots=True, repr=False)
class Scene:
    """A host that is asked, and the world it stands in; `sure` wants arguments that name what is there."""

    world: World
    host: str
    sure: bool = False

    def __repr__(self) -> str:
        """Short: a world is many pages, and a case file has it."""
        machine = self.world.hosts[self.host]
        return f"{self.host} ({machine.release}, {machine.culture}) of office {self.world.office}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - as hypothesis calls it
        printer.text(repr(self))
