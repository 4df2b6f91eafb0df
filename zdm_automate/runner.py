"""Carries out a plan, one change after the other, each announced in the journal before it is called and settled after it.

It calls what the plan says and nothing else. A change whose outcome is not known is settled by its paired reader, never by
calling it again; the first change that fails ends the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from zdm_automate.errors import OutcomeUnknownError, PlanStaleError, RefusedError, ZdmError
from zdm_automate.facts.base import fact_class
from zdm_automate.facts.project import PROJECT
from zdm_automate.facts.store import fact_of
from zdm_automate.model import Change, Check, CheckState, Preview
from zdm_automate.reading import Gathering, gather
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.facts.store import Facts
    from zdm_automate.model import ChangeRecord, Effect, PlannedItem
    from zdm_automate.planner import Plan
    from zdm_automate.reading import Reader


class Worker(Protocol):
    """A host that can be read and changed."""

    def read(self, verb: str, /, **params: Any) -> Any:
        """Calls a reader."""

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        """Calls an applier."""

    def describe(self) -> Mapping[str, Any]:
        """Transport, authentication and versions of the session, for the journal."""


class Writer(Protocol):
    """The journal, as far as a run writes it."""

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> Any:
        """Appends a line; at a boundary it is on disk when the call returns."""


class Scripts(Protocol):
    """The library of verbs, as far as a run asks it."""

    def output_of(self, verb: str) -> str:
        """Schema name of the verb's result."""

    def sha256_of(self, verb: str) -> str:
        """Hash of what is sent for the verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that a run works with.

    Attributes:
        workers: hosts by role.
        hosts: host names by role.
        credentials: what stands for `{"$credential": role}` in parameters.
        stop: asked between changes; true ends the run at that boundary.
        admit: asked immediately before each change; raises where it may not be made.
        approver: who approved the plan, for the journal.
    """

    workers: Mapping[str, Worker]
    hosts: Mapping[str, str]
    scripts: Scripts
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    credentials: Mapping[str, Any] = field(default_factory=dict)
    stop: Callable[[], bool] = lambda: False
    admit: Callable[[Change], None] = lambda _change: None
    approver: str = ""


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


def apply_plan(plan: Plan, bench: Bench, journal: Writer, *, verify: Callable[[], Iterable[Check]] = tuple) -> Outcome:
    """Carries out all changes of a plan that was found fresh and has been claimed; then `verify` judges the result.

    A check that fails makes the run fail, though every change went well.
    Every ending is in the journal, also that by an exception that is none of ours.
    """
    begun = bench.monotonic()
    changed = unchanged = 0
    total = len(plan.changes)
    outcome = Outcome(result="failed", left=total)
    try:
        for item in plan.items:
            changes = [row.change for row in item.rows if row.change is not None]
            if not changes:
                continue
            journal.write("item.started", item=item.id, title=item.title)
            for change in changes:
                if bench.stop():
                    left = total - changed - unchanged
                    outcome = Outcome(result="interrupted", changed=changed, unchanged=unchanged, left=left)
                    return outcome
                bench.admit(change)
                if _carry_out(change, bench, journal):
                    changed += 1
                else:
                    unchanged += 1
            _verify_item(item, bench, journal)
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
        left = total - changed - unchanged
        outcome = Outcome(result=result, changed=changed, unchanged=unchanged, left=left, error=problem)
    finally:
        journal.write(
            "run.finished",
            boundary=True,
            result=outcome.result,
            changes=changed,
            unchanged=unchanged,
            left=outcome.left,
            duration_ms=_ms(bench.monotonic() - begun),
            error=error_fields(outcome.error),
        )
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
    common = {
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
        "inverse": _call_fields(change),
        "no_inverse": change.no_inverse,
    }
    journal.write(
        "change.started",
        boundary=True,
        **common,
        target=change.target,
        before=dict(change.before),
        after=dict(change.after),
        effects=[effect_fields(effect) for effect in change.effects],
    )
    ledger = [effect_fields(effect) for effect in change.effects if effect.role == PROJECT]
    begun = bench.monotonic()
    settled = False
    record: ChangeRecord | None = None
    error: ZdmError | None = None
    try:
        record = worker.change(call.verb, **_arguments(call.params, bench.credentials))
    except OutcomeUnknownError as problem:
        settled, error = _settle(change, bench, problem)
    except KeyboardInterrupt:
        said = f"{call.verb} was cut off by hand before its answer came"
        error = OutcomeUnknownError(said, host=bench.hosts[call.role], hint="`zdm plan` reads what became of it.")
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
        "ledger": ledger if error is None else [],
        "approver": bench.approver,
    }
    journal.write("change.finished", boundary=True, **common, **finished)
    if error is not None:
        raise error
    return result == "ok"


