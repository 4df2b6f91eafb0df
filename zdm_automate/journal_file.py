"""The file under a journal: whole lines or nothing, on disk when asked, a torn end of an earlier process kept aside.

It knows bytes only. A line that could not be written whole is taken back, so that the next one never follows half a line.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from zdm_automate.errors import JournalUnwritableError

if TYPE_CHECKING:
    from pathlib import Path


class LineFile(Protocol):
    """Where a journal's lines go."""

    def append(self, line: bytes) -> None:
        """Adds one line, whole or not at all.

        Raises:
            JournalUnwritableError: it could not be written.
        """
        ...

    def sync(self) -> None:
        """Has everything on disk when it returns.

        Raises:
            JournalUnwritableError: the disk did not take it.
        """
        ...

    def close(self) -> None:
        """Ends; what was appended stays."""
        ...


class DiskFile:
    """A file on this computer's disk.

    Raises:
        JournalUnwritableError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            self._length = os.fstat(self._handle).st_size
        except OSError as problem:
            raise _unwritable(path, problem) from problem

    def append(self, line: bytes) -> None:
        """See `LineFile.append`."""
        written = 0
        try:
            while written < len(line):
                written += os.write(self._open(), line[written:])
        except OSError as problem:
            with suppress(OSError):  # half a line is no line; where even that fails the next process sets it aside
                os.ftruncate(self._open(), self._length)
            raise _unwritable(self._path, problem) from problem
        self._length += written

    def sync(self) -> None:
        """See `LineFile.sync`."""
        try:
            os.fsync(self._open())
        except OSError as problem:
            raise _unwritable(self._path, problem) from problem

    def close(self) -> None:
        """See `LineFile.close`."""
        if self._handle is not None:
            with suppress(OSError):
                os.fsync(self._handle)
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        if self._handle is None:
            raise OSError("it is closed")
        return self._handle


def set_torn_aside(path: Path) -> tuple[int, str]:
    """Moves a last line without its end out of a journal into a file beside it: its length and that file's name.

    Raises:
        JournalUnwritableError: the torn line cannot be kept; the journal is left as it is.
    """
    if not path.exists():
        return 0, ""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        torn = b""
        while size > len(torn):
            step = min(size - len(torn), 65536)
            stream.seek(size - len(torn) - step)
            torn = stream.read(step) + torn
            if (cut := torn.rfind(b"\n")) >= 0:
                torn = torn[cut + 1 :]
                break
    if not torn:
        return 0, ""
    number = 1
    while (aside := path.with_name(f"{path.stem}.torn-{number}")).exists():
        number += 1
    try:
        with aside.open("xb") as kept:
            kept.write(torn)
            kept.flush()
            os.fsync(kept.fileno())
        with path.open("r+b") as stream:
            stream.truncate(size - len(torn))
            os.fsync(stream.fileno())
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    return len(torn), aside.name


def _unwritable(path: Path, problem: OSError) -> JournalUnwritableError:
    return JournalUnwritableError(
        f"the journal {path} cannot be written: {problem.strerror or problem}.",
        hint="Free space on this computer or restore the folder's rights, then `zdm resume` goes on.",
    )
