"""How an organisation's mailboxes go to Exchange Online: which methods a version has, and what forbids each. Pure.

It refuses with the chain that is legal instead; it moves nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import RefusedError
from zdm_automate.mail.routes import chain, leg
from zdm_automate.mail.versions import REMOTE, Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A method.

    Attributes:
        oldest: the oldest version that has it.
        synchronised: whether directory synchronisation has to have run; False: it must not.
        most: mailboxes at most; 0 for no limit.
        advised: mailboxes up to which it is advised; 0 for no limit.
        keeps_outlook: whether Outlook keeps its profile and its cached copy.
        needs: what both sides must have.
    """

    oldest: Exchange
    synchronised: bool
    most: int = 0
    advised: int = 0
    keeps_outlook: bool
    needs: str


CUTOVER: Final = "cutover"
MINIMAL: Final = "minimal-hybrid"
REMOTE_MOVE: Final = "remote-move"

WAYS: Final[Mapping[str, Way]] = {
    CUTOVER: Way(
        oldest=Exchange.V2003,
        synchronised=False,
        most=2000,
        advised=150,
        keeps_outlook=False,
        needs="Outlook Anywhere with a certificate of a public authority; directory synchronisation is off",
    ),
    MINIMAL: Way(
        oldest=Exchange.V2010,
        synchronised=True,
        keeps_outlook=True,
        needs="directory synchronisation once, the MRS proxy behind a public certificate",
    ),
    REMOTE_MOVE: Way(
        oldest=Exchange.V2010,
        synchronised=True,
        keeps_outlook=True,
        needs="directory synchronisation, a hybrid configuration, the MRS proxy behind a public certificate",
    ),
}
"""By the word of the project file (domain notes 3.5.9)."""


def way_of(method: str, source: Exchange, mailboxes: int, synced: int) -> str:
    """How the mailboxes go, in words. `synced` is how many users of the tenant are managed on premises.

    Raises:
        RefusedError: this organisation cannot go that way; the message says which it can.
    """
    leg(source, Exchange.ONLINE)
    way = WAYS[method]
    if source.age < way.oldest.age:
        raise RefusedError(
            f"Exchange {source} does not go to Exchange Online by {method}; it has the methods cutover and staged migration.",
            hint=f"The legal chain for {method} is {_legal(source, way.oldest)}.",
        )
    if source not in REMOTE:
        raise RefusedError(
            f"Exchange {source} goes to Exchange Online by cutover or staged migration, and takes no commands from here.",
            hint=f"Do it in the Exchange admin center, or go by the chain {_legal(source, Exchange.V2010)}.",
        )
    if way.most and mailboxes > way.most:
        raise RefusedError(
            f"{mailboxes} mailboxes do not go by {method}: it takes {way.most} at most.",
            hint=f"Choose {MINIMAL} or {REMOTE_MOVE}.",
        )
    if synced and not way.synchronised:
        raise RefusedError(
            f"{synced} users in Exchange Online are managed on premises, and {method} makes its users itself.",
            hint=f"Switch directory synchronisation off and wait until it is, or choose {MINIMAL} or {REMOTE_MOVE}.",
        )
    told = f"Exchange {source} to Exchange Online by {method}; both sides need: {way.needs}"
    told += "; Outlook keeps profile and cache" if way.keeps_outlook else "; every Outlook gets a new profile and copies anew"
    if way.advised and mailboxes > way.advised:
        told += f"; {mailboxes} mailboxes are more than the {way.advised} up to which it is advised"
    return told


def _legal(source: Exchange, oldest: Exchange) -> str:
    pairs = itertools.pairwise((*chain(source, oldest), Exchange.ONLINE))
    return ", then ".join(f"{one} to {two}" for one, two in pairs)
