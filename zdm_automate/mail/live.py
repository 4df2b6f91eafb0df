"""What a table of moves shows: state in plain words, rate, stall with its cause, predicted end. Pure; it asks nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.mail.states import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.facts.mail import MailboxMove

STALL: Final = timedelta(minutes=30)
"""So long without a byte a move at work counts as stalled (domain notes 4.1)."""

ORDER: Final = ("failed", "unknown", "stalled", "trouble", "works", "waits", "held", "done", "gone")
"""What needs somebody first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mailbox of the table.

    Attributes:
        mood: see `states`.
        still: how long no byte has come.
        ends: when the copy is predicted to be complete; None where nothing tells.
    """

    name: str
    wave: str
    mood: str
    sentence: str
    action: str
    percent: int
    size: int
    rate: int
    bad_items: int
    still: timedelta
    ends: datetime | None
    message: str


def line(move: MailboxMove, now: datetime) -> Line:
    """A request as the table shows it."""
    state = state_of(move.status, move.detail)
    updated = datetime.fromisoformat(move.updated_utc) if move.updated_utc else None
    still = now - updated if updated is not None and state.mood in {"works", "stalled", "trouble"} else timedelta(0)
    mood, sentence, action = state.mood, state.sentence, state.action
    if mood == "works" and still >= STALL:
        minutes = round(still.total_seconds() / 60)
        mood, sentence = "stalled", f"It says that it works, but nothing has come for {minutes} min."
        action = "Look whether the replication service runs, and at both servers."
    left = max(0, move.size - move.done)
    moving = mood == "works" and move.rate > 0
    return Line(
        name=move.name,
        wave=move.batch,
        mood=mood,
        sentence=sentence,
        action=action,
        percent=move.percent,
        size=move.size,
        rate=move.rate if mood == "works" else 0,
        bad_items=move.bad_items,
        still=max(still, timedelta(0)),
        ends=now + timedelta(minutes=left / move.rate) if moving else None,
        message=move.message,
    )


def table(moves: Iterable[MailboxMove], now: datetime) -> tuple[Line, ...]:
    """All requests, those first that need somebody."""
    return tuple(sorted((line(move, now) for move in moves), key=lambda one: (ORDER.index(one.mood), one.wave, one.name)))


def summary(lines: Iterable[Line]) -> str:
    """The table in one sentence."""
    count = Counter(one.mood for one in lines)
    words = [f"{count[mood]} {mood}" for mood in ORDER if count[mood]]
    return ", ".join(words) or "no requests"
