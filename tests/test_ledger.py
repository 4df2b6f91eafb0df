"""The register of temporaries: with due dates, overdue ones marked, and put off to the end of the golden hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.facts.store import put
from zdm_automate.ledger import due_at, open_temporaries, project_facts
from zdm_automate.runner import effect_fields

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def entry(target: str, hours_ago: float, due_hours: int = 24) -> Temporary:
    since = NOW - timedelta(hours=hours_ago)
    return Temporary(
        role="old", verb="Set-ZdmDnsTtl", target=target, field="TtlSeconds", old_value=3600, new_value=300,
        since_utc=since.isoformat(), due_item="B-191", inverse="Set-ZdmDnsTtl -TtlSeconds 3600", due_hours=due_hours,
    )  # fmt: skip


def test_what_is_overdue_is_marked_and_stands_first() -> None:
    """A day and an hour ago, with a day to go: overdue."""
    register = open_temporaries([entry("young", 1), entry("old", 25)], NOW)

    assert [(one.target, one.overdue) for one in register] == [("old", True), ("young", False)]
    assert register[0].due_utc == "2026-03-07T19:00:00+00:00"
    assert register[0].inverse == "Set-ZdmDnsTtl -TtlSeconds 3600"


def test_golden_hours_to_come_put_it_off() -> None:
    """What was lowered days ahead is due a day after the golden hours, not a day after it was lowered."""
    end = NOW + timedelta(days=2)

    assert due_at(entry("x", 100), end) == end + timedelta(hours=24)
    assert due_at(entry("x", 1), NOW - timedelta(days=9)) == NOW + timedelta(hours=23)


@given(ago=st.floats(min_value=0, max_value=1e4), hours=st.integers(min_value=0, max_value=1000), end=st.integers(-1000, 1000))
def test_golden_hours_never_make_it_due_earlier(ago: float, hours: int, end: int) -> None:
    """Whenever they end."""
    made = entry("x", ago, hours)

    assert due_at(made, NOW + timedelta(hours=end)) >= due_at(made)


def test_an_entry_of_an_older_journal_is_still_read() -> None:
    """Without inverse and due date it is due a day after it was made."""
    effect = effect_fields(put(PROJECT, entry("x", 1)))
    for name in ("Inverse", "DueHours"):
        del effect["body"][name]
    (found,) = project_facts([{"event": "change.finished", "result": "ok", "ts": NOW.isoformat(), "ledger": [effect]}])

    assert isinstance(found, Temporary)
    assert due_at(found) == NOW + timedelta(hours=24)
