"""What many projects teach: planned against actual by item, how long verbs take, what fails most, what was done twice. Pure.

Percentiles are by nearest rank, so each is a time that was really taken. Of rehearsals and real projects it makes no
difference: the caller decides which journals it gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.durations import HALF, MOST, percentile, seconds_by_verb
from zdm_automate.report import words
from zdm_automate.report.html import page_environment
from zdm_automate.report.item_csv import csv_text
from zdm_automate.report.item_rows import time_spent
from zdm_automate.trouble import troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zdm_automate.checklist import Checklist

LARGEST: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One item, or one verb, over all projects; `planned` is in seconds, None where no checklist says it."""

    name: str
    title: str
    times: int
    p50: float
    p90: float
    planned: float | None = None
    rework: int = 0

    @property
    def overrun(self) -> float:
        """By how many seconds the middle one was over the plan."""
        return self.p50 - self.planned if self.planned else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrospective:
    """All lessons; `symptoms` are the most frequent troubles with how often they came and what helped."""

    projects: int
    items: tuple[Lesson, ...]
    verbs: tuple[Lesson, ...]
    symptoms: tuple[tuple[str, int, str], ...]


def learn(projects: Sequence[Sequence[Mapping[str, Any]]], checklist: Checklist | None = None) -> Retrospective:
    """The lessons of these projects, each given as its journal lines."""
    known = {row.id: row for row in checklist.items} if checklist else {}
    spent: dict[str, list[float]] = {}
    rework: dict[str, int] = {}
    verbs: dict[str, list[float]] = {}
    for lines in projects:
        for item, took in time_spent(lines).items():
            spent.setdefault(item, []).append(took)
        for item, number in _again(lines).items():
            rework[item] = rework.get(item, 0) + number
        for verb, seconds in seconds_by_verb(lines).items():
            verbs.setdefault(verb, []).extend(seconds)
    items = []
    for item in sorted({*spent, *rework}):
        row = known.get(item)
        planned = 60.0 * row.minutes if row and row.minutes else None
        lesson = _lesson(item, row.title if row else "", spent.get(item, []), planned=planned, rework=rework.get(item, 0))
        items.append(lesson)
    return Retrospective(
        projects=len(projects),
        items=tuple(items),
        verbs=tuple(_lesson(verb, "", seconds) for verb, seconds in sorted(verbs.items())),
        symptoms=_symptoms(projects),
    )


def _lesson(name: str, title: str, seconds: Sequence[float], *, planned: float | None = None, rework: int = 0) -> Lesson:
    return Lesson(
        name=name,
        title=title,
        times=len(seconds),
        p50=percentile(seconds, HALF),
        p90=percentile(seconds, MOST),
        planned=planned,
        rework=rework,
    )


def _again(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """In how many runs more than the first an item was changed."""
    runs: dict[str, set[str]] = {}
    for entry in lines:
        if entry.get("event") == "change.finished" and entry.get("result") != "already":
            runs.setdefault(str(entry.get("item")), set()).add(str(entry.get("run")))
    return {item: len(seen) - 1 for item, seen in runs.items() if len(seen) > 1}


def _symptoms(projects: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[tuple[str, int, str], ...]:
    counts: dict[str, int] = {}
    fixes: dict[str, str] = {}
    for lines in projects:
        for one in troubles(lines):
            name = one.error_id or one.symptom
            counts[name] = counts.get(name, 0) + 1 + one.again
            fixes[name] = one.fix or fixes.get(name, "")
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LARGEST]
    return tuple((name, number, fixes[name]) for name, number in ordered)


def lessons_csv(found: Retrospective) -> str:
    """The lessons of items and verbs as CSV; times in minutes for items, in seconds for verbs."""
    heads = ("kind", "name", "title", "times", "planned", "p50", "p90", "unit", "rework")
    rows = [("item", 60.0, "minutes", one) for one in found.items] + [("verb", 1.0, "seconds", one) for one in found.verbs]
    return csv_text(
        heads,
        (
            (
                kind, one.name, one.title, one.times, "" if one.planned is None else f"{one.planned / unit:g}",
                f"{one.p50 / unit:.1f}", f"{one.p90 / unit:.1f}", word, one.rework or "",
            )
            for kind, unit, word, one in rows
        ),
    )  # fmt: skip


def durations(found: Retrospective) -> dict[str, Any]:
    """Seconds by verb and by item, for whoever plans by measured times."""
    return {
        "verbs": {one.name: {"times": one.times, "p50": one.p50, "p90": one.p90} for one in found.verbs},
        "items": {one.name: {"times": one.times, "p50": one.p50, "p90": one.p90} for one in found.items},
    }


def retrospective_page(found: Retrospective) -> str:
    """The page as HTML text, with plots."""
    items = sorted((one for one in found.items if one.times), key=lambda one: (-abs(one.overrun), one.name))[:LARGEST]
    longest = max((max(one.p90, one.planned or 0.0) for one in items), default=0.0)
    return (
        page_environment()
        .get_template("retrospective.html.j2")
        .render(
            found=found,
            items=items,
            share=lambda seconds: f"{100 * (seconds or 0.0) / longest:.1f}" if longest else "0",
            shown=lambda seconds: words.lasted(None if seconds is None else 1000 * seconds),
            again=[one for one in found.items if one.rework],
        )
    )
