"""A guard against rules that pass by looking away: one name of a shipped verb is misspelt at a time, and each is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.conformance.check import look, scripts_of
from zdm_automate.conformance.flow import origin_of
from zdm_automate.conformance.rule import Rule
from zdm_automate.conformance.rules import commands, outputs
from zdm_automate.conformance.script import Script
from zdm_automate.conformance.tree import Node

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def verbs(engine: str) -> list[Script]:
    """The shipped verbs, parsed once."""
    scripts, _ = scripts_of(sorted((ROOT / "ps_scripts").glob("*/*.ps1")))
    return scripts


def cmdlets(script: Script) -> Iterator[tuple[Node, str]]:
    for command in script.commands:
        if command.name and "Zdm" not in command.name:
            yield command.node.children[0], "Value"


def parameters(script: Script) -> Iterator[tuple[Node, str]]:
    for command in script.commands:
        yield from ((one, "ParameterName") for one in command.elements if one.kind == "CommandParameter")


def properties(script: Script) -> Iterator[tuple[Node, str]]:
    for node in script.tree.root.find("MemberExpression"):
        member = node.child("Member")
        held = origin_of(node.child("Expression"), script)
        read = node.role != "Left" or (node.parent is not None and node.parent.kind != "AssignmentStatement")
        if read and member is not None and member.kind == "StringConstantExpression" and not node.has("Static"):
            counted = member.get("Value").casefold() in {"count", "length", "keys", "values"}
            if not counted and (held.kind == "windows" or (held.kind == "own" and held.keys is not None)):
                yield member, "Value"


@pytest.mark.pwsh
@pytest.mark.parametrize(
    ("names", "rules", "least"),
    [(cmdlets, commands.RULES, 90), (parameters, commands.RULES, 500), (properties, outputs.RULES, 300)],
    ids=["cmdlets", "parameters", "properties"],
)
def test_no_misspelt_name_goes_unseen(
    verbs: list[Script], names: Callable[[Script], Iterator[tuple[Node, str]]], rules: tuple[Rule, ...], least: int
) -> None:
    """Every cmdlet, parameter and property of the verbs, with a letter too many."""
    tried, unseen = 0, []
    for script in verbs:
        for node, value in list(names(script)):
            values: dict[str, Any] = dict(node.values)
            node.values = {**values, value: values[value] + "x"}
            again = Script(script.tree, script.around)
            tried += 1
            if not any(look(again, rules)):
                unseen.append(f"{script.stem}:{node.line} {node.text}")
            node.values = values

    assert tried > least
    assert unseen == []
