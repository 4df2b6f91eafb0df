"""Journal lines of a small run, as the runner writes them, for the tests of what is made of them."""

from __future__ import annotations

from typing import Any

HOSTILE = '<script>alert("x")</script>\u202egnp.exe\x1b[31m'
"""What a host could send: markup, a change of writing direction, a terminal's escape."""


def line(event: str, second: int, **more: Any) -> dict[str, Any]:
    """One line at a second of the run."""
    return {"event": event, "ts": f"2026-03-02T07:00:{second:02}.000+00:00", "run": "r1", **more}


def planned(preview: str, text: str, **more: Any) -> dict[str, Any]:
    """One row of the plan."""
    return {"preview": preview, "text": text, **more}


def begin(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The first line of a run."""
    return line(
        "run.started", 0, kind="apply", project="Acme", sr="SR-7", playbook="dhcp_cutover", operator="eva", controller="desk",
        version="1.0", plan="p1", plan_digest="ab" * 32, hosts={"old": "SBS"}, items=list(items), **more,
    )  # fmt: skip


def item(name: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One item of the plan with its rows."""
    return {"id": name, "title": f"Title of {name}", "risk": "R1", "gate": "", "also": [], "rows": list(rows), **more}


def started(step: str, second: int, **more: Any) -> dict[str, Any]:
    """A change announced."""
    given = {"verb": "Set-ZdmX", "target": "scope 10.0.0.0", "host": "SBS", "role": "old", "before": {"State": "Active"}}
    return line(
        "change.started", second, step=step, item=step.split("/", maxsplit=1)[0], after={"State": "Inactive"}, **given | more
    )


def finished(step: str, second: int, result: str = "ok", **more: Any) -> dict[str, Any]:
    """A change's outcome."""
    given = {"before": {"State": "Active"}, "after": {"State": "Inactive"}, "changed": result == "ok", "duration_ms": 1500}
    return line("change.finished", second, step=step, item=step.split("/", maxsplit=1)[0], result=result, **given | more)
