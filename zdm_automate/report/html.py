"""The report of a run: one HTML file that needs nothing else. It reads a journal and shows it; it adds nothing to it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jinja2

from zdm_automate.errors import JournalAlteredError
from zdm_automate.journal import read, verify
from zdm_automate.model import CheckState, Preview, Risk
from zdm_automate.progress import State
from zdm_automate.report import words
from zdm_automate.report.excerpt import excerpts
from zdm_automate.report.item_table import LINK, TAG, Column, Table, script, script_hash
from zdm_automate.report.story import Seal, Story, tell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zdm_automate.ledger import Open
    from zdm_automate.progress import RowState
    from zdm_automate.report.item_story import ItemStory, PlannedStory

TONES = {
    "done": "good",
    "ok": "good",
    "already": "good",
    "signed": "good",
    Preview.SAME: "none",
    "failed": "bad",
    "unknown": "bad",
    "no outcome": "bad",
    Preview.UNKNOWN: "bad",
    "open": "warn",
    "interrupted": "warn",
    "refused": "warn",
    "true": "good",
    "false": "bad",
    Preview.CHANGE: "warn",
    "waiting": "wait",
    "not yet": "wait",
    Preview.WAIT: "wait",
    "manual open": "hand",
    "skipped": "none",
    Preview.MANUAL: "hand",
}
"""One colour for one meaning; the word always stands beside it."""

RISKS = {Risk.LOW: "low", Risk.MEDIUM: "medium", Risk.HIGH: "high", Risk.NO_RETURN: "no way back"}
KINDS = {
    "verify": "verification",
    "sign": "signature",
    "undo": "taken back",
    "gate": "gate",
    "approve": "approval",
    "override": "override",
}


SHOWN: Final = 500
"""So many rows a list of the report has at the most."""

COLUMNS: Final = (
    Column(head="Item", kind=LINK, searched=True),
    Column(head="What", searched=True),
    Column(head="Risk", label="risk", filter="Risk"),
    Column(head="Changes", label="changes"),
    Column(head="Checks", label="checks good"),
    Column(head="State", kind=TAG, filter="State"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of the report."""

    value: str
    text: str
    tone: str = ""


def render(story: Story, seal: Seal, *, client: str = "", rows: Sequence[RowState] = (), register: Sequence[Open] = ()) -> str:
    """The report of a run as HTML text, with the checklist's rows that it is about. Everything from a host is escaped."""
    environment = page_environment()
    parts = excerpts(story.items)
    full = frozenset(part.item.id for part in parts)
    touched = {name for item in story.items for name in (item.id, *item.also)}
    return environment.get_template("report.html.j2").render(
        story=story,
        parts=parts,
        full=full,
        table=_table(story.items, full) if len(full) < len(story.items) else None,
        script=script(),
        script_hash=script_hash(),
        SHOWN=SHOWN,
        seal=seal,
        client=client,
        heading=_heading(story),
        figures=tuple(_figures(story)),
        planned=_planned(story),
        left=tuple(_left(story)),
        rows=rows,
        register=register,
        gates=[one for one in story.entries if one.get("event") == "gate.judged"],
        concerned=[one for one in rows if one.item.id in touched],
        done=sum(one.state is State.DONE for one in rows),
    )


