"""What waits to be received from a shell: by command, in order, batched as a Receive takes it.

What the bytes are, it never looks at.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from zdm_automate.lab.endpoint.backend import BackendGoneError, Taken

TOGETHER: Final = 0.25
"""Seconds that a Receive waits for the end of a command once it has output, so that both travel in one answer."""

STDOUT: Final = "stdout"


@dataclass(slots=True)
class _Queue:
    waiting: deque[tuple[str, bytes]] = field(default_factory=deque)
    size: int = 0
    ended: bool = False
    exit_code: int | None = None


class Outbox:
    """The queues of one shell; None is the shell's own.

    `together` is how long a Receive waits for the end of a command that has output; 0 for one that answers and goes on.

    Attributes:
        changed: held while a queue changes; reentrant, so that a shell's own state can live under it too.
    """

    def __init__(self, together: float = TOGETHER) -> None:
        self._together = together
        self.changed = Condition()
        self._queues: dict[str | None, _Queue] = {None: _Queue()}
        self._closed = False
        self._gone = False

    def open(self, command: str) -> None:
        """Begins a command's queue."""
        with self.changed:
            self._queues.setdefault(command, _Queue())

    def has(self, command: str | None) -> bool:
        """Whether there is such a queue."""
        with self.changed:
            return command in self._queues

    def ended(self, command: str) -> bool:
        """Whether a command has ended, or is not known."""
        with self.changed:
            queue = self._queues.get(command)
            return queue is None or queue.ended

    def put(self, command: str | None, data: bytes, stream: str = STDOUT) -> None:
        """Adds a piece; what comes for a command that is forgotten falls away."""
        with self.changed:
            queue = self._queues.get(command)
            if queue is not None:
                queue.waiting.append((stream, data))
                queue.size += len(data)
                self.changed.notify_all()

    def end(self, command: str, exit_code: int | None = None) -> None:
        """Says that a command has ended: nothing more comes of it."""
        with self.changed:
            queue = self._queues.get(command)
            if queue is not None and not queue.ended:
                queue.ended, queue.exit_code = True, exit_code
                self.changed.notify_all()

    def forget(self, command: str) -> None:
        """Drops what is left of a command."""
        with self.changed:
            self._queues.pop(command, None)
            self.changed.notify_all()

    def close(self) -> None:
        """Lets every Receive that waits go on."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def lose(self) -> None:
        """What stood behind the shell has gone: whatever waits for more fails."""
        with self.changed:
            self._gone = True
            self.changed.notify_all()

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `ShellBackend.take`."""
        with self.changed:
            queue = self._queues.get(command)
            if queue is None:
                return Taken((), ended=True)

            def over() -> bool:
                return queue.ended or self._closed or self._gone

            end = time.monotonic() + seconds
            self.changed.wait_for(lambda: bool(queue.waiting) or over(), timeout=max(0.0, seconds))
            if command is not None and queue.waiting and not queue.ended:
                left = max(0.0, end - time.monotonic())
                self.changed.wait_for(lambda: over() or queue.size >= limit, timeout=min(self._together, left))
            if self._gone and not queue.ended:
                raise BackendGoneError
            if not queue.waiting and not queue.ended:
                return None
            taken: list[tuple[str, bytes]] = []
            size = 0
            while queue.waiting and (not taken or size + len(queue.waiting[0][1]) <= limit):
                taken.append(queue.waiting.popleft())
                size += len(taken[-1][1])
            queue.size -= size
            ended = queue.ended and not queue.waiting
            return Taken(tuple(taken), ended=ended, exit_code=queue.exit_code if ended else None)
