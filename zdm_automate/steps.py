"""What an item of a playbook may say about one of its steps, and the words to say it with.

A step is only a statement about facts and intent; nothing here reads a host, a clock or a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zdm_automate.facts.base import Fact, to_wire, wire_names
from zdm_automate.facts.project import PROJECT, SignOff, Temporary
from zdm_automate.facts.store import Facts, put, still
from zdm_automate.model import Change, Check, CheckState, Effect, Params, Preview, Risk, Rollback, VerbCall

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement of an item: a change, no change, a wait, a manual step, or that it cannot be predicted."""

    preview: Preview
    text: str
    role: str = ""
    reason: str = ""
    not_before: str = ""
    call: VerbCall | None = None
    before: Params = field(default_factory=dict)
    after: Params = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    inverse: VerbCall | None = None
    no_inverse: str = ""
    rollback: Rollback = Rollback.R1
    temporary: str = ""
    note: str = ""
    seconds: int = 5
    form: tuple[str, ...] = ()
    by_hand: str = ""
    hides: tuple[str, ...] = ()
    watch: VerbCall | None = None
    reveals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reader to be called before deciding; each one is called once per plan, however many items ask for it."""

    role: str
    verb: str
    params: Params = field(default_factory=dict)
    optional: bool = False


Decide = Callable[[Facts, Any], Iterator[Step]]
Judge = Callable[[Facts, Any], Iterator[Check]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSpec:
    """A checklist item of a playbook: how it decides, and how its result is judged afterwards."""

    id: str
    title: str
    decide: Decide | None = None
    judge: Judge | None = None
    risk: Risk = Risk.LOW
    gate: str = ""
    after: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    applies: Callable[[Any], bool] = lambda _intent: True


def same(text: str, *, role: str = "") -> Step:
    """Nothing to do: it is so already."""
    return Step(preview=Preview.SAME, text=text, role=role)


def unpredictable(text: str, reason: str, *, role: str = "") -> Step:
    """What would happen cannot be said, and why."""
    return Step(preview=Preview.UNKNOWN, text=text, reason=reason, role=role)


def wait(text: str, until: datetime | None, reason: str, *, role: str = "") -> Step:
    """The step must not be taken before a moment; None while that moment depends on what is still to come."""
    moment = until.isoformat(timespec="seconds") if until is not None else ""
    return Step(preview=Preview.WAIT, text=text, reason=reason, not_before=moment, role=role)


def change(  # noqa: PLR0913 - a change is its parts, named
    call: VerbCall,
    text: str,
    *,
    before: Params,
    after: Params,
    effects: tuple[Effect, ...] = (),
    inverse: VerbCall | None = None,
    no_inverse: str = "",
    rollback: Rollback = Rollback.R1,
    temporary: str = "",
    note: str = "",
    seconds: int = 5,
    hides: tuple[str, ...] = (),
    watch: VerbCall | None = None,
    reveals: tuple[str, ...] = (),
) -> Step:
    """One call of an applier; `watch` is the reader that shows whether it happened, where it has no effect on a fact.

    Raises:
        ValueError: neither an inverse nor the reason why there is none was given, or a temporary change is not registered.
    """
    if inverse is None and not no_inverse:
        raise ValueError(f"{call.verb}: a change names its inverse, or says why it has none")
    if temporary and (inverse is None or not any(_registers(effect) for effect in effects)):
        raise ValueError(f"{call.verb}: a temporary change names its inverse and stands in the register")
    return Step(
        preview=Preview.CHANGE,
        text=text,
        role=call.role,
        call=call,
        before=before,
        after=after,
        effects=effects,
        inverse=inverse,
        no_inverse=no_inverse,
        rollback=rollback,
        temporary=temporary,
        note=note,
        seconds=seconds,
        hides=hides,
        watch=watch,
        reveals=reveals,
    )


def ensure(  # noqa: PLR0913
    facts: Facts,
    call: VerbCall,
    wanted: Fact,
    text: str,
    *,
    inverse: Callable[[Fact], VerbCall] | VerbCall | None = None,
    no_inverse: str = "",
    rollback: Rollback = Rollback.R1,
    effects: tuple[Effect, ...] = (),
    temporary: str = "",
    note: str = "",
    seconds: int = 5,
    hides: tuple[str, ...] = (),
    reveals: tuple[str, ...] = (),
) -> Step:
    """A change that makes a fact be as wanted, or no change where it is so already.

    The inverse is computed from the fact as it was (a callable) or given whole; a fact that did not exist needs one given
    whole, or a reason why there is none.
    """
    found = facts.one(call.role, type(wanted), *wanted.identity())
    if found is not None and still(found) == still(wanted):
        return same(f"{text}: already so", role=call.role)
    before, after = differing(found, wanted)
    back = inverse(found) if callable(inverse) and found is not None else inverse
    return change(
        call,
        text,
        before=before,
        after=after,
        effects=(put(call.role, wanted), *effects),
        inverse=None if callable(back) else back,
        no_inverse=no_inverse if back is None or callable(back) else "",
        rollback=rollback,
        temporary=temporary,
        note=note,
        seconds=seconds,
        hides=hides,
        reveals=reveals,
    )


def _registers(effect: Effect) -> bool:
    """Whether an effect is a new entry of the register of temporaries."""
    return effect.role == PROJECT and effect.zdm_type == Temporary.zdm_type and not effect.gone


def differing(found: Fact | None, wanted: Fact) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which two facts differ, before and after; all of them where there was none before."""
    after = still(wanted)
    if found is None:
        return {}, after
    before = to_wire(found)
    names = [n for n in wire_names(type(wanted)).values() if n in after and before.get(n) != after[n]]
    return {n: before.get(n) for n in names}, {n: after[n] for n in names}


