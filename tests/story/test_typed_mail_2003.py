"""Exchange 2003 to 2007 at the command line: looked at by day, refused outside gate and hours, then moved by a job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from office_story import Story, previews

OFFICE = str(Path(__file__).resolve().parents[1] / "reliability" / "mail_2003.yaml")
BOOK = "mailbox_moves_2007"
SIGNED = (("mail-space", "free percent=45"), ("mail-ttl", "seconds=300"), ("mail-outbound", "outbound=ok"))


def place(made: Story, alias: str) -> str:
    """The database of a mailbox."""
    world = made.lab.load()
    assert world is not None
    assert world.mail is not None
    return next(one.database for one in world.mail.mailboxes.values() if one.alias == alias)


@pytest.mark.slow
def test_the_pilot_moves_inside_gate_and_hours_only(story: Callable[[str], Story]) -> None:
    """Closed gate, closed hours: refused each time, and the mailbox is where it was; then a job moves it."""
    made = story(OFFICE)
    made.ok("apply", made.plan(BOOK)["id"])
    made.carry("+2m")
    plan = made.plan(BOOK)
    closed = made.type("apply", plan["id"])
    for step, answer in SIGNED:
        made.ok("checklist", "sign", "A-106", step, "--answer", answer)
    early = made.type("apply", plan["id"])
    before = place(made, "pilot")
    made.carry("2026-03-06T17:05:00+00:00")
    made.ok("checklist", "sign", "A-106", *SIGNED[0][:1], "--answer", SIGNED[0][1])
    made.ok("apply", plan["id"])
    made.carry("+10m")

    assert ("A-105", "would change") in previews(plan)
    assert [one[0] for one in (closed, early)] == [3, 3]
    assert "G-COMPLETE-MAIL is closed: target-disk: not signed" in closed[2]
    assert "the golden hours begin at" in early[2]
    assert before == "Mailbox Store (OLD)"
    assert place(made, "pilot") == "Mailbox Database"
