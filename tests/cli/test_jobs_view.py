"""What `zdm jobs` shows: nothing cut off at 80 columns, what is at work first, and the next action wherever there is one."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from zdm_automate.cli import shown
from zdm_automate.cli.jobs_view import view
from zdm_automate.facts.jobs import Job
from zdm_automate.jobs import begun, job_id

NOW = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
TITLE = "look through all of it 1 of Geschäftsleitung und Vertrieb"


def job(title: str, kind: str = "pass", **own: Any) -> Job:
    """A job that was begun at eight."""
    return replace(begun(job_id(title), kind, title, "robocopy.log", processes=1), **own)


def ended(title: str, code: int, at: str) -> Job:
    """One that has ended at that time of the same day."""
    return job(title, exit_text=str(code), ended_utc=f"2026-03-02T{at}:00.0000000Z", processes=0)


def printed(*jobs: Job, width: int = 80) -> str:
    """The view as plain text."""
    out = io.StringIO()
    Console(file=out, width=width).print(view({"NEW-FILESERVER": jobs}, NOW))
    return out.getvalue()


def test_what_is_at_work_comes_first_then_the_latest_end() -> None:
    """And the head counts them all."""
    text = printed(ended("Data", 1, "20:10"), ended("Scan", 16, "20:40"), job("Home"), ended("Firma", 9, "20:30"))

    assert [word for word in text.split() if word in {"Data", "Scan", "Home", "Firma"}] == ["Home", "Scan", "Firma", "Data"]
    assert "1 Running, 1 Succeeded, 1 SucceededWithWarnings, 1 Failed" in " ".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_cut_off(width: int) -> None:
    """A long title and a long host fold; a state stays one word."""
    text = printed(ended(TITLE, 9, "20:30"), width=width)

    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert "SucceededWithWarnings  NEW-FILESERVER" in text
    assert TITLE in " ".join(text.split("JOB")[1].replace("SucceededWithWarnings", "").replace("NEW-FILESERVER", "").split())
    assert max(map(len, text.splitlines())) <= width


def test_one_at_work_shows_how_far_it_is() -> None:
    """Per cent, rate and time left stand in its own lines, the last output below."""
    half = job("copy", started_utc="2026-03-02T20:00:00.0000000Z", total_bytes=10**10, free_bytes_before=2 * 10**10)
    text = printed(replace(half, free_bytes_now=15 * 10**9, tail=("100%  New File  letter.docx",)))

    assert "##########.......... 50%  1.4 MB/s  1:00:00 left" in text
    assert "letter.docx" in text


def test_a_start_that_was_cut_off_says_what_to_do() -> None:
    """It is not over, and still somebody has to act."""
    text = printed(job("copy", launched=False, registered=False, processes=0, tail=("old output",)))

    assert "Its start was cut off. Apply again: it goes on where it was." in " ".join(text.split())


def test_a_look_takes_the_place_of_the_last_one_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere, in a file or a pipe, each look stands below the one before."""
    out = io.StringIO()
    monkeypatch.setattr(shown, "console", lambda: Console(file=out, width=80, force_terminal=True))
    with shown.in_place(watch=True) as put:
        put("first look")
        put("second look")

    assert "\x1b[1A" in out.getvalue() or "\x1b[2K" in out.getvalue()
    piped = io.StringIO()
    monkeypatch.setattr(shown, "console", lambda: Console(file=piped, width=80))
    with shown.in_place(watch=True) as put:
        put("first look")
        put("second look")
    assert piped.getvalue().split("\n")[:2] == ["first look", "second look"]
