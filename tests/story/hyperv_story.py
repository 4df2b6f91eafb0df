"""A workshop with a Hyper-V host, the topology of a lab on it, and that lab as it stands when it was built and started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from office_story import Story

from zdm_automate.demo.workshop import write_topology
from zdm_automate.lab.office import read_office
from zdm_automate.lab.perform import load_models, perform
from zdm_automate.lab.state import LabFolder
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.hyperv_network import plugged
from zdm_automate.lab.world.model import World
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

SWITCH, SEAT = "ZDM-SR0001-LAB", "LAB-CTL"
ELSEWHERE = {("rehearse",), ("gate",)}
"""Commands of the page on rehearsals that another test types than the one that types its others."""

MARK = {"Mark": "zdm-lab:sr-0001"}
MACHINES = {"OLD": ("sbs-restored", "1", 8192), "NEW-DC": ("2022-sysprep", "2", 4096)}
"""The two controllers of the example: image, generation, memory."""


def hosts_of(story: Story) -> dict[str, Any]:
    """How a project reaches the hosts of its office."""
    hosts: dict[str, Any] = yaml.safe_load((story.project / "project.yaml").read_text(encoding="utf-8"))["hosts"]
    return hosts


def topology_for(workshop: Story, path: Path, client: Path | None, **guests: Any) -> str:
    """The shipped example on the workshop's host, with the two controllers alone, the newer one reached through the host.

    `guests` are reached elsewhere.
    """
    write_topology(path, workshop.lab.path, hosts_of(workshop), client or path)
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    machines = [one for one in written["topology"]["machines"] if one["name"] in {"OLD", "NEW-DC"}]
    written["topology"]["machines"] = machines
    through = {"address": "192.168.16.10", "transport": "direct", "direct": {"through": "HV1"}}
    written["guests"]["hosts"] = {"OLD": written["guests"]["hosts"]["OLD"], "NEW-DC": through} | guests
    if client is None:
        del written["client"]
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return str(path)


def refused(story: Story, *words: str) -> str:
    """What is said by a command that has to be refused."""
    code, _, err = story.type(*words)
    assert code == 3, (code, err)
    return err


@cache
def library() -> Library:
    """The verbs."""
    load_models()
    return Library.load(folders("ps_scripts"))


def _calls() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "New-ZdmLabSwitch", {"Name": SWITCH, "Kind": "Private", **MARK}
    yield "New-ZdmLabSwitch", {"Name": "ZDM-SR0001-MGMT", "Kind": "Internal", **MARK}
    for name, (image, generation, memory) in MACHINES.items():
        disk = f"C:\\Lab\\{name}.vhdx"
        yield "New-ZdmLabDisk", {"Path": disk, "ParentPath": f"C:\\Images\\{image}.vhdx"}
        sizes = {"Generation": generation, "MemoryMb": memory, "Processors": 2}
        yield "New-ZdmLabVm", {"Name": name, **MARK, **sizes, "Path": "C:\\Lab", "Disk": [disk]}
        yield "Connect-ZdmLabVm", {"Name": name, "SwitchName": SWITCH, **MARK}
        yield "Connect-ZdmLabVm", {"Name": name, "SwitchName": SWITCH, "Leases": True, **MARK}
        yield "Set-ZdmLabVmState", {"Name": name, "State": "Running", "Leases": True, **MARK}


def save_started(office: Path, lab: LabFolder) -> None:
    """Saves the workshop with the lab built, the seat plugged in and both controllers up, for a lab to go on from."""
    world: World = read_office(office).world
    for verb, given in _calls():
        outcome = perform(world, "HV1", library()[verb], given)
        assert outcome.error is None, outcome.error
        world = outcome.world
    world = plugged(world, SEAT, SWITCH, 0)
    lab.path.mkdir(parents=True)
    lab.save(advance(world, world.now + timedelta(minutes=2)))
