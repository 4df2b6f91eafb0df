"""Makes an HTTP session pin its host's certificate and remember its sockets, so that a blocked read can be ended.

It adds to the adapters that a session has; it opens nothing and decides nothing about failures.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests


class Sockets:
    """The sockets of one session."""

    def __init__(self, session: requests.Session, fingerprint: str = "") -> None:
        self._open: list[socket.socket] = []
        self._ended = False
        for adapter in session.adapters.values():
            manager: Any = adapter.poolmanager  # type: ignore[attr-defined]
            if fingerprint:
                manager.connection_pool_kw["assert_fingerprint"] = fingerprint
                # the fingerprint is what is asked for; loading the system's authorities would take longer than the handshake
                manager.connection_pool_kw["ssl_context"] = create_urllib3_context(cert_reqs=ssl.CERT_NONE)
            manager.pool_classes_by_scheme = {
                scheme: self._watched_pool(make) for scheme, make in manager.pool_classes_by_scheme.items()
            }

    def certificate(self) -> bytes | None:
        """What the newest connection was shown, in DER; None without TLS."""
        newest = self._open[-1] if self._open else None
        return newest.getpeercert(binary_form=True) if isinstance(newest, ssl.SSLSocket) else None

    def end(self) -> None:
        """Breaks every connection, also under a thread that reads from it; none can be made afterwards."""
        self._ended = True
        for held in self._open:
            with contextlib.suppress(OSError):
                # not SSLSocket.shutdown: that would take the TLS layer from under the reading thread
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def close(self) -> None:
        """Gives back every socket, also those of answers that nobody has read to their end (a logon that failed)."""
        for held in self._open:
            if held.fileno() >= 0:
                # not held.close(): that waits for the answer's reader, which is in nobody's hands any more
                socket.close(held.detach())
        self._open = []

    def _watched_pool(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            pool = make(*args, **kwargs)
            pool.ConnectionCls = self._watched_connection(pool.ConnectionCls)
            return pool

        return made

    def _watched_connection(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            connection = make(*args, **kwargs)
            connect = connection.connect

            def connect_and_keep() -> None:
                if self._ended:
                    raise ConnectionAbortedError("this session has ended")
                connect()
                self._open = [held for held in self._open if held.fileno() >= 0]
                self._open.append(connection.sock)

            connection.connect = connect_and_keep
            return connection

        return made
