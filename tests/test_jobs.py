"""What a job's fact means: states, progress, and when to look again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from zdm_automate.facts.jobs import Job
from zdm_automate.job_kinds import JobState, Restart, kinds
from zdm_automate.jobs import LONGEST, SHORTEST, is_over, job_id, judge, next_look, progress

BEGAN = "2026-03-02T20:00:00.0000000Z"
NOW = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
RUNNING = Job(
    job_id=job_id("probe"),
    kind="robocopy",
    title="seed of Data",
    command="robocopy.exe",
    run_as=r"EXAMPLE\admin",
    created_utc="2026-03-02T19:59:59.0000000Z",
    launched=True,
    registered=True,
    task_state="Running",
    task_result=267009,
    started_utc=BEGAN,
    ended_utc=None,
    exit_text=None,
    closing=False,
    stopped=False,
    process_id=4711,
    processes=2,
    booted_utc="2026-03-01T06:00:00.0000000Z",
    log_name="robocopy.log",
    log_bytes=0,
    log_offset=0,
    last_output_utc=None,
    tail=(),
    total_bytes=4_000,
    free_bytes_before=10_000,
    free_bytes_now=9_000,
)
GONE = replace(RUNNING, processes=0, process_id=None)
WAITING = replace(GONE, started_utc=None, task_state="Queued", task_result=267011)


@pytest.mark.parametrize(
    ("job", "state"),
    [
        (RUNNING, JobState.RUNNING),
        (replace(RUNNING, task_state="Unknown"), JobState.RUNNING),
        (replace(RUNNING, stopped=True), JobState.RUNNING),
        (replace(GONE, stopped=True), JobState.STOPPED),
        (replace(GONE, exit_text="1"), JobState.SUCCEEDED),
        (replace(GONE, exit_text="1", stopped=True), JobState.SUCCEEDED),
        (replace(RUNNING, exit_text="0"), JobState.SUCCEEDED),
        (replace(GONE, exit_text="5"), JobState.WARNINGS),
        (replace(GONE, exit_text="9"), JobState.FAILED),
        (replace(GONE, exit_text="16"), JobState.FAILED),
        (replace(GONE, exit_text="-1073741510"), JobState.FAILED),
        (replace(GONE, exit_text="1", kind="command"), JobState.FAILED),
        (replace(GONE, exit_text="", task_result=3, task_state="Ready"), JobState.SUCCEEDED),
        (replace(GONE, exit_text="", task_result=267009), JobState.LOST),
        (replace(GONE, exit_text="ECHO is off.", task_result=267014), JobState.LOST),
        (replace(GONE, task_state="Ready", task_result=1), JobState.FAILED),
        (replace(GONE, task_state="Ready", task_result=267014), JobState.FAILED),
        (replace(GONE, task_state="Ready", task_result=267009), JobState.LOST),
        (replace(GONE, task_state="", task_result=None, registered=False), JobState.LOST),
        (replace(GONE, closing=True, task_state="Ready", task_result=1), JobState.LOST),
        (replace(GONE, booted_utc="2026-03-02T20:30:00.0000000Z", task_state="Ready", task_result=1), JobState.LOST),
        (WAITING, JobState.QUEUED),
        (replace(WAITING, launched=False, task_state="Ready"), JobState.QUEUED),
        (replace(WAITING, task_state="Unknown"), JobState.QUEUED),
        (replace(WAITING, task_state="Ready", task_result=2147943726), JobState.FAILED),
        (replace(WAITING, task_state="Ready", task_result=99), JobState.FAILED),
        (replace(WAITING, task_state="Ready", task_result=267009), JobState.LOST),
    ],
)
def test_the_state_of_a_job(job: Job, state: JobState) -> None:
    """A written result counts most, then a living process, then a stop that was asked for, then what the scheduler says."""
    assert judge(job).state is state


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_exit_code_has_a_meaning(kind: str) -> None:
    """Each one is in at most one class, and what failed says what to do next."""
    for code in range(-2, 300):
        fitting = [one for one in kinds()[kind].codes if one.low <= code <= one.high]
        judged = judge(replace(GONE, kind=kind, exit_text=str(code)))

        assert len(fitting) <= 1
        assert judged.says
        assert judged.then or judged.state is JobState.SUCCEEDED


def test_what_died_says_whether_it_may_run_again() -> None:
    """Robocopy may; of a program that nobody knows a person looks first."""
    lost = replace(GONE, task_state="Ready", task_result=267009)

    assert judge(lost).restart is Restart.AGAIN
    assert judge(replace(lost, kind="command")).restart is Restart.HUMAN


def test_progress_by_what_the_drive_has_taken() -> None:
    """1000 of 4000 bytes in an hour: three more hours."""
    far = progress(RUNNING, NOW)

    assert (far.done, far.fraction, far.left) == (1000, 0.25, 3 * 3600.0)


def test_progress_of_a_clock_that_went_back() -> None:
    """A start in the future gives no rate, and no division by nothing."""
    far = progress(RUNNING, NOW - timedelta(hours=5))

    assert (far.rate, far.left, far.done) == (None, None, 1000)


def test_progress_never_passes_the_whole() -> None:
    """Other things write to the drive too; and a job that is done is done."""
    assert progress(replace(RUNNING, free_bytes_now=0), NOW).fraction == 1.0
    assert progress(replace(GONE, exit_text="1", free_bytes_now=9_999), NOW).fraction == 1.0


def test_only_who_has_written_result_and_end_is_over() -> None:
    """Who is at work, closing, stopped or lost may show something else at the next look."""
    ended = replace(GONE, exit_text="1", ended_utc=BEGAN)
    open_still = [
        RUNNING,
        GONE,
        WAITING,
        replace(GONE, stopped=True),
        replace(GONE, closing=True),
        replace(GONE, exit_text="1"),
    ]

    assert is_over(ended)
    assert is_over(replace(ended, exit_text="16"))
    assert [is_over(one) for one in open_still] == [False] * len(open_still)


def test_the_next_look_comes_later_while_there_is_much_left() -> None:
    """Within its limits; nobody looks at what has ended."""
    assert next_look([replace(GONE, exit_text="1")], NOW) is None
    assert next_look([WAITING], NOW) == SHORTEST
    assert next_look([RUNNING], NOW) == LONGEST
    nearly = replace(RUNNING, free_bytes_now=6_020)
    assert next_look([RUNNING, nearly], NOW) == SHORTEST


def test_the_same_parts_give_the_same_id() -> None:
    """So that a second start meets the first one."""
    assert job_id("office", "Data", "seed") == job_id("office", "Data", "seed")
    assert job_id("a", "b") != job_id("ab", "")
