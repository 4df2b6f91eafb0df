"""A shell of WinRS in engine `pwsh`: each command is a process of PowerShell of its own, with the start-up of its host.

What a line means is decided elsewhere; here it runs, its input and outputs go over in the shell's code page, with Windows' ends
of lines. A program's exit code comes back as this system keeps it, which on Linux and macOS is its lowest eight bits.
"""

from __future__ import annotations

import codecs
import logging
from contextlib import suppress
from importlib.resources import files
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING, Final

from zdm_automate.lab.endpoint.outbox import STDOUT, Outbox
from zdm_automate.lab.endpoint.winrs import STDERR, ShellOptions
from zdm_automate.lab.pwsh.command_line import Native, PowerShell, Say, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zdm_automate.lab.endpoint.backend import Taken
    from zdm_automate.lab.pwsh.process import Process

    RunProcess = Callable[[Sequence[str], Mapping[str, str]], Process]
    """Arguments and environment -> a process that plays this shell's host, for its user."""

PIECE: Final = 32 * 1024
WORDS: Final = "ZDM_LAB_WORDS"
"""Environment of a process that runs a program of Windows: the words of its line, one a line."""

STOPPED: Final = 0xC000013A - 2**32
"""Exit code of a program that Ctrl+C has ended."""

KILLED: Final = 1
"""Exit code of a program that something else has ended."""

log = logging.getLogger(__name__)


class _Work:
    """One command that runs."""

    def __init__(self, process: Process, reads_input: bool, encoding: str) -> None:  # noqa: FBT001 - a value, not a mode
        self.process = process
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self.open = True
        self.waits = reads_input
        self.stopped = False
        self.lock = Lock()


class PwshPrograms:
    """See `CommandBackend`."""

    def __init__(
        self, run: RunProcess, worked: Callable[[str], None], *, host: str, user: str, version: str, options: ShellOptions
    ) -> None:
        self._run = run
        self._worked = worked
        self._host = host
        self._version = version
        self._options = options
        domain, _, name = user.rpartition("\\")
        self._environment = {"COMPUTERNAME": host, "USERNAME": name, "USERDOMAIN": domain, **options.environment}
        self._outbox = Outbox(together=0.0)
        self._work: dict[str, _Work] = {}
        self.alive = True

    # --- in ---

    def run(self, command: str, line: str) -> None:
        """See `CommandBackend.run`."""
        self._outbox.open(command)
        decided = decide(line, self._environment, host=self._host, version=self._version)
        if self._options.folder:
            decided = Say(err=f"The lab does not model a shell's folder, here {self._options.folder}.\r\n", exit_code=1)
        match decided:
            case Say():
                self._put(command, decided.out, STDOUT)
                self._put(command, decided.err, STDERR)
                self._outbox.end(command, decided.exit_code)
            case PowerShell():
                self._begin(command, decided.arguments, {}, reads_input=decided.reads_input)
            case Native():
                script = files(__package__).joinpath("native.ps1").read_text(encoding="ascii")
                self._begin(command, ["-NonInteractive", "-Command", script], {WORDS: "\n".join(decided.words)})

    def _begin(self, command: str, arguments: Sequence[str], more: Mapping[str, str], *, reads_input: bool = False) -> None:
        try:
            process = self._run(arguments, self._environment | dict(more))
        except OSError as problem:
            log.warning("%s: no process for a command: %s", self._host, problem)
            self._put(command, "The lab could not start PowerShell; see its log.\r\n", STDERR)
            self._outbox.end(command, KILLED)
            return
        work = self._work[command] = _Work(process, reads_input, self._options.encoding)
        Thread(target=self._follow, args=(command, work), name=f"lab-winrs-{process.pid}", daemon=True).start()

    def send(self, command: str, data: bytes, *, last: bool) -> None:
        """See `CommandBackend.send`."""
        work = self._work.get(command)
        if work is None:
            return
        with work.lock:
            work.waits = True
            if not work.open:
                return
            with suppress(OSError):  # it no longer reads: what it does not want falls away
                work.process.write(work.decoder.decode(data, final=last).encode())
            if last:
                self._close_input(work)

    def _close_input(self, work: _Work) -> None:
        work.open = False
        work.process.end_input()

    # --- out ---

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `Backend.take`. A client that asks for output before it has sent input has none, and the program is told so."""
        work = self._work.get(command or "")
        if work is not None:
            with work.lock:
                if work.open and not work.waits:
                    self._close_input(work)
        return self._outbox.take(command, limit, seconds)

    def _put(self, command: str, text: str, stream: str) -> None:
        if text:
            self._outbox.put(command, text.encode(self._options.encoding, "replace"), stream)

    def _pump(self, command: str, source: IO[bytes], stream: str) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        lines = _WindowsLines()
        with suppress(ValueError):  # closed under it: a child of the program had kept the pipe
            while piece := source.read1(PIECE):  # type: ignore[attr-defined] # a buffered pipe has it
                self._put(command, lines.feed(decoder.decode(piece)), stream)
        self._put(command, lines.feed(decoder.decode(b"", final=True)), stream)

    def _follow(self, command: str, work: _Work) -> None:
        lost = False
        with work.process.reading() as (output, errors):
            sources = [(output, STDOUT), *([(errors, STDERR)] if errors is not None else [])]
            pumps = [Thread(target=self._pump, args=(command, *source), daemon=True) for source in sources]
            for pump in pumps:
                pump.start()
            for pump in pumps:
                pump.join()
            try:
                self._worked(work.process.ticket)
            except Exception:
                log.exception("%s: what a command did is not kept", self._host)
                lost = True
        code = work.process.wait()
        if work.stopped:
            self._outbox.end(command, STOPPED)
        else:
            self._outbox.end(command, KILLED if lost or code is None or code < 0 else code)

    # --- the end ---

    def stop(self, command: str) -> None:
        """See `Backend.stop`."""
        work = self._work.get(command)
        if work is not None and not self._outbox.ended(command):
            work.stopped = True
            work.process.kill()

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self.stop(command)
        self._work.pop(command, None)
        self._outbox.forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        self.alive = False
        for work in list(self._work.values()):
            work.process.kill()
        self._outbox.close()


class _WindowsLines:
    """Gives every line its end as Windows writes it; one that has it keeps it."""

    def __init__(self) -> None:
        self._last = ""

    def feed(self, text: str) -> str:
        """The text with ends of lines, some of it perhaps in the next piece."""
        if not text:
            return ""
        plain = (self._last + text).replace("\r\n", "\n").replace("\n", "\r\n")
        kept = 1 if self._last else 0
        self._last = text[-1] if text[-1] == "\r" else ""
        return plain[kept:]
