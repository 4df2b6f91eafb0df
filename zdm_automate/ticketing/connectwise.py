"""ConnectWise PSA, by its REST interface 3.0.

The path depends on a code base that changes with upgrades, so it is asked for, and asked again after a first 404.
Service and project requests live under different paths. Every note says itself where it shows and that nobody is mailed.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from zdm_automate.errors import TicketError
from zdm_automate.ticketing.client import Client, turned
from zdm_automate.ticketing.http import NOT_ALLOWED, NOT_FOUND, AnsweredError
from zdm_automate.ticketing.port import File, Status, Task, Ticket, TimeEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import Message, Note

PAGE: Final = 250
VERSION: Final = "application/vnd.connectwise.com+json; version=2025.16"
CHARGED: Final = {"service": "ServiceTicket", "project": "ProjectTicket"}


class ConnectWise(Client):
    """A ConnectWise PSA; the credential's user is the public key, its secret the private one."""

    name = "ConnectWise PSA"

    def __init__(self, section: TicketingSection, credential: Credential) -> None:
        super().__init__(section, credential)
        self._refetched = False
        self._base = ""
        pair = f"{section.company}+{credential.username}:{credential.password.reveal()}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}",
            "clientId": section.client_id,
            "Accept": VERSION,
        }
        self._api = self.interface(section.url, headers=headers)

    @staticmethod
    def explain(body: Any) -> str:
        """See `Client.explain`."""
        if not isinstance(body, dict):
            return ""
        details = [str(one.get("message", "")) for one in body.get("errors") or ()]
        return " / ".join(part for part in (str(body.get("message", "")), *details) if part)

    # --- calls ---

    def _find_base(self) -> None:
        """Asks for the code base; cloud hosts answer the interface under another name."""
        found = self._api.get(f"{self._section.url.rstrip('/')}/login/companyinfo/{self._section.company}")
        if not found:
            raise TicketError(f"ConnectWise knows no company {self._section.company!r}.", hint="See `ticketing: company`.")
        base = str(found.get("Codebase") or "v4_6_release/")
        self._base = f"{api_address(self._section.url).rstrip('/')}/{base.strip('/')}/apis/3.0"

    def _call(self, method: str, path: str, **more: Any) -> Any:
        if not self._base:
            self._find_base()
        try:
            return self._api.call(method, f"{self._base}/{path}", **more)
        except AnsweredError as refused:
            if refused.status != NOT_FOUND or self._refetched:
                raise
            self._refetched = True
            before = self._base
            self._find_base()
            if self._base == before:
                raise
            return self._api.call(method, f"{self._base}/{path}", **more)

    def _pages(self, path: str, **params: Any) -> Iterator[Any]:
        """All rows; a page holds 25 unless it is told otherwise."""
        return turned(lambda page: self._call("GET", path, params={**params, "pageSize": PAGE, "page": page}), PAGE)

    # --- the interface ---

    def ready(self) -> None:
        """See `Desk.ready`. Statuses belong to a ticket's board: `find` looks at them."""
        wanted = [("system/members", "identifier", self._section.member), ("time/workTypes", "name", self._section.work_type)]
        if self._section.role:
            wanted.append(("time/workRoles", "name", self._section.role))
        for path, field, value in wanted:
            if not any(str(row.get(field)) == value for row in self._pages(path, conditions=f"{field}={quoted(value)}")):
                raise TicketError(f"ConnectWise has no {value!r} under {path}.", hint="See `ticketing:` in project.yaml.")

    def find(self, number: str) -> Ticket:
        """See `Desk.find`."""
        self.refuse_no_number(number)
        for kind in CHARGED:
            try:
                found = self._call("GET", f"{kind}/tickets/{number}")
            except AnsweredError as refused:
                if refused.status == NOT_FOUND:
                    continue
                raise
            ticket = Ticket(
                id=str(found["id"]),
                number=number,
                title=str(found.get("summary", "")),
                status=str((found.get("status") or {}).get("name", "")),
                kind=kind,
                board=str((found.get("board") or {}).get("id", "")),
            )
            if self._section.done_status:
                self._status_id(ticket, self._section.done_status)
            return ticket
        raise TicketError(f"ConnectWise has neither a service nor a project ticket {number}.", hint="Is the number right?")

    def _status_id(self, ticket: Ticket, name: str) -> int:
        rows = list(self._pages(f"service/boards/{ticket.board}/statuses"))
        for row in rows:
            if str(row.get("name", "")).casefold() == name.casefold():
                return int(row["id"])
        known = ", ".join(str(row.get("name")) for row in rows)
        raise TicketError(f"the board of ticket {ticket.number} has no status {name!r}.", hint=f"It has: {known}.")

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`. A note without a place to show is refused; mails go out unless that is forbidden."""
        internal = self._section.internal
        body = {
            "text": f"{note.subject}\n\n{note.text}\n\n{note.marker}",
            "internalAnalysisFlag": internal,
            "detailDescriptionFlag": not internal,
            "resolutionFlag": False,
            "processNotifications": False,
        }
        return str(self._call("POST", f"{ticket.kind}/tickets/{ticket.id}/notes", body=body)["id"])

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`: a document of its own, in parts, never as JSON."""
        fields = {
            "recordType": "Ticket",
            "recordId": ticket.id,
            "title": f"{file.name} {file.marker}",
            "privateFlag": "true" if self._section.internal else "false",
        }
        made = self._call("POST", "system/documents", form=fields, files={"file": (file.name, file.content(), file.media_type)})
        if self._section.internal and made.get("publicFlag"):
            raise TicketError(
                f"{file.name} is at ticket {ticket.number}, but open to the customer.", hint="Make it private by hand."
            )
        return str(made["id"])

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`."""
        body: dict[str, Any] = {
            "chargeToId": int(ticket.id),
            "chargeToType": CHARGED[ticket.kind],
            "timeStart": f"{time.starts:%Y-%m-%dT%H:%M:%SZ}",
            "actualHours": round(time.minutes / 60, 2),
            "billableOption": self._section.billable,
            "workType": {"name": self._section.work_type},
            "member": {"identifier": self._section.member},
            "notes": f"{time.text} {time.marker}",
            "addToInternalAnalysisFlag": False,
            "addToDetailDescriptionFlag": False,
            "emailContactFlag": False,
            "emailResourceFlag": False,
            "emailCcFlag": False,
        }
        if self._section.role:
            body["workRole"] = {"name": self._section.role}
        return str(self._call("POST", "time/entries", body=body)["id"])

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`."""
        body = {"notes": f"{task.title} {task.marker}", "closedFlag": task.done}
        return str(self._call("POST", f"{ticket.kind}/tickets/{ticket.id}/tasks", body=body)["id"])

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`."""
        wanted = self._status_id(ticket, status.name)
        patch = [{"op": "replace", "path": "status", "value": {"id": wanted}}]
        self._call("PATCH", f"{ticket.kind}/tickets/{ticket.id}", body=patch)
        now = self._call("GET", f"{ticket.kind}/tickets/{ticket.id}").get("status") or {}
        if now.get("id") != wanted:
            raise TicketError(f"ticket {ticket.number} is still {now.get('name')!r}, not {status.name!r}.")
        return str(now.get("name"))

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        match message:
            case Status():
                now = self._call("GET", f"{ticket.kind}/tickets/{ticket.id}").get("status") or {}
                return now.get("id") == self._status_id(ticket, message.name)
            case File():
                rows = self._pages("system/documents", recordType="Ticket", recordId=ticket.id)
                return any(message.marker in str(row.get("title")) for row in rows)
            case TimeEntry():
                mine = f"chargeToId={ticket.id} and chargeToType={quoted(CHARGED[ticket.kind])}"
                rows = self._pages("time/entries", conditions=mine)
                return any(message.marker in str(row.get("notes")) for row in rows)
            case Task():
                rows = self._pages(f"{ticket.kind}/tickets/{ticket.id}/tasks")
                return any(message.marker in str(row.get("notes")) for row in rows)
        return any(message.marker in str(row.get("text")) for row in self._notes(ticket))

    def _notes(self, ticket: Ticket) -> list[Any]:
        """All notes; older versions have no `allNotes`."""
        try:
            return list(self._pages(f"{ticket.kind}/tickets/{ticket.id}/allNotes"))
        except AnsweredError as refused:
            if refused.status not in {NOT_FOUND, NOT_ALLOWED}:
                raise
        return list(self._pages(f"{ticket.kind}/tickets/{ticket.id}/notes"))


def api_address(url: str) -> str:
    """The address of the interface: the vendor's cloud has it under another host name than the login."""
    parts = urlsplit(url)
    host = parts.netloc
    if (host.endswith(".myconnectwise.net") and not host.startswith("api-")) or host == "staging.connectwisedev.com":
        host = f"api-{host}"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def quoted(text: str) -> str:
    """A literal of a condition."""
    return "'" + text.replace("'", "''") + "'"
