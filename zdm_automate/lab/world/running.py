"""A scheduled task and a program at work, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TaskState = Literal["Ready", "Queued", "Running", "Disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A scheduled task that runs one batch file when it is told to.

    Attributes:
        folder: with a backslash at both ends.
        command: the path of the batch file.
        secret: hash of the account with the password that was given; empty for the system's own account.
        limit_minutes: after that the scheduler ends it; 0 for never.
        due: when a queued one begins, ISO 8601.
        last_result: as the scheduler keeps it, without a sign.
    """

    name: str
    command: str
    user: str
    secret: str = ""
    folder: str = "\\"
    limit_minutes: int = 0
    state: TaskState = "Ready"
    due: str = ""
    last_run: str = ""
    last_result: int = 267011
    registered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A batch file at work: the process of cmd.exe, its child, and how far the program has come.

    Attributes:
        pid: of cmd.exe.
        child: of the program.
        task: key of the task that began it.
        folder: where its results go.
        state: what the program itself keeps from one moment to the next; simple values only.
        due: when it has to be asked again, ISO 8601.
        ends: when the scheduler ends it.
        orphan: whether cmd.exe is gone and the program works on.
    """

    pid: int
    child: int
    task: str
    batch: str
    program: str
    argv: tuple[str, ...]
    user: str
    folder: str
    began: str
    ends: str = ""
    phase: Literal["program", "closing"] = "program"
    state: Mapping[str, Any] = field(default_factory=dict)
    due: str = ""
    exit_code: int = 0
    orphan: bool = False

    @property
    def command_line(self) -> str:
        """The program as the process list shows it."""
        return " ".join([self.program, *(f'"{word}"' if " " in word else word for word in self.argv)])
