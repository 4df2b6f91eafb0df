"""What a rule is, and what it finds: a place, a sentence, and what to do. It judges nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from zdm_automate.conformance.script import Script


class Place(Protocol):
    """Where something stands: a node or a mark of a tree."""

    @property
    def line(self) -> int:
        """Counted from 1."""
        ...

    @property
    def column(self) -> int:
        """Counted from 1."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found at a place; None stands for the file as a whole."""

    place: Place | None
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: theme and name, `trap/count`.
        says: what scripts must keep to, in one sentence.
        source: where that is known from.
        look: finds where a script does not.
    """

    id: str
    says: str
    source: str
    look: Callable[[Script], Iterator[Hit]]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A hit with its file and rule, as it is reported."""

    path: str
    line: int
    column: int
    rule: str
    sentence: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.rule}: {self.sentence} {self.advice}"
