"""What became of a change: by its facts as they were, as they were to be, or neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from zdm_automate.facts.host import Role, Service
from zdm_automate.facts.store import Facts, FactsMissingError, drop, put
from zdm_automate.model import Change, VerbCall
from zdm_automate.settling import Verdict, judge, judgeable, reads_of, shown, stands
from zdm_automate.steps import Read

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAS = Service(name="DNS", display_name="DNS Server", state="Running", start_mode="Auto", start_name=None)
THEN = replace(WAS, state="Stopped")
DHCP = Role(name="DHCP", display_name="DHCP Server", installed=True)


def facts(*found: Any) -> Facts:
    return Facts(taken_at=NOON).with_facts("old", "Zdm.Service", found)


def change(**more: Any) -> Change:
    fields: dict[str, Any] = {
        "call": VerbCall(role="old", verb="Set-ZdmServiceState"),
        "effects": (put("old", THEN),),
        "restores": (put("old", WAS),),
    }
    return Change(id="B-1/1", item="B-1", target="DNS", before={}, after={}, **fields | more)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ((THEN,), Verdict.HAPPENED),
        ((WAS,), Verdict.NOT),
        ((replace(WAS, state="Paused"),), Verdict.NEITHER),
        ((), Verdict.NEITHER),
        ((replace(THEN, display_name="other"),), Verdict.HAPPENED),
        ((replace(WAS, start_mode="Manual"),), Verdict.NOT),
    ],
)
def test_a_change_is_judged_by_the_fields_that_it_changes(found: tuple[Service, ...], verdict: Verdict) -> None:
    """Other fields of the same fact are somebody else's business."""
    assert judge(change(), facts(*found)) is verdict


def test_a_field_that_the_call_names_counts_though_it_did_not_differ() -> None:
    """It would be written over: a start mode that somebody else has set since is not as it was left."""
    call = VerbCall(role="old", verb="Set-ZdmServiceState", params={"name": "DNS", "start_mode": "Auto", "state": "Stopped"})

    assert judge(change(call=call), facts(THEN)) is Verdict.HAPPENED
    assert judge(change(call=call), facts(replace(THEN, start_mode="Disabled"))) is Verdict.NEITHER
    assert judge(change(call=call), facts(replace(THEN, display_name="other"))) is Verdict.HAPPENED


def test_what_was_not_there_before_counts_whole() -> None:
    """A fact that was made is there as it was to be, or not there, or is another one."""
    made = change(restores=(drop("old", THEN),))

    assert judge(made, facts(THEN)) is Verdict.HAPPENED
    assert judge(made, facts()) is Verdict.NOT
    assert judge(made, facts(WAS)) is Verdict.NEITHER


def test_without_what_was_before_nobody_can_say_that_it_did_not_happen() -> None:
    """The plan did not know it: then only what is there as wanted is sure."""
    blind = change(restores=())

    assert not judgeable(blind)
    assert judge(blind, facts(THEN)) is Verdict.HAPPENED
    assert judge(blind, facts(WAS)) is Verdict.NEITHER


def test_facts_that_could_not_be_read_are_no_verdict() -> None:
    """A silent host is not an empty one."""
    with pytest.raises(FactsMissingError):
        judge(change(), Facts(taken_at=NOON).without("old", "Zdm.Service", "gone"))


def test_what_is_shown_is_told_field_by_field() -> None:
    """What is there and what was to be; a thing that is gone, or still there."""
    assert shown(change(), facts(replace(WAS, state="Paused"))) == "Zdm.Service DNS: State is Paused, not Stopped"
    assert shown(change(), facts()) == "Zdm.Service DNS is not there"
    assert shown(change(effects=(drop("old", WAS),)), facts(WAS)) == "Zdm.Service DNS is still there"


def test_an_effect_without_its_counterpart_counts_whole() -> None:
    """As when a fact is new."""
    assert stands(put("old", THEN), (), facts(THEN))
    assert not stands(put("old", THEN), (), facts(replace(THEN, start_mode="Manual")))


def test_what_is_told_only_by_name_is_asked_for_by_name() -> None:
    """A role that is not installed is not in the list of those that are."""
    assert reads_of([put("new", DHCP), put("old", WAS)]) == [
        Read(role="new", verb="Get-ZdmRole", params={"name": ["DHCP"]}),
        Read(role="old", verb="Get-ZdmService"),
    ]
