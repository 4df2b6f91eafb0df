"""The layers of docs/architecture.md: the contracts hold, and each of them bites on a package that breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the contracts of a folder's pyproject.toml on the package in that folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)


def hollow(folder: Path) -> Path:
    """The package with all its modules and nothing in them."""
    for path in (ROOT / "zdm_automate").rglob("*.py"):
        made = folder / path.relative_to(ROOT)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.touch()
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "zdm_automate/transport/psrp.py").write_text("import pypsrp\n")
    (folder / "zdm_automate/transport/winrs.py").write_text("import winrm\n")
    (folder / "zdm_automate/transport/ssh.py").write_text("import fabric\nimport paramiko\n")
    (folder / "zdm_automate/report/otlp_outlet.py").write_text("import opentelemetry\n")
    return folder


def test_the_contracts_hold() -> None:
    """No module of the product imports upwards."""
    found = lint(ROOT)

    assert found.returncode == 0, found.stdout[-3000:]


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("errors.py", "import zdm_automate.cli", "A module imports only from rows below its own"),
        ("session.py", "import zdm_automate.runner", "A module imports only from rows below its own"),
        ("lab/keeper.py", "import zdm_automate.runner", "The lab stands beside"),
        ("workplace.py", "import zdm_automate.lab.keeper", "Nothing but the command line knows the lab"),
        ("session.py", "import pypsrp", "Exactly one module imports pypsrp"),
        ("transport/psrp.py", "import pypsrp\nimport winrm", "Exactly one module imports pywinrm"),
        ("session.py", "import fabric", "Exactly one module imports fabric"),
        ("box_session.py", "import paramiko", "Exactly one module imports fabric"),
        ("report/log_outlets.py", "import opentelemetry.trace", "Exactly one module imports OpenTelemetry"),
        ("planner.py", "import socket", "Deciding has no host"),
        ("lab/world/dns.py", "import random", "Deciding has no host"),
        ("gates/judge.py", "import os", "Deciding has no host"),
        ("never.py", "import zdm_automate.gates.judge", "A module imports only from rows below its own"),
        ("conformance/rules/values.py", "import subprocess", "Deciding has no host"),
    ],
)
def test_each_contract_bites(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """One bad import in an otherwise empty package is found."""
    folder = hollow(tmp_path)
    (folder / "zdm_automate" / module).write_text(f"{line}\n")
    found = lint(folder)

    assert found.returncode == 1, found.stdout + found.stderr
    broken = [text for text in found.stdout.splitlines() if "BROKEN" in text]
    assert [contract] == [text for text in [contract] if any(text in row for row in broken)], broken


def test_a_module_that_no_layer_names_is_found(tmp_path: Path) -> None:
    """A new module has to be given its place."""
    folder = hollow(tmp_path)
    (folder / "zdm_automate/somewhere.py").touch()

    assert "somewhere" in lint(folder).stdout
