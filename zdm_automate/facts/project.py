"""Facts that the project itself holds: what it changed for a time, and what people signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact

PROJECT = "project"
"""The role under which these facts stand."""


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Temporary(Fact):
    """A change that must be taken back later, as the journals tell: who, what, from which value, since when.

    Attributes:
        due_item: the item that takes it back.
        inverse: the call that does, as one would type it.
        due_hours: hours after which it is overdue, counted from when it was made or from the end of the golden hours.
    """

    zdm_type: ClassVar[str] = "Zdm.Temporary"
    reader: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ("role", "verb", "target")
    volatile: ClassVar[frozenset[str]] = frozenset({"since_utc"})

    role: str
    verb: str
    target: str
    field: str
    old_value: int
    new_value: int
    since_utc: str
    due_item: str
    inverse: str = ""
    due_hours: int = 24


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff(Fact):
    """A manual item that a person has done, with what the form asked for."""

    zdm_type: ClassVar[str] = "Zdm.SignOff"
    reader: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ("item", "step")
    volatile: ClassVar[frozenset[str]] = frozenset({"at_utc"})

    item: str
    step: str
    by: str
    at_utc: str
    answers: tuple[str, ...] = ()
    note: str = ""
