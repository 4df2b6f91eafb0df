"""Profiles carried piece by piece where USMT cannot: whose they are, and their folders by robocopy.

Each folder on the new PC is set aside before anything is copied into it, and can be put back. Nothing newer is overwritten,
nothing is taken away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zdm_automate import (
    Check,
    Facts,
    Step,
    VerbCall,
    change,
    check,
    credential_of,
    put,
    same,
    unpredictable,
    wait,
)
from zdm_automate.facts.host import File
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.profiles import ProfilePiece
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.native.robocopy import read_log

from ._profile_intent import Pc, Pieces
from ._profile_jobs import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._profile_intent import ProfileIntent
    from ._profile_turns import Turns

FOLDERS: dict[str, tuple[str, ...]] = {
    "desktop": (),
    "documents": (),
    "pictures": (),
    "downloads": (),
    "favourites": (),
    "signatures": (),
    "templates": (),
    "dictionaries": (),
    "nicknames": ("*.nk2",),
    "outlook": ("*.pst", "Stream_Autocomplete*.dat"),
}
"""The pieces that are folders, and which of their files are meant where not all are."""
LEFT = ("*.ost", "thumbs.db", "~$*")
"""Outlook makes its cache anew, and the rest is nobody's."""
BACKUP, COPY = "set aside", "copied"
PART, UNDONE = "-part", "-undone"
"""Of a backup that is not whole yet, and of what had come and was taken back."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A user whose pieces are carried: what is known of him on both PCs."""

    pc: Pc
    entry: Pieces
    old: ProfilePiece
    new: ProfilePiece

    def title(self, facts: Facts, piece: str) -> str:
        """A piece of his in words."""
        return f"{piece} of {self.entry.user} to {facts.hosts[self.pc.new]}"


