"""Sizes and spans as Exchange writes them, in whatever language the shell or the exporting program had. Text in, numbers out.

A size counts by the bytes in its parenthesis, whose digits are grouped by the culture; the rounded number before it never does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from zdm_automate.errors import WireError

GROUPS: Final = r"[,.'\u2019\u00a0\u202f \u066c]"
"""What stands between groups of three digits: comma, point, apostrophe, and the spaces of French and Russian."""

_BYTES: Final = re.compile(rf"\(\s*(-?\d{{1,3}}(?:{GROUPS}?\d{{3}})*|-?\d+)\s*\w*\.?\s*\)\s*$")
_SPAN: Final = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,7}))?")
_UNITS: Final = ("B", "KB", "MB", "GB", "TB", "PB")
_STEP: Final = 1024

UNLIMITED: Final = "Unlimited"
"""How a limit says that it is none; it has this form in every language."""


def size(value: Any) -> int | None:
    """The bytes of a ByteQuantifiedSize, also inside an Unlimited; None for none and for unlimited.

    Raises:
        WireError: it is no size.
    """
    if isinstance(value, dict):
        if value.get("IsUnlimited") is True:
            return None
        value = value.get("Value")
    if value is None or value in {"", UNLIMITED}:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _BYTES.search(str(value))
    if found is None:
        raise WireError(f"{value!r} is no size such as `5.294 GB (5,684,054,577 bytes)`.", error_id="ZdmSize")
    return int(re.sub(rf"{GROUPS}", "", found[1]))


def size_text(number: int, *, group: str = ",", point: str = ".") -> str:
    """A size as a ByteQuantifiedSize writes it, with the digits of a culture."""
    unit, shown = 0, float(number)
    while abs(shown) >= _STEP and unit < len(_UNITS) - 1:
        shown /= _STEP
        unit += 1
    rounded = f"{shown:.4g}".replace(".", point)
    return f"{rounded} {_UNITS[unit]} ({f'{number:,}'.replace(',', group)} bytes)"


def span(value: Any) -> timedelta | None:
    """The span of an EnhancedTimeSpan: `3.04:05:06.1234567`; None for none and for unlimited.

    Raises:
        WireError: it is no span.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, dict):
        return timedelta(microseconds=int(value["Ticks"]) // 10) if "Ticks" in value else span(value.get("Value"))
    if value is None or value in {"", UNLIMITED}:
        return None
    found = _SPAN.fullmatch(str(value).strip())
    if found is None:
        raise WireError(f"{value!r} is no span such as `3.04:05:06`.", error_id="ZdmSpan")
    sign, days, hours, minutes, seconds, ticks = found.groups()
    made = timedelta(
        days=int(days or 0),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int((ticks or "0").ljust(7, "0")) // 10,
    )
    return -made if sign else made


def span_text(made: timedelta) -> str:
    """A span as an EnhancedTimeSpan writes it."""
    sign, rest = ("-", -made) if made < timedelta(0) else ("", made)
    hours, left = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(left, 60)
    days = f"{rest.days}." if rest.days else ""
    ticks = f".{rest.microseconds * 10:07}" if rest.microseconds else ""
    return f"{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{ticks}"


def moment(value: Any) -> str:
    """A time as ISO 8601 in UTC, empty for none; one without its zone is UTC, as the wire has it.

    Raises:
        WireError: it is no time.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        found = value
    else:
        text = re.sub(r"(\.\d{6})\d+", r"\1", str(value))
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise WireError(f"{value!r} is no time; times travel as DateTime.", error_id="ZdmMoment") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found.astimezone(UTC).isoformat(timespec="seconds")


def whole(value: Any) -> int:
    """A count that may travel as text, with the groups of a culture.

    Raises:
        WireError: it is no whole number.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = re.sub(GROUPS, "", str(value or "0"))
    if not digits.lstrip("-").isdigit():
        raise WireError(f"{value!r} is no whole number.", error_id="ZdmWhole")
    return int(digits)


def canonical_name(value: Any) -> str:
    """The last part of an identity such as `corp.example/Users/Anna`, where a slash of a name has a backslash before it."""
    text = str(value or "")
    return re.split(r"(?<!\\)/", text)[-1].replace("\\/", "/")
