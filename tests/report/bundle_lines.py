"""A small run as a journal on disk, and the bundle of it, for the tests of what travels to the client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from run_lines import HOSTILE, item, planned

from zdm_automate.checklist import Checklist, load_checklist
from zdm_automate.journal import Journal
from zdm_automate.report.bundle import Matter
from zdm_automate.resources import shipped

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RUN = "20260302-120000-dhcp_cutover-ab12"


def clock(step: int = 30) -> Callable[[], datetime]:
    """A clock that goes on by so many seconds with every look."""
    ticks = iter(range(1_000_000))
    return lambda: NOON + timedelta(seconds=step * next(ticks))


def checklist() -> Checklist:
    """The shipped checklist B."""
    return load_checklist("B", [shipped("playbooks")])


def write_run(folder: Path, run: str = RUN, *, host: str = "SBS", more: int = 0) -> Path:
    """A run with a change, a failed one, a check and a signature; `more` lines of progress."""
    path = folder / "runs" / run / "journal.jsonl"
    rows = (planned("would change", "scope inactive"), planned("manual", "relay", by_hand="relay", form=["address"]))
    with Journal(path, run=run, project="Gr\u00fcne Wiese", service_request="SR-7", now=clock()) as record:
        record.write(
            "run.started", kind="apply", playbook="dhcp_cutover", operator="Eva", controller="desk", version="1.0",
            plan=run, plan_digest="ab" * 32, hosts={"old": host}, items=[item("B-104", *rows), item("B-105", rows[0])],
        )  # fmt: skip
        for name, result in (("B-104", "ok"), ("B-105", "failed")):
            record.write("item.started", item=name, title=f"Title of {name}")
            common: dict[str, Any] = {"item": name, "step": f"{name}/1", "role": "old", "host": host, "verb": "Set-ZdmX"}
            record.write("change.started", boundary=True, **common, target="scope 10.0.0.0", before={"State": "Active"})
            error = {"id": "ZdmLocked", "message": f"in use: {HOSTILE}"} if result == "failed" else {}
            record.write("change.finished", boundary=True, **common, result=result, changed=result == "ok", error=error)
        record.write("check", item="B-104", name="lease", state="ok", value="\u00fcber DC1", seat="PC01")
        record.write("manual.signed", item="B-104", step="relay", by="Kim", answers={"address": "10.0.0.9"}, minutes=12)
        for number in range(more):
            record.write("job.progress", item="B-104", percent=number)
        record.write("run.finished", boundary=True, result="failed", error={"id": "ZdmLocked", "message": "in use"})
    return path


def matter(folder: Path, *, signer: str = "", name: str = RUN) -> Matter:
    """What the bundle of the runs in a folder is made of, with a plan, an approval and a photo."""
    return Matter(
        name=name,
        journals={path.parent.name: path.read_bytes() for path in sorted((folder / "runs").glob("*/journal.jsonl"))},
        papers={
            f"plans/{RUN}.json": b'{"id": "x"}\n',
            f"plans/{RUN}.used": b"2026-03-02T12:00:00+00:00\n",
            "approvals/G-DHCP.json": b'{"gate": "G-DHCP", "by": "Kim"}\n',
            f"runs/{RUN}/attachments/rack.jpg": bytes(range(256)) * 4,
        },
        checklist=checklist(),
        client="Gr\u00fcne Wiese GmbH",
        signer=signer,
    )
