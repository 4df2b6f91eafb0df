"""Logging on by SPNEGO over WinRS: what a host offers decides, and what the connection has shown is bound to the logon."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lab_host import LIBRARY, LabHost

from zdm_automate.errors import AuthenticationError, InputError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Auth, Target
from zdm_automate.transport.logon import _binding
from zdm_automate.transport.winrs import WinrsTransport

Offer = Callable[..., int]


def _whole_request(line: socket.socket) -> None:
    """Reads it to its end: a connection that is closed before that is reset, and the answer lost."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = line.recv(65536)
        if not more:
            return
        head += more
    head, _, body = head.partition(b"\r\n\r\n")
    told = re.search(rb"(?im)^content-length: *([0-9]+)", head)
    left = int(told[1]) - len(body) if told else 0
    while left > 0 and (more := line.recv(left)):
        left -= len(more)


@pytest.fixture
def offering() -> Iterator[Offer]:
    """Starts servers that answer everything with 401 and what they offer; gives the port."""
    with ExitStack() as ending:

        def start(*offers: str) -> int:
            listening = ending.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            headers = "".join(f"WWW-Authenticate: {one}\r\n" for one in offers)

            def serve() -> None:
                with suppress(OSError):
                    while True:
                        line = listening.accept()[0]
                        with closing(line):
                            line.settimeout(5)
                            _whole_request(line)
                            line.sendall(f"HTTP/1.1 401 no\r\n{headers}Content-Length: 0\r\n\r\n".encode())

            serving = Thread(target=serve, daemon=True)
            serving.start()
            ending.callback(serving.join, 5)
            ending.callback(listening.shutdown, socket.SHUT_RDWR)  # wakes who waits in accept; closing alone does not
            return int(listening.getsockname()[1])

        yield start


def reach(port: int, auth: Auth) -> WinrsTransport:
    account = Credential("TINY\\x", Secret("not-sent-to-anybody"))
    target = Target(
        host="NEW", address="127.0.0.1", port=port, ssl=False, auth=auth, spn_host="new.example.org", credential=account
    )
    return WinrsTransport(target, agent=LIBRARY.agent_text)


@pytest.mark.parametrize(
    ("auth", "offers", "said"),
    [
        ("ntlm", ("Basic realm=x",), "offers no way to log on that this target may use"),
        ("negotiate", (), "offers no way to log on that this target may use"),
        ("ntlm", ("Kerberos",), "offers only another way to log on than the project asks for"),
        ("kerberos", ("NTLM",), "offers only another way to log on than the project asks for"),
        ("kerberos", ("Basic realm=x", "NTLM"), "offers only another way to log on than the project asks for"),
    ],
)
def test_what_is_not_offered_is_not_tried(offering: Offer, auth: Auth, offers: tuple[str, ...], said: str) -> None:
    """No ticket is asked for and no password goes out; the sentence says that the host's offer is what is wrong."""
    with closing(reach(offering(*offers), auth)) as transport, pytest.raises(AuthenticationError, match=said):
        transport.open()


def test_a_logon_that_gets_no_answer_is_refused(offering: Offer) -> None:
    """Negotiate is offered, and the token is answered with nothing."""
    with (
        closing(reach(offering("Negotiate"), "ntlm")) as transport,
        pytest.raises(AuthenticationError, match="does not accept"),
    ):
        transport.open()


def test_the_certificate_of_the_connection_is_at_hand(lab_host: Callable[..., LabHost]) -> None:
    """It is what the logon is bound to; without TLS there is none."""
    secure, plain = lab_host(tls=True), lab_host()
    over = [host.winrs() for host in (secure, plain)]
    for transport in over:
        transport.open()
    shown = [transport._line._http.sockets.certificate() for transport in over]  # type: ignore[union-attr]  # noqa: SLF001

    assert secure.tls is not None
    assert hashlib.sha256(shown[0] or b"").hexdigest() == secure.tls.fingerprint
    assert shown[1] is None


@pytest.mark.parametrize(
    ("signed", "hashed"), [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")]
)
def test_the_binding_is_by_the_certificates_own_hash(signed: hashes.HashAlgorithm, hashed: str) -> None:
    """RFC 5929: the algorithm that it was signed with."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "new")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(key, signed)  # type: ignore[arg-type]
    shown = made.public_bytes(serialization.Encoding.DER)

    assert _binding(shown) == b"tls-server-end-point:" + hashlib.new(hashed, shown).digest()


def test_a_certificate_that_cannot_be_read_is_bound_by_sha256() -> None:
    """The host decides what it thinks of that."""
    assert _binding(b"no certificate") == b"tls-server-end-point:" + hashlib.sha256(b"no certificate").digest()


@pytest.mark.parametrize("auth", ["certificate", "credssp"])
def test_what_this_way_does_not_know_is_bad_input(auth: Auth) -> None:
    """Before anything is sent."""
    with pytest.raises(InputError, match="over WinRS the logon is"):
        reach(1, auth)
