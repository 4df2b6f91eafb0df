"""Waiting for several things at once, each with its own time-out; it says what it waits for and what was last answered.

What is asked is the probes' business; it changes nothing, so a wait that was broken off is simply begun again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import ZdmError

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY: Final = 5.0
"""Seconds between two rounds of questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a probe was told; `good` ends the wait for it."""

    good: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that is waited for.

    Attributes:
        name: what it is, such as `OLD: remoting`.
        ask: looks once; a ZdmError is an answer too.
        seconds: how long it may take.
    """

    name: str
    ask: Callable[[], Answer]
    seconds: float


def wait_for(
    probes: Iterable[Probe],
    *,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
    say: Callable[[str], None],
    every: float = EVERY,
) -> None:
    """Asks until every probe has had its good answer; tells each answer that is another than the one before.

    Raises:
        ZdmError: one was not good in its time; with the last answers of all that were still waited for.
    """
    begun = monotonic()
    left = {probe.name: probe for probe in probes}
    last: dict[str, str] = {}
    while left:
        for name, probe in list(left.items()):
            answer = _asked(probe)
            if last.get(name) != answer.said:
                say(f"{name}: {answer.said}" if answer.good else f"Waiting for {name}: {answer.said}")
            last[name] = answer.said
            if answer.good:
                del left[name]
        gone = monotonic() - begun
        late = [name for name, probe in left.items() if gone >= probe.seconds]
        if late:
            told = "; ".join(f"{name}: {last[name]}" for name in left)
            raise ZdmError(
                f"waited {gone:.0f} s in vain for {late[0]}. Last answers: {told}.",
                hint="Look there. The same command goes on with waiting.",
            )
        if left:
            sleep(every)


def _asked(probe: Probe) -> Answer:
    try:
        return probe.ask()
    except ZdmError as problem:
        return Answer(good=False, said=str(problem).splitlines()[0])
