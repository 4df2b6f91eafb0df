"""`zdm lab start` after the power: waits for state, heartbeat and endpoint of each machine, and has guests set up.

What a guest is given the playbook `hyperv_guests` decides; a restart is power off and on, the way of `zdm lab`.
"""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.cli.lab_hyperv import HYPERV, ROLE, carry_out, lab_seen, project_of, stopped_run
from zdm_automate.cli.lab_inside import GUESTS_BOOK
from zdm_automate.cli.shown import say
from zdm_automate.errors import PlanStaleError, ZdmError
from zdm_automate.facts.host import ComputerName
from zdm_automate.facts.hyperv import LabVm
from zdm_automate.model import CheckState, Preview
from zdm_automate.topology import read_topology
from zdm_automate.waits import Answer, Probe, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.store import Facts
    from zdm_automate.model import Check
    from zdm_automate.planner import Plan
    from zdm_automate.workplace import Intended

STATE_SECONDS: Final = 120.0
HEARTBEAT_SECONDS: Final = 900.0
"""From power to a guest's services: Windows may have something to finish first."""

ENDPOINT_SECONDS: Final = 600.0
ROUNDS: Final = 3
"""How often guests are set up: once, and again after the restart that their names ask for."""


def lab_time(embedded: Path | None) -> tuple[Callable[[], float], Callable[[float], None]]:
    """A lab's own clock and how its time passes: an embedded one is carried forward."""
    if embedded is None:
        return time.monotonic, time.sleep
    from zdm_automate.cli.lab import LabClock
    from zdm_automate.lab.client import LabClient
    from zdm_automate.lab.state import LabFolder

    clock, folder = LabClock(embedded), LabFolder(embedded)
    return lambda: clock.now().timestamp(), lambda seconds: _carry(LabClient(folder), seconds)


def _carry(client: Any, seconds: float) -> None:
    client.call("carry", seconds=seconds)


def bring_up(topology: Path, project: Path | None = None, *, as_json: bool = False) -> None:
    """Waits until the machines are up, then sets up those that the topology says it of, restarts included."""
    guests = _Guests(topology, project, _quiet if as_json else say)
    guests.wait()
    for _ in range(ROUNDS):
        renamed = guests.set_up(as_json=as_json)
        if not renamed:
            return
        guests.restart(renamed, as_json=as_json)
    raise ZdmError(f"{', '.join(renamed)}: the name did not come with the restart.", hint="Look at the machine's console.")


def _quiet(_text: str) -> None:
    """Says nothing: whoever wants JSON reads that."""


