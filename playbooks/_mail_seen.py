"""What the mailbox moves ask the facts: which way they go, who moves in which wave, who has moved, who was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.errors import RefusedError, UnknownNameError
from zdm_automate.facts.mail import (
    USER_KINDS,
    ExchangeServer,
    Mailbox,
    MailboxDatabase,
    MailboxMove,
    MailboxPermission,
    MailboxStatistic,
)
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.mail.losses import ITEM
from zdm_automate.mail.routes import leg, refuse_mixed
from zdm_automate.mail.versions import REMOTE, Exchange, version_of
from zdm_automate.mail.waves import Wave, chosen, sharings, waves

from ._mail_intent import ROLE
from ._mail_legacy import legacy

if TYPE_CHECKING:
    from zdm_automate import Facts

    from ._mail_intent import MailIntent

ACCEPTED = "pilot-accepted"


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
