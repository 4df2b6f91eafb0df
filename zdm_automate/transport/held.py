"""What every held connection to a Windows host has in common: when it is opened anew, and whether a call may be made again.

It decides that and nothing else: how a call is made is the line's business, what it means the caller's.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from zdm_automate import errors as e
from zdm_automate.transport import fault_table
from zdm_automate.transport.watchdog import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.transport.base import Reply, Target
    from zdm_automate.transport.watchdog import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a held connection is trusted.

    Attributes:
        touch_seconds: silence after which the host is told that somebody is there: connections end at 120 s of silence.
        doubt_seconds: silence after which a pool is asked whether it is alive before a call (a suspended controller).
        pipelines: it is opened anew after this many calls; hosts count 1,000 commands that were never terminated.
        held_pipelines: on a host that counts 15 operations, how many finished pipelines may wait to be closed together.
        stop_seconds: how long after a deadline the host may take to hear that the call is over.
        close_seconds: how long closing may take.
    """

    touch_seconds: float = 40.0
    doubt_seconds: float = 60.0
    pipelines: int = 900
    held_pipelines: int = 10
    stop_seconds: float = 2.0
    close_seconds: float = 5.0


class Lost(Exception):  # noqa: N818 - a verdict on the way, never seen outside
    """The call ended without its reply; `started` is False where the host certainly did not take it."""

    def __init__(self, error: e.ZdmError, *, started: bool, gone: bool) -> None:
        super().__init__(error)
        self.error = error
        self.started = started
        self.gone = gone


class Line(Protocol):
    """One connection with its thread; `open` and every call run in that thread."""

    worker: Worker

    @property
    def sent(self) -> bool:
        """Whether the present call has gone out."""
        ...

    @property
    def spent(self) -> bool:
        """Whether the next call needs another line."""
        ...

    @property
    def requests(self) -> int:
        """WSMan requests so far."""
        ...

    @property
    def auth_used(self) -> str:
        """The mechanism that was really used."""
        ...

    def open(self) -> Reply:
        """Connects and runs the prelude."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...

    def abandon(self, *, tell: bool) -> None:
        """Gives it up under a call in progress; with `tell` waits a moment for the host to hear of it."""
        ...


L = TypeVar("L", bound=Line)


class HeldTransport(Generic[L]):
    """A line that is opened when it is needed and recycled when it is spent."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.auth_used = ""
        self._line: L | None = None
        self._spent = 0
        self._name = ""
        self._lock = threading.Lock()

    def _lines(self) -> Iterator[L]:
        """Lines to try, not yet open: the next one where an old host refuses the options of the one before."""
        raise NotImplementedError

    @property
    def requests(self) -> int:
        """WSMan requests sent so far."""
        return self._spent + (self._line.requests if self._line else 0)

    def open(self, timeout: float = 60.0) -> Reply:
        """See `Transport.open`."""
        with self._lock:
            self._drop()
            return self._open(time.monotonic() + timeout)

    def close(self) -> None:
        """Closes what is held; never raises for a host that is gone."""
        with self._lock:
            self._drop()

    def _run(self, invoke: Callable[[L], Reply], *, timeout: float, repeatable: bool) -> Reply:
        until = time.monotonic() + timeout
        with self._lock:
            again = True
            while True:
                line = self._ready(until)
                try:
                    return line.worker.run(partial(invoke, line), until=until)
                except DeadlineError:
                    self._abandon(line, tell=True)
                    raise self._late(timeout, unknown=line.sent and not repeatable) from None
                except Lost as lost:
                    self._drop()
                    may = repeatable if lost.started else lost.gone
                    if again and may and isinstance(lost.error, e.PoolLostError | e.QuotaError):
                        again = False
                        continue
                    if lost.started and not repeatable:
                        raise e.OutcomeUnknownError(
                            f"the connection was lost while a change was under way: {lost.error.message}",
                            hint="Read what is there; do not repeat the change blindly.",
                            host=self.target.host,
                            error_id=lost.error.error_id,
                        ) from lost.error
                    raise lost.error from lost.__cause__

    def _ready(self, until: float) -> L:
        if self._line is not None and self._line.spent:
            self._drop()
        if self._line is None:
            self._open(until)
        assert self._line is not None  # noqa: S101 - _open sets it or raises
        return self._line

    def _open(self, until: float) -> Reply:
        refused: Lost | None = None
        for line in self._lines():
            self._line = line
            try:
                reply = line.worker.run(line.open, until=until)
            except DeadlineError:
                self._abandon(line, tell=False)
                raise e.CallTimeoutError(
                    "the host did not open a session in time.", hint="Look at its load, and at WinRM.", host=self.target.host
                ) from None
            except Lost as lost:
                self._drop()
                refused = lost
                if lost.error.error_id in {str(code) for code in fault_table.OPTIONS_REFUSED}:
                    continue
                break
            self.auth_used = line.auth_used
            if reply.errors:
                self._drop()
                raise fault_table.verb_error(reply.errors[0], self.target.host)
            self._same_machine(reply)
            return replace(reply, requests=line.requests)
        assert refused is not None  # noqa: S101 - a loop that ends has been refused
        raise refused.error from refused.__cause__

    def _same_machine(self, reply: Reply) -> None:
        """A name can lead to another machine after a cut-over: what is opened again must be on the one it was on."""
        first = reply.output[0] if reply.output else None
        name = str(first.get("ComputerName", "")) if isinstance(first, dict) else ""
        if self._name and name and name.casefold() != self._name.casefold():
            self._drop()
            raise e.WrongHostError(
                f"{name} answers now where {self._name} did.", hint="Check the address of the host.", host=self.target.host
            )
        self._name = self._name or name

    def _late(self, timeout: float, *, unknown: bool) -> e.ZdmError:
        if unknown:
            return e.OutcomeUnknownError(
                f"a change had not ended after {timeout:g} s; whether it was made is not known.",
                hint="Read what is there; do not repeat the change blindly.",
                host=self.target.host,
            )
        return e.CallTimeoutError(
            f"the call had not ended after {timeout:g} s.", hint="Look at the host's load.", host=self.target.host
        )

    def _abandon(self, line: L, *, tell: bool) -> None:
        self._spent += line.requests
        self._line = None
        line.abandon(tell=tell)

    def _drop(self) -> None:
        if self._line is not None:
            line = self._line
            line.close()
            self._line = None
            self._spent += line.requests
