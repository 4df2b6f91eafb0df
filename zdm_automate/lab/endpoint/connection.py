"""One connection to a listener: requests in, answers out, sealed or in clear, with the faults that were asked for.

Who asks is the logon's business, what the body means is the handler's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import TYPE_CHECKING, Any, Final, Protocol

from spnego.exceptions import SpnegoError

from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.faults import Fault, Faults
from zdm_automate.lab.endpoint.logon import Logon, Verdict
from zdm_automate.lab.endpoint.seam import Answer, Handler, Request
from zdm_automate.transport import sealed

if TYPE_CHECKING:
    from zdm_automate.lab.endpoint.logon import Headers

PATHS: Final = frozenset({"/wsman", "/powershell"})
PIECE: Final = 256
log = logging.getLogger(__name__)

_ACTION = re.compile(rb"<(?:\w+:)?Action[^>]*>[^<]*/(\w+)\s*</")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one listener bears.

    Attributes:
        body: bytes of a request's body; WinRM's own limit of an envelope, which answers with a fault, is far below.
        connections: open at a time, WinRM's MaxConnections of Windows Server 2012 and later; one more is hung up.
        idle_seconds: a connection that says nothing for so long is closed.
    """

    body: int = 2 * 1024 * 1024
    connections: int = 300
    idle_seconds: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all connections of a listener go by.

    Attributes:
        encrypted: the line itself is, by TLS; otherwise only sealed bodies are taken, except from Basic.
        basic: Basic is offered.
        kerberos_only: NTLM is neither offered nor taken.
        stopping: set when the listener ends; no fault's pause outlasts it.
        counted: called for every request that reaches the handler.
    """

    handler: Handler
    accounts: Accounts
    encrypted: bool
    basic: bool
    kerberos_only: bool
    faults: Faults
    limits: Limits
    stopping: Event
    counted: Callable[[], None]


class HasTerms(Protocol):
    """The server, as its connections see it."""

    terms: Terms


class Connection(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with keep-alive, in a thread of its own."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Begins: nobody has logged on."""
        server: HasTerms = self.server  # type: ignore[assignment] # the listener's own server
        self.terms = server.terms
        self.logon = Logon(self.terms.accounts, basic=self.terms.basic, kerberos_only=self.terms.kerberos_only)
        self.extra: Headers = ()
        super().setup()
        self.connection.settimeout(self.terms.limits.idle_seconds)

    def version_string(self) -> str:
        """What WinRM says of itself in the header Server."""
        return "Microsoft-HTTPAPI/2.0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Says nothing: the call log is the lab's record."""

    def do_POST(self) -> None:
        """One request."""
        self.extra = ()
        body = self._body()
        if body is None:
            return
        if self.path.partition("?")[0].rstrip("/").casefold() not in PATHS:
            self._reply(404)
            return
        authorization = self.headers.get("Authorization", "")
        verdict = self.logon.ask(authorization)
        if not verdict.known:
            self._challenge(verdict)
            return
        self.extra = verdict.headers
        clear = self._in_clear(body)
        if clear is None:
            return
        if not clear:
            self._reply(200)
            return
        self.terms.counted()
        self._answer(Request(self.logon.user, self.path, clear))

    def _only_post(self) -> None:
        """WinRM takes nothing but POST; what such a request carries is not read, so the line ends here."""
        self.close_connection = True
        self.extra = (("Allow", "POST"),)
        self._reply(405)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = _only_post  # noqa: N815 - the base class looks for these names

    def _body(self) -> bytes | None:
        """The body; None where the request has been answered or the peer has gone."""
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= self.terms.limits.body or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._reply(413 if length > self.terms.limits.body else 400)
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    @property
    def _is_sealed(self) -> bool:
        return self.headers.get("Content-Type", "").casefold().startswith("multipart/encrypted")

    def _in_clear(self, body: bytes) -> bytes | None:
        """The body in clear. Without TLS, and not by Basic, only a sealed one is taken, as with AllowUnencrypted=false."""
        context = self.logon.context
        if body and self._is_sealed:
            try:
                return sealed.unseal(body, context)
            except (SpnegoError, ValueError):
                self._reply(400)
                return None
        if body and context is not None and not self.terms.encrypted:
            self._reply(500)
            return None
        return body

    def _answer(self, request: Request) -> None:
        found = _ACTION.search(request.body)
        fault = self.terms.faults.take(found[1].decode() if found else "")
        kind = fault.kind if fault else ""
        match kind:
            case "drop-before":
                self.close_connection = True
                return
            case "401":
                self._challenge(self.logon.refuse())
                return
            case "500" | "http" if fault:
                self._reply(fault.code or 500)
                return
            case "delay" if fault:
                self.terms.stopping.wait(fault.seconds)
        try:
            answer = self.terms.handler(request)
        except Exception:
            log.exception("the endpoint failed on a request of %s", request.user)
            answer = Answer(500)
        if kind == "drop-after":
            self.close_connection = True
            return
        self._send(answer, fault if kind == "slow-stream" else None)

    def _send(self, answer: Answer, slow: Fault | None) -> None:
        context = self.logon.context
        if self._is_sealed and context is not None:
            self._reply(answer.status, sealed.seal(answer.body, context), content_type=sealed.CONTENT_TYPE, slow=slow)
        else:
            self._reply(answer.status, answer.body, content_type=answer.content_type, slow=slow)

    def _challenge(self, verdict: Verdict) -> None:
        self.extra = verdict.headers
        self._reply(401)

    def _reply(self, status: int, body: bytes = b"", *, content_type: str = "", slow: Fault | None = None) -> None:
        self.send_response(status)
        for name, value in self.extra:
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if slow is None:
            self.wfile.write(body)
        else:
            pause = slow.seconds / max(1, len(body) // PIECE)
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                self.wfile.flush()
                self.terms.stopping.wait(pause)
        self.wfile.flush()
