"""Who moves with whom: people who share mailboxes go in one wave, the pilot before everybody else. Pure.

It names what it could not keep together; it never drops a mailbox.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.mail import Mailbox
from zdm_automate.mail.identity import Known, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zdm_automate.facts.mail import MailboxPermission

PILOT: Final = "pilot"


@dataclass(frozen=True, slots=True)
class Wave:
    """Mailboxes that move together, in a fixed order."""

    name: str
    members: tuple[Mailbox, ...]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Two mailboxes that one person uses, and what ties them."""

    one: Mailbox
    other: Mailbox
    how: str


def known_names(boxes: Iterable[Mailbox]) -> tuple[Known, ...]:
    """Every mailbox under all its names."""
    return tuple(Known(guid=one.guid, names=(one.alias, one.name, one.address, *one.addresses)) for one in boxes)


def chosen(names: Iterable[str], boxes: Iterable[Mailbox]) -> tuple[Mailbox, ...]:
    """The mailboxes that the project names, in its order.

    Raises:
        InputError: a name that does not stand for one of them.
    """
    boxes = tuple(boxes)
    by_guid = {one.guid: one for one in boxes}
    known = known_names(boxes)
    return tuple(by_guid[resolve(name, known)] for name in dict.fromkeys(names))


def sharings(boxes: Iterable[Mailbox], permissions: Iterable[MailboxPermission]) -> tuple[Sharing, ...]:
    """Who uses whose mailbox. A name that several have ties all of them: one wave too large loses nothing."""
    boxes = tuple(boxes)
    named: Mapping[str, list[Mailbox]] = defaultdict(list)
    for box in boxes:
        for name in {box.alias.casefold(), box.name.casefold(), box.address.casefold()}:
            named[name].append(box)
    pairs = [(right.mailbox, right.user, "FullAccess") for right in permissions if "FullAccess" in right.rights]
    pairs += [(box.alias, name, "on behalf") for box in boxes for name in box.on_behalf]
    found: dict[tuple[str, str], Sharing] = {}
    for mine, theirs, how in pairs:
        for one in named.get(mine.casefold(), ()):
            for other in named.get(theirs.casefold(), ()):
                if one.guid != other.guid:
                    found.setdefault((min(one.guid, other.guid), max(one.guid, other.guid)), Sharing(one, other, how))
    return tuple(found.values())


def waves(boxes: Iterable[Mailbox], shared: Iterable[Sharing], pilot: Iterable[Mailbox], size: int) -> tuple[Wave, ...]:
    """The pilot, then the others in waves of about that size; a group that shares is never torn, be it larger than a wave."""
    boxes = tuple(boxes)
    first = tuple(pilot)
    early = {one.guid for one in first}
    groups = _groups([one for one in boxes if one.guid not in early], shared)
    filled: list[list[Mailbox]] = []
    for group in sorted(groups, key=lambda one: (-len(one), one[0].alias)):
        room = next((wave for wave in filled if len(wave) + len(group) <= size), None)
        if room is None:
            filled.append(list(group))
        else:
            room += group
    made = [Wave(f"wave-{number}", tuple(sorted(wave, key=lambda one: one.alias))) for number, wave in enumerate(filled, 1)]
    return (*([Wave(PILOT, first)] if first else []), *made)


def torn(made: Iterable[Wave], shared: Iterable[Sharing]) -> tuple[Sharing, ...]:
    """Sharings whose two mailboxes do not move together: between them is a time in which delegates see less."""
    wave_of = {box.guid: wave.name for wave in made for box in wave.members}
    return tuple(
        one
        for one in shared
        if one.one.guid in wave_of and one.other.guid in wave_of and wave_of[one.one.guid] != wave_of[one.other.guid]
    )


def _groups(boxes: Iterable[Mailbox], shared: Iterable[Sharing]) -> list[list[Mailbox]]:
    """Mailboxes that are tied to each other, directly or over others."""
    boxes = tuple(boxes)
    leader = {one.guid: one.guid for one in boxes}

    def top(guid: str) -> str:
        while leader[guid] != guid:
            leader[guid] = leader[leader[guid]]
            guid = leader[guid]
        return guid

    for tie in shared:
        if tie.one.guid in leader and tie.other.guid in leader:
            leader[top(tie.one.guid)] = top(tie.other.guid)
    found: dict[str, list[Mailbox]] = defaultdict(list)
    for box in sorted(boxes, key=lambda one: one.alias):
        found[top(box.guid)].append(box)
    return list(found.values())
