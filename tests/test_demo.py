"""The demo: a whole migration typed at the command line, and the same again without a change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journals_alike import journals, plans
from zdm_automate.demo.profiles import pieces_are_there, run_that_moved, starts
from zdm_automate.demo.stage import DemoFailedError


def play(folder: Path, office: str, *words: str) -> str:
    """Plays the demo to its end; gives what it showed."""
    command = [sys.executable, "-m", "zdm_automate.demo", office, "--folder", str(folder), *words]
    ran = subprocess.run(
        command,
        env=os.environ | {"COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1100,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
    return ran.stdout


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("office", ["tiny", "smallbiz"])
def test_the_second_demo_changes_nothing(tmp_path: Path, office: str) -> None:
    """The first cuts DNS and DHCP over; from that state every row of both plans says no change."""
    first = play(tmp_path, office)
    second = play(tmp_path, office)

    assert "Done: 0 changes" not in first
    assert "Result: done" in first
    assert "Done: 0 changes in this run" in second
    assert second.count("No change: all is as wanted.") == 2
    assert "would change" not in second
    assert (tmp_path / office / "project.yaml").exists()
    assert list((tmp_path / office / "runs").glob("*/report.html"))


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.pwsh
@pytest.mark.timeout(1200)
def test_both_engines_leave_the_same_evidence(tmp_path: Path) -> None:
    """The scripts themselves and their twins: the same plans row by row, the same journals field by field."""
    for engine in ("sim", "pwsh"):
        play(tmp_path / engine, "tiny", "--engine", engine)
    modelled, real = (dict(enumerate(journals(tmp_path / engine / "tiny"))) for engine in ("sim", "pwsh"))

    assert plans(tmp_path / "pwsh" / "tiny") == plans(tmp_path / "sim" / "tiny")
    assert [kind for kind, _ in real.values()] == [kind for kind, _ in modelled.values()]
    for number, (kind, lines) in modelled.items():
        assert real[number][1] == lines, kind
    assert sum(len(lines) for _, lines in real.values()) > 100


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_mail_demo_ends_with_everybody_moved_but_the_one_refused(tmp_path: Path) -> None:
    """In the smallest office: a stall, two losses accepted and one refused, completion in the window, no script sent."""
    told = play(tmp_path, "mailtiny", "--demo", "mail")

    assert "content index" in " ".join(told.split())
    assert "is not begun: the golden hours begin at" in " ".join(told.split())
    assert "scripts: 0, open: 0." in told
    assert "Done: 12 reports of moves kept" in told


def test_only_the_hosts_on_which_a_plan_starts_jobs_are_followed() -> None:
    """By role, each once; what else a plan does needs no look at jobs."""
    changes = [("pc02", "Start-ZdmJob"), ("pc01", "Start-ZdmJob"), ("pc01", "Start-ZdmJob"), ("nb01", "New-ZdmUserStateRule")]
    made = [{"change": {"call": {"role": role, "verb": verb}}} for role, verb in changes]
    plan = {"items": [{"rows": [*made, {"change": None}]}]}

    assert starts(plan) == ["pc01", "pc02"]


def test_pieces_are_there_once_each_is_set_aside_and_copied() -> None:
    """Not while one is on its way, and not in a plan that knows of none."""

    def told(*rows: tuple[str, str, str]) -> bool:
        made = [{"item": item, "text": text, "preview": preview} for item, text, preview in rows]
        return pieces_are_there({"items": [{"rows": made}]})

    aside = ("B-173i", r"desktop of DESKS\emma", "no change")
    elsewhere = ("B-173e", "restore of PC01", "waits")

    assert told(aside, ("B-173j", r"desktop of DESKS\emma", "no change"), elsewhere)
    assert not told(aside, ("B-173j", r"desktop of DESKS\emma", "waits"))
    assert not told(("B-173i", "nothing to do", "no change"))


def test_the_run_that_put_a_backup_in_its_place_is_found(tmp_path: Path) -> None:
    """By what it did, not by what it would have done to take something back."""
    made = {"verb": "New-ZdmFolder", "inverse": {"verb": "Move-ZdmFolder"}}
    for name, lines in (("1", [made]), ("2", [{"event": "run.started"}, {"verb": "Move-ZdmFolder"}]), ("3", [made])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert run_that_moved(tmp_path) == "2"
    with pytest.raises(DemoFailedError, match="no folder was set aside"):
        run_that_moved(tmp_path / "1")


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_demo_that_begins_anew_is_played_twice(tmp_path: Path) -> None:
    """The second play finds the first one's folder, empties it, and tells the same to its end."""
    told = [play(tmp_path, "mailtiny", "--demo", "mail") for _ in range(2)]

    assert ["Done: 12 reports of moves kept" in one for one in told] == [True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("demo", "office", "closing"),
    [
        ("shares", "files", "Done: people work on the new server; the old shares are frozen and stay for a month."),
        ("shares", "sbsfiles", "Done: people work on the new server; the old shares are frozen and stay for a month."),
        ("profiles", "desks", "Done. Reports:"),
        ("rehearsal", "tiny", "rehearsed again, judged, taken away."),
    ],
)
def test_a_demo_plays_to_its_end(tmp_path: Path, demo: str, office: str, closing: str) -> None:
    """With a controller that is killed in the middle where the work is long, and goes on from what its jobs have done."""
    told = play(tmp_path, office, "--demo", demo)

    assert closing in told
    assert "Traceback" not in told
