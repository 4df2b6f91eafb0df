"""The demo: a whole migration typed at the command line, and the same again without a change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from journals_alike import journals, plans
from zdm_automate.demo.profiles import starts


def play(folder: Path, office: str, *words: str) -> str:
    """Plays the demo to its end; gives what it showed."""
    command = [sys.executable, "-m", "zdm_automate.demo", office, "--folder", str(folder), *words]
    ran = subprocess.run(
        command,
        env=os.environ | {"COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1100,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
    return ran.stdout


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("office", ["tiny", "smallbiz"])
def test_the_second_demo_changes_nothing(tmp_path: Path, office: str) -> None:
    """The first cuts DNS and DHCP over; from that state every row of both plans says no change."""
    first = play(tmp_path, office)
    second = play(tmp_path, office)

    assert "Done: 0 changes" not in first
    assert "Result: done" in first
    assert "Done: 0 changes in this run" in second
    assert second.count("No change: all is as wanted.") == 2
    assert "would change" not in second
    assert (tmp_path / office / "project.yaml").exists()
    assert list((tmp_path / office / "runs").glob("*/report.html"))


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.pwsh
@pytest.mark.timeout(1200)
def test_both_engines_leave_the_same_evidence(tmp_path: Path) -> None:
    """The scripts themselves and their twins: the same plans row by row, the same journals field by field."""
    for engine in ("sim", "pwsh"):
        play(tmp_path / engine, "tiny", "--engine", engine)
    modelled, real = (dict(enumerate(journals(tmp_path / engine / "tiny"))) for engine in ("sim", "pwsh"))

    assert plans(tmp_path / "pwsh" / "tiny") == plans(tmp_path / "sim" / "tiny")
    assert [kind for kind, _ in real.values()] == [kind for kind, _ in modelled.values()]
    for number, (kind, lines) in modelled.items():
        assert real[number][1] == lines, kind
    assert sum(len(lines) for _, lines in real.values()) > 100


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_mail_demo_ends_with_everybody_moved_but_the_one_refused(tmp_path: Path) -> None:
    """In the smallest office: a stall, two losses accepted and one refused, completion in the window, no script sent."""
    told = play(tmp_path, "mailtiny", "--demo", "mail")

    assert "content index" in " ".join(told.split())
    assert "is not begun: the golden hours begin at" in " ".join(told.split())
    assert "scripts: 0, open: 0." in told
    assert "Done: 12 reports of moves kept" in told


def test_only_the_hosts_on_which_a_plan_starts_jobs_are_followed() -> None:
    """By role, each once; what else a plan does needs no look at jobs."""
    changes = [("pc02", "Start-ZdmJob"), ("pc01", "Start-ZdmJob"), ("pc01", "Start-ZdmJob"), ("nb01", "New-ZdmUserStateRule")]
    made = [{"change": {"call": {"role": role, "verb": verb}}} for role, verb in changes]
    plan = {"items": [{"rows": [*made, {"change": None}]}]}

    assert starts(plan) == ["pc01", "pc02"]


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("demo", "office", "closing"),
    [
        ("shares", "files", "Done: people work on the new server; the old shares are frozen and stay for a month."),
        ("shares", "sbsfiles", "Done: people work on the new server; the old shares are frozen and stay for a month."),
        ("profiles", "desks", "Done. Reports:"),
        ("rehearsal", "tiny", "rehearsed again, judged, taken away."),
    ],
)
def test_a_demo_plays_to_its_end(tmp_path: Path, demo: str, office: str, closing: str) -> None:
    """With a controller that is killed in the middle where the work is long, and goes on from what its jobs have done."""
    told = play(tmp_path, office, "--demo", demo)

    assert closing in told
    assert "Traceback" not in told
