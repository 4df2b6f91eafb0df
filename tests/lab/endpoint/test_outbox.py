"""What waits for a Receive."""

from __future__ import annotations

from threading import Thread

import pytest

from zdm_automate.lab.endpoint.backend import BackendGoneError, Taken
from zdm_automate.lab.endpoint.outbox import Outbox


@pytest.fixture
def outbox() -> Outbox:
    made = Outbox()
    made.open("A")
    return made


def test_pieces_come_in_order_with_their_streams_and_the_end(outbox: Outbox) -> None:
    """The exit code comes with the last of them."""
    outbox.put("A", b"one")
    outbox.put("A", b"two", "stderr")
    outbox.end("A", 7)

    assert outbox.take("A", 100, 0) == Taken((("stdout", b"one"), ("stderr", b"two")), ended=True, exit_code=7)


def test_no_more_than_asked_for_but_at_least_one(outbox: Outbox) -> None:
    """A piece is never cut; the end waits for the rest."""
    outbox.put("A", b"12345")
    outbox.put("A", b"67")
    outbox.put("A", b"8")
    outbox.end("A", 0)

    assert outbox.take("A", 4, 0) == Taken((("stdout", b"12345"),), ended=False)
    assert outbox.take("A", 2, 0) == Taken((("stdout", b"67"),), ended=False)
    assert outbox.take("A", 4, 0) == Taken((("stdout", b"8"),), ended=True, exit_code=0)


def test_nothing_in_time_is_nothing(outbox: Outbox) -> None:
    """The client is told that the time has passed."""
    assert outbox.take("A", 100, 0) is None
    assert outbox.take(None, 100, 0.01) is None


def test_output_and_end_travel_together(outbox: Outbox) -> None:
    """What comes a little later is waited for."""
    outbox.put("A", b"one")
    Thread(target=outbox.end, args=("A",), daemon=True).start()

    assert outbox.take("A", 100, 5) == Taken((("stdout", b"one"),), ended=True)


def test_whoever_waits_hears_that_it_has_gone(outbox: Outbox) -> None:
    """A command that had ended before is still told."""
    outbox.open("B")
    outbox.put("B", b"done")
    outbox.end("B")
    outbox.put("A", b"begun")
    Thread(target=outbox.lose, daemon=True).start()
    with pytest.raises(BackendGoneError):
        outbox.take("A", 100, 5)

    assert outbox.take("B", 100, 0) == Taken((("stdout", b"done"),), ended=True)


def test_a_command_that_is_forgotten_is_over(outbox: Outbox) -> None:
    """What comes for it falls away."""
    outbox.put("A", b"one")
    outbox.forget("A")
    outbox.put("A", b"two")

    assert outbox.take("A", 100, 0) == Taken((), ended=True)
