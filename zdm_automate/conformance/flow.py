"""Where a value comes from: which documented objects an expression holds, followed through variables, loops and pipelines.

It follows assignments, `foreach`, `$_` of Where-Object and ForEach-Object, indexes, and script blocks called by `&`, within one
function. It does not follow parameters without a type, values kept in tables or objects, or names that are computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from zdm_automate.conformance.calls import Own, resolve
from zdm_automate.conformance.command import command_of, words
from zdm_automate.conformance.scope import parameter_of
from zdm_automate.conformance.tree import literal, variable
from zdm_automate.conformance.types import type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zdm_automate.conformance.command import Command
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

Kind = Literal["windows", "own", "dotnet", "nothing", "unknown"]
DEPTH: Final = 14
_KEEPS: Final = frozenset({"where-object", "sort-object", "tee-object", "write-output"})
_BLOCKS: Final = frozenset({"where-object", "foreach-object"})
_ENGINE: Final = frozenset(
    {"pscmdlet", "myinvocation", "executioncontext", "host", "psboundparameters", "psversiontable", "matches", "error", "env"}
)
_WMI: Final = {"get-wmiobject": ("Class",), "get-ciminstance": ("ClassName",)}


@dataclass(frozen=True, slots=True)
class Origin:
    """What an expression holds.

    Attributes:
        kind: objects that Windows gives, ones the scripts made, values of .NET, nothing at all, or not followed.
        classes: the documented classes, any of which it may be.
        asked: further properties that the call itself asked for (attributes of directory objects).
    """

    kind: Kind
    classes: frozenset[str] = field(default_factory=frozenset)
    asked: frozenset[str] = field(default_factory=frozenset)


UNKNOWN: Final = Origin("unknown")
OWN: Final = Origin("own")
NOTHING: Final = Origin("nothing")
DOTNET: Final = Origin("dotnet")
_AUTOMATIC: Final = dict.fromkeys(_ENGINE, OWN) | {"null": NOTHING, "true": DOTNET, "false": DOTNET}


def merge(origins: Iterable[Origin]) -> Origin:
    """What a value of several origins is: one that is not followed spoils all."""
    found = [one for one in origins if one.kind != "nothing"]
    if not found:
        return NOTHING
    for kind in ("unknown", "own", "dotnet"):
        if any(one.kind == kind for one in found):
            return Origin(kind) if kind == "unknown" or all(one.kind == kind for one in found) else UNKNOWN
    classes = frozenset[str]().union(*(one.classes for one in found))
    return Origin("windows", classes, frozenset[str]().union(*(one.asked for one in found)))


def origin_of(node: Node | None, script: Script, depth: int = 0) -> Origin:
    """Where the value of an expression comes from."""
    if node is None or depth > DEPTH:
        return UNKNOWN
    if node.kind == "Pipeline":
        return _pipeline(node.all("PipelineElements"), script, depth + 1)
    if node.kind in {
        "ParenExpression",
        "CommandExpression",
        "ArrayExpression",
        "SubExpression",
        "StatementBlock",
        "ConvertExpression",
    }:
        inner = [one for one in node.children if one.kind != "TypeConstraint"]
        if node.kind == "ConvertExpression" and type_of(node, script):
            return DOTNET
        return merge(origin_of(one, script, depth + 1) for one in inner) if len(inner) <= 1 else UNKNOWN
    handler = _HANDLERS.get(node.kind)
    if handler is not None:
        return handler(node, script, depth + 1)
    return DOTNET if type_of(node, script) else UNKNOWN


def _pipeline(elements: list[Node], script: Script, depth: int) -> Origin:
    held = NOTHING
    for number, element in enumerate(elements):
        if element.kind != "Command":
            held = origin_of(element, script, depth)
            continue
        command = command_of(element)
        name = command.name.casefold()
        if number and name in _KEEPS:
            continue
        if number and name == "select-object" and not command.names("Property", "ExpandProperty") and not _placed(command):
            continue
        if number and name == "foreach-object":
            blocks = [one for one in command.elements if one.kind == "ScriptBlockExpression"]
            held = block_result(blocks[0], script, depth) if len(blocks) == 1 else UNKNOWN
            continue
        held = _command(element, script, depth)
    return held


def _placed(command: Command) -> bool:
    return any(not one.name for one in command.arguments())


def _command(node: Node, script: Script, depth: int) -> Origin:
    command = command_of(node)
    name = command.name.casefold()
    if not name:
        return _called_block(node, script, depth)
    if name in _WMI:
        return _wmi(command, script)
    target = resolve(command, script)
    if isinstance(target, Own) or name == "new-object":
        return OWN
    classes = script.around.documents.classes_of(command.name, _given(command, script)) if target else None
    if classes:
        return Origin("windows", classes, _asked(command, script))
    return DOTNET if type_of(node, script) else UNKNOWN


def _given(command: Command, script: Script) -> list[str]:
    names = [one.name for one in command.arguments() if one.name]
    return names + [
        key for splat in command.splats for key, _, _ in script.scopes.entries(command.node, variable(splat) or "") if key
    ]


def _wmi(command: Command, script: Script) -> Origin:
    given = command.argument(*_WMI[command.name.casefold()])
    if given is None:
        given = next((one.value for one in command.arguments() if not one.name), None)
    classes = script.around.documents.wmi_classes(literal(given) or "")
    return Origin("windows", classes) if classes else UNKNOWN


def _asked(command: Command, script: Script) -> frozenset[str]:
    given = [command.argument("Properties")]
    for splat in command.splats:
        entries = script.scopes.entries(command.node, variable(splat) or "")
        given += [value for key, value, _ in entries if (key or "").casefold() == "properties"]
    return frozenset(word.casefold() for one in given for word in words(one) if word)


def _called_block(node: Node, script: Script, depth: int) -> Origin:
    first = node.child("CommandElements")
    name = variable(first)
    blocks = [one for right in script.scopes.assigned(node, name or "") for one in _blocks(right)] if name else []
    return merge(block_result(one, script, depth) for one in blocks) if blocks else UNKNOWN


def _blocks(right: Node) -> list[Node]:
    found = [right, *right.children]
    return [one for one in found if one.kind == "ScriptBlockExpression"]


def block_result(block: Node, script: Script, depth: int) -> Origin:
    """What a script block gives: its returns and its last statement; a loop or `if` at the end is not followed."""
    inner = block.child("ScriptBlock")
    end = inner.child("EndBlock") if inner else None
    if end is None or not end.children:
        return NOTHING
    returns = [one.child("Pipeline") for one in end.find("ReturnStatement") if _block_of(one) is inner]
    last = end.children[-1]
    results = [origin_of(one, script, depth + 1) for one in returns if one is not None]
    if last.kind == "Pipeline" and not _stops(last):
        results.append(origin_of(last, script, depth + 1))
    elif last.kind not in {"ReturnStatement", "ThrowStatement", "AssignmentStatement", "Pipeline"}:
        results.append(UNKNOWN)
    return merge(results)


def _stops(node: Node) -> bool:
    return any(command_of(one).is_("Stop-ZdmVerb") for one in node.all("PipelineElements") if one.kind == "Command")


def _block_of(node: Node) -> Node | None:
    return node.above("ScriptBlock")


def _variable(node: Node, script: Script, depth: int) -> Origin:
    name = variable(node) or ""
    if name in {"_", "psitem"}:
        return _current(node, script, depth)
    if name in _AUTOMATIC or name.startswith("env:"):
        return _AUTOMATIC.get(name, DOTNET)
    rights = script.scopes.assigned(node, name)
    loops = script.scopes.looped(node, name)
    if rights or loops:
        return merge(origin_of(one, script, depth) for one in (*rights, *loops))
    return DOTNET if parameter_of(node, name) is not None and type_of(node, script) else UNKNOWN


def _current(node: Node, script: Script, depth: int) -> Origin:
    """What `$_` is: an error record in a catch, else what the pipeline before the block gives."""
    for above in node.up():
        if above.kind in {"CatchClause", "SwitchStatement"}:
            return OWN if above.kind == "CatchClause" else UNKNOWN
        if above.kind != "ScriptBlockExpression":
            continue
        parent = above.parent
        if parent is None or parent.kind != "Command" or command_of(parent).name.casefold() not in _BLOCKS:
            return UNKNOWN
        pipeline = parent.parent
        elements = pipeline.all("PipelineElements") if pipeline is not None else []
        before = elements[: next((n for n, one in enumerate(elements) if one is parent), 0)]
        return _pipeline(before, script, depth) if before else UNKNOWN
    return UNKNOWN


def _member(node: Node, script: Script, depth: int) -> Origin:
    held = origin_of(node.child("Expression"), script, depth)
    name = literal(node.child("Member"))
    if held.kind == "own":
        return OWN
    if held.kind != "windows" or name is None:
        return DOTNET if type_of(node, script) else UNKNOWN
    documents = script.around.documents
    linked = documents.linked(held.classes, name)
    if linked:
        return Origin("windows", linked)
    info = documents.property_of(held.classes, name)
    kind = documents.type_named(info[1].removesuffix("[]")) if info else ""
    return DOTNET if kind or (info and info[1] == "enum") else UNKNOWN


def _index(node: Node, script: Script, depth: int) -> Origin:
    return origin_of(node.child("Target"), script, depth)


def _table(node: Node, script: Script, depth: int) -> Origin:
    del node, script, depth
    return OWN


_HANDLERS: Final[dict[str, Callable[[Node, Script, int], Origin]]] = {
    "Command": _command,
    "VariableExpression": _variable,
    "MemberExpression": _member,
    "IndexExpression": _index,
    "Hashtable": _table,
}
