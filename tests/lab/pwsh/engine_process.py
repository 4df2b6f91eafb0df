"""One `pwsh -s` process for the tests, one runspace after another in it: sends pipelines, gives what came back."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import uuid
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from psrpcore import (
    ClientPowerShell,
    ClientRunspacePool,
    EncryptedSessionKeyEvent,
    ErrorRecordEvent,
    PipelineOutputEvent,
    PipelineStateEvent,
    PSRPEvent,
    PSRPPayload,
    RunspacePoolStateEvent,
    StreamType,
    VerboseRecordEvent,
    WarningRecordEvent,
)
from psrpcore.types import ErrorRecord, PSCredential, PSInvocationState, PSSecureString, RunspacePoolState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


NOBODY = uuid.UUID(int=0)
SECONDS = 50.0
_PACKET = re.compile(rb"<(\w+)(?: Stream='(\w+)')? PSGuid='([0-9a-fA-F-]+)'\s*(?:/>|>([^<]*)</\w+>)")


@dataclass(slots=True)
class Result:
    """What a pipeline left behind; `failure` is the record it ended with, `errors` those it wrote."""

    output: list[Any] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    verbose: list[str] = field(default_factory=list)
    failure: ErrorRecord | None = None


def _is_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_secret(one) for one in value.values())
    return isinstance(value, (PSCredential, PSSecureString))


class EngineProcess:
    """A PowerShell process that serves one runspace at a time over its standard streams. PSRP by psrpcore."""

    def __init__(self, executable: str, configuration: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [executable, "-ConfigurationFile", str(configuration), "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        self._lines: Queue[bytes] = Queue()
        self._said = bytearray()
        self._readers = [Thread(target=self._listen, daemon=True), Thread(target=self._overhear, daemon=True)]
        for reader in self._readers:
            reader.start()
        self._pool = ClientRunspacePool()
        self._keyed = False

    def open(self) -> None:
        """Opens the runspace: the start-up runs."""
        self._pool.open()
        try:
            self._send()
            self._until(lambda event: isinstance(event, RunspacePoolStateEvent) and self._settled(event))
        except BaseException:
            self.close()
            raise

    def reopen(self) -> None:
        """Closes the runspace and opens a new one: the start-up runs again, at a tenth of what a new process takes."""
        self._write(f"<Close PSGuid='{NOBODY}' />")
        self._await(b"CloseAck")
        self._pool = ClientRunspacePool()
        self._keyed = False
        self.open()

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        for reader in self._readers:
            reader.join(5)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def run(self, script: str, **parameters: Any) -> Result:
        """Runs a script text with parameters by name and waits for its end; a key is made when a secret first travels."""
        if not self._keyed and any(_is_secret(value) for value in parameters.values()):
            self._exchange_key()
        shell = ClientPowerShell(self._pool)
        shell.add_script(script)
        for name, value in parameters.items():
            shell.add_parameter(name, value)
        shell.start()
        self._write(f"<Command PSGuid='{shell.pipeline_id}' />")
        self._await(b"CommandAck")  # what is sent before it is lost: there is no pipeline yet
        self._send()
        result = Result()
        self._until(lambda event: self._take(result, event))
        self._write(f"<Close PSGuid='{shell.pipeline_id}' />")
        self._await(b"CloseAck")
        shell.close()
        return result

    def _exchange_key(self) -> None:
        """Takes a tenth of a second: most runspaces never see a secret."""
        self._pool.exchange_key()
        self._send()
        self._until(lambda event: isinstance(event, EncryptedSessionKeyEvent))
        self._keyed = True

    def _take(self, result: Result, event: PSRPEvent[Any, Any]) -> bool:
        match event:
            case PipelineOutputEvent():
                result.output.append(event.data)
            case ErrorRecordEvent():
                result.errors.append(event.record)
            case WarningRecordEvent():
                result.warnings.append(str(event.record.Message))
            case VerboseRecordEvent():
                result.verbose.append(str(event.record.Message))
            case PipelineStateEvent() if event.state != PSInvocationState.Running:
                result.failure = event.reason
                return True
        return False

    def _settled(self, event: RunspacePoolStateEvent) -> bool:
        if self._pool.state in (RunspacePoolState.Broken, RunspacePoolState.Closed):
            raise RuntimeError(f"the runspace did not open: {event.reason}")
        return self._pool.state == RunspacePoolState.Opened

    def _until(self, enough: Callable[[PSRPEvent[Any, Any]], bool]) -> None:
        while True:
            while (event := self._pool.next_event()) is not None:
                if enough(event):
                    return
            self._packet()

    def _await(self, kind: bytes) -> None:
        while self._packet() != kind:
            pass

    def _packet(self) -> bytes:
        """Takes the next packet of the process; gives its kind."""
        try:
            line = self._lines.get(timeout=SECONDS)
        except Empty:
            raise TimeoutError(f"PowerShell was silent for {SECONDS:.0f} s; {self._said.decode(errors='replace')}") from None
        packet = _PACKET.match(line.lstrip(b"\xef\xbb\xbf"))
        if packet is None:
            raise RuntimeError(f"PowerShell ended or sent no packet: {line[:200]!r} {self._said.decode(errors='replace')}")
        if packet[1] == b"Data":
            data = base64.b64decode(packet[4])
            self._pool.receive_data(PSRPPayload(data, StreamType.default, uuid.UUID(packet[3].decode())))
        return packet[1]

    def _send(self) -> None:
        while (payload := self._pool.data_to_send(32_000)) is not None:
            text = base64.b64encode(payload.data).decode()
            self._write(f"<Data Stream='Default' PSGuid='{payload.pipeline_id or NOBODY}'>{text}</Data>")
            self._await(b"DataAck")  # packets are handled side by side: a second one might overtake

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip():
                self._lines.put(line)
        self._lines.put(b"")

    def _overhear(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said += line
