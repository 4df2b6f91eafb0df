"""One checklist item of a run: its planned rows, changes, checks and signatures, folded from journal lines. Pure.

It adds nothing: every value comes from a line. A change that was started and has no outcome stays visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zdm_automate.evidence import GOOD, Entry
from zdm_automate.model import CheckState, Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStory:
    """One row of the plan as it was announced.

    Attributes:
        by_hand: the name under which a step by hand is signed.
        form: what has to be written down when it is.
    """

    preview: str
    text: str
    role: str = ""
    reason: str = ""
    not_before: str = ""
    by_hand: str = ""
    form: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStory:
    """One change: announced, and how it ended. `result` is `no outcome` while the journal has none.

    Attributes:
        after: as read back; for a change that was not made, as it was to be.
    """

    step: str
    item: str
    role: str
    host: str
    verb: str
    target: str
    started: str
    ended: str = ""
    result: str = "no outcome"
    changed: bool = False
    settled: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    inverse: Mapping[str, Any] = field(default_factory=dict)
    no_inverse: str = ""
    script_sha256: str = ""
    gate: str = ""
    approver: str = ""
    risk: str = ""
    rollback: str = ""
    temporary: str = ""
    route: str = ""
    duration_ms: float | None = None
    error: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    session: Mapping[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the host is as wanted."""
        return self.result in GOOD

    @property
    def fields(self) -> tuple[tuple[str, Any, Any], ...]:
        """Name, before and after of each field, in the order of the announcement."""
        names = dict.fromkeys((*self.before, *self.after))
        return tuple((name, self.before.get(name), self.after.get(name)) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStory:
    """One verification with its value."""

    item: str
    name: str
    state: str
    seat: str = ""
    value: str = ""
    expected: str = ""
    hint: str = ""
    not_before: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureStory:
    """A step by hand that a person signed."""

    item: str
    step: str
    by: str
    at: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStory:
    """A checklist item in this run."""

    id: str
    title: str
    risk: str = ""
    gate: str = ""
    also: tuple[str, ...] = ()
    planned: tuple[PlannedStory, ...] = ()
    changes: tuple[ChangeStory, ...] = ()
    checks: tuple[CheckStory, ...] = ()
    signatures: tuple[SignatureStory, ...] = ()
    verified: bool | None = None
    differences: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[tuple[PlannedStory | None, ChangeStory | None], ...]:
        """What was planned with what became of it, in the order of the plan; then changes that no row announced.

        A change's step is its item and the number of its row.
        """
        made = {change.step: change for change in self.changes}
        planned = [(row, made.pop(f"{self.id}/{number}", None)) for number, row in enumerate(self.planned, start=1)]
        return (*planned, *((None, change) for change in made.values()))

    @property
    def unsigned(self) -> tuple[PlannedStory, ...]:
        """Steps by hand of the plan that nobody signed in this run."""
        signed = {one.step for one in self.signatures}
        return tuple(row for row in self.planned if row.preview == Preview.MANUAL and row.by_hand not in signed)

    @property
    def waits(self) -> tuple[PlannedStory, ...]:
        """Rows that wait for a moment, or could not be predicted."""
        return tuple(row for row in self.planned if row.preview in {Preview.WAIT, Preview.UNKNOWN})

    @property
    def state(self) -> str:
        """What the run leaves: failed, unknown, open, waiting, manual open, not yet, done."""
        left = sum(row.preview == Preview.CHANGE for row in self.planned) - sum(change.good for change in self.changes)
        rules = (
            ("unknown", any(change.result in {"unknown", "no outcome"} for change in self.changes)),
            ("failed", any(change.result == "failed" for change in self.changes) or self.verified is False),
            ("failed", any(check.state == CheckState.FAILED for check in self.checks)),
            ("open", left > 0),
            ("waiting", bool(self.waits)),
            ("manual open", bool(self.unsigned)),
            ("not yet", any(check.state != CheckState.OK for check in self.checks)),
        )
        return next((name for name, applies in rules if applies), "done")


@dataclass(slots=True)
class _Gathered:
    """An item while its lines are read."""

    head: dict[str, Any]
    planned: tuple[PlannedStory, ...] = ()
    started: dict[str, Entry] = field(default_factory=dict)
    finished: dict[str, Entry] = field(default_factory=dict)
    checks: list[CheckStory] = field(default_factory=list)
    signatures: list[SignatureStory] = field(default_factory=list)
    verified: bool | None = None
    differences: tuple[str, ...] = ()

    def story(self) -> ItemStory:
        steps = dict.fromkeys((*self.started, *self.finished))
        return ItemStory(
            **self.head,
            planned=self.planned,
            changes=tuple(_change(self.started.get(step, {}), self.finished.get(step, {})) for step in steps),
            checks=tuple(self.checks),
            signatures=tuple(self.signatures),
            verified=self.verified,
            differences=self.differences,
        )


def item_stories(begin: Entry, lines: Iterable[Entry]) -> tuple[ItemStory, ...]:
    """The items that a run planned (as its first line says) or touched, in order."""
    items: dict[str, _Gathered] = {}
    for row in begin.get("items") or ():
        item = items.setdefault(_id(row), _Gathered(head=_head(row)))
        item.planned = tuple(_planned(one) for one in row.get("rows") or ())
    for entry in lines:
        take = _TAKES.get(str(entry.get("event")))
        if take is not None and _id(entry):
            take(items.setdefault(_id(entry), _Gathered(head=_head(entry))), entry)
    return tuple(item.story() for item in items.values())


def _planned(row: Entry) -> PlannedStory:
    texts = ("preview", "text", "role", "reason", "not_before", "by_hand")
    return PlannedStory(**{name: str(row.get(name) or "") for name in texts}, form=tuple(row.get("form") or ()))


def _id(entry: Entry) -> str:
    return str(entry.get("item") or entry.get("id") or "")


def _head(entry: Entry) -> dict[str, Any]:
    texts = {name: str(entry.get(name) or "") for name in ("title", "risk", "gate")}
    return {"id": _id(entry), **texts, "also": tuple(entry.get("also") or ())}


def _change(started: Entry, finished: Entry) -> ChangeStory:
    both = {**started, **finished}
    texts = ("step", "item", "role", "host", "verb", "no_inverse", "script_sha256", "gate", "approver", "risk", "rollback")
    read: dict[str, Any] = {name: str(both.get(name) or "") for name in (*texts, "temporary", "route")}
    read |= {name: dict(both.get(name) or {}) for name in ("params", "before", "after", "inverse", "error", "session")}
    read["after"] = read["after"] or dict(started.get("after") or {})
    return ChangeStory(
        **read,
        target=str(both.get("target") or both.get("verb") or ""),
        started=str(started.get("ts") or ""),
        ended=str(finished.get("ts") or ""),
        result=str(finished.get("result") or "no outcome"),
        changed=bool(finished.get("changed")),
        settled=bool(finished.get("settled")),
        duration_ms=finished.get("duration_ms"),
        warnings=tuple(str(text) for text in finished.get("warnings") or ()),
    )


def _item_started(item: _Gathered, entry: Entry) -> None:
    item.head["title"] = item.head["title"] or str(entry.get("title") or "")


def _checked(item: _Gathered, entry: Entry) -> None:
    texts = ("name", "state", "seat", "value", "expected", "hint", "not_before")
    read = {name: str(entry.get(name) or "") for name in texts}
    item.checks.append(CheckStory(item=item.head["id"], **read, at=str(entry.get("ts") or "")))


def _signed(item: _Gathered, entry: Entry) -> None:
    read = {name: str(entry.get(name) or "") for name in ("step", "by", "note")}
    answers = dict(entry.get("answers") or {})
    item.signatures.append(SignatureStory(item=item.head["id"], **read, at=str(entry.get("ts") or ""), answers=answers))


def _verified(item: _Gathered, entry: Entry) -> None:
    item.verified = bool(entry.get("ok"))
    item.differences = tuple(str(one) for one in entry.get("differences") or ())


_TAKES: Mapping[str, Callable[[_Gathered, Entry], None]] = {
    "item.started": _item_started,
    "change.started": lambda item, entry: item.started.__setitem__(str(entry.get("step")), entry),
    "change.finished": lambda item, entry: item.finished.__setitem__(str(entry.get("step")), entry),
    "item.verified": _verified,
    "check": _checked,
    "manual.signed": _signed,
}
