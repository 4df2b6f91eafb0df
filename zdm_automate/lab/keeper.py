"""The one holder of the running lab's world: every look and every change goes through its lock, at the world's own time.

It carries the world to the present before each call and keeps what the call left; what a call means is the twins' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from zdm_automate.lab.perform import perform
from zdm_automate.lab.world.advance import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from zdm_automate.lab.clock import WorldClock
    from zdm_automate.lab.office import Pace
    from zdm_automate.lab.perform import Outcome
    from zdm_automate.lab.world.model import World
    from zdm_automate.scripts import Verb

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A line of the lab's call log: who asked which host for what, and what was used there; `rows` where they were counted."""

    at: str
    host: str
    user: str
    verb: str
    kind: str
    used: tuple[str, ...]
    rows: int | None
    error_id: str = ""


class Keeper:
    """Holds the world.

    `save` is called with the world after everything that changed more than the time; `log` with one record per call.
    """

    def __init__(
        self,
        world: World,
        clock: WorldClock,
        pace: Pace,
        *,
        save: Callable[[World], None] = lambda _world: None,
        log: Callable[[CallRecord], None] = lambda _record: None,
    ) -> None:
        self._world = world
        self._clock = clock
        self._pace = pace
        self._save = save
        self._log = log
        self._lock = RLock()

    def now(self) -> datetime:
        """The world's time."""
        return self._clock.now()

    @property
    def world(self) -> World:
        """The world, carried to the present."""
        with self._lock:
            self._world = advance(self._world, max(self._clock.now(), self._world.now))
            return self._world

    def perform(self, host: str, verb: Verb | Literal["prelude"], arguments: Mapping[str, Any], *, user: str = "") -> Outcome:
        """Runs a verb on a host at the present moment; an applier takes the office's nominal time."""
        with self._lock:
            outcome = perform(self.world, host, verb, arguments)
            kind = verb if isinstance(verb, str) else verb.kind
            self._world = outcome.world
            self.worked(
                CallRecord(
                    at=outcome.world.now.isoformat(timespec="seconds"),
                    host=host,
                    user=user,
                    verb=verb if isinstance(verb, str) else verb.name,
                    kind=kind,
                    used=outcome.used,
                    rows=len(outcome.rows),
                    error_id=outcome.error.error_id if outcome.error else "",
                )
            )
            return outcome

    def worked(self, record: CallRecord) -> None:
        """A call has ended: its nominal time passes, an applier's world is saved, and the log has a line."""
        with self._lock:
            seconds = self._pace.applier if record.kind == "applier" else self._pace.reader
            if seconds:
                self._clock.carry(seconds)
            if record.kind == "applier":
                self._save(self.world)
            self._log(record)

    def with_world(self, act: Callable[[World], tuple[World, T]]) -> T:
        """Lets something else look at the present world and leave a new one, such as a name resolution with its caches."""
        with self._lock:
            world, result = act(self.world)
            self._world = world
            return result

    def carry(self, seconds: float) -> datetime:
        """Carries the world forward.

        Raises:
            ValueError: negative seconds.
        """
        with self._lock:
            self._clock.carry(seconds)
            self._save(self.world)
            return self._world.now

    def save(self) -> None:
        """Saves the world as it is now."""
        with self._lock:
            self._save(self.world)
