"""`zdm scripts`: what verbs there are, what one says of itself, and whether scripts keep to the rules."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from zdm_automate.conformance.check import Outcome
    from zdm_automate.scripts import Library, Verb

app = typer.Typer(
    no_args_is_help=True, help="The PowerShell verbs: list them, read about one, check scripts against the rules."
)


@app.command("list")
def list_(
    area: Annotated[str, typer.Argument(help="Only those of one area, such as dns.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the verbs there are: the project's own, and the shipped ones."""
    from rich.table import Table

    from zdm_automate.errors import UnknownNameError

    library = _library(project)
    verbs = sorted(library.values(), key=lambda verb: (verb.area, verb.name))
    areas = sorted({verb.area for verb in verbs})
    if area and area.casefold() not in areas:
        raise UnknownNameError(f"there is no area {area}.", hint=f"There are: {', '.join(areas)}.")
    verbs = [verb for verb in verbs if not area or verb.area == area.casefold()]
    if as_json:
        show_json([_described(verb) for verb in verbs])
        return
    table = Table(box=None, pad_edge=False)
    for head in ("VERB", "AREA", "KIND", "FLOOR", "PARAMETERS"):
        table.add_column(head, no_wrap=head != "PARAMETERS", overflow="fold")
    for verb in verbs:
        parameters = (one.name if one.mandatory else f"[{one.name}]" for one in verb.parameters)
        table.add_row(verb.name, verb.area, verb.kind, verb.floor, r" ".join(parameters).replace("[", r"\["))
    show(table)


@app.command("show")
def show_(
    verb: Annotated[str, typer.Argument(help="A verb, such as Get-ZdmDnsZone.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what a verb says of itself, and the hash of what is sent for it."""
    library = _library(project)
    found = library[verb]
    described = _described(found) | {"help": found.help, "sha256": library.sha256_of(found.name)}
    if as_json:
        show_json(described)
        return
    reader = f", read by {found.reader}" if found.reader else ""
    say(f"{found.name} ({found.area}): {found.kind} for PowerShell {found.floor} and later{reader}")
    say("")
    say(found.help)
    say("")
    say(f"SHA-256 of what is sent (prelude and script): {described['sha256']}")


@app.command("check")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Scripts, or folders that hold some.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Judge scripts by the rules of docs/scripts.md. Needs PowerShell 7 (`pwsh`); runs none of the scripts."""
    from zdm_automate.conformance.check import check as judge

    outcome = judge(paths, (project,))
    if as_json:
        show_json(_as_json(outcome))
    else:
        for finding in outcome.findings:
            say(f"{finding.path}:{finding.line}:{finding.column}: {finding.rule}")
            say(f"  {finding.sentence} {finding.advice}")
        for line in summary(outcome):
            say(line)
    if outcome.findings:
        raise typer.Exit(1)


def summary(outcome: Outcome) -> list[str]:
    """The closing lines of a check: findings, what was compared with documentation, what was not followed."""
    counted = outcome.counted
    compared = (
        (counted.commands, "command"),
        (counted.parameters, "parameter"),
        (counted.properties, "property"),
        (counted.error_ids, "error id"),
        (counted.members, ".NET member"),
    )
    lines = [
        f"{_many(outcome.files, 'script')}, {_many(len(outcome.findings), 'finding')}.",
        f"Compared with documentation: {', '.join(_many(number, noun) for number, noun in compared)}.",
        f"Compared with the scripts themselves: {_many(counted.keys, 'key')} of their own tables.",
    ]
    if counted.not_followed:
        lost = "; ".join(f"{number} {what}" for what, number in sorted(counted.not_followed.items()))
        lines.append(f"Not followed: {lost}.")
    if counted.unconfirmed:
        lines.append(f"To be confirmed on Windows: {'; '.join(sorted(counted.unconfirmed))}.")
    return lines


def _many(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun.removesuffix('ty')}ties" if noun.endswith("ty") else f"{number} {noun}s"


def _as_json(outcome: Outcome) -> dict[str, Any]:
    counted = outcome.counted
    return {
        "scripts": outcome.files,
        "findings": [
            {"path": one.path, "line": one.line, "column": one.column, "rule": one.rule, "says": one.sentence, "do": one.advice}
            for one in outcome.findings
        ],
        "compared": {
            "commands": counted.commands,
            "parameters": counted.parameters,
            "properties": counted.properties,
            "error_ids": counted.error_ids,
            "members": counted.members,
            "own_keys": counted.keys,
        },
        "not_followed": counted.not_followed,
        "to_confirm": sorted(counted.unconfirmed),
    }


def _library(project: Path) -> Library:
    from zdm_automate.resources import folders
    from zdm_automate.scripts import Library

    return Library.load(folders("ps_scripts", (project,)))


def _described(verb: Verb) -> dict[str, Any]:
    return {
        "verb": verb.name,
        "area": verb.area,
        "kind": verb.kind,
        "floor": verb.floor,
        "reader": verb.reader,
        "outputs": list(verb.outputs),
        "parameters": [{"name": one.name, "type": one.type, "mandatory": one.mandatory} for one in verb.parameters],
    }
