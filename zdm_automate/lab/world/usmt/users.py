r"""Whom scanstate and loadstate take, from the switches of their command line, as the documentation ranks them.

/ui over /uel over /ue; without any of them everybody. It knows nothing of wishes or of how switches are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DATE = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})$")


class SwitchError(ValueError):
    """A switch that the tool refuses with code 11; the text is the tool's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    r"""A user as the tool sees him: `DOMAIN\name`, his SID, when NTUSER.DAT was written, whether he is logged on."""

    full: str
    sid: str = ""
    used: datetime | None = None
    logged_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSwitches:
    """The switches about users of one command line; `until` is the oldest last use that /uel lets pass."""

    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()
    until: datetime | None = None
    logged_on_only: bool = False

    def takes(self, who: Somebody) -> bool:
        """Whether the tool takes this user."""
        if any(_names(pattern, who) for pattern in self.include):
            return True
        if self.logged_on_only:
            return who.logged_on
        if self.until is not None:
            return who.used is not None and who.used >= self.until
        return not any(_names(pattern, who) for pattern in self.exclude)


def user_switches(words: Sequence[str], now: datetime) -> UserSwitches:
    """The switches about users among the words of a command line; other words are left alone.

    Raises:
        SwitchError: what the tool answers with code 11.
    """
    include: list[re.Pattern[str]] = []
    exclude: list[re.Pattern[str]] = []
    until, logged_on, everybody, ages = None, False, False, 0
    for word in words:
        name, _, value = word.partition(":")
        match name.casefold():
            case "/all":
                everybody = True
            case "/ui":
                include.append(_pattern(value))
            case "/ue":
                exclude.append(_pattern(value))
            case "/uel":
                ages += 1
                until, logged_on = _age(value, now)
            case _:
                continue
    if ages > 1:
        raise SwitchError("An option is specified more than once and is ambiguous")
    if everybody and (include or exclude or ages):
        raise SwitchError("/all conflicts with /ui, /ue or /uel")
    return UserSwitches(include=tuple(include), exclude=tuple(exclude), until=until, logged_on_only=logged_on)


def taken(words: Sequence[str], people: Iterable[Somebody], now: datetime) -> tuple[str, ...]:
    """The users that a command line takes, of those that are there."""
    switches = user_switches(words, now)
    return tuple(who.full for who in people if switches.takes(who))


def _pattern(value: str) -> re.Pattern[str]:
    text = value.strip('"')
    if not text:
        raise SwitchError("An option argument is missing")
    body = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text)
    return re.compile(body, re.IGNORECASE | re.DOTALL)


def _names(pattern: re.Pattern[str], who: Somebody) -> bool:
    return pattern.fullmatch(who.full) is not None or (bool(who.sid) and pattern.fullmatch(who.sid) is not None)


def _age(value: str, now: datetime) -> tuple[datetime | None, bool]:
    if value == "0":
        return None, True
    if value.isdecimal():
        return now - timedelta(days=int(value)), False
    found = _DATE.match(value)
    if found is None:
        raise SwitchError("Command line option is not valid")
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=now.tzinfo), False
    except ValueError:
        raise SwitchError("Command line option is not valid") from None
