"""What runs behind an endpoint: commands in, objects and records out. No protocol is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from threading import Event


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a pipeline: a script text or a cmdlet's name, with parameters by name (None for a position)."""

    text: str
    parameters: tuple[tuple[str | None, Any], ...]
    is_script: bool


@dataclass(frozen=True, slots=True)
class Invocation:
    """A pipeline as it was asked for.

    Attributes:
        user: who asks, as authenticated.
        configuration: last part of the resource URI (`Microsoft.PowerShell`).
    """

    commands: tuple[Command, ...]
    user: str
    configuration: str


class Emitter(Protocol):
    """Where an engine's objects and records go, as they come."""

    def output(self, value: Any) -> None:
        """An object: a dict becomes a PSCustomObject, or any plain value."""
        ...

    def error(self, error_id: str, message: str, *, category: str = "NotSpecified", target: str = "") -> None:
        """A record of the error stream that does not end the pipeline."""
        ...

    def warning(self, text: str) -> None:
        """A warning."""
        ...

    def verbose(self, text: str) -> None:
        """A verbose record."""
        ...

    def debug(self, text: str) -> None:
        """A debug record."""
        ...

    def information(self, text: str) -> None:
        """An information record."""
        ...

    def progress(self, activity: str, status: str, percent: int) -> None:
        """A progress record."""
        ...


class Engine(Protocol):
    """Runs pipelines, several at a time."""

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        """Runs one pipeline on one host; looks at `stopped` where it takes long.

        Raises:
            Refusal: the pipeline ends with a terminating error.
        """
        ...
