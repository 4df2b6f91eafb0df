"""A held PowerShell whose standard streams are at hand, over SSH or on this computer: how a call goes in and its reply out.

It decides whether a process that ended had taken the call; how it is started and ended is the business of each way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from zdm_automate import errors as e
from zdm_automate.transport.agent_line import AgentLine
from zdm_automate.transport.held import Lost

if TYPE_CHECKING:
    from zdm_automate.transport.held import Limits

LAST_WORDS = 2.0
"""Seconds in which a program that has closed its output says what it ended with."""


class Program(Protocol):
    """A program that runs, its input open."""

    def write(self, data: bytes) -> None:
        """Gives it input."""
        ...

    def read(self) -> bytes:
        """What comes next of its output; waits for it. Empty: it has ended, or the way to it has."""
        ...

    def errors(self) -> bytes:
        """What has come of its error output so far; does not wait."""
        ...

    def exit_code(self, seconds: float) -> int | None:
        """What it ended with; None where it has not."""
        ...


class ProgramLine(AgentLine):
    """See `AgentLine`; `_start` of a way puts the program here."""

    missing: ClassVar[tuple[str, str]]
    """Error id and hint of a program that ended before it answered anything."""

    ended: ClassVar[tuple[str, str]]
    """Error id and sentence of one that ended later."""

    def __init__(self, name: str, host: str, prelude: str, limits: Limits) -> None:
        self._host = host
        self._program: Program | None = None
        super().__init__(name, prelude, limits)

    def _answer(self, identity: str, most: str, last: str) -> str:
        assert self._program is not None  # noqa: S101 - the line is open
        self._program.write(most.encode())
        self.sent = True
        self._program.write(last.encode())
        self._taken = True
        while True:
            heard = self._program.read()
            # before the reply is looked for: one that comes whole in a single read would leave it unheard
            said = self._program.errors().decode("utf-8", errors="replace").strip()
            self._replies.other += [said] if said else []
            for found, xml in self._replies.feed(heard.decode("utf-8", errors="replace")):
                if found == identity:
                    return xml
            if not heard:
                raise self._ended(self._program)

    def _ended(self, program: Program) -> Lost:
        """The process has gone: before it answered anything it cannot be had at all, later it was lost."""
        self.dead = True
        code = program.exit_code(LAST_WORDS)
        said = " ".join((*self._replies.other, program.errors().decode("utf-8", errors="replace").strip())).strip()[:300]
        if self.calls == 0 and code is not None:
            error_id, hint = self.missing
            sentence = f"pwsh ended with {code} before it answered: {said or 'nothing said'}."
            error: e.RemoteError = e.UnreachableError(sentence, hint=hint, host=self._host, error_id=error_id)
            return Lost(error, started=False, gone=False)
        return Lost(self._gone(), started=self._taken, gone=True)

    def _gone(self) -> e.PoolLostError:
        error_id, sentence = self.ended
        hint = "Connect again and read what is there before going on."
        return e.PoolLostError(sentence, hint=hint, host=self._host, error_id=error_id)

    def _blank(self) -> None:
        if self._program is not None:
            self._program.write(b"\n")

    def _verdict(self, problem: Exception) -> Lost:
        del problem
        return Lost(self._gone(), started=self._taken or self.sent, gone=True)
