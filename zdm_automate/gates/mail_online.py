"""G-COMPLETE-MAIL for mailboxes that go to Exchange Online: the same questions, asked of the batches there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.mail_online import OnlineMove
from zdm_automate.gates.evidence import truth
from zdm_automate.gates.model import Seen, Truth
from zdm_automate.mail.losses import decided_online
from zdm_automate.mail.online_waves import COPIED, GOING, THROUGH, batches_of
from zdm_automate.mail.states import batch_user_state
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.facts.store import Facts

ONLINE: Final = "online"
READY: Final = COPIED | GOING | THROUGH
SHOWN: Final = 3
"""How many a sentence holds."""


def online_reads() -> Iterator[Read]:
    """What the service shows of its batches."""
    yield Read(role=ONLINE, verb="Get-ZdmOnlineMove")


def _moves(facts: Facts, wanted: Mapping[str, Any]) -> tuple[OnlineMove, ...]:
    """The moves of the batches that are to be completed now."""
    prefix = str(wanted["batch"])
    names = {f"{prefix}-{one}".casefold() for one in wanted["completing"]}
    batches = batches_of(facts.of(ONLINE, OnlineMove), prefix)
    return tuple(one for batch in batches if not names or batch.name.casefold() in names for one in batch.moves)


def synced(facts: Facts, wanted: Mapping[str, Any]) -> Seen:
    """Everybody of the batches is copied."""
    moves = _moves(facts, wanted)
    if not moves:
        return Seen(state=Truth.FALSE, value="no batch", hint="`zdm plan mailbox_moves` makes them first.")
    waiting = [one for one in moves if one.status not in READY]
    if waiting:
        said = "; ".join(f"{one.address}: {batch_user_state(one.status).sentence}" for one in waiting[:SHOWN])
        more = f" and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
        return Seen(state=Truth.FALSE, value=f"{len(waiting)} of {len(moves)} are not copied: {said}{more}")
    through = sum(one.status in THROUGH for one in moves)
    return Seen(state=Truth.TRUE, value=f"{len(moves) - through} wait, {through} are through")


def losses(facts: Facts, wanted: Mapping[str, Any], most: int) -> Seen:
    """What was not copied is decided, mailbox by mailbox, and never more than anybody may lose."""
    wrong: list[str] = []
    lost = 0
    for one in _moves(facts, wanted):
        decision = decided_online(facts, one) if one.skipped else None
        if decision is None and one.skipped:
            wrong.append(f"{one.address} leaves {one.skipped} items behind and nobody has decided about that")
        elif decision is not None and decision.accepted and decision.items > most:
            wrong.append(f"{one.address} leaves {decision.items} items behind, {most} at most are allowed")
        lost += decision.items if decision is not None else 0
    if wrong:
        hint = "Sign each under B-127 as the plan says, or refuse; the number must be the one that the service counted."
        return Seen(state=Truth.FALSE, value="; ".join(wrong[:SHOWN]), hint=hint)
    return Seen(state=truth(True), value=f"{lost} items stay behind, each accepted" if lost else "none")
