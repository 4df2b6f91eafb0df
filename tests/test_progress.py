"""Journals folded over a checklist: every state, and why."""

from __future__ import annotations

from typing import Any

import pytest

from zdm_automate.checklist import Checklist
from zdm_automate.progress import RowState, State, checklist_state

Line = dict[str, Any]


def checklist() -> Checklist:
    """Five rows: scripted, by hand, after another, one that another playbook feeds as well, and a gate."""
    bucket = {"component": "infrastructure", "time": "before"}
    rows = [
        {"id": "B-001", "title": "First thing", "kind": "S", "risk": "L", "bucket": bucket},
        {"id": "B-002", "title": "By hand", "kind": "M", "risk": "L", "bucket": bucket},
        {"id": "B-003", "title": "After the first", "kind": "S", "risk": "L", "bucket": bucket, "after": ["B-001"]},
        {"id": "B-004", "title": "Of both playbooks", "kind": "V", "risk": "L", "bucket": bucket},
        {"id": "B-005", "title": "Gate: go or no-go", "kind": "G", "risk": "H", "bucket": bucket, "gate": "G-CUT"},
    ]
    return Checklist.model_validate(
        {"checklist": "B", "title": "Example", "phases": [{"id": "B0", "title": "All", "items": rows}]}
    )


CHANGE = {"preview": "would change", "text": "set it"}
SAME = {"preview": "no change", "text": "is so"}
WAITS = {"preview": "waits", "text": "later", "reason": "one old lease", "not_before": "2026-03-08T10:00:00+00:00"}
CANNOT = {"preview": "cannot predict", "text": "what", "reason": "the reader failed"}
BY_HAND = {"preview": "manual", "text": "turn the key", "by_hand": "key", "form": ["which"]}


def run(name: str, *lines: Line, items: dict[str, list[Line]] | None = None, **head: Any) -> list[Line]:
    """A run's lines; `items` are its planned rows by item."""
    planned = [{"id": item, "rows": rows, "also": head.get("also", [])} for item, rows in (items or {}).items()]
    begin = {"event": "run.started", "kind": "apply", "playbook": "book", "operator": "Alex", "items": planned, **head}
    return [{"run": name, "seq": n, "ts": f"2026-03-07T10:00:{n:02}", **line} for n, line in enumerate((begin, *lines), 1)]


def begun(item: str = "B-001") -> Line:
    return {"event": "item.started", "item": item}


def started(item: str = "B-001", number: int = 1) -> Line:
    return {"event": "change.started", "item": item, "step": f"{item}/{number}"}


def finished(result: str, item: str = "B-001", number: int = 1, **more: Any) -> Line:
    return {"event": "change.finished", "item": item, "step": f"{item}/{number}", "result": result, "target": "it", **more}


def verified(item: str = "B-001", *differences: str) -> Line:
    return {"event": "item.verified", "item": item, "ok": not differences, "differences": list(differences)}


def checked(state: str, item: str = "B-001", **more: Any) -> Line:
    return {"event": "check", "item": item, "name": "name resolves", "seat": "client", "state": state, **more}


def signed(item: str, step: str) -> Line:
    return {"event": "manual.signed", "item": item, "step": step, "by": "Kim"}


def ended(result: str = "done") -> Line:
    return {"event": "run.finished", "result": result}


CARRIED_OUT = (begun(), started(), finished("ok", changed=True), verified())


def rows(*runs: list[Line]) -> dict[str, RowState]:
    return {state.item.id: state for state in checklist_state(checklist(), [line for lines in runs for line in lines])}


def test_without_a_journal_every_row_is_open() -> None:
    """Rows by hand say that they are; a row names what comes before it."""
    seen = rows()

    assert [row.state for row in seen.values()] == [State.OPEN, State.MANUAL, State.OPEN, State.OPEN, State.OPEN]
    assert seen["B-003"].blocked_by == ("B-001",)
    assert not seen["B-001"].evidence


