"""robocopy's log as values, in any language: by tabs, codes and the order of rows, never by words.

The numbers of an error stand twice, decimal and hexadecimal, in every language; an item begins with a tab and ends with its
path; the table at the end has its rows and columns in one order. What does not fit is left out, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_ERRORS: Final = 1000
"""Errors that are kept; the others are counted."""

MOST_ITEMS: Final = 10_000
COLUMNS: Final = ("total", "copied", "skipped", "mismatch", "failed", "extras")
WIDTH: Final = 10
_RULER: Final = 70
_ERROR = re.compile(r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2} \S{1,20} (\d{1,10}) \(0x([0-9A-Fa-f]{8})\) ?(.{0,40000})", re.DOTALL)
_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\).*", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?: [kmgt](?=\s|$))?")
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}

MEANINGS: Final = {
    2: ("the file is not there any more", "The next pass settles it."),
    3: ("the path is not there", "Check the path; a folder was moved or removed."),
    5: (
        "access was denied",
        "Run in backup mode (/B) with an account in Backup Operators; an EFS file is its owner's to decrypt.",
    ),
    19: ("the drive is write-protected", "Look at the target drive."),
    32: ("somebody has it open", "Close it, or copy it in the final pass when everybody is off."),
    33: ("a part of it is locked", "Stop the program that keeps it, such as a database."),
    53: ("the other server was not found on the network", "Check name, network and firewall."),
    64: ("the connection was lost", "Run the pass again."),
    67: ("there is no such share", "Check the name of the share."),
    112: ("the target drive is full", "Make room or choose another drive, then run the pass again."),
    121: ("the network took too long", "Run the pass again, with fewer threads."),
    123: ("the name is not allowed there", "Rename it on the old server."),
    206: ("the path is too long", "Shorten the path on the old server."),
    1231: ("the network cannot be reached", "Check the network, then run the pass again."),
    1307: ("the owner may not be set", "The account needs the right to restore files."),
    1314: ("a privilege is missing", "Put the account into Backup Operators, or leave auditing (/COPY:U) out."),
    1326: ("name or password are wrong", "Start a new job with the password of today."),
    1338: ("its permissions are damaged", "Reset them on the old server with icacls /reset."),
}
"""Win32 codes that copying meets: in words, and what to do."""


@dataclass(frozen=True, slots=True)
class CopyError:
    """One failure: the code, what was being done in the words of the host, and on which path."""

    code: int
    doing: str
    path: str

    @property
    def says(self) -> str:
        """What the code means."""
        return MEANINGS.get(self.code, (f"error {self.code}", ""))[0]

    @property
    def then(self) -> str:
        """What to do about it."""
        return MEANINGS.get(self.code, ("", "Look the number up with `net helpmsg`."))[1]


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of the table: whole numbers, or rounded ones where the log was written without /BYTES."""

    total: int = 0
    copied: int = 0
    skipped: int = 0
    mismatch: int = 0
    failed: int = 0
    extras: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLog:
    """What a log says.

    Attributes:
        whole: whether it has its table; one without ended early or badly.
        extras: paths that only the target has.
        copied: paths that were copied, or would be.
        errors: failures, the first thousand, each once.
        more_errors: how many there were beyond those.
    """

    whole: bool = False
    folders: Counted = field(default_factory=Counted)
    files: Counted = field(default_factory=Counted)
    size: Counted = field(default_factory=Counted)
    extras: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    errors: tuple[CopyError, ...] = ()
    more_errors: int = 0


