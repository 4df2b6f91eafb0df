"""Takes a run up again where it stopped: open changes are settled by reading, the rest goes on in the same journal.

Before anything is called it asks whether what the changes left rest on is still so. It never calls a change again that the
host shows as done, nor one of which nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import OutcomeUnknownError, RefusedError, ZdmError
from zdm_automate.runner import common_fields, error_fields, ledger_fields, neither
from zdm_automate.settling import Verdict, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.bench import Bench, Writer
    from zdm_automate.model import Change, PlannedItem, Row
    from zdm_automate.planner import Plan
    from zdm_automate.standing import OpenChange, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The open changes of a run with what the hosts show of them."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def standing(self, before: Standing) -> Standing:
        """The standing once these verdicts are in the journal."""
        happened = {step: "ok" for step, verdict in self.verdicts.items() if verdict is Verdict.HAPPENED}
        return replace(
            before,
            good={**before.good, **happened},
            open=tuple(one for one in before.open if one.step not in self.verdicts),
            changed=before.changed + len(happened),
        )


def refuse_ended(standing: Standing, plan: Plan, later: Iterable[Standing]) -> None:
    """Refuses a run that cannot be taken up again; `later` are the runs that began after it.

    Raises:
        RefusedError: it is whole, its plan is another, it was undone, or another run has taken over.
    """
    run = standing.run
    if standing.whole:
        raise RefusedError(f"run {run} is done; nothing of it is left.", hint="`zdm report` shows it.")
    if standing.plan_digest != plan.digest:
        raise RefusedError(f"plan {plan.id} is not the one that run {run} began with.", hint=f"`zdm plan {plan.playbook}`.")
    for one in later:
        if one.undoes == run and (one.good or one.open):
            raise RefusedError(f"run {run} was taken back by {one.run}.", hint=f"Make a new plan: `zdm plan {plan.playbook}`.")
        if one.playbook == standing.playbook and one.kind in {"apply", "undo"} and (one.good or one.open):
            said = f"run {one.run} of the same playbook has changed hosts since."
            raise RefusedError(said, hint=f"Take that one up, or `zdm plan {plan.playbook}`.")


def settle_open(plan: Plan, standing: Standing, bench: Bench) -> Settled:
    """Asks the hosts about every open change. Only reads.

    Raises:
        OutcomeUnknownError: a host cannot be read, or shows neither the state before nor the one after.
    """
    changes = {change.id: change for change in plan.changes}
    verdicts: dict[str, Verdict] = {}
    for one in standing.open:
        change = changes[one.step]
        host = bench.hosts.get(change.call.role, one.host)
        try:
            verdict = settle(change, bench, one.watched)
        except ZdmError as problem:
            said = f"what became of {one.step} ({one.target}) cannot be read: {problem.message}"
            raise OutcomeUnknownError(said, host=host, hint=problem.hint or "`zdm resume` again once it can be.") from problem
        if verdict is Verdict.NEITHER:
            raise neither(change, host, one.reason or "its answer was not seen")
        verdicts[one.step] = verdict
    return Settled(verdicts=verdicts)


def left(plan: Plan, standing: Standing) -> tuple[Change, ...]:
    """The changes that are still to be made, in order."""
    return tuple(change for change in plan.changes if change.id not in standing.good)


def rest(plan: Plan, standing: Standing) -> Plan:
    """The plan with the changes that are still to be made alone; id and digest stay, and with them its approvals."""
    names = {change.id for change in left(plan, standing)}

    def rows(item: PlannedItem) -> tuple[Row, ...]:
        return tuple(row for row in item.rows if row.change is not None and row.change.id in names)

    return replace(plan, items=tuple(replace(item, rows=rows(item)) for item in plan.items))


def write_settled(plan: Plan, standing: Standing, settled: Settled, bench: Bench, journal: Writer) -> None:
    """One `change.finished` per open change, with what the host shows."""
    changes = {change.id: change for change in plan.changes}
    opened = {one.step: one for one in standing.open}
    for step, verdict in settled.verdicts.items():
        change, happened = changes[step], verdict is Verdict.HAPPENED
        ended = _outcome(change, opened[step], happened)
        journal.write("change.finished", boundary=True, **common_fields(change, bench), **ended)


def _outcome(change: Change, one: OpenChange, happened: bool) -> dict[str, Any]:  # noqa: FBT001
    error = None
    if not happened:
        error = ZdmError(f"{change.call.verb} did not happen: {one.reason or 'the run ended before its outcome was written'}")
    return {
        "target": change.target,
        "before": dict(change.before),
        "after": dict(change.after) if happened else {},
        "changed": happened,
        "result": "ok" if happened else "failed",
        "error": error_fields(error),
        "settled": True,
        "ledger": ledger_fields(change) if happened else [],
    }
