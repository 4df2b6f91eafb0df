"""What the project remembers: temporary changes still open and steps signed by people, folded from its journals.

Pure: entries in, facts out. A temporary is opened and closed by the `ledger` effects that a finished change carries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.base import Fact, from_wire
from zdm_automate.facts.project import PROJECT, SignOff, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zdm_automate.facts.store import Facts


LEDGER_EVENTS: Final = frozenset({"change.finished", "manual.signed"})
"""The lines that say what the project remembers."""


def project_facts(entries: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The open temporaries and the sign-offs after these journal entries, oldest first."""
    held: dict[tuple[object, ...], Fact] = {}
    for entry in entries:
        match entry.get("event"):
            case "change.finished" if entry.get("result") in {"ok", "already"}:
                for effect in entry.get("ledger", ()):
                    made = from_wire({"ZdmType": effect["zdm_type"], **effect["body"]})
                    if isinstance(made, Temporary):
                        made = replace(made, since_utc=str(entry["ts"]))
                    key = (made.zdm_type, *made.identity())
                    if effect.get("gone"):
                        held.pop(key, None)
                    else:
                        held[key] = _oldest(held.get(key), made)
            case "manual.signed":
                signed = SignOff(
                    item=str(entry["item"]),
                    step=str(entry["step"]),
                    by=str(entry["by"]),
                    at_utc=str(entry["ts"]),
                    answers=tuple(f"{k}={v}" for k, v in dict(entry.get("answers") or {}).items()),
                    note=str(entry.get("note") or ""),
                )
                held[(signed.zdm_type, *signed.identity())] = signed
    return tuple(held.values())


def _oldest(known: Fact | None, made: Fact) -> Fact:
    """A value lowered twice keeps the value it had before the first time, and counts from the last time."""
    if isinstance(known, Temporary) and isinstance(made, Temporary):
        return replace(made, old_value=known.old_value)
    return made


def due_at(entry: Temporary, window_end: datetime | None = None) -> datetime:
    """When a temporary change has to be taken back; golden hours that end after it was made put that off."""
    since = datetime.fromisoformat(entry.since_utc)
    since = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
    return max(since, window_end or since) + timedelta(hours=entry.due_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A temporary change that is still in force, and when it has to go."""

    role: str
    target: str
    field: str
    old_value: int
    new_value: int
    since_utc: str
    due_item: str
    inverse: str
    due_utc: str
    overdue: bool


def open_temporaries(held: Iterable[Fact], now: datetime, window_end: datetime | None = None) -> tuple[Open, ...]:
    """The register with its due dates, the most pressing first."""
    register = sorted((one for one in held if isinstance(one, Temporary)), key=lambda one: due_at(one, window_end))
    return tuple(
        Open(
            role=one.role,
            target=one.target,
            field=one.field,
            old_value=one.old_value,
            new_value=one.new_value,
            since_utc=one.since_utc,
            due_item=one.due_item,
            inverse=one.inverse,
            due_utc=due_at(one, window_end).isoformat(timespec="seconds"),
            overdue=now > due_at(one, window_end),
        )
        for one in register
    )


def with_project(facts: Facts, held: Iterable[Fact]) -> Facts:
    """The store with the project's own facts under their role."""
    held = tuple(held)
    for cls in (Temporary, SignOff):
        facts = facts.with_facts(PROJECT, cls.zdm_type, (f for f in held if isinstance(f, cls)))
    return facts
