"""The class of what a command answers with: type names, property types, methods, from shipped data. It asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

PLAIN: Final = "$"
"""The property of a row that stands for a plain value."""

CLASS: Final = "$class"
"""Beside the properties of a row on its way to PowerShell: the name of its class."""

AS_THEY_COME: Final = frozenset({"String", "String[]", "Boolean", "Int32", "Object", "DateTime"})
"""Types that a row's values have already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerClass:
    """A class of objects.

    Attributes:
        types: its type names, most specific first.
        properties: type of each property.
        aliases: other names of properties.
        methods: parameters of each method, in their order.
    """

    name: str
    types: tuple[str, ...]
    properties: Mapping[str, str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def conversions(self) -> dict[str, str]:
        """The properties whose values PowerShell has to convert, with their types."""
        return {name: kind for name, kind in self.properties.items() if kind not in AS_THEY_COME}


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files("zdm_automate.lab.pwsh").joinpath("data/answers.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def answer_class(name: str) -> AnswerClass | None:
    """The class of that name; None where the data has none."""
    facts = _data()["classes"].get(name)
    if facts is None:
        return None
    return AnswerClass(
        name=name,
        types=tuple(facts["types"]),
        properties=facts["properties"],
        aliases=facts.get("aliases", {}),
        methods={own: tuple(words) for own, words in facts.get("methods", {}).items()},
    )


def tells(command: str) -> bool:
    """Whether the data says what a command answers with."""
    return command in _data()["commands"]


def class_name(command: str, row: Mapping[str, Any]) -> str:
    """The class of a command's object; empty for a command whose objects the data does not tell."""
    told = _data()["commands"].get(command, "")
    if isinstance(told, str):
        return told
    return str(told["classes"].get(str(row.get(told["by"])), ""))


def marked(command: str, row: Mapping[str, Any]) -> Any:
    """A row with its class, and so the rows in it; a plain value as it is."""
    if PLAIN in row:
        return row[PLAIN]
    made = dict(row)
    for name, value in row.items():
        if isinstance(value, Mapping):
            made[name] = dict(value) | {CLASS: class_name(f"{command}.{name}", row)}
    return made | {CLASS: class_name(command, row)}


def classes_in(value: Any) -> set[str]:
    """The names of the classes that are mentioned in a marked row."""
    if not isinstance(value, Mapping):
        return set()
    found = {str(value[CLASS])} if value.get(CLASS) else set()
    for item in value.values():
        found |= classes_in(item)
    return found


def described(name: str) -> dict[str, Any]:
    """A class as PowerShell is told it."""
    found = answer_class(name)
    if found is None:
        return {"Types": [], "Conversions": {}, "Aliases": {}, "Methods": {}}
    return {
        "Types": list(found.types),
        "Conversions": found.conversions,
        "Aliases": dict(found.aliases),
        "Methods": {own: list(words) for own, words in found.methods.items()},
    }
