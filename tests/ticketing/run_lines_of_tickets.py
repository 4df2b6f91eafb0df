"""Journal lines of a run with one item done and one failed, and the requests that are told of it."""

from __future__ import annotations

from typing import Any

from zdm_automate.checklist import load_checklist
from zdm_automate.resources import shipped
from zdm_automate.ticketing.telling import Requests

RUN = "20260302-070000-dhcp_cutover-ab12"


def _line(seq: int, minute: int, event: str, **more: Any) -> dict[str, Any]:
    return {"event": event, "run": RUN, "seq": seq, "ts": f"2026-03-02T07:{minute:02}:00+00:00", **more}


def ended(seq: int = 7, result: str = "failed") -> dict[str, Any]:
    """The last line."""
    error = {"message": "in use"} if result == "failed" else {}
    return _line(seq, 40, "run.finished", result=result, error=error, hash="f" * 64)


def run_lines() -> list[dict[str, Any]]:
    """The run."""
    return [
        _line(1, 0, "run.started", kind="apply", playbook="dhcp_cutover", operator="Eva"),
        _line(2, 1, "item.started", item="B-104"),
        _line(3, 2, "change.started", item="B-104", step="B-104/1"),
        _line(4, 10, "change.finished", item="B-104", step="B-104/1", result="ok"),
        _line(5, 11, "change.started", item="B-105", step="B-105/1"),
        _line(6, 26, "change.finished", item="B-105", step="B-105/1", result="failed", error={"message": "in use"}),
        ended(),
    ]


def requests(by_phase: dict[str, str] | None = None, *, ticks: bool = False) -> Requests:
    """Request 7 for everything that no phase has a request for."""
    checklist = load_checklist("B", [shipped("playbooks")])
    return Requests(own="7", by_phase=by_phase or {}, checklist=checklist, ticks=ticks)
