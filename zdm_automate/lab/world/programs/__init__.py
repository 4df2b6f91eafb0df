"""Programs that take their time, one module each. A program is asked first when it starts and then at each moment it names.

It sees the world of that moment and its own last state, and leaves a world and either a pause or its exit code.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from zdm_automate.lab.world.refusal import NotModelledError

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Not done yet: `state` is what it needs to go on (simple values), `until` when it is asked again."""

    until: datetime
    state: Mapping[str, Any] = field(default_factory=dict)
    out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Done: its exit code, and what it wrote to its standard output since it was last asked."""

    exit_code: int
    out: tuple[str, ...] = ()


Model = Callable[["World", str, "Run"], "tuple[World, Paused | Ended]"]
"""Takes the world, the host and the run; the state of the first call is empty."""

M = TypeVar("M", bound=Callable[..., Any])

PROGRAMS: dict[str, Model] = {}


def program(name: str) -> Callable[[M], M]:
    """Registers the model of a program, named without path and `.exe`."""

    def register(model: M) -> M:
        PROGRAMS[name.casefold()] = model
        return model

    return register


@cache
def _loaded() -> Mapping[str, Model]:
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(found.name)
    return PROGRAMS


def model_of(path: str) -> Model:
    """The model of the program at a path.

    Raises:
        NotModelledError: there is none.
    """
    name = path.rpartition("\\")[2].casefold().removesuffix(".exe")
    try:
        return _loaded()[name]
    except KeyError:
        raise NotModelledError(f"the lab does not model the program {path} in a job") from None
