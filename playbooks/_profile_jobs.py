"""The jobs of the profile copy: which one stands for which stage of a PC, how it is called, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from zdm_automate import Facts, Step, VerbCall, change, credential_of, put, same, unpredictable, wait
from zdm_automate.facts.host import File
from zdm_automate.facts.jobs import Job
from zdm_automate.job_kinds import JobState
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.native.usmt_progress import Progress, parse_progress
from zdm_automate.usmt.command import Call, Capture, Restore, verify_call
from zdm_automate.usmt.documents import STANDARD_RULES, config_file, rules_file

from ._profile_intent import Pc, ProfileIntent, key_role

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = r"C:\Zdm\rules"
ESTIMATE, CAPTURE, VERIFY, RESTORE = "estimate", "capture", "verify", "restore"
KINDS = {ESTIMATE: "scanstate", CAPTURE: "scanstate", VERIFY: "usmtutils", RESTORE: "loadstate"}
TITLES = {
    ESTIMATE: "estimate of {old}",
    CAPTURE: "capture of {old}",
    VERIFY: "check of the store of {old}",
    RESTORE: "restore of {old} on {new}",
}
SECONDS = {ESTIMATE: 120, CAPTURE: 1800, VERIFY: 300, RESTORE: 1800}

# --- files that every PC gets ---

RULE_TEXT = rules_file("office", STANDARD_RULES)
CONFIG_TEXT = config_file()


def _named(stem: str, text: str) -> str:
    return f"{RULES}\\{stem}-{sha256(text.encode()).hexdigest()[:8]}.xml"


FILES = {_named("zdm-office", RULE_TEXT): RULE_TEXT, _named("config", CONFIG_TEXT): CONFIG_TEXT}
RULE_PATH, CONFIG_PATH = FILES


def bring_file(facts: Facts, role: str, path: str) -> Step:
    """A rule file on a PC."""
    lines = FILES[path].rstrip("\n").split("\n")
    data = ("\r\n".join(lines) + "\r\n").encode()
    digest = sha256(data).hexdigest()
    found = facts.one(role, File, path)
    text = f"{facts.hosts[role]}: {path}"
    if found is not None and found.exists and found.sha256 == digest:
        return same(f"{text} is there", role=role)
    made = File(path=path, exists=True, is_folder=False, bytes=len(data), sha256=digest, modified_utc=None)
    return change(
        VerbCall(role=role, verb="New-ZdmUserStateRule", params={"path": path, "line": lines}),
        text,
        before={"Exists": False},
        after={"Exists": True},
        effects=(put(role, made),),
        inverse=VerbCall(role=role, verb="Remove-ZdmFile", params={"path": path}),
    )


# --- jobs ---


@dataclass(frozen=True, slots=True)
class Stage:
    """One job of a PC: what it is, whose host does it, and the folder it works in."""

    name: str
    pc: Pc
    role: str
    id: str

    @property
    def folder(self) -> str:
        """Where its logs and its key lie."""
        return f"C:\\Zdm\\jobs\\{self.id}"

    @property
    def key_path(self) -> str:
        """Where its key lies while it works."""
        return f"{self.folder}\\store.key"


def stage(plan: ProfileIntent, pc: Pc, name: str) -> Stage:
    """The job of a stage; its id follows from the run, the pair and the attempt."""
    role = pc.new if name == RESTORE else pc.old
    return Stage(name, pc, role, job_id("profile_copy", plan.run, pc.old, pc.new, name, str(pc.attempt)))


def job_of(facts: Facts, at: Stage) -> Job | None:
    """The job, where it was begun."""
    return facts.one(at.role, Job, at.id)


def good(facts: Facts, at: Stage) -> bool:
    """Whether the job has done what it was to do."""
    found = job_of(facts, at)
    return found is not None and judge(found).state.good


def store_below(plan: ProfileIntent, pc: Pc, hosts: dict[str, str]) -> str:
    """The folder of a PC's store below the one for all stores."""
    return f"{hosts[pc.old]}\\{plan.run}-{pc.attempt}"


def call_of(facts: Facts, plan: ProfileIntent, at: Stage, users: tuple[str, ...]) -> Call:
    """The command line of a stage."""
    store = f"{plan.share}\\{store_below(plan, at.pc, dict(facts.hosts))}"
    key = at.key_path if plan.key and at.name != ESTIMATE else ""
    if at.name == VERIFY:
        return verify_call(plan.tool, store, detail="failureonly", key_file=key)
    common = {
        "folder": plan.tool,
        "store": store,
        "logs": at.folder,
        "rules": ("MigDocs.xml", "MigApp.xml", RULE_PATH),
        "config": CONFIG_PATH,
        "users": users,
        "key_file": key,
        "go_on": plan.go_on,
    }
    if at.name == RESTORE:
        return restore_of(plan, common).call()
    return Capture(**common, estimate=f"{at.folder}\\size.xml" if at.name == ESTIMATE else "").call()  # type: ignore[arg-type]


