"""The way back of mailbox moves: before completion by undo, after it by a move of its own; and what the playbook refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mail_rig import BOOK, HOUR, OFFICE, MailRig, sign
from rig import office

from zdm_automate.errors import InputError, RefusedError
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.model import Preview
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.workplace import Intended


def intended(**changed: Any) -> Intended:
    """What the small office wants, but for what is changed."""
    book = load_playbook(BOOK, folders("playbooks"))
    intent = book.intent_of(office(OFFICE).project["intent"][BOOK] | changed)
    return Intended(book=book, intent=intent, project="Example", service_request="SR-1")


def org_of(rig: MailRig) -> MailOrg:
    """The organisation now."""
    found = rig.keeper.world.mail
    assert found is not None
    return found


def run(rig: MailRig, what: Intended) -> list[str]:
    """Plans and applies; gives the verbs that were called."""
    _, plan = rig.plan(what)
    if plan.changes:
        outcome = rig.apply(what, plan)
        assert outcome.result == "done", outcome
    return [change.call.verb for change in plan.changes]


def changed(rig: MailRig, change: Callable[[MailOrg], MailOrg]) -> None:
    """Somebody changes the organisation."""
    rig.keeper.with_world(lambda world: (replace(world, mail=change(org_of(rig))), None))


def test_requests_and_connection_points_are_undone_before_completion(tmp_path: Path) -> None:
    """The requests go, the address is as it was, and every mailbox stays where it is."""
    rig = MailRig(OFFICE, tmp_path)
    before = org_of(rig)
    what = intended()
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    rig.carry(HOUR)
    asked = set(org_of(rig).moves)
    undo = rig.plan_undo(what, plan.id)
    outcome = rig.apply(what, undo)

    assert len(asked) == 1
    assert outcome.result == "done", outcome
    assert org_of(rig).moves == {}
    assert org_of(rig).servers["EX16"].scp == before.servers["EX16"].scp
    assert org_of(rig).servers["EX16"].urls == before.servers["EX16"].urls
    assert org_of(rig).mailboxes == before.mailboxes


def test_a_completed_mailbox_goes_back_by_a_request_of_its_own(tmp_path: Path) -> None:
    """Its old request is cleared with the report kept, a new one leads back, and it is completed like any other."""
    rig = MailRig(OFFICE, tmp_path)
    what = intended()
    run(rig, what)
    rig.carry(HOUR)
    run(rig, what)
    rig.carry(HOUR)
    sign(rig, "B-137", "pilot-accepted", works="no")
    back = intended(back=["pilot"], stay=["boss", "assistant", "hurt", "broken"])
    asked = run(rig, back)
    rig.carry(HOUR)
    completed = run(rig, back)
    rig.carry(HOUR)
    places = {one.alias: one.database for one in org_of(rig).mailboxes.values()}

    assert asked == ["Remove-ZdmMailboxMove", "New-ZdmMailboxMove"]
    assert completed == ["Resume-ZdmMailboxMove"]
    assert places["pilot"] == "DB10"


def test_a_completion_says_what_its_way_back_costs(tmp_path: Path) -> None:
    """It has no undo by the tool; the plan says how it is done and what is lost."""
    rig = MailRig(OFFICE, tmp_path)
    what = intended()
    run(rig, what)
    rig.carry(HOUR)
    _, plan = rig.plan(what)
    (release,) = (change for change in plan.changes if change.call.verb == "Resume-ZdmMailboxMove")

    assert release.inverse is None
    assert "moved back by a request of its own" in release.no_inverse
    assert "do not come back" in release.no_inverse
    assert release.gate == "G-COMPLETE-MAIL"


def test_nobody_is_copied_before_the_pilot_was_accepted(tmp_path: Path) -> None:
    """Not while it is copied, not when it is through: only when that was signed."""
    rig = MailRig(OFFICE, tmp_path)
    what = intended()
    seen = []
    for _ in range(3):
        seen += run(rig, what)
        rig.carry(HOUR)
    before = len(org_of(rig).moves)
    sign(rig, "B-137", "pilot-accepted", works="yes")
    after = run(rig, what)

    assert seen.count("New-ZdmMailboxMove") == before == 1
    assert after == ["New-ZdmMailboxMove"] * 4


def test_a_wave_is_completed_whole_or_not_at_all(tmp_path: Path) -> None:
    """While one mailbox of it has failed, the others wait; the plan names it."""
    rig = MailRig(OFFICE, tmp_path)
    what = intended(pilot=[])
    run(rig, what)
    rig.carry(HOUR)
    _, plan = rig.plan(what)
    item = next(one for one in plan.items if one.id == "B-139")

    assert [row.preview for row in item.rows] == [Preview.WAIT]
    assert "broken Failed" in item.rows[0].reason
    assert not any(change.call.verb == "Resume-ZdmMailboxMove" for change in plan.changes)


def test_what_cannot_go_there_is_refused_with_the_legal_chain(tmp_path: Path) -> None:
    """2010 to Subscription Edition: by way of 2016. And the role must be the newer server."""
    rig = MailRig(OFFICE, tmp_path)
    servers = {name: replace(one, version="SE" if name == "EX16" else "2010") for name, one in org_of(rig).servers.items()}
    changed(rig, lambda org: replace(org, servers=servers))
    with pytest.raises(RefusedError, match="2010 to SE") as refused:
        rig.plan(intended())
    other = MailRig(OFFICE, tmp_path, roles={"mail": "EX10"})
    with pytest.raises((RefusedError, InputError)):
        other.plan(intended())

    assert "2010 to 2016, then 2016 to SE" in refused.value.hint
    assert org_of(rig).moves == {}


def test_a_name_that_two_have_stops_the_plan(tmp_path: Path) -> None:
    """Nothing was asked of the server beyond reading."""
    rig = MailRig(OFFICE, tmp_path)
    boxes = {guid: replace(one, name="pilot") if one.alias == "boss" else one for guid, one in org_of(rig).mailboxes.items()}
    changed(rig, lambda org: replace(org, mailboxes=boxes))
    with pytest.raises(InputError, match="stands for 2 recipients"):
        rig.plan(intended())

    assert rig.changed == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"source_databases": []},
        {"target_databases": ["DB10"]},
        {"wave_size": 0},
        {"bad_items": 11},
        {"batches": "x"},
    ],
    ids=str,
)
def test_a_project_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """With its place in the file."""
    from zdm_automate.errors import ProjectError  # noqa: PLC0415

    with pytest.raises(ProjectError):
        intended(**wrong)


def test_what_is_so_already_is_planned_as_no_change(tmp_path: Path) -> None:
    """A second plan right after the first asks for nothing twice."""
    rig = MailRig(OFFICE, tmp_path)
    what = intended()
    first = run(rig, what)
    _, plan = rig.plan(what)

    assert first
    assert plan.changes == ()
