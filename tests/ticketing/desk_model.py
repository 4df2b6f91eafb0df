"""A ticketing system that loses answers, refuses, and is there when the process dies: as a script of faults says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from zdm_automate.errors import TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.ticketing.outbox import Outbox
from zdm_automate.ticketing.port import File, Message, Note, Status, Task, Ticket, TimeEntry

SHARED = Path("/dev/shm")  # noqa: S108 - memory as a disk: what is tested is the order of writes, not the disk


class Fault(StrEnum):
    """What happens at one request."""

    NONE = "none"
    LOST = "accepted, then the answer is lost"
    ERROR_BEFORE = "500, and nothing was written"
    ERROR_AFTER = "500, though it was written"
    BUSY = "429"
    DIES_BEFORE = "kill -9 before the request"
    DIES_AFTER = "kill -9 after the request"
    SECOND_START = "a second push starts meanwhile"
    REFUSED = "400"


class KilledError(BaseException):
    """The process is gone: nothing but the operating system cleans up."""


class DeskModel:
    """The system. `written` are the markers in the order in which they came in."""

    name = "model"

    def __init__(self, faults: Iterable[Fault] = (), *, searches: bool = True) -> None:
        self._faults: Iterator[Fault] = iter(faults)
        self._searches = searches
        self.written: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.looked = 0

    def ready(self) -> None:
        """Every name is known."""

    def find(self, number: str) -> Ticket:
        return Ticket(id=f"id{number}", number=number)

    def _write(self, _ticket: Ticket, message: Message) -> str:
        fault = next(self._faults, Fault.NONE)
        if fault is Fault.SECOND_START:
            self.meanwhile()
        if fault is Fault.DIES_BEFORE:
            raise KilledError
        if fault is Fault.BUSY:
            raise TicketBusyError("429", wait=1)
        if fault is Fault.REFUSED:
            raise TicketError("400")
        if fault is Fault.ERROR_BEFORE:
            raise TicketUnknownError("500")
        self.written.append(message.marker)
        if fault is Fault.DIES_AFTER:
            raise KilledError
        if fault in {Fault.LOST, Fault.ERROR_AFTER}:
            raise TicketUnknownError(str(fault))
        return f"ref{len(self.written)}"

    def comment(self, ticket: Ticket, note: Note) -> str:
        return self._write(ticket, note)

    def attach(self, ticket: Ticket, file: File) -> str:
        assert file.content()
        return self._write(ticket, file)

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        return self._write(ticket, time)

    def tick(self, ticket: Ticket, task: Task) -> str:
        return self._write(ticket, task)

    def set_status(self, ticket: Ticket, status: Status) -> str:
        return self._write(ticket, status)

    def has(self, _ticket: Ticket, message: Message) -> bool:
        self.looked += 1
        return self._searches and message.marker in self.written


def an_outbox(folder: Path) -> Outbox:
    """A queue that looks at once."""
    return Outbox(folder, rest=timedelta())


def a_note(key: str, ticket: str = "7", text: str = "done") -> Note:
    return Note(ticket=ticket, key=key, subject="B-104", text=text)
