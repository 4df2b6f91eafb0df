"""`zdm plan` and `zdm plans`: the dry run. It calls readers only and writes a plan that can be applied once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from zdm_automate.cli.opening import Opened
    from zdm_automate.planner import Plan


def plan(
    playbook: Annotated[str, typer.Argument(help="A playbook of `zdm playbooks`.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Read the hosts and show what a playbook would change, item by item. Changes nothing."""
    from zdm_automate.admission import annotated
    from zdm_automate.cli.admitting import desk_of, widened
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    what = opened.intended(opened.playbook(playbook))
    opened.lessons  # noqa: B018 - a file that is wrong is told before a host is asked
    with opened.workplace(what) as work:
        work.connect()
        work.require(role for role in what.book.roles if role not in what.book.optional)
        gathering = work.read(what)
        opened.recognise(work)  # after the readers: a WinRM 2.0 host closes its pipelines every ten
        made = work.plan(what, gathering)
        desk = desk_of(opened, work, what)
        made = annotated(made, widened(work, what, made, gathering.facts, desk), desk)
    made = opened.plans.write(made)
    show_plan(opened, made, as_json=as_json, readers=len(gathering.calls), requests=gathering.requests)


def show_plan(opened: Opened, made: Plan, *, as_json: bool, readers: int = 0, requests: int = 0) -> None:
    """Shows a plan that was written, and what can be done with it."""
    from zdm_automate.cli.admitting import needed
    from zdm_automate.model import Preview
    from zdm_automate.report.text import plan_view

    times = _times(opened, made)
    if as_json:
        counts = {str(kind): made.count(kind) for kind in Preview}
        body = {"id": made.id, "digest": made.digest, "requests": requests, "counts": counts, "items": made.items}
        show_json(body | {"seconds": times, "approvals_needed": needed(opened, made)})
        return
    show(plan_view(made))
    _say_times(times)
    read = f"{readers} readers, {requests} WSMan requests. " if readers else ""
    say(f"{read}Plan {made.id}, digest {made.digest[:12]}.")
    for role in needed(opened, made):
        say(f"Wants approval: `zdm approve {made.id} --as NAME --role {role}`.")
    if made.changes and opened.project.is_rehearsal:
        say("A rehearsal in a lab: the lab approves this plan itself.")
    if made.changes:
        say(f"Next: `zdm apply {made.id}`, or change project.yaml and plan again. Nothing has been changed yet.")
    elif made.count(Preview.UNKNOWN):
        say("Nothing can be applied: what cannot be predicted has to be made readable first.")
    elif made.count(Preview.WAIT) or made.count(Preview.MANUAL):
        say("Nothing to apply now.")
    else:
        say("No change: all is as wanted.")


def _times(opened: Opened, made: Plan) -> dict[str, Any]:
    """Seconds for the changes of a plan, and for its rows by hand where other projects tell: the middle, and nine of ten."""
    from zdm_automate.durations import measured
    from zdm_automate.model import Preview

    durations = measured(opened.entries(), opened.lessons)
    known = durations.lessons.items
    by_hand = [one.id for one in made.items if any(row.preview is Preview.MANUAL for row in one.rows) and one.id in known]
    return {
        "p50": durations.usual(made.changes),
        "p90": durations.ahead(made.changes),
        "by_hand": {item: {"p50": known[item].p50, "p90": known[item].p90} for item in by_hand},
    }


def _say_times(times: dict[str, Any]) -> None:
    from zdm_automate.report.words import lasted

    def both(one: dict[str, float]) -> str:
        return f"about {lasted(1000 * one['p50'])}, in nine of ten cases at most {lasted(1000 * one['p90'])}"

    if times["p90"]:
        say(f"Changing takes {both(times)}.")
    for item, one in times["by_hand"].items():
        say(f"{item} by hand took other projects {both(one)}.")


def plans(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the plans of the project and whether they were used."""
    from rich.table import Table
    from rich.text import Text

    from zdm_automate.approvals import approvals_of
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    kept = opened.plans
    given = approvals_of(opened.entries())
    rows: list[dict[str, Any]] = [
        {
            "id": one,
            "used": kept.used(one),
            "approvals": [{"by": a.by, "role": a.role, "at": a.at_utc, "digest": a.digest} for a in given if a.subject == one],
        }
        for one in kept.ids()
    ]
    if as_json:
        show_json(rows)
        return
    table = Table("PLAN", "USED", "APPROVED BY", box=None, pad_edge=False)
    nobody = "the lab itself" if opened.project.is_rehearsal else "-"
    for row in rows:
        names = ", ".join(f"{a['by']} ({a['role']})" for a in row["approvals"])
        table.add_row(row["id"], row["used"] or "-", Text(names or nobody))
    show(table)
