"""Counts scripts on their way into a shell: reads what clients send, whatever runs behind it. It changes and keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.lab.pwsh.fragments import END, HEAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.endpoint.backend import ShellBackend, Taken

SCRIPT: Final = b'<B N="IsScript">true</B>'
"""How a pipeline says that a command of it is a script (MS-PSRP 2.2.3.12)."""


class ScriptWatch:
    """Watches the fragments of one pipeline's messages; a message may come in several fragments, a fragment in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._messages: dict[int, bytearray] = {}

    def feed(self, data: bytes) -> bool:
        """Whether a message with a script in it was completed by these bytes."""
        self._rest += data
        found = False
        while len(self._rest) >= HEAD.size:
            identity, _, flags, length = HEAD.unpack_from(self._rest)
            if len(self._rest) < HEAD.size + length:
                break
            blob, self._rest = self._rest[HEAD.size : HEAD.size + length], self._rest[HEAD.size + length :]
            message = self._messages.setdefault(identity, bytearray())
            message += blob
            if flags & END:
                found = SCRIPT in self._messages.pop(identity) or found
        return found


class Watched:
    """See `ShellBackend`: another one; `seen` is called for every message with a script in it."""

    def __init__(self, inside: ShellBackend, seen: Callable[[], None]) -> None:
        self._inside = inside
        self._seen = seen
        self._watches: dict[str | None, ScriptWatch] = {}

    @property
    def alive(self) -> bool:
        """See `Backend.alive`."""
        return self._inside.alive

    def push(self, command: str | None, data: bytes, *, prompt: bool = False) -> None:
        """See `ShellBackend.push`."""
        if self._watches.setdefault(command, ScriptWatch()).feed(data):
            self._seen()
        self._inside.push(command, data, prompt=prompt)

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `Backend.take`."""
        return self._inside.take(command, limit, seconds)

    def stop(self, command: str) -> None:
        """See `Backend.stop`."""
        self._inside.stop(command)

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self._watches.pop(command, None)
        self._inside.forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        self._inside.close()
