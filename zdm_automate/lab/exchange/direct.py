"""An Exchange endpoint of a lab's world without sockets, for tests and rehearsals by the hundred.

It plays the wire as far as a caller can tell; faults are the business of `around`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zdm_automate.lab.direct import record, taken
from zdm_automate.lab.exchange.engine import perform_pipeline
from zdm_automate.lab.keeper import Keeper
from zdm_automate.transport.base import Arguments, Reply, Target

Pipeline = Sequence[tuple[str, Arguments]]
Around = Callable[[str, Pipeline, Callable[[], Reply]], Reply]
"""Stands around every pipeline: takes host, pipeline and the call itself; may raise before or after it, or not make it."""


def _calmly(_host: str, _pipeline: Pipeline, call: Callable[[], Reply]) -> Reply:
    return call()


@dataclass(slots=True)
class DirectExchange:
    """See `CommandTransport`. The keeper's world answers."""

    target: Target
    keeper: Keeper
    around: Around = _calmly
    name: str = "direct"
    requests: int = 0
    auth_used: str = ""

    def open(self, timeout: float = 60.0) -> Reply:
        """See `CommandTransport.open`; `timeout` is not used."""
        del timeout
        self.auth_used = "direct"
        return Reply()

    def commands(self, pipeline: Pipeline, *, timeout: float, repeatable: bool) -> Reply:
        """See `CommandTransport.commands`."""
        del timeout, repeatable
        return self.around(self.target.host, pipeline, lambda: self._perform(pipeline))

    def close(self) -> None:
        """Forgets the mechanism used."""
        self.auth_used = ""

    def _perform(self, pipeline: Pipeline) -> Reply:
        self.requests += 2
        rows, warnings, error = perform_pipeline(self.keeper, self.target.host, pipeline)
        errors = () if error is None else (record(error),)
        return Reply(
            output=tuple(taken(row) for row in rows),
            errors=errors,
            warnings=tuple(warnings),
            had_errors=bool(errors),
            requests=2,
        )
