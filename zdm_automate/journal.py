"""The append-only record of a run: JSON lines, each chained to the one before by its SHA-256, on disk at every boundary.

It writes what it is told, without secrets, and can tell whether a line was altered, removed or torn. It decides nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic_core import from_json

from zdm_automate.errors import JournalAlteredError
from zdm_automate.events import Entry, Observer
from zdm_automate.journal_file import DiskFile, LineFile, set_torn_aside
from zdm_automate.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, MutableMapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

GENESIS: Final = "0" * 64
"""What the first line names as the hash before it."""

FIRST: Final = ("seq", "ts", "run", "project", "sr", "event")
OWN: Final = frozenset({*FIRST, "prev", "hash"})
"""The fields that the journal gives a line itself."""

_MARK: Final = b',"hash":"'
_SEAL: Final = len(_MARK) + 64 + len(b'"}\n')
"""Bytes at the end of a line that its hash does not cover: the hash itself."""

_PREV: Final = b',"prev":"'
_EVENT: Final = b',"event":"'
LONGEST: Final = 64 * 1024 * 1024
"""Bytes of a line that are read; what is longer was not written by a run."""

_CHANGED: Final = b"change.finished"


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
        open_file: Callable[[Path], LineFile] = DiskFile,
    ) -> None:
        import structlog  # noqa: PLC0415 - a third of a second, and most commands write no journal

        self.path = path
        self._now = now
        self._redactor = redactor or Redactor()
        self._observers = tuple(observers)
        torn, aside = set_torn_aside(path)
        known = verify(path) if path.exists() else Verified(lines=0, head=GENESIS)
        self._seq, self._head = known.lines, known.head
        self._file = open_file(path)
        self._log = structlog.wrap_logger(
            _Sink(self._take),
            processors=[self._number, self._redact, self._chain],
            wrapper_class=structlog.BoundLogger,
            context_class=dict,
            cache_logger_on_first_use=False,
        ).bind(run=run, project=project, sr=service_request)
        if torn:
            self.write("journal.torn", boundary=True, bytes=torn, kept_in=aside)

    @property
    def head(self) -> str:
        """Hash of the last line."""
        return self._head

    def write(self, event: str, /, *, boundary: bool = False, **fields: Any) -> Entry:
        """Appends a line; at a boundary it is on disk when the call returns. Fields that are empty are left out.

        Raises:
            JournalUnwritableError: it could not be written; the journal ends with the line before it.
            ValueError: a field has the name of one that the journal gives the line itself; nothing was written.
        """
        if taken := sorted(OWN & fields.keys()):
            raise ValueError(f"{event}: the journal itself gives a line its {', '.join(taken)}; call the field otherwise.")
        kept = {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
        self._log.msg(event, **kept)
        if boundary:
            self._file.sync()
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
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- structlog processors ---

    def _number(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        fields.update(seq=self._seq + 1, ts=self._now().isoformat(timespec="milliseconds"))
        return fields

    def _redact(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        made: MutableMapping[str, Any] = self._redactor.value(dict(fields))
        return made

    def _chain(self, _logger: Any, _name: str, fields: MutableMapping[str, Any]) -> bytes:
        ordered = {name: fields[name] for name in FIRST if name in fields}
        ordered |= {name: fields[name] for name in sorted(fields) if name not in FIRST}
        return sealed(ordered | {"prev": self._head})

    def _take(self, line: bytes) -> None:
        """The line has its number and its hash only once it is in the file."""
        self._file.append(line)
        self._seq += 1
        self._head = _hash_in(line)


class _Sink:
    """Where structlog's last processor leaves the line."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def msg(self, line: bytes) -> None:
        self._take(line)


def sealed(entry: dict[str, Any]) -> bytes:
    """The line of an entry that ends with `prev`: its hash is that of the bytes before it."""
    text = json.dumps(entry, separators=(",", ":"), ensure_ascii=True, default=str).encode()
    body = text[:-1]
    return b"".join((body, _MARK, hashlib.sha256(body).hexdigest().encode(), b'"}\n'))


def _hash_in(line: bytes) -> str:
    return line[-_SEAL + len(_MARK) : -3].decode("ascii", "replace")


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
    head, number, torn = GENESIS.encode(), 0, 0
    for number, line in enumerate(_raw(path), start=1):
        if not line.endswith(b"\n"):
            torn = len(line)
            number -= 1  # noqa: PLW2901 - the torn line is none
            break
        body, seal = line[:-_SEAL], line[-_SEAL:]
        digest = seal[len(_MARK) : -3]
        if (
            not line.startswith(b'{"seq":%d,' % number)
            or not seal.startswith(_MARK)
            or not body.endswith(_PREV + head + b'"')
            or hashlib.sha256(body).hexdigest().encode() != digest
        ):
            raise JournalAlteredError(
                f"{path}: line {number} does not fit the chain of hashes: it, or the line before it, was altered or removed.",
                hint="Treat what follows that line as unproven; compare with the copy at the service request.",
            )
        head = digest
    return Verified(lines=number, head=head.decode(), torn=torn)


def last_seal(path: Path) -> tuple[str, int]:
    """The hash that the last whole line of a journal carries, and the file's size; an empty text where there is none."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _SEAL))
        end = stream.read(_SEAL)
    return (end[len(_MARK) : -3].decode("ascii", "replace") if end.startswith(_MARK) and end.endswith(b"\n") else "", size)


def read(path: Path, events: Collection[str] = (), *, holding: str = "") -> Iterator[dict[str, Any]]:
    """The entries of a journal, oldest first, or those of the named events; a torn last line is left out.

    With `holding` a line of a change is read only where it has that field, and is left out otherwise.

    Raises:
        JournalAlteredError: a line is no entry.
    """
    wanted = frozenset(event.encode() for event in events)
    field = f'"{holding}":'.encode() if holding else b""
    for number, line in enumerate(_raw(path), start=1):
        if not line.endswith(b"\n"):
            return
        if wanted:
            event = _event_in(line)
            if event not in wanted or (field and event == _CHANGED and field not in line):
                continue
        entry = _parsed(line)
        if entry is None:
            raise JournalAlteredError(f"{path}: line {number} is no journal entry.", hint="`zdm journal verify` says more.")
        yield entry


def _event_in(line: bytes) -> bytes:
    """The event of a line, without reading the rest: it stands before any field whose value could look like it."""
    start = line.find(_EVENT) + len(_EVENT)
    return line[start : line.find(b'"', start)]


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for number in itertools.count(1):
            line = stream.readline(LONGEST)
            if not line:
                return
            if len(line) == LONGEST and not line.endswith(b"\n"):
                raise JournalAlteredError(f"{path}: line {number} is longer than any that was written.")
            yield line


def _parsed(line: bytes) -> dict[str, Any] | None:
    with suppress(ValueError):
        entry = from_json(line)
        return entry if isinstance(entry, dict) and isinstance(entry.get("event"), str) else None
    return None
