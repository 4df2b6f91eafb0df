"""The append-only record of a run: JSON lines, each chained to the one before by its SHA-256, on disk at every boundary.

It writes what it is told, without secrets, and can tell whether a line was altered, removed or torn. It decides nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import structlog

from zdm_automate.errors import JournalAlteredError
from zdm_automate.events import Entry, Observer
from zdm_automate.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

GENESIS: Final = "0" * 64
"""What the first line names as the hash before it."""

FIRST: Final = ("seq", "ts", "run", "project", "sr", "event")
LAST: Final = ("prev", "hash")


class Journal:
    """Writes one run's journal. A torn last line of an earlier process is set aside, and the journal says so.

    Raises:
        JournalAlteredError: the file that is there does not fit its chain.
    """

    def __init__(
        self,
        path: Path,
        *,
        run: str,
        project: str,
        service_request: str,
        now: Callable[[], datetime],
        redactor: Redactor | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        self.path = path
        self._now = now
        self._redactor = redactor or Redactor()
        self._observers = tuple(observers)
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = _set_torn_aside(path)
        known = verify(path) if path.exists() else Verified(lines=0, head=GENESIS)
        self._seq, self._head = known.lines, known.head
        self._stream = path.open("ab")
        self._log = structlog.wrap_logger(
            _Sink(self._stream),
            processors=[self._number, self._redact, self._chain, structlog.processors.JSONRenderer(separators=(",", ":"))],
            wrapper_class=structlog.BoundLogger,
            context_class=dict,
            cache_logger_on_first_use=False,
        ).bind(run=run, project=project, sr=service_request)
        if torn:
            self.write("journal.torn", boundary=True, bytes=torn)

    @property
    def head(self) -> str:
        """Hash of the last line."""
        return self._head

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> Entry:
        """Appends a line; at a boundary it is on disk when the call returns. Fields that are empty are left out."""
        kept = {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
        self._log.msg(event, **kept)
        self._stream.flush()
        if boundary:
            os.fsync(self._stream.fileno())
        entry = Entry(self._seq, event, self._redactor.value(kept))
        self._tell(entry)
        return entry

    def _tell(self, entry: Entry) -> None:
        """Tells the observers. One that fails (a terminal that went away) is told no more: a run does not end for its view."""
        for observer in self._observers:
            try:
                observer(entry)
            except Exception as problem:  # noqa: BLE001 - whatever it is, it goes into the journal
                self._observers = tuple(one for one in self._observers if one is not observer)
                self.write("observer.failed", error={"category": type(problem).__name__, "message": str(problem)})

    def close(self) -> None:
        """Flushes and closes."""
        if not self._stream.closed:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- structlog processors ---

    def _number(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        self._seq += 1
        fields.update(seq=self._seq, ts=self._now().isoformat(timespec="milliseconds"))
        return fields

    def _redact(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        made: MutableMapping[str, Any] = self._redactor.value(dict(fields))
        return made

    def _chain(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        ordered = {name: fields[name] for name in FIRST if name in fields}
        ordered |= {name: fields[name] for name in sorted(fields) if name not in FIRST}
        plain: dict[str, Any] = json.loads(json.dumps(ordered, default=str))
        plain["prev"] = self._head
        plain["hash"] = self._head = line_hash(plain)
        return plain


class _Sink:
    """Where structlog's last processor leaves the line."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        self._stream.write(line.encode() + b"\n")


def line_hash(entry: dict[str, Any]) -> str:
    """SHA-256 over the entry without its own hash, keys sorted."""
    body = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


# --- reading ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A journal whose chain holds. `torn` bytes of a last line without end were found; they are no part of it."""

    lines: int
    head: str
    torn: int = 0


def verify(path: Path) -> Verified:
    """Checks every line against the chain.

    Raises:
        JournalAlteredError: naming the first line that does not fit.
    """
    head, number, torn = GENESIS, 0, 0
    for number, line in enumerate(_raw(path), start=1):
        if not line.endswith(b"\n"):
            torn = len(line)
            number -= 1  # noqa: PLW2901 - the torn line is none
            break
        entry = _parsed(line)
        if entry is None or entry.get("seq") != number or entry.get("prev") != head or entry.get("hash") != line_hash(entry):
            raise JournalAlteredError(
                f"{path}: line {number} does not fit the chain of hashes: it, or the line before it, was altered or removed.",
                hint="Treat what follows that line as unproven; compare with the copy at the service request.",
            )
        head = entry["hash"]
    return Verified(lines=number, head=head, torn=torn)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a journal, oldest first; a torn last line is left out.

    Raises:
        JournalAlteredError: a line is no entry.
    """
    for number, line in enumerate(_raw(path), start=1):
        if not line.endswith(b"\n"):
            return
        entry = _parsed(line)
        if entry is None:
            raise JournalAlteredError(f"{path}: line {number} is no journal entry.", hint="`zdm journal verify` says more.")
        yield entry


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from stream


def _parsed(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        entry = json.loads(line)
        return entry if isinstance(entry, dict) else None
    return None


def _set_torn_aside(path: Path) -> int:
    """Moves a last line without its end out of the journal; gives its length."""
    if not path.exists():
        return 0
    content = path.read_bytes()
    end = content.rfind(b"\n") + 1
    torn = content[end:]
    if torn:
        path.with_suffix(".torn").write_bytes(torn)
        with path.open("r+b") as stream:
            stream.truncate(end)
            os.fsync(stream.fileno())
    return len(torn)
