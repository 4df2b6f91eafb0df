"""PowerShell over SSH: a held `pwsh` whose agent answers calls, as over WinRS.

Scripts, arguments and secrets go in on standard input, never on a command line; what a call means, it never knows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from zdm_automate import errors as e
from zdm_automate.transport.agent import SSH_COMMAND, call_text, ssh_start_text
from zdm_automate.transport.held import HeldTransport, Limits, Lost
from zdm_automate.transport.program_line import ProgramLine
from zdm_automate.transport.ssh import SshLine
from zdm_automate.transport.watchdog import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.transport.base import Arguments, Reply, Target
    from zdm_automate.transport.ssh import SshTarget


class _Line(ProgramLine):
    """One connection with one process."""

    missing = (
        "ZdmSshNoAgent",
        "PowerShell 7 must be installed there and on the path of the account's SSH sessions.",
    )
    ended = ("ZdmSshEnded", "the SSH connection or its PowerShell ended.")

    def __init__(self, ssh: SshTarget, host: str, agent: str, prelude: str, limits: Limits) -> None:
        self._agent = agent
        self._ssh = SshLine(ssh)
        super().__init__(f"ssh-{host}", host, prelude, limits)

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
