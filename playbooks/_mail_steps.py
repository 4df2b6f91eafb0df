"""What the mailbox moves know and say: their intent, what they ask the facts, and their changes, one function each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from zdm_automate import (
    Facts,
    Rollback,
    Step,
    VerbCall,
    change,
    drop,
    ensure,
    intent,
    manual,
    put,
    same,
    wait,
)
from zdm_automate.errors import RefusedError, UnknownNameError
from zdm_automate.facts.mail import (
    USER_KINDS,
    ExchangeServer,
    Mailbox,
    MailboxDatabase,
    MailboxMove,
    MailboxPermission,
    MailboxStatistic,
    MailUrl,
    Scp,
)
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.mail.appliers import DONE
from zdm_automate.mail.losses import CEILING, FORM, ITEM, decided, step_of
from zdm_automate.mail.routes import leg, may_go_back, refuse_mixed
from zdm_automate.mail.states import state_of
from zdm_automate.mail.versions import REMOTE, Exchange, version_of
from zdm_automate.mail.waves import Wave, chosen, sharings, waves

from ._mail_legacy import legacy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "mail"
READY = frozenset({"AutoSuspended", "Synced"})
ACCEPTED = "pilot-accepted"
LOST = "What arrived since comes along; items that were left behind do not come back, and Outlook has to be started anew."


@intent
class MailIntent:
    """What the project file says under `intent: mailbox_moves:`.

    Attributes:
        source_databases: databases that are to be emptied.
        target_databases: databases of the new server; mailboxes are spread over them.
        pilot: who moves first and has to accept it before everybody else is copied.
        wave_size: mailboxes per wave; people who share mailboxes are never torn apart for it.
        batch: begins the name of every wave's requests.
        bad_items: damaged items that a mailbox may lose at most, each of them approved; 0 allows none.
        completing: the waves that are completed now; none named: all that have been copied.
        stay: mailboxes that do not move.
        back: mailboxes that are moved back to where they came from.
        scp: what the service connection points say while both servers stand side by side; empty leaves them alone.
        old_servers: the Exchange servers that go in the end, for G-EXREMOVE.
        online: how the mailboxes go to Exchange Online: `cutover`, `minimal-hybrid` or `remote-move`; empty: to own servers.
        remote_server: the name by which Exchange Online reaches the old servers from outside.
        domain: the mail domain whose MX and SPF records follow.
        migration_account: the credential with which Exchange Online enters the old side.
    """

    source_databases: tuple[str, ...]
    target_databases: tuple[str, ...] = ()
    pilot: tuple[str, ...] = ()
    wave_size: int = 50
    batch: str = "zdm"
    bad_items: int = 0
    completing: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    scp: str = ""
    old_servers: tuple[str, ...] = ()
    online: Literal["", "cutover", "minimal-hybrid", "remote-move"] = ""
    remote_server: str = ""
    domain: str = ""
    migration_account: str = ""

    def __post_init__(self) -> None:
        """Refuses what would move nothing, in circles, or lose more than anybody may approve."""
        if not self.source_databases or not (self.target_databases or self.online):
            raise ValueError("source_databases and target_databases each need a database")
        if self.online and self.target_databases:
            raise ValueError("mailboxes go either to target_databases or online")
        if self.online and not (self.remote_server and self.domain and self.migration_account):
            raise ValueError("online needs remote_server, domain and migration_account")
        both = {one.casefold() for one in self.source_databases} & {one.casefold() for one in self.target_databases}
        if both:
            raise ValueError(f"{both.pop()} is both source and target")
        if self.wave_size < 1:
            raise ValueError("wave_size must be 1 at least")
        if not 0 <= self.bad_items <= CEILING:
            raise ValueError(f"bad_items must be between 0 and {CEILING}")


# --- what the items ask the facts ---


def server_of(facts: Facts, database: str) -> ExchangeServer:
    """The server of a database."""
    known = facts.one(ROLE, MailboxDatabase, database)
    if known is None:
        names = ", ".join(one.name for one in facts.of(ROLE, MailboxDatabase))
        raise UnknownNameError(f"there is no mailbox database {database!r}; there are: {names}.", hint="Mend project.yaml.")
    found = facts.one(ROLE, ExchangeServer, known.server)
    if found is None:
        raise UnknownNameError(f"database {database} lies on {known.server}, which is no server of the organisation.")
    return found


def route(facts: Facts, intent: MailIntent) -> str:
    """How the mailboxes go, in words.

    Raises:
        RefusedError: they cannot, or not by the server that was named; the legal chain is in the message.
    """
    source = Exchange(server_of(facts, intent.source_databases[0]).version)
    target = Exchange(server_of(facts, intent.target_databases[0]).version)
    found = leg(source, target)
    refuse_mixed(frozenset(Exchange(one.version) for one in facts.of(ROLE, ExchangeServer)), target)
    asked = facts.one(ROLE, ExchangeServer, facts.hosts[ROLE])
    if asked is None or Exchange(asked.version) is not target:
        here = asked.version if asked is not None else "unknown"
        raise RefusedError(
            f"requests are made on the newer server: the role {ROLE} is Exchange {here}, the target databases are {target}.",
            hint=f"Give the role {ROLE} to a server of {target}.",
        )
    if target not in REMOTE or not found.online:
        how = f"{found.way}" if found.online else f"{found.way}, and nobody can use a mailbox while it moves"
        raise RefusedError(f"Exchange {source} to {target} goes by {how}; this playbook does not drive that.")
    refuse_mixed(frozenset(version_of(one.build) for one in legacy(facts)), target)
    return f"Exchange {source} to {target} by {found.way}" + (f"; both sides need: {found.needs}" if found.needs else "")


def everybody(facts: Facts, intent: MailIntent) -> tuple[Mailbox, ...]:
    """Mailboxes of people that move, or have moved: those on the source, and those on the target."""
    places = {one.casefold() for one in (*intent.source_databases, *intent.target_databases)}
    staying = {one.guid for one in chosen(intent.stay, facts.of(ROLE, Mailbox))}
    return tuple(
        one
        for one in facts.of(ROLE, Mailbox)
        if one.kind in USER_KINDS and one.database.casefold() in places and one.guid not in staying
    )


def plan_of(facts: Facts, intent: MailIntent) -> tuple[Wave, ...]:
    """The waves; mailboxes that have moved keep their place in them."""
    boxes = everybody(facts, intent)
    shared = sharings(boxes, facts.of(ROLE, MailboxPermission))
    return waves(boxes, shared, chosen(intent.pilot, boxes), intent.wave_size)


def moved(box: Mailbox, intent: MailIntent) -> bool:
    """Whether a mailbox is on the new side."""
    return box.database.casefold() in {one.casefold() for one in intent.target_databases}


def move_of(facts: Facts, box: Mailbox) -> MailboxMove | None:
    """The request of a mailbox."""
    return facts.one(ROLE, MailboxMove, box.guid)


def refused(facts: Facts, box: Mailbox) -> bool:
    """Whether somebody decided that a mailbox loses nothing and so stays where it is."""
    prefix = f"bad-items-{box.alias}-".casefold()
    return any(
        one.item == ITEM and one.step.casefold().startswith(prefix) and "decision=refuse" in one.answers
        for one in facts.of(PROJECT, SignOff)
    )


def accepted(facts: Facts) -> bool:
    """Whether the pilot has been accepted."""
    return facts.one(PROJECT, SignOff, "B-137", ACCEPTED) is not None


def batch_of(intent: MailIntent, wave: str) -> str:
    """The name that a wave's requests have."""
    return f"{intent.batch}-{wave}"