def test_a_row_is_done_when_it_was_carried_out_and_read_back() -> None:
    """Its evidence is there with who and when; what comes after it is not blocked."""
    seen = rows(run("r1", *CARRIED_OUT, checked("ok"), ended(), items={"B-001": [CHANGE]}))

    assert seen["B-001"].state is State.DONE
    assert [one.kind for one in seen["B-001"].evidence] == ["change", "verified", "check"]
    assert {one.who for one in seen["B-001"].evidence} == {"Alex"}
    assert seen["B-003"].blocked_by == ()


def test_a_row_that_was_so_already_is_done() -> None:
    """A plan without a change that was run to its end is evidence enough."""
    assert rows(run("r1", ended(), items={"B-001": [SAME]}))["B-001"].state is State.DONE


@pytest.mark.parametrize(
    ("lines", "planned", "state", "reason"),
    [
        ((begun(), started()), [CHANGE], State.UNKNOWN, "B-001/1 was started and has no outcome"),
        (
            (begun(), started(), finished("unknown", error={"message": "the line was cut"}), ended("unknown")),
            [CHANGE],
            State.UNKNOWN,
            "the line was cut",
        ),
        (
            (begun(), started(), finished("failed", error={"message": "access denied"}), ended("failed")),
            [CHANGE],
            State.FAILED,
            "access denied",
        ),
        (
            (*CARRIED_OUT[:3], verified("B-001", "DnsZone x on new"), ended("failed")),
            [CHANGE],
            State.FAILED,
            "read back with a difference: DnsZone x on new",
        ),
        ((*CARRIED_OUT, checked("failed"), ended("failed")), [CHANGE], State.FAILED, "check failed: name resolves (client)"),
        ((*CARRIED_OUT[:3], ended("interrupted")), [CHANGE, CHANGE], State.OPEN, "1 of 2 changes made"),
        (CARRIED_OUT[:3], [CHANGE], State.OPEN, "applied, not yet read back"),
        ((ended(),), [CANNOT], State.OPEN, "the reader failed"),
        ((*CARRIED_OUT, ended()), [CHANGE, BY_HAND], State.MANUAL, "turn the key"),
        ((*CARRIED_OUT, ended()), [CHANGE, WAITS], State.WAITING, "one old lease"),
        ((*CARRIED_OUT, checked("not yet", hint="the cache holds it")), [CHANGE], State.NOT_YET, "the cache holds it"),
        ((*CARRIED_OUT, checked("unknown")), [CHANGE], State.NOT_YET, "name resolves"),
    ],
)
def test_a_row_that_is_not_done_says_why(lines: tuple[Line, ...], planned: list[Line], state: State, reason: str) -> None:
    """The first rule that applies gives state and reason."""
    seen = rows(run("r1", *lines, items={"B-001": planned}))["B-001"]

    assert (seen.state, seen.reason) == (state, reason)


def test_a_waiting_row_has_the_moment_from_which_it_can_go_on() -> None:
    """The moment of the plan's row."""
    assert rows(run("r1", ended(), items={"B-001": [WAITS]}))["B-001"].not_before == WAITS["not_before"]


def test_a_change_that_no_reader_sees_counts_as_read_back_when_the_run_goes_on() -> None:
    """A stopped server answers no reader: the item has no `item.verified`, and the next item, or the checks, follow."""
    carried = (*CARRIED_OUT[:3], begun("B-003"), started("B-003"), finished("ok", "B-003"))
    seen = rows(run("r1", *carried, checked("ok", "B-004"), ended("failed"), items={"B-001": [CHANGE], "B-003": [CHANGE]}))

    assert seen["B-001"].state is State.DONE
    assert seen["B-003"].state is State.DONE


def test_a_new_plan_settles_what_was_before() -> None:
    """A failure is past when a later plan, made from fresh facts, was carried out."""
    first = run("r1", begun(), started(), finished("failed"), ended("failed"), items={"B-001": [CHANGE]})
    seen = rows(first, run("r2", *CARRIED_OUT, ended(), items={"B-001": [CHANGE]}))["B-001"]

    assert seen.state is State.DONE
    assert [one.result for one in seen.evidence] == ["failed", "ok", "ok"]


def test_a_run_that_was_refused_settles_nothing() -> None:
    """A plan that never began leaves the state as it was."""
    first = run("r1", begun(), started(), finished("failed"), ended("failed"), items={"B-001": [CHANGE]})

    assert rows(first, run("r2", ended("refused"), items={"B-001": [SAME]}))["B-001"].state is State.FAILED


