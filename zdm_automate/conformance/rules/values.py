"""Values that mean something else on an older engine: counts, empty lists, split texts, encodings, automatic variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.scope import is_mandatory, parameter_of, type_constraint
from zdm_automate.conformance.tree import literal, variable, without_parentheses
from zdm_automate.conformance.types import COUNTED, STRING, is_array, owner_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

_SURE: Final = frozenset({"ArrayExpression", "ArrayLiteral", "Hashtable", "StringConstantExpression", "ConstantExpression"})
_DIFFER: Final = "Differences between Windows PowerShell 5.1 and PowerShell 7"
_CULTURE: Final = frozenset({"psculture", "psuiculture"})
_GONE: Final = frozenset({"clrversion", "buildversion"})
_EXCEPTIONS: Final = frozenset({"webexception", "httprequestexception", "httpresponseexception"})
_SPLITS: Final = "The engine before 6 splits at each character of the text"


def _counts(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("MemberExpression"):
        name = (literal(node.child("Member")) or "").casefold()
        if name not in {"count", "length"} or node.has("Static"):
            continue
        owner = owner_of(node, script)
        if is_array(owner) or owner in COUNTED or (owner == STRING and name == "length"):
            continue
        if owner and script.around.documents.member(owner, name, static=False):
            continue
        sentence = f"{node.text} is nothing on 2.0, and an error or 1 elsewhere, where it is asked of a single object."
        yield Hit(node, sentence, "Wrap it in @( ), or give the variable an array type.")


def _loops(script: Script) -> Iterator[Hit]:
    if not script.below("3.0"):
        return
    for node in script.tree.root.find("ForEachStatement"):
        condition = node.child("Condition")
        if condition is not None and not _surely_list(condition, script):
            sentence = "On 2.0 a loop over nothing runs once."
            yield Hit(
                condition,
                f"{sentence} {condition.text} may be nothing.",
                "Wrap it in @( ) and test each element, or test it first.",
            )


def _surely_list(node: Node, script: Script) -> bool:
    node = without_parentheses(node)
    if node.kind in _SURE or (node.kind == "BinaryExpression" and node.get("Operator") == "DotDot"):
        return True
    if node.kind == "ConvertExpression":
        return False
    name = variable(node)
    if name is None:
        return node.kind == "InvokeMemberExpression" and type_of(node, script) in COUNTED
    parameter = parameter_of(node, name)
    if parameter is not None:
        return is_mandatory(parameter) or parameter.child("DefaultValue") is not None
    rights = script.scopes.assigned(node, name)
    return bool(rights) and all(_surely_list(right, script) for right in rights)


def _dollar_hook(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("VariableExpression"):
        if node.get("VariablePath") == "?":
            yield Hit(node, "$? is true after any parenthesis on the engine before 7.", "Use the exit code, or try and catch.")


def _splits(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("InvokeMemberExpression"):
        if (literal(node.child("Member")) or "").casefold() != "split" or node.has("Static"):
            continue
        first = next(iter(node.all("Arguments")), None)
        given = literal(first)
        if given is not None and len(given) > 1:
            yield Hit(node, f"{_SPLITS} '{given}', this one at the whole.", "Use -split or [regex]::Split.")
        elif given == "" or (given is None and first is not None and type_of(first, script) == STRING and _is_variable(first)):
            yield Hit(node, f"{_SPLITS} that is given.", "Use -split with [regex]::Escape.")


def _is_variable(node: Node) -> bool:
    return variable(node) is not None


def _automatic(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("VariableExpression"):
        if variable(node) in _CULTURE:
            advice = "Read [System.Threading.Thread]::CurrentThread.CurrentCulture."
            yield Hit(node, f"${node.get('VariablePath')} is remembered from the start on 5.1.", advice)
    for node in script.tree.root.find("MemberExpression"):
        if variable(node.child("Expression")) == "psversiontable" and (literal(node.child("Member")) or "").casefold() in _GONE:
            yield Hit(node, f"{node.text} is not there on every engine.", "Use PSVersion.")


def _default_encoding(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("MemberExpression"):
        if (
            node.has("Static")
            and literal(node.child("Member")) == "Default"
            and owner_of(node, script) == "System.Text.Encoding"
        ):
            yield Hit(
                node, "[Text.Encoding]::Default is the ANSI page on Windows PowerShell and UTF-8 later.", "Name the encoding."
            )


def _exceptions(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("CatchClause"):
        for caught in node.all("CatchTypes"):
            if caught.get("TypeName").casefold().rpartition(".")[2] in _EXCEPTIONS:
                yield Hit(
                    caught, f"{caught.get('TypeName')} is thrown by one engine only.", "Compare FullyQualifiedErrorId instead."
                )


def _null_names(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if not command.name.casefold().startswith("get-") or command.name.casefold() in script.around.functions:
            continue
        found = script.around.documents.cmdlets.get(command.name.casefold())
        for given in command.arguments(found[0].switches if found else frozenset()):
            named = given.name.casefold() in {"name", "identity", "id"}
            if named and given.value is not None and _maybe_null(given.value, script):
                sentence = f"With nothing in {given.value.text}, {command.name} gives everything on older hosts."
                yield Hit(command.node, sentence, "Test the name first, or make its parameter mandatory.")


def _maybe_null(node: Node, script: Script) -> bool:
    node = without_parentheses(node)
    name = variable(node)
    if name is None:
        return False
    parameter = parameter_of(node, name)
    if parameter is not None:
        return not is_mandatory(parameter) and parameter.child("DefaultValue") is None and type_constraint(parameter) is None
    return name == "null" or any(variable(right) == "null" for right in script.scopes.assigned(node, name))


RULES: Final = (
    Rule(
        "trap/count",
        "Count and Length are asked only of what is surely a list, a table or a text.",
        "about_Arrays; PowerShell issue 3671",
        _counts,
    ),
    Rule(
        "trap/foreach-null",
        "A script for 2.0 loops only over what is surely a list.",
        "about_Foreach; Pester issue 441",
        _loops,
    ),
    Rule("trap/success-variable", "$? is not used.", _DIFFER, _dollar_hook),
    Rule("trap/split-method", "Split gets one character; -split splits at texts.", _DIFFER, _splits),
    Rule("trap/automatic-variable", "No automatic variable is read that engines fill differently.", _DIFFER, _automatic),
    Rule("trap/default-encoding", "The encoding of the machine is not used.", _DIFFER, _default_encoding),
    Rule("trap/exception-type", "No exception is caught whose type depends on the engine.", _DIFFER, _exceptions),
    Rule("trap/null-name", "No Get- command gets a name that may be nothing.", "nightroman/PowerShellTraps", _null_names),
)
