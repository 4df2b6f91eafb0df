"""What a call means: which documented cmdlet or own function it is, on which release, with which parameters.

It resolves names and splatted tables; whether that is right is for the rules to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.command import Command, Given
from zdm_automate.conformance.documents import Cmdlet, version
from zdm_automate.conformance.guards import Certain, certain_at
from zdm_automate.conformance.scope import parameters, type_constraint
from zdm_automate.conformance.tree import Node, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.script import Script

WINDOWS_OF: Final = {"2.0": "", "3.0": "2012", "4.0": "2012R2", "5.0": "2016", "5.1": "2016"}
"""The Windows Server that brings a PowerShell; before 2012 none of the documented modules, ServerManager apart."""

_BRANCHES: Final = frozenset(
    {"IfStatement", "SwitchStatement", "ForEachStatement", "ForStatement", "WhileStatement", "DoWhileStatement", "CatchClause"}
)


@dataclass(frozen=True, slots=True)
class Own:
    """A function of the prelude, a verb, or one of the script itself."""

    name: str
    function: Node


@dataclass(frozen=True, slots=True)
class Documented:
    """A cmdlet and the oldest release that the call may meet; `missing` says why that release has it not, if so."""

    cmdlet: Cmdlet
    release: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A parameter that a call gives; `sure` where it always does."""

    given: Given
    sure: bool


def resolve(command: Command, script: Script) -> Own | Documented | None:
    """What a call calls; None where the name leads nowhere. Each call is resolved once."""
    key = id(command.node)
    if key not in script.resolved:
        script.resolved[key] = _resolve(command, script)
    found: Own | Documented | None = script.resolved[key]
    return found


def _resolve(command: Command, script: Script) -> Own | Documented | None:
    name = command.name.casefold()
    for functions in (script.functions, script.around.functions, script.around.verbs):
        if name in functions:
            return Own(command.name, functions[name])
    found = script.around.documents.cmdlets.get(name)
    older = script.around.documents.older_cmdlet(name)
    if found is None and older is None:
        return None
    certain = certain_at(command.node, script)
    candidates = [*(found or ()), *([older] if older else ())]
    answers = [_judge(cmdlet, script, certain) for cmdlet in candidates]
    return next((one for one in answers if not one.missing), answers[0])


def engine_at(node: Node, script: Script) -> str:
    """The oldest PowerShell that runs a place: the floor, or 3.0 where a module of Windows Server 2012 is there."""
    if not script.below("3.0"):
        return script.floor
    return _engine(script, certain_at(node, script))


def _engine(script: Script, certain: Certain) -> str:
    newer = certain.modules - script.around.documents.old_modules
    return "3.0" if newer and script.below("3.0") else script.floor


def _judge(cmdlet: Cmdlet, script: Script, certain: Certain) -> Documented:
    if cmdlet.group == "powershell":
        return _of_powershell(cmdlet, script, certain)
    if cmdlet.group == "windows":
        return _of_windows(cmdlet, script, certain)
    return Documented(cmdlet, cmdlet.since())


def _of_powershell(cmdlet: Cmdlet, script: Script, certain: Certain) -> Documented:
    engine = _engine(script, certain)
    if cmdlet.name.casefold() in certain.commands:
        return Documented(cmdlet, max(engine, cmdlet.since(), key=version))
    late = script.around.documents.is_later(cmdlet, engine)
    since = cmdlet.since()
    return Documented(cmdlet, engine, f"came with PowerShell {since}; the oldest host here has {engine}" if late else "")


def _of_windows(cmdlet: Cmdlet, script: Script, certain: Certain) -> Documented:
    absent = f"is in the module {cmdlet.module}, which may not be there"
    known = cmdlet.module.casefold() in certain.modules
    asked = cmdlet.name.casefold() in certain.commands
    if cmdlet.releases == ("2008R2",):
        return Documented(cmdlet, "2008R2", "" if known or asked else absent)
    oldest = WINDOWS_OF.get(_engine(script, certain), "2016")
    if known and not oldest and cmdlet.module.casefold() not in script.around.documents.old_modules:
        oldest = cmdlet.releases[0]
    if asked:
        return Documented(
            cmdlet, max((one for one in (cmdlet.since(), oldest) if one in cmdlet.releases), key=cmdlet.releases.index)
        )
    if not oldest:
        lacks = f"is not in the module {cmdlet.module} of Windows Server 2008 R2"
        return Documented(cmdlet, cmdlet.since(), lacks if known else absent)
    release = oldest if oldest in cmdlet.releases else cmdlet.releases[0]
    late = "" if cmdlet.has(release) else f"came with Windows Server {cmdlet.since()}; the oldest host here has {release}"
    return Documented(cmdlet, release, late)


def switches_of(target: Own | Documented | None) -> frozenset[str]:
    """The parameters of what is called that take no value."""
    if isinstance(target, Documented):
        return target.cmdlet.switches | {"whatif", "confirm", "verbose", "debug"}
    names = {"whatif", "confirm", "verbose", "debug"}
    for parameter in parameters(target.function) if target else ():
        constraint = type_constraint(parameter)
        if constraint is not None and constraint.get("TypeName").casefold() in {"switch", "switchparameter"}:
            names.add(variable(parameter.child("Name")) or "")
    return frozenset(names)


def passed(command: Command, target: Own | Documented | None, script: Script) -> tuple[list[Passed], bool]:
    """The parameters that a call gives, splatted ones too; and whether all of them are known."""
    found = [Passed(one, sure=True) for one in command.arguments(switches_of(target))]
    complete = True
    for splat in command.splats:
        entries = list(_entries(command, splat, script))
        complete = complete and bool(entries) and all(key is not None for key, _, _ in entries)
        for key, value, place in entries:
            if key is not None:
                found.append(Passed(Given(key, value, place), sure=_always(place, command.node)))
    return found, complete


def _entries(command: Command, splat: Node, script: Script) -> Iterator[tuple[str | None, Node | None, Node]]:
    yield from script.scopes.entries(command.node, variable(splat) or "")


def _always(place: Node, call: Node) -> bool:
    """Whether a key is set on every way to the call."""
    return all(call.inside(branch) for branch in place.up() if branch.kind in _BRANCHES)
