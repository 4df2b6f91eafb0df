"""Room on the drives that a migration writes to: the host's volumes where the world tells of them, else the desk's figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World


def free(world: World, host: str) -> int:
    """Bytes free on a PC's system drive."""
    volume = world.volumes.get(host, {}).get("C")
    return volume.free if volume is not None else world.user_states.desk(host).free


def filled(world: World, host: str, size: int) -> World:
    """The world in which so many bytes more lie on a PC's system drive."""
    volume = world.volumes.get(host, {}).get("C")
    if volume is not None:
        return world.with_volume(host, replace(volume, other=min(volume.other + size, volume.size)))
    states = world.user_states
    desk = states.desk(host)
    return replace(world, user_states=states.with_desk(host, replace(desk, free=max(desk.free - size, 0))))
