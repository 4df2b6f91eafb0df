"""The queue before a ticketing system: on disk first, sent once, looked for by its marker before any second try.

A message is waiting, being tried (its outcome is then not known), sent, or refused. Whatever happens to the process between
two of these, the next push finds out at the system itself what was written. It decides nothing about what is told.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from zdm_automate.errors import InputError, RefusedError, TicketBusyError, TicketError, TicketUnknownError, UnknownNameError
from zdm_automate.ticketing.port import File, Message, from_fields, send, to_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from zdm_automate.ticketing.port import Desk, Ticket

FILE: Final = "queue.sqlite3"
REST: Final = timedelta(seconds=60)
"""So long after a try without an answer nothing is looked for: the system may still be at work on it."""

TABLE: Final = """
CREATE TABLE IF NOT EXISTS letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, ticket TEXT NOT NULL, body TEXT NOT NULL,
  state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried TEXT NOT NULL DEFAULT '', ref TEXT NOT NULL DEFAULT '',
  said TEXT NOT NULL DEFAULT '')
"""


class LetterState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    TRYING = "not known"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in the queue.

    Attributes:
        tried: the moment of the last try; None for none.
        ref: what the system calls it, once it was sent.
        said: why it is not sent.
    """

    message: Message
    state: LetterState
    tries: int = 0
    tried: datetime | None = None
    ref: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that could not be sent, and why."""

    key: str
    error: TicketError | TicketUnknownError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push did. `found` were there already, sent by an earlier try whose answer was lost."""

    sent: int = 0
    found: int = 0
    problems: tuple[Unsent, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """A project's queue, in a folder of its own."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = _now, rest: timedelta = REST) -> None:
        self._folder = folder
        self._now = now
        self._rest = rest

    # --- the file ---

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The queue's file. A commit is on disk when it returns."""
        path = self._folder / FILE
        is_new = not path.exists()
        if is_new:
            (self._folder / "files").mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous=FULL")
            if is_new:
                base.execute(TABLE)
            yield base

    def letters(self) -> list[Letter]:
        """All messages, oldest first."""
        if not (self._folder / FILE).exists():
            return []
        with self._open() as base:
            rows = base.execute("SELECT body, state, tries, tried, ref, said FROM letters ORDER BY number").fetchall()
        return [
            Letter(
                message=self._opened(from_fields(json.loads(body))),
                state=LetterState(state),
                tries=tries,
                tried=datetime.fromisoformat(tried) if tried else None,
                ref=ref,
                said=said,
            )
            for body, state, tries, tried, ref, said in rows
        ]

    def knows(self, key: str) -> bool:
        """Whether a message of that key was ever put in."""
        return any(letter.message.key == key for letter in self.letters())

    def put(self, *messages: Message) -> int:
        """Takes messages in, all or none; on disk when it returns. Gives how many were new.

        Raises:
            InputError: a key is there already with another content.
        """
        new = 0
        with self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            for message in messages:
                row = base.execute("SELECT body FROM letters WHERE key = ?", (message.key,)).fetchone()
                kept = self._kept(message)
                body = json.dumps(to_fields(kept), sort_keys=True)
                if row is None:
                    base.execute(
                        "INSERT INTO letters (key, ticket, body, state) VALUES (?, ?, ?, ?)",
                        (message.key, message.ticket, body, LetterState.WAITING),
                    )
                    new += 1
                elif row[0] != body:
                    raise InputError(
                        f"the queue holds another message under the key {message.key}; nothing was taken in.",
                        hint="A key belongs to one message for ever.",
                    )
            base.execute("COMMIT")
        return new

    def _kept(self, message: Message) -> Message:
        """A file is copied beside the queue: what is sent is what was there when it was put in."""
        if not isinstance(message, File):
            return message
        place = self._folder / "files" / message.key
        if not place.exists():
            half = place.with_suffix(".part")
            half.write_bytes(message.content())
            half.replace(place)
        return replace(message, path=message.key)

    def _opened(self, message: Message) -> Message:
        """A file's path is kept relative to the queue, for projects are moved."""
        return replace(message, path=str(self._folder / "files" / message.path)) if isinstance(message, File) else message

    # --- sending ---

    def push(self, desk: Desk, *, look: Callable[[Message], None] = lambda _message: None) -> Pushed:
        """Sends what waits, in order; `look` may refuse a message before it leaves.

        A message without a clear outcome holds back the later ones of its ticket; a busy system holds back all.

        Raises:
            RefusedError: another push of this project is at work.
            DisclosureError: `look` refused; nothing of that message was sent.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RefusedError("another push of this project is at work.", hint="Wait for its end.") from None
        try:
            return self._push(desk, look)
        finally:
            lock.release()

    def _push(self, desk: Desk, look: Callable[[Message], None]) -> Pushed:
        due = [one for one in self.letters() if one.state in {LetterState.WAITING, LetterState.TRYING}]
        if not due:
            return Pushed()
        desk.ready()
        with self._open() as base:
            return self._send_all(base, desk, due, look)

    def _send_all(self, base: sqlite3.Connection, desk: Desk, due: Iterable[Letter], look: Callable[[Message], None]) -> Pushed:
        done = Pushed()
        held: set[str] = set()
        tickets: dict[str, Ticket] = {}
        for letter in due:
            message = letter.message
            if message.ticket in held:
                continue
            try:
                if message.ticket not in tickets:
                    tickets[message.ticket] = desk.find(message.ticket)
                was_there = self._one(base, desk, tickets[message.ticket], letter, look)
            except (TicketError, TicketUnknownError) as problem:
                done = replace(done, problems=(*done.problems, Unsent(message.key, problem)))
                if isinstance(problem, TicketBusyError):
                    return done
                if _state_of(base, message.key) != LetterState.REFUSED:
                    held.add(message.ticket)
                continue
            done = replace(done, sent=done.sent + (not was_there), found=done.found + was_there)
        return done

    def _one(
        self, base: sqlite3.Connection, desk: Desk, ticket: Ticket, letter: Letter, look: Callable[[Message], None]
    ) -> bool:
        """One message; says whether it was there already."""
        message = letter.message
        if letter.tries:
            if letter.state is LetterState.TRYING and letter.tried and self._now() - letter.tried < self._rest:
                raise TicketUnknownError(
                    f"{message.marker} was tried a moment ago and has no answer.",
                    hint=f"Push again in {self._rest.seconds} s: until then the system may still be at work on it.",
                )
            if desk.has(ticket, message):
                _mark(base, message.key, LetterState.SENT, said="found by its marker")
                return True
        look(message)
        base.execute(
            "UPDATE letters SET state = ?, tries = tries + 1, tried = ? WHERE key = ?",
            (LetterState.TRYING, self._now().isoformat(), message.key),
        )
        try:
            ref = send(desk, ticket, message)
        except TicketUnknownError as problem:
            _mark(base, message.key, LetterState.TRYING, said=str(problem))
            raise
        except TicketBusyError as problem:
            _mark(base, message.key, LetterState.WAITING, said=str(problem))
            raise
        except TicketError as problem:
            _mark(base, message.key, LetterState.REFUSED, said=str(problem))
            raise
        _mark(base, message.key, LetterState.SENT, ref=ref)
        return False

    # --- by hand ---

    def settle(self, key: str, *, sent: bool) -> Letter:
        """What a person saw at the ticket: it is there, or it is not and may be sent (again).

        Raises:
            UnknownNameError: no message with a key that begins so, or several.
            RefusedError: it is sent, or waits anyway.
        """
        fitting = [one for one in self.letters() if key and one.message.key.startswith(key)]
        if len(fitting) != 1:
            raise UnknownNameError(f"{len(fitting)} messages have a key that begins with {key!r}.", hint="See `zdm sr status`.")
        (letter,) = fitting
        if letter.state in {LetterState.SENT, LetterState.WAITING}:
            raise RefusedError(f"{letter.message.key} is {letter.state}; there is nothing to settle.")
        with self._open() as base:
            base.execute(
                "UPDATE letters SET state = ?, tries = 0, tried = '', said = 'settled by hand' WHERE key = ?",
                (LetterState.SENT if sent else LetterState.WAITING, letter.message.key),
            )
        return next(one for one in self.letters() if one.message.key == letter.message.key)


def _state_of(base: sqlite3.Connection, key: str) -> str:
    return str(base.execute("SELECT state FROM letters WHERE key = ?", (key,)).fetchone()[0])


def _mark(base: sqlite3.Connection, key: str, state: LetterState, *, ref: str = "", said: str = "") -> None:
    """Writes down where a message stands; on disk when it returns."""
    base.execute("UPDATE letters SET state = ?, ref = ?, said = ? WHERE key = ?", (state, ref, said, key))
