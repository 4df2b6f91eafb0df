"""A shell as a PSRP runspace pool whose pipelines run in an engine; psrpcore's server side does the protocol.

One lock per shell: psrpcore's pool is no thread's friend. Each pipeline runs in a thread of its own.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
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
from zdm_automate.lab.endpoint.outbox import Outbox
from zdm_automate.lab.endpoint.values import exception, from_ps, to_ps
from zdm_automate.lab.world.refusal import Refusal

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.backend import Taken
    from zdm_automate.lab.endpoint.engine import Engine

PIECE = 32 * 1024
"""Largest fragment that is made, bytes."""

ENDED = frozenset({PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped})

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """One command."""

    command: str
    pipeline: ServerPipeline
    stopped: Event = field(default_factory=Event)


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
        self._outbox = Outbox()
        self._changed = self._outbox.changed
        self._work: dict[str, _Work] = {}
        self._closed = False

    @property
    def alive(self) -> bool:
        """See `Backend.alive`."""
        return not self._closed

    # --- in ---

    def push(self, command: str | None, data: bytes) -> None:
        """See `ShellBackend.push`."""
        with self._changed:
            identity = uuid.UUID(command) if command else None
            if command and command not in self._work and identity is not None:
                self._work[command] = _Work(command, ServerPipeline(self._pool, identity))
                self._outbox.open(command)
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
        Thread(target=self._run, args=(self._work[command],), name=f"lab-pipeline-{self._host}", daemon=True).start()

    # --- at work ---

    def _run(self, work: _Work) -> None:
        pipeline = work.pipeline
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
            self._engine.run(self._host, invocation, emitter, work.stopped)
        except Refusal as refusal:
            self._end(work, refusal)
        except Exception as problem:
            log.exception("the engine failed on %s", self._host)
            self._end(work, Refusal("ZdmLabDefect", f"The lab itself failed: {type(problem).__name__}: {problem}"))
        else:
            self._end(work, None)

    def _end(self, work: _Work, refusal: Refusal | None) -> None:
        pipeline = work.pipeline
        with self._changed:
            if pipeline.state in ENDED:
                return
            if work.stopped.is_set():
                pipeline.stop()
            elif refusal is not None:
                # a terminating error travels with the final state, as from PowerShell
                pipeline._change_state(PSInvocationState.Failed, error=_record(refusal))  # noqa: SLF001 - no public way
            else:
                pipeline.complete()
            self._flush()
            self._outbox.end(work.command)
            self._pool.pipeline_table.pop(pipeline.pipeline_id, None)

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
            self._outbox.put(command, payload.data)

    # --- out ---

    def take(self, command: str | None, limit: int, seconds: float) -> Taken | None:
        """See `Backend.take`."""
        return self._outbox.take(command, limit, seconds)

    # --- the end ---

    def stop(self, command: str) -> None:
        """See `Backend.stop`."""
        with self._changed:
            work = self._work.get(command)
            if work is None or self._outbox.ended(command):
                return
            work.stopped.set()
            if work.pipeline.state == PSInvocationState.Running:
                work.pipeline.stop()
                self._flush()
            self._outbox.end(command)
            self._pool.pipeline_table.pop(work.pipeline.pipeline_id, None)

    def forget(self, command: str) -> None:
        """See `Backend.forget`."""
        self.stop(command)
        with self._changed:
            self._work.pop(command, None)
            self._outbox.forget(command)

    def close(self) -> None:
        """See `Backend.close`."""
        with self._changed:
            self._closed = True
            for work in self._work.values():
                work.stopped.set()
            self._outbox.close()


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
