"""G-EXREMOVE: Exchange leaves a server when nothing is on it, nothing goes through it, and what it held was proved elsewhere.

Pure. The servers that go are those of the mailbox moves' source databases; what no cmdlet shows, a person signs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.mail import ExchangeServer, Mailbox, MailboxDatabase, MailboxMove, MailConnector, MailUrl, Scp
from zdm_automate.facts.mail_service import MailQueue, MailReceived, PublicFolderDatabase
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.gates.evidence import at_most, every, moment_of, says, signed_step, truth, younger
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.gates.model import View
    from zdm_automate.limits import Limits

BOOK: Final = "mailbox_moves"
ROLE: Final = "mail"
SILENCE: Final = timedelta(hours=48)
"""How long nothing may have gone through it."""

STAYS: Final = frozenset({"Shadow", "Poison"})
"""Queues whose messages are no delivery: copies for safety, and what could never be delivered."""

PROBES: Final = ("healthmailbox", "inboundproxy", "extest_")
"""Senders by which Exchange tests itself."""

SHOWN: Final = 3


def _intent(view: View) -> Mapping[str, Any]:
    if BOOK not in view.intents:
        raise FactsMissingError(f"the project says nothing about {BOOK}")
    return view.intents[BOOK]


def _reads(view: View) -> Iterator[Read]:
    for noun in (
        "ExchangeServer",
        "MailboxDatabase",
        "Mailbox",
        "ArbitrationMailbox",
        "MailboxMove",
        "PublicFolderDatabase",
        "Connector",
        "Scp",
        "VirtualDirectory",
    ):
        yield Read(role=ROLE, verb=f"Get-Zdm{noun}")
    for server in view.intents.get(BOOK, {}).get("old_servers", ()):
        yield Read(role=ROLE, verb="Get-ZdmQueue", params={"server": server})
        since = (view.now - SILENCE).isoformat(timespec="seconds")
        yield Read(role=ROLE, verb="Get-ZdmMailReceived", params={"server": server, "since": since})


def _going(view: View) -> frozenset[str]:
    """The servers that go, in small letters; they must be servers of the organisation.

    Raises:
        FactsMissingError: the project names none, or one that there is not.
    """
    named = tuple(str(one) for one in _intent(view).get("old_servers", ()))
    if not named:
        raise FactsMissingError("the project does not say which servers go: write `old_servers:` under mailbox_moves")
    known = {one.name.casefold() for one in view.facts.of(ROLE, ExchangeServer)}
    strange = [one for one in named if one.casefold() not in known]
    if strange:
        raise FactsMissingError(f"the organisation has no server {strange[0]}")
    return frozenset(one.casefold() for one in named)


def _databases(view: View) -> frozenset[str]:
    going = _going(view)
    return frozenset(one.name.casefold() for one in view.facts.of(ROLE, MailboxDatabase) if one.server.casefold() in going)


def _none(found: list[str], hint: str) -> Seen:
    said = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
    return Seen(state=truth(not found), value=said or "none", hint=hint if found else "")


def _mailboxes(view: View) -> Seen:
    there = _databases(view)
    left = [f"{one.alias} ({one.kind})" for one in view.facts.of(ROLE, Mailbox) if one.database.casefold() in there]
    return _none(left, "Move them; system mailboxes too, and archives.")


def _requests(view: View) -> Seen:
    there = _databases(view)
    left = [one.name for one in view.facts.of(ROLE, MailboxMove) if there & {one.source.casefold(), one.target.casefold()}]
    return _none(left, "Clear them by B-141, which keeps their reports.")


def _folders(view: View) -> Seen:
    going = _going(view)
    left = [one.name for one in view.facts.of(ROLE, PublicFolderDatabase) if one.server.casefold() in going]
    return _none(left, "Migrate the public folders, then remove their database.")


def _queues(view: View) -> Seen:
    going = _going(view)
    left = [
        f"{one.queue}: {one.count}"
        for one in view.facts.of(ROLE, MailQueue)
        if one.server.casefold() in going and one.count and one.queue.rpartition("\\")[2] not in STAYS
    ]
    return _none(left, "Let them run empty, or hand the messages over (Redirect-Message).")


def _received(view: View) -> Seen:
    going = _going(view)
    late = [
        f"{one.server} {one.at_utc[:16]} from {one.sender or 'nobody'}"
        for one in view.facts.of(ROLE, MailReceived)
        if one.server.casefold() in going
        and not one.sender.casefold().startswith(PROBES)
        and (moment_of(one.at_utc) or view.now) > view.now - SILENCE
    ]
    return _none(late, "Port 25 of the firewall, devices that relay, an MX record somewhere: find who sends, then wait 48 h.")


def _connectors(view: View) -> Seen:
    going = _going(view)
    left = [
        f"{one.name} sends by {', '.join(one.servers)}"
        for one in view.facts.of(ROLE, MailConnector)
        if one.kind == "send" and going & {name.partition(".")[0].casefold() for name in one.servers}
    ]
    return _none(left, "Take the old server out of the connector's sources.")


def _pointers(view: View) -> Seen:
    going = _going(view)
    own = {one.fqdn.casefold() for one in view.facts.of(ROLE, ExchangeServer) if one.name.casefold() in going}
    found = [f"service connection point of {one.server}" for one in view.facts.of(ROLE, Scp) if _host(one.uri) in own]
    found += [
        f"{one.service} of {one.server}"
        for one in view.facts.of(ROLE, MailUrl)
        if one.server.casefold() not in going and {_host(one.internal_url), _host(one.external_url)} & own
    ]
    return _none(found, "Give them the common name, or empty the connection point.")


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0].partition(":")[0].casefold()


def _backup(view: View) -> Seen:
    going = _going(view)
    new = [one for one in view.facts.of(ROLE, MailboxDatabase) if one.server.casefold() not in going]
    if not new:
        if _intent(view).get("online"):
            return Seen(state=Truth.TRUE, value="the mailboxes are in Exchange Online")
        return Seen(state=Truth.FALSE, value="no database is on another server")
    limit = timedelta(hours=view.limits.backup_age_hours)
    moments = {one.name: moment_of(one.last_backup) for one in new}
    old = [name for name, at in moments.items() if at is None or view.now - at > limit]
    if old:
        return Seen(state=Truth.FALSE, value=f"not backed up within {limit}: {', '.join(old[:SHOWN])}")
    return Seen(state=Truth.TRUE, value=f"{len(new)} databases")


_LAST: Final = signed_step(
    "last-server",
    "another Exchange remains, or nothing needs one to manage recipients",
    "exremove-last",
    ("recipients managed by",),
    lambda _view, answers: Seen(
        state=truth(answers["recipients managed by"].strip().casefold() != "nobody"), value=answers["recipients managed by"]
    ),
    lambda _limits: "said by a person where it is the last one",
    timedelta(days=30),
)


def _last(view: View) -> Seen:
    """With directory synchronisation recipients are managed on premises: the last server goes only once that is settled."""
    others = {one.name for one in view.facts.of(ROLE, ExchangeServer) if one.name.casefold() not in _going(view)}
    if others:
        return Seen(state=Truth.TRUE, value=f"{', '.join(sorted(others))} remain")
    assert _LAST.judge is not None  # noqa: S101 - a signed step has one
    return _LAST.judge(view)


def _days(limits: Limits) -> float:
    return min(limits.restore_proof_days, limits.tombstone_days / 2)


GATE: Final = Gate(
    name="G-EXREMOVE",
    guards="Exchange is uninstalled from the old server",
    approvals=("tech", "lead"),
    reads=_reads,
    predicates=(
        Predicate(name="mailboxes", asks="no mailbox, archive or arbitration mailbox is left on it", judge=_mailboxes),
        Predicate(name="requests", asks="no move request names one of its databases", judge=_requests),
        Predicate(name="public-folders", asks="it has no database of public folders", judge=_folders),
        Predicate(name="queues", asks="its queues are empty", judge=_queues),
        Predicate(name="mail", asks="it has taken no mail for 48 h", judge=_received),
        Predicate(name="connectors", asks="no send connector goes by it", judge=_connectors),
        Predicate(name="pointers", asks="no connection point and no address of another server names it", judge=_pointers),
        Predicate(
            name="backup-age",
            asks="the new databases were backed up",
            judge=_backup,
            limit=lambda limits: f"within {limits.backup_age_hours:g} h",
            fresh=timedelta(hours=1),
        ),
        signed_step(
            "restore-proof",
            "one mailbox was restored from the new backup",
            "exremove-restore",
            ("restored at",),
            younger("restored at", lambda view: _days(view.limits) * 86400),
            lambda limits: f"within {_days(limits):g} d",
            timedelta(days=30),
        ),
        signed_step(
            "clients",
            "no client has asked it for 48 h, by its web server's log",
            "exremove-clients",
            ("requests in 48 h",),
            at_most("requests in 48 h", lambda _view: 0),
            lambda _limits: "none",
            timedelta(days=1),
        ),
        signed_step(
            "leftovers",
            "DNS and firewall no longer lead to it, its certificates are exported, no application is bound to it",
            "exremove-leftovers",
            ("dns", "certificates", "applications"),
            every(says("dns", "ok"), says("certificates", "exported"), says("applications", "none")),
            lambda _limits: "ok, exported, none",
            timedelta(days=7),
        ),
        replace(_LAST, judge=_last),
    ),
)