def page_environment() -> jinja2.Environment:
    """The templates, with the words that all pages share. Everything is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("zdm_automate.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        plain=words.plain, moment=words.moment, clock=words.clock, lasted=words.lasted, clean=words.clean, skew=_skew
    )
    environment.globals.update(
        call=words.arguments, count=words.count, sign=_sign, risks=RISKS, tone=lambda word: TONES.get(str(word), "warn")
    )
    return environment


def _table(items: Iterable[ItemStory], full: Collection[str]) -> Table:
    """Every item in a line, for a run that has more of them than stand in full."""
    risks: Mapping[str, str] = {str(risk): word for risk, word in RISKS.items()}
    cells = [
        (
            words.clean(item.id), words.clean(item.title), words.clean(risks.get(item.risk, item.risk)),
            sum(change.changed for change in item.changes) or None, _good_checks(item), item.state,
            TONES.get(item.state, "warn"), "full" if item.id in full else "",
        )
        for item in items
    ]  # fmt: skip
    return Table(columns=COLUMNS, rows=cells, address=("#", 0), more="journal.jsonl has all.")


def _good_checks(item: ItemStory) -> str:
    good = sum(check.state == CheckState.OK for check in item.checks)
    return f"{good} of {len(item.checks)}" if item.checks else ""


def _heading(story: Story) -> str:
    kind = KINDS.get(story.kind, "")
    return words.clean(": ".join(part for part in (story.playbook, kind) if part) or story.kind or "Run")


def _figures(story: Story) -> Iterator[Figure]:
    planned = [row for item in story.items for row in item.planned]
    already = sum(change.good and not change.changed for change in story.changes)
    yield Figure(str(sum(change.changed for change in story.changes)), "changes made")
    yield Figure(str(already + sum(row.preview == Preview.SAME for row in planned)), "already as wanted")
    if story.trouble:
        yield Figure(str(len(story.trouble)), "failed or unknown", "bad")
    if story.checks:
        good = sum(check.state == "ok" for check in story.checks)
        failed = any(check.state == "failed" for check in story.checks)
        yield Figure(f"{good} of {len(story.checks)}", "checks good", "bad" if failed else "")
    for preview, text, tone in (
        (Preview.MANUAL, "by hand, not signed", "hand"),
        (Preview.WAIT, "waiting", "wait"),
        (Preview.UNKNOWN, "cannot be predicted", "bad"),
        (Preview.CHANGE, "not reached", "bad"),
    ):
        number = sum(row.preview == preview for _, row in _left(story))
        if number:
            yield Figure(str(number), text, tone)


def _planned(story: Story) -> str:
    """How many rows of the plan said what."""
    said = [row.preview for item in story.items for row in item.planned]
    return ", ".join(f"{said.count(kind)} {kind}" for kind in Preview if kind in said)


def _left(story: Story) -> Iterator[tuple[ItemStory, PlannedStory]]:
    """What the plan named and the run did not do: by hand and unsigned, waiting, not predicted, not reached."""
    for item in story.items:
        for row, change in item.rows:
            if row is None or change is not None or row.preview == Preview.SAME:
                continue
            if row.preview != Preview.MANUAL or row in item.unsigned:
                yield item, row


def _sign(item: str, row: PlannedStory) -> str:
    """The command with which a step by hand is signed."""
    answers = " ".join(f"--answer {shlex.quote(f'{words.clean(field)}=...')}" for field in row.form)
    return f"zdm checklist sign {words.clean(item)} {words.clean(row.by_hand)} {answers}".strip()


def _skew(seconds: float) -> str:
    """By how much a host's clock differs from the controller's, in words."""
    if abs(seconds) < 1:
        return "exact"
    return f"{abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}"


def write_report(run_folder: Path, client: str = "", rows: Sequence[RowState] = (), register: Sequence[Open] = ()) -> Path:
    """Writes `report.html` beside the journal of a run; an altered journal is reported as altered, not hidden."""
    journal = run_folder / "journal.jsonl"
    try:
        found = verify(journal)
        seal = Seal(lines=found.lines, head=found.head)
    except JournalAlteredError as problem:
        seal = Seal(lines=0, head="", problem=problem.message)
    entries: list[dict[str, Any]] = []
    try:
        entries.extend(read(journal))
    except JournalAlteredError as problem:
        seal = Seal(lines=len(entries), head="", problem=problem.message)
    path = run_folder / "report.html"
    half = path.with_suffix(".part")
    half.write_text(render(tell(entries), seal, client=client, rows=rows, register=register), encoding="utf-8")
    half.replace(path)
    return path
