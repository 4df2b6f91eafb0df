"""Room on the drives that a migration writes to: the host's volumes where the world tells of them, else the desk's figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World


def free(world: World, host: str, path: str = "C:") -> int:
    """Bytes free on the drive of a path."""
    volume = world.volumes.get(host, {}).get(path[0].upper())
    return volume.free if volume is not None else world.user_states.desk(host).free


def filled(world: World, host: str, size: int, path: str = "C:") -> World:
    """The world in which so many bytes more lie on the drive of a path; less than none: they have gone."""
    volume = world.volumes.get(host, {}).get(path[0].upper())
    if volume is not None:
        return world.with_volume(host, replace(volume, other=max(min(volume.other + size, volume.size), 0)))
    states = world.user_states
    desk = states.desk(host)
    return replace(world, user_states=states.with_desk(host, replace(desk, free=max(desk.free - size, 0))))
