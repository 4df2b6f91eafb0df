"""What a detached job's fact means: its state, what to do next, how far it is, and when to look again. Pure.

It starts, stops and reads nothing. The order of the rules is the point: a result that was written counts more than anything
else, a process that lives more than what the scheduler says, and what nobody can tell is Lost, never guessed.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zdm_automate.facts.jobs import Job
from zdm_automate.job_kinds import JobState, Restart, kind_of
from zdm_automate.native.usmt_progress import parse_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

NEVER_RUN: Final = 267011
RUNS: Final = 267009
ENDED: Final = 267014
NO_RESULT: Final = frozenset({None, NEVER_RUN, RUNS})
"""Last results of a task that say nothing about an end."""

START_ERRORS: Final = {
    2147943726: ("the account's password is no longer right", "Start a new job with the password of today."),
    2147943785: ("the account may not log on as a batch job", "Give it that right on the host, then start a new job."),
    2147942402: ("the batch file is not there", "Look for C:\\Zdm\\jobs on the host; start a new job."),
    257: ("its batch file could not take its turn: the drive is full, or it was begun before", "Look at drive C: of the host."),
}
"""What the scheduler's own results mean where a task did not begin: in words, and the next action."""

SHORTEST: Final = 2.0
LONGEST: Final = 60.0
PACE: Final = 20.0
"""A job is looked at about so many times over the time that it still needs."""

MIGRATIONS: Final = frozenset({"scanstate", "loadstate"})
"""Kinds whose own log tells how far they are."""

_NUMBER = re.compile(r"-?[0-9]{1,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A job's state with the sentence that explains it, and the next action where there is one; `code` is its exit code."""

    state: JobState
    says: str
    then: str = ""
    code: int | None = None
    restart: Restart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is: bytes, bytes a second, and seconds left; None where that cannot be told.

    `told` is the part that the program itself says is done.
    """

    done: int | None = None
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    told: float | None = None

    @property
    def fraction(self) -> float | None:
        """From 0 to 1; None where nobody knows."""
        if self.told is not None:
            return self.told
        return min(1.0, self.done / self.total) if self.done is not None and self.total else None


def job_id(*parts: str) -> str:
    """The id of the job with these parts: always the same, so that a second start meets the first one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "zdm-job:" + "\0".join(parts)))


def begun(identity: str, kind: str, title: str, log_name: str, *, processes: int = 0) -> Job:
    """The fact of a job right after its start, for a plan that goes on from there; what only the host knows is empty."""
    return Job(
        job_id=identity,
        kind=kind,
        title=title,
        command="",
        run_as="",
        created_utc="",
        launched=True,
        registered=True,
        task_state="Running",
        task_result=None,
        started_utc=None,
        ended_utc=None,
        exit_text=None,
        closing=False,
        stopped=False,
        process_id=None,
        processes=processes,
        booted_utc="",
        log_name=log_name,
        log_bytes=0,
        log_offset=0,
        last_output_utc=None,
        tail=(),
        total_bytes=None,
        free_bytes_before=None,
        free_bytes_now=None,
    )


def judge(job: Job) -> Judged:
    """What state a job is in."""
    if job.exit_text is not None:
        return _by_result(job)
    if job.processes:
        return Judged(state=JobState.RUNNING, says="is being stopped" if job.stopped else "works")
    if job.stopped:
        return Judged(
            state=JobState.STOPPED, says="was stopped", then=kind_of(job.kind).advice, restart=kind_of(job.kind).restart
        )
    return _begun(job) if job.started_utc is not None else _not_begun(job)


def _by_result(job: Job) -> Judged:
    """The result file is there: its number, or the scheduler's where the file is empty (a full drive takes no number)."""
    kind = kind_of(job.kind)
    text = job.exit_text or ""
    code = int(text) if _NUMBER.fullmatch(text) else None
    if code is None and job.task_result not in {*NO_RESULT, ENDED}:
        code = job.task_result
    if code is None:
        said = f"its result file holds {text!r} and the scheduler does not know how it ended"
        return Judged(
            state=JobState.LOST, says=said, then=f"Look at the drives of the host. {kind.advice}", restart=kind.restart
        )
    found = kind.classify(code)
    bad = not found.state.good
    return Judged(state=found.state, says=found.says, then=found.then, code=code, restart=kind.restart if bad else None)


