"""Judges a gate: every predicate on what is seen, then the approvals and what was typed. Pure.

Unknown is closed: facts that are missing, too old, or that nothing can read yet never let anything pass.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.approvals import LAB, given
from zdm_automate.checklist import Kind
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.gates.model import Finding, GateAnswer, Seen, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zdm_automate.approvals import Approval, Override
    from zdm_automate.checklist import ChecklistItem
    from zdm_automate.gates.model import Gate, Predicate, View

EXCUSED_FOR: Final = timedelta(hours=24)
"""How long an override holds."""


def decide(
    gate: Gate,
    view: View,
    *,
    plan_hash: str = "",
    approvals: Iterable[Approval] = (),
    overrides: Iterable[Override] = (),
    typed: str = "",
    lab: bool = False,
) -> GateAnswer:
    """The gate's answer on this view.

    Args:
        gate: what is asked.
        view: all that may be looked at.
        plan_hash: digest of the plan whose changes it guards; empty where it is asked for itself.
        approvals: all that were given.
        overrides: all that were given.
        typed: what the operator typed as the gate's phrase.
        lab: a rehearsal: the lab approves, the predicates are judged as ever.
    """
    view = replace(view, gate_row=row_of(gate.name, (one.item for one in view.rows)))
    found = [_look(predicate, view) for predicate in gate.predicates]
    overrides = [one for one in overrides if one.gate == gate.name and _still(one, view.now)]
    findings = _excused(found, gate, view, overrides)
    fingerprint = _hash(gate, findings)
    approvals = tuple(approvals)
    asked = [_approved(role, given(approvals, (plan_hash, fingerprint), role), lab=lab) for role in gate.approvals]
    if gate.phrase:
        asked.append(_confirmed(gate.phrase, typed))
    return GateAnswer(gate=gate.name, at=view.now, findings=(*findings, *asked), hash=fingerprint)


def row_of(gate: str, items: Iterable[ChecklistItem]) -> str:
    """The row of a checklist that stands for a gate; empty where it has none."""
    rows = [item for item in items if item.gate == gate]
    return next((row.id for row in rows if Kind.GATE in row.kind), rows[0].id if rows else "")


def _look(predicate: Predicate, view: View) -> tuple[Predicate, Seen]:
    if predicate.judge is None:
        return predicate, Seen(state=Truth.UNKNOWN, value="cannot be judged yet", hint=predicate.missing)
    if predicate.held and view.begun is not None:
        value = f"held before the first change behind this gate, at {view.begun:%Y-%m-%d %H:%M:%S} UTC"
        return predicate, Seen(state=Truth.TRUE, value=value, at=view.now)
    try:
        seen = predicate.judge(view)
    except FactsMissingError as gap:
        return predicate, Seen(state=Truth.UNKNOWN, value="not read", hint=str(gap))
    at = seen.at or view.facts.taken_at
    if view.now - at > predicate.fresh and seen.state is not Truth.UNKNOWN:
        hint = f"What it rests on is from {at:%Y-%m-%d %H:%M} UTC and may be {_span(predicate.fresh)} old at most."
        seen = replace(seen, state=Truth.UNKNOWN, hint=hint)
    return predicate, replace(seen, at=at)


def _excused(found: list[tuple[Predicate, Seen]], gate: Gate, view: View, overrides: list[Override]) -> list[Finding]:
    """The findings with their overrides; only what is known to fail, and may be excused, is."""
    left = gate.most_overrides
    findings: list[Finding] = []
    for predicate, seen in found:
        may = predicate.overridable if seen.excusable is None else seen.excusable
        by = next((one for one in reversed(overrides) if one.predicate == predicate.name), None)
        excused = by if seen.state is Truth.FALSE and may and left > 0 else None
        left -= excused is not None
        findings.append(_finding(predicate, seen, excused, gate, view))
    return findings


def _finding(predicate: Predicate, seen: Seen, excused: Override | None, gate: Gate, view: View) -> Finding:
    hint = "" if seen.state is Truth.TRUE else seen.hint
    may = predicate.overridable if seen.excusable is None else seen.excusable
    if seen.state is Truth.FALSE and excused is None and may and gate.most_overrides:
        hint = f"{hint} `zdm gate {gate.name} --override {predicate.name} --as NAME --reason TEXT` excuses it.".strip()
    return Finding(
        name=predicate.name,
        asks=predicate.asks,
        state=seen.state,
        value=seen.value,
        limit=predicate.limit(view.limits),
        age_seconds=(view.now - seen.at).total_seconds() if seen.at is not None else None,
        hint=hint,
        excused=excused,
        excusable=may,
        signed_at=seen.at.isoformat() if seen.at is not None and predicate.step else "",
    )


def _approved(role: str, found: Approval | None, *, lab: bool) -> Finding:
    name, asks = f"approval-{role}", f"approved by the {role}"
    if lab:
        return Finding(name=name, asks=asks, state=Truth.TRUE, value="the lab approves itself: a rehearsal", limit=LAB)
    if found is not None:
        return Finding(name=name, asks=asks, state=Truth.TRUE, value=f"{found.by}, {found.at_utc[:16]}, {found.origin}")
    hint = f"`zdm approve PLAN --as NAME --role {role}`; a gate without a plan is approved by its own name."
    return Finding(name=name, asks=asks, state=Truth.FALSE, value="nobody yet", hint=hint)


def _confirmed(phrase: str, typed: str) -> Finding:
    good = typed.strip() == phrase
    value = "typed" if good else "something else was typed" if typed.strip() else "not typed"
    state = Truth.TRUE if good else Truth.FALSE
    hint = "" if good else f"The operator types: {phrase}"
    return Finding(name="phrase", asks="the operator typed what it is about", state=state, value=value, limit=phrase, hint=hint)


def _hash(gate: Gate, findings: Iterable[Finding]) -> str:
    """Over names, states, signatures and excuses: what is approved stays so while minutes pass, and not when a word changes."""
    rows = sorted([one.name, str(one.state), one.signed_at, one.excused.at_utc if one.excused else ""] for one in findings)
    return hashlib.sha256(json.dumps([gate.name, rows]).encode()).hexdigest()


def _still(override: Override, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(override.at_utc)
    except ValueError:
        return False
    return timedelta(0) <= now - (at if at.tzinfo else at.replace(tzinfo=UTC)) <= EXCUSED_FOR


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:g} h" if minutes < 2880 else f"{minutes / 1440:g} d"  # noqa: PLR2004


def fields_of(answer: GateAnswer) -> dict[str, Any]:
    """The answer as the journal and `--json` hold it."""
    return {
        "gate": answer.gate,
        "open": answer.open,
        "findings_hash": answer.hash,
        "findings": [_row(one) for one in answer.findings],
    }


def _row(one: Finding) -> Mapping[str, Any]:
    row: dict[str, Any] = {"name": one.name, "asks": one.asks, "state": str(one.state), "value": one.value, "limit": one.limit}
    row |= {"age_seconds": one.age_seconds, "hint": one.hint}
    if one.excused is not None:
        row["excused"] = {"by": one.excused.by, "reason": one.excused.reason, "at_utc": one.excused.at_utc}
    return row
