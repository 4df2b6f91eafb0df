"""The shells that this project has open, on disk: what a run that was killed left behind is found at the next start, and ended.

For endpoints that count sessions. A shell of a process that still runs is left alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from zdm_automate.errors import RemoteError
from zdm_automate.transport.base import Shell, Target

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class KeptShells:
    """One file per open shell in a folder of the project."""

    folder: Path
    target: Target
    now: Callable[[], datetime]

    def opening(self, shell: Shell) -> None:
        """A shell is about to be opened; noted before anything is sent."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        me = psutil.Process()
        body = {
            "host": self.target.host,
            "endpoint": self.target.endpoint,
            "shell": shell.id,
            "resource": shell.resource,
            "opened": self.now().isoformat(timespec="seconds"),
            "pid": os.getpid(),
            "process_started": me.create_time(),
        }
        self._file(shell).write_text(json.dumps(body), encoding="utf-8")

    def closed(self, shell: Shell) -> None:
        """The shell is gone."""
        self._file(shell).unlink(missing_ok=True)

    def end_left(self) -> tuple[str, ...]:
        """Ends the shells at this endpoint that no living process has; a sentence per shell."""
        return tuple(self._ended(path, body) for path, body in self._left())

    def _left(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.folder.glob("*.json")):
            with suppress(OSError, ValueError):
                body = json.loads(path.read_text(encoding="utf-8"))
                if body["endpoint"] == self.target.endpoint and not _lives(body):
                    yield path, body

    def _ended(self, path: Path, body: dict[str, Any]) -> str:
        from zdm_automate.transport.psrp import end_shell  # noqa: PLC0415 - psrp knows this module

        said = f"session {body['shell'][:8]} on {body['host']}, open since {body['opened']} of a run that was killed"
        try:
            end_shell(self.target, Shell(id=body["shell"], resource=body["resource"]))
        except RemoteError as problem:
            path.unlink(missing_ok=True)
            return f"{said}, was gone already ({problem.message})"
        path.unlink(missing_ok=True)
        return f"{said}, was found and ended"

    def _file(self, shell: Shell) -> Path:
        return self.folder / f"{self.target.host}-{re.sub(r'[^A-Za-z0-9-]', '', shell.id)}.json"


def _lives(body: dict[str, Any]) -> bool:
    """Whether the process that opened it still runs; another one of the same number is not it."""
    try:
        return bool(abs(psutil.Process(int(body["pid"])).create_time() - float(body["process_started"])) < 1)
    except psutil.Error:
        return False
