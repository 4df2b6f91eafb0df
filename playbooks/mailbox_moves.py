"""Mailbox moves between versions of Exchange: copied while people work, held, and completed in the golden hours.

Order: system mailboxes, the pilot and its acceptance, the waves, completion behind its gate, bookkeeping. At every moment a
request can still be removed, or a mailbox moved back; what is lost then is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import Check, Facts, Playbook, Read, Risk, Step, check, manual, same, wait
from zdm_automate.facts.mail import (
    ExchangeServer,
    Mailbox,
    MailboxMove,
    MailboxPermission,
    MailboxStatistic,
    MailConnector,
    Scp,
)
from zdm_automate.mail.appliers import DONE
from zdm_automate.mail.waves import PILOT, sharings, torn

from ._mail_addresses import point_scp, take_over_urls
from ._mail_intent import ROLE, MailIntent
from ._mail_legacy import LEGACY, look_at_legacy
from ._mail_online import (
    ACCOUNT,
    bulk_batches,
    decide_method,
    folders_decision,
    going_online,
    make_endpoint,
    on_premises,
    online_looks,
    online_reads,
    open_the_way,
    other_recipients,
    pilot_batch,
    review_skipped,
    synchronisation,
    tenant_ready,
    waves_of,
    way_is_open,
)
from ._mail_requests import READY, forget, new_move, release, requests_of, waiting_to_complete, way_back
from ._mail_seen import (
    ACCEPTED,
    accepted,
    batch_of,
    everybody,
    move_of,
    moved,
    plan_of,
    refused,
    route,
    server_of,
)
from ._mail_switch import empty_scp, switch, switched_well
from ._mail_ways import (
    bind_certificate,
    clients_arrive,
    copy_connectors,
    lead_clients,
    lead_mail,
    mail_arrives,
    migrate_folders,
    take_over_mapi,
    ways_looks,
    ways_reads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SYSTEM = "system"
GB = 1024**3

playbook = Playbook(
    name="mailbox_moves",
    title="Mailbox moves",
    roles={
        ROLE: "the Exchange server of the newer version, on which everything is asked",
        LEGACY: "a server with Exchange 2003 or 2007, looked at on the box",
    },
    optional=frozenset({LEGACY}),
    exchange=frozenset({ROLE}),
    intent=MailIntent,
)


@playbook.reads
def reads(intent: MailIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """The organisation, and every request: two commands for those, however many there are."""
    for noun in (
        "ExchangeServer",
        "MailboxDatabase",
        "Mailbox",
        "ArbitrationMailbox",
        "MailboxPermission",
        "Connector",
        "Scp",
        "VirtualDirectory",
    ):
        yield Read(role=ROLE, verb=f"Get-Zdm{noun}")
    for database in (*intent.source_databases, *intent.target_databases):
        yield Read(role=ROLE, verb="Get-ZdmMailboxStatistic", params={"database": database})
    yield Read(role=ROLE, verb="Get-ZdmMailboxMove")
    yield Read(role=LEGACY, verb="Get-ZdmExchangeLegacy")
    yield Read(role=LEGACY, verb="Get-ZdmExchangeLegacyMailbox")
    yield from ways_reads()
    yield from online_reads(intent)


@playbook.looks
def looks(intent: MailIntent, hosts: Mapping[str, str]) -> Iterator[Read]:
    """What only the checks need: mail and Outlook's way, the way to Exchange Online, the public records."""
    yield from ways_looks(intent, hosts)
    yield from online_looks(intent)


@playbook.secrets
def secrets(intent: MailIntent) -> Iterator[tuple[str, str]]:
    """The account with which Exchange Online enters the old side."""
    if intent.online:
        yield ACCOUNT, intent.migration_account


# --- B-014 to B-018: what is there ---


