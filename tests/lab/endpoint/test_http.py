"""The listener: its bounds, its manners, its end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import RemoteDisconnected

import pytest
from endpoint_line import BASIC, Echo, Line, envelope

from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.connection import Limits
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.seam import Answer, Request
from zdm_automate.lab.endpoint.tls import TlsIdentity

Listen = Callable[..., Listener]
Connect = Callable[..., Line]


def status(line: Line) -> int:
    """Status of a good request."""
    return line.ask(envelope(), Authorization=BASIC).status


def give_up(line: Line) -> None:
    """Asks, and hears nothing."""
    with pytest.raises((OSError, RemoteDisconnected)):
        status(line)


def lab_threads() -> list[threading.Thread]:
    """Threads of the standard library's threading server and of listeners."""
    return [one for one in threading.enumerate() if one.name == "lab-http" or "process_request_thread" in one.name]


def test_a_port_is_found_and_told(listen: Listen) -> None:
    """Two listeners, two ports."""
    one, other = listen(), listen()

    assert one.port != other.port
    assert one.port > 0


def test_a_taken_port_is_an_error(listen: Listen, echo: Echo, accounts: Accounts) -> None:
    """At once, not when a client comes."""
    with pytest.raises(OSError, match="in use"):
        Listener(echo, accounts, port=listen().port)


def test_requests_are_counted_when_they_are_known(listen: Listen, connect: Connect) -> None:
    """A refused one is none."""
    listener = listen(allow_basic_http=True)
    line = connect(listener.port)
    for authorization in (BASIC, "Basic eDp5", BASIC):
        line.ask(envelope(), Authorization=authorization)

    assert listener.requests == 2


def test_the_handlers_answer_goes_out_as_it_is(listen: Listen, connect: Connect) -> None:
    """Status, body and type; the server names itself as Windows does."""
    line = connect(listen(lambda _: Answer(500, b"<fault/>", "text/x"), allow_basic_http=True).port)
    reply = line.ask(envelope(), Authorization=BASIC)

    assert (reply.status, reply.body, reply.told("Content-Type")) == (500, b"<fault/>", ["text/x"])
    assert reply.told("Server") == ["Microsoft-HTTPAPI/2.0"]


@pytest.mark.parametrize("path", ["/wsman", "/WSMan", "/wsman/", "/wsman?PSVersion=5.1", "/PowerShell", "/powershell?x=1"])
def test_the_paths_of_winrm_and_exchange_are_served(listen: Listen, connect: Connect, echo: Echo, path: str) -> None:
    """The handler hears which."""
    connect(listen(allow_basic_http=True).port).ask(envelope(), path=path, Authorization=BASIC)

    assert [one.path for one in echo.seen] == [path]


def test_other_paths_are_not_found(listen: Listen, connect: Connect, echo: Echo) -> None:
    """The line lives on."""
    line = connect(listen(allow_basic_http=True).port)

    assert line.ask(envelope(), path="/wsmanx", Authorization=BASIC).status == 404
    assert status(line) == 200
    assert len(echo.seen) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken(listen: Listen, connect: Connect, echo: Echo, method: str) -> None:
    """Others are told so, and the line ends."""
    line = connect(listen(allow_basic_http=True).port)
    reply = line.ask(envelope(), method=method, Authorization=BASIC)

    assert (reply.status, reply.told("Allow")) == (405, ["POST"])
    assert echo.seen == []


def test_a_large_body_is_not_read(listen: Listen, connect: Connect, echo: Echo) -> None:
    """One byte too many is 413 before it is sent; the limit itself goes through."""
    port = listen(allow_basic_http=True, limits=Limits(body=1000)).port
    reply = connect(port).ask(Content_Length="1001", Authorization=BASIC)
    body = envelope(text="x" * 1000)[-1000:]

    assert (reply.status, reply.told("Connection")) == (413, ["close"])
    assert connect(port).ask(body, Authorization=BASIC).body == body
    assert len(echo.seen) == 1


@pytest.mark.parametrize("headers", [{"Content_Length": "-1"}, {"Content_Length": "x"}, {"Transfer_Encoding": "chunked"}])
def test_a_body_of_unknown_length_is_refused(listen: Listen, connect: Connect, headers: dict[str, str]) -> None:
    """WinRM's clients name it."""
    line = connect(listen(allow_basic_http=True).port)

    assert line.ask(Authorization=BASIC, **headers).status == 400


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01\x02\x00\x01", b"POST\r\n\r\n", b"\r\n" * 10, b"POST /wsman HTTP/1.1\r\n" + b"a: b\r\n" * 200]
)
def test_noise_harms_nobody_else(listen: Listen, connect: Connect, noise: bytes) -> None:
    """What is no HTTP ends its own line only."""
    port = listen(allow_basic_http=True).port
    good = connect(port)
    assert status(good) == 200
    bad = connect(port)
    bad.socket.sendall(noise + b"\r\n\r\n")
    bad.socket.shutdown(socket.SHUT_WR)
    while bad.socket.recv(4096):
        pass

    assert status(good) == 200


