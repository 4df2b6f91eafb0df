"""How long a journal of a million lines takes to verify, and `zdm status` on it: `python benchmarks/journal_size.py [LINES]`.

The lines are those of a real run over and over: readers, changes with their facts before and after, checks.
Limits: ten seconds to verify, two for the status. The first look after a run makes the summary that the status shows;
a run makes it at its own end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from zdm_automate.journal import GENESIS, sealed, verify
from zdm_automate.project import FILE
from zdm_automate.summaries import summary

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 1_000_000
LIMITS = {"verify": 10.0, "zdm status": 2.0}
PROJECT = """
project: Example
credentials: {admin: {user: 'EXAMPLE\\adm', secret: prompt}}
credential: admin
hosts: {SBS: {address: 192.0.2.2}}
roles: {old: SBS}
"""
SCOPE = {"ScopeId": "192.168.50.0", "Name": "Office", "State": "Active", "LeaseSeconds": 3600, "StartRange": "192.168.50.100"}
EFFECT = {"role": "old", "zdm_type": "Zdm.DhcpScope", "body": SCOPE, "gone": False}
CHANGE = {
    "item": "B-102",
    "role": "old",
    "host": "SBS",
    "verb": "Set-ZdmDhcpLeaseDuration",
    "params": {"scope_id": "192.168.50.0", "lease_seconds": 900},
    "script_sha256": "ab" * 32,
    "inverse": {"role": "old", "verb": "Set-ZdmDhcpLeaseDuration", "params": {"lease_seconds": 3600}},
}


def bodies(number: int) -> dict[str, object]:
    """What a line of that number says besides its frame."""
    step = {"step": f"B-102/{number // 6}"}
    match number % 6:
        case 0:
            return {"event": "read.finished", "host": "SBS", "verb": "Get-ZdmDhcpScope", "facts": 3, "duration_ms": 41}
        case 1:
            return {"event": "item.started", "item": "B-102", "title": "Lease time lowered one old lease ahead"}
        case 2:
            return {"event": "change.started", **CHANGE, **step, "target": "lease", "effects": [EFFECT], "restores": [EFFECT]}
        case 3:
            return {
                "event": "change.finished",
                **CHANGE,
                **step,
                "changed": True,
                "result": "ok",
                "before": SCOPE,
                "after": SCOPE,
            }
        case 4:
            return {"event": "item.verified", "item": "B-102", "ok": True}
    return {"event": "check", "item": "B-105", "name": "no address is held twice", "state": "ok", "seat": "SBS"}


def write(path: Path, lines: int) -> None:
    """A journal of so many lines, with a chain that holds."""
    head = GENESIS
    frame = {"ts": "2026-03-02T07:00:00.000+00:00", "run": path.parent.name, "project": "Example", "sr": "SR-1"}
    first = {"event": "run.started", "kind": "apply", "plan": path.parent.name, "playbook": "dhcp_cutover", "operator": "Alex"}
    with path.open("wb") as stream:
        for number in range(1, lines + 1):
            body = (
                bodies(number) if 1 < number < lines else first if number == 1 else {"event": "run.finished", "result": "done"}
            )
            line = sealed({"seq": number, **frame, **body, "prev": head})
            head = line[-67:-3].decode()
            stream.write(line)


def main(lines: int) -> int:
    """Measures both in seconds of processor time, which other work on the machine does not lengthen; 1: a limit is broken."""
    took: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE).write_text(PROJECT, encoding="utf-8")
        path = folder / "runs" / "20260302-070000-dhcp_cutover-0001" / "journal.jsonl"
        path.parent.mkdir(parents=True)
        write(path, lines)
        print(f"{lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB")
        took["verify"] = timed(lambda: verify(path))
        took["first look"] = timed(lambda: summary(path))
        command = [sys.executable, "-m", "zdm_automate.cli", "status", "-p", str(folder)]
        took["zdm status"] = timed(lambda: subprocess.run(command, check=True))  # noqa: S603 - our own program
    for what, (work, wall) in took.items():
        limit = f"   limit {LIMITS[what]:.0f} s for {LINES:,} lines" if what in LIMITS else ""
        print(f"{what:12} {work:6.2f} s of work, {wall:6.2f} s by the clock{limit}")
    return int(lines >= LINES and any(took[what][0] > limit for what, limit in LIMITS.items()))


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Processor time, of child processes too, and time by the clock."""
    before, begun = os.times(), time.perf_counter()
    act()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES))
