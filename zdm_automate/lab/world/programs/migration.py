"""scanstate, loadstate and usmtutils as programs of a job: who else works on the PC, and how much gets through the network."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world.programs import Ended, Paused, program
from zdm_automate.lab.world.usmt.load import load
from zdm_automate.lab.world.usmt.scan import scan
from zdm_automate.lab.world.usmt.session import End, Pause, Session, place_of
from zdm_automate.lab.world.usmt.verify import utilities

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.model import World
    from zdm_automate.lab.world.running import Run

MIGRATIONS = ("scanstate", "loadstate")
CHECKED_PER_SECOND = 150 * 1024**2
"""Bytes of a store that usmtutils goes through in a second."""
WORK = r"C:\Windows"


@program("scanstate")
def scanstate(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """Captures the users of the PC."""
    return _migration(scan, "scanstate", world, host, run)


@program("loadstate")
def loadstate(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """Restores users on the PC."""
    return _migration(load, "loadstate", world, host, run)


@program("usmtutils")
def usmtutils(world: World, host: str, run: Run) -> tuple[World, Paused | Ended]:
    """Goes through a store, which takes the longer the larger it is, then says how it is."""
    if not run.state:
        size = _size(world, host, run)
        return world, Paused(until=world.now + timedelta(seconds=3 + size / CHECKED_PER_SECOND), state={"phase": "checking"})
    world, end = utilities(world, host, run.argv)
    return world, Ended(exit_code=end.code, out=end.out)


def _migration(
    step: Callable[[Session, str, dict[str, Any], int, float], Pause | End], name: str, world: World, host: str, run: Run
) -> tuple[World, Paused | Ended]:
    session = Session(
        world=world,
        host_name=host,
        name=name,
        argv=run.argv,
        work=WORK,
        user=run.user,
        began=datetime.fromisoformat(run.began),
    )
    others = sum(_is_migration(one) and one.pid != run.pid for one in world.runs.get(host, ()))
    made = step(session, run.program, dict(run.state), others, rate(world, host))
    if isinstance(made, End):
        return session.world, Ended(exit_code=made.code, out=made.out)
    return session.world, Paused(until=world.now + timedelta(seconds=made.seconds), state=made.state, out=made.out)


def rate(world: World, host: str) -> float:
    """Bytes a second that a migration on this PC gets: its own most, or its share of the segment that it hangs on."""
    states = world.user_states
    segment = states.desk(host).segment
    beside = sum(
        _is_migration(one) for name, runs in world.runs.items() for one in runs if states.desk(name).segment == segment
    )
    return min(states.bytes_per_second, states.segment_bytes_per_second / max(beside, 1))


def _is_migration(run: Run) -> bool:
    return run.program.rpartition("\\")[2].casefold().removesuffix(".exe") in MIGRATIONS and run.phase == "program"


def _size(world: World, host: str, run: Run) -> int:
    image = next((word for word in run.argv if not word.startswith("/")), "")
    place = place_of(world, host, image.rpartition("\\")[0].rpartition("\\")[0]) if image.count("\\") > 1 else None
    store = world.user_states.store(place.host, place.path) if place is not None else None
    return store.size if store is not None else 0
