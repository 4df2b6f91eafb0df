"""Planning: previews on overlaid facts, waits that hold back what depends on them, honest gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zdm_automate.facts.host import Service
from zdm_automate.facts.project import PROJECT, SignOff, Temporary
from zdm_automate.facts.store import Facts, drop, put
from zdm_automate.ledger import with_project
from zdm_automate.model import Effect, Preview, VerbCall
from zdm_automate.planner import plan_items
from zdm_automate.steps import ItemSpec, Step, change, ensure, manual, same, unpredictable, wait

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DHCP = Service(name="DHCPServer", display_name="DHCP Server", state="Running", start_mode="Auto", start_name=None)
FACTS = with_project(Facts(taken_at=NOW, hosts={"old": "SBS"}).with_facts("old", "Zdm.Service", [DHCP]), ())


def stop(facts: Facts, _intent: Any) -> Iterator[Step]:
    """Wants the DHCP service stopped."""
    call = VerbCall(role="old", verb="Set-ZdmServiceState", params={"name": "DHCPServer", "state": "Stopped"})
    yield ensure(facts, call, replace(DHCP, state="Stopped"), "stop DHCP", inverse=call)


def say(*steps: Step) -> Any:
    return lambda _facts, _intent: iter(steps)


def test_a_later_item_sees_what_an_earlier_one_would_do() -> None:
    """The second item wants what the first already announces: no change."""
    first, second = plan_items(
        [ItemSpec(id="A", title="a", decide=stop), ItemSpec(id="B", title="b", decide=stop)], FACTS, None
    )

    assert [first.preview, second.preview] == [Preview.CHANGE, Preview.SAME]


def test_a_change_shows_only_the_fields_that_differ() -> None:
    """Before and after name the state, not the whole service."""
    (item,) = plan_items([ItemSpec(id="A", title="a", decide=stop)], FACTS, None)
    planned = item.rows[0].change

    assert planned is not None
    assert (planned.before, planned.after) == ({"State": "Running"}, {"State": "Stopped"})
    assert planned.id == "A/1"


def test_a_wait_holds_back_the_rest_of_its_item_and_what_comes_after_it() -> None:
    """Nothing is promised that depends on a moment not yet reached; the held change leaves no effect on later facts."""
    until = NOW + timedelta(days=8)
    items = plan_items(
        [
            ItemSpec(id="A", title="a", decide=lambda f, i: iter([wait("switch", until, "old lease"), *stop(f, i)])),
            ItemSpec(id="B", title="b", decide=stop, after=("A",)),
            ItemSpec(id="C", title="c", decide=stop),
        ],
        FACTS,
        None,
    )

    assert [item.preview for item in items] == [Preview.WAIT, Preview.WAIT, Preview.CHANGE]
    assert items[0].rows[1].reason == "old lease"
    assert items[1].rows[0].reason == "waits for A: old lease"
    assert all(row.change is None for item in items[:2] for row in item.rows)


def test_what_cannot_be_predicted_says_why() -> None:
    """The third value of the preview always carries its reason, and holds back dependents like a wait."""
    items = plan_items(
        [
            ItemSpec(id="A", title="a", decide=say(unpredictable("x", "the role is not there"))),
            ItemSpec(id="B", title="b", decide=stop, after=("A",)),
        ],
        FACTS,
        None,
    )

    assert items[0].preview is Preview.UNKNOWN
    assert items[1].rows[0].reason == "waits for A: the role is not there"


def test_facts_that_could_not_be_read_make_a_row_unknown() -> None:
    """A host that did not answer leads to `cannot predict`, never to a change or to silence."""
    facts = FACTS.without("old", "Zdm.Service", "Get-ZdmService failed: no connection")
    (item,) = plan_items([ItemSpec(id="A", title="a", decide=stop)], facts, None)

    assert item.preview is Preview.UNKNOWN
    assert "no connection" in item.rows[0].reason


def test_an_item_with_nothing_to_say_is_no_change() -> None:
    """Silence of an item is shown, not left out."""
    (item,) = plan_items([ItemSpec(id="A", title="a", decide=say())], FACTS, None)

    assert (item.preview, item.rows[0].text) == (Preview.SAME, "nothing to do")


def test_a_manual_step_is_done_when_somebody_signed_it() -> None:
    """Open it asks for a person, signed it is no change and names who."""
    spec = ItemSpec(id="A", title="a", decide=lambda f, _: iter([manual(f, "A", "relay-sw1", "point the relay")]))
    signed = SignOff(item="A", step="relay-sw1", by="Ada", at_utc=NOW.isoformat())
    (before,) = plan_items([spec], FACTS, None)
    (after,) = plan_items([spec], FACTS.with_facts(PROJECT, "Zdm.SignOff", [signed]), None)

    assert before.preview is Preview.MANUAL
    assert (after.preview, after.rows[0].text) == (Preview.SAME, "point the relay: signed by Ada")


def test_a_change_without_a_way_back_must_say_why() -> None:
    """Neither inverse nor reason is a mistake of the playbook, found when it is written."""
    with pytest.raises(ValueError, match="names its inverse"):
        change(VerbCall(role="old", verb="X"), "x", before={}, after={})


def test_ensure_is_no_change_when_it_is_so_already() -> None:
    """Equal facts need no call."""
    step = ensure(FACTS, VerbCall(role="old", verb="X"), DHCP, "run DHCP", no_inverse="-")

    assert step == same("run DHCP: already so", role="old")


def test_a_temporary_change_stands_in_the_register_with_its_inverse() -> None:
    """Without the entry, or without a way back, nobody would ever take it back: a mistake of the playbook."""
    call = VerbCall(role="old", verb="X")
    entry = Temporary(
        role="old", verb="X", target="x", field="x", old_value=1, new_value=2, since_utc=NOW.isoformat(), due_item="B-191"
    )

    def made(*effects: Effect, inverse: VerbCall | None = call) -> Step:
        return change(call, "x", before={}, after={}, effects=effects, inverse=inverse, no_inverse="-", temporary="B-191")

    assert made(put(PROJECT, entry)).temporary == "B-191"
    for effects, inverse in (((), call), ((drop(PROJECT, entry),), call), ((put(PROJECT, entry),), None)):
        with pytest.raises(ValueError, match="stands in the register"):
            made(*effects, inverse=inverse)
