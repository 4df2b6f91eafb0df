"""Whether the .NET types and members that a script uses are there on the framework of its oldest host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.calls import engine_at
from zdm_automate.conformance.command import command_of
from zdm_automate.conformance.documents import version
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.tree import literal
from zdm_automate.conformance.types import TABLE, full_name, is_array, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

FRAMEWORK: Final = {"2.0": "2.0", "3.0": "4.0", "4.0": "4.5", "5.0": "4.5", "5.1": "4.5"}
"""The framework that a host with this PowerShell has at least."""

PROPERTY: Final = -100
_ADDED: Final = frozenset(
    {"psobject", "psbase", "pstypenames", "count", "length", "where", "foreach", "gettype", "tostring", "new"}
)
_ITEMS: Final = frozenset(
    {"psiscontainer", "pspath", "psparentpath", "pschildname", "psdrive", "psprovider", "basename", "mode"}
)
"""What the provider adds to files and folders."""
_LIST: Final = "the members of the .NET Framework by version (data/README.md)"
_NEWER: Final = "Use what the older framework has, or raise the floor."


def _named(script: Script) -> Iterator[tuple[Node, str]]:
    for node in script.tree.root.find("TypeConstraint", "TypeExpression"):
        name = full_name(node)
        yield node, name.removesuffix("[]").partition("[")[0]
    for node in script.tree.root.find("Command"):
        command = command_of(node)
        if command.is_("New-Object") and not command.names("ComObject"):
            given = command.argument("TypeName") or next((one.value for one in command.arguments() if not one.name), None)
            written = literal(given)
            if written:
                yield node, written if "." in written else script.around.documents.type_named(written) or written


def _types(script: Script) -> Iterator[Hit]:
    documents = script.around.documents
    for node, name in _named(script):
        found = documents.dotnet(name)
        if found is None:
            if name.rpartition(".")[0].casefold() in documents.namespaces and "`" not in name:
                yield Hit(node, f"The .NET Framework has no {name}.", "Use a type of the .NET Framework.")
            continue
        script.around.counted.members += 1
        yield from _late(node, name, str(found["v"]), script)


def _late(node: Node, what: str, since: str, script: Script) -> Iterator[Hit]:
    engine = engine_at(node, script)
    has = FRAMEWORK.get(engine, FRAMEWORK["5.1"])
    if version(since) > version(has):
        yield Hit(node, f"{what} came with .NET {since}; a host with PowerShell {engine} may have {has}.", _NEWER)


def _members(script: Script) -> Iterator[Hit]:
    documents = script.around.documents
    for node in script.tree.root.find("MemberExpression", "InvokeMemberExpression"):
        name = literal(node.child("Member"))
        owner = owner_of(node, script)
        if not name or not owner or is_array(owner) or documents.dotnet(owner) is None:
            continue
        calls = node.kind == "InvokeMemberExpression"
        if owner.startswith("System.IO.") and name.casefold() in _ITEMS:
            continue
        if (name.casefold() in _ADDED and not node.has("Static")) or (owner == TABLE and not calls) or name.casefold() == "new":
            continue
        script.around.counted.members += 1
        versions = documents.member(owner, name, static=node.has("Static"))
        if versions is None:
            yield Hit(node, f"{owner} has no {name} in the .NET Framework.", "Use a member of the .NET Framework.")
            continue
        fitting = _fitting(versions, len(node.all("Arguments")) if calls else None)
        if fitting is None:
            count = len(node.all("Arguments"))
            yield Hit(node, f"{name} of {owner} takes no {count} arguments in the .NET Framework.", "Use a form that it has.")
        else:
            yield from _late(node, f"{name} of {owner}", fitting, script)


def _fitting(versions: dict[str, list[int]], given: int | None) -> str | None:
    """The first version with a form that takes so many arguments; None where no version has one."""
    for since in sorted(versions, key=version):
        for takes in versions[since]:
            if given is None or takes in (PROPERTY, given) or (PROPERTY < takes < 0 and given >= -takes - 1):
                return since
    return None


RULES: Final = (
    Rule("dotnet/type", "Every .NET type is there on the oldest host.", _LIST, _types),
    Rule("dotnet/member", "Every .NET member is there, with so many arguments, on the oldest host.", _LIST, _members),
)
