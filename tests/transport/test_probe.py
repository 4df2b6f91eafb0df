"""What a stranger sees of an endpoint, and that all questions together have one limit."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from lab_host import LabHost

from zdm_automate.transport import probe as module
from zdm_automate.transport.base import Target
from zdm_automate.transport.probe import probe

SECONDS = 10


@pytest.fixture
def mute() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


def at(port: int, **own: Any) -> Target:
    known: dict[str, Any] = {"host": "GONE", "address": "127.0.0.1", "port": port, "connect_seconds": 1}
    return Target(**known | own)


@pytest.mark.parametrize("ssl", [True, False])
def test_a_port_that_says_nothing_is_mute(mute: int, *, ssl: bool) -> None:
    """In the handshake of TLS as in the first answer: nobody waits for such a host a second time."""
    seen = probe(at(mute, ssl=ssl))

    assert (seen.port, seen.mute, seen.offered) == ("open", True, ())


def test_an_ssh_server_has_the_first_word(mute: int) -> None:
    """One that says nothing is mute; nothing is sent to one that does, and no certificate is asked for."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        heard: list[bytes] = []

        def serve() -> None:
            with closing(listening.accept()[0]) as line:
                line.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
                line.settimeout(5)
                heard.append(line.recv(100))

        server = Thread(target=serve)
        server.start()
        seen = probe(at(listening.getsockname()[1], ssh=True))
        server.join()

    assert (seen.port, seen.mute, seen.fingerprint, seen.offered) == ("open", False, "", ())
    assert heard == [b""]
    assert probe(at(mute, ssh=True)).mute
    assert at(0, ssh=True).endpoint == "ssh://127.0.0.1:22/"


def test_an_endpoint_shows_its_certificate_and_its_ways_to_log_on(lab_host: Callable[..., LabHost]) -> None:
    """Without any account."""
    host = lab_host(tls=True)
    seen = probe(host.target())

    assert (seen.port, seen.mute, seen.offered) == ("open", False, ("Negotiate", "Basic"))
    assert host.tls is not None
    assert seen.fingerprint == host.tls.fingerprint


def test_a_port_without_tls_is_open_and_not_mute(lab_host: Callable[..., LabHost]) -> None:
    """It answers, only not that: the session says what is wrong."""
    seen = probe(lab_host().target(ssl=True))

    assert (seen.port, seen.mute, seen.fingerprint) == ("open", False, "")


def test_what_the_names_have_taken_is_not_given_again(mute: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers after seven seconds of ten leaves three for the connection and everything after it."""
    late = 0.0
    given: list[float] = []
    look, connect = socket.getaddrinfo, socket.create_connection

    def slow(*words: Any, **more: Any) -> Any:
        nonlocal late
        late = 7.0
        return look(*words, **more)

    def heard(address: tuple[str, int], timeout: float) -> socket.socket:
        nonlocal late
        given.append(timeout)
        late = 9.95
        return connect(address, timeout)

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + late))
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(socket, "create_connection", heard)
    seen = probe(at(mute, address="localhost", ssl=False, connect_seconds=SECONDS))

    assert [timeout <= SECONDS - 7 for timeout in given] == [True]

    assert seen.mute
