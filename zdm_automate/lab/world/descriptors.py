"""Security descriptors: their text form, the SIDs in it, and the bytes of a SID. Values in, values out; nothing is looked up.

The text is written as Windows writes it: short names of accounts and rights where it has some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DOMAIN: Final = "S-1-5-21-1-2-3"
"""The SID of the lab's domain, as far as its short names go."""

SIDS: Final = {
    "WD": "S-1-1-0",
    "CO": "S-1-3-0",
    "CG": "S-1-3-1",
    "NU": "S-1-5-2",
    "IU": "S-1-5-4",
    "SU": "S-1-5-6",
    "AN": "S-1-5-7",
    "AU": "S-1-5-11",
    "SY": "S-1-5-18",
    "LS": "S-1-5-19",
    "NS": "S-1-5-20",
    "BA": "S-1-5-32-544",
    "BU": "S-1-5-32-545",
    "BG": "S-1-5-32-546",
    "PU": "S-1-5-32-547",
    "AO": "S-1-5-32-548",
    "SO": "S-1-5-32-549",
    "PO": "S-1-5-32-550",
    "BO": "S-1-5-32-551",
    "DA": f"{DOMAIN}-512",
    "DU": f"{DOMAIN}-513",
    "DG": f"{DOMAIN}-514",
    "DC": f"{DOMAIN}-515",
    "DD": f"{DOMAIN}-516",
}
"""SIDs by their short names."""

RIGHTS: Final = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0, "GA": 0x10000000}
"""Masks by their short names; every other one is a number."""

PRESENT: Final = 0x4
"""The control bit that says there is a list of permissions."""

CONTROL: Final = {"P": 0x1000, "AR": 0x100, "AI": 0x400}
"""Control bits by the letters before the list, in the order that Windows writes them."""

INHERIT: Final = {"OI": 1, "CI": 2, "NP": 4, "IO": 8, "ID": 16}
KINDS: Final = ("A", "D")
AUTHORITY_BYTES: Final = 6

_TEXT: Final = re.compile(
    r"(O:(?P<owner>[A-Z0-9-]+?))?(G:(?P<group>[A-Z0-9-]+?))?D:(?P<flags>[A-Z]*)(?P<aces>(\([^()]*\))*)", re.IGNORECASE
)
_ACE: Final = re.compile(r"\(([AD]);([A-Z]*);([A-Z0-9]+);;;([A-Z0-9-]+)\)", re.IGNORECASE)
_NAME: Final = {sid: name for name, sid in SIDS.items()}
_RIGHT: Final = {mask: name for name, mask in RIGHTS.items()}
_SID: Final = re.compile(r"S-1-\d+(-\d+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ace:
    """One line of permissions: 0 gives and 1 denies."""

    kind: int
    flags: int
    mask: int
    sid: str


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Owner and group by SID, empty where there is none; control bits, and the lines."""

    owner: str
    group: str
    control: int
    aces: tuple[Ace, ...]


def read_sddl(text: str) -> Descriptor:
    """A descriptor from its text form.

    Raises:
        ValueError: it is none that the lab knows.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no security descriptor")
    aces = tuple(
        Ace(KINDS.index(kind.upper()), _bits(flags, INHERIT), _mask(mask), _sid(sid))
        for kind, flags, mask, sid in _ACE.findall(found["aces"])
    )
    if len(aces) != found["aces"].count("("):
        raise ValueError(f"{text!r} has a line that is not understood")
    owner, group = (_sid(found[name]) if found[name] else "" for name in ("owner", "group"))
    return Descriptor(owner, group, PRESENT | _bits(found["flags"], CONTROL), aces)


def write_sddl(made: Descriptor) -> str:
    """The text form, as Windows writes it."""
    lines = (
        f"({KINDS[ace.kind]};{_letters(ace.flags, INHERIT)};{_RIGHT.get(ace.mask, hex(ace.mask))};;;{_short(ace.sid)})"
        for ace in made.aces
    )
    whose = "".join(f"{sign}:{_short(sid)}" for sign, sid in (("O", made.owner), ("G", made.group)) if sid)
    return f"{whose}D:{_letters(made.control, CONTROL)}{''.join(lines)}"


def sid_bytes(sid: str) -> tuple[int, ...]:
    """A SID as it lies in memory: revision, how many parts, the authority, and each part with its lowest byte first."""
    revision, authority, *parts = (int(part) for part in sid.split("-")[1:])
    tail = (byte for part in parts for byte in part.to_bytes(4, "little"))
    return (revision, len(parts), *authority.to_bytes(AUTHORITY_BYTES, "big"), *tail)


def sid_text(data: tuple[int, ...]) -> str:
    """A SID from its bytes.

    Raises:
        ValueError: there are too few of them, or too many.
    """
    start = 2 + AUTHORITY_BYTES
    if len(data) < start or len(data) != start + 4 * data[1]:
        raise ValueError(f"{len(data)} bytes are no SID")
    parts = [int.from_bytes(bytes(data[at : at + 4]), "little") for at in range(start, len(data), 4)]
    return "-".join(str(part) for part in ("S", data[0], int.from_bytes(bytes(data[2:start]), "big"), *parts))


def _sid(text: str) -> str:
    if _SID.fullmatch(text):
        return text.upper()
    if text.upper() not in SIDS:
        raise ValueError(f"{text!r} is no SID that the lab knows")
    return SIDS[text.upper()]


def _short(sid: str) -> str:
    return _NAME.get(sid, sid)


def _mask(text: str) -> int:
    return RIGHTS[text.upper()] if text.upper() in RIGHTS else int(text, 0)


def _bits(text: str, known: dict[str, int]) -> int:
    rest, bits = text.upper(), 0
    while rest:
        name = next((name for name in known if rest.startswith(name)), None)
        if name is None:
            raise ValueError(f"{text!r} has a flag that the lab does not know")
        bits |= known[name]
        rest = rest[len(name) :]
    return bits


def _letters(bits: int, known: dict[str, int]) -> str:
    return "".join(name for name, bit in known.items() if bits & bit)
