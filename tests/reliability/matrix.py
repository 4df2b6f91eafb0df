"""The fault matrix: every change of a story x every fault x every moment, resumed and compared with the undisturbed run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rig import Killed, Rig, Trap, full, resumed

from zdm_automate.errors import AuthenticationError, OutcomeUnknownError, UnreachableError, ZdmError
from zdm_automate.facts.base import fact_class
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.restart import rebooted
from zdm_automate.model import Change
from zdm_automate.planner import Plan
from zdm_automate.report.story import tell
from zdm_automate.scripts import Verb
from zdm_automate.standing import stand
from zdm_automate.transport.base import Reply

MOMENTS = (
    "before the intent is written",
    "after the intent",
    "during the call",
    "after the call, before the outcome",
    "after the outcome",
)
STORIES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "tiny": (
        ("dns_cutover", 0),
        ("dns_cutover", 7200),
        ("dns_cutover", 172_800),
        ("dhcp_cutover", 0),
        ("dhcp_cutover", 7200),
        ("dhcp_cutover", 172_800),
    ),
}
"""What is planned and applied in an office, each after so many seconds."""

_LONG = (("dns_cutover", 0.0), ("dns_cutover", 172_800.0), ("dhcp_cutover", 0.0), ("dhcp_cutover", 864_000.0))
NIGHTLY = dict.fromkeys(("smallbiz", "kanzlei", "branch"), _LONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One plan of a story: where it begins, and where it ends undisturbed."""

    office: str
    book: str
    begin: World
    journals: Mapping[str, tuple[bytes, ...]]
    plan: Plan
    end: World
    changed: Mapping[tuple[str, str, str], int]


@cache
def stages(office: str, folder: Path) -> tuple[Stage, ...]:
    """The story of an office, undisturbed."""
    rig = Rig(office, folder)
    made: list[Stage] = []
    for book, seconds in ({**STORIES, **NIGHTLY})[office]:
        rig.carry(seconds)
        begin, journals = rig.keeper.world, {run: tuple(lines) for run, lines in rig.journals.items()}
        what, plan = rig.plan(book)
        if not plan.changes:
            continue
        rig.changed.clear()
        outcome = rig.apply(what, plan)
        assert outcome.result == "done", outcome
        made.append(
            Stage(
                office=office,
                book=book,
                begin=begin,
                journals=journals,
                plan=plan,
                end=rig.keeper.world,
                changed=dict(rig.changed),
            )
        )
    return tuple(made)


# --- the faults ---

OnLine = Callable[[bytes, Callable[[], None]], None]
Set = Callable[[Rig, Change, str], Trap]
"""A trap for one change at one moment."""


def _when(change: Change, event: str, act: OnLine) -> OnLine:
    """Acts on the line of this event about this change, once; every other line is written."""
    armed = [True]

    def on_line(line: bytes, write: Callable[[], None]) -> None:
        entry = json.loads(line)
        if armed and entry["event"] == event and entry.get("step") == change.id:
            armed.clear()
            act(line, write)
        else:
            write()

    return on_line


