"""Every predicate of every gate that works: true, false and unknown, and only true lets pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from gate_worlds import (
    HASHES,
    NOTHING,
    NOW,
    PAIR,
    RECORD_OF_DNS,
    SCOPE,
    SERVER,
    WAITS,
    WORLDS,
    ZONE,
    Shape,
    both,
    but,
    dhcp,
    exported,
    lease,
    rehearsed,
    rows,
    seen,
    sign,
    view,
)

from zdm_automate.approvals import Approval, Override
from zdm_automate.gates import GATES, Finding, GateAnswer, Truth, decide
from zdm_automate.gates.cut import critical_minutes
from zdm_automate.limits import Limits
from zdm_automate.rehearsal import Hashes

WORKING = [name for name, gate in GATES.items() if gate.works]


def finding(answer: GateAnswer, name: str) -> Finding:
    return next(one for one in answer.findings if one.name == name)


def judged(gate: str, shape: Shape, **more: Any) -> GateAnswer:
    return decide(GATES[gate], shape(view()), **more)


def cases() -> list[Any]:
    states = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)
    return [
        pytest.param(gate, name, shape, state, id=f"{gate}-{name}-{state}")
        for (gate, name), shapes in WORLDS.items()
        for shape, state in zip(shapes, states, strict=True)
    ]


@pytest.mark.parametrize(("gate", "name", "shape", "state"), cases())
def test_a_predicate_is_true_false_or_unknown(gate: str, name: str, shape: Shape, state: Truth) -> None:
    """What is not true says what it saw, and keeps the gate closed; asked alone it decides by itself."""
    answer = judged(gate, shape, lab=True, typed=GATES[gate].phrase)
    found = finding(answer, name)
    own = tuple(one for one in GATES[gate].predicates if one.name == name)
    alone = decide(replace(GATES[gate], predicates=own), shape(view()), lab=True, typed=GATES[gate].phrase)

    assert found.state == state, found
    assert found.passes == (state is Truth.TRUE)
    assert found.value
    assert answer.open <= found.passes
    assert alone.open == (state is Truth.TRUE)


def uncovered(worlds: Iterable[tuple[str, str]]) -> list[str]:
    """The predicates of working gates without their worlds, and worlds without a predicate."""
    known = {(name, one.name) for name in WORKING for one in GATES[name].predicates}
    return sorted(" ".join(one) for one in known ^ set(worlds))


def test_every_predicate_of_a_working_gate_has_its_three_worlds() -> None:
    """None is left out, and none is invented."""
    assert uncovered(WORLDS) == []
    assert WORKING == [
        "G-START",
        "G-DHCP",
        "G-DNS",
        "G-CUT",
        "G-COMPLETE-MAIL",
        "G-ACCEPT",
        "G-PROFILES",
        "G-EXREMOVE",
        "G-CLOSE",
    ]


def test_a_predicate_without_its_worlds_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose worlds are taken away, and one that a gate is given without any."""
    new = replace(GATES["G-DHCP"].predicates[0], name="new-one")
    wider = replace(GATES["G-DHCP"], predicates=(*GATES["G-DHCP"].predicates, new))
    monkeypatch.setitem(GATES, "G-DHCP", wider)  # type: ignore[arg-type]

    assert uncovered(set(WORLDS) - {("G-CUT", "quiet")}) == ["G-CUT quiet", "G-DHCP new-one"]


@pytest.mark.parametrize("gate", WORKING)
def test_a_gate_is_open_when_all_is_so(gate: str) -> None:
    """All predicates true and the lab's approval: open; without an approval: closed by that alone."""
    shapes = [shapes[0] for (name, _), shapes in WORLDS.items() if name == gate]
    if gate == "G-DHCP":
        shapes = [dhcp(("old", SCOPE), ("new", WAITS), ("new", SERVER), lease(days=9), made=exported(minutes=1))]
    if gate == "G-DNS":
        shapes = [shapes[0], WORLDS["G-DNS", "servers-answer"][0]]
        world = both(*shapes)
        assert finding(decide(GATES[gate], world(view()), lab=True), "records-unique").state is Truth.TRUE
        return
    if gate == "G-CUT":
        shapes.remove(WORLDS["G-CUT", "time-left"][0])

    open_one, closed = (judged(gate, both(*shapes), lab=lab, typed=GATES[gate].phrase) for lab in (True, False))

    assert open_one.open, open_one.why
    assert [one.name for one in closed.findings if not one.passes] == [f"approval-{role}" for role in GATES[gate].approvals]


