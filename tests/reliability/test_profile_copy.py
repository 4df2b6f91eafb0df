"""The profile copy in memory: from the first plan to deleted stores, and what it refuses, survives and leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from rig import Killed, Rig, office, resumed

from zdm_automate.facts.base import Fact
from zdm_automate.facts.project import SignOff
from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.restart import rebooted
from zdm_automate.model import Check, CheckState, Preview, Row
from zdm_automate.planner import Plan
from zdm_automate.secrets import Credential, Secret
from zdm_automate.workplace import Intended, Workplace

BOOK = "profile_copy"
STEP = 45
"""Lab seconds between two looks."""
KEY = "a-key-for-stores-4711"


@dataclass(slots=True)
class Desks(Rig):
    """The office of the three PCs, with signatures and the key of the stores."""

    signed: list[SignOff] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)

    def intended(self, book: str) -> Intended:
        what = super(Desks, self).intended(book)
        section = {**office(self.name).project["intent"][book], **self.intent}
        return replace(what, intent=what.book.intent_of(section))

    def held(self) -> tuple[Fact, ...]:
        return (*super(Desks, self).held(), *self.signed)

    def workplace(self, what: Intended) -> Workplace:
        work = super(Desks, self).workplace(what)
        key = Credential("store", Secret(KEY))
        return replace(work, credentials={**work.credentials, "credential/usmt": key})

    @property
    def there(self) -> World:
        return self.keeper.world

    def put(self, world: World) -> None:
        """Something happens to the office."""
        self.keeper.with_world(lambda _: (world, None))

    def sign(self, plan: Plan) -> None:
        """Somebody takes every step that is a person's."""
        for row in rows(plan, Preview.MANUAL):
            at = self.clock.now().isoformat()
            self.signed.append(SignOff(item=row.item, step=row.by_hand, by="Alex", at_utc=at))

    def round(self) -> Plan:
        """One plan, applied and signed; then a while passes."""
        what, plan = self.plan(BOOK)
        if rows(plan, Preview.CHANGE):
            outcome = self.apply(what, plan)

            assert outcome.result == "done", outcome
        self.sign(plan)
        return plan

    def work(self, look: Callable[[World], None] = lambda _: None) -> None:
        """Lets the jobs work to their end, and looks at the world on the way."""
        for _ in range(500):
            look(self.there)
            busy = any(self.there.runs.values()) or any(t.due for own in self.there.tasks.values() for t in own.values())
            if not busy:
                return
            self.carry(STEP)
        raise AssertionError("the jobs never end")

    def until(
        self,
        item: str,
        preview: Preview = Preview.SAME,
        *,
        rounds: int = 20,
        look: Callable[[World], None] = lambda _: None,
    ) -> Plan:
        """Rounds until every row of an item says so."""
        for _ in range(rounds):
            plan = self.round()
            if all(row.preview is preview for row in rows(plan) if row.item == item):
                return plan
            self.work(look)
        raise AssertionError([f"{row.item} {row.preview} {row.text} {row.reason}" for row in rows(plan)])

    def checks(self) -> dict[str, Check]:
        what = self.intended(BOOK)
        with self.workplace(what) as work:
            work.connect()
            found = what.book.judge(work.read(what).facts, what.intent)
        return {f"{one.seat} {one.name}": one for one in found}


def rows(plan: Plan, preview: Preview | None = None) -> list[Row]:
    return [row for item in plan.items for row in item.rows if preview is None or row.preview is preview]


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks("desks", tmp_path)


def accounts(world: World, host: str) -> set[str]:
    return {one.account for one in world.user_states.desk(host).profiles.values()}


@pytest.mark.proof
@pytest.mark.slow
def test_the_whole_way(desks: Desks) -> None:
    """Who is wanted arrives, the kiosk, the old hand and the nameless do not; after thirty days the stores go."""
    desks.until("B-173e")

    assert accounts(desks.there, "NB01") == {r"DESKS\anna"}
    assert accounts(desks.there, "NB02") == {r"DESKS\bert"}
    assert accounts(desks.there, "NB03") == {r"DESKS\clara", r"DESKS\dora"}
    assert {len(one.users) for one in desks.there.user_states.stores.values()} == {1, 2}
    assert [one.state for one in desks.checks().values()] == [CheckState.OK] * len(desks.checks())

    desks.until("B-173g")
    waiting = [row for row in rows(desks.round()) if row.item == "B-173h"]
    assert {row.preview for row in waiting} == {Preview.WAIT}
    assert {row.not_before[:10] for row in waiting} == {"2026-04-05"}

    desks.carry(31 * 86400)
    last = desks.until("B-173h")
    assert desks.there.user_states.stores == {}
    assert {row.preview for row in rows(last)} == {Preview.SAME}


