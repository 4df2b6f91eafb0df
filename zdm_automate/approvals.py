"""Who approved what: records folded from the journals, bound to a hash, and the rule of two persons.

Pure; it reads no file. An approval names the hash of a plan, or of what a gate found: anything else is another thing, and
not approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

APPROVED: Final = "approval.given"
EXCUSED: Final = "gate.overridden"

LAB: Final = "lab"
"""Who approves in a rehearsal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's word on one hash.

    Attributes:
        subject: the plan's id, or the gate's name.
        digest: of the plan, or of the gate's findings.
        origin: from where it came: the machine and account it was typed at, or a reference such as an e-mail.
    """

    subject: str
    digest: str
    by: str
    role: str
    at_utc: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One failed predicate of a gate, excused by name and reason for a day."""

    gate: str
    predicate: str
    by: str
    reason: str
    at_utc: str


def approvals_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Approval, ...]:
    """All approvals in journal entries, oldest first."""
    return tuple(
        Approval(at_utc=str(entry.get("ts") or ""), **_text(entry, "subject", "digest", "by", "role", "origin", "note"))
        for entry in entries
        if entry.get("event") == APPROVED
    )


def overrides_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Override, ...]:
    """All overrides in journal entries, oldest first."""
    return tuple(
        Override(at_utc=str(entry.get("ts") or ""), **_text(entry, "gate", "predicate", "by", "reason"))
        for entry in entries
        if entry.get("event") == EXCUSED
    )


def _text(entry: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: str(entry.get(name) or "") for name in names}


def given(approvals: Iterable[Approval], hashes: Iterable[str], role: str) -> Approval | None:
    """The last approval of one of these hashes in a role."""
    wanted = {one for one in hashes if one}
    fitting = [one for one in approvals if one.digest in wanted and one.role == role]
    return fitting[-1] if fitting else None


def second_person_missing(approvals: Iterable[Approval], plan_hash: str, operator: str) -> str:
    """Why the rule of two persons is not kept for a plan without a way back; empty where it is."""
    names = {_person(one.by): one.by for one in approvals if one.digest == plan_hash}
    others = {name for name in names if name != _person(operator)}
    if len(names) > 1 and others:
        return ""
    said = f"approved by {', '.join(names.values())}" if names else "approved by nobody"
    return f"it has no way back and needs two persons, one of them not the operator {operator}; so far {said}"


def _person(name: str) -> str:
    return " ".join(name.split()).casefold()
