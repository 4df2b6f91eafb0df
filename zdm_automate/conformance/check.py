"""Checks files: parses them with the prelude, lets every rule look, and gathers what they find and count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zdm_automate.conformance.documents import Documents
from zdm_automate.conformance.guards import ways
from zdm_automate.conformance.parser import parse, source_of
from zdm_automate.conformance.rule import Finding, Rule
from zdm_automate.conformance.rules import changes, cmdlets, commands, dotnet, habits, outputs, programs, shape, syntax, values
from zdm_automate.conformance.script import Counted, Script, Surroundings
from zdm_automate.errors import InputError
from zdm_automate.resources import folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from zdm_automate.conformance.tree import Node, Tree

RULES: Final[tuple[Rule, ...]] = (
    *syntax.RULES,
    *values.RULES,
    *programs.RULES,
    *cmdlets.RULES,
    *commands.RULES,
    *outputs.RULES,
    *dotnet.RULES,
    *habits.RULES,
    *shape.RULES,
    *changes.RULES,
)
"""Every rule, in the order of docs/scripts.md."""

EXCUSED: Final = {
    (
        "winrs_agent.ps1",
        "habit/encoded",
    ): "it decodes the values of calls, which reach it as lines of text",
    (
        "vm_carrier.ps1",
        "command/parameter",
    ): "it runs on Hyper-V hosts alone, and PowerShell Direct came with the releases that have 5.1",
}
"""What a shipped script may do all the same, by file and rule, with the reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found, and how much it compared with documentation."""

    files: int
    findings: tuple[Finding, ...]
    counted: Counted


def scripts_in(paths: Iterable[Path]) -> list[Path]:
    """The scripts that these files and folders hold, each once.

    Raises:
        InputError: a path that is not there, a file that is no script, a folder without one.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*.ps1") if one.is_file())
            if not inside:
                raise InputError(f"{path} holds no script (*.ps1).")
            found |= dict.fromkeys(inside)
        elif not path.is_file():
            raise InputError(f"{path} is not there.", hint="Name scripts, or folders that hold some.")
        elif path.suffix.casefold() != ".ps1":
            raise InputError(f"{path} is no script (*.ps1).")
        else:
            found[path] = None
    return list(found)


def check(paths: Sequence[Path], own: Iterable[Path] = ()) -> Outcome:
    """Checks scripts. They may call the verbs and the prelude of the own folders, and those that the product ships.

    Raises:
        InputError: a path that cannot be checked, or no engine.
        ZdmError: the engine failed.
    """
    scripts, counted = scripts_of(scripts_in(paths), own)
    found = sorted(finding for script in scripts for finding in look(script))
    findings = [one for one in found if not _excused(one)]
    return Outcome(len(scripts), tuple(findings), counted)


def _excused(finding: Finding) -> bool:
    name = finding.path.replace("\\", "/").rpartition("/")[2]
    return (name, finding.rule) in EXCUSED


def scripts_of(paths: Sequence[Path], own: Iterable[Path] = ()) -> tuple[list[Script], Counted]:
    """The scripts of these files with all that surrounds them, and where the rules will count.

    Raises:
        InputError: a file cannot be read, or no engine.
        ZdmError: the engine failed.
    """
    trees = parse([*paths, *_leaned_on(paths, folders("ps_scripts", own))])
    surroundings = _surroundings(trees)
    return [Script(tree, surroundings) for tree in trees[: len(paths)]], surroundings.counted


def _leaned_on(paths: Sequence[Path], library: Iterable[Path]) -> list[Path]:
    """The preludes of the library, and those of its verbs that the scripts name: the others need not be parsed."""
    seen = {path.resolve() for path in paths}
    said = "\n".join(source_of(path) for path in paths).casefold()
    found = [path for folder in library for path in (folder / "prelude.ps1", *sorted(folder.glob("*/*-Zdm*.ps1")))]
    named = [path for path in found if path.name == "prelude.ps1" or path.stem.casefold() in said]
    return [path for path in named if path.is_file() and path.resolve() not in seen]


def look(script: Script, rules: Sequence[Rule] = RULES) -> Iterator[Finding]:
    """What the rules find in one script. One that cannot be read is judged by nothing else."""
    broken = any(mark.kind == "Error" for mark in script.tree.marks)
    for rule in rules:
        if broken and rule.id != "syntax/parse":
            continue
        for hit in rule.look(script):
            line, column = (hit.place.line, hit.place.column) if hit.place is not None else (1, 1)
            yield Finding(script.path, line, column, rule.id, hit.sentence, hit.advice)


def _surroundings(trees: Sequence[Tree]) -> Surroundings:
    """The first prelude and every verb's function; a file earlier in the list hides a later one of the same name."""
    verbs: dict[str, Node] = {}
    bare = Surroundings(functions={}, verbs=verbs, ways={}, changing=frozenset(), documents=Documents(), counted=Counted())
    scripts = [Script(tree, bare) for tree in trees]
    for script in scripts:
        if script.main is not None:
            verbs.setdefault(script.stem.casefold(), script.main)
    home = next((script for script in scripts if script.shape == "prelude"), None)
    if home is None:
        return bare
    known = replace(bare, functions=home.functions, ways=ways(home.functions, home))
    return replace(known, changing=changes.changing_functions(Script(home.tree, known)))
