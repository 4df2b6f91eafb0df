"""Move requests in the world: every documented state is reached, read through the product, and told in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from mail_lab import change_org, guid_of, keeper_of, office, org_of, session

from zdm_automate.errors import OutcomeUnknownError, PreconditionError, UnreachableError
from zdm_automate.facts.mail import MailboxMove
from zdm_automate.lab.exchange.direct import Pipeline
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.world.mail import GB, MailOrg
from zdm_automate.lab.world.mail_moves import backed_up
from zdm_automate.lab.world.mail_troubles import TROUBLES
from zdm_automate.mail.states import BATCH_USER, DETAIL, STATUS, batch_user_state, state_of
from zdm_automate.transport.base import Reply

MINUTE = 60.0


def move_of(keeper: Keeper, alias: str = "pilot1") -> MailboxMove:
    """The request as the product reads it."""
    found = session(keeper).read("Get-ZdmMailboxMoveOf", identity=guid_of(keeper, alias)).facts[0]
    assert isinstance(found, MailboxMove)
    return found


def begin(keeper: Keeper, alias: str = "pilot1", **more: object) -> None:
    """Makes a request that is held."""
    asked = {"target_database": "DB16-A", "batch_name": "SR-1", "bad_item_limit": 0} | more
    session(keeper).change("New-ZdmMailboxMove", identity=guid_of(keeper, alias), **asked)


def trouble(keeper: Keeper, whom: str, kind: str) -> None:
    """Something goes wrong with a mailbox, a database or a server; an empty kind ends it."""

    def change(org: MailOrg) -> MailOrg:
        left = {key: one for key, one in org.troubles.items() if key != whom}
        return replace(org, troubles={**left, whom: kind} if kind else left)

    change_org(keeper, change)


def test_a_held_request_goes_its_way_and_waits() -> None:
    """From the queue by every stage to 95 per cent; the mailbox is where it was until it is completed."""
    keeper = keeper_of()
    begin(keeper)
    seen = [move_of(keeper).detail]
    for _ in range(14):
        keeper.carry(MINUTE)
        now = move_of(keeper)
        seen += [now.detail] if now.detail != seen[-1] else []
    box = org_of(keeper).mailboxes[guid_of(keeper, "pilot1")]

    assert seen == [
        "Queued",
        "InitializingMove",
        "CreatingMailbox",
        "CreatingFolderHierarchy",
        "CreatingInitialSyncCheckpoint",
        "LoadingMessages",
        "CopyingMessages",
        "InitialSeedingComplete",
        "IncrementalSync",
        "AutoSuspended",
    ]
    assert (now.status, now.percent, now.held, box.database) == ("AutoSuspended", 95, True, "DB10")


def test_a_released_request_completes_in_minutes() -> None:
    """The mailbox is in its new database and in no other; the request stays until it is removed."""
    keeper = keeper_of()
    begin(keeper)
    keeper.carry(20 * MINUTE)
    session(keeper).change("Resume-ZdmMailboxMove", identity=guid_of(keeper, "pilot1"))
    details = []
    for _ in range(4):
        details.append(move_of(keeper).detail)
        keeper.carry(MINUTE)
    box = org_of(keeper).mailboxes[guid_of(keeper, "pilot1")]

    assert details == ["IncrementalSync", "Finalization", "Cleanup", "Completed"]
    assert (box.database, move_of(keeper).status) == ("DB16-A", "Completed")


def test_a_request_that_waits_for_its_moment_is_kept_up_to_date() -> None:
    """Synced with 2013 and later; it completes by itself once the moment has come, and not before."""
    keeper = keeper_of()
    later = keeper.now() + timedelta(hours=30)
    begin(keeper, complete_after=later)
    keeper.carry(29 * 3600)
    waiting = move_of(keeper)
    keeper.carry(2 * 3600)

    assert (waiting.status, waiting.held) == ("Synced", False)
    assert waiting.synced_utc > (later - timedelta(hours=7)).isoformat()
    assert move_of(keeper).status == "Completed"


def test_damaged_items_fail_a_move_until_somebody_accepts_their_loss() -> None:
    """At limit 0 the first one does; with the limit raised the move ends with a warning and the count."""
    keeper = keeper_of()
    begin(keeper, "damaged1")
    keeper.carry(30 * MINUTE)
    failed = move_of(keeper, "damaged1")
    session(keeper).change("Set-ZdmMailboxMoveLimit", identity=guid_of(keeper, "damaged1"), bad_item_limit=1)
    session(keeper).change("Restart-ZdmMailboxMove", identity=guid_of(keeper, "damaged1"))
    keeper.carry(5 * MINUTE)
    held = move_of(keeper, "damaged1")
    session(keeper).change("Resume-ZdmMailboxMove", identity=guid_of(keeper, "damaged1"))
    keeper.carry(5 * MINUTE)

    assert (failed.status, failed.detail, failed.bad_items) == ("Failed", "FailedBadItemLimit", 1)
    assert failed.failure == "TooManyBadItemsPermanentException"
    assert (held.status, held.bad_items, held.bad_item_limit) == ("AutoSuspended", 1, 1)
    assert move_of(keeper, "damaged1").status == "CompletedWithWarning"


def test_a_request_can_be_paused_and_go_on_but_not_once_it_completes() -> None:
    """The pause takes effect at the service's next minute."""
    keeper = keeper_of()
    begin(keeper, "boss")
    keeper.carry(8 * MINUTE)
    session(keeper).change("Suspend-ZdmMailboxMove", identity=guid_of(keeper, "boss"), comment="SR-1")
    keeper.carry(2 * MINUTE)
    paused = move_of(keeper, "boss")
    with pytest.raises(PreconditionError, match="not ready to be completed"):
        session(keeper).change("Resume-ZdmMailboxMove", identity=guid_of(keeper, "boss"))

    assert (paused.status, paused.suspended) == ("Suspended", True)


