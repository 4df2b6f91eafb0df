"""What every ticketing system is for this product: find, comment, attach, add time, tick off, set a status, and look again.

Values and one interface. Whatever is written carries a marker by which it is found again, so that it is never written twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

MARKED = "zdm:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A service request as found: `id` is what the system calls it inside, `number` what people call it.

    Attributes:
        kind: what sort of request it is, where that decides how it is reached (ConnectWise: service or project).
        board: where its statuses are defined, where there are several sets.
    """

    id: str
    number: str
    title: str = ""
    status: str = ""
    kind: str = ""
    board: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to be written to a ticket, once. `key` makes the marker and never changes."""

    kind: ClassVar[str] = ""

    ticket: str
    key: str

    @property
    def marker(self) -> str:
        """The text by which it is found again."""
        return f"[{MARKED}{self.key}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Message):
    """A comment."""

    kind: ClassVar[str] = "note"

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Message):
    """A file on this computer, attached under a name; `sha256` is what it must be, empty where nobody said."""

    kind: ClassVar[str] = "file"

    path: str
    name: str
    media_type: str = "application/octet-stream"
    text: str = ""
    sha256: str = ""

    def content(self) -> bytes:
        """What is in it."""
        return Path(self.path).read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry(Message):
    """Work from a moment on; both ends in UTC, ISO 8601."""

    kind: ClassVar[str] = "time"

    start: str
    end: str
    minutes: int
    text: str

    @property
    def starts(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.start)

    @property
    def ends(self) -> datetime:
        """When it ended."""
        return datetime.fromisoformat(self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Message):
    """A row of the ticket's checklist, done or open."""

    kind: ClassVar[str] = "task"

    title: str
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Message):
    """The state that the ticket gets."""

    kind: ClassVar[str] = "status"

    name: str


KINDS: dict[str, type[Message]] = {cls.kind: cls for cls in (Note, File, TimeEntry, Task, Status)}


def to_fields(message: Message) -> dict[str, Any]:
    """A message as JSON can hold it."""
    return {"kind": message.kind, **asdict(message)}


def from_fields(fields: dict[str, Any]) -> Message:
    """The message that `to_fields` wrote."""
    rest = {name: value for name, value in fields.items() if name != "kind"}
    return KINDS[str(fields["kind"])](**rest)


class Desk(Protocol):
    """A ticketing system.

    Each writing method writes exactly what it is given, once, and tries nothing again. Its errors tell what is known:
    `TicketError` and `TicketBusyError`: nothing was written; `TicketUnknownError`: it may have been.
    """

    name: str

    def ready(self) -> None:
        """Asks the system for every name that the project uses (statuses, work types, people).

        Raises:
            TicketError: one of them is not there. Nothing is written then.
        """

    def find(self, number: str) -> Ticket:
        """The ticket of a number.

        Raises:
            TicketError: there is none, or it is not to be seen.
        """

    def comment(self, ticket: Ticket, note: Note) -> str:
        """Writes a comment; gives the system's name for it."""

    def attach(self, ticket: Ticket, file: File) -> str:
        """Attaches a file."""

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """Enters working time."""

    def tick(self, ticket: Ticket, task: Task) -> str:
        """Adds a row to the ticket's checklist."""

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """Sets the state, and reads it back."""

    def has(self, ticket: Ticket, message: Message) -> bool:
        """Whether the message is there already, by its marker (a status: by itself).

        Raises:
            TicketUnknownError: the system cannot be searched.
        """


def send(desk: Desk, ticket: Ticket, message: Message) -> str:
    """Writes a message by the method that fits it."""
    match message:
        case Note():
            return desk.comment(ticket, message)
        case File():
            return desk.attach(ticket, message)
        case TimeEntry():
            return desk.add_time(ticket, message)
        case Task():
            return desk.tick(ticket, message)
        case Status():
            return desk.set_status(ticket, message)
    raise TypeError(type(message).__name__)
