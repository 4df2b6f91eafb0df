"""Facts about detached jobs: what a job's folder, task and processes show. Which state that is, is judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Fact):
    """A detached job of a host.

    Attributes:
        title: what it does, in words.
        command: the program and its arguments as they stand in its batch file.
        launched: whether the scheduler was told to run it; False where whoever started it was cut off before.
        task_state: of its scheduled task, in English; Present where the host's words are localised, Unknown while the
            scheduler does not run.
        task_result: the task's last result without a sign; 267011 has never run, 267009 runs, 267014 was ended.
        exit_text: what stands in its result file; None while there is none.
        closing: the result has been written and not been given its name yet.
        stopped: somebody asked that it be stopped.
        processes: how many processes of it there are.
        booted_utc: when the host was started.
        log_bytes: how long the log is.
        log_offset: up to where `tail` reaches, and where the next reading goes on.
        free_bytes_before: free space of its drive when it was started.
    """

    zdm_type: ClassVar[str] = "Zdm.Job"
    reader: ClassVar[str] = "Get-ZdmJob"
    key: ClassVar[tuple[str, ...]] = ("job_id",)
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "created_utc",
            "registered",
            "task_state",
            "task_result",
            "started_utc",
            "ended_utc",
            "exit_text",
            "closing",
            "stopped",
        }
        | {"process_id", "processes", "booted_utc", "log_bytes", "log_offset", "last_output_utc", "tail"}
        | {"free_bytes_before", "free_bytes_now", "run_as", "command", "log_name", "total_bytes", "title"}
    )
    asked_by: ClassVar[str] = "job_id"

    job_id: str
    kind: str
    title: str
    command: str
    run_as: str
    created_utc: str
    launched: bool
    registered: bool
    task_state: str
    task_result: int | None
    started_utc: str | None
    ended_utc: str | None
    exit_text: str | None
    closing: bool
    stopped: bool
    process_id: int | None
    processes: int
    booted_utc: str
    log_name: str
    log_bytes: int
    log_offset: int
    last_output_utc: str | None
    tail: tuple[str, ...]
    total_bytes: int | None
    free_bytes_before: int | None
    free_bytes_now: int | None
