"""HaloPSA as its clients show it; what it refuses, this refuses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from model_http import Asked, ModelServer, Said, paged


class HaloModel(ModelServer):
    """One tenant with the ticket 12."""

    def __init__(self) -> None:
        super().__init__()
        self.token = ""
        self.tokens = 0
        self.status = 1
        self.actions: list[dict[str, Any]] = []
        self.attachments: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/api/authinfo":
            return Said(200, {"auth_url": f"{self.url}/auth", "tenant_id": "acme"})
        if asked.path == "/auth/token":
            return self._log_on(asked)
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return Said(401, {"Message": "Authorization has been denied for this request."})
        if asked.method == "POST" and not isinstance(asked.json, list):
            return Said(400, {"ClassName": "System.Exception", "Message": "An array is expected"})
        return self._route(asked, asked.path.removeprefix("/api/"))

    def _log_on(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        wanted = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret-word", "scope": "all"}
        if form != wanted or asked.query.get("tenant") != "acme":
            return Said(400, {"error": "invalid_client", "error_description": "The client is not known"})
        self.tokens += 1
        self.token = f"token-{self.tokens}"  # a new one ends the older
        return Said(200, {"access_token": self.token, "token_type": "Bearer", "expires_in": 3600})

    def _route(self, asked: Asked, path: str) -> Said:  # noqa: PLR0911 - one line a case
        if path == "Outcome":
            return Said(200, [{"id": 7, "outcome": "Internal Note"}, {"id": 8, "outcome": "Email User"}])
        if path == "Status":
            return Said(200, [{"id": 1, "name": "New"}, {"id": 9, "name": "Closed"}])
        if re.fullmatch(r"Tickets/\d+", path):
            there = path == "Tickets/12"
            ticket = {"id": 12, "summary": "Migration", "status_id": self.status}
            return Said(200, ticket) if there else Said(404, {"resultCode": 1, "errorMessage": "No ticket"})
        if path == "Tickets":
            self.status = asked.json[0]["status_id"]
            return Said(201, {"id": 12})
        rows = {"actions": self.actions, "Attachment": self.attachments}[path]
        if asked.method == "GET":
            return self._listed(asked, "actions" if path == "actions" else "attachments", rows)
        (body,) = asked.json
        refusal = _refusal(path, body)
        if refusal:
            return Said(400, refusal, {"Content-Type": "application/json"})
        rows.append({**body, "id": len(rows) + 1})
        return Said(201, rows[-1])

    def _listed(self, asked: Asked, key: str, rows: list[dict[str, Any]]) -> Said:
        """Without `pageinate` (so spelled) only the first rows come, as if there were no more."""
        mine = [row for row in rows if str(row["ticket_id"]) == asked.query.get("ticket_id")]
        if asked.query.get("pageinate") != "true":
            return Said(200, {"record_count": min(50, len(mine)), key: mine[:50]})
        size, page = int(asked.query["page_size"]), int(asked.query["page_no"])
        return Said(200, {"record_count": len(mine), key: paged(mine, page, size)})


def _refusal(path: str, body: dict[str, Any]) -> Any:
    if path == "actions":
        return "" if body.get("outcome_id") else "An Outcome must be entered for this Action"
    return "" if str(body.get("data_base64", "")).startswith("data:") else {"error": "data_base64 must be a data URI"}
