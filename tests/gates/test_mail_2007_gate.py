"""G-COMPLETE-MAIL where mailboxes go from Exchange 2003 to 2007: closed until Exchange has looked at everybody who moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gate_worlds import both, but, seen, view

from zdm_automate.facts.jobs import Job
from zdm_automate.facts.legacy_mail import ExchangeLegacyMailbox
from zdm_automate.gates import GATES, View, decide
from zdm_automate.gates.model import Truth
from zdm_automate.jobs import begun
from zdm_automate.mail.move_mailbox import LOOKS
from zdm_automate.mail_jobs import identity_of

BOX = ExchangeLegacyMailbox(
    guid="1", name="Anna", legacy_dn="/O=CORP/CN=ANNA", database="OLD\\SG\\Store", bytes=1, items=1, account="",
    last_logon_utc=None, disconnected=False, system=False,
)  # fmt: skip
GOOD = replace(begun(identity_of("1", LOOKS, 1), LOOKS, "look", "stdout.log"), exit_text="0")
BAD = replace(GOOD, exit_text="1")


def world(*jobs: Job, boxes: tuple[ExchangeLegacyMailbox, ...] = (BOX,), stay: tuple[str, ...] = ()) -> View:
    """Both servers with these mailboxes and jobs."""
    facts = (*(("old", one) for one in boxes), *(("new", one) for one in jobs))
    kinds = (("old", ExchangeLegacyMailbox), ("new", ExchangeLegacyMailbox), ("new", Job))
    return both(seen(*facts, kinds=kinds), but(intents={"mailbox_moves_2007": {"stay": stay}}))(view())


def finding(made: View, name: str) -> Truth:
    answer = decide(GATES["G-COMPLETE-MAIL"], made)
    return next(one.state for one in answer.findings if one.name == name)


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (world(GOOD), Truth.TRUE),
        (world(), Truth.FALSE),
        (world(BAD), Truth.FALSE),
        (world(boxes=()), Truth.TRUE),
        (world(boxes=(BOX,), stay=("anna",)), Truth.TRUE),
        (world(boxes=(replace(BOX, system=True),)), Truth.TRUE),
    ],
)
def test_everybody_who_moves_was_looked_at(made: View, state: Truth) -> None:
    """A look that failed, or none, keeps the gate closed; who stays and the server's own mailboxes are not asked for."""
    assert finding(made, "mailboxes-synced") is state


def test_without_the_facts_nothing_is_known() -> None:
    """An old server that was not read keeps it closed."""
    bare = but(intents={"mailbox_moves_2007": {"stay": ()}})(view())

    assert finding(bare, "mailboxes-synced") is Truth.UNKNOWN
    assert not decide(GATES["G-COMPLETE-MAIL"], bare, lab=True).open


def test_the_readers_are_those_of_the_box() -> None:
    """No endpoint of Exchange is asked."""
    asked = {(one.role, one.verb) for one in GATES["G-COMPLETE-MAIL"].reads(world())}

    assert asked == {
        ("old", "Get-ZdmExchangeLegacyMailbox"),
        ("new", "Get-ZdmExchangeLegacyMailbox"),
        ("new", "Get-ZdmJob"),
    }
