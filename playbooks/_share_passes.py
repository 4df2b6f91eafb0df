"""The passes of a share: their switches, their jobs, what became of them, and how long the last one will take.

Every pass pulls: it runs on the new server, whose robocopy is the newer one, and reads the old server's administrative share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from zdm_automate import Facts, Rollback, Step, VerbCall, change, credential_of, put, same, unpredictable, wait
from zdm_automate.facts.jobs import Job
from zdm_automate.job_kinds import JobState, Restart, kind_of
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.native.robocopy import CopyLog, read_log
from zdm_automate.native.tree_lines import Walk, read_walk

from ._share_intent import MovedShare, SharesIntent, admin_path

BASE = ("/E", "/COPY:DATSO", "/DCOPY:DAT", "/B", "/R:1", "/W:1", "/XJ", "/NP", "/BYTES", "/FP", "/TS")
FOLDERS_OUT = ("System Volume Information", "$RECYCLE.BIN", "RECYCLER", "DfsrPrivate", "~snapshot")
FILES_OUT = ("thumbs.db", "~$*", "*.tmp", "pagefile.sys")
DATABASES = ("*.pst", "*.ost", "*.mdb", "*.accdb", "*.ldb", "*.laccdb", "*.qbw", "*.mdf", "*.ldf", "*.edb", "*.bak")
NOWHERE = "C:\\Zdm\\nowhere"
IN_USE = frozenset({2, 32, 33})
"""What a file that people work with meets: gone meanwhile, open, locked in part. The next pass takes it."""

UNEQUAL = ("missing", "contents", "permissions", "unread")
"""In what a sample may differ."""

TRIES = 3
"""Times that a pass that failed is run again before a person has to look."""

Pass = Literal[
    "total", "databases", "encrypted", "survey", "seed", "delta", "acl", "newer", "final", "compare", "sample", "reverse"
]

KINDS: dict[Pass, str] = {
    "total": "list",
    "databases": "list",
    "encrypted": "list",
    "survey": "survey",
    "seed": "pass",
    "delta": "pass",
    "acl": "pass",
    "newer": "list",
    "final": "robocopy",
    "compare": "compare",
    "sample": "sample",
    "reverse": "robocopy",
}

WALKS: dict[Pass, str] = {"survey": "Measure-ZdmTree", "sample": "Compare-ZdmTree"}
"""What no robocopy can do: walks by PowerShell, each a function of the toolkit."""


@lru_cache(maxsize=1024)
def log_of(tail: tuple[str, ...]) -> CopyLog:
    """What the end of a log says; a plan asks many times for the same one."""
    return read_log(tail)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pass that was tried: which try, its job, and what became of it."""

    number: int
    job: Job
    state: JobState
    says: str
    restart: Restart | None

    @property
    def log(self) -> CopyLog:
        """What the end of its log says."""
        return log_of(self.job.tail)

    @property
    def walk(self) -> Walk:
        """What a walk has found."""
        return read_walk(self.job.tail)

    @property
    def exit_code(self) -> int | None:
        """Its exit code."""
        return judge(self.job).code


def number_of(intent: SharesIntent, share: MovedShare, what: Pass, number: int) -> str:
    """The id of a pass's job: the same for whoever starts it."""
    return job_id(intent.old_name, intent.new_name, share.name, share.target, what, str(number))


def attempts(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass) -> list[Attempt]:
    """All tries of a pass, oldest first."""
    found: list[Attempt] = []
    known = {job.job_id: job for job in facts.of(role_of(what), Job)}
    while (job := known.get(number_of(intent, share, what, len(found) + 1))) is not None:
        judged = judge(job)
        state, says = judged.state, judged.says
        worse = next((one for one in log_of(job.tail).errors if one.code not in IN_USE), None)
        if job.kind == "pass" and state is JobState.WARNINGS and worse is not None:
            state, says = JobState.FAILED, f"{worse.says} ({worse.path}). {worse.then}"
        if what in WALKS and state.good and (wrong := _wrong(read_walk(job.tail))):
            state, says = JobState.FAILED, wrong
        found.append(Attempt(len(found) + 1, job, state, says, judged.restart))
    return found


def role_of(what: Pass) -> str:
    """Where a pass runs: the survey beside the files that it looks through, all others on the new server."""
    return "old" if what == "survey" else "new"


def _wrong(walk: Walk) -> str:
    """What a walk that ended well must not have found; empty where there is nothing."""
    if not walk.whole:
        return "its log is not whole"
    differ = [f"{walk[sort].count} {sort} ({', '.join(walk[sort].first[:3])})" for sort in UNEQUAL if walk[sort].count]
    return f"the sides differ: {'; '.join(differ)}" if differ and "sampled" in walk.sorts else ""


def done(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass) -> Attempt | None:
    """The last try of a pass that went well."""
    good = [one for one in attempts(facts, intent, share, what) if one.state.good]
    return good[-1] if good else None


