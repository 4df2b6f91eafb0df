"""Whether what is called is there on the oldest host that a script may meet, and takes what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.calls import Documented, Own, Passed, passed, resolve
from zdm_automate.conformance.command import words
from zdm_automate.conformance.rule import Hit, Rule
from zdm_automate.conformance.rules.habits import MORE_ALIASES
from zdm_automate.conformance.rules.programs import program
from zdm_automate.conformance.scope import is_mandatory, parameters
from zdm_automate.conformance.tree import variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.conformance.command import Command
    from zdm_automate.conformance.script import Script

COMMON: Final = frozenset(
    {"verbose", "debug", "erroraction", "warningaction", "informationaction", "errorvariable", "warningvariable",
     "informationvariable", "outvariable", "outbuffer", "pipelinevariable", "whatif", "confirm", "usetransaction",
     "vb", "db", "ea", "wa", "infa", "ev", "wv", "iv", "ov", "ob", "pv", "wi", "cf"}
)  # fmt: skip
"""The common parameters and their aliases."""

_PAGES: Final = "the documented cmdlets (data/README.md)"


def _unknown(script: Script) -> Iterator[Hit]:
    known = script.around.documents.aliases.keys() | MORE_ALIASES.keys()
    for command in script.commands:
        name = command.name
        if not name or name.casefold() in known or program(name, script):
            continue  # other rules speak of programs and aliases
        if resolve(command, script) is None:
            yield Hit(command.node, f"{name} is no documented command, no verb and no function of the prelude.", _SPELL)


_SPELL: Final = "Look at its spelling; what is newer than the pages is not known here."


def _release(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        target = resolve(command, script)
        if isinstance(target, Documented) and target.missing:
            own = target.cmdlet.group == "powershell"
            ask = f"{'' if own else f'Import-ZdmModule {target.cmdlet.module} or '}Test-ZdmCommand {target.cmdlet.name}"
            advice = f"Ask {ask} first, or raise the floor."
            yield Hit(command.node, f"{target.cmdlet.name} {target.missing}.", advice)


def _documented(script: Script) -> Iterator[tuple[Command, Documented, list[Passed], bool]]:
    for command in script.commands:
        target = resolve(command, script)
        if isinstance(target, Documented) and not target.missing:
            given, complete = passed(command, target, script)
            yield command, target, given, complete


def _parameters(script: Script) -> Iterator[Hit]:
    counted = script.around.counted
    for _, target, given, complete in _documented(script):
        counted.commands += 1
        if not complete:
            counted.lost("parameters that come from elsewhere")
        for one in given:
            if one.given.name:
                yield from _parameter(one, target, script)
    for command in script.commands:
        own = resolve(command, script)
        if isinstance(own, Own):
            yield from _own(command, own, script)
        elif not command.name:
            counted.lost("calls of script blocks")


def _parameter(one: Passed, target: Documented, script: Script) -> Iterator[Hit]:
    cmdlet, name = target.cmdlet, one.given.name
    if name.casefold() in COMMON:
        if name.casefold() in {"whatif", "confirm"} and cmdlet.name.startswith("Get-"):
            yield Hit(one.given.node, f"{cmdlet.name} has no parameter {name}: it changes nothing.", "Leave it out.")
        return
    full = cmdlet.parameter(name)
    if full is None:
        begins = cmdlet.begins(name)
        if begins:
            yield Hit(one.given.node, f"{name} is short for {' or '.join(begins)} of {cmdlet.name}.", "Write it in full.")
        else:
            yield Hit(one.given.node, f"{cmdlet.name} has no parameter {name}.", "Look at its page, or its spelling.")
        return
    script.around.counted.parameters += 1
    if cmdlet.group == "powershell":
        late = script.around.documents.is_later(cmdlet, target.release, full)
        since = "3.0" if target.release == "2.0" and cmdlet.since(full) == "3.0" else cmdlet.since(full)
        where = f"PowerShell {since}"
    else:
        late = not cmdlet.has(target.release, full)
        where = f"Windows Server {cmdlet.since(full)}"
    if late:
        yield Hit(
            one.given.node, f"{full} of {cmdlet.name} came with {where}; the oldest host here has {target.release}.", _OLDER
        )


_OLDER: Final = "Do without it, or raise the floor."


def _own(command: Command, own: Own, script: Script) -> Iterator[Hit]:
    declared = {variable(one.child("Name")) or "": one for one in parameters(own.function)}
    given, complete = passed(command, own, script)
    named = {one.given.name.casefold() for one in given if one.given.name}
    for one in given:
        name = one.given.name.casefold()
        if name and name not in declared and name not in COMMON:
            yield Hit(
                one.given.node, f"{own.name} has no parameter {one.given.name}.", f"It has: {', '.join(declared) or 'none'}."
            )
    placed = sum(1 for one in given if not one.given.name)
    free = [name for name in declared if name not in named]
    if placed > len(free):
        yield Hit(command.node, f"{own.name} takes {len(declared)} values, not {placed + len(named)}.", "Give them by name.")
    missing = [name for name in free[placed:] if is_mandatory(declared[name])]
    if missing and complete and not command.fed:
        yield Hit(command.node, f"{own.name} needs {', '.join(missing)}.", "Give it.")


def _binding(script: Script) -> Iterator[Hit]:
    for command, target, given, complete in _documented(script):
        cmdlet = target.cmdlet
        if not cmdlet.sets:
            script.around.counted.lost("cmdlets whose page lists no parameter sets")
            continue
        known = set().union(*(required | optional for required, optional, _ in cmdlet.sets))
        sure = {cmdlet.parameter(one.given.name) for one in given if one.given.name and one.sure} & known
        maybe = {cmdlet.parameter(one.given.name) for one in given if one.given.name} & known
        placed = sum(1 for one in given if not one.given.name)
        fitting = [one for one in cmdlet.sets if sure <= one[0] | one[1]]
        if not fitting:
            together = ", ".join(sorted(name for name in sure if name))
            yield Hit(command.node, f"{cmdlet.name} takes no such parameters together: {together}.", "See its parameter sets.")
            continue
        roomy = [one for one in fitting if placed <= len([name for name in one[2] if name not in sure])]
        if placed and not roomy:
            sentence = f"{cmdlet.name} takes no value in place {placed} here that its page documents."
            yield Hit(command.node, sentence, "Give it by name.")
            continue
        if command.fed or not complete:
            continue
        lacking = min((_missing(one, maybe, sure, placed) for one in roomy or fitting), key=len)
        if lacking:
            yield Hit(command.node, f"{cmdlet.name} needs {', '.join(lacking)}.", "Give it, or the call waits for an answer.")


def _missing(
    one: tuple[frozenset[str], frozenset[str], list[str]], maybe: set[str | None], sure: set[str | None], placed: int
) -> list[str]:
    by_place = [name for name in one[2] if name not in sure][:placed]
    return sorted(one[0] - maybe - set(by_place))


def _values(script: Script) -> Iterator[Hit]:
    for _, target, given, _ in _documented(script):
        for one in given:
            full = target.cmdlet.parameter(one.given.name) if one.given.name else None
            allowed = target.cmdlet.values(full) if full else []
            for word in words(one.given.value) if allowed else ():
                if word is None or word.isdigit() or word.casefold() in {value.casefold() for value in allowed}:
                    continue
                if any(sign in word for sign in "*?,$"):
                    continue
                sentence = f"{full} of {target.cmdlet.name} is documented with other values than {word}."
                yield Hit(one.given.node, sentence, f"It takes: {', '.join(allowed[:12])}.")


RULES: Final = (
    Rule("command/unknown", "Every command called is documented, or the project's own.", _PAGES, _unknown),
    Rule(
        "command/release",
        "Every command is there on the oldest host, or the script asks for it first.",
        _PAGES,
        _release,
    ),
    Rule("command/parameter", "Every parameter exists, in full, on the oldest host.", _PAGES, _parameters),
    Rule(
        "command/binding", "The parameters of a call fit one parameter set, and nothing mandatory is missing.", _PAGES, _binding
    ),
    Rule("command/value", "A constant value is one that the page lists.", _PAGES, _values),
)
