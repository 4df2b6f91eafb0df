"""What an old server does not tell of its shares or cannot do, and what follows: defaults that are said, a step, a refusal.

Before Windows Server 2012 a server tells neither what clients keep copies of nor whether people see what they may not open;
Windows Server 2003 speaks SMB 1 only, for which Windows Server 2019 and later bring no client along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import manual, same
from zdm_automate.facts.host import HostInventory
from zdm_automate.facts.project import PROJECT, SignOff

from ._share_method import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate import Facts, Step
    from zdm_automate.facts.shares import Share

    from ._share_intent import MovedShare

ITEM, STEP = "B-020", "smb1"
DEFAULTS = {"caching_mode": "Manual", "enumeration_mode": "Unrestricted"}
"""What Windows gives a share that is made without saying."""

MEANING = {"caching_mode": "what clients keep copies of", "enumeration_mode": "whether people see what they may not open"}
SMB1_ALONE = (6, 0)
"""Windows before this version speaks nothing newer than SMB 1."""

NO_SMB1 = (10, 0, 16299)
"""The first version that does not bring the client of SMB 1 along."""


def settings(here: Share, share: MovedShare) -> Mapping[str, str]:
    """How the new share is made: as the project says, else as the old server tells, else as Windows makes one."""
    told = {"caching_mode": here.caching_mode, "enumeration_mode": here.enumeration_mode}
    wanted = {"caching_mode": share.caching_mode, "enumeration_mode": share.enumeration_mode}
    return {name: wanted[name] or told[name] or default for name, default in DEFAULTS.items()}


def untold(facts: Facts, here: Share, share: MovedShare) -> Iterator[Step]:
    """A row that says what nobody knows of a share; none where the server tells it, or the project says it."""
    told = {"caching_mode": here.caching_mode, "enumeration_mode": here.enumeration_mode}
    said = {"caching_mode": share.caching_mode, "enumeration_mode": share.enumeration_mode}
    missing = [
        f"{meaning} (made with {name}: {DEFAULTS[name]})"
        for name, meaning in MEANING.items()
        if told[name] is None and not said[name]
    ]
    if missing:
        what = " and ".join(missing)
        text = f"{share.name}: {facts.hosts['old']} does not tell {what}: say it in the project file where it is otherwise"
        yield same(text, role="new")


def unreadable(facts: Facts, role: str, there: Share) -> str:
    """Why permissions of a share cannot be gone by; empty where they can."""
    if there.sddl:
        return ""
    return (
        f"{facts.hosts[role]} does not tell the permissions of {there.name}: set them once by hand "
        "(Computer Management, Shared Folders), then plan again"
    )


def forgotten_protocol(facts: Facts) -> str:
    """Why the new server cannot read from the old one as it is; empty where it can, or somebody has signed for it."""
    old, new = (next(iter(facts.of(role, HostInventory)), None) for role in ("old", "new"))
    if old is None or new is None or version_of(old) >= SMB1_ALONE or version_of(new) < NO_SMB1:
        return ""
    if facts.one(PROJECT, SignOff, ITEM, STEP) is not None:
        return ""
    return f"{facts.hosts['old']} speaks SMB 1 only, and {facts.hosts['new']} has no client for it"


def protocol(facts: Facts) -> Iterator[Step]:
    """The step by which a person gives the new server that client for the time of the move."""
    why = forgotten_protocol(facts)
    if why:
        text = f"{why}: install FS-SMB1-CLIENT there for the time of the move (B-074), and take it away at its end"
        yield manual(facts, ITEM, STEP, text, form=("installed", "removed by"))
