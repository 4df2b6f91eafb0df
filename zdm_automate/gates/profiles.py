"""G-PROFILES: what was captured of the users is deleted only when each of them has accepted his new PC, and not too early."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from zdm_automate.facts.project import PROJECT, SignOff
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth, View

ACCEPTED: Final = "B-173g"


def _accepted(view: View) -> Seen:
    """Signatures of the acceptance: at least one for each new PC of the intent, none younger than the days of keeping."""
    wanted = view.intents.get("profile_copy", {})
    pcs = [str(pc.get("new", "")) for pc in wanted.get("pcs", ())]
    days = timedelta(days=int(wanted.get("keep_days", 30)))
    if not pcs:
        return Seen(state=Truth.UNKNOWN, value="the project wants no profile copy")
    signed = [one for one in view.facts.of(PROJECT, SignOff) if one.item == ACCEPTED]
    missing = [pc for pc in pcs if not any(one.step.startswith(f"{pc}-") for one in signed)]
    young = [one.step for one in signed if view.now - _when(one) < days]
    if missing or young:
        value = f"not accepted: {', '.join(missing)}" if missing else f"{len(young)} not old enough"
        return Seen(state=Truth.FALSE, value=value, hint="`zdm plan profile_copy` says from when on it may be.")
    return Seen(state=Truth.TRUE, value=f"{len(signed)} signatures")


def _when(one: SignOff) -> datetime:
    return datetime.fromisoformat(one.at_utc)


GATE: Final = Gate(
    name="G-PROFILES",
    guards="the captured profiles are deleted",
    approvals=("tech", "client"),
    phrase="the captured profiles go for good",
    predicates=(Predicate(name="accepted", asks="every user has accepted, and the days of keeping are over", judge=_accepted),),
)
