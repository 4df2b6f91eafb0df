"""What can be found out about an endpoint before anybody logs on: names, port, certificate, the ways to log on.

Each question has a limit of its own; it sends no credential and judges nothing.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from zdm_automate.transport.watchdog import DeadlineError, Worker

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from zdm_automate.transport.base import Target

SILENCE = 3600.0
LEAST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What an endpoint shows to a stranger.

    Attributes:
        addresses: what its name leads to; empty where the name does not exist, or was not answered in time.
        reverse: the name that its address leads back to; empty for none.
        port: how the port answered: `open`, `closed`, `silent`.
        mute: the port is open, but nothing came over it in time.
        fingerprint: SHA-256 of its certificate, hexadecimal.
        offered: the mechanisms of its first answer.
    """

    addresses: tuple[str, ...] = ()
    reverse: str = ""
    port: str = "silent"
    mute: bool = False
    fingerprint: str = ""
    subject: str = ""
    expires: datetime | None = None
    offered: tuple[str, ...] = ()


def probe(target: Target) -> Probe:
    """Asks one endpoint; all questions together take its `connect_seconds`, however each of them fails."""
    until = time.monotonic() + target.connect_seconds
    addresses, reverse = _names(target.address, until)
    if not addresses:
        return Probe()
    port = int(target.endpoint.partition("//")[2].partition("/")[0].rpartition(":")[2])
    try:
        line = socket.create_connection((addresses[0], port), timeout=_left(until))
    except TimeoutError:
        return Probe(addresses=addresses, reverse=reverse)
    except OSError:
        return Probe(addresses=addresses, reverse=reverse, port="closed")
    with closing(line):
        line.settimeout(_left(until))
        shows = target.ssl and not target.ssh
        certificate, spoken, mute = _certificate(line, target) if shows else (None, line, False)
        offered: tuple[str, ...] = ()
        if target.ssh:
            mute = _is_mute(line)
        elif spoken is not None:
            spoken.settimeout(_left(until))
            offered, mute = _offered(spoken, target)
    read = _read(certificate)
    return Probe(
        addresses=addresses,
        reverse=reverse,
        port="open",
        mute=mute,
        fingerprint=hashlib.sha256(certificate).hexdigest() if certificate else "",
        subject=read.subject.rfc4514_string() if read is not None else "",
        expires=read.not_valid_after_utc.astimezone(UTC) if read is not None else None,
        offered=offered,
    )


def _left(until: float) -> float:
    """Seconds that are left; never none, which a socket takes for `do not wait at all`."""
    return max(LEAST, until - time.monotonic())


def _names(address: str, until: float) -> tuple[tuple[str, ...], str]:
    """Addresses of a name and the name of the first of them. A name server that is silent holds nobody up."""

    def look() -> tuple[tuple[str, ...], str]:
        found = tuple(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)))
        try:
            name = socket.getnameinfo((found[0], 0), socket.NI_NAMEREQD)[0]
        except OSError:
            name = ""
        return found, name

    worker = Worker(f"names-{address}", idle=lambda: None, every=SILENCE)
    try:
        return worker.run(look, until=until)
    except (OSError, DeadlineError):
        return ((address,) if _is_address(address) else ()), ""
    finally:
        worker.stop()


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(text))
    return False


def _certificate(line: socket.socket, target: Target) -> tuple[bytes | None, socket.socket | None, bool]:
    """The certificate as it is shown, trusted or not, the line on which one can go on, and whether nothing came at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is looked at, not trusted: nothing secret goes over this line
    try:
        spoken = context.wrap_socket(line, server_hostname=target.address)
    except TimeoutError:
        return None, None, True
    except OSError:
        return None, None, False
    return spoken.getpeercert(binary_form=True), spoken, False


def _read(certificate: bytes | None) -> Certificate | None:
    from cryptography import x509  # noqa: PLC0415 - only for a host that has shown a certificate

    with suppress(ValueError):
        return x509.load_der_x509_certificate(certificate) if certificate else None
    return None


def _is_mute(line: socket.socket) -> bool:
    """Whether nothing comes of a server that has the first word, as one of SSH has."""
    try:
        line.recv(255)
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def _offered(line: socket.socket, target: Target) -> tuple[tuple[str, ...], bool]:
    """The mechanisms that an empty request is answered with, and whether nothing came at all."""
    connection = http.client.HTTPConnection(target.address)
    connection.sock = line
    try:
        connection.request("POST", f"/{target.path}", body=b"", headers={"Content-Length": "0", "Connection": "close"})
        answer = connection.getresponse()
        named = answer.headers.get_all("WWW-Authenticate") or []
    except TimeoutError:
        return (), True
    except (OSError, http.client.HTTPException):
        return (), False
    return tuple(one.split()[0].rstrip(",") for one in named if one.split()), False
