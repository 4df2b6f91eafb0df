"""Carrying out a plan: intent first, outcome after, unknown settled by reading, never called twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from run_doubles import Result, Scripts
from zdm_automate.bench import Bench
from zdm_automate.errors import AccessDeniedError, OutcomeUnknownError, PlanStaleError, RefusedError, UnreachableError
from zdm_automate.facts.host import Service
from zdm_automate.facts.store import Facts
from zdm_automate.ledger import with_project
from zdm_automate.model import Change, ChangeRecord, Check, VerbCall
from zdm_automate.planner import Plan, plan_items
from zdm_automate.reading import Done, Gathering, gather
from zdm_automate.runner import apply_plan, refuse_stale
from zdm_automate.steps import ItemSpec, Read, ensure

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DHCP = Service(name="DHCPServer", display_name="DHCP Server", state="Running", start_mode="Auto", start_name=None)
FACTS = with_project(Facts(taken_at=NOW, hosts={"old": "SBS"}).with_facts("old", "Zdm.Service", [DHCP]), ())


@dataclass
class OneService:
    """A host with one service; `fails` is raised by the change, before or after it was made."""

    service: Service = DHCP
    fails: BaseException | None = None
    after_change: bool = False
    unreadable: BaseException | None = None
    calls: list[str] = field(default_factory=list)

    def read(self, verb: str, /, **params: Any) -> Result:
        self.calls.append(verb)
        if self.unreadable is not None:
            raise self.unreadable
        return Result((self.service,))

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        self.calls.append(f"{verb} {params['state']}")
        before = self.service.state
        if self.fails is None or self.after_change:
            self.service = replace(self.service, state=params["state"])
        if self.fails is not None:
            raise self.fails
        return ChangeRecord(
            verb=verb,
            target="DHCPServer",
            changed=before != params["state"],
            before={"State": before},
            after={"State": params["state"]},
        )

    def describe(self) -> dict[str, Any]:
        return {"transport": "memory"}


class Lines(list[dict[str, Any]]):
    """A journal in memory."""

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> None:
        self.append({"event": event, "boundary": boundary, **fields})

    def events(self) -> list[str]:
        return [line["event"] for line in self]


def bench(worker: OneService, **more: Any) -> Bench:
    ticks = iter(range(1000))
    return Bench(
        workers={"old": worker},
        hosts={"old": "SBS"},
        scripts=Scripts(),
        now=lambda: NOW,
        monotonic=lambda: next(ticks) / 1000,
        **more,
    )


def the_plan() -> Plan:
    call = VerbCall(
        role="old", verb="Set-ZdmServiceState", params={"name": "DHCPServer", "start_mode": "Auto", "state": "Stopped"}
    )
    back = VerbCall(
        role="old", verb="Set-ZdmServiceState", params={"name": "DHCPServer", "start_mode": "Auto", "state": "Running"}
    )
    spec = ItemSpec(
        id="B-104",
        title="stop",
        decide=lambda f, _: iter([ensure(f, call, replace(DHCP, state="Stopped"), "stop DHCP", inverse=back)]),
    )
    return Plan(
        id="p1",
        playbook="x",
        project="x",
        service_request="SR-1",
        created=NOW.isoformat(),
        fingerprint=FACTS.fingerprint(),
        intent_hash="",
        items=plan_items([spec], FACTS, None),
    )


def test_a_change_is_on_disk_before_it_is_called_and_after_it_came_back() -> None:
    """Started (boundary), finished (boundary), verified, run finished."""
    lines, worker = Lines(), OneService()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert outcome.result == "done"
    assert lines.events() == ["item.started", "change.started", "change.finished", "item.verified", "run.finished"]
    assert [line["boundary"] for line in lines if line["event"].startswith("change.")] == [True, True]
    assert lines[2]["result"] == "ok"
    assert lines[2]["inverse"]["params"]["state"] == "Running"


def test_a_change_that_is_so_already_counts_as_unchanged() -> None:
    """Somebody else was quicker: success, and the journal says `already`."""
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(OneService(replace(DHCP, state="Stopped"))), lines)

    assert (outcome.result, outcome.changed, outcome.unchanged) == ("done", 0, 1)
    assert lines[2]["result"] == "already"


def test_a_failed_change_ends_the_run() -> None:
    """The error is in the journal with its class, and the run says failed."""
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(OneService(fails=AccessDeniedError("access is denied", host="SBS"))), lines)

    assert outcome.result == "failed"
    assert lines[2]["error"]["category"] == "AccessDeniedError"
    assert lines[-1]["event"] == "run.finished"


def test_an_unknown_outcome_that_happened_is_settled_as_done() -> None:
    """The connection broke after the call was carried out: the reader sees it, and nothing is called again."""
    worker = OneService(fails=OutcomeUnknownError("connection lost", host="SBS"), after_change=True)
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert outcome.result == "done"
    assert (lines[2]["result"], lines[2]["settled"]) == ("ok", True)
    assert sum(call.startswith("Set-") for call in worker.calls) == 1


def test_an_unknown_outcome_that_did_not_happen_is_settled_as_failed() -> None:
    """The reader sees the old value: nothing is half done, and the run stops."""
    worker = OneService(fails=OutcomeUnknownError("connection lost", host="SBS"))
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert outcome.result == "failed"
    assert "did not happen" in str(outcome.error)
    assert sum(call.startswith("Set-") for call in worker.calls) == 1


def test_an_outcome_that_cannot_be_read_stays_unknown() -> None:
    """Neither the call nor the reader came back."""
    worker = OneService(
        fails=OutcomeUnknownError("connection lost", host="SBS"), unreadable=UnreachableError("gone", host="SBS")
    )
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert outcome.result == "unknown"
    assert isinstance(outcome.error, OutcomeUnknownError)
    assert lines[2]["result"] == "unknown"


def test_an_item_whose_read_back_differs_fails() -> None:
    """The applier said done, the reader says otherwise: the run stops with the difference named."""

    class Liar(OneService):
        def change(self, verb: str, /, **params: Any) -> ChangeRecord:
            return ChangeRecord(verb=verb, target="x", changed=True, before={}, after={})

    lines = Lines()
    outcome = apply_plan(the_plan(), bench(Liar()), lines)

    assert outcome.result == "failed"
    assert lines[3] | {"boundary": True} == {
        "event": "item.verified",
        "boundary": True,
        "item": "B-104",
        "ok": False,
        "differences": ["Zdm.Service DHCPServer on old"],
    }


def test_a_stop_request_ends_the_run_at_the_next_boundary() -> None:
    """Nothing is called after the request."""
    worker, lines = OneService(), Lines()
    outcome = apply_plan(the_plan(), bench(worker, stop=lambda: True), lines)

    assert (outcome.result, outcome.left, worker.calls) == ("interrupted", 1, [])


def test_a_second_ctrl_c_in_a_change_leaves_its_outcome_unknown() -> None:
    """Nobody waited for the answer: not a failure and not a success, and nothing is read any more."""
    worker, lines = OneService(fails=KeyboardInterrupt()), Lines()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert outcome.result == "unknown"
    assert "cut off by hand" in str(outcome.error)
    assert (lines[2]["result"], lines[2]["changed"], lines[-1]["result"]) == ("unknown", False, "unknown")
    assert worker.calls == ["Set-ZdmServiceState Stopped"]


def test_ctrl_c_while_an_outcome_is_looked_up_leaves_it_unknown() -> None:
    """The connection broke, and nobody waited for the reader either."""
    worker = OneService(fails=OutcomeUnknownError("connection lost", host="SBS"), unreadable=KeyboardInterrupt())
    lines = Lines()
    outcome = apply_plan(the_plan(), bench(worker), lines)

    assert (outcome.result, lines[2]["result"], lines[-1]["result"]) == ("unknown", "unknown", "unknown")


def test_ctrl_c_while_the_result_is_judged_is_an_interruption() -> None:
    """The changes are made and counted; only their judging is missing."""

    def judged() -> list[Check]:
        raise KeyboardInterrupt

    outcome = apply_plan(the_plan(), bench(OneService()), Lines(), verify=judged)

    assert (outcome.result, outcome.changed, outcome.left) == ("interrupted", 1, 0)


def test_the_journal_is_closed_also_by_a_bug() -> None:
    """An exception that is none of ours still leaves the end of the run in the journal."""
    lines = Lines()
    with pytest.raises(RuntimeError):
        apply_plan(the_plan(), bench(OneService(fails=RuntimeError("bug"))), lines)

    assert lines[-1]["event"] == "run.finished"


def test_a_plan_is_refused_when_the_facts_moved() -> None:
    """The service was stopped meanwhile: the plan is stale."""
    moved = FACTS.with_facts("old", "Zdm.Service", [replace(DHCP, state="Stopped")])
    with pytest.raises(PlanStaleError, match="no longer as they were"):
        refuse_stale(the_plan(), Gathering(facts=moved, calls=()))
    refuse_stale(the_plan(), Gathering(facts=FACTS, calls=()))


def test_a_plan_is_refused_when_the_facts_cannot_be_read() -> None:
    """Not being able to compare is not the same as being equal."""
    failed = Done(read=Read(role="old", verb="Get-ZdmService"), result=None, error=UnreachableError("gone", host="SBS"))
    gone = FACTS.without("old", "Zdm.Service", "Get-ZdmService failed: gone")
    with pytest.raises(PlanStaleError, match="Get-ZdmService failed: SBS: gone"):
        refuse_stale(the_plan(), Gathering(facts=gone, calls=(failed,)))


def test_once_a_host_is_gone_its_other_readers_are_not_tried() -> None:
    """One lost connection costs one time-out, not one per reader."""
    worker = OneService(unreadable=UnreachableError("gone", host="SBS"))
    reads = [Read(role="old", verb="Get-ZdmService"), Read(role="old", verb="Get-ZdmService", params={"name": ["DNS"]})]
    got = gather({"old": worker}, reads, output_of=lambda _: "Zdm.Service", now=NOW, hosts={"old": "SBS"})

    assert len(got.failures) == 2
    assert worker.calls == ["Get-ZdmService"]
    assert got.facts.missing[("old", "Zdm.Service")].endswith("gone")


def test_a_change_that_is_not_admitted_is_not_called() -> None:
    """Asked immediately before the change: the run ends as refused, and nothing was announced or called."""

    def refuse(change: Change) -> None:
        raise RefusedError(f"{change.id} may not be made.")

    lines, worker = Lines(), OneService()
    outcome = apply_plan(the_plan(), bench(worker, admit=refuse), lines)

    assert (outcome.result, outcome.changed, outcome.left) == ("refused", 0, 1)
    assert isinstance(outcome.error, RefusedError)
    assert lines.events() == ["item.started", "run.finished"]
    assert worker.calls == []


def test_the_journal_names_who_approved() -> None:
    """Every change carries the names."""
    lines = Lines()
    apply_plan(the_plan(), bench(OneService(), approver="Alex, Maria"), lines)

    assert [line["approver"] for line in lines if line["event"] == "change.finished"] == ["Alex, Maria"]
