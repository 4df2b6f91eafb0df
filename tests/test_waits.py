"""Waits: what is asked, what is told, and when it was long enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zdm_automate.errors import UnreachableError, ZdmError
from zdm_automate.waits import Answer, Probe, wait_for


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def probe(name: str, answers: list[Answer | ZdmError], seconds: float = 60) -> Probe:
    """A probe that gives these answers one after the other, the last one for ever."""
    left: Iterator[Answer | ZdmError] = iter(answers)
    last: list[Answer | ZdmError] = []

    def ask() -> Answer:
        last.append(next(left, last[-1] if last else Answer(good=False, said="nothing")))
        if isinstance(last[-1], ZdmError):
            raise last[-1]
        return last[-1]

    return Probe(name=name, ask=ask, seconds=seconds)


def test_each_new_answer_is_told_once() -> None:
    """What is waited for, an error in its own words, and the good answer that ends it."""
    clock = Clock()
    told: list[str] = []
    down, up = Answer(good=False, said="DNS not running"), Answer(good=True, said="up")

    wait_for(
        [probe("OLD", [UnreachableError("no answer"), down, down, up]), probe("NEW", [up])],
        monotonic=lambda: clock.now,
        sleep=clock.sleep,
        say=told.append,
        every=5,
    )

    assert told == ["Waiting for OLD: no answer", "NEW: up", "Waiting for OLD: DNS not running", "OLD: up"]
    assert clock.now == 15


def test_a_wait_in_vain_tells_the_last_answers() -> None:
    """The probe whose time is over is named, and what every one still said; another may have longer."""
    clock = Clock()
    down = Answer(good=False, said="NoContact")

    with pytest.raises(ZdmError, match="waited 10 s in vain for OLD. Last answers: OLD: NoContact; NEW: off.") as late:
        wait_for(
            [probe("OLD", [down], seconds=10), probe("NEW", [Answer(good=False, said="off")], seconds=600)],
            monotonic=lambda: clock.now,
            sleep=clock.sleep,
            say=lambda _: None,
            every=5,
        )

    assert "goes on with waiting" in late.value.hint
