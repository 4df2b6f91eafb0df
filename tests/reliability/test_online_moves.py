"""Mailboxes to Exchange Online in memory: the story in its order, what is refused, and every change under faults."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mail_rig import sign
from matrix import MOMENTS, Stage, lose
from online_rig import BOOK, HOUR, OFFICE, OnlineRig, online_stages

from zdm_automate.errors import InputError, ProjectError, RefusedError
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.lab.world.model import World
from zdm_automate.model import Change
from zdm_automate.never import refusals
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.settling import judgeable
from zdm_automate.workplace import Intended

WHOLE = os.environ.get("ZDM_PROFILE") == "nightly"
SEEN = ("the process is killed",)
"""The fault that is struck at every moment by default; the nightly profile strikes all that a service can have."""

OF_A_SERVICE = (
    *SEEN,
    "power loss, half a line on disk",
    "disk full on the controller",
    "connection lost",
    "one answer lost",
    "password expired",
    "quota of the host used up",
    "a second technician makes the same change",
)
"""A service does not restart, and its clock is its own."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("online-matrix")


@pytest.fixture
def rig(tmp_path: Path) -> OnlineRig:
    return OnlineRig(OFFICE, tmp_path)


def cells(folder: Path) -> Iterator[tuple[Stage, Change]]:
    for stage in online_stages(folder):
        for change in stage.plan.changes:
            yield stage, change


def wanted(rig: OnlineRig, **own: Any) -> Intended:
    """The office's intent with something else in it."""
    what = rig.intended(BOOK)
    return replace(what, intent=replace(what.intent, **own))


def org(rig: OnlineRig) -> MailOrg:
    found = rig.keeper.world.mail
    assert found is not None
    return found


def change_org(rig: OnlineRig, **own: Any) -> None:
    def act(world: World) -> tuple[World, None]:
        assert world.mail is not None
        return replace(world, mail=replace(world.mail, **own)), None

    rig.keeper.with_world(act)


def rows(rig: OnlineRig, what: Intended | str = BOOK) -> dict[str, list[str]]:
    """What each item says: how, and what."""
    _, plan = rig.plan(what)
    return {item.id: [f"{row.preview}: {row.text} {row.reason}" for row in item.rows] for item in plan.items}


def test_the_story_goes_from_the_way_to_the_connection_points(folder: Path) -> None:
    """Each plan has what can be done then; in the end everybody is over there, once, and nothing points to the old server."""
    verbs = [[change.call.verb for change in stage.plan.changes] for stage in online_stages(folder)]
    end = online_stages(folder)[-1].end.mail
    assert end is not None
    assert end.tenant is not None

    assert verbs == [
        ["Set-ZdmMrsProxy", "New-ZdmRemoteMoveEndpoint", "New-ZdmRemoteBatch"],
        ["Complete-ZdmMigrationBatch"],
        ["New-ZdmRemoteBatch"],
        ["Approve-ZdmSkippedItem", "Complete-ZdmMigrationBatch"],
        ["Set-ZdmScp"],
    ]
    assert (len(end.tenant.mailboxes), len(end.mailboxes), len(end.tenant.users)) == (8, 0, 0)
    assert end.servers["EX10"].scp is None


def test_no_mailbox_is_on_both_sides_at_any_moment(folder: Path) -> None:
    """Before and after every plan."""
    for stage in online_stages(folder):
        for world in (stage.begin, stage.end):
            assert world.mail is not None
            assert world.mail.tenant is not None
            assert set(world.mail.mailboxes) & set(world.mail.tenant.mailboxes) == set()
            assert len(world.mail.mailboxes) + len(world.mail.tenant.mailboxes) == 8


def test_every_change_can_be_settled_by_reading(folder: Path) -> None:
    """Each has facts that were known before, or a watch."""
    assert [one.id for _, one in cells(folder) if not judgeable(one) and one.watch is None] == []


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", OF_A_SERVICE if WHOLE else SEEN)
def test_no_change_is_lost_or_made_twice(fault: str, moment: str, folder: Path) -> None:
    """End state, count of changes in the world, journal, chain and report are those of the undisturbed run."""
    lost = {
        f"{stage.plan.id} {change.id} {change.call.verb}": what
        for stage, change in cells(folder)
        if (what := lose(stage, change, fault, moment, folder, OnlineRig))
    }

    assert lost == {}


def test_a_mailbox_whose_loss_is_refused_stays_and_holds_nobody_up(rig: OnlineRig) -> None:
    """What was not copied is counted, decided by name, and completed without the one who stays."""
    what = wanted(rig, pilot=())
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    rig.carry(HOUR)
    asked = rows(rig, what)
    sign(rig, "B-127", "skipped-damaged1-cloud.example.net-1", decision="refuse", items="1", reason="repair first")
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    rig.carry(HOUR)

    assert "damaged1@cloud.example.net: 1 items were not copied (Investigate). Accept or refuse" in asked["B-127"][0]
    assert "1 are not ready: damaged1@cloud.example.net" in asked["B-160"][0]
    assert [one.alias for one in org(rig).mailboxes.values()] == ["damaged1"]
    assert "stays where it is, refused by Maria" in rows(rig, what)["B-127"][0]


