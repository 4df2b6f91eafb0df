"""Constructs of the language that came later than the script's floor. A run on the newest engine does not notice them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import commands
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.tree import literal, variable
from zdm_automate.conformance.types import is_array, owner_of, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

Seen = tuple["Node", str]
"""A node and what it is called."""

_OPERATORS: Final = {
    "3.0": {"Iin": "-in", "Inotin": "-notin", "Cin": "-cin", "Cnotin": "-cnotin", "Shl": "-shl", "Shr": "-shr",
            "In": "-in"},
    "7.0": {"QuestionQuestion": "??", "QuestionQuestionEquals": "??=", "AndAnd": "&&", "OrOr": "||"},
}  # fmt: skip
_STREAMS: Final = {"Warning": "3.0", "Verbose": "3.0", "Debug": "3.0", "All": "3.0", "Information": "5.0"}
_SUFFIX: Final = re.compile(r"(?i)^(0b[01]+|\d+(u|y|s|us|uy|ul|n)(kb|mb|gb)?)$")
_ATTRIBUTES: Final = {
    "argumentcompleter": "5.0",
    "validatedrive": "5.0",
    "validateuserdrive": "5.1",
    "supportswildcards": "5.0",
    "experimental": "6.2",
    "validatenotnullorwhitespace": "7.4",
}
_COMMON: Final = {"pipelinevariable": "4.0", "pv": "4.0", "informationaction": "5.0", "informationvariable": "5.0"}


def _tables(root: Node) -> Iterator[Seen]:
    for node in root.find("ConvertExpression"):
        constraint, child = node.child("Type"), node.child("Child")
        written = constraint.get("TypeName").casefold() if constraint else ""
        if written in {"pscustomobject", "ordered"} and child is not None and child.kind == "Hashtable":
            yield node, f"[{written}]@{{}}"


def _variables(root: Node) -> Iterator[Seen]:
    for node in root.find("VariableExpression"):
        if variable(node) in {"psitem", "psscriptroot", "pscommandpath"}:
            yield node, f"${node.get('VariablePath')}"
    for node in root.find("UsingExpression"):
        yield node, "$using:"


def _attributes(root: Node) -> Iterator[Seen]:
    for node in root.find("Attribute"):
        for argument in node.all("NamedArguments"):
            name = argument.get("ArgumentName")
            if argument.has("ExpressionOmitted"):
                yield argument, f"{name} without `= $true`"
            elif name.casefold() == "positionalbinding":
                yield argument, name


def _calls(root: Node) -> Iterator[Seen]:
    for command in commands(root):
        if literal(command.argument("ErrorAction", "EA") or command.argument("WarningAction", "WA")) in {"Ignore", "ignore"}:
            yield command.node, "-ErrorAction Ignore"
        if command.is_("Where-Object", "ForEach-Object", "?", "%", "where", "foreach"):
            first = next((one for one in command.elements), None)
            if first is not None and first.kind in {"StringConstantExpression", "CommandParameter"}:
                name = first.get("ParameterName").casefold()
                if (
                    not any(full.startswith(name) for full in ("filterscript", "process", "begin", "end", "inputobject"))
                    or not name
                ):
                    yield command.node, f"{command.name} without a script block"


def _requires(root: Node) -> Iterator[Seen]:
    if root.has("RequiresModules"):
        yield root, "#requires -Modules"


def _since_4(root: Node) -> Iterator[Seen]:
    for node in root.find("InvokeMemberExpression"):
        method = (literal(node.child("Member")) or "").casefold()
        arguments = node.all("Arguments")
        if method in {"where", "foreach"} and arguments and arguments[0].kind == "ScriptBlockExpression":
            yield node, f".{method}{{}}"
    if root.has("RequiresElevation"):
        yield root, "#requires -RunAsAdministrator"
    for node in root.find("ConfigurationDefinition", "DynamicKeywordStatement"):
        yield node, "a DSC configuration"


def _since_5(root: Node) -> Iterator[Seen]:
    for node in root.find("TypeDefinition"):
        yield node, "a class or enum"
    for node in root.find("UsingStatement"):
        yield node, "using"
    for node in root.find("InvokeMemberExpression"):
        if node.has("Static") and (literal(node.child("Member")) or "").casefold() == "new":
            yield node, "[type]::new()"


def _operators_of(since: str) -> Callable[[Node], Iterator[Seen]]:
    def look(root: Node) -> Iterator[Seen]:
        for node in root.find("BinaryExpression", "AssignmentStatement", "PipelineChain"):
            if node.get("Operator") in _OPERATORS[since]:
                yield node, _OPERATORS[since][node.get("Operator")]

    return look


def _since_7(root: Node) -> Iterator[Seen]:
    for node in root.find("TernaryExpression"):
        yield node, "the ternary ?:"
    for node in root.find("Pipeline", "PipelineChain"):
        if node.has("Background"):
            yield node, "a trailing &"
    for node in root.walk():
        if node.has("NullConditional"):
            yield node, "?. or ?[]"


def _spellings(root: Node) -> Iterator[Seen]:
    for node in root.find("StringConstantExpression", "ExpandableStringExpression"):
        if node.get("StringConstantType") in {"DoubleQuoted", "DoubleQuotedHereString"} and "`u{" in node.text:
            yield node, "`u{}"
    for node in root.find("ConstantExpression"):
        if _SUFFIX.match(node.text):
            yield node, f"the number {node.text}"
    for node in root.find("NamedBlock"):
        if node.get("BlockKind") == "Clean":
            yield node, "a clean block"


def _streams(root: Node) -> Iterator[tuple[str, Seen]]:
    for node in root.find("FileRedirection", "MergingRedirection"):
        since = _STREAMS.get(node.get("FromStream"))
        if since:
            yield since, (node, f"the redirection {node.text.split()[0]}")


def _named(root: Node) -> Iterator[tuple[str, Seen]]:
    for node in root.find("Attribute"):
        since = _ATTRIBUTES.get(node.get("TypeName").casefold().removesuffix("attribute"))
        if since:
            yield since, (node, f"[{node.get('TypeName')}()]")
    for command in commands(root):
        for element in command.elements:
            since = _COMMON.get(element.get("ParameterName").casefold())
            if since:
                yield since, (element, f"-{element.get('ParameterName')}")


_TABLE: Final[tuple[tuple[str, Callable[[Node], Iterator[Seen]]], ...]] = (
    ("3.0", _operators_of("3.0")),
    ("3.0", _tables),
    ("3.0", _variables),
    ("3.0", _attributes),
    ("3.0", _calls),
    ("3.0", _requires),
    ("4.0", _since_4),
    ("5.0", _since_5),
    ("7.0", _operators_of("7.0")),
    ("7.0", _since_7),
    ("7.0", _spellings),
)


def _floor(script: Script) -> Iterator[Hit]:
    root = script.tree.root
    found = [(since, seen) for since, look in _TABLE if script.below(since) for seen in look(root)]
    found += [(since, seen) for since, seen in (*_streams(root), *_named(root)) if script.below(since)]
    for since, (node, what) in found:
        yield Hit(node, f"{what} came with PowerShell {since}; the floor is {script.floor}.", "Write it in the older form.")


def _unread(script: Script) -> Iterator[Hit]:
    for mark in script.tree.marks:
        if mark.kind == "Error":
            yield Hit(mark, f"The parser says: {mark.text}", "Mend the syntax.")


def _enumeration(script: Script) -> Iterator[Hit]:
    if not script.below("3.0"):
        return
    own = {"count", "length", "longlength", "rank", "isfixedsize", "isreadonly", "issynchronized", "syncroot"}
    for node in script.tree.root.find("MemberExpression"):
        name = (literal(node.child("Member")) or "").casefold()
        if not node.has("Static") and name not in own and is_array(owner_of(node, script)):
            yield Hit(
                node, f"On 2.0 a list has no {name}; only its elements have.", "Ask each element, by ForEach-Object or a loop."
            )


def _replace(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("BinaryExpression"):
        if node.get("Operator") in {"Ireplace", "Creplace"} and any(
            one.kind == "ScriptBlockExpression" or type_of(one, script).endswith("ScriptBlock")
            for one in node.children[1].walk()
        ):
            yield Hit(
                node,
                "-replace takes a script block from 6.1 on; older hosts write its text.",
                "Use [regex]::Replace or a loop.",
            )


RULES: Final = (
    Rule("syntax/parse", "The engine's parser reads the script without an error.", "the parser", _unread),
    Rule(
        "syntax/floor",
        "No construct of the language is younger than the declared floor.",
        "about_Language pages; Differences between Windows PowerShell 5.1 and PowerShell 7",
        _floor,
    ),
    Rule(
        "syntax/member-enumeration",
        "A script for 2.0 reads no property over a whole list.",
        "about_Member-Access_Enumeration",
        _enumeration,
    ),
    Rule("syntax/replace-block", "-replace gets no script block.", "about_Comparison_Operators", _replace),
)
