"""What G-COMPLETE-MAIL asks where mailboxes go from Exchange 2003 to 2007, which has no requests that could be held. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.gates.model import Seen, Truth
from zdm_automate.job_kinds import JobState
from zdm_automate.jobs import judge
from zdm_automate.mail.move_mailbox import LOOKS
from zdm_automate.mail_jobs import BOOK, NEW, OLD, left, tries
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.gates.model import View

SHOWN: Final = 3


def reads() -> Iterator[Read]:
    """Who is on the old server and on the new one, and what the jobs say."""
    for role in (OLD, NEW):
        yield Read(role=role, verb="Get-ZdmExchangeLegacyMailbox")
    yield Read(role=NEW, verb="Get-ZdmJob")


def looked_at(view: View) -> Seen:
    """Whether Exchange said of everybody who is left that the mailbox can be moved."""
    boxes = left(view.facts, view.intents[BOOK].get("stay", ()))
    missing = []
    for box in boxes:
        tried = tries(view.facts, box.guid, LOOKS)
        if not tried or judge(tried[-1]).state is not JobState.SUCCEEDED:
            missing.append(box.name)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        hint = f"`zdm plan {BOOK}` lets Exchange look; apply it, and mend what it names."
        return Seen(state=Truth.FALSE, value=f"not known to be movable: {', '.join(missing[:SHOWN])}{more}", hint=hint)
    return Seen(state=Truth.TRUE, value=f"{len(boxes)} can be moved")


def none_lost(_view: View) -> Seen:
    """A move of this kind loses nothing."""
    return Seen(state=Truth.TRUE, value="none: every move ends at the first damaged item")


def no_points(_view: View) -> Seen:
    """Exchange 2003 has no service connection point that could be kept."""
    return Seen(state=Truth.TRUE, value="Exchange 2003 has none")