def test_a_request_that_completes_is_neither_paused_nor_removed() -> None:
    """Both are refused before anything is sent."""
    keeper = keeper_of()
    begin(keeper)
    keeper.carry(20 * MINUTE)
    guid = guid_of(keeper, "pilot1")
    session(keeper).change("Resume-ZdmMailboxMove", identity=guid)
    keeper.carry(MINUTE)
    for verb in ("Suspend-ZdmMailboxMove", "Remove-ZdmMailboxMove"):
        with pytest.raises(PreconditionError):
            session(keeper).change(verb, identity=guid)

    assert move_of(keeper).status == "CompletionInProgress"


def test_a_stopped_service_leaves_requests_as_they_are() -> None:
    """Nothing moves and nothing says so, but the time of the last update."""
    keeper = keeper_of()
    begin(keeper)
    keeper.carry(7 * MINUTE)
    before = move_of(keeper)
    stop = replace(org_of(keeper).servers["EX16"], replication_service=False)
    change_org(keeper, lambda org: replace(org, servers={**org.servers, "EX16": stop}))
    keeper.carry(40 * MINUTE)
    after = move_of(keeper)

    assert (after.status, after.done, after.updated_utc) == (before.status, before.done, before.updated_utc)


def test_a_full_log_disk_dismounts_the_databases_and_a_backup_frees_it() -> None:
    """What is copied is logged; the moves meet a database that is offline and go on once it is mounted."""
    keeper = keeper_of()
    small = replace(org_of(keeper).servers["EX16"], log_free=3 * GB)
    change_org(keeper, lambda org: replace(org, servers={**org.servers, "EX16": small}))
    begin(keeper, "boss")
    keeper.carry(30 * MINUTE)
    stuck = move_of(keeper, "boss")
    change_org(keeper, lambda org: backed_up(org, "DB16-A", keeper.now()))
    mounted = replace(org_of(keeper).databases["DB16-A"], mounted=True)
    change_org(keeper, lambda org: replace(org, databases={**org.databases, "DB16-A": mounted}))
    keeper.carry(3 * MINUTE)

    assert (stuck.status, stuck.detail) == ("Retrying", "MDBOffline")
    assert move_of(keeper, "boss").detail == "CopyingMessages"


