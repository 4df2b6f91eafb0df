"""`zdm retrospective`: what the journals of many projects teach, as a page, a table and times for planning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from zdm_automate.cli.shown import AsJson, say, show_json


def retrospective(
    folders: Annotated[list[Path], typer.Argument(help="Folders of projects, each with its project.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder for retrospective.html, .csv and durations.json.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Compare what was planned with what it took, over all these projects. Refused where a journal was altered."""
    from zdm_automate.checklist import load_checklist
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError
    from zdm_automate.journal import verify
    from zdm_automate.report.bundle import BOM
    from zdm_automate.report.retrospective import durations, learn, lessons_csv, retrospective_page

    opened = [open_project(folder) for folder in folders]
    letters = {one.project.content.checklist for one in opened}
    if len(letters) > 1:
        raise InputError(
            f"the projects use different checklists: {', '.join(sorted(letters))}.", hint="Compare like with like."
        )
    for one in opened:
        for path in one.project.journals():
            verify(path)
    checklist = load_checklist(letters.pop(), opened[0].folders("playbooks"))
    found = learn([list(one.entries()) for one in opened], checklist)
    out.mkdir(parents=True, exist_ok=True)
    texts = {
        "retrospective.html": retrospective_page(found),
        "retrospective.csv": BOM + lessons_csv(found),
        "durations.json": json.dumps(durations(found), indent=1) + "\n",
    }
    for name, text in texts.items():
        half = out / f"{name}.part"
        half.write_bytes(text.encode())
        half.replace(out / name)
    if as_json:
        show_json(durations(found))
    else:
        say(f"{out / 'retrospective.html'} is written, with retrospective.csv and durations.json beside it.")
        say(f"{len(found.items)} items and {len(found.verbs)} verbs of {len(opened)} projects.")
