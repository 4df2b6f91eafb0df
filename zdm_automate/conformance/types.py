"""What type an expression has, as far as the tree alone tells it: literals, casts, declared parameters, a few methods.

Full .NET names; arrays end in `[]`; the empty text for what cannot be told. It asks no host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import single_command
from zdm_automate.conformance.scope import function_of, parameter_of, type_constraint
from zdm_automate.conformance.tree import literal, variable

if TYPE_CHECKING:
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

STRING: Final = "System.String"
ARRAY: Final = "System.Object[]"
TABLE: Final = "System.Collections.Hashtable"
BOOL: Final = "System.Boolean"
BLOCK: Final = "System.Management.Automation.ScriptBlock"
MOMENT: Final = "System.DateTime"
SPAN: Final = "System.TimeSpan"
MATCHES: Final = "System.Text.RegularExpressions.MatchCollection"
MATCH: Final = "System.Text.RegularExpressions.Match"

COUNTED: Final = frozenset({TABLE, MATCHES, "System.Collections.ICollection", "System.Text.RegularExpressions.GroupCollection"})
"""Types whose Count is their own."""

_PLAIN: Final = {
    "StringConstantExpression": STRING,
    "ExpandableStringExpression": STRING,
    "ArrayExpression": ARRAY,
    "ArrayLiteral": ARRAY,
    "Hashtable": TABLE,
    "ScriptBlockExpression": BLOCK,
}
_OPERATORS: Final = {
    "Join": STRING,
    "Format": STRING,
    "Isplit": "System.String[]",
    "Csplit": "System.String[]",
    "DotDot": ARRAY,
}
_TO_STRING: Final = frozenset(
    {"tostring", "trim", "trimend", "trimstart", "substring", "tolower", "toupper", "tolowerinvariant", "toupperinvariant",
     "padleft", "padright", "insert", "escape"}
)  # fmt: skip
_MEMBERS: Final = {
    (TABLE, "keys"): "System.Collections.ICollection",
    (TABLE, "values"): "System.Collections.ICollection",
    (TABLE, "count"): "System.Int32",
    (MATCH, "groups"): "System.Text.RegularExpressions.GroupCollection",
    (MATCH, "value"): STRING,
    ("System.Text.RegularExpressions.Group", "value"): STRING,
    (STRING, "length"): "System.Int32",
}
_ELEMENTS: Final = {
    MATCHES: MATCH,
    "System.Text.RegularExpressions.GroupCollection": "System.Text.RegularExpressions.Group",
}
_RESULTS: Final = {
    ("System.Text.RegularExpressions.Regex", "matches"): MATCHES,
    ("System.Text.RegularExpressions.Regex", "match"): MATCH,
    ("System.Text.RegularExpressions.Regex", "replace"): STRING,
    ("System.Text.RegularExpressions.Regex", "split"): "System.String[]",
    (STRING, "replace"): STRING,
    (STRING, "split"): "System.String[]",
    (STRING, "format"): STRING,
    (STRING, "join"): STRING,
    (MOMENT, "parse"): MOMENT,
    (MOMENT, "parseexact"): MOMENT,
    (MOMENT, "specifykind"): MOMENT,
    (MOMENT, "touniversaltime"): MOMENT,
    (MOMENT, "tolocaltime"): MOMENT,
    (MOMENT, "adddays"): MOMENT,
    (MOMENT, "addhours"): MOMENT,
    (MOMENT, "addminutes"): MOMENT,
    (MOMENT, "addseconds"): MOMENT,
    (SPAN, "fromseconds"): SPAN,
    (SPAN, "fromminutes"): SPAN,
    (SPAN, "fromhours"): SPAN,
    (SPAN, "fromdays"): SPAN,
}
_COMMANDS: Final = {
    "get-item": "System.IO.FileInfo",
    "get-date": MOMENT,
    "new-timespan": SPAN,
    "split-path": STRING,
    "join-path": STRING,
}
_AUTOMATIC: Final = {
    "true": BOOL, "false": BOOL, "psversiontable": TABLE, "matches": TABLE, "args": ARRAY, "psboundparameters": TABLE,
    "psscriptroot": STRING, "pshome": STRING, "lastexitcode": "System.Int32",
}  # fmt: skip
_DEPTH: Final = 12


def full_name(node: Node) -> str:
    """The full name of a type written in brackets; the engine's own where it knows the type."""
    written = node.get("TypeName")
    return node.get("RealType") or (written if "." in written else ACCELERATORS.get(written.casefold(), written))


