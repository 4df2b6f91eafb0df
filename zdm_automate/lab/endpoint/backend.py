"""What a shell is made of, seen from WS-Management: PSRP fragments in and out, by command. The protocol inside is its own."""

from __future__ import annotations

from typing import Protocol


class ShellBackend(Protocol):
    """One shell's inside. `command` is a command id in upper case, None for the shell itself."""

    def push(self, command: str | None, data: bytes) -> None:
        """Takes fragments of the shell or of a command; the first of a command begins it.

        Raises:
            ValueError: they are no PSRP fragments.
        """
        ...

    def take(self, command: str | None, limit: int, seconds: float) -> tuple[list[bytes], bool] | None:
        """Fragments that are to be sent, at most `limit` bytes, and whether the command has ended with them.

        Waits up to `seconds` for something; None when nothing came.
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
