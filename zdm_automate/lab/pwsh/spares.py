"""Processes that wait ready, for any host: opening a shell then costs no start of a process. A few, started behind the scenes.

A spare that ends unused is not replaced before the next one is asked for, so that a broken engine is not started over and over.
"""

from __future__ import annotations

import logging
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.pwsh.process import Process

READY: Final = 2
"""How many wait; each holds some 110 MB."""

PAUSE: Final = 0.5
"""Seconds between handing one out and starting the next, so that the one that goes to work has the processor."""

log = logging.getLogger(__name__)


class Spares:
    """Hands out processes. `begin` starts one; `prepare` starts one that will wait, and may take longer over it."""

    def __init__(
        self, begin: Callable[[], Process], prepare: Callable[[], Process], ready: int = READY, pause: float = PAUSE
    ) -> None:
        self._begin = begin
        self._prepare = prepare
        self._ready = ready
        self._pause = pause
        self._changed = Condition()
        self._waiting: list[Process] = []
        self._taken = 0
        self._failed_at = -1
        self._stopped = False
        self._thread = Thread(target=self._fill, name="lab-pwsh-spares", daemon=True)

    @property
    def waiting(self) -> list[Process]:
        """The processes that wait."""
        with self._changed:
            return [one for one in self._waiting if one.alive]

    def start(self) -> None:
        """Begins to fill up."""
        self._thread.start()

    def take(self) -> Process:
        """A process: one that waits, else a new one.

        Raises:
            OSError: none can be started.
        """
        with self._changed:
            found = None
            while self._waiting and found is None:
                oldest = self._waiting.pop(0)
                found = oldest if oldest.alive else None
            self._taken += 1
            self._changed.notify_all()
        return found if found is not None else self._begin()

    def stop(self) -> None:
        """Ends those that wait; hands out no more of them."""
        with self._changed:
            self._stopped = True
            waiting, self._waiting = self._waiting, []
            self._changed.notify_all()
        for one in waiting:
            one.end()
        if self._thread.ident is not None:
            self._thread.join()

    def _fill(self) -> None:
        while (seen := self._until_wanted()) is not None:
            try:
                made = self._prepare()
            except OSError as problem:
                log.warning("no spare process: %s", problem)
                with self._changed:
                    self._failed_at = seen
                continue
            with self._changed:
                late = self._stopped
                if not late:
                    self._waiting.append(made)
            if late:
                made.end()

    def _until_wanted(self) -> int | None:
        """Waits until one is wanted, and none has been handed out for a moment; gives how many had been. None at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopped or (len(self._waiting) < self._ready and self._failed_at != self._taken)
            )
            while self._taken and not self._stopped:
                seen = self._taken
                if not self._changed.wait_for(lambda: self._stopped or self._taken != seen, self._pause):  # noqa: B023
                    break
            return None if self._stopped else self._taken
