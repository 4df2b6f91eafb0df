"""Shares move from an old file server to a new one, by passes that run as jobs while people work.

Survey, seed, nightly deltas; on the night a freeze, a final pass, a comparison and the switch; or the way back.
Each plan goes as far as the jobs that are at work let it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zdm_automate import (
    Check,
    Facts,
    Playbook,
    Read,
    Risk,
    Step,
    VerbCall,
    change,
    check,
    drop,
    ensure,
    manual,
    same,
    unpredictable,
    wait,
)
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.facts.shares import Share
from zdm_automate.model import Preview

from ._share_compare import compared, ways
from ._share_cut import by_name, frozen, lead, not_now, ready, sessions_closed, set_acl, switched
from ._share_findings import found, surveyed, unsigned
from ._share_guards import foreign_target, refusal
from ._share_intent import CLOSED, FROZEN, MovedShare, SharesIntent, allowed, denied
from ._share_method import arrived, by_service, chosen
from ._share_old import forgotten_protocol, protocol, settings, unreadable, untold
from ._share_passes import attempts, done, forecast, run_pass, trend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

playbook = Playbook(
    name="share_replication",
    title="Share replication",
    roles={"old": "the file server that goes", "new": "the one that takes over"},
    intent=SharesIntent,
)

ADVICE = {
    "databases": "a file like these is not copied while a program has it open: stop the program or use its own export",
    "encrypted": "an encrypted file cannot be copied by another account: its owner decrypts it first",
}


@playbook.reads
def reads(intent: SharesIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """Shares, sessions and jobs of both, what lies at the top of the targets, and where namespaces lead."""
    for role in ("old", "new"):
        yield Read(role=role, verb="Get-ZdmHostInventory")
        yield Read(role=role, verb="Get-ZdmShare")
        yield Read(role=role, verb="Get-ZdmShareSession")
        yield Read(role=role, verb="Get-ZdmJob", params={"tail_bytes": 16384})
    for share in intent.shares:
        yield Read(role="new", verb="Get-ZdmFileSample", params={"path": share.target, "max_megabytes": 1}, optional=True)
    links = sorted({share.dfs for share in intent.shares if share.dfs})
    if links:
        yield Read(role="new", verb="Get-ZdmDfsTarget", params={"path": links})


def changes_first(steps: Iterable[Step]) -> Iterator[Step]:
    """Of several shares those first that have something to do: a plan goes no further in an item once a step waits."""
    yield from sorted(steps, key=lambda step: step.preview in {Preview.WAIT, Preview.UNKNOWN})


# --- before the cut ---


@playbook.item("B-020", "Share survey: sizes, and what a move meets", also=("A-018",))
def survey(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Three lists for each share by robocopy and a walk on the old server; what was found is said with its advice."""
    yield from protocol(facts)
    yield from changes_first(_survey(facts, intent))


