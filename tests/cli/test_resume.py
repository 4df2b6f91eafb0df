"""`zdm resume`: a run that was really killed goes on where it was, in its own journal, and nothing is done twice."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.journal import read, verify
from zdm_automate.lab.state import LabFolder

LINES = 14
"""Lines of an undisturbed run of two changes and two checks; `test_every_line_is_struck` counts them."""

SERVICES = ["EventLog", "W32Time"]
pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")


def state_of(lab: LabFolder, zdm: Zdm, folder: Path) -> set[str]:
    rows = zdm("read", "NEW", "Get-ZdmService", f"Name={','.join(SERVICES)}", "-p", folder, "--json").json
    return {row["State"] for row in rows}


def planned(zdm: Zdm, project: MakeProject, lab: LabFolder) -> tuple[Path, str, str]:
    """A project with a plan of two changes, whichever way the services are now: folder, plan, wanted state."""
    folder = project("NEW", SERVICES)
    wanted = "Running" if state_of(lab, zdm, folder) == {"Stopped"} else "Stopped"
    folder = project("NEW", SERVICES, state=wanted)
    made = zdm("plan", "services", "-p", folder, "--json").json
    assert made["counts"]["would change"] == 2
    return folder, made["id"], wanted


def killed(lines: int, folder: Path, *words: str) -> int:
    command = [sys.executable, str(Path(__file__).with_name("killed_command.py")), str(lines), *words, "-p", str(folder)]
    ran = subprocess.run(command, capture_output=True, timeout=50, check=False, text=True)
    assert ran.returncode in {0, -9}, ran.stderr
    return ran.returncode


def appliers(lab: LabFolder) -> list[dict[str, Any]]:
    return [one for one in lab.calls() if one["host"] == "NEW" and one["kind"] == "applier"]


@pytest.mark.proof
@posix
@pytest.mark.parametrize("lines", range(LINES))
def test_killed_at_any_line_it_goes_on_and_nothing_is_done_twice(
    zdm: Zdm, project: MakeProject, lab: LabFolder, lines: int
) -> None:
    """Two calls of an applier in the lab's own log, one whole chain, one report with every change done."""
    folder, run, wanted = planned(zdm, project, lab)
    before = len(appliers(lab))
    assert killed(lines, folder, "apply", run) == -9

    said = zdm("status", "-p", folder).out
    resumed = zdm("resume", "-p", folder)
    journal = folder / "runs" / run / "journal.jsonl"
    entries = list(read(journal))
    good = [entry["step"] for entry in entries if entry["event"] == "change.finished" and entry["result"] in {"ok", "already"}]

    assert resumed.code == 0, resumed.err
    assert f"zdm resume {run}" in said.replace("\n", " ")
    assert state_of(lab, zdm, folder) == {wanted}
    assert len(appliers(lab)) - before == 2
    assert sorted(good) == ["B-104/1", "B-104/2"]
    assert verify(journal).lines == len(entries)
    assert entries[-1] | {"event": "run.finished", "result": "done"} == entries[-1]
    assert zdm("resume", "-p", folder).code == 2


