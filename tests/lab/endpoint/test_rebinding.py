"""A listener takes its port again although connections to it are still fading out."""

from __future__ import annotations

import socket
from contextlib import suppress

from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.http import Listener


def test_a_port_is_taken_again_at_once(accounts: Accounts, echo: object) -> None:
    """The end that closes first waits a minute in TIME-WAIT; that must not keep a lab from starting again."""
    first = Listener(echo, accounts)  # type: ignore[arg-type]
    first.start()
    port = first.port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        with suppress(OSError):
            while line.recv(4096):
                pass
    first.stop()
    second = Listener(echo, accounts, port=port)  # type: ignore[arg-type]
    second.start()
    taken = second.port
    second.stop()

    assert taken == port
