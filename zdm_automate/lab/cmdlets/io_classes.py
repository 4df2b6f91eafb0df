"""System.IO.File and System.IO.Directory over the files of a host, as far as scripts use them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import files, tasks
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.call import Call

BOM = "\ufeff"


def encoded(text: str) -> bytes:
    """A file's bytes: UTF-16 where it begins with a byte order mark, UTF-8 otherwise."""
    return text.encode("utf-16-le") if text.startswith(BOM) else text.encode()


def is_file(call: Call, path: str) -> bool:
    """File.Exists."""
    found = files.entry(call.host, path)
    return found is not None and found.content is not None


def is_folder(call: Call, path: str) -> bool:
    """Directory.Exists."""
    found = files.entry(call.host, path)
    return found is not None and found.content is None


def time_of(call: Call, path: str) -> datetime:
    """GetLastWriteTimeUtc, of a file or folder that is there.

    Raises:
        Refusal: it is not.
    """
    found = files.entry(call.host, path)
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
    return [one for name in files.names_in(call.host, path) if is_folder(call, one := f"{start}\\{name}")]


def make_folder(call: Call, path: str) -> None:
    """Directory.CreateDirectory, with its parents.

    Raises:
        Refusal: the drive is full.
    """
    if not is_folder(call, path):
        _room(call)
        call.update(files.folder_made(call.world, call.host, path))


def move_folder(call: Call, source: str, target: str) -> None:
    """Directory.Move."""
    call.update(files.moved(call.world, call.host, source, target))


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
}
DONE: dict[str, Callable[..., None]] = {
    "File.WriteAllText": write_all,
    "Directory.CreateDirectory": make_folder,
    "Directory.Move": move_folder,
}
"""What a process may ask for and do, by the name of the .NET member."""
