"""G-COMPLETE-MAIL: mailboxes are switched over when every one of their wave is copied, and every loss was accepted. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate import mail_jobs
from zdm_automate.facts.mail import MailboxMove, Scp
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.gates import mail_2007, mail_online
from zdm_automate.gates.evidence import at_least, at_most, says, signed_step, truth
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.mail.appliers import DONE
from zdm_automate.mail.losses import unaccepted
from zdm_automate.mail.states import state_of
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.gates.model import View

BOOK: Final = "mailbox_moves"
ROLE: Final = "mail"
SYSTEM: Final = "system"
READY: Final = frozenset({"AutoSuspended", "Synced", "CompletionInProgress"}) | DONE
TTL: Final = 3600
"""Seconds that the mail records may live at most before they change (domain notes 3.5.9)."""


def _by_job(view: View) -> bool:
    """Whether the project moves mailboxes from 2003 to 2007, and no others."""
    return mail_jobs.BOOK in view.intents and BOOK not in view.intents


def _reads(view: View) -> Iterator[Read]:
    if _by_job(view):
        yield from mail_2007.reads()
        return
    if _online(view):
        yield from mail_online.online_reads()
    else:
        yield Read(role=ROLE, verb="Get-ZdmMailboxMove")
    yield Read(role=ROLE, verb="Get-ZdmScp")


def _online(view: View) -> bool:
    """Whether the mailboxes go to Exchange Online."""
    return bool(view.intents.get(BOOK, {}).get("online"))


def _intent(view: View) -> Mapping[str, Any]:
    if BOOK not in view.intents:
        raise FactsMissingError(f"the project says nothing about {BOOK}")
    return view.intents[BOOK]


def _batch(view: View) -> tuple[MailboxMove, ...]:
    """The requests that are to be completed now: the waves that the project names, or all of them; never system mailboxes."""
    wanted = _intent(view)
    prefix = str(wanted["batch"])
    names = {f"{prefix}-{one}".casefold() for one in wanted["completing"]}
    ours = [one for one in view.facts.of(ROLE, MailboxMove) if one.batch.startswith(f"{prefix}-")]
    return tuple(one for one in ours if one.batch != f"{prefix}-{SYSTEM}" and (not names or one.batch.casefold() in names))


def _synced(view: View) -> Seen:
    if _by_job(view):
        return mail_2007.looked_at(view)
    if _online(view):
        return mail_online.synced(view.facts, _intent(view))
    moves = _batch(view)
    waiting = [one for one in moves if one.status not in READY]
    held = sum(one.status in {"AutoSuspended", "Synced"} for one in moves)
    if not moves:
        return Seen(state=Truth.FALSE, value="no request", hint=f"`zdm plan {BOOK}` copies them first.")
    if waiting:
        said = "; ".join(f"{one.name}: {state_of(one.status, one.detail).sentence}" for one in waiting[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""  # noqa: PLR2004 - a sentence holds three
        return Seen(state=Truth.FALSE, value=f"{len(waiting)} of {len(moves)} are not copied: {said}{more}")
    return Seen(state=Truth.TRUE, value=f"{held} wait, {len(moves) - held} are through")


def _losses(view: View) -> Seen:
    if _by_job(view):
        return mail_2007.none_lost(view)
    most = min(view.limits.bad_items, int(_intent(view)["bad_items"]))
    if _online(view):
        return mail_online.losses(view.facts, _intent(view), most)
    moves = _batch(view)
    wrong = unaccepted(view.facts, moves, most)
    lost = sum(one.bad_items for one in moves)
    hint = "Sign each under B-138 as the plan says, or refuse; the number must be the one that the server counted."
    if wrong:
        return Seen(state=Truth.FALSE, value="; ".join(wrong[:3]), hint=hint)
    return Seen(state=Truth.TRUE, value=f"{lost} damaged items, each accepted" if lost else "none")


def _points(view: View) -> Seen:
    if _by_job(view):
        return mail_2007.no_points(view)
    wanted = str(_intent(view)["scp"])
    found = view.facts.of(ROLE, Scp)
    if _online(view):
        kept = ", ".join(f"{one.server} {one.uri or 'empty'}" for one in found)
        return Seen(state=Truth.TRUE, value=f"emptied once everybody has gone; kept until then: {kept}")
    if not wanted:
        hint = "Write `scp:` into the project file: what they say while both servers stand side by side."
        return Seen(state=Truth.UNKNOWN, value="the project names no address for them", hint=hint)
    other = [f"{one.server} {one.uri or 'empty'}" for one in found if one.uri.casefold() != wanted.casefold()]
    return Seen(state=truth(found and not other), value="; ".join(other) or f"{len(found)} say {wanted}")


_DISK: Final = signed_step(
    "target-disk",
    "the target has room for what was copied and its logs",
    "mail-space",
    ("free percent",),
    at_least("free percent", lambda view: view.limits.free_disk_percent, " %"),
    lambda limits: f"at least {limits.free_disk_percent:g} %",
    timedelta(hours=6),
)


def _room(view: View) -> Seen:
    """The service has the room; own servers are looked at by a person."""
    if _online(view):
        return Seen(state=Truth.TRUE, value="Exchange Online has the room that the licences allow")
    assert _DISK.judge is not None  # noqa: S101 - a signed step has one
    return _DISK.judge(view)


DISK: Final = replace(_DISK, judge=_room)

COMPLETE_MAIL: Final = Gate(
    name="G-COMPLETE-MAIL",
    guards="mailbox moves are completed, MX records change",
    approvals=("tech", "client"),
    in_window=True,
    reads=_reads,
    predicates=(
        Predicate(name="mailboxes-synced", asks="every mailbox of the waves is copied and waits", judge=_synced),
        Predicate(
            name="bad-items",
            asks="lost items are accepted, mailbox by mailbox",
            judge=_losses,
            limit=lambda limits: f"at most {limits.bad_items} in a mailbox",
        ),
        DISK,
        signed_step(
            "dns-ttl",
            "the times to live of the mail records are low",
            "mail-ttl",
            ("seconds",),
            at_most("seconds", lambda _view: TTL, " s"),
            lambda _limits: f"at most {TTL} s",
            timedelta(days=7),
        ),
        signed_step(
            "outbound",
            "mail to the outside was tested from the new side",
            "mail-outbound",
            ("outbound",),
            says("outbound", "ok"),
            lambda _limits: "ok",
            timedelta(days=7),
        ),
        Predicate(name="scp-archive", asks="Outlook in the domain goes on asking the name that it knows", judge=_points),
    ),
)
