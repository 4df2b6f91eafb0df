"""The clock of the golden hours: minutes left, the end of the next plan, and the way back near the deadline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from zdm_automate.durations import Durations
from zdm_automate.hours import hours
from zdm_automate.window import WindowSection

WINDOW = WindowSection.model_validate(
    {"time_zone": "UTC", "start": "2026-03-07T18:00", "fallback": "2026-03-07T22:00", "end": "2026-03-08T00:00"}
).window


def made(item: str, at: str = "19:00", **more: Any) -> dict[str, Any]:
    return {
        "event": "change.finished", "item": item, "step": f"{item}/1", "result": "ok", "changed": True, "rollback": "R1",
        "ts": f"2026-03-07T{at}:00+00:00", "inverse": {"verb": "Set-ZdmDnsRecord"}, **more,
    }  # fmt: skip


ENTRIES = [
    {"event": "run.started", "kind": "apply"},
    made("B-100", at="10:00"),
    made("B-156"),
    made("B-158", inverse={}, rollback="R2"),
    made("B-184", inverse={}, rollback="RX"),
    made("B-157"),
    made("B-155", changed=False),
    {"event": "run.started", "kind": "undo"},
    made("B-157"),
]


def face(hour: int, minute: int) -> Any:
    return hours(WINDOW, datetime(2026, 3, 7, hour, minute, tzinfo=UTC), Durations(), 1.5, None, ENTRIES)


def test_the_way_back_is_told_near_the_deadline() -> None:
    """Made in these golden hours and not taken back: what still fits before the end, what no longer does, what never did."""
    assert face(20, 59).way_back == ()
    assert [(one.item, one.state) for one in face(21, 1).way_back] == [
        ("B-156", "reversible"), ("B-158", "no longer in time"), ("B-184", "no way back"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "minute", "phase", "left"),
    [(17, 30, "not begun", 270), (21, 30, "open", 30), (22, 30, "past the fallback deadline", -30)],
)
def test_minutes_count_to_the_fallback_deadline(hour: int, minute: int, phase: str, left: int) -> None:
    """And below zero after it."""
    found = face(hour, minute)

    assert (found.phase, found.minutes_left) == (phase, left)
