"""A PowerShell of this computer as a held program: started without a shell, ended with whoever holds it.

It knows no command of PowerShell; a program whose holder is gone finds the end of its input and ends by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zdm_automate import powershell

if TYPE_CHECKING:
    from collections.abc import Sequence

ALSO: Final = (
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMFILES",
    "PROGRAMDATA",
    "SYSTEMDRIVE",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""What a module that speaks with a service needs besides: where it is installed, which proxy leads out."""

NEW_GROUP: Final = 0x200
"""CREATE_NEW_PROCESS_GROUP of Windows."""


class LocalProgram:
    """See `Program`."""

    def __init__(self, arguments: Sequence[str]) -> None:
        more = {name: os.environ[name] for name in ALSO if name in os.environ}
        windows = sys.platform == "win32"
        # in a session of its own: an interrupt at the keyboard is for the holder, which ends its change first
        self._process = subprocess.Popen(  # noqa: S603 - the program that the user named, arguments as a list
            [powershell.find(), *arguments],
            env=powershell.surroundings(more, Path.home()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=not windows,
            creationflags=NEW_GROUP if windows else 0,
        )
        self._said = bytearray()
        self._lock = threading.Lock()
        self._listener = threading.Thread(target=self._listen, name=f"stderr-{self._process.pid}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def write(self, data: bytes) -> None:
        """See `Program.write`."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe
        view = memoryview(data)
        while view:
            view = view[self._process.stdin.write(view) or 0 :]

    def read(self) -> bytes:
        """See `Program.read`."""
        assert self._process.stdout is not None  # noqa: S101 - as above
        return self._process.stdout.read(65536) or b""

    def errors(self) -> bytes:
        """See `Program.errors`."""
        with self._lock:
            heard, self._said = bytes(self._said), bytearray()
        return heard

    def exit_code(self, seconds: float) -> int | None:
        """See `Program.exit_code`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self, seconds: float) -> None:
        """Closes its input, upon which it ends; what does not in so many seconds is ended."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self.exit_code(seconds) is None:
            self.kill()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Lets go of its streams; it must have ended."""
        self._listener.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - as above
        with suppress(OSError, ValueError):
            while piece := self._process.stderr.read(65536):
                with self._lock:
                    self._said += piece
