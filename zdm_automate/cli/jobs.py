"""`zdm jobs`: the detached jobs on all hosts of the project, how far they are and what to do about those that are not well."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, in_place, say, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from rich.console import RenderableType

    from zdm_automate.cli.opening import Opened
    from zdm_automate.errors import ZdmError
    from zdm_automate.facts.base import Fact
    from zdm_automate.facts.jobs import Job
    from zdm_automate.session import HostSession

Watch = Annotated[bool, typer.Option("--watch", help="Look again until all have ended; Ctrl+C leaves them working.")]


def jobs(
    hosts: Annotated[list[str] | None, typer.Argument(help="Hosts or roles; none: all of the project.")] = None,
    watch: Watch = False,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the detached jobs: state, progress, rate, time left, last output. Only looks; leaving it stops nothing."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    names = list(dict.fromkeys(_named(opened, host) for host in hosts or ())) or list(opened.project.content.hosts)
    sessions, failed = _open(opened, names)
    over: dict[str, dict[str, Job]] = {name: {} for name in sessions}
    try:
        with in_place(watch=watch and not as_json) as put:
            tell = partial(_tell, put=put, as_json=as_json)
            while (pause := _look(opened.clock.now, sessions, over, tell, patient=watch)) is not None and watch:
                time.sleep(pause)
    except KeyboardInterrupt:
        say("The jobs go on; `zdm jobs` shows them again, from any computer.")
    finally:
        for session in sessions.values():
            session.close()
    for name, problem in failed.items():
        say(f"{name} was not asked: {problem}")
    if failed and not sessions:
        raise typer.Exit(max(problem.exit_code for problem in failed.values()))


def _look(
    clock: Callable[[], datetime],
    sessions: Mapping[str, HostSession],
    over: Mapping[str, dict[str, Job]],
    tell: Callable[[Mapping[str, list[Job]], datetime], None],
    *,
    patient: bool,
) -> float | None:
    """One look at all jobs; gives the seconds until the next one is worth while, None where all have ended.

    It is one call for each host, and asks no more about jobs that were `over` at an earlier look: its answer stays small.

    Raises:
        ZdmError: a host could not be asked, and nobody waits for it.
    """
    from zdm_automate.errors import ZdmError
    from zdm_automate.facts.jobs import Job
    from zdm_automate.jobs import LONGEST, is_over, next_look

    found: dict[str, list[Job]] = {}
    for name, session in sessions.items():
        try:
            seen = [one for one in _read(session, over[name]) if isinstance(one, Job)]
            found[name] = [*over[name].values(), *seen]
            over[name].update((one.job_id, one) for one in seen if is_over(one))
        except ZdmError as problem:
            if not patient:
                raise
            # Who watches a night's work stays: the jobs do not need this computer, and the next look may succeed.
            say(f"{name} could not be asked just now: {problem}")
    now = clock()
    tell(found, now)
    return next_look((one for own in found.values() for one in own), now) if len(found) == len(sessions) else LONGEST


def _read(session: HostSession, over: Mapping[str, Job]) -> Sequence[Fact]:
    """All jobs of a host but for those that are over."""
    return session.read("Get-ZdmJob", **({"without": list(over)} if over else {})).facts


def _named(opened: Opened, host: str) -> str:
    opened.project.host(host)
    return opened.project.content.roles.get(host, host)


def _open(opened: Opened, names: list[str]) -> tuple[dict[str, HostSession], dict[str, ZdmError]]:
    """Sessions with the hosts that answer, and why the others do not."""
    from zdm_automate.errors import ZdmError
    from zdm_automate.session import open_all

    sessions = {name: opened.session(name) for name in names}
    results = open_all(sessions.values())
    failed = {name: got for name in names if isinstance(got := results[sessions[name].host], ZdmError)}
    return {name: one for name, one in sessions.items() if name not in failed}, failed


def _tell(found: Mapping[str, list[Job]], now: datetime, *, put: Callable[[RenderableType], None], as_json: bool) -> None:
    if as_json:
        show_json([_row(name, one, now) for name, own in found.items() for one in own])
    elif any(found.values()):
        from zdm_automate.cli.jobs_view import view

        put(view(found, now))
    else:
        say("There are no jobs.")


def _row(host: str, job: Job, now: datetime) -> dict[str, Any]:
    """A job for programs."""
    from zdm_automate.jobs import judge, progress

    judged, far = judge(job), progress(job, now)
    return {
        "host": host,
        "job": job.job_id,
        "kind": job.kind,
        "title": job.title,
        "state": str(judged.state),
        "exit_code": judged.code,
        "says": judged.says,
        "then": judged.then,
        "restart": str(judged.restart) if judged.restart else "",
        "started": job.started_utc,
        "ended": job.ended_utc,
        "fraction": round(far.fraction, 3) if far.fraction is not None else None,
        "bytes": far.done,
        "total_bytes": far.total,
        "bytes_per_second": round(far.rate) if far.rate is not None else None,
        "seconds_left": round(far.left) if far.left is not None else None,
        "log_bytes": job.log_bytes,
        "last_output": job.tail[-1] if job.tail else "",
    }
