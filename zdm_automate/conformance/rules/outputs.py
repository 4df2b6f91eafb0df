"""Whether the properties that scripts read and the error ids that they expect are ones that Windows gives."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import commands
from zdm_automate.conformance.documents import MARKS
from zdm_automate.conformance.flow import origin_of
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.tree import literal, variable, without_parentheses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.flow import Origin
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

_EVERY: Final = frozenset({"psobject", "psbase", "pstypenames", "psadapted", "psextended", "count", "length", "gettype"})
_TABLE: Final = frozenset({"keys", "values", "item", "syncroot", "isreadonly", "isfixedsize"})
_CIM: Final = "(common CIM members)"
_ID: Final = "fullyqualifiederrorid"
_TESTS: Final = frozenset(
    {"Ilike", "Inotlike", "Clike", "Cnotlike", "Imatch", "Inotmatch", "Cmatch", "Cnotmatch", "Ieq", "Ine"}
)
_FACTS: Final = "the documented outputs (data/README.md)"


def _properties(script: Script) -> Iterator[Hit]:
    counted = script.around.counted
    for node in script.tree.root.find("MemberExpression"):
        written = node.role == "Left" and node.parent is not None and node.parent.kind == "AssignmentStatement"
        if node.has("Static") or written:
            continue
        name = literal(node.child("Member"))
        held = origin_of(node.child("Expression"), script)
        if name is None and held.kind in {"windows", "unknown"}:
            counted.lost("properties whose name is computed")
        elif name is not None and name.casefold() not in _EVERY and not name.startswith("__"):
            if held.kind == "unknown":
                counted.lost("properties of values whose origin is not known")
            elif held.kind == "windows":
                yield from _property(node, name, held, script)


def _keys(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("MemberExpression"):
        written = node.role == "Left" and node.parent is not None and node.parent.kind == "AssignmentStatement"
        name = (literal(node.child("Member")) or "").casefold()
        if node.has("Static") or written or not name or name in _EVERY | _TABLE:
            continue
        held = origin_of(node.child("Expression"), script)
        if held.kind != "own" or held.keys is None:
            continue
        script.around.counted.keys += 1
        if name not in held.keys:
            known = ", ".join(sorted(held.keys)) or "no key"
            yield Hit(
                node, f"Nothing that {node.children[0].text} holds has {name}: it would be nothing.", f"There is: {known}."
            )


def _property(node: Node, name: str, held: Origin, script: Script) -> Iterator[Hit]:
    counted = script.around.counted
    counted.properties += 1
    if name.casefold() in held.asked:
        return
    info = script.around.documents.property_of(held.classes | {_CIM}, name)
    shown = ", ".join(sorted(held.classes)[:3])
    if info is None:
        yield Hit(node, f"{shown} is not documented to have {name}.", "Look at its page, or at a real object.")
    elif info[0] == "M":
        counted.unconfirmed.add(f"{shown}: property {name}")


def _errors(script: Script) -> Iterator[Hit]:
    counted = script.around.counted
    for node in script.tree.root.find("BinaryExpression"):
        operator = node.get("Operator")
        if operator not in _TESTS or not _is_id(node.children[0], script):
            continue
        pattern = literal(node.children[1])
        if pattern is None:
            counted.lost("error ids that are computed")
            continue
        if pattern.lstrip("^").startswith("Zdm"):
            continue
        counted.error_ids += 1
        marks = _documented(node, operator, pattern, script)
        if not marks:
            yield Hit(node, f"No documented error has an id like {pattern}.", "Look at a real error's FullyQualifiedErrorId.")
        elif min(marks, key=MARKS.index) == "M":
            counted.unconfirmed.add(f"{', '.join(_called(node)) or 'a command'}: error id {pattern}")


def _is_id(node: Node, script: Script) -> bool:
    node = without_parentheses(node)
    if node.kind == "MemberExpression":
        return (literal(node.child("Member")) or "").casefold() == _ID
    name = variable(node)
    rights = script.scopes.assigned(node, name) if name else []
    return bool(rights) and all(
        one.kind == "CommandExpression" and one.children[0].kind == "MemberExpression" and _is_id(one.children[0], script)
        for one in rights
    )


def _called(node: Node) -> list[str]:
    """The commands of the try whose catch a comparison stands in."""
    statement = node.above("TryStatement")
    body = statement.child("Body") if statement else None
    return [command.name for command in commands(body) if command.name] if body else []


def _documented(node: Node, operator: str, pattern: str, script: Script) -> list[str]:
    """The marks of the errors that a pattern fits; those of the commands in the try where there are some."""
    called = {name.casefold() for name in _called(node)}
    fitting = [(cmdlet, mark) for cmdlet, fqid, mark in script.around.documents.errors if _fits(fqid, operator, pattern)]
    near = [mark for cmdlet, mark in fitting if any(name in cmdlet.casefold() for name in called)]
    return near or [mark for _, mark in fitting]


def _fits(fqid: str, operator: str, pattern: str) -> bool:
    if operator.endswith("like"):
        return fnmatch(fqid.casefold(), pattern.casefold())
    if operator.endswith("match"):
        try:
            return re.search(pattern, fqid, re.IGNORECASE) is not None
        except re.error:
            return False
    return fqid.casefold() == pattern.casefold()


RULES: Final = (
    Rule("output/property", "Every property read from what a command gives is documented.", _FACTS, _properties),
    Rule(
        "output/own-key",
        "Every key read from a table or object of the scripts' own is one that it gets.",
        "the script itself",
        _keys,
    ),
    Rule("output/error-id", "Every error id that is expected is documented.", _FACTS, _errors),
)
