"""The queue: every message exactly once, whatever happens between this process and the ticketing system."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_model import SHARED, DeskModel, Fault, KilledError, a_note, an_outbox

from zdm_automate.errors import DisclosureError, InputError, RefusedError, TicketUnknownError, UnknownNameError
from zdm_automate.ticketing.outbox import LetterState, Outbox
from zdm_automate.ticketing.port import File, Message, Note, TimeEntry

HISTORIES = 10_000
PARTS = 20
CLEAN = 40
"""Pushes without a fault that end every history; more than any needs."""


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory where there is such a thing: the order of writes is tested, not the disk."""
    with tempfile.TemporaryDirectory(dir=SHARED if SHARED.is_dir() else None) as folder:
        yield Path(folder)


def states(outbox: Outbox) -> list[LetterState]:
    return [letter.state for letter in outbox.letters()]


def push_through(outbox: Outbox, desk: DeskModel) -> None:
    """Starts the program again and again until nothing waits, as a person or a timer would."""
    for _ in range(CLEAN):
        try:
            outbox.push(desk)
        except KilledError:
            continue
        if set(states(outbox)) <= {LetterState.SENT}:
            return
    raise AssertionError(states(outbox))


def history(folder: Path, seed: int, *, searches: bool = True) -> tuple[list[str], list[str]]:
    """One generated life of a queue: what should be at the server, and what is."""
    dice = random.Random(seed)  # noqa: S311 - the same histories in every run of the tests
    kinds = [fault for fault in Fault if fault is not Fault.REFUSED]
    desk = DeskModel([dice.choice(kinds) for _ in range(dice.randrange(9))], searches=searches)
    place = folder / str(seed)
    expected = [f"{seed}-{number}" for number in range(dice.randrange(1, 4))]
    notes: list[Message] = [a_note(key, ticket=dice.choice("78")) for key in expected]

    def second_start() -> None:
        with pytest.raises(RefusedError, match="another push"):
            an_outbox(place).push(desk)

    desk.meanwhile = second_start
    for number, note in enumerate(notes):
        an_outbox(place).put(note)
        if dice.random() < 0.5:
            an_outbox(place).put(*notes[: number + 1])
        if dice.random() < 0.6:
            with suppress(KilledError):
                an_outbox(place).push(desk)
    push_through(an_outbox(place), desk)
    shutil.rmtree(place)
    return sorted(note.marker for note in notes), sorted(desk.written)


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_message_is_there_exactly_once(quick: Path, part: int) -> None:
    """Ten thousand histories of lost answers, 500, 429, kill -9, a second start and keys put in twice."""
    wrong = []
    for seed in range(part * HISTORIES // PARTS, (part + 1) * HISTORIES // PARTS):
        expected, there = history(quick, seed)
        if expected != there:
            wrong.append((seed, expected, there))

    assert wrong == []


def test_a_client_that_does_not_search_is_caught(quick: Path) -> None:
    """The same histories against a client without the marker search leave messages twice."""
    twice = 0
    for seed in range(100):
        expected, there = history(quick, seed, searches=False)
        twice += len(there) > len(expected)

    assert twice > 20


def test_a_message_is_searched_for_only_before_a_second_try(tmp_path: Path) -> None:
    """The first try costs no search."""
    outbox, desk = an_outbox(tmp_path), DeskModel([Fault.LOST])
    outbox.put(a_note("a"), a_note("b", ticket="8"))
    first = outbox.push(desk)
    assert (first.sent, first.found, len(first.problems), desk.looked) == (1, 0, 1, 0)

    second = outbox.push(desk)

    assert (second.sent, second.found, desk.looked) == (0, 1, 1)
    assert outbox.letters()[0].said == "found by its marker"


def test_an_unclear_message_holds_back_those_after_it(tmp_path: Path) -> None:
    """Of the same ticket: a ticket reads in order."""
    outbox, desk = an_outbox(tmp_path), DeskModel([Fault.ERROR_BEFORE])
    outbox.put(a_note("a"), a_note("b"), a_note("c", ticket="8"))
    outbox.push(desk)

    assert states(outbox) == [LetterState.TRYING, LetterState.WAITING, LetterState.SENT]
    outbox.push(desk)
    assert desk.written == ["[zdm:c]", "[zdm:a]", "[zdm:b]"]


def test_a_busy_system_is_left_alone(tmp_path: Path) -> None:
    """Nothing more is sent in this push."""
    outbox, desk = an_outbox(tmp_path), DeskModel([Fault.BUSY])
    outbox.put(a_note("a"), a_note("b", ticket="8"))
    done = outbox.push(desk)

    assert (done.sent, len(done.problems)) == (0, 1)
    assert states(outbox) == [LetterState.WAITING, LetterState.WAITING]


def test_a_refused_message_is_not_sent_again_by_itself(tmp_path: Path) -> None:
    """A person decides; the others go on."""
    outbox, desk = an_outbox(tmp_path), DeskModel([Fault.REFUSED])
    outbox.put(a_note("aa"), a_note("bb"))
    outbox.push(desk)
    outbox.push(desk)

    assert desk.written == ["[zdm:bb]"]
    assert outbox.settle("aa", sent=False).state is LetterState.WAITING
    outbox.push(desk)
    assert desk.written == ["[zdm:bb]", "[zdm:aa]"]


def test_nothing_is_looked_for_while_the_system_may_still_be_at_work(tmp_path: Path) -> None:
    """A minute after a try without an answer; then it is found."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    outbox, desk = Outbox(tmp_path, now=lambda: now), DeskModel([Fault.LOST])
    outbox.put(a_note("a"))
    outbox.push(desk)
    (problem,) = Outbox(tmp_path, now=lambda: now + timedelta(seconds=59)).push(desk).problems

    assert isinstance(problem.error, TicketUnknownError)
    assert "Push again in 60 s" in str(problem.error)
    assert desk.looked == 0
    assert Outbox(tmp_path, now=lambda: now + timedelta(seconds=60)).push(desk).found == 1


def test_a_key_belongs_to_one_message(tmp_path: Path) -> None:
    """The same message again is no new one; another one under its key is refused, with all that came with it."""
    outbox = an_outbox(tmp_path)

    assert outbox.put(a_note("a")) == 1
    assert outbox.put(a_note("a"), a_note("b")) == 1
    with pytest.raises(InputError, match="another message under the key a"):
        outbox.put(a_note("c"), a_note("a", text="other"))
    assert [letter.message.key for letter in outbox.letters()] == ["a", "b"]
    assert outbox.knows("b")
    assert not outbox.knows("c")


def test_a_file_is_sent_as_it_was_when_it_was_put_in(tmp_path: Path) -> None:
    """Whatever becomes of the original, and where the project is moved to."""
    source = tmp_path / "bundle.zip"
    source.write_bytes(b"one")
    outbox = an_outbox(tmp_path / "here" / "outbox")
    outbox.put(File(ticket="7", key="f", path=str(source), name="bundle.zip"))
    source.write_bytes(b"two")
    shutil.move(tmp_path / "here", tmp_path / "there")
    (letter,) = an_outbox(tmp_path / "there" / "outbox").letters()

    assert isinstance(letter.message, File)
    assert letter.message.content() == b"one"


def test_a_message_that_must_not_leave_stops_the_push(tmp_path: Path) -> None:
    """Before it is tried, so it can be sent once it is allowed."""
    outbox, desk = an_outbox(tmp_path), DeskModel()
    outbox.put(a_note("a"))

    def look(message: Message) -> None:
        raise DisclosureError(message.key)

    with pytest.raises(DisclosureError):
        outbox.push(desk, look=look)
    assert (states(outbox), outbox.letters()[0].tries, desk.written) == ([LetterState.WAITING], 0, [])


def test_what_was_sent_cannot_be_settled(tmp_path: Path) -> None:
    """Nor what nobody knows."""
    outbox = an_outbox(tmp_path)
    outbox.put(a_note("a"))

    with pytest.raises(RefusedError, match="is waiting"):
        outbox.settle("a", sent=True)
    with pytest.raises(UnknownNameError, match="0 messages"):
        outbox.settle("x", sent=True)


def test_all_kinds_come_back_as_they_went_in(tmp_path: Path) -> None:
    """Umlauts too."""
    outbox = an_outbox(tmp_path)
    note = Note(ticket="7", key="n", subject="Gr\u00fc\u00dfe", text="a\nb")
    time = TimeEntry(
        ticket="7", key="t", start="2026-03-02T07:00:00+00:00", end="2026-03-02T07:30:00+00:00", minutes=30, text=""
    )
    outbox.put(note, time)

    assert [letter.message for letter in outbox.letters()] == [note, time]
