"""Plans as files: whole, unedited, found by name, used once."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.errors import InputError, PlanAlteredError, PlanUsedError, UnknownNameError
from zdm_automate.model import Change, Effect, PlannedItem, Preview, Risk, Row, VerbCall, credential_of
from zdm_automate.planner import Plan
from zdm_automate.plans import Plans, digest_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALL = VerbCall(
    role="old",
    verb="Set-ZdmServiceState",
    params={"name": "DHCPServer", "days": [1, 2], "credential": credential_of("old"), "force": True, "note": None},
)
CHANGE = Change(
    id="B-104/1",
    item="B-104",
    call=CALL,
    target="DHCPServer",
    before={"state": "Running"},
    after={"state": "Stopped"},
    effects=(Effect(role="old", zdm_type="Zdm.Service", body={"Name": "DHCPServer", "State": "Stopped"}),),
    inverse=CALL,
)
PLAN = Plan(
    id="20260302-120000-dhcp_cutover-ab12",
    playbook="dhcp_cutover",
    project="Example",
    service_request="SR-1",
    created=NOW.isoformat(),
    fingerprint="f" * 64,
    intent_hash="a" * 64,
    items=(
        PlannedItem(
            id="B-104",
            title="Stop the old server",
            risk=Risk.HIGH,
            rows=(
                Row(item="B-104", preview=Preview.CHANGE, text="stop DHCP", role="old", change=CHANGE),
                Row(item="B-104", preview=Preview.MANUAL, text="look at the relay", form=("address",), by_hand="relay"),
            ),
        ),
    ),
    hosts={"old": "SBS"},
)


@pytest.fixture
def plans(tmp_path: Path) -> Plans:
    """A folder with one plan."""
    kept = Plans(tmp_path / "plans")
    kept.write(PLAN)
    return kept


def test_a_plan_comes_back_as_it_was_written(plans: Plans) -> None:
    """Every value survives the file, and the digest is that of the content."""
    found = plans.load(PLAN.id)

    assert replace(found, digest="") == PLAN
    assert found.digest == digest_of(PLAN)


def test_nothing_half_written_is_left(plans: Plans) -> None:
    """A plan appears whole or not at all."""
    assert [path.name for path in plans.folder.iterdir()] == [f"{PLAN.id}.json"]


def edit_text(body: dict[str, Any]) -> None:
    body["items"][0]["rows"][0]["text"] = "start DHCP"


def edit_params(body: dict[str, Any]) -> None:
    body["items"][0]["rows"][0]["change"]["call"]["params"]["name"] = "Spooler"


def edit_fingerprint(body: dict[str, Any]) -> None:
    body["fingerprint"] = "0" * 64


def edit_by_adding(body: dict[str, Any]) -> None:
    body["items"][0]["rows"][0]["approved"] = True


def edit_by_removing(body: dict[str, Any]) -> None:
    del body["items"][0]["rows"][0]


def edit_without_digest(body: dict[str, Any]) -> None:
    del body["digest"]


@pytest.mark.parametrize(
    "edit", [edit_text, edit_params, edit_fingerprint, edit_by_adding, edit_by_removing, edit_without_digest]
)
def test_an_edited_plan_is_refused(plans: Plans, edit: Any) -> None:
    """Whatever was changed, added or taken out by hand."""
    path = plans.folder / f"{PLAN.id}.json"
    body = json.loads(path.read_bytes())
    edit(body)
    path.write_text(json.dumps(body), encoding="utf-8")

    with pytest.raises(PlanAlteredError, match="not what the planner wrote"):
        plans.load(PLAN.id)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b"\xff\xfe"])
def test_a_damaged_plan_is_refused(plans: Plans, content: bytes) -> None:
    """Not with a traceback but as what it is."""
    (plans.folder / f"{PLAN.id}.json").write_bytes(content)

    with pytest.raises(PlanAlteredError):
        plans.load(PLAN.id)


def test_a_plan_under_another_name_is_refused(plans: Plans) -> None:
    """The name is the id of its run; a copy is not a second plan to use."""
    path = plans.folder / f"{PLAN.id}.json"
    path.with_name("20260303-000000-copy.json").write_bytes(path.read_bytes())

    with pytest.raises(PlanAlteredError):
        plans.load("copy")


def test_a_plan_of_another_format_is_named_so(plans: Plans) -> None:
    """An older program's plan was not edited; it is only too old."""
    path = plans.folder / f"{PLAN.id}.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"format": 99}), encoding="utf-8")

    with pytest.raises(InputError, match="format 99; this program reads 2"):
        plans.load(PLAN.id)


def test_a_plan_is_taken_once(plans: Plans) -> None:
    """The second taker is refused with the moment of the first."""
    plans.refuse_used(PLAN)
    plans.claim(PLAN, NOW)

    with pytest.raises(PlanUsedError, match="was used at 2026-03-02T12:00:00"):
        plans.claim(PLAN, NOW)
    with pytest.raises(PlanUsedError):
        plans.refuse_used(PLAN)


def test_of_many_at_once_one_takes_it(plans: Plans) -> None:
    """Taking is one step of the file system."""

    def take(_: int) -> bool:
        try:
            plans.claim(PLAN, NOW)
        except PlanUsedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(16))) == 1


def test_a_plan_is_found_by_a_part_by_latest_and_by_its_path(plans: Plans) -> None:
    """As people type it, with the shell's completion of a path too."""
    later = plans.write(replace(PLAN, id="20260303-080000-dns_cutover-cd34"))

    assert plans.load("dhcp").id == PLAN.id
    assert plans.load("latest").id == later.id
    assert plans.load(f"plans/{PLAN.id}.json").id == PLAN.id


def test_of_two_plans_of_one_second_the_one_written_last_is_the_latest(plans: Plans) -> None:
    """Whatever the letters that tell them apart."""
    for ending, written in (("ffff", 1), ("0000", 2)):
        made = plans.write(replace(PLAN, id=f"20260303-080000-dns_cutover-{ending}"))
        os.utime(plans.folder / f"{made.id}.json", (written, written))

    assert plans.load("latest").id.endswith("-0000")


@pytest.mark.parametrize(
    ("name", "said"), [("nope", "there is no plan 'nope'"), ("cutover", "fits 2 plans"), ("", "no plan ''")]
)
def test_a_name_that_is_none_or_fits_several_is_refused(plans: Plans, name: str, said: str) -> None:
    """The message lists what there is."""
    plans.write(replace(PLAN, id="20260303-080000-dns_cutover-cd34"))

    with pytest.raises(UnknownNameError, match=said) as caught:
        plans.load(name)
    assert PLAN.id in caught.value.hint


def test_without_plans_the_hint_is_how_to_make_one(tmp_path: Path) -> None:
    """Also for `latest`."""
    with pytest.raises(UnknownNameError) as caught:
        Plans(tmp_path).load("latest")
    assert "zdm plan" in caught.value.hint
