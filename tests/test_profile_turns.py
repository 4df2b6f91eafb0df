"""Whose turn it is in the profile copy: captures, restores and copies of pieces fill the same network, each as one pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from zdm_automate.facts.jobs import Job
from zdm_automate.facts.store import Facts
from zdm_automate.jobs import begun
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders

BOOK = load_playbook("profile_copy", folders("playbooks"))
JOBS, PIECES, TURNS = (__import__(f"zdm_playbooks._profile_{name}", fromlist=["x"]) for name in ("jobs", "pieces", "turns"))
USER = r"DESKS\anna"
USMT = {"old": "pc01", "new": "nb01", "segment": "ground"}
CARRIED = {"old": "ts01", "new": "nb02", "segment": "ground", "pieces": [{"user": USER}]}
NEXT = {"old": "pc03", "new": "nb03", "segment": "ground"}
UPSTAIRS = {"old": "pc04", "new": "nb04", "segment": "upper"}


def wanted(side_by_side: int = 1) -> Any:
    pcs = [USMT, CARRIED, NEXT, UPSTAIRS]
    rest = {"stores": r"C:\stores", "share": r"\\NEW\s$", "run": "first", "users": {}, "side_by_side": side_by_side}
    return BOOK.intent_of({"pcs": pcs, **rest})


PLAN = wanted()
CAPTURED = JOBS.stage(PLAN, PLAN.pcs[0], JOBS.CAPTURE)
RESTORED = JOBS.stage(PLAN, PLAN.pcs[0], JOBS.RESTORE)
ESTIMATED = JOBS.stage(PLAN, PLAN.pcs[0], JOBS.ESTIMATE)


def copy_of(piece: str, what: str = PIECES.COPY) -> str:
    found: str = PIECES._identity(PLAN, PLAN.pcs[1], USER, piece, what)  # noqa: SLF001
    return found


def facts(*at_work: tuple[str, str], ended: tuple[tuple[str, str], ...] = ()) -> Facts:
    """Jobs by role and id: those that work, and those that have ended well."""
    found: dict[tuple[str, str], list[Job]] = {(role, "Zdm.Job"): [] for pc in PLAN.pcs for role in (pc.old, pc.new)}
    for role, identity in at_work:
        found[role, "Zdm.Job"].append(begun(identity, "robocopy", "x", "x.log", processes=1))
    for role, identity in ended:
        found[role, "Zdm.Job"].append(replace(begun(identity, "robocopy", "x", "x.log"), exit_text="1"))
    return Facts(datetime(2026, 3, 6, tzinfo=UTC), by_type={key: tuple(jobs) for key, jobs in found.items()})


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(("pc01", CAPTURED.id), id="a capture"),
        pytest.param(("nb01", RESTORED.id), id="a restore"),
        pytest.param(("nb02", copy_of("desktop")), id="a copy of a piece"),
        pytest.param(("nb02", copy_of("outlook")), id="a copy of another piece"),
    ],
)
def test_a_pair_waits_while_another_of_its_segment_is_at_work(job: tuple[str, str]) -> None:
    """Whatever the other one does; upstairs nobody waits for it."""
    turns = TURNS.Turns(facts(job), PLAN)

    assert turns.refusal(PLAN.pcs[2]) == "1 PCs of segment ground are at work; 1 may be"
    assert turns.refusal(PLAN.pcs[3]) == ""


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(("pc01", ESTIMATED.id), id="an estimate"),
        pytest.param(("nb02", copy_of("desktop", PIECES.BACKUP)), id="a folder that is set aside"),
    ],
)
def test_what_stays_on_one_drive_takes_no_turn(job: tuple[str, str]) -> None:
    """It fills no network."""
    assert TURNS.Turns(facts(job), PLAN).refusal(PLAN.pcs[2]) == ""


def test_what_has_ended_makes_room() -> None:
    """The next pair may begin."""
    turns = TURNS.Turns(facts(ended=(("nb02", copy_of("desktop")),)), PLAN)

    assert turns.refusal(PLAN.pcs[2]) == ""


def test_a_pair_counts_once_however_many_pieces_are_on_their_way() -> None:
    """Of two that may be at work one is left; and who is at work goes on."""
    both = facts(("nb02", copy_of("desktop")), ("nb02", copy_of("outlook")), ("nb02", copy_of("documents")))
    turns = TURNS.Turns(both, wanted(2))

    assert [turns.refusal(pc) for pc in PLAN.pcs] == ["", "", "", ""]
    turns.take(PLAN.pcs[0])
    assert [bool(turns.refusal(pc)) for pc in PLAN.pcs] == [False, False, True, False]
