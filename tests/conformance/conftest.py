"""What the tests of the rules share: every sample is judged once, in one run of the engine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from zdm_automate.conformance.check import Outcome, check

HERE = Path(__file__).resolve().parent
ENGINE = shutil.which(os.environ.get("ZDM_PWSH", "pwsh"))


@pytest.fixture(scope="session")
def samples() -> dict[Path, list[str]]:
    """The rules that found something, by sample."""
    if ENGINE is None:
        pytest.skip("no PowerShell 7 engine: set ZDM_PWSH")
    paths = sorted(HERE.glob("*/*/*.ps1"))
    found: dict[Path, list[str]] = {path: [] for path in paths}
    for finding in check(paths).findings:
        found[Path(finding.path)].append(finding.rule)
    return found


@pytest.fixture(scope="session")
def shipped() -> Outcome:
    """What the check of the shipped scripts says."""
    if ENGINE is None:
        pytest.skip("no PowerShell 7 engine: set ZDM_PWSH")
    return check([HERE.parent.parent / "ps_scripts"])
