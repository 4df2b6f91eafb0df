"""The syntax tree of a script as the engine's own parser gave it: nodes with parents, children, text and positions.

It only holds and finds; it never runs a script and judges nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

BOM: Final = "\ufeff"
_ONE_UNIT: Final = 0xFFFF


@dataclass(slots=True, eq=False)
class Forest:
    """All nodes of a script in the order of the source, which is also parents before children; the nodes share it."""

    source: str
    nodes: list[Node] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Node:
    """One node. `kind` is the parser's class without `Ast`; `role` says which property of the parent holds it."""

    kind: str
    role: str
    parent: Node | None
    start: int
    end: int
    line: int
    column: int
    values: Mapping[str, Any]
    forest: Forest
    number: int
    after: int = 0
    children: list[Node] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.line}:{self.column} {self.text[:40]!r}>"

    @property
    def text(self) -> str:
        """The source between its ends."""
        return self.forest.source[self.start : self.end]

    def get(self, name: str) -> str:
        """A value as text, empty where there is none."""
        return str(self.values.get(name, ""))

    def has(self, name: str) -> bool:
        """Whether a flag of that name is set."""
        return self.values.get(name) is True

    def walk(self) -> Iterator[Node]:
        """The node itself and everything below it, in the order of the source."""
        return iter(self.forest.nodes[self.number : self.after])

    def find(self, *kinds: str) -> list[Node]:
        """Nodes of these kinds at or below this one, in the order of the source."""
        found: list[Node] = []
        for kind in kinds:
            numbers = self.forest.places.get(kind, [])
            first, last = bisect_left(numbers, self.number), bisect_left(numbers, self.after)
            found += [self.forest.nodes[number] for number in numbers[first:last]]
        return found if len(kinds) == 1 else sorted(found, key=lambda node: node.number)

    def up(self) -> Iterator[Node]:
        """Its parents, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def above(self, *kinds: str) -> Node | None:
        """The nearest parent of these kinds."""
        return next((node for node in self.up() if node.kind in kinds), None)

    def inside(self, other: Node) -> bool:
        """Whether `other` is this node or one of its parents."""
        return self is other or any(node is other for node in self.up())

    def child(self, role: str) -> Node | None:
        """The child in that role, the first of several."""
        return next((node for node in self.children if node.role == role), None)

    def all(self, role: str) -> list[Node]:
        """The children in that role."""
        return [node for node in self.children if node.role == role]


@dataclass(frozen=True, slots=True)
class Mark:
    """A comment or a line continuation; or, of kind `Error`, what the parser could not read."""

    kind: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed script."""

    path: str
    source: str
    root: Node
    marks: tuple[Mark, ...]
    bom: bool = False


def build(path: str, text: str, dumped: Mapping[str, Any]) -> Tree:
    """The tree of one entry of what `dump.ps1` wrote.

    Positions count UTF-16 units, so a character that takes two of them is made two here.
    """
    source = text.removeprefix(BOM)
    even = source if source.isascii() else "".join("??" if ord(sign) > _ONE_UNIT else sign for sign in source)
    forest = Forest(even)
    nodes = forest.nodes
    for number, (kind, parent, role, start, end, line, column, values) in enumerate(dumped["nodes"]):
        above = nodes[parent] if parent >= 0 else None
        node = Node(kind.removesuffix("Ast"), role, above, start, end, line, column, values, forest, number)
        nodes.append(node)
        forest.places.setdefault(node.kind, []).append(number)
        if above is not None:
            above.children.append(node)
    for node in reversed(nodes):
        node.after = node.children[-1].after if node.children else node.number + 1
    marks = [Mark(kind, line, column, text) for kind, line, column, text in dumped["tokens"]]
    marks += [Mark("Error", line, column, text) for line, column, text in dumped["errors"]]
    return Tree(path, source, nodes[0], tuple(marks), bom=source != text)


def without_parentheses(node: Node) -> Node:
    """The expression inside parentheses, pipelines of one expression and conversions to itself."""
    while True:
        if node.kind in {"ParenExpression", "Pipeline", "CommandExpression"} and len(node.children) == 1:
            node = node.children[0]
        else:
            return node


def literal(node: Node | None) -> str | None:
    """The text of a constant string or number; None for anything else."""
    if node is None:
        return None
    node = without_parentheses(node)
    return node.get("Value") if node.kind in {"StringConstantExpression", "ConstantExpression"} else None


def variable(node: Node | None) -> str | None:
    """The name of a plain variable in lower case; None for anything else."""
    if node is None:
        return None
    node = without_parentheses(node)
    return node.get("VariablePath").casefold() if node.kind == "VariableExpression" else None
