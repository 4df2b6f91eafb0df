"""Cmdlets that answer differently on older engines: encodings, JSON, CSV, order, services, the web."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import command_of, single_command
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.scope import function_of
from zdm_automate.conformance.tree import literal, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.command import Command
    from zdm_automate.conformance.script import Script
    from zdm_automate.conformance.tree import Node

_WRITES: Final = frozenset(
    {"set-content", "add-content", "out-file", "export-csv", "export-clixml", "tee-object", "new-modulemanifest"}
)
_READS: Final = frozenset({"get-content", "import-csv", "select-string"})
_BYTES: Final = frozenset({"byte"})
_BOM: Final = frozenset({"utf8", "utf8bom", "utf8nobom"})
_WEB: Final = frozenset({"invoke-webrequest", "invoke-restmethod"})
_LOADERS: Final = frozenset({"import-zdmmodule", "import-zdmsnapin"})
_DIFFER: Final = "Differences between Windows PowerShell 5.1 and PowerShell 7"


def _encodings(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        name = command.name.casefold()
        if name not in _WRITES | _READS or (name == "tee-object" and command.names("Variable")):
            continue
        given = command.names("Encoding")
        if given is None:
            if command.names("AsByteStream"):
                yield Hit(
                    command.node, "-AsByteStream is not there before 6.", "Use [System.IO.File]::ReadAllBytes or WriteAllBytes."
                )
                continue
            verb = "writes" if name in _WRITES else "reads"
            yield Hit(
                command.node, f"{command.name} {verb} another encoding on each engine.", "Name it: -Encoding ASCII or Unicode."
            )
            continue
        value = (literal(command.argument("Encoding")) or "").casefold()
        if value in _BOM and name in _WRITES:
            sentence = f"-Encoding {value} writes a byte order mark on 5.1 and none later, or is not known there."
            yield Hit(command.node, sentence, "Use ASCII, or [System.IO.File]::WriteAllText, which writes none.")
        if value in _BYTES:
            yield Hit(
                command.node, "-Encoding Byte is not there from 6 on.", "Use [System.IO.File]::ReadAllBytes or WriteAllBytes."
            )
    for node in script.tree.root.find("FileRedirection"):
        if node.get("FromStream") in {"Output", "All"}:
            yield Hit(node, "> writes UTF-16 on 5.1 and UTF-8 later.", "Use Out-File with -Encoding.")


def _csv(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.is_("ConvertTo-Csv", "Export-Csv") and not command.names("NoTypeInformation", "NTI"):
            yield Hit(command.node, f"{command.name} writes a line #TYPE on 5.1.", "Give -NoTypeInformation.")


def _json(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.is_("ConvertTo-Json"):
            if not command.names("Depth"):
                yield Hit(command.node, "ConvertTo-Json cuts what is deeper than two levels.", "Give -Depth.")
            if command.fed:
                yield Hit(
                    command.node, "A list of one that comes through the pipeline is no list.", "Give it as -InputObject @( )."
                )
        if command.is_("ConvertFrom-Json") and _next(command) is not None:
            sentence = "ConvertFrom-Json gives a list as one object to the pipeline on 5.1."
            yield Hit(command.node, sentence, "Assign it first, and pipe the variable.")


def _next(command: Command) -> Node | None:
    pipeline = command.node.parent
    if pipeline is None or pipeline.kind != "Pipeline":
        return None
    place = next(n for n, one in enumerate(pipeline.children) if one is command.node)
    return pipeline.children[place + 1] if place + 1 < len(pipeline.children) else None


def _order(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        after = _next(command)
        following = command_of(after) if after is not None and after.kind == "Command" else None
        sorts = following is not None and following.is_("Sort-Object")
        if command.is_("Group-Object") and not command.names("AsHashTable") and not sorts:
            yield Hit(
                command.node, "Group-Object sorts the groups from 6 on, and does not before.", "Sort what it gives, by Name."
            )
        if command.is_("Sort-Object") and sorts:
            yield Hit(
                command.node,
                "Sorting twice needs a sort that keeps order; Windows PowerShell's does not.",
                "Give one sort all keys.",
            )


def _start_type(script: Script) -> Iterator[Hit]:
    if not script.below("5.0"):
        return
    for node in script.tree.root.find("MemberExpression"):
        if (literal(node.child("Member")) or "").casefold() == "starttype" and _is_service(node, script):
            yield Hit(node, "A service has StartType from PowerShell 5.0 on.", "Read StartMode of Win32_Service.")
    for command in script.commands:
        if command.is_("Select-Object") and command.fed:
            pipeline = command.node.parent
            before = command_of(pipeline.children[0]) if pipeline is not None else None
            asked = {(literal(one) or "").casefold() for one in command.node.find("StringConstantExpression")}
            if before is not None and before.is_("Get-Service") and "starttype" in asked:
                yield Hit(command.node, "A service has StartType from PowerShell 5.0 on.", "Read StartMode of Win32_Service.")


def _is_service(node: Node, script: Script) -> bool:
    target = node.child("Expression")
    if target is None:
        return False
    if any(command_of(one).is_("Get-Service") for one in target.find("Command")):
        return True
    name = variable(target)
    if name == "_":
        return any(
            command_of(one).is_("Get-Service")
            for pipeline in node.up()
            if pipeline.kind == "Pipeline"
            for element in pipeline.all("PipelineElements")
            if not node.inside(element)
            for one in element.find("Command")
        )
    held = [*script.scopes.assigned(node, name), *script.scopes.looped(node, name)] if name else []
    return any(command_of(one).is_("Get-Service") for right in held for one in right.find("Command"))


def _switches(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        found = command.names("Verbose", "Debug")
        if found is not None:
            sentence = f"-{found.get('ParameterName')} changes the error preference of the command on 5.1."
            yield Hit(found, sentence, "Set the preference variable instead.")


def _literal_path(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        value = literal(command.argument("LiteralPath"))
        if value is not None and any(sign in value for sign in "*?"):
            sentence = "-LiteralPath takes * and ? as letters; engines differ in whether that is an error."
            yield Hit(command.node, sentence, "Use -Path for a pattern.")


def _web(script: Script) -> Iterator[Hit]:
    sets_tls = any(
        (literal(one.child("Member")) or "") == "SecurityProtocol" for one in script.tree.root.find("MemberExpression")
    )
    for command in script.commands:
        if command.name.casefold() in _WEB and not sets_tls:
            yield Hit(
                command.node,
                f"{command.name} offers TLS 1.0 on older hosts.",
                "Set [Net.ServicePointManager]::SecurityProtocol first.",
            )
        if command.is_("Invoke-WebRequest") and not command.names("UseBasicParsing"):
            yield Hit(command.node, "Without -UseBasicParsing the answer goes through Internet Explorer on 5.1.", "Give it.")


def _jobs(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.is_("Start-Job", "Start-ThreadJob", "Receive-Job", "Wait-Job"):
            sentence = "A job begins in another folder on each engine and ends with the session."
            yield Hit(command.node, sentence, "Do the work in the verb, or make a scheduled task.")


def _module_loading(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        if command.is_("Import-Module", "Add-PSSnapin") and function_of(command.node).get("Name").casefold() not in _LOADERS:
            yield Hit(
                command.node,
                "A module is loaded past the prelude's helper.",
                "Ask Import-ZdmModule or Import-ZdmSnapin, which say whether it is there.",
            )
        held = single_command(command.node)
        if held is not None and held.is_("Import-ZdmModule") and _ignored(command.node):
            yield Hit(command.node, "What Import-ZdmModule says falls into the result.", "Test it, or assign it to $null.")


def _ignored(node: Node) -> bool:
    pipeline = node.parent
    return pipeline is not None and pipeline.kind == "Pipeline" and pipeline.role == "Statements"


RULES: Final = (
    Rule("trap/encoding", "Whoever writes or reads a text names an encoding that is the same everywhere.", _DIFFER, _encodings),
    Rule("trap/csv-type-line", "CSV is written without a type line.", _DIFFER, _csv),
    Rule("trap/json", "JSON is made with a depth and from -InputObject, and not piped on as it is read.", _DIFFER, _json),
    Rule("trap/order", "Nothing leans on the order of groups, or on a sort that keeps order.", _DIFFER, _order),
    Rule(
        "trap/service-start-type", "The start mode of a service comes from WMI.", "ServiceController, .NET 4.6.1", _start_type
    ),
    Rule("trap/preference-switch", "-Verbose and -Debug are not given to commands.", _DIFFER, _switches),
    Rule("trap/literal-wildcard", "-LiteralPath gets no wildcard.", _DIFFER, _literal_path),
    Rule("trap/web", "Web cmdlets name their TLS version and parse by themselves.", _DIFFER, _web),
    Rule("trap/job", "No background job is started.", _DIFFER, _jobs),
    Rule(
        "trap/module-loading",
        "Modules are loaded by the prelude's helper, and its answer is looked at.",
        "about_Modules",
        _module_loading,
    ),
)
