"""One thread that does one thing at a time for a caller who never waits longer than agreed.

It decides only about waiting: what the work was, and what its end means, is the caller's business.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class DeadlineError(Exception):
    """The work had not ended when the time was over; it may still be going on."""


class Worker:
    """Runs work in its own thread; in silence of `every` seconds it runs `idle`, never beside other work.

    The thread is a daemon: a worker that hangs for ever is left behind, it holds nothing up.
    """

    def __init__(self, name: str, *, idle: Callable[[], None], every: float) -> None:
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._idle = idle
        self._every = every
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], T], *, until: float) -> T:
        """The result of the work; `until` is a moment of `time.monotonic`.

        Raises:
            DeadlineError: the moment came first.
            Exception: whatever the work raises.
        """
        future: Future[T] = Future()
        self._queue.put((future, work))
        try:
            return future.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            if not future.done():
                raise DeadlineError from None
            raise

    def run_later(self, work: Callable[[], object]) -> None:
        """Queues work that nobody waits for; what it raises is kept by nobody."""
        self._queue.put((Future(), work))

    def stop(self, wait: float = 0.0) -> None:
        """Lets the thread end after what it is doing; waits at most `wait` seconds for that."""
        self._queue.put(None)
        if wait > 0 and self._thread is not threading.current_thread():
            self._thread.join(wait)

    @property
    def alive(self) -> bool:
        """Whether the thread has not ended."""
        return self._thread.is_alive()

    def _loop(self) -> None:
        while True:
            try:
                job = self._queue.get(timeout=self._every)
            except Empty:
                self._idle()
                continue
            if job is None:
                return
            future, work = job
            try:
                future.set_result(work())
            except BaseException as problem:  # noqa: BLE001 - handed to the caller, who is another thread
                future.set_exception(problem)
            del job, future, work
