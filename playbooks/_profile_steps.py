"""What the profile playbook knows of its PCs: what stands against USMT, who comes along, and the room for their stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from zdm_automate.facts.host import HostInventory, PendingReboot
from zdm_automate.facts.profiles import UserProfile, UserStateStore, Usmt
from zdm_automate.jobs import judge
from zdm_automate.native.usmt_files import Estimate, parse_estimate
from zdm_automate.usmt.selection import Account, Switches, by_name, compiled
from zdm_automate.usmt.support import Limit, Profile, Seat, Weight, source_limits, space_limits, target_limits

from ._profile_jobs import CAPTURE, ESTIMATE, good, job_of, progress_of, restore_of, stage, store_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate import Facts

    from ._profile_intent import Pc, ProfileIntent

STORE_ROLE = "store"
ROOM_FOR_NAMES = 5000
"""Characters of a command line that names may take."""


def seat(facts: Facts, role: str, plan: ProfileIntent) -> Seat:
    """A PC as far as USMT is concerned."""
    machine = facts.of(role, HostInventory)[0]
    tool = facts.one(role, Usmt, plan.tool)
    ready = tool is not None and {"scanstate.exe", "loadstate.exe", "usmtutils.exe"} <= set(tool.files)
    return Seat(
        name=facts.hosts[role],
        product_type=machine.product_type,
        version=machine.os_version,
        bits=tool.bits if tool is not None else 64,
        usmt=(tool.version or "") if ready and tool is not None else "",
        free=tool.free_bytes if tool is not None else 0,
        encrypted=tool.encrypted if tool is not None else (),
        restart_pending=any(one.pending for one in facts.of(role, PendingReboot)),
    )


def _profiles(facts: Facts, role: str) -> tuple[Profile, ...]:
    return tuple(
        Profile(
            sid=one.sid,
            account=one.account or "",
            path=one.path,
            temporary=one.temporary,
            folder_there=one.folder_there,
            loaded=one.loaded,
        )
        for one in facts.of(role, UserProfile)
    )


def limits(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Limit, ...]:
    """What USMT cannot do for this pair, the old PC first."""
    old, new = seat(facts, pc.old, plan), seat(facts, pc.new, plan)
    return (*source_limits(old, _profiles(facts, pc.old)), *target_limits(new, old, _profiles(facts, pc.new)))


def refused(facts: Facts, plan: ProfileIntent, pc: Pc) -> Limit | None:
    """What forbids USMT on this pair; None where nothing does."""
    return next((one for one in limits(facts, plan, pc) if one.weight is Weight.REFUSED), None)


def accounts(facts: Facts, role: str) -> tuple[Account, ...]:
    """The users that have a profile on a PC and a name."""
    found = []
    for one in facts.of(role, UserProfile):
        domain, mark, name = (one.account or "").partition("\\")
        if mark:
            used = datetime.fromisoformat(one.used_utc) if one.used_utc else None
            found.append(Account(domain=domain, name=name, used=used))
    return tuple(found)


def wanted(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Account, ...]:
    """The users of the old PC that come along."""
    wish, computer = plan.users.wish(), facts.hosts[pc.old]
    return tuple(one for one in accounts(facts, pc.old) if wish.wants(one, computer, facts.taken_at))


def switches(facts: Facts, plan: ProfileIntent, pc: Pc) -> Switches:
    """The switches for the users of a PC: by what was captured once it was, else by who is wanted now."""
    if good(facts, stage(plan, pc, CAPTURE)):
        named = by_name(coming(facts, plan, pc))
        if sum(map(len, named.load)) < ROOM_FOR_NAMES:
            return named
    return compiled(plan.users.wish(), facts.hosts[pc.old], accounts(facts, pc.old), facts.taken_at)


def coming(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Account, ...]:
    """Who comes along: whom the capture took, and of those whom the wish does not leave out; before it, who is wanted.

    Once captured their age does not matter any more: it grows while the stores are kept.
    """
    job = job_of(facts, stage(plan, pc, CAPTURE))
    if job is None or not judge(job).state.good:
        return wanted(facts, plan, pc)
    ageless = replace(plan.users.wish(), last_days=None)
    halves = (name.partition("\\") for name in progress_of(job).included())
    taken = (Account(domain=domain, name=name) for domain, _, name in halves)
    return tuple(one for one in taken if ageless.wants(one, facts.hosts[pc.old], facts.taken_at))


def able(facts: Facts, plan: ProfileIntent) -> Iterator[Pc]:
    """The pairs that USMT can do and that have somebody to carry."""
    return (pc for pc in plan.pcs if refused(facts, plan, pc) is None and coming(facts, plan, pc))


def arriving(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[str, ...]:
    """Under which names the users of a pair arrive."""
    names = restore_of(plan)
    computer = facts.hosts[pc.old].casefold()
    found = []
    for one in coming(facts, plan, pc):
        full = names.arrives_as(one.full)
        domain, _, user = full.partition("\\")
        found.append(f"{facts.hosts[pc.new]}\\{user}" if domain.casefold() == computer else full)
    return tuple(found)


def profile_of(facts: Facts, role: str, account: str) -> UserProfile | None:
    """The profile of an account on a PC."""
    low = account.casefold()
    return next((one for one in facts.of(role, UserProfile) if (one.account or "").casefold() == low), None)


# --- room ---


def estimated(facts: Facts, plan: ProfileIntent, pc: Pc) -> Estimate | None:
    """What the estimate of a PC says; None where there is none that can be read."""
    found = job_of(facts, stage(plan, pc, ESTIMATE))
    return parse_estimate("\n".join(found.tail)) if found is not None else None


def promised(facts: Facts, plan: ProfileIntent) -> int:
    """Bytes that the captures at work may still take of the stores' drive."""
    at_work = [pc for pc in plan.pcs if (job := job_of(facts, stage(plan, pc, CAPTURE))) and not judge(job).state.done]
    return sum(size.store_bytes() for pc in at_work if (size := estimated(facts, plan, pc)) is not None)


def no_room(facts: Facts, plan: ProfileIntent, pc: Pc, taken: int) -> tuple[Limit, ...]:
    """What stands against a PC's capture once its size is known; `taken` are bytes that others take of the stores' drive."""
    size = estimated(facts, plan, pc)
    if size is None:
        return ()
    there = facts.one(STORE_ROLE, UserStateStore, f"{plan.stores}\\{store_below(plan, pc, dict(facts.hosts))}")
    free = there.free_bytes if there is not None else None
    begun = job_of(facts, stage(plan, pc, CAPTURE)) is not None
    left = None if free is None or begun else max(free - taken, 0)
    where = f"{facts.hosts[STORE_ROLE]} {plan.stores}"
    return space_limits(seat(facts, pc.old, plan), size.temporary, size.store_bytes(), left, where)
