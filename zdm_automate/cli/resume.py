"""`zdm resume` and `zdm undo`: takes up a run that stopped in its own journal; plans the way back from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, Confirm, ProjectFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zdm_automate.standing import Standing


def resume(
    run: Annotated[str, typer.Argument(help="A run of `zdm status`, or a part of its name; empty: the one that stopped.")] = "",
    confirm: Confirm = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that stopped: what was begun is settled by reading the hosts, nothing is called twice."""
    from zdm_automate.cli.alone import alone
    from zdm_automate.cli.carrying import carry_out, finish
    from zdm_automate.cli.errands import TakenUp
    from zdm_automate.cli.opening import open_project
    from zdm_automate.resume import refuse_ended

    opened = open_project(project)
    with alone(opened):
        standing, later = _chosen(opened.standings(), run)
        plan = opened.plans.load(standing.plan)
        refuse_ended(standing, plan, later)
        what = opened.intended(opened.playbook(plan.playbook))
        taken_up = TakenUp(opened, what, plan, standing, quiet=as_json)
        outcome, head = carry_out(opened, what, taken_up, confirm=confirm, quiet=as_json)
    finish(opened, plan, outcome, head, as_json=as_json)


def undo(
    run: Annotated[str, typer.Argument(help="A run of `zdm status`, a part of its name, or `latest`.")],
    to: Annotated[str, typer.Option(help="Go back to this item and no further; it is taken back too.")] = "",
    overwrite: Annotated[
        list[str] | None, typer.Option("--overwrite", help="An item that may be taken back over somebody else's change.")
    ] = None,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Plan the way back: the run's recorded inverses, last change first. Changes nothing; `zdm apply` carries it out."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.cli.plan import show_plan
    from zdm_automate.errors import RefusedError, UnknownNameError
    from zdm_automate.journal import read, verify
    from zdm_automate.undo import made_in, refuse_unknown_items

    opened = open_project(project)
    runs = [one for one in opened.standings() if one.kind in {"apply", "undo"} and not one.claimed]
    fitting = (
        runs[-1:] if run == "latest" else [one for one in runs if one.run == run] or [one for one in runs if run in one.run]
    )
    if len(fitting) != 1:
        known = ", ".join(one.run for one in runs[-3:]) or "none yet"
        said = f"{'several runs fit' if fitting else 'there is no run'} {run!r} that changed hosts."
        raise UnknownNameError(said, hint=f"The last ones: {known}.")
    chosen = fitting[0]
    journal = opened.project.runs_folder / chosen.run / "journal.jsonl"
    verify(journal)
    made = made_in(read(journal), to)
    refuse_unknown_items(made, overwrite or ())
    if not made:
        raise RefusedError(f"run {chosen.run} has changed nothing.", hint="There is nothing to take back.")
    what = opened.intended(opened.playbook(chosen.playbook))
    with opened.workplace(what) as work:
        work.connect()
        work.require(role for role in what.book.roles if role not in what.book.optional)
        opened.recognise(work)
        planned = opened.plans.write(work.plan_undo(what, chosen.run, made, frozenset(overwrite or ())))
    show_plan(opened, planned, as_json=as_json)


def _chosen(standings: Sequence[Standing], name: str) -> tuple[Standing, list[Standing]]:
    """The run that is meant, and those that began after it.

    Raises:
        UnknownNameError: none, or several fit.
    """
    from zdm_automate.cli.evidence import unfinished
    from zdm_automate.errors import UnknownNameError

    stopped = unfinished(standings)
    if name in {"", "latest"}:
        fitting = stopped[-1:] if name else stopped
    else:
        runs = [one for one in standings if one.plan]
        fitting = [one for one in runs if one.run == name] or [one for one in runs if name in one.run]
    if len(fitting) == 1:
        return fitting[0], [one for one in standings if one.run > fitting[0].run]
    if fitting:
        known = ", ".join(one.run for one in fitting[-5:])
        raise UnknownNameError(
            f"{len(fitting)} runs {'fit ' + repr(name) if name else 'have stopped'}.", hint=f"Name one: {known}."
        )
    said = f"there is no run {name!r}." if name else "no run has stopped before its end."
    raise UnknownNameError(said, hint="`zdm status` shows the runs.")
