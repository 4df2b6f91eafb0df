"""What the profile playbook works with: who comes along, which jobs stand for which stage, and what they show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from zdm_automate import Facts, Step, VerbCall, change, credential_of, intent, put, same, unpredictable, wait
from zdm_automate.facts.host import File, HostInventory, PendingReboot
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.profiles import UserProfile, Usmt
from zdm_automate.job_kinds import JobState
from zdm_automate.jobs import begun, job_id, judge
from zdm_automate.native.usmt_progress import Progress, parse_progress
from zdm_automate.usmt.command import Call, Capture, Restore, verify_call
from zdm_automate.usmt.documents import STANDARD_RULES, config_file, rules_file
from zdm_automate.usmt.selection import Account, Switches, Wish, by_name, compiled
from zdm_automate.usmt.support import Limit, Profile, Seat, Weight, source_limits, target_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = r"C:\Zdm\rules"
STORE_ROLE = "store"
ROOM_FOR_NAMES = 5000
"""Characters of a command line that names may take."""
ESTIMATE, CAPTURE, VERIFY, RESTORE = "estimate", "capture", "verify", "restore"
KINDS = {ESTIMATE: "scanstate", CAPTURE: "scanstate", VERIFY: "usmtutils", RESTORE: "loadstate"}
TITLES = {
    ESTIMATE: "estimate of {old}",
    CAPTURE: "capture of {old}",
    VERIFY: "check of the store of {old}",
    RESTORE: "restore of {old} on {new}",
}
SECONDS = {ESTIMATE: 120, CAPTURE: 1800, VERIFY: 300, RESTORE: 1800}


@intent
class Pc:
    """A PC that is replaced by another: their roles, the network they hang on, and which try this is."""

    old: str
    new: str
    segment: str = ""
    attempt: int = 1


@intent
class Users:
    r"""Who comes along.

    domains: users of these domains; none: of every domain. local: the PC's own accounts too.
    last_days: who was there within so many days. always: these (DOMAIN\name) whatever their age. never: not these (* and ?).
    """

    domains: tuple[str, ...] = ()
    local: bool = False
    last_days: int | None = None
    always: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def wish(self) -> Wish:
        """As the compiler of switches takes it."""
        return Wish(domains=self.domains, local=self.local, last_days=self.last_days, always=self.always, never=self.never)


@intent
class ProfileIntent:
    r"""What is wanted of the profile copy.

    pcs: the PCs to replace, each with old and new role, segment (its network) and attempt (raise it to try again).
    stores: folder for the stores on the host of role `store`; share: the same folder as the PCs reach it (\\NEW\zdm-usmt$).
    run: a name for this capture; another name captures anew. tool: the folder of USMT on every PC.
    users: who comes along. domains: old domain to new one. renamed: DOMAIN\old to DOMAIN\new.
    side_by_side: PCs at work at a time in one segment. keep_days: how long stores are kept after the users have accepted.
    key: the credential whose password encrypts the stores; without it they are not encrypted.
    go_on: pass over every error (/c), not only over those that the shipped Config.xml lets pass.
    """

    pcs: tuple[Pc, ...]
    stores: str
    share: str
    run: str
    users: Users
    tool: str = r"C:\Zdm\usmt\amd64"
    domains: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    side_by_side: int = 2
    keep_days: int = 30
    key: str = ""
    go_on: bool = False


def key_role(name: str) -> str:
    """Under which name the key's credential is handed over."""
    return f"credential/{name}"


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


# --- what is known of a PC ---


def seat(facts: Facts, role: str, plan: ProfileIntent) -> Seat:
    """A PC as far as USMT is concerned."""
    machine = facts.of(role, HostInventory)[0]
    tool = facts.one(role, Usmt, plan.tool)
    ready = tool is not None and {"scanstate.exe", "loadstate.exe", "usmtutils.exe"} <= set(tool.files)
    return Seat(
        name=facts.hosts[role],
        product_type=machine.product_type,
        version=machine.os_version,
        bits=tool.bits if tool is not None else 64,
        usmt=(tool.version or "") if ready and tool is not None else "",
        free=tool.free_bytes if tool is not None else 0,
        encrypted=tool.encrypted if tool is not None else (),
        restart_pending=any(one.pending for one in facts.of(role, PendingReboot)),
    )


def _profiles(facts: Facts, role: str) -> tuple[Profile, ...]:
    return tuple(
        Profile(
            sid=one.sid,
            account=one.account or "",
            path=one.path,
            temporary=one.temporary,
            folder_there=one.folder_there,
            loaded=one.loaded,
        )
        for one in facts.of(role, UserProfile)
    )