def test_a_loss_that_nobody_accepted_is_never_approved(rig: OnlineRig) -> None:
    """N-LOSS bites on the change itself, whoever planned it; with the acceptance it does not."""
    what = wanted(rig, pilot=())
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    rig.carry(HOUR)
    with rig.workplace(what) as work:
        work.connect()
        before = work.read(what).facts
    sign(rig, "B-127", "skipped-damaged1-cloud.example.net-1", decision="accept", items="1", reason="asked")
    _, plan = rig.plan(what)
    change = next(one for one in plan.changes if one.call.verb == "Approve-ZdmSkippedItem")
    with rig.workplace(what) as work:
        work.connect()
        after = work.read(what).facts

    assert [one.partition(":")[0] for one in refusals(change, before)] == ["N-LOSS"]
    assert refusals(change, after) == ()


def test_more_than_the_project_allows_is_not_accepted(rig: OnlineRig) -> None:
    """An acceptance of one item where none may be lost leads to no change."""
    what = wanted(rig, pilot=(), bad_items=0)
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    rig.carry(HOUR)
    sign(rig, "B-127", "skipped-damaged1-cloud.example.net-1", decision="accept", items="1", reason="asked")
    _, plan = rig.plan(what)

    assert [one.call.verb for one in plan.changes] == []


def test_a_cutover_takes_everybody_at_once_and_no_synchronised_user(rig: OnlineRig) -> None:
    """With synchronisation it is refused and the methods that remain are named; without, there is one batch and no pilot."""
    what = wanted(rig, online="cutover", pilot=())
    with pytest.raises(RefusedError, match="choose minimal-hybrid or remote-move"):
        rig.plan(what)
    tenant = org(rig).tenant
    assert tenant is not None
    change_org(rig, tenant=replace(tenant, users={}))
    _, plan = rig.plan(what)
    rig.apply(what, plan)
    batches = org(rig).tenant

    assert [one.call.verb for one in plan.changes] == ["New-ZdmCutoverEndpoint", "New-ZdmCutoverBatch"]
    assert batches is not None
    assert {name: (one.kind, len(one.batch.users)) for name, one in batches.batches.items()} == {
        "zdm-all": ("ExchangeOutlookAnywhere", 8)
    }


def test_what_is_missing_over_there_is_waited_for(rig: OnlineRig) -> None:
    """A domain that nobody verified, people without a mail user: named, with what to do."""
    tenant = org(rig).tenant
    assert tenant is not None
    change_org(rig, tenant=replace(tenant, domains=(), users=dict(list(tenant.users.items())[:6])))
    said = rows(rig)

    assert "verify the domain in the Microsoft 365 admin center" in said["B-120"][0]
    assert "2 have no mail user in Exchange Online" in said["B-122"][0]


def test_a_way_that_is_closed_ends_the_run_with_the_services_words(rig: OnlineRig) -> None:
    """The endpoint is not made, nothing after it is tried, and the sentence names the cause."""
    tenant = org(rig).tenant
    assert tenant is not None
    change_org(rig, tenant=replace(tenant, troubles=frozenset({"no-public-certificate"})))
    what, plan = rig.plan(BOOK)
    outcome = rig.apply(what, plan)

    assert outcome.result == "failed"
    assert "The remote certificate is invalid" in str(outcome.error)
    assert org(rig).tenant is not None
    assert org(rig).tenant.endpoints == {}  # type: ignore[union-attr]


def test_a_project_without_a_tenant_is_told_so(rig: OnlineRig) -> None:
    """One sentence, and where to write it."""

    class Bare(OnlineRig):
        def workplace(self, what: Intended) -> Any:
            made = super().workplace(what)
            return replace(made, sessions={role: one for role, one in made.sessions.items() if role != "online"})

    bare = Bare(OFFICE, rig.folder)
    with pytest.raises(InputError, match="names no organisation in Exchange Online"):
        bare.plan(BOOK)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"online": "remote-move", "target_databases": ["DB16"]}, "either to target_databases or online"),
        ({"online": "remote-move"}, "online needs remote_server, domain and migration_account"),
        ({"online": "staged"}, "cutover"),
        ({}, "each need a database"),
    ],
)
def test_an_intent_that_makes_no_sense_is_refused(own: dict[str, Any], said: str) -> None:
    """Both ways at once, half a way, a method that there is not, no way at all."""
    book = load_playbook(BOOK, folders("playbooks"))
    with pytest.raises(ProjectError, match=said):
        book.intent_of({"source_databases": ["DB10"], **own})