@pytest.mark.parametrize("name", [name for name in GATES if name not in WORKING])
def test_a_declared_gate_stays_closed_and_says_what_it_lacks(name: str) -> None:
    """Even in a rehearsal, with the phrase typed."""
    answer = decide(GATES[name], view(), lab=True, typed=GATES[name].phrase)

    assert not answer.open
    assert {one.state for one in answer.findings if not one.name.startswith(("approval", "phrase"))} == {Truth.UNKNOWN}
    assert all("No reader" in one.hint for one in answer.findings if one.state is Truth.UNKNOWN)


@pytest.mark.parametrize(("typed", "state"), [("", Truth.FALSE), ("yes", Truth.FALSE), ("there is no way back", Truth.TRUE)])
def test_a_phrase_is_typed_whole_or_not_at_all(typed: str, state: Truth) -> None:
    """Anything else than the phrase is no confirmation."""
    assert finding(decide(GATES["G-LEVEL"], view(), typed=typed, lab=True), "phrase").state == state


def test_what_is_too_old_is_not_known() -> None:
    """A true answer on facts from an hour ago is unknown at a gate that wants a quarter of an hour."""
    stale = both(
        WORLDS["G-START", "pending-reboot"][0], lambda v: replace(v, facts=replace(v.facts, taken_at=NOW - timedelta(hours=1)))
    )
    found = finding(judged("G-START", stale), "pending-reboot")

    assert found.state is Truth.UNKNOWN
    assert "15 min old at most" in found.hint


def test_a_signature_grows_old() -> None:
    """Replication that was clean 31 minutes ago is not known to be clean."""
    good = {"oldest_link_in_minutes": "1", "failures": "0"}
    young, old = (
        finding(judged("G-START", sign("G-START", "replication", NOW - timedelta(minutes=m), **good)), "replication").state
        for m in (30, 31)
    )

    assert (young, old) == (Truth.TRUE, Truth.UNKNOWN)


@pytest.mark.parametrize("answer", ["many", "2026-99-01", ""])
def test_an_answer_that_makes_no_sense_is_not_known(answer: str) -> None:
    """Neither a number nor a moment: nobody knows, nothing passes, nothing breaks."""
    states = [
        finding(judged("G-CUT", sign("G-CUT", "space", free_percent=answer)), "target-space").state,
        finding(judged("G-CUT", sign("G-CUT", "backup", taken_at=answer)), "backup-age").state,
    ]

    assert states == [Truth.UNKNOWN, Truth.UNKNOWN]


def test_a_backup_of_tomorrow_is_not_known() -> None:
    """A moment in the future is a slip of the pen."""
    tomorrow = (NOW + timedelta(days=1)).isoformat()

    assert finding(judged("G-CUT", sign("G-CUT", "backup", taken_at=tomorrow)), "backup-age").state is Truth.UNKNOWN


def test_half_a_tombstone_lifetime_limits_the_restore_proof() -> None:
    """With 60 days the proof may be 30 days old, whatever the project says otherwise."""
    world = sign("G-START", "restore", restored_at=(NOW - timedelta(days=31)).isoformat())
    answer = decide(GATES["G-START"], replace(world(view()), limits=Limits(tombstone_days=60)))

    assert finding(answer, "restore-proof").state is Truth.FALSE
    assert finding(answer, "restore-proof").limit.startswith("at most 30 days")


