"""The steps of the night that more than one row takes: shares closed and opened, sessions ended, people's paths led over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Facts, Rollback, Step, VerbCall, change, drop, ensure, manual, same, unpredictable, wait
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.shares import DfsTarget, Share, ShareSession

from ._share_intent import CLOSED, FROZEN, MovedShare, SharesIntent, allowed, denied
from ._share_old import unreadable
from ._share_passes import trend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def ready(facts: Facts, intent: SharesIntent) -> str:
    """Why the cut must not begin yet; empty where it may."""
    if not intent.cut:
        return "`cut: true` in the project file begins it"
    for share in intent.shares:
        if not trend(facts, intent, share):
            return f"{share.name} has had no delta pass: nobody knows how long the final one takes"
    return ""


def not_now(facts: Facts, intent: SharesIntent, what: str) -> Step | None:
    """The row where the night has not begun, or goes back; None where it goes on."""
    why = ready(facts, intent)
    if why:
        return wait(what, None, why, role="old")
    return same("the cut is taken back", role="old") if intent.roll_back else None


def set_acl(facts: Facts, role: str, name: str, *, deny: str = "", allow: tuple[str, ...] = (), text: str) -> Step:
    """One share with a denial more, or with some less."""
    there = facts.one(role, Share, name)
    if there is None:
        return unpredictable(f"{name}: {text}", f"{facts.hosts[role]} has no such share", role=role)
    why = unreadable(facts, role, there)
    if why:
        return unpredictable(f"{name}: {text}", why, role=role)
    sddl = denied(allowed(there.sddl, *allow), deny) if deny else allowed(there.sddl, *allow)
    return ensure(
        facts,
        VerbCall(role=role, verb="Set-ZdmShareAcl", params={"name": there.name, "sddl": sddl}),
        replace(there, sddl=sddl),
        f"{name} on {facts.hosts[role]}: {text}",
        inverse=VerbCall(role=role, verb="Set-ZdmShareAcl", params={"name": there.name, "sddl": there.sddl}),
        rollback=Rollback.R0,
    )


def frozen(facts: Facts, share: MovedShare) -> bool:
    """Whether the old share lets nobody write any more."""
    there = facts.one("old", Share, share.name)
    return there is not None and FROZEN in there.sddl


def switched(facts: Facts, share: MovedShare) -> bool:
    """Whether people are let into the new share already."""
    there = facts.one("new", Share, share.name)
    return there is not None and CLOSED not in there.sddl


def lead(facts: Facts, intent: SharesIntent, share: MovedShare, *, to_new: bool) -> Iterator[Step]:
    """The namespace's targets on and off; without a namespace a person's work."""
    if not share.dfs:
        step = f"paths-{share.name}" if to_new else f"paths-back-{share.name}"
        text = f"{share.name}: alias (dns_cutover), drive maps and shortcuts lead to the {'new' if to_new else 'old'} server"
        yield manual(facts, "B-156" if to_new else "B-163", step, text, form=("how", "tested from"))
        return
    servers = (intent.new_name, intent.old_name) if to_new else (intent.old_name, intent.new_name)
    for server, state in zip(servers, ("Online", "Offline"), strict=True):
        path = f"\\\\{server}\\{share.name}"
        found = facts.one("new", DfsTarget, share.dfs, path)
        if found is None:
            yield unpredictable(f"{share.dfs}: {path} {state}", "the folder has no such target: add it first", role="new")
            continue
        params = {"path": share.dfs, "target_path": found.target_path}
        yield ensure(
            facts,
            VerbCall(role="new", verb="Set-ZdmDfsTarget", params={**params, "state": state}),
            replace(found, state=state),
            f"{share.dfs}: {path} {state.lower()}",
            inverse=VerbCall(role="new", verb="Set-ZdmDfsTarget", params={**params, "state": found.state}),
            rollback=Rollback.R0,
        )


def by_name(facts: Facts, role: str) -> Mapping[str, Share]:
    """The shares of a host by name in lower case."""
    return {one.name.casefold(): one for one in facts.of(role, Share)}


def sessions_closed(facts: Facts, role: str) -> Iterator[Step]:
    """Everybody's connection to a server ends, so that nobody goes on with the rights of before; not those of the passes."""
    machines = {f"{name.casefold()}$" for name in facts.hosts.values()}
    copying = machines | {_account(job.run_as) for job in facts.of("new", Job) if job.run_as}
    for session in facts.of(role, ShareSession):
        people = [user for user in session.user.split(", ") if _account(user) not in copying]
        if not people:
            yield same(f"{session.user} from {session.client} copies: this session stays", role=role)
            continue
        if len(people) < len(session.user.split(", ")):
            # A server before 2012 ends all at once that a computer has open.
            text = f"close the session of {', '.join(people)} from {session.client}"
            yield unpredictable(
                text, "the account that copies is connected from there too: log the others off there", role=role
            )
            continue
        opened = f", with {session.open_count} files open" if session.open_count else ""
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
