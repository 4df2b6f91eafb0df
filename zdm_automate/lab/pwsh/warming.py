"""Makes a process that waits quick: opens a runspace in it and drops it, so that a client's own opens at a tenth of the time.

What a process does first it does slowly: it loads assemblies and compiles. It decides nothing of what the client's runspace is.
"""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Final
from uuid import UUID

from psrpcore import ClientRunspacePool, PSRPPayload, StreamType
from psrpcore.types import RunspacePoolState

from zdm_automate.lab.pwsh import frames

if TYPE_CHECKING:
    from typing import IO

    from zdm_automate.lab.pwsh.process import Process

SECONDS: Final = 30.0
"""How long the first runspace may take; a process that needs longer is given up."""

FRAGMENT: Final = 32_000
_SHELL: Final = UUID(frames.SHELL)


def warm(process: Process) -> None:
    """Opens a runspace and drops it.

    Raises:
        OSError: the process ended, does not answer in time, or cannot open one.
    """
    watch = Timer(SECONDS, process.kill)
    watch.start()
    try:
        with process.reading() as (output, _):
            _open(process, output)
            process.write(frames.element("Close", frames.SHELL))
            _until(output, "CloseAck", None)
    finally:
        watch.cancel()


def _open(process: Process, output: IO[bytes]) -> None:
    pool = ClientRunspacePool()
    pool.open()
    while (payload := pool.data_to_send(FRAGMENT)) is not None:
        process.write(frames.data(None, payload.data))
        _until(output, "DataAck", pool)
    while pool.state is not RunspacePoolState.Opened:
        if pool.state is RunspacePoolState.Broken:
            raise OSError(f"process {process.pid} cannot open a runspace")
        _until(output, "Data", pool)


def _until(output: IO[bytes], kind: str, pool: ClientRunspacePool | None) -> None:
    """Reads up to a line of that kind; what is said to the pool it is given."""
    while line := output.readline():
        frame = frames.read(line)
        if frame is None:
            continue
        if frame.kind == "Data" and pool is not None:
            pool.receive_data(PSRPPayload(frame.data, StreamType.default, _SHELL))
            while pool.next_event() is not None:
                pass
        if frame.kind == kind:
            return
    raise OSError("the process ended while it got ready")
