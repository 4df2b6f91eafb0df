"""The endpoint's HTTP server: takes connections, speaks TLS where it has a certificate, bounds them, and ends them.

What is said on a connection is the connection's business.
"""

from __future__ import annotations

import logging
import socket
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from threading import Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.lab.endpoint.connection import Connection, Limits, Terms
from zdm_automate.lab.endpoint.faults import Faults

if TYPE_CHECKING:
    import ssl

    from zdm_automate.lab.endpoint.accounts import Accounts
    from zdm_automate.lab.endpoint.seam import Handler
    from zdm_automate.lab.endpoint.tls import TlsIdentity

HANDSHAKE_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


class Listener:
    """One listener of one host. Ephemeral port where `port` is 0.

    Raises:
        OSError: the address or port cannot be had.
    """

    def __init__(  # noqa: PLR0913 - a listener is what it offers, named
        self,
        handler: Handler,
        accounts: Accounts,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        tls: TlsIdentity | None = None,
        allow_basic_http: bool = False,
        kerberos_only: bool = False,
        faults: Faults | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self.requests = 0
        self._count = Lock()
        terms = Terms(
            handler=handler,
            accounts=accounts,
            encrypted=tls is not None,
            basic=(tls is not None or allow_basic_http) and not kerberos_only,
            kerberos_only=kerberos_only,
            faults=self.faults,
            limits=limits or Limits(),
            stopping=Event(),
            counted=self._counted,
        )
        self._server = _Server((address, port), terms, tls.context() if tls else None)
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, name="lab-http", daemon=True)
        self._thread.start()

    def stop(self, *, seconds: float = 1.0) -> None:
        """Ends: no new connections, the open ones are hung up; waits so long for requests that are being worked on."""
        thread, self._thread = self._thread, None
        self._server.terms.stopping.set()
        if thread is not None:
            with suppress(OSError):  # wakes the waiting thread where the system can; elsewhere it looks by itself
                self._server.socket.shutdown(socket.SHUT_RDWR)
            self._server.shutdown()
            thread.join()
        self._server.server_close()
        self._server.hang_up(seconds)

    def _counted(self) -> None:
        with self._count:
            self.requests += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # hang_up waits, with a limit
    request_queue_size = 128

    def __init__(self, where: tuple[str, int], terms: Terms, tls: ssl.SSLContext | None) -> None:
        self.terms = terms
        self._tls = tls
        self._open: dict[Thread, socket.socket] = {}
        self._lock = Lock()
        super().__init__(where, Connection)

    def server_bind(self) -> None:
        """Binds without asking a name server for the host's full name, which the base class does."""
        # the last connections of a lab that ended a moment ago may still be fading out on this port
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One connection from begin to end, in its own thread."""
        line: socket.socket = request
        try:
            if not self._hold(line):
                return
            if self._tls is not None:
                line.settimeout(HANDSHAKE_SECONDS)
                line = self._tls.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
                if not self._hold(line):
                    return
                line.do_handshake()
            super().finish_request(line, client_address)
        except OSError as problem:
            log.info("a connection ended: %s", problem)
        finally:
            with self._lock:
                self._open.pop(current_thread(), None)
            with suppress(OSError):
                line.close()

    def _hold(self, line: socket.socket) -> bool:
        """Remembers the line of this thread; False where there are too many, or the end has come."""
        with self._lock:
            me = current_thread()
            if self.terms.stopping.is_set() or (me not in self._open and len(self._open) >= self.terms.limits.connections):
                return False
            self._open[me] = line
            return True

    def hang_up(self, seconds: float) -> None:
        """Closes what is open and waits for its threads, so long at most."""
        with self._lock:
            still = dict(self._open)
        for line in still.values():
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        end = time.monotonic() + seconds
        for thread in still:
            thread.join(max(0.0, end - time.monotonic()))

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class calls it so
        """Keeps the story of a defect of the endpoint itself."""
        log.exception("the endpoint failed on a connection of %s", client_address)  # noqa: LOG004 - called while it is handled
