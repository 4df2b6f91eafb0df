"""Faults on demand: a queue of what goes wrong next, asked by the HTTP server and by the SOAP layer. It decides no policy."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KINDS = ("drop-before", "drop-after", "delay", "401", "500", "http", "quota", "slow-stream", "wsman")
SOAP_KINDS = frozenset({"quota", "wsman"})
CODED = ("http", "wsman")
MOST_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: `drop-before` hangs up before the call is carried out, `drop-after` after it; `delay` answers late; `401` and
            `500` are HTTP statuses, `http` the one in `code`; `quota` is WinRM's fault for a full quota, `wsman` the fault
            of `code` and `text`; `slow-stream` sends the answer in pieces.
        action: last part of the WSMan action it waits for (`Command`); empty for any request.
        count: how many requests it hits.
        seconds: how late, or how long the stream takes.
        skip: how many requests of that action pass before.
        code, text: of the fault or the HTTP status.
    """

    kind: str
    action: str = ""
    count: int = 1
    seconds: float = 0.0
    skip: int = 0
    code: int = 0
    text: str = ""


class Faults:
    """The queue of one host; while `dead` is true it hangs up on everybody."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic, dead: Callable[[], bool] = lambda: False) -> None:
        self._dead = dead
        self._waiting: list[Fault] = []
        self._lock = Lock()
        self._monotonic = monotonic
        self._deaf_until = 0.0

    def clear(self) -> None:
        """Forgets all that is queued, and listens again."""
        with self._lock:
            self._waiting.clear()
            self._deaf_until = 0.0

    def deafen(self, seconds: float) -> None:
        """Hangs up on everybody for so long, as a host does that restarts.

        Raises:
            ValueError: a senseless time.
        """
        if not 0 <= seconds < MOST_SECONDS:
            raise ValueError(f"a host is away for less than {MOST_SECONDS} seconds")
        with self._lock:
            self._deaf_until = self._monotonic() + seconds

    def add(self, fault: Fault) -> None:
        """Queues a fault.

        Raises:
            ValueError: no such kind, or a senseless count or time.
        """
        if fault.kind not in KINDS:
            raise ValueError(f"there is no fault {fault.kind!r}; there are: {', '.join(KINDS)}")
        if fault.count < 1 or fault.skip < 0 or not 0 <= fault.seconds < MOST_SECONDS:
            raise ValueError(f"a fault hits at least one request and takes less than {MOST_SECONDS} seconds")
        if (fault.kind in CODED) != bool(fault.code):
            raise ValueError(f"a code goes with: {', '.join(CODED)}")
        with self._lock:
            self._waiting.append(fault)

    def take(self, action: str, *, soap: bool = False) -> Fault | None:
        """The fault that hits this request, used up by it; None for none. `soap` asks for those of the SOAP layer."""
        if not soap and self._dead():
            return Fault(kind="drop-before")
        with self._lock:
            if not soap and self._monotonic() < self._deaf_until:
                return Fault(kind="drop-before")
            for number, fault in enumerate(self._waiting):
                if (fault.kind in SOAP_KINDS) == soap and fault.action.casefold() in {"", action.casefold()}:
                    if fault.skip:
                        self._waiting[number] = replace(fault, skip=fault.skip - 1)
                        continue
                    if fault.count > 1:
                        self._waiting[number] = replace(fault, count=fault.count - 1)
                    else:
                        del self._waiting[number]
                    return fault
        return None


def drawn(seed: int, hosts: Sequence[str], count: int) -> list[tuple[str, Fault]]:
    """Faults by chance, the same for the same seed: which host, what, at which of its next requests."""
    chance = Random(seed)  # noqa: S311 - repeatable, not secret
    return [
        (
            chance.choice(hosts),
            Fault(
                kind=chance.choice(KINDS),
                action=chance.choice(("", "Command", "Receive")),
                seconds=round(chance.uniform(0, 1), 2),
                skip=chance.randrange(40),
            ),
        )
        for _ in range(count)
    ]
