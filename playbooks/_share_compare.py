"""What differs between both sides of a share, by four ways of looking: forecast, counts, contents, permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._share_passes import attempts, done

if TYPE_CHECKING:
    from zdm_automate import Facts

    from ._share_intent import MovedShare, SharesIntent


def compared(facts: Facts, intent: SharesIntent, share: MovedShare) -> bool:
    """Whether both comparisons have ended, whatever they found."""
    tried = attempts(facts, intent, share, "sample")
    return done(facts, intent, share, "compare") is not None and bool(tried) and tried[-1].state.done


def ways(facts: Facts, intent: SharesIntent, share: MovedShare) -> dict[str, str]:
    """What differs between both sides, by the four ways of looking; empty where nothing does."""
    found = done(facts, intent, share, "compare")
    if found is None or not compared(facts, intent, share):
        return {"forecast": "not compared yet"}
    log = found.log
    counted = f"{log.files.total} files, {log.files.skipped} the same, {log.files.extras} too many, {log.files.failed} unread"
    equal = log.whole and log.files.total == log.files.skipped and not log.files.extras and not log.files.failed
    sample = attempts(facts, intent, share, "sample")[-1]
    walk = sample.walk
    contents = [place for sort in ("contents", "missing", "unread") for place in walk[sort].first]
    unknown = "" if walk.whole else sample.says
    return {
        "nothing is left to copy": "" if found.exit_code == 0 else f"exit code {found.exit_code}",
        "the counts are the same": "" if equal else counted,
        f"a sample of {walk['sampled'].count} has the same contents": unknown or ", ".join(contents[:3]),
        "the sample has the same permissions": unknown or ", ".join(walk["permissions"].first[:3]),
    }
