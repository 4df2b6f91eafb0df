"""Changes: an applier asks ShouldProcess right before each, and whatever else a verb is, it makes none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.calls import Documented, Own, resolve
from zdm_automate.conformance.command import command_of, single_command, words
from zdm_automate.conformance.guards import certain_at
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.rules.programs import HELPERS
from zdm_automate.conformance.tree import literal, variable
from zdm_automate.conformance.types import type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.command import Command
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node


def _changes(script: Script, root: Node) -> Iterator[tuple[Node, str]]:
    """Everything at or below a node that changes the host, with what it is."""
    for node in root.find("Command"):
        command = command_of(node)
        if _changing(command, script):
            yield node, command.name
    for node in root.find("InvokeMemberExpression"):
        name = (literal(node.child("Member")) or "").casefold()
        held = type_of(node.child("Expression"), script)
        if name in script.around.documents.changes.methods and (
            not held or held.startswith(("System.IO", "System.Management.", "System.DirectoryServices"))
        ):
            yield node, literal(node.child("Member")) or ""
    for node in root.find("FileRedirection"):
        yield node, node.text


def _changing(command: Command, script: Script) -> bool:
    documents = script.around.documents
    name = command.name.casefold()
    if name in documents.changes.session:
        return False
    if name in HELPERS:
        return not _only_reads(command, script)
    target = resolve(command, script)
    if isinstance(target, Own):
        return name in _own_changes(script)
    if isinstance(target, Documented):
        return bool(target.cmdlet.record.get("w")) or command.name.partition("-")[0].casefold() in documents.changes.verbs
    return False


def _own_changes(script: Script) -> frozenset[str]:
    """The functions of the prelude and of the script itself that change something."""
    if "changes" not in script.memo:
        script.memo["changes"] = script.around.changing
        script.memo["changes"] = script.around.changing | changing_functions(script)
    result: frozenset[str] = script.memo["changes"]
    return result


def changing_functions(script: Script) -> frozenset[str]:
    """The functions of a script that change something, directly or by another of them; the verb's own apart."""
    found: frozenset[str] = script.around.changing
    while True:
        script.memo["changes"] = found
        more = {
            name
            for name, function in script.functions.items()
            if name not in found and name not in HELPERS and function is not script.main and any(_changes(script, function))
        }
        if not more:
            return found
        found |= more


def _only_reads(command: Command, script: Script) -> bool:
    """Whether a program is called with words by which it only reads. What is not constant counts as a change."""
    if command.is_("Invoke-ZdmDnscmd"):
        tool = "dnscmd"
    elif command.is_("Invoke-ZdmDhcpNetsh"):
        tool = "dhcp"
    else:
        given = command.argument("FilePath") or next((one.value for one in command.arguments() if not one.name), None)
        tool = (literal(given) or "").casefold().removesuffix(".exe")
    known = script.around.documents.changes
    if tool in known.safe:
        return True
    reading = known.reading.get(tool, frozenset())
    named = command.argument("Words", "ArgumentList")
    listed = [word.casefold() for word in words(_held(named, script)) if word is not None]
    if tool == "dnscmd":
        return any(word.startswith(tuple(reading)) for word in listed[:2])
    decisive = next((word for word in listed if word in reading or word in known.writing), "")
    return decisive in reading


def _held(node: Node | None, script: Script) -> Node | None:
    name = variable(node)
    rights = script.scopes.assigned(node, name) if node is not None and name else []
    return rights[0] if len(rights) == 1 else node


def _asked(script: Script) -> Iterator[Hit]:
    if script.main is None or script.kind != "applier":
        return
    made = list(_changes(script, script.main))
    for node, what in made:
        if _whatif_off(node):
            continue
        if not certain_at(node, script).agreed:
            yield Hit(
                node, f"{what} changes the host, and ShouldProcess has not agreed before it.", "Ask it right before the change."
            )
    if not made:
        yield Hit(
            script.main,
            "Nothing in this applier is known to change anything.",
            "Is it a reader? Or is the change one not known here?",
        )
    if not any((literal(one.child("Member")) or "") == "ShouldProcess" for one in script.main.find("InvokeMemberExpression")):
        yield Hit(script.main, "The applier never asks ShouldProcess.", "Ask it right before the change.")


def _whatif_off(node: Node) -> bool:
    """Whether a call says itself that it happens in a dry run too."""
    return any(
        element.get("ParameterName").casefold() == "whatif" and variable(element.child("Argument")) == "false"
        for element in node.all("CommandElements")
        if element.kind == "CommandParameter"
    )


def _direct(script: Script) -> Iterator[Hit]:
    """Reads and decisions do not stand between the question and the first change."""
    if script.main is None or script.kind != "applier":
        return
    for node in script.main.find("InvokeMemberExpression"):
        if (literal(node.child("Member")) or "") != "ShouldProcess":
            continue
        statement = node.above("IfStatement")
        if statement is None or not any(node.inside(one) for one in statement.all("Clauses.1")):
            yield Hit(
                node, "The answer of ShouldProcess is not what an if decides by.", "Ask it in the condition of the change."
            )


def _harmless(script: Script) -> Iterator[Hit]:
    if script.main is None or script.kind not in {"reader", "test"}:
        return
    for node, what in _changes(script, script.main):
        yield Hit(node, f"{what} changes the host, in a {script.kind}.", "Make an applier of it, or leave it out.")
    for node in script.main.find("Command"):
        called = single_command(node)
        target = resolve(called, script) if called else None
        if isinstance(target, Own) and called is not None and called.name.casefold() in script.around.verbs:
            yield Hit(node, f"A verb calls the verb {called.name}; it is not sent along.", "Share a function of the prelude.")


RULES: Final = (
    Rule("change/should-process", "An applier asks ShouldProcess before every change.", "house rule", _asked),
    Rule("change/condition", "The answer of ShouldProcess decides in the condition of an if.", "house rule", _direct),
    Rule("change/reader", "A reader or test changes nothing.", "house rule", _harmless),
)