@pytest.mark.proof
@posix
def test_every_line_is_struck(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """An undisturbed run has as many lines as the test above kills at, and one more is never reached."""
    folder, run, _ = planned(zdm, project, lab)

    assert killed(LINES + 1, folder, "apply", run) == 0
    assert verify(folder / "runs" / run / "journal.jsonl").lines == LINES


@posix
def test_a_resume_is_resumed_too(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """Killed three times at different places, done at the fourth."""
    folder, run, wanted = planned(zdm, project, lab)
    before = len(appliers(lab))
    codes = [killed(6, folder, "apply", run), killed(2, folder, "resume"), killed(7, folder, "resume", run)]
    ended = zdm("resume", "-p", folder)

    assert codes == [-9, -9, -9]
    assert ended.code == 0, ended.err
    assert state_of(lab, zdm, folder) == {wanted}
    assert len(appliers(lab)) - before == 2


def by_hand(zdm: Zdm, lab: LabFolder, mode: str, state: str) -> None:
    words = ["lab", "change", "NEW", "Set-ZdmServiceState", f"Name={SERVICES[0]}", f"StartMode={mode}", f"State={state}"]
    assert zdm(*words, "--lab", lab.path).code == 0


@posix
@pytest.mark.parametrize(
    ("lines", "code", "said"), [(7, 4, "shows neither what was there before"), (6, 3, "StartMode is Disabled, not Manual")]
)
def test_what_somebody_else_changed_is_refused(
    zdm: Zdm, project: MakeProject, lab: LabFolder, lines: int, code: int, said: str
) -> None:
    """A third value: of a change that was begun nobody can tell, one that was not is refused; nothing is called."""
    (now,) = state_of(lab, zdm, project("NEW", SERVICES))
    by_hand(zdm, lab, "Auto", now)
    folder, run, _ = planned(zdm, project, lab)
    assert killed(lines, folder, "apply", run) == -9
    by_hand(zdm, lab, "Disabled", "Stopped")
    before = len(appliers(lab))
    refused = zdm("resume", "-p", folder)
    by_hand(zdm, lab, "Manual", now)

    assert refused.code == code
    assert SERVICES[0] in refused.err
    assert said in refused.err
    assert len(appliers(lab)) == before + 1


def test_nothing_to_resume_is_bad_input(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """No run has stopped; a run that is done is refused with its own sentence."""
    folder, run, _ = planned(zdm, project, lab)
    assert zdm("resume", "-p", folder).code == 2
    zdm("apply", run, "-p", folder)

    assert "no run has stopped" in zdm("resume", "-p", folder).err
    refused = zdm("resume", run, "-p", folder)
    assert (refused.code, "is done" in refused.err) == (3, True)


def test_the_status_says_what_is_known_and_what_to_type(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """One sentence per open change, also for programs."""
    folder, run, _ = planned(zdm, project, lab)
    zdm("lab", "fault", "NEW", "401", "--count", "40", "--skip", "11", "--lab", lab.path)
    ran = zdm("apply", run, "-p", folder)
    zdm("lab", "fault", "NEW", "none", "--lab", lab.path)
    sentences = zdm("status", "-p", folder, "--json").json["open"]

    assert ran.code == 4
    assert ["nobody knows how it ended" in sentence for sentence in sentences] == [True]
    assert [f"zdm resume {run}" in sentence for sentence in sentences] == [True]
    assert zdm("resume", "-p", folder).code == 0
    assert json.loads((folder / "runs" / run / "journal.jsonl").read_bytes().splitlines()[-1])["result"] == "done"


def test_a_resume_that_ends_well_settles_the_trouble(zdm: Zdm, project: MakeProject, lab: LabFolder) -> None:
    """A host that stopped answering opened it; nobody has to close what the resume has done."""
    folder, run, _ = planned(zdm, project, lab)
    zdm("lab", "fault", "NEW", "401", "--count", "40", "--skip", "11", "--lab", lab.path)
    failed = zdm("apply", run, "-p", folder)
    before = zdm("trl", "list", "-p", folder, "--json").json
    zdm("lab", "fault", "NEW", "none", "--lab", lab.path)
    resumed = zdm("resume", "-p", folder)
    after = zdm("trl", "list", "-p", folder, "--json").json

    assert failed.code != 0
    assert resumed.code == 0, resumed.err
    assert [one["open"] for one in before] == [True]
    assert (after[0]["id"], after[0]["settled_in"]) == (before[0]["id"], run)
    assert not any(one["open"] for one in after)


def test_a_second_run_in_the_domain_is_told_who_is_at_work(
    zdm: Zdm, project: MakeProject, lab: LabFolder, tmp_path: Path
) -> None:
    """Another project on the same lab is refused with user, computer, process and command; the first one is not disturbed."""
    folder, run, wanted = planned(zdm, project, lab)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / "runs").mkdir(exist_ok=True)
    zdm("lab", "fault", "NEW", "delay", "--action", "Command", "--count", 60, "--seconds", 0.4, "--lab", lab.path)
    command = [sys.executable, "-m", "zdm_automate.cli", "apply", run, "-p", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as first:
        journal = folder / "runs" / run / "journal.jsonl"
        end = time.monotonic() + 30
        while time.monotonic() < end and not (journal.exists() and b'"lock.taken"' in journal.read_bytes()):
            time.sleep(0.02)
        second = zdm("apply", run, "-p", other)
        again = zdm("apply", run, "-p", folder)
        _, said = first.communicate(timeout=50)
    zdm("lab", "fault", "NEW", "none", "--lab", lab.path)

    assert first.returncode == 0, said
    assert second.code == 3
    assert f"the domain tiny.example.org is held by Alex on {platform.node()} (process {first.pid}" in second.err
    assert again.code == 3
    assert state_of(lab, zdm, folder) == {wanted}
    (taken,) = next(entry["locks"] for entry in read(journal) if entry["event"] == "lock.taken")
    assert (taken["domain"], taken["holder"]["pid"]) == ("tiny.example.org", first.pid)
