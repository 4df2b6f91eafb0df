"""`zdm apply` and `zdm verify`: carry out a plan as approved, once; judge the hosts by fresh facts."""

from __future__ import annotations

from typing import Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, Confirm, ProjectFolder, show, show_json


def apply(
    plan: Annotated[str, typer.Argument(help="Id of a plan, an unambiguous part of it, or `latest`.")],
    confirm: Confirm = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Carry out a plan: refused when the hosts have moved on or a gate is closed, used once, verified afterwards.

    The first Ctrl-C stops at the next change; what was done stays done and is in the journal.
    """
    from zdm_automate.cli.alone import alone
    from zdm_automate.cli.carrying import carry_out, finish
    from zdm_automate.cli.errands import FirstRun
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    chosen = opened.plans.load(plan)
    opened.plans.refuse_used(chosen)
    what = opened.intended(opened.playbook(chosen.playbook))
    with alone(opened):
        outcome, head = carry_out(opened, what, FirstRun(opened, what, chosen), confirm=confirm, quiet=as_json)
    finish(opened, chosen, outcome, head, as_json=as_json)


def verify(
    playbook: Annotated[str, typer.Argument(help="A playbook of `zdm playbooks`.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Judge what a playbook is about by fresh facts, also from a client's seat and from outside. Changes nothing."""
    from dataclasses import asdict

    from zdm_automate.cli.alone import alone, unused, who
    from zdm_automate.cli.opening import open_project
    from zdm_automate.model import CheckState
    from zdm_automate.report.text import checks_view
    from zdm_automate.runner import write_checks

    opened = open_project(project)
    what = opened.intended(opened.playbook(playbook))
    run = unused(opened, f"verify-{playbook}")
    with alone(opened), opened.workplace(what) as work:
        work.connect()
        work.require(role for role in what.book.roles if role not in what.book.optional)
        opened.recognise(work)
        checks = work.verify(what)
        with opened.journal(run) as journal:
            journal.write("run.started", kind="verify", playbook=playbook, hosts=work.hosts, **who(opened))
            work.report_hosts(journal)
            write_checks(checks, journal)
            failed = [one for one in checks if one.state is CheckState.FAILED]
            unknown = [one for one in checks if one.state is CheckState.UNKNOWN]
            journal.write("run.finished", boundary=True, result="failed" if failed or unknown else "done", failed=len(failed))
    if as_json:
        show_json([asdict(one) for one in checks])
    else:
        show(checks_view(checks))
    if failed or unknown:
        raise typer.Exit(1)
