"""A host of a lab's world as a transport without sockets: what is sent is recognised by its hash and performed at once.

For tests and rehearsals by the hundred. It plays the wire as far as a caller can tell; faults are the business of `around`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.keeper import Keeper
from zdm_automate.scripts import PRELUDE, Library, Verb, known_scripts, sha256
from zdm_automate.secrets import Credential
from zdm_automate.transport.base import Arguments, ErrorRecord, Reply, Target

if TYPE_CHECKING:
    from zdm_automate.lab.world.refusal import Refusal

Around = Callable[[str, Verb, Callable[[], Reply]], Reply]
"""Stands around every call of a verb: takes host, verb and the call itself; may raise before or after it, or not make it."""


def _calmly(_host: str, _verb: Verb, call: Callable[[], Reply]) -> Reply:
    return call()


@dataclass(slots=True)
class DirectTransport:
    """See `Transport`. The keeper's world answers."""

    target: Target
    keeper: Keeper
    library: Library
    around: Around = _calmly
    name: str = "direct"
    requests: int = 0
    auth_used: str = ""
    _known: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = self._known or known_scripts(self.library)

    def open(self, timeout: float = 60.0) -> Reply:
        """See `Transport.open`; `timeout` is not used."""
        del timeout
        self.auth_used = "direct"
        return self._perform(PRELUDE, {})

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        del timeout, repeatable
        verb = self._known[sha256(text)]
        return self.around(self.target.host, verb, lambda: self._perform(verb, arguments))

    def close(self) -> None:
        """Forgets the mechanism used."""
        self.auth_used = ""

    def _perform(self, verb: Any, arguments: Arguments) -> Reply:
        self.requests += 2
        outcome = self.keeper.perform(self.target.host, verb, {name: _given(one) for name, one in arguments.items()})
        errors = (record(outcome.error),) if outcome.error is not None else ()
        return Reply(
            output=tuple(taken(row) for row in outcome.rows),
            errors=errors,
            warnings=outcome.warnings,
            verbose=outcome.verbose,
            had_errors=bool(errors),
            requests=2,
        )


def _given(value: Any) -> Any:
    return (value.username, value.password.reveal()) if isinstance(value, Credential) else value


def taken(value: Any) -> Any:
    """A value as it comes off the wire."""
    match value:
        case Mapping():
            return {str(name): taken(one) for name, one in value.items()}
        case list() | tuple():
            return [taken(one) for one in value]
        case datetime():
            return value.isoformat()
    return value


def record(refusal: Refusal) -> ErrorRecord:
    """A refusal as it comes off the wire."""
    return ErrorRecord(refusal.error_id, refusal.message, category=refusal.category, target=refusal.target)
