"""Profile copy: the users of PCs that are replaced come along by USMT, from an estimate to the day the stores are deleted.

Every long step is a job on the PC itself; this playbook only starts it and reads what it shows. What USMT cannot do is said
before anything starts, and a restore counts when the users have really arrived.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING

from zdm_automate import Check, Facts, Playbook, Read, Risk, Rollback, Step, VerbCall, change, check, manual, put, same, wait
from zdm_automate.facts.profiles import UserProfile, UserStateStore
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.model import Preview
from zdm_automate.native.usmt_files import parse_verify
from zdm_automate.steps import unpredictable
from zdm_automate.usmt.support import Weight

from . import _profile_pieces as pieces
from . import _profile_settings as settings
from ._profile_intent import Pc, ProfileIntent, key_role
from ._profile_jobs import (
    CAPTURE,
    ESTIMATE,
    FILES,
    RESTORE,
    VERIFY,
    bring_file,
    good,
    job_of,
    left_keys,
    progress_of,
    run_stage,
    stage,
    store_below,
)
from ._profile_steps import (
    STORE_ROLE,
    able,
    arriving,
    coming,
    estimated,
    limits,
    no_room,
    profile_of,
    refused,
    switches,
)
from ._profile_turns import Turns, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zdm_automate.facts.jobs import Job

    Deciding = Callable[[Facts, ProfileIntent], Iterator[Step]]

ACCEPT = "B-173g"
TAIL = 65536
"""Bytes of a progress log: enough for the users and the end of any log that was seen."""

playbook = Playbook(
    name="profile_copy",
    title="Profile copy with USMT",
    roles={STORE_ROLE: "the file server that keeps the stores"},
    intent=ProfileIntent,
)


def pairs_apart(decide: Deciding) -> Deciding:
    """Puts what can be done before what waits or cannot be told: one pair never holds up the others.

    What follows on what within a pair its jobs say themselves, so no item waits for another as a whole.
    """

    @wraps(decide)
    def ordered(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
        yield from sorted(decide(facts, intent), key=lambda step: step.preview in {Preview.WAIT, Preview.UNKNOWN})

    return ordered


@playbook.secrets
def secrets(intent: ProfileIntent) -> Iterator[tuple[str, str]]:
    """The key of the stores, where they are encrypted."""
    if intent.key:
        yield key_role(intent.key), intent.key


@playbook.reads
def reads(intent: ProfileIntent, hosts: Mapping[str, str]) -> Iterator[Read]:
    """Both PCs of every pair, with their jobs; the folders of the stores."""
    for pc in intent.pcs:
        for role in (pc.old, pc.new):
            keys = [one.key_path for name in (CAPTURE, VERIFY, RESTORE) if (one := stage(intent, pc, name)).role == role]
            yield Read(role=role, verb="Get-ZdmHostInventory")
            yield Read(role=role, verb="Get-ZdmPendingReboot")
            yield Read(role=role, verb="Get-ZdmProfile")
            yield Read(role=role, verb="Get-ZdmUsmt", params={"folder": intent.tool})
            yield Read(role=role, verb="Get-ZdmJob", params={"tail_bytes": TAIL})
            kept = pieces.backups(intent, pc) if role == pc.new else []
            yield Read(role=role, verb="Get-ZdmFile", params={"path": [*FILES, *keys, *kept]})
            if pc.pieces:
                yield Read(role=role, verb="Get-ZdmProfilePiece", params={"account": pieces.users_of(pc)})
    folders = [f"{intent.stores}\\{store_below(intent, pc, dict(hosts))}" for pc in intent.pcs if pc.old in hosts]
    if folders:
        yield Read(role=STORE_ROLE, verb="Get-ZdmUserStateStore", params={"path": folders})


# --- B-173a: what cannot be done, and what every PC needs ---


@playbook.item("B-173a", "Profiles read; what USMT cannot do is said", also=("A-141",))
@pairs_apart
def prepare(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Refusals stop a pair, warnings are read and signed; rule files go to every PC."""
    yield from left_keys(facts, intent)
    for pc in intent.pcs:
        pair = f"{facts.hosts[pc.old]} to {facts.hosts[pc.new]}"
        for limit in limits(facts, intent, pc):
            if limit.weight is Weight.REFUSED and pc.pieces:
                yield same(f"{pair}: not with USMT, piece by piece instead. {limit.sentence}", role=pc.old)
            elif limit.weight is Weight.REFUSED:
                yield unpredictable(f"{pair}: not with USMT", f"{limit.sentence} {limit.action}", role=pc.old)
            else:
                text = f"{pair}: {limit.sentence} {limit.action}"
                yield manual(facts, "B-173a", f"{pc.old}-{limit.code}", text, form=("seen by",))
        if refused(facts, intent, pc) is not None:
            continue
        if not coming(facts, intent, pc):
            yield unpredictable(f"{pair}: nobody comes along", "no profile on the old PC fits `users`; look at it", role=pc.old)
            continue
        for role in (pc.old, pc.new):
            for path in FILES:
                yield bring_file(facts, role, path)


