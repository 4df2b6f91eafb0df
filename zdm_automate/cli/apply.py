"""`zdm apply` and `zdm verify`: carry out a plan as approved, once; judge the hosts by fresh facts."""

from __future__ import annotations

import platform
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, Confirm, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.cli.opening import Opened
    from zdm_automate.journal import Journal
    from zdm_automate.model import PlannedItem
    from zdm_automate.planner import Plan
    from zdm_automate.progress import RowState
    from zdm_automate.runner import Outcome
    from zdm_automate.workplace import Workplace

LAB = "lab"
SELF_APPROVED = "A rehearsal in a lab: the lab approved this plan itself, nobody else did."
EXIT = {"done": 0, "failed": 1, "refused": 3, "interrupted": 1, "unknown": 4}


def apply(
    plan: Annotated[str, typer.Argument(help="Id of a plan, an unambiguous part of it, or `latest`.")],
    confirm: Confirm = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Carry out a plan: refused when the hosts have moved on or a gate is closed, used once, verified afterwards.

    The first Ctrl-C stops at the next change; what was done stays done and is in the journal.
    """
    from zdm_automate.cli.admitting import admission_of, approvers
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    chosen = opened.plans.load(plan)
    opened.plans.refuse_used(chosen)
    what = opened.intended(opened.playbook(chosen.playbook))
    with _alone(opened), opened.workplace(what) as work:
        work.connect()
        work.require(role for role in chosen.hosts if role not in what.book.optional)
        opened.recognise(work)
        work.refuse_skew(chosen.hosts)
        with _domain_alone(opened, work) as held:
            gathering = work.check_fresh(what, chosen)
            admission = admission_of(opened, work, what, chosen, gathering.facts, confirm=confirm)
            admission.whole()
            opened.plans.claim(chosen, opened.clock.now())
            with _live(quiet=as_json) as observer, _stop_softly() as stop, opened.journal(chosen.id, (observer,)) as journal:
                admission.journal = journal
                _begin(opened, journal, chosen)
                journal.write("lock.taken", locks=held)
                work.report_hosts(journal)
                work.report_reads(journal, gathering)
                journal.write("plan.checked", fingerprint=chosen.fingerprint)
                approver = ", ".join(one["by"] for one in approvers(opened, chosen))
                outcome = work.apply(what, chosen, journal, stop=stop, admit=admission.admit, approver=approver)
                head = journal.head
    _finish(opened, chosen, outcome, head, as_json=as_json)


def verify(
    playbook: Annotated[str, typer.Argument(help="A playbook of `zdm playbooks`.")],
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Judge what a playbook is about by fresh facts, also from a client's seat and from outside. Changes nothing."""
    from dataclasses import asdict

    from zdm_automate.cli.opening import open_project
    from zdm_automate.model import CheckState
    from zdm_automate.report.text import checks_view
    from zdm_automate.runner import write_checks

    opened = open_project(project)
    what = opened.intended(opened.playbook(playbook))
    run = f"{opened.clock.now():%Y%m%d-%H%M%S}-verify-{playbook}"
    with _alone(opened), opened.workplace(what) as work:
        work.connect()
        work.require(role for role in what.book.roles if role not in what.book.optional)
        opened.recognise(work)
        checks = work.verify(what)
        with opened.journal(_unused(opened, run)) as journal:
            journal.write("run.started", kind="verify", playbook=playbook, hosts=work.hosts, **_who(opened))
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


# --- one run ---


def _unused(opened: Opened, run: str) -> str:
    """A run id that no folder has yet."""
    number = 1
    name = run
    while (opened.project.runs_folder / name).exists():
        number += 1
        name = f"{run}-{number}"
    return name


def _who(opened: Opened) -> dict[str, Any]:
    from zdm_automate import __version__

    return {"operator": opened.operator, "controller": platform.node(), "version": __version__}


def _begin(opened: Opened, journal: Journal, plan: Plan) -> None:
    from zdm_automate.cli.admitting import approvers

    journal.write(
        "run.started",
        boundary=True,
        kind=plan.kind,
        undoes=plan.undoes,
        profile=LAB if opened.project.is_rehearsal else "",
        approvals=approvers(opened, plan),
        plan=plan.id,
        plan_digest=plan.digest,
        playbook=plan.playbook,
        hosts=plan.hosts,
        items=[_planned(item) for item in plan.items],
        **_who(opened),
    )


def _planned(item: PlannedItem) -> dict[str, Any]:
    rows = [
        {
            name: value
            for name, value in (
                ("preview", str(row.preview)),
                ("text", row.text),
                ("role", row.role),
                ("reason", row.reason),
                ("not_before", row.not_before),
                ("form", list(row.form)),
                ("by_hand", row.by_hand),
            )
            if value
        }
        for row in item.rows
    ]
    return {
        "id": item.id,
        "title": item.title,
        "risk": str(item.risk),
        "gate": item.gate,
        "also": list(item.also),
        "rows": rows,
    }


def _finish(opened: Opened, plan: Plan, outcome: Outcome, head: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from zdm_automate.report.html import write_report
    from zdm_automate.report.text import outcome_view

    report = opened.project.runs_folder / plan.id / "report.html"
    try:
        report = write_report(report.parent, opened.project.content.client, _rows(opened), opened.register())
        opened.summaries()
    except OSError as problem:
        typer.echo(f"The report could not be written: {problem.strerror}. `zdm report {plan.id}` writes it later.", err=True)
    if as_json:
        show_json(
            {
                "run": plan.id,
                "result": outcome.result,
                "changed": outcome.changed,
                "unchanged": outcome.unchanged,
                "left": outcome.left,
                "error": str(outcome.error) if outcome.error else "",
                "checks": [asdict(one) for one in outcome.checks],
                "journal_head": head,
                "report": str(report),
            }
        )
    else:
        show(outcome_view(plan, outcome))
        if opened.project.is_rehearsal:
            say(SELF_APPROVED)
        say(f"Evidence: {report} and journal.jsonl beside it; its last hash is {head[:16]}.")
    if outcome.error is not None:
        raise outcome.error
    if EXIT[outcome.result]:
        raise typer.Exit(EXIT[outcome.result])


def _rows(opened: Opened) -> tuple[RowState, ...]:
    """The checklist for the report; a checklist that is not in order must not hide what the run has done."""
    from zdm_automate.cli.evidence import states
    from zdm_automate.errors import ZdmError

    try:
        return states(opened)
    except ZdmError as problem:
        typer.echo(f"The report shows no checklist: {problem}", err=True)
        return ()


@contextmanager
def _alone(opened: Opened) -> Iterator[None]:
    """Holds the project for one run.

    Raises:
        HeldError: another run holds it.
    """
    from zdm_automate.holding import hold, myself

    with hold(opened.project.folder / ".zdm-lock", myself(opened.operator, _typed()), "this project"):
        yield


@contextmanager
def _domain_alone(opened: Opened, work: Workplace) -> Iterator[list[dict[str, Any]]]:
    """Holds every domain that the open hosts belong to; gives what the journal is told of it.

    Raises:
        HeldError: a run of another project holds one.
    """
    from contextlib import ExitStack
    from dataclasses import asdict

    from zdm_automate.holding import domain_lock, hold, myself

    with ExitStack() as stack:
        taken = []
        for domain in work.domains:
            identity = f"{opened.project.lab_folder or ''}|{domain}"
            held = stack.enter_context(hold(domain_lock(identity), myself(opened.operator, _typed()), f"the domain {domain}"))
            taken.append({"domain": domain, "holder": asdict(held.holder), "stale": held.stale})
        yield taken


def _typed() -> str:
    """The command as it was typed, without what follows its first words."""
    import sys

    return " ".join(["zdm", *sys.argv[1:3]])


@contextmanager
def _stop_softly() -> Iterator[Callable[[], bool]]:
    """Turns the first Ctrl-C into a stop at the next change; the second one ends at once."""
    asked = False

    def handler(number: int, frame: Any) -> None:
        nonlocal asked
        if asked:
            signal.default_int_handler(number, frame)
        asked = True
        typer.echo("\nstopping before the next change; once more ends at once and leaves the outcome unknown", err=True)

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _live(*, quiet: bool) -> Iterator[Any]:
    from zdm_automate.cli.live import LiveView

    with LiveView(quiet=quiet) as view:
        yield view
