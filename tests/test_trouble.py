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


def begun(run: str, *items: str, kind: str = "apply", playbook: str = "dhcp") -> dict[str, Any]:
    return line("run.started", 1, kind=kind, playbook=playbook, items=[{"id": one} for one in items]) | {"run": run}


CHECKED = line("check", 5, item="B-104", name="Lease", seat="PC1", state="failed")
DIFFERS = line("item.verified", 5, item="B-104", ok=False, differences=["State"])
RESUMED = [
    line("run.resumed", 6), line("change.finished", 7, item="B-104", host="SBS", verb="Set-ZdmX", result="ok"),
]  # fmt: skip


def other(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    return [begun("r2", "B-104"), *({**one, "run": "r2"} for one in lines)]


@pytest.mark.parametrize(
    ("failed", "later", "end"),
    [
        (FAILED, RESUMED, "settled by resume (line 7)"),
        (FAILED, other(RESUMED[1]), "settled by run r2 (line 7)"),
        (FAILED, other(RESUMED[1] | {"result": "already"}), "settled by run r2 (line 7)"),
        (FAILED, other(DIFFERS | {"ok": True}), "settled by run r2 (line 5)"),
        (DIFFERS, other(DIFFERS | {"ok": True}), "settled by run r2 (line 5)"),
        (CHECKED, other(CHECKED | {"state": "ok"}), "settled by run r2 (line 5)"),
        (CHECKED, other(line("run.finished", 9, result="done")), "settled by run r2 (line 9)"),
        (FAILED, other(line("run.finished", 9, result="done")), "settled by run r2 (line 9)"),
    ],
)
def test_what_went_well_afterwards_settles_a_trouble(failed: dict[str, Any], later: list[dict[str, Any]], end: str) -> None:
    """The same change or check in a later run or after a resume, the item read back, or a run of its playbook that was done."""
    (found,) = troubles([begun("r", "B-104"), failed, *later])

    assert (found.is_open, found.end) == (False, end)


@pytest.mark.parametrize(
    ("failed", "later"),
    [
        (FAILED, other(RESUMED[1] | {"result": "failed", "error": FAILED["error"]})),
        (FAILED, other(RESUMED[1] | {"item": "B-105"})),
        (FAILED, other(RESUMED[1] | {"params": {"Name": "another"}})),
        (FAILED, other(RESUMED[1] | {"host": "DC2"})),
        (FAILED, other(CHECKED | {"state": "ok"})),
        (CHECKED, other(CHECKED | {"state": "ok", "seat": "PC2"})),
        (CHECKED, other(DIFFERS | {"ok": True})),
        (FAILED, other(line("run.finished", 9, result="failed"))),
        (FAILED, [begun("r2", "B-105"), line("run.finished", 9, result="done") | {"run": "r2"}]),
        (FAILED, [begun("r2", "B-104", playbook="dns"), line("run.finished", 9, result="done") | {"run": "r2"}]),
        (
            FAILED,
            [begun("r2", "B-104", kind="undo"), *other(RESUMED[1])[1:], line("run.finished", 9, result="done") | {"run": "r2"}],
        ),
    ],
)
def test_nothing_else_settles_one(failed: dict[str, Any], later: list[dict[str, Any]]) -> None:
    """Another item, host, seat, argument or playbook; a run that failed; a run that takes back."""
    (found,) = troubles([begun("r", "B-104"), failed, *later])

    assert (found.is_open, found.end) == (True, "")


def test_what_people_found_stays_with_a_settled_trouble() -> None:
    """A fix that somebody writes down later is what helped; the same failure after that is a new trouble."""
    fixed = line("trl.added", 8, trouble=trouble_id("r", 4), fix="printer driver taken off", by="Eva")
    first, second = troubles([begun("r", "B-104"), FAILED, *RESUMED, fixed, FAILED | {"seq": 9}])

    assert (first.end, first.settled_line) == ("printer driver taken off", 7)
    assert (second.line, second.is_open) == (9, True)


def test_what_a_person_opened_only_a_person_closes() -> None:
    """The product does not know what it is about."""
    (found,) = troubles([begun("r", "B-104"), line("trl.added", 2, symptom="blank pages", item="B-104"),
                         line("run.finished", 9, result="done")])  # fmt: skip

    assert found.is_open
