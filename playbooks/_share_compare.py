"""What differs between both sides of a share, by four ways of looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.facts.shares import FileSample

from ._share_passes import done

if TYPE_CHECKING:
    from zdm_automate import Facts

    from ._share_intent import MovedShare, SharesIntent


def ways(facts: Facts, intent: SharesIntent, share: MovedShare) -> dict[str, str]:
    """What differs between both sides, by the four ways of looking; empty where nothing does."""
    found = done(facts, intent, share, "compare")
    if found is None:
        return {"forecast": "not compared yet"}
    log = found.log
    counted = f"{log.files.total} files, {log.files.skipped} the same, {log.files.extras} too many, {log.files.failed} unread"
    equal = log.whole and log.files.total == log.files.skipped and not log.files.extras and not log.files.failed
    old, new = sample(facts, "old", share.source), sample(facts, "new", share.target)
    missing = sorted(set(old) - set(new))
    contents = [name for name, one in old.items() if name in new and one.sha256 != new[name].sha256]
    barred = [name for name, one in old.items() if name in new and one.sddl != new[name].sddl]
    return {
        "nothing is left to copy": "" if found.exit_code == 0 else f"exit code {found.exit_code}",
        "the counts are the same": "" if equal else counted,
        f"a sample of {len(old)} has the same contents": ", ".join([*contents, *missing][:3]) if old else "there is no sample",
        "the sample has the same permissions": ", ".join(barred[:3]),
    }


def sample(facts: Facts, role: str, root: str) -> dict[str, FileSample]:
    """The sample of a tree, by path in it."""
    wanted = root.rstrip("\\").casefold()
    return {one.relative_path.casefold(): one for one in facts.of(role, FileSample) if one.root.casefold() == wanted}
