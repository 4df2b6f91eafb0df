"""The progress log of scanstate and loadstate (/progress) as a picture of how far it is. It takes any text and never fails.

Each line is date, local time, time since the start, then pairs of key and value, separated by comma and blank; values with
a blank or a comma are quoted. A log is read while it is written, so a line that does not fit is counted and left alone. That
the work has ended is never taken from here: loadstate writes no 100 %.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PHASES = ("Initializing", "Scanning", "Estimating", "Collecting", "Saving", "Applying")
LONGEST_LINE = 40_000
"""Of a line with the longest path that Windows has; a longer one is no row of this log."""
_FIELD = re.compile(r'\s*(?:"((?:[^"]|"")*)"(?=\s*(?:,|$))|([^,]*))\s*(?:,|$)')
_DATE = re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d{4}$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d\d):(\d\d)(?: [+-]\d\d:\d\d)?$")
_ELAPSED = re.compile(r"^(\d{1,4}):([0-5]\d):([0-5]\d)$")
_NUMBER = re.compile(r"^\d{1,15}(?:\.\d{1,6})?$")
_CODE = re.compile(r"^-?\d{1,10}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressError:
    """A row about something that could not be read or written."""

    kind: str
    thing: str
    action: str
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is.

    Attributes:
        phase: the last one named; empty before the first.
        users: each user that was detected, and whether he comes along.
        parts: components that come along, by the user (or SYSTEM) they belong to.
        size_mb: of what is to be carried; None before it is known.
        percent: as last said; it may fall back from phase to phase.
        minutes_left: as last said.
        busy_with: the user being gathered.
        errors: rows about single things, the last 200.
        error_count: how many there were.
        code: of the last line of all; None while it is not there.
        ignored: number of errors that were passed over, by the last line.
        elapsed: seconds since the start, by the last line read.
        unread: lines that did not fit.
    """

    phase: str = ""
    users: dict[str, bool] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    size_mb: float | None = None
    percent: int | None = None
    minutes_left: float | None = None
    busy_with: str = ""
    errors: tuple[ProgressError, ...] = ()
    error_count: int = 0
    code: int | None = None
    ignored: int | None = None
    message: str = ""
    program: str = ""
    version: str = ""
    computer: str = ""
    elapsed: int = 0
    unread: int = 0

    def included(self) -> tuple[str, ...]:
        """The users that come along."""
        return tuple(name for name, yes in self.users.items() if yes)


KEPT_ERRORS = 200


def parse_progress(lines: Iterable[str], since: Progress | None = None) -> Progress:
    """The picture after these lines, carried on from an earlier one."""
    now = since or Progress()
    for line in lines:
        if line.strip():
            now = _after(now, line)
    return now


def fields_of(line: str) -> list[str] | None:
    """The fields of a line after its three times; None where the line is not of the form."""
    if len(line) > LONGEST_LINE:
        return None
    found = list(_split(line.strip("\r\n\ufeff\0 ")))
    if len(found) < 5 or not _DATE.match(found[0]) or not _CLOCK.match(found[1]):  # noqa: PLR2004 - three times and one pair
        return None
    return found if _ELAPSED.match(found[2]) else None


def _split(line: str) -> Iterator[str]:
    place, ends = 0, False
    while not ends:
        found = _FIELD.match(line, place)
        if found is None:
            return
        yield found[1].replace('""', '"') if found[1] is not None else (found[2] or "").strip()
        ends = found.end() >= len(line) and not line.endswith(",")
        ends = ends or found.end() == place
        place = found.end()


def _after(now: Progress, line: str) -> Progress:
    found = fields_of(line)
    if found is None:
        return replace(now, unread=now.unread + 1)
    hours, minutes, seconds = (int(part) for part in found[2].split(":"))
    now = replace(now, elapsed=hours * 3600 + minutes * 60 + seconds)
    key, rest = found[3], found[4:]
    row = _ROWS.get(key)
    if row is None:
        return replace(now, unread=now.unread + 1)
    return row(now, rest[0], dict(zip([key, *rest[1::2]], rest[0::2], strict=False)))


def _start(now: Progress, program: str, pairs: Mapping[str, str]) -> Progress:
    return replace(now, program=program, version=pairs.get("productVersion", ""), computer=pairs.get("computerName", ""))


def _phase(now: Progress, name: str, _: Mapping[str, str]) -> Progress:
    return replace(now, phase=name)


def _user(now: Progress, name: str, pairs: Mapping[str, str]) -> Progress:
    return replace(now, users={**now.users, name: pairs.get("includedInMigration", "").casefold() == "yes"})


def _turn(now: Progress, name: str, _: Mapping[str, str]) -> Progress:
    return replace(now, busy_with=name)


def _part(now: Progress, owner: str, pairs: Mapping[str, str]) -> Progress:
    if pairs.get("includedInMigration", "").casefold() != "yes":
        return now
    return replace(now, parts={**now.parts, owner: now.parts.get(owner, 0) + 1})


def _size(now: Progress, text: str, _: Mapping[str, str]) -> Progress:
    return replace(now, size_mb=float(text)) if _NUMBER.match(text) else replace(now, unread=now.unread + 1)


def _percent(now: Progress, text: str, _: Mapping[str, str]) -> Progress:
    return replace(now, percent=min(int(float(text)), 100)) if _NUMBER.match(text) else replace(now, unread=now.unread + 1)


def _minutes(now: Progress, text: str, _: Mapping[str, str]) -> Progress:
    return replace(now, minutes_left=float(text)) if _NUMBER.match(text) else replace(now, unread=now.unread + 1)


def _error(now: Progress, kind: str, pairs: Mapping[str, str]) -> Progress:
    code = pairs.get("errorCode", "")
    row = ProgressError(
        kind=kind,
        thing=pairs.get("objectName", ""),
        action=pairs.get("action", ""),
        code=int(code) if _CODE.match(code) else None,
    )
    return replace(now, errors=(*now.errors, row)[-KEPT_ERRORS:], error_count=now.error_count + 1)


def _last(now: Progress, code: str, pairs: Mapping[str, str]) -> Progress:
    ignored = pairs.get("numberOfIgnoredErrors", "")
    if not _CODE.match(code):
        return replace(now, unread=now.unread + 1)
    return replace(
        now,
        code=int(code),
        ignored=int(ignored) if _CODE.match(ignored) else None,
        message=pairs.get("message", ""),
    )


_ROWS: dict[str, Callable[[Progress, str, Mapping[str, str]], Progress]] = {
    "program": _start,
    "PHASE": _phase,
    "detectedUser": _user,
    "forUser": _part,
    "collectingUser": _turn,
    "totalSizeInMBToTransfer": _size,
    "totalPercentageCompleted": _percent,
    "totalMinutesRemaining": _minutes,
    "error": _error,
    "errorCode": _last,
}
"""What each kind of row does to the picture, by its first key."""