def at_work(world: World) -> Mapping[str, int]:
    """Migrations by segment."""
    count: dict[str, int] = {}
    for host, runs in world.runs.items():
        if any("/p:" not in run.command_line and "state.exe" in run.program for run in runs):
            segment = world.user_states.desk(host).segment
            count[segment] = count.get(segment, 0) + 1
    return count


@pytest.mark.proof
@pytest.mark.slow
def test_no_segment_carries_more_than_it_should(desks: Desks) -> None:
    """Two PCs on the ground floor, one at a time; upstairs the third works beside them."""
    seen: list[Mapping[str, int]] = []
    desks.until("B-173c", look=lambda world: seen.append(at_work(world)))

    assert {segment: max(count.get(segment, 0) for count in seen) for segment in ("ground", "upper")} == {
        "ground": 1,
        "upper": 1,
    }
    assert max(sum(count.values()) for count in seen) == 2


@pytest.mark.proof
@pytest.mark.slow
def test_a_controller_that_dies_while_it_starts_captures_starts_none_twice(desks: Desks) -> None:
    """Killed right after the call of the first start; the journal has no outcome, and the job is there."""
    desks.round()
    desks.work()
    what, plan = desks.plan(BOOK)
    starts = [change for change in plan.changes if change.call.verb == "Start-ZdmJob"]

    def strike(_host: str, verb: Any, call: Any) -> Any:
        reply = call()
        if verb.name == "Start-ZdmJob" and not desks.trap.struck:
            desks.trap.struck = desks.trap.dead = True
            raise Killed
        return reply

    desks.trap.on_call = strike
    with pytest.raises(Killed):
        desks.apply(what, plan)
    desks.trap.on_call, desks.trap.dead = None, False
    desks.carry(STEP)
    outcome = resumed(desks, what, plan)

    assert getattr(outcome, "result", outcome) == "done"
    assert len(starts) == 2
    started = {key: number for key, number in desks.changed.items() if key[1] == "Start-ZdmJob"}
    assert set(started.values()) == {1}
    desks.until("B-173e")
    assert accounts(desks.there, "NB01") == {r"DESKS\anna"}


@pytest.mark.proof
@pytest.mark.slow
def test_a_misspelt_domain_is_found_by_who_did_not_arrive(desks: Desks) -> None:
    """Loadstate ends with 0; the check says that nobody is there, and why."""
    desks.intent = {"domains": {"DESK": "NEWNAME", "DESKS": "DESKS"}, "pcs": [{"old": "pc01", "new": "nb01"}]}
    desks.until("B-173e")
    fine = desks.checks()["NB01 DESKS\\anna has arrived"]
    desks.intent["domains"] = {"DESK": "OTHER", "DESKS": "OTHER"}
    wrong = desks.checks()["NB01 OTHER\\anna has arrived"]

    assert fine.state is CheckState.OK
    assert wrong.state is CheckState.FAILED
    assert "DESK" in wrong.hint


@pytest.mark.proof
@pytest.mark.slow
def test_the_key_is_there_only_while_the_job_works(desks: Desks) -> None:
    """Laid down before, gone after, never in a command line; and the store cannot be read without it."""
    desks.intent = {"key": "usmt", "pcs": [{"old": "pc01", "new": "nb01"}]}
    seen: list[tuple[str, bool]] = []

    def look(world: World) -> None:
        for host, one in world.hosts.items():
            busy = bool(world.runs.get(host)) or any(task.due for task in world.tasks.get(host, {}).values())
            seen.extend((host, busy) for name in one.files if name.endswith("store.key"))

    desks.until("B-173e", look=look)
    left = [name for one in desks.there.hosts.values() for name in one.files if name.endswith("store.key")]
    texts = [text for one in desks.there.hosts.values() for text in one.files.values()]

    assert len(seen) > 3
    assert {host for host, _ in seen} == {"PC01", "NB01"}
    assert all(busy for _, busy in seen)
    assert left == []
    assert not [text for text in texts if KEY in text]
    assert not [line for lines in desks.journals.values() for line in lines if KEY.encode() in line]
    assert [one.algorithm for one in desks.there.user_states.stores.values()] == ["AES_256"]
    assert accounts(desks.there, "NB01") == {r"DESKS\anna"}