@playbook.item("B-014", "Exchange: servers, route, databases")
def look_at_organisation(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Whether the mailboxes can go there at all."""
    if not intent.online:
        yield same(route(facts, intent), role=ROLE)
    for server in facts.of(ROLE, ExchangeServer):
        yield same(f"{server.name}: Exchange {server.version}, {server.build}", role=ROLE)
    yield from look_at_legacy(facts)


@playbook.item("B-015", "Mailboxes: sizes, holds, archives, forwarding")
def look_at_mailboxes(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """What people have to know of before their mailbox moves."""
    boxes = everybody(facts, intent)
    sizes = [one.size for one in facts.of(ROLE, MailboxStatistic)]
    largest = max(sizes, default=0)
    yield same(f"{len(boxes)} mailboxes, {sum(sizes) / GB:.1f} GB in all, the largest {largest / GB:.1f} GB", role=ROLE)
    for title, found in (
        ("on hold", [one.alias for one in boxes if one.on_hold]),
        ("with an archive", [one.alias for one in boxes if one.has_archive]),
        ("forwarding", [f"{one.alias} to {one.forwards_to}" for one in boxes if one.forwards_to]),
    ):
        if found:
            yield manual(facts, "B-015", title.replace(" ", "-"), f"{title}: {', '.join(found)}", form=("looked at by",))


@playbook.item("B-016", "Who shares mailboxes")
def look_at_sharing(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Who shares moves together; what could not be kept together is named."""
    boxes = everybody(facts, intent)
    shared = sharings(boxes, facts.of(ROLE, MailboxPermission))
    made = waves_of(facts, intent) if intent.online else plan_of(facts, intent)
    yield same(f"{len(shared)} pairs share; waves: {', '.join(f'{one.name} {len(one.members)}' for one in made)}", role=ROLE)
    apart = torn(made, shared)
    if apart:
        text = ", ".join(f"{one.one.alias} and {one.other.alias} ({one.how})" for one in apart)
        yield manual(facts, "B-016", "torn", f"do not move together: {text}", form=("agreed with",))


@playbook.item("B-018", "Devices that send through the old server")
def look_at_relays(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """They follow when the way of mail is switched, and somebody has to know of them."""
    old = {server_of(facts, name).name.casefold() for name in intent.source_databases}
    for one in facts.of(ROLE, MailConnector):
        if one.kind == "receive" and one.anonymous and old & {name.casefold() for name in one.servers}:
            text = f"connector {one.name} lets {', '.join(one.addresses)} send"
            yield manual(facts, "B-018", f"relay-{one.name}", text, form=("devices", "who sets them"))


# --- B-131: where clients look ---


@playbook.item(
    "B-131", "URLs and service connection points equal to the old names", risk=Risk.HIGH, after=("B-014",), applies=on_premises
)
def keep_connection_points(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """A new server puts its own name there, and Outlook warns of its certificate."""
    yield from take_over_urls(facts, intent)
    yield from take_over_mapi(facts, intent)
    if not intent.scp:
        yield same("the project names no address for them", role=ROLE)
        return
    for one in facts.of(ROLE, Scp):
        yield point_scp(facts, one.server, intent.scp)


# --- B-132 to B-135: certificate, connectors, the ways in ---

playbook.item("B-132", "Certificate bound on the new server", risk=Risk.HIGH, after=("B-014",), applies=on_premises)(
    bind_certificate
)
playbook.item("B-133", "Connectors and relays", risk=Risk.MEDIUM, after=("B-014",), applies=on_premises)(copy_connectors)
playbook.item("B-134", "Clients led to the new server", risk=Risk.HIGH, after=("B-131",), applies=on_premises)(lead_clients)
playbook.check("B-134")(clients_arrive)
playbook.item("B-135", "Mail led to the new server", risk=Risk.HIGH, after=("B-133",), applies=on_premises)(lead_mail)
playbook.check("B-135")(mail_arrives)


# --- B-136: system mailboxes ---


@playbook.item("B-136", "Arbitration and system mailboxes moved", risk=Risk.MEDIUM, after=("B-014",), applies=on_premises)
def move_system_mailboxes(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """First of all: batches, audit and the removal of the old server need them on the new one."""
    old = {one.casefold() for one in intent.source_databases}
    going = []
    for box in facts.of(ROLE, Mailbox):
        if box.kind != "ArbitrationMailbox" or box.database.casefold() not in old:
            continue
        move = move_of(facts, box)
        if move is None:
            yield new_move(box, intent.target_databases[0], batch_of(intent, SYSTEM), verb="New-ZdmSystemMailboxMove")
        else:
            going.append(f"{box.name} {move.status}")
    if going:
        yield wait("system mailboxes are being moved", None, ", ".join(going[:3]), role=ROLE)


# --- B-137 and B-138: copied ahead ---


@playbook.item("B-137", "Pilot copied and held", risk=Risk.MEDIUM, after=("B-014",), applies=on_premises)
def copy_pilot(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """A few friendly people first; they say whether it works."""
    pilot = next((one for one in plan_of(facts, intent) if one.name == PILOT), None)
    if pilot is None:
        yield same("the project names no pilot", role=ROLE)
        return
    yield from requests_of(facts, intent, pilot)
    if all(moved(one, intent) or refused(facts, one) for one in pilot.members):
        names = ", ".join(one.alias for one in pilot.members)
        yield manual(facts, "B-137", ACCEPTED, f"the pilot works: {names}", form=("works", "said by"))


@playbook.item("B-138", "Everybody copied and held", risk=Risk.MEDIUM, after=("B-014",), applies=on_premises)
def copy_everybody(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Only once the pilot was accepted: after completion there is a way back, but a slow one."""
    made = plan_of(facts, intent)
    if any(one.name == PILOT for one in made) and not accepted(facts):
        yield wait("copy the others", None, "the pilot has to be completed and accepted first", role=ROLE)
        return
    yield from way_back(facts, intent)
    for wave in made:
        if wave.name != PILOT:
            yield from requests_of(facts, intent, wave)


# --- B-139: completed ---


@playbook.item(
    "B-139",
    "Completed in the golden hours",
    risk=Risk.HIGH,
    gate="G-COMPLETE-MAIL",
    after=("B-131", "B-136"),
    also=("A-107",),
    applies=on_premises,
)
def complete(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Wave by wave, each only when every mailbox of it has been copied."""
    for name, ready, late in waiting_to_complete(facts, intent):
        if not ready:
            continue
        if late:
            yield wait(f"complete {name}", None, f"{len(late)} are not ready: {', '.join(late[:3])}", role=ROLE)
            continue
        for move in ready:
            yield release(move)
    going = [one for one in facts.of(ROLE, MailboxMove) if one.status == "CompletionInProgress" or _released(one)]
    if going:
        yield wait(f"{len(going)} are being switched over", None, ", ".join(one.name for one in going[:3]), role=ROLE)


def _released(move: MailboxMove) -> bool:
    return not move.held and move.status in {*READY, "InProgress"} and not move.batch.endswith(f"-{SYSTEM}")


@playbook.check("B-139")
def completed_well(facts: Facts, intent: MailIntent) -> Iterator[Check]:
    """Everybody is where the plan says, nobody twice, and nothing was lost that was not accepted."""
    boxes = everybody(facts, intent)
    going_back = {name.casefold() for name in intent.back}
    left = [
        one.alias
        for one in boxes
        if not moved(one, intent) and not refused(facts, one) and one.alias.casefold() not in going_back
    ]
    staying = [one.alias for one in boxes if not moved(one, intent) and refused(facts, one)]
    number = len(boxes) - len(staying)
    told = f", left: {', '.join(left[:5])}" if left else ""
    told += f", by decision not: {', '.join(staying)}" if staying else ""
    yield check(
        "every mailbox that is to move is on the new side",
        not left,
        value=f"{number - len(left)} of {number}{told}",
        expected=f"{number} of {number}",
        waits_for="their waves are not completed yet; `zdm mail` shows what became of their requests",
    )
    wrong = [
        one.name
        for one in facts.of(ROLE, MailboxMove)
        if one.status in DONE and (box := facts.one(ROLE, Mailbox, one.guid)) is not None and box.database != one.target
    ]
    yield check(
        "a completed mailbox is in the database of its request",
        not wrong,
        value=", ".join(wrong[:5]) or "all",
        expected="all",
        hint="Read that mailbox; do not move it again before it is understood.",
    )
    lost = [one for one in facts.of(ROLE, MailboxMove) if one.bad_items > one.bad_item_limit >= 0 and one.status in DONE]
    yield check(
        "no mailbox lost more than was accepted",
        not lost,
        value=", ".join(f"{one.name} {one.bad_items}" for one in lost) or "none",
        expected="none",
        hint="Read the report of the move.",
    )


# --- B-140 and B-141: afterwards ---


playbook.item("B-140", "Public folders migrated by batch", risk=Risk.NO_RETURN, after=("B-139",), applies=on_premises)(
    migrate_folders
)


@playbook.item("B-141", "Requests cleared; address lists and policies upgraded", after=("B-139",), applies=on_premises)
def clear_up(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """A completed request blocks the next one; the server deletes its report after 30 days, so it is kept first."""
    old = [one for one in facts.of(ROLE, MailboxMove) if one.status in DONE]
    boxes = everybody(facts, intent)
    if any(not moved(one, intent) and not refused(facts, one) for one in boxes):
        yield wait("clear the requests", None, "not everybody has moved", role=ROLE)
        return
    for move in old:
        yield forget(move, "keep the report, clear the completed request")
    yield manual(facts, "B-141", "address-lists", "upgrade address lists, policies, offline address book", form=("done",))


# --- B-120 to B-129, B-160 and B-161: to Exchange Online ---

playbook.item("B-120", "[EXO] Tenant, domain, licences", after=("B-014",), applies=going_online)(tenant_ready)
playbook.item("B-121", "[EXO] Method decided", after=("B-015",), applies=going_online)(decide_method)
playbook.item("B-122", "[EXO] Directory synchronisation", risk=Risk.HIGH, after=("B-121",), applies=going_online)(
    synchronisation
)
playbook.item(
    "B-123", "[EXO] The old servers are reached from outside", risk=Risk.HIGH, after=("B-121",), applies=going_online
)(open_the_way)
playbook.item("B-124", "[EXO] Migration endpoint", risk=Risk.MEDIUM, after=("B-123",), applies=going_online)(make_endpoint)
playbook.check("B-124")(way_is_open)
playbook.item("B-125", "[EXO] Pilot batch copied and held", risk=Risk.MEDIUM, after=("B-124",), applies=going_online)(
    pilot_batch
)
playbook.item("B-126", "[EXO] Everybody copied and held", risk=Risk.MEDIUM, after=("B-124",), applies=going_online)(
    bulk_batches
)
playbook.item("B-127", "[EXO] What was not copied is reviewed", risk=Risk.MEDIUM, after=("B-124",), applies=going_online)(
    review_skipped
)
playbook.item("B-128", "[EXO] Groups, contacts, forwarding", after=("B-126",), applies=going_online)(other_recipients)
playbook.item("B-129", "[EXO] Public folders decided", after=("B-014",), applies=going_online)(folders_decision)
playbook.item(
    "B-160",
    "[EXO] Batches completed, mail records switched",
    risk=Risk.HIGH,
    gate="G-COMPLETE-MAIL",
    after=("B-124",),
    applies=going_online,
)(switch)
playbook.check("B-160")(switched_well)
playbook.item("B-161", "[EXO] Outlook no longer asks the old server", risk=Risk.HIGH, after=("B-160",), applies=going_online)(
    empty_scp
)
