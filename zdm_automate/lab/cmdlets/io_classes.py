"""System.IO.File and System.IO.Directory over the files of a host, as far as scripts use them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import files, tasks, volumes
from zdm_automate.lab.world.paths import Spot, leads
from zdm_automate.lab.world.refusal import Refusal
from zdm_automate.lab.world.volumes import MARKS, PLAIN_SDDL, File, Folder, Volume, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.call import Call

BOM = "\ufeff"


def encoded(text: str) -> bytes:
    """A file's bytes: UTF-16 where it begins with a byte order mark, UTF-8 otherwise."""
    return text.encode("utf-16-le") if text.startswith(BOM) else text.encode()


def is_file(call: Call, path: str) -> bool:
    """File.Exists."""
    found = files.at_path(call.world, call.host, path)
    return found is not None and found.content is not None


def is_folder(call: Call, path: str) -> bool:
    """Directory.Exists."""
    found = files.at_path(call.world, call.host, path)
    return found is not None and found.content is None


def time_of(call: Call, path: str) -> datetime:
    """GetLastWriteTimeUtc, of a file or folder that is there.

    Raises:
        Refusal: it is not.
    """
    found = files.at_path(call.world, call.host, path)
    if found is None:
        raise _missing(path)
    return datetime.fromisoformat(found.at).astimezone(UTC)


def read_all(call: Call, path: str) -> str:
    """File.ReadAllText.

    Raises:
        Refusal: there is no such file.
    """
    text = files.text(call.host, path)
    if text is None:
        raise _missing(path)
    return text.removeprefix(BOM)


def read_bytes(call: Call, path: str) -> bytes:
    """The whole of a file.

    Raises:
        Refusal: there is no such file.
    """
    text = files.text(call.host, path)
    if text is None:
        raise _missing(path)
    return encoded(text)


def write_all(call: Call, path: str, text: str) -> None:
    """File.WriteAllText.

    Raises:
        Refusal: the drive is full.
    """
    _room(call)
    call.update(files.written(call.world, call.host, path, text))


def folders_in(call: Call, path: str) -> list[str]:
    """Directory.GetDirectories."""
    start = path.rstrip("\\")
    folder, volume = _on_drive(call, path)
    if folder is not None and volume is not None:
        key = key_of(folder.path)
        inside = f"{key}\\" if key else ""
        own = (name for name in volume.folders if name.startswith(inside) and name and "\\" not in name[len(inside) :])
        return sorted(f"{start}\\{volume.folders[name].name}" for name in own)
    return [one for name in files.names_in(call.host, path) if is_folder(call, one := f"{start}\\{name}")]


def _on_drive(call: Call, path: str) -> tuple[Folder | None, Volume | None]:
    """The folder at a path of a drive of data, and the drive."""
    spot = leads(call.world, call.host_name, path)
    if not isinstance(spot, Spot):
        return None, None
    return spot.folder(call.world), spot.volume(call.world)


def files_in(call: Call, path: str) -> list[str]:
    """Directory.GetFiles."""
    start = path.rstrip("\\")
    folder, _ = _on_drive(call, path)
    if folder is not None:
        return sorted(f"{start}\\{file.name}" for file in folder)
    return [one for name in files.names_in(call.host, path) if is_file(call, one := f"{start}\\{name}")]


def attributes_of(call: Call, path: str) -> int:
    """File.GetAttributes: folder 16, link 1024, and a file's own."""
    folder, _ = _on_drive(call, path)
    if folder is not None:
        return 16 + (1024 if folder.link else 0)
    file = file_at(call, path)
    if file is not None:
        return _marks(file)
    return 16 if is_folder(call, path) else 32


def file_at(call: Call, path: str) -> File | None:
    """The file at a path of a drive of data."""
    parent, _, name = path.rpartition("\\")
    above, _ = _on_drive(call, parent)
    return above.file(name) if above is not None else None


