"""`zdm status`, `checklist`, `journal`, `report`: what was done, what is open, and whether the record is untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.item import item_done
from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.cli.opening import Opened
    from zdm_automate.progress import RowState

checklist = typer.Typer(
    no_args_is_help=True, help="The migration's checklist: where every row stands, and signing what was done by hand."
)
journal = typer.Typer(no_args_is_help=True, help="The journals: show a run, prove that nothing was altered.")

Run = Annotated[str, typer.Argument(help="A run of `zdm status`, an unambiguous part of it, or `latest`.")]


def status(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the runs, what was changed for a time, and what waits."""
    from dataclasses import asdict

    from rich.table import Table

    from zdm_automate.cli.opening import open_project
    from zdm_automate.facts.project import Temporary
    from zdm_automate.report.text import RESULTS, temporaries_view

    opened = open_project(project)
    runs = [_run_row(path) for path in opened.project.journals()]
    register = [one for one in opened.held() if isinstance(one, Temporary)]
    if as_json:
        show_json({"runs": runs, "temporaries": [asdict(one) for one in register]})
        return
    if not runs:
        say("No run yet. Next: `zdm check`, then `zdm plan PLAYBOOK`.")
        return
    table = Table("RUN", "RESULT", "CHANGES", "BY", box=None, pad_edge=False)
    for row in runs:
        style = RESULTS.get(row["result"], "bold red")
        table.add_row(row["run"], f"[{style}]{row['result'] or 'no end'}[/]", str(row["changes"]), row["operator"])
    show(table)
    if register:
        show("", "Changed for a time, to be taken back:", temporaries_view(register))


def _run_row(path: Path) -> dict[str, Any]:
    from zdm_automate.report.story import tell

    story = tell(_entries(path))
    made = sum(change.changed for change in story.changes)
    return {"run": path.parent.name, "kind": story.kind, "result": story.result, "changes": made, "operator": story.operator}


def _entries(path: Path) -> list[dict[str, Any]]:
    from zdm_automate.journal import read

    return list(read(path))


# --- checklist ---


@checklist.command("show")
def checklist_show(
    everything: Annotated[bool, typer.Option("--all", help="Also the rows that nothing is known of yet.")] = False,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show where the rows stand: done by evidence, failed, waiting, by hand."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.report.text import checklist_view

    rows = states(open_project(project))
    if as_json:
        show_json(
            [
                {"item": r.item.id, "title": r.item.title, "state": r.state, "reason": r.reason, "not_before": r.not_before}
                for r in rows
            ]
        )
        return
    show(checklist_view(rows, everything=everything))


def states(opened: Opened) -> tuple[RowState, ...]:
    """Where every row of the project's checklist stands, by all its journals.

    Raises:
        UnknownNameError: there is no such checklist.
        ProjectError: the checklist is broken.
    """
    from zdm_automate.checklist import load_checklist
    from zdm_automate.progress import checklist_state

    known = load_checklist(opened.project.content.checklist, opened.folders("playbooks"))
    return checklist_state(known, opened.entries())


checklist.command("sign")(item_done)


# --- journal ---


@journal.command("show")
def journal_show(run: Run = "latest", project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the lines of a run's journal."""
    from zdm_automate.report.text import journal_view

    entries = _entries(_journal(project, run))
    if as_json:
        show_json(entries)
        return
    show(journal_view(entries))


@journal.command("verify")
def journal_verify(
    run: Annotated[str, typer.Argument(help="One run; empty: all of the project.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Prove that no line was altered or removed: each carries the hash of the one before."""
    from zdm_automate.journal import verify
    from zdm_automate.project import read_project

    paths = [_journal(project, run)] if run else read_project(project).journals()
    rows = []
    for path in paths:
        found = verify(path)
        rows.append({"run": path.parent.name, "lines": found.lines, "head": found.head, "torn_bytes": found.torn})
        if not as_json:
            torn = f", {found.torn} bytes of a torn last line left out" if found.torn else ""
            say(f"{path.parent.name}: {found.lines} lines intact, head {found.head[:16]}{torn}")
    if as_json:
        show_json(rows)
    elif not rows:
        say("No journal yet.")


def _journal(folder: Path, name: str) -> Path:
    from zdm_automate.errors import UnknownNameError
    from zdm_automate.project import read_project

    paths = read_project(folder).journals()
    fitting = [path for path in paths if path.parent.name == name] or [path for path in paths if name in path.parent.name]
    if name == "latest" and paths:
        fitting = paths[-1:]
    if len(fitting) != 1:
        known = ", ".join(path.parent.name for path in paths[-3:]) or "none yet"
        raise UnknownNameError(
            f"{'several runs fit' if fitting else 'there is no run'} {name!r}.", hint=f"The last ones: {known}."
        )
    return fitting[0]


# --- report ---


def report(run: Run = "latest", project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Write the report of a run: one HTML file for the service request."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.report.html import write_report

    folder = _journal(project, run).parent
    opened = open_project(project)
    path = write_report(folder, opened.project.content.client, states(opened))
    if as_json:
        show_json({"report": str(path)})
    else:
        say(f"{path} is written.")
