"""Zammad as its documentation has it; what it refuses, this refuses."""

from __future__ import annotations

import re
from typing import Any

from model_http import Asked, ModelServer, Said, paged


class ZammadModel(ModelServer):
    """One system with the ticket number 31007, whose id is 7."""

    def __init__(self) -> None:
        super().__init__()
        self.states = ["new", "open", "closed"]
        self.tickets: list[dict[str, Any]] = [{"id": 7, "number": "31007", "title": "Migration", "state_id": 1}]
        self.articles: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != "Token token=secret-word":
            return Said(401, {"error": "Invalid token!"})
        return self._route(asked, asked.path.removeprefix("/api/v1/"))

    def _route(self, asked: Asked, path: str) -> Said:  # noqa: PLR0911 - one line a case
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 50))
        if path == "ticket_states":
            rows = [{"id": n, "name": name, "active": True} for n, name in enumerate(self.states, start=1)]
            return Said(200, paged(rows, page, size))
        if path == "tickets/search":
            wanted = asked.query["query"].removeprefix("number:")
            return Said(200, paged([one for one in self.tickets if wanted in one["number"]], page, size))
        if match := re.fullmatch(r"tickets/(\d+)", path):
            return self._ticket(asked, match[1])
        if match := re.fullmatch(r"ticket_articles/by_ticket/(\d+)", path):
            return Said(200, [one for one in self.articles if str(one["ticket_id"]) == match[1]])
        if path == "ticket_articles":
            return self._article(asked.json)
        if path == "checklists":
            self.tickets[0]["checklist_id"] = 3
            return Said(201, {"id": 3})
        if path == "checklists/3":
            return Said(200, {"id": 3, "items": self.items})
        if path == "checklist_items":
            self.items.append(asked.json)
            return Said(201, {"id": len(self.items)})
        return Said(404, {"error": f"no {path}"})

    def _ticket(self, asked: Asked, number: str) -> Said:
        found = [one for one in self.tickets if str(one["id"]) == number]
        if not found:
            return Said(404, {"error": "Couldn't find Ticket"})
        if asked.method == "PUT":
            if asked.json["state"] not in self.states:
                return Said(422, {"error": "No lookup value found for 'state'"})
            found[0]["state_id"] = self.states.index(asked.json["state"]) + 1
        return Said(200, found[0])

    def _article(self, body: dict[str, Any]) -> Said:
        if not body.get("body") or body.get("type") != "note":
            return Said(422, {"error": "Need at least an 'body' and a type"})
        if any({"filename", "data", "mime-type"} - set(one) for one in body.get("attachments", ())):
            return Said(422, {"error": "Attachment needs filename, data and mime-type"})
        self.articles.append(body)
        return Said(201, {"id": len(self.articles)})