def infos_of(call: Call, path: str) -> list[dict[str, Any]]:
    """What DirectoryInfo.GetFiles tells of each file.

    Raises:
        Refusal: there is no such folder.
    """
    if not is_folder(call, path):
        raise Refusal("DirectoryNotFoundException", f"Could not find a part of the path '{path}'.")
    folder, _ = _on_drive(call, path)
    if folder is not None:
        return [_info(file.name, file.size, _marks(file), datetime.fromtimestamp(file.at, UTC)) for file in folder]
    there = {name: files.at_path(call.world, call.host, name) for name in files_in(call, path)}
    return [
        _info(name.rpartition("\\")[2], one.length, attributes_of(call, name), datetime.fromisoformat(one.at).astimezone(UTC))
        for name, one in there.items()
        if one is not None
    ]


def _info(name: str, length: int, marks: int, written: datetime) -> dict[str, Any]:
    return {"Name": name, "Length": length, "Attributes": marks, "LastWriteTimeUtc": written}


def _marks(file: File) -> int:
    return sum(mark for letter, mark in MARKS.items() if letter in file.attributes)


def sddl_of(call: Call, path: str) -> str:
    """The permissions of a file or folder, as text.

    Raises:
        Refusal: it is not there.
    """
    folder, _ = _on_drive(call, path)
    if folder is not None:
        return folder.sddl
    file = file_at(call, path)
    if file is not None:
        return file.sddl
    if files.entry(call.host, path) is None:
        raise _missing(path)
    return PLAIN_SDDL


def make_folder(call: Call, path: str) -> None:
    """Directory.CreateDirectory, with its parents.

    Raises:
        Refusal: the drive is full.
    """
    spot = leads(call.world, call.host_name, path)
    if isinstance(spot, Spot) and (volume := spot.volume(call.world)) is not None and spot.letter != "C":
        if volume.folder(spot.rest) is None:
            at = int(call.world.now.timestamp())
            call.update(call.world.with_volume(call.host_name, volume.with_folder(Folder(path=spot.rest, at=at))))
        return
    if not is_folder(call, path):
        _room(call)
        call.update(files.folder_made(call.world, call.host, path))


def move_folder(call: Call, source: str, target: str) -> None:
    """Directory.Move, within a drive.

    Raises:
        Refusal: there is no such folder, or something at the target.
    """
    if not is_folder(call, source):
        raise Refusal("DirectoryNotFoundException", f"Could not find a part of the path '{source}'.")
    if files.at_path(call.world, call.host, target) is not None:
        raise Refusal("IOException", f"Cannot create '{target}' because a file or directory with the same name already exists.")
    world = files.moved(call.world, call.host, source, target)
    here, there = leads(world, call.host_name, source), leads(world, call.host_name, target)
    if isinstance(here, Spot) and isinstance(there, Spot) and (volume := here.volume(world)) is not None:
        world = world.with_volume(call.host_name, volumes.moved(volume, here.rest, there.rest))
    call.update(world)


def full(call: Call) -> bool:
    """Whether nothing more can be written."""
    return tasks.full(call.world, call.host_name)


def _room(call: Call) -> None:
    if full(call):
        raise Refusal("IOException", "There is not enough space on the disk.")


def _missing(path: str) -> Refusal:
    return Refusal("FileNotFoundException", f"Could not find file '{path}'.")


ASKED: dict[str, Callable[..., Any]] = {
    "File.Exists": is_file,
    "Directory.Exists": is_folder,
    "Time": time_of,
    "File.ReadAllText": read_all,
    "Directory.GetDirectories": folders_in,
    "Directory.GetFiles": files_in,
    "Attributes": attributes_of,
    "Sddl": sddl_of,
    "Infos": infos_of,
}
DONE: dict[str, Callable[..., None]] = {
    "File.WriteAllText": write_all,
    "Directory.CreateDirectory": make_folder,
    "Directory.Move": move_folder,
}
"""What a process may ask for and do, by the name of the .NET member."""
