"""The running lab's control port: a few JSON calls on loopback, for this user's programs only. It knows names, not meanings."""

from __future__ import annotations

import json
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Action = Callable[[dict[str, Any]], Mapping[str, Any]]

LIMIT = 64 * 1024
"""Bytes of a request body that are read."""


class ControlServer:
    """Serves named actions: `POST /<name>` with a JSON object, the token in `Authorization: Bearer`; the answer is JSON.

    An action's `ZdmError` or `ValueError` is answered with 400 and its sentence.
    """

    def __init__(self, actions: Mapping[str, Action], token: str, port: int = 0) -> None:
        class Handler(_Handler):
            known = actions
            secret = token

        self._server = _Server(("127.0.0.1", port), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="lab-control")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, after the calls at work."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    known: Mapping[str, Action]
    secret: str

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LIMIT))
        if not compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.secret}"):
            self._answer(401, {"error": "the token is missing or wrong"})
            return
        action = self.known.get(self.path.strip("/"))
        if action is None:
            self._answer(404, {"error": f"no action {self.path}"})
            return
        try:
            self._answer(200, action(json.loads(body or b"{}")))
        except (ZdmError, ValueError, TypeError, LookupError) as problem:
            self._answer(400, {"error": str(problem)})

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Says nothing: the call log is the lab's record."""
