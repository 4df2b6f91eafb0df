"""Mailboxes go from Exchange 2003 to 2007 with Move-Mailbox: looked at by day, moved in the golden hours, one job each.

A mailbox cannot be used while it moves, and until the last byte is there it is where it was. Every job loses no item at all:
a mailbox with a damaged one stays, and a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import (
    Check,
    Facts,
    Playbook,
    Read,
    Risk,
    Rollback,
    Step,
    VerbCall,
    change,
    check,
    credential_of,
    intent,
    manual,
    put,
    same,
    unpredictable,
    wait,
)
from zdm_automate.errors import RefusedError
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.legacy_mail import ExchangeLegacy, ExchangeLegacyLogon, ExchangeLegacyMailbox
from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.job_kinds import JobState, Restart
from zdm_automate.jobs import begun, judge
from zdm_automate.mail.move_mailbox import LOOKS, MOVES, PROGRAM, arguments
from zdm_automate.mail.routes import leg
from zdm_automate.mail.versions import version_of
from zdm_automate.mail_jobs import BOOK, NEW, OLD, identity_of, left, named, tries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCEPTED = "pilot-accepted"
GB = 1024**3


@intent
class Moves2007Intent:
    r"""What the project file says under `intent: mailbox_moves_2007:`.

    Attributes:
        target_database: where the mailboxes go, `SERVER\storage group\database`.
        pilot: who moves first and has to accept it before everybody else moves.
        stay: mailboxes that do not move.
        at_once: mailboxes that move side by side.
    """

    target_database: str
    pilot: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    at_once: int = 4

    def __post_init__(self) -> None:
        """Refuses what would reach no database, or would bring the server to its knees."""
        if self.target_database.count("\\") != 2:  # noqa: PLR2004 - server, storage group, database
            raise ValueError(r"target_database is written SERVER\storage group\database")
        if not 1 <= self.at_once <= 8:  # noqa: PLR2004 - a server of that time moves a handful
            raise ValueError("at_once is from 1 to 8")


playbook = Playbook(
    name=BOOK,
    title="Mailbox moves from Exchange 2003 to 2007",
    roles={OLD: "the server with Exchange 2003", NEW: "the server with Exchange 2007, on which the moves run"},
    intent=Moves2007Intent,
)


@playbook.reads
def reads(_intent: Moves2007Intent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """Both servers on the box, and the jobs."""
    for role in (OLD, NEW):
        yield Read(role=role, verb="Get-ZdmExchangeLegacy")
        yield Read(role=role, verb="Get-ZdmExchangeLegacyMailbox")
    yield Read(role=OLD, verb="Get-ZdmExchangeLegacyLogon")
    yield Read(role=NEW, verb="Get-ZdmJob")


def start(facts: Facts, intent: Moves2007Intent, box: ExchangeLegacyMailbox, kind: str, text: str) -> Step:
    """One more job for a mailbox."""
    number = len(tries(facts, box.guid, kind)) + 1
    identity = identity_of(box.guid, kind, number)
    title = f"{kind} {number} of {box.name}"
    moves = kind == MOVES
    return change(
        VerbCall(
            role=NEW,
            verb="Start-ZdmJob",
            params={
                "job_id": identity,
                "kind": kind,
                "label": title,
                "file_path": PROGRAM,
                "argument_list": tuple(arguments(box.legacy_dn, intent.target_database, identity, validate=not moves)),
                "credential": credential_of(NEW),
            },
        ),
        text,
        before={"Database": box.database} if moves else {},
        after={"JobId": identity, "Kind": kind},
        effects=(put(NEW, begun(identity, kind, title, "stdout.log")),),
        no_inverse="until it has ended the mailbox is where it was; afterwards it is moved back by Move-Mailbox, by hand"
        if moves
        else "it only looks",
        rollback=Rollback.R2 if moves else Rollback.R0,
        note="runs detached; `zdm jobs --watch` shows how far it is",
        seconds=20,
    )


@playbook.item("A-019", "Exchange on both sides, and whether each mailbox can be moved")
def look(facts: Facts, intent: Moves2007Intent) -> Iterator[Step]:
    """Versions, sizes, who is logged on; then Move-Mailbox looks at each mailbox and moves none."""
    old, new = facts.of(OLD, ExchangeLegacy), facts.of(NEW, ExchangeLegacy)
    if not old or not new:
        raise RefusedError("one of the two servers has no Exchange 2003 or 2007.", hint="Give the roles to other hosts.")
    found = leg(version_of(old[0].build), version_of(new[0].build))
    if found.way != "Move-Mailbox":
        raise RefusedError(
            f"{old[0].name} and {new[0].name}: that goes by {found.way}.", hint="`zdm plan mailbox_moves` drives it."
        )
    yield same(f"{old[0].name}: {old[0].build}; {new[0].name}: {new[0].build}", role=OLD)
    if old[0].bad:
        text = f"{old[0].name} reports trouble: {', '.join(old[0].bad)}"
        yield manual(facts, "A-019", "health", text, form=("what was mended",))
    boxes = left(facts, intent.stay)
    open_now = sorted({one.name for one in facts.of(OLD, ExchangeLegacyLogon)})
    size = sum(one.bytes for one in boxes) / GB
    told = f", open now: {', '.join(open_now[:5])}" if open_now else ""
    yield same(f"{len(boxes)} mailboxes are to move, {size:.1f} GB{told}", role=OLD)
    for box in boxes:
        tried = tries(facts, box.guid, LOOKS)
        last = judge(tried[-1]) if tried else None
        if last is None:
            yield start(facts, intent, box, LOOKS, f"{box.name}: look whether it can be moved")
        elif not last.state.done:
            yield wait(f"{box.name}: look whether it can be moved", None, "the job works: plan again", role=NEW)
        elif last.state.good:
            yield same(f"{box.name}: {last.says}", role=NEW)
        else:
            yield from _mended(facts, intent, box, LOOKS, "A-019", last.says)


def _mended(
    facts: Facts, intent: Moves2007Intent, box: ExchangeLegacyMailbox, kind: str, item: str, says: str
) -> Iterator[Step]:
    """A person says what was mended; then it is tried once more."""
    tried = tries(facts, box.guid, kind)
    tail = " ".join(tried[-1].tail[-1:])
    step = f"mend-{box.guid[-12:]}-{kind}-{len(tried)}"
    signed = manual(facts, item, step, f"{box.name}: {says}: {tail}", form=("what was mended",))
    yield signed if signed.by_hand else start(facts, intent, box, kind, f"{box.name}: once more, {kind} {len(tried) + 1}")


def moves(facts: Facts, intent: Moves2007Intent, boxes: tuple[ExchangeLegacyMailbox, ...], item: str) -> Iterator[Step]:
    """The moves of some mailboxes, so many at once; each only when Exchange said that it can be moved."""
    at_work = sum(1 for one in facts.of(NEW, Job) if one.kind == MOVES and not judge(one).state.done)
    for box in boxes:
        looked, tried = tries(facts, box.guid, LOOKS), tries(facts, box.guid, MOVES)
        last = judge(tried[-1]) if tried else None
        text = f"{box.name}: move to {intent.target_database}, {box.bytes / GB:.1f} GB"
        if last is not None and not last.state.done:
            yield wait(text, None, "the job works: `zdm jobs --watch`, then plan again", role=NEW)
        elif last is not None and last.state.good:
            yield unpredictable(text, f"{last.says}, and {facts.hosts[OLD]} still shows it: read both again", role=NEW)
        elif last is not None and last.restart is Restart.HUMAN:
            yield from _mended(facts, intent, box, MOVES, item, last.says)
        elif not looked or judge(looked[-1]).state is not JobState.SUCCEEDED:
            yield wait(text, None, "whether it can be moved is not known yet", role=NEW)
        elif at_work >= intent.at_once:
            yield wait(text, None, f"{intent.at_once} move at once", role=NEW)
        else:
            at_work += 1
            yield start(facts, intent, box, MOVES, text)


@playbook.item("A-105", "Pilot mailboxes moved", risk=Risk.HIGH, gate="G-COMPLETE-MAIL", after=("A-019",))
def move_pilot(facts: Facts, intent: Moves2007Intent) -> Iterator[Step]:
    """A few friendly people first; they say whether it works."""
    if not intent.pilot:
        yield same("the project names no pilot", role=NEW)
        return
    guids = named(facts, intent.pilot)
    waiting = tuple(one for one in left(facts, intent.stay) if one.guid in guids)
    yield from moves(facts, intent, waiting, "A-105")
    if not waiting:
        yield manual(facts, "A-105", ACCEPTED, f"the pilot works: {', '.join(intent.pilot)}", form=("works", "said by"))


@playbook.item("A-106", "Remaining mailboxes moved", risk=Risk.HIGH, gate="G-COMPLETE-MAIL", after=("A-105",))
def move_everybody(facts: Facts, intent: Moves2007Intent) -> Iterator[Step]:
    """Only once the pilot was accepted."""
    if intent.pilot and facts.one(PROJECT, SignOff, "A-105", ACCEPTED) is None:
        yield wait("move the others", None, "the pilot has to be moved and accepted first", role=NEW)
        return
    guids = named(facts, intent.pilot)
    waiting = tuple(one for one in left(facts, intent.stay) if one.guid not in guids)
    yield from moves(facts, intent, waiting, "A-106")
    if not waiting:
        yield same("nobody is left on the old server", role=OLD)


@playbook.check("A-107", "Every mailbox on the new server", after=("A-106",))
def everybody_there(facts: Facts, intent: Moves2007Intent) -> Iterator[Check]:
    """In exactly one place, and where the plan says."""
    waiting = [one.name for one in left(facts, intent.stay)]
    there = {one.guid: one for one in facts.of(NEW, ExchangeLegacyMailbox) if not one.system}
    twice = [one.name for one in facts.of(OLD, ExchangeLegacyMailbox) if one.guid in there and not one.disconnected]
    yield check(
        "nobody is left on the old server",
        not waiting,
        value=", ".join(waiting[:5]) or "nobody",
        expected="nobody",
        waits_for="their moves have not ended",
    )
    yield check(
        "no mailbox is in two places",
        not twice,
        value=", ".join(twice[:5]) or "none",
        expected="none",
        hint="Read that mailbox on both servers before anything else is done with it.",
    )
