"""`zdm plan` and `zdm plans`: the dry run. It calls readers only and writes a plan that can be applied once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from zdm_automate.planner import Plan


def plan(
    playbook: Annotated[str, typer.Argument(help="A playbook of `zdm playbooks`.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Read the hosts and show what a playbook would change, item by item. Changes nothing."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    what = opened.intended(opened.playbook(playbook))
    with opened.workplace(what) as work:
        work.connect()
        work.require(role for role in what.book.roles if role not in what.book.optional)
        gathering = work.read(what)
        opened.recognise(work)  # after the readers: a WinRM 2.0 host closes its pipelines every ten
        made = work.plan(what, gathering)
    made = opened.plans.write(made)
    show_plan(made, as_json=as_json, readers=len(gathering.calls), requests=gathering.requests)


def show_plan(made: Plan, *, as_json: bool, readers: int = 0, requests: int = 0) -> None:
    """Shows a plan that was written, and what can be done with it."""
    from zdm_automate.model import Preview
    from zdm_automate.report.text import plan_view

    if as_json:
        counts = {str(kind): made.count(kind) for kind in Preview}
        show_json({"id": made.id, "digest": made.digest, "requests": requests, "counts": counts, "items": made.items})
        return
    show(plan_view(made))
    read = f"{readers} readers, {requests} WSMan requests. " if readers else ""
    say(f"{read}Plan {made.id}, digest {made.digest[:12]}.")
    if made.changes:
        say(f"Next: `zdm apply {made.id}`, or change project.yaml and plan again. Nothing has been changed yet.")
    elif made.count(Preview.UNKNOWN):
        say("Nothing can be applied: what cannot be predicted has to be made readable first.")
    elif made.count(Preview.WAIT) or made.count(Preview.MANUAL):
        say("Nothing to apply now.")
    else:
        say("No change: all is as wanted.")


def plans(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the plans of the project and whether they were used."""
    from rich.table import Table

    from zdm_automate.plans import Plans
    from zdm_automate.project import read_project

    kept = Plans(read_project(project).plans_folder)
    rows = [{"id": one, "used": kept.used(one)} for one in kept.ids()]
    if as_json:
        show_json(rows)
        return
    table = Table("PLAN", "USED", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["id"], row["used"] or "-")
    show(table)
