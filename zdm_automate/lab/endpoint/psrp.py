"""A shell as a PSRP runspace pool whose pipelines run in an engine; psrpcore's server side does the protocol.

One lock per shell: psrpcore's pool is no thread's friend. Each pipeline runs in a thread of its own.
"""

from __future__ import annotations

import logging
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Any

import psrpcore
from psrpcore import PSRPPayload, ServerPipeline, ServerRunspacePool, StreamType
from psrpcore.types import (
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    PSInvocationState,
    PSVersion,
    SessionCapability,
)

from zdm_automate.lab.endpoint.engine import Command, Invocation
from zdm_automate.lab.endpoint.values import exception, from_ps, to_ps
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.engine import Engine

PIECE = 32 * 1024
"""Largest fragment that is made, bytes."""

TOGETHER = 0.25
"""Seconds that a Receive waits for the end of a command once it has output, so that both travel in one answer."""

ENDED = frozenset({PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped})

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Queue:
    """What waits to be received of one command (or of the shell), and whether the command has ended."""

    waiting: list[bytes] = field(default_factory=list)
    ended: bool = False
    stopped: Event = field(default_factory=Event)
    pipeline: ServerPipeline | None = None


class PsrpBackend:
    """See `ShellBackend`. `protocol` is the PSRP version the host speaks: 2.1 for PowerShell 2.0, else 2.3."""

    def __init__(self, engine: Engine, host: str, *, user: str, configuration: str, protocol: str = "2.3") -> None:
        self._engine = engine
        self._host = host
        self._user = user
        self._configuration = configuration
        self._pool = ServerRunspacePool()
        self._pool.our_capability = SessionCapability(
            PSVersion=PSVersion("2.0"), protocolversion=PSVersion(protocol), SerializationVersion=PSVersion("1.1.0.1")
        )
        self._queues: dict[str | None, _Queue] = {None: _Queue()}
        self._changed = Condition()
        self._closed = False

    # --- in ---

    def push(self, command: str | None, data: bytes) -> None:
        """See `ShellBackend.push`."""
        with self._changed:
            identity = uuid.UUID(command) if command else None
            if command and command not in self._queues and identity is not None:
                self._queues[command] = _Queue(pipeline=ServerPipeline(self._pool, identity))
            try:
                self._pool.receive_data(PSRPPayload(data, StreamType.default, identity))
                while (event := self._pool.next_event()) is not None:
                    self._on(event)
            except psrpcore.PSRPCoreError as problem:
                raise ValueError(f"no PSRP: {problem}") from problem
            self._flush()

    def _on(self, event: Any) -> None:
        match event:
            case psrpcore.CreatePipelineEvent():
                if event.pipeline.no_input:
                    self._begin(str(event.pipeline_id).upper())
            case psrpcore.EndOfPipelineInputEvent():
                self._begin(str(event.pipeline_id).upper())
            case psrpcore.GetRunspaceAvailabilityEvent():
                self._pool.runspace_availability_response(event.ci, self._pool.max_runspaces)
            case psrpcore.SetMaxRunspacesEvent() | psrpcore.SetMinRunspacesEvent() | psrpcore.ResetRunspaceStateEvent():
                self._pool.runspace_availability_response(event.ci, response=True)

    def _begin(self, command: str) -> None:
        queue = self._queues[command]
        Thread(target=self._run, args=(queue,), name=f"lab-pipeline-{self._host}", daemon=True).start()

    # --- at work ---

    def _run(self, queue: _Queue) -> None:
        pipeline = queue.pipeline
        assert pipeline is not None  # noqa: S101 - only a command's queue begins
        meta: Any = pipeline.metadata
        invocation = Invocation(
            commands=tuple(
                Command(
                    text=str(one.command_text),
                    parameters=tuple(
                        (str(name) if name is not None else None, from_ps(value)) for name, value in one.parameters
                    ),
                    is_script=bool(one.is_script),
                )
                for one in meta.commands
            ),
            user=self._user,
            configuration=self._configuration,
        )
        emitter = _PipelineEmitter(self, pipeline)
        with self._changed:
            pipeline.start()
        try:
            self._engine.run(self._host, invocation, emitter, queue.stopped)
        except Refusal as refusal:
            self._end(queue, refusal)
        except Exception as problem:
            log.exception("the engine failed on %s", self._host)
            self._end(queue, Refusal("ZdmLabDefect", f"The lab itself failed: {type(problem).__name__}: {problem}"))
        else:
            self._end(queue, None)

    def _end(self, queue: _Queue, refusal: Refusal | None) -> None:
        pipeline = queue.pipeline
        with self._changed:
            if pipeline is None or pipeline.state in ENDED:
                return
            if queue.stopped.is_set():
                pipeline.stop()
            elif refusal is not None:
                # a terminating error travels with the final state, as from PowerShell
                pipeline._change_state(PSInvocationState.Failed, error=_record(refusal))  # noqa: SLF001 - no public way
            else:
                pipeline.complete()
            self._flush()
            queue.ended = True
            self._pool.pipeline_table.pop(pipeline.pipeline_id, None)
            self._changed.notify_all()

    def emit(self, write: Any) -> None:
        """Lets a record be written to the pool, unless the shell has gone."""
        with self._changed:
            if not self._closed:
                with suppress(psrpcore.InvalidPipelineState):
                    write()
                self._flush()

    def _flush(self) -> None:
        while (payload := self._pool.data_to_send(PIECE)) is not None:
            command = str(payload.pipeline_id).upper() if payload.pipeline_id else None
            self._queues.setdefault(command, _Queue()).waiting.append(payload.data)
        self._changed.notify_all()

    # --- out ---

    def take(self, command: str | None, limit: int, seconds: float) -> tuple[list[bytes], bool] | None:
        """See `ShellBackend.take`."""
        with self._changed:
            queue = self._queues.get(command)
            if queue is None:
                return [], True
            end = time.monotonic() + seconds
            self._changed.wait_for(lambda: queue.waiting or queue.ended or self._closed, timeout=max(0.0, seconds))
            if command is not None and queue.waiting and not queue.ended:
                full = lambda: queue.ended or self._closed or sum(map(len, queue.waiting)) >= limit  # noqa: E731 - one place
                self._changed.wait_for(full, timeout=min(TOGETHER, max(0.0, end - time.monotonic())))
            if not queue.waiting and not queue.ended:
                return None
            taken: list[bytes] = []
            size = 0
            while queue.waiting and (not taken or size + len(queue.waiting[0]) <= limit):
                taken.append(queue.waiting.pop(0))
                size += len(taken[-1])
            return taken, queue.ended and not queue.waiting

    # --- the end ---

    def stop(self, command: str) -> None:
        """See `ShellBackend.stop`."""
        with self._changed:
            queue = self._queues.get(command)
            if queue is None or queue.pipeline is None or queue.ended:
                return
            queue.stopped.set()
            if queue.pipeline.state == PSInvocationState.Running:
                queue.pipeline.stop()
                self._flush()
            queue.ended = True
            self._pool.pipeline_table.pop(queue.pipeline.pipeline_id, None)
            self._changed.notify_all()

    def forget(self, command: str) -> None:
        """See `ShellBackend.forget`."""
        self.stop(command)
        with self._changed:
            self._queues.pop(command, None)

    def close(self) -> None:
        """See `ShellBackend.close`."""
        with self._changed:
            self._closed = True
            for queue in self._queues.values():
                queue.stopped.set()
            self._changed.notify_all()


