"""The terminal's views: plan, outcome, checks, checklist, status and journal as rich renderables. Nothing here prints.

All text is laid as plain `Text`, never as markup, so that a name with brackets shows as it is. Long values fold at 80 columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from zdm_automate.hours import REVERSIBLE
from zdm_automate.model import CheckState, Preview, Risk
from zdm_automate.progress import State
from zdm_automate.report.words import clean, count, lasted, moment, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from zdm_automate.gates import GateAnswer
    from zdm_automate.hours import Hours
    from zdm_automate.ledger import Open
    from zdm_automate.model import Change, Check, PlannedItem, Row
    from zdm_automate.planner import Plan
    from zdm_automate.progress import RowState
    from zdm_automate.runner import Outcome

STYLE: Mapping[str, str] = {
    Preview.CHANGE: "bold yellow",
    Preview.SAME: "green",
    Preview.UNKNOWN: "bold red",
    Preview.WAIT: "cyan",
    Preview.MANUAL: "magenta",
    State.UNKNOWN: "bold red",
    State.FAILED: "bold red",
    State.OPEN: "yellow",
    State.MANUAL: "magenta",
    State.WAITING: "cyan",
    State.NOT_YET: "cyan",
    State.SKIPPED: "dim",
    State.DONE: "green",
    CheckState.OK: "green",
}
"""One colour for one meaning in every view; the word always stands beside it."""

TRUTHS = {"true": "green", "excused": "yellow"}
RESULTS = {"done": "green", "failed": "bold red", "unknown": "bold red", "interrupted": "yellow", "refused": "bold red"}
MARKS = {Preview.CHANGE: "~", Preview.SAME: "=", Preview.UNKNOWN: "?", Preview.WAIT: ">", Preview.MANUAL: "!"}
RISKS = {Risk.LOW: "", Risk.MEDIUM: "", Risk.HIGH: " high risk", Risk.NO_RETURN: " no way back"}
ARROW = " \N{RIGHTWARDS ARROW} "


def _table(*heads: str, fixed: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, show_header=bool(heads), header_style="bold")
    for head in heads:
        table.add_column(head, no_wrap=head in fixed, overflow="fold")
    return table


# --- plan ---


def plan_view(plan: Plan) -> RenderableType:
    """A plan: every row with what it would do and why, the counts, the warnings."""
    hosts = ", ".join(f"{role} {name}" for role, name in plan.hosts.items())
    lines: list[RenderableType] = [
        Text.assemble(("Plan ", "bold"), (plan.playbook, "bold"), f" for {clean(plan.project)}"),
        Text(f"read at {moment(plan.created)}: {hosts}", style="dim"),
        Text(),
    ]
    for item in plan.items:
        lines += [_item_head(item), *_gate_lines(item), *(_plan_row(row, plan) for row in item.rows)]
    lines += [Text(), counts_line(plan)]
    lines += [Text(f"warning: {clean(text)}", style="yellow") for text in dict.fromkeys(plan.warnings)]
    return Group(*lines)


def counts_line(plan: Plan) -> Text:
    """How many rows say what."""
    parts = [(f"{plan.count(kind)} {kind}", STYLE[kind]) for kind in Preview if plan.count(kind)]
    line = Text()
    for number, (text, style) in enumerate(parts):
        line.append(", " if number else "").append(text, style=style)
    return line


def _item_head(item: PlannedItem) -> RenderableType:
    line = Text.assemble((f"{item.id}  ", "bold"), (clean(item.title), "bold"), (RISKS[item.risk], "yellow"))
    return line.append(f"  ({item.gate})" if item.gate else "", style="dim")


def _gate_lines(item: PlannedItem) -> Iterable[RenderableType]:
    """Why the item's changes would not run now."""
    for why in item.gate_says:
        yield Padding(Text(f"gate {item.gate} is closed now: {clean(why)}", style=STYLE[Preview.UNKNOWN]), (0, 0, 0, 2))


