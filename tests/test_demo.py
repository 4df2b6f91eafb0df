"""The demo: a whole migration typed at the command line, and the same again without a change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def play(folder: Path, office: str) -> str:
    """Plays the demo to its end; gives what it showed."""
    command = [sys.executable, "-m", "zdm_automate.demo", office, "--folder", str(folder)]
    ran = subprocess.run(
        command,
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]
    return ran.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
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
