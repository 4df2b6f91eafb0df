"""A run as a story: its journal lines folded into one value that the report and the terminal show. Pure; it opens no file.

It adds nothing: every value comes from a line of the journal. A change that was started and has no outcome stays visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zdm_automate.evidence import Entry
from zdm_automate.report.item_story import ChangeStory, CheckStory, ItemStory, SignatureStory, item_stories


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
    approvals: tuple[Mapping[str, Any], ...] = ()
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


def tell(entries: Iterable[Entry]) -> Story:
    """The story of the lines of one run."""
    lines = tuple(entries)
    begin: Entry = next((e for e in lines if e.get("event") == "run.started"), lines[0] if lines else {})
    last: Entry = next((e for e in reversed(lines) if e.get("event") in {"run.finished", "run.resumed"}), {})
    end: Entry = last if last.get("event") == "run.finished" else {}
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
        approvals=tuple(begin.get("approvals") or ()),
        error=dict(end.get("error") or {}),
        hosts=_hosts(begin, lines),
        items=item_stories(begin, lines),
        reads=sum(e.get("event") == "read.finished" for e in lines),
        failed_reads=tuple(e for e in lines if e.get("event") == "read.failed"),
        scripts={str(e["verb"]): str(e["script_sha256"]) for e in lines if e.get("verb") and e.get("script_sha256")},
        entries=lines,
    )


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