def read_log(lines: Iterable[str]) -> CopyLog:
    """The log of these lines, whatever they are; never an exception."""
    rows: list[tuple[str, ...]] = []
    errors: dict[CopyError, None] = {}
    more = 0
    extras: list[str] = []
    copied: list[str] = []
    text = [line.replace("\ufeff", "").rstrip("\r\n") for line in lines]
    last_ruler = max((number for number, line in enumerate(text) if _is_ruler(line)), default=-1)
    for number, line in enumerate(text):
        problem = _error(line)
        if problem is not None:
            if len(errors) < MOST_ERRORS:
                errors[problem] = None
            else:
                more += problem not in errors
        elif line.startswith("\t"):
            _item(line, extras, copied)
        elif last_ruler >= 0 and number > last_ruler:
            cells = _cells(line)
            if cells is not None:
                rows.append(cells)
    table = [_counted(cells) for cells in rows[:3]]
    whole = len(table) == len(("folders", "files", "size"))
    folders, files, size = table if whole else (Counted(), Counted(), Counted())
    return CopyLog(
        whole=whole,
        folders=folders,
        files=files,
        size=size,
        extras=tuple(extras[:MOST_ITEMS]),
        copied=tuple(copied[:MOST_ITEMS]),
        errors=tuple(errors),
        more_errors=more,
    )


def _is_ruler(line: str) -> bool:
    bare = line.strip()
    return len(bare) >= _RULER and set(bare) == {"-"}


def _error(line: str) -> CopyError | None:
    found = _ERROR.search(line)
    if found is None or int(found[1]) != int(found[2], 16):
        return None
    path = _PATH.search(found[3])
    doing = found[3][: path.start()] if path is not None else found[3]
    return CopyError(int(found[1]), doing.strip(), path[0].rstrip() if path is not None else "")


def _item(line: str, extras: list[str], copied: list[str]) -> None:
    """A file or folder: after the last tab its path; a star in front says that only the target has it."""
    parts = line.split("\t")
    # A percentage is appended behind a carriage return; a waiting notice glued to the end is in the host's words, and stays.
    path = parts[-1].partition("\r")[0].strip()
    kind = parts[1].strip() if len(parts) > 2 else ""  # noqa: PLR2004 - class and path at least
    if not path:
        return
    if kind.startswith("*"):
        extras.append(path)
    elif kind and not kind[:1].isdigit() and not path.endswith("\\") and not kind[:1].islower():
        copied.append(path)


def _cells(line: str) -> tuple[str, ...] | None:
    """The six values of a row of the table; None for any other line."""
    label, sign, rest = line.partition(":")
    if not sign or not label.strip() or len(label) > 2 * WIDTH:
        return None
    found = tuple(_NUMBER.findall(rest))
    if len(found) == len(COLUMNS) and not re.search(r"[^\s\d.,kmgt]", rest):
        return found
    return next(iter(_unglued(rest)), None)


def _unglued(rest: str) -> Iterator[tuple[str, ...]]:
    """Numbers of ten digits and more run together: every way to cut them in which the total is the sum of its parts."""
    if not re.fullmatch(r"[\d ]{1,200}", rest):
        return
    runs = rest.split()
    if not 0 < len(runs) < len(COLUMNS):
        return
    missing = len(COLUMNS) - len(runs)
    for cut in _cuts(runs, missing):
        values = [int(one) for one in cut]
        if values[0] == sum(values[1:5]):
            yield cut


def _cuts(runs: list[str], missing: int) -> Iterator[tuple[str, ...]]:
    """The runs with so many cuts in them; a number behind a cut has ten digits or more, and none begins with a nought."""
    if not runs:
        if not missing:
            yield ()
        return
    head, tail = runs[0], runs[1:]
    for pieces in _pieces(head, missing):
        for rest in _cuts(tail, missing - len(pieces) + 1):
            yield (*pieces, *rest)


def _pieces(run: str, most: int) -> Iterator[tuple[str, ...]]:
    yield (run,)
    if not most:
        return
    for place in range(1, len(run) - WIDTH + 1):
        if run[place] == "0":
            continue
        for rest in _pieces(run[place:], most - 1):
            yield (run[:place], *rest)


def _counted(cells: tuple[str, ...]) -> Counted:
    return Counted(*(_value(cell) for cell in cells))


def _value(cell: str) -> int:
    number, _, unit = cell.partition(" ")
    return round(float(number.replace(",", ".")) * _UNITS.get(unit, 1)) if not number.isdecimal() or unit else int(number)
