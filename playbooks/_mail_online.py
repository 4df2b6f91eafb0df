"""The mailbox moves' way to Exchange Online: tenant, endpoint, batches, and what could not be copied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import (
    Check,
    Facts,
    Read,
    Rollback,
    Step,
    VerbCall,
    change,
    check,
    credential_of,
    ensure,
    manual,
    put,
    same,
    wait,
)
from zdm_automate.errors import InputError
from zdm_automate.facts.mail import Mailbox, MailboxPermission, MigrationBatch
from zdm_automate.facts.mail_online import (
    MigrationEndpoint,
    MigrationTest,
    MrsProxy,
    OnlineDomain,
    OnlineMailbox,
    OnlineMove,
    OnlinePlan,
    OnlineUser,
)
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.mail.identity import Known, resolve
from zdm_automate.mail.losses import FORM, ONLINE_ITEM, decided_online, skipped_step
from zdm_automate.mail.online_waves import COPIED, FAILED, GOING, THROUGH, Batch, batches_of, next_name
from zdm_automate.mail.online_ways import CUTOVER, WAYS, way_of
from zdm_automate.mail.states import batch_user_state
from zdm_automate.mail.versions import Exchange
from zdm_automate.mail.waves import known_names, sharings, waves

from ._mail_intent import ROLE, MailIntent
from ._mail_seen import ACCEPTED, everybody, server_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.mail.waves import Wave

ONLINE = "online"
OUTSIDE = "controller"
ACCOUNT = "migration-account"
"""Under which name the account is handed over by which Exchange Online enters the old side."""


def on_premises(intent: MailIntent) -> bool:
    """Whether the mailboxes go to own servers."""
    return not intent.online


def going_online(intent: MailIntent) -> bool:
    """Whether they go to Exchange Online."""
    return bool(intent.online)


def online_reads(intent: MailIntent) -> Iterator[Read]:
    """What the tenant says, and whether the old servers let mailboxes out."""
    if not intent.online:
        return
    for noun in (
        "OnlineDomain",
        "OnlinePlan",
        "OnlineMailbox",
        "OnlineUser",
        "MigrationEndpoint",
        "MigrationBatch",
        "OnlineMove",
    ):
        yield Read(role=ONLINE, verb=f"Get-Zdm{noun}")
    yield Read(role=ROLE, verb="Get-ZdmMrsProxy")


def online_looks(intent: MailIntent) -> Iterator[Read]:
    """Whether the way is open now, and what the outside world is told of the mail domain."""
    if intent.online:
        yield Read(role=ONLINE, verb="Test-ZdmMigrationServer", params={"endpoint": endpoint_of(intent)}, optional=True)
        for kind in ("MX", "TXT"):
            yield Read(role=OUTSIDE, verb="Get-ZdmExternalDns", params={"name": intent.domain, "type": kind}, optional=True)


def endpoint_of(intent: MailIntent) -> str:
    """The name of the endpoint."""
    return f"{intent.batch}-old"


def delivery_domain(facts: Facts) -> str:
    """The domain by which mail goes from the old side to the new one.

    Raises:
        InputError: the tenant has none.
    """
    found = next((one.name for one in facts.of(ONLINE, OnlineDomain) if one.name.endswith(".mail.onmicrosoft.com")), "")
    if not found:
        raise InputError(
            "the organisation in Exchange Online has no domain NAME.mail.onmicrosoft.com, by which both sides exchange mail.",
            hint="The hybrid configuration makes it: run its wizard (minimal or full) once.",
        )
    return found


def online_route(facts: Facts, intent: MailIntent) -> str:
    """How the mailboxes go, in words.

    Raises:
        InputError: the project names no tenant.
        RefusedError: they cannot go so; the message names what can be.
    """
    if ONLINE not in facts.hosts:
        raise InputError(
            "`online:` of mailbox_moves is written, and the project names no organisation in Exchange Online.",
            hint="Write `tenant:` into project.yaml (docs/exchange.md).",
        )
    source = Exchange(server_of(facts, intent.source_databases[0]).version)
    synced = sum(one.synced for kind in (OnlineUser, OnlineMailbox) for one in facts.of(ONLINE, kind))
    return way_of(intent.online, source, len(everybody(facts, intent)) + len(moves_of(facts, intent)), synced)


def moves_of(facts: Facts, intent: MailIntent) -> tuple[OnlineMove, ...]:
    return tuple(one for batch in batches_of(facts.of(ONLINE, OnlineMove), intent.batch) for one in batch.moves)


def own_batches(facts: Facts, intent: MailIntent) -> tuple[Batch, ...]:
    return batches_of(facts.of(ONLINE, OnlineMove), intent.batch)


def waiting(facts: Facts, intent: MailIntent) -> tuple[Mailbox, ...]:
    """Mailboxes on premises that no batch has yet."""
    known = {one.guid for one in facts.of(ONLINE, OnlineMove)}
    return tuple(one for one in everybody(facts, intent) if one.guid not in known)


# --- B-120 to B-124: the way there ---


def tenant_ready(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The mail domain is proved to be ours, and somebody has counted the licences."""
    if intent.domain.casefold() not in {one.name.casefold() for one in facts.of(ONLINE, OnlineDomain)}:
        yield wait(
            f"{intent.domain} in Exchange Online", None, "verify the domain in the Microsoft 365 admin center", role=ONLINE
        )
        return
    yield same(f"{intent.domain} is an accepted domain", role=ONLINE)
    most = next((one.quota for one in facts.of(ONLINE, OnlinePlan) if one.default), None)
    if most is not None:
        yield same(f"a mailbox may hold {most // 1024**3} GB", role=ONLINE)
    yield manual(facts, "B-120", "licences", "licences for everybody, user names with the domain", form=("licences", "suffix"))


