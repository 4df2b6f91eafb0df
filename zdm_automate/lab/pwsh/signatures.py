"""The documented signatures of the cmdlets that the lab models, and what of them a release has. It reads shipped data only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Release

RELEASES: Final = {0: "2008R2", 1: "2012", 2: "2012R2", 3: "2016", 4: "2019", 5: "2022", 6: "2025"}
"""The documentation's name of each level of the Windows modules."""

SHELLS: Final = ("3.0", "4.0", "5.0", "5.1")
"""Versions of Windows PowerShell that the documentation knows, oldest first; 3.0 stands for 2.0 too."""

SHELL_MODULES: Final = "Microsoft.PowerShell."
WSMAN: Final = "Microsoft.WSMan."
OLDEST_DIRECTORY: Final = "2012"
"""The oldest release whose ActiveDirectory module is documented; it stands for the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter as documented; `by_set` has its flags in each parameter set it belongs to."""

    name: str
    type: str
    aliases: tuple[str, ...]
    values: tuple[str, ...]
    pipeline: str
    by_set: Mapping[str, tuple[bool, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A cmdlet as one release has it.

    Attributes:
        type: the .NET type of a compiled cmdlet, which its error ids end with; empty for the cmdlets that are functions.
        sets: names of the parameter sets.
        default: the set that is taken where nothing tells, where one is documented.
    """

    name: str
    module: str
    type: str
    should_process: bool
    parameters: tuple[Parameter, ...]
    sets: tuple[str, ...]
    default: str


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files("zdm_automate.lab.pwsh").joinpath("data/signatures.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def documented() -> Mapping[str, str]:
    """The module of every cmdlet that has a signature, by name."""
    return {name: record["module"] for name, record in _data()["cmdlets"].items()}


def names_without_signature(module: str) -> tuple[str, ...]:
    """Cmdlets that Windows has in a module and the lab does not model."""
    return tuple(_data()["others"].get(module, ()))


def shell_cmdlets(release: Release) -> Mapping[str, tuple[str, ...]]:
    """The cmdlets of PowerShell's own modules that a host of this release has, by module."""
    have = _shells(release)
    shell = release.powershell or "2.0"
    found: dict[str, tuple[str, ...]] = {}
    for module, cmdlets in _data()["shell"].items():
        found[module] = tuple(
            name for name, since in cmdlets.items() if since in have and not (shell == "2.0" and name in _NEW_IN_3)
        )
    return found


_NEW_IN_3: Final = frozenset(
    {
        "ConvertFrom-Json",
        "ConvertTo-Json",
        "Get-ControlPanelItem",
        "Invoke-RestMethod",
        "Invoke-WebRequest",
        "Remove-TypeData",
        "Get-TypeData",
        "Rename-Computer",
        "Show-Command",
        "Show-ControlPanelItem",
        "Unblock-File",
    }
)
"""Cmdlets that came with Windows PowerShell 3.0."""


def signature(name: str, release: Release) -> Signature | None:
    """The signature of a cmdlet on a release; None where the release does not have it."""
    record = _data()["cmdlets"].get(name)
    if record is None:
        return None
    have = _have(record["module"], release)
    if not have & set(record["releases"]):
        return None
    here = {own: facts for own, facts in record["parameters"].items() if have & set(facts.get("releases", record["releases"]))}
    sets = {own: facts for own, facts in record["sets"].items() if all(name in here for name in facts["mandatory"])}
    parameters = tuple(
        Parameter(
            name=own,
            type=facts["type"],
            aliases=tuple(facts.get("aliases", ())),
            values=tuple(facts.get("values", ())),
            pipeline=facts.get("pipeline", ""),
            by_set={key: _flags(own, one) for key, one in sets.items() if own in (*one["mandatory"], *one["optional"])},
        )
        for own, facts in here.items()
    )
    default = next((key for key, one in sets.items() if one.get("default")), "")
    return Signature(
        name=name,
        module=record["module"],
        type=record.get("type", ""),
        should_process=record.get("should_process", False),
        parameters=tuple(one for one in parameters if one.by_set),
        sets=tuple(sets),
        default=default,
    )


def _flags(name: str, one: Mapping[str, Any]) -> tuple[bool, int | None]:
    places = one.get("positional", ())
    return name in one["mandatory"], places.index(name) if name in places else None


def _have(module: str, release: Release) -> set[str]:
    """The names under which the documentation knows this release of a module."""
    if module.startswith((SHELL_MODULES, WSMAN)):
        return _shells(release)
    if release.level == 0 and module == "ActiveDirectory":
        return {OLDEST_DIRECTORY}
    return {RELEASES[release.level]}


def _shells(release: Release) -> set[str]:
    shell = release.powershell
    newest = SHELLS.index(shell) if shell in SHELLS else 0
    return set(SHELLS[: newest + 1])
