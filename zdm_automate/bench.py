"""What a run works with, as small protocols: hosts to read and change, the journal, the verbs. It does nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from zdm_automate.model import Change

if TYPE_CHECKING:
    from zdm_automate.model import ChangeRecord


class Worker(Protocol):
    """A host that can be read and changed."""

    def read(self, verb: str, /, **params: Any) -> Any:
        """Calls a reader."""

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        """Calls an applier."""

    def describe(self) -> Mapping[str, Any]:
        """Transport, authentication and versions of the session, for the journal."""


class Writer(Protocol):
    """The journal, as far as a run writes it."""

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> Any:
        """Appends a line; at a boundary it is on disk when the call returns."""


class Scripts(Protocol):
    """The library of verbs, as far as a run asks it."""

    def output_of(self, verb: str) -> str:
        """Schema name of the verb's result."""

    def sha256_of(self, verb: str) -> str:
        """Hash of what is sent for the verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that a run works with.

    Attributes:
        workers: hosts by role.
        hosts: host names by role.
        credentials: what stands for `{"$credential": role}` in parameters.
        stop: asked between changes; true ends the run at that boundary.
        admit: asked immediately before each change; raises where it may not be made.
        approver: who approved the plan, for the journal.
    """

    workers: Mapping[str, Worker]
    hosts: Mapping[str, str]
    scripts: Scripts
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    credentials: Mapping[str, Any] = field(default_factory=dict)
    stop: Callable[[], bool] = lambda: False
    admit: Callable[[Change], None] = lambda _change: None
    approver: str = ""
