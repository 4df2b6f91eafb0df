"""What all tests share: a folder for what the product keeps for a user, and how much was tried or left out as last lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

TALLY = "differential"
"""The property under which a test reports what it has tried; it comes along from every worker of pytest-xdist."""


@pytest.fixture(autouse=True, scope="session")
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Locks of domains go there instead of into this user's home; programs that tests start see it too."""
    pytest.MonkeyPatch().setenv("ZDM_STATE_DIR", str(tmp_path_factory.mktemp("state")))


def tallies(reports: list[pytest.TestReport]) -> Iterator[dict[str, int]]:
    """What the tests have reported, one for each verb."""
    for report in reports:
        if getattr(report, "when", "") == "call":
            yield from (value for name, value in report.user_properties if name == TALLY)


def without_engine(reports: list[pytest.TestReport]) -> int:
    """How many tests were skipped for want of a PowerShell engine."""
    return sum("ZDM_PWSH" in str(report.longrepr) for report in reports if hasattr(report, "longrepr"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the totals of the differential test where it ran, and what was skipped without an engine."""
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
