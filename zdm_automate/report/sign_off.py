"""The page that closes a project: who signs in which role, findings still open, follow-up requests. Pure; it signs nothing.

Names that were signed at the command line stand there with their moment; the others are lines to write on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zdm_automate.facts.project import Temporary
from zdm_automate.ledger import project_facts
from zdm_automate.report.html import TONES, page_environment
from zdm_automate.report.story import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zdm_automate.report.item_rows import ItemRow
    from zdm_automate.trouble import Trouble

SETTLED = frozenset({"done", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person who signs the project off; `at` is empty while it is not done."""

    name: str
    role: str
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A request that the project leaves behind."""

    title: str
    ticket: str = ""
    item: str = ""
    by: str = ""
    at: str = ""


def signers(entries: Iterable[Mapping[str, Any]]) -> tuple[Signer, ...]:
    """Who has signed, the last word of each."""
    held: dict[tuple[str, str], Signer] = {}
    for entry in entries:
        if entry.get("event") == "project.signed":
            name, role = str(entry.get("by") or ""), str(entry.get("role") or "")
            held[(name, role)] = Signer(name=name, role=role, at=str(entry["ts"]), note=str(entry.get("note") or ""))
    return tuple(held.values())


def follow_ups(entries: Iterable[Mapping[str, Any]]) -> tuple[FollowUp, ...]:
    """The requests that were made for what is left, by title; a later line adds the number."""
    held: dict[str, FollowUp] = {}
    for entry in entries:
        if entry.get("event") == "followup.added":
            texts = {name: str(entry.get(name) or "") for name in ("title", "ticket", "item", "by")}
            held[texts["title"]] = FollowUp(**texts, at=str(entry.get("ts") or ""))
    return tuple(held.values())


def sign_off_page(
    rows: Sequence[ItemRow],
    entries: Sequence[Mapping[str, Any]],
    troubles: Iterable[Trouble],
    *,
    client: str = "",
    asked: Iterable[tuple[str, str]] = (("", "technician"), ("", "client")),
) -> str:
    """The page as HTML text; `asked` are the names and roles that have to sign."""
    signed = signers(entries)
    roles = {one.role for one in signed}
    left = sorted((row for row in rows if row.state not in SETTLED), key=lambda row: TONES.get(row.state) != "bad")
    waiting = tuple(Signer(name=name, role=role) for name, role in asked if role not in roles)
    return (
        page_environment()
        .get_template("sign_off.html.j2")
        .render(
            story=tell(entries[:1]),
            client=client,
            done=sum(row.state in SETTLED for row in rows),
            total=len(rows),
            signers=(*signed, *waiting),
            left=left,
            states=Counter(row.state for row in left),
            skipped=[row for row in rows if row.state == "skipped"],
            troubles=[one for one in troubles if one.is_open],
            temporaries=[one for one in project_facts(entries) if isinstance(one, Temporary)],
            follow_ups=follow_ups(entries),
        )
    )
