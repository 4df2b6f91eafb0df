"""Which version of Exchange mailboxes can go to from which: computed from the pairs that may stand side by side. Pure.

An illegal pair is refused with the shortest chain of legal ones named; nothing here installs or moves anything.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import RefusedError
from zdm_automate.mail.versions import Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Leg:
    """One legal pair.

    Attributes:
        way: the cmdlet that moves.
        online: whether people work on while their mailbox moves.
        needs: what both sides must have before it.
    """

    way: str
    online: bool
    needs: str = ""


V2003, V2007, V2010, V2013, V2016, V2019, SE = list(Exchange)[:7]
ONLINE: Final = Exchange.ONLINE

LEGS: Final[Mapping[tuple[Exchange, Exchange], Leg]] = {
    (V2003, V2007): Leg("Move-Mailbox", online=False),
    (V2003, V2010): Leg("New-MoveRequest", online=False),
    (V2007, V2010): Leg("New-MoveRequest", online=True, needs="2007 SP1 or later"),
    (V2007, V2013): Leg("New-MoveRequest", online=True, needs="2007 SP3 RU10, 2013 CU2"),
    (V2010, V2013): Leg("New-MoveRequest", online=True, needs="2010 SP3"),
    (V2010, V2016): Leg("New-MoveRequest", online=True, needs="2010 SP3 RU11"),
    (V2013, V2016): Leg("New-MoveRequest", online=True),
    (V2013, V2019): Leg("New-MoveRequest", online=True, needs="2013 CU21"),
    (V2016, V2019): Leg("New-MoveRequest", online=True, needs="2016 CU11"),
    (V2016, SE): Leg("New-MoveRequest", online=True, needs="2016 CU23"),
    (V2019, SE): Leg("New-MoveRequest", online=True, needs="2019 CU14 or CU15"),
    (V2003, ONLINE): Leg("cutover or staged migration", online=False, needs="Outlook Anywhere, a public certificate"),
    (V2007, ONLINE): Leg("cutover or staged migration", online=False, needs="Outlook Anywhere, a public certificate"),
    (V2010, ONLINE): Leg("cutover or hybrid migration", online=True, needs="a public certificate; hybrid: MRS proxy"),
    (V2013, ONLINE): Leg("cutover or hybrid migration", online=True, needs="a public certificate; hybrid: MRS proxy"),
    (V2016, ONLINE): Leg("cutover or hybrid migration", online=True, needs="a public certificate; hybrid: MRS proxy"),
    (V2019, ONLINE): Leg("cutover or hybrid migration", online=True, needs="a public certificate; hybrid: MRS proxy"),
    (SE, ONLINE): Leg("cutover or hybrid migration", online=True, needs="a public certificate; hybrid: MRS proxy"),
}
"""The pairs that are possible (domain notes 0.3.2 and 3.5.9)."""

ONLY_GONE_FIRST: Final = "the old version must be gone from the organisation before the next but one is installed"


def chain(start: Exchange, end: Exchange) -> tuple[Exchange, ...]:
    """The shortest chain of legal pairs on own servers, both ends included; empty where there is none."""
    before: dict[Exchange, Exchange] = {start: start}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here is end:
            found = [end]
            while found[0] is not start:
                found.insert(0, before[found[0]])
            return tuple(found)
        for old, new in LEGS:
            if old is here and new not in before and (new is not ONLINE or end is ONLINE):
                before[new] = here
                queue.append(new)
    return ()


def leg(start: Exchange, end: Exchange) -> Leg:
    """How mailboxes go from one version to the other, at once.

    Raises:
        RefusedError: not at once, or not at all; the message names the legal chain.
    """
    found = LEGS.get((start, end))
    if found is not None:
        return found
    if start is end:
        raise RefusedError(
            f"source and target are both Exchange {start}: that is no migration.", hint="Name the newer server as the target."
        )
    way = chain(start, end)
    if not way:
        raise RefusedError(
            f"mailboxes do not go from Exchange {start} to {end}: {end} is the older one.",
            hint="Name source and target the other way round.",
        )
    said = ", then ".join(f"{one} to {two}" for one, two in itertools.pairwise(way))
    raise RefusedError(
        f"mailboxes cannot go from Exchange {start} to {end} at once; {ONLY_GONE_FIRST}.", hint=f"The legal chain is {said}."
    )


def refuse_mixed(present: frozenset[Exchange], target: Exchange) -> None:
    """Asks that every version in the organisation may stand beside the target.

    Raises:
        RefusedError: one may not; the message names the legal chain for it.
    """
    for version in sorted(present - {target}, key=lambda one: one.age):
        if version.age < target.age:
            leg(version, target)


def may_go_back(start: Exchange, end: Exchange) -> bool:
    """Whether a mailbox that went from the one to the other can be moved back there by a move request."""
    return (start, end) in LEGS and start.age >= V2010.age and end is not ONLINE