def restore_of(plan: ProfileIntent, common: dict[str, object] | None = None) -> Restore:
    """Loadstate with the renamings of the intent."""
    base = common or {"folder": plan.tool, "store": f"{plan.share}\\x", "logs": r"C:\Zdm\jobs"}
    return Restore(**base, domains=tuple(plan.domains.items()), renamed=tuple(plan.renamed.items()))  # type: ignore[arg-type]


def log_of(at: Stage) -> str:
    """The log by which a stage is followed."""
    return {ESTIMATE: "size.xml", CAPTURE: "scan-progress.log", RESTORE: "load-progress.log", VERIFY: "stdout.log"}[at.name]


def run_stage(facts: Facts, plan: ProfileIntent, at: Stage, users: tuple[str, ...] = ()) -> Iterator[Step]:
    """Starts a job that is not there, or says what became of it. A second start is another attempt, never the same job."""
    names = {"old": facts.hosts[at.pc.old], "new": facts.hosts[at.pc.new]}
    title = TITLES[at.name].format(**names)
    found = job_of(facts, at)
    if found is not None:
        yield standing(facts, at.role, title, found, f"set attempt: {at.pc.attempt + 1} for {at.pc.old}")
        return
    call = call_of(facts, plan, at, users)
    if plan.key and at.name != ESTIMATE:
        yield _lend_key(facts, plan, at, title)
    params = {
        "job_id": at.id,
        "kind": KINDS[at.name],
        "label": title,
        "file_path": call.program,
        "argument_list": list(call.arguments),
        "log_name": log_of(at),
        "credential": credential_of(at.role),
    }
    lasts = "a job is not un-run: `Stop-ZdmJob` ends it, and its store stays until it is removed"
    if at.name == RESTORE:
        lasts = "a restore is not taken back: the profiles that it made are removed one by one"
    yield change(
        VerbCall(role=at.role, verb="Start-ZdmJob", params=params),
        f"start the {title}",
        before={"Launched": False},
        after={"Launched": True, "Kind": KINDS[at.name]},
        effects=(put(at.role, begun(at.id, KINDS[at.name], title, log_of(at), processes=1)),),
        no_inverse=lasts,
        seconds=SECONDS[at.name],
    )


def standing(facts: Facts, role: str, title: str, found: Job, again: str) -> Step:
    """What has become of a job; `again` is what to do for another try."""
    judged = judge(found)
    if judged.state.good:
        text = f"{title}: {judged.says}"
        return same(text if judged.state is JobState.SUCCEEDED else f"{text}; {judged.then}", role=role)
    if not judged.state.done:
        return wait(title, None, f"it {judged.says}: {far(found)}; `zdm jobs --watch` follows it", role=role)
    where = f"job {found.job_id[:8]} on {facts.hosts[role]}"
    return unpredictable(title, f"{where}: {judged.state}: {judged.says}. {judged.then} then {again}", role=role)


def far(found: Job) -> str:
    """How far a job is, in words."""
    seen = progress_of(found)
    if not seen.phase:
        return "no progress told yet"
    part = f", {seen.percent} %" if seen.percent is not None else ""
    left = f", about {seen.minutes_left:.0f} min left" if seen.minutes_left is not None else ""
    return f"{seen.phase}{part}{left}"


def progress_of(found: Job) -> Progress:
    """What the progress log of a job tells."""
    return parse_progress(found.tail)


def _lend_key(facts: Facts, plan: ProfileIntent, at: Stage, title: str) -> Step:
    watch = VerbCall(role=at.role, verb="Get-ZdmFile", params={"path": [at.key_path]})
    return change(
        VerbCall(
            role=at.role,
            verb="New-ZdmUserStateKey",
            params={"job_id": at.id, "credential": credential_of(key_role(plan.key))},
        ),
        f"{facts.hosts[at.role]}: the key for the {title}, until it ends",
        before={"Exists": False},
        after={"Exists": True, "Fits": True},
        inverse=VerbCall(role=at.role, verb="Remove-ZdmFile", params={"path": at.key_path}),
        watch=watch,
    )


def left_keys(facts: Facts, plan: ProfileIntent) -> Iterator[Step]:
    """Keys that a job which died has left behind."""
    for pc in plan.pcs:
        for name in (CAPTURE, VERIFY, RESTORE):
            at = stage(plan, pc, name)
            found = facts.one(at.role, File, at.key_path)
            job = job_of(facts, at)
            if found is None or not found.exists or job is None or not judge(job).state.done:
                continue
            yield change(
                VerbCall(role=at.role, verb="Remove-ZdmFile", params={"path": at.key_path}),
                f"{facts.hosts[at.role]}: the key that a job left behind",
                before={"Exists": True},
                after={"Exists": False},
                effects=(put(at.role, replace(found, exists=False, bytes=None, sha256=None, modified_utc=None)),),
                no_inverse="the key stays with the project's secrets",
            )
