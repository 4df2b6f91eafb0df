"""The queue of faults, and what each fault does to a client."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import RemoteDisconnected

import pytest
from endpoint_line import BASIC, Echo, Line, envelope

from zdm_automate.lab.endpoint.faults import Fault, Faults, drawn
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.seam import Answer, Request


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def line(listen: Callable[..., Listener], connect: Callable[..., Line], faults: Faults) -> Line:
    """A connection to a listener that takes Basic and has these faults."""
    return connect(listen(allow_basic_http=True, faults=faults).port)


def ask(line: Line, action: str = "Command", text: str = "") -> tuple[int, bytes]:
    """Status and body of a request with this action."""
    reply = line.ask(envelope(action, text), Authorization=BASIC)
    return reply.status, reply.body


def test_a_fault_is_used_up() -> None:
    """It hits as many requests as it counts."""
    queue = Faults()
    queue.add(Fault(kind="500", count=2))

    assert [queue.take("Send") is not None for _ in range(3)] == [True, True, False]


def test_a_fault_waits_for_its_action() -> None:
    """Other actions pass it by; case does not matter."""
    queue = Faults()
    queue.add(Fault(kind="drop-after", action="command"))

    assert [queue.take("Create"), queue.take("")] == [None, None]
    assert queue.take("Command") is not None


def test_the_earliest_fault_that_fits_hits_first() -> None:
    """A fault that waits for another action does not hold up those behind it."""
    queue = Faults()
    for fault in (Fault(kind="401", action="Delete"), Fault(kind="500"), Fault(kind="delay")):
        queue.add(fault)
    taken = [queue.take("Send") for _ in range(2)]

    assert [fault.kind for fault in taken if fault] == ["500", "delay"]


def test_a_quota_fault_is_for_the_soap_layer() -> None:
    """The HTTP server does not use it up."""
    queue = Faults()
    queue.add(Fault(kind="quota"))

    assert queue.take("Command") is None
    assert queue.take("Command", soap=True) is not None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(kind="explode"), "no fault 'explode'"),
        (Fault(kind="500", count=0), "at least one request"),
        (Fault(kind="delay", seconds=-1), "less than"),
        (Fault(kind="delay", seconds=1e9), "less than"),
    ],
)
def test_a_senseless_fault_is_refused(fault: Fault, words: str) -> None:
    """An unknown kind, no request to hit, no time that passes."""
    with pytest.raises(ValueError, match=words):
        Faults().add(fault)


def test_drop_before_hangs_up_before_the_call(line: Line, faults: Faults, echo: Echo) -> None:
    """The handler never hears of it."""
    faults.add(Fault(kind="drop-before"))
    with pytest.raises(RemoteDisconnected):
        ask(line)

    assert echo.seen == []


def test_drop_after_carries_out_the_call(line: Line, faults: Faults, echo: Echo) -> None:
    """Aimed at Command it spares the Create before it; the client hears nothing though the call was made."""
    faults.add(Fault(kind="drop-after", action="Command"))

    assert ask(line, "Create")[0] == 200
    with pytest.raises(RemoteDisconnected):
        ask(line, "Command")
    assert [envelope("Create"), envelope("Command")] == [one.body for one in echo.seen]


@pytest.mark.parametrize("status", [401, 500])
def test_a_status_comes_instead_of_an_answer(line: Line, faults: Faults, echo: Echo, status: int) -> None:
    """Once, on a line that lives on."""
    faults.add(Fault(kind=str(status)))

    assert [(status, b""), (200, envelope())] == [ask(line), ask(line)]
    assert len(echo.seen) == 1


def test_a_delayed_answer_comes_whole(line: Line, faults: Faults) -> None:
    """It is late by the seconds that were asked for."""
    faults.add(Fault(kind="delay", seconds=0.05))
    begin = time.monotonic()
    answer = ask(line)

    assert (200, envelope()) == answer
    assert time.monotonic() - begin >= 0.05


def test_a_slow_stream_comes_whole(line: Line, faults: Faults) -> None:
    """Its pieces take about as long as was asked for."""
    faults.add(Fault(kind="slow-stream", seconds=0.05))
    begin = time.monotonic()
    answer = ask(line, text="x" * 1000)

    assert (200, envelope(text="x" * 1000)) == answer
    assert time.monotonic() - begin >= 0.05


def test_a_slow_stream_reaches_the_client_in_pieces(line: Line, faults: Faults) -> None:
    """The first piece is there long before the last."""
    faults.add(Fault(kind="slow-stream", seconds=1.0))
    body = envelope(text="x" * 2000)
    line.socket.sendall(
        f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    begin = time.monotonic()
    first = line.socket.recv(65536)

    assert len(first) < len(body)
    assert time.monotonic() - begin < 0.5


def test_no_pause_outlasts_the_listener(listen: Callable[..., Listener], connect: Callable[..., Line], faults: Faults) -> None:
    """A listener that is told to stop does not wait for a delay to pass."""
    called: list[Request] = []

    def keep(request: Request) -> Answer:
        called.append(request)
        return Answer(200)

    listener = listen(keep, allow_basic_http=True, faults=faults)
    faults.add(Fault(kind="delay", seconds=60))
    line = connect(listener.port)
    body = envelope()
    line.socket.sendall(
        f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    while listener.requests == 0:
        time.sleep(0.005)
    begin = time.monotonic()
    listener.stop(seconds=5)

    assert time.monotonic() - begin < 1
    assert [body] == [one.body for one in called]


def test_faults_by_chance_are_the_same_for_the_same_seed() -> None:
    """A rehearsal can be had again."""
    assert drawn(7, ["NEW", "OLD"], 20) == drawn(7, ["NEW", "OLD"], 20)
    assert drawn(7, ["NEW", "OLD"], 20) != drawn(8, ["NEW", "OLD"], 20)


def test_a_host_that_is_deaf_hangs_up_on_everybody_and_then_listens_again() -> None:
    """Whatever is asked, and without using up what is queued."""
    now = [0.0]
    queue = Faults(monotonic=lambda: now[0])
    queue.add(Fault(kind="500"))
    queue.deafen(5)
    heard = [queue.take("Create"), queue.take("Send")]
    now[0] = 5.0

    assert [one.kind for one in heard if one] == ["drop-before", "drop-before"]
    assert (found := queue.take("Send")) is not None
    assert found.kind == "500"


def test_what_is_queued_can_be_taken_back() -> None:
    """And a deaf host hears."""
    queue = Faults()
    queue.add(Fault(kind="500"))
    queue.deafen(100)
    queue.clear()

    assert queue.take("Send") is None
