"""Plan, approve, apply, fault, resume, undo, other people and clocks in any order: what never may happen does not."""

from __future__ import annotations

import os
from collections import Counter
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import Day, ViolationError
from small_office import GATES_HERE

from zdm_automate import admission, workplace
from zdm_automate.gates import GATES, GateAnswer
from zdm_automate.plans import Plans
from zdm_automate.resume import Settled
from zdm_automate.settling import Verdict
from zdm_automate.undo import undo_items

NIGHTLY = os.environ.get("ZDM_PROFILE") == "nightly"
SHARDS, RUNS = (10, 250) if NIGHTLY else (2, 25)
LIMITS = settings(
    max_examples=RUNS,
    stateful_step_count=30,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
REACHED = (
    "apply of apply: done",
    "apply of undo: done",
    "apply of apply: killed",
    "apply of apply: PlanStaleError",
    "apply of apply: PlanUsedError",
    "apply of apply: RefusedError",
    "resume of apply: done",
    "resume of undo: done",
    "apply B-156 called",
    "apply B-170 called",
    "undo B-156 called",
)
"""What the days of a shard have to come to, or they show nothing."""

pytestmark = [pytest.mark.proof, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _gates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, gate in GATES_HERE.items():
        monkeypatch.setitem(GATES, name, gate)  # type: ignore[arg-type]


def days(number: int) -> type[Day]:
    """The machine with a tally and a seed of its own."""

    class Counted(Day):
        tally: ClassVar[Counter[str]] = Counter()

    return seed(number)(Counted)


@pytest.mark.timeout(20_000 if NIGHTLY else 300)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_never_may_happen_does_not(shard: int, record_property: Any) -> None:
    """No change for good without its gate, none outside the golden hours, no used or stale plan, none twice, no line lost."""
    machine = days(shard)
    run_state_machine_as_test(machine, settings=LIMITS)
    record_property("tally", dict(machine.tally))

    assert machine.tally["days"] >= RUNS
    assert [what for what in REACHED if not machine.tally[what]] == []


# --- it bites ---


def open_anyway(gate: Any, view: Any, **_more: Any) -> GateAnswer:
    """A gate that asks nothing."""
    return SimpleNamespace(gate=gate.name, at=view.now, open=True, findings=(), hash="")  # type: ignore[return-value]


def plant(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks the product in one place."""
    match planted:
        case "gates are ignored":
            monkeypatch.setattr(admission, "decide", open_anyway)
        case "golden hours are ignored":
            monkeypatch.setattr(admission, "refusal", lambda *_args, **_more: "")
        case "plans are used again":
            monkeypatch.setattr(Plans, "refuse_used", lambda *_args: None)
            monkeypatch.setattr(Plans, "claim", lambda *_args: None)
        case "stale plans are applied":
            monkeypatch.setattr(workplace, "refuse_stale", lambda *_args, **_more: None)
        case "undo forgets the first change":
            monkeypatch.setattr(workplace, "undo_items", lambda made, *rest: undo_items(made[1:], *rest))
        case "what was begun is called again":
            blindly = lambda _plan, standing, _bench: Settled(verdicts={one.step: Verdict.NOT for one in standing.open})  # noqa: E731
            monkeypatch.setattr(workplace, "settle_open", blindly)
            monkeypatch.setattr(workplace, "refuse_moved", lambda *_args, **_more: None)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("planted", "violated"),
    [
        ("gates are ignored", "never without its approvals|never behind a closed gate"),
        ("golden hours are ignored", "never outside the golden hours"),
        ("plans are used again", "a plan is used once"),
        ("stale plans are applied", "a stale plan is not applied"),
        ("what was begun is called again", "no change is made twice"),
        ("undo forgets the first change", "undo names every change"),
    ],
)
def test_a_planted_fault_is_found(planted: str, violated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guard taken away is seen by the invariant that it keeps."""
    plant(planted, monkeypatch)
    quick = settings(LIMITS, max_examples=300, phases=(Phase.generate,))

    with pytest.raises(ViolationError, match=violated):
        run_state_machine_as_test(days(0), settings=quick)
