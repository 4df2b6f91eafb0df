"""Files on the hosts of the world: paths compare as on Windows; a folder is there when it was made or holds something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.model import World

SYSTEM_FOLDERS = ("C:\\", "C:\\Windows\\", "C:\\Windows\\System32\\", "C:\\Users\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is at a path.

    Attributes:
        path: as it was written.
        content: None for a folder.
        at: when it was written, ISO 8601.
    """

    path: str
    content: bytes | None
    at: str

    @property
    def sha256(self) -> str:
        """Hash of the content in upper case, as Get-FileHash gives it."""
        return sha256(self.content or b"").hexdigest().upper()


def _key(path: str) -> str:
    return path.replace("/", "\\").rstrip("\\").casefold()


def entry(host: Host, path: str) -> Entry | None:
    """The file or folder at a path, or None."""
    wanted = _key(path)
    times = {_key(name): at for name, at in host.file_times.items()}
    at = times.get(wanted) or host.set_up or host.last_boot
    for name, text in host.files.items():
        if _key(name) == wanted:
            return Entry(path=name, content=None if name.endswith("\\") else text.encode(), at=at)
    below = wanted + "\\"
    if any(name.casefold().startswith(below) for name in (*host.files, *SYSTEM_FOLDERS)) or below in map(
        str.casefold, SYSTEM_FOLDERS
    ):
        return Entry(path=path, content=None, at=at)
    return None


def written(world: World, host: Host, path: str, text: str, at: str = "") -> World:
    """The world with a file of this text on the host, replacing one of the same path."""
    kept = {name: old for name, old in host.files.items() if _key(name) != _key(path)}
    times = {name: old for name, old in host.file_times.items() if _key(name) != _key(path)}
    moment = at or world.now.isoformat()
    return world.with_host(replace(host, files={**kept, path: text}, file_times={**times, path: moment}))


def folder_made(world: World, host: Host, path: str) -> World:
    """The world with a folder on the host."""
    return written(world, host, path.rstrip("\\") + "\\", "")


def tree_removed(world: World, host: Host, path: str) -> World:
    """The world without a folder and all that is below it."""
    gone = _key(path)
    kept = {name: old for name, old in host.files.items() if _key(name) != gone and not _key(name).startswith(gone + "\\")}
    times = {name: old for name, old in host.file_times.items() if name in kept}
    folder = path.rstrip("\\").rpartition("\\")[0] + "\\"
    if not any(name.casefold().startswith(folder.casefold()) for name in kept):
        kept[folder] = ""
    return world.with_host(replace(host, files=kept, file_times=times))


def removed(world: World, host: Host, path: str) -> World:
    """The world without the file; what is not there stays away. Its folder stays."""
    folder = path.rstrip("\\").rpartition("\\")[0] + "\\"
    kept = {name: old for name, old in host.files.items() if _key(name) != _key(path)}
    times = {name: old for name, old in host.file_times.items() if _key(name) != _key(path)}
    if len(kept) != len(host.files) and not any(name.casefold().startswith(folder.casefold()) for name in kept):
        kept[folder] = ""
    return world.with_host(replace(host, files=kept, file_times=times))
