"""The mailbox moves' last steps to Exchange Online: batches completed, mail records, and Outlook's way inside the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import Check, Facts, Rollback, Step, VerbCall, change, check, ensure, manual, wait
from zdm_automate.facts.dns import DnsAnswer
from zdm_automate.facts.mail import Scp
from zdm_automate.facts.mail_online import OnlineMailbox, OnlineMove
from zdm_automate.mail.losses import decided_online
from zdm_automate.mail.online_waves import COPIED, GOING, THROUGH, Batch

from ._mail_intent import ROLE, MailIntent
from ._mail_online import ONLINE, OUTSIDE, moves_of, own_batches, waiting
from ._mail_seen import everybody

if TYPE_CHECKING:
    from collections.abc import Iterator

MX_OF_SERVICE = ".mail.protection.outlook.com"
SPF_OF_SERVICE = "include:spf.protection.outlook.com"
BACK = (
    "a mailbox goes back by a batch in the other direction (off-boarding), made in the Exchange admin center; what arrived "
    "since comes along"
)


def _refused(facts: Facts, move: OnlineMove) -> bool:
    decision = decided_online(facts, move) if move.unapproved else None
    return decision is not None and not decision.accepted


def switch(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Batches are completed, each only when all of it is copied; then mail goes there at once."""
    wanted = {f"{intent.batch}-{name}".casefold() for name in intent.completing}
    held = False
    for batch in own_batches(facts, intent):
        if wanted and batch.name.casefold() not in wanted:
            continue
        open_ = [one for one in batch.moves if one.status not in THROUGH | GOING and not _refused(facts, one)]
        late = [f"{one.address} {one.status}" for one in open_ if one.status not in COPIED or one.unapproved]
        held = held or bool(late)
        if late:
            yield wait(f"complete {batch.name}", None, f"{len(late)} are not ready: {', '.join(late[:3])}", role=ONLINE)
        elif open_:
            yield _complete(batch, len(open_))
    going = [one.address for one in moves_of(facts, intent) if one.status in GOING]
    if going:
        yield wait(f"{len(going)} are being switched over", None, ", ".join(going[:3]), role=ONLINE)
    if own_batches(facts, intent) and not waiting(facts, intent) and not held and not wanted:
        yield manual(
            facts,
            "B-160",
            "mail-records",
            f"MX of {intent.domain} to {service_host(intent.domain)}, SPF with {SPF_OF_SERVICE}, autodiscover to "
            "autodiscover.outlook.com",
            form=("mx", "spf", "autodiscover"),
        )


def service_host(domain: str) -> str:
    """The name to which mail for a domain is sent there."""
    return domain.replace(".", "-") + MX_OF_SERVICE


def _complete(batch: Batch, count: int) -> Step:
    return change(
        VerbCall(role=ONLINE, verb="Complete-ZdmMigrationBatch", params={"name": batch.name}),
        f"{batch.name}: complete {count} mailboxes, they are in Exchange Online from then on",
        before={"Batch": "Synced"},
        after={"Batch": "Completing"},
        no_inverse=BACK,
        rollback=Rollback.R2,
        watch=VerbCall(role=ONLINE, verb="Get-ZdmMigrationBatchOf", params={"name": batch.name}),
        seconds=20,
    )


def switched_well(facts: Facts, intent: MailIntent) -> Iterator[Check]:
    """Everybody is there, once, with a licence; and the outside world sends mail there."""
    here = {one.guid for one in everybody(facts, intent)}
    there = {one.guid: one for one in facts.of(ONLINE, OnlineMailbox)}
    moves = moves_of(facts, intent)
    left = [one.address for one in moves if one.guid not in there and not _refused(facts, one)]
    yield check(
        "every mailbox of the batches is in Exchange Online",
        not left,
        value=f"{len(moves) - len(left)} of {len(moves)}" + (f", left: {', '.join(left[:5])}" if left else ""),
        expected=f"{len(moves)} of {len(moves)}",
        waits_for="its batch is not completed yet",
    )
    twice = sorted(there[guid].address for guid in here & set(there))
    yield check(
        "no mailbox is on both sides",
        not twice,
        value=", ".join(twice[:5]) or "none",
        expected="none",
        hint="Mail would be delivered to either: find out which one is used, export the other, then remove it.",
    )
    bare = sorted(one.address for one in there.values() if not one.licensed and one.kind == "UserMailbox")
    yield check(
        "every mailbox there has its licence",
        not bare,
        value=f"{len(bare)} without: {', '.join(bare[:5])}" if bare else "all",
        expected="all",
        waits_for="assign licences within 30 days of the completion, after that the mailbox goes",
    )
    yield from records_well(facts, intent)


def records_well(facts: Facts, intent: MailIntent) -> Iterator[Check]:
    """MX and SPF as the outside world is told them."""
    told = {one.record_type: one for one in facts.of(OUTSIDE, DnsAnswer) if one.name.casefold() == intent.domain.casefold()}
    mx = told["MX"].answers if "MX" in told else ()
    yield check(
        "mail from outside goes to Exchange Online",
        bool(mx) and all(MX_OF_SERVICE in one.casefold() for one in mx),
        value=", ".join(mx) or "not answered",
        expected=service_host(intent.domain),
        waits_for="the MX record is switched where the domain's DNS is kept; an old answer lives as long as its time to live",
    )
    spf = [one for one in (told["TXT"].answers if "TXT" in told else ()) if "v=spf1" in one.casefold()]
    yield check(
        "the SPF record names Exchange Online, and there is one",
        len(spf) == 1 and SPF_OF_SERVICE in spf[0].casefold(),
        value="; ".join(spf) or "none",
        expected=SPF_OF_SERVICE,
        waits_for="the SPF record is switched with the MX record; two of them are as bad as none",
    )


def empty_scp(facts: Facts, intent: MailIntent) -> Iterator[Step]:
    """Outlook in the domain would go on asking the old server: nothing points there once everybody has gone."""
    if everybody(facts, intent) or not own_batches(facts, intent):
        yield wait("empty the service connection points", None, "not everybody has gone over", role=ROLE)
        return
    for one in facts.of(ROLE, Scp):
        yield ensure(
            facts,
            VerbCall(role=ROLE, verb="Set-ZdmScp", params={"server": one.server, "uri": None}),
            Scp(server=one.server, uri=""),
            f"service connection point of {one.server}: none",
            inverse=lambda found: VerbCall(
                role=ROLE,
                verb="Set-ZdmScp",
                params={"server": getattr(found, "server", ""), "uri": getattr(found, "uri", "") or None},
            ),
            rollback=Rollback.R0,
        )
    yield manual(
        facts, "B-161", "internal-dns", f"autodiscover.{intent.domain} in the internal DNS points outside", form=("done",)
    )
