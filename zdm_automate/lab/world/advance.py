"""Time: carries the world from one moment to a later one, firing what falls due on the way, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate.lab.world import dhcp_serve, dns_change, mail_moves, people, tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zdm_automate.lab.world.model import World

    Due = Callable[[World], datetime | None]
    Fire = Callable[[World], World]

SOURCES: tuple[tuple[Due, Fire], ...] = (
    (dns_change.due, dns_change.fire),
    (dhcp_serve.due, dhcp_serve.fire),
    (people.due, people.fire),
    (tasks.due, tasks.fire),
    (mail_moves.due, mail_moves.fire),
)
"""Per area: when its next event falls due, and the world after the events due at `world.now`. A fired event must be gone."""


def advance(world: World, until: datetime) -> World:
    """The world at `until`; going back is refused.

    Raises:
        ValueError: `until` lies before the world's time.
    """
    if until < world.now:
        raise ValueError(f"the world's clock stands at {world.now.isoformat()}; it does not go back")
    while True:
        moments = [(moment, fire) for due, fire in SOURCES if (moment := due(world)) is not None and moment <= until]
        if not moments:
            return replace(world, now=until)
        moment, fire = min(moments, key=lambda pair: pair[0])
        world = fire(replace(world, now=max(moment, world.now)))
