"""Autotask as its description and its clients have it; what it refuses, this refuses."""

from __future__ import annotations

import base64
import re
from typing import Any

from model_http import Asked, ModelServer, Said

LOGON = {"apiintegrationcode": "TRACK", "username": "api@acme.test", "secret": "secret-word"}
PICKS = {
    "TicketNotes": {"noteType": {"Task Notes": 3}, "publish": {"All Autotask Users": 1, "Internal Project Team": 2}},
    "Tickets": {"status": {"New": 1, "Complete": 5}},
}


def errors(status: int, *texts: str) -> Said:
    return Said(status, {"errors": list(texts)})


class AutotaskModel(ModelServer):
    """One database with the ticket T20260302.0007, whose id is 7001."""

    def __init__(self) -> None:
        super().__init__()
        self.zone = "zone1"
        self.rows: dict[str, list[dict[str, Any]]] = {
            "Tickets": [{"id": 7001, "ticketNumber": "T20260302.0007", "title": "Migration", "status": 1}],
            "Resources": [{"id": 11, "userName": "eva", "isActive": True}],
            "Roles": [{"id": 21, "name": "Engineer", "isActive": True}],
            "BillingCodes": [{"id": 31, "name": "Remote", "isActive": True}],
            "TicketNotes": [],
            "TicketAttachments": [],
            "TimeEntries": [],
            "TicketChecklistItems": [],
        }
        self.used = 10
        self.page = 500

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/v1.0/zoneInformation":
            if asked.query.get("user") != LOGON["username"]:
                return Said(500, {"errors": ["Unable to find the user"]})
            return Said(200, {"zoneName": "x", "url": f"{self.url}/{self.zone}/", "ci": 1})
        if any(asked.headers.get(name) != value for name, value in LOGON.items()):
            return Said(401, None)
        head = f"/{self.zone}/V1.0/"
        return self._route(asked, asked.path.removeprefix(head)) if asked.path.startswith(head) else Said(401, None)

    def _route(self, asked: Asked, path: str) -> Said:  # noqa: PLR0911 - one line a case
        if path == "ThresholdInformation":
            return Said(200, {"externalRequestThreshold": 10_000, "currentTimeframeRequestCount": self.used})
        if match := re.fullmatch(r"(\w+)/entityInformation/fields", path):
            return self._fields(match[1])
        if match := re.fullmatch(r"(\w+)/query", path):
            return self._query(asked, match[1])
        if match := re.fullmatch(r"Tickets/(\d+)", path):
            found = [row for row in self.rows["Tickets"] if str(row["id"]) == match[1]]
            return Said(200, {"item": found[0] if found else None})
        if path == "Tickets" and asked.method == "PATCH" and not self.rows["Tickets"]:
            return errors(500, "No matching records found")
        if path == "Tickets" and asked.method == "PATCH":
            self.rows["Tickets"][0]["status"] = asked.json["status"]
            return Said(200, {"itemId": asked.json["id"]})
        return self._create(asked, path)

    def _fields(self, entity: str) -> Said:
        fields = [
            {
                "name": name,
                "picklistValues": [{"value": str(n), "label": label, "isActive": True} for label, n in values.items()],
            }
            for name, values in PICKS.get(entity, {}).items()
        ]
        return Said(200, {"fields": fields})

    def _query(self, asked: Asked, entity: str) -> Said:
        if asked.method != "POST" or not asked.json.get("filter"):
            return errors(500, "The filter is required")
        names = {"eq"}
        if any(one["op"] not in names for one in asked.json["filter"]):
            return errors(500, "Unsupported operator")
        rows = [
            row for row in self.rows[entity]
            if all(str(row.get(one["field"])) == str(one["value"]) for one in asked.json["filter"])
        ]  # fmt: skip
        start = int(asked.query.get("start", 0))
        size = min(self.page, int(asked.json.get("MaxRecords", 500)), 500)
        following = f"{self.url}{asked.path}?start={start + size}" if start + size < len(rows) else None
        return Said(200, {"items": rows[start : start + size], "pageDetails": {"nextPageUrl": following}})

    def _create(self, asked: Asked, path: str) -> Said:
        entity = {"Notes": "TicketNotes", "Attachments": "TicketAttachments", "ChecklistItems": "TicketChecklistItems"}
        kind = entity.get(path.rpartition("/")[2], path)
        if "json" not in asked.headers.get("content-type", ""):
            return errors(500, "Unsupported media type: JSON expected")
        body = dict(asked.json)
        refusal = self._refusal(kind, body)
        if refusal:
            return errors(500, refusal)
        owner = re.match(r"Tickets/(\d+)/", path)
        if owner:
            body["ticketID"] = body["parentID"] = int(owner[1])
        body["id"] = len(self.rows[kind]) + 1
        self.rows[kind].append(body)
        return Said(200, {"itemId": body["id"]})

    def _refusal(self, kind: str, body: dict[str, Any]) -> str:  # noqa: PLR0911 - one line a rule
        if kind == "TicketNotes":
            if not body.get("title"):
                return "Title is required"
            known = {name: set(values.values()) for name, values in PICKS["TicketNotes"].items()}
            return "" if all(body.get(name) in known[name] for name in known) else "noteType or publish is not valid"
        if kind == "TicketAttachments":
            size = len(base64.b64decode(body["data"], validate=True))
            return "" if size <= 7_000_000 else "The attachment is too large"
        if kind == "TicketChecklistItems":
            there = [row for row in self.rows[kind] if row.get("ticketID") == 7001]
            return "" if len(there) < 40 else "A checklist has 40 items at most"
        if kind == "TimeEntries":
            if not 0 < body.get("hoursWorked", 0) <= 24:
                return "hoursWorked must be above 0 and at most 24"
            if body["startDateTime"][:10] != body["endDateTime"][:10]:
                return "A time entry may not span midnight"
            return "" if {"resourceID", "roleID", "billingCodeID"} <= set(body) else "resource, role and work type are required"
        return f"no {kind}"
