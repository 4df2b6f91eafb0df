"""What the replication of shares knows and says: its intent, the passes with their switches, and its refusals.

Every pass pulls: it runs on the new server, whose robocopy is the newer one, and reads the old server's administrative share.
A share is closed or frozen by one line of denial in front of its permissions: taking that line away is taking it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from zdm_automate import (
    Facts,
    Rollback,
    Step,
    VerbCall,
    change,
    credential_of,
    drop,
    intent,
    put,
    same,
    unpredictable,
    wait,
)
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.shares import FileSample, Share, ShareSession
from zdm_automate.job_kinds import JobState, Restart, kind_of
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.native.robocopy import CopyLog, read_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLOSED = "(D;;FA;;;WD)"
"""Nobody, until the switch."""

FROZEN = "(D;;0x110116;;;WD)"
"""Everybody reads, nobody writes."""

BASE = ("/E", "/COPY:DATSO", "/DCOPY:DAT", "/B", "/R:1", "/W:1", "/XJ", "/NP", "/BYTES", "/FP", "/TS")
FOLDERS_OUT = ("System Volume Information", "$RECYCLE.BIN", "RECYCLER", "DfsrPrivate", "~snapshot")
FILES_OUT = ("thumbs.db", "~$*", "*.tmp", "pagefile.sys")
DATABASES = ("*.pst", "*.ost", "*.mdb", "*.accdb", "*.ldb", "*.laccdb", "*.qbw", "*.mdf", "*.ldf", "*.edb", "*.bak")
NOWHERE = "C:\\Zdm\\nowhere"
IN_USE = frozenset({2, 32, 33})
"""What a file that people work with meets: gone meanwhile, open, locked in part. The next pass takes it."""

TRIES = 3
"""Times that a pass that failed is run again before a person has to look."""

Pass = Literal["total", "databases", "encrypted", "seed", "delta", "acl", "newer", "final", "compare", "reverse"]

KINDS: dict[Pass, str] = {
    "total": "list",
    "databases": "list",
    "encrypted": "list",
    "seed": "pass",
    "delta": "pass",
    "acl": "pass",
    "newer": "list",
    "final": "robocopy",
    "compare": "compare",
    "reverse": "robocopy",
}


@intent
class MovedShare:
    r"""One share that moves.

    Attributes:
        name: of the share, the same on both servers.
        source: its folder on the old server, as the share has it.
        target: its folder on the new server.
        dfs: the folder of a namespace that leads to it: `\\domain\namespace\folder`.
    """

    name: str
    source: str
    target: str
    dfs: str = ""


@intent
class SharesIntent:
    """What the project says about its shares.

    Attributes:
        shares: those that move.
        old_name, new_name: the servers as UNC paths name them.
        threads: files that a pass copies side by side.
        hours: run hours of seed and deltas, `2000-0600`; empty for any time.
        throttle_ms: pause between packets in seed and deltas; with it one file after the other is copied.
        delta_hours: from the end of one delta to the next.
        cut: true from the day of the cut: no more deltas, but freeze, final pass and switch.
        roll_back: true takes the switch back and copies to the old server what was written on the new one.
        remove_after_days: days after acceptance until the old shares are removed.
    """

    shares: tuple[MovedShare, ...]
    old_name: str
    new_name: str
    threads: int = 16
    hours: str = ""
    throttle_ms: int = 0
    delta_hours: int = 20
    cut: bool = False
    roll_back: bool = False
    remove_after_days: int = 30


def denied(sddl: str, ace: str) -> str:
    """The permissions with a denial in front."""
    head, sign, aces = sddl.partition("(")
    return sddl if ace in sddl else f"{head}{ace}{sign}{aces}"


def allowed(sddl: str, *aces: str) -> str:
    """The permissions without these denials."""
    for ace in aces:
        sddl = sddl.replace(ace, "")
    return sddl


def admin_path(server: str, path: str) -> str:
    r"""A local path as the administrative share shows it: `D:\Data` is `\\OLD\D$\Data`."""
    return f"\\\\{server}\\{path[0]}$\\{path[3:]}".rstrip("\\")


# --- passes as jobs ---


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
        return read_log(self.job.tail)

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
    known = {job.job_id: job for job in facts.of("new", Job)}
    while (job := known.get(number_of(intent, share, what, len(found) + 1))) is not None:
        judged = judge(job)
        state, says = judged.state, judged.says
        worse = next((one for one in read_log(job.tail).errors if one.code not in IN_USE), None)
        if job.kind == "pass" and state is JobState.WARNINGS and worse is not None:
            state, says = JobState.FAILED, f"{worse.says} ({worse.path}). {worse.then}"
        found.append(Attempt(len(found) + 1, job, state, says, judged.restart))
    return found


def done(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass) -> Attempt | None:
    """The last try of a pass that went well."""
    good = [one for one in attempts(facts, intent, share, what) if one.state.good]
    return good[-1] if good else None


def words_of(intent: SharesIntent, share: MovedShare, what: Pass, job: str) -> list[str]:
    """The arguments of a pass, one each."""
    source, target = admin_path(intent.old_name, share.source), share.target
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
        "seed": [source, target, *BASE, *threads, *hours, *quiet, log, *without],
        "delta": [source, target, *BASE, "/PURGE", *threads, *hours, "/NDL", log, *without],
        "acl": [source, target, *BASE, "/SECFIX", *threads, *quiet, log, *without],
        "newer": [target, source, *looking, "/XO", "/XL", *without],
        "final": [source, target, *BASE, "/PURGE", "/SECFIX", *threads, "/NDL", log, *without],
        "compare": [source, target, *BASE, "/PURGE", "/L", "/NDL", log, *without],
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
        return wait(text, None, f"the job works on {facts.hosts['new']}: `zdm jobs --watch`, then plan again", role="new")
    if last.state.good:
        return same(f"{text}: {last.says}", role="new")
    failed = f"try {last.number} ended: {last.state}, {last.says}"
    bad_in_a_row = sum(1 for one in tried if not one.state.good)
    if last.restart is Restart.HUMAN or bad_in_a_row >= TRIES:
        return unpredictable(text, f"{failed}; a person has to look: {kind_of(last.job.kind).advice}", role="new")
    return _start(facts, intent, share, what, last.number + 1, f"{text}, again: {failed}")


TITLES: dict[Pass, str] = {
    "total": "count folders, files and bytes",
    "databases": "list databases and mail files",
    "encrypted": "list encrypted files",
    "seed": "seed",
    "delta": "delta pass",
    "acl": "pass for permissions",
    "newer": "look for files that are newer on the new server",
    "final": "final pass",
    "compare": "compare both sides",
    "reverse": "copy back what was written on the new server",
}


def _start(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass, number: int, text: str) -> Step:
    job = number_of(intent, share, what, number)
    title = f"{TITLES[what]} {number} of {share.name}"
    total = done(facts, intent, share, "total")
    params = {
        "job_id": job,
        "kind": KINDS[what],
        "label": title,
        "file_path": "robocopy.exe",
        "argument_list": words_of(intent, share, what, job),
        "log_name": "robocopy.log",
        "credential": credential_of("new"),
    }
    if what == "seed":
        params |= {"volume": share.target[:2], "total_bytes": str(total.log.size.total) if total is not None else ""}
    return change(
        VerbCall(role="new", verb="Start-ZdmJob", params=params),
        text,
        before={},
        after={"JobId": job, "Kind": KINDS[what]},
        effects=(put("new", begun(job, KINDS[what], title, "robocopy.log")),),
        no_inverse="a job is not un-run: `Stop-ZdmJob` ends it, and what it has copied stays",
        rollback=Rollback.R0 if what != "reverse" else Rollback.R2,
        note="runs detached; `zdm jobs --watch` shows how far it is",
        seconds=20,
    )


# --- refusals ---


def refusal(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass) -> str:
    """Why a pass that writes must not be begun; empty where nothing speaks against it."""
    if facts.hosts["old"].casefold() == facts.hosts["new"].casefold():
        return "old and new are the same host: source and target would be one"
    there = facts.one("old", Share, share.name)
    if there is None:
        names = ", ".join(one.name for one in facts.of("old", Share)) or "none"
        return f"{facts.hosts['old']} has no share {share.name}; it has: {names}"
    if there.path.rstrip("\\").casefold() != share.source.rstrip("\\").casefold():
        return f"the share {share.name} of {facts.hosts['old']} is {there.path}, not {share.source}: the wrong share, or folder"
    return _uncounted(facts, intent, share) or (_in_use(facts, share) if what in {"seed", "delta", "final"} else "")


def _uncounted(facts: Facts, intent: SharesIntent, share: MovedShare) -> str:
    """Whether the source is known, and holds something."""
    total = done(facts, intent, share, "total")
    if total is None:
        return "the source has not been counted yet"
    if not total.log.whole:
        return "the count of the source has no table; read its log"
    if total.log.files.total == 0:
        return f"the source {share.source} is empty: a pass that mirrors it would empty the target"
    return ""


def _in_use(facts: Facts, share: MovedShare) -> str:
    """Whether somebody works in the target: a pass that purges would take their files away."""
    place = share.target.rstrip("\\").casefold()
    for one in facts.of("new", Share):
        inside = f"{one.path.rstrip(chr(92)).casefold()}\\"
        if f"{place}\\".startswith(inside) and CLOSED not in one.sddl:
            return f"the target {share.target} is in use: people reach it by the share {one.name} of {facts.hosts['new']}"
    for session in facts.of("new", ShareSession):
        opened = next((path for path in session.open_files if path.casefold().startswith(f"{place}\\")), None)
        if opened is not None:
            return f"{session.user} has {opened} open on {facts.hosts['new']}: the target is in use"
    return ""


def foreign_target(facts: Facts, intent: SharesIntent, share: MovedShare) -> str:
    """Why the first pass must not be begun: source and target may have been swapped."""
    seen = [one for one in facts.of("new", Share) if one.path.casefold() == share.source.casefold()]
    if seen and share.target.casefold() == share.source.casefold():
        return f"{facts.hosts['new']} shares {share.source} already: are source and target swapped?"
    total, held = done(facts, intent, share, "total"), held_before(facts, share)
    if total is not None and held > total.log.files.total:
        return f"the target holds {held} files, the source {total.log.files.total}: are they swapped?"
    return f"the target holds {held} files that no pass of this project has copied" if held else ""


def held_before(facts: Facts, share: MovedShare) -> int:
    """How many files the sample of the target has found in its first folders."""
    root = share.target.rstrip("\\").casefold()
    return sum(
        one.bytes for one in facts.of("new", FileSample) if one.root.casefold() == root and one.relative_path.endswith("\\")
    )


# --- the trend ---


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


def by_name(facts: Facts, role: str) -> Mapping[str, Share]:
    """The shares of a host by name in lower case."""
    return {one.name.casefold(): one for one in facts.of(role, Share)}


def sessions_closed(facts: Facts, role: str) -> Iterator[Step]:
    """Everybody's connection to a server ends, so that nobody goes on with the rights of before; not those of the passes."""
    copying = {_account(job.run_as) for job in facts.of("new", Job)} | {f"{name.casefold()}$" for name in facts.hosts.values()}
    for session in facts.of(role, ShareSession):
        if _account(session.user) in copying:
            yield same(f"{session.user} from {session.client} copies: this session stays", role=role)
            continue
        opened = f", with {len(session.open_files)} files open" if session.open_files else ""
        yield change(
            VerbCall(role=role, verb="Close-ZdmShareSession", params={"session_id": session.session_id}),
            f"close the session of {session.user} from {session.client}{opened}",
            before={"User": session.user},
            after={},
            effects=(drop(role, session),),
            no_inverse="people connect again by themselves; what was open and not saved is lost",
            rollback=Rollback.R0,
        )


def _account(name: str) -> str:
    """A name of an account without its domain: servers say it in either form."""
    return name.rpartition("\\")[2].partition("@")[0].casefold()
