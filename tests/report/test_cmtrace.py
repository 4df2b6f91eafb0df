"""The CMTrace log, read by a parser of the test's own after the form that the viewers document."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bundle_lines import write_run
from hypothesis import given
from hypothesis import strategies as st
from run_lines import HOSTILE

from zdm_automate.journal import read
from zdm_automate.report.cmtrace import LONGEST, cmtrace, severity

ATTRIBUTES = ("time", "date", "component", "context", "type", "thread", "file")


def parsed(text: str) -> list[dict[str, str]]:
    """A log's lines by attribute, with the message.

    The form: `<![LOG[message]LOG]!>` and then `<time="H:M:S.mmm+bias" date="M-D-Y" component=".." context=".." type="1..3"
    thread="number" file="..">`, one line each. Raises where a line has another form.
    """
    found = []
    at = 0
    while at < len(text):
        assert text.startswith("<![LOG[", at), text[at : at + 80]
        end = text.index("]LOG]!><", at)
        close = text.index(">", end + len("]LOG]!><"))
        row = {"message": text[at + len("<![LOG[") : end]}
        rest = text[end + len("]LOG]!><") : close]
        for name in ATTRIBUTES:
            head = f'{name}="'
            assert rest.startswith(head), (name, rest)
            stop = rest.index('"', len(head))
            row[name] = rest[len(head) : stop]
            rest = rest[stop + 1 :].removeprefix(" ")
        assert rest == "", rest
        clock, bias = re.fullmatch(r"(\d\d:\d\d:\d\d\.\d{3})([+-]\d{3})", row["time"]).groups()  # type: ignore[union-attr]
        assert bias == "+000"
        row["at"] = datetime.strptime(f"{row['date']} {clock}", "%m-%d-%Y %H:%M:%S.%f").isoformat()  # noqa: DTZ007 - bias above
        assert row["type"] in {"1", "2", "3"}
        assert row["thread"].isdigit()
        assert text.startswith("\r\n", close + 1), text[close : close + 4]
        found.append(row)
        at = close + 3
    return found


def test_every_line_of_a_journal_is_a_line_of_the_log(tmp_path: Path) -> None:
    """With its moment, host, operator, number and weight."""
    entries = list(read(write_run(tmp_path)))
    rows = parsed("".join(cmtrace(entries)))

    assert [row["thread"] for row in rows] == [str(entry["seq"]) for entry in entries]
    assert [f"{row['at']}+00:00" for row in rows[:2]] == ["2026-03-02T12:00:00+00:00", "2026-03-02T12:00:30+00:00"]
    assert [row["type"] for row in rows] == ["1", "1", "1", "1", "1", "1", "3", "1", "1", "3"]
    assert rows[2]["component"] == "SBS"
    assert {row["context"] for row in rows} == {"Eva", "Kim"}


def test_it_is_ascii_whatever_a_host_sends(tmp_path: Path) -> None:
    """Umlauts become escapes; what could act on a terminal is a visible sign."""
    text = "".join(cmtrace(read(write_run(tmp_path, host="SBS\u00e4\u202e"))))

    assert text.isascii()
    assert "\\xfcber DC1" in text
    assert "SBS\\xe4(U+202E)" in text
    assert "\x1b" not in text


def test_a_message_cannot_end_itself() -> None:
    """A host that sends the closing sign writes no line of its own."""
    forged = 'x]LOG]!><time="00:00:00.000+000" date="01-01-2026"\r\n<![LOG[ok'
    (row,) = parsed("".join(cmtrace([{"event": "check", "seq": 1, "ts": "2026-03-02T07:00:00+00:00", "value": forged}])))

    assert "]LOG] !>" in row["message"]


def test_a_message_without_end_is_cut_and_says_so() -> None:
    """Viewers cut it anyway."""
    (row,) = parsed("".join(cmtrace([{"event": "x", "ts": "", "value": "a" * 10_000}])))

    assert row["message"].endswith("(cut; the journal has the whole line)")
    assert len(row["message"]) < LONGEST + 100


@pytest.mark.parametrize(
    ("entry", "weight"),
    [
        ({"event": "check", "state": "failed"}, 3),
        ({"event": "host.failed"}, 3),
        ({"event": "item.verified", "ok": False}, 3),
        ({"event": "change.finished", "result": "unknown"}, 3),
        ({"event": "check", "state": "not yet"}, 2),
        ({"event": "change.finished", "result": "ok", "warnings": ["w"]}, 2),
        ({"event": "change.finished", "result": "ok"}, 1),
    ],
)
def test_the_weight_of_a_line(entry: dict[str, Any], weight: int) -> None:
    """Red, yellow, or nothing."""
    assert severity(entry) == weight


FIELDS = st.dictionaries(st.sampled_from(["item", "host", "value", "by", "error", "operator"]), st.text(), max_size=6)


@given(st.lists(FIELDS.map(lambda fields: {**fields, "error": {"message": fields.get("error", "")}}), max_size=4))
def test_whatever_is_in_a_journal_parses(entries: list[dict[str, Any]]) -> None:
    """Any text in any field."""
    lines = [{"event": HOSTILE, "seq": 1, "ts": "2026-03-02T07:00:00.123+00:00", "run": "r", **entry} for entry in entries]
    text = "".join(cmtrace(lines))

    assert len(parsed(text)) == len(lines)
    assert text.isascii()
