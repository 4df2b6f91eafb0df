"""How far a run has come, by its lines alone, and the sentence for every open change."""

from __future__ import annotations

from typing import Any

import pytest

from zdm_automate.errors import RefusedError
from zdm_automate.planner import Plan
from zdm_automate.resume import refuse_ended
from zdm_automate.standing import explain, stand

BEGUN = {"event": "run.started", "run": "p1", "kind": "apply", "plan": "p1", "plan_digest": "d", "playbook": "x"}
PLAN = Plan(id="p1", playbook="x", project="x", service_request="", created="", fingerprint="", intent_hash="", digest="d")


def started(step: str, **more: Any) -> dict[str, Any]:
    fields = {"item": "B-1", "step": step, "host": "SBS", "verb": "Set-ZdmX", "target": "the thing", "ts": "noon"}
    return {"event": "change.started", **fields, **more}


def finished(step: str, result: str, message: str = "") -> dict[str, Any]:
    error = {"error": {"message": message}} if message else {}
    fields = {"item": "B-1", "step": step, "host": "SBS", "verb": "Set-ZdmX", "result": result, "changed": result == "ok"}
    return {"event": "change.finished", **fields, **error}


def test_a_run_without_an_end_has_its_changes_good_and_open() -> None:
    """What went well is good, what was announced last is open."""
    found = stand([BEGUN, started("B-1/1"), finished("B-1/1", "ok"), started("B-1/2")])

    assert (found.result, found.good, found.changed) == ("", {"B-1/1": "ok"}, 1)
    assert [(one.step, one.result) for one in found.open] == [("B-1/2", "no outcome")]
    assert not found.whole


def test_a_run_that_was_resumed_is_open_until_its_new_end() -> None:
    """An earlier end counts no more; a change that was settled is no longer open."""
    lines = [BEGUN, started("B-1/1"), finished("B-1/1", "unknown"), {"event": "run.finished", "result": "unknown"}]
    resumed = [*lines, {"event": "run.resumed"}]

    assert (stand(lines).result, stand(resumed).result, stand(resumed).resumed) == ("unknown", "", 1)
    assert [one.result for one in stand(resumed).open] == ["unknown"]
    again = stand([*resumed, finished("B-1/1", "ok"), {"event": "run.finished", "result": "done"}])
    assert (again.open, again.whole) == ((), True)


def test_a_change_that_is_begun_again_is_open_again() -> None:
    """Until it has an outcome of its own; what its watch showed is that of the last beginning."""
    lines = [BEGUN, started("B-1/1", watched=[{"Path": "x"}]), finished("B-1/1", "failed", "no"), started("B-1/1", watched=[])]
    (open_change,) = stand(lines).open

    assert (open_change.result, open_change.watched) == ("no outcome", ())


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ([], "was announced at noon and the run ended before its outcome was written"),
        ([finished("B-1/1", "unknown", "line lost")], "nobody knows how it ended: line lost"),
        ([finished("B-1/1", "failed", "access is denied")], "failed: access is denied. Remove the cause"),
    ],
)
def test_an_open_change_is_one_sentence_with_what_to_type(end: list[dict[str, Any]], said: str) -> None:
    """Which change, where, what is known, and the command."""
    (open_change,) = stand([BEGUN, started("B-1/1"), *end]).open
    sentence = explain(open_change, "p1")

    assert said in sentence
    assert sentence.startswith("B-1/1 on SBS (the thing)")
    assert "zdm resume p1" in sentence


DONE = stand([BEGUN, {"event": "run.finished", "result": "done"}])
STOPPED = stand([BEGUN, started("B-1/1")])
LATER = {"event": "run.started", "run": "p2", "kind": "apply", "plan": "p2", "playbook": "x"}


@pytest.mark.parametrize(
    ("standing", "later", "said"),
    [
        (DONE, [], "run p1 is done"),
        (stand([{**BEGUN, "plan_digest": "e"}, started("B-1/1")]), [], "is not the one that run p1 began with"),
        (STOPPED, [stand([LATER, started("B-1/1")])], "run p2 of the same playbook has changed hosts since"),
        (STOPPED, [stand([{**LATER, "kind": "undo", "undoes": "p1"}, started("B-1/1")])], "was taken back by p2"),
    ],
)
def test_a_run_that_is_over_is_not_taken_up(standing: Any, later: Any, said: str) -> None:
    """Each with its own sentence."""
    with pytest.raises(RefusedError, match=said):
        refuse_ended(standing, PLAN, later)


def test_a_run_that_stopped_is_taken_up_though_others_looked_since() -> None:
    """A later run that changed nothing, or another playbook's, is no hindrance."""
    looked = stand([LATER, {"event": "run.finished", "result": "failed"}])
    other = stand([{**LATER, "playbook": "y"}, started("B-1/1")])

    refuse_ended(STOPPED, PLAN, [looked, other])
