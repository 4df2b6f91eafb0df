"""loadstate: puts the users of a store on a PC, under the names that /md and /mu give them, in the time that takes.

As the real one it ends with 0 when a renaming fits nobody, and it never writes 100 %.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import profile_files
from zdm_automate.lab.world.profiles import Profile
from zdm_automate.lab.world.usmt import piecework
from zdm_automate.lab.world.usmt.room import filled, free
from zdm_automate.lab.world.usmt.users import Somebody
from zdm_automate.lab.world.usmt.words import RefusedError, Words

if TYPE_CHECKING:
    from zdm_automate.lab.world.profiles import Captured, Item, Store
    from zdm_automate.lab.world.usmt.session import End, Pause, Session

LOOKING, EXAMINING = 6.0, 25.0
IN_USE, DISK_FULL, CORRUPT = 32, 112, 1392


def load(session: Session, path: str, state: dict[str, Any], others: int, rate: float) -> Pause | End:
    """One ask."""
    return piecework.asked(session, path, state, others=others, rate=rate, begin=_start, go=_next)


def _next(session: Session, words: Words, state: dict[str, Any], rate: float) -> Pause | End:
    return _begin(session, words) if state["phase"] == "looking" else _apply(session, words, state, rate)


def _start(session: Session, path: str, words: Words, others: int) -> Pause:
    tool = piecework.opened(session, path, words, others)
    _opened(session, words, tool.version)
    return session.paused(LOOKING + EXAMINING, phase="looking")


def _opened(session: Session, words: Words, version: str) -> Store:
    """The store, when it can be read with this key.

    Raises:
        RefusedError: 27, 33, 37, 38 or 42.
    """
    place = session.place(words.store)
    there = session.states.store(place.host, place.path) if place is not None else None
    if there is None:
        raise RefusedError(27, "Invalid store path; check the store parameter and/or file system permissions", words.store)
    if not there.complete:
        raise RefusedError(27, "A store path is missing or has incomplete data")
    if there.version != version:
        raise RefusedError(27, "The store path holds a store incompatible with the current USMT version")
    key = session.key(words)
    if there.key and key != there.key:
        raise RefusedError(37, "The store holds encrypted data but the correct encryption key was not provided")
    if there.key and (words.one("decrypt") or "3DES").casefold() != there.algorithm.casefold():
        raise RefusedError(37, "The store holds encrypted data but the correct encryption key was not provided")
    if key and not there.key:
        raise RefusedError(38, "An error occurred during store access")
    if not there.catalog:
        raise RefusedError(42, "The store contains one or more corrupted files")
    return there


def _begin(session: Session, words: Words) -> Pause:
    tool = session.desk.tool
    store = _opened(session, words, tool.version if tool is not None else "")
    session.say("Processing the settings store")
    session.say("Examining the system")
    piecework.detected(session, [(one.account, _included(session, words, one)) for one in store.users])
    for one in _people(session, words, store):
        _local_account(session, words, one, store)
    session.say("Selecting migration units")
    total = sum(item.size for one in _people(session, words, store) for item in one.items)
    session.say("Applying data")
    return piecework.sized(session, total, "applying")


def _included(session: Session, words: Words, one: Captured) -> bool:
    who = Somebody(full=one.account, sid=one.sid, used=datetime.fromisoformat(one.used))
    return piecework.takes(session, words, who)


def _people(session: Session, words: Words, store: Store) -> list[Captured]:
    return [one for one in store.users if _included(session, words, one)]


def _local_account(session: Session, words: Words, one: Captured, store: Store) -> None:
    """A local account has to be there, or be made.

    Raises:
        RefusedError: 14.
    """
    domain, _, name = arrives_as(words, one.account).partition("\\")
    if domain.casefold() not in {store.computer.casefold(), session.host_name.casefold()}:
        return
    known = {own.casefold() for own in session.desk.accounts}
    if name.casefold() in known:
        return
    if not words.has("lac"):
        raise RefusedError(14, "Unable to create a local account because /lac was not specified", one.account)
    session.keep(session.states.with_desk(session.host_name, replace(session.desk, accounts=session.desk.accounts | {name})))


def arrives_as(words: Words, account: str) -> str:
    """Under which name an account arrives: /mu by the whole name, else the first /md whose domain fits."""
    for value in words.values.get("mu", ()):
        old, new = _halves(value)
        if old.casefold() == account.casefold():
            return new if "\\" in new else f"{account.partition(chr(92))[0]}\\{new}"
    domain, _, name = account.partition("\\")
    for value in words.values.get("md", ()):
        old, new = _halves(value)
        pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in old)
        if re.fullmatch(pattern, domain, re.IGNORECASE):
            return f"{new}\\{name}"
    return account


def _halves(value: str) -> tuple[str, str]:
    old, mark, new = value.partition(":")
    if not mark or not old or not new:
        raise RefusedError(11, "Command line option is not valid", value)
    return old, new


def _target(session: Session, words: Words, one: Captured, store: Store) -> tuple[str, str] | None:
    """Name and SID on this PC; None for an account that nobody here knows."""
    full = arrives_as(words, one.account)
    domain, _, name = full.partition("\\")
    if domain.casefold() in {store.computer.casefold(), session.host_name.casefold()}:
        full = f"{session.host_name}\\{name}"
        return full, f"S-1-5-21-{_number(session.host_name)}-{1000 + _number(name) % 9000}"
    joined = session.host.domain and domain.casefold() == session.world.directory.netbios.casefold()
    if not joined:
        return None
    if full.casefold() == one.account.casefold():
        return full, one.sid
    return full, f"S-1-5-21-{_number(domain)}-{1000 + _number(name) % 9000}"


def _number(text: str) -> int:
    return int(sha256(text.casefold().encode()).hexdigest()[:8], 16)


def _things(session: Session, words: Words, store: Store) -> list[tuple[Captured, Item]]:
    return [(one, item) for one in _people(session, words, store) for item in one.items]


def _apply(session: Session, words: Words, state: dict[str, Any], rate: float) -> Pause | End:
    place = session.place(words.store)
    store = session.states.store(place.host, place.path) if place is not None else None
    store = piecework.reached(session, words, store)
    things = _things(session, words, store)
    pile = piecework.Pile.of(state)

    def skip(_: Captured, item: Item) -> bool:
        if item.path not in store.damaged:
            return False
        _damaged(session, words, item)
        pile.ignored.append(item.path)
        return True

    def carry(one: Captured, item: Item) -> None:
        _put(session, words, store, one, item)

    piecework.worked_off(pile, things, piecework.room_since(session, state, rate), skip=skip, carry=carry)
    if pile.index < len(things):
        left = things[pile.index][1].size - pile.part
        return piecework.goes_on(session, pile, left, rate=rate, most=95, phase="applying")
    for one in _people(session, words, store):
        _settings(session, words, store, one)
    if pile.ignored:
        return session.ended(3, "At least one error was skipped as a result of /c", len(pile.ignored))
    return session.ended(0, "Successful run")


def _damaged(session: Session, words: Words, item: Item) -> None:
    piecework.stumbled(session, "UnableToCopy", item.path, CORRUPT, goes_on=words.has("c"))
    if not words.has("c"):
        raise RefusedError(42, "The store contains one or more corrupted files", item.path)


def _put(session: Session, words: Words, store: Store, one: Captured, item: Item) -> None:
    """A file on this PC; one of the same name is replaced.

    Raises:
        RefusedError: 61 where it is in use, 72 where the disk is full.
    """
    target = _target(session, words, one, store)
    if target is None:
        return
    desk = session.desk
    known = desk.of(target[0]) or _new(session, target)
    there = next((own for own in known.items if own.path.casefold() == item.path.casefold()), None)
    if there is not None and there.locked:
        piecework.stumbled(session, "UnableToApply", known.place(item), IN_USE, goes_on=words.has("c"))
        if words.has("c"):
            return
        raise RefusedError(61, "Processing stopped due to an I/O error", known.place(item))
    if free(session.world, session.host_name) < item.size:
        session.log(f"Write error {DISK_FULL} for {known.place(item)}", "Error")
        raise RefusedError(72, "An error occurred in the apply process")
    items = tuple(own for own in known.items if own.path.casefold() != item.path.casefold())
    known = replace(known, items=(*items, replace(item, locked=False, error=0)))
    session.world = filled(session.world, session.host_name, item.size)
    session.keep(session.states.with_desk(session.host_name, session.desk.with_profile(known)))


def _new(session: Session, target: tuple[str, str]) -> Profile:
    folder = f"C:\\Users\\{target[0].partition(chr(92))[2]}"
    taken = {own.path.casefold() for own in session.desk.profiles.values()}
    if folder.casefold() in taken:
        folder = f"{folder}.{target[0].partition(chr(92))[0]}"
    return Profile(sid=target[1], account=target[0], path=folder, used=session.world.now.isoformat())


def _settings(session: Session, words: Words, store: Store, one: Captured) -> None:
    """The user's settings, last; they make the profile where he has no file."""
    target = _target(session, words, one, store)
    if target is None:
        session.log(f"No mapping for the account {arrives_as(words, one.account)}: not applied. Error 1332", "Warning")
        return
    known = session.desk.of(target[0]) or _new(session, target)
    session.world = profile_files.arrived(session.world, session.host_name, known)
    session.keep(session.states.with_desk(session.host_name, session.desk.with_profile(replace(known, parts=one.parts))))
