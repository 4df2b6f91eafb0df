"""Carries out a plan, one change after the other, each announced in the journal before it is called and settled after it.

It calls what the plan says and nothing else. A change whose outcome is not known is settled by its paired reader, never by
calling it again; the first change that fails ends the run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import JournalUnwritableError, OutcomeUnknownError, PlanStaleError, RefusedError, ZdmError
from zdm_automate.facts.base import fact_class
from zdm_automate.facts.project import PROJECT
from zdm_automate.facts.store import fact_of
from zdm_automate.model import Check, CheckState, Preview
from zdm_automate.moved import Lookout
from zdm_automate.settling import Verdict, judge, judgeable, named_by, read_back, seen, settle, shown, stands, watch
from zdm_automate.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zdm_automate.bench import Bench, Writer
    from zdm_automate.model import Change, ChangeRecord, Effect, PlannedItem, VerbCall
    from zdm_automate.planner import Plan
    from zdm_automate.reading import Gathering
    from zdm_automate.settling import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: `result` is done, failed, refused, unknown or interrupted."""

    result: str
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    error: ZdmError | None = None
    checks: tuple[Check, ...] = ()


def refuse_stale(plan: Plan, gathering: Gathering, *, intent_hash: str = "") -> None:
    """Compares the facts now, and the project's intent, with those that the plan rests on.

    Raises:
        PlanStaleError: they differ, or could not be read.
    """
    if intent_hash != plan.intent_hash:
        raise PlanStaleError(
            f"the project file wants something else than when plan {plan.id} was made.",
            hint=f"Nothing was changed. Make a new one with `zdm plan {plan.playbook}`.",
        )
    if gathering.facts.fingerprint() != plan.fingerprint:
        failed = next((f" {done.read.verb} failed: {done.error}" for done in gathering.failures if not done.read.optional), "")
        raise PlanStaleError(
            f"the hosts are no longer as they were when plan {plan.id} was made.{failed}",
            hint=f"Nothing was changed. Make a new one with `zdm plan {plan.playbook}`.",
        )


def apply_plan(
    plan: Plan,
    bench: Bench,
    journal: Writer,
    *,
    verify: Callable[[], Iterable[Check]] = tuple,
    so_far: Standing | None = None,
) -> Outcome:
    """Carries out the changes of a plan that was found fresh and has been claimed; then `verify` judges the result.

    `so_far` names what an earlier part of the same run has done: that is neither called nor read back again.
    A check that fails makes the run fail, though every change went well.
    Every ending is in the journal, also that by an exception that is none of ours.
    """
    so_far = so_far or Standing()
    begun = bench.monotonic()
    changed = so_far.changed
    unchanged = len(so_far.good) - changed
    total = len(plan.changes)
    outcome = Outcome(result="failed", left=total)
    lookout = Lookout(bench, f"What was done before stays. Make a new plan with `zdm plan {plan.playbook}`.")
    try:
        for item in plan.items:
            changes = [row.change for row in item.rows if row.change is not None]
            left = [change for change in changes if change.id not in so_far.good]
            if not changes or (not left and item.id in so_far.verified):
                continue
            journal.write("item.started", item=item.id, title=item.title)
            for place, change in enumerate(left):
                if bench.stop():
                    rest = total - changed - unchanged
                    outcome = Outcome(result="interrupted", changed=changed, unchanged=unchanged, left=rest)
                    return outcome
                if plan.kind == "undo":
                    _refuse_foreign(change, bench)
                else:
                    lookout.look(item.id, left[place:])
                bench.admit(change)
                if _carry_out(change, bench, journal):
                    changed += 1
                else:
                    unchanged += 1
            _verify_item(item, bench, journal, own=plan.kind == "undo")
        checks = tuple(verify())
        write_checks(checks, journal)
        bad = tuple(found for found in checks if found.state is CheckState.FAILED)
        outcome = Outcome(result="done", changed=changed, unchanged=unchanged, checks=checks)
        if bad:
            said = f"{bad[0].item}: {bad[0].name}: {bad[0].value or 'not so'} instead of {bad[0].expected or 'ok'}"
            problem = ZdmError(f"all changes were made, but {_many(len(bad), 'check')} failed: {said}.", hint=bad[0].hint)
            outcome = replace(outcome, result="failed", error=problem)
    except KeyboardInterrupt:
        outcome = Outcome(result="interrupted", changed=changed, unchanged=unchanged, left=total - changed - unchanged)
    except ZdmError as problem:
        result = _ended_by(problem)
        rest = total - changed - unchanged
        outcome = Outcome(result=result, changed=changed, unchanged=unchanged, left=rest, error=problem)
    finally:
        outcome = _end(outcome, journal, duration_ms=_ms(bench.monotonic() - begun))
    return outcome


