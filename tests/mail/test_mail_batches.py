"""Migration batches: every documented state of a user is reached, read through the product, and told in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mail_lab import change_org, guid_of, keeper_of, org_of, session

from zdm_automate.cli.mail import batch_users
from zdm_automate.errors import AlreadyExistsError, PreconditionError, VerbError
from zdm_automate.facts.mail import MigrationBatch, MigrationUser
from zdm_automate.lab.exchange.befall import befall
from zdm_automate.lab.keeper import Keeper
from zdm_automate.mail.states import BATCH_USER, batch_user_state

MINUTE, DAY = 60.0, 86400.0
PEOPLE = ("pilot1", "damaged1", "boss")
CSV = "EmailAddress\r\n" + "".join(f"{alias}@corp.example.net\r\n" for alias in PEOPLE)


class Watched:
    """A batch of three: one without trouble, one with a damaged item, one large."""

    def __init__(self, *, limit: int = 0) -> None:
        self.keeper: Keeper = keeper_of()
        self.seen: set[str] = set()
        self.ask("New-ZdmMigrationBatch", csv=CSV.encode(), target_databases=["DB16-A"], bad_item_limit=limit)

    def ask(self, verb: str, **more: object) -> None:
        """Asks for something to be done with the batch."""
        assert session(self.keeper).change(verb, name="SR-1", **more).changed
        self.look()

    def look(self) -> dict[str, str]:
        """What the product reads of each user now."""
        found = session(self.keeper).read("Get-ZdmMigrationUser").facts
        states = {one.address.partition("@")[0]: one.status for one in found if isinstance(one, MigrationUser)}
        self.seen |= set(states.values())
        return states

    def wait(self, minutes: int) -> dict[str, str]:
        """Looks every minute."""
        for _ in range(minutes):
            self.keeper.carry(MINUTE)
            self.look()
        return self.look()

    def trouble(self, alias: str, what: str) -> None:
        """Something befalls a user."""
        self.keeper.with_world(lambda world: (befall(world, alias, what), None))


def all_states() -> set[str]:
    """The states that a few stories go through."""
    plain = Watched()
    plain.wait(30)
    plain.keeper.carry(DAY)
    plain.wait(3)
    plain.ask("Stop-ZdmMigrationBatch")
    plain.wait(2)
    plain.ask("Start-ZdmMigrationBatch")
    plain.wait(4)
    plain.trouble("boss", "batch-fails")
    plain.ask("Complete-ZdmMigrationBatch")
    plain.wait(5)
    plain.ask("Remove-ZdmMigrationBatch")
    lossy = Watched(limit=1)
    lossy.wait(6)
    lossy.ask("Stop-ZdmMigrationBatch")
    lossy.wait(2)
    lossy.ask("Start-ZdmMigrationBatch")
    lossy.trouble("pilot1", "batch-record-damaged")
    lossy.wait(35)
    lossy.trouble("boss", "batch-fails")
    lossy.keeper.carry(DAY)
    lossy.wait(3)
    lossy.ask("Complete-ZdmMigrationBatch")
    lossy.wait(4)
    return plain.seen | lossy.seen


def test_every_documented_state_of_a_user_is_reached_and_told() -> None:
    """All twenty-one, each with a sentence and what to do next."""
    seen = all_states()

    assert set(BATCH_USER) - seen == set()
    assert seen - set(BATCH_USER) == set()
    assert all(batch_user_state(one).action for one in seen)


def test_users_are_shown_in_plain_words() -> None:
    """With the server's own reason where they failed."""
    made = Watched()
    made.wait(30)
    shown = {row["address"].partition("@")[0]: row for row in batch_users(session(made.keeper))}

    assert (shown["pilot1"]["mood"], shown["damaged1"]["mood"]) == ("held", "failed")
    assert "TooManyBadItems" in shown["damaged1"]["error"]
    assert shown["damaged1"]["action"]


def test_a_completed_user_is_in_the_new_database_and_the_others_are_not() -> None:
    """Who failed stays where the mailbox was; the batch says that somebody did."""
    made = Watched()
    made.wait(30)
    made.ask("Complete-ZdmMigrationBatch")
    ended = made.wait(5)
    places = {one.alias: one.database for one in org_of(made.keeper).mailboxes.values() if one.alias in PEOPLE}
    found = session(made.keeper).read("Get-ZdmMigrationBatch").facts

    assert ended == {"pilot1": "Completed", "damaged1": "Failed", "boss": "Completed"}
    assert places == {"pilot1": "DB16-A", "damaged1": "DB10", "boss": "DB16-A"}
    assert [one.total for one in found if isinstance(one, MigrationBatch)] == [3]


def test_a_batch_is_neither_made_twice_nor_completed_before_anybody_is_copied() -> None:
    """Both are said before, or by the server; a second request for the same is no change."""
    made = Watched()
    again = session(made.keeper).change(
        "New-ZdmMigrationBatch", name="SR-1", csv=CSV.encode(), target_databases=["DB16-A"], bad_item_limit=0
    )
    with pytest.raises(VerbError):
        session(made.keeper).change("Complete-ZdmMigrationBatch", name="SR-1")
    with pytest.raises(PreconditionError, match="no batch SR-2"):
        session(made.keeper).change("Start-ZdmMigrationBatch", name="SR-2")

    assert not again.changed
    assert len(org_of(made.keeper).batches) == 1


def test_a_list_travels_as_bytes() -> None:
    """Umlauts arrive as they are; an address that nobody has is refused."""
    keeper = keeper_of()
    guid = guid_of(keeper, "boss")

    def renamed(org: object) -> object:
        boxes = org_of(keeper).mailboxes
        return replace(org, mailboxes={**boxes, guid: replace(boxes[guid], address="jörg@corp.example.net")})  # type: ignore[type-var]

    change_org(keeper, renamed)  # type: ignore[arg-type]
    asked = {"target_databases": ["DB16-A"], "bad_item_limit": 0}
    session(keeper).change("New-ZdmMigrationBatch", name="A", csv="EmailAddress\njörg@corp.example.net\n".encode(), **asked)
    with pytest.raises((VerbError, AlreadyExistsError)):
        session(keeper).change("New-ZdmMigrationBatch", name="B", csv=b"EmailAddress\nnobody@x\n", **asked)

    assert list(org_of(keeper).batches["A"].users) == [guid]
