"""Admission: asked before the plan is claimed and before each change; nothing is made that is not admitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zdm_automate.admission import Admission, Desk, annotated, begun_at, is_final, never_in
from zdm_automate.approvals import Approval
from zdm_automate.durations import Durations
from zdm_automate.errors import RefusedError
from zdm_automate.facts.project import PROJECT, SignOff, Temporary
from zdm_automate.facts.store import Facts
from zdm_automate.gates import GATES, Gate, View
from zdm_automate.limits import Limits
from zdm_automate.model import Change, PlannedItem, Preview, Risk, Rollback, Row, VerbCall
from zdm_automate.planner import Plan
from zdm_automate.window import WindowSection

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
WINDOW = WindowSection.model_validate(
    {
        "time_zone": "UTC",
        "start": "2026-03-07T18:00",
        "fallback": "2026-03-07T22:00",
        "end": "2026-03-08T00:00",
        "reserve_minutes": 0,
    }
).window


def change(number: int = 1, *, item: str = "B-100", gate: str = "", risk: Risk = Risk.LOW, **params: Any) -> Change:
    call = VerbCall(role="old", verb="Set-ZdmDnsTtl", params=params or {"zone": "example.local"})
    return Change(
        id=f"{item}/{number}",
        item=item,
        call=call,
        target="it",
        before={},
        after={},
        gate=gate,
        risk=risk,
        inverse=call,
        seconds=60,
    )


def plan(*changes: Change) -> Plan:
    items: dict[str, list[Row]] = {}
    for one in changes:
        items.setdefault(one.item, []).append(Row(item=one.item, preview=Preview.CHANGE, text="it", change=one))
    planned = tuple(
        PlannedItem(
            id=name, title=name, risk=Risk.LOW, gate=next((r.change.gate for r in rows if r.change), ""), rows=tuple(rows)
        )
        for name, rows in items.items()
    )
    return Plan(
        id="p1",
        playbook="book",
        project="x",
        service_request="",
        created="",
        fingerprint="",
        intent_hash="",
        items=planned,
        digest="dd",
    )


FACTS = Facts(taken_at=NOW, hosts={"old": "SBS", "new": "DC1"})
for kind in (SignOff, Temporary):
    FACTS = FACTS.with_facts(PROJECT, kind.zdm_type, ())


@dataclass
class Office:
    """A project whose register, clock and golden hours a test can move; it counts how often a gate read the hosts."""

    now: datetime = NOW
    open_temporaries: tuple[Temporary, ...] = ()
    asked: list[str] = field(default_factory=list)

    def view(self, facts: Facts) -> View:
        facts = facts.with_facts(PROJECT, Temporary.zdm_type, self.open_temporaries)
        return View(facts=replace(facts, taken_at=self.now), now=self.now, limits=Limits())

    def read(self, gate: Gate, _view: View) -> Facts:
        self.asked.append(gate.name)
        return FACTS

    def desk(self, **more: Any) -> Desk:
        plain: dict[str, Any] = {"limits": Limits(), "durations": Durations(), "lab": True, "operator": "Alex"}
        return Desk(now=lambda: self.now, view=self.view, read=self.read, begun=lambda _gate: None, **{**plain, **more})


class Lines(list[dict[str, Any]]):
    """A journal in memory."""

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> None:
        self.append({"event": event, "boundary": boundary, **fields})


LEFT = Temporary(
    role="old", verb="Set-ZdmDnsTtl", target="x", field="TtlSeconds", old_value=3600, new_value=300, since_utc="",
    due_item="B-191",
)  # fmt: skip


@pytest.fixture
def register_gate(monkeypatch: pytest.MonkeyPatch) -> str:
    """A gate with one predicate: the register of temporaries is empty."""
    close = GATES["G-CLOSE"]
    small = replace(close, name="G-TEST", predicates=close.predicates[:1], approvals=())
    monkeypatch.setitem(GATES, "G-TEST", small)  # type: ignore[arg-type]
    return small.name


def test_a_gate_is_judged_once_immediately_before_its_first_change(register_gate: str) -> None:
    """Not for the changes before it, once for those behind it, and its answer is on disk before the change."""
    office, lines = Office(), Lines()
    free, first, second = change(1), change(1, item="B-156", gate=register_gate), change(2, item="B-156", gate=register_gate)
    admission = Admission(plan(free, first, second), FACTS, office.desk(), journal=lines)

    admission.whole()
    admission.admit(free)
    assert (office.asked, list(lines)) == ([], [])
    admission.admit(first)
    admission.admit(second)

    assert office.asked == [register_gate]
    assert [(line["event"], line["gate"], line["open"], line["boundary"]) for line in lines] == [
        ("gate.judged", register_gate, True, True)
    ]


def test_a_gate_that_closed_since_the_plan_was_admitted_stops_the_run(register_gate: str) -> None:
    """The world moved between the first change and the gate: refused, said what stays, answer written."""
    office, lines = Office(), Lines()
    free, behind = change(1), change(1, item="B-156", gate=register_gate)
    admission = Admission(plan(free, behind), FACTS, office.desk(), journal=lines)
    admission.whole()
    admission.admit(free)
    office.open_temporaries = (LEFT,)

    with pytest.raises(
        RefusedError, match=r"gate G-TEST is closed: temporaries: .* B-156/1 was not made; what came before it stays"
    ):
        admission.admit(behind)
    assert [line["open"] for line in lines] == [False]


def test_a_closed_gate_refuses_the_whole_plan(register_gate: str) -> None:
    """Known before the first change: nothing is made at all, not even what stands before the gate."""
    office = Office(open_temporaries=(LEFT,))
    admission = Admission(plan(change(1), change(1, item="B-156", gate=register_gate)), FACTS, office.desk())

    with pytest.raises(RefusedError, match="Nothing was changed"):
        admission.whole()


def test_a_plan_says_what_its_gates_find(register_gate: str) -> None:
    """The row stays an honest change, and the item says why it would not run now; an open gate says nothing."""
    made = plan(change(1), change(1, item="B-156", gate=register_gate))
    shut, clear = (annotated(made, FACTS, Office(open_temporaries=left).desk()) for left in ((LEFT,), ()))

    assert [item.gate_says for item in shut.items] == [(), ("temporaries: old x TtlSeconds (B-191)",)]
    assert [item.gate_says for item in clear.items] == [(), ()]


def test_a_gate_that_does_not_exist_is_closed() -> None:
    """A slip in a playbook lets nothing pass."""
    admission = Admission(plan(change(gate="G-DCHP")), FACTS, Office().desk())

    with pytest.raises(RefusedError, match="'G-DCHP', which does not exist"):
        admission.whole()
    with pytest.raises(RefusedError, match="'G-DCHP', which does not exist"):
        admission.admit(admission.plan.changes[0])


def test_the_never_list_is_asked_again_before_each_change() -> None:
    """Whoever calls it change by change, without `whole`, is held as well."""
    bad = change(zone="_msdcs.example.local")
    admission = Admission(plan(bad), FACTS, Office().desk())

    assert [said[:17] for said in never_in(admission.plan, FACTS)] == ["B-100/1: N-MSDCS:"]
    for ask in (admission.whole, lambda: admission.admit(bad)):
        with pytest.raises(RefusedError, match="N-MSDCS"):
            ask()


def test_the_clock_is_asked_before_every_change_of_the_golden_hours() -> None:
    """In time when the plan was admitted; a slow first change uses the time up, and the second is not begun."""
    office = Office(now=datetime(2026, 3, 7, 21, 59, 0, tzinfo=UTC))
    free, first, second = change(3, item="B-101"), change(1, item="B-156"), change(2, item="B-156")
    admission = Admission(plan(first, second, free), FACTS, office.desk(window=WINDOW, bound=frozenset({"B-156"})))
    admission.whole()
    admission.admit(first)
    office.now += timedelta(seconds=50)

    with pytest.raises(RefusedError, match="B-156/2 belongs to the golden hours and is not begun: it would end at"):
        admission.admit(second)
    office.now += timedelta(hours=3)
    admission.admit(free)


def test_the_way_back_of_what_is_done_counts() -> None:
    """An hour of undoing that lies behind has to fit before the end as well."""
    slow = Durations({"Set-ZdmDnsTtl": (3600.0,) * 5})
    office = Office(now=datetime(2026, 3, 7, 20, 15, tzinfo=UTC))
    first, second = change(1, item="B-156"), change(2, item="B-156")
    desk = office.desk(window=WINDOW, bound=frozenset({"B-156"}), durations=slow)

    Admission(plan(second), FACTS, desk).admit(second)
    with pytest.raises(RefusedError, match="taken back it would be"):
        Admission(plan(first, second), FACTS, desk, made=[first]).admit(second)


def test_a_change_without_a_way_back_is_one_by_risk_or_by_class() -> None:
    """Either is enough."""
    found = [is_final(change()), is_final(change(risk=Risk.NO_RETURN)), is_final(replace(change(), rollback=Rollback.RX))]

    assert found == [False, True, True]


@pytest.mark.parametrize(
    ("approvers", "passes"),
    [
        ([], False),
        (["Alex"], False),
        (["alex ", "ALEX"], False),
        (["Kim"], False),
        (["Alex", "Kim"], True),
        (["Kim", "Robin"], True),
    ],
)
def test_two_persons_one_of_them_not_the_operator(approvers: list[str], passes: bool) -> None:  # noqa: FBT001
    """The operator twice is one person, and so is a second one alone."""
    given = tuple(Approval(subject="p1", digest="dd", by=name, role="tech") for name in approvers)
    admission = Admission(plan(change(risk=Risk.NO_RETURN)), FACTS, Office().desk(lab=False, approvals=given))
    if passes:
        admission.whole()
        return

    with pytest.raises(RefusedError, match="needs two persons"):
        admission.whole()


# --- what is under way ---


def run(name: str, *lines: Mapping[str, Any], kind: str = "apply") -> list[dict[str, Any]]:
    begin: Mapping[str, Any] = {"event": "run.started", "kind": kind}
    return [{"run": name, "ts": f"2026-03-07T10:00:{n:02}+00:00", **line} for n, line in enumerate((begin, *lines))]


OPENED = {"event": "gate.judged", "gate": "G-DHCP", "open": True}
MADE = {"event": "change.finished", "gate": "G-DHCP", "result": "ok"}
BEFORE = {"event": "change.finished", "gate": "", "result": "ok"}


def ended(result: str) -> dict[str, str]:
    return {"event": "run.finished", "result": result}


@pytest.mark.parametrize(
    ("entries", "begun"),
    [
        ([], False),
        (run("a", OPENED), False),
        (run("a", MADE), False),
        (run("a", OPENED, BEFORE, ended("failed")), False),
        (run("a", OPENED, {**MADE, "result": "failed"}, ended("failed")), False),
        (run("a", OPENED, MADE), True),
        (run("a", OPENED, MADE, ended("failed")), True),
        (run("a", OPENED, MADE, ended("done")), False),
        (run("a", OPENED, MADE, ended("failed")) + run("b", MADE, ended("done")), False),
        (run("a", OPENED, MADE, ended("failed")) + run("u", MADE, ended("done"), kind="undo"), False),
        (run("a", {**OPENED, "open": False}, MADE), False),
    ],
)
def test_work_behind_a_gate_is_under_way_until_it_ends_well_or_is_taken_back(
    entries: list[dict[str, Any]],
    begun: bool,  # noqa: FBT001
) -> None:
    """Only then do predicates about the moment before it stay answered."""
    assert (begun_at(entries, "G-DHCP") is not None) == begun
