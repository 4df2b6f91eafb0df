"""Addresses as .NET reads and writes them, which is how PowerShell binds a parameter of type IPAddress. It knows no network.

It takes more than an address in four numbers: fewer of them, the last filling the rest, and numbers in octal or hexadecimal.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

_NUMBER = re.compile(r"0[xX](?P<hex>[0-9a-fA-F]+)|0(?P<octal>[0-7]*)|(?P<decimal>[1-9][0-9]*)")
_ISATAP = 0x5EFE
PARTS = 4


def net_address(text: str) -> str | None:
    """The address in its one form; None for a text that is none. Zones of IPv6 addresses are not known here."""
    return _version_6(text) if ":" in text else _version_4(text)


def _version_4(text: str) -> str | None:
    parts = text.split(".")
    numbers = [_number(part) for part in parts]
    found = [number for number in numbers if number is not None]
    if len(parts) > PARTS or len(found) != len(parts):
        return None
    *high, last = found
    if any(number > 255 for number in high) or last >= 256 ** (PARTS + 1 - len(parts)):  # noqa: PLR2004 - a byte
        return None
    return str(IPv4Address(sum(number << 8 * (PARTS - 1 - place) for place, number in enumerate(high)) + last))


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found["hex"]:
        return int(found["hex"], 16)
    return int(found["decimal"]) if found["decimal"] else int(found["octal"] or "0", 8)


def _version_6(text: str) -> str | None:
    try:
        found = IPv6Address(text)
    except ValueError:
        return None
    if found.scope_id is not None:
        return None
    # The older forms with an IPv4 address in them are written with dots.
    words = [int(word, 16) for word in found.exploded.split(":")]
    low = str(IPv4Address(int(found) & 0xFFFFFFFF))
    match words[:6]:
        case [0, 0, 0, 0, 0, 0xFFFF] | [0, 0, 0, 0, 0xFFFF, 0]:
            return f"::ffff:{'0:' if words[4] else ''}{low}"
        case [0, 0, 0, 0, 0, 0] if words[6]:
            return f"::{low}"
        case [_, _, _, _, 0 | 0x200, x] if x == _ISATAP:
            head = str(IPv6Address(int(found) >> 32 << 32)).removesuffix("::").removesuffix(":0:0")
            return f"{head}:{low}"
    return str(found)