@pytest.mark.proof
@pytest.mark.slow
def test_a_pc_that_is_restarted_while_it_is_captured_is_captured_by_another_attempt(desks: Desks) -> None:
    """The job is lost and nobody starts it over by itself; its key is taken away; attempt 2 goes into a new store."""
    desks.intent = {"key": "usmt", "pcs": [{"old": "pc01", "new": "nb01"}]}
    while not any("scanstate" in run.program and "/p:" not in run.command_line for run in desks.there.runs.get("PC01", ())):
        desks.round()
        while desks.there.runs.get("PC01") and all("/p:" in run.command_line for run in desks.there.runs["PC01"]):
            desks.carry(30)
        desks.carry(5)
    desks.put(rebooted(desks.there, "PC01"))
    lost = desks.round()
    desks.round()
    why = [row.reason for row in rows(lost) if row.item == "B-173c"]
    left = [name for name in desks.there.host("PC01").files if name.endswith("store.key")]

    assert "Lost" in why[0]
    assert "attempt: 2" in why[0]
    assert left == []

    desks.intent["pcs"] = [{"old": "pc01", "new": "nb01", "attempt": 2}]
    desks.until("B-173e")
    assert accounts(desks.there, "NB01") == {r"DESKS\anna"}
    assert [one.path[-7:] for one in desks.there.user_states.stores.values() if one.complete] == ["first-2"]


def test_a_server_is_never_captured(desks: Desks) -> None:
    """It is said in the first plan, and nothing is started for that pair."""
    desks.put(desks.there.with_host(replace(desks.there.host("PC01"), release="2022", role=3)))
    _, plan = desks.plan(BOOK)
    refusal = next(row for row in rows(plan, Preview.UNKNOWN) if row.role == "pc01")

    assert "works on no server" in refusal.reason
    assert not [row for row in rows(plan, Preview.CHANGE) if row.role in {"pc01", "nb01"}]
    assert [row for row in rows(plan, Preview.CHANGE) if row.role == "pc02"]


def test_a_pc_on_which_the_user_works_already_is_not_restored_over(desks: Desks) -> None:
    """A second restore would overwrite what he has written since."""
    desks.intent = {"pcs": [{"old": "pc01", "new": "nb01"}]}
    states = desks.there.user_states
    anna = states.desk("PC01").of(r"DESKS\anna")
    assert anna is not None
    fresh = replace(anna, items=(), used=desks.there.now.isoformat())
    desks.put(replace(desks.there, user_states=states.with_desk("NB01", states.desk("NB01").with_profile(fresh))))
    desks.until("B-173d")
    _, plan = desks.plan(BOOK)
    [row] = [row for row in rows(plan) if row.item == "B-173e"]

    assert row.preview is Preview.UNKNOWN
    assert r"DESKS\anna has a profile on NB01 already" in row.reason


def left(desks: Desks, size: int) -> None:
    """So many bytes are left on the drive of the stores."""
    drive = desks.there.volumes["NEW"]["C"]
    desks.put(desks.there.with_volume("NEW", replace(drive, size=drive.used + size)))


def test_a_failed_capture_says_what_to_do_and_is_not_started_again(desks: Desks) -> None:
    """Somebody fills the disk of the stores meanwhile: code 72, its sentence, its action, and how to try again."""
    desks.intent = {"pcs": [{"old": "pc01", "new": "nb01"}]}
    while not any("/p:" not in run.command_line for run in desks.there.runs.get("PC01", ())):
        desks.round()
        desks.work() if any("/p:" in run.command_line for run in desks.there.runs["PC01"]) else desks.carry(5)
    left(desks, 10)
    desks.work()
    _, plan = desks.plan(BOOK)
    [row] = [row for row in rows(plan) if row.item == "B-173c"]

    assert "broke off while it gathered" in row.reason
    assert "check free space" in row.reason
    assert "set attempt: 2" in row.reason
    assert files.entry(desks.there.host("NEW"), r"C:\Zdm\stores\PC01\first-1\USMT\USMT.MIG") is None


def test_no_capture_begins_without_room_for_its_store(desks: Desks) -> None:
    """By the estimate: the first PC fits, for the next one too little would be left, and it is refused with a sentence."""
    desks.round()
    desks.work()
    left(desks, 7_000 * 1024**2)
    _, plan = desks.plan(BOOK)
    captures = {row.role: row for row in rows(plan) if row.item == "B-173c"}

    assert captures["pc01"].preview is Preview.CHANGE
    assert captures["pc03"].preview is Preview.UNKNOWN
    assert captures["pc03"].reason == (
        r"PC03: its store takes 4,875 MB; 250 MB are left where it would go (NEW C:\Zdm\stores). "
        "Free space there, or choose another place for the stores."
    )


def test_without_room_for_any_store_the_check_of_the_estimate_says_so(desks: Desks) -> None:
    """Before anybody starts a capture; once one has begun its own job tells."""
    desks.round()
    desks.work()
    left(desks, 10)
    found = desks.checks()["PC01 there is room"]

    assert found.state is CheckState.FAILED
    assert "0 MB are left where it would go" in found.hint
