"""What a process of PowerShell leaves on this computer when it is ended from outside."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from zdm_automate import powershell

QUIET_FROM = (7, 6)
SCRIPT = """
foreach ($turn in 1..20) { if (Get-ChildItem -LiteralPath $env:TMPDIR) { break }; Start-Sleep -Milliseconds 100 }
[Console]::Out.WriteLine('here')
Start-Sleep -Seconds 60
"""


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder with a short name: a socket's has 108 bytes at the most, and where it is longer none is made."""
    with tempfile.TemporaryDirectory(prefix="zdm-") as folder:
        yield Path(folder)


def test_a_killed_process_leaves_nothing_behind(pwsh: str, temporary: Path, tmp_path: Path) -> None:
    """No socket, no pipe: a lab ends many, and the folder for temporary files is everybody's."""
    if powershell.check(Path(pwsh)) < QUIET_FROM:
        pytest.skip("PowerShell before 7.6 always opens a socket to be debugged by")
    command = [pwsh, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", SCRIPT]
    seen = powershell.surroundings({"TMPDIR": str(temporary)}, tmp_path)
    with subprocess.Popen(command, env=seen, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"here"
        process.kill()

    assert sorted(temporary.iterdir()) == []
