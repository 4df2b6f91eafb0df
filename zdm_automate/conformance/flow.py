"""Where a value comes from: which documented objects an expression holds, followed through variables, loops and pipelines.

It follows assignments, `foreach`, `$_` of Where-Object and ForEach-Object, indexes, results of methods of WMI, and script
blocks called by `&`, within one function. It does not follow parameters without a type, values kept in tables or objects,
or names that are computed.
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
DEPTH: Final = 24
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
        keys: of tables and objects the scripts made, the names they have, in lower case; None where they are not all known.
    """

    kind: Kind
    classes: frozenset[str] = field(default_factory=frozenset)
    asked: frozenset[str] = field(default_factory=frozenset)
    keys: frozenset[str] | None = None


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
    if len({one.kind for one in found}) > 1 or found[0].kind == "unknown":
        return UNKNOWN
    if found[0].kind == "own":
        keys = [one.keys for one in found if one.keys is not None]
        return Origin("own", keys=frozenset[str]().union(*keys)) if len(keys) == len(found) else OWN
    if found[0].kind == "dotnet":
        return DOTNET
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
    if isinstance(target, Own):
        return _function(target, script, depth)
    if name == "new-object":
        table = command.argument("Property")
        return origin_of(table, script, depth) if table is not None and not command.argument("ComObject") else OWN
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


def _function(own: Own, script: Script, depth: int) -> Origin:
    """What a function of the prelude gives; worked out once."""
    body = own.function.child("Body")
    key = f"gives {own.name.casefold()}"
    if body is None or own.name.casefold() not in script.around.functions:
        return OWN
    if key not in script.memo:
        script.memo[key] = OWN  # for a function that calls itself
        given = _results(body, script, depth)
        script.memo[key] = given if given.kind == "own" else OWN
    found: Origin = script.memo[key]
    return found


def block_result(block: Node, script: Script, depth: int) -> Origin:
    """What a script block gives."""
    inner = block.child("ScriptBlock")
    return _results(inner, script, depth) if inner is not None else NOTHING


def _results(block: Node, script: Script, depth: int) -> Origin:
    """What falls into the result of a block: returns, and statements whose value nobody takes."""
    end = block.child("EndBlock")
    given: list[Origin] = []
    for node in end.find("Pipeline") if end is not None else ():
        returned = node.parent is not None and node.parent.kind == "ReturnStatement"
        spoken = node.role == "Statements" and not _silent(node)
        if (returned or spoken) and _taken_in(node, block):
            given.append(origin_of(node, script, depth + 1))
    return merge(given)


def _silent(node: Node) -> bool:
    """Whether a statement is a command that is not called for what it gives."""
    last = node.children[-1]
    return last.kind == "Command" and not command_of(last).name.startswith(("Get-", "New-Object"))


def _taken_in(node: Node, block: Node) -> bool:
    """Whether a value goes into the result of this block, not into a variable, an argument or a block within."""
    for above in node.up():
        if above is block:
            return True
        if above.kind in {"AssignmentStatement", "ParenExpression", "ArrayExpression", "SubExpression", "ScriptBlock"}:
            return False
    return False


def _variable(node: Node, script: Script, depth: int) -> Origin:
    name = variable(node) or ""
    if name in {"_", "psitem"}:
        return _current(node, script, depth)
    if name in _AUTOMATIC or name.startswith("env:"):
        return _AUTOMATIC.get(name, DOTNET)
    rights = script.scopes.assigned(node, name)
    loops = script.scopes.looped(node, name)
    if rights or loops:
        held = merge(origin_of(one, script, depth) for one in (*rights, *loops))
        return _with_more_keys(held, node, name, script)
    return DOTNET if parameter_of(node, name) is not None and type_of(node, script) else UNKNOWN


def _with_more_keys(held: Origin, node: Node, name: str, script: Script) -> Origin:
    """A table with the keys that it is given after it was made."""
    if held.kind != "own" or held.keys is None:
        return held
    more = script.scopes.added(node, name)
    return Origin("own", keys=held.keys | {key.casefold() for key in more if key}) if None not in more else OWN


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
    if held.kind in {"own", "dotnet"}:
        return Origin(held.kind)
    if held.kind != "windows" or name is None:
        return DOTNET if type_of(node, script) else UNKNOWN
    if name.casefold() == "psobject":
        return DOTNET  # what PowerShell itself says of any object
    documents = script.around.documents
    linked = documents.linked(held.classes, name)
    if linked:
        return Origin("windows", linked)
    info = documents.property_of(held.classes, name)
    kind = documents.type_named(info[1].removesuffix("[]")) if info else ""
    return DOTNET if kind or (info and info[1] == "enum") else UNKNOWN


def _invoked(node: Node, script: Script, depth: int) -> Origin:
    """What a method gives: where it is one of documented objects, what is documented of its result."""
    held = origin_of(node.child("Expression"), script, depth)
    known = script.around.documents.classes
    given = frozenset(name for one in held.classes if (name := f"{one} method result") in known)
    if given:
        return Origin("windows", given)
    return DOTNET if type_of(node, script) else UNKNOWN


def _index(node: Node, script: Script, depth: int) -> Origin:
    return origin_of(node.child("Target"), script, depth)


def _table(node: Node, script: Script, depth: int) -> Origin:
    del script, depth
    keys = [literal(key) for key in node.all("KeyValuePairs.1")]
    return Origin("own", keys=frozenset(key.casefold() for key in keys if key is not None)) if None not in keys else OWN


_HANDLERS: Final[dict[str, Callable[[Node, Script, int], Origin]]] = {
    "Command": _command,
    "VariableExpression": _variable,
    "MemberExpression": _member,
    "InvokeMemberExpression": _invoked,
    "IndexExpression": _index,
    "Hashtable": _table,
    "TypeExpression": lambda *_: DOTNET,
}
