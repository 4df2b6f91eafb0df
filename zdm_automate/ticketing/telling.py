"""What service requests are told of a project: rolled up per run and request, not line by line. Pure; it sends nothing.

One note per run and request with its items, one time entry per run and UTC day, the files that people added by hand, at the end
the bundle and the state. Each message has a key that follows from what it is about, so telling the same twice puts the same in.
"""

from __future__ import annotations

import hashlib
import math
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.checklist import Checklist
from zdm_automate.evidence import BY_HAND, GOOD
from zdm_automate.ticketing.port import File, Note, Status, Task, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from zdm_automate.ticketing.port import Message

HAND: Final = {"manual.signed": "signed", "manual.skipped": "left out", "item.noted": "noted"}
"""The words for what people say of an item."""

TYPES: Final = mimetypes.MimeTypes()
"""Kinds of files by Python's own list, the same on every computer."""

LONGEST: Final = 60
"""Items that a note names one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Which service request a checklist row belongs to: that of its phase, or the project's own."""

    own: str
    by_phase: Mapping[str, str]
    checklist: Checklist
    ticks: bool = False

    def of(self, item: str) -> str:
        """The request of an item; of one that the checklist does not have, the project's."""
        phase = next((one.id for one in self.checklist.phases if any(row.id == item for row in one.items)), "")
        return self.by_phase.get(phase, self.own)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All requests of the project."""
        return tuple(dict.fromkeys(number for number in (self.own, *self.by_phase.values()) if number))


def tell_runs(
    entries: Iterable[Mapping[str, Any]], requests: Requests, attached: Callable[[str, str], Path]
) -> Iterator[Message]:
    """The messages about all runs that have ended; `attached` says where a file that was added to a run lies."""
    for run, lines in groupby(entries, key=lambda entry: str(entry.get("run") or "")):
        said = list(lines)
        ends = [number for number, entry in enumerate(said) if entry.get("event") == "run.finished"]
        for before, end in zip([-1, *ends], ends, strict=False):
            part = said[before + 1 : end + 1]
            yield from _part(run, said[0], part, requests)
            yield from _files(run, part, requests, attached)


def tell_end(bundle: Path, digest: str, requests: Requests, status: str) -> Iterator[Message]:
    """The bundle, to every request; and the state where the project names one."""
    for number in requests.numbers:
        key = key_of(number, "bundle", digest)
        text = f"Evidence bundle. Digest: {digest}\nverify.py in it checks every file and every journal line."
        yield File(ticket=number, key=key, path=str(bundle), name=bundle.name, media_type="application/zip", text=text)
        if status:
            yield Status(ticket=number, key=key_of(number, "status", status, digest), name=status)


def key_of(*parts: object) -> str:
    """The key of a message about these things."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:16]


def _part(run: str, begin: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], requests: Requests) -> Iterator[Message]:
    """The messages about a run up to one of its ends."""
    end = lines[-1]
    states = _item_states(lines)
    spent = _spans(lines)
    operator = str(begin.get("operator") or "")
    by_request: dict[str, list[str]] = {}
    for item in states:
        by_request.setdefault(requests.of(item), []).append(item)
    for number, items in by_request.items():
        if not number:
            continue
        what = str(begin.get("playbook") or begin.get("kind") or "run")
        yield Note(
            ticket=number,
            key=key_of(number, "note", run, end.get("seq")),
            subject=f"{what}: {end.get('result')}",
            text=_note(run, operator, items, states, end),
        )
        for item in items if requests.ticks else ():
            if states[item][0] in {"done", "signed"}:
                title = _title(item, requests.checklist)
                yield Task(ticket=number, key=key_of(number, "task", item), title=title)
        moments = [moment for item in items for moment in spent.get(item, ())]
        if moments:
            names = ", ".join(items[:LONGEST])
            yield from _times(number, run, min(moments), max(moments), f"{what}: {names} ({operator or 'no name'})")


