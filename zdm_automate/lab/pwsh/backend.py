"""A shell as a process of PowerShell that speaks PSRP: fragments pass through unchanged, here is only their traffic.

It keeps the order of fragments, sees where a pipeline ends, and tells the end of the process; what is in a message is between
client and process. The order of what comes is the process's own.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from zdm_automate.lab.endpoint.backend import BackendGoneError
from zdm_automate.lab.endpoint.outbox import Outbox
from zdm_automate.lab.pwsh import frames
from zdm_automate.lab.pwsh.fragments import EndWatch, speak_old

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.backend import Taken
    from zdm_automate.lab.pwsh.process import Process
    from zdm_automate.lab.pwsh.seam import Bridge

ACK_SECONDS: Final = 30.0
"""How long the process may take to acknowledge a line; the first one opens the runspaces, start-up included."""

STOP_SECONDS: Final = 10.0
"""How long a pipeline may take to stop before its process is given up."""

log = logging.getLogger(__name__)


class _Command:
    """One command, or the shell: what its line waits for."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.begun = Event()
        self.taken = Event()
        self.taken.set()
        self.stopped = Event()
        self.watch = EndWatch()
        self.over = False


class PwshBackend:
    """See `ShellBackend`. `old` makes the process say that it speaks the protocol of PowerShell 2.0, as its host would."""

    def __init__(self, process: Process, bridge: Bridge, *, old: bool = False) -> None:
        self._process = process
        self._bridge = bridge
        self._old = old
        self._outbox = Outbox()
        self._commands: dict[str | None, _Command] = {None: _Command()}
        self._lock = Lock()
        self._gone = False
        Thread(target=self._read, name=f"lab-pwsh-read-{process.pid}", daemon=True).start()

    @property
    def alive(self) -> bool:
        """See `Backend.alive`."""
        return self._process.alive and not self._gone

    # --- in ---

    def push(self, command: str | None, data: bytes) -> None:
        """See `ShellBackend.push`."""
        with self._lock:
            known = self._commands.get(command)
            if known is None:
                known = self._commands[command] = _Command()
                self._outbox.open(command or "")
        with known.turn:
            if command is not None and not known.begun.is_set():
                self._say(frames.element("Command", command))
                self._await(known.begun)
            self._await(known.taken)
            known.taken.clear()
            self._say(frames.data(command, data))

    def _say(self, line: bytes) -> None:
        try:
            self._process.write(line)
        except OSError as problem:
            raise BackendGoneError from problem

    def _await(self, told: Event) -> None:
        if not told.wait(ACK_SECONDS):
            raise TimeoutError("the process does not acknowledge what it is sent")
        if self._gone:
            raise BackendGoneError

    # --- out ---

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `Backend.take`."""
        return self._outbox.take(command, limit, seconds)

    def _read(self) -> None:
        try:
            with self._process.reading() as (output, _):
                for line in output:
                    frame = frames.read(line)
                    if frame is None:
                        log.warning("process %d says what is no frame: %.200r", self._process.pid, line)
                    else:
                        self._hear(frame)
        except Exception:  # whatever it is, the client must hear of it and not wait
            log.exception("what process %d says cannot be followed", self._process.pid)
        self._lose()

    def _hear(self, frame: frames.Frame) -> None:
        with self._lock:
            known = self._commands.get(frame.command)
        match frame.kind:
            case "Data" if known is not None:
                self._bring(frame, known)
            case "CommandAck" if known is not None:
                known.begun.set()
            case "DataAck" if known is not None:
                known.taken.set()
            case "SignalAck" if known is not None:
                known.stopped.set()

    def _bring(self, frame: frames.Frame, known: _Command) -> None:
        data = frame.data
        if frame.command is None:
            if self._old:
                data = speak_old(data)
            self._outbox.put(None, data)
            return
        if known.watch.feed(data):
            self._over(frame.command, known, data)
        else:
            self._outbox.put(frame.command, data)

    def _over(self, command: str, known: _Command, last: bytes = b"") -> None:
        """A pipeline has ended: the world hears of it, then the client; the process may forget it."""
        with self._lock:
            first, known.over = not known.over, True
        if first:
            self._bridge.worked(self._process.ticket)
            with suppress(BackendGoneError):
                self._say(frames.element("Close", command))
        with self._outbox.changed:
            if last:
                self._outbox.put(command, last)
            self._outbox.end(command)

    def _lose(self) -> None:
        """The process says nothing more: whoever waits for it is told."""
        self._gone = True
        self._outbox.lose()
        with self._lock:
            waiting = list(self._commands.values())
        for one in waiting:
            for told in (one.begun, one.taken, one.stopped):
                told.set()
        self._process.end()

    # --- the end ---

    def stop(self, command: str) -> None:
        """See `Backend.stop`."""
        with self._lock:
            known = self._commands.get(command)
        if known is None or self._outbox.ended(command):
            return
        self._say(frames.element("Signal", command))
        if not known.stopped.wait(STOP_SECONDS):
            log.warning("process %d does not stop a pipeline and is ended", self._process.pid)
            self._process.kill()
            raise BackendGoneError
        if self._gone:
            raise BackendGoneError
        self._over(command, known)

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self.stop(command)
        with self._lock:
            self._commands.pop(command, None)
        self._outbox.forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        self._process.end()
        self._outbox.close()
