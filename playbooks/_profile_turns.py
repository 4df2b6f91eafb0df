"""Whose turn it is in the profile copy: what a PC's stage waits for, and how many PCs of a network segment may be at work.

Captures, restores and copies of pieces count alike: each fills the same network. It judges jobs and starts none by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import unpredictable, wait
from zdm_automate.jobs import judge

from ._profile_jobs import CAPTURE, ESTIMATE, RESTORE, VERIFY, good, job_of, run_stage, stage
from ._profile_pieces import copying
from ._profile_steps import able, arriving, estimated, no_room, profile_of, promised, switches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate import Facts, Step

    from ._profile_intent import Pc, ProfileIntent


class Turns:
    """The pairs of each segment that are at work, and those that a plan adds to them."""

    def __init__(self, facts: Facts, plan: ProfileIntent) -> None:
        self._most = plan.side_by_side
        self._busy: dict[str, set[tuple[str, str]]] = {}
        for pc in plan.pcs:
            if at_work(facts, plan, pc):
                self.take(pc)

    def refusal(self, pc: Pc) -> str:
        """Why a pair has to wait; empty where it need not. One that is at work already goes on."""
        busy = self._busy.get(pc.segment, set())
        if (pc.old, pc.new) in busy or len(busy) < self._most:
            return ""
        return f"{len(busy)} PCs of segment {pc.segment or 'all'} are at work; {self._most} may be"

    def take(self, pc: Pc) -> None:
        """Counts a pair as at work."""
        self._busy.setdefault(pc.segment, set()).add((pc.old, pc.new))


def at_work(facts: Facts, plan: ProfileIntent, pc: Pc) -> bool:
    """Whether a pair gathers, restores or copies pieces now."""
    found = (job_of(facts, stage(plan, pc, name)) for name in (CAPTURE, RESTORE))
    return any(one is not None and not judge(one).state.done for one in found) or copying(facts, plan, pc)


def side_by_side(facts: Facts, plan: ProfileIntent, name: str) -> Iterator[Step]:
    """Starts a stage on every PC that may, and lets the others wait for their turn."""
    turns, taken = Turns(facts, plan), promised(facts, plan)
    for pc in able(facts, plan):
        at = stage(plan, pc, name)
        if job_of(facts, at) is not None:
            yield from run_stage(facts, plan, at)
            continue
        why = _not_yet(facts, plan, pc, name, taken)
        if why is not None:
            yield why
        elif reason := turns.refusal(pc):
            yield wait(f"{name} {facts.hosts[pc.old]}", None, reason, role=at.role)
        else:
            turns.take(pc)
            size = estimated(facts, plan, pc)
            taken += size.store_bytes() if size is not None else 0
            users = switches(facts, plan, pc)
            yield from run_stage(facts, plan, at, users.load if name == RESTORE else users.scan)


def _not_yet(facts: Facts, plan: ProfileIntent, pc: Pc, name: str, taken: int) -> Step | None:
    """Why a stage cannot begin; None where it can. `taken` are bytes of the stores' drive that others take."""
    before = ESTIMATE if name == CAPTURE else VERIFY
    role = pc.old if name == CAPTURE else pc.new
    text = f"{name} {facts.hosts[pc.old]}"
    if not good(facts, stage(plan, pc, before)):
        what = "estimate" if name == CAPTURE else "check of its store"
        return wait(text, None, f"once the {what} has ended well", role=role)
    low = no_room(facts, plan, pc, taken) if name == CAPTURE else ()
    if low:
        return unpredictable(text, " ".join(f"{one.sentence} {one.action}" for one in low), role=role)
    if name == RESTORE:
        used = [account for account in arriving(facts, plan, pc) if profile_of(facts, pc.new, account) is not None]
        if used:
            reason = f"{', '.join(used)} has a profile on {facts.hosts[pc.new]} already, and a restore would overwrite it"
            return unpredictable(text, f"{reason}. Save what is new in it and remove it (Remove-ZdmProfile)", role=role)
    return None
