"""What a shell is made of, seen from WS-Management: bytes in and out, by command. The protocol inside is its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class BackendGoneError(Exception):
    """What stood behind a shell ended under a request that was at work: what the request did is not known."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one Receive brings.

    Attributes:
        pieces: stream (`stdout`, `stderr`) and bytes, in order.
        ended: the command has ended, and nothing is left of it.
        exit_code: of a command that has ended, where it has one.
    """

    pieces: tuple[tuple[str, bytes], ...]
    ended: bool
    exit_code: int | None = None


class Backend(Protocol):
    """One shell's inside. `command` is a command id in upper case, None for the shell itself."""

    @property
    def alive(self) -> bool:
        """Whether what stands behind the shell is still there; a shell of one that is not is gone too."""
        ...

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """What is to be sent, at most `limit` bytes, and whether the command has ended with it.

        Waits up to `seconds` for something; None when nothing came.

        Raises:
            BackendGoneError: what stood behind the shell ended meanwhile.
        """
        ...

    def stop(self, command: str) -> None:
        """Stops a command that runs."""
        ...

    def forget(self, command: str) -> None:
        """Drops what is left of a command."""
        ...

    def close(self) -> None:
        """Ends the shell and whatever runs in it."""
        ...


class ShellBackend(Backend, Protocol):
    """A shell of PowerShell remoting: PSRP fragments in and out."""

    def push(self, command: str | None, data: bytes) -> None:
        """Takes fragments of the shell or of a command; the first of a command begins it.

        Raises:
            ValueError: they are no PSRP fragments.
            TimeoutError: they were not taken in time.
            BackendGoneError: what stood behind the shell ended meanwhile.
        """
        ...
