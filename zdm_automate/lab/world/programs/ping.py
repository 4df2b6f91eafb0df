"""ping: the plain program that only takes time, a second for each echo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.world.programs import Ended, Paused, program
from zdm_automate.lab.world.reach import at

if TYPE_CHECKING:
    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run

DEFAULT = 4


@program("ping")
def ping(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """`ping -n COUNT ADDRESS`: 0 where somebody answers at the address, 1 where nobody does; a line each second."""
    count, address = DEFAULT, ""
    words = list(run.argv)
    while words:
        word = words.pop(0)
        if word.casefold() in {"-n", "/n"} and words and words[0].isdecimal():
            count = int(words.pop(0))
        else:
            address = word
    there = address in {"127.0.0.1", "localhost"} or at(world, host, address) is not None
    passed = int((world.now - datetime.fromisoformat(run.began)).total_seconds())
    told = int(run.state.get("told", 0))
    line = f"Reply from {address}: bytes=32 time<1ms TTL=128" if there else "Request timed out."
    out = (line,) * (min(passed, count) - told)
    if passed >= count:
        return world, Ended(exit_code=0 if there else 1, out=out)
    pause = min(10, count - passed)
    return world, Paused(until=world.now + timedelta(seconds=pause), state={"told": min(passed, count)}, out=out)