def test_ten_mailboxes_are_copied_at_once_and_the_others_wait() -> None:
    """Per target database."""
    keeper = keeper_of()
    aliases = [one.alias for one in org_of(keeper).mailboxes.values() if one.kind == "UserMailbox"][:14]
    for alias in aliases:
        begin(keeper, alias)
    keeper.carry(4 * MINUTE)
    status = [one.status for one in org_of(keeper).moves.values()]

    assert (status.count("InProgress"), status.count("Queued")) == (10, 4)


def test_a_change_that_cannot_be_read_back_is_unknown() -> None:
    """It was sent, so it may be there; nothing is sent a second time by itself."""
    keeper = keeper_of()
    sent: list[str] = []

    def around(host: str, pipeline: Pipeline, call: Callable[[], Reply]) -> Reply:
        if sent:
            raise UnreachableError("no connection", host=host)
        sent.extend(name for name, _ in pipeline if name == "New-MoveRequest")
        return call()

    made = session(keeper, around=around)
    with pytest.raises(OutcomeUnknownError, match="reading it back failed"):
        made.change(
            "New-ZdmMailboxMove", identity=guid_of(keeper, "pilot1"), target_database="DB16-A", batch_name="x", bad_item_limit=0
        )

    assert sent == ["New-MoveRequest"]
    assert len(org_of(keeper).moves) == 1


# --- every state ---


@pytest.mark.parametrize("version", ["2016", "2010"])
@pytest.mark.parametrize("kind", TROUBLES)
def test_every_trouble_is_read_in_its_versions_words_and_told(kind: str, version: str) -> None:
    """With a sentence of its own and what to do next; and the move goes on, or is resumed, once it is over."""
    world = office().world
    assert world.mail is not None
    if version == "2010":  # a 2010 organisation with a second 2010 server
        servers = {**world.mail.servers, "EX16": replace(world.mail.servers["EX16"], version="2010")}
        world = replace(world, mail=replace(world.mail, servers=servers))
    keeper = keeper_of(world)
    begin(keeper)
    keeper.carry(7 * MINUTE)
    trouble(keeper, "DB16-A", kind)
    keeper.carry(2 * MINUTE)
    met = move_of(keeper)
    wanted = TROUBLES[kind]
    told = state_of(met.status, met.detail)
    trouble(keeper, "DB16-A", "")
    if met.status == "Failed":
        assert told.mood in {"failed", "gone"}
        session(keeper).change("Restart-ZdmMailboxMove", identity=guid_of(keeper, "pilot1"))
    keeper.carry(15 * MINUTE)

    assert met.detail == (wanted.old_detail if version == "2010" else wanted.detail)
    assert told.sentence
    assert told.action
    assert told.mood in {"stalled", "trouble", "failed", "works", "waits", "gone"}
    assert move_of(keeper).status == "AutoSuspended"


def test_every_status_is_told() -> None:
    """Documented names of requests and of batch users; none is told twice with the same action and nothing to do."""
    for state in (*STATUS.values(), *DETAIL.values(), *BATCH_USER.values()):
        assert state.sentence.endswith(".")
        assert state.action.endswith(".")
    assert len(BATCH_USER) == 21
    assert len(STATUS) == 12


def test_a_word_nobody_knows_is_never_a_good_state() -> None:
    """A new stall is told by its prefix; anything else is said to be unknown."""
    assert state_of("InProgress", "StalledDueToTarget_Moonlight").mood == "stalled"
    assert "Moonlight on the target" in state_of("InProgress", "StalledDueToTarget_Moonlight").sentence
    assert state_of("Sideways").mood == "unknown"
    assert batch_user_state("Sideways").mood == "unknown"
    assert state_of("AutoSuspended", "AutoSuspended").mood == "held"
    assert state_of("CompletedWithSkippedItems").mood == "done"
