"""Native programs: called through the prelude's helper only, with arguments that Windows PowerShell hands over unharmed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.scope import function_of
from zdm_automate.conformance.tree import literal, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

HELPER: Final = "invoke-zdmnative"
HELPERS: Final = (HELPER, "invoke-zdmdhcpnetsh", "invoke-zdmdnscmd")

_HOME: Final = "Start-Process and native commands in Windows PowerShell"
_DIFFER: Final = "Differences between Windows PowerShell 5.1 and PowerShell 7"


def program(name: str, script: Script) -> str:
    """The program a name stands for, without folder and `.exe`, in lower case; empty where it is none."""
    base = re.split(r"[\\/]", name)[-1].casefold()
    if base.endswith((".exe", ".com", ".cmd", ".bat")):
        return base[:-4]
    return base if base in script.around.documents.programs and base != "where" else ""


def _is_helper(node: Node, script: Script) -> bool:
    return script.shape == "prelude" and function_of(node).get("Name").casefold() == HELPER


def _direct(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if _is_helper(command.node, script):
            continue
        first = command.node.child("CommandElements")
        called = command.node.get("InvocationOperator") == "Ampersand"
        held = variable(first)
        block = held is not None and all(
            one.kind in {"CommandExpression", "ScriptBlockExpression"} and any(one.find("ScriptBlockExpression"))
            for one in script.scopes.assigned(command.node, held)
        ) and bool(script.scopes.assigned(command.node, held))  # fmt: skip
        if program(command.name, script) or command.is_("Start-Process"):
            yield Hit(command.node, f"{command.name or first} is started past the prelude's helper.", _USE)
        elif called and not command.name and not block and first is not None and first.kind != "ScriptBlockExpression":
            yield Hit(command.node, f"& {first.text} may start a program past the prelude's helper.", _USE)


_USE: Final = "Call Invoke-ZdmNative: it sets the preference, parts the streams and gives the exit code."


def _streams(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("FileRedirection", "MergingRedirection"):
        if node.get("FromStream") in {"Error", "All"} and not _is_helper(node, script):
            sentence = "With Stop, the first line of redirected error text ends the script on 5.1 and older."
            yield Hit(node, sentence, "Call Invoke-ZdmNative, which parts the streams.")


def _exit_code(script: Script) -> Iterator[Hit]:
    for node in script.tree.root.find("VariableExpression"):
        if variable(node) == "lastexitcode" and not _is_helper(node, script):
            yield Hit(
                node, "$LASTEXITCODE is the last program's, whichever that was.", "Use ExitCode of what Invoke-ZdmNative gives."
            )


def _arguments(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if not command.is_(*HELPERS):
            continue
        for element in command.elements:
            for node in element.find("StringConstantExpression", "ExpandableStringExpression"):
                value = node.get("Value")
                what = _harmed(value) if node.get("StringConstantType") != "BareWord" else ""
                if what:
                    yield Hit(node, f"Windows PowerShell hands over {what} wrongly.", "Leave it out, or use a command file.")


def _harmed(value: str) -> str:
    if value == "":
        return "an empty argument"
    if '"' in value and value != '""':
        return "an argument with quotes in it"
    if value.endswith("\\") and " " in value:
        return "a backslash before the closing quote"
    return ""


def _documented(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if not command.is_(HELPER):
            continue
        given = command.argument("FilePath") or next((one.value for one in command.arguments() if not one.name), None)
        name = literal(given)
        if name is None:
            continue
        base = re.sub(r"\.(exe|com|cmd|bat)$", "", re.split(r"[\\/]", name)[-1].casefold())
        if base not in script.around.documents.programs:
            yield Hit(command.node, f"{name} is no program that Windows documents.", "Name one that every such host has.")
        elif "." not in name:
            yield Hit(command.node, f"{name} may be an alias or a function too.", f"Write {name}.exe.")


RULES: Final = (
    Rule("trap/native-direct", "Native programs are called through the prelude's helper.", _HOME, _direct),
    Rule("trap/stderr", "Nobody but the prelude's helper redirects the error stream.", _DIFFER, _streams),
    Rule("trap/exit-code", "Exit codes come from the prelude's helper.", _HOME, _exit_code),
    Rule(
        "trap/native-argument",
        "No argument of a program is empty, has quotes in it, or ends with a backslash.",
        _DIFFER,
        _arguments,
    ),
    Rule(
        "command/program",
        "A program is one that Windows documents, by its whole name.",
        "Windows commands reference",
        _documented,
    ),
)
