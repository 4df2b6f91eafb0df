"""The gates of mail where they differ by the way that mailboxes go, and what the removal of Exchange reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gate_worlds import ANNA, DB_OLD, EX_INTENT, EX_OLD, MAIL_INTENT, NOW, both, but, exchange, seen, sign, view

from zdm_automate.facts.mail import Scp
from zdm_automate.facts.mail_online import OnlineMove
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.gates import GATES, Truth, decide
from zdm_automate.limits import Limits

MOVE = OnlineMove(
    address="a@x.net",
    guid="1",
    batch="zdm-wave-1",
    status="Synced",
    error="",
    skipped=0,
    consistency="Perfect",
    unapproved=False,
)
ONLINE = {**MAIL_INTENT, "online": "remote-move"}


def states(*moves: OnlineMove, answers: tuple[str, ...] = ()) -> dict[str, Truth]:
    """What the gate of the completion says of these moves, with a decision signed."""
    shape = both(
        seen(*(("online", one) for one in moves), ("mail", Scp(server="EX", uri="x")), kinds=(("online", OnlineMove),)),
        but(intents={"mailbox_moves": ONLINE}, limits=Limits(bad_items=1)),
    )
    if answers:
        step = SignOff(item="B-127", step="skipped-a-x.net-1", by="Ada", at_utc=NOW.isoformat(), answers=answers)
        shape = both(shape, seen((PROJECT, step)))
    found = decide(GATES["G-COMPLETE-MAIL"], shape(view()), lab=True).findings
    return {one.name: one.state for one in found}


def test_batches_of_exchange_online_are_asked_in_place_of_requests() -> None:
    """Copied, being brought up to date, or through: true; still copying, failed, or no batch at all: false."""
    said = {
        status: states(replace(MOVE, status=status))["mailboxes-synced"]
        for status in ("Synced", "IncrementalSyncing", "Completed", "Syncing", "Failed")
    }

    assert said == {
        "Synced": Truth.TRUE,
        "IncrementalSyncing": Truth.TRUE,
        "Completed": Truth.TRUE,
        "Syncing": Truth.FALSE,
        "Failed": Truth.FALSE,
    }
    assert states()["mailboxes-synced"] is Truth.FALSE


def test_room_and_connection_points_are_not_asked_of_a_service() -> None:
    """Its room is what the licences allow; the connection points are emptied once everybody has gone."""
    found = states(MOVE)

    assert (found["target-disk"], found["scp-archive"]) == (Truth.TRUE, Truth.TRUE)
    assert (found["dns-ttl"], found["outbound"]) == (Truth.UNKNOWN, Truth.UNKNOWN)


@pytest.mark.parametrize(
    ("skipped", "answers", "state"),
    [
        (0, (), Truth.TRUE),
        (1, (), Truth.FALSE),
        (1, ("decision=accept", "items=1", "reason=asked"), Truth.TRUE),
        (1, ("decision=accept", "items=2", "reason=asked"), Truth.FALSE),
        (1, ("decision=accept", "items=1"), Truth.FALSE),
        (1, ("decision=refuse", "items=1", "reason=repair"), Truth.TRUE),
    ],
)
def test_what_stays_behind_is_decided_mailbox_by_mailbox(skipped: int, answers: tuple[str, ...], state: Truth) -> None:
    """With the number that was counted and a reason; a refusal decides too, for that mailbox stays."""
    assert states(replace(MOVE, skipped=skipped, unapproved=bool(skipped)), answers=answers)["bad-items"] is state


def test_more_than_the_limit_is_accepted_by_nobody() -> None:
    """Two items where one may be lost, though somebody signed."""
    shape = both(
        seen(("online", replace(MOVE, skipped=2, unapproved=True)), ("mail", Scp(server="EX", uri="x"))),
        but(intents={"mailbox_moves": ONLINE}, limits=Limits(bad_items=1)),
        seen(
            (
                PROJECT,
                SignOff(
                    item="B-127",
                    step="skipped-a-x.net-2",
                    by="Ada",
                    at_utc=NOW.isoformat(),
                    answers=("decision=accept", "items=2", "reason=asked"),
                ),
            )
        ),
    )
    found = {one.name: one for one in decide(GATES["G-COMPLETE-MAIL"], shape(view()), lab=True).findings}

    assert found["bad-items"].state is Truth.FALSE
    assert "1 at most are allowed" in found["bad-items"].value


def test_the_removal_reads_each_server_that_goes_since_48_hours() -> None:
    """Queues and tracking of those servers alone; without `old_servers` nothing is known and all stays closed."""
    reads = list(GATES["G-EXREMOVE"].reads(but(intents={"mailbox_moves": EX_INTENT})(view())))
    asked = {one.verb: dict(one.params) for one in reads if one.params}
    nobody = exchange(ANNA)(view())
    nobody = replace(nobody, intents={"mailbox_moves": MAIL_INTENT})
    closed = {one.name: one.state for one in decide(GATES["G-EXREMOVE"], nobody, lab=True).findings}

    assert asked == {
        "Get-ZdmQueue": {"server": "EX10"},
        "Get-ZdmMailReceived": {"server": "EX10", "since": "2026-03-05T20:00:00+00:00"},
    }
    assert closed["mailboxes"] is Truth.UNKNOWN


def test_the_last_server_goes_only_when_recipients_are_managed() -> None:
    """And then no database of another server is asked for where the mailboxes are in Exchange Online."""
    last = both(
        exchange(servers=(EX_OLD,), databases=(DB_OLD,)),
        but(intents={"mailbox_moves": {**EX_INTENT, "online": "remote-move"}}),
        sign("G-EXREMOVE", "exremove-last", recipients_managed_by="the management tools"),
    )
    found = {one.name: one.state for one in decide(GATES["G-EXREMOVE"], last(view()), lab=True).findings}

    assert (found["last-server"], found["backup-age"]) == (Truth.TRUE, Truth.TRUE)
