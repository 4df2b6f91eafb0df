"""Every row of the table of failures, raised over the wire and read as the technician reads it."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from lab_host import LabHost

from zdm_automate.errors import CertificateError, RemoteError, UnreachableError, ZdmError
from zdm_automate.lab.endpoint.faults import Fault
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.transport import fault_table
from zdm_automate.transport.base import Target
from zdm_automate.transport.fault_table import HTTP, NO_CONFIGURATION, OPTIONS_REFUSED, TEXT, WSMAN
from zdm_automate.transport.psrp import PsrpTransport

Start = Callable[..., LabHost]
REAL = {int(code, 16): row for code, row in json.loads((Path(__file__).parent / "data/wsman_faults.json").read_text()).items()}


def failed(transport: Any, timeout: float = 20.0) -> ZdmError:
    with pytest.raises(ZdmError) as caught:
        transport.open(timeout)
    return caught.value


def test_every_row_has_its_real_text() -> None:
    """No code of the table goes untested."""
    assert set(REAL) == set(WSMAN)
    assert len(WSMAN) + len(HTTP) + len(fault_table.LOGON_TEXT) >= 40


@pytest.mark.parametrize("way", ["psrp", "winrs"])
@pytest.mark.parametrize("code", sorted(WSMAN), ids=[REAL[code]["name"].replace(" ", "-") for code in sorted(WSMAN)])
def test_a_wsman_fault_is_read(lab_host: Start, code: int, way: str) -> None:
    """Windows' number and words come over the wire; sentence, class and next action are the table's, by both ways."""
    host = lab_host()
    host.faults.add(Fault(kind="wsman", action="Create", code=code, text=REAL[code]["text"], count=2))
    row = WSMAN[code]

    problem = failed(getattr(host, way)())

    assert type(problem) is row.error
    assert problem.message.startswith(row.sentence)
    assert REAL[code]["text"][:40] in problem.message
    assert (problem.hint, problem.host, problem.error_id) == (row.action, "NEW", str(code))


@pytest.mark.parametrize(("pattern", "code"), TEXT, ids=[pattern[:20] for pattern, _ in TEXT])
def test_a_fault_without_a_known_number_is_read_by_its_text(lab_host: Start, pattern: str, code: int) -> None:
    """Some services give another number with the same words."""
    words = {"users (executing|concurrently performing)": "users executing shell operations"}
    text = words.get(pattern, pattern.replace(" .* ", " 17 ").split("|")[0])
    host = lab_host()
    host.faults.add(Fault(kind="wsman", action="Create", code=0x8033FFFF, text=f"It is said: {text}.", count=2))

    assert failed(host.psrp()).message.startswith(WSMAN[code].sentence)


def test_an_unknown_fault_is_told_in_windows_own_words(lab_host: Start) -> None:
    """A number nobody has seen yet."""
    host = lab_host()
    host.faults.add(Fault(kind="wsman", action="Create", code=0x8033FFFF, text="Something quite new."))
    problem = failed(host.psrp())

    assert (type(problem), problem.message) == (RemoteError, "WinRM refused the request. (Something quite new.)")


@pytest.mark.parametrize("way", ["psrp", "winrs"])
@pytest.mark.parametrize("status", sorted(HTTP))
def test_an_http_status_is_read(lab_host: Start, status: int, way: str) -> None:
    """An answer of a web server, a proxy, or WinRM before it looks at the request."""
    host = lab_host(tls=True)
    host.faults.add(Fault(kind="http", action="Create", code=status, count=5))

    problem = failed(getattr(host, way)())

    expected = {HTTP[status].sentence} | ({fault_table.NOT_OFFERED.sentence} if status == 401 else set())
    assert problem.message.partition(" (")[0] in {one.partition(" (")[0] for one in expected}
    assert problem.hint


def test_an_http_status_that_means_nothing_is_told(lab_host: Start) -> None:
    """500 without a fault in it."""
    host = lab_host(tls=True)
    host.faults.add(Fault(kind="500", action="Create", count=2))

    assert "HTTP 500 without a reason" in failed(host.psrp()).message


def test_options_and_missing_endpoints_are_rows_too() -> None:
    """What is acted on is in the table."""
    assert set(WSMAN) >= NO_CONFIGURATION
    assert OPTIONS_REFUSED & set(WSMAN)


# --- before WinRM says anything ---


def target(port: int, **own: Any) -> Target:
    known: dict[str, Any] = {"host": "GONE", "address": "127.0.0.1", "port": port, "ssl": False, "connect_seconds": 1}
    return Target(**known | own)


@pytest.fixture
def mute() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


@pytest.fixture
def hanging_up() -> Iterator[int]:
    """A port that hangs up at once."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                listening.accept()[0].close()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield int(listening.getsockname()[1])
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_a_closed_port(lab_host: Start) -> None:
    """Nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = int(taken.getsockname()[1])

    assert failed(PsrpTransport(target(port))).message == fault_table.UNREACHED.sentence


def test_a_host_that_swallows_packets() -> None:
    """A firewall that drops: a full queue of a port that nobody serves does the same."""
    with closing(socket.socket()) as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = int(full.getsockname()[1])
        with closing(socket.create_connection(("127.0.0.1", port))), closing(socket.socket()) as second:
            second.setblocking(False)
            with suppress(BlockingIOError):
                second.connect(("127.0.0.1", port))
            problem = failed(PsrpTransport(target(port)))

    assert problem.message == fault_table.SILENT.sentence


def test_a_host_that_takes_the_connection_and_says_nothing(mute: int) -> None:
    """It stopped answering."""
    problem = failed(PsrpTransport(target(mute, operation_seconds=1, read_seconds=2)))

    assert problem.message == fault_table.STALLED.sentence


def test_a_host_that_hangs_up(hanging_up: int) -> None:
    """The connection broke off."""
    assert failed(PsrpTransport(target(hanging_up))).message == fault_table.BROKEN_OFF.sentence


def test_a_name_that_does_not_exist() -> None:
    """It cannot be looked up, so there is no connection."""
    assert failed(PsrpTransport(target(5985, address="no-such-host.invalid"))).message == fault_table.UNREACHED.sentence


def test_a_certificate_that_is_not_the_pinned_one(lab_host: Start) -> None:
    """Another fingerprint."""
    problem = failed(lab_host(tls=True).psrp(fingerprint="0" * 64))

    assert (type(problem), problem.message) == (CertificateError, fault_table.tls_fault("fingerprint").sentence)


def test_a_certificate_that_nobody_signed(lab_host: Start) -> None:
    """Without a pin the usual trust is asked."""
    problem = failed(lab_host(tls=True).psrp(fingerprint=""))

    assert (type(problem), "not trusted here" in problem.message) == (CertificateError, True)


def test_plain_http_on_the_tls_port(lab_host: Start) -> None:
    """The port of the other listener."""
    problem = failed(lab_host().psrp(ssl=True))

    assert (type(problem), "no common TLS" in problem.message) == (UnreachableError, True)


def test_a_host_that_speaks_old_tls_only(tmp_path: Path) -> None:
    """TLS 1.1 and older are not spoken here: the sentence says what to use instead."""
    identity = TlsIdentity.of(tmp_path, ["localhost", "127.0.0.1"])
    context = identity.context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("NULL-SHA256:@SECLEVEL=0")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            line, _ = listening.accept()
            with suppress(OSError), closing(line):
                context.wrap_socket(line, server_side=True)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    problem = failed(PsrpTransport(target(int(listening.getsockname()[1]), ssl=True)))
    listening.close()
    thread.join(5)

    assert (type(problem), "no common TLS" in problem.message) == (UnreachableError, True)
