"""Who moves with whom, what may be lost, and what the table of moves says: pure decisions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.errors import InputError, UnknownNameError
from zdm_automate.facts.mail import Mailbox, MailboxMove, MailboxPermission
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.store import Facts
from zdm_automate.mail.live import line, summary, table
from zdm_automate.mail.losses import decided, step_of, unaccepted
from zdm_automate.mail.waves import PILOT, chosen, sharings, torn, waves

NOW = datetime(2026, 3, 6, 20, tzinfo=UTC)


def box(alias: str, **more: object) -> Mailbox:
    """A mailbox with nothing special about it."""
    plain = Mailbox(
        guid=str(uuid.uuid5(uuid.NAMESPACE_DNS, alias)),
        name=alias.title(),
        alias=alias,
        address=f"{alias}@example.com",
        addresses=(),
        kind="UserMailbox",
        database="DB10",
        server="EX10",
        on_hold=False,
        has_archive=False,
        forwards_to="",
        on_behalf=(),
        quota=None,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def opens(mailbox: str, user: str) -> MailboxPermission:
    return MailboxPermission(mailbox=mailbox.title(), user=user, rights=("FullAccess",))


MOVE = MailboxMove(
    guid="1", name="anna", source="DB10", target="DB16", batch="zdm-wave-1", held=True, suspended=False, bad_item_limit=0
)


# --- waves ---


def test_people_who_share_move_together() -> None:
    """Directly or over a third one, by full access or on behalf; the others fill the waves."""
    boxes = [box(name) for name in ("a", "b", "c", "d", "e")] + [box("f", on_behalf=("E",))]
    made = waves(boxes, sharings(boxes, [opens("a", "b"), opens("b", "c")]), (), 3)

    assert [[one.alias for one in wave.members] for wave in made] == [["a", "b", "c"], ["d", "e", "f"]]
    assert torn(made, sharings(boxes, [opens("a", "b")])) == ()


def test_a_group_is_never_torn_for_the_size_of_a_wave() -> None:
    """It is a wave of its own, however large."""
    boxes = [box(f"m{number}") for number in range(6)]
    made = waves(boxes, sharings(boxes, [opens("m0", f"m{number}") for number in range(1, 5)]), (), 2)

    assert [len(wave.members) for wave in made] == [5, 1]


def test_the_pilot_is_first_and_who_shares_with_it_is_named() -> None:
    """It is chosen by people, so it may tear a group; that is said."""
    boxes = [box("a"), box("b"), box("c")]
    shared = sharings(boxes, [opens("a", "b")])
    made = waves(boxes, shared, [boxes[0]], 10)

    assert [(wave.name, [one.alias for one in wave.members]) for wave in made] == [(PILOT, ["a"]), ("wave-1", ["b", "c"])]
    assert [(one.one.alias, one.other.alias) for one in torn(made, shared)] == [("a", "b")]


@given(
    st.integers(1, 30),
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=25),
    st.sets(st.integers(0, 29), max_size=3),
)
def test_nobody_is_in_two_waves_or_in_none(number: int, size: int, ties: list[tuple[int, int]], first: set[int]) -> None:
    """Whoever shares what; and without a pilot nothing is ever torn."""
    boxes = [box(f"m{index:02}") for index in range(number)]
    shared = sharings(boxes, [opens(f"m{one:02}", f"m{other:02}") for one, other in ties])
    pilot = [boxes[index] for index in first if index < number]
    made = waves(boxes, shared, pilot, size)
    placed = [one.alias for wave in made for one in wave.members]

    assert sorted(placed) == sorted(one.alias for one in boxes)
    assert all(one.one in pilot or one.other in pilot for one in torn(made, shared))


def test_the_project_names_mailboxes_that_are_there() -> None:
    """A name that nobody or more than one has is refused."""
    boxes = [box("anna"), box("bea", name="Anna")]
    assert [one.alias for one in chosen(["bea"], boxes)] == ["bea"]
    with pytest.raises(InputError):
        chosen(["anna"], boxes)
    with pytest.raises(UnknownNameError):
        chosen(["nobody"], boxes)


# --- losses ---


def signed(move: MailboxMove, **answers: str) -> Facts:
    """A project in which a decision about a mailbox was signed."""
    made = SignOff(
        item="B-138",
        step=step_of(move),
        by="Maria",
        at_utc="",
        answers=tuple(f"{name}={value}" for name, value in answers.items()),
    )
    return Facts(taken_at=NOW).with_facts(PROJECT, SignOff.zdm_type, (made,))


HURT = replace(MOVE, bad_items=2, status="Failed", detail="FailedBadItemLimit")


def test_a_decision_names_the_number_that_was_counted() -> None:
    """Accepted with number and reason, or refused; anything else is no decision."""
    good = decided(signed(HURT, decision="accept", items="2", reason="asked"), HURT)
    no = decided(signed(HURT, decision="refuse", items="", reason=""), HURT)

    assert good is not None
    assert (good.accepted, good.items, good.by) == (True, 2, "Maria")
    assert no is not None
    assert not no.accepted
    for wrong in ({"items": "1"}, {"items": "3"}, {"items": "all"}, {"reason": ""}, {"decision": "yes"}):
        answers = {"decision": "accept", "items": "2", "reason": "asked"} | wrong
        assert decided(signed(HURT, **answers), HURT) is None


def test_a_later_damaged_item_asks_anew() -> None:
    """What was accepted for two does not hold for three."""
    assert decided(signed(HURT, decision="accept", items="2", reason="asked"), replace(HURT, bad_items=3)) is None


def test_losses_that_nobody_accepted_are_named() -> None:
    """Without a decision, above what anybody may approve, or a limit above what there is."""
    accepted = replace(HURT, bad_item_limit=2)
    facts = signed(accepted, decision="accept", items="2", reason="asked")

    assert unaccepted(facts, [accepted], 2) == ()
    assert "2 at most" not in "".join(unaccepted(facts, [MOVE], 2))
    assert "1 at most" in unaccepted(facts, [accepted], 1)[0]
    assert "any number" in unaccepted(facts, [replace(MOVE, bad_item_limit=-1)], 2)[0]
    assert "nobody has accepted" in unaccepted(facts, [replace(accepted, name="bob")], 2)[0]
    assert "has 0 damaged" in unaccepted(facts, [replace(MOVE, bad_item_limit=1)], 2)[0]


# --- the table ---


def test_a_move_at_work_has_a_rate_and_an_end() -> None:
    """What is left by bytes per minute."""
    move = replace(
        MOVE,
        status="InProgress",
        detail="CopyingMessages",
        percent=50,
        size=6000,
        done=3000,
        rate=100,
        updated_utc=(NOW - timedelta(minutes=1)).isoformat(),
    )
    made = line(move, NOW)

    assert (made.mood, made.rate, made.ends) == ("works", 100, NOW + timedelta(minutes=30))


def test_a_move_without_bytes_for_half_an_hour_is_stalled_whatever_it_says() -> None:
    """At 29 minutes it is not."""
    move = replace(MOVE, status="InProgress", detail="CopyingMessages", rate=100, size=10)
    long, short = (line(replace(move, updated_utc=(NOW - timedelta(minutes=minutes)).isoformat()), NOW) for minutes in (30, 29))

    assert (long.mood, long.ends, long.rate) == ("stalled", None, 0)
    assert "30 min" in long.sentence
    assert short.mood == "works"


def test_what_needs_somebody_comes_first() -> None:
    """Failed, unknown, stalled, then the others; and the whole in one sentence."""
    moves = [
        replace(MOVE, name=name, status=status, detail=detail)
        for name, status, detail in (
            ("a", "Completed", "Completed"),
            ("b", "AutoSuspended", "AutoSuspended"),
            ("c", "InProgress", "StalledDueToTarget_DiskLatency"),
            ("d", "Failed", "FailedOther"),
            ("e", "Sideways", ""),
        )
    ]
    lines = table(moves, NOW)

    assert [one.name for one in lines] == ["d", "e", "c", "b", "a"]
    assert summary(lines) == "1 failed, 1 unknown, 1 stalled, 1 held, 1 done"
    assert summary(()) == "no requests"
