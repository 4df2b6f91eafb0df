"""Two accounts, a handler that echoes, and a raw connection, for the tests of the endpoint."""

from __future__ import annotations

import base64
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from threading import Thread

from zdm_automate.lab.endpoint.seam import Answer, Request
from zdm_automate.lab.endpoint.tls import TlsIdentity

USER = "Administrator"
PASSWORD = "pä$$w0rd:ß"
SECOND_USER, SECOND_PASSWORD = "Müller", "пароль\u2713"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SOAP = (
    '<s:Envelope><s:Header><a:Action s:mustUnderstand="true">http://x/shell/{action}</a:Action></s:Header>{text}</s:Envelope>'
)


def envelope(action: str = "Command", text: str = "") -> bytes:
    """An envelope with this action."""
    return SOAP.format(action=action, text=text).encode()


class Echo:
    """Answers with what was asked, and keeps it."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        return Answer(200, request.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A raw answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def told(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key.casefold() == name.casefold()]


class Line:
    """One raw connection. Raises OSError or http.client's errors where the peer hangs up."""

    def __init__(self, port: int, tls: TlsIdentity | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        if tls is not None:
            context = ssl.create_default_context(cafile=str(tls.certificate))
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def ask(self, body: bytes = b"", *, method: str = "POST", path: str = "/wsman", **headers: str) -> Reply:
        """Sends a request and reads its answer; underscores of header names are hyphens."""
        given = {"Host": "localhost", "Content-Length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        with HTTPResponse(self.socket, method=method) as response:
            response.begin()
            return Reply(response.status, tuple(response.getheaders()), response.read())

    def close(self) -> None:
        """Hangs up."""
        self.socket.close()


class Relay:
    """Stands between a client and a port and hears all that is said; serves until it is closed."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._heard: list[bytes] = []
        self._lines: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads = [Thread(target=self._take, daemon=True)]
        self._threads[0].start()

    @property
    def heard(self) -> bytes:
        """Everything, in both directions."""
        return b"".join(self._heard)

    def close(self) -> None:
        """Hangs up everywhere."""
        for line in [self._listening, *self._lines]:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        for thread in self._threads:
            thread.join(5)

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._target))
                self._lines += [here, there]
                for ends in ((here, there), (there, here)):
                    self._threads.append(Thread(target=self._pump, args=ends, daemon=True))
                    self._threads[-1].start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._heard.append(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
