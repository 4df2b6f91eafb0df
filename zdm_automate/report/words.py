"""How values, moments and durations read in a report, the same in a terminal and on paper. It decides no layout.

What came from a host is shown, never obeyed: control characters and direction overrides become visible signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

PLAIN_ARGUMENT = re.compile(r"[A-Za-z0-9_.:\\/][A-Za-z0-9_.:\\/-]*")
"""What PowerShell takes as one word without quotes."""

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that could move the cursor, turn the writing direction or show nothing."""
JOINER = "\u200d"
"""Holds emoji together; harmless, so it stays."""


def clean(value: object) -> str:
    """The text on one line, with every character that could act on a terminal or on the reading order made visible."""
    text = str(value)
    if text.isprintable():  # none of the unsafe categories is
        return text
    return "".join(_visible(sign) for sign in text)


def _visible(sign: str) -> str:
    if sign == JOINER or unicodedata.category(sign) not in UNSAFE:
        return sign
    return {"\n": " ", "\t": " ", "\r": ""}.get(sign, f"<U+{ord(sign):04X}>")


def plain(value: object) -> str:
    """A value of a fact as a person would write it."""
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return clean(", ".join(f"{name}={plain(one)}" for name, one in value.items())) or "none"
        case str():
            return clean(value)
        case Iterable():
            return ", ".join(plain(one) for one in value) or "none"
    return clean(value)


def moment(iso: str) -> str:
    """An ISO moment as `2026-03-07 18:04:12 UTC`; what is no moment stays as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return clean(iso)
    if at.tzinfo is None:
        return f"{at:%Y-%m-%d %H:%M:%S}"
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def clock(iso: str) -> str:
    """The time of day of an ISO moment in UTC, `18:04:12`."""
    shown = moment(iso)
    return shown[11:19] if len(shown) >= len("2026-03-07 18:04:12") else shown


def lasted(milliseconds: float | None) -> str:
    """A duration in two units at most: `340 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`, `8 d 4 h`."""
    if milliseconds is None or milliseconds < 0:
        return ""
    whole = round(milliseconds)
    if whole < SECOND:
        return f"{whole} ms"
    if whole < MINUTE:
        return f"{whole / SECOND:.1f} s"
    for upper, unit, lower, part in ((HOUR, "min", SECOND, "s"), (DAY, "h", MINUTE, "min"), (None, "d", HOUR, "h")):
        size = {"min": MINUTE, "h": HOUR, "d": DAY}[unit]
        if upper is None or whole < upper:
            rest = whole % size // lower
            return f"{whole // size} {unit}" + (f" {rest} {part}" if rest else "")
    raise AssertionError(whole)


def arguments(verb: str, params: Mapping[str, Any]) -> str:
    """A call as a technician would type it in PowerShell; credentials show as their role."""
    words = [clean(verb)]
    for name, value in params.items():
        words += [f"-{''.join(part[:1].upper() + part[1:] for part in clean(name).split('_'))}", _argument(value)]
    return " ".join(words)


def _argument(value: object) -> str:
    match value:
        case None | bool():
            return {None: "$null", True: "$true", False: "$false"}[value]
        case str():
            text = clean(value)
            return text if PLAIN_ARGUMENT.fullmatch(text) else "'" + text.replace("'", "''") + "'"
        case Mapping():
            return f"<credential of {clean(value.get('$credential', '?'))}>"
        case Iterable():
            return ", ".join(_argument(one) for one in value) or "@()"
    return clean(value)


def count(number: int, word: str, many: str = "") -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {word if number == 1 else many or word + 's'}"
