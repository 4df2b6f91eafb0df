"""`zdm status`, `checklist`, `journal`, `report`: what was done, what is open, and whether the record is untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.item import item_done
from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zdm_automate.cli.opening import Opened
    from zdm_automate.hours import Hours
    from zdm_automate.progress import RowState
    from zdm_automate.standing import Standing

checklist = typer.Typer(
    no_args_is_help=True, help="The migration's checklist: where every row stands, and signing what was done by hand."
)
journal = typer.Typer(no_args_is_help=True, help="The journals: show a run, prove that nothing was altered.")

Run = Annotated[str, typer.Argument(help="A run of `zdm status`, an unambiguous part of it, or `latest`.")]


def status(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the runs, what was changed for a time, and the clock of the golden hours."""
    from dataclasses import asdict

    from rich.table import Table

    from zdm_automate.cli.opening import open_project
    from zdm_automate.ledger import project_facts
    from zdm_automate.report.text import RESULTS, hours_view, temporaries_view

    opened = open_project(project)
    kept = opened.summaries()
    standings = opened.shown(kept)
    runs = [_run_row(one) for one in standings]
    register = opened.register(project_facts(line for one in kept for line in one.ledger))
    face = _face(opened)
    if as_json:
        body = {"runs": runs, "open": open_sentences(opened, standings), "temporaries": [asdict(one) for one in register]}
        show_json(body | {"golden_hours": asdict(face) if face is not None else None})
        return
    if face is not None:
        show(hours_view(face), "")
    if not runs:
        say("No run yet. Next: `zdm check`, then `zdm plan PLAYBOOK`.")
        return
    table = Table("RUN", "RESULT", "CHANGES", "BY", box=None, pad_edge=False)
    for row in runs:
        style = RESULTS.get(row["result"], "bold red")
        table.add_row(row["run"], f"[{style}]{row['result'] or 'no end'}[/]", str(row["changes"]), row["operator"])
    show(table)
    for sentence in open_sentences(opened, standings):
        say(f"\n{sentence}")
    if register:
        show("", "Changed for a time, to be taken back:", temporaries_view(register))


def _run_row(one: Standing) -> dict[str, Any]:
    return {"run": one.run, "kind": one.kind, "result": one.result, "changes": one.changed, "operator": one.operator}


def _face(opened: Opened) -> Hours | None:
    """The clock of the golden hours; None where the project has none."""
    from zdm_automate.cli.admitting import durations_of
    from zdm_automate.hours import hours

    content = opened.project.content
    if content.window is None:
        return None
    entries = tuple(opened.entries())
    unused = [one for one in opened.plans.ids() if not opened.plans.used(one)]
    plan = opened.plans.load(unused[-1]) if unused else None
    factor = content.limits.rollback_factor
    return hours(content.window.window, opened.clock.now(), durations_of(opened, entries), factor, plan, entries)


def open_sentences(opened: Opened, standings: Sequence[Standing]) -> list[str]:
    """What is known of every change without an end, and of every run that stopped, and what to type."""
    from zdm_automate.standing import explain

    found: list[str] = []
    for one in unfinished(standings):
        found += [explain(change, one.run) for change in one.open]
        if not one.open:
            total = len(opened.plans.load(one.plan).changes) if one.plan in opened.plans.ids() else 0
            rest = (
                f"{total - len(one.good)} of {total} changes are left" if total > len(one.good) else "its checks are not good"
            )
            found.append(f"Run {one.run} stopped ({one.result or 'no end'}); {rest}. `zdm resume {one.run}` goes on.")
    return found


def unfinished(standings: Sequence[Standing]) -> list[Standing]:
    """The runs that can be taken up: the last one of each playbook, where it is not whole."""
    last = {one.playbook: one for one in standings if one.plan and (one.good or one.open or not one.whole)}
    return [one for one in last.values() if not one.whole]


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
    path = write_report(folder, opened.project.content.client, states(opened), opened.register())
    if as_json:
        show_json({"report": str(path)})
    else:
        say(f"{path} is written.")
