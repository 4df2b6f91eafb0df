"""Every state that is documented of a move request is reached in the world, read by the product and told in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from documented_states import BATCH_USER, FAILURES, FAULTS, REQUEST, STALLS_2013, STALLS_2016, STATES
from mail_lab import change_org, keeper_of, office, org_of, session
from test_mail_batches import all_states

from zdm_automate.facts.mail import MailboxMove
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.world.mail_troubles import COARSE, SKIPS, TROUBLES
from zdm_automate.mail import states
from zdm_automate.mail.live import Line, table

MINUTE = 60.0
Reached = dict[tuple[str, str], Line]


class Story:
    """Many requests at once, each with something of its own; every look keeps what it saw and how it was told."""

    def __init__(self, version: str) -> None:
        world = office().world
        org = world.mail
        assert org is not None
        servers = {**org.servers, "EX16": replace(org.servers["EX16"], version=version)}
        self.keeper: Keeper = keeper_of(replace(world, mail=replace(org, servers=servers, at_once=1000)))
        self.free = [one.alias for one in org.mailboxes.values() if one.kind == "UserMailbox" and not one.corrupt]
        self.guids = {one.alias: one.guid for one in org.mailboxes.values()}
        self.reached: Reached = {}

    def begin(self, alias: str = "", trouble: str = "", **more: object) -> str:
        """A request for somebody, who is befallen by a trouble from the beginning."""
        alias = alias or self.free.pop()
        asked = {"target_database": "DB16-A", "batch_name": "SR-1", "bad_item_limit": 0} | more
        guid = self.guids[alias]
        if trouble:
            change_org(self.keeper, lambda org: replace(org, troubles={**org.troubles, guid: trouble}))
        session(self.keeper).change("New-ZdmMailboxMove", identity=guid, **asked)
        return alias

    def ask(self, verb: str, alias: str, **more: object) -> None:
        session(self.keeper).change(verb, identity=self.guids[alias], **more)

    def look(self, minutes: int = 0) -> None:
        """Looks now, and after each of some minutes."""
        for number in range(minutes + 1):
            if number:
                self.keeper.carry(MINUTE)
            moves = [one for one in session(self.keeper).read("Get-ZdmMailboxMove").facts if isinstance(one, MailboxMove)]
            for move in moves:
                (line,) = table([move], self.keeper.now())
                self.reached.setdefault((move.status, move.detail), line)


@cache
def reached(version: str) -> Reached:
    """What requests of a version go through: every trouble, every way to the end, every word for the same."""
    made = Story(version)
    for kind in TROUBLES:
        made.begin(trouble=kind)
    coarse, held, paused, skips, failed = (
        made.begin(trouble=COARSE),
        made.begin(),
        made.begin(),
        made.begin("damaged1", trouble=SKIPS, bad_item_limit=1),
        made.begin("damaged2"),
    )
    warned = made.begin("damaged3", bad_item_limit=4)
    if version != "2010":
        made.begin(complete_after=made.keeper.now() + timedelta(minutes=40))
    made.look(2)
    made.ask("Suspend-ZdmMailboxMove", paused, comment="SR-1")
    made.look(28)
    for alias in (coarse, held, skips, warned):
        made.ask("Resume-ZdmMailboxMove", alias)
    made.look(4)
    assert org_of(made.keeper).moves[made.guids[failed]].status == "Failed"
    return made.reached


def both() -> Reached:
    """In the words of old versions and of newer ones."""
    return reached("2010") | reached("2016")


def test_every_documented_status_of_a_request_is_reached() -> None:
    """None, and items that were skipped, among them."""
    assert REQUEST - {status for status, _ in both()} == set()
    assert {status for status, _ in both()} - REQUEST == set()
    assert set(states.STATUS) == REQUEST


@pytest.mark.parametrize(
    ("version", "listed"),
    [
        ("2010", STALLS_2013),
        ("2016", STALLS_2016),
        ("2016", FAULTS),
        ("2016", FAILURES),
        ("2016", STATES),
    ],
)
def test_every_documented_detail_of_a_request_is_reached(version: str, listed: frozenset[str]) -> None:
    """States, groups of states, stalls in the words of each version, faults that pass, failures."""
    assert listed - {detail for _, detail in reached(version)} == set()


def test_nothing_is_reached_that_is_not_documented() -> None:
    """The world invents no word, and the product knows none that nobody lists; one more detail repeats its status."""
    listed = STATES | STALLS_2013 | STALLS_2016 | FAULTS | FAILURES | {"Synced"}

    assert {detail for _, detail in both()} - listed == set()
    assert set(states.DETAIL) == listed


def test_every_state_that_is_reached_is_told_with_what_to_do_next() -> None:
    """As the live table shows it; none is told as unknown, and no failure or stall as good."""
    for (status, detail), line in both().items():
        assert line.sentence.endswith("."), (status, detail)
        assert line.action.endswith("."), (status, detail)
        assert line.mood != "unknown", (status, detail)
        if detail.startswith("Stalled"):
            assert line.mood == "stalled", detail
        if status == "Failed":
            assert line.mood in {"failed", "gone"}, detail


def test_every_documented_state_of_a_batch_user_is_reached() -> None:
    """All twenty-one, by the stories of the batches."""
    assert all_states() == BATCH_USER
    assert set(states.BATCH_USER) == BATCH_USER


def test_the_list_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trouble that is taken away leaves a documented word that nobody reaches."""
    monkeypatch.delitem(TROUBLES, "search-index")  # type: ignore[arg-type]
    reached.cache_clear()
    missing = STALLS_2016 - {detail for _, detail in reached("2016")}
    reached.cache_clear()

    assert missing == {"StalledDueToTarget_BigFunnel"}
