"""`zdm jobs --watch`: a look asks no more about jobs that are over, and shows them all the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from zdm_automate.cli.jobs import _look
from zdm_automate.facts.base import to_wire
from zdm_automate.facts.jobs import Job
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.session import HostSession
from zdm_automate.testing import FakeTransport, row
from zdm_automate.transport.base import Reply, Target

LIBRARY = Library.load(folders("ps_scripts"))
NOW = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
ENDED = {"ExitText": "1", "EndedUtc": "2026-03-02T20:30:00.0000000Z", "Processes": 0}


def told(name: str, **own: Any) -> dict[str, Any]:
    """A job as the verb tells of it."""
    fact = to_wire(begun(job_id(name), "robocopy", name, "robocopy.log", processes=2))
    return row("Zdm.Job", **{key: value for key, value in fact.items() if key not in ("ZdmType", "ComputerName")} | own)


def test_a_later_look_leaves_out_what_is_over() -> None:
    """It is asked for the rest, and what was told once is shown again; who was lost is asked for again."""
    lost = told("lost", Processes=0, StartedUtc="2026-03-02T20:00:00.0000000Z", TaskState="Ready", TaskResult=None)
    first = Reply(output=(told("seed", **ENDED), told("delta"), lost))
    second = Reply(output=(told("delta", **ENDED), lost))
    transport = FakeTransport(Target(host="SRV", address="127.0.0.1"), LIBRARY, {"Get-ZdmJob": [first, second, Reply()]})
    session = HostSession(transport, LIBRARY, now=lambda: NOW)
    session.connect()
    over: dict[str, dict[str, Any]] = {"SRV": {}}
    shown: list[dict[str, str]] = []

    def tell(found: Mapping[str, list[Job]], _now: datetime) -> None:
        shown.append({one.title: judge(one).state for one in found["SRV"]})

    for _ in range(3):
        _look(lambda: NOW, {"SRV": session}, over, tell, patient=True)

    assert [arguments for _, arguments in transport.calls] == [
        {},
        {"Without": [job_id("seed")]},
        {"Without": [job_id("seed"), job_id("delta")]},
    ]
    assert shown[0] == {"seed": "Succeeded", "delta": "Running", "lost": "Lost"}
    assert shown[1] == {"seed": "Succeeded", "delta": "Succeeded", "lost": "Lost"}
    assert shown[2] == {"seed": "Succeeded", "delta": "Succeeded"}
