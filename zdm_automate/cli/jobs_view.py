"""How `zdm jobs` shows jobs: what is at work first, then what has ended, the latest first; 80 columns hold it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from zdm_automate.job_kinds import JobState
from zdm_automate.jobs import judge, progress
from zdm_automate.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from rich.console import RenderableType

    from zdm_automate.facts.jobs import Job
    from zdm_automate.jobs import Judged, Progress

STYLES = {
    JobState.SUCCEEDED: "green",
    JobState.WARNINGS: "yellow",
    JobState.FAILED: "bold red",
    JobState.LOST: "bold red",
    JobState.STOPPED: "yellow",
}
WIDTH = 20


def view(found: Mapping[str, Sequence[Job]], now: datetime) -> RenderableType:
    """All jobs by host: state, progress, rate, time left, and the last output or what to do."""
    told = [(host, job, judge(job)) for host, own in found.items() for job in own]
    told.sort(key=lambda one: one[1].ended_utc or one[1].started_utc or one[1].created_utc, reverse=True)
    told.sort(key=lambda one: one[2].state.done)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("STATE", "HOST", "JOB"):
        table.add_column(head, no_wrap=head != "JOB", overflow="fold")
    for host, job, judged in told:
        state = Text(judged.state, style=STYLES.get(judged.state, ""))
        table.add_row(state, clean(host), _job(job, judged, progress(job, now)))
    counts = Counter(judged.state for _, _, judged in told)
    numbers = ", ".join(f"{counts[state]} {state}" for state in JobState if counts[state])
    return Group(Text(f"Jobs at {now:%Y-%m-%d %H:%M:%S} UTC: {numbers}", style="bold"), table)


def _job(job: Job, judged: Judged, far: Progress) -> Text:
    """Its title, how far it is unless all went well, and what it or the tool says."""
    lines = Text.assemble(clean(job.title), (f"  {job.job_id[:8]} {clean(job.kind)}", "dim"))
    if far.fraction is not None and not judged.state.good:
        full = round(far.fraction * WIDTH)
        parts = [f"\n{'#' * full}{'.' * (WIDTH - full)} {far.fraction:.0%}"]
        if not judged.state.done:
            parts += [f"{far.rate / 1e6:.1f} MB/s"] if far.rate is not None else []
            parts += [f"{_span(far.left)} left"] if far.left is not None else []
        lines.append("  ".join(parts))
    words = judged.state.done or judged.then or not job.tail
    says = f"{judged.says[:1].upper()}{judged.says[1:]}. {judged.then}".strip() if words else job.tail[-1]
    return lines.append(f"\n{clean(says)}", style="" if words else "dim")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
