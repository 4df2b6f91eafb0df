"""The rows of the items: planned against actual, state, who; and the CSV of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bundle_lines import checklist, write_run
from run_lines import begin, finished, item, line, planned, started

from zdm_automate.journal import read
from zdm_automate.report.bundle_page import by_item, by_phase
from zdm_automate.report.item_csv import HEADS, items_csv
from zdm_automate.report.item_rows import UNLISTED, ItemRow, item_rows, time_spent


def row(name: str, planned_minutes: int | None = 10, actual: float | None = 60.0, phase: str = "P") -> ItemRow:
    return ItemRow(id=name, title=name, phase=phase, state="done", planned_minutes=planned_minutes, actual_seconds=actual)


def test_every_row_of_the_checklist_is_there_with_its_time(tmp_path: Path) -> None:
    """Also the ones that nothing is known of."""
    rows = {one.id: one for one in item_rows(checklist(), list(read(write_run(tmp_path))))}

    assert len(rows) == len(checklist().items)
    assert (rows["B-105"].state, rows["B-105"].actual_seconds, rows["B-105"].who) == ("failed", 60.0, ("Eva",))
    assert rows["B-104"].actual_seconds == 60.0 + 12 * 60
    assert rows["B-104"].hosts == ("SBS", "PC01")
    assert (rows["B-001"].actual_seconds, rows["B-001"].planned_minutes) == (None, 10)


def test_what_no_checklist_names_is_a_row_too() -> None:
    """Nothing that was done is missing."""
    lines = [begin(item("X-1", planned("would change", "x"))), started("X-1/1", 1), finished("X-1/1", 9)]
    (*_, last) = item_rows(checklist(), lines)

    assert (last.id, last.phase, last.state, last.actual_seconds) == ("X-1", UNLISTED, "done", 8.0)


def test_time_adds_up_over_runs_and_people() -> None:
    """The span in each run, not the days between them; and the minutes that were signed for."""
    again = [
        entry | {"run": "r2", "ts": entry["ts"].replace("03-02", "03-09")}
        for entry in (started("B-1/1", 5), finished("B-1/1", 9))
    ]
    signed = line("manual.signed", 10, item="B-1", step="s", minutes=2.5)

    assert time_spent([started("B-1/1", 1), finished("B-1/1", 4), *again, signed]) == {"B-1": 3.0 + 4.0 + 150.0}


def test_a_chart_shows_what_was_worked_on() -> None:
    """Phases as sums, items by how far off they were; shares are of the longest bar."""
    rows = (row("B-1"), row("B-2", 30, 3600.0), row("B-3", 5, None), row("B-4", None, 60.0, "Q"))

    assert [(bar.label, bar.planned, bar.actual) for bar in by_phase(rows)] == [("P", 40.0, 61.0), ("Q", 0.0, 1.0)]
    assert [(bar.label, bar.planned_share, bar.actual_share) for bar in by_item(rows)] == [
        ("B-2", "50.0", "100.0"),
        ("B-1", "16.7", "1.7"),
    ]
    assert by_phase(()) == ()


def test_the_csv_reads_back() -> None:
    """Every column under its head; a formula is text; a line break stays in its cell."""
    text = items_csv([row("=cmd|' /C calc'!A0"), row("B-2", None, None)])
    rows = list(csv.DictReader(io.StringIO(text)))

    assert tuple(rows[0]) == HEADS
    assert rows[0]["item"] == "'=cmd|' /C calc'!A0"
    assert (rows[0]["planned minutes"], rows[0]["actual minutes"]) == ("10", "1.0")
    assert (rows[1]["planned minutes"], rows[1]["actual minutes"]) == ("", "")
    assert text.count("\r\n") == 3
