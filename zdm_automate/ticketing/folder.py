"""A folder as a ticketing system, for those who have none: one folder per request, one file per message."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.port import Ticket

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.ticketing.port import File, Message, Note, Status, Task, TimeEntry


class Folder:
    """A folder on this computer or on a share."""

    name = "Folder"

    def __init__(self, section: TicketingSection, base: Path) -> None:
        self._place = base / section.folder

    def ready(self) -> None:
        """See `Desk.ready`. The folder has to be there: a share that is away must not become a local folder."""
        if not self._place.is_dir():
            raise TicketError(f"{self._place} is no folder.", hint="Make it, or correct `ticketing: folder`.")

    def find(self, number: str) -> Ticket:
        """See `Desk.find`: a request's folder is made when something is written."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.#-]*", number):
            raise TicketError(f"{number!r} cannot name a folder.")
        return Ticket(id=number, number=number, title=str(self._place / number))

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`."""
        return self._write(ticket, note, f"{note.subject}\n\n{note.text}\n".encode(), "note.txt")

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`."""
        return self._write(ticket, file, file.content(), re.sub(r"[^A-Za-z0-9_.-]", "_", file.name))

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`."""
        return self._fields(ticket, time, start=time.start, end=time.end, minutes=time.minutes, text=time.text)

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`."""
        return self._fields(ticket, task, title=task.title, done=task.done)

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        return self._fields(ticket, status, status=status.name)

    def _fields(self, ticket: Ticket, message: Message, **fields: Any) -> str:
        return self._write(ticket, message, json.dumps(fields, indent=1).encode() + b"\n", f"{message.kind}.json")

    def _write(self, ticket: Ticket, message: Message, content: bytes, name: str) -> str:
        place = self._place / ticket.id
        path = place / f"{message.key}-{name}"
        half = place / f".{message.key}.part"
        try:
            place.mkdir(exist_ok=True)
            with half.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            half.replace(path)
        except OSError as problem:
            raise TicketError(
                f"{path} cannot be written: {problem.strerror}.", hint="Is the disk full, or the share away?"
            ) from problem
        return str(path)

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        return any((self._place / ticket.id).glob(f"{message.key}-*"))