def _not_begun(job: Job) -> Judged:
    """The batch file has not taken its turn."""
    kind = kind_of(job.kind)
    if not job.launched:
        return Judged(state=JobState.QUEUED, says="its start was cut off", then="Apply again: it goes on where it was.")
    if job.task_state in {"Queued", "Running"}:
        return Judged(state=JobState.QUEUED, says="waits for the scheduler")
    if job.task_state == "Unknown":
        return Judged(state=JobState.QUEUED, says="the scheduler does not run", then="Start the service Schedule on the host.")
    if job.task_result not in NO_RESULT:
        told = f"the scheduler could not begin it (result {job.task_result})"
        says, then = START_ERRORS.get(job.task_result or 0, (told, "Read the task's history on the host."))
        return Judged(state=JobState.FAILED, says=says, then=then, code=job.task_result, restart=Restart.AGAIN)
    said = "it was told to run, and neither the scheduler nor its folder shows that it began"
    return Judged(state=JobState.LOST, says=said, then=kind.advice, restart=kind.restart)


def _begun(job: Job) -> Judged:
    """It began, and is gone without its result."""
    kind = kind_of(job.kind)
    if job.closing:
        said = "it ended, and was cut off while it wrote its result down"
    elif job.started_utc is not None and job.booted_utc > job.started_utc:
        said = "the host was restarted while it worked"
    elif job.task_result == ENDED:
        said = "the scheduler ended it: its time was over"
        return Judged(state=JobState.FAILED, says=said, then=kind.advice, code=ENDED, restart=kind.restart)
    elif job.task_state == "Ready" and job.task_result not in NO_RESULT:
        # The scheduler's number is not the program's: robocopy's 1 is a success, a killed batch file's is none.
        said = f"it was ended from outside (the scheduler says {job.task_result})"
        return Judged(state=JobState.FAILED, says=said, then=kind.advice, code=job.task_result, restart=kind.restart)
    else:
        said = "its processes are gone and it left no result"
    return Judged(state=JobState.LOST, says=said, then=kind.advice, restart=kind.restart)


def progress(job: Job, now: datetime) -> Progress:
    """How far it is, by what its drive has taken since it began; `now` by the clock that the host's is compared with."""
    state = judge(job).state
    if job.kind in MIGRATIONS:
        return _migration(job, state)
    total = job.total_bytes
    if job.free_bytes_before is None or job.free_bytes_now is None:
        return Progress(total=total)
    done = max(0, job.free_bytes_before - job.free_bytes_now)
    if state.good and total is not None:
        return Progress(done=total, total=total, left=0.0)
    began = datetime.fromisoformat(job.started_utc) if job.started_utc else None
    seconds = (now - began).total_seconds() if began is not None else 0.0
    if state is not JobState.RUNNING or seconds <= 0 or not done:
        return Progress(done=done, total=total)
    rate = done / seconds
    left = max(0.0, (total - done) / rate) if total is not None else None
    return Progress(done=done, total=total, rate=rate, left=left)


def _migration(job: Job, state: JobState) -> Progress:
    """How far a tool of USMT is, by its own log; it never says 100 %."""
    seen = parse_progress(job.tail)
    total = int(seen.size_mb * 1024**2) if seen.size_mb is not None else None
    if state.good:
        return Progress(total=total, told=1.0, left=0.0)
    told = seen.percent / 100 if seen.percent is not None else None
    left = seen.minutes_left * 60 if seen.minutes_left is not None else None
    return Progress(done=int(total * told) if total and told is not None else None, total=total, left=left, told=told)


def is_over(job: Job) -> bool:
    """Whether nothing of a job changes any more: its result and its end are written. Who is merely lost may be found again."""
    return job.exit_text is not None and job.ended_utc is not None


def next_look(jobs: Iterable[Job], now: datetime) -> float | None:
    """Seconds until the jobs are worth another look; None where all have ended."""
    waits: list[float] = []
    for job in jobs:
        state = judge(job).state
        if state.done:
            continue
        left = progress(job, now).left
        if state is JobState.QUEUED or job.closing:
            waits.append(SHORTEST)
        elif left is not None:
            waits.append(left / PACE)
        else:
            waits.append(_age(job, now) / PACE)
    return min(LONGEST, max(SHORTEST, min(waits))) if waits else None


def _age(job: Job, now: datetime) -> float:
    began = datetime.fromisoformat(job.started_utc or job.created_utc or now.isoformat())
    return max(timedelta(), now - began).total_seconds()
