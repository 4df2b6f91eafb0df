"""The terminal's views: plan, checklist, status, journal and checks as rich renderables. Nothing here prints or reads a file.

All text is laid as plain `Text`, never as markup, so that a name with brackets shows as it is. Long values fold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from zdm_automate.model import CheckState, Preview, Risk
from zdm_automate.progress import State
from zdm_automate.report.words import clean, clock, count, lasted, moment, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from zdm_automate.facts.project import Temporary
    from zdm_automate.model import Change, Check, PlannedItem, Row
    from zdm_automate.planner import Plan
    from zdm_automate.progress import RowState
    from zdm_automate.report.story import Story

STYLE = {
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
    State.DONE: "green",
    CheckState.OK: "green",
    CheckState.FAILED: "bold red",
    CheckState.NOT_YET: "cyan",
    CheckState.UNKNOWN: "bold red",
}
"""One colour for one meaning in every view; the word always stands beside it."""
RESULT_STYLE = {"ok": "green", "already": "green", "done": "green", "failed": "bold red", "unknown": "bold red"}
RISK_STYLE = {Risk.HIGH: "yellow", Risk.NO_RETURN: "bold red"}
ARROW = " \N{RIGHTWARDS ARROW} "


def plan_table(plan: Plan) -> RenderableType:
    """A plan: every row with what it would do and why, the counts, the warnings."""
    table = _table("Item", "Step", ("On", "no"), ("Plan says", "no"))
    for item in plan.items:
        table.add_row(_strong(item.id), _heading(item), "", "", end_section=False)
        for number, row in enumerate(item.rows, 1):
            last = number == len(item.rows)
            on = plan.hosts.get(row.role, row.role)
            table.add_row("", _step(row), _host(on), _word(row.preview), end_section=last)
    lines: list[RenderableType] = [_title(f"Plan {plan.id}", f"{plan.playbook}, {_request(plan.service_request)}"), table]
    told = [
        (count(plan.count(kind), words.get(kind, kind.value), many.get(kind, kind.value)), STYLE[kind])
        for kind in Preview
        if plan.count(kind)
    ]
    lines.append(_counts(told))
    lines += [Text(f"warning: {clean(text)}", style="yellow") for text in plan.warnings]
    return Group(*lines)
