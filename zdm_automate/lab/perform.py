"""One call of a verb on a world: binds the arguments, runs the twin, gives what came out and the world afterwards. Pure."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from zdm_automate.lab import cmdlets, twins
from zdm_automate.lab.binder import bind
from zdm_automate.lab.call import Call, Row
from zdm_automate.lab.twins.pattern import TWINS, stop
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.twins.pattern import Twin
    from zdm_automate.scripts import Verb

PRELUDE: Literal["prelude"] = "prelude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call left behind.

    Attributes:
        world: after the call; the same one where nothing changed or the situation is not modelled.
        rows: what came out before it ended.
        error: the terminating error, if it ended with one.
        used: the cmdlets, programs and WMI classes that it called, in order.
    """

    world: World
    rows: tuple[Row, ...] = ()
    error: Refusal | None = None
    warnings: tuple[str, ...] = ()
    verbose: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


@cache
def load_models() -> Mapping[str, Twin]:
    """Imports every cmdlet model and twin, which register themselves; gives the twins."""
    for package in (cmdlets, twins):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(found.name)
    return TWINS


def perform(world: World, host: str, verb: Verb | Literal["prelude"], arguments: Mapping[str, Any]) -> Outcome:
    """Runs a verb's twin. Windows keeps what was changed before an error; so does the world, unless it lacks the model."""
    call = Call(world=world, host_name=world.host(host).name, arguments=arguments)
    rows: list[Row] = []
    error: Refusal | None = None
    try:
        if verb == PRELUDE:
            rows.extend(_twin(call, PRELUDE)())
        else:
            model = _twin(call, verb.name)
            _gate(call, verb)
            bound, call.what_if = bind(verb, arguments)
            rows.extend(model(**bound))
    except Refusal as refusal:
        error = refusal
    except NotModelledError as missing:
        call.update(world)
        error = Refusal("NotModelled", f"{missing.message}; `--engine sim` cannot answer this.", category="NotImplemented")
    return Outcome(
        world=call.world,
        rows=tuple(rows),
        error=error,
        warnings=tuple(call.warnings),
        verbose=tuple(call.verbose),
        used=tuple(call.used),
    )


def _twin(call: Call, name: str) -> Twin:
    if not call.host.windows.version:
        raise NotModelledError(f"{call.host_name} is a device and runs no PowerShell", host=call.host_name)
    model = load_models().get(name)
    if model is None:
        raise NotModelledError(f"the lab has no twin of {name}", host=call.host_name)
    return partial(model, call)


def _gate(call: Call, verb: Verb) -> None:
    """The version gate of the wrapper."""
    short = call.host.windows.powershell
    if float(short or 0) < float(verb.floor):
        shown = f"5.1.{call.host.windows.version.rsplit('.', 1)[-1]}.1" if short == "5.1" else short
        raise stop(
            "Unsupported",
            f"{verb.name} needs PowerShell {verb.floor}; this host has {shown}.",
            target=verb.name,
            category="NotInstalled",
        )
