"""What a gate is: predicates over fresh facts, each with the age it bears, and the approvals that it asks for. Values only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from zdm_automate.approvals import Override
from zdm_automate.checklist import ChecklistItem
from zdm_automate.facts.store import Facts
from zdm_automate.limits import Limits
from zdm_automate.rehearsal import Hashes, Record
from zdm_automate.steps import Read
from zdm_automate.window import Window


class Truth(StrEnum):
    """What is known of a predicate; only true lets pass."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of the checklist, and where it stands (a word of `progress.State`)."""

    item: ChecklistItem
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeChange:
    """A change that the journals show, or that a plan will have made by then."""

    verb: str
    role: str
    at: datetime
    item: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that predicates may look at, at one moment.

    Attributes:
        facts: of the hosts and of the project itself (temporaries, signatures).
        letter: the project's checklist.
        rows: its rows with their states; empty where the checklist could not be read.
        gate_row: the row of that checklist which stands for the gate; steps of the gate are signed there.
        intents: what the project wants, by playbook.
        made: finished changes, oldest first.
        skew: clock differences in seconds, by host.
        smoke: the checks after the cut-over: number, title, whether it blocks.
        begun: when the first change behind the gate was made, while the work behind it is unfinished; None before.
        in_lab: the project works on a lab, whoever approves there.
        rehearsals: the records of rehearsals, oldest first.
        hashes: what playbooks and scripts are now.
    """

    facts: Facts
    now: datetime
    limits: Limits
    window: Window | None = None
    letter: str = ""
    rows: tuple[ListedRow, ...] = ()
    gate_row: str = ""
    service_request: str = ""
    intents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    made: tuple[MadeChange, ...] = ()
    skew: Mapping[str, float] = field(default_factory=dict)
    smoke: tuple[tuple[int, str, bool], ...] = ()
    begun: datetime | None = None
    in_lab: bool = False
    rehearsals: tuple[Record, ...] = ()
    hashes: Hashes = field(default_factory=Hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A predicate's answer.

    Attributes:
        at: when what it rests on was seen or signed; None for the moment of the facts.
        excusable: whether this failure may be overridden; None as the predicate says.
    """

    state: Truth
    value: str
    hint: str = ""
    at: datetime | None = None
    excusable: bool | None = None


Judge = Callable[[View], Seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """One thing that must be so.

    Attributes:
        asks: what must be so, in words.
        judge: the pure function that looks; None for one that nothing can look at yet, which keeps the gate closed.
        missing: what it lacks then.
        limit: the limit in words, from the project's numbers.
        fresh: how old what it rests on may be.
        overridable: whether a failure may be excused by name and reason.
        held: it is about the moment before the first change behind the gate, and stays answered while that work goes on.
        step: a name under the gate's row of the checklist that a person signs, with `form` filled in; empty for none.
    """

    name: str
    asks: str
    judge: Judge | None = None
    missing: str = ""
    limit: Callable[[Limits], str] = lambda _limits: ""
    fresh: timedelta = timedelta(minutes=15)
    overridable: bool = False
    held: bool = False
    step: str = ""
    form: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate.

    Attributes:
        guards: what may not happen while it is closed.
        approvals: the roles that have to approve.
        reads: the readers that its predicates need.
        phrase: what the operator has to type; empty for nothing.
        in_window: whether the changes behind it belong to the golden hours.
        most_overrides: how many predicates may be excused at once.
    """

    name: str
    guards: str
    predicates: tuple[Predicate, ...]
    approvals: tuple[str, ...]
    reads: Callable[[View], Iterator[Read]] = lambda _view: iter(())
    phrase: str = ""
    in_window: bool = False
    most_overrides: int = 99

    @property
    def works(self) -> bool:
        """Whether every predicate can be judged."""
        return all(one.judge is not None for one in self.predicates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A line of a gate's table."""

    name: str
    asks: str
    state: Truth
    value: str = ""
    limit: str = ""
    age_seconds: float | None = None
    hint: str = ""
    excused: Override | None = None
    signed_at: str = ""
    excusable: bool = False

    @property
    def passes(self) -> bool:
        """Whether it lets pass: it is so, or it was excused."""
        return self.state is Truth.TRUE or self.excused is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """A gate as it was found at a moment.

    Attributes:
        findings: the predicates, then the approvals and what was typed.
        hash: SHA-256 over what the predicates found; an approval of the gate names it.
    """

    gate: str
    at: datetime
    findings: tuple[Finding, ...]
    hash: str

    @property
    def open(self) -> bool:
        """Whether what it guards may happen."""
        return bool(self.findings) and all(one.passes for one in self.findings)

    @property
    def why(self) -> tuple[str, ...]:
        """Why it is closed, a sentence per finding."""
        return tuple(
            f"{one.name}: {one.value or one.state}" + (f", wanted {one.limit}" if one.limit else "")
            for one in self.findings
            if not one.passes
        )
