"""How far a run has come, folded from its journal lines. Pure: it opens no file and asks no host.

A change that was started and has no good end is open. What became of it, only its reader on the host can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zdm_automate.evidence import GOOD

Entry = Mapping[str, Any]

EVENTS: Final = frozenset({"run.started", "run.resumed", "run.finished", "change.started", "change.finished", "item.verified"})
"""The lines that say how far a run has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change without a good end.

    Attributes:
        result: `no outcome`, `unknown` or `failed`.
        reason: what the journal says of it.
        watched: what its watch showed before the call; None where it has none.
    """

    step: str
    item: str
    host: str
    verb: str
    target: str
    at: str
    result: str
    reason: str = ""
    watched: tuple[Entry, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands.

    Attributes:
        result: how it ended; empty while it has no end, also after it was resumed.
        good: results of the changes that went well (`ok`, `already`) by step.
        open: the changes that have no good end, in order.
        verified: the items that were read back well.
        resumed: how often it was taken up again.
        claimed: when its plan was taken, for a run that ended before its first line.
    """

    run: str = ""
    kind: str = ""
    plan: str = ""
    plan_digest: str = ""
    playbook: str = ""
    undoes: str = ""
    operator: str = ""
    started: str = ""
    result: str = ""
    good: Mapping[str, str] = field(default_factory=dict)
    open: tuple[OpenChange, ...] = ()
    verified: frozenset[str] = frozenset()
    resumed: int = 0
    changed: int = 0
    claimed: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left of it."""
        return self.result == "done" or not self.plan


def stand(lines: Iterable[Entry]) -> Standing:
    """The standing of a run after these lines, oldest first."""
    head: dict[str, str] = {}
    result, resumed = "", 0
    good: dict[str, str] = {}
    changed: set[str] = set()
    bad: dict[str, OpenChange] = {}
    verified: set[str] = set()
    for entry in lines:
        step = str(entry.get("step") or "")
        match entry.get("event"):
            case "run.started":
                names = ("run", "kind", "plan", "plan_digest", "playbook", "undoes", "operator")
                head = {name: str(entry.get(name) or "") for name in names} | {"started": str(entry.get("ts") or "")}
            case "run.resumed":
                result, resumed = "", resumed + 1
            case "run.finished":
                result = str(entry.get("result") or "")
            case "change.started":
                good.pop(step, None)
                bad[step] = _open(entry, "no outcome", None)
            case "change.finished" if entry.get("result") in GOOD:
                good[step] = str(entry["result"])
                if entry.get("changed"):
                    changed.add(step)
                bad.pop(step, None)
            case "change.finished":
                bad[step] = _open(entry, str(entry.get("result") or "unknown"), bad.get(step))
            case "item.verified" if entry.get("ok"):
                verified.add(str(entry.get("item") or ""))
    return Standing(
        **head,
        result=result,
        good=good,
        open=tuple(bad.values()),
        verified=frozenset(verified),
        resumed=resumed,
        changed=len(changed),
    )


def _open(entry: Entry, result: str, before: OpenChange | None) -> OpenChange:
    error = entry.get("error") or {}
    names = ("step", "item", "host", "verb")
    watched = before.watched if before is not None else tuple(entry["watched"]) if "watched" in entry else None
    return OpenChange(
        **{name: str(entry.get(name) or "") for name in names},
        target=before.target if before is not None else str(entry.get("target") or entry.get("verb") or ""),
        at=before.at if before is not None else str(entry.get("ts") or ""),
        result=result,
        reason=str(error.get("message") or ""),
        watched=watched,
    )


def explain(one: OpenChange, run: str) -> str:
    """One sentence of what is known of an open change, and what to type."""
    what = f"{one.step} on {one.host} ({one.target})"
    resume = f"type `zdm resume {run}`: it reads the host first and calls nothing twice"
    match one.result:
        case "failed":
            return f"{what} failed: {one.reason or 'no reason given'}. Remove the cause, then {resume}."
        case "unknown":
            return f"{what} was called and nobody knows how it ended: {one.reason or 'no answer'}. Now {resume}."
    return f"{what} was announced at {one.at} and the run ended before its outcome was written. Now {resume}."
