"""Messages that the tests of all ticketing systems send, and the section that names a system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zdm_automate.outlets import TicketingSection
from zdm_automate.ticketing.port import File, Note, Task, TimeEntry

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


def section(system: Any, url: str = "", **more: Any) -> TicketingSection:
    """A system's section."""
    return TicketingSection(system=system, url=url, credential="desk", **more)
