"""How a verb is written: help, name, parameters, and the one kind of object it returns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.calls import passed, resolve
from zdm_automate.conformance.command import command_of, single_command
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.scope import function_of, is_mandatory, parameters, type_constraint
from zdm_automate.conformance.tree import literal, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.command import Command
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

RESULTS: Final = frozenset({"new-zdmfact", "new-zdmchange", "new-zdmnativetext"})
_READS: Final = {"reader": frozenset({"Get"}), "test": frozenset({"Test"})}
_VALIDATED: Final = frozenset(
    {"bool", "boolean", "switch", "switchparameter", "int", "int32", "long", "int64", "pscredential", "securestring",
     "datetime", "timespan", "hashtable", "scriptblock", "guid", "version"}
)  # fmt: skip
_SECRETS: Final = re.compile(r"(?i)passw(or)?d|passphrase|secret|apikey|token$")
_SECRET_TYPES: Final = frozenset(
    {"pscredential", "securestring", "system.management.automation.pscredential", "system.security.securestring"}
)
UNSEALS: Final = ("Register-ZdmTask", "Test-ZdmKey", "Test-ZdmKeyFile", "Write-ZdmKeyFile")
"""The functions of the prelude that may: the task scheduler takes a password in no other form, USMT its key as a file."""
HOUSE: Final = "house rule"


def _name(script: Script) -> Iterator[Hit]:
    if script.shape != "verb":
        return
    if script.main is None:
        yield Hit(None, f"The file defines no function {script.stem}.", "Name the function as the file.")
        return
    statements = [one for block in script.tree.root.all("EndBlock") for one in block.children]
    for one in statements:
        if one is not script.main:
            yield Hit(one, "Beside its function the file holds more.", "Move it into the function, or into the prelude.")
    if script.main.get("Name") != script.stem:
        yield Hit(script.main, f"The function is {script.main.get('Name')}, the file {script.stem}.", "Spell both alike.")


def _verb(script: Script) -> Iterator[Hit]:
    for name, function in script.functions.items():
        del name
        verb = function.get("Name").partition("-")[0]
        if verb not in script.around.documents.approved_verbs:
            yield Hit(function, f"{verb} is no approved verb.", "Choose one of Get-Verb.")
    if script.main is not None and script.kind:
        verb = script.stem.partition("-")[0]
        expected = _READS.get(script.kind)
        if expected and verb not in expected:
            yield Hit(
                script.main, f"A {script.kind} is called {'-, '.join(expected)}-, not {verb}-.", "Rename it, or change Kind."
            )
        if script.kind == "applier" and verb in {"Get", "Test"}:
            yield Hit(script.main, f"{verb}- promises that nothing changes.", "Rename it, or change Kind.")


def _help(script: Script) -> Iterator[Hit]:
    main = script.main
    if main is None:
        return
    if not script.help:
        yield Hit(
            main, "There is no comment-based help.", "Write SYNOPSIS, DESCRIPTION, PARAMETER, EXAMPLE, OUTPUTS and NOTES."
        )
        return
    for section in ("Synopsis", "Description", "Notes"):
        if not str(script.help.get(section, "")).strip():
            yield Hit(main, f"The help has no {section.upper()}.", "Write it.")
    for section, word in (("Outputs", "OUTPUTS"), ("Examples", "EXAMPLE")):
        texts = script.help.get(section)
        if not isinstance(texts, list) or not any(str(text).strip() for text in texts):
            yield Hit(main, f"The help has no {word}.", "Write it.")
    described = script.help.get("Parameters")
    known = {str(name).casefold() for name in described} if isinstance(described, dict) else set()
    declared = {variable(one.child("Name")) or "": one for one in parameters(main)}
    for name, parameter in declared.items():
        if name not in known:
            yield Hit(parameter, f"The help does not describe {name}.", "Describe it.")
    for name in sorted(known - set(declared)):
        yield Hit(main, f"The help describes {name}, which is no parameter.", "Take it out.")


def _notes(script: Script) -> Iterator[Hit]:
    if script.main is None or not script.help:
        return
    if not script.kind:
        yield Hit(script.main, "NOTES do not say Kind: reader, test or applier.", "Say it.")
    if "Floor" not in script.notes:
        yield Hit(script.main, "NOTES do not say Floor: 2.0, 3.0 or 5.1.", "Say it.")
    reader = script.notes.get("Reader", "")
    if script.kind == "applier" and not reader:
        yield Hit(script.main, "An applier names its Reader in NOTES.", "Name the verb that reads what it changes.")
    elif reader and script.kind != "applier":
        yield Hit(script.main, "Only an applier names a Reader.", "Take it out.")
    elif reader and reader.casefold() not in script.around.verbs:
        yield Hit(script.main, f"The reader {reader} is no verb.", "Name one that there is.")


def _binding(script: Script) -> Iterator[Hit]:
    main = script.main
    block = main.child("Body") if main else None
    declared = block.child("ParamBlock") if block else None
    if main is None:
        return
    attributes = declared.all("Attributes") if declared else []
    binding = next((one for one in attributes if one.get("TypeName").casefold() == "cmdletbinding"), None)
    if binding is None:
        yield Hit(main, "The function has no [CmdletBinding()].", "Write it above param.")
        return
    supports = [one for one in binding.all("NamedArguments") if one.get("ArgumentName").casefold() == "supportsshouldprocess"]
    written = bool(supports) and variable(supports[0].child("Argument")) == "true"
    if script.kind == "applier" and not written:
        yield Hit(binding, "An applier says SupportsShouldProcess = $true.", "Write it out.")
    if script.kind in _READS and supports:
        yield Hit(binding, "What changes nothing does not support ShouldProcess.", "Take it out, or change Kind.")


def _parameters(script: Script) -> Iterator[Hit]:
    for parameter in parameters(script.main) if script.main else ():
        name = parameter.child("Name")
        shown = name.text if name else "a parameter"
        constraint = type_constraint(parameter)
        attributes = [one for one in parameter.all("Attributes") if one.kind == "Attribute"]
        names = {one.get("TypeName").casefold() for one in attributes}
        if constraint is None:
            yield Hit(parameter, f"{shown} has no type.", "Give it one.")
            continue
        if "parameter" not in names:
            yield Hit(parameter, f"{shown} has no [Parameter()].", "Write [Parameter(Mandatory = $true)], or $false.")
        if not any(
            one.get("ArgumentName").casefold() == "mandatory"
            for attribute in attributes
            for one in attribute.all("NamedArguments")
        ):
            yield Hit(parameter, f"{shown} does not say whether it is mandatory.", "Write Mandatory = $true, or $false.")
        kind = constraint.get("TypeName").casefold().removesuffix("[]").rpartition(".")[2]
        checked = any(one.startswith(("validate", "allow")) for one in names)
        if is_mandatory(parameter) and not checked and kind not in _VALIDATED:
            yield Hit(
                parameter, f"{shown} is not validated.", "Add [ValidateNotNullOrEmpty()], ValidateSet or ValidatePattern."
            )


def _secrets(script: Script) -> Iterator[Hit]:
    for function in script.functions.values():
        for parameter in parameters(function):
            name = variable(parameter.child("Name")) or ""
            constraint = type_constraint(parameter)
            kind = constraint.get("TypeName").casefold() if constraint else ""
            if _SECRETS.search(name) and kind not in _SECRET_TYPES and kind not in {"bool", "switch"}:
                yield Hit(
                    parameter, f"A secret comes as {kind or 'anything'} in {name}.", "Take a [pscredential] or [securestring]."
                )
    for command in script.commands:
        if command.is_("ConvertTo-SecureString") and command.names("AsPlainText"):
            yield Hit(
                command.node, "A secret stands in plain text before it is sealed.", "Take it as a [securestring] parameter."
            )
    names = UNSEALS if script.stem == "prelude" else ()
    keepers = [found for name in names if (found := script.functions.get(name.casefold())) is not None]
    unsealed = [node for keeper in keepers for node in keeper.find("InvokeMemberExpression", "MemberExpression")]
    for node in script.tree.root.find("InvokeMemberExpression", "MemberExpression"):
        if (literal(node.child("Member")) or "").casefold() in {
            "getnetworkcredential",
            "securestringtobstr",
            "securestringtoglobalallocunicode",
        } and not any(node is one for one in unsealed):
            yield Hit(node, "A secret is taken out of its credential.", "Hand the credential itself to the command.")


def _results(script: Script) -> Iterator[Hit]:
    main = script.main
    if main is None or not script.help:
        return
    outputs = script.help.get("Outputs")
    declared = {word for text in (outputs if isinstance(outputs, list) else []) for word in str(text).split()}
    made = [command for command in script.commands if command.name.casefold() in RESULTS]
    for command in made:
        kind = literal(command.argument("Type")) if command.is_("New-ZdmFact") else None
        if kind is not None and kind not in declared:
            yield Hit(command.node, f"{kind} is not among the OUTPUTS of the help.", "Name it there, or make another.")
        given, complete = passed(command, resolve(command, script), script)
        verb = next((literal(one.given.value) for one in given if one.given.name.casefold() == "verb"), None)
        if command.is_("New-ZdmChange") and complete and verb is not None and verb != script.stem:
            yield Hit(command.node, f"The record says it is {verb}'s.", f"Say {script.stem}.")
        for value in _nested(command):
            yield Hit(value, "A fact is flat: no table or object stands in it.", "Give its values as properties of their own.")
    if not made:
        yield Hit(main, "The verb returns nothing made by New-ZdmFact or New-ZdmChange.", "Return one flat object.")
    if script.kind == "applier" and not any(one.is_("New-ZdmChange") for one in made):
        yield Hit(main, "An applier returns the record of New-ZdmChange.", "Return it on every way.")
    if script.kind == "applier" and declared != {"Zdm.Change"}:
        yield Hit(main, "The OUTPUTS of an applier are Zdm.Change.", "Say so.")


def _nested(command: Command) -> Iterator[Node]:
    """The tables and objects that are written into a fact as values."""
    table = command.argument("Property") if command.is_("New-ZdmFact") else None
    for pair in table.all("KeyValuePairs.2") if table is not None else ():
        for node in pair.find("Hashtable", "Command"):
            if node.kind == "Hashtable" or command_of(node).is_("New-Object"):
                yield node


def _stray(script: Script) -> Iterator[Hit]:
    """Values that fall into the result: bare expressions and commands whose output nobody takes."""
    main = script.main
    if main is None:
        return
    for pipeline in main.find("Pipeline"):
        if pipeline.role != "Statements" or not _outermost(pipeline, main):
            continue
        last = pipeline.children[-1]
        if last.kind == "CommandExpression":
            expression = last.children[0]
            quiet = expression.kind == "ConvertExpression" and expression.children[0].get("TypeName").casefold() == "void"
            if not quiet and expression.kind != "UnaryExpression":
                yield Hit(
                    pipeline, f"{pipeline.text.splitlines()[0]} falls into the result.", "Assign it to $null, or return a fact."
                )
            continue
        command = single_command(last)
        if command is None or command.name.casefold() in RESULTS:
            continue
        if _speaks(command, script):
            yield Hit(pipeline, f"What {command.name} gives falls into the result.", "Assign it, to $null if nothing wants it.")


def _speaks(command: Command, script: Script) -> bool:
    """Whether a command is documented to give something as it is called: with -PassThru where it has that."""
    cmdlets = script.around.documents.cmdlets.get(command.name.casefold(), ())
    if any(one.parameter("PassThru") for one in cmdlets) and not command.names("PassThru"):
        return False
    return bool(script.around.documents.classes_of(command.name, _named(command)))


def _named(command: Command) -> list[str]:
    return [one.name for one in command.arguments() if one.name]


def _outermost(node: Node, main: Node) -> bool:
    """Whether a statement's value goes into the function's own output, not into a variable or a block of its own."""
    for above in node.up():
        if above is main:
            return True
        if above.kind in {
            "ScriptBlockExpression",
            "AssignmentStatement",
            "ArrayExpression",
            "SubExpression",
            "ParenExpression",
        }:
            return False
        if above.kind == "FunctionDefinition":
            return above is main
    return function_of(node) is main


RULES: Final = (
    Rule("shape/name", "A file holds one function, named as the file.", HOUSE, _name),
    Rule("shape/verb", "Functions begin with an approved verb, readers with Get, tests with Test.", HOUSE, _verb),
    Rule("shape/help", "A verb has SYNOPSIS, DESCRIPTION, each PARAMETER, EXAMPLE, OUTPUTS and NOTES.", HOUSE, _help),
    Rule("shape/notes", "NOTES say Kind and Floor, and the Reader of an applier.", HOUSE, _notes),
    Rule("shape/cmdlet-binding", "An applier supports ShouldProcess, and nothing else does.", HOUSE, _binding),
    Rule("shape/parameter", "Parameters have a type, say Mandatory, and are validated where they are.", HOUSE, _parameters),
    Rule("shape/secret", "Secrets come as credentials or secure strings and stay so.", HOUSE, _secrets),
    Rule("shape/result", "A verb returns facts of its OUTPUTS; an applier, its change record.", HOUSE, _results),
    Rule("shape/stray-output", "Nothing else falls into the result.", HOUSE, _stray),
)
