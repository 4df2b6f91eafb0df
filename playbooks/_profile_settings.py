"""What comes along of a profile beside its folders: network drives and printers by the user's registry, the rest by hand.

What is bound to the user's own keys, or to one program, is said to a person, with what to do; nothing of it is carried.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Facts, Step, VerbCall, change, manual, put, same

from ._profile_pieces import Carried, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._profile_intent import ProfileIntent

BY_HAND = {
    "outlook-profile": "let Outlook make a new profile by autodiscover; add the further mailboxes and data files of the old",
    "shortcuts": "open the shortcuts on desktop and start menu that name an old server, and set their target anew",
    "default-printer": "choose the default printer ({default}) in the settings",
    "browser": "take bookmarks and passwords along by the browser's own sync or export; no file of it is copied",
    "certificates": "export certificates with their keys (certmgr.msc) and stored passwords on the old PC, import them here",
    "trusted-locations": "set Office's trusted locations and the options of further programs that name the old server",
}
"""What is bound to the user's own keys, or to one program, and is not carried: a step's name, and what to do."""
BESIDE = {"outlook-profile": ("outlook",), "shortcuts": ("desktop", "favourites"), "default-printer": ("printers",)}
"""The pieces beside which a step is due; any other step is for whose whole profile comes along."""


def reconnect(facts: Facts, plan: ProfileIntent, who: Carried) -> Iterator[Step]:
    """Network drives and printers as on the old PC, with the names of the new servers."""
    there = who.new
    for letter, path in who.old.drives().items() if who.entry.wants("drives") else ():
        wanted, now = renamed(plan, path), there.drives().get(letter, "")
        text = f"{who.entry.user} on {facts.hosts[who.pc.new]}: drive {letter} leads to {wanted}"
        if now.casefold() == wanted.casefold():
            yield same(text, role=who.pc.new)
            continue
        call = {"sid": there.sid, "letter": letter}
        there = replace(there, drive=_sorted(f"{one}={to}" for one, to in {**there.drives(), letter: wanted}.items()))
        yield change(
            VerbCall(role=who.pc.new, verb="Set-ZdmMappedDrive", params={**call, "remote_path": wanted}),
            text,
            before={"RemotePath": now},
            after={"RemotePath": wanted},
            effects=(put(who.pc.new, there),),
            inverse=VerbCall(role=who.pc.new, verb="Set-ZdmMappedDrive", params={**call, "remote_path": now}),
        )
    for printer in who.old.printer if who.entry.wants("printers") else ():
        name = renamed(plan, printer)
        text = f"{who.entry.user} on {facts.hosts[who.pc.new]}: printer {name}"
        if name.casefold() in map(str.casefold, there.printer):
            yield same(text, role=who.pc.new)
            continue
        call = {"sid": there.sid, "name": name}
        there = replace(there, printer=_sorted((*there.printer, name)))
        yield change(
            VerbCall(role=who.pc.new, verb="Set-ZdmPrinterConnection", params={**call, "state": "Present"}),
            text,
            before={"State": "Absent"},
            after={"State": "Present"},
            effects=(put(who.pc.new, there),),
            inverse=VerbCall(role=who.pc.new, verb="Set-ZdmPrinterConnection", params={**call, "state": "Absent"}),
        )


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    """In the order in which the reader gives them."""
    return tuple(sorted(texts, key=str.upper))


def renamed(plan: ProfileIntent, path: str) -> str:
    r"""A path `\\server\...` with the server's new name, where it has one."""
    server, mark, rest = path[2:].partition("\\")
    names = {old.casefold(): new for old, new in plan.servers.items()}
    short, dot, _ = server.partition(".")
    new = names.get(server.casefold()) or (names.get(short.casefold()) if dot else None)
    return f"\\\\{new}{mark}{rest}" if new else path


def by_hand(facts: Facts, item: str, who: Carried) -> Iterator[Step]:
    """What a person does beside the pieces that come along, one step each, with what to do."""
    for name, what in BY_HAND.items():
        due = any(map(who.entry.wants, BESIDE[name])) if name in BESIDE else not who.entry.what
        if not due or (name == "default-printer" and not who.old.default_printer):
            continue
        todo = what.format(default=who.old.default_printer)
        text = f"{who.entry.user} on {facts.hosts[who.pc.new]}: {todo}"
        yield manual(facts, item, f"{who.pc.new}-{short(who.entry.user)}-{name}", text, form=("done by",))