def temporary_since(facts: Facts, role: str, verb: str, target: str) -> Temporary | None:
    """The open temporary change of this verb on this target, if there is one."""
    return facts.one(PROJECT, Temporary, role, verb, target)


def manual(facts: Facts, item: str, step: str, text: str, form: tuple[str, ...] = (), *, reason: str = "") -> Step:
    """A step that a person takes; `form` names what is to be written down. Signed already: no change.

    The step's name is made one word, so that it can be typed.
    """
    step = re.sub(r"[^A-Za-z0-9._-]+", "-", step).strip("-")
    signed = facts.one(PROJECT, SignOff, item, step)
    if signed is not None:
        return same(f"{text}: signed by {signed.by}")
    told = reason or f"sign with `zdm checklist sign {item} {step}`"
    return Step(preview=Preview.MANUAL, text=text, reason=told, form=form, by_hand=step)


def check(  # noqa: PLR0913 - a verification is its parts, named
    name: str,
    ok: bool,  # noqa: FBT001 - reads as a sentence at the place of use
    *,
    item: str = "",
    seat: str = "",
    value: object = "",
    expected: object = "",
    hint: str = "",
    not_before: datetime | None = None,
    waits_for: str = "",
) -> Check:
    """A verification. Not ok, but with a moment from which it can be judged, or waiting for somebody: not yet."""
    state = CheckState.OK if ok else CheckState.NOT_YET if not_before or waits_for else CheckState.FAILED
    return Check(
        item=item,
        name=name,
        state=state,
        seat=seat,
        value=str(value),
        expected=str(expected),
        hint="" if ok else waits_for or hint,
        not_before=not_before.isoformat(timespec="seconds") if not_before and not ok else "",
    )


def planned_change(step: Step, spec: ItemSpec, number: int) -> Change:
    """The change of a step, with the item's risk and gate and an id of its own.

    Raises:
        ValueError: the step is not a change.
    """
    if step.call is None:
        raise ValueError(f"{spec.id}: not a change: {step.text}")
    return Change(
        id=f"{spec.id}/{number}",
        item=spec.id,
        call=step.call,
        target=step.text,
        before=step.before,
        after=step.after,
        effects=step.effects,
        inverse=step.inverse,
        no_inverse=step.no_inverse,
        risk=spec.risk,
        rollback=step.rollback,
        gate=spec.gate,
        temporary=step.temporary,
        note=step.note,
        seconds=step.seconds,
        hides=step.hides,
        watch=step.watch,
        reveals=step.reveals,
    )
