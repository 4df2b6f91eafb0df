"""What all tests share: a folder for what the product keeps for a user, and how much was tried or left out as last lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from zdm_automate import powershell
from zdm_automate.errors import ZdmError

# No test judges by the clock, and generated values are slow to make on a busy machine.
settings.register_profile("zdm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zdm")

TALLY = "differential"
"""The property under which a test reports what it has tried; it comes along from every worker of pytest-xdist."""

PATIENCE = 300
"""Time limit in seconds of a slow test that names none: it ends what hangs, and says nothing of how quick the machine is."""


@pytest.fixture(autouse=True, scope="session")
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Locks of domains go there instead of into this user's home; programs that tests start see it too."""
    pytest.MonkeyPatch().setenv("ZDM_STATE_DIR", str(tmp_path_factory.mktemp("state")))


def missing() -> str:
    """Why there is no PowerShell engine, and how to get one; empty where there is one."""
    try:
        powershell.find()
    except ZdmError as problem:
        return f"{problem.message} {problem.hint}"
    return ""


@pytest.fixture(scope="session")
def pwsh() -> str:
    """The program of the PowerShell engine. A test that asks for it needs no mark of its own."""
    return str(powershell.find())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the engine is marked so, and skipped where there is none; what is slow gets its time."""
    why = missing()
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PATIENCE))
        if isinstance(item, pytest.Function) and pwsh.__name__ in item.fixturenames:
            item.add_marker(pytest.mark.pwsh)
        if why and item.get_closest_marker("pwsh"):
            item.add_marker(pytest.mark.skip(reason=why))


def tallies(reports: list[pytest.TestReport]) -> Iterator[dict[str, int]]:
    """What the tests have reported, one for each verb."""
    for report in reports:
        if getattr(report, "when", "") == "call":
            yield from (value for name, value in report.user_properties if name == TALLY)


def without_engine(reports: list[pytest.TestReport]) -> int:
    """How many tests were skipped for want of a PowerShell engine."""
    return sum("ZDM_PWSH" in str(report.longrepr) for report in reports if hasattr(report, "longrepr"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Prints the totals of the differential test where it ran, and what was skipped without an engine: after all else."""
    yield
    found = [one for reports in terminalreporter.stats.values() for one in tallies(reports)]
    if found:
        sums = ", ".join(f"{sum(one[name] for one in found)} {name}" for name in found[0])
        terminalreporter.write_line(f"differential: {len(found)} verbs, {sums}")
    left_out = without_engine(terminalreporter.stats.get("skipped", []))
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests need a PowerShell engine and were skipped: install PowerShell 7.4 or later"
            " (https://aka.ms/powershell), or name its program in ZDM_PWSH"
        )
