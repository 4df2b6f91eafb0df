r"""Where a path leads: a local one to a drive of the host, a UNC path through a share of another. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zdm_automate.lab.world.reach import named

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.volumes import Folder, Volume

NO_NAME, NO_SHARE, DENIED, NO_LOGON, SMB1 = 53, 67, 5, 1326, 384
"""Win32 codes: network path, share name, access, logon, and a share that speaks only what the client has forgotten."""

_UNC = re.compile(r"^\\\\([^\\]+)\\([^\\]+)(\\.*)?$")
_LOCAL = re.compile(r"^([A-Za-z]):(\\.*)?$")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a drive of a host; `rest` is the path below the root of that drive."""

    host: str
    letter: str
    rest: str

    @property
    def local(self) -> str:
        """The path as that host itself writes it."""
        return f"{self.letter}:\\{self.rest}"

    def volume(self, world: World) -> Volume | None:
        """The drive, where the host has it."""
        return world.volumes.get(self.host, {}).get(self.letter)

    def folder(self, world: World) -> Folder | None:
        """The folder at the place, where there is one."""
        volume = self.volume(world)
        return volume.folder(self.rest) if volume is not None else None


def leads(world: World, host: str, path: str, user: str = "") -> Spot | int:  # noqa: PLR0911 - each reason has its code
    r"""Where a path leads for somebody on a host, or the Win32 code of why it does not."""
    local = _LOCAL.match(path)
    if local is not None:
        return Spot(host, local[1].upper(), (local[2] or "").strip("\\"))
    found = _UNC.match(path)
    if found is None:
        return NO_NAME
    there = named(world, host, found[1])
    me = world.host(host)
    if there is None or not there.running("LanmanServer") or not me.nics or not there.nics:
        return NO_NAME
    if there.windows.version.startswith("5.") and me.windows.version.startswith("10."):
        return SMB1
    rest = (found[3] or "").strip("\\")
    if re.fullmatch(r"[A-Za-z]\$", found[2]):
        return Spot(there.name, found[2][0].upper(), rest) if is_admin(world, user) else DENIED
    server = world.smb.get(there.name)
    share = server.share(found[2]) if server is not None else None
    if server is None or share is None:
        return NO_SHARE
    if not share.right_of(sids_of(world, user), server.session_of(user)):
        return DENIED
    root = share.path.rstrip("\\")
    return Spot(there.name, root[0].upper(), "\\".join(part for part in (root[3:], rest) if part))


def is_admin(world: World, user: str) -> bool:
    """Whether this is one of the lab's administrators, or the system's own account; people with SIDs of their own are not."""
    return user == "SYSTEM" or (plain(user) in world.accounts and plain(user) not in world.sids)


def plain(user: str) -> str:
    r"""The logon name alone: `DOMAIN\user` and `user@domain` are `user`."""
    return user.rsplit("\\", 1)[-1].split("@", 1)[0].casefold()


def sids_of(world: World, user: str) -> frozenset[str]:
    """Who somebody is to an access check, in the short forms of security descriptors where there is one."""
    found = {"WD", "AU", "S-1-1-0", *world.sids.get(plain(user), ())}
    return frozenset(found | {"BA", "DA", "DU"} if is_admin(world, user) else found)
