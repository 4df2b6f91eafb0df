"""Zammad, by its REST interface. The number that people know is not the id, so a ticket is found by searching."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.client import Client, turned
from zdm_automate.ticketing.port import Status, Task, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import File, Message, Note, TimeEntry

PAGE: Final = 100


class Zammad(Client):
    """A Zammad, with an access token as the credential's secret."""

    name = "Zammad"

    def __init__(self, section: TicketingSection, credential: Credential) -> None:
        super().__init__(section, credential)
        self._states: dict[int, str] = {}
        headers = {"Authorization": f"Token token={credential.password.reveal()}"}
        self._api = self.interface(f"{section.url.rstrip('/')}/api/v1", headers=headers)

    @staticmethod
    def explain(body: Any) -> str:
        """See `Client.explain`."""
        return str(body.get("error", "")) if isinstance(body, dict) else ""

    def ready(self) -> None:
        """See `Desk.ready`."""
        self._states = {int(one["id"]): str(one["name"]) for one in self._pages("ticket_states") if one.get("active", True)}
        wanted = self._section.done_status
        if wanted and wanted not in self._states.values():
            raise self.no(f"state {wanted!r}", sorted(self._states.values()))

    def find(self, number: str) -> Ticket:
        """See `Desk.find`. The search is a full text one, so the number is compared again."""
        self.refuse_no_number(number)
        rows = self._pages("tickets/search", query=f"number:{number}")
        found = [one for one in rows if str(one.get("number")) == number]
        if len(found) != 1:
            raise TicketError(f"Zammad has no ticket {number}.", hint="Is the number right, and may the account see it?")
        return Ticket(id=str(found[0]["id"]), number=number, title=str(found[0].get("title", "")), status=self._state(found[0]))

    def _state(self, ticket: Any) -> str:
        return str(ticket.get("state") or self._states.get(int(ticket.get("state_id") or 0), ""))

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`."""
        return self._article(ticket, note, note.subject, note.text)

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`."""
        data = base64.b64encode(file.content()).decode("ascii")
        attachment = {"filename": file.name, "data": data, "mime-type": file.media_type}
        return self._article(ticket, file, file.name, file.text or file.name, attachments=[attachment])

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`."""
        return self._article(ticket, time, "time", f"{time.text}\n{time.start} to {time.end}", time_unit=str(time.minutes))

    def _article(self, ticket: Ticket, message: Message, subject: str, text: str, **more: Any) -> str:
        body = {
            "ticket_id": int(ticket.id),
            "subject": subject,
            "body": f"{text}\n\n{message.marker}",
            "content_type": "text/plain",
            "type": "note",
            "internal": self._section.internal,
            **more,
        }
        return str(self._api.call("POST", "ticket_articles", body=body)["id"])

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`."""
        checklist = self._api.get(f"tickets/{ticket.id}").get("checklist_id")
        if not checklist:
            checklist = self._api.call("POST", "checklists", body={"ticket_id": int(ticket.id)})["id"]
        body = {"checklist_id": checklist, "text": f"{task.title} {task.marker}", "checked": task.done}
        return str(self._api.call("POST", "checklist_items", body=body)["id"])

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        self._api.call("PUT", f"tickets/{ticket.id}", body={"state": status.name})
        now = self._state(self._api.get(f"tickets/{ticket.id}"))
        if now != status.name:
            raise TicketError(f"ticket {ticket.number} is still {now!r}, not {status.name!r}.")
        return now

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        match message:
            case Status():
                return self._state(self._api.get(f"tickets/{ticket.id}")) == message.name
            case Task():
                checklist = self._api.get(f"tickets/{ticket.id}").get("checklist_id")
                items = self._api.get(f"checklists/{checklist}").get("items", ()) if checklist else ()
                return any(message.marker in str(item.get("text")) for item in items)
        articles = self._api.get(f"ticket_articles/by_ticket/{ticket.id}")
        return any(message.marker in str(article.get("body")) for article in articles or ())

    def _pages(self, path: str, **params: str) -> Iterator[Any]:
        """All rows; there is no total."""
        return turned(lambda page: self._api.get(path, **params, page=page, per_page=PAGE), PAGE)
