"""Exchange 2003 to 2007 from the first look to the last mailbox: validated first, always in one place, no item lost."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from mail_rig import sign
from matrix import FAULTS, MOMENTS, Stage, played, start_of
from rig import Killed, Rig, Trap, resumed

from zdm_automate.errors import RefusedError, ZdmError
from zdm_automate.lab.world.model import World
from zdm_automate.model import Preview

OFFICE = str(Path(__file__).with_name("mail_2003.yaml"))
BOOK = "mailbox_moves_2007"
MINUTE, HOUR = 60.0, 3600.0
STORE = "Mailbox Store (OLD)"
RESTARTS = "host restarts"
BY_HAND = "a second technician makes the same change"
"""Nobody types the start of a job by hand: its id is made from the plan, its password is handed over."""


def places(rig: Rig) -> dict[str, str]:
    """Where everybody's mailbox is."""
    org = rig.keeper.world.mail
    assert org is not None
    return {one.alias: one.database for one in org.mailboxes.values()}


def rows(plan: Any) -> list[tuple[str, Preview, str]]:
    return [(item.id, row.preview, row.text) for item in plan.items for row in item.rows]


def go(rig: Rig, seconds: float = 0.0) -> Any:
    """Plans, applies what can be applied, and lets time pass."""
    what, plan = rig.plan(BOOK)
    if plan.changes:
        assert rig.apply(what, plan).result == "done"
    rig.carry(seconds)
    return plan


def kinds(plan: Any) -> list[str]:
    return [str(change.call.params["kind"]) for change in plan.changes]


def mend(world: World, alias: str) -> tuple[World, None]:
    """Somebody repairs a mailbox."""
    assert world.mail is not None
    boxes = {key: replace(one, corrupt=0) if one.alias == alias else one for key, one in world.mail.mailboxes.items()}
    return replace(world, mail=replace(world.mail, mailboxes=boxes)), None


def test_everybody_goes_from_2003_to_2007(tmp_path: Path) -> None:
    """Looked at by -ValidateOnly, the pilot first, two at once, the damaged one once it was mended; then nothing is left."""
    rig = Rig(OFFICE, tmp_path)
    first = go(rig, MINUTE)
    second = go(rig, 2 * MINUTE)
    on_the_way = places(rig)
    rig.carry(20 * MINUTE)
    third = go(rig)
    assert [row for row in rows(third) if row[0] == "A-106"] == [("A-106", Preview.WAIT, "move the others")]
    sign(rig, "A-105", "pilot-accepted", works="yes")
    fourth = go(rig, HOUR)
    fifth = go(rig, HOUR)
    stuck = go(rig)
    step = next(row for item in stuck.items for row in item.rows if row.by_hand.startswith("mend-"))
    rig.keeper.with_world(lambda world: mend(world, "hurt"))
    sign(rig, "A-106", step.by_hand, **{"what was mended": "isinteg"})
    again = go(rig, HOUR)
    last = go(rig)
    checks = rig.intended(BOOK).book.judge(*_facts(rig))

    assert kinds(first) == ["validate-mailbox-move"] * 4
    assert kinds(second) == ["move-mailbox"]
    assert on_the_way["pilot"] == STORE
    assert places(rig) == {
        "pilot": "Mailbox Database",
        "boss": "Mailbox Database",
        "hurt": "Mailbox Database",
        "info": "Mailbox Database",
        "stays": STORE,
    }
    assert [kinds(one) for one in (fourth, fifth, again)] == [["move-mailbox"] * 2, ["move-mailbox"], ["move-mailbox"]]
    assert "corrupted messages" in step.text
    assert last.changes == ()
    assert [one.state for one in checks if one.item == "A-107"] == ["ok", "ok"]
    assert "O''Boss" not in json.dumps([one.call.params for one in fourth.changes])


def _facts(rig: Rig) -> tuple[Any, Any]:
    what = rig.intended(BOOK)
    with rig.workplace(what) as work:
        work.connect()
        return work.read(what).facts, what.intent


def test_a_move_that_is_killed_leaves_the_mailbox_where_it_was(tmp_path: Path) -> None:
    """And is not begun again before a person has looked."""
    rig = Rig(OFFICE, tmp_path)
    go(rig, MINUTE)
    go(rig, 2 * MINUTE)
    (run,) = rig.keeper.world.runs["NEW"]
    from zdm_automate.lab.world import tasks  # noqa: PLC0415

    rig.keeper.with_world(lambda world: (tasks.killed(world, "NEW", run.child), None))
    rig.carry(MINUTE)
    plan = go(rig)

    assert places(rig)["pilot"] == STORE
    assert kinds(plan) == []
    assert any(text.startswith("Petra Pilot: Exchange says that the mailbox was not moved") for _, _, text in rows(plan))


def test_what_is_not_2003_to_2007_is_refused(tmp_path: Path) -> None:
    """The other way round, and a pair that Move-Mailbox does not move; the right way is named."""
    rig = Rig(OFFICE, tmp_path, roles={"old": "NEW", "new": "OLD"})

    with pytest.raises(RefusedError, match="the other way round|is the older one"):
        rig.plan(BOOK)


# --- every fault at every moment ---


@cache
def stages(folder: Path) -> tuple[Stage, ...]:
    """The look at everybody and the move of the pilot, undisturbed."""
    rig = Rig(OFFICE, folder)
    made: list[Stage] = []
    for _ in range(2):
        start = start_of(rig)
        made.append(played(rig, OFFICE, BOOK, start, rig.plan(BOOK)))
        rig.carry(MINUTE)
    return tuple(made)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail-2003")


def struck(stage: Stage, fault: str, moment: str, folder: Path) -> tuple[int, int, str]:
    """One fault at the start of the pilot's move, and an hour later: processes, starts that changed something, the place."""
    change = stage.plan.changes[0]
    rig = Rig(OFFICE, folder, world=stage.begin, journals={run: list(lines) for run, lines in stage.journals.items()})
    what = rig.intended(BOOK)
    rig.trap = FAULTS[fault](rig, change, moment)
    with suppress(Killed, ZdmError):
        rig.apply(what, stage.plan)
    assert rig.trap.struck
    late, afterwards, rig.trap = rig.trap.late[:], rig.trap.afterwards, Trap()
    for act in (*late, *([afterwards] if afterwards is not None else [])):
        act()
    resumed(rig, what, stage.plan)
    rig.carry(HOUR)
    begun = rig.keeper.world.processes - stage.begin.processes
    return begun, rig.changed["NEW", "Start-ZdmJob", str(change.call.params["job_id"])], places(rig)["pilot"]


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != BY_HAND])
def test_a_move_runs_once_whatever_strikes_its_start(fault: str, folder: Path) -> None:
    """At every moment: one process, one start, and the mailbox in its new place; or, where the host died, untouched."""
    seen = {moment: struck(stages(folder)[1], fault, moment, folder) for moment in MOMENTS}
    places_of = {"Mailbox Database", STORE} if fault == RESTARTS else {"Mailbox Database"}

    assert {begun for begun, _, _ in seen.values()} == {1}, seen
    assert all(changed <= 1 for _, changed, _ in seen.values()), seen
    assert {place for _, _, place in seen.values()} <= places_of, seen
