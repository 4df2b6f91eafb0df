"""PowerShell over SSH: a held `pwsh` whose agent answers calls, as over WinRS.

Scripts, arguments and secrets go in on standard input, never on a command line; what a call means, it never knows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from zdm_automate import errors as e
from zdm_automate.transport.agent import SSH_COMMAND, call_text, ssh_start_text
from zdm_automate.transport.agent_line import AgentLine
from zdm_automate.transport.held import HeldTransport, Limits, Lost
from zdm_automate.transport.ssh import SshLine
from zdm_automate.transport.watchdog import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.transport.base import Arguments, Reply, Target
    from zdm_automate.transport.ssh import Running, SshTarget

LAST_WORDS = 2.0
"""Seconds in which a program that has closed its output says what it ended with."""


class _Line(AgentLine):
    """One connection with one process."""

    def __init__(self, ssh: SshTarget, host: str, agent: str, prelude: str, limits: Limits) -> None:
        self._host = host
        self._agent = agent
        self._ssh = SshLine(ssh)
        self._program: Running | None = None
        super().__init__(f"ssh-{host}", prelude, limits)

    @property
    def auth_used(self) -> str:
        """How the account was proved."""
        return self._ssh.auth_used

    def _start(self) -> None:
        try:
            self._ssh.open()
            self._program = self._ssh.start(SSH_COMMAND)
            self._program.write(ssh_start_text(self._agent).encode())
        except e.ZdmError as problem:
            problem.host = self._host
            raise Lost(problem, started=False, gone=False) from problem

    def _answer(self, identity: str, most: str, last: str) -> str:
        assert self._program is not None  # noqa: S101 - the line is open
        self._program.write(most.encode())
        self.sent = True
        self._program.write(last.encode())
        self._taken = True
        while True:
            heard = self._program.read()
            for found, xml in self._replies.feed(heard.decode("utf-8", errors="replace")):
                if found == identity:
                    return xml
            said = self._program.errors().decode("utf-8", errors="replace").strip()
            self._replies.other += [said] if said else []
            if not heard:
                raise self._ended(self._program)

    def _ended(self, program: Running) -> Lost:
        """The process has gone: before it answered anything it cannot be had at all, later it was lost."""
        self.dead = True
        code = program.exit_code(LAST_WORDS)
        said = " ".join((*self._replies.other, program.errors().decode("utf-8", errors="replace").strip())).strip()[:300]
        if self.calls == 0 and code is not None:
            error: e.RemoteError = e.UnreachableError(
                f"pwsh ended with {code} before it answered: {said or 'nothing said'}.",
                hint="PowerShell 7 must be installed there and on the path of the account's SSH sessions.",
                host=self._host,
                error_id="ZdmSshNoAgent",
            )
            return Lost(error, started=False, gone=False)
        gone = e.PoolLostError(
            "the SSH connection or its PowerShell ended.",
            hint="Connect again and read what is there before going on.",
            host=self._host,
            error_id="ZdmSshEnded",
        )
        return Lost(gone, started=self._taken, gone=True)

    def close(self) -> None:
        """Ends process and connection."""
        try:
            self.worker.run(self._ssh.close, until=time.monotonic() + self.limits.close_seconds)
        except DeadlineError:
            self.dead = True
        self.worker.stop(wait=1.0)

    def abandon(self, *, tell: bool) -> None:
        """Breaks the connection under a call in progress: its reader ends, and the process when it next reads."""
        del tell
        self.dead = True
        self._ssh.close()
        self.worker.stop()

    def _blank(self) -> None:
        if self._program is not None:
            self._program.write(b"\n")

    def _verdict(self, problem: Exception) -> Lost:
        del problem
        error = e.PoolLostError(
            "the SSH connection broke off.", hint="Connect again and read what is there before going on.", host=self._host
        )
        return Lost(error, started=self._taken or self.sent, gone=True)


class SshPwshTransport(HeldTransport[_Line]):
    """A held process of PowerShell on one host; `target` names the host, `ssh` the way to it."""

    name = "ssh"

    def __init__(self, target: Target, ssh: SshTarget, *, agent: str, prelude: str = "", limits: Limits | None = None) -> None:
        super().__init__(target)
        self._ssh = ssh
        self._agent = agent
        self._prelude = prelude
        self._limits = limits or Limits()

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        call_text("-", text, arguments)
        return self._run(lambda line: line.invoke(text, arguments), timeout=timeout, repeatable=repeatable)

    def _lines(self) -> Iterator[_Line]:
        yield _Line(self._ssh, self.target.host, self._agent, self._prelude, self._limits)
