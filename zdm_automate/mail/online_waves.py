"""The batches of mailboxes that go to Exchange Online: who is in which, and how far each is. Pure.

Who is in a batch stays in it; a mailbox that has gone over is no longer on premises and is known by its move alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.mail_online import OnlineMove

if TYPE_CHECKING:
    from collections.abc import Iterable


COPIED: Final = frozenset({"Synced", "IncrementalSynced", "IncrementalSyncing"})
"""States in which a mailbox can be completed; a copy that is being brought up to date is one already."""

THROUGH: Final = frozenset({"Completed", "CompletedWithWarnings"})
GOING: Final = frozenset({"Completing", "CompletionSynced"})
FAILED: Final = frozenset({"Failed", "IncrementalFailed", "CompletionFailed", "Corrupted"})


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch and the moves in it."""

    name: str
    moves: tuple[OnlineMove, ...]

    @property
    def done(self) -> bool:
        """Whether everybody has gone over."""
        return bool(self.moves) and all(one.status in THROUGH for one in self.moves)


def batches_of(moves: Iterable[OnlineMove], prefix: str) -> tuple[Batch, ...]:
    """The project's batches by name, the pilot first."""
    found: dict[str, list[OnlineMove]] = {}
    for one in moves:
        if one.batch.casefold().startswith(f"{prefix}-".casefold()):
            found.setdefault(one.batch, []).append(one)
    order = sorted(found, key=lambda name: (not name.endswith("-pilot"), len(name), name))
    return tuple(Batch(name, tuple(sorted(found[name], key=lambda one: one.address))) for name in order)


def next_name(known: Iterable[str], prefix: str) -> str:
    """The next wave's name: a number that no batch has."""
    taken = {name.casefold() for name in known}
    number = 1
    while f"{prefix}-wave-{number}".casefold() in taken:
        number += 1
    return f"{prefix}-wave-{number}"
