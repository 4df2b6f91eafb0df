"""The requests of the mailbox moves, from the first to the way back: made, decided about, completed, removed.

One function for each change; before completion each is taken back by removing the request, after it only by another one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Facts, Rollback, Step, VerbCall, change, drop, manual, put, same, wait
from zdm_automate.errors import RefusedError
from zdm_automate.facts.mail import Mailbox, MailboxMove
from zdm_automate.mail.appliers import DONE
from zdm_automate.mail.losses import FORM, ITEM, decided, step_of
from zdm_automate.mail.routes import may_go_back
from zdm_automate.mail.states import state_of
from zdm_automate.mail.versions import Exchange
from zdm_automate.mail.waves import Wave, chosen

from ._mail_intent import ROLE
from ._mail_seen import batch_of, move_of, moved, plan_of, refused, server_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._mail_intent import MailIntent

READY = frozenset({"AutoSuspended", "Synced"})
LOST = "What arrived since comes along; items that were left behind do not come back, and Outlook has to be started anew."


def new_move(box: Mailbox, target: str, batch: str, *, verb: str = "New-ZdmMailboxMove", note: str = "") -> Step:
    """A request; people's are held before completion, those of system mailboxes complete by themselves."""
    held = verb == "New-ZdmMailboxMove"
    made = MailboxMove(
        guid=box.guid,
        name=box.alias,
        source=box.database,
        target=target,
        batch=batch,
        held=held,
        suspended=False,
        bad_item_limit=0,
    )
    params = {"identity": box.guid, "target_database": target, "batch_name": batch, "bad_item_limit": 0}
    return change(
        VerbCall(role=ROLE, verb=verb, params=params),
        f"{box.alias}: copy to {target} as {batch}" + (", then wait" if held else ""),
        before={"Database": box.database},
        after={"Request": f"{box.database} to {target}"},
        effects=(put(ROLE, made),),
        inverse=VerbCall(role=ROLE, verb="Remove-ZdmMailboxMove", params={"identity": box.guid}),
        rollback=Rollback.R1,
        note=note,
        seconds=3,
    )


