"""Turns what a run did into a plan that takes it back: the recorded inverses in reverse order, nothing computed anew.

A change that somebody else has touched since is refused by name; one that has no inverse is told with its reason. Pure but for
`look`, which reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import UnknownNameError
from zdm_automate.evidence import GOOD
from zdm_automate.facts.base import to_wire
from zdm_automate.facts.store import Facts, FactsMissingError
from zdm_automate.model import Change, Effect, PlannedItem, Preview, Risk, Rollback, Row, VerbCall
from zdm_automate.settling import Verdict, judge, judgeable, seen, shown

if TYPE_CHECKING:
    from zdm_automate.bench import Bench

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """A change that a run made, or may have made, as its journal tells it.

    Attributes:
        change: with its inverse, its effects and what they were before.
        title: of its item.
        after: what the applier read after it; empty where nobody knows.
        watched: what its watch showed before it.
        sure: whether its outcome is known to be that it changed something.
    """

    change: Change
    title: str = ""
    after: Mapping[str, Any] = field(default_factory=dict)
    watched: Sequence[Entry] | None = None
    sure: bool = True

    @property
    def step(self) -> str:
        """Its name in the run."""
        return self.change.id

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What it did to the facts."""
        return self.change.effects


def made_in(lines: Iterable[Entry], to: str = "") -> tuple[RecordedChange, ...]:
    """What a run did, oldest first; with `to` only from that item on.

    Raises:
        UnknownNameError: the run did nothing in that item.
    """
    found: dict[str, RecordedChange] = {}
    titles: dict[str, str] = {}
    for entry in lines:
        step = str(entry.get("step") or "")
        match entry.get("event"):
            case "run.started":
                titles |= {str(item.get("id")): str(item.get("title") or "") for item in entry.get("items") or ()}
            case "change.started":
                found.pop(step, None)
                title = titles.get(str(entry["item"]), "")
                found[step] = RecordedChange(change=_change(entry), title=title, watched=entry.get("watched"), sure=False)
            case "change.finished" if step in found:
                if entry.get("result") in GOOD and not entry.get("changed"):
                    del found[step]
                elif entry.get("result") in GOOD:
                    found[step] = replace(found[step], after=dict(entry.get("after") or {}), sure=True)
    made = tuple(found.values())
    if not to:
        return made
    start = next((n for n, one in enumerate(made) if one.change.item == to), None)
    if start is None:
        raise UnknownNameError(
            f"the run changed nothing in item {to}.", hint=f"It did in: {', '.join(items_of(made)) or 'none'}."
        )
    return made[start:]


def items_of(made: Iterable[RecordedChange]) -> tuple[str, ...]:
    """The items of these changes, in order."""
    return tuple(dict.fromkeys(one.change.item for one in made))


def refuse_unknown_items(made: Sequence[RecordedChange], names: Iterable[str]) -> None:
    """Asks that these items are among those that would be taken back.

    Raises:
        UnknownNameError: one is not.
    """
    known = items_of(made)
    for name in names:
        if name not in known:
            raise UnknownNameError(f"nothing of item {name} would be taken back.", hint=f"Items: {', '.join(known) or 'none'}.")


def look(made: RecordedChange, bench: Bench) -> list[dict[str, Any]] | None:
    """What the watch of a change shows now; None where facts show it.

    Raises:
        ZdmError: it could not be read.
    """
    watch = made.change.watch
    if watch is None or seen(made.effects):
        return None
    return [to_wire(fact) for fact in bench.workers[watch.role].read(watch.verb, **watch.params).facts]


def undo_items(
    made: Sequence[RecordedChange], facts: Facts, watched: Mapping[str, Sequence[Entry]], overwrite: Collection[str] = ()
) -> tuple[PlannedItem, ...]:
    """The rows of an undo plan, last change first, each decided on the facts as the ones before it would leave them."""
    rows: dict[str, list[Row]] = {}
    titles: dict[str, tuple[str, Risk]] = {}
    for one in reversed(made):
        item = one.change.item
        titles[item] = (one.title, one.change.risk)
        number = len(rows.setdefault(item, [])) + 1
        row = _row(one, facts, watched.get(one.step), number, overwrite)
        if row.change is not None:
            facts = facts.after(row.change.effects)
        rows[item].append(row)
    return tuple(
        PlannedItem(id=item, title=f"take back: {titles[item][0] or item}", risk=titles[item][1], rows=tuple(rows[item]))
        for item in rows
    )


