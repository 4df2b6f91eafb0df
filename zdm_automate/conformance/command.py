"""A command as it is called: its name, what is given by name, by place and by splatting. It resolves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zdm_automate.conformance.tree import Node, literal

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Given:
    """One argument: by name, or by place where `name` is empty; `value` is None for a parameter alone."""

    name: str
    value: Node | None
    node: Node


@dataclass(frozen=True, slots=True)
class Command:
    """One call. `name` is empty where it is not written out, as in `& $block`."""

    node: Node
    name: str

    @property
    def elements(self) -> list[Node]:
        """What follows the name."""
        return self.node.all("CommandElements")[1:]

    @property
    def splats(self) -> list[Node]:
        """The variables it splats."""
        return [one for one in self.elements if one.kind == "VariableExpression" and one.has("Splatted")]

    def arguments(self, switches: frozenset[str] = frozenset()) -> Iterator[Given]:
        """Its arguments; a parameter takes the element that follows it, unless it is a switch (names in lower case)."""
        waiting: Node | None = None
        for element in self.elements:
            if element.kind == "CommandParameter":
                if waiting is not None:
                    yield Given(waiting.get("ParameterName"), None, waiting)
                    waiting = None
                joined = element.child("Argument")
                name = element.get("ParameterName")
                if joined is not None or name.casefold() in switches:
                    yield Given(name, joined, element)
                else:
                    waiting = element
            elif element.kind == "VariableExpression" and element.has("Splatted"):
                continue
            elif waiting is not None:
                yield Given(waiting.get("ParameterName"), element, waiting)
                waiting = None
            else:
                yield Given("", element, element)
        if waiting is not None:
            yield Given(waiting.get("ParameterName"), None, waiting)

    def argument(self, *names: str) -> Node | None:
        """The value given for a parameter under one of these names."""
        wanted = {name.casefold() for name in names}
        return next((one.value for one in self.arguments() if one.name.casefold() in wanted), None)

    def names(self, *names: str) -> Node | None:
        """The element that names one of these parameters."""
        wanted = {name.casefold() for name in names}
        elements = (one for one in self.elements if one.kind == "CommandParameter")
        return next((one for one in elements if one.get("ParameterName").casefold() in wanted), None)

    def is_(self, *names: str) -> bool:
        """Whether it calls one of these, in any case."""
        return self.name.casefold() in {name.casefold() for name in names}

    @property
    def fed(self) -> bool:
        """Whether something comes through the pipeline."""
        pipeline = self.node.parent
        return pipeline is not None and pipeline.kind == "Pipeline" and pipeline.children[0] is not self.node


def commands(root: Node) -> Iterator[Command]:
    """Every command at or below a node."""
    return (command_of(node) for node in root.find("Command"))


def command_of(node: Node) -> Command:
    """A command node with its name; a module in front of the name is left out."""
    first = node.child("CommandElements")
    name = ""
    if first is not None and first.kind == "StringConstantExpression":
        name = first.get("Value").rpartition("\\")[2] if ":" not in first.get("Value") else first.get("Value")
    return Command(node, name)


def single_command(node: Node | None) -> Command | None:
    """The command that an expression or statement is, parentheses notwithstanding; None for anything else."""
    while node is not None and node.kind in {"ParenExpression", "Pipeline", "CommandExpression"} and len(node.children) == 1:
        node = node.children[0]
    return command_of(node) if node is not None and node.kind == "Command" else None


def words(node: Node | None) -> list[str | None]:
    """The constant texts that an argument lists, None for each that is none; arrays joined by + are read on."""
    if node is None:
        return []
    if (
        node.kind in {"ParenExpression", "Pipeline", "CommandExpression", "ArrayExpression", "StatementBlock"}
        and len(node.children) == 1
    ):
        return words(node.children[0])
    if node.kind == "ArrayLiteral":
        return [word for one in node.children for word in words(one)]
    if node.kind == "BinaryExpression" and node.get("Operator") == "Plus":
        return [word for one in node.children for word in words(one)]
    return [literal(node)]