def _at(  # noqa: C901 - one branch per moment
    rig: Rig, change: Change, moment: str, act: Callable[[], None], trap: Trap
) -> Trap:
    """Has `act` called at a moment of a change; what it raises ends the run there."""
    host = rig.roles[change.call.role]

    def strike() -> None:
        trap.struck = True
        act()

    def before(_line: bytes, write: Callable[[], None]) -> None:
        strike()
        write()

    def after(_line: bytes, write: Callable[[], None]) -> None:
        write()
        strike()

    def around(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
        if (where, verb.name) != (host, change.call.verb) or trap.late or not started:
            return call()
        trap.late.append(call)
        strike()
        trap.late.clear()
        return call()

    started: list[bool] = []

    def note(_line: bytes, write: Callable[[], None]) -> None:
        write()
        started.append(True)

    match MOMENTS.index(moment):
        case 0:
            trap.on_line = _when(change, "change.started", before)
        case 1:
            trap.on_line = _when(change, "change.started", after)
        case 2:
            trap.on_line = _when(change, "change.started", note)
            trap.on_call = around
        case 3:
            trap.on_line = _when(change, "change.finished", before)
        case 4:
            trap.on_line = _when(change, "change.finished", after)
    return trap


def kill(rig: Rig, change: Change, moment: str) -> Trap:
    """The process is gone; what the host was asked in that moment it does all the same."""
    trap = Trap()

    def strike() -> None:
        trap.dead = True
        raise Killed

    return _at(rig, change, moment, strike, trap)


def power_loss(rig: Rig, change: Change, moment: str) -> Trap:
    """As a kill, and half of the line that was being written is on the disk."""
    trap = Trap()

    def strike() -> None:
        trap.dead = True
        rig.journals[_run(rig)].append(b'{"seq":99,"ts":"2026-03-02T')
        raise Killed

    return _at(rig, change, moment, strike, trap)


def disk_full(rig: Rig, change: Change, moment: str) -> Trap:
    """The controller's disk takes no line from that moment on."""
    trap = Trap()

    def strike() -> None:
        trap.on_line = full

    made = _at(rig, change, moment, strike, trap)
    if moment in {MOMENTS[0], MOMENTS[3]}:
        event = "change.started" if moment == MOMENTS[0] else "change.finished"

        def last(line: bytes, write: Callable[[], None]) -> None:
            trap.struck = True
            trap.on_line = full
            full(line, write)

        made.on_line = _when(change, event, last)
    return made


def lost(rig: Rig, change: Change, moment: str) -> Trap:
    """The way to the host is gone until the run is taken up again."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        was = trap.late[:]

        def gone(where: str, _verb: Verb, call: Callable[[], Reply]) -> Reply:
            if where == host:
                raise UnreachableError("no connection", host=host)
            return call()

        trap.on_call = gone
        if was:
            raise OutcomeUnknownError("the connection was lost", host=host)

    return _at(rig, change, moment, strike, trap)


def blink(rig: Rig, change: Change, moment: str) -> Trap:
    """The answer to one call is lost, the next one comes through; the host has carried the call out."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        if trap.late:
            trap.late.pop()()
            raise OutcomeUnknownError("the connection was lost", host=host)

        def once(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            trap.on_call = None
            if verb.kind != "applier":
                return call()  # a reader is sent again by the transport
            call()
            raise OutcomeUnknownError("the connection was lost", host=where)

        trap.on_call = once

    return _at(rig, change, moment, strike, trap)


def password(rig: Rig, change: Change, moment: str) -> Trap:
    """The password has expired: every further call is refused at the door."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        def refused(where: str, _verb: Verb, call: Callable[[], Reply]) -> Reply:
            if where == host:
                raise AuthenticationError("the password has expired", host=host)
            return call()

        trap.on_call = refused
        if trap.late:
            trap.late.clear()
            raise AuthenticationError("the password has expired", host=host)

    return _at(rig, change, moment, strike, trap)


def reboot(rig: Rig, change: Change, moment: str) -> Trap:
    """The host restarts; a call it is in the middle of is not carried out."""
    trap = lost(rig, change, moment)
    inner = trap.on_line

    def boot() -> None:
        host = rig.roles[change.call.role]
        rig.keeper.with_world(lambda world: (rebooted(world, host), None))

    def on_line(line: bytes, write: Callable[[], None]) -> None:
        before = trap.on_call
        assert inner is not None
        inner(line, write)
        if trap.on_call is not before:
            boot()

    trap.on_line = on_line
    if trap.on_call is not None:
        around = trap.on_call

        def on_call(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            try:
                return around(where, verb, call)
            except OutcomeUnknownError:
                trap.late.clear()
                boot()
                raise

        trap.on_call = on_call
    return trap


def slow(rig: Rig, change: Change, moment: str) -> Trap:
    """The host takes so long that nobody waits, and carries the call out afterwards."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        if trap.late:
            raise OutcomeUnknownError("no answer within its time limit", host=host)

        def late(where: str, verb: Verb, call: Callable[[], Reply]) -> Reply:
            if verb.kind != "applier" or where != host:
                return call()
            trap.on_call = None
            trap.late.append(call)
            raise OutcomeUnknownError("no answer within its time limit", host=host)

        trap.on_call = late

    return _at(rig, change, moment, strike, trap)


def clock_jump(rig: Rig, change: Change, moment: str) -> Trap:
    """The host's clock jumps ten minutes ahead and the run is stopped for it; it is set right before going on."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def skewed(seconds: float) -> None:
        rig.keeper.with_world(lambda world: (world.with_host(replace(world.host(host), skew=seconds)), None))

    def strike() -> None:
        skewed(600)
        late = trap.late[:]
        trap.late[:] = [*late, lambda: skewed(0)]
        trap.dead = True
        raise Killed

    return _at(rig, change, moment, strike, trap)


def technician(rig: Rig, change: Change, moment: str) -> Trap:
    """A second technician makes the same change by hand in that moment."""
    trap = Trap()
    host = rig.roles[change.call.role]

    def strike() -> None:
        trap.late.clear()
        renewed = any(fact_class(effect.zdm_type).transient for effect in change.effects)
        if not renewed and change.watch is None:  # a lease renewed or a file made twice is another one
            rig.by_hand(host, change)

    return _at(rig, change, moment, strike, trap)


FAULTS: Mapping[str, Set] = {
    "the process is killed": kill,
    "power loss, half a line on disk": power_loss,
    "disk full on the controller": disk_full,
    "connection lost": lost,
    "one answer lost": blink,
    "password expired": password,
    "host restarts": reboot,
    "host too slow": slow,
    "host's clock jumps": clock_jump,
    "a second technician makes the same change": technician,
}


def _run(rig: Rig) -> str:
    return max(rig.journals)


# --- a cell ---


def cells(office: str, folder: Path) -> Iterator[tuple[Stage, Change]]:
    """Every change of an office's story with its stage."""
    for stage in stages(office, folder):
        for change in stage.plan.changes:
            yield stage, change


def lose(stage: Stage, change: Change, fault: str, moment: str, folder: Path, make: Callable[..., Rig] = Rig) -> str:
    """Runs one cell; gives what was lost, empty for nothing."""
    rig = make(stage.office, folder, world=stage.begin, journals={run: list(lines) for run, lines in stage.journals.items()})
    what = rig.intended(stage.book)
    plan = stage.plan
    rig.trap = FAULTS[fault](rig, change, moment)
    with suppress(Killed, ZdmError):
        rig.apply(what, plan)
    if not rig.trap.struck:
        return "the fault never struck"
    late, before = rig.trap.late[:], [line for line in rig.journals.get(plan.id, []) if line.endswith(b"\n")]
    rig.trap = Trap()
    for act in late:
        act()
    ended = stand(rig.entries(plan.id)) if before else None
    if ended is None or ended.result != "done":
        outcome = resumed(rig, what, plan)
        if isinstance(outcome, ZdmError):
            return f"not resumed: {outcome}"
        if outcome.result != "done":
            return f"resumed and {outcome.result}: {outcome.error}"
    return _compared(rig, stage, before)


def _compared(rig: Rig, stage: Stage, before: list[bytes]) -> str:
    run = stage.plan.id
    lines = rig.journals[run]
    if lines[: len(before)] != before:
        return "a journal line is gone"
    if rig.verify(run) != len(lines):
        return "the chain does not hold"
    twice = {key: n for key, n in rig.changed.items() if n > stage.changed.get(key, 0)}
    if twice:
        return f"changed more often than undisturbed: {twice}"
    if _plain(rig.keeper.world) != _plain(stage.end):
        return f"the world differs: {_difference(rig.keeper.world, stage.end)}"
    story = tell(rig.entries(run))
    told = [(one.step, one.good) for one in story.changes]
    if story.result != "done" or sorted(told) != sorted((one.id, True) for one in stage.plan.changes):
        return f"the report says {story.result}: {told}"
    return ""


def _plain(world: World) -> Any:
    """The world without what a restart alone changes."""
    hosts = {name: replace(host, last_boot="") for name, host in world.hosts.items()}
    return replace(world, hosts=hosts, resolvers={})


def _difference(one: World, other: World) -> str:
    from dataclasses import fields  # noqa: PLC0415

    return ", ".join(
        field.name for field in fields(one) if getattr(_plain(one), field.name) != getattr(_plain(other), field.name)
    )


# --- the table of docs/reliability.md ---


def table(counts: Mapping[tuple[str, str], tuple[int, int]]) -> str:
    """Cells and losses as Markdown."""
    rows = [f"| Fault | {' | '.join(MOMENTS)} |", "|---|" + "---|" * len(MOMENTS)]
    for fault in FAULTS:
        shown = [f"{counts[fault, moment][0]} / {counts[fault, moment][1]}" for moment in MOMENTS]
        rows.append(f"| {fault} | {' | '.join(shown)} |")
    return "\n".join(rows)


def main() -> None:
    """Runs the matrix of the office `tiny` and puts its table into docs/reliability.md."""
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = list(cells("tiny", folder))
        counts = {}
        for fault in FAULTS:
            for moment in MOMENTS:
                lost_cells = [lose(stage, change, fault, moment, folder) for stage, change in found]
                counts[fault, moment] = len(found), sum(map(bool, lost_cells))
    text = DOCUMENT.read_text(encoding="utf-8")
    start, end = (text.index(mark) for mark in MARKS)
    DOCUMENT.write_text(f"{text[: start + len(MARKS[0])]}\n{table(counts)}\n{text[end:]}", encoding="utf-8")


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
MARKS = ("<!-- matrix: begins -->", "<!-- matrix: ends -->")


if __name__ == "__main__":
    main()
