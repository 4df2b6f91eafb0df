"""Files on the hosts of the world: paths compare as on Windows; a folder is there when it was made or holds something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from zdm_automate.lab.world.volumes import content_hash

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
        told: size and hash of a file whose bytes are known by name only.
    """

    path: str
    content: bytes | None
    at: str
    told: tuple[int, str] = (0, "")

    @property
    def sha256(self) -> str:
        """Hash of the content in upper case, as Get-FileHash gives it."""
        return self.told[1] or sha256(self.content or b"").hexdigest().upper()

    @property
    def length(self) -> int:
        """Bytes of a file."""
        return self.told[0] if self.told[1] else len(self.content or b"")


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


def at_path(world: World, host: Host, path: str) -> Entry | None:
    """What is at a path of a host, also on its drives of data."""
    found = entry(host, path)
    letter, _, rest = path.partition(":")
    volume = world.volumes.get(host.name, {}).get(letter.upper())
    if found is not None or volume is None:
        return found
    folder = volume.folder(rest)
    if folder is not None:
        return Entry(path=path, content=None, at=_iso(folder.at))
    parent, _, name = rest.rpartition("\\")
    above = volume.folder(parent)
    file = above.file(name) if above is not None else None
    if file is None:
        return None
    return Entry(path=path, content=b"", at=_iso(file.at), told=(file.size, content_hash(file.content)))


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def spelled(host: Host, path: str) -> str:
    """The path of a file as it is written there; as given where there is none."""
    wanted = _key(path)
    return next((name for name in host.files if _key(name) == wanted and not name.endswith("\\")), path)


def text(host: Host, path: str) -> str | None:
    """The text of a file; None where there is none."""
    return host.files.get(spelled(host, path))


def names_in(host: Host, folder: str) -> tuple[str, ...]:
    """The names of what lies right in a folder, files and folders, in order."""
    start = _key(folder) + "\\"
    below = (
        name.rstrip("\\")[len(start) :]
        for name in host.files
        if name.casefold().startswith(start) and _key(name) != _key(folder)
    )
    return tuple(sorted({name.partition("\\")[0] for name in below}, key=str.casefold))


def moved(world: World, host: Host, source: str, target: str) -> World:
    """The world with a folder and all in it under another path."""
    start = _key(source)

    def there(name: str) -> str:
        inside = _key(name) == start or name.casefold().startswith(start + "\\")
        return target.rstrip("\\") + name[len(start) :] if inside else name

    files = {there(name): old for name, old in host.files.items()}
    times = {there(name): old for name, old in host.file_times.items()}
    return world.with_host(replace(host, files=files, file_times=times))


def folder_removed(world: World, host: Host, path: str) -> World:
    """The world without a folder and all in it. The folder above stays."""
    gone = _key(path)
    kept = {name: old for name, old in host.files.items() if _key(name) != gone and not _key(name).startswith(gone + "\\")}
    times = {name: old for name, old in host.file_times.items() if name in kept}
    above = path.rstrip("\\").rpartition("\\")[0] + "\\"
    if len(kept) != len(host.files) and not any(name.casefold().startswith(above.casefold()) for name in kept):
        kept[above] = ""
    return world.with_host(replace(host, files=kept, file_times=times))


def written(world: World, host: Host, path: str, text: str, at: str = "") -> World:
    """The world with a file of this text on the host, replacing one of the same path."""
    kept = {name: old for name, old in host.files.items() if _key(name) != _key(path)}
    times = {name: old for name, old in host.file_times.items() if _key(name) != _key(path)}
    moment = at or world.now.isoformat()
    return world.with_host(replace(host, files={**kept, path: text}, file_times={**times, path: moment}))


def folder_made(world: World, host: Host, path: str) -> World:
    """The world with a folder on the host."""
    return written(world, host, path.rstrip("\\") + "\\", "")


def removed(world: World, host: Host, path: str) -> World:
    """The world without the file; what is not there stays away. Its folder stays."""
    folder = path.rstrip("\\").rpartition("\\")[0] + "\\"
    kept = {name: old for name, old in host.files.items() if _key(name) != _key(path)}
    times = {name: old for name, old in host.file_times.items() if _key(name) != _key(path)}
    if len(kept) != len(host.files) and not any(name.casefold().startswith(folder.casefold()) for name in kept):
        kept[folder] = ""
    return world.with_host(replace(host, files=kept, file_times=times))
