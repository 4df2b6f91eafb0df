"""Mailbox moves at the command line: refused outside gate, window and approval; watched in plain words; bad input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from office_story import Story, previews

from zdm_automate.lab.client import LabClient
from zdm_automate.lab.state import LabFolder

BOOK = "mailbox_moves"
SIGNED = (("mail-space", "free percent=45"), ("mail-ttl", "seconds=300"), ("mail-outbound", "outbound=ok"))


def ready(made: Story) -> None:
    """The pilot is copied and waits."""
    plan = made.plan(BOOK)
    made.ok("apply", plan["id"])
    made.carry("+30m")


def sign_gate(made: Story) -> None:
    for step, answer in SIGNED:
        made.ok("checklist", "sign", "B-139", step, "--answer", answer)


def statuses(folder: LabFolder) -> dict[str, str]:
    """The status of every request in the world."""
    world = folder.load()
    assert world is not None
    assert world.mail is not None
    return {world.mail.mailboxes[guid].alias: move.status for guid, move in world.mail.moves.items()}


@pytest.mark.proof
@pytest.mark.slow
def test_nothing_is_completed_outside_gate_window_and_approval(story: Callable[[str], Story]) -> None:
    """Closed gate, closed window, no approval: refused each time, and the mailbox is where it was; then it is completed."""
    made = story("mailtiny")
    people = "lab_approves: false\napprovers: {tech: [Tom], client: [Clara]}"
    made.edit(lambda text: text.replace("service_request: SR-0001", f"service_request: SR-0001\n{people}"))
    ready(made)
    plan = made.plan(BOOK)
    closed = made.type("apply", plan["id"])
    sign_gate(made)
    made.ok("approve", plan["id"], "--as", "Tom", "--role", "tech")
    unapproved = made.type("apply", plan["id"])
    made.ok("approve", plan["id"], "--as", "Clara", "--role", "client")
    early = made.type("apply", plan["id"])
    still = statuses(made.lab)
    made.carry("2026-03-06T17:05:00+00:00")
    step, answer = SIGNED[0]  # the only one that has grown old
    made.ok("checklist", "sign", "B-139", step, "--answer", answer)
    made.ok("apply", plan["id"])
    made.carry("+10m")

    assert ("B-139", "would change") in previews(plan)
    assert [one[0] for one in (closed, unapproved, early)] == [3, 3, 3]
    assert "G-COMPLETE-MAIL is closed: target-disk: not signed" in closed[2]
    assert "approval-client" in unapproved[2]
    assert "the golden hours begin at" in early[2]
    assert still == {"pilot1": "AutoSuspended"}
    assert statuses(made.lab) == {"pilot1": "Completed"}
    assert LabClient(made.lab).call("requests")["requests"]["EX16/PowerShell"]["Script"] == 0


@pytest.mark.proof
@pytest.mark.timeout(120)
def test_a_stall_is_told_in_plain_words(story: Callable[[str], Story]) -> None:
    """With its cause and what to do; a stopped service says nothing, and is found by the clock."""
    made = story("mailtiny")
    plan = made.plan(BOOK)
    made.ok("apply", plan["id"])
    made.carry("+6m")
    made.ok("lab", "mail", "pilot1", "disk")
    made.carry("+31m")
    slow = made.json("mail")["moves"][0]
    made.ok("lab", "mail", "pilot1", "none")
    made.ok("lab", "mail", "EX16", "service-stopped")
    made.carry("+31m")
    silent = made.json("mail")["moves"][0]
    shown = made.ok("mail")

    assert (slow["mood"], slow["sentence"]) == ("stalled", "It stands still: the target's disk is slow or full.")
    assert "free space" in slow["action"]
    assert silent["mood"] in {"stalled", "held"}
    assert "2 commands" in shown


@pytest.mark.timeout(120)
def test_bad_input_is_one_sentence(story: Callable[[str], Story]) -> None:
    """A host without Exchange, a mailbox that nobody has, an illegal route, a trouble that the lab does not know."""
    made = story("mailtiny")
    text = (made.project / "project.yaml").read_text(encoding="utf-8")
    unknown = made.type("lab", "mail", "EX16", "earthquake")
    nobody = made.type("lab", "mail", "nobody", "disk")
    made.edit(lambda one: one.replace("pilot: [pilot1]", "pilot: [nobody]"))
    missing = made.type("plan", BOOK)
    made.edit(lambda _: text.replace("mail: EX16", "mail: DC01"))
    without = made.type("plan", BOOK)
    made.edit(lambda _: text.replace("DB16-A, DB16-B", "DB10-B"))
    database = made.type("plan", BOOK)

    assert [one[0] for one in (unknown, nobody, missing, without, database)] == [2, 2, 2, 2, 2]
    assert "it knows:" in unknown[2]
    assert "no server, database or mailbox 'nobody'" in nobody[2]
    assert "no mailbox is called 'nobody'" in missing[2]
    assert "says nothing of its Exchange" in without[2]
    assert "there is no mailbox database 'DB10-B'" in database[2]
    assert not any("Traceback" in one[2] for one in (unknown, nobody, missing, without, database))
    assert not (made.project / "plans").exists()
