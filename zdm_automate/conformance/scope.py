"""What a variable of a script may hold: parameters, assignments and loops of the function it stands in. It runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zdm_automate.conformance.tree import Node, literal, variable

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Scope:
    """The names of one function, its script blocks included, in lower case."""

    assigned: dict[str, list[Node]] = field(default_factory=dict)
    looped: dict[str, list[Node]] = field(default_factory=dict)


class Scopes:
    """The scopes of one tree, each made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[int, Scope] = {}

    def of(self, node: Node) -> Scope:
        """The scope of the function that a node stands in."""
        home = function_of(node)
        if id(home) not in self._made:
            self._made[id(home)] = _collect(home)
        return self._made[id(home)]

    def assigned(self, node: Node, name: str) -> list[Node]:
        """The right sides of the assignments to a variable."""
        return self.of(node).assigned.get(name.casefold(), [])

    def looped(self, node: Node, name: str) -> list[Node]:
        """What the loops over a variable run through."""
        return self.of(node).looped.get(name.casefold(), [])

    def entries(self, node: Node, name: str) -> Iterator[tuple[str | None, Node | None, Node]]:
        """The keys that a hashtable variable gets, with value and place: by its literal, by `.Key =` and by `['Key'] =`."""
        for right in self.assigned(node, name):
            table = next(iter(right.find("Hashtable")), None)
            if table is None or table.text.strip() != right.text.strip():
                yield None, None, right
                continue
            keys, values = table.all("KeyValuePairs.1"), table.all("KeyValuePairs.2")
            for key, value in zip(keys, values, strict=True):
                yield literal(key), value, key
        yield from self._settings(node, name)

    def added(self, node: Node, name: str) -> list[str | None]:
        """The keys that a table variable is given after it was made; None for one that is computed."""
        return [key for key, _, _ in self._settings(node, name)]

    def _settings(self, node: Node, name: str) -> Iterator[tuple[str | None, Node | None, Node]]:
        for statement in function_of(node).find("AssignmentStatement"):
            left = statement.child("Left")
            if left is None or left.kind not in {"MemberExpression", "IndexExpression"}:
                continue
            target, key = left.children[0], left.children[1]
            if variable(target) == name.casefold():
                yield literal(key), statement.child("Right"), key


def function_of(node: Node) -> Node:
    """The function a node stands in, or the whole script."""
    last = node
    for last in (node, *node.up()):
        if last.kind == "FunctionDefinition" and last is not node:
            return last
    return last


def parameter_of(node: Node, name: str) -> Node | None:
    """The parameter of that name of the nearest script block that declares it; not beyond the function."""
    for above in node.up():
        if above.kind == "ScriptBlock":
            for parameter in parameters(above):
                if variable(parameter.child("Name")) == name.casefold():
                    return parameter
            if above.parent is not None and above.parent.kind == "FunctionDefinition":
                return None
    return None


def parameters(block: Node) -> list[Node]:
    """The declared parameters of a script block or function."""
    if block.kind == "FunctionDefinition":
        return [*block.all("Parameters"), *(parameters(body) if (body := block.child("Body")) else [])]
    declared = block.child("ParamBlock")
    return declared.all("Parameters") if declared else []


def type_constraint(parameter: Node) -> Node | None:
    """The type a parameter is declared with."""
    return next((one for one in parameter.all("Attributes") if one.kind == "TypeConstraint"), None)


def is_mandatory(parameter: Node) -> bool:
    """Whether every call gives it."""
    for attribute in parameter.all("Attributes"):
        for argument in attribute.all("NamedArguments"):
            if argument.get("ArgumentName").casefold() == "mandatory":
                return argument.has("ExpressionOmitted") or variable(argument.child("Argument")) == "true"
    return False


def _collect(home: Node) -> Scope:
    scope = Scope()
    for node in home.find("AssignmentStatement", "ForEachStatement"):
        if function_of(node) is not home:
            continue
        if node.kind == "ForEachStatement":
            name = variable(node.child("Variable"))
            condition = node.child("Condition")
            if name and condition:
                scope.looped.setdefault(name, []).append(condition)
            continue
        if node.get("Operator") != "Equals":
            continue  # += and the like keep the type
        left, right = node.child("Left"), node.child("Right")
        while left is not None and left.kind in {"ConvertExpression", "AttributedExpression"}:
            left = left.child("Child")
        name = variable(left)
        if name and right is not None:
            scope.assigned.setdefault(name, []).append(right)
    return scope