def _survey(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    forgotten = forgotten_protocol(facts)
    for share in intent.shares:
        total = done(facts, intent, share, "total")
        if forgotten and total is None:
            yield wait(f"{share.name}: survey", None, forgotten, role="new")
            continue
        yield run_pass(facts, intent, share, "total")
        for what in ("databases", "encrypted"):
            yield run_pass(facts, intent, share, what)
            listed = done(facts, intent, share, what)
            if listed is not None and listed.log.files.copied:
                first = ", ".join(listed.log.copied[:3])
                text = f"{share.name}: {listed.log.files.copied} {what}: {first}. {ADVICE[what]}"
                yield manual(facts, "B-020", f"{what}-{share.name}", text, form=("what was done",))
        if total is not None and total.log.whole:
            log = total.log
            yield same(f"{share.name}: {log.folders.total} folders, {log.files.total} files, {log.size.total / 1e9:.1f} GB")
        yield run_pass(facts, intent, share, "survey")
        yield from surveyed(facts, intent, share)


@playbook.item("B-111", "Method chosen; target folders and shares, closed until the switch", also=("A-090", "C-070", "C-072"))
def make_targets(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Storage Migration Service is offered or refused; then the old share's permissions with a line of denial in front."""
    yield from chosen(facts)
    old, new = by_name(facts, "old"), by_name(facts, "new")
    for share in intent.shares:
        here = old.get(share.name.casefold())
        if here is None:
            yield unpredictable(f"share {share.name}", refusal(facts, intent, share, "total"), role="new")
            continue
        there = new.get(share.name.casefold())
        if by_service(facts):
            yield same(f"{share.name}: made by the service that moves the files", role="new")
            continue
        if there is not None and there.path.casefold() == share.target.casefold():
            yield same(f"{share.name} is shared on {facts.hosts['new']}", role="new")
            continue
        why = unreadable(facts, "old", here)
        if why:
            yield unpredictable(f"share {share.name}", why, role="new")
            continue
        yield from untold(facts, here, share)
        sddl = denied(allowed(here.sddl, FROZEN, CLOSED), CLOSED)
        wanted = replace(here, path=share.target, sddl=sddl, user_limit=0, encrypt_data=False, **settings(here, share))
        params = {
            "name": wanted.name,
            "path": wanted.path,
            "sddl": wanted.sddl,
            "description": wanted.description,
            "caching_mode": wanted.caching_mode,
            "enumeration_mode": wanted.enumeration_mode,
        }
        yield ensure(
            facts,
            VerbCall(role="new", verb="New-ZdmShare", params=params),
            wanted,
            f"{share.name}: share {share.target}, closed",
            inverse=VerbCall(role="new", verb="Remove-ZdmShare", params={"name": wanted.name}),
        )


@playbook.check("B-111")
def moved_by_service(facts: Facts, intent: SharesIntent) -> Iterator[Check]:
    """Where a person has moved the files by the service: whether each share has arrived."""
    yield from arrived(facts, intent)


@playbook.item("B-112", "Seed passes", after=("B-020", "B-111"), also=("A-091", "C-075"))
def seed(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Once for each share, into a target that nobody else has filled."""
    yield from changes_first(_seed(facts, intent))


def _seed(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    for share in intent.shares:
        if done(facts, intent, share, "seed") is not None:
            yield run_pass(facts, intent, share, "seed")
            continue
        why = refusal(facts, intent, share, "seed")
        if not why and not attempts(facts, intent, share, "seed"):
            why = foreign_target(facts, intent, share)
        yield unpredictable(f"{share.name}: seed", why, role="new") if why else run_pass(facts, intent, share, "seed")


@playbook.item("B-113", "Nightly deltas, with their trend", after=("B-112",), also=("A-092", "C-076"))
def deltas(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """One after the other until the day of the cut; what each took tells how long the final pass will take."""
    yield from changes_first(_deltas(facts, intent))


def _deltas(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    for share in intent.shares:
        if done(facts, intent, share, "seed") is None:
            yield wait(f"{share.name}: delta pass", None, "its seed comes first", role="new")
            continue
        for one in trend(facts, intent, share):
            text = f"{share.name}: delta {one.number}: {one.files} files, {one.size / 1e6:.1f} MB, {one.seconds:.0f} s"
            yield same(text + (f", {one.failed} failed" if one.failed else ""))
        yield _next_delta(facts, intent, share)


def _next_delta(facts: Facts, intent: SharesIntent, share: MovedShare) -> Step:
    text = f"{share.name}: delta pass"
    if intent.cut:
        return same(f"{share.name}: deltas are over")
    why = refusal(facts, intent, share, "delta")
    if why:
        return unpredictable(text, why, role="new")
    tried = attempts(facts, intent, share, "delta")
    if tried and tried[-1].state.good and tried[-1].job.ended_utc:
        due = datetime.fromisoformat(tried[-1].job.ended_utc) + timedelta(hours=intent.delta_hours)
        if facts.taken_at < due:
            return wait(text, due, f"{intent.delta_hours} h after the last one", role="new")
    return run_pass(facts, intent, share, "delta", again=True)


@playbook.item("B-114", "Permissions: copied in a pass of their own, findings reviewed", after=("B-113",), also=("C-077",))
def permissions(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """A changed permission alone makes no file different; and what only the old server knows gets lost."""
    yield from changes_first(_permissions(facts, intent))


def _permissions(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    for share in intent.shares:
        if not trend(facts, intent, share):
            yield wait(f"{share.name}: pass for permissions", None, "after the first delta", role="new")
            continue
        yield run_pass(facts, intent, share, "acl")
        text = f"{share.name}: permissions of local groups and of unknown SIDs mean nothing on the new server: review"
        walk = found(facts, intent, share)
        if walk is not None:
            text += f" ({walk['local'].count} of local groups, {walk['orphan'].count} of nobody, {walk['owner'].count} owners)"
        yield manual(facts, "B-114", f"acl-{share.name}", text, form=("findings", "decided"))


# --- the night ---


@playbook.item("B-153", "Freeze the old shares", risk=Risk.MEDIUM, gate="G-CUT", after=("B-114",), also=("A-122", "C-083"))
def freeze(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """By the permissions of the share: quick, and taken back by one call. Who is connected is not touched by it yet."""
    if waits := not_now(facts, intent, "freeze"):
        yield waits
        return
    yield from (set_acl(facts, "old", share.name, deny=FROZEN, text="frozen: read only") for share in intent.shares)


@playbook.item(
    "B-152", "Sessions and open files closed", risk=Risk.MEDIUM, gate="G-CUT", after=("B-153",), also=("A-121", "C-082")
)
def close_sessions(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Everybody who is still connected to the old server, after the freeze: who connected before keeps the rights of before."""
    if waits := not_now(facts, intent, "close sessions"):
        yield waits
        return
    for share in intent.shares:
        spent = forecast(trend(facts, intent, share))
        yield same(f"{share.name}: the final pass is forecast to take {(spent or 0) / 60:.1f} min")
    yield from sessions_closed(facts, "old")


@playbook.item("B-154", "Final pass", risk=Risk.HIGH, gate="G-CUT", after=("B-152",), also=("A-123", "C-084"))
def final_pass(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """After the freeze, and only where nothing on the new server is newer."""
    yield from changes_first(_final_pass(facts, intent))


def _final_pass(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    for share in intent.shares:
        text = f"{share.name}: final pass"
        if intent.roll_back:
            yield same(f"{text}: the cut is taken back")
        elif not intent.cut or not frozen(facts, share):
            yield wait(text, None, ready(facts, intent) or "the share is frozen first", role="new")
        elif done(facts, intent, share, "final") is not None:
            yield run_pass(facts, intent, share, "final")
        else:
            yield from _after_guard(facts, intent, share, text)


def _after_guard(facts: Facts, intent: SharesIntent, share: MovedShare, text: str) -> Iterator[Step]:
    why = refusal(facts, intent, share, "final")
    guard = done(facts, intent, share, "newer")
    if why:
        yield unpredictable(text, why, role="new")
    elif guard is None:
        yield run_pass(facts, intent, share, "newer")
        yield wait(text, None, "whether the new server has newer files is looked at first", role="new")
    elif guard.log.files.copied or not guard.log.whole:
        listed = ", ".join(guard.log.copied[:3]) or "see its log"
        reason = f"{guard.log.files.copied} files are newer on {facts.hosts['new']} ({listed}): somebody has written there"
        yield unpredictable(text, reason, role="new")
    else:
        yield run_pass(facts, intent, share, "final")


@playbook.item("B-155", "Compare", risk=Risk.HIGH, after=("B-154",), also=("A-124", "C-085"))
def compare(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """A final pass that would have nothing to do, and a sample that has the same contents and permissions."""
    yield from changes_first(_compare(facts, intent))


def _compare(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    for share in intent.shares:
        if done(facts, intent, share, "final") is None:
            yield wait(f"{share.name}: compare both sides", None, "the final pass comes first", role="new")
        else:
            yield run_pass(facts, intent, share, "compare")
            if done(facts, intent, share, "compare") is not None:
                yield run_pass(facts, intent, share, "sample")


@playbook.check("B-155")
def sides_are_one(facts: Facts, intent: SharesIntent) -> Iterator[Check]:
    """In four ways, until the switch; after it the new side moves on."""
    for share in intent.shares:
        if not compared(facts, intent, share) or intent.roll_back:
            continue
        if switched(facts, share):
            yield check(f"{share.name}: compared before the switch", ok=True, value="switched")
            continue
        for name, wrong in ways(facts, intent, share).items():
            yield check(f"{share.name}: {name}", not wrong, value=wrong or "the same", hint="Run the final pass again.")


@playbook.item("B-156", "People's paths lead to the new server", risk=Risk.HIGH, after=("B-155",), also=("C-086a",))
def switch(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """The new shares open; a namespace is switched here, an alias or drive map by its own playbook or a person.

    What guards it is the comparison, and the golden hours that the row belongs to.
    """
    for share in intent.shares:
        if intent.roll_back:
            yield same(f"{share.name}: the cut is taken back")
            continue
        if not compared(facts, intent, share):
            yield wait(f"{share.name}: switch", None, "both sides are compared first", role="new")
            continue
        if unsigned(facts, share) and not switched(facts, share):
            yield wait(f"{share.name}: switch", None, "what the passes do not carry is signed first (B-020)", role="new")
            continue
        wrong = [f"{name}: {said}" for name, said in ways(facts, intent, share).items() if said]
        if wrong and not switched(facts, share):
            yield unpredictable(f"{share.name}: switch", f"the sides differ: {'; '.join(wrong)}", role="new")
            continue
        yield set_acl(facts, "new", share.name, allow=(CLOSED,), text="open for its people")
        yield from lead(facts, intent, share, to_new=True)


@playbook.item("B-157", "Home directories and redirected folders", risk=Risk.HIGH, after=("B-156",), also=("C-087",))
def homes(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """A person's work: policies, and home directories that name the old server."""
    if intent.roll_back:
        yield same("the cut is taken back")
        return
    if not all(done(facts, intent, share, "compare") for share in intent.shares):
        yield wait("home directories and redirection", None, "after the switch")
        return
    text = "home directories and redirected folders that name the old server name the new path"
    yield manual(facts, "B-157", "homes", text, form=("accounts changed", "policies changed"))


@playbook.item("B-163", "Accept, or take it back", risk=Risk.HIGH, after=("B-157",), also=("A-129", "C-090"))
def accept(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Accepted by signature; taken back with a copy of what was written on the new side, so that nothing is lost."""
    if not all(done(facts, intent, share, "compare") for share in intent.shares):
        yield wait("accept", None, "after the switch")
        return
    if not intent.roll_back:
        form = ("user", "opened, wrote and deleted a file in", "was refused in")
        yield manual(
            facts, "B-163", "smoke", "an ordinary user works in the new shares, and is refused where they should be", form=form
        )
        yield manual(facts, "B-163", "accepted", "the client accepts the new side", form=("name",))
        return
    for share in intent.shares:
        yield set_acl(facts, "new", share.name, deny=CLOSED, text="closed again")
    if not all(done(facts, intent, share, "reverse") for share in intent.shares):
        yield from sessions_closed(facts, "new")
    for share in intent.shares:
        yield run_pass(facts, intent, share, "reverse")
        if done(facts, intent, share, "reverse") is None:
            yield wait(
                f"{share.name}: back to the old server", None, "what was written on the new one is copied first", role="old"
            )
            continue
        yield from lead(facts, intent, share, to_new=False)
        yield set_acl(facts, "old", share.name, allow=(FROZEN,), text="open again")


# --- later ---


@playbook.item("C-104", "Old shares removed; their definition is kept", risk=Risk.MEDIUM, after=("B-163",))
def remove_old(facts: Facts, intent: SharesIntent) -> Iterator[Step]:
    """Weeks after acceptance. The files stay on their disk."""
    signed = facts.one(PROJECT, SignOff, "B-163", "accepted")
    if signed is None or intent.roll_back:
        yield wait("remove the old shares", None, "after acceptance", role="old")
        return
    due = datetime.fromisoformat(signed.at_utc) + timedelta(days=intent.remove_after_days)
    for share in intent.shares:
        there = facts.one("old", Share, share.name)
        if there is None:
            yield same(f"{share.name} is shared by the old server no more", role="old")
        elif why := unreadable(facts, "old", there):
            yield unpredictable(f"{share.name}: remove the old share", why, role="old")
        elif facts.taken_at < due:
            yield wait(
                f"{share.name}: remove the old share", due, f"{intent.remove_after_days} days after acceptance", role="old"
            )
        else:
            yield _remove(there)


def _remove(there: Share) -> Step:
    told = {"caching_mode": there.caching_mode, "enumeration_mode": there.enumeration_mode}
    params = {
        "name": there.name,
        "path": there.path,
        "sddl": there.sddl,
        "description": there.description,
        "user_limit": there.user_limit,
        **{name: value for name, value in told.items() if value is not None},
    }
    return change(
        VerbCall(role="old", verb="Remove-ZdmShare", params={"name": there.name}),
        f"{there.name}: remove the old share",
        before={"Path": there.path, "Sddl": there.sddl},
        after={},
        effects=(drop("old", there),),
        inverse=VerbCall(role="old", verb="New-ZdmShare", params=params),
    )
