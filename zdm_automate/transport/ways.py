"""Several ways to one host, tried in order: the next one where the host says that it does not have the one before.

A host that is away, or refuses the account, is not asked again another way: that would only repeat the refusal.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError, UnreachableError, ZdmError
from zdm_automate.transport import fault_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zdm_automate.transport.base import Arguments, Reply, Target, Transport

    MakeTransport = Callable[[], Transport]

MISSING: Final = frozenset(str(code) for code in fault_table.NO_CONFIGURATION)
"""Error ids with which a host says that it has no such endpoint, though WinRM answers."""


class WaysTransport:
    """See `Transport`: is the first of its ways that opened."""

    def __init__(self, target: Target, ways: Sequence[tuple[str, MakeTransport]]) -> None:
        self._target = target
        self._ways = tuple(ways)
        self._chosen: Transport | None = None
        self._spent = 0
        self.why = ""

    @property
    def target(self) -> Target:
        """Where it leads."""
        return self._target

    @property
    def name(self) -> str:
        """The way taken; the first one before `open`."""
        return self._chosen.name if self._chosen is not None else self._ways[0][0]

    @property
    def requests(self) -> int:
        """Requests sent so far, on all ways."""
        return self._spent + (self._chosen.requests if self._chosen is not None else 0)

    @property
    def auth_used(self) -> str:
        """The mechanism that was really used; empty before `open`."""
        return self._chosen.auth_used if self._chosen is not None else ""

    def open(self, timeout: float = 60.0) -> Reply:
        """See `Transport.open`; `why` says afterwards why a way was passed over."""
        if self._chosen is not None:
            return self._chosen.open(timeout)
        until = time.monotonic() + timeout
        passed: list[str] = []
        last = len(self._ways) - 1
        for number, (name, make) in enumerate(self._ways):
            transport = make()
            try:
                reply = transport.open(max(1.0, until - time.monotonic()))
            except ZdmError as problem:
                self._spent += transport.requests
                transport.close()
                if number == last or not _missing(problem):
                    raise
                passed.append(f"{name}: {problem.message}")
                continue
            self._chosen = transport
            self.why = "; ".join(passed)
            return reply
        raise InputError(f"{self._target.host} has no way to be reached.")

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        if self._chosen is None:
            self.open(timeout)
        assert self._chosen is not None  # noqa: S101 - open sets it or raises
        return self._chosen.call(text, arguments, timeout=timeout, repeatable=repeatable)

    def close(self) -> None:
        """Closes what is held; never raises for a host that is gone."""
        if self._chosen is not None:
            self._chosen.close()


def _missing(problem: ZdmError) -> bool:
    return isinstance(problem, UnreachableError) and problem.error_id in MISSING