def words_of(intent: SharesIntent, share: MovedShare, what: Pass, job: str) -> list[str]:
    """The arguments of a pass, one each."""
    source, target = admin_path(intent.old_name, share.source), share.target
    script = ("-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", f"C:\\Zdm\\jobs\\{job}\\job.ps1")
    log = f"/UNILOG+:C:\\Zdm\\jobs\\{job}\\robocopy.log"
    threads = [f"/IPG:{intent.throttle_ms}"] if intent.throttle_ms and what in {"seed", "delta"} else [f"/MT:{intent.threads}"]
    hours = [f"/RH:{intent.hours}", "/PF"] if intent.hours and what in {"seed", "delta"} else []
    without = ["/XD", *FOLDERS_OUT, "/XF", *FILES_OUT]
    quiet = ["/NFL", "/NDL"]
    looking = ["/E", "/L", "/B", "/R:0", "/W:0", "/XJ", "/NP", "/BYTES", "/FP", "/NDL", log]
    passes: dict[Pass, list[str]] = {
        "total": [source, NOWHERE, *looking, "/NFL", *without],
        "databases": [source, NOWHERE, *DATABASES, *looking],
        "encrypted": [source, NOWHERE, *looking, "/IA:E"],
        "survey": [*script, "-Path", share.source, "-Log", f"C:\\Zdm\\jobs\\{job}\\survey.log"],
        "seed": [source, target, *BASE, *threads, *hours, *quiet, log, *without],
        "delta": [source, target, *BASE, "/PURGE", *threads, *hours, "/NDL", log, *without],
        "acl": [source, target, *BASE, "/SECFIX", *threads, *quiet, log, *without],
        "newer": [target, source, *looking, "/XO", "/XL", *without],
        "final": [source, target, *BASE, "/PURGE", "/SECFIX", *threads, "/NDL", log, *without],
        "compare": [source, target, *BASE, "/PURGE", "/L", "/NDL", log, *without],
        "sample": [*script, "-Path", source, "-Target", target, "-Log", f"C:\\Zdm\\jobs\\{job}\\sample.log"],
        "reverse": [target, source, *BASE, "/XO", *threads, "/NDL", log, *without],
    }
    return passes[what]


def run_pass(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass, *, again: bool = False) -> Step:
    """Starts a pass, waits for the one at work, or says that it is done; `again` starts another one after a good one."""
    text = f"{share.name}: {TITLES[what]}"
    tried = attempts(facts, intent, share, what)
    last = tried[-1] if tried else None
    if last is None or (last.state.good and again):
        return _start(facts, intent, share, what, len(tried) + 1, text)
    if last.state is JobState.QUEUED and not last.job.launched:
        return _start(facts, intent, share, what, last.number, f"{text}: go on with its start")
    if not last.state.done:
        where = facts.hosts[role_of(what)]
        return wait(text, None, f"the job works on {where}: `zdm jobs --watch`, then plan again", role=role_of(what))
    if last.state.good:
        return same(f"{text}: {last.says}", role=role_of(what))
    failed = f"try {last.number} ended: {last.state}, {last.says}"
    bad_in_a_row = sum(1 for one in tried if not one.state.good)
    if last.restart is Restart.HUMAN or bad_in_a_row >= TRIES:
        return unpredictable(text, f"{failed}; a person has to look: {kind_of(last.job.kind).advice}", role=role_of(what))
    return _start(facts, intent, share, what, last.number + 1, f"{text}, again: {failed}")


TITLES: dict[Pass, str] = {
    "total": "count folders, files and bytes",
    "databases": "list databases and mail files",
    "encrypted": "list encrypted files",
    "survey": "look through all of it",
    "seed": "seed",
    "delta": "delta pass",
    "acl": "pass for permissions",
    "newer": "look for files that are newer on the new server",
    "final": "final pass",
    "compare": "compare both sides",
    "sample": "compare a sample by content and permissions",
    "reverse": "copy back what was written on the new server",
}


def _start(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass, number: int, text: str) -> Step:
    job = number_of(intent, share, what, number)
    title = f"{TITLES[what]} {number} of {share.name}"
    total = done(facts, intent, share, "total")
    role, log = role_of(what), kind_of(KINDS[what]).log
    params: dict[str, Any] = {
        "job_id": job,
        "kind": KINDS[what],
        "label": title,
        "file_path": "powershell.exe" if what in WALKS else "robocopy.exe",
        "argument_list": words_of(intent, share, what, job),
        "log_name": log,
    }
    if role == "new":
        params["credential"] = credential_of("new")
    if what in WALKS:
        params["function"] = WALKS[what]
    if what == "seed":
        params |= {"volume": share.target[:2], "total_bytes": str(total.log.size.total) if total is not None else ""}
    return change(
        VerbCall(role=role, verb="Start-ZdmJob", params=params),
        text,
        before={},
        after={"JobId": job, "Kind": KINDS[what]},
        effects=(put(role, begun(job, KINDS[what], title, log)),),
        no_inverse="a job is not un-run: `Stop-ZdmJob` ends it, and what it has copied stays",
        rollback=Rollback.R0 if what != "reverse" else Rollback.R2,
        note="runs detached; `zdm jobs --watch` shows how far it is",
        seconds=20,
    )


@dataclass(frozen=True, slots=True)
class Delta:
    """What one delta pass did: files, bytes, seconds."""

    number: int
    files: int
    size: int
    seconds: float
    failed: int


def trend(facts: Facts, intent: SharesIntent, share: MovedShare) -> list[Delta]:
    """The delta passes that went well, oldest first."""
    found = []
    for one in attempts(facts, intent, share, "delta"):
        if not one.state.good or not one.log.whole or not one.job.started_utc or not one.job.ended_utc:
            continue
        spent = datetime.fromisoformat(one.job.ended_utc) - datetime.fromisoformat(one.job.started_utc)
        log = one.log
        found.append(Delta(one.number, log.files.copied, log.size.copied, spent.total_seconds(), log.files.failed))
    return found


def forecast(deltas: list[Delta]) -> float | None:
    """Seconds that the final pass will take: half as much again as the longest of the last three; None without a delta."""
    return max(one.seconds for one in deltas[-3:]) * 1.5 if deltas else None
