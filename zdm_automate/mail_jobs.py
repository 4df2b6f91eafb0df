"""The jobs that move mailboxes from Exchange 2003 to 2007: who is left to move, and what was tried with whom. Pure.

A job's id is made from the mailbox and the number of the try, so a plan that is made anew meets what is at work already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.errors import InputError, UnknownNameError
from zdm_automate.facts.jobs import Job
from zdm_automate.facts.legacy_mail import ExchangeLegacyMailbox
from zdm_automate.jobs import job_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.facts.store import Facts

BOOK: Final = "mailbox_moves_2007"
OLD, NEW = "old", "new"


def named(facts: Facts, names: Iterable[str]) -> frozenset[str]:
    """The mailboxes of these names on either server, by GUID: by name, alias or GUID.

    Raises:
        UnknownNameError: nobody is called so.
        InputError: several are.
    """
    boxes = (*facts.of(OLD, ExchangeLegacyMailbox), *facts.of(NEW, ExchangeLegacyMailbox))
    found: set[str] = set()
    for name in names:
        own = name.casefold()
        fitting = {
            one.guid
            for one in boxes
            if not one.system and own in {one.name.casefold(), one.guid, one.legacy_dn.rpartition("=")[2].casefold()}
        }
        if not fitting:
            raise UnknownNameError(f"no mailbox is called {name!r}.", hint="Nothing was sent. Mend the name in project.yaml.")
        if len(fitting) > 1:
            raise InputError(f"{name!r} stands for {len(fitting)} mailboxes.", hint="Nothing was sent. Name it by its GUID.")
        found |= fitting
    return frozenset(found)


def left(facts: Facts, stay: Iterable[str]) -> tuple[ExchangeLegacyMailbox, ...]:
    """Mailboxes of people that are still on the old server and are to move, the smallest first."""
    staying = named(facts, stay)
    boxes = [
        one
        for one in facts.of(OLD, ExchangeLegacyMailbox)
        if not one.system and not one.disconnected and one.guid not in staying
    ]
    return tuple(sorted(boxes, key=lambda one: (one.bytes, one.guid)))


def identity_of(guid: str, kind: str, number: int) -> str:
    """The id of one try."""
    return job_id(BOOK, kind, guid, str(number))


def tries(facts: Facts, guid: str, kind: str) -> list[Job]:
    """What was tried with a mailbox, the last try last."""
    known = {one.job_id: one for one in facts.of(NEW, Job)}
    found: list[Job] = []
    while (job := known.get(identity_of(guid, kind, len(found) + 1))) is not None:
        found.append(job)
    return found
