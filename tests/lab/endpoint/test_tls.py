"""The endpoint's certificate."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from endpoint_line import BASIC, Line, envelope

from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.tls import TlsIdentity

NAMES = ["old.tiny.example.org", "localhost", "127.0.0.1"]


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
@pytest.mark.parametrize("older", [False, True])
def test_the_key_is_for_its_owner_alone(tmp_path: Path, *, older: bool) -> None:
    """Also where a file of that name was open to all."""
    if older:
        (tmp_path / f"{NAMES[0]}.key").touch(mode=0o644)
    made = TlsIdentity.of(tmp_path, NAMES)

    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600


def test_the_identity_of_a_folder_stays(tmp_path: Path) -> None:
    """A project that has pinned it still finds it after the lab's restart."""
    assert TlsIdentity.of(tmp_path, NAMES) == TlsIdentity.of(tmp_path, NAMES)


def test_a_certificate_without_a_name_is_made_anew(tmp_path: Path) -> None:
    """A host that has got another address serves a certificate for it."""
    first = TlsIdentity.of(tmp_path, NAMES)
    second = TlsIdentity.of(tmp_path, [*NAMES, "127.77.0.1"])

    assert first.fingerprint != second.fingerprint
    assert second == TlsIdentity.of(tmp_path, NAMES)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "old.tiny.example.org"])
def test_it_is_good_for_all_its_names(listen: Callable[..., Listener], tmp_path: Path, name: str) -> None:
    """A strict client that trusts the file accepts every name; the fingerprint is that of what is served."""
    tls = TlsIdentity.of(tmp_path, NAMES)
    context = ssl.create_default_context(cafile=str(tls.certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    raw = socket.create_connection(("127.0.0.1", listen(tls=tls).port), timeout=5)
    with context.wrap_socket(raw, server_hostname=name) as line:
        served = line.getpeercert(binary_form=True) or b""

    assert tls.fingerprint == hashlib.sha256(served).hexdigest()


def test_a_client_that_does_not_trust_it_refuses(listen: Callable[..., Listener], tls: TlsIdentity) -> None:
    """No public authority stands behind it."""
    raw = socket.create_connection(("127.0.0.1", listen(tls=tls).port), timeout=5)
    with raw, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")


def test_a_client_without_tls_gets_nothing(
    listen: Callable[..., Listener], connect: Callable[..., Line], tls: TlsIdentity
) -> None:
    """The listener hangs up, and answers the next one."""
    port = listen(tls=tls).port
    with pytest.raises((OSError, ValueError)):
        connect(port).ask(envelope(), Authorization=BASIC)

    assert connect(port, tls).ask(envelope(), Authorization=BASIC).status == 200
