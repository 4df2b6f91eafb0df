"""A machine without PowerShell: what needs it is skipped, and the last lines say how many tests and how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_what_needs_the_engine_is_skipped_and_the_last_lines_say_how_to_get_it(tmp_path: Path) -> None:
    """A test is skipped for its mark or for the fixture it asks for; the others run."""
    clean = {name: value for name, value in os.environ.items() if name != "ZDM_PWSH" and not name.startswith("PYTEST")}
    named = ["tests/lab/test_same.py", "tests/lab/pwsh/test_lab_process.py::test_a_lab_keeps_its_engine"]
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *named,
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            "--basetemp",
            str(tmp_path / "base"),
        ],
        cwd=ROOT,
        env=clean | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    *_, said, counted = ran.stdout.strip().splitlines()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert said.startswith("2 tests need a PowerShell engine and were skipped: install PowerShell 7.4 or later")
    assert "ZDM_PWSH" in said
    assert " passed, 2 skipped" in counted


@pytest.mark.slow
def test_a_slow_test_has_its_time(request: pytest.FixtureRequest) -> None:
    """Five minutes instead of one, so that a machine at work fails nothing that would have come to its end."""
    marks = [mark.args for mark in request.node.iter_markers("timeout")]

    assert marks == [(300,)]
