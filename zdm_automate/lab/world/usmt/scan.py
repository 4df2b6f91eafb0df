"""scanstate: looks at the profiles, gathers what rules and switches say, and closes the store, in the time that takes.

It is asked again and again; what has changed on the PC since the last time it finds as it is then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import files, profile_files
from zdm_automate.lab.world.profiles import Captured, Store
from zdm_automate.lab.world.usmt.room import filled, free
from zdm_automate.lab.world.usmt.session import End, Pause, Place, Session, since
from zdm_automate.lab.world.usmt.users import Somebody, SwitchError, user_switches
from zdm_automate.lab.world.usmt.words import RefusedError, Words, read

if TYPE_CHECKING:
    from zdm_automate.lab.world.profiles import Item, Profile
    from zdm_automate.lab.world.usmt.rules import ErrorControl, Rules

LOOKING, STALE, EXAMINING, SAVING, ESTIMATING = 7.0, 120.0, 40.0, 18.0, 30.0
"""Seconds: initialising, each profile without its folder, examining, closing the store, estimating."""
STEP = 20.0
SYSTEM_PARTS = ("Shared Documents", "Printers and Faxes")
IN_USE, ENCRYPTED = 32, 6002


def scan(session: Session, path: str, state: dict[str, Any], others: int, rate: float) -> Pause | End:
    """One ask. `others` are further migrations on the PC, `rate` the bytes that get through in a second now."""
    try:
        words = read("scanstate", session.argv)
        if not state:
            return _start(session, path, words, others)
        session.log_path, session.progress_path = state["log"], state["progress"]
        return _next(session, words, state, rate)
    except RefusedError as problem:
        return session.refused(problem)
    except SwitchError as problem:
        return session.refused(RefusedError(11, str(problem)))


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
    tool = session.tool_here(path)
    session.begin_logs(words, tool)
    session.say("Starting the migration process")
    session.row("PHASE", "Initializing")
    user_switches(words.raw, session.world.now)
    session.may_run()
    session.alone(others)
    session.key(words)
    session.errors(words)
    session.rules(words, tool)
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
            continue
        session.row("detectedUser", one.account, "includedInMigration", "Yes" if _included(session, words, one) else "No")
    session.say("Selecting migration units")
    return session.paused(EXAMINING, phase="examining")


def _people(session: Session) -> list[Profile]:
    return [one for one in session.desk.profiles.values() if not one.special and one.folder_there]


def _included(session: Session, words: Words, one: Profile) -> bool:
    who = Somebody(full=one.account, sid=one.sid, used=datetime.fromisoformat(one.used), logged_on=one.loaded)
    return bool(one.account) and user_switches(words.raw, session.world.now).takes(who)


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
    session.row("totalSizeInMBToTransfer", f"{total / 1024**2:.1f}")
    session.row("PHASE", "Collecting")
    session.say("Gathering data")
    if words.has("listfiles"):
        session.world = files.written(session.world, session.host, session.full(words.one("listfiles")), "")
    return session.paused(STEP / 2, phase="collecting", total=total, done=0, index=0, part=0, ignored=[], whose="")


def _collect(session: Session, words: Words, state: dict[str, Any], rate: float) -> Pause:
    """Gathers what fits into the time since the last ask."""
    place = _reachable(session, words)
    things = _taken(session, words)
    errors = session.errors(words)
    room, index, part, done = since(state, session.world.now) * rate, state["index"], state["part"], state["done"]
    ignored, whose = list(state["ignored"]), state["whose"]
    while index < len(things):
        profile, item = things[index]
        if profile.account != whose:
            whose = profile.account
            session.row("collectingUser", whose if " " not in whose else f'"{whose}"')
        if part == 0 and (code := _trouble(words, item)) and _passed_over(session, words, errors, profile, item, code):
            ignored.append(f"{profile.sid}|{item.path}|{code}")
            index += 1
            continue
        if item.size - part > room:
            part, done, room = part + int(room), done + int(room), 0
            break
        room -= item.size - part
        done, part, index = done + item.size - part, 0, index + 1
        if words.has("listfiles"):
            session._add(session.full(words.one("listfiles")), profile.place(item))  # noqa: SLF001 - its own log
    _room_for(session, place, done - state["done"])
    total = max(state["total"], 1)
    kept = {"total": state["total"], "done": done, "index": index, "part": part, "ignored": ignored, "whose": whose}
    if index < len(things):
        session.row("totalPercentageCompleted", str(min(99, done * 100 // total)))
        session.row("totalMinutesRemaining", str(int(max(total - done, 0) / max(rate, 1) // 60) + 1))
        left = things[index][1].size - part
        return session.paused(min(STEP, left / max(rate, 1) + 1), phase="collecting", **kept)
    session.row("PHASE", "Saving")
    session.say("Commit")
    return session.paused(SAVING, phase="saving", **kept)


def _reachable(session: Session, words: Words) -> Place:
    place = session.place(words.store)
    if place is None:
        session.row("error", "UnableToAccessDevice", "objectName", f'"{words.store}"', "action", "Abort", "errorCode", "59")
        raise RefusedError(61, "Processing stopped due to an I/O error")
    return place


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
    action = "Ignore" if goes_on or (fatal and words.has("c")) else "Abort"
    session.row("error", "UnableToOpen", "objectName", f'"{place}"', "action", action, "errorCode", str(code))
    if action == "Ignore":
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
    states = session.states
    if place.depot is None:
        left = free(session.world, place.host) - size
        session.world = filled(session.world, place.host, size)
    else:
        depot = states.depots[place.host]
        left = depot.free - size
        session.keep(replace(states, depots={**states.depots, place.host: replace(depot, free=max(left, 0))}))
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