def _ended_by(problem: ZdmError) -> str:
    """The result of a run that this ended."""
    if isinstance(problem, OutcomeUnknownError):
        return "unknown"
    return "refused" if isinstance(problem, RefusedError) else "failed"


def _result(record: ChangeRecord | None, error: ZdmError | None) -> str:
    if error is not None:
        return "unknown" if isinstance(error, OutcomeUnknownError) else "failed"
    return "ok" if record is None or record.changed else "already"


def _settle(change: Change, bench: Bench, problem: OutcomeUnknownError) -> tuple[bool, ZdmError | None]:
    """Lets the paired readers say whether a change happened: (settled, what to raise)."""
    try:
        seen = _seen(change.effects)
        facts = _read_back(seen, bench)
        done = all(facts.holds(effect) for effect in seen)
    except KeyboardInterrupt:
        return False, problem
    except ZdmError as second:
        both = f"{problem.message}; reading back failed too: {second}"
        return False, OutcomeUnknownError(both, host=problem.host, hint=problem.hint)
    if not seen:
        return False, problem
    if done:
        return True, None
    return True, ZdmError(
        f"{change.call.verb} was interrupted and the host shows that it did not happen: {problem.message}",
        host=problem.host,
        hint=f"Nothing is half done. Make a new plan with `zdm plan` and go on from {change.item}.",
        error_id=problem.error_id,
    )


def _verify_item(item: PlannedItem, bench: Bench, journal: Writer) -> None:
    """Reads back what the item's changes should have left.

    Raises:
        ZdmError: something is not as it was announced.
    """
    changes = [row.change for row in item.rows if row.preview is Preview.CHANGE and row.change is not None]
    hidden = {(change.call.role, zdm_type) for change in changes for zdm_type in change.hides}
    effects = [e for change in changes for e in change.effects if (e.role, e.zdm_type) not in hidden]
    last = {(e.role, e.zdm_type, fact_of(e).identity()): e for e in _watched(tuple(effects))}
    if not last:
        return
    facts = _read_back(tuple(last.values()), bench)
    wrong = [
        f"{effect.zdm_type} {fact_of(effect).label()} on {effect.role}" for effect in last.values() if not facts.holds(effect)
    ]
    journal.write("item.verified", boundary=True, item=item.id, ok=not wrong, differences=wrong)
    if wrong:
        raise ZdmError(
            f"item {item.id} was applied but reading back shows a difference: {'; '.join(wrong)}",
            hint="Look at the item in `zdm report`, then make a new plan.",
            error_id="ZdmVerifyFailed",
        )


def _seen(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects that a reader can see."""
    return tuple(e for e in effects if e.role != PROJECT and fact_class(e.zdm_type).reader)


def _watched(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Those of them that stay: a fact that moves by itself proves a change right after it, not later."""
    return tuple(e for e in _seen(effects) if not fact_class(e.zdm_type).transient)


def _read_back(effects: tuple[Effect, ...], bench: Bench) -> Facts:
    """Fresh facts of all types that these effects touch.

    Raises:
        ZdmError: one of them could not be read.
    """
    wanted = {(e.role, fact_class(e.zdm_type).reader) for e in effects}
    reads = [Read(role=role, verb=verb) for role, verb in sorted(wanted)]
    readers: Mapping[str, Reader] = bench.workers
    got = gather(readers, reads, output_of=bench.scripts.output_of, now=bench.now(), hosts=bench.hosts)
    if got.failures and (first := got.failures[0].error) is not None:
        raise first
    return got.facts


def _arguments(params: Mapping[str, Any], credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with credentials in place of their placeholders."""
    return {
        name: credentials[value["$credential"]] if isinstance(value, dict) and "$credential" in value else value
        for name, value in params.items()
    }


def _call_fields(change: Change) -> dict[str, Any]:
    if change.inverse is None:
        return {}
    return {"role": change.inverse.role, "verb": change.inverse.verb, "params": dict(change.inverse.params)}


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
