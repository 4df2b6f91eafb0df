"""`zdm lab start` at the command line: it tells what it waits for, and sets up a blank guest through its host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hyperv_story import MARK, SEAT, SWITCH, library, topology_for
from office_story import Story

from zdm_automate.lab.office import read_office
from zdm_automate.lab.perform import perform
from zdm_automate.lab.state import LabFolder
from zdm_automate.lab.world.hyperv_network import plugged

Start = Callable[[str], Story]
LABS = Path(__file__).resolve().parents[2] / "labs" / "hyperv"
KILLED = Path(__file__).resolve().parents[1] / "cli" / "killed_command.py"
BLANK = "NEW-FS"
LINES = range(2, 72, 3) if os.environ.get("ZDM_PROFILE") == "nightly" else (30,)
"""Lines of a journal after which a start is killed; daily once in the middle of the setting up."""


def blank_alone(workshop: Story, path: Path) -> str:
    """The example with its blank guest alone, set up by the lab's own administrator."""
    topology_for(workshop, path, None)
    example = yaml.safe_load((LABS / "example.yaml").read_text(encoding="utf-8"))
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    machine = next(one for one in example["topology"]["machines"] if one["name"] == BLANK)
    machine["setup"]["credential"] = written["guests"]["credential"] | {"user": "Administrator"}
    written["topology"]["machines"] = [machine]
    written["topology"]["switches"] = [{"name": SWITCH, "kind": "Private"}]
    del written["guests"]
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return str(path)


def save_built(lab: LabFolder) -> None:
    """Saves the workshop with that lab as `zdm lab build` leaves it, the seat plugged in."""
    world = read_office(LABS / "workshop.yaml").world
    disk = f"C:\\Lab\\{BLANK}.vhdx"
    sizes = {"Generation": "2", "MemoryMb": 4096, "Processors": 2, "Path": "C:\\Lab", "Disk": [disk]}
    for verb, given in (
        ("New-ZdmLabSwitch", {"Name": SWITCH, "Kind": "Private", **MARK}),
        ("New-ZdmLabDisk", {"Path": disk, "ParentPath": "C:\\Images\\2022-generalized.vhdx"}),
        ("New-ZdmLabVm", {"Name": BLANK, **MARK, **sizes}),
        ("Connect-ZdmLabVm", {"Name": BLANK, "SwitchName": SWITCH, **MARK}),
    ):
        outcome = perform(world, "HV1", library()[verb], given)
        assert outcome.error is None, outcome.error
        world = outcome.world
    lab.path.mkdir(parents=True)
    lab.save(plugged(world, SEAT, SWITCH, 0))


def as_wanted(workshop: Story) -> bool:
    """Whether the guest has its name, its address and rules for the lab alone, and runs."""
    world = json.loads(workshop.lab.world_file.read_bytes())
    host = world["hosts"][BLANK]
    machine = next(one for one in world["hyperv"]["HV1"]["machines"].values() if one["name"] == BLANK)
    return (
        host["computer"] == ""
        and (host["nics"][0]["address"], host["nics"][0]["dns"]) == ("192.168.16.11", ["192.168.16.10"])
        and {tuple(rule["remote"]) for rule in host["winrm"]["rules"]} == {("192.168.16.0/255.255.255.0",)}
        and machine["state"] == "Running"
    )


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(200)
def test_a_blank_guest_is_set_up_by_the_start(story: Start, tmp_path: Path) -> None:
    """Waited for by state, heartbeat and endpoint; address, rules, name, and the restart that the name asks for.

    Half a dozen plans and applies over real connections, which is what takes its time.
    """
    save_built(LabFolder(tmp_path / "workshop-lab"))
    workshop = story(str(LABS / "workshop.yaml"))
    lab = blank_alone(workshop, tmp_path / "sr-0001.yaml")

    said = workshop.ok("lab", "start", lab)

    told = [line for line in said.splitlines() if line.startswith((f"{BLANK}: ", "Waiting", "Restarting"))]
    assert told[:5] == [
        f"{BLANK}: state: Running",
        f"Waiting for {BLANK}: heartbeat: NoContact",
        f"{BLANK}: heartbeat: OkApplicationsHealthy",
        f"{BLANK}: endpoint: answers",
        f"Restarting {BLANK}, for the name.",
    ]
    assert told[-1].startswith(f"{BLANK}: endpoint: booted ")
    assert told[-1].endswith(", after its restart")
    assert as_wanted(workshop)


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed as POSIX does it")
@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("lines", LINES)
def test_a_start_survives_a_kill(story: Start, tmp_path: Path, lines: int) -> None:
    """Wherever it stood, in the power, in the setting up or in the restart: the same command comes to the same guest.

    Each command is a process of its own, over real connections.
    """
    save_built(LabFolder(tmp_path / "workshop-lab"))
    workshop = story(str(LABS / "workshop.yaml"))
    lab = blank_alone(workshop, tmp_path / "sr-0001.yaml")
    command = [sys.executable, str(KILLED), str(lines), "lab", "start", lab]

    killed = subprocess.run(command, capture_output=True, timeout=200, check=False).returncode
    workshop.ok("lab", "start", lab)

    assert killed == -9
    assert as_wanted(workshop)
