"""The lab's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zdm_automate.lab.clock import WorldClock

START = datetime(2026, 3, 2, 7, tzinfo=UTC)


class Ticks:
    """A monotonic clock in the test's hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_flows_at_the_offices_rate() -> None:
    """Ten real seconds are a hundred world seconds at rate ten."""
    ticks = Ticks()
    clock = WorldClock(START, rate=10, monotonic=ticks)
    ticks.at += 10

    assert START + timedelta(seconds=100) == clock.now()


def test_is_carried_forward() -> None:
    """Eight days pass in no time."""
    clock = WorldClock(START, rate=0, monotonic=Ticks())

    assert START + timedelta(days=8) == clock.carry(8 * 86400) == clock.now()


def test_never_goes_back() -> None:
    """A negative step is refused and changes nothing."""
    clock = WorldClock(START, rate=0, monotonic=Ticks())

    with pytest.raises(ValueError, match="does not go back"):
        clock.carry(-1)

    assert clock.now() == START
