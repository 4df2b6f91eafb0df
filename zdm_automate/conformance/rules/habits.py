"""What no script does, whatever it is for: hide text, ask a person, format, evaluate strings, swallow errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.tree import Mark, literal, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.conformance.script import Script

HOUSE: Final = "house rule"
_ASKS: Final = frozenset({"read-host", "get-credential", "out-gridview", "show-command", "pause"})
_SHOWS: Final = frozenset({"write-host", "out-host", "out-default", "clear-host"})
_EVALUATES: Final = frozenset({"invoke-expression", "iex"})
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}")
_ENCODED: Final = re.compile(r"(?i)^-?e(nc|ncodedcommand|c)?$")
_SHELLS: Final = frozenset({"powershell", "powershell.exe", "pwsh", "pwsh.exe"})
_FLAGS: Final = re.compile(r"(?i)\bNonPublic\b")


def _text(script: Script) -> Iterator[Hit]:
    source = script.tree.source
    for number, line in enumerate(source.split("\n"), start=1):
        column = next((n for n, sign in enumerate(line, start=1) if not " " <= sign <= "~" and sign not in "\t\r"), 0)
        if column:
            yield Hit(
                Mark("Text", number, column, line),
                "A character is not plain ASCII.",
                "Write it as [char]0x.. where it is needed.",
            )
    if script.tree.bom:
        yield Hit(Mark("Text", 1, 1, ""), "The file begins with a byte order mark.", "Save it without one.")


def _ends(script: Script) -> Iterator[Hit]:
    line = next((n for n, line in enumerate(script.tree.source.split("\n"), start=1) if line.endswith("\r")), 0)
    if line:
        yield Hit(Mark("Text", line, 1, ""), "Lines end with CR LF.", "Save the file with LF.")


def _continuation(script: Script) -> Iterator[Hit]:
    for mark in script.tree.marks:
        if mark.kind == "LineContinuation":
            yield Hit(mark, "A backtick carries the line on.", "Splat the parameters, or break after an operator or a bracket.")


def _aliases(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        full = script.around.documents.aliases.get(command.name.casefold()) or MORE_ALIASES.get(command.name.casefold())
        if full and command.name.casefold() not in script.functions:
            yield Hit(command.node, f"{command.name} is an alias.", f"Write {full}.")


MORE_ALIASES: Final = {
    "?": "Where-Object", "%": "ForEach-Object", "where": "Where-Object", "foreach": "ForEach-Object", "select": "Select-Object",
    "sort": "Sort-Object", "group": "Group-Object", "measure": "Measure-Object", "tee": "Tee-Object", "diff": "Compare-Object",
    "ls": "Get-ChildItem", "dir": "Get-ChildItem", "cat": "Get-Content", "type": "Get-Content", "cp": "Copy-Item",
    "copy": "Copy-Item", "mv": "Move-Item", "move": "Move-Item", "rm": "Remove-Item", "del": "Remove-Item", "rd": "Remove-Item",
    "md": "New-Item", "cd": "Set-Location", "pwd": "Get-Location", "echo": "Write-Output", "ps": "Get-Process",
    "kill": "Stop-Process", "sleep": "Start-Sleep", "curl": "Invoke-WebRequest", "wget": "Invoke-WebRequest",
    "ft": "Format-Table", "fl": "Format-List", "gwmi": "Get-WmiObject", "gcim": "Get-CimInstance", "icm": "Invoke-Command",
}  # fmt: skip


def _called(names: frozenset[str], sentence: str, advice: str) -> Callable[[Script], Iterator[Hit]]:
    def look(script: Script) -> Iterator[Hit]:
        for command in script.commands:
            if command.name.casefold() in names:
                yield Hit(command.node, f"{command.name} {sentence}", advice)

    return look


def _formats(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.name.casefold().startswith("format-") and command.name.casefold() != "format-volume":
            yield Hit(command.node, f"{command.name} makes text of objects.", "Return the object; who reads it formats it.")


def _blobs(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("StringConstantExpression", "ExpandableStringExpression"):
        if _BASE64.search(node.get("Value")):
            yield Hit(node, "A long encoded text stands in the script.", "Write what it is in plain text.")
    for node in script.tree.root.find("InvokeMemberExpression"):
        if (literal(node.child("Member")) or "").casefold() == "frombase64string":
            yield Hit(node, "A text is decoded from Base64.", "Give it as a parameter, or in plain text.")
    for command in script.commands:
        shell = {(literal(one) or "").casefold() for one in command.node.find("StringConstantExpression")} & _SHELLS
        for element in command.node.walk():
            word = element.get("ParameterName") or (
                literal(element) or "" if element.kind == "StringConstantExpression" else ""
            )
            if (shell and _ENCODED.match(word)) or word.casefold().lstrip("-") == "encodedcommand":
                yield Hit(element, "A command is handed over encoded.", "Send it as a script with parameters.")


def _reflection(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("StringConstantExpression", "MemberExpression"):
        member = literal(node.child("Member")) if node.kind == "MemberExpression" else node.get("Value")
        if _FLAGS.search(member or ""):
            yield Hit(node, "Members that are not public are reached by reflection.", "Use what is public.")


def _swallowed(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("CatchClause"):
        body = node.child("Body")
        if body is None or not body.children:
            yield Hit(node, "An empty catch swallows every error.", "Catch the one error that is expected, and throw the rest.")
    for node in script.tree.root.find("TrapStatement"):
        yield Hit(node, "trap hides where an error came from.", "Use try and catch.")
    for node in script.tree.root.find("AssignmentStatement"):
        if variable(node.child("Left")) == "erroractionpreference" and script.shape == "verb":
            yield Hit(
                node,
                "A verb leaves the error preference alone; the wrapper sets Stop.",
                "Catch the error, or give -ErrorAction.",
            )


def _compiles(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.is_("Add-Type") and not command.names("AssemblyName"):
            yield Hit(command.node, "Add-Type compiles code on the host.", "Use cmdlets, WMI or types that are there.")


RULES: Final = (
    Rule("habit/ascii", "Scripts are plain ASCII without a byte order mark.", HOUSE, _text),
    Rule("habit/line-ends", "Lines end with LF.", HOUSE, _ends),
    Rule("habit/backtick", "No backtick carries a line on.", HOUSE, _continuation),
    Rule("habit/alias", "Commands are called by their full names.", HOUSE, _aliases),
    Rule(
        "habit/asks", "A script asks nobody.", HOUSE,
        _called(_ASKS, "waits for a person.", "Take it as a parameter."),
    ),
    Rule(
        "habit/shows", "A script writes to no screen.", HOUSE,
        _called(_SHOWS, "writes to a screen that nobody sees.", "Return an object, or use Write-Verbose."),
    ),
    Rule("habit/formats", "A script returns objects, not formatted text.", HOUSE, _formats),
    Rule(
        "habit/evaluates", "No text is run as code.", HOUSE,
        _called(_EVALUATES, "runs text as code.", "Call the command with splatted parameters."),
    ),
    Rule("habit/encoded", "Nothing is hidden in encoded text.", HOUSE, _blobs),
    Rule("habit/reflection", "No member that is not public is reached.", HOUSE, _reflection),
    Rule("habit/swallowed-error", "No error is swallowed.", HOUSE, _swallowed),
    Rule("habit/add-type", "No code is compiled on a host.", HOUSE, _compiles),
)  # fmt: skip