@pytest.mark.parametrize("name", ["old-export", "scopes-equal", "new-silent", "conflict-detection", "lease-age"])
@pytest.mark.parametrize(("state", "truth"), [("Normal", Truth.TRUE), ("CommunicationInterrupted", Truth.FALSE)])
def test_failover_answers_for_export_and_silence(name: str, state: str, truth: Truth) -> None:
    """Two servers in a relationship share scopes and leases; one that is disturbed keeps the gate closed."""
    found = finding(judged("G-DHCP", dhcp(("new", replace(PAIR, state=state)))), name)

    assert found.state == truth


def test_a_switch_that_was_begun_is_not_asked_about_its_beginning() -> None:
    """With the old server down its scopes cannot be compared any more; what was so before the first change stays answered."""
    world = replace(NOTHING(view()), begun=NOW - timedelta(minutes=3))
    answer = decide(GATES["G-DHCP"], world, lab=True)

    assert [one.name for one in answer.findings if one.state is Truth.TRUE and "held before" in one.value] == [
        "old-export", "scopes-equal", "new-silent", "lease-age", "relays",
    ]  # fmt: skip
    assert finding(answer, "conflict-detection").state is Truth.UNKNOWN


# --- overrides and approvals ---


def excuse(predicate: str, gate: str = "G-DHCP", hours: float = 1) -> Override:
    return Override(
        gate=gate, predicate=predicate, by="Ada", reason="agreed", at_utc=(NOW - timedelta(hours=hours)).isoformat()
    )


@pytest.mark.parametrize(
    ("shape", "override", "passes"),
    [
        (WORLDS["G-DHCP", "lease-age"][1], excuse("lease-age"), True),
        (WORLDS["G-DHCP", "lease-age"][1], excuse("lease-age", hours=25), False),
        (WORLDS["G-DHCP", "lease-age"][1], excuse("lease-age", hours=-1), False),
        (WORLDS["G-DHCP", "lease-age"][1], excuse("lease-age", gate="G-DNS"), False),
        (WORLDS["G-DHCP", "lease-age"][2], excuse("lease-age"), False),
        (WORLDS["G-DHCP", "new-silent"][1], excuse("new-silent"), False),
    ],
)
def test_only_a_known_failure_that_may_be_excused_is(shape: Shape, override: Override, passes: bool) -> None:  # noqa: FBT001
    """For a day, for that gate; never what nobody knows, never what is marked as final."""
    assert finding(judged("G-DHCP", shape, overrides=[override]), override.predicate).passes == passes


@pytest.mark.parametrize(("seconds", "passes"), [(6, True), (299, True), (300, False)])
def test_a_clock_that_is_far_off_is_excused_by_nobody(seconds: float, passes: bool) -> None:  # noqa: FBT001
    """Seconds may be excused, five minutes not."""
    world = replace(view(), skew={"SBS": seconds})
    answer = decide(GATES["G-START"], world, overrides=[excuse("time-skew", gate="G-START")])

    assert finding(answer, "time-skew").passes == passes


def test_one_smoke_check_may_be_excused_and_no_second() -> None:
    """The client lives with one known failure, not with a list."""
    world = both(WORLDS["G-ACCEPT", "smoke-13"][1], WORLDS["G-ACCEPT", "smoke-14"][1])
    answer = judged("G-ACCEPT", world, overrides=[excuse("smoke-13", "G-ACCEPT"), excuse("smoke-14", "G-ACCEPT")])

    assert [finding(answer, name).passes for name in ("smoke-13", "smoke-14")] == [True, False]


def word(role: str, digest: str) -> Approval:
    return Approval(subject="x", digest=digest, by="Maria", role=role, at_utc=NOW.isoformat(), origin="a call")


def test_an_approval_counts_for_its_role_and_its_hash_alone() -> None:
    """Another plan, or another role, is another word."""
    found = [
        finding(judged("G-DHCP", NOTHING, plan_hash="aa", approvals=[one]), "approval-tech").passes
        for one in (word("tech", "aa"), word("tech", "ab"), word("client", "aa"), word("tech", ""))
    ]

    assert found == [True, False, False, False]


