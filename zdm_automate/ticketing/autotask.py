"""Autotask, by its REST interface 1.0.

The zone (host) of a database is asked for, and asked again once when the login fails. A missing record is not a 404 but an
empty answer, a missing right is a 500 with a sentence. Files go as Base64 in JSON, at most 6 MB each and 10 MB in five minutes.
"""

from __future__ import annotations

import base64
import time as clock
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import TicketBusyError, TicketError
from zdm_automate.ticketing.client import Client
from zdm_automate.ticketing.http import SERVER_ERROR, UNAUTHORIZED, AnsweredError, refuse_clear_text
from zdm_automate.ticketing.port import File, Status, Task, Ticket, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import Message, Note

ZONES: Final = "https://webservices2.autotask.net/atservicesrest"
PAGE: Final = 500
LARGEST_FILE: Final = 6_000_000
WINDOW_BYTES: Final = 10_000_000
WINDOW_SECONDS: Final = 300
MOST_ITEMS: Final = 40
HIGHEST_USE: Final = 0.75
"""Share of the hourly calls from which nothing is sent: at 100 % the interface is closed for everyone in the company."""


class Autotask(Client):
    """An Autotask database; the credential is the interface user and its secret."""

    name = "Autotask"

    def __init__(
        self, section: TicketingSection, credential: Credential, monotonic: Callable[[], float] = clock.monotonic
    ) -> None:
        super().__init__(section, credential)
        self._monotonic = monotonic
        self._uploads: list[tuple[float, int]] = []
        self._picks: dict[str, int] = {}
        self._base = ""
        self._refetched = False
        headers = {
            "ApiIntegrationCode": section.tracking_code,
            "UserName": credential.username,
            "Secret": credential.password.reveal(),
        }
        self._zones = self.interface(section.zone_url or ZONES, final=_says_why)
        self._api = self.interface(section.zone_url or ZONES, headers=headers, final=_says_why)

    @staticmethod
    def explain(body: Any) -> str:
        """See `Client.explain`."""
        return "; ".join(str(one) for one in body.get("errors") or ()) if isinstance(body, dict) else ""

    # --- calls ---

    def _find_zone(self) -> None:
        """Asks without any secret where the database lives."""
        try:
            found = self._zones.get("v1.0/zoneInformation", user=self._credential.username)
        except TicketBusyError:
            raise
        except TicketError as problem:
            raise TicketError(
                f"Autotask knows no zone for the user {self._credential.username!r}.", hint="Is the name right?"
            ) from problem
        self._base = f"{str(found['url']).rstrip('/')}/V1.0"
        self._api.url = self._base

    def _call(self, method: str, path: str, **more: Any) -> Any:
        if not self._base:
            self._find_zone()
        try:
            return self._api.call(method, self._at(path), **more)
        except AnsweredError as refused:
            if refused.status != UNAUTHORIZED or self._refetched:
                raise
            self._refetched = True
            self._find_zone()
            return self._api.call(method, self._at(path), **more)

    def _at(self, path: str) -> str:
        return refuse_clear_text(path if "://" in path else f"{self._base}/{path}")

    def _query(self, entity: str, **equal: Any) -> Iterator[Any]:
        """All rows of a query; the next page is asked for with the same body."""
        rows = [{"op": "eq", "field": field, "value": value} for field, value in equal.items()]
        body = {"filter": rows or [{"op": "exist", "field": "id"}], "MaxRecords": PAGE}
        path = f"{entity}/query"
        while path:
            found = self._call("POST", path, body=body, reads=True)
            yield from _lowered(found.get("items") or ())
            path = str((found.get("pageDetails") or {}).get("nextPageUrl") or "")

    def _picked(self, entity: str, field: str, label: str) -> int:
        """The number behind a label of a pick list."""
        found = self._call("GET", f"{entity}/entityInformation/fields")
        for one in found.get("fields") or ():
            if str(one.get("name", "")).casefold() == field.casefold():
                values = one.get("picklistValues") or ()
                for value in values:
                    if str(value.get("label")) == label and value.get("isActive", True):
                        return int(value["value"])
                raise self.no(f"{field} {label!r} for {entity}", (str(value.get("label")) for value in values))
        raise TicketError(f"Autotask has no field {field} for {entity}.")

    def _named(self, entity: str, field: str, value: str) -> int:
        found = [one for one in self._query(entity, **{field: value}) if one.get("isactive", True)]
        if len(found) != 1:
            raise TicketError(f"Autotask has {len(found)} {entity} with {field} {value!r}.", hint="Exactly one must fit.")
        return int(found[0]["id"])

    # --- the interface ---

    def ready(self) -> None:
        """See `Desk.ready`."""
        used = self._call("GET", "ThresholdInformation")
        most, now = used.get("externalRequestThreshold") or 0, used.get("currentTimeframeRequestCount") or 0
        if most and now > HIGHEST_USE * most:
            raise TicketBusyError(
                f"{now} of {most} calls of this hour are used up, by all programs of the company.", wait=600.0,
                hint="Nothing was written; try again later.",
            )  # fmt: skip
        section = self._section
        self._picks = {
            "noteType": self._picked("TicketNotes", "noteType", section.note_type),
            "publish": self._picked("TicketNotes", "publish", section.publish),
            "resource": self._named("Resources", "userName", section.resource),
            "role": self._named("Roles", "name", section.role),
            "work": self._named("BillingCodes", "name", section.work_type),
        }
        if section.done_status:
            self._picks["done"] = self._picked("Tickets", "status", section.done_status)

    def find(self, number: str) -> Ticket:
        """See `Desk.find`. The number (T2026...) is not the id."""
        found = list(self._query("Tickets", ticketNumber=number))
        if len(found) != 1:
            raise TicketError(f"Autotask has no ticket {number}.", hint="A number looks like T20260302.0001.")
        return Ticket(
            id=str(found[0]["id"]), number=number, title=str(found[0].get("title")), status=str(found[0].get("status"))
        )

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`."""
        body = {
            "ticketID": int(ticket.id),
            "title": note.subject[:250],
            "description": f"{note.text}\n\n{note.marker}",
            "noteType": self._picks["noteType"],
            "publish": self._picks["publish"],
        }
        return _id(self._call("POST", f"Tickets/{ticket.id}/Notes", body=body))

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`. Sizes are counted here, for over the limit the whole company is shut out for a while."""
        content = file.content()
        if len(content) > LARGEST_FILE:
            raise TicketError(
                f"{file.name} has {len(content) / 1e6:.1f} MB; Autotask takes {LARGEST_FILE / 1e6:.0f} MB.",
                hint="Leave it where the client can fetch it; its digest is in the comment.",
            )
        now = self._monotonic()
        self._uploads = [(at, size) for at, size in self._uploads if at > now - WINDOW_SECONDS]
        if sum(size for _, size in self._uploads) + len(content) > WINDOW_BYTES:
            raise TicketBusyError(
                "Autotask takes 10 MB of files in five minutes.", wait=WINDOW_SECONDS, hint="Nothing was written."
            )
        body = {
            "id": 0,
            "attachmentType": "FILE_ATTACHMENT",
            "fullPath": file.name,
            "title": f"{file.name} {file.marker}",
            "publish": self._picks["publish"],
            "data": base64.b64encode(content).decode("ascii"),
        }
        self._uploads.append((now, len(content)))
        return _id(self._call("POST", f"Tickets/{ticket.id}/Attachments", body=body))

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`. Hours are of one UTC day (the queue splits entries there)."""
        body = {
            "ticketID": int(ticket.id),
            "resourceID": self._picks["resource"],
            "roleID": self._picks["role"],
            "billingCodeID": self._picks["work"],
            "dateWorked": f"{time.starts:%Y-%m-%dT00:00:00Z}",
            "startDateTime": f"{time.starts:%Y-%m-%dT%H:%M:%SZ}",
            "endDateTime": f"{time.ends:%Y-%m-%dT%H:%M:%SZ}",
            "hoursWorked": round(time.minutes / 60, 4),
            "summaryNotes": f"{time.text} {time.marker}",
        }
        return _id(self._call("POST", "TimeEntries", body=body))

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`. A ticket has one list of forty rows."""
        there = sum(1 for _ in self._query("TicketChecklistItems", ticketID=int(ticket.id)))
        if there >= MOST_ITEMS:
            raise TicketError(f"the checklist of ticket {ticket.number} is full: {there} rows.", hint="The comments have all.")
        body = {"id": 0, "itemName": f"{task.title[:550]} {task.marker}", "isCompleted": task.done, "isImportant": False}
        return _id(self._call("POST", f"Tickets/{ticket.id}/ChecklistItems", body=body))

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        wanted = self._picked("Tickets", "status", status.name)
        self._call("PATCH", "Tickets", body={"id": int(ticket.id), "status": wanted})
        if self._status(ticket) != wanted:
            raise TicketError(f"ticket {ticket.number} did not become {status.name!r}.")
        return status.name

    def _status(self, ticket: Ticket) -> int:
        found = self._call("GET", f"Tickets/{ticket.id}").get("item")
        if not found:
            raise TicketError(f"Autotask has no ticket {ticket.number} any more.")
        return int(found["status"])

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        entity, owner, field = {
            File.kind: ("TicketAttachments", "parentID", "title"),
            TimeEntry.kind: ("TimeEntries", "ticketID", "summarynotes"),
            Task.kind: ("TicketChecklistItems", "ticketID", "itemname"),
        }.get(message.kind, ("TicketNotes", "ticketID", "description"))
        if isinstance(message, Status):
            return self._status(ticket) == self._picked("Tickets", "status", message.name)
        rows = self._query(entity, **{owner: int(ticket.id)})
        return any(message.marker in str(row.get(field)) for row in rows)


def _lowered(rows: Any) -> Iterator[dict[str, Any]]:
    """Names in small letters: the description writes them one way, the live system another."""
    for row in rows:
        yield {str(name).lower(): value for name, value in row.items()}


def _id(answer: Any) -> str:
    """The id of what was made: usually `itemId`, by the description the whole record."""
    found = answer or {}
    item = found.get("item") or found
    return str(found.get("itemId") or item.get("id") or "")


def _says_why(status: int, said: str) -> bool:
    """A 500 with a sentence is a refusal; one without may be anything."""
    return status == SERVER_ERROR and bool(said)
