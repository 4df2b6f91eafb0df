"""The retrospective: percentiles that were really taken, rework, the most frequent troubles."""

from __future__ import annotations

import csv
import io
from typing import Any

from bundle_lines import checklist
from run_lines import HOSTILE, finished, line, started

from zdm_automate.report.retrospective import durations, learn, lessons_csv, retrospective_page


def project(seconds: int, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """A project in which B-104 took so long."""
    verb = {"verb": "Set-ZdmX", "duration_ms": seconds * 100}
    return [started("B-104/1", 0), finished("B-104/1", seconds, **verb), *more]


TEN = [project(seconds) for seconds in range(10, 20)]


def test_items_and_verbs_have_their_middle_and_their_ninth() -> None:
    """Beside what the checklist planned."""
    found = learn(TEN, checklist())
    (item,) = found.items
    (verb,) = found.verbs

    assert (found.projects, item.name, item.times, item.p50, item.p90) == (10, "B-104", 10, 14.0, 18.0)
    planned = next(row.minutes for row in checklist().items if row.id == "B-104")
    assert item.planned == 60.0 * planned
    assert (verb.name, verb.p50, verb.p90) == ("Set-ZdmX", 1.4, 1.8)
    assert durations(found)["verbs"] == {"Set-ZdmX": {"times": 10, "p50": 1.4, "p90": 1.8}}


def test_what_was_changed_in_a_second_run_is_rework() -> None:
    """A second look that changed nothing is none."""
    again = [finished("B-104/1", 5, run="r2"), finished("B-105/1", 6, "already", run="r2"), finished("B-105/1", 7)]
    found = learn([project(3, *again)])

    assert [(one.name, one.rework) for one in found.items] == [("B-104", 1), ("B-105", 0)]


def test_troubles_are_counted_with_what_helped() -> None:
    """The most frequent first."""
    failed = finished("B-104/1", 2, "failed", error={"id": "ZdmLocked", "message": "in use"}, seq=4)
    once = line("check", 3, name="n", state="failed", item="B-105", seq=5)
    found = learn([[failed], [failed, once]])

    assert found.symptoms == (("ZdmLocked", 2, ""), ("check failed: n: not so", 1, ""))


def test_the_table_reads_back() -> None:
    """Items in minutes, verbs in seconds."""
    rows = list(csv.DictReader(io.StringIO(lessons_csv(learn(TEN, checklist())))))

    assert [(row["kind"], row["name"], row["p90"], row["unit"]) for row in rows] == [
        ("item", "B-104", "0.3", "minutes"),
        ("verb", "Set-ZdmX", "1.8", "seconds"),
    ]


def test_the_page_shows_it_and_obeys_nothing() -> None:
    """Plots, troubles, rework; markup of a host is text."""
    failed = finished("B-104/1", 2, "failed", error={"message": HOSTILE})
    text = retrospective_page(learn([project(5, failed, finished("B-104/1", 9, run="r2"))]))

    assert "Retrospective of 1 project<" in text
    assert 'class="most" style="width:100.0%"' in text
    assert 'class="real over"' not in text
    assert "1 time again" in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_only_a_middle_over_the_plan_is_red() -> None:
    """The ninth of ten is longer by its nature."""
    planned = next(row.minutes for row in checklist().items if row.id == "B-104")
    early, late = project(planned), project(planned)
    late[-1] = late[-1] | {"ts": "2026-03-02T09:00:00+00:00"}

    assert 'class="real over"' in retrospective_page(learn([late], checklist()))
    assert 'class="real over"' not in retrospective_page(learn([early, early, late], checklist()))


def test_no_project_has_no_lessons() -> None:
    """And a page that says so."""
    assert "No work was recorded." in retrospective_page(learn([]))
