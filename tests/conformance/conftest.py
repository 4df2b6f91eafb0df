"""What the tests of the rules share: every sample is judged once, in one run of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.conformance.check import Outcome, check

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def engine(pwsh: str) -> str:
    """The engine that parses."""
    return pwsh


@pytest.fixture(scope="session")
def samples(engine: str) -> dict[Path, list[str]]:
    """The rules that found something, by sample."""
    paths = sorted(HERE.glob("*/*/*.ps1"))
    found: dict[Path, list[str]] = {path: [] for path in paths}
    for finding in check(paths).findings:
        found[Path(finding.path)].append(finding.rule)
    return found


@pytest.fixture(scope="session")
def shipped(engine: str) -> Outcome:
    """What the check of the shipped scripts says."""
    return check([HERE.parent.parent / "ps_scripts"])