def target_of(facts: Facts, intent: MailIntent, wave: Wave) -> dict[str, str]:
    """The target database of each mailbox of a wave: the largest first, each to where least is."""
    load = dict.fromkeys(intent.target_databases, 0)
    sizes = {one.guid: one.size for one in facts.of(ROLE, MailboxStatistic)}
    for box in facts.of(ROLE, Mailbox):
        name = next((one for one in load if one.casefold() == box.database.casefold()), "")
        if name:
            load[name] += sizes.get(box.guid, 0)
    made: dict[str, str] = {}
    for box in sorted(wave.members, key=lambda one: (-sizes.get(one.guid, 0), one.guid)):
        name = min(load, key=lambda one: (load[one], one))
        made[box.guid] = name
        load[name] += sizes.get(box.guid, 0)
    return made


# --- changes ---


def new_move(box: Mailbox, target: str, batch: str, *, verb: str = "New-ZdmMailboxMove", note: str = "") -> Step:
    """A request; people's are held before completion, those of system mailboxes complete by themselves."""
    held = verb == "New-ZdmMailboxMove"
    made = MailboxMove(
        guid=box.guid,
        name=box.alias,
        source=box.database,
        target=target,
        batch=batch,
        held=held,
        suspended=False,
        bad_item_limit=0,
    )
    params = {"identity": box.guid, "target_database": target, "batch_name": batch, "bad_item_limit": 0}
    return change(
        VerbCall(role=ROLE, verb=verb, params=params),
        f"{box.alias}: copy to {target} as {batch}" + (", then wait" if held else ""),
        before={"Database": box.database},
        after={"Request": f"{box.database} to {target}"},
        effects=(put(ROLE, made),),
        inverse=VerbCall(role=ROLE, verb="Remove-ZdmMailboxMove", params={"identity": box.guid}),
        rollback=Rollback.R1,
        note=note,
        seconds=3,
    )