ACCELERATORS: Final = {
    "adsi": "System.DirectoryServices.DirectoryEntry",
    "adsisearcher": "System.DirectoryServices.DirectorySearcher",
    "wmi": "System.Management.ManagementObject",
    "wmiclass": "System.Management.ManagementClass",
    "wmisearcher": "System.Management.ManagementObjectSearcher",
}
"""Names that this engine does not know and Windows PowerShell does."""


def type_of(node: Node | None, script: Script, depth: int = 0) -> str:
    """The type of an expression, empty where it cannot be told."""
    if node is None or depth > _DEPTH:
        return ""
    if node.kind in {"ParenExpression", "Pipeline", "CommandExpression"}:
        return type_of(node.children[0], script, depth + 1) if len(node.children) == 1 else ""
    if node.kind in _PLAIN:
        return _PLAIN[node.kind]
    if node.kind == "ConstantExpression":
        return "System.Int32" if node.get("Value").lstrip("-").isdigit() else "System.Double"
    if node.kind == "ConvertExpression":
        constraint = node.child("Type")
        return full_name(constraint) if constraint is not None else ""
    handler = _HANDLERS.get(node.kind)
    return handler(node, script, depth + 1) if handler else ""


def is_array(name: str) -> bool:
    """Whether a type is an array."""
    return name.endswith("[]")


def element_of(name: str) -> str:
    """The type of an element."""
    return name.removesuffix("[]") if is_array(name) and name != ARRAY else _ELEMENTS.get(name, "")


def _operator(node: Node, script: Script, depth: int) -> str:
    operator = node.get("Operator") or node.get("TokenKind")
    if operator in _OPERATORS:
        return _OPERATORS[operator]
    if operator in {"Not", "Exclaim", "And", "Or", "Xor", "Is", "IsNot"}:
        return BOOL
    first = type_of(node.children[0], script, depth)
    if operator in {"Plus", "Ireplace", "Creplace"}:
        return first
    if operator[:1] in {"I", "C"} and first and not is_array(first):
        return BOOL
    return ""


def _variable(node: Node, script: Script, depth: int) -> str:
    name = variable(node) or ""
    if name in _AUTOMATIC:
        return _AUTOMATIC[name]
    if name.startswith("env:"):
        return STRING
    parameter = parameter_of(node, name)
    if parameter is not None:
        constraint = type_constraint(parameter)
        if constraint is not None:
            return full_name(constraint)
    held = {type_of(right, script, depth) for right in script.scopes.assigned(node, name) if variable(right) != "null"}
    held |= {element_of(type_of(one, script, depth)) for one in script.scopes.looped(node, name)}
    cast = _cast(node, name)
    if cast:
        return cast
    return held.pop() if len(held) == 1 and parameter is None else ""


def _cast(node: Node, name: str) -> str:
    """The type that an assignment gives to the variable itself: `[int]$x = ...`."""
    for statement in function_of(node).find("AssignmentStatement"):
        left = statement.child("Left")
        if left is not None and left.kind == "ConvertExpression" and variable(left.child("Child")) == name:
            constraint = left.child("Type")
            return full_name(constraint) if constraint is not None else ""
    return ""


def _call(node: Node, script: Script, depth: int) -> str:
    method = (literal(node.child("Member")) or "").casefold()
    owner = owner_of(node, script, depth)
    known = _RESULTS.get((owner, method))
    return known if known is not None else STRING if method in _TO_STRING else ""


def _member(node: Node, script: Script, depth: int) -> str:
    name = (literal(node.child("Member")) or "").casefold()
    owner = owner_of(node, script, depth)
    if node.has("Static"):
        return owner if name in {"maxvalue", "minvalue", "zero", "now", "utcnow", "today", "empty"} else ""
    return _MEMBERS.get((owner, name), "")


def owner_of(node: Node, script: Script, depth: int = 0) -> str:
    """The type whose member an expression names."""
    target = node.child("Expression")
    if target is not None and target.kind == "TypeExpression":
        return full_name(target) if node.has("Static") else "System.Type"
    return type_of(target, script, depth)


def _index(node: Node, script: Script, depth: int) -> str:
    return element_of(type_of(node.child("Target"), script, depth))


def _command(node: Node, script: Script, depth: int) -> str:
    called = single_command(node)
    if called is None:
        return ""
    if called.is_("New-Object"):
        named = literal(called.argument("TypeName") or next((one.value for one in called.arguments() if not one.name), None))
        return script.around.documents.type_named(named or "")
    del depth
    return _COMMANDS.get(called.name.casefold(), "")


_HANDLERS: Final = {
    "BinaryExpression": _operator,
    "UnaryExpression": _operator,
    "VariableExpression": _variable,
    "InvokeMemberExpression": _call,
    "MemberExpression": _member,
    "IndexExpression": _index,
    "Command": _command,
}
