"""A run as a story: its journal lines folded into one value that the report and the terminal show. Pure; it opens no file.

It adds nothing: every value comes from a line of the journal. A change that was started and has no outcome stays visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zdm_automate.model import CheckState, Preview
from zdm_automate.evidence import GOOD

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What checking the chain of hashes gave.

    Attributes:
        head: hash of the last line.
        problem: what does not fit; empty for an intact journal.
    """

    lines: int
    head: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStory:
    """A host that was connected, and how."""

    role: str
    name: str
    session: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStory:
    """One row of the plan as it was announced."""

    preview: str
    text: str
    role: str = ""
    reason: str = ""
    not_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStory:
    """One change: announced, and how it ended. `result` is `no outcome` while the journal has none."""

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
    def unsigned(self) -> tuple[PlannedStory, ...]:
        """Steps by hand of the plan that nobody signed in this run."""
        by_hand = tuple(row for row in self.planned if row.preview == Preview.MANUAL)
        return by_hand[len({one.step for one in self.signatures}) :]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run from its first line to its last; `result` is empty while there is no last line."""

    run: str = ""
    kind: str = ""
    project: str = ""
    sr: str = ""
    plan: str = ""
    plan_digest: str = ""
    playbook: str = ""
    operator: str = ""
    controller: str = ""
    version: str = ""
    profile: str = ""
    started: str = ""
    ended: str = ""
    result: str = ""
    duration_ms: float | None = None
    requests: int | None = None
    error: Mapping[str, Any] = field(default_factory=dict)
    hosts: tuple[HostStory, ...] = ()
    items: tuple[ItemStory, ...] = ()
    reads: int = 0
    failed_reads: tuple[Entry, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    @property
    def changes(self) -> tuple[ChangeStory, ...]:
        """All changes in order."""
        return tuple(change for item in self.items for change in item.changes)

    @property
    def checks(self) -> tuple[CheckStory, ...]:
        """All verifications in order."""
        return tuple(check for item in self.items for check in item.checks)

    @property
    def signatures(self) -> tuple[SignatureStory, ...]:
        """All signatures in order."""
        return tuple(one for item in self.items for one in item.signatures)

    @property
    def temporaries(self) -> tuple[ChangeStory, ...]:
        """Changes of this run that a later item must take back, and that this run has not taken back itself."""
        closed = {_key(effect) for entry in self.entries for effect in entry.get("ledger") or () if effect.get("gone")}
        opened = {
            entry.get("step"): {_key(effect) for effect in entry.get("ledger") or () if not effect.get("gone")}
            for entry in self.entries
            if entry.get("event") == "change.finished"
        }
        return tuple(
            change
            for change in self.changes
            if change.temporary and change.good and not (opened.get(change.step, set()) & closed)
        )

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """Warnings with the step that gave them."""
        return tuple((change.step, text) for change in self.changes for text in change.warnings)

    @property
    def trouble(self) -> tuple[ChangeStory, ...]:
        """The changes that failed, or whose outcome is not known."""
        return tuple(change for change in self.changes if not change.good)


def _key(effect: Entry) -> tuple[str, ...]:
    body = effect.get("body") or {}
    return tuple(str(body.get(name, "")).casefold() for name in ("Role", "Verb", "Target"))


@dataclass(slots=True)
class _Item:
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


def tell(entries: Iterable[Entry]) -> Story:
    """The story of the lines of one run."""
    lines = tuple(entries)
    begin: Entry = next((e for e in lines if e.get("event") == "run.started"), lines[0] if lines else {})
    end: Entry = next((e for e in reversed(lines) if e.get("event") == "run.finished"), {})
    items = _items(begin, lines)
    return Story(
        **{
            name: str(begin.get(name) or "")
            for name in ("run", "kind", "project", "sr", "plan", "plan_digest", "playbook", "operator", "controller")
        },
        version=str(begin.get("version") or ""),
        profile=str(begin.get("profile") or ""),
        started=str(begin.get("ts") or ""),
        ended=str((end or (lines[-1] if lines else {})).get("ts") or ""),
        result=str(end.get("result") or ""),
        duration_ms=end.get("duration_ms"),
        requests=end.get("requests"),
        error=dict(end.get("error") or {}),
        hosts=_hosts(begin, lines),
        items=tuple(item.story() for item in items.values()),
        reads=sum(e.get("event") == "read.finished" for e in lines),
        failed_reads=tuple(e for e in lines if e.get("event") == "read.failed"),
        scripts={str(e["verb"]): str(e["script_sha256"]) for e in lines if e.get("verb") and e.get("script_sha256")},
        entries=lines,
    )


def _items(begin: Entry, lines: Iterable[Entry]) -> dict[str, _Item]:
    items: dict[str, _Item] = {}
    for row in begin.get("items") or ():
        item = items.setdefault(_id(row), _Item(head=_head(row)))
        item.planned = tuple(
            PlannedStory(**{n: str(one.get(n) or "") for n in ("preview", "text", "role", "reason", "not_before")})
            for one in row.get("rows") or ()
        )
    for entry in lines:
        take = _TAKES.get(str(entry.get("event")))
        if take is not None and _id(entry):
            take(items.setdefault(_id(entry), _Item(head=_head(entry))), entry)
    return items


def _id(entry: Entry) -> str:
    return str(entry.get("item") or entry.get("id") or "")


def _head(entry: Entry) -> dict[str, Any]:
    texts = {name: str(entry.get(name) or "") for name in ("title", "risk", "gate")}
    return {"id": _id(entry), **texts, "also": tuple(entry.get("also") or ())}


def _hosts(begin: Entry, lines: Iterable[Entry]) -> tuple[HostStory, ...]:
    hosts = {str(role): HostStory(role=str(role), name=str(name)) for role, name in dict(begin.get("hosts") or {}).items()}
    for entry in lines:
        if entry.get("event") == "host.connected":
            role = str(entry.get("role") or "")
            session = dict(entry.get("session") or {})
            hosts[role] = HostStory(
                role=role, name=str(entry.get("host") or ""), session=session, at=str(entry.get("ts") or "")
            )
    return tuple(hosts.values())


def _change(started: Entry, finished: Entry) -> ChangeStory:
    both = {**started, **finished}
    texts = ("step", "item", "role", "host", "verb", "no_inverse", "script_sha256", "gate", "approver", "risk", "rollback")
    read: dict[str, Any] = {name: str(both.get(name) or "") for name in (*texts, "temporary")}
    read |= {name: dict(both.get(name) or {}) for name in ("params", "before", "after", "inverse", "error", "session")}
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


def _item_started(item: _Item, entry: Entry) -> None:
    item.head["title"] = item.head["title"] or str(entry.get("title") or "")


def _checked(item: _Item, entry: Entry) -> None:
    texts = ("name", "state", "seat", "value", "expected", "hint", "not_before")
    read = {name: str(entry.get(name) or "") for name in texts}
    item.checks.append(CheckStory(item=item.head["id"], **read, at=str(entry.get("ts") or "")))


def _signed(item: _Item, entry: Entry) -> None:
    read = {name: str(entry.get(name) or "") for name in ("step", "by", "note")}
    answers = dict(entry.get("answers") or {})
    item.signatures.append(SignatureStory(item=item.head["id"], **read, at=str(entry.get("ts") or ""), answers=answers))


def _verified(item: _Item, entry: Entry) -> None:
    item.verified = bool(entry.get("ok"))
    item.differences = tuple(str(one) for one in entry.get("differences") or ())


_TAKES: Mapping[str, Any] = {
    "item.started": _item_started,
    "change.started": lambda item, entry: item.started.__setitem__(str(entry.get("step")), entry),
    "change.finished": lambda item, entry: item.finished.__setitem__(str(entry.get("step")), entry),
    "item.verified": _verified,
    "check": _checked,
    "manual.signed": _signed,
}