def short(user: str) -> str:
    """A user's name in paths and steps."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", user)


def backup_of(plan: ProfileIntent, pc: Pc, user: str, piece: str) -> str:
    """Where a folder is set aside on the new PC."""
    return f"C:\\Zdm\\pieces\\{plan.run}-{pc.attempt}\\{short(user)}\\{piece}"


def users_of(pc: Pc) -> list[str]:
    """The users of a pair whose profiles are carried piece by piece."""
    return [one.user for one in pc.pieces]


def backups(plan: ProfileIntent, pc: Pc) -> list[str]:
    """All places where folders of a pair may be set aside, and where they lie once they were taken back."""
    places = [backup_of(plan, pc, one.user, piece) for one in pc.pieces for piece in FOLDERS if one.wants(piece)]
    return [*places, *(place + UNDONE for place in places)]


def carried(facts: Facts, pc: Pc) -> Iterator[Carried | Step]:
    """The users of a pair of whom both sides are known and who are logged off; a step says why another is not."""
    for entry in pc.pieces:
        old = facts.one(pc.old, ProfilePiece, entry.user)
        new = facts.one(pc.new, ProfilePiece, entry.user)
        text = f"pieces of {entry.user} to {facts.hosts[pc.new]}"
        busy = [role for role, one in ((pc.old, old), (pc.new, new)) if one is not None and one.loaded]
        if old is None:
            yield unpredictable(text, f"{entry.user} has no profile on {facts.hosts[pc.old]}", role=pc.old)
        elif new is None:
            reason = f"once {entry.user} has logged on to {facts.hosts[pc.new]} and off again: Windows makes his profile then"
            yield wait(text, None, reason, role=pc.new)
        elif busy:
            yield wait(text, None, f"once {entry.user} is logged off from {facts.hosts[busy[0]]}", role=busy[0])
        else:
            yield Carried(pc, entry, old, new)


# --- folders ---


def set_aside(facts: Facts, plan: ProfileIntent, who: Carried) -> Iterator[Step]:
    """What stands in the way of a copy into each folder, and a backup of what the folder holds on the new PC."""
    for piece in _wanted(who):
        text = f"{who.title(facts, piece)}: what is there is set aside"
        source, target = who.old.folders()[piece], who.new.folders()[piece]
        if source.startswith("\\\\"):
            yield same(f"{who.title(facts, piece)}: lies on a server ({source}) and moves with its shares", role=who.pc.old)
        elif piece not in who.old.there:
            yield same(f"{who.title(facts, piece)}: there is none on {facts.hosts[who.pc.old]}", role=who.pc.old)
        elif target.startswith("\\\\"):
            reason = f"on {facts.hosts[who.pc.new]} it is redirected to {target}: copy {source} there by hand"
            yield unpredictable(text, reason, role=who.pc.new)
        elif _taken_back(facts, plan, who, piece):
            again = f"it was taken back; {_again(who)} to carry it again"
            yield wait(who.title(facts, piece), None, again, role=who.pc.new)
        else:
            yield _backup(facts, plan, who, piece, text)


def _wanted(who: Carried) -> list[str]:
    return [piece for piece in FOLDERS if who.entry.wants(piece)]


def _carried(who: Carried) -> Iterator[str]:
    """The folders that are copied: those that are on the old PC itself, to where they lie on the new one itself."""
    for piece in _wanted(who):
        places = who.old.folders()[piece], who.new.folders()[piece]
        if piece in who.old.there and not any(place.startswith("\\\\") for place in places):
            yield piece


def have_come(facts: Facts, plan: ProfileIntent, who: Carried) -> bool:
    """Whether every folder of a user is on his new PC."""
    jobs = {piece: _job(facts, plan, who, piece, COPY) for piece in _carried(who)}
    return all(
        job is not None and judge(job).state.good and not _taken_back(facts, plan, who, piece) for piece, job in jobs.items()
    )


def _backup(facts: Facts, plan: ProfileIntent, who: Carried, piece: str, text: str) -> Step:
    """A job copies what is there; its result counts once it is whole and in its place. Undone, that very folder is put back."""
    place = backup_of(plan, who.pc, who.entry.user, piece)
    if _ready(facts, plan, who, piece):
        return same(f"{text}: {place}", role=who.pc.new)
    job = _job(facts, plan, who, piece, BACKUP)
    if job is None and piece in who.new.there:
        return _start(facts, plan, who, piece, BACKUP, who.new.folders()[piece], place + PART)
    if job is not None and not judge(job).state.good:
        return standing(facts, who.pc.new, text, job, _again(who))
    role, target = who.pc.new, who.new.folders()[piece]
    made = File(path=place, exists=True, is_folder=True, bytes=None, sha256=None, modified_utc=None)
    call = VerbCall(role=role, verb="New-ZdmFolder", params={"path": place})
    if job is not None:
        call = VerbCall(role=role, verb="Move-ZdmFolder", params={"path": place + PART, "destination": place})
    return change(
        call,
        text if job is not None else f"{text}: nothing yet",
        before={"Exists": False},
        after={"Exists": True},
        effects=(put(role, made),),
        inverse=VerbCall(role=role, verb="Move-ZdmFolder", params={"path": place, "destination": target}),
    )


def _ready(facts: Facts, plan: ProfileIntent, who: Carried, piece: str) -> bool:
    """Whether what was in a folder has been set aside."""
    return _is_there(facts, who, backup_of(plan, who.pc, who.entry.user, piece))


def _taken_back(facts: Facts, plan: ProfileIntent, who: Carried, piece: str) -> bool:
    """Whether a folder holds again what it held, and what had come lies beside its backup: no job of this attempt brings it."""
    return _is_there(facts, who, backup_of(plan, who.pc, who.entry.user, piece) + UNDONE)


def _is_there(facts: Facts, who: Carried, path: str) -> bool:
    found = facts.one(who.pc.new, File, path)
    return found is not None and found.exists


def _again(who: Carried) -> str:
    return f"set attempt: {who.pc.attempt + 1} for {who.pc.old}"


def copy(facts: Facts, plan: ProfileIntent, who: Carried, turns: Turns) -> Iterator[Step]:
    """Each folder pulled by the new PC, once it has been set aside there and the network has room for this pair."""
    for piece in _carried(who):
        if _taken_back(facts, plan, who, piece):
            continue
        source, target = who.old.folders()[piece], who.new.folders()[piece]
        text = who.title(facts, piece)
        job = _job(facts, plan, who, piece, COPY)
        if job is not None:
            failed = read_log(job.tail).errors
            first = f". First: {failed[0].path}" if failed else ""
            yield standing(facts, who.pc.new, text, job, _again(who) + first)
        elif not _ready(facts, plan, who, piece):
            yield wait(text, None, "once what is there has been set aside", role=who.pc.new)
        elif reason := turns.refusal(who.pc):
            yield wait(text, None, reason, role=who.pc.new)
        else:
            turns.take(who.pc)
            share = f"\\\\{facts.hosts[who.pc.old]}\\{source[0]}${source[2:]}"
            yield _start(facts, plan, who, piece, COPY, share, target)


def copying(facts: Facts, plan: ProfileIntent, pc: Pc) -> bool:
    """Whether a folder of a pair is on its way."""
    wanted = ((one.user, piece) for one in pc.pieces for piece in FOLDERS if one.wants(piece))
    found = (facts.one(pc.new, Job, _identity(plan, pc, user, piece, COPY)) for user, piece in wanted)
    return any(job is not None and not judge(job).state.done for job in found)


def _identity(plan: ProfileIntent, pc: Pc, user: str, piece: str, what: str) -> str:
    return job_id("profile_pieces", plan.run, pc.old, pc.new, str(pc.attempt), user.casefold(), piece, what)


def _job(facts: Facts, plan: ProfileIntent, who: Carried, piece: str, what: str) -> Job | None:
    return facts.one(who.pc.new, Job, _identity(plan, who.pc, who.entry.user, piece, what))


def _start(facts: Facts, plan: ProfileIntent, who: Carried, piece: str, what: str, source: str, target: str) -> Step:
    identity = _identity(plan, who.pc, who.entry.user, piece, what)
    log = f"/UNILOG+:C:\\Zdm\\jobs\\{identity}\\robocopy.log"
    title = f"{who.title(facts, piece)}, {what}"
    chosen = FOLDERS[piece] if what == COPY else ()
    rights = "/COPY:DAT" if what == COPY else "/COPY:DATSO"
    switches = ("/E", "/XO", "/XJ", "/B", rights, "/DCOPY:DAT", "/R:1", "/W:1", "/NP", "/BYTES", "/FP", "/NDL", log, "/XF")
    params = {
        "job_id": identity,
        "kind": "robocopy",
        "label": title,
        "file_path": "robocopy.exe",
        "argument_list": [source, target, *chosen, *switches, *LEFT],
        "log_name": "robocopy.log",
        "credential": credential_of(who.pc.new),
    }
    return change(
        VerbCall(role=who.pc.new, verb="Start-ZdmJob", params=params),
        title,
        before={"Launched": False},
        after={"Launched": True, "Kind": "robocopy"},
        effects=(put(who.pc.new, begun(identity, "robocopy", title, "robocopy.log", processes=1)),),
        no_inverse="a job is not un-run; the folder is put back where it was set aside" if what == COPY else "only a copy",
        seconds=20,
    )


def all_copied(facts: Facts, plan: ProfileIntent, who: Carried) -> Iterator[Check]:
    """What each copy says of itself at its end."""
    for piece in _wanted(who):
        job = _job(facts, plan, who, piece, COPY)
        if job is None:
            continue
        name = f"{piece} of {who.entry.user} has been copied"
        if _taken_back(facts, plan, who, piece):
            yield check(name, False, seat=facts.hosts[who.pc.new], waits_for="It was taken back.")
            continue
        log = read_log(job.tail)
        value = f"{log.files.copied} files, {log.files.failed} failed"
        yield check(name, log.whole and not log.files.failed, seat=facts.hosts[who.pc.new], value=value, hint="Read its log.")
