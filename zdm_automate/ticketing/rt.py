"""Request Tracker 5, by its REST interface 2.0.

It answers 200 to changes that it refuses, so a status is read back; it has no checklist, so a task is a child ticket.
The subject of a comment is what its history shows, so the marker stands there. Names of files beyond ASCII it spoils, unless
they are encoded.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.client import Client, turned
from zdm_automate.ticketing.http import NOT_FOUND, AnsweredError
from zdm_automate.ticketing.port import Status, Task, Ticket, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import File, Message, Note

PAGE: Final = 100
"""The most that a page holds."""


class RequestTracker(Client):
    """A Request Tracker, with an authentication token as the credential's secret."""

    name = "Request Tracker"

    def __init__(self, section: TicketingSection, credential: Credential) -> None:
        super().__init__(section, credential)
        headers = {"Authorization": f"token {credential.password.reveal()}"}
        self._api = self.interface(f"{section.url.rstrip('/')}/REST/2.0", headers=headers)

    @staticmethod
    def explain(body: Any) -> str:
        """See `Client.explain`."""
        if isinstance(body, list):
            return "; ".join(str(one) for one in body)
        return str(body.get("message", "")) if isinstance(body, dict) else ""

    def ready(self) -> None:
        """See `Desk.ready`. Statuses are a matter of the ticket's own lifecycle: `find` looks at them."""
        answer = self._api.get("rt")
        version = str((answer or {}).get("Version", ""))
        if not version.startswith("5."):
            raise TicketError(f"{self._api.url} is Request Tracker {version or 'of no version'}; 5 is known here.")

    def find(self, number: str) -> Ticket:
        """See `Desk.find`."""
        self.refuse_no_number(number)
        try:
            found = self._api.get(f"ticket/{number}")
        except AnsweredError as refused:
            if refused.status == NOT_FOUND:
                raise TicketError(f"Request Tracker has no ticket {number}.", hint="Is the number right?") from refused
            raise
        wanted, status = self._section.done_status, str(found.get("Status", ""))
        if wanted and wanted.casefold() not in _reachable(found):
            raise TicketError(
                f"ticket {number} cannot become {wanted!r} from {status!r}.",
                hint=f"Its lifecycle allows: {', '.join(sorted(_reachable(found)))}.",
            )
        return Ticket(id=str(found["id"]), number=number, title=str(found.get("Subject", "")), status=status)

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`. Internal is `comment`; `correspond` goes to the requestors."""
        return self._write(ticket, note, note.subject, note.text)

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`."""
        attachment = {
            "FileName": encoded_word(file.name),
            "FileType": file.media_type,
            "FileContent": base64.b64encode(file.content()).decode("ascii"),
        }
        return self._write(ticket, file, file.name, file.text or file.name, Attachments=[attachment])

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`. A comment's time adds up; the ticket's own field would be set absolutely."""
        return self._write(ticket, time, "time", f"{time.text}\n{time.start} to {time.end}", TimeTaken=time.minutes)

    def _write(self, ticket: Ticket, message: Message, subject: str, text: str, **more: Any) -> str:
        way = "comment" if self._section.internal else "correspond"
        body = {"Subject": f"{subject} {message.marker}", "Content": text, "ContentType": "text/plain", **more}
        said = self._api.call("POST", f"ticket/{ticket.id}/{way}", body=body)
        return "; ".join(str(one) for one in said or ())

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`: a child ticket in the same queue, resolved where the task is done."""
        queue = self._api.get(f"ticket/{ticket.id}").get("Queue") or {}
        body = {"Queue": str(queue.get("id", "")), "Subject": f"{task.title} {task.marker}", "Parents": [int(ticket.id)]}
        made = str(self._api.call("POST", "ticket", body=body)["id"])
        if task.done:
            self._set(made, "resolved")
        return made

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        return self._set(ticket.id, status.name)

    def _set(self, number: str, status: str) -> str:
        said = self._api.call("PUT", f"ticket/{number}", body={"Status": status})
        now = str(self._api.get(f"ticket/{number}").get("Status", ""))
        if now.casefold() != status.casefold():
            words = "; ".join(str(one) for one in said or ()) or "it gave no reason"
            raise TicketError(f"ticket {number} is still {now!r}, not {status!r}: {words}")
        return now

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        match message:
            case Status():
                return str(self._api.get(f"ticket/{ticket.id}").get("Status", "")).casefold() == message.name.casefold()
            case Task():
                children = self._pages("tickets", query=f"MemberOf = {ticket.id}", fields="Subject,Status")
                return any(self._is_done(child, message) for child in children if message.marker in str(child.get("Subject")))
        history = self._pages(f"ticket/{ticket.id}/history", fields="Type,Data")
        return any(message.marker in str(line.get("Data")) for line in history)

    def _is_done(self, child: Any, task: Task) -> bool:
        """A child that was made and not yet resolved (the process died in between) is resolved now."""
        if task.done and child.get("Status") != "resolved":
            self._set(str(child["id"]), "resolved")
        return True

    def _pages(self, path: str, **params: str) -> Iterator[Any]:
        """All rows; totals are not told to everyone, so pages are read until one is empty."""
        return turned(lambda page: (self._api.get(path, **params, per_page=PAGE, page=page) or {}).get("items"))


def encoded_word(name: str) -> str:
    """A file's name as its interface takes it: beyond ASCII it spoils a plain one, or fails with 500 (RFC 2047 it reads)."""
    return name if name.isascii() else f"=?UTF-8?B?{base64.b64encode(name.encode()).decode('ascii')}?="


def _reachable(ticket: Any) -> set[str]:
    """The statuses that a ticket has or can get, casefolded."""
    ways = {str(link["to"]).casefold() for link in ticket.get("_hyperlinks", ()) if link.get("to")}
    return {*ways, str(ticket.get("Status", "")).casefold()}
