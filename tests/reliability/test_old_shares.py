"""Shares of a Small Business Server 2011 move in memory: from the survey to the switch, and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from rig import Rig, office

from zdm_automate.facts.base import Fact
from zdm_automate.facts.project import SignOff
from zdm_automate.lab.world.model import World
from zdm_automate.model import Preview, Row
from zdm_automate.planner import Plan
from zdm_automate.workplace import Intended

BOOK = "share_replication"
STEP = 60
"""Lab seconds between two looks."""

FROZEN = "(D;;0x110116;;;WD)"
CLOSED = "(D;;FA;;;WD)"


@dataclass(slots=True)
class OldServer(Rig):
    """The office whose file server knows no SmbShare module, with signatures."""

    signed: list[SignOff] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def intended(self, book: str) -> Intended:
        what = super(OldServer, self).intended(book)
        section = {**office(self.name).project["intent"][book], **self.intent}
        return replace(what, intent=what.book.intent_of(section))

    def held(self) -> tuple[Fact, ...]:
        return (*super(OldServer, self).held(), *self.signed)

    @property
    def there(self) -> World:
        return self.keeper.world

    def sddl(self, host: str, name: str) -> str:
        share = self.there.smb[host].share(name)

        assert share is not None
        return share.sddl

    def round(self) -> Plan:
        """One plan, applied; what is a person's is signed; then the jobs work to their end."""
        what, plan = self.plan(BOOK)
        if rows(plan, Preview.CHANGE):
            outcome = self.apply(what, plan)

            assert outcome.result == "done", outcome
        for row in rows(plan, Preview.MANUAL):
            at = self.clock.now().isoformat()
            self.signed.append(SignOff(item=row.item, step=row.by_hand, by="Alex", at_utc=at))
        self.told += [row.text for row in rows(plan)]
        for _ in range(300):
            if not any(self.there.runs.values()) and not any(t.due for own in self.there.tasks.values() for t in own.values()):
                return plan
            self.carry(STEP)
        raise AssertionError("the jobs never end")

    def until(self, over: Callable[[Plan], bool], rounds: int = 12) -> Plan:
        """Rounds until a plan says so."""
        for _ in range(rounds):
            plan = self.round()
            if over(plan):
                return plan
        raise AssertionError([f"{row.item} {row.preview} {row.text} {row.reason}" for row in rows(plan)])


def rows(plan: Plan, preview: Preview | None = None) -> list[Row]:
    return [row for item in plan.items for row in item.rows if preview is None or row.preview is preview]


def said(plan: Plan, item: str) -> set[Preview]:
    return {row.preview for row in rows(plan) if row.item == item}


def day_is_over(plan: Plan) -> bool:
    """Each share has had its delta, and the next one waits for tomorrow."""
    waiting = [row.not_before for row in rows(plan) if row.item == "B-113" and row.preview is Preview.WAIT]
    return len(waiting) == 2 and all(waiting)


@pytest.fixture
def old(tmp_path: Path) -> OldServer:
    return OldServer("sbsfiles", tmp_path)


@pytest.mark.proof
def test_the_whole_way_and_back(old: OldServer) -> None:
    """Survey, seed, delta, freeze, final pass, comparison, switch; then back, with what was written on the new side.

    It takes some seconds: two dozen plans, and every job of them to its end.
    """
    before = {name: old.sddl("SBS", name) for name in ("Firma", "Scan")}
    old.until(day_is_over)

    assert {name: old.sddl("SBS", name) for name in before} == before
    assert all(CLOSED in old.sddl("NEW", name) for name in before)
    made = old.there.smb["NEW"].share("Firma")
    assert made is not None
    assert (made.enumeration, made.caching, made.description) == ("AccessBased", "Manual", "everyday work")
    assert any("SBS does not tell what clients keep copies of" in text for text in old.told)
    assert any("other streams were not looked for" in text for text in old.told)

    old.intent = {"cut": True}
    night = old.until(lambda plan: said(plan, "B-153") == {Preview.CHANGE})
    closed = [row.text for row in rows(night) if row.item == "B-152" and row.change]
    assert [text.partition(",")[0] for text in closed[:1]] == ["close the session of anna"]
    assert {key[2] for key in old.changed if key[1] == "Close-ZdmShareSession"} == {r"\\192.168.62.21", r"\\192.168.62.22"}
    old.until(lambda plan: said(plan, "B-156") == {Preview.SAME})
    assert all(FROZEN in old.sddl("SBS", name) for name in before)
    assert {name: old.sddl("NEW", name) for name in before} == before
    assert dict(old.there.dfs["\\\\sbs.example.org\\work\\firma"].targets) == {
        r"\\SBS\Firma": "Offline",
        r"\\NEW\Firma": "Online",
    }

    old.intent = {"cut": True, "remove_after_days": 0}
    removed = old.until(lambda plan: said(plan, "C-104") == {Preview.CHANGE})
    assert not old.there.smb["SBS"].shares
    what = old.intended(BOOK)
    assert old.apply(what, old.plan_undo(what, removed.id)).result == "done"
    assert all(FROZEN in old.sddl("SBS", name) for name in before)

    old.carry(3 * 3600)
    old.intent = {"cut": True, "roll_back": True}
    old.until(lambda plan: said(plan, "B-163") == {Preview.SAME})
    assert {name: old.sddl("SBS", name) for name in before} == before
    assert all(CLOSED in old.sddl("NEW", name) for name in before)
    assert dict(old.there.dfs["\\\\sbs.example.org\\work\\firma"].targets) == {
        r"\\SBS\Firma": "Online",
        r"\\NEW\Firma": "Offline",
    }