def decide_method(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Which method, computed from version, number and directory synchronisation."""
    yield same(online_route(facts, intent), role=ONLINE)


def synchronisation(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """A remote move finds each mailbox by the mail user of its GUID; a cutover must find none."""
    if not WAYS[intent.online].synchronised:
        yield manual(facts, "B-122", "sync-off", "directory synchronisation is off", form=("off since",))
        return
    known = {one.guid for kind in (OnlineUser, OnlineMailbox) for one in facts.of(ONLINE, kind)}
    missing = [one.alias for one in everybody(facts, intent) if one.guid not in known]
    if missing:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")  # noqa: PLR2004
        yield wait(f"{len(missing)} have no mail user in Exchange Online", None, f"let it synchronise: {shown}", role=ONLINE)
        return
    yield same("everybody is known in Exchange Online", role=ONLINE)


def open_the_way(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """The MRS proxy is switched on where mailboxes are fetched; who looked at the certificate signs."""
    if intent.online != CUTOVER:
        server = server_of(facts, intent.source_databases[0]).name
        known = facts.one(ROLE, MrsProxy, server)
        if known is not None:
            yield ensure(
                facts,
                _set_proxy(known, enabled=True),
                replace(known, enabled=True),
                f"MRS proxy of {server}: on",
                inverse=_set_proxy(known, enabled=known.enabled),
                rollback=Rollback.R0,
            )
    yield manual(
        facts,
        "B-123",
        "certificate",
        f"{intent.remote_server} shows a certificate of a public authority to the outside",
        form=("issued by", "valid until"),
    )


def _set_proxy(known: MrsProxy, *, enabled: bool) -> VerbCall:
    return VerbCall(role=ROLE, verb="Set-ZdmMrsProxy", params={"identity": known.directory, "enabled": enabled})


def make_endpoint(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Exchange Online tries the way before it makes one."""
    name = endpoint_of(intent)
    kind = "ExchangeOutlookAnywhere" if intent.online == CUTOVER else "ExchangeRemoteMove"
    wanted = MigrationEndpoint(name=name, kind=kind, server=intent.remote_server)
    if facts.one(ONLINE, MigrationEndpoint, name) is not None:
        yield same(f"endpoint {name} to {intent.remote_server} is there", role=ONLINE)
        return
    params = {"name": name, "credential": credential_of(ACCOUNT)}
    if intent.online == CUTOVER:
        old = server_of(facts, intent.source_databases[0])
        first = next((one.address for one in everybody(facts, intent) if one.address), "")
        call = {"exchange_server": old.fqdn, "proxy": intent.remote_server, "address": first, **params}
    else:
        call = {"remote_server": intent.remote_server, **params}
    verb = "New-ZdmCutoverEndpoint" if intent.online == CUTOVER else "New-ZdmRemoteMoveEndpoint"
    yield change(
        VerbCall(role=ONLINE, verb=verb, params=call),
        f"endpoint {name}: {intent.remote_server}",
        before={},
        after={"Server": intent.remote_server},
        effects=(put(ONLINE, wanted),),
        inverse=VerbCall(role=ONLINE, verb="Remove-ZdmMigrationEndpoint", params={"name": name}),
        seconds=30,
    )


def way_is_open(facts: Facts, _intent: MailIntent) -> Iterator[Check]:
    """The old servers are reached through it now."""
    for one in facts.of(ONLINE, MigrationTest):
        yield check(
            "Exchange Online reaches the old servers",
            one.reached,
            value=one.why or "reached",
            expected="reached",
            hint="Certificate, port 443 of the firewall, the MRS proxy or Outlook Anywhere, the account's rights.",
        )


# --- B-125 to B-127: copied ahead ---


def new_batch(facts: Facts, intent: MailIntent, name: str, members: tuple[Mailbox, ...]) -> Step:
    """A batch that copies, keeps up to date and waits."""
    endpoint = endpoint_of(intent)
    if intent.online == CUTOVER:
        call = VerbCall(role=ONLINE, verb="New-ZdmCutoverBatch", params={"name": name, "endpoint": endpoint})
    else:
        addresses = [one.address for one in members]
        params = {"name": name, "addresses": addresses, "endpoint": endpoint, "delivery_domain": delivery_domain(facts)}
        call = VerbCall(role=ONLINE, verb="New-ZdmRemoteBatch", params=params)
    made = tuple(
        OnlineMove(
            address=one.address,
            guid=one.guid,
            batch=name,
            status="Queued",
            error="",
            skipped=0,
            consistency="",
            unapproved=False,
        )
        for one in members
    )
    return change(
        call,
        f"{name}: copy {len(members)} mailboxes, then wait",
        before={},
        after={"Batch": name, "Mailboxes": len(members)},
        effects=(
            put(ONLINE, MigrationBatch(name=name, status="Syncing", total=len(members))),
            *(put(ONLINE, one) for one in made),
        ),
        inverse=VerbCall(role=ONLINE, verb="Remove-ZdmMigrationBatch", params={"name": name}),
        note="A batch that still copies is stopped before it can be removed.",
        seconds=20,
    )


def _told(batch: Batch) -> Iterator[Step]:
    """How far a batch is, and who failed with what to do."""
    for one in batch.moves:
        if one.status in FAILED:
            state = batch_user_state(one.status)
            reason = f"{state.sentence} {one.error} {state.action}"
            yield wait(f"{batch.name}: {one.address} failed", None, reason, role=ONLINE)
    copying = [one.address for one in batch.moves if one.status not in COPIED | THROUGH | GOING | FAILED]
    if copying:
        yield wait(
            f"{batch.name}: {len(copying)} of {len(batch.moves)} are being copied", None, ", ".join(copying[:3]), role=ONLINE
        )


def pilot_batch(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """A few friendly people first; a cutover takes everybody at once."""
    name = f"{intent.batch}-pilot"
    made = next((one for one in own_batches(facts, intent) if one.name.casefold() == name.casefold()), None)
    if made is not None:
        yield from _told(made)
        if made.done:
            names = ", ".join(one.address for one in made.moves)
            yield manual(facts, "B-125", ACCEPTED, f"the pilot works: {names}", form=("works", "said by"))
        return
    pilot = [one for one in waves_of(facts, intent) if one.name == "pilot"]
    if intent.online == CUTOVER or not pilot:
        yield same("a cutover has no pilot" if intent.online == CUTOVER else "the project names no pilot", role=ONLINE)
        return
    yield new_batch(facts, intent, name, pilot[0].members)


def _guid_of(facts: Facts, intent: MailIntent, name: str) -> str:
    """The mailbox of a name, be it still here or already there.

    Raises:
        InputError: nobody's, or several have it.
    """
    gone = facts.of(ONLINE, OnlineMailbox)
    there = [Known(guid=one.guid, names=(one.name, one.address, one.address.partition("@")[0])) for one in gone]
    return resolve(name, [*known_names(everybody(facts, intent)), *there])


def waves_of(facts: Facts, intent: MailIntent) -> tuple[Wave, ...]:
    """Who goes together, of those that no batch has yet."""
    boxes = waiting(facts, intent)
    here = {one.guid: one for one in boxes}
    pilot = [here[guid] for name in intent.pilot if (guid := _guid_of(facts, intent, name)) in here]
    return waves(boxes, sharings(boxes, facts.of(ROLE, MailboxPermission)), pilot, intent.wave_size)


def bulk_batches(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Everybody else, once the pilot has accepted."""
    made = own_batches(facts, intent)
    pilot = any(one.name.endswith("-pilot") for one in made)
    left = [one for one in waves_of(facts, intent) if one.name != "pilot"]
    for one in made:
        if not one.name.endswith("-pilot"):
            yield from _told(one)
    if not left:
        return
    if intent.online == CUTOVER:
        yield new_batch(facts, intent, f"{intent.batch}-all", waiting(facts, intent))
        return
    if (pilot or intent.pilot) and facts.one(PROJECT, SignOff, "B-125", ACCEPTED) is None:
        yield wait("copy the others", None, "the pilot has to be completed and accepted first", role=ONLINE)
        return
    known = [one.name for one in made]
    for wave in left:
        known.append(next_name(known, intent.batch))
        yield new_batch(facts, intent, known[-1], wave.members)


def review_skipped(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """What could not be copied is accepted mailbox by mailbox, with number and reason, or the mailbox stays."""
    for move in moves_of(facts, intent):
        if not move.unapproved or move.status in THROUGH:
            continue
        decision = decided_online(facts, move)
        if decision is not None and not decision.accepted:
            yield same(f"{move.address}: stays where it is, refused by {decision.by}", role=ONLINE)
        elif decision is None or move.skipped > intent.bad_items:
            most = f", and {intent.bad_items} at most may be lost" if move.skipped > intent.bad_items else ""
            text = f"{move.address}: {move.skipped} items were not copied ({move.consistency}){most}. Accept or refuse"
            yield manual(facts, ONLINE_ITEM, skipped_step(move), text, form=FORM)
        else:
            yield change(
                VerbCall(role=ONLINE, verb="Approve-ZdmSkippedItem", params={"address": move.address}),
                f"{move.address}: {move.skipped} items stay behind, accepted by {decision.by}: {decision.reason}",
                before={"Unapproved": True},
                after={"Unapproved": False},
                effects=(put(ONLINE, replace(move, unapproved=False)),),
                no_inverse="an acceptance is not taken back; the items are still in the old mailbox",
                rollback=Rollback.R2,
            )


def other_recipients(facts: Facts, _intent: MailIntent) -> Iterator[Step]:
    """Groups, contacts, forwarding and rooms are made there by hand."""
    yield manual(facts, "B-128", "recipients", "groups, contacts, shared mailboxes, rooms, forwarding", form=("done",))


def folders_decision(facts: Facts, _intent: MailIntent) -> Iterator[Step]:
    """What becomes of the public folders."""
    yield manual(facts, "B-129", "public-folders", "public folders: shared mailbox, group or folders there", form=("decision",))
