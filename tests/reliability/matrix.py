"""The fault matrix: every change of a story x every fault x every moment, resumed and compared with the undisturbed run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rig import Killed, Rig, Trap, resumed
from strikes import FAULTS, MOMENTS

from zdm_automate.errors import ZdmError
from zdm_automate.lab.world.model import World
from zdm_automate.model import Change
from zdm_automate.planner import Plan
from zdm_automate.report.story import tell
from zdm_automate.standing import stand

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


Start = tuple[World, Mapping[str, tuple[bytes, ...]]]
"""The world and the journals from which a stage begins."""


def start_of(rig: Rig) -> Start:
    """As it stands now."""
    return rig.keeper.world, {run: tuple(lines) for run, lines in rig.journals.items()}


def played(rig: Rig, office: str, book: str, start: Start, planned: tuple[Any, Plan]) -> Stage:
    """Carries a plan out, undisturbed, and keeps what came of it."""
    what, plan = planned
    rig.changed.clear()
    outcome = rig.apply(what, plan)
    assert outcome.result == "done", outcome
    begin, journals = start
    return Stage(
        office=office,
        book=book,
        begin=begin,
        journals=journals,
        plan=plan,
        end=rig.keeper.world,
        changed=dict(rig.changed),
    )


@cache
def stages(office: str, folder: Path) -> tuple[Stage, ...]:
    """The story of an office, undisturbed."""
    rig = Rig(office, folder)
    made: list[Stage] = []
    for book, seconds in ({**STORIES, **NIGHTLY})[office]:
        rig.carry(seconds)
        start, planned = start_of(rig), rig.plan(book)
        if planned[1].changes:
            made.append(played(rig, office, book, start, planned))
    return tuple(made)


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
    afterwards, rig.trap = rig.trap.afterwards, Trap()
    for act in late:
        act()
    if afterwards is not None:
        afterwards()
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
