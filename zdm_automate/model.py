"""The values every layer speaks: calls, changes, rows of a plan, checks. They derive, they never act.

All of them survive a round trip through JSON, because a plan is a file and a journal is lines of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from zdm_automate.errors import InputError

Params = Mapping[str, Any]
"""Arguments of a verb: text, whole numbers, booleans, lists of text, None, or `{"$credential": role}`."""


class Risk(StrEnum):
    """How much an item can hurt (checklist column)."""

    LOW = "L"
    MEDIUM = "M"
    HIGH = "H"
    NO_RETURN = "X"


class Rollback(StrEnum):
    """How a change can be taken back: at once, in minutes by its inverse, in hours from a copy, or not at all."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    RX = "RX"


class Preview(StrEnum):
    """What a plan says about a row. `cannot predict` and `waits` always carry a reason."""

    CHANGE = "would change"
    SAME = "no change"
    UNKNOWN = "cannot predict"
    WAIT = "waits"
    MANUAL = "manual"


def credential_of(role: str) -> dict[str, str]:
    """The placeholder for the credential of a role's host; the secret itself is never in a plan."""
    return {"$credential": role}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbCall:
    """A verb with its arguments, to be called on the host of a role."""

    role: str
    verb: str
    params: Params = field(default_factory=dict)

    def __str__(self) -> str:
        """The call as a technician would type it; credentials show as their role."""
        words = [self.verb]
        for name, value in self.params.items():
            shown = value
            if isinstance(value, Mapping):
                shown = f"<credential of {value.get('$credential', '?')}>"
            elif isinstance(value, list | tuple):
                shown = ",".join(str(v) for v in value)
            words += [f"-{''.join(part.capitalize() for part in name.split('_'))}", str(shown)]
        return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does to the facts: a fact that will be there afterwards, or one that will be gone.

    Attributes:
        role: whose facts.
        zdm_type: schema of the fact.
        body: the fact in wire form; for a fact that goes away, as it was.
        gone: whether it goes away.
    """

    role: str
    zdm_type: str
    body: Params
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One call of an applier, with all that is needed to show, run, verify and take it back.

    Attributes:
        id: unique in its plan, `<item>/<number>`.
        target: what is changed, in words.
        before: the fields as read, flat.
        after: the fields as they will be, flat.
        inverse: the call that puts `before` back; None with `no_inverse` saying why.
        temporary: the item that must take it back later; empty for a lasting change.
        seconds: nominal duration.
        hides: schemas that nobody can read on the role's host any more after it (a stopped server answers no reader).
        restores: the effects of taking it back: each fact that `effects` speak of, as it was when the plan was made.
        watch: the reader that shows whether it happened, where no fact does (a file that was made).
        reveals: schemas that can be read again after it (a service was started): what its undoing hides.
        overwrites: for an undoing, what somebody else has put there since and that it was told to overwrite.
        route: where its host has to go on to a third machine, by which way it does.
    """

    id: str
    item: str
    call: VerbCall
    target: str
    before: Params
    after: Params
    effects: tuple[Effect, ...] = ()
    inverse: VerbCall | None = None
    no_inverse: str = ""
    risk: Risk = Risk.LOW
    rollback: Rollback = Rollback.R1
    gate: str = ""
    temporary: str = ""
    note: str = ""
    seconds: int = 5
    hides: tuple[str, ...] = ()
    restores: tuple[Effect, ...] = ()
    watch: VerbCall | None = None
    reveals: tuple[str, ...] = ()
    overwrites: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a plan: what one step of an item would do, and why.

    Attributes:
        form: what a person has to write down who takes a step by hand.
        by_hand: the name under which that step is signed.
    """

    item: str
    preview: Preview
    text: str
    role: str = ""
    reason: str = ""
    not_before: str = ""
    change: Change | None = None
    form: tuple[str, ...] = ()
    by_hand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """A checklist item as the plan sees it, with its rows in order; `gate_says` is why its gate would be closed now."""

    id: str
    title: str
    risk: Risk
    gate: str = ""
    gate_says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def preview(self) -> Preview:
        """The weightiest of its rows."""
        for kind in (Preview.UNKNOWN, Preview.CHANGE, Preview.WAIT, Preview.MANUAL):
            if any(row.preview is kind for row in self.rows):
                return kind
        return Preview.SAME


class CheckState(StrEnum):
    """Result of one verification: good, bad, or not to be judged before a moment that is known."""

    OK = "ok"
    FAILED = "failed"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One verification of an item, seen from somewhere."""

    item: str
    name: str
    state: CheckState
    seat: str = ""
    value: str = ""
    expected: str = ""
    hint: str = ""
    not_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """What an applier reports: the fields as read before and after, not as asked for."""

    verb: str
    target: str
    changed: bool
    before: Params
    after: Params
    reboot_required: bool = False
    warnings: tuple[str, ...] = ()


def require(condition: object, message: str, hint: str = "") -> None:
    """Refuses bad input with one sentence.

    Raises:
        InputError: the condition does not hold.
    """
    if not condition:
        raise InputError(message, hint=hint)
