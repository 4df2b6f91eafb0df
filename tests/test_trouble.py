"""The troubleshooting log: what a journal shows to have failed is in it, once, and what people add stays."""

from __future__ import annotations

from typing import Any

import pytest

from zdm_automate.trouble import Trouble, trouble_id, troubles


def line(event: str, seq: int, **more: Any) -> dict[str, Any]:
    return {"event": event, "run": "r", "seq": seq, "ts": f"2026-03-02T07:00:{seq:02}+00:00", **more}


FAILED = line(
    "change.finished", 4, item="B-104", host="SBS", verb="Set-ZdmX", result="failed",
    error={"id": "ZdmLocked", "message": "in use"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "symptom"),
    [
        (FAILED, "in use"),
        (line("change.finished", 1, verb="Set-ZdmX", result="unknown"), "Set-ZdmX: unknown"),
        (line("item.verified", 1, item="B-104", differences=["a", "b"]), "read back with a difference: a; b"),
        (line("check", 1, name="lease", state="failed", value="1", expected="2"), "check failed: lease: 1 instead of 2"),
    ],
)
def test_every_failure_opens_a_trouble(entry: dict[str, Any], symptom: str) -> None:
    """With its words, linked to run and line."""
    (found,) = troubles([entry])

    assert (found.symptom, found.run, found.line, found.is_open, found.by_itself) == (symptom, "r", entry["seq"], True, True)


@pytest.mark.parametrize(
    "entry",
    [
        line("change.finished", 1, result="ok"),
        line("item.verified", 1, ok=True),
        line("check", 1, state="not yet"),
        line("read.failed", 1, host="SBS", error={"message": "the service does not run"}),
        line("run.finished", 1, result="failed", error={"message": "in use"}),
    ],
)
def test_what_is_no_failure_opens_none(entry: dict[str, Any]) -> None:
    """A run's end repeats what a line before it said; a server that was stopped answers no reader."""
    assert troubles([entry]) == ()


def test_the_same_symptom_is_the_same_trouble_until_it_is_closed() -> None:
    """Counted; after a fix it is a new one."""
    again = FAILED | {"seq": 5}
    fixed = line("trl.added", 6, trouble=trouble_id("r", 4), fix="restarted", by="Eva")
    later = FAILED | {"seq": 7}
    first, second = troubles([FAILED, again, fixed, later])

    assert (first.again, first.fix, first.by, first.is_open) == (1, "restarted", ("Eva",), False)
    assert (second.id, second.again, second.is_open) == (trouble_id("r", 7), 0, True)


def test_what_people_add_adds_up() -> None:
    """Tries and minutes; the last cause and fix count."""
    number = trouble_id("r", 4)
    (found,) = troubles(
        [
            FAILED,
            line("trl.added", 5, trouble=number, tried=["a"], minutes=5, by="Eva"),
            line("trl.added", 6, trouble=number, tried=["b"], cause="c", minutes=2.5, by="Kim"),
        ]
    )

    assert (found.tried, found.cause, found.minutes, found.by) == (("a", "b"), "c", 7.5, ("Eva", "Kim"))
    assert (found.symptom, found.error_id, found.host) == ("in use", "ZdmLocked", "SBS")


def test_a_person_can_open_one() -> None:
    """Its id follows from its line too."""
    (found,) = troubles([line("trl.added", 9, symptom="blank pages", item="B-104", host="PRN", by="Eva")])

    assert found == Trouble(
        id=trouble_id("r", 9), at="2026-03-02T07:00:09+00:00", symptom="blank pages", item="B-104", host="PRN", run="r", line=9,
        by=("Eva",), by_itself=False,
    )  # fmt: skip
