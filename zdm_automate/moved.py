"""Whether somebody else has changed what the changes still to be made are about, since the plan saw it.

It reads and refuses, and never changes anything. A long run asks it again on the way: while mailboxes or files move for hours,
another technician may work on the same hosts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.errors import PlanStaleError
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.planner import laid_over
from zdm_automate.reading import gather
from zdm_automate.settling import Verdict, judge, judgeable, reads_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zdm_automate.bench import Bench
    from zdm_automate.facts.store import Facts
    from zdm_automate.model import Change

FRESH_SECONDS: Final = 300.0
"""How long a run trusts what it last read of an item."""


def refuse_moved(changes: Iterable[Change], facts: Facts, *, hint: str) -> None:
    """Asks that what each change rests on is as the plan saw it, or already as wanted.

    Each is looked at on the facts as the changes before it would leave them. Facts that cannot be read now are left to the
    applier, which compares itself.

    Raises:
        PlanStaleError: somebody else has changed what one of them is about.
    """
    for change in changes:
        try:
            if judgeable(change) and judge(change, facts) is Verdict.NEITHER:
                raise PlanStaleError(
                    f"{change.id} ({change.target}) no longer finds what the plan saw: {shown(change, facts)}.",
                    host=facts.hosts.get(change.call.role, ""),
                    hint=hint,
                )
        except FactsMissingError:
            pass
        facts = laid_over(facts, change)


class Lookout:
    """Looks again at what an item's changes are about, where the last look is older than `FRESH_SECONDS`.

    It begins when the facts were found fresh; `hint` is what a refusal advises.
    """

    def __init__(self, bench: Bench, hint: str) -> None:
        self._bench = bench
        self._hint = hint
        self._begun = bench.monotonic()
        self._looked: dict[str, float] = {}

    def look(self, item: str, changes: Sequence[Change]) -> None:
        """Before the first of these changes of an item.

        Raises:
            PlanStaleError: somebody else has changed what one of them is about.
        """
        bench = self._bench
        now = bench.monotonic()
        if now - self._looked.get(item, self._begun) < FRESH_SECONDS:
            return
        self._looked[item] = now
        reads = reads_of(effect for change in changes for effect in change.effects)
        got = gather(bench.workers, reads, output_of=bench.scripts.output_of, now=bench.now(), hosts=bench.hosts)
        refuse_moved(changes, got.facts, hint=self._hint)
