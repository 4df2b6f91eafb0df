"""Messages that the tests of all ticketing systems send, and the section that names a system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zdm_automate.outlets import TicketingSection
from zdm_automate.ticketing.port import Desk, File, Note, Status, Task, Ticket, TimeEntry, send

FILE = bytes(range(256)) * 4
NOTE = Note(
    ticket="12", key="0123456789abcdef", subject="dhcp_cutover: done", text="B-104 erledigt: Gr\u00fc\u00dfe <b> & \u20ac"
)
TIME = TimeEntry(
    ticket="12", key="1123456789abcdef", start="2026-03-02T07:00:00+00:00", end="2026-03-02T08:30:00+00:00", minutes=90,
    text="B-104",
)  # fmt: skip
TASK = Task(ticket="12", key="2123456789abcdef", title="B-104 Stop the old server")


def file_on(folder: Path, content: bytes = FILE, name: str = "b\u00fcndel.zip") -> File:
    """A file to attach."""
    path = folder / "content"
    path.write_bytes(content)
    return File(ticket="12", key="3123456789abcdef", path=str(path), name=name, media_type="application/zip", text="evidence")


def written_and_found(client: Desk, ticket: Ticket, folder: Path, status: str) -> list[str]:
    """Sends one message of every kind, asks that each is found afterwards and none before; gives the system's names."""
    messages = [NOTE, file_on(folder), TIME, TASK, Status(ticket=ticket.number, key="s", name=status)]
    before = [client.has(ticket, message) for message in messages]
    refs = [send(client, ticket, message) for message in messages]

    assert before == [False] * 5
    assert [client.has(ticket, message) for message in messages] == [True] * 5
    return refs


def section(system: Any, url: str = "", **more: Any) -> TicketingSection:
    """A system's section."""
    return TicketingSection(system=system, url=url, credential="desk", **more)
