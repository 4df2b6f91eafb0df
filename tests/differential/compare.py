"""What a twin and a script must have in common, and where they differ, line by line. It runs neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from zdm_automate.lab.perform import Outcome

SHOWN = 12
"""Lines of a difference that are shown; what is wrong is wrong in the first."""


def differences(twin: Outcome, script: Outcome) -> list[str]:
    """Where two outcomes of one call differ; empty where they are the same.

    Compared are the objects with names, order, types and values, the error's id and category, the warnings, and the world
    afterwards. Error messages are not: PowerShell's own differ from release to release and from language to language.
    """
    found = [*_errors(twin, script)]
    found += _values("rows", list(twin.rows), list(script.rows))
    found += _values("warnings", list(twin.warnings), list(script.warnings))
    found += _values("world", twin.world, script.world)
    return found


def report(found: Sequence[str]) -> str:
    """The differences as a text to read."""
    more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join([*found[:SHOWN], *more])


def _errors(twin: Outcome, script: Outcome) -> Iterator[str]:
    def shown(outcome: Outcome) -> str:
        error = outcome.error
        return "none" if error is None else f"{error.error_id} ({error.category}): {error.message}"

    def key(outcome: Outcome) -> tuple[str, str]:
        error = outcome.error
        return ("", "") if error is None else (error.error_id.partition(",")[0], error.category)

    if key(twin) != key(script):
        yield f"error: twin {shown(twin)} | script {shown(script)}"


def _values(where: str, twin: Any, script: Any) -> Iterator[str]:
    if isinstance(twin, Mapping) and isinstance(script, Mapping):
        yield from _mappings(where, twin, script)
    elif type(twin) is not type(script):
        yield f"{where}: twin {twin!r} ({type(twin).__name__}) | script {script!r} ({type(script).__name__})"
    elif twin == script and not isinstance(twin, (list, tuple)):
        return
    elif is_dataclass(twin):
        for field in fields(twin):
            yield from _values(f"{where}.{field.name}", getattr(twin, field.name), getattr(script, field.name))
    elif isinstance(twin, (list, tuple)):
        yield from _sequences(where, twin, script)
    else:
        yield f"{where}: twin {twin!r} | script {script!r}"


def _mappings(where: str, twin: Mapping[str, Any], script: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*twin, *script}):
        if name not in twin or name not in script:
            side, value = ("script", script[name]) if name in script else ("twin", twin[name])
            yield f"{where}.{name}: only the {side} has it: {value!r}"
        else:
            yield from _values(f"{where}.{name}", twin[name], script[name])


def _sequences(where: str, twin: Sequence[Any], script: Sequence[Any]) -> Iterator[str]:
    if len(twin) != len(script):
        yield f"{where}: twin has {len(twin)}, script {len(script)}: {twin!r} | {script!r}"
        return
    for number, (one, other) in enumerate(zip(twin, script, strict=True)):
        yield from _values(f"{where}[{number}]", one, other)
