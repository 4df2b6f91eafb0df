"""`zdm resume` and `zdm undo`: takes up a run that stopped in its own journal; plans the way back from one."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, Confirm, ProjectFolder, say

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
    from zdm_automate.cli.admitting import admission_of, approvers
    from zdm_automate.cli.apply import _alone, _begin, _domain_alone, _finish, _live, _stop_softly, _who
    from zdm_automate.cli.opening import open_project
    from zdm_automate.resume import refuse_ended, rest

    opened = open_project(project)
    with _alone(opened):
        standing, later = _chosen(opened.standings(), run)
        plan = opened.plans.load(standing.plan)
        refuse_ended(standing, plan, later)
        what = opened.intended(opened.playbook(plan.playbook))
        with ExitStack() as stack:
            work = stack.enter_context(opened.workplace(what))
            work.connect()
            work.require(role for role in plan.hosts if role not in what.book.optional)
            opened.recognise(work)
            work.refuse_skew(plan.hosts)
            held = stack.enter_context(_domain_alone(opened, work))
            gathering, settled = work.look_again(what, plan, standing)
            todo = rest(plan, settled.standing(standing))
            admission = admission_of(opened, work, what, todo, gathering.facts, confirm=confirm)
            admission.whole()
            with _live(quiet=as_json) as observer, _stop_softly() as stop, opened.journal(plan.id, (observer,)) as journal:
                admission.journal = journal
                names = [change.id for change in todo.changes]
                if not as_json:
                    say(_going_on(standing, names))
                if standing.claimed:
                    _begin(opened, journal, plan)
                else:
                    journal.write(
                        "run.resumed",
                        boundary=True,
                        after=standing.result or "no end",
                        settled={step: str(verdict) for step, verdict in settled.verdicts.items()},
                        next=names[0] if names else "",
                        left=len(names),
                        **_who(opened),
                    )
                journal.write("lock.taken", locks=held)
                work.report_hosts(journal)
                work.report_reads(journal, gathering)
                journal.write("plan.checked", fingerprint=gathering.facts.fingerprint())
                approver = ", ".join(one["by"] for one in approvers(opened, plan))
                outcome = work.go_on(
                    what, plan, standing, settled, journal, stop=stop, admit=admission.admit, approver=approver
                )
                head = journal.head
    _finish(opened, plan, outcome, head, as_json=as_json)


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


def _going_on(standing: Standing, rest: list[str]) -> str:
    done = f"{len(standing.good)} changes stand"
    return (
        f"Run {standing.run}: {done}; going on at {rest[0]}." if rest else f"Run {standing.run}: {done}; only judging is left."
    )


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
