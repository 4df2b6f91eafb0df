"""The endpoint's HTTP server: keep-alive connections, TLS, Basic, NTLM and Negotiate with message encryption, faults.

It knows who asks and that the body is in clear; what the body means is the handler's business.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
import socket
import ssl
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import spnego
from spnego.exceptions import SpnegoError

from zdm_automate.lab.endpoint import sealed
from zdm_automate.lab.endpoint.faults import Fault, Faults
from zdm_automate.lab.endpoint.seam import Answer, Handler, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.lab.endpoint.accounts import Accounts
    from zdm_automate.lab.endpoint.tls import TlsIdentity

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes of a request's body; WinRM's own envelope limit is far below."""

IDLE_SECONDS = 600.0
HANDSHAKE_SECONDS = 10.0
PIECE = 256
_ACTION = re.compile(rb"<(?:\w+:)?Action[^>]*>[^<]*/(\w+)\s*</")

log = logging.getLogger(__name__)


class Listener:
    """One listener of one host. Ephemeral port where `port` is 0."""

    def __init__(
        self,
        handler: Handler,
        accounts: Accounts,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        tls: TlsIdentity | None = None,
        allow_basic_http: bool = False,
        faults: Faults | None = None,
    ) -> None:
        self.handler = handler
        self.accounts = accounts
        self.tls = tls.context() if tls else None
        self.basic = tls is not None or allow_basic_http
        self.faults = faults or Faults()
        self.requests = 0
        self._count = Lock()
        self._server = _Server((address, port), self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, name="lab-http", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends: no new connections, those that are open are closed."""
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join(timeout=5)

    def counted(self) -> None:
        """Counts an authenticated request."""
        with self._count:
            self.requests += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, where: tuple[str, int], listener: Listener) -> None:
        self.listener = listener
        self._open: set[Any] = set()
        self._lock = Lock()
        super().__init__(where, _Connection)

    def server_bind(self) -> None:
        """Binds without asking a name server for the host's full name, which the base class does."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speaks TLS where the listener does, in the connection's own thread."""
        line = request
        try:
            if self.listener.tls is not None:
                request.settimeout(HANDSHAKE_SECONDS)
                line = self.listener.tls.wrap_socket(request, server_side=True)
            with self._lock:
                self._open.add(line)
            super().finish_request(line, client_address)
        except (ssl.SSLError, OSError) as problem:
            log.info("a connection ended: %s", problem)
        finally:
            with self._lock:
                self._open.discard(line)
            with suppress(OSError):
                line.close()

    def hang_up(self) -> None:
        """Closes what is open."""
        with self._lock:
            lines = list(self._open)
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class calls it so
        """Keeps the story of a defect of the endpoint itself."""
        log.exception("the endpoint failed on a connection of %s", client_address)  # noqa: LOG004 - called while it is handled


class _Connection(BaseHTTPRequestHandler):
    """One connection; who it is and the security context hold for all its requests, as in WinRM."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: _Server
    context: spnego.ContextProxy | None = None
    user: str = ""
    last_token: Mapping[str, str] = MappingProxyType({})

    @property
    def listener(self) -> Listener:
        return self.server.listener

    def do_POST(self) -> None:
        body = self._body()
        if body is None or not self._knows_who(body):
            return
        clear = self._in_clear(body)
        if clear is None:
            return
        if not clear:
            self._reply(200)
            return
        self.listener.counted()
        self._answer(Request(self.user, self.path, clear))

    def do_GET(self) -> None:
        self._reply(405)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Says nothing: the call log is the lab's record."""

    def _body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_LIMIT or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._reply(413 if length > BODY_LIMIT else 400)
            return None
        return self.rfile.read(length)

    # --- who asks ---

    def _knows_who(self, body: bytes) -> bool:
        """Whether the request may go on; if not it has been answered."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        match scheme.casefold():
            case "basic" if self.listener.basic:
                return self._basic(token)
            case "ntlm" | "negotiate":
                return self._negotiate(scheme, token, body)
        if self.context is not None and self.context.complete:
            return True
        self._challenge()
        return False

    def _basic(self, token: str) -> bool:
        try:
            raw = base64.b64decode(token, validate=True)
        except binascii.Error:
            raw = b""
        try:
            user, _, password = raw.decode().partition(":")
        except UnicodeDecodeError:  # clients differ about the encoding of Basic (RFC 7617)
            user, _, password = raw.decode("latin-1").partition(":")
        if not self.listener.accounts.knows(user, password):
            self._challenge()
            return False
        self.user = user
        return True

    def _negotiate(self, scheme: str, token: str, body: bytes) -> bool:
        """One step of NTLM or SPNEGO; True once the peer is known and the request carries something to do."""
        try:
            if self.context is None or self.context.complete:
                self.context, self.user = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate), ""
            out = self.context.step(base64.b64decode(token))
        except (SpnegoError, ValueError) as problem:
            log.info("logon refused: %s", type(problem).__name__)
            self.context = None
            self._challenge()
            return False
        back = {"WWW-Authenticate": f"{scheme} {base64.b64encode(out).decode()}"} if out else {}
        if not self.context.complete:
            self._reply(401, headers=back)
            return False
        self.user = self.context.client_principal or ""
        if not body:
            self._reply(200, headers=back)
            return False
        self.last_token = back
        return True

    def _challenge(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Negotiate")
        if self.listener.basic:
            self.send_header("WWW-Authenticate", 'Basic realm="WSMAN"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()

    # --- what is asked ---

    def _in_clear(self, body: bytes) -> bytes | None:
        """The body in clear. Without TLS, and not by Basic, only a sealed one is taken, as with AllowUnencrypted=false."""
        if "multipart/encrypted" in self.headers.get("Content-Type", ""):
            try:
                if self.context is None:
                    raise ValueError("sealed without a context")  # noqa: TRY301 - one answer for both
                return sealed.unseal(body, self.context)
            except (SpnegoError, ValueError):
                self._reply(400)
                return None
        basic = self.headers.get("Authorization", "").casefold().startswith("basic ")
        if body and self.listener.tls is None and not basic:
            self._reply(500)
            return None
        return body

    def _answer(self, request: Request) -> None:
        found = _ACTION.search(request.body)
        fault = self.listener.faults.take(found[1].decode() if found else "")
        kind = fault.kind if fault else ""
        match kind:
            case "drop-before":
                self.close_connection = True
                return
            case "401":
                self._challenge()
                return
            case "500":
                self._reply(500)
                return
            case "delay" if fault:
                time.sleep(fault.seconds)
        answer = self.listener.handler(request)
        if kind == "drop-after":
            self.close_connection = True
            return
        self._send(answer, fault if kind == "slow-stream" else None)

    def _send(self, answer: Answer, slow: Fault | None) -> None:
        if "multipart/encrypted" in self.headers.get("Content-Type", "") and self.context is not None:
            self._reply(answer.status, sealed.seal(answer.body, self.context), content_type=sealed.CONTENT_TYPE, slow=slow)
        else:
            self._reply(answer.status, answer.body, content_type=answer.content_type, slow=slow)

    def _reply(
        self,
        status: int,
        body: bytes = b"",
        *,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
        slow: Fault | None = None,
    ) -> None:
        self.send_response(status)
        given, self.last_token = headers or self.last_token, MappingProxyType({})
        for name, value in given.items():
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if slow is None:
            self.wfile.write(body)
        else:
            pause = slow.seconds / max(1, len(body) // PIECE)
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                self.wfile.flush()
                time.sleep(pause)
        self.wfile.flush()