class _Guests:
    """The machines of one topology."""

    def __init__(self, topology: Path, project: Path | None, tell: Callable[[str], None]) -> None:
        self._topology = topology
        self._project = project
        self._tell = tell
        self._file = read_topology(topology)
        embedded = (topology.parent / self._file.embedded).resolve() if self._file.embedded else None
        self._monotonic, self._sleep = lab_time(embedded)
        self._booted: dict[str, str] = {}

    # --- waiting ---

    def wait(self) -> None:
        """State of all machines, then the heartbeat of those with Windows, then the endpoint of those that are reached.

        Raises:
            ZdmError: one was not good in its time, with the last answers.
        """
        names = [one.name for one in self._file.topology.machines]
        self._wait_for(self._looked(names, "state", _on, STATE_SECONDS))
        windows = [one.name for one in self._file.topology.machines if one.release]
        self._wait_for(self._looked(windows, "heartbeat", _beats, HEARTBEAT_SECONDS))
        opened = self._open()
        through = {one.direct.through for one in opened.project.content.hosts.values()} | {self._file.host.name}
        reached = [name for name in opened.project.content.hosts if name not in through]
        ask = {name: partial(self._endpoint, opened, name) for name in reached}
        self._wait_for([Probe(name=f"{name}: endpoint", ask=ask[name], seconds=ENDPOINT_SECONDS) for name in reached])

    def _wait_for(self, probes: Iterable[Probe]) -> None:
        wait_for(probes, monotonic=self._monotonic, sleep=self._sleep, say=self._tell)

    def _looked(self, names: list[str], what: str, judge: Callable[[LabVm | None], Answer], seconds: float) -> list[Probe]:
        """One look at the host for all machines, and another one as soon as a machine is asked about again."""
        seen: dict[str, LabVm] = {}
        told: set[str] = set()

        def ask(name: str) -> Answer:
            if not told or name in told:
                told.clear()
                seen.clear()
                seen.update({one.name.casefold(): one for one in lab_seen(self._topology, self._project)[0].of(ROLE, LabVm)})
            told.add(name)
            return judge(seen.get(name.casefold()))

        return [Probe(name=f"{name}: {what}", ask=partial(ask, name), seconds=seconds) for name in names]

    def _endpoint(self, opened: Opened, name: str) -> Answer:
        """Whether a guest answers; one that was restarted, also whether it shows a later boot."""
        before = self._booted.get(name.casefold())
        return is_back(_boot_of(opened, name, ask=before is not None), before)

    # --- setting up ---

    def _open(self) -> Opened:
        from zdm_automate.cli.opening import open_project

        return open_project(project_of(self._topology, HYPERV, self._project, "running"))

    def set_up(self, *, as_json: bool) -> list[str]:
        """Plans and applies what the guests lack; gives those that wait for their restart.

        Raises:
            ZdmError: a guest cannot be set up, or is not as it should be.
        """
        from zdm_automate.cli.apply import apply

        if not any(one.setup is not None for one in self._file.topology.machines):
            return []
        opened = self._open()
        self._go_on(opened, as_json=as_json)
        what, facts, plan = _planned(opened)
        for row in (row for item in plan.items for row in item.rows if row.preview is Preview.MANUAL):
            self._tell(f"By hand: {row.text} ({row.reason}).")
        if plan.changes:
            opened.plans.write(plan)
            apply(plan.id, project=opened.project.folder, as_json=as_json)
            what, facts, plan = _planned(opened)
        for row in (row for item in plan.items for row in item.rows if row.preview in {Preview.CHANGE, Preview.UNKNOWN}):
            said = row.reason or "it is not so after the change"
            raise ZdmError(f"{row.text}: {said}.", hint="The same command tries again.")
        return self._left(what, facts)

    def _go_on(self, opened: Opened, *, as_json: bool) -> None:
        """A setting up that stopped is gone on with; where the guests are others by now, it is planned anew."""
        from zdm_automate.cli.resume import resume

        run = stopped_run(opened, GUESTS_BOOK)
        if not run:
            return
        self._tell(f"Run {run} stopped before its end; going on with it first.")
        try:
            resume(run, project=opened.project.folder, as_json=as_json)
        except PlanStaleError as problem:
            self._tell(f"That run is at its end: {problem.message}")

    def _left(self, what: Intended, facts: Facts) -> list[str]:
        """The guests that wait for a restart, where nothing else is left to do for them."""
        wanted = {guest.name: guest for guest in what.intent.guests}
        there = [name for name in wanted if name in facts.hosts and wanted[name].direct]
        renamed = [name for name in there if _waits(facts.of(name, ComputerName))]
        if not renamed:
            _refuse_failed(what.book.judge(facts, what.intent), self._tell)
        return renamed

    def restart(self, names: list[str], *, as_json: bool) -> None:
        """Off by the guest itself, on again, and waited for until it shows a boot that is later than this one."""
        self._tell(f"Restarting {', '.join(names)}, for the name.")
        opened = self._open()
        self._booted |= {name.casefold(): _boot_of(opened, name, ask=True) for name in names}
        carry_out(self._topology, "off", project=self._project, only=names, as_json=as_json)
        carry_out(self._topology, "running", project=self._project, as_json=as_json)
        self.wait()


def _boot_of(opened: Opened, name: str, *, ask: bool) -> str:
    """When a guest that answers was booted, by its own clock; it is not asked where nobody wants to know."""
    session = opened.session(name)
    try:
        session.connect()
        if not ask:
            return ""
        found: Any = session.read("Get-ZdmHostInventory").facts[0]
        return found.last_boot_utc or ""
    finally:
        session.close()


def is_back(boot: str, before: str | None) -> Answer:
    """Whether a guest that answers has been booted since; `before` is its boot then, nothing where it was not restarted."""
    if before is None:
        return Answer(good=True, said="answers")
    if not boot or (before and datetime.fromisoformat(boot) <= datetime.fromisoformat(before)):
        return Answer(good=False, said=f"still up since {boot or 'nobody knows when'}, before its restart")
    return Answer(good=True, said=f"booted {boot}, after its restart")


def _planned(opened: Opened) -> tuple[Intended, Facts, Plan]:
    what = opened.intended(opened.playbook(GUESTS_BOOK))
    with opened.workplace(what) as work:
        work.connect()
        work.require(what.book.roles)
        opened.recognise(work)
        gathering = work.read(what)
        return what, gathering.facts, work.plan(what, gathering)


def _waits(found: Iterable[ComputerName]) -> bool:
    return any(one.active.casefold() != one.coming.casefold() for one in found)


def _on(found: LabVm | None) -> Answer:
    return Answer(good=found is not None and found.state == "Running", said=found.state if found is not None else "not there")


def _beats(found: LabVm | None) -> Answer:
    said = found.heartbeat if found is not None else None
    return Answer(good=(said or "").startswith("Ok"), said=said or "none yet")


def _refuse_failed(checks: Iterable[Check], tell: Callable[[str], None]) -> None:
    """Tells what is still open, and ends where something is not as wanted."""
    for one in checks:
        if one.state is CheckState.NOT_YET:
            tell(f"Open: {one.name or one.item}: {one.hint}.")
        if one.state in {CheckState.FAILED, CheckState.UNKNOWN}:
            raise ZdmError(
                f"{one.name}: there is {one.value or 'nothing'}, wanted is {one.expected}.",
                hint=one.hint or "The same command looks again.",
            )