def _end(outcome: Outcome, journal: Writer, *, duration_ms: int) -> Outcome:
    """The last line; where the disk does not take it, the run ends without and says so."""
    try:
        journal.write(
            "run.finished",
            boundary=True,
            result=outcome.result,
            changes=outcome.changed,
            unchanged=outcome.unchanged,
            left=outcome.left,
            duration_ms=duration_ms,
            error=error_fields(outcome.error),
        )
    except JournalUnwritableError as problem:
        result = outcome.result if outcome.error is not None else "failed"
        return replace(outcome, result=result, error=outcome.error or problem)
    return outcome


def write_checks(checks: Iterable[Check], journal: Writer) -> None:
    """One line per check."""
    for found in checks:
        journal.write("check", **{name: value for name, value in asdict(found).items() if value != ""})


def _carry_out(change: Change, bench: Bench, journal: Writer) -> bool:
    """One change: intent on disk, call, outcome on disk. Says whether something was changed.

    Raises:
        ZdmError: the change failed, or (OutcomeUnknownError) nobody knows.
    """
    call = change.call
    worker = bench.workers[call.role]
    common = common_fields(change, bench)
    watched = watch(change, bench)
    journal.write(
        "change.started",
        boundary=True,
        **common,
        target=change.target,
        before=dict(change.before),
        after=dict(change.after),
        effects=[effect_fields(effect) for effect in change.effects],
        restores=[effect_fields(effect) for effect in change.restores],
        watched=watched,
        watch=call_fields(change.watch),
        hides=list(change.hides),
        reveals=list(change.reveals),
        note=change.note,
        route=change.route,
        overwrites=change.overwrites,
    )
    begun = bench.monotonic()
    settled = False
    record: ChangeRecord | None = None
    error: ZdmError | None = None
    try:
        record = worker.change(call.verb, **_arguments(call.params, bench.credentials))
    except OutcomeUnknownError as problem:
        settled, error = _settle(change, bench, problem, watched)
    except KeyboardInterrupt:
        said = f"{call.verb} was cut off by hand before its answer came"
        error = OutcomeUnknownError(said, host=bench.hosts[call.role], hint="`zdm resume` reads what became of it.")
    except ZdmError as problem:
        error = problem
    result = _result(record, error)
    finished = {
        "before": dict(record.before) if record else dict(change.before),
        "after": dict(record.after) if record else dict(change.after) if error is None else {},
        "changed": record.changed if record else error is None,
        "result": result,
        "error": error_fields(error),
        "duration_ms": _ms(bench.monotonic() - begun),
        "settled": settled,
        "session": dict(worker.describe()),
        "warnings": list(record.warnings) if record else [],
        "ledger": ledger_fields(change) if error is None else [],
        "approver": bench.approver,
    }
    try:
        journal.write("change.finished", boundary=True, **common, **finished)
    except JournalUnwritableError as problem:
        raise _unwritten(change, bench, problem, error) from problem
    if error is not None:
        raise error
    return result == "ok"


def _refuse_foreign(change: Change, bench: Bench) -> None:
    """Before a change is taken back: it is still there as it was recorded, or as it was before; else somebody else works there.

    Raises:
        ZdmError: it is neither, and nobody said that it may be overwritten; or it cannot be read.
    """
    if change.overwrites or not judgeable(change):
        return
    facts = read_back(seen(change.effects), bench)
    if judge(change, facts) is Verdict.NEITHER:
        raise PlanStaleError(
            f"{change.target}: somebody has changed it since: {shown(change, facts)}.",
            host=bench.hosts[change.call.role],
            hint=f"Undo again with `--overwrite {change.item}` if that may be lost.",
        )


def _unwritten(change: Change, bench: Bench, problem: JournalUnwritableError, error: ZdmError | None) -> ZdmError:
    """What is said where the outcome came and could not be written down."""
    ended = f"ended with: {error}" if error is not None else "was carried out"
    said = f"{change.call.verb} {ended}, and that could not be written: {problem.message}"
    return OutcomeUnknownError(said, host=bench.hosts[change.call.role], hint=problem.hint)


def common_fields(change: Change, bench: Bench) -> dict[str, Any]:
    """What every line about a change says of it."""
    call = change.call
    return {
        "item": change.item,
        "step": change.id,
        "role": call.role,
        "host": bench.hosts[call.role],
        "verb": call.verb,
        "params": dict(call.params),
        "script_sha256": bench.scripts.sha256_of(call.verb),
        "gate": change.gate,
        "risk": change.risk,
        "rollback": change.rollback,
        "temporary": change.temporary,
        "inverse": call_fields(change.inverse),
        "no_inverse": change.no_inverse,
    }


