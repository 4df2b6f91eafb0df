"""People who work in shares: at their own pace they write, rename and delete files, wherever their path leads at that moment.

Which deed comes next follows from the seed and the number of deeds so far, so that a world is the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from zdm_automate.lab.world.dfs import Link, target_of
from zdm_automate.lab.world.paths import Spot, leads, plain, sids_of
from zdm_automate.lab.world.reach import named
from zdm_automate.lab.world.volumes import File, Folder

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World

CHANGE = 2
DEEDS = ("write", "write", "write", "new", "new", "rename", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at work.

    Attributes:
        user: the logon name.
        path: a UNC path, of a server or of a namespace.
        seat: the host of the PC.
        minutes: between two deeds.
        first, last: the hours of the day between which they work, UTC.
        at: when the next deed is due, ISO 8601.
        done: deeds so far; refused: how many of them nobody let them do.
    """

    user: str
    path: str
    seat: str
    minutes: int
    first: int = 6
    last: int = 18
    at: str = ""
    done: int = 0
    refused: int = 0


def due(world: World) -> datetime | None:
    """When somebody does something next."""
    return min((datetime.fromisoformat(one.at) for one in world.people if one.at), default=None)


def fire(world: World) -> World:
    """The world after the deeds that are due now."""
    for number, one in enumerate(world.people):
        if not one.at or datetime.fromisoformat(one.at) > world.now:
            continue
        after = replace(one, at=_next(one, world.now).isoformat(), done=one.done + 1)
        if one.first <= world.now.hour < one.last:
            changed = _deed(world, one)
            after = replace(after, refused=one.refused + (changed is None))
            world = changed or world
        else:
            after = replace(after, done=one.done)
        world = replace(world, people=(*world.people[:number], after, *world.people[number + 1 :]))
    return world


def _next(one: Person, now: datetime) -> datetime:
    later = now + timedelta(minutes=one.minutes)
    if one.first <= later.hour < one.last:
        return later
    morning = later.replace(hour=one.first, minute=0, second=0, microsecond=0)
    return morning if morning > now else morning + timedelta(days=1)


def place_of(world: World, one: Person) -> tuple[Spot, int] | None:
    """Where a person's path leads now, and what they may do there; None where it leads nowhere."""
    links: dict[str, Link] = dict(world.dfs)
    path = target_of(links, one.path) or one.path
    spot = leads(world, one.seat, path, one.user)
    server, _, rest = path.lstrip("\\").partition("\\")
    there = named(world, one.seat, server)
    if not isinstance(spot, Spot) or there is None:
        return None
    server_of = world.smb[there.name]
    share = server_of.share(rest.partition("\\")[0])
    if share is None:
        return None
    return spot, share.right_of(sids_of(world, one.user), server_of.session_of(one.user))


def _deed(world: World, one: Person) -> World | None:
    """The world after a deed; None where it was refused."""
    found = place_of(world, one)
    if found is None or found[1] < CHANGE:
        return None
    spot = found[0]
    volume = spot.volume(world)
    if volume is None:
        return None
    folders = [folder for folder in volume.below(spot.rest) if not folder.link]
    if not folders:
        return None
    chance = int(sha256(f"{world.seed}:{one.user}:{one.done}".encode()).hexdigest()[:12], 16)
    folder = folders[chance % len(folders)]
    return world.with_volume(spot.host, volume.with_folder(_worked(world, one, folder, chance)))


def _worked(world: World, one: Person, folder: Folder, chance: int) -> Folder:
    at = int(world.now.timestamp())
    deed = DEEDS[chance // 7 % len(DEEDS)]
    own = [file for file in folder.files.values() if file is not None]
    if deed == "new" or not own:
        return folder.with_file(
            File(name=f"{plain(one.user)}-{one.done:04d}.docx", size=20_000, at=at, content=f"{one.user}:{at}")
        )
    file = own[chance // 64 % len(own)]
    if deed == "delete":
        return folder.without_file(file.name)
    if deed == "rename":
        return folder.without_file(file.name).with_file(replace(file, name=f"{at}-{file.name[-40:]}"))
    return folder.with_file(replace(file, size=file.size + chance % 5000, at=at, content=f"{one.user}:{at}"))