def _row(one: RecordedChange, facts: Facts, watched: Sequence[Entry] | None, number: int, overwrite: Collection[str]) -> Row:
    change = one.change
    common: dict[str, Any] = {"item": change.item, "role": change.call.role}
    text = f"take back: {change.target}"
    state, now = _state(one, facts, watched)
    if state == "before":
        return Row(**common, preview=Preview.SAME, text=f"{change.target}: it is as it was before")
    if change.inverse is None:
        reason = f"cannot be undone by the tool: {change.no_inverse}"
        name = f"undo-{change.id.replace('/', '-')}"
        return Row(**common, preview=Preview.MANUAL, text=text, reason=reason, form=("what was done",), by_hand=name)
    if state == "foreign" and change.item not in overwrite:
        was = ", ".join(f"{name} {value}" for name, value in change.before.items()) or "nothing"
        reason = f"somebody has changed it since ({now}; before the run: {was}); to overwrite it: --overwrite {change.item}"
        return Row(**common, preview=Preview.UNKNOWN, text=text, reason=reason)
    note = f"cannot be read now ({now}); it is looked at when its turn comes" if state == "unread" else ""
    made = replace(
        change,
        id=f"{change.item}/{number}",
        call=change.inverse,
        target=text,
        before=one.after or change.after,
        after=change.before,
        effects=change.restores,
        inverse=change.call,
        no_inverse="",
        gate="",
        temporary="",
        note=note,
        hides=change.reveals,
        restores=change.effects,
        reveals=change.hides,
        overwrites=now if state == "foreign" else "",
    )
    return Row(**common, preview=Preview.CHANGE, text=text, change=made)


def _state(one: RecordedChange, facts: Facts, watched: Sequence[Entry] | None) -> tuple[str, str]:
    """How the change stands now: `after` it, as `before` it, `foreign`, or `unread`; and what is there in words."""
    change = one.change
    if watched is not None:
        return _watched_state(one, watched)
    if not seen(change.effects):
        return "after", ""
    try:
        verdict = judge(change, facts)
        if verdict is Verdict.HAPPENED:
            return "after", ""
        if verdict is Verdict.NOT or not judgeable(change):
            return ("before", "") if verdict is Verdict.NOT else ("foreign", shown(change, facts))
        return "foreign", shown(change, facts)
    except FactsMissingError as gap:
        return "unread", gap.message


def _watched_state(one: RecordedChange, now: Sequence[Entry]) -> tuple[str, str]:
    if one.watched is not None and [dict(row) for row in one.watched] == [dict(row) for row in now]:
        return "before", ""
    row = now[0] if now else {}
    differs = {name: row.get(name) for name, value in one.after.items() if name in row and row[name] != value}
    if differs:
        return "foreign", ", ".join(f"{name} is {value}" for name, value in differs.items())
    return "after", ""


def _change(entry: Entry) -> Change:
    inverse, watch = entry.get("inverse"), entry.get("watch")
    return Change(
        id=str(entry["step"]),
        item=str(entry["item"]),
        call=VerbCall(role=str(entry["role"]), verb=str(entry["verb"]), params=dict(entry.get("params") or {})),
        target=str(entry.get("target") or entry["verb"]),
        before=dict(entry.get("before") or {}),
        after=dict(entry.get("after") or {}),
        effects=tuple(_effect(one) for one in entry.get("effects") or ()),
        restores=tuple(_effect(one) for one in entry.get("restores") or ()),
        inverse=VerbCall(**inverse) if inverse else None,
        no_inverse=str(entry.get("no_inverse") or ""),
        risk=Risk(entry.get("risk") or Risk.LOW),
        rollback=Rollback(entry.get("rollback") or Rollback.R1),
        watch=VerbCall(**watch) if watch else None,
        hides=tuple(entry.get("hides") or ()),
        reveals=tuple(entry.get("reveals") or ()),
    )


def _effect(entry: Entry) -> Effect:
    return Effect(
        role=str(entry["role"]), zdm_type=str(entry["zdm_type"]), body=dict(entry["body"]), gone=bool(entry.get("gone"))
    )
