"""The items of a bundle as CSV for spreadsheets. What a spreadsheet would take for a formula is made text. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from zdm_automate.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zdm_automate.report.item_rows import ItemRow

FORMULA: Final = ("=", "+", "-", "@")
HEADS: Final = (
    "item", "title", "phase", "kind", "risk", "planned minutes", "actual minutes", "state", "reason", "not before", "after",
    "how", "rollback", "gate", "who", "hosts", "first", "last", "run", "evidence",
)  # fmt: skip


def items_csv(rows: Iterable[ItemRow]) -> str:
    """All rows; UTF-8 with a byte order mark when written, for spreadsheets expect one."""
    return csv_text(HEADS, (_cells(row) for row in rows))


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV, in the form of RFC 4180."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_text(value) for value in row] for row in rows)
    return stream.getvalue()


def _cells(row: ItemRow) -> tuple[object, ...]:
    actual = "" if row.actual_seconds is None else f"{row.actual_seconds / 60:.1f}"
    planned = "" if row.planned_minutes is None else row.planned_minutes
    return (
        row.id, row.title, row.phase, row.kinds, row.risk, planned, actual, row.state, row.reason, row.not_before,
        " ".join(row.after), row.how, row.rollback, row.gate, ", ".join(row.who), ", ".join(row.hosts), row.first, row.last,
        row.run, row.evidence,
    )  # fmt: skip


def _text(value: object) -> str:
    text = clean(value)
    return f"'{text}" if text.startswith(FORMULA) else text
