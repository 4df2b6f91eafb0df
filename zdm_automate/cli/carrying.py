"""Carries out a plan from the open hosts to the report: what `zdm apply` and `zdm resume` have in common, and nothing else.

What they differ in is their errand.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from zdm_automate.cli.admitting import admission_of, approvers
from zdm_automate.cli.alone import domain_alone, who
from zdm_automate.cli.shown import say, show, show_json
from zdm_automate.errors import ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.cli.errands import Errand
    from zdm_automate.cli.opening import Opened
    from zdm_automate.journal import Journal
    from zdm_automate.model import PlannedItem
    from zdm_automate.planner import Plan
    from zdm_automate.progress import RowState
    from zdm_automate.runner import Outcome
    from zdm_automate.workplace import Intended

LAB = "lab"
SELF_APPROVED = "A rehearsal in a lab: the lab approved this plan itself, nobody else did."
EXIT = {"done": 0, "failed": 1, "refused": 3, "interrupted": 1, "unknown": 4}


def carry_out(opened: Opened, what: Intended, errand: Errand, *, confirm: str, quiet: bool) -> tuple[Outcome, str]:
    """Carries out a plan on the hosts that it names, each change admitted; gives the outcome and the journal's last hash.

    The caller holds the project; the domains are held here, once the hosts have said which they are.

    Raises:
        ZdmError: a host, a gate or a lock refused it before anything was changed.
    """
    plan = errand.plan
    with opened.workplace(what) as work:
        work.connect()
        work.require(role for role in plan.hosts if role not in what.book.optional)
        opened.recognise(work)
        work.refuse_skew(plan.hosts)
        with domain_alone(opened, work) as held:
            gathering, left = errand.look(work)
            admission = admission_of(opened, work, what, left, gathering.facts, confirm=confirm)
            admission.whole()
            errand.claim()
            with _live(quiet=quiet) as observer, _stop_softly() as stop, opened.journal(plan.id, (observer,)) as journal:
                admission.journal = journal
                errand.begin(journal, left)
                journal.write("lock.taken", locks=held)
                work.report_hosts(journal)
                work.report_reads(journal, gathering)
                journal.write("plan.checked", fingerprint=gathering.facts.fingerprint())
                approver = ", ".join(one["by"] for one in approvers(opened, plan))
                outcome = errand.go(work, journal, stop=stop, admit=admission.admit, approver=approver)
                return outcome, journal.head


def write_started(opened: Opened, journal: Journal, plan: Plan) -> None:
    """The first line of a run that carries out a plan."""
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
        **who(opened),
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


def finish(opened: Opened, plan: Plan, outcome: Outcome, head: str, *, as_json: bool) -> None:
    """Writes the report, shows how it ended, and leaves with its exit code.

    Raises:
        ZdmError: what ended the run.
    """
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

    try:
        return states(opened)
    except ZdmError as problem:
        typer.echo(f"The report shows no checklist: {problem}", err=True)
        return ()


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
