"""One process of PowerShell: its pipes, its end, its memory. It ends with its shell and cannot outlive the lab.

It ends by itself when its input ends, which a killed lab brings about too; the kernel ends it when it does not (leash),
and a note in the lab's folder lets the next lab end what even that has missed (roster). What it says is not looked at here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.pwsh import leash
from zdm_automate.lab.pwsh.roster import PROC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import IO

GRACE: Final = 2.0
"""Seconds that a process has to end by itself once its input has ended."""

KB: Final = 1024


class Process:
    """A running process; `ended` is called once, from a thread of its own, when it has gone.

    Attributes:
        pid: its number; it is the first of its own process group.
        ticket: who it is to the bridge.
    """

    def __init__(self, popen: subprocess.Popen[bytes], ticket: str, ended: Callable[[Process], None]) -> None:
        self.pid = popen.pid
        self.ticket = ticket
        self._popen = popen
        self._ended = ended
        self._write = Lock()
        self._reap = Lock()
        self._reaped = False
        self._read = Event()
        self._read.set()
        self._ending = Event()
        self._gone = Event()
        Thread(target=self._watch, name=f"lab-pwsh-{self.pid}", daemon=True).start()

    @contextmanager
    def reading(self) -> Iterator[tuple[IO[bytes], IO[bytes] | None]]:
        """Its standard output, and its error output where that was asked for, to be read to the end.

        What is done within is done before `ended` is called.
        """
        self._read.clear()
        assert self._popen.stdout is not None  # noqa: S101 - `start` asked for the pipe
        try:
            yield self._popen.stdout, self._popen.stderr
        finally:
            self._read.set()

    @property
    def alive(self) -> bool:
        """Whether it runs and has not been told to end."""
        return not (self._gone.is_set() or self._ending.is_set())

    @property
    def memory(self) -> int:
        """Bytes of memory that it holds; 0 where the system does not say or it has gone."""
        with suppress(OSError):
            for line in (PROC / str(self.pid) / "status").read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * KB
        return 0

    def write(self, data: bytes) -> None:
        """Writes to its input.

        Raises:
            OSError: it no longer reads.
        """
        with self._write:
            assert self._popen.stdin is not None  # noqa: S101 - `start` asked for the pipe
            if self._popen.stdin.closed:
                raise BrokenPipeError("the input has been closed")
            self._popen.stdin.write(data)
            self._popen.stdin.flush()

    def end_input(self) -> None:
        """Closes its input."""
        if self._write.acquire(timeout=GRACE):
            try:
                if self._popen.stdin is not None:
                    with suppress(OSError):
                        self._popen.stdin.close()
            finally:
                self._write.release()

    def end(self) -> None:
        """Has it end: by the end of its input, or killed where that does not do it. Returns at once."""
        if not self._ending.is_set():
            self._ending.set()
            Thread(target=self._finish, name=f"lab-pwsh-end-{self.pid}", daemon=True).start()

    def kill(self) -> None:
        """Ends it and what it has started, at once."""
        with self._reap:
            if not self._reaped:
                self._kill_group()

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code once it has gone; None where it has not in so many seconds."""
        return self._popen.returncode if self._gone.wait(seconds) else None

    def _finish(self) -> None:
        self.end_input()
        if not self._gone.wait(GRACE):
            self.kill()

    def _watch(self) -> None:
        if hasattr(os, "waitid"):  # look without taking: until it is taken its number belongs to nobody else
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            with self._reap:
                self._kill_group()
                self._popen.wait()
                self._reaped = True
        else:
            self._popen.wait()
            self._reaped = True
        read = self._read.wait(GRACE)
        self.end_input()
        for stream in (self._popen.stdout, self._popen.stderr):
            if stream is not None and read:  # a reader that still waits holds it
                stream.close()
        try:
            self._ended(self)
        finally:
            self._gone.set()

    def _kill_group(self) -> None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of the dead
                os.killpg(self.pid, signal.SIGKILL)
        else:
            self._popen.kill()


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    ticket: str,
    ended: Callable[[Process], None],
    errors: int | IO[bytes] = subprocess.PIPE,
) -> Process:
    """Starts a program with pipes, in a process group of its own, on the leash where the system has one.

    The kernel watches the thread that calls, not its process: call it from one that lives as long as the lab.

    Raises:
        OSError: it cannot be started.
    """
    on_leash = [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *command]
    popen = subprocess.Popen(  # noqa: S603 - the program that the user named, arguments as a list
        on_leash if sys.platform == "linux" else list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=dict(environment),
        start_new_session=True,
    )
    return Process(popen, ticket, ended)