def test_a_body_that_is_cut_off_is_not_handled(listen: Listen, connect: Connect, echo: Echo) -> None:
    """Half a message is none."""
    line = connect(listen(allow_basic_http=True).port)
    head = f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nContent-Length: 500\r\n\r\n"
    line.socket.sendall(head.encode() + envelope())
    line.socket.shutdown(socket.SHUT_WR)

    assert line.socket.recv(100) == b""
    assert echo.seen == []


def test_one_connection_too_many_is_hung_up(listen: Listen, connect: Connect) -> None:
    """Those that are there go on, and one that ends makes room."""
    port = listen(allow_basic_http=True, limits=Limits(connections=2)).port
    first, second = connect(port), connect(port)
    assert [status(first), status(second)] == [200, 200]
    with pytest.raises((RemoteDisconnected, ConnectionError)):
        status(connect(port))
    assert status(first) == 200
    second.close()
    until = time.monotonic() + 2
    while True:
        try:
            assert status(connect(port)) == 200
            break
        except (RemoteDisconnected, ConnectionError):
            assert time.monotonic() < until


@pytest.mark.parametrize("https", [False, True])
def test_an_idle_connection_is_closed(listen: Listen, connect: Connect, tls: TlsIdentity, *, https: bool) -> None:
    """After the seconds it may be silent."""
    mine = tls if https else None
    line = connect(listen(tls=mine, allow_basic_http=True, limits=Limits(idle_seconds=0.05)).port, mine)
    assert status(line) == 200

    assert line.socket.recv(1) == b""


@pytest.mark.parametrize("https", [False, True])
def test_stop_hangs_up_and_leaves_no_thread(listen: Listen, connect: Connect, tls: TlsIdentity, *, https: bool) -> None:
    """Open lines end, new ones are not taken, also not by one that is half way into TLS."""
    before = set(lab_threads())
    mine = tls if https else None
    listener = listen(tls=mine, allow_basic_http=True)
    line, silent = connect(listener.port, mine), connect(listener.port)
    assert status(line) == 200
    listener.stop()

    assert line.socket.recv(1) == b""
    with suppress(ConnectionResetError):  # when it had not been accepted yet
        assert silent.socket.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(listener.port)
    for one in set(lab_threads()) - before:
        one.join(2)
        assert not one.is_alive()


def test_stop_waits_for_what_is_being_worked_on(listen: Listen, connect: Connect) -> None:
    """As long as it was told to, no longer."""
    begun, go_on = threading.Event(), threading.Event()

    def work(request: Request) -> Answer:
        begun.set()
        go_on.wait(10)
        return Answer(200, request.body)

    listener = listen(work, allow_basic_http=True)
    line = connect(listener.port)
    asking = threading.Thread(target=give_up, args=(line,))
    asking.start()
    assert begun.wait(5)
    begin = time.monotonic()
    listener.stop(seconds=0.1)
    took = time.monotonic() - begin
    go_on.set()
    asking.join(5)

    assert 0.1 <= took < 2


def test_stop_may_come_twice_or_before_the_start(echo: Echo, accounts: Accounts) -> None:
    """It never hangs."""
    never = Listener(echo, accounts)
    never.stop()
    listener = Listener(echo, accounts)
    listener.start()
    listener.stop()
    listener.stop()

    assert listener.requests == 0


def test_many_clients_are_served_at_once(listen: Listen, connect: Connect) -> None:
    """Each in a thread of its own: all of them are inside together."""
    together = threading.Barrier(8)

    def work(request: Request) -> Answer:
        together.wait(5)
        return Answer(200, request.body)

    port = listen(work, allow_basic_http=True).port
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(status(connect(port)))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)

    assert found == [200] * 8


def test_a_defect_of_the_handler_is_told(listen: Listen, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """The client gets 500, the log gets the story, and the line goes on."""

    def fail(_: Request) -> Answer:
        raise LookupError("a defect")

    line = connect(listen(fail, allow_basic_http=True).port)

    assert [status(line), status(line)] == [500, 500]
    assert caplog.text.count("LookupError: a defect") == 2
