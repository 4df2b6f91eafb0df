"""The troubleshooting and repair log: what went wrong, what was tried, what it was, what helped. Pure; folded from journals.

A trouble opens by itself where a journal shows that an item failed, and is linked to item, host and line; a reader that gets
no answer any more (its server was stopped) is none. People add what they found (`trl.added`), to such a trouble or as one of
their own. Nothing is ever taken out of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One entry of the log.

    Attributes:
        id: `T-` and eight hex digits; the same for the same line of a journal.
        line: run and number of the line that opened it.
        by_itself: whether it was opened by a failure, not by a person.
        again: how often the same symptom came on the same item and host after it was opened.
    """

    id: str
    at: str
    symptom: str
    item: str = ""
    host: str = ""
    run: str = ""
    line: int = 0
    error_id: str = ""
    tried: tuple[str, ...] = ()
    cause: str = ""
    fix: str = ""
    minutes: float = 0.0
    by: tuple[str, ...] = ()
    by_itself: bool = True
    again: int = 0

    @property
    def is_open(self) -> bool:
        """Whether nobody has written down what helped."""
        return not self.fix


def troubles(entries: Iterable[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    """The log after these lines, oldest first."""
    held: dict[str, Trouble] = {}
    for entry in entries:
        if entry.get("event") == "trl.added":
            _add(held, entry)
            continue
        for found in _failed(entry):
            before = next((one for one in held.values() if one.is_open and _same(one, found)), None)
            if before is None:
                held[found.id] = found
            else:
                held[before.id] = replace(before, again=before.again + 1)
    return tuple(held.values())


def _same(one: Trouble, other: Trouble) -> bool:
    return (one.item, one.host, one.symptom) == (other.item, other.host, other.symptom)


def trouble_id(run: object, seq: object) -> str:
    """The id of the trouble that a line opens."""
    return f"T-{hashlib.sha256(f'{run}:{seq}'.encode()).hexdigest()[:8]}"


def _failed(entry: Mapping[str, Any]) -> Iterable[Trouble]:
    """The trouble that a line is; a run's end repeats what a line before it said, so it is none."""
    error = entry.get("error") or {}
    match entry.get("event"):
        case "change.finished" if entry.get("result") in {"failed", "unknown"}:
            said = error.get("message") or f"{entry.get('verb')}: {entry.get('result')}"
        case "item.verified" if not entry.get("ok"):
            said = f"read back with a difference: {'; '.join(str(one) for one in entry.get('differences') or ())}"
        case "check" if entry.get("state") == "failed":
            wanted = f" instead of {entry['expected']}" if entry.get("expected") else ""
            said = f"check failed: {entry.get('name')}: {entry.get('value') or 'not so'}{wanted}"
        case _:
            return
    yield Trouble(
        id=trouble_id(entry.get("run"), entry.get("seq")),
        at=str(entry.get("ts") or ""),
        symptom=str(said),
        item=str(entry.get("item") or ""),
        host=str(entry.get("host") or entry.get("seat") or ""),
        run=str(entry.get("run") or ""),
        line=int(entry.get("seq") or 0),
        error_id=str(error.get("id") or ""),
    )


def _add(held: dict[str, Trouble], entry: Mapping[str, Any]) -> None:
    """What a person wrote: onto a trouble that is there, or as a new one."""
    known = held.get(str(entry.get("trouble") or ""))
    if known is None:
        known = Trouble(
            id=str(entry.get("trouble") or trouble_id(entry.get("run"), entry.get("seq"))),
            at=str(entry.get("ts") or ""),
            symptom=str(entry.get("symptom") or ""),
            item=str(entry.get("item") or ""),
            host=str(entry.get("host") or ""),
            run=str(entry.get("run") or ""),
            line=int(entry.get("seq") or 0),
            by_itself=False,
        )
    by = str(entry.get("by") or "")
    held[known.id] = replace(
        known,
        symptom=str(entry.get("symptom") or known.symptom),
        tried=(*known.tried, *(str(one) for one in entry.get("tried") or ())),
        cause=str(entry.get("cause") or known.cause),
        fix=str(entry.get("fix") or known.fix),
        minutes=known.minutes + float(entry.get("minutes") or 0),
        by=known.by if not by or by in known.by else (*known.by, by),
    )