def test_what_a_gate_found_can_be_approved_and_changes_with_it() -> None:
    """The hash of the findings is the same a minute later, and another one once a predicate or a signature changes."""
    good = WORLDS["G-CLOSE", "binder"][0]
    first = judged("G-CLOSE", good).hash
    later = decide(GATES["G-CLOSE"], replace(good(view()), now=NOW + timedelta(minutes=1))).hash
    again = judged("G-CLOSE", sign("G-CLOSE", "binder", NOW - timedelta(minutes=2), final="yes")).hash
    other = judged("G-CLOSE", WORLDS["G-CLOSE", "binder"][1]).hash

    assert first == later
    assert len({first, again, other}) == 3
    assert finding(judged("G-CLOSE", good, approvals=[word("client", first)]), "approval-client").passes


def test_the_critical_path_is_the_longest_chain_of_rows_that_are_left() -> None:
    """Side work does not lengthen it, and done rows shorten it."""
    whole = critical_minutes(rows("open"))
    less = critical_minutes(rows("open", B_158="done"))

    assert 0 < less < whole < sum(one.item.minutes for one in rows("open") if one.item.bucket.time == "during")
    assert critical_minutes(rows("done")) == 0


def test_project_facts_that_were_not_read_are_a_gap() -> None:
    """The register is empty only when somebody looked."""
    answer = judged("G-CLOSE", seen())

    assert finding(answer, "temporaries").state is Truth.TRUE


def test_a_record_is_void_when_anything_that_it_rests_on_is_another() -> None:
    """A changed script or playbook, a way back never tried, an end in the future, a failure: each told by what it is."""
    other = Hashes(playbooks={"dns_cutover": "b"}, scripts={"Get-ZdmDnsZone": "t"})
    without = replace(RECORD_OF_DNS, rollbacks=())
    said = {
        name: finding(judged("G-START", shape), "rehearsal").value
        for name, shape in {
            "script": rehearsed(hashes=other),
            "gone": rehearsed(hashes=replace(other, scripts={})),
            "playbook": rehearsed(hashes=replace(HASHES, playbooks={"dns_cutover": "c"})),
            "back": rehearsed(without),
            "future": rehearsed(days=-1),
            "failed": rehearsed(replace(RECORD_OF_DNS, result="B-156 failed")),
        }.items()
    }

    assert said == {
        "script": "the script Get-ZdmDnsZone has been changed since the rehearsal of 2026-03-06",
        "gone": "the script Get-ZdmDnsZone is not there any more since the rehearsal of 2026-03-06",
        "playbook": "the playbook dns_cutover has been changed since the rehearsal of 2026-03-06",
        "back": "the rehearsal of 2026-03-06 has taken nothing back",
        "future": "the rehearsal of 2026-03-06 ends in the future",
        "failed": "the rehearsal of 2026-03-06 ended with: B-156 failed",
    }


def test_drift_beyond_tolerance_is_shown() -> None:
    """A zone that is new and one that is another: named, counted, and refused from the project's own limit on."""
    moved = rehearsed(
        RECORD_OF_DNS, replace(ZONE, aging_enabled=not ZONE.aging_enabled), replace(ZONE, zone_name="new.example")
    )
    strict = finding(judged("G-START", moved), "rehearsal")
    loose = finding(judged("G-START", both(moved, but(limits=Limits(drift_percent=100)))), "rehearsal")

    told = "2 of 2 facts have moved: new Zdm.DnsZone new.example is new, new Zdm.DnsZone example.local is another"
    assert (strict.state, strict.value) == (Truth.FALSE, f"since the rehearsal of 2026-03-06 {told}")
    assert loose.state is Truth.TRUE
    assert told in loose.value


def test_a_lab_is_not_asked_for_a_rehearsal() -> None:
    """The rehearsal itself passes the gate that asks for one."""
    assert finding(judged("G-START", but(in_lab=True)), "rehearsal").state is Truth.TRUE
