"""The troubleshooting and repair log: what went wrong, what was tried, what it was, what helped. Pure; folded from journals.

A trouble opens by itself where a journal shows that an item failed, and is linked to item, host and line; a reader that gets
no answer any more (its server was stopped) is none. Such a trouble is settled where a later line shows that what failed went
well. People add what they found (`trl.added`), to such a trouble or as one of their own. Nothing is ever taken out of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.evidence import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

READ_BACK: Final = "read back"
CHECK: Final = "check "


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One entry of the log.

    Attributes:
        id: `T-` and eight hex digits; the same for the same line of a journal.
        line: run and number of the line that opened it.
        by_itself: whether it was opened by a failure, not by a person.
        again: how often the same symptom came on the same item and host after it was opened.
        about: what failed: verb and arguments of a change, name and seat of a check, or the item's reading back.
        settled_in: the run whose line `settled_line` shows that it went well afterwards; empty for none.
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
    about: str = ""
    settled_in: str = ""
    settled_line: int = 0

    @property
    def is_open(self) -> bool:
        """Whether nobody has written down what helped, and nothing shows that it went well afterwards."""
        return not (self.fix or self.settled_in)

    @property
    def end(self) -> str:
        """What helped, in words; empty while it is open."""
        if self.fix or not self.settled_in:
            return self.fix
        by = "resume" if self.settled_in == self.run else f"run {self.settled_in}"
        return f"settled by {by} (line {self.settled_line})"


@dataclass(slots=True)
class _Log:
    """The log while lines are read; a line looks at its own item's entries only."""

    held: dict[str, Trouble] = field(default_factory=dict)
    by_item: dict[str, list[str]] = field(default_factory=dict)

    def put(self, one: Trouble) -> None:
        if one.id not in self.held:
            self.by_item.setdefault(one.item, []).append(one.id)
        self.held[one.id] = one

    def open_of(self, item: str) -> Iterator[Trouble]:
        return (self.held[name] for name in self.by_item.get(item, ()) if self.held[name].is_open)


@dataclass(slots=True)
class _Run:
    """A run while its lines are read: what it is, and the items that it has to do with."""

    kind: str = ""
    playbook: str = ""
    items: set[str] = field(default_factory=set)


def troubles(entries: Iterable[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    """The log after these lines, oldest first."""
    log = _Log()
    runs: dict[str, _Run] = {}
    for entry in entries:
        if entry.get("event") == "trl.added":
            _add(log, entry)
            continue
        run = _run_of(runs, entry)
        for found in _failed(entry):
            before = next((one for one in log.open_of(found.item) if _same(one, found)), None)
            log.put(found if before is None else replace(before, again=before.again + 1))
        settles = _settles(entry, run)
        if settles is None:
            continue
        items, fits = settles
        for one in [one for item in items for one in log.open_of(item)]:
            playbook = runs[one.run].playbook if one.run in runs else ""
            if one.by_itself and playbook == run.playbook and fits(one):
                log.put(replace(one, settled_in=str(entry.get("run") or ""), settled_line=int(entry.get("seq") or 0)))
    return tuple(log.held.values())


def _run_of(runs: dict[str, _Run], entry: Mapping[str, Any]) -> _Run:
    run = runs.setdefault(str(entry.get("run") or ""), _Run())
    if entry.get("event") == "run.started":
        run.kind, run.playbook = str(entry.get("kind") or ""), str(entry.get("playbook") or "")
        run.items = {str(one.get("id")) for one in entry.get("items") or ()}
    return run


def _settles(entry: Mapping[str, Any], run: _Run) -> tuple[Collection[str], Callable[[Trouble], bool]] | None:
    """Of which items, and which of their open troubles of the playbook, a line shows to be over; None for none.

    The same change or check that goes well; an item that reads back as announced; a whole run that was done, also where it
    found nothing left to change. What takes a change back settles nothing.
    """
    if run.kind == "undo":
        return None
    item, about = str(entry.get("item") or ""), _about(entry)
    match entry.get("event"):
        case "change.finished" if entry.get("result") in GOOD:
            return {item}, lambda one: (one.host, one.about) == (_host(entry), about)
        case "check" if entry.get("state") == "ok":
            return {item}, lambda one: one.about == about
        case "item.verified" if entry.get("ok"):
            return {item}, lambda one: not one.about.startswith(CHECK)
        case "run.finished" if entry.get("result") == "done" and run.kind == "apply":
            return run.items, lambda _one: True
    return None


def _about(entry: Mapping[str, Any]) -> str:
    """What a line is about, the same in every run."""
    match entry.get("event"):
        case "change.finished":
            params = json.dumps(entry.get("params") or {}, sort_keys=True, default=str)
            return f"{entry.get('verb') or ''} {params}"
        case "check":
            return f"{CHECK}{entry.get('name') or ''} {entry.get('seat') or ''}".strip()
        case "item.verified":
            return READ_BACK
    return ""


def _host(entry: Mapping[str, Any]) -> str:
    return str(entry.get("host") or entry.get("seat") or "")


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
        host=_host(entry),
        about=_about(entry),
        run=str(entry.get("run") or ""),
        line=int(entry.get("seq") or 0),
        error_id=str(error.get("id") or ""),
    )


def _add(log: _Log, entry: Mapping[str, Any]) -> None:
    """What a person wrote: onto a trouble that is there, or as a new one."""
    known = log.held.get(str(entry.get("trouble") or ""))
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
    changed = replace(
        known,
        symptom=str(entry.get("symptom") or known.symptom),
        tried=(*known.tried, *(str(one) for one in entry.get("tried") or ())),
        cause=str(entry.get("cause") or known.cause),
        fix=str(entry.get("fix") or known.fix),
        minutes=known.minutes + float(entry.get("minutes") or 0),
        by=known.by if not by or by in known.by else (*known.by, by),
    )
    log.put(changed)
