"""ConnectWise PSA as its clients and documentation describe it; what it refuses, this refuses."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes
from typing import Any

from model_http import Asked, ModelServer, Said, paged

LOGON = "Basic " + base64.b64encode(b"acme+public:private-key").decode()
CLIENT_ID = "11111111-2222-3333-4444-555555555555"


def refused(status: int, code: str, message: str, *details: str) -> Said:
    return Said(status, {"code": code, "message": message, "errors": [{"message": text} for text in details]})


class ConnectWiseModel(ModelServer):
    """One company with a service ticket 12 and a project ticket 34."""

    def __init__(self) -> None:
        super().__init__()
        self.codebase = "v2025_1/"
        self.has_all_notes = True
        self.notes: dict[str, list[dict[str, Any]]] = {"12": [], "34": []}
        self.tasks: dict[str, list[dict[str, Any]]] = {"12": [], "34": []}
        self.documents: list[dict[str, Any]] = []
        self.times: list[dict[str, Any]] = []
        self.status = {"12": 1, "34": 1}
        self.everything_public = False
        self.mailed: list[Any] = []

    def answer(self, asked: Asked) -> Said:
        if asked.path.startswith("/login/companyinfo/"):
            known = asked.path.endswith("/acme")
            return Said(200, {"CompanyName": "Acme", "Codebase": self.codebase} if known else None)
        if asked.headers.get("authorization") != LOGON:
            return refused(401, "Unauthorized", "Cannot route. Codebase/company is invalid.")
        if asked.headers.get("clientid") != CLIENT_ID:
            return refused(403, "Forbidden", "clientId is missing or invalid")
        head = f"/{self.codebase}apis/3.0/"
        if not asked.path.startswith(head):
            return Said(404, b"<html>not found</html>", {"Content-Type": "text/html"})
        return self._route(asked, asked.path.removeprefix(head))

    def _route(self, asked: Asked, path: str) -> Said:
        lists = {
            "system/members": [{"identifier": f"m{n}"} for n in range(40)] + [{"identifier": "eva"}],
            "time/workTypes": [{"name": "Remote"}, {"name": "O'Neil's"}],
            "time/workRoles": [{"name": "Engineer"}],
            "service/boards/5/statuses": [{"id": n, "name": f"S{n}"} for n in range(1, 31)] + [{"id": 77, "name": "Completed"}],
        }
        if asked.method == "GET" and path in lists:
            return self._listed(asked, lists[path])
        found = re.fullmatch(r"(service|project)/tickets/(\d+)(?:/(\w+))?", path)
        if found:
            return self._ticket(asked, found[1], found[2], found[3] or "")
        if path == "system/documents":
            return self._document(asked)
        if path == "time/entries":
            return self._time(asked)
        return refused(404, "NotFound", f"no {path}")

    def _listed(self, asked: Asked, rows: list[dict[str, Any]]) -> Said:
        """25 to a page unless told otherwise, 1000 at most; a condition is a quoted comparison."""
        size, page = int(asked.query.get("pageSize", 25)), int(asked.query.get("page", 1))
        if size > 1000:
            return refused(400, "InvalidArgument", "pageSize must be at most 1000")
        for part in filter(None, asked.query.get("conditions", "").split(" and ")):
            match = re.fullmatch(r"(\w+)=(?:'((?:[^']|'')*)'|(\d+))", part)
            if match is None:
                return refused(400, "InvalidQuery", f"conditions: {part}")
            wanted = match[3] if match[3] is not None else match[2].replace("''", "'")
            rows = [row for row in rows if str(row.get(match[1])) == wanted]
        return Said(200, paged(rows, page, size))

    def _ticket(self, asked: Asked, kind: str, number: str, part: str) -> Said:  # noqa: PLR0911 - one line a case
        if (kind, number) not in {("service", "12"), ("project", "34")}:
            return refused(404, "NotFound", f"Ticket {number} not found")
        if not part:
            if asked.method == "PATCH":
                return self._patched(asked, number)
            status = {"id": self.status[number], "name": {77: "Completed"}.get(self.status[number], "New")}
            return Said(200, {"id": int(number), "summary": "Migration", "status": status, "board": {"id": 5}})
        if part == "allNotes" and not self.has_all_notes:
            return refused(405, "NotAllowed", "")
        if part == "notes" and asked.method == "POST":
            return self._note(asked, number)
        if part in {"notes", "allNotes"}:
            return self._listed(asked, self.notes[number])
        if asked.method == "POST":
            self.tasks[number].append(asked.json)
            return Said(201, {"id": len(self.tasks[number])})
        return self._listed(asked, self.tasks[number])

    def _patched(self, asked: Asked, number: str) -> Said:
        if not isinstance(asked.json, list):
            return refused(400, "InvalidObject", "a JSON Patch is an array")
        self.status[number] = asked.json[0]["value"]["id"]
        return Said(200, {"id": int(number)})

    def _note(self, asked: Asked, number: str) -> Said:
        flags = ("internalAnalysisFlag", "detailDescriptionFlag", "resolutionFlag")
        if not any(asked.json.get(flag) for flag in flags):
            return refused(400, "InvalidObject", "serviceNote object is invalid", "Please choose where to display the notes")
        if asked.json.get("processNotifications", True):
            self.mailed.append(asked.json)
        self.notes[number].append(asked.json)
        return Said(201, {"id": len(self.notes[number])})

    def _document(self, asked: Asked) -> Said:
        if asked.method == "GET":
            shown = [{name: value for name, value in one.items() if name != "content"} for one in self.documents]
            rows = [one for one in shown if one["recordId"] == asked.query.get("recordId")]
            return self._listed(asked, rows)
        kind = asked.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            return refused(415, "UnsupportedMediaType", "documents are multipart/form-data")
        whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in whole.get_payload()}  # type: ignore[union-attr]
        fields = {name: part.get_payload(decode=True).decode() for name, part in parts.items() if name != "file"}  # type: ignore[union-attr]
        if "file" not in parts or fields.get("recordType") != "Ticket":
            return refused(400, "InvalidObject", "file and recordType are required")
        content: Any = parts["file"].get_payload(decode=True)  # type: ignore[union-attr]
        public = self.everything_public or fields.get("privateFlag") != "true"
        made = {"id": len(self.documents) + 1, **fields, "size": len(content), "publicFlag": public, "content": content}
        self.documents.append(made)
        return Said(201, {name: value for name, value in made.items() if name != "content"})

    def _time(self, asked: Asked) -> Said:
        if asked.method == "GET":
            return self._listed(asked, self.times)
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", asked.json.get("timeStart", "")):
            return refused(400, "InvalidObject", "timeEntry object is invalid", "timeStart is required, UTC")
        self.times.append(asked.json)
        return Said(201, {"id": len(self.times)})
