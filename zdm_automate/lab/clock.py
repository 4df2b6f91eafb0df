"""The lab's time: flows with real time at the office's rate, and can be carried forward. It never goes back."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class WorldClock:
    """World time: starts at a moment, `rate` world seconds per real second, plus what it was carried forward."""

    def __init__(self, start: datetime, *, rate: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._rate = rate
        self._monotonic = monotonic
        self._since = monotonic()
        self._lock = Lock()

    def now(self) -> datetime:
        """The world's present moment, UTC."""
        with self._lock:
            return self._start + timedelta(seconds=(self._monotonic() - self._since) * self._rate)

    def carry(self, seconds: float) -> datetime:
        """Carries the time forward and gives the new moment.

        Raises:
            ValueError: negative seconds.
        """
        if seconds < 0:
            raise ValueError("the lab's clock does not go back")
        with self._lock:
            self._start += timedelta(seconds=seconds)
        return self.now()