def ledger_fields(change: Change) -> list[dict[str, Any]]:
    """What the project remembers of a change that went well."""
    return [effect_fields(effect) for effect in change.effects if effect.role == PROJECT]


def _ended_by(problem: ZdmError) -> str:
    """The result of a run that this ended."""
    if isinstance(problem, OutcomeUnknownError):
        return "unknown"
    return "refused" if isinstance(problem, RefusedError) else "failed"


def _result(record: ChangeRecord | None, error: ZdmError | None) -> str:
    if error is not None:
        return "unknown" if isinstance(error, OutcomeUnknownError) else "failed"
    return "ok" if record is None or record.changed else "already"


def _settle(change: Change, bench: Bench, problem: OutcomeUnknownError, watched: Rows | None) -> tuple[bool, ZdmError | None]:
    """Lets the paired reader say whether a change happened: (settled, what to raise)."""
    try:
        verdict = settle(change, bench, watched)
    except KeyboardInterrupt:
        return False, problem
    except ZdmError as second:
        both = f"{problem.message}; reading back failed too: {second}"
        return False, OutcomeUnknownError(both, host=problem.host, hint=problem.hint)
    if verdict is Verdict.HAPPENED:
        return True, None
    if verdict is Verdict.NEITHER:
        return False, neither(change, problem.host, problem.message)
    return True, ZdmError(
        f"{change.call.verb} was interrupted and the host shows that it did not happen: {problem.message}",
        host=problem.host,
        hint=f"Nothing is half done. `zdm resume` goes on at {change.id}.",
        error_id=problem.error_id,
    )


def neither(change: Change, host: str, why: str) -> OutcomeUnknownError:
    """What is said where the host shows neither the state before a change nor the one after it."""
    return OutcomeUnknownError(
        f"{change.call.verb} ({change.target}): the host shows neither what was there before nor what was to be: {why}",
        host=host,
        hint="Look at it there, put it to one of the two by hand, then `zdm resume`.",
    )


def _verify_item(item: PlannedItem, bench: Bench, journal: Writer, *, own: bool) -> None:
    """Reads back what the item's changes should have left; with `own` only the fields that they themselves changed.

    Raises:
        ZdmError: something is not as it was announced.
    """
    changes = [row.change for row in item.rows if row.preview is Preview.CHANGE and row.change is not None]
    hidden = {(change.call.role, zdm_type) for change in changes for zdm_type in change.hides}
    effects = [e for change in changes for e in change.effects if (e.role, e.zdm_type) not in hidden]
    last = {(e.role, e.zdm_type, fact_of(e).identity()): e for e in _watched(tuple(effects))}
    if not last:
        return
    facts = read_back(last.values(), bench)
    others = seen(e for change in changes for e in change.restores) if own else ()
    named = frozenset[str]().union(*(named_by(change) for change in changes))
    wrong = [
        f"{effect.zdm_type} {fact_of(effect).label()} on {effect.role}"
        for effect in last.values()
        if not stands(effect, others, facts, named)
    ]
    journal.write("item.verified", boundary=True, item=item.id, ok=not wrong, differences=wrong)
    if wrong:
        raise ZdmError(
            f"item {item.id} was applied but reading back shows a difference: {'; '.join(wrong)}",
            hint="Look at the item in `zdm report`; once it is right, `zdm resume` goes on.",
            error_id="ZdmVerifyFailed",
        )


def _watched(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects that stay: a fact that moves by itself proves a change right after it, not later."""
    return tuple(e for e in seen(effects) if not fact_class(e.zdm_type).transient)


def _arguments(params: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with credentials in place of their placeholders."""
    return {
        name: credentials[value["$credential"]] if isinstance(value, dict) and "$credential" in value else value
        for name, value in params.items()
    }


def call_fields(call: VerbCall | None) -> dict[str, Any]:
    """A call as the journal holds it; empty for none."""
    return {} if call is None else {"role": call.role, "verb": call.verb, "params": dict(call.params)}


def effect_fields(effect: Effect) -> dict[str, Any]:
    """An effect as the journal holds it."""
    return {"role": effect.role, "zdm_type": effect.zdm_type, "body": dict(effect.body), "gone": effect.gone}


def error_fields(error: ZdmError | None) -> dict[str, Any]:
    """An error as the journal holds it; empty for none."""
    if error is None:
        return {}
    return {"id": error.error_id or type(error).__name__, "category": type(error).__name__, "message": str(error)}


def _many(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
