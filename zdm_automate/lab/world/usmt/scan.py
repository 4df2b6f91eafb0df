"""scanstate: looks at the profiles, gathers what rules and switches say, and closes the store, in the time that takes.

It is asked again and again; what has changed on the PC since the last time it finds as it is then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.profiles import Captured, Store
from zdm_automate.lab.world.usmt import piecework
from zdm_automate.lab.world.usmt.room import filled, free
from zdm_automate.lab.world.usmt.users import Somebody
from zdm_automate.lab.world.usmt.words import RefusedError, Words

if TYPE_CHECKING:
    from zdm_automate.lab.world.profiles import Item, Profile
    from zdm_automate.lab.world.usmt.rules import ErrorControl, Rules
    from zdm_automate.lab.world.usmt.session import End, Pause, Place, Session

LOOKING, STALE, EXAMINING, SAVING, ESTIMATING = 7.0, 120.0, 40.0, 18.0, 30.0
"""Seconds: initialising, each profile without its folder, examining, closing the store, estimating."""
SYSTEM_PARTS = ("Shared Documents", "Printers and Faxes")
IN_USE, ENCRYPTED = 32, 6002


def scan(session: Session, path: str, state: dict[str, Any], others: int, rate: float) -> Pause | End:
    """One ask."""
    return piecework.asked(session, path, state, others=others, rate=rate, begin=_start, go=_next)


def _next(session: Session, words: Words, state: dict[str, Any], rate: float) -> Pause | End:
    match state["phase"]:
        case "looking":
            return _examine(session, words)
        case "examining":
            return _estimate(session, words) if words.has("p") else _begin(session, words)
        case "estimating":
            return _estimated(session, words)
        case "collecting":
            return _collect(session, words, state, rate)
        case _:
            return _save(session, words, state)


def _start(session: Session, path: str, words: Words, others: int) -> Pause:
    piecework.opened(session, path, words, others)
    if words.has("p"):
        _free_for_estimate(session, words)
    else:
        _free_for_store(session, words)
    stale = sum(not one.folder_there for one in session.desk.profiles.values() if not one.special)
    for _ in range(stale):
        session.log("Waiting 6000 msec to retry hive load (tries remaining: 17 )...")
    session.say("Processing the settings store")
    return session.paused(LOOKING + STALE * stale, phase="looking")


def _free_for_estimate(session: Session, words: Words) -> None:
    path = session.full(words.one("p"))
    there = files.entry(session.host, path)
    if there is not None and not words.has("o"):
        raise RefusedError(41, "Can't overwrite existing file", path)
    if files.entry(session.host, path.rpartition("\\")[0]) is None:
        raise RefusedError(41, "Invalid space estimate path. Check the parameters and/or file system permissions", path)


def _free_for_store(session: Session, words: Words) -> None:
    place = session.place(words.store)
    if place is None:
        raise RefusedError(27, "Invalid store path; check the store parameter and/or file system permissions", words.store)
    if place.depot is not None and place.depot.read_only:
        raise RefusedError(27, "The store save location is read-only or does not support a requested storage option")
    there = session.states.store(place.host, place.path)
    if there is None:
        return
    if not words.has("o"):
        raise RefusedError(27, "A store path can't be used because an existing store exists; specify /o to overwrite")
    if there.in_use:
        raise RefusedError(35, "A store path can't be used because it contains data that could not be overwritten")


def _examine(session: Session, words: Words) -> Pause:
    session.say("Examining the system")
    session.row("PHASE", "Scanning")
    for one in _people(session):
        if not one.account:
            session.log(
                "Found valid profile but can't get user credentials. Will ignore due to error code: 0x00000534 "
                f"User SID: {one.sid}",
                "Warning",
                "0803ba",
            )
    named = [one for one in _people(session) if one.account]
    piecework.detected(session, [(one.account, _included(session, words, one)) for one in named])
    session.say("Selecting migration units")
    return session.paused(EXAMINING, phase="examining")


def _people(session: Session) -> list[Profile]:
    return [one for one in session.desk.profiles.values() if not one.special and one.folder_there]


def _included(session: Session, words: Words, one: Profile) -> bool:
    who = Somebody(full=one.account, sid=one.sid, used=datetime.fromisoformat(one.used), logged_on=one.loaded)
    return bool(one.account) and piecework.takes(session, words, who)


def _taken(session: Session, words: Words) -> list[tuple[Profile, Item]]:
    """What comes along, in the order in which it is gathered."""
    rules: Rules = session.rules(words, session.tool_here(session.desk.tool.folder if session.desk.tool else ""))
    people = [one for one in _people(session) if _included(session, words, one)]
    return [(one, item) for one in people for item in one.items if rules.takes(one, item)]


def _parts(session: Session, words: Words) -> None:
    applications = session.rules(words, session.tool_here(session.desk.tool.folder if session.desk.tool else "")).applications
    for one in _people(session):
        if applications and _included(session, words, one):
            for part in one.parts:
                session.row("forUser", one.account, "detectedComponent", f'"{part}"', "includedInMigration", "Yes")
    for part in SYSTEM_PARTS:
        session.row("forUser", "SYSTEM", "detectedComponent", f'"{part}"', "includedInMigration", "Yes")


def _estimate(session: Session, words: Words) -> Pause:
    _parts(session, words)
    session.row("PHASE", "Estimating")
    return session.paused(ESTIMATING, phase="estimating")


def _estimated(session: Session, words: Words) -> End:
    size = sum(item.size for _, item in _taken(session, words))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<PreMigration>\r\n  <storeSize>\r\n'
        f'    <size clusterSize="4096">{size}</size>\r\n  </storeSize>\r\n  <temporarySpace>\r\n'
        f"    <size>{41943040 + size // 100}</size>\r\n  </temporarySpace>\r\n</PreMigration>\r\n"
    )
    session.world = files.written(session.world, session.host, session.full(words.one("p")), text)
    return session.ended(0, "Successful run")


def _begin(session: Session, words: Words) -> Pause:
    _parts(session, words)
    total = sum(item.size for _, item in _taken(session, words))
    place = session.place(words.store)
    if place is None:
        raise RefusedError(27, "An error occurred during store creation", words.store)
    tool = session.desk.tool
    session.keep_store(
        Store(
            host=place.host,
            path=place.path,
            computer=session.host_name,
            version=tool.version if tool is not None else "",
            at=session.world.now.isoformat(),
            key=session.key(words),
            algorithm=words.one("encrypt") or ("3DES" if words.has("encrypt") else ""),
        )
    )
    session.say("Gathering data")
    if words.has("listfiles"):
        session.world = files.written(session.world, session.host, session.full(words.one("listfiles")), "")
    return piecework.sized(session, total, "collecting")


def _collect(session: Session, words: Words, state: dict[str, Any], rate: float) -> Pause:
    """Gathers what fits into the time since the last ask."""
    place = piecework.reached(session, words, session.place(words.store))
    things = _taken(session, words)
    errors = session.errors(words)
    pile = piecework.Pile.of(state)

    def skip(profile: Profile, item: Item) -> bool:
        if profile.account != pile.whose:
            pile.whose = profile.account
            session.row("collectingUser", pile.whose if " " not in pile.whose else f'"{pile.whose}"')
        code = _trouble(words, item)
        if not code or not _passed_over(session, words, errors, profile, item, code):
            return False
        pile.ignored.append(f"{profile.sid}|{item.path}|{code}")
        return True

    def carry(profile: Profile, item: Item) -> None:
        if words.has("listfiles"):
            session.add(session.full(words.one("listfiles")), profile.place(item))

    piecework.worked_off(pile, things, piecework.room_since(session, state, rate), skip=skip, carry=carry)
    _room_for(session, place, pile.done - state["done"])
    if pile.index < len(things):
        left = things[pile.index][1].size - pile.part
        return piecework.goes_on(session, pile, left, rate=rate, most=99, phase="collecting")
    session.row("PHASE", "Saving")
    session.say("Commit")
    return session.paused(SAVING, phase="saving", **pile.kept())


def _trouble(words: Words, item: Item) -> int:
    """The number of Windows under which a file cannot be read as it is."""
    if item.encrypted and words.one("efs").casefold() in ("", "abort", "skip"):
        return ENCRYPTED
    if item.locked and not words.has("vsc"):
        return IN_USE
    return item.error


def _passed_over(session: Session, words: Words, errors: ErrorControl, profile: Profile, item: Item, code: int) -> bool:
    """Whether a file is left out with a note; it ends the run otherwise.

    Raises:
        RefusedError: 2 for an encrypted file, 61 for any other.
    """
    place = profile.place(item)
    if code == ENCRYPTED:
        if words.one("efs").casefold() == "skip":
            session.log(f"EFS file skipped: {place}", "Warning")
            return True
        raise RefusedError(2, "Gather was aborted because of an EFS file", place)
    fatal = errors.fatal(code, profile, item)
    goes_on = words.has("c") if fatal is None else not fatal
    goes_on = goes_on or (bool(fatal) and words.has("c"))
    piecework.stumbled(session, "UnableToOpen", place, code, goes_on=goes_on)
    if goes_on:
        session.log(f"Read error {code} for {place}", "Warning")
        return True
    session.log(f"Unable to process object {place} -> {code}, aborting...", "Error")
    session.log(
        "USMT is shutting down due to errors. If the error is non-fatal, you can use /c to ignore these errors and continue "
        "migration.",
        "Error",
    )
    raise RefusedError(61, "Processing stopped due to an I/O error", place)


def _room_for(session: Session, place: Place, size: int) -> None:
    """Takes the room for what has been written.

    Raises:
        RefusedError: 72, the disk of the store is full.
    """
    left = free(session.world, place.host, place.path) - size
    session.world = filled(session.world, place.host, size, place.path)
    there = session.states.store(place.host, place.path)
    if there is not None:
        session.keep_store(replace(there, size=there.size + size))
    if left < 0:
        session.log("CopyStream: Can't copy streams. Error 112. unable to write to FileStream.", "Error", "0802e9")
        raise RefusedError(72, "Out of disk space while writing the store")


def _save(session: Session, words: Words, state: dict[str, Any]) -> End:
    place = session.place(words.store)
    there = session.states.store(place.host, place.path) if place is not None else None
    if there is None:
        raise RefusedError(72, "An error occurred closing the store")
    left_out = {tuple(one.split("|")[:2]) for one in state["ignored"]}
    people: dict[str, Captured] = {
        one.sid: Captured(sid=one.sid, account=one.account, used=one.used, path=one.path, parts=one.parts)
        for one in _people(session)
        if _included(session, words, one)
    }
    for profile, item in _taken(session, words):
        if (profile.sid, item.path) not in left_out:
            own = people[profile.sid]
            people[profile.sid] = replace(own, items=(*own.items, item))
    session.keep_store(replace(there, users=tuple(people.values()), complete=True))
    session.world = profile_files.stored(session.world, there.host, there.path)
    ignored = len(state["ignored"])
    if not ignored:
        return session.ended(0, "Successful run")
    _summary(session, state["ignored"])
    return session.ended(3 if words.has("c") else 0, "At least one error was skipped as a result of /c", ignored)


def _summary(session: Session, ignored: list[str]) -> None:
    codes: dict[str, list[str]] = {}
    for one in ignored:
        codes.setdefault(one.rpartition("|")[2], []).append(one.split("|")[1])
    session.log(f"{'-' * 35} USMT ERROR SUMMARY {'-' * 35}")
    session.log("* One or more errors were encountered in migration (ordered by first occurence)")
    session.log("|    Error Code | Caused Abort | Recurrence | First Occurence")
    for code, things in codes.items():
        session.log(f"| {code:>13} | {'No':>12} | {len(things):>10} | Read error {code} for {things[0]} [...]")