def forget(move: MailboxMove, why: str) -> Step:
    """Removes a request: before completion the mailbox stays where it is, after it nothing but the record goes."""
    again = {"identity": move.guid, "target_database": move.target, "batch_name": move.batch, "bad_item_limit": 0}
    ended = move.status in DONE
    return change(
        VerbCall(role=ROLE, verb="Remove-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: {why}",
        before={"Request": move.status, "BadItems": move.bad_items},
        after={"Request": "none"},
        effects=(drop(ROLE, move),),
        inverse=None if ended else VerbCall(role=ROLE, verb="New-ZdmMailboxMove", params=again),
        no_inverse="the mailbox has moved; what goes is the record, whose report is kept" if ended else "",
        rollback=Rollback.R1,
        seconds=3,
    )


def release(move: MailboxMove) -> Step:
    """Completes what was copied: from here on the mailbox is in its new database."""
    return change(
        VerbCall(role=ROLE, verb="Resume-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: complete, from {move.source} to {move.target}"
        + (f", {move.bad_items} damaged items are left behind" if move.bad_items else ""),
        before={"Held": True, "BadItems": move.bad_items},
        after={"Held": False},
        effects=(put(ROLE, replace(move, held=False)),),
        no_inverse=f"it is moved back by a request of its own (`back:` in project.yaml). {LOST}",
        rollback=Rollback.R2,
        seconds=10,
    )


def point_scp(facts: Facts, server: str, uri: str) -> Step:
    """Outlook in the domain goes on asking where it asked before."""
    return ensure(
        facts,
        VerbCall(role=ROLE, verb="Set-ZdmScp", params={"server": server, "uri": uri}),
        Scp(server=server, uri=uri),
        f"service connection point of {server}: {uri}",
        inverse=lambda found: VerbCall(
            role=ROLE, verb="Set-ZdmScp", params={"server": server, "uri": getattr(found, "uri", "") or None}
        ),
        rollback=Rollback.R0,
    )


URL_VERBS = {
    "owa": "Set-ZdmOwaUrl",
    "ecp": "Set-ZdmEcpUrl",
    "activesync": "Set-ZdmActiveSyncUrl",
    "ews": "Set-ZdmWebServicesUrl",
    "oab": "Set-ZdmOabUrl",
}
"""Services whose addresses the new server takes over from the old one."""


def take_over_urls(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The new server offers its services under the names that clients know."""
    old = server_of(facts, intent.source_databases[0]).name
    for new in sorted({server_of(facts, name).name for name in intent.target_databases}):
        for service, verb in URL_VERBS.items():
            known, mine = facts.one(ROLE, MailUrl, old, service), facts.one(ROLE, MailUrl, new, service)
            if known is None or mine is None:
                continue
            wanted = replace(mine, internal_url=known.internal_url, external_url=known.external_url)
            yield ensure(
                facts,
                _set_url(verb, wanted),
                wanted,
                f"{service} of {new}: {known.external_url or known.internal_url or 'no address'}",
                inverse=lambda found, verb=verb: _set_url(verb, found),  # type: ignore[misc]
                rollback=Rollback.R0,
            )


def _set_url(verb: str, wanted: MailUrl) -> VerbCall:
    urls = {"internal_url": wanted.internal_url or None, "external_url": wanted.external_url or None}
    return VerbCall(role=ROLE, verb=verb, params={"identity": wanted.directory, **urls})


def failed_steps(facts: Facts, intent: MailIntent, move: MailboxMove) -> Iterator[Step]:
    """What becomes of a request that failed: a person decides, and what was decided is done."""
    if move.detail != "FailedBadItemLimit":
        state = state_of(move.status, move.detail)
        step = f"mend-{move.name}-{move.updated_utc[:16]}"
        text = f"{move.name}: {state.sentence} {move.message} {state.action}"
        signed = manual(facts, ITEM, step, text, form=("what was mended",))
        yield signed if signed.by_hand else again(move)
        return
    decision = decided(facts, move)
    if decision is not None and not decision.accepted:
        yield forget(move, f"stays on {move.source}: {decision.by} refused to lose {move.bad_items} items")
        return
    if move.bad_items > intent.bad_items:
        text = (
            f"{move.name}: {move.bad_items} damaged items, and {intent.bad_items} at most may be lost. Repair the mailbox, "
            "export what matters, or refuse"
        )
        yield manual(facts, ITEM, step_of(move), text, form=FORM)
        return
    if decision is None:
        text = f"{move.name}: {move.bad_items} damaged items would be lost. Accept or refuse, with the number and the reason"
        yield manual(facts, ITEM, step_of(move), text, form=FORM)
        return
    if move.bad_item_limit == decision.items:
        yield again(move)
        return
    wanted = replace(move, bad_item_limit=decision.items)
    yield change(
        VerbCall(
            role=ROLE,
            verb="Set-ZdmMailboxMoveLimit",
            params={"identity": move.guid, "bad_item_limit": decision.items},
        ),
        f"{move.name}: may lose {decision.items} damaged items, accepted by {decision.by}: {decision.reason}",
        before={"BadItemLimit": move.bad_item_limit},
        after={"BadItemLimit": decision.items},
        effects=(put(ROLE, wanted),),
        inverse=VerbCall(
            role=ROLE,
            verb="Set-ZdmMailboxMoveLimit",
            params={"identity": move.guid, "bad_item_limit": move.bad_item_limit},
        ),
        note=f"accepted by {decision.by}: {decision.reason}",
        rollback=Rollback.R2,
    )
    yield again(wanted)


def again(move: MailboxMove) -> Step:
    """Lets a request that failed go on where it stopped, with the limit that it has."""
    return change(
        VerbCall(role=ROLE, verb="Restart-ZdmMailboxMove", params={"identity": move.guid}),
        f"{move.name}: go on where it stopped",
        before={"Status": move.status},
        after={"Status": "InProgress"},
        no_inverse="a request that goes on is paused or removed, not put back into its failure",
        watch=VerbCall(role=ROLE, verb="Get-ZdmMailboxMoveOf", params={"identity": move.guid}),
    )


def requests_of(facts: Facts, intent: MailIntent, wave: Wave) -> Iterator[Step]:
    """A wave's requests: made where there are none, decided about where they failed, waited for otherwise."""
    targets = target_of(facts, intent, wave)
    batch = batch_of(intent, wave.name)
    copying: list[str] = []
    going_back = {one.guid for one in chosen(intent.back, facts.of(ROLE, Mailbox))}
    for box in wave.members:
        move = move_of(facts, box)
        if box.guid in going_back or (move is None and moved(box, intent)):
            continue
        if move is None:
            if refused(facts, box):
                yield same(f"{box.alias}: stays where it is, by decision", role=ROLE)
            else:
                yield new_move(box, targets[box.guid], batch)
        elif move.status == "Failed":
            yield from failed_steps(facts, intent, move)
        elif move.status not in READY | DONE | {"CompletionInProgress"}:
            copying.append(f"{box.alias} {move.percent} %")
    if copying:
        shown = ", ".join(copying[:3]) + (f" and {len(copying) - 3} more" if len(copying) > 3 else "")  # noqa: PLR2004
        yield wait(f"{wave.name}: {len(copying)} of {len(wave.members)} are being copied", None, shown, role=ROLE)


def way_back(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Mailboxes that go back: the old request is cleared, then one is made in the other direction."""
    for box in chosen(intent.back, facts.of(ROLE, Mailbox)):
        move = move_of(facts, box)
        if not moved(box, intent):
            continue
        old = server_of(facts, intent.source_databases[0])
        if not may_go_back(Exchange(old.version), Exchange(server_of(facts, box.database).version)):
            raise RefusedError(f"{box.alias} cannot be moved back to Exchange {old.version}.")
        if move is not None and move.source.casefold() != box.database.casefold():
            yield forget(move, "clear the completed request, its report is kept")
            move = None
        if move is None:
            yield new_move(box, intent.source_databases[0], batch_of(intent, "back"), note=LOST)


def waiting_to_complete(facts: Facts, intent: MailIntent) -> Iterator[tuple[str, tuple[MailboxMove, ...], tuple[str, ...]]]:
    """By wave: the requests that are ready, and those that hold the wave up."""
    wanted = {one.casefold() for one in intent.completing}
    made = plan_of(facts, intent)
    back = Wave("back", chosen(intent.back, facts.of(ROLE, Mailbox)))
    for wave in (*made, back):
        if wanted and wave.name.casefold() not in wanted:
            continue
        moves = [found for box in wave.members if (found := move_of(facts, box)) is not None]
        moves = [one for one in moves if one.batch == batch_of(intent, wave.name)]
        ready = tuple(one for one in moves if one.status in READY and (one.held or one.complete_after))
        late = tuple(f"{one.name} {one.status}" for one in moves if one.status not in READY | DONE | {"CompletionInProgress"})
        asked = {one.guid for one in moves}
        late += tuple(
            f"{box.alias} not copied"
            for box in wave.members
            if box.guid not in asked and not moved(box, intent) and not refused(facts, box)
        )
        yield wave.name, ready, late
