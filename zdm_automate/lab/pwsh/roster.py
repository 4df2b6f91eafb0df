"""Which processes a lab has running, as files in its folder, so that the next lab of the folder can end what was left over.

A process is known by its number and the moment it started: a number that has been given to another process is never touched.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

RUNNING: Final = "running"
"""The folder of notes within the engine's own."""

PROC: Final = Path("/proc")
_STARTED: Final = 19
"""Place of the start time in /proc/<pid>/stat, counted after the name in brackets (proc(5): field 22)."""

_STATE: Final = 0


def identity(pid: int) -> str:
    """What tells a process from a later one with its number; empty where the system does not say, or it has ended."""
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    return "" if fields[_STATE] == "Z" else f"{boot} {fields[_STARTED]}"


class Roster:
    """The folder of notes: one file per process, its name the number, its content the identity."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pid: int) -> None:
        """Notes a process of this lab."""
        known = identity(pid)
        if known:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / str(pid)).write_text(known, encoding="ascii")

    def remove(self, pid: int) -> None:
        """Forgets a process that has ended."""
        (self._folder / str(pid)).unlink(missing_ok=True)

    def end_leftovers(self) -> list[int]:
        """Ends every noted process that is still the one that was noted; gives their numbers."""
        ended: list[int] = []
        for note in sorted(self._folder.glob("*")) if self._folder.exists() else []:
            if note.name.isdigit() and identity(int(note.name)) == note.read_text(encoding="ascii") != "":
                with suppress(ProcessLookupError):
                    os.kill(int(note.name), signal.SIGKILL)
                    ended.append(int(note.name))
            note.unlink(missing_ok=True)
        return ended
