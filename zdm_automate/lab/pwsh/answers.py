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
"""Beside the properties of a row: the name of its class, where the command alone does not tell it."""

ROW: Final = "$row"
"""What a list begins with that is an object; the number of its form follows, then its values."""

AS_THEY_COME: Final = frozenset({"String", "String[]", "Boolean", "Int32", "Object"})
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


@dataclass(slots=True)
class Table:
    """The objects of a reply as lists of values: class and property names are said once for all of one form."""

    forms: dict[tuple[str, ...], int] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        """The names of the classes that occur."""
        return {form[0] for form in self.forms if form[0]}

    def add(self, command: str, row: Mapping[str, Any]) -> None:
        """Takes an object of a command; a row with the property `$` is a plain value."""
        self.rows.append(row[PLAIN] if PLAIN in row else self._line(command, row))

    def _line(self, command: str, row: Mapping[str, Any]) -> list[Any]:
        own = str(row[CLASS]) if CLASS in row else class_name(command, row)
        names = tuple(name for name in row if name != CLASS)
        number = self.forms.setdefault((own, *names), len(self.forms))
        values: list[Any] = [ROW, number]
        for name in names:
            value = row[name]
            if isinstance(value, Mapping):
                value = self._inner(f"{command}.{name}", row, value)
            elif isinstance(value, list) and value and isinstance(value[0], Mapping):
                value = [self._inner(f"{command}.{name}", row, one) for one in value]
            values.append(value)
        return values

    def _inner(self, command: str, row: Mapping[str, Any], value: Mapping[str, Any]) -> list[Any]:
        """An object that is the value of a property, or one of several."""
        return self._line(command, {**value, CLASS: class_name(command, row)})

    def message(self) -> dict[str, Any]:
        """What goes into a reply."""
        return {"Rows": self.rows, "Forms": [list(form) for form in self.forms]}


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
