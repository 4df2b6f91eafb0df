"""How the register, the clock and gates read in a terminal and on paper."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console, RenderableType

from zdm_automate.gates import Finding, GateAnswer, Truth
from zdm_automate.hours import Hours, WayBack
from zdm_automate.ledger import Open
from zdm_automate.report.html import render
from zdm_automate.report.story import Seal, tell
from zdm_automate.report.text import gate_view, hours_view, temporaries_view

LEFT = Open(
    role="old", target="files.example.local A", field="TtlSeconds", old_value=3600, new_value=300,
    since_utc="2026-03-06T20:00:00",
    due_item="B-191", inverse="Set-ZdmDnsTtl -TtlSeconds 3600", due_utc="2026-03-07T21:00:00+00:00", overdue=True,
)  # fmt: skip


def shown(view: RenderableType) -> str:
    """The view as text, its lines joined."""
    stream = io.StringIO()
    Console(file=stream, width=200).print(view)
    return " ".join(stream.getvalue().split())


def test_what_is_overdue_is_said_with_its_way_back() -> None:
    """In `zdm status` and in the report."""
    page = render(tell([]), Seal(lines=0, head=""), register=[LEFT])

    assert "2026-03-07 21:00 overdue B-191: Set-ZdmDnsTtl -TtlSeconds 3600" in shown(temporaries_view([LEFT]))
    assert "overdue" in page
    assert "Set-ZdmDnsTtl -TtlSeconds 3600" in page
    assert "overdue" not in render(tell([]), Seal(lines=0, head=""))


def test_the_clock_says_what_can_still_be_taken_back() -> None:
    """Minutes left, the plan that comes too late, and the items."""
    ways = (
        WayBack(item="B-156", changes=2, state="reversible", minutes=0.5),
        WayBack(item="B-184", changes=1, state="no way back", minutes=0),
    )
    face = Hours(
        now="21:40", phase="open", start="18:00", fallback="22:00", end="24:00", minutes_left=20, plan="p1",
        predicted_end="22:10",
        in_time=False, way_back=ways,
    )  # fmt: skip
    text = shown(hours_view(face))

    assert "20 min left" in text
    assert "would end at 22:10, too late" in text
    assert "B-156 2 reversible 0.5 min" in text
    assert "B-184 1 no way back" in text


def test_a_gate_shows_why_it_is_closed() -> None:
    """Value, limit and what to do stand beside the state; brackets of a host's text stay text."""
    bad = Finding(
        name="conflict-detection", asks="", state=Truth.FALSE, value="0 [bold]attempts", limit="at least 2", hint="Set it."
    )
    text = shown(gate_view(GateAnswer(gate="G-DHCP", at=datetime(2026, 3, 7, tzinfo=UTC), findings=(bad,), hash="")))

    assert "G-DHCP is closed" in text
    assert "conflict-detection false 0 [bold]attempts" in text
    assert "at least 2" in text
    assert "Set it." in text
