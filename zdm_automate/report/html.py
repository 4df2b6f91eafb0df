"""The report of a run: one HTML file that needs nothing else. It reads a journal and shows it; it adds nothing to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jinja2

from zdm_automate.errors import JournalAlteredError
from zdm_automate.journal import read, verify
from zdm_automate.model import Preview
from zdm_automate.report import words
from zdm_automate.report.story import Seal, Story, tell

if TYPE_CHECKING:
    from pathlib import Path

TONES = {
    "done": "good",
    "ok": "good",
    "already": "good",
    "signed": "good",
    Preview.SAME: "good",
    "failed": "bad",
    "unknown": "bad",
    "no outcome": "bad",
    Preview.UNKNOWN: "bad",
    "open": "warn",
    "interrupted": "warn",
    Preview.CHANGE: "warn",
    "waiting": "wait",
    "not yet": "wait",
    Preview.WAIT: "wait",
    "manual open": "hand",
    Preview.MANUAL: "hand",
}
"""One colour for one meaning; the word always stands beside it."""


def render(story: Story, seal: Seal, client: str = "") -> str:
    """The report of a run as HTML text. Everything that came from a host is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("zdm_automate.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        plain=words.plain, moment=words.moment, clock=words.clock, lasted=words.lasted, clean=words.clean
    )
    environment.globals.update(call=words.arguments, count=words.count, tone=lambda word: TONES.get(str(word), "warn"))
    return environment.get_template("report.html.j2").render(story=story, seal=seal, client=client, counts=_counts(story))


def _counts(story: Story) -> dict[str, int]:
    planned = [row for item in story.items for row in item.planned]
    return {
        "made": sum(change.changed for change in story.changes),
        "already": sum(change.good and not change.changed for change in story.changes),
        "trouble": len(story.trouble),
        "same": sum(row.preview == Preview.SAME for row in planned),
        "hand": sum(len(item.unsigned) for item in story.items),
        "waits": sum(len(item.waits) for item in story.items),
        "checks_ok": sum(check.state == "ok" for check in story.checks),
        "checks": len(story.checks),
    }


def write_report(run_folder: Path, client: str = "") -> Path:
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
    half.write_text(render(tell(entries), seal, client), encoding="utf-8")
    half.replace(path)
    return path