def _files(
    run: str, lines: Iterable[Mapping[str, Any]], requests: Requests, attached: Callable[[str, str], Path]
) -> Iterator[Message]:
    """The photos and other files that people added to an item."""
    for entry in lines:
        number = requests.of(str(entry.get("item") or "")) if entry.get("event") in BY_HAND else ""
        for one in entry.get("files") or () if number else ():
            name, digest = str(one.get("name")), str(one.get("sha256"))
            yield File(
                ticket=number,
                key=key_of(number, "attachment", run, name, digest),
                path=str(attached(run, name)),
                name=name,
                media_type=TYPES.guess_type(name)[0] or "application/octet-stream",
                text=f"{entry.get('item')}: {name}, by {entry.get('by')}. SHA-256: {digest}",
                sha256=digest,
            )


def _title(item: str, checklist: Checklist) -> str:
    return next((f"{row.id} {row.title}" for row in checklist.items if row.id == item), item)


def _item_states(lines: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """State and reason by item, as these lines leave them: what went wrong stays wrong until a change ends well."""
    states: dict[str, tuple[str, str]] = {}
    for entry in lines:
        item = str(entry.get("item") or "")
        if not item:
            continue
        error = (entry.get("error") or {}).get("message", "")
        match entry.get("event"):
            case "change.finished":
                result = str(entry.get("result"))
                states[item] = ("done", "") if result in GOOD else (result, str(error))
            case "item.verified" if not entry.get("ok"):
                states[item] = "failed", "read back with a difference"
            case "check" if entry.get("state") != "ok":
                states[item] = str(entry.get("state")), f"{entry.get('name')} {entry.get('hint') or ''}".strip()
            case "check":
                states.setdefault(item, ("done", ""))
            case "manual.signed" | "manual.skipped" | "item.noted" as event:
                states[item] = HAND[event], _by_hand(entry)
    return states


def _by_hand(entry: Mapping[str, Any]) -> str:
    """What a person said of an item, with who, the form, the minutes and the files."""
    said = [str(entry.get(name)) for name in ("reason", "note") if entry.get(name)]
    step = str(entry.get("step") or "")
    said += [step] if step and step != entry.get("item") else []
    said += [f"{name}: {value}" for name, value in (entry.get("answers") or {}).items()]
    said += [f"{float(entry['minutes']):g} min"] if entry.get("minutes") else []
    said += [f"file {one.get('name')}" for one in entry.get("files") or ()]
    return "; ".join([*said, f"by {entry.get('by')}"])


def _note(run: str, operator: str, items: Sequence[str], states: Mapping[str, tuple[str, str]], end: Mapping[str, Any]) -> str:
    rows = [f"{item}: {states[item][0]}{f' ({states[item][1]})' if states[item][1] else ''}" for item in items[:LONGEST]]
    if len(items) > LONGEST:
        rows.append(f"and {len(items) - LONGEST} more")
    said = (end.get("error") or {}).get("message", "")
    head = f"Run {run}{f' by {operator}' if operator else ''}: {end.get('result')}{f' - {said}' if said else ''}"
    return "\n".join([head, *rows, f"Last line of the journal: {end.get('seq')}, hash {end.get('hash', '')}"])


# --- time ---


def _spans(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[datetime]]:
    """The moments of work by item; the minutes that a person gave end when they were given."""
    found: dict[str, list[datetime]] = {}
    for entry in lines:
        item, event = str(entry.get("item") or ""), entry.get("event")
        if not item:
            continue
        at = datetime.fromisoformat(str(entry["ts"])).astimezone(UTC)
        if event in {"item.started", "change.started", "change.finished", "item.verified"}:
            found.setdefault(item, []).append(at)
        elif event in BY_HAND and entry.get("minutes"):
            found.setdefault(item, []).extend((at - timedelta(minutes=float(entry["minutes"])), at))
    return found


def _times(number: str, run: str, start: datetime, end: datetime, text: str) -> Iterator[TimeEntry]:
    """The span in whole minutes, in pieces that do not go over a UTC midnight."""
    end = max(end, start + timedelta(minutes=1))
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
        stop = min(end, midnight)
        minutes = max(1, math.ceil((stop - start).total_seconds() / 60))
        yield TimeEntry(
            ticket=number,
            key=key_of(number, "time", run, start.isoformat()),
            start=start.isoformat(timespec="seconds"),
            end=stop.isoformat(timespec="seconds"),
            minutes=minutes,
            text=text,
        )
        start = stop
