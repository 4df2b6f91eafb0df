"""What service requests are told: rolled up per run and request, each message with a key that follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from run_lines_of_tickets import RUN, ended, requests, run_lines

from zdm_automate.ticketing.port import File, Note, Status, Task, TimeEntry
from zdm_automate.ticketing.telling import tell_end, tell_runs


def told(*lines: dict[str, Any], **more: Any) -> list[Any]:
    return list(tell_runs(lines, requests(**more), lambda run, name: Path("runs", run, name)))


def test_a_run_is_one_note_and_one_time_entry() -> None:
    """With every item in a line of its own, what went wrong, and the last hash of the journal."""
    note, time = told(*run_lines())

    assert isinstance(note, Note)
    assert note.subject == "dhcp_cutover: failed"
    assert note.text.splitlines() == [
        f"Run {RUN} by Eva: failed - in use",
        "B-104: done",
        "B-105: failed (in use)",
        f"Last line of the journal: 7, hash {'f' * 64}",
    ]
    assert isinstance(time, TimeEntry)
    assert (time.minutes, time.start) == (25, "2026-03-02T07:01:00+00:00")


def test_phases_can_have_requests_of_their_own() -> None:
    """Each is told its own items only."""
    lines = [*run_lines()[:-1], {"event": "check", "run": RUN, "seq": 6, "ts": "2026-03-02T07:30:00+00:00", "item": "B-001",
                                 "state": "ok", "name": "route"}, ended()]  # fmt: skip
    by_number = {message.ticket: message for message in told(*lines, by_phase={"B0": "900"}) if isinstance(message, Note)}

    assert sorted(by_number) == ["7", "900"]
    assert "B-001: done" in by_number["900"].text
    assert "B-104" not in by_number["900"].text


def test_the_same_lines_give_the_same_keys() -> None:
    """So nothing is told twice; a run that went on and ended again is told again."""
    first = [message.key for message in told(*run_lines())]
    more = [
        *run_lines(),
        {"event": "change.finished", "run": RUN, "seq": 8, "ts": "2026-03-02T08:00:00+00:00", "item": "B-105", "result": "ok"},
        ended(seq=9, result="done"),
    ]
    again = told(*more)

    assert [message.key for message in told(*run_lines())] == first
    assert [message.key for message in again][:2] == first
    assert [message.subject for message in again if isinstance(message, Note)] == ["dhcp_cutover: failed", "dhcp_cutover: done"]


def test_a_run_without_an_end_is_not_told_yet() -> None:
    """It is still at work, or was cut off."""
    assert told(*run_lines()[:-1]) == []


def test_time_is_cut_at_midnight() -> None:
    """Some systems take no entry over it."""
    lines = run_lines()
    for entry, moment in zip(lines, ("23:00", "23:01", "23:02", "23:30", "23:40"), strict=False):
        entry["ts"] = f"2026-03-02T{moment}:00+00:00"
    lines[5]["ts"] = "2026-03-03T00:20:00+00:00"
    times = [message for message in told(*lines) if isinstance(message, TimeEntry)]

    assert [(one.start[:16], one.end[:16], one.minutes) for one in times] == [
        ("2026-03-02T23:01", "2026-03-03T00:00", 59),
        ("2026-03-03T00:00", "2026-03-03T00:20", 20),
    ]


def test_items_are_ticked_off_only_where_it_is_asked_for() -> None:
    """Those that are done, with their title."""
    (task,) = [message for message in told(*run_lines(), ticks=True) if isinstance(message, Task)]

    assert task.title.startswith("B-104 ")
    assert task.done


def by_hand(event: str, **more: Any) -> list[dict[str, Any]]:
    start = run_lines()[0] | {"kind": "note", "playbook": ""}
    said = {"event": event, "run": RUN, "seq": 2, "ts": "2026-03-02T07:30:00+00:00", "item": "B-019", "by": "Kim", **more}
    return [start, said, ended(seq=3, result="done")]


PHOTO = {"name": "rack.jpg", "sha256": "ab" * 32, "bytes": 9}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (by_hand("item.noted", note="vendor calls back"), "B-019: noted (vendor calls back; by Kim)"),
        (by_hand("manual.skipped", reason="no licences"), "B-019: left out (no licences; by Kim)"),
        (
            by_hand("manual.signed", step="label", answers={"room": "2"}, note="blue", minutes=5.0, files=[PHOTO]),
            "B-019: signed (blue; label; room: 2; 5 min; file rack.jpg; by Kim)",
        ),
    ],
)
def test_what_people_say_is_told(lines: list[dict[str, Any]], said: str) -> None:
    """A note, what was left out and why, what was signed with form, minutes and files; always by whom."""
    note = next(message for message in told(*lines) if isinstance(message, Note))

    assert note.text.splitlines()[1] == said


def test_a_photo_goes_along() -> None:
    """To the item's request, under its name, with its hash; the same one has the same key."""
    lines = by_hand("item.noted", note="n", minutes=10, files=[PHOTO])
    (file,) = (message for message in told(*lines, by_phase={"B1": "900"}) if isinstance(message, File))
    (time,) = (message for message in told(*lines) if isinstance(message, TimeEntry))

    assert file.ticket == requests(by_phase={"B1": "900"}).of("B-019")
    assert (file.path, file.name, file.media_type) == (str(Path("runs", RUN, "rack.jpg")), "rack.jpg", "image/jpeg")
    assert file.sha256 == "ab" * 32
    assert file.text.endswith(f"SHA-256: {'ab' * 32}")
    assert file.key in {message.key for message in told(*lines, by_phase={"B1": "900"})}
    assert (time.start, time.minutes) == ("2026-03-02T07:20:00+00:00", 10)


def test_many_items_are_not_a_wall_of_text() -> None:
    """Sixty lines, then how many more."""
    lines = run_lines()
    check = {"event": "check", "run": RUN, "seq": 6, "ts": lines[1]["ts"], "state": "ok", "name": "n"}
    many = [{**check, "item": f"X-{n}"} for n in range(90)]
    (note,) = [message for message in told(*lines[:-1], *many, ended()) if isinstance(message, Note)]

    assert "and 32 more" in note.text
    assert len(note.text.splitlines()) == 63


def test_the_end_is_the_bundle_and_the_state(tmp_path: Path) -> None:
    """To every request of the project, with the digest that `verify.py` asks for."""
    bundle = tmp_path / "project.zip"
    bundle.write_bytes(b"PK")
    messages = list(tell_end(bundle, "ab" * 32, requests(by_phase={"B0": "900"}), "closed"))

    assert [type(one) for one in messages] == [File, Status, File, Status]
    assert {one.ticket for one in messages} == {"7", "900"}
    assert "ab" * 32 in messages[0].text
    assert len({one.key for one in messages}) == 4
