"""What all tests share: how much the differential test has tried, as the last lines of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

TALLY = "differential"
"""The property under which a test reports what it has tried; it comes along from every worker of pytest-xdist."""


def tallies(reports: list[pytest.TestReport]) -> Iterator[dict[str, int]]:
    """What the tests have reported, one for each verb."""
    for report in reports:
        if getattr(report, "when", "") == "call":
            yield from (value for name, value in report.user_properties if name == TALLY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the totals of the differential test where it ran."""
    found = [one for reports in terminalreporter.stats.values() for one in tallies(reports)]
    if found:
        sums = ", ".join(f"{sum(one[name] for one in found)} {name}" for name in found[0])
        terminalreporter.write_line(f"differential: {len(found)} verbs, {sums}")