def limits(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Limit, ...]:
    """What USMT cannot do for this pair, the old PC first."""
    old, new = seat(facts, pc.old, plan), seat(facts, pc.new, plan)
    return (*source_limits(old, _profiles(facts, pc.old)), *target_limits(new, old, _profiles(facts, pc.new)))


def refused(facts: Facts, plan: ProfileIntent, pc: Pc) -> Limit | None:
    """What forbids USMT on this pair; None where nothing does."""
    return next((one for one in limits(facts, plan, pc) if one.weight is Weight.REFUSED), None)


def accounts(facts: Facts, role: str) -> tuple[Account, ...]:
    """The users that have a profile on a PC and a name."""
    found = []
    for one in facts.of(role, UserProfile):
        domain, mark, name = (one.account or "").partition("\\")
        if mark:
            used = datetime.fromisoformat(one.used_utc) if one.used_utc else None
            found.append(Account(domain=domain, name=name, used=used))
    return tuple(found)


def wanted(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Account, ...]:
    """The users of the old PC that come along."""
    wish, computer = plan.users.wish(), facts.hosts[pc.old]
    return tuple(one for one in accounts(facts, pc.old) if wish.wants(one, computer, facts.taken_at))


def switches(facts: Facts, plan: ProfileIntent, pc: Pc) -> Switches:
    """The switches for the users of a PC: by what was captured once it was, else by who is wanted now."""
    if good(facts, stage(plan, pc, CAPTURE)):
        named = by_name(coming(facts, plan, pc))
        if sum(map(len, named.load)) < ROOM_FOR_NAMES:
            return named
    return compiled(plan.users.wish(), facts.hosts[pc.old], accounts(facts, pc.old), facts.taken_at)


def coming(facts: Facts, plan: ProfileIntent, pc: Pc) -> tuple[Account, ...]:
    """Who comes along: whom the capture took, and of those whom the wish does not leave out; before it, who is wanted.

    Once captured their age does not matter any more: it grows while the stores are kept.
    """
    job = job_of(facts, stage(plan, pc, CAPTURE))
    if job is None or not judge(job).state.good:
        return wanted(facts, plan, pc)
    ageless = replace(plan.users.wish(), last_days=None)
    halves = (name.partition("\\") for name in progress_of(job).included())
    taken = (Account(domain=domain, name=name) for domain, _, name in halves)
    return tuple(one for one in taken if ageless.wants(one, facts.hosts[pc.old], facts.taken_at))


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


def at_work(facts: Facts, plan: ProfileIntent) -> dict[str, int]:
    """How many PCs of each segment gather or restore now."""
    count: dict[str, int] = {}
    for pc in plan.pcs:
        for name in (CAPTURE, RESTORE):
            found = job_of(facts, stage(plan, pc, name))
            if found is not None and not judge(found).state.done:
                count[pc.segment] = count.get(pc.segment, 0) + 1
    return count


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
        yield _standing(facts, at, title, found)
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
    back = {"inverse": VerbCall(role=at.role, verb="Stop-ZdmJob", params={"job_id": at.id})}
    if at.name == RESTORE:
        back = {"no_inverse": "a restore is not taken back: the profiles that it made are removed one by one"}  # type: ignore[dict-item]
    yield change(
        VerbCall(role=at.role, verb="Start-ZdmJob", params=params),
        f"start the {title}",
        before={"Launched": False},
        after={"Launched": True, "Kind": KINDS[at.name]},
        effects=(put(at.role, begun(at.id, KINDS[at.name], title, log_of(at), processes=1)),),
        seconds=SECONDS[at.name],
        **back,  # type: ignore[arg-type]
    )


def _standing(facts: Facts, at: Stage, title: str, found: Job) -> Step:
    judged = judge(found)
    if judged.state.good:
        text = f"{title}: {judged.says}"
        return same(text if judged.state is JobState.SUCCEEDED else f"{text}; {judged.then}", role=at.role)
    if not judged.state.done:
        return wait(title, None, f"it {judged.says}: {far(found)}; `zdm jobs --watch` follows it", role=at.role)
    where = f"job {at.id[:8]} on {facts.hosts[at.role]}"
    again = f"then set attempt: {at.pc.attempt + 1} for {at.pc.old}"
    return unpredictable(title, f"{where}: {judged.state}: {judged.says}. {judged.then} {again}", role=at.role)


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
