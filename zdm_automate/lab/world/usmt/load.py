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
from zdm_automate.lab.world.usmt.room import filled, free
from zdm_automate.lab.world.usmt.session import End, Pause, Session, since
from zdm_automate.lab.world.usmt.users import Somebody, SwitchError, user_switches
from zdm_automate.lab.world.usmt.words import RefusedError, Words, read

if TYPE_CHECKING:
    from zdm_automate.lab.world.profiles import Captured, Item, Store

LOOKING, EXAMINING, STEP = 6.0, 25.0, 20.0
IN_USE, DISK_FULL = 32, 112


def load(session: Session, path: str, state: dict[str, Any], others: int, rate: float) -> Pause | End:
    """One ask, as of scanstate."""
    try:
        words = read("loadstate", session.argv)
        if not state:
            return _start(session, path, words, others)
        session.log_path, session.progress_path = state["log"], state["progress"]
        if state["phase"] == "looking":
            return _begin(session, words)
        return _apply(session, words, state, rate)
    except RefusedError as problem:
        return session.refused(problem)
    except SwitchError as problem:
        return session.refused(RefusedError(11, str(problem)))


def _start(session: Session, path: str, words: Words, others: int) -> Pause:
    tool = session.tool_here(path)
    session.begin_logs(words, tool)
    session.say("Starting the migration process")
    session.row("PHASE", "Initializing")
    user_switches(words.raw, session.world.now)
    session.may_run()
    session.alone(others)
    session.rules(words, tool)
    session.errors(words)
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
    for one in store.users:
        included = _included(session, words, one)
        session.row("detectedUser", one.account, "includedInMigration", "Yes" if included else "No")
        if included:
            _local_account(session, words, one, store)
    session.say("Selecting migration units")
    total = sum(item.size for one in _people(session, words, store) for item in one.items)
    session.row("totalSizeInMBToTransfer", f"{total / 1024**2:.1f}")
    session.row("PHASE", "Applying")
    session.say("Applying data")
    return session.paused(STEP / 2, phase="applying", total=total, done=0, index=0, part=0, ignored=[])


def _included(session: Session, words: Words, one: Captured) -> bool:
    who = Somebody(full=one.account, sid=one.sid, used=datetime.fromisoformat(one.used))
    return user_switches(words.raw, session.world.now).takes(who)


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
    if store is None:
        session.row("error", "UnableToAccessDevice", "objectName", f'"{words.store}"', "action", "Abort", "errorCode", "59")
        raise RefusedError(61, "Processing stopped due to an I/O error")
    things = _things(session, words, store)
    room, index, part, done = since(state, session.world.now) * rate, state["index"], state["part"], state["done"]
    ignored = list(state["ignored"])
    while index < len(things):
        one, item = things[index]
        if item.size - part > room:
            part, done, room = part + int(room), done + int(room), 0
            break
        room -= item.size - part
        done, part, index = done + item.size - part, 0, index + 1
        if item.path in store.damaged:
            _damaged(session, words, item)
            ignored.append(item.path)
            continue
        _put(session, words, store, one, item)
    kept = {"total": state["total"], "done": done, "index": index, "part": part, "ignored": ignored}
    if index < len(things):
        session.row("totalPercentageCompleted", str(min(95, done * 100 // max(state["total"], 1))))
        session.row("totalMinutesRemaining", str(int(max(state["total"] - done, 0) / max(rate, 1) // 60) + 1))
        left = things[index][1].size - part
        return session.paused(min(STEP, left / max(rate, 1) + 1), phase="applying", **kept)
    for one in _people(session, words, store):
        _settings(session, words, store, one)
    if ignored:
        return session.ended(3, "At least one error was skipped as a result of /c", len(ignored))
    return session.ended(0, "Successful run")


def _damaged(session: Session, words: Words, item: Item) -> None:
    action = "Ignore" if words.has("c") else "Abort"
    session.row("error", "UnableToCopy", "objectName", f'"{item.path}"', "action", action, "errorCode", "1392")
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
        action = "Ignore" if words.has("c") else "Abort"
        session.row(
            "error", "UnableToApply", "objectName", f'"{known.place(item)}"', "action", action, "errorCode", str(IN_USE)
        )
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
