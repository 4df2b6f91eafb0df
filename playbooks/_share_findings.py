"""What the survey of a share has found, with its advice, and what robocopy does not carry: signed before the switch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zdm_automate import manual, same
from zdm_automate.facts.project import PROJECT, SignOff

from ._share_passes import FILES_OUT, TRIES, attempts, done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate import Facts, Step
    from zdm_automate.native.tree_lines import Walk

    from ._share_intent import MovedShare, SharesIntent

ADVICE: dict[str, tuple[str, str]] = {
    "unread": ("places could not be read by the walk", "robocopy reads them in backup mode; look at their permissions"),
    "long": ("paths of 260 characters and more", "robocopy copies them; programs may not open them: shorten them"),
    "name": ("names that end in a blank or a dot", "Windows programs cannot open them: rename them on the old server"),
    "link": ("folders are links or mount points", "they are left out: make them again on the new server"),
    "point": (
        "files are reparse points (deduplication, cloud, links)",
        "they arrive whole, or not at all: reckon with their space",
    ),
    "encrypted": ("files are encrypted", "another account cannot copy them: their owners decrypt them first"),
    "packed": (
        "files are compressed",
        "they arrive uncompressed unless the target folder is compressed: reckon with their space",
    ),
    "sparse": ("files are sparse", "they arrive with their full size: reckon with their space"),
    "large": ("files are larger than 4 GB", "one of them may take longer than a window: look which"),
    "old": ("files were written more than 7 years ago", "ask the client whether they move or go to an archive"),
    "database": ("files are databases", "stop the program for the final pass, or use its own export"),
    "mail": (
        "files are Outlook data files",
        "Outlook over the network holds them open: move them into mailboxes, or close Outlook",
    ),
    "excluded": (f"files are left out by name ({', '.join(FILES_OUT)})", "rename those that somebody needs"),
    "stream": ("files have other streams", "they come along from NTFS to NTFS, and nowhere else"),
    "owner": ("files and folders belong to an account that the new server does not know", "quotas and owner rights change"),
    "orphan": ("files and folders have permissions of accounts that are gone", "review them with the client, then remove them"),
    "local": ("files and folders have permissions of the old server's own groups", "give them to groups of the domain first"),
    "cut-off": ("files and folders do not inherit permissions", "they come along as they are: check who is let in"),
}
"""By sort of finding: what it is, and what to do about it."""

NOT_CARRIED = ("encrypted", "link", "name", "excluded", "local", "orphan", "owner")
"""What arrives without its meaning, or not at all."""

ALWAYS = "shadow copies, quotas, file screens and deduplication of the old drive; what people have open and not saved"


def found(facts: Facts, intent: SharesIntent, share: MovedShare) -> Walk | None:
    """What the survey of a share has found; None while there is none."""
    last = done(facts, intent, share, "survey")
    return last.walk if last is not None else None


def told(share: MovedShare, walk: Walk) -> Iterator[Step]:
    """A row for each sort of finding, with its advice."""
    folders, files = walk["folder"], walk["file"]
    yield same(f"{share.name}: {folders.count} folders, {files.count} files, {files.size / 1e9:.1f} GB were looked through")
    for sort, (what, advice) in ADVICE.items():
        met = walk[sort]
        if met.count > 0:
            yield same(f"{share.name}: {met.count} {what}, such as {', '.join(met.first[:2])}: {advice}")
    if walk["stream"].count < 0:
        yield same(f"{share.name}: other streams were not looked for: the old server's PowerShell is older than 3.0")


def left(walk: Walk) -> str:
    """What the passes do not carry, in words."""
    lost = [(walk[sort], ADVICE[sort][0]) for sort in NOT_CARRIED if walk[sort].count > 0]
    return "; ".join([*(f"{met.count} {what} ({', '.join(met.first[:2])})" for met, what in lost), ALWAYS])


def surveyed(facts: Facts, intent: SharesIntent, share: MovedShare) -> Iterator[Step]:
    """The findings, and the step by which somebody signs what will not arrive; once the survey has ended, well or not."""
    tried = attempts(facts, intent, share, "survey")
    walk = found(facts, intent, share)
    if walk is not None:
        yield from told(share, walk)
        text = f"{share.name}: what the passes do not carry is known: {left(walk)}"
    elif len(tried) >= TRIES and tried[-1].state.done:
        text = f"{share.name}: nobody could look through it; what the passes never carry is known: {ALWAYS}"
    else:
        return
    yield manual(facts, "B-020", step_of(share), text, form=("decided",))


def step_of(share: MovedShare) -> str:
    """The step under which somebody signs what is not carried; a name as `manual` makes it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"left-{share.name}").strip("-")


def unsigned(facts: Facts, share: MovedShare) -> bool:
    """Whether nobody has signed yet what the passes do not carry."""
    return facts.one(PROJECT, SignOff, "B-020", step_of(share)) is None
