"""A held PowerShell process whose agent answers calls: what its line does alike over WinRS and over SSH.

It decides when a line is dead and what a call's reply is; how input and output travel is the business of each way.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from zdm_automate import errors as e
from zdm_automate.transport.agent import PRELUDE_ID, Replies, call_text, reply_of
from zdm_automate.transport.held import Lost
from zdm_automate.transport.watchdog import Worker

if TYPE_CHECKING:
    from zdm_automate.transport.base import Arguments, Reply
    from zdm_automate.transport.held import Limits


class AgentLine:
    """One process on one connection, with its thread. All but `abandon` runs in that thread."""

    def __init__(self, name: str, prelude: str, limits: Limits) -> None:
        self.limits = limits
        self.sent = False
        self.dead = False
        self.calls = 0
        self._taken = False
        self._prelude = prelude
        self._replies = Replies()
        self.worker = Worker(name, idle=self._touch, every=limits.touch_seconds)

    @property
    def requests(self) -> int:
        """WSMan requests so far; none where the way has no requests."""
        return 0

    @property
    def spent(self) -> bool:
        """Whether the next call needs another line."""
        return self.dead or self.calls >= self.limits.pipelines

    def open(self) -> Reply:
        """Connects, starts the process and gives the agent its text; then the prelude is its first call."""
        self.sent = self._taken = False
        try:
            self._start()
        except Exception as problem:  # noqa: BLE001 - everything a library raises here is a failure of the way
            self._lost(problem)
        return self._invoke(PRELUDE_ID, self._prelude, {})

    def invoke(self, script: str, arguments: Arguments) -> Reply:
        """One call."""
        self.calls += 1
        return self._invoke(str(self.calls), script, arguments)

    def _invoke(self, identity: str, script: str, arguments: Arguments) -> Reply:
        self.sent = self._taken = False
        before, started = self.requests, time.monotonic()
        most, last = call_text(identity, script, arguments)
        try:
            xml = self._answer(identity, most, last)
        except e.ZdmError:
            self.dead = True
            raise
        except Exception as problem:  # noqa: BLE001 - as above
            self._lost(problem)
        noise, self._replies.other = tuple(self._replies.other), []
        seconds = time.monotonic() - started
        return reply_of(xml, seconds=seconds, requests=self.requests - before, noise=noise)

    def _touch(self) -> None:
        """An empty line, which the agent passes over: both ends see that somebody is there."""
        if self.dead:
            return
        try:
            self._blank()
        except Exception:  # noqa: BLE001 - a thread of its own: the next call finds the line dead and opens another
            self.dead = True

    def _lost(self, problem: Exception) -> NoReturn:
        self.dead = True
        if isinstance(problem, Lost):
            raise problem
        raise self._verdict(problem) from problem

    # --- what each way does in its own manner ---

    def _start(self) -> None:
        """Connects, starts the process and sends the agent's text."""
        raise NotImplementedError

    def _answer(self, identity: str, most: str, last: str) -> str:
        """Sends a call, what makes the agent begin with the last of it, and waits for its reply."""
        raise NotImplementedError

    def _blank(self) -> None:
        """Sends an empty line to a process that runs."""
        raise NotImplementedError

    def _verdict(self, problem: Exception) -> Lost:
        """What a failure of the library means."""
        raise NotImplementedError