class _PipelineEmitter:
    """See `Emitter`: writes to one pipeline."""

    def __init__(self, backend: PsrpBackend, pipeline: ServerPipeline) -> None:
        self._backend = backend
        self._pipeline = pipeline

    def output(self, value: Any) -> None:
        made = to_ps(value)
        self._backend.emit(lambda: self._pipeline.write_output(made))

    def error(self, error_id: str, message: str, *, category: str = "NotSpecified", target: str = "") -> None:
        self._backend.emit(
            lambda: self._pipeline.write_error(
                exception(message),
                ErrorCategoryInfo(Category=ErrorCategory[category], TargetName=target),
                target_object=target or None,
                fully_qualified_error_id=error_id,
            )
        )

    def warning(self, text: str) -> None:
        self._backend.emit(lambda: self._pipeline.write_warning(text))

    def verbose(self, text: str) -> None:
        self._backend.emit(lambda: self._pipeline.write_verbose(text))

    def debug(self, text: str) -> None:
        self._backend.emit(lambda: self._pipeline.write_debug(text))

    def information(self, text: str) -> None:
        self._backend.emit(lambda: self._pipeline.write_information(text, "zdm-lab"))

    def progress(self, activity: str, status: str, percent: int) -> None:
        self._backend.emit(lambda: self._pipeline.write_progress(activity, 0, status, percent_complete=percent))


def _record(refusal: Refusal) -> ErrorRecord:
    return ErrorRecord(
        Exception=exception(refusal.message),
        CategoryInfo=ErrorCategoryInfo(Category=ErrorCategory[refusal.category], TargetName=refusal.target),
        TargetObject=refusal.target or None,
        FullyQualifiedErrorId=refusal.error_id,
    )
