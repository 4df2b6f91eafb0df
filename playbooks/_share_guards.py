"""Why a pass must not be begun, each reason a sentence: swapped sides, a wrong share, an empty source, a target in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.facts.shares import FileSample, Share, ShareSession

from ._share_intent import CLOSED, MovedShare, SharesIntent
from ._share_method import ITEM, SERVICE, by_service
from ._share_passes import Pass, done

if TYPE_CHECKING:
    from zdm_automate import Facts


def refusal(facts: Facts, intent: SharesIntent, share: MovedShare, what: Pass) -> str:
    """Why a pass that writes must not be begun; empty where nothing speaks against it."""
    if by_service(facts):
        return f"the files move by {SERVICE}, as is signed under {ITEM}"
    if facts.hosts["old"].casefold() == facts.hosts["new"].casefold():
        return "old and new are the same host: source and target would be one"
    there = facts.one("old", Share, share.name)
    if there is None:
        names = ", ".join(one.name for one in facts.of("old", Share)) or "none"
        return f"{facts.hosts['old']} has no share {share.name}; it has: {names}"
    if there.path.rstrip("\\").casefold() != share.source.rstrip("\\").casefold():
        return f"the share {share.name} of {facts.hosts['old']} is {there.path}, not {share.source}: the wrong share, or folder"
    return _uncounted(facts, intent, share) or (_in_use(facts, share) if what in {"seed", "delta", "final"} else "")


def _uncounted(facts: Facts, intent: SharesIntent, share: MovedShare) -> str:
    """Whether the source is known, and holds something."""
    total = done(facts, intent, share, "total")
    if total is None:
        return "the source has not been counted yet"
    if not total.log.whole:
        return "the count of the source has no table; read its log"
    if total.log.files.total == 0:
        return f"the source {share.source} is empty: a pass that mirrors it would empty the target"
    return ""


def _in_use(facts: Facts, share: MovedShare) -> str:
    """Whether somebody works in the target: a pass that purges would take their files away."""
    place = share.target.rstrip("\\").casefold()
    for one in facts.of("new", Share):
        inside = f"{one.path.rstrip(chr(92)).casefold()}\\"
        if f"{place}\\".startswith(inside) and CLOSED not in one.sddl:
            return f"the target {share.target} is in use: people reach it by the share {one.name} of {facts.hosts['new']}"
    for session in facts.of("new", ShareSession):
        opened = next((path for path in session.open_files if path.casefold().startswith(f"{place}\\")), None)
        if opened is not None:
            return f"{session.user} has {opened} open on {facts.hosts['new']}: the target is in use"
    return ""


def foreign_target(facts: Facts, intent: SharesIntent, share: MovedShare) -> str:
    """Why the first pass must not be begun: source and target may have been swapped."""
    seen = [one for one in facts.of("new", Share) if one.path.casefold() == share.source.casefold()]
    if seen and share.target.casefold() == share.source.casefold():
        return f"{facts.hosts['new']} shares {share.source} already: are source and target swapped?"
    total, held = done(facts, intent, share, "total"), held_before(facts, share)
    if total is not None and held > total.log.files.total:
        return f"the target holds {held} files, the source {total.log.files.total}: are they swapped?"
    return f"the target holds {held} files that no pass of this project has copied" if held else ""


def held_before(facts: Facts, share: MovedShare) -> int:
    """How many files the sample of the target has found in its first folders."""
    root = share.target.rstrip("\\").casefold()
    return sum(
        one.bytes for one in facts.of("new", FileSample) if one.root.casefold() == root and one.relative_path.endswith("\\")
    )
