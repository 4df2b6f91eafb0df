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

from cryptography import x509

from zdm_automate.transport.watchdog import DeadlineError, Worker

if TYPE_CHECKING:
    from zdm_automate.transport.base import Target

SILENCE = 3600.0


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
    """Asks one endpoint; takes at most about twice its `connect_seconds`."""
    seconds = float(target.connect_seconds)
    addresses, reverse = _names(target.address, seconds)
    if not addresses:
        return Probe()
    port = int(target.endpoint.partition("//")[2].partition("/")[0].rpartition(":")[2])
    begun = time.monotonic()
    try:
        line = socket.create_connection((addresses[0], port), timeout=seconds)
    except TimeoutError:
        return Probe(addresses=addresses, reverse=reverse)
    except OSError:
        return Probe(addresses=addresses, reverse=reverse, port="closed")
    left = max(1.0, seconds - (time.monotonic() - begun))
    line.settimeout(left)
    with closing(line):
        certificate, spoken = _certificate(line, target) if target.ssl else (None, line)
        offered, mute = _offered(spoken, target) if spoken is not None else ((), False)
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


def _names(address: str, seconds: float) -> tuple[tuple[str, ...], str]:
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
        return worker.run(look, until=time.monotonic() + seconds)
    except (OSError, DeadlineError):
        return ((address,) if _is_address(address) else ()), ""
    finally:
        worker.stop()


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(text))
    return False


def _certificate(line: socket.socket, target: Target) -> tuple[bytes | None, socket.socket | None]:
    """The certificate as it is shown, trusted or not, and the line on which one can go on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is looked at, not trusted: nothing secret goes over this line
    try:
        spoken = context.wrap_socket(line, server_hostname=target.address)
    except OSError:
        return None, None
    return spoken.getpeercert(binary_form=True), spoken


def _read(certificate: bytes | None) -> x509.Certificate | None:
    with suppress(ValueError):
        return x509.load_der_x509_certificate(certificate) if certificate else None
    return None


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
