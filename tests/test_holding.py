"""Locks: exactly one writer, the other one is told who it is, and a stale one is taken over on evidence alone."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from zdm_automate.errors import HeldError
from zdm_automate.holding import Holder, domain_lock, hold, myself

TRIES = 50


def test_of_two_controllers_exactly_one_writes(tmp_path: Path) -> None:
    """Fifty tries with small random delays: one wins each, the other names the winner, and each try is written once."""
    written = tmp_path / "written"
    chance = random.Random(7)  # noqa: S311 - repeatable delays
    command = [sys.executable, str(Path(__file__).with_name("contender.py"))]
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen([*command, name, str(written)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for name in ("Alex", "Kim")
        ]
        said = []
        for _ in range(TRIES):
            for one in both:
                assert one.stdin is not None
                one.stdin.write(f"try {chance.random() / 200}\n")
                one.stdin.flush()
            said.append([one.stdout.readline().strip() for one in both if one.stdout])
            for one in both:
                assert one.stdin is not None
                one.stdin.write("go\n")
                one.stdin.flush()
            assert [one.stdout.readline().strip() for one in both if one.stdout] == ["free", "free"]
        for one in both:
            assert one.stdin is not None
            one.stdin.close()
            one.wait(10)

    winners = ["Alex" if first == "won" else "Kim" for first, _ in said]
    assert [sorted(answer == "won" for answer in pair) for pair in said] == [[False, True]] * TRIES
    assert written.read_text().split() == winners
    for winner, pair in zip(winners, said, strict=True):
        loser = next(answer for answer in pair if answer != "won")
        assert loser.startswith(f"the domain example.test is held by {winner} on ")


def left(path: Path, holder: Holder) -> None:
    """The note of a holder that ended without taking it away."""
    path.with_name(f"{path.name}.holder").write_text(json.dumps(asdict(holder)))


ME = myself("Alex", "zdm apply")


@pytest.mark.parametrize(
    ("known", "evidence"),
    [
        (replace(ME, pid=2**22 + 7), "that process is gone"),
        (replace(ME, started=ME.started - 1000), "its number belongs to another"),
        (replace(ME, booted=ME.booted - 86_400), "this computer was restarted since"),
    ],
)
def test_a_stale_lock_is_taken_over_on_evidence(tmp_path: Path, known: Holder, evidence: str) -> None:
    """And the journal is told whose it was."""
    path = tmp_path / "x.lock"
    left(path, known)
    with hold(path, ME, "this project") as held:
        assert evidence in held.stale
        assert "Alex" in held.stale
    assert not path.with_name("x.lock.holder").exists()


def test_a_torn_note_holds_nothing(tmp_path: Path) -> None:
    """The operating system has no lock for it."""
    path = tmp_path / "x.lock"
    path.with_name("x.lock.holder").write_text('{"user": "Al')
    with hold(path, ME, "this project") as held:
        assert "torn" in held.stale


def test_a_holder_that_lives_is_not_stale_however_old(tmp_path: Path) -> None:
    """On a drive that does not lock, the process that lives is evidence enough; age is none."""
    path = tmp_path / "x.lock"
    left(path, replace(ME, since="1999-01-01T00:00:00+00:00"))

    with pytest.raises(HeldError, match="this project is held by Alex on .* since 1999"), hold(path, ME, "this project"):
        raise AssertionError


def test_a_holder_on_another_computer_is_not_judged_from_here(tmp_path: Path) -> None:
    """The sentence says which file to delete if that computer is certainly out of the way."""
    path = tmp_path / "x.lock"
    left(path, replace(ME, host="LAPTOP-7"))

    with pytest.raises(HeldError, match="cannot be told from here. If it certainly does not, delete "), hold(path, ME, "it"):
        raise AssertionError


def test_a_note_says_who_where_and_since_when(tmp_path: Path) -> None:
    """User, computer, process with its start, moment, command."""
    path = tmp_path / "x.lock"
    with hold(path, ME, "it"):
        known = json.loads(path.with_name("x.lock.holder").read_bytes())

    assert (known["user"], known["pid"], known["what"]) == ("Alex", psutil.Process().pid, "zdm apply")
    assert abs(known["started"] - psutil.Process().create_time()) < 2


def test_a_domain_is_one_whatever_the_case() -> None:
    """Two projects that spell it differently meet at one lock."""
    assert domain_lock("|Tiny.Example.ORG") == domain_lock("|tiny.example.org")
    assert domain_lock("|tiny.example.org") != domain_lock("/lab|tiny.example.org")
