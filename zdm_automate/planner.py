"""Turns facts, intent and the items of a playbook into a plan: pure, no host, no clock, no file in reach.

Later items see the facts as the earlier changes would leave them. A row that waits, or that cannot be predicted, makes the
items that depend on it wait too, instead of promising what nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from zdm_automate.facts.store import Facts, FactsMissingError
from zdm_automate.model import Change, PlannedItem, Preview, Row
from zdm_automate.steps import ItemSpec, Step, planned_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLAN_FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An ordered list of changes with the fingerprint of the facts that it was computed from. Used once.

    Attributes:
        id: unique; also the name of its file and of the run that uses it.
        created: when, by the controller's clock, ISO 8601.
        fingerprint: of the facts (`Facts.fingerprint`).
        intent_hash: SHA-256 of what the project file wanted.
        digest: SHA-256 over everything else, set when the plan is written; an edited file does not fit it.
        kind: apply, or undo for one that takes a run back.
        undoes: the run that it takes back.
    """

    id: str
    playbook: str
    project: str
    service_request: str
    created: str
    fingerprint: str
    intent_hash: str
    items: tuple[PlannedItem, ...] = ()
    hosts: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    format: int = PLAN_FORMAT
    digest: str = ""
    kind: Literal["apply", "undo"] = "apply"
    undoes: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes in order."""
        return tuple(row.change for item in self.items for row in item.rows if row.change is not None)

    def count(self, preview: Preview) -> int:
        """How many rows say this."""
        return sum(row.preview is preview for item in self.items for row in item.rows)


def plan_items(specs: Iterable[ItemSpec], facts: Facts, intent: Any) -> tuple[PlannedItem, ...]:
    """Decides every item in order, each on the facts as the ones before would leave them."""
    held: dict[str, str] = {}
    planned: list[PlannedItem] = []
    for spec in specs:
        if spec.decide is None or not spec.applies(intent):
            continue
        item = PlannedItem(id=spec.id, title=spec.title, risk=spec.risk, gate=spec.gate, also=spec.also)
        blocker = next((f"waits for {name}: {held[name]}" for name in spec.after if name in held), "")
        rows: list[Row] = []
        for step in _decide(spec, facts, intent):
            row = _row(step, spec, len(rows) + 1)
            if blocker and row.preview is Preview.CHANGE:
                row = replace(row, preview=Preview.WAIT, reason=blocker, change=None)
            elif row.change is not None:
                change = replace(row.change, restores=facts.before(step.effects))
                row = replace(row, change=change)
                facts = laid_over(facts, change)
            if row.preview in {Preview.WAIT, Preview.UNKNOWN}:
                blocker = blocker or row.reason
                held.setdefault(spec.id, row.reason)
            rows.append(row)
        planned.append(replace(item, rows=tuple(rows) or (Row(item=spec.id, preview=Preview.SAME, text="nothing to do"),)))
    return tuple(planned)


def laid_over(facts: Facts, change: Change) -> Facts:
    """The facts as a change would leave them: its effects, and what nobody can read any more."""
    facts = facts.after(change.effects)
    for hidden in change.hides:
        facts = facts.without(change.call.role, hidden, f"cannot be read any more after: {change.target}")
    return facts


def _decide(spec: ItemSpec, facts: Facts, intent: Any) -> Iterator[Step]:
    """The steps of an item; facts that are missing end it with a row that says so."""
    if spec.decide is None:
        return
    try:
        yield from spec.decide(facts, intent)
    except FactsMissingError as gap:
        yield Step(preview=Preview.UNKNOWN, text=spec.title, reason=str(gap))


def _row(step: Step, spec: ItemSpec, number: int) -> Row:
    return Row(
        item=spec.id,
        preview=step.preview,
        text=step.text,
        role=step.role,
        reason=step.reason,
        not_before=step.not_before,
        change=planned_change(step, spec, number) if step.preview is Preview.CHANGE else None,
        form=step.form,
        by_hand=step.by_hand,
    )