def _plan_row(row: Row, plan: Plan) -> RenderableType:
    line = Text.assemble((f"{MARKS[row.preview]} ", STYLE[row.preview]))
    if row.role:
        line.append(f"{plan.hosts.get(row.role, row.role)}: ", style="bold" if row.preview is Preview.CHANGE else "")
    line.append(clean(row.text), style="dim" if row.preview is Preview.SAME else "")
    if row.preview in {Preview.UNKNOWN, Preview.WAIT, Preview.MANUAL}:
        line.append(f"  {row.preview}", style=STYLE[row.preview])
    if row.not_before:
        line.append(f" until {moment(row.not_before)}", style=STYLE[row.preview])
    if row.reason:
        line.append(f": {clean(row.reason)}")
    if row.change is not None:
        line.append(_remarks(row.change), style="dim")
    return Padding(line, (0, 0, 0, 2))


def _remarks(change: Change) -> str:
    said = [f"temporary, closed by {change.temporary}"] if change.temporary else []
    said += [f"cannot be undone by the tool: {clean(change.no_inverse)}"] if change.no_inverse else []
    said += [clean(text) for text in (change.note, change.route) if text]
    return f"  [{'; '.join(said)}]" if said else ""


# --- outcome and checks ---


def outcome_view(plan: Plan, outcome: Outcome) -> RenderableType:
    """How a run ended, and what is left to do."""
    head = Text.assemble(("Result: ", "bold"), (outcome.result, RESULTS[outcome.result]))
    head.append(f", {count(outcome.changed, 'change')} made, {outcome.unchanged} already so, {outcome.left} not reached")
    lines: list[RenderableType] = [Text(), head]
    if outcome.checks:
        lines.append(checks_view(outcome.checks))
    rows = [row for item in plan.items for row in item.rows]
    lines += [
        Text(f"! by hand, {row.item}: {clean(row.text)}", style=STYLE[Preview.MANUAL])
        for row in rows
        if row.preview is Preview.MANUAL
    ]
    waits = sorted({row.not_before for row in rows if row.preview is Preview.WAIT and row.not_before})
    if waits:
        lines.append(Text(f"> what waits can be planned from {moment(waits[0])} on", style=STYLE[Preview.WAIT]))
    return Group(*lines)


def checks_view(checks: Iterable[Check]) -> RenderableType:
    """Verifications with their values."""
    table = _table("ITEM", "RESULT", "CHECK", "VALUE", fixed=("ITEM", "RESULT"))
    for one in checks:
        style = STYLE.get(one.state, "bold red")
        what = Text.assemble(clean(one.name), (f" [{clean(one.seat)}]" if one.seat else "", "dim"))
        value = Text(clean(one.value))
        if one.state is not CheckState.OK:
            if one.expected:
                value.append(f"{_break(value)}expected {clean(one.expected)}")
            if one.hint:
                value.append(f"{_break(value)}{clean(one.hint)}", style="dim")
            if one.not_before:
                value.append(f"{_break(value)}from {moment(one.not_before)}", style="cyan")
        table.add_row(one.item, Text(one.state, style=style), what, value)
    return table


def _break(text: Text) -> str:
    return "\n" if text.plain else ""


# --- checklist and status ---


def checklist_view(rows: Sequence[RowState], *, everything: bool = False) -> RenderableType:
    """The checklist: the rows that the tool has evidence of, or all."""
    shown = [row for row in rows if everything or row.evidence or row.state not in {State.OPEN, State.MANUAL}]
    table = _table("ITEM", "STATE", "WHAT", "WHY", fixed=("ITEM", "STATE"))
    for row in shown:
        why = clean(row.reason) + (f" (from {moment(row.not_before)})" if row.not_before else "")
        table.add_row(row.item.id, Text(row.state, style=STYLE[row.state]), Text(clean(row.item.title)), Text(why, style="dim"))
    done = sum(row.state is State.DONE for row in rows)
    tail = Text(f"{done} of {len(rows)} rows done")
    if not everything:
        tail.append(f", {len(rows) - len(shown)} untouched rows not shown: --all", style="dim")
    return Group(table, tail)


def temporaries_view(register: Sequence[Open]) -> RenderableType:
    """What was changed for a time and has to be taken back, with the call that does and the moment it is due."""
    table = _table("WHAT", "WAS", "IS", "DUE", "TAKEN BACK BY", fixed=("WAS", "IS"))
    for one in register:
        due = Text(moment(one.due_utc)[:16])
        if one.overdue:
            due = Text(f"{moment(one.due_utc)[:16]} overdue", style="bold red")
        back = Text(f"{one.due_item}: ").append(clean(one.inverse) or "its old value", style="dim")
        table.add_row(Text(f"{one.role}: {clean(one.target)} {one.field}"), str(one.old_value), str(one.new_value), due, back)
    return table


