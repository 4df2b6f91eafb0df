"""What is kept of a rehearsal, and whether it still speaks for the client's network. Pure: it reads no host, file or clock.

A record is worth something as long as the same scripts would run on the same network. It is void by age, by a change of a
playbook or script, and when the facts have moved on further than the project allows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.base import fact_types
from zdm_automate.facts.store import FactsMissingError, still
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zdm_automate.facts.base import Fact
    from zdm_automate.facts.store import Facts

RECORD_FORMAT: Final = 1
SHOWN: Final = 3
"""So many of the facts that have moved are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The network that was rehearsed on, as its readers told it before the first change.

    Attributes:
        reads: what was asked, without what was only looked at from a client's seat.
        facts: a digest by `role type key`.
    """

    reads: tuple[Read, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """An item: minutes as planned and as taken, and how it ended."""

    playbook: str
    item: str
    title: str
    planned_minutes: float
    actual_minutes: float
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """A run that was taken back; `result` is done, or why it was not."""

    playbook: str
    run: str
    items: tuple[str, ...]
    minutes: float
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One rehearsal.

    Attributes:
        playbooks: SHA-256 of each playbook that was run.
        scripts: SHA-256 of each verb that was called, as it was sent.
        lab: what it was rehearsed in: kind (`embedded`, `hyperv`), office, engine.
        real: whether Windows itself did the work; minutes of a model are not believed when they are short.
        restored_from: backup that the lab was restored from, and when it was taken; empty for a lab made from facts.
        by_hand: steps that people do and that were only signed.
        checkpoint_labels: checkpoints that were taken on the way.
        seconds: what each verb took, call by call.
        result: done, or what it failed at.
        digest: SHA-256 over everything else, set when the record is written.
    """

    id: str
    project: str
    service_request: str
    operator: str
    version: str
    playbooks: Mapping[str, str]
    scripts: Mapping[str, str]
    lab: Mapping[str, str]
    real: bool
    started: str
    ended: str
    items: tuple[Rehearsed, ...] = ()
    rollbacks: tuple[WayBack, ...] = ()
    by_hand: tuple[str, ...] = ()
    restored_from: str = ""
    checkpoint_labels: tuple[str, ...] = ()
    known_differences: tuple[str, ...] = ()
    basis: Basis = Basis()
    seconds: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    result: str = "done"
    format: int = RECORD_FORMAT
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """What would run today: SHA-256 of playbooks and of scripts as sent."""

    playbooks: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Facts that are not as they were rehearsed on, in words, and how many there are altogether."""

    moved: tuple[str, ...]
    of: int

    @property
    def percent(self) -> float:
        """Share of the facts that have moved."""
        return 100 * len(self.moved) / self.of if self.of else 0.0

    def __str__(self) -> str:
        """`3 of 80 facts have moved: ...`."""
        if not self.moved:
            return f"none of {self.of} facts has moved"
        more = f" and {len(self.moved) - SHOWN} more" if len(self.moved) > SHOWN else ""
        return f"{len(self.moved)} of {self.of} facts have moved: {', '.join(self.moved[:SHOWN])}{more}"


def basis_of(facts: Facts, reads: Iterable[Read]) -> Basis:
    """What is kept of the facts that these readers gave."""
    kept = tuple(read for read in reads if not read.optional)
    return Basis(reads=kept, facts=dict(_digests(facts, {(read.role, zdm) for read in kept for zdm in read_types(read.verb)})))


def read_types(verb: str) -> tuple[str, ...]:
    """The types of fact that a reader gives and that do not move by themselves."""
    return tuple(name for name, one in fact_types().items() if one.reader == verb and not one.transient)


def drift(basis: Basis, facts: Facts) -> Drift:
    """What has moved since.

    Raises:
        FactsMissingError: facts of the basis could not be read now.
    """
    wanted = {(read.role, zdm) for read in basis.reads for zdm in read_types(read.verb)}
    for key in sorted(wanted):
        if key not in facts.by_type:
            why = facts.missing.get(key) or f"{key[1]} was not read on {key[0]}"
            raise FactsMissingError(why, host=facts.hosts.get(key[0], key[0]))
    return moved(basis, Basis(facts=dict(_digests(facts, wanted))))


def moved(before: Basis, now: Basis) -> Drift:
    """In what two looks at a network differ."""
    gone = [f"{name} is gone" for name in before.facts if name not in now.facts]
    new = [f"{name} is new" for name in now.facts if name not in before.facts]
    other = [f"{name} is another" for name in now.facts if before.facts.get(name, now.facts[name]) != now.facts[name]]
    return Drift(moved=(*gone, *new, *other), of=len(before.facts.keys() | now.facts.keys()))


def void(record: Record, now: datetime, hashes: Hashes, *, days: float) -> str:
    """Why a record says nothing any more, apart from drift; empty while it does."""
    if record.result != "done":
        return f"the rehearsal of {record.started[:10]} ended with: {record.result}"
    if not any(one.result == "done" for one in record.rollbacks):
        return f"the rehearsal of {record.started[:10]} has taken nothing back"
    ended = datetime.fromisoformat(record.ended)
    if now - ended > timedelta(days=days):
        return f"the rehearsal of {record.started[:10]} is {(now - ended).days} days old, {days:g} at most"
    if ended > now:
        return f"the rehearsal of {record.started[:10]} ends in the future"
    for kind, kept, current in (
        ("playbook", record.playbooks, hashes.playbooks),
        ("script", record.scripts, hashes.scripts),
    ):
        for name, known in kept.items():
            if current.get(name) != known:
                what = "is not there any more" if name not in current else "has been changed"
                return f"the {kind} {name} {what} since the rehearsal of {record.started[:10]}"
    return ""


def latest(records: Iterable[Record], playbook: str) -> Record | None:
    """The last rehearsal of a playbook."""
    return max((one for one in records if playbook in one.playbooks), key=lambda one: one.ended, default=None)


def _digests(facts: Facts, wanted: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for role, zdm_type in sorted(wanted):
        for one in facts.by_type.get((role, zdm_type), ()):
            yield f"{role} {zdm_type} {_label(one)}".rstrip(), _digest(one)


def _label(one: Fact) -> str:
    return one.label() if type(one).key else ""


def _digest(one: Fact) -> str:
    """Of what stays the same on the machine that the client's Windows was restored to."""
    body = still(one, also=type(one).hardware)
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
