"""The errands: what `zdm apply` and `zdm resume` each do in their own way while a plan is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from zdm_automate.cli.alone import who
from zdm_automate.cli.carrying import write_started
from zdm_automate.cli.opening import Opened
from zdm_automate.cli.shown import say
from zdm_automate.planner import Plan
from zdm_automate.resume import Settled, rest
from zdm_automate.standing import Standing
from zdm_automate.workplace import Intended, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.journal import Journal
    from zdm_automate.model import Change
    from zdm_automate.reading import Gathering
    from zdm_automate.runner import Outcome


class Errand(Protocol):
    """One way to carry out a plan."""

    @property
    def plan(self) -> Plan:
        """The plan, as it was approved."""
        ...

    def look(self, work: Workplace) -> tuple[Gathering, Plan]:
        """What the hosts show now, and the part of the plan that is still to be made.

        Raises:
            ZdmError: it may not be made, or nobody can tell.
        """
        ...

    def claim(self) -> None:
        """Takes the plan, once everything has admitted it and before the first line.

        Raises:
            ZdmError: it has been taken before.
        """
        ...

    def begin(self, journal: Journal, left: Plan) -> None:
        """Writes the first line."""
        ...

    def go(
        self, work: Workplace, journal: Journal, *, stop: Callable[[], bool], admit: Callable[[Change], None], approver: str
    ) -> Outcome:
        """Makes the changes."""
        ...


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The errand of `zdm apply`: the facts must be those of the plan, and the plan is claimed."""

    opened: Opened
    what: Intended
    plan: Plan

    def look(self, work: Workplace) -> tuple[Gathering, Plan]:
        """Reads again and compares."""
        return work.check_fresh(self.what, self.plan), self.plan

    def claim(self) -> None:
        """Takes the plan for this run."""
        self.opened.plans.claim(self.plan, self.opened.clock.now())

    def begin(self, journal: Journal, left: Plan) -> None:
        """The run's first line."""
        write_started(self.opened, journal, left)

    def go(
        self, work: Workplace, journal: Journal, *, stop: Callable[[], bool], admit: Callable[[Change], None], approver: str
    ) -> Outcome:
        """Every change of the plan."""
        return work.apply(self.what, self.plan, journal, stop=stop, admit=admit, approver=approver)


@dataclass(slots=True)
class TakenUp:
    """The errand of `zdm resume`: what was begun is settled by reading, the rest goes on."""

    opened: Opened
    what: Intended
    plan: Plan
    standing: Standing
    quiet: bool
    settled: Settled = field(init=False)

    def look(self, work: Workplace) -> tuple[Gathering, Plan]:
        """Asks the hosts about every open change; what is left of the plan."""
        gathering, self.settled = work.look_again(self.what, self.plan, self.standing)
        return gathering, rest(self.plan, self.settled.standing(self.standing))

    def claim(self) -> None:
        """The plan is this run's already."""

    def begin(self, journal: Journal, left: Plan) -> None:
        """Says where it goes on: the first line, where the run ended before it, or that it was taken up again."""
        names = [change.id for change in left.changes]
        if not self.quiet:
            say(_going_on(self.standing, names))
        if self.standing.claimed:
            write_started(self.opened, journal, self.plan)
            return
        journal.write(
            "run.resumed",
            boundary=True,
            after=self.standing.result or "no end",
            settled={step: str(verdict) for step, verdict in self.settled.verdicts.items()},
            next=names[0] if names else "",
            left=len(names),
            **who(self.opened),
        )

    def go(
        self, work: Workplace, journal: Journal, *, stop: Callable[[], bool], admit: Callable[[Change], None], approver: str
    ) -> Outcome:
        """What was settled, then the changes that are left."""
        return work.go_on(self.what, self.plan, self.standing, self.settled, journal, stop=stop, admit=admit, approver=approver)


def _going_on(standing: Standing, names: list[str]) -> str:
    done = f"{len(standing.good)} changes stand"
    return (
        f"Run {standing.run}: {done}; going on at {names[0]}."
        if names
        else f"Run {standing.run}: {done}; only judging is left."
    )