def hours_view(face: Hours) -> RenderableType:
    """The clock of the golden hours; near the deadline also what can still be taken back."""
    style = {"open": "bold green", "not begun": "cyan"}.get(face.phase, "bold red")
    left = f"{face.minutes_left} min left" if face.minutes_left >= 0 else f"{-face.minutes_left} min ago"
    lines: list[RenderableType] = [
        Text.assemble(("Golden hours ", "bold"), (face.phase, style), f": it is {face.now}"),
        Text(f"{face.start} to {face.end}; fallback deadline {face.fallback}, {left}"),
    ]
    if face.plan:
        word = "" if face.in_time else ", too late"
        lines.append(
            Text(
                f"Plan {face.plan} begun now would end at {face.predicted_end}{word}", style="" if face.in_time else "bold red"
            )
        )
    if face.way_back:
        table = _table("ITEM", "CHANGES", "WAY BACK", "TAKES", fixed=("ITEM",))
        for one in face.way_back:
            tone = "green" if one.state == REVERSIBLE else "bold red"
            table.add_row(one.item, str(one.changes), Text(one.state, style=tone), f"{one.minutes:g} min")
        lines.append(table)
    return Group(*lines)


# --- gates ---


def gate_view(answer: GateAnswer) -> RenderableType:
    """A gate's table: what must be so, what is, how old that is, and what to do about it."""
    table = _table("PREDICATE", "STATE", "VALUE", "LIMIT", "AGE", fixed=("PREDICATE", "STATE"))
    for one in answer.findings:
        value = Text(clean(one.value))
        if one.excused is not None:
            value.append(f"\nexcused by {clean(one.excused.by)}: {clean(one.excused.reason)}", style="yellow")
        if one.hint and not one.passes:
            value.append(f"\n{clean(one.hint)}", style="dim")
        word = "excused" if one.excused is not None else str(one.state)
        age = lasted(one.age_seconds * 1000) if one.age_seconds else ""
        table.add_row(one.name, Text(word, style=TRUTHS.get(word, "bold red")), value, Text(clean(one.limit)), age)
    state = ("open", "green") if answer.open else ("closed", "bold red")
    return Group(Text.assemble((answer.gate, "bold"), " is ", state), table)


# --- journal ---

_QUIET = frozenset({"seq", "ts", "run", "project", "sr", "event", "prev", "hash", "items", "effects", "ledger", "session"})


def journal_view(entries: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Journal lines, the telling fields of each."""
    table = _table("TIME", "EVENT", "WHAT", fixed=("TIME", "EVENT"))
    for entry in entries:
        table.add_row(str(entry.get("ts", ""))[11:19], entry["event"], Text(_telling(entry)))
    return table


def _telling(entry: Mapping[str, Any]) -> str:
    match entry["event"]:
        case "change.finished":
            fields = ", ".join(
                f"{name} {plain(entry.get('before', {}).get(name))}{ARROW}{plain(value)}"
                for name, value in entry.get("after", {}).items()
                if entry.get("before", {}).get(name) != value
            )
            said = f"{entry['step']} {entry['host']} {entry['verb']}: {entry['result']}, {lasted(entry.get('duration_ms'))}"
            return f"{said}\n{fields}" if fields else said
        case "check":
            return f"{entry['item']} {clean(entry['name'])}: {entry['state']} {clean(entry.get('value', ''))}"
        case "read.finished":
            return (
                f"{entry['host']} {entry['verb']}: {count(entry.get('facts', 0), 'fact')}, {lasted(entry.get('duration_ms'))}"
            )
        case "host.connected":
            session = entry.get("session", {})
            return f"{entry['role']} {entry['host']}, {session.get('os', '')}, PowerShell {session.get('ps_version', '')}"
    rest = {name: value for name, value in entry.items() if name not in _QUIET}
    return ", ".join(f"{name}={plain(value)}" for name, value in rest.items())
