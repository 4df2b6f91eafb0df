"""Between the processes that run PowerShell and the world that their commands ask: who a process is, and when it has worked.

A process knows its ticket only; which host it plays is told when a client opens a shell, so that one can wait ready for any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from pathlib import Path

BRIDGE: Final = "ZDM_LAB_BRIDGE"
"""Environment of a process: address and port of the bridge, `127.0.0.1:50123`."""

TICKET: Final = "ZDM_LAB_TICKET"
"""Environment of a process: who it is to the bridge."""


class Bridge(Protocol):
    """The world's side, as the processes' keeper sees it."""

    @property
    def environment(self) -> dict[str, str]:
        """What every process gets into its environment, the ticket apart."""
        ...

    @property
    def configuration_file(self) -> Path:
        """The session configuration (`.pssc`) a process starts with; it runs the start-up before a client's first pipeline."""
        ...

    def enrol(self) -> str:
        """A ticket for a process that is about to start."""
        ...

    def assign(self, ticket: str, *, host: str, user: str, configuration: str) -> None:
        """Says which host the process plays, and for whom, before the client's first message reaches it."""
        ...

    def lend(self, ticket: str) -> None:
        """Lets a process that waits play any host, to get ready; what it plays is told by `assign` then."""
        ...

    def worked(self, ticket: str) -> None:
        """A pipeline of the process has ended; called before the client is told, so that the world is saved by then."""
        ...

    def release(self, ticket: str) -> None:
        """The process has gone."""
        ...


class RunningBridge(Bridge, Protocol):
    """A bridge with a beginning and an end."""

    def start(self) -> None:
        """Begins to answer processes.

        Raises:
            ZdmError: it cannot.
        """
        ...

    def stop(self) -> None:
        """Ends; called when no process is left."""
        ...
