"""The troubleshooting and repair log as CSV. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zdm_automate.report.item_csv import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.trouble import Trouble

HEADS: Final = (
    "trouble", "opened", "item", "host", "symptom", "error", "tried", "cause", "fix", "settled", "minutes", "by",
    "again", "run", "line",
)  # fmt: skip


def troubles_csv(found: Iterable[Trouble]) -> str:
    """All troubles, oldest first."""
    return csv_text(
        HEADS,
        (
            (
                one.id, one.at, one.item, one.host, one.symptom, one.error_id, "; ".join(one.tried), one.cause, one.fix,
                f"{one.settled_in}:{one.settled_line}" if one.settled_in else "",
                f"{one.minutes:g}", ", ".join(one.by), one.again or "", one.run, one.line,
            )
            for one in found
        ),
    )  # fmt: skip