# --- B-173b: how much ---


@playbook.item("B-173b", "Size of the profiles estimated")
@pairs_apart
def estimate(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Scanstate /p on every old PC; it makes no store."""
    for pc in able(facts, intent):
        yield from run_stage(facts, intent, stage(intent, pc, ESTIMATE), switches(facts, intent, pc).scan)


@playbook.check("B-173b")
def fits(facts: Facts, intent: ProfileIntent) -> Iterator[Check]:
    """The estimate against the room on the PC, and on the stores' drive until the capture has begun."""
    for pc in _with_usmt(facts, intent):
        size = estimated(facts, intent, pc)
        name = facts.hosts[pc.old]
        if size is None:
            yield check("the estimate can be read", False, seat=name, hint="Look at size.xml in the job's folder.")
            continue
        low = no_room(facts, intent, pc, 0)
        shown = f"{size.store_bytes() / 1024**2:,.0f} MB to carry"
        hint = " ".join(f"{one.sentence} {one.action}" for one in low)
        yield check("there is room", not low, seat=name, value=shown, hint=hint)


# --- B-173c: capture ---


@playbook.item("B-173c", "Profiles captured", risk=Risk.MEDIUM)
@pairs_apart
def capture(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """In the evening, users logged off; as many PCs of a segment at a time as its network bears."""
    yield from side_by_side(facts, intent, CAPTURE)


# --- B-173d: the stores are sound ---


@playbook.item("B-173d", "Stores verified")
@pairs_apart
def verify_stores(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Usmtutils over each store, before the old PC is touched."""
    for pc in able(facts, intent):
        if not good(facts, stage(intent, pc, CAPTURE)):
            yield wait(f"verify the store of {facts.hosts[pc.old]}", None, "once the capture has ended well", role=pc.old)
            continue
        yield from run_stage(facts, intent, stage(intent, pc, VERIFY))


@playbook.check("B-173d")
def stores_are_sound(facts: Facts, intent: ProfileIntent) -> Iterator[Check]:
    """The image is there, and usmtutils found nothing damaged; once it has been restored from, that is past."""
    for pc in _with_usmt(facts, intent):
        if good(facts, stage(intent, pc, RESTORE)):
            yield check("it has been restored from", True, seat=facts.hosts[pc.old])
            continue
        path = f"{intent.stores}\\{store_below(intent, pc, dict(facts.hosts))}"
        found = facts.one(STORE_ROLE, UserStateStore, path)
        name = facts.hosts[pc.old]
        there = found is not None and found.exists
        size = f"{(found.bytes or 0) / 1024**2:,.0f} MB" if found is not None else "none"
        yield check("the store is there", there, seat=name, value=size, expected=path)
        job = job_of(facts, stage(intent, pc, VERIFY))
        said = parse_verify(job.tail) if job is not None else None
        damaged = ", ".join(said.corrupted[:3]) if said is not None else "not verified"
        yield check(
            "nothing in it is damaged",
            said is not None and said.well,
            seat=name,
            value=damaged or "catalog OK",
            expected="catalog OK",
            hint="Capture again while the old PC is there.",
        )


# --- B-173e: restore ---


@playbook.item("B-173e", "Profiles restored on the new PCs", risk=Risk.HIGH)
@pairs_apart
def restore(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Once per PC: over a profile that is in use it would overwrite what its user has written since."""
    yield from side_by_side(facts, intent, RESTORE)


# --- B-173f: have they arrived? ---


@playbook.check("B-173f", "Users have really arrived")
def arrived(facts: Facts, intent: ProfileIntent) -> Iterator[Check]:
    """Loadstate ends with 0 also when a renaming fits nobody: only the profile on the new PC counts."""
    for pc in _with_usmt(facts, intent):
        at = stage(intent, pc, RESTORE)
        job = job_of(facts, at)
        if not good(facts, at):
            yield check("users have arrived", False, seat=facts.hosts[pc.new], waits_for="The restore has not ended well yet.")
            continue
        old = {(one.account or "").casefold(): one.sid for one in facts.of(pc.old, UserProfile)}
        for account in arriving(facts, intent, pc):
            found = profile_of(facts, pc.new, account)
            sid = old.get(account.casefold())
            fits_sid = sid is None or found is None or account.partition("\\")[0] == facts.hosts[pc.new] or found.sid == sid
            yield check(
                f"{account} has arrived",
                found is not None and found.folder_there and not found.temporary and fits_sid,
                seat=facts.hosts[pc.new],
                value=found.path if found is not None else "no profile",
                expected=account,
                hint=_missing(intent, job),
            )
        seen = progress_of(job) if job is not None else None
        errors = seen.error_count if seen is not None else 0
        first = seen.errors[0].thing if seen is not None and seen.errors else ""
        yield check(
            "nothing was left out", errors == 0, seat=facts.hosts[pc.new], value=f"{errors} {first}".strip(), expected="0"
        )


def _missing(intent: ProfileIntent, job: Job | None) -> str:
    if job is None:
        return "Nothing was restored yet."
    there = {name.partition("\\")[0].casefold() for name in progress_of(job).included()}
    unknown = [old for old in intent.domains if old.casefold() not in there and "*" not in old]
    if unknown:
        return f"`domains` renames {', '.join(unknown)}, and no user of the store is from there: a misspelt name does nothing."
    return "Look for the user in the log of loadstate; the new PC must be joined to his domain."


# --- B-173g: the users say so ---


@playbook.item(ACCEPT, "Users accept their new PCs")
@pairs_apart
def accept(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Each user looks for mail, files, printers and programs, and somebody writes down what he says."""
    for pc in _with_usmt(facts, intent):
        if not good(facts, stage(intent, pc, RESTORE)):
            yield wait(f"{facts.hosts[pc.new]}: acceptance", None, "once the restore has ended well", role=pc.new)
            continue
        yield from (_accepts(facts, pc, account) for account in arriving(facts, intent, pc))
    for who in _by_pieces(facts, intent):
        if isinstance(who, Step):
            continue
        if pieces.have_come(facts, intent, who):
            yield _accepts(facts, who.pc, who.entry.user)
        else:
            text = f"{facts.hosts[who.pc.new]}: acceptance of {who.entry.user}"
            yield wait(text, None, "once his pieces have come", role=who.pc.new)


def _accepts(facts: Facts, pc: Pc, account: str) -> Step:
    text = f"{facts.hosts[pc.new]}: {account} accepts it"
    return manual(facts, ACCEPT, _step(pc, account), text, form=("mail", "files", "printers", "programs", "accepted by"))


def _step(pc: Pc, account: str) -> str:
    return f"{pc.new}-{account.rpartition(chr(92))[2]}"


# --- B-173h: the stores go ---


@playbook.item("B-173h", "Stores deleted after the days of keeping", risk=Risk.NO_RETURN, gate="G-PROFILES")
@pairs_apart
def delete_stores(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """They hold everything of their users, so they do not stay longer than agreed; and not shorter.

    All go together, counted from the last acceptance of all: who still looks for something may have had two PCs.
    """
    there: list[tuple[Pc, UserStateStore]] = []
    said: list[SignOff | None] = []
    by_pieces = [pc for pc in intent.pcs if pc not in _with_usmt(facts, intent)]
    for pc in intent.pcs:
        if pc in by_pieces:
            said += [facts.one(PROJECT, SignOff, ACCEPT, _signed(_step(pc, one))) for one in pieces.users_of(pc)]
            continue
        found = facts.one(STORE_ROLE, UserStateStore, f"{intent.stores}\\{store_below(intent, pc, dict(facts.hosts))}")
        if found is None or not found.exists:
            yield same(f"there is no store of {facts.hosts[pc.old]}", role=STORE_ROLE)
            continue
        there.append((pc, found))
        said += [facts.one(PROJECT, SignOff, ACCEPT, _signed(_step(pc, one))) for one in arriving(facts, intent, pc)]
    signed = [datetime.fromisoformat(one.at_utc) for one in said if one is not None]
    due = max(signed) + timedelta(days=intent.keep_days) if signed and None not in said else None
    for pc, found in there:
        text = f"delete the store of {facts.hosts[pc.old]}"
        if due is None:
            yield wait(text, None, "once every user has accepted", role=STORE_ROLE)
            continue
        if facts.taken_at < due:
            yield wait(text, due, f"{intent.keep_days} days after the last of the users has accepted", role=STORE_ROLE)
            continue
        yield change(
            VerbCall(role=STORE_ROLE, verb="Remove-ZdmUserStateStore", params={"path": found.path}),
            text,
            before={"Exists": True},
            after={"Exists": False},
            effects=(put(STORE_ROLE, replace(found, exists=False, bytes=None, modified_utc=None)),),
            no_inverse="what was captured is gone; the users have accepted their new PCs",
            rollback=Rollback.RX,
            seconds=30,
        )


# --- B-173i to l: piece by piece ---


@playbook.item("B-173i", "Profile pieces: what is there, set aside", also=("A-141",))
@pairs_apart
def set_aside(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """For whom USMT can do nothing; each folder of the new PC is kept as it was."""
    for who in _by_pieces(facts, intent):
        yield from [who] if isinstance(who, Step) else pieces.set_aside(facts, intent, who)


@playbook.item("B-173j", "Profile pieces: folders copied", risk=Risk.MEDIUM)
@pairs_apart
def copy_pieces(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """Desktop to mail files, by robocopy, so many pairs of a segment at a time; undone by putting back what was set aside."""
    turns = Turns(facts, intent)
    for who in _by_pieces(facts, intent):
        if not isinstance(who, Step):
            yield from pieces.copy(facts, intent, who, turns)


@playbook.check("B-173j")
def pieces_are_there(facts: Facts, intent: ProfileIntent) -> Iterator[Check]:
    """Each copy by its own count."""
    for who in _by_pieces(facts, intent):
        if not isinstance(who, Step):
            yield from pieces.all_copied(facts, intent, who)


@playbook.item("B-173k", "Profile pieces: network drives and printers")
@pairs_apart
def reconnect(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """In the registry of a user who is logged off; they are there at his next logon."""
    for who in _by_pieces(facts, intent):
        if not isinstance(who, Step):
            yield from settings.reconnect(facts, intent, who)


@playbook.item("B-173l", "Profile pieces: by hand")
def by_hand(facts: Facts, intent: ProfileIntent) -> Iterator[Step]:
    """What no tool should carry, with what to do."""
    for who in _by_pieces(facts, intent):
        if not isinstance(who, Step):
            yield from settings.by_hand(facts, "B-173l", who)


def _by_pieces(facts: Facts, intent: ProfileIntent) -> Iterator[pieces.Carried | Step]:
    """The users whom USMT cannot carry and whose pieces the intent names."""
    for pc in intent.pcs:
        if pc.pieces and refused(facts, intent, pc) is not None:
            yield from pieces.carried(facts, pc)


def _with_usmt(facts: Facts, intent: ProfileIntent) -> list[Pc]:
    """The pairs that are not carried piece by piece."""
    return [pc for pc in intent.pcs if not pc.pieces or refused(facts, intent, pc) is None]


def _signed(step: str) -> str:
    """A step's name as it is signed: one word."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", step).strip("-")
