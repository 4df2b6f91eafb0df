"""The times of other projects: what a retrospective wrote is what planning reads, and nothing else passes for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zdm_automate.durations import Learned
from zdm_automate.errors import ProjectError
from zdm_automate.lessons import load_lessons
from zdm_automate.report.retrospective import durations, learn

RUN = {"run": "r1", "ts": "2026-03-02T12:00:00+00:00", "item": "B-104"}


def changed(number: int, seconds: float) -> dict[str, object]:
    line = {"event": "change.finished", "seq": number, "verb": "Set-ZdmDnsTtl", "result": "ok"}
    return {**RUN, **line, "duration_ms": seconds * 1000}


def test_what_a_retrospective_writes_is_read(tmp_path: Path) -> None:
    """By verb and by item, with how often it was seen; an item that nobody worked on is not there."""
    projects = [[changed(1, 2), changed(2, 4)], [changed(1, 9), {**RUN, "event": "manual.signed", "item": "B-3", "minutes": 5}]]
    path = tmp_path / "durations.json"
    path.write_text(json.dumps(durations(learn(projects))), encoding="utf-8")
    found = load_lessons(path)

    assert found.verbs == {"Set-ZdmDnsTtl": Learned(times=3, p50=4, p90=9)}
    assert found.items["B-3"] == Learned(times=1, p50=300, p90=300)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Invalid JSON"),
        ("[]", "holds no times of projects"),
        ('{"verbs": {}}', "items: Field required"),
        ('{"verbs": {"X": {"times": 5, "p50": -1, "p90": 2}}, "items": {}}', "verbs.X.p50"),
        ('{"verbs": {"X": {"times": 5, "p50": 1, "p90": NaN}}, "items": {}}', "verbs.X.p90"),
        ('{"verbs": {"X": {"times": 5, "p50": 9, "p90": 2}}, "items": {}}', "verbs.X: "),
    ],
)
def test_what_is_no_such_file_is_bad_input(tmp_path: Path, text: str, said: str) -> None:
    """With the place in it, and where such a file comes from."""
    path = tmp_path / "durations.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match="zdm retrospective") as told:
        load_lessons(path)

    assert said in str(told.value)


def test_a_file_that_is_away_is_bad_input(tmp_path: Path) -> None:
    """Not the same as none named."""
    with pytest.raises(ProjectError, match="cannot be read"):
        load_lessons(tmp_path / "nothing.json")
