"""A lab on a Hyper-V host by the command line: planned, built, kept, set back and taken away over a real wire."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hyperv_story import ELSEWHERE, SEAT, SWITCH, refused, save_started, topology_for
from office_story import Story, documented, named

from zdm_automate.cli.__main__ import main
from zdm_automate.lab.state import LabFolder
from zdm_automate.topology import read_topology, schema

Start = Callable[[str], Story]
LABS = Path(__file__).resolve().parents[2] / "labs" / "hyperv"
KILLED = Path(__file__).resolve().parents[1] / "cli" / "killed_command.py"
LINES = range(2, 28, 3) if os.environ.get("ZDM_PROFILE") == "nightly" else (17,)
"""Lines of a journal after which build and removal are killed; both have some more. Each step: `tests/reliability`."""


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_lab_is_built_kept_set_back_and_taken_away(story: Start, tmp_path: Path) -> None:
    """What the commands say and leave: no power while the client answers, checkpoints of all machines, and a host as it was."""
    workshop = story(str(LABS / "workshop.yaml"))
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", workshop.project)

    planned = workshop.ok("lab", "plan", lab)
    workshop.ok("lab", "build", lab)
    reached = refused(workshop, "lab", "start", lab)
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", None)
    workshop.ok("lab", "plug", SEAT, SWITCH)
    workshop.ok("lab", "checkpoint", lab, "L00-restored")
    workshop.ok("lab", "start", lab)
    running = workshop.json("lab", "list", lab, "--provider", "hyperv")
    alone = refused(workshop, "lab", "restore", lab, "L00-restored", "--only", "OLD")
    workshop.ok("lab", "restore", lab, "L00-restored")
    back = workshop.json("lab", "list", lab, "--provider", "hyperv")
    under = refused(workshop, "lab", "destroy", lab)
    workshop.ok("lab", "plug", SEAT)
    workshop.ok("lab", "destroy", lab)

    assert "disk OLD.vhdx, going on from" in planned
    assert re.search(r"the client's \S+ answers at 127\.0\.0\.1 port \d+", reached)
    assert [(one["machine"], one["state"], one["checkpoints"]) for one in running] == [
        (name, "Running", ["L00-restored"]) for name in ("OLD", "NEW-DC")
    ]
    assert "OLD is a domain controller from before 2012 and would go back without NEW-DC" in alone
    assert {(one["state"], one["at"]) for one in back} == {("Off", "L00-restored")}
    assert "LAB-CTL is still plugged into" in under
    after = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    assert (sorted(one["name"] for one in after["machines"].values()), list(after["switches"])) == ([SEAT], ["LAN"])
    assert len(after["disks"]) == 4
    assert workshop.type("journal", "verify", "-p", str(tmp_path / "sr-0001"))[0] == 0
    done = {named(words) for words in workshop.typed}
    left = [one for one in documented("rehearsal.md", "With a Hyper-V host") if one not in done]
    assert set(left) == ELSEWHERE, "tests/story/test_hyperv_rehearsal.py types those"


def killed(lines: int, *words: str) -> int:
    """The exit code of a command in a process of its own, which is killed after so many lines of its journal."""
    command = [sys.executable, str(KILLED), str(lines), *words]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, text=True).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed as POSIX does it")
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("lines", LINES)
def test_a_build_and_a_removal_survive_a_kill(story: Start, tmp_path: Path, lines: int) -> None:
    """The same command goes on: every part once, nothing left to do; and nothing left at all after the removal."""
    workshop = story(str(LABS / "workshop.yaml"))
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", None)

    build = killed(lines, "lab", "build", lab)
    workshop.ok("lab", "build", lab)
    built = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    rest = workshop.json("lab", "plan", lab)
    removal = killed(lines, "lab", "destroy", lab)
    workshop.ok("lab", "destroy", lab)
    gone = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]

    assert (build, removal) == (-9, -9)
    assert sorted(one["name"] for one in built["machines"].values()) == [SEAT, "NEW-DC", "OLD"]
    assert (len(built["disks"]), len(built["switches"]), rest["counts"].get("would change", 0)) == (6, 3, 0)
    assert ([one["name"] for one in gone["machines"].values()], len(gone["disks"]), list(gone["switches"])) == (
        [SEAT],
        4,
        ["LAN"],
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed as POSIX does it")
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_stopped_run_that_the_host_has_left_behind_is_planned_anew(story: Start, tmp_path: Path) -> None:
    """Somebody turns a machine on after a removal was killed: only what that run wanted, or a removal, does not go on with it.

    A lab over a real wire and a killed process take their time.
    """
    save_started(LABS / "workshop.yaml", LabFolder(tmp_path / "workshop-lab"))
    workshop = story(str(LABS / "workshop.yaml"))
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", None)
    workshop.ok("lab", "plug", SEAT)
    removal = killed(18, "lab", "destroy", lab)
    left = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]["machines"].values()
    turned = ("Name=NEW-DC", "Mark=zdm-lab:sr-0001", "State=Running", "Leases=true")
    workshop.ok("lab", "change", "HV1", "Set-ZdmLabVmState", *turned)

    other = refused(workshop, "lab", "build", lab)
    gone = workshop.ok("lab", "destroy", lab)

    assert (removal, [one["state"] for one in left if one["name"] == "NEW-DC"]) == (-9, ["Off"])
    assert "no longer finds what the plan saw" in other
    assert "It cannot be gone on with; planning anew." in gone
    after = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    assert ([one["name"] for one in after["machines"].values()], list(after["switches"])) == ([SEAT], ["LAN"])


def test_the_example_is_a_topology_and_its_schema_is_the_programs() -> None:
    """An editor that knows the schema knows what the program takes."""
    assert read_topology(LABS / "example.yaml").topology.lab == "sr-0001"
    assert json.loads((LABS / "schema.json").read_bytes()) == schema()


def test_a_topology_that_is_wrong_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input: one sentence with line and column, and no project was made."""
    path = tmp_path / "bad.yaml"
    path.write_text((LABS / "example.yaml").read_text(encoding="utf-8").replace("kind: Private", "kind: External"), "utf-8")
    line = next(number for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1) if "External" in text)

    code = main(["lab", "build", str(path)])

    assert code == 2
    assert f"bad.yaml:{line}:30: topology.switches.0.kind" in capsys.readouterr().err
    assert not (tmp_path / "bad").exists()
