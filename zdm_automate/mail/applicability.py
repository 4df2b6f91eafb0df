"""What is documented of the cmdlets that the product uses: for which version of Exchange each of them and its parameters are.

Names, types and versions only, from Microsoft's reference (CC BY 4.0). It says what may be asked, never what comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from zdm_automate.errors import UnknownNameError
from zdm_automate.mail.versions import Exchange

COMMON = frozenset({"Confirm", "WhatIf"})
"""Parameters of every cmdlet that changes something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterFacts:
    """A parameter as documented."""

    name: str
    type: str
    versions: frozenset[Exchange]
    aliases: tuple[str, ...] = ()
    mandatory: bool = False
    pipeline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CmdletFacts:
    """A cmdlet as documented."""

    name: str
    versions: frozenset[Exchange]
    changes: bool
    parameters: Mapping[str, ParameterFacts] = field(default_factory=dict)

    def has(self, parameter: str, version: Exchange) -> bool:
        """Whether the parameter is documented for that version."""
        if parameter in COMMON:
            return self.changes and version in self.versions
        found = self.parameters.get(parameter)
        return found is not None and version in found.versions


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files("zdm_automate.mail").joinpath("data/cmdlets.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)["cmdlets"]
    return found


@cache
def cmdlet_names() -> tuple[str, ...]:
    """All cmdlets of which something is known."""
    return tuple(_data())


@cache
def cmdlet_facts(name: str) -> CmdletFacts:
    """What is documented of a cmdlet.

    Raises:
        UnknownNameError: nothing.
    """
    found = _data().get(name)
    if found is None:
        raise UnknownNameError(f"no documentation of the Exchange cmdlet {name!r} is known.", hint="Check how it is spelt.")
    own = frozenset(Exchange(one) for one in found["applicable"])
    return CmdletFacts(
        name=name,
        versions=own,
        changes=bool(found.get("should_process")),
        parameters={
            key: ParameterFacts(
                name=key,
                type=facts["type"],
                versions=frozenset(Exchange(one) for one in facts["applicable"]) if "applicable" in facts else own,
                aliases=tuple(facts.get("aliases", ())),
                mandatory=bool(facts.get("mandatory")),
                pipeline=bool(facts.get("pipeline")),
            )
            for key, facts in found["parameters"].items()
        },
    )
