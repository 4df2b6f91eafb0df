"""Damaged items: who decided that a mailbox may lose how many, as the project's signatures tell. Pure.

Without a decision that fits what the server counted nothing may be lost; a refusal keeps the mailbox where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.project import PROJECT, SignOff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.facts.mail import MailboxMove
    from zdm_automate.facts.mail_online import OnlineMove
    from zdm_automate.facts.store import Facts

ITEM: Final = "B-138"
"""The row of the checklist under which decisions are signed."""

ONLINE_ITEM: Final = "B-127"
"""The same for what Exchange Online could not copy."""

FORM: Final = ("decision", "items", "reason")
CEILING: Final = 10
"""What nobody may approve more of (domain notes 4.1)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about one mailbox."""

    accepted: bool
    items: int
    by: str
    reason: str


def step_of(move: MailboxMove) -> str:
    """The name under which the decision about a mailbox is signed; it holds the count, so that a later item asks anew."""
    return f"bad-items-{move.name}-{move.bad_items}"


def decided(facts: Facts, move: MailboxMove) -> Decision | None:
    """The decision about what the server counted; None where there is none, or one that does not say what it decides."""
    return _decision(facts, ITEM, step_of(move), move.bad_items)


def skipped_step(move: OnlineMove) -> str:
    """As `step_of`, of a mailbox that goes to Exchange Online; its address as one word, so that it can be typed."""
    return f"skipped-{re.sub(r'[^A-Za-z0-9._-]+', '-', move.address)}-{move.skipped}"


def decided_online(facts: Facts, move: OnlineMove) -> Decision | None:
    """The decision about what Exchange Online could not copy, likewise."""
    return _decision(facts, ONLINE_ITEM, skipped_step(move), move.skipped)


def _decision(facts: Facts, item: str, step: str, count: int) -> Decision | None:
    found = next(
        (one for one in facts.of(PROJECT, SignOff) if (one.item, one.step.casefold()) == (item, step.casefold())), None
    )
    if found is None:
        return None
    told = dict(answer.split("=", 1) for answer in found.answers if "=" in answer)
    word, items, reason = (told.get(name, "").strip() for name in FORM)
    if word.casefold() == "refuse":
        return Decision(accepted=False, items=0, by=found.by, reason=reason)
    if word.casefold() != "accept" or not items.isdigit() or int(items) != count or not reason:
        return None
    return Decision(accepted=True, items=int(items), by=found.by, reason=reason)


def unaccepted(facts: Facts, moves: Iterable[MailboxMove], most: int) -> tuple[str, ...]:
    """What is wrong with losses: a limit that nobody approved, an item more than was approved, more than anybody may."""
    wrong: list[str] = []
    for move in moves:
        decision = decided(facts, move)
        if move.bad_item_limit < 0 or move.bad_item_limit > most:
            limit = "any number" if move.bad_item_limit < 0 else str(move.bad_item_limit)
            wrong.append(f"{move.name} may lose {limit} items, {most} at most are allowed")
        elif move.bad_items > 0 and (decision is None or not decision.accepted):
            wrong.append(f"{move.name} loses {move.bad_items} items and nobody has accepted that")
        elif move.bad_item_limit > move.bad_items:
            wrong.append(f"{move.name} may lose {move.bad_item_limit} items and has {move.bad_items} damaged ones")
    return tuple(wrong)