def forget(move: MailboxMove, why: str) -> Step:
    """Removes a request: before completion the mailbox stays where it is, after it nothing but the record goes."""
    again = {"identity": move.guid, "target_database": move.target, "batch_name": move.batch, "bad_item_limit": 0}
    ended = move.status in DONE
    return change(
        VerbCall(role=ROLE, verb="Remove-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: {why}",
        before={"Request": move.status, "BadItems": move.bad_items},
        after={"Request": "none"},
        effects=(drop(ROLE, move),),
        inverse=None if ended else VerbCall(role=ROLE, verb="New-ZdmMailboxMove", params=again),
        no_inverse="the mailbox has moved; what goes is the record, whose report is kept" if ended else "",
        rollback=Rollback.R1,
        seconds=3,
    )


def release(move: MailboxMove) -> Step:
    """Completes what was copied: from here on the mailbox is in its new database."""
    return change(
        VerbCall(role=ROLE, verb="Resume-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: complete, from {move.source} to {move.target}"
        + (f", {move.bad_items} damaged items are left behind" if move.bad_items else ""),
        before={"Held": True, "BadItems": move.bad_items},
        after={"Held": False},
        effects=(put(ROLE, replace(move, held=False)),),
        no_inverse=f"it is moved back by a request of its own (`back:` in project.yaml). {LOST}",
        rollback=Rollback.R2,
        seconds=10,
    )


def failed_steps(facts: Facts, intent: MailIntent, move: MailboxMove) -> Iterator[Step]:
    """What becomes of a request that failed: a person decides, and what was decided is done."""
    if move.detail != "FailedBadItemLimit":
        state = state_of(move.status, move.detail)
        step = f"mend-{move.name}-{move.updated_utc[:16]}"
        text = f"{move.name}: {state.sentence} {move.message} {state.action}"
        signed = manual(facts, ITEM, step, text, form=("what was mended",))
        yield signed if signed.by_hand else again(move)
        return
    decision = decided(facts, move)
    if decision is not None and not decision.accepted:
        yield forget(move, f"stays on {move.source}: {decision.by} refused to lose {move.bad_items} items")
        return
    if move.bad_items > intent.bad_items:
        text = (
            f"{move.name}: {move.bad_items} damaged items, and {intent.bad_items} at most may be lost. Repair the mailbox, "
            "export what matters, or refuse"
        )
        yield manual(facts, ITEM, step_of(move), text, form=FORM)
        return
    if decision is None:
        text = f"{move.name}: {move.bad_items} damaged items would be lost. Accept or refuse, with the number and the reason"
        yield manual(facts, ITEM, step_of(move), text, form=FORM)
        return
    if move.bad_item_limit == decision.items:
        yield again(move)
        return
    wanted = replace(move, bad_item_limit=decision.items)
    yield change(
        VerbCall(
            role=ROLE,
            verb="Set-ZdmMailboxMoveLimit",
            params={"identity": move.guid, "bad_item_limit": decision.items},
        ),
        f"{move.name}: may lose {decision.items} damaged items, accepted by {decision.by}: {decision.reason}",
        before={"BadItemLimit": move.bad_item_limit},
        after={"BadItemLimit": decision.items},
        effects=(put(ROLE, wanted),),
        inverse=VerbCall(
            role=ROLE,
            verb="Set-ZdmMailboxMoveLimit",
            params={"identity": move.guid, "bad_item_limit": move.bad_item_limit},
        ),
        note=f"accepted by {decision.by}: {decision.reason}",
        rollback=Rollback.R2,
    )
    yield again(wanted)


def again(move: MailboxMove) -> Step:
    """Lets a request that failed go on where it stopped, with the limit that it has."""
    return change(
        VerbCall(role=ROLE, verb="Restart-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: go on where it stopped",
        before={"Status": move.status},
        after={"Status": "InProgress"},
        no_inverse="a request that goes on is paused or removed, not put back into its failure",
        watch=VerbCall(role=ROLE, verb="Get-ZdmMailboxMoveOf", params={"identity": move.guid}),
    )


def requests_of(facts: Facts, intent: MailIntent, wave: Wave) -> Iterator[Step]:
    """A wave's requests: made where there are none, decided about where they failed, waited for otherwise."""
    targets = target_of(facts, intent, wave)
    batch = batch_of(intent, wave.name)
    copying: list[str] = []
    going_back = {one.guid for one in chosen(intent.back, facts.of(ROLE, Mailbox))}
    for box in wave.members:
        move = move_of(facts, box)
        if box.guid in going_back or (move is None and moved(box, intent)):
            continue
        if move is None:
            if refused(facts, box):
                yield same(f"{box.alias}: stays where it is, by decision", role=ROLE)
            else:
                yield new_move(box, targets[box.guid], batch)
        elif move.status == "Failed":
            yield from failed_steps(facts, intent, move)
        elif move.status not in READY | DONE | {"CompletionInProgress"}:
            copying.append(f"{box.alias} {move.percent} %")
    if copying:
        shown = ", ".join(copying[:3]) + (f" and {len(copying) - 3} more" if len(copying) > 3 else "")  # noqa: PLR2004
        yield wait(f"{wave.name}: {len(copying)} of {len(wave.members)} are being copied", None, shown, role=ROLE)


def way_back(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Mailboxes that go back: the old request is cleared, then one is made in the other direction."""
    for box in chosen(intent.back, facts.of(ROLE, Mailbox)):
        move = move_of(facts, box)
        if not moved(box, intent):
            continue
        old = server_of(facts, intent.source_databases[0])
        if not may_go_back(Exchange(old.version), Exchange(server_of(facts, box.database).version)):
            raise RefusedError(f"{box.alias} cannot be moved back to Exchange {old.version}.")
        if move is not None and move.source.casefold() != box.database.casefold():
            yield forget(move, "clear the completed request, its report is kept")
            move = None
        if move is None:
            yield new_move(box, intent.source_databases[0], batch_of(intent, "back"), note=LOST)


def waiting_to_complete(facts: Facts, intent: MailIntent) -> Iterator[tuple[str, tuple[MailboxMove, ...], tuple[str, ...]]]:
    """By wave: the requests that are ready, and those that hold the wave up."""
    wanted = {one.casefold() for one in intent.completing}
    made = plan_of(facts, intent)
    back = Wave("back", chosen(intent.back, facts.of(ROLE, Mailbox)))
    for wave in (*made, back):
        if wanted and wave.name.casefold() not in wanted:
            continue
        moves = [found for box in wave.members if (found := move_of(facts, box)) is not None]
        moves = [one for one in moves if one.batch == batch_of(intent, wave.name)]
        ready = tuple(one for one in moves if one.status in READY and (one.held or one.complete_after))
        late = tuple(f"{one.name} {one.status}" for one in moves if one.status not in READY | DONE | {"CompletionInProgress"})
        asked = {one.guid for one in moves}
        late += tuple(
            f"{box.alias} not copied"
            for box in wave.members
            if box.guid not in asked and not moved(box, intent) and not refused(facts, box)
        )
        yield wave.name, ready, late
