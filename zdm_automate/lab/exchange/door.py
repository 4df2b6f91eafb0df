"""Where the module stub finds the tenant: a loopback port that takes a line of JSON and gives one. Who may come in is asked.

A session is good until its token ends on the lab's clock, or until somebody cuts it; nothing is answered without one.
"""

from __future__ import annotations

import json
import secrets
import socketserver
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.exchange.engine import perform_pipeline
from zdm_automate.lab.world.mail_tenant import TOKEN

if TYPE_CHECKING:
    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.world.mail_tenant import Tenant
    from zdm_automate.lab.world.model import World

LINE_LIMIT: Final = 8 * 1024 * 1024
NOBODY: Final = (
    "You must call the Connect-ExchangeOnline cmdlet before calling any other cmdlets.",
    "UnauthorizedAccessException",
)


class Door:
    """The port. `thumbprint` is that of the certificate which the application is registered with, `key` opens the port."""

    def __init__(self, keeper: Keeper, thumbprint: str) -> None:
        self._keeper = keeper
        self._thumbprint = thumbprint.casefold()
        self.key = secrets.token_hex(16)
        self.logons = 0
        self._server = _Server(("127.0.0.1", 0), self.answer)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="zdm-tenant", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: dict[str, Any], own: set[str]) -> dict[str, Any]:
        """The reply to one message; `own` are the sessions of the process that asks."""
        if not secrets.compare_digest(str(request.get("key", "")), self.key):
            return _error("this port belongs to a lab", "UnauthorizedAccessException")
        match request.get("op"):
            case "connect":
                return self._connect(request, own)
            case "connections":
                return {"rows": [self._connection(one) for one in sorted(own)]}
            case "disconnect":
                own.clear()
                return {"rows": []}
            case "cmdlet":
                return self._cmdlet(request, own)
        return _error("the lab's tenant knows no such message", "InvalidOperationException")

    @property
    def _tenant(self) -> Tenant:
        mail = self._keeper.world.mail
        assert mail is not None  # noqa: S101 - the door belongs to a tenant
        assert mail.tenant is not None  # noqa: S101 - as above
        return mail.tenant

    def _connect(self, request: dict[str, Any], own: set[str]) -> dict[str, Any]:
        tenant = self._tenant
        if str(request["organization"]).casefold() != tenant.organization.casefold():
            return _error(f"AADSTS90002: Tenant '{request['organization']}' not found.", "MsalServiceException")
        if str(request["app_id"]).casefold() != tenant.app_id.casefold():
            text = f"AADSTS700016: Application with identifier '{request['app_id']}' was not found in the directory."
            return _error(text, "MsalServiceException")
        if str(request["thumbprint"]).casefold() != self._thumbprint or "certificate-unknown" in tenant.troubles:
            text = "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered."
            return _error(text, "MsalServiceException")
        if "no-role" in tenant.troubles:
            text = f"The role assigned to application {tenant.app_id} isn't supported in this scenario."
            return _error(text, "UnauthorizedAccessException")
        number = secrets.token_hex(8)

        def note(world: World) -> tuple[World, None]:
            return _with(world, replace(tenant, connections={**tenant.connections, number: world.now + TOKEN})), None

        self._keeper.with_world(note)
        self.logons += 1
        own.add(number)
        return {"rows": [self._connection(number)]}

    def _connection(self, number: str) -> dict[str, Any]:
        tenant, now = self._tenant, self._keeper.now()
        until = tenant.connections.get(number)
        return {
            "ConnectionId": number,
            "State": "Connected" if until is not None else "Broken",
            "TokenStatus": "Active" if until is not None and now < until else "Expired",
            "TokenExpiryTimeUTC": (until or now).isoformat(),
            "Organization": tenant.organization,
            "AppId": tenant.app_id,
            "CertificateAuthentication": True,
        }

    def _cmdlet(self, request: dict[str, Any], own: set[str]) -> dict[str, Any]:
        tenant, now = self._tenant, self._keeper.now()
        if not any(tenant.connected(one, now) for one in own):
            return _error(*NOBODY)
        given = {str(name): _taken(value) for name, value in dict(request["parameters"]).items()}
        asked = [(str(request["name"]), given)]
        rows, warnings, error = perform_pipeline(self._keeper, tenant.organization, asked, user=tenant.app_id)
        told: dict[str, Any] = {"rows": rows, "warnings": warnings}
        if error is not None:
            told["error"] = {"id": error.error_id, "message": error.message, "category": error.category}
        return told


def _with(world: World, tenant: Tenant) -> World:
    assert world.mail is not None  # noqa: S101 - the tenant is part of it
    return replace(world, mail=replace(world.mail, tenant=tenant))


def _error(message: str, kind: str) -> dict[str, Any]:
    return {"rows": [], "error": {"id": kind, "message": message, "category": "NotSpecified"}}


def _taken(value: Any) -> Any:
    """A value as the stub sends it."""
    if isinstance(value, dict) and "$bytes" in value:
        return b64decode(value["$bytes"])
    if isinstance(value, dict) and "$moment" in value:
        return datetime.fromisoformat(value["$moment"])
    return value


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: Any) -> None:
        self.answer = answer
        super().__init__(address, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        own: set[str] = set()
        with suppress(OSError):
            while line := self.rfile.readline(LINE_LIMIT):
                try:
                    reply = self.server.answer(json.loads(line), own)
                except Exception as problem:  # noqa: BLE001 - a defect of a model must reach the caller, who waits for a line
                    reply = _error(f"the lab failed: {type(problem).__name__}: {problem}", "LabFault")
                self.wfile.write(json.dumps(reply, default=str).encode() + b"\n")
