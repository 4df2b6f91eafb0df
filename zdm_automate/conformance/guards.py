"""What is certain at a place of a script because of the conditions before it.

Which modules and commands the host has, and whether ShouldProcess has agreed. Ways (`module`, `netsh`, `wmi`) are read from the
functions of the prelude that give them. It follows conditions, early ends and branches of `if`, and no value through a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import single_command
from zdm_automate.conformance.scope import parameter_of
from zdm_automate.conformance.tree import Node, literal, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.script import Script

ENDS: Final = frozenset({"ReturnStatement", "ThrowStatement", "ExitStatement", "ContinueStatement", "BreakStatement"})
STOP: Final = "stop-zdmverb"
HAS_MODULE: Final = "import-zdmmodule"
HAS_COMMAND: Final = "test-zdmcommand"

Ways = Mapping[str, frozenset[str]]
"""The values that a way function gives, each with the modules that are there then."""


@dataclass(slots=True)
class Certain:
    """What holds at a place; names in lower case."""

    modules: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    agreed: bool = False
    equal: dict[str, tuple[Node, set[str]]] = field(default_factory=dict)
    unequal: dict[str, tuple[Node, set[str]]] = field(default_factory=dict)


def certain_at(node: Node, script: Script) -> Certain:
    """What holds where a node stands, within its function."""
    certain = Certain()
    for condition, truth in _conditions(node):
        _assume(condition, truth, certain)
    for name in {**certain.equal, **certain.unequal}:
        place, wanted = certain.equal.get(name, (node, set()))
        refused = certain.unequal.get(name, (node, set()))[1]
        for given in _ways_of(name, place, script):
            allowed = [given[value] for value in given if value not in refused and (not wanted or value in wanted)]
            if allowed:
                certain.modules |= frozenset.intersection(*allowed)
    return certain


def ends(block: Node | None) -> bool:
    """Whether a block is always left at its end."""
    if block is None or not block.children:
        return False
    last = block.children[-1]
    if last.kind in ENDS:
        return True
    if last.kind == "IfStatement":
        otherwise = last.child("ElseClause")
        return otherwise is not None and ends(otherwise) and all(ends(one) for one in last.all("Clauses.2"))
    called = single_command(last)
    return called is not None and called.name.casefold() == STOP


def ways(functions: Mapping[str, Node], script: Script) -> dict[str, Ways]:
    """The functions that give a way: every `return` of theirs is a constant, or the way another of them gave."""
    found: dict[str, Ways] = {}
    for name, function in functions.items():
        if name.endswith("way"):
            _way(name, function, functions, script, found)
    return found


def _way(name: str, function: Node, functions: Mapping[str, Node], script: Script, found: dict[str, Ways]) -> None:
    if name in found:
        return
    found[name] = {}
    given: dict[str, frozenset[str]] = {}
    for statement in function.find("ReturnStatement"):
        value = literal(statement.child("Pipeline"))
        certain = Certain()
        for condition, truth in _conditions(statement):
            _assume(condition, truth, certain)
        if value is not None:
            given[value] = frozenset(certain.modules)
            continue
        held = variable(statement.child("Pipeline"))
        for right in script.scopes.assigned(statement, held) if held else ():
            called = single_command(right)
            inner = called.name.casefold() if called else ""
            if inner in functions and inner != name:
                _way(inner, functions[inner], functions, script, found)
                refused = certain.unequal.get(held or "", (statement, set()))[1]
                given |= {value: modules for value, modules in found[inner].items() if value not in refused}
    found[name] = given


def _ways_of(name: str, place: Node, script: Script) -> list[Ways]:
    """The ways that a variable, or the call of a way function, can be of. A parameter may be of any."""
    known = script.around.ways
    if name in known:
        return [known[name]]
    rights = script.scopes.assigned(place, name)
    if not rights:
        return [*known.values()] if parameter_of(place, name) is not None and name.endswith("way") else []
    merged: dict[str, frozenset[str]] = {}
    for right in rights:
        called = single_command(right)
        constant = literal(right)
        if constant is not None:
            merged.setdefault(constant, frozenset())
        elif called is not None and called.name.casefold() in known:
            merged |= known[called.name.casefold()]
        else:
            return []
    return [merged]


def _conditions(node: Node) -> Iterator[tuple[Node, bool]]:
    """Conditions whose outcome is settled where a node stands, up to its function."""
    inner = node
    for outer in node.up():
        if inner.kind == "FunctionDefinition":
            return
        if outer.kind == "IfStatement":
            yield from _branch(outer, inner)
        elif outer.kind in {"StatementBlock", "NamedBlock"}:
            for earlier in outer.children:
                if earlier is inner:
                    break
                if earlier.kind == "IfStatement":
                    yield from _passed(earlier)
        elif outer.kind == "BinaryExpression" and inner.role == "Right" and outer.get("Operator") in {"And", "Or"}:
            left = outer.child("Left")
            if left is not None:
                yield left, outer.get("Operator") == "And"
        inner = outer


def _branch(statement: Node, inner: Node) -> Iterator[tuple[Node, bool]]:
    for condition, body in _clauses(statement):
        if inner is condition:
            return
        if inner is body:
            yield condition, True
            return
        yield condition, False


def _passed(statement: Node) -> Iterator[tuple[Node, bool]]:
    for condition, body in _clauses(statement):
        if not ends(body):
            return
        yield condition, False


def _clauses(statement: Node) -> list[tuple[Node, Node]]:
    return list(zip(statement.all("Clauses.1"), statement.all("Clauses.2"), strict=True))


def _assume(node: Node, truth: bool, certain: Certain) -> None:  # noqa: FBT001 - what is assumed of the condition
    node = _bare(node)
    if node.kind == "UnaryExpression" and node.get("TokenKind") in {"Not", "Exclaim"}:
        _assume(node.children[0], not truth, certain)
    elif node.kind == "BinaryExpression" and node.get("Operator") == ("And" if truth else "Or"):
        for side in node.children:
            _assume(side, truth, certain)
    elif node.kind == "BinaryExpression":
        _compare(node, truth, certain)
    elif truth and node.kind == "Command":
        called = single_command(node)
        first = literal(next((one.value for one in called.arguments()), None)) if called else None
        if called and first and called.name.casefold() == HAS_MODULE:
            certain.modules.add(first.casefold())
        if called and first and called.name.casefold() == HAS_COMMAND:
            certain.commands.add(first.casefold())
    elif truth and node.kind == "InvokeMemberExpression" and literal(node.child("Member")) == "ShouldProcess":
        certain.agreed = True


def _compare(node: Node, truth: bool, certain: Certain) -> None:  # noqa: FBT001 - as above
    operator = node.get("Operator")
    if operator not in {"Ieq", "Ine", "Ceq", "Cne"}:
        return
    left, right = _bare(node.children[0]), literal(node.children[1])
    called = single_command(left)
    name = called.name.casefold() if called else variable(left)
    if name is None or right is None:
        return
    into = certain.equal if (operator.endswith("eq")) == truth else certain.unequal
    into.setdefault(name, (node, set()))[1].add(right)


def _bare(node: Node) -> Node:
    while node.kind in {"ParenExpression", "Pipeline", "CommandExpression"} and len(node.children) == 1:
        node = node.children[0]
    return node
