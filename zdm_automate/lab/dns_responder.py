"""Real DNS on loopback for one server of the lab: UDP and TCP, messages by dnspython. What is answered is asked elsewhere."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer, ThreadingUDPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.world.dns import Answer

    Ask = Callable[[str, str], Answer | None]
    """Name and type -> what this server answers; None while it is silent."""

SECONDS = 5.0
UDP_SIZE = 1232
ATTEMPTS = 20
CODES = {"NameError": dns.rcode.NXDOMAIN, "ServerFailure": dns.rcode.SERVFAIL, "Timeout": dns.rcode.SERVFAIL}


class DnsResponder:
    """One listener on UDP and TCP with the same port; a free one where `port` is 0.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(self, ask: Ask, *, address: str = "127.0.0.1", port: int = 0) -> None:
        self._servers = _pair(ask, address, port)
        self.port = int(self._servers[0].server_address[1])
        self._threads = [
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="lab-dns", daemon=True)
            for server in self._servers
        ]

    def start(self) -> None:
        """Begins to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends, whether it was started or not; the port is free then."""
        for server, thread in zip(self._servers, self._threads, strict=True):
            if thread.is_alive():
                server.shutdown()
                thread.join(timeout=SECONDS)
            server.server_close()


def reply(query: bytes, ask: Ask, *, limit: int = 65535) -> bytes | None:
    """The answer to a message; None for no query and for a silent server. One larger than `limit` is cut and says so."""
    try:
        asked = dns.message.from_wire(query)
    except (dns.exception.DNSException, ValueError):
        return None
    if asked.flags & dns.flags.QR or len(asked.question) != 1:
        return None
    made = dns.message.make_response(asked, recursion_available=True)
    question = asked.question[0]
    name, kind = _text(question.name), dns.rdatatype.to_text(question.rdtype)
    answer = ask(name, kind)
    if answer is None:
        return None
    made.set_rcode(CODES.get(answer.status, dns.rcode.NOERROR))
    if answer.status == "Success":
        owner, ttl = question.name, answer.ttl or 0
        behind = answer.name.rstrip(".")
        if behind and behind.casefold() != name.casefold():
            owner = _name(behind)
            made.answer.append(dns.rrset.from_text(question.name, ttl, "IN", "CNAME", f"{behind}."))
        made.answer.append(dns.rrset.from_text(owner, ttl, "IN", kind, *_texts(kind, answer.data)))
    wire = made.to_wire()
    if len(wire) > limit:
        made.answer.clear()
        made.flags |= dns.flags.TC
        wire = made.to_wire()
    return wire


def _text(name: dns.name.Name) -> str:
    """A name without the last dot; labels beyond ASCII are UTF-8, as Windows has them."""
    return ".".join(label.decode("utf-8", "replace") for label in name.labels if label)


def _name(text: str) -> dns.name.Name:
    return dns.name.Name([*(label.encode() for label in text.split(".")), b""])


def _texts(kind: str, data: tuple[str, ...]) -> tuple[str, ...]:
    """Record data as dnspython reads it; a text is quoted."""
    if kind != "TXT":
        return data
    return tuple('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in data)


def _pair(ask: Ask, address: str, port: int) -> tuple[Any, Any]:
    """Both servers on one port; a free port has to be free for both."""
    last: OSError | None = None
    for _ in range(1 if port else ATTEMPTS):
        udp = _Udp((address, port), ask)
        try:
            return udp, _Tcp((address, udp.server_address[1]), ask)
        except OSError as problem:
            udp.server_close()
            last = problem
    raise last or OSError("no free port")


class _UdpHandler(BaseRequestHandler):
    def handle(self) -> None:
        data, line = self.request
        answer = reply(data, self.server.ask, limit=UDP_SIZE)  # type: ignore[attr-defined]
        if answer is not None:
            line.sendto(answer, self.client_address)


class _TcpHandler(BaseRequestHandler):
    def handle(self) -> None:
        self.request.settimeout(SECONDS)
        with suppress(OSError):
            while head := self._exactly(2):
                query = self._exactly(struct.unpack("!H", head)[0])
                answer = reply(query, self.server.ask)  # type: ignore[attr-defined]
                if answer is None:
                    return
                self.request.sendall(struct.pack("!H", len(answer)) + answer)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self.request.recv(count - len(found))
            if not piece:
                return b""
            found += piece
        return found


class _Udp(ThreadingUDPServer):
    daemon_threads = True

    def __init__(self, where: tuple[str, int], ask: Ask) -> None:
        self.ask = ask
        super().__init__(where, _UdpHandler)


class _Tcp(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    address_family = socket.AF_INET

    def __init__(self, where: tuple[str, int], ask: Ask) -> None:
        self.ask = ask
        super().__init__(where, _TcpHandler)