def test_a_later_verification_replaces_an_earlier_one() -> None:
    """What was not yet is judged again, and the newest judgement counts."""
    first = run("r1", *CARRIED_OUT, checked("not yet"), ended(), items={"B-001": [CHANGE]})
    good, bad = (run("r2", checked(state), ended(), kind="verify") for state in ("ok", "failed"))

    assert rows(first)["B-001"].state is State.NOT_YET
    assert rows(first, good)["B-001"].state is State.DONE
    assert rows(first, bad)["B-001"].state is State.FAILED


def test_a_change_makes_earlier_checks_void() -> None:
    """What was judged before the host was changed says nothing about it any more."""
    first = run("r1", checked("failed"), ended("failed"), items={"B-001": [CHANGE]})

    assert rows(first, run("r2", *CARRIED_OUT, ended(), items={"B-001": [CHANGE]}))["B-001"].state is State.DONE


def test_a_step_by_hand_is_done_when_it_is_signed() -> None:
    """By its own name; another step's signature does not count for it."""
    first = run("r1", ended(), items={"B-001": [BY_HAND]})
    other, right = (run(name, signed("B-001", name), ended(), kind="sign", playbook="") for name in ("door", "key"))

    assert rows(first, other)["B-001"].state is State.MANUAL
    assert rows(first, right)["B-001"].state is State.DONE
    assert rows(first, right)["B-001"].evidence[-1].who == "Kim"


def test_a_row_by_hand_that_no_playbook_knows_is_signed_as_a_whole() -> None:
    """The signature alone is its evidence."""
    assert rows(run("r1", signed("B-002", "B-002"), ended(), kind="sign"))["B-002"].state is State.DONE


def test_of_several_playbooks_the_one_furthest_behind_decides() -> None:
    """A row that two of them feed is done when both have done their part."""
    one = run("r1", ended(), items={"B-004": [SAME]})
    two = run("r2", ended(), items={"B-004": [WAITS]}, playbook="other")
    later = {**WAITS, "not_before": "2026-03-09T10:00:00+00:00"}

    assert rows(one)["B-004"].state is State.DONE
    assert rows(one, two)["B-004"].state is State.WAITING
    both = rows(run("r1", ended(), items={"B-004": [later]}), two)["B-004"]
    assert both.not_before == later["not_before"]


def test_an_item_counts_for_the_rows_it_names() -> None:
    """`also` rows have the state and the evidence of the item that does their work."""
    seen = rows(run("r1", *CARRIED_OUT, ended(), items={"B-001": [CHANGE]}, also=["B-004"]))

    assert seen["B-004"].state is State.DONE
    assert seen["B-004"].evidence == seen["B-001"].evidence


def test_what_was_taken_back_is_open_again() -> None:
    """An undo that succeeded opens the row."""
    first = run("r1", *CARRIED_OUT, ended(), items={"B-001": [CHANGE]})
    seen = rows(first, run("r2", started(), finished("ok", changed=True), ended(), kind="undo"))["B-001"]

    assert (seen.state, seen.reason) == (State.OPEN, "taken back")


def judged(*, is_open: bool) -> Line:
    finding = {"name": "quiet", "state": "true" if is_open else "false", "value": "jobs running 1"}
    return {"event": "gate.judged", "item": "B-005", "gate": "G-CUT", "open": is_open, "findings": [finding]}


def test_a_gate_is_done_when_it_was_found_open() -> None:
    """Not by a signed step, not while it is closed; and once passed it stays so."""
    step = run("r1", signed("B-005", "quiet"), ended(), kind="sign")
    shut = run("r2", judged(is_open=False), ended(), kind="gate")
    clear = run("r3", judged(is_open=True), ended(), kind="gate")
    seen = [rows(*runs)["B-005"] for runs in ((step,), (step, shut), (step, shut, clear), (step, clear, shut))]

    assert [one.state for one in seen] == [State.OPEN, State.OPEN, State.DONE, State.DONE]
    assert seen[1].reason == "the gate was closed: quiet: jobs running 1"
