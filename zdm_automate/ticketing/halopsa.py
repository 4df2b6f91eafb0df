"""HaloPSA, by its REST interface.

A token is fetched once and kept, for a new one may end the older. Everything that is posted is an array, an attachment's
content a data URI. No note is taken without an outcome. Its checklists are not documented: a task becomes a note.
"""

from __future__ import annotations

import base64
import time as clock
from html import escape
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.client import Client
from zdm_automate.ticketing.http import UNAUTHORIZED, AnsweredError
from zdm_automate.ticketing.port import File, Status, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import Message, Note, Task, TimeEntry

PAGE: Final = 100
SPARE_SECONDS: Final = 60
"""So long before its end a token counts as over."""


class HaloPsa(Client):
    """A HaloPSA; the credential is the client id and the client secret of an application."""

    name = "HaloPSA"

    def __init__(
        self, section: TicketingSection, credential: Credential, monotonic: Callable[[], float] = clock.monotonic
    ) -> None:
        super().__init__(section, credential)
        self._monotonic = monotonic
        self._until = 0.0
        self._outcome = 0
        self._statuses: dict[str, int] = {}
        self._api = self.interface(f"{section.url.rstrip('/')}/api")

    @staticmethod
    def explain(body: Any) -> str:
        """See `Client.explain`. Five shapes have been seen."""
        if not isinstance(body, dict):
            return str(body) if isinstance(body, str) else ""
        names = ("errorMessage", "Message", "message", "error_description", "error")
        return next((str(body[name]) for name in names if body.get(name)), "")

    # --- calls ---

    def _log_on(self) -> None:
        about = self.interface(self._section.url).get("api/authinfo")
        auth = str(about.get("auth_url") or f"{self._section.url.rstrip('/')}/auth")
        tenant = str(about.get("tenant_id") or "")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credential.username,
            "client_secret": self._credential.password.reveal(),
            "scope": "all",
        }
        params = {"tenant": tenant} if tenant else {}
        made = self.interface(auth).call("POST", "token", params=params, form=form, reads=True)
        self._until = self._monotonic() + float(made.get("expires_in") or 0) - SPARE_SECONDS
        self._api.header("Authorization", f"Bearer {made['access_token']}")

    def _call(self, method: str, path: str, **more: Any) -> Any:
        if self._monotonic() >= self._until:
            self._log_on()
        try:
            return self._api.call(method, path, **more)
        except AnsweredError as refused:
            if refused.status != UNAUTHORIZED:
                raise
            self._log_on()  # another program has logged on since, and its token ended this one; nothing was done
            return self._api.call(method, path, **more)

    def _pages(self, path: str, key: str, **params: Any) -> Iterator[Any]:
        """All rows; the parameter is spelled `pageinate`."""
        page, seen = 1, 0
        while True:
            found = self._call("GET", path, params={**params, "pageinate": "true", "page_no": page, "page_size": PAGE})
            rows = found.get(key) or ()
            yield from rows
            seen += len(rows)
            if not rows or seen >= int(found.get("record_count") or 0):
                return
            page += 1

    # --- the interface ---

    def ready(self) -> None:
        """See `Desk.ready`."""
        outcomes = {str(one["outcome"]): int(one["id"]) for one in self._call("GET", "Outcome") or ()}
        if self._section.outcome not in outcomes:
            raise self.no(f"outcome {self._section.outcome!r}", outcomes)
        self._outcome = outcomes[self._section.outcome]
        self._statuses = {str(one["name"]): int(one["id"]) for one in self._call("GET", "Status") or ()}
        wanted = self._section.done_status
        if wanted and wanted not in self._statuses:
            raise self.no(f"status {wanted!r}", self._statuses)

    def find(self, number: str) -> Ticket:
        """See `Desk.find`."""
        self.refuse_no_number(number)
        found = self._call("GET", f"Tickets/{number}", params={"includedetails": "true"})
        if not found or str(found.get("id")) != number:
            raise TicketError(f"HaloPSA has no ticket {number}.", hint="Is the number right?")
        return Ticket(
            id=number, number=number, title=str(found.get("summary", "")), status=self._status_name(found.get("status_id"))
        )

    def _status_name(self, wanted: Any) -> str:
        return next((name for name, number in self._statuses.items() if number == wanted), "")

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`."""
        return self._action(ticket, note, f"{note.subject}\n\n{note.text}")

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`: a note."""
        return self._action(ticket, task, f"{'done' if task.done else 'open'}: {task.title}")

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`: an action with hours."""
        return self._action(
            ticket,
            time,
            time.text,
            timetaken=round(time.minutes / 60, 4),
            actionarrivaldate=f"{time.starts:%Y-%m-%dT%H:%M:%SZ}",
            actioncompletiondate=f"{time.ends:%Y-%m-%dT%H:%M:%SZ}",
        )

    def _action(self, ticket: Ticket, message: Message, text: str, **more: Any) -> str:
        html = escape(f"{text}\n\n{message.marker}").replace("\n", "<br>")
        body = {
            "ticket_id": int(ticket.id),
            "outcome_id": self._outcome,
            "hiddenfromuser": self._section.internal,
            "sendemail": False,
            "note_html": html,
            **more,
        }
        made = self._call("POST", "actions", body=[body])
        first = made[0] if isinstance(made, list) else made
        return f"{ticket.id}/{first['id']}"  # an action's id is unique in its ticket only

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`."""
        data = base64.b64encode(file.content()).decode("ascii")
        body = {
            "ticket_id": int(ticket.id),
            "filename": file.name,
            "desc": f"{file.text or file.name} {file.marker}",
            "data_base64": f"data:{file.media_type};base64,{data}",
            "showforusers": not self._section.internal,
        }
        made = self._call("POST", "Attachment", body=[body])
        return str((made[0] if isinstance(made, list) else made)["id"])

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        if status.name not in self._statuses:
            raise self.no(f"status {status.name!r}", self._statuses)
        self._call("POST", "Tickets", body=[{"id": int(ticket.id), "status_id": self._statuses[status.name]}])
        now = self.find(ticket.number).status
        if now != status.name:
            raise TicketError(f"ticket {ticket.number} is still {now!r}, not {status.name!r}.")
        return now

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        match message:
            case Status():
                return self.find(ticket.number).status == message.name
            case File():
                rows = self._pages("Attachment", "attachments", ticket_id=ticket.id)
                return any(message.marker in str(row.get("desc")) for row in rows)
        rows = self._pages("actions", "actions", ticket_id=ticket.id, excludesys="true")
        return any(message.marker in f"{row.get('note_html')}{row.get('note')}" for row in rows)
