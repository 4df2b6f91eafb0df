"""A client is rehearsed for in a lab on a Hyper-V host, which an embedded lab plays.

It is built, proved to be cut off, kept before each playbook, broken, set back, run again; then the gate of the start judges the
record, and judges it anew once a script is another.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from zdm_automate.demo.stage import DemoFailedError, Stage
from zdm_automate.demo.workshop import HOST, write_offices, write_topology
from zdm_automate.resources import folders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHANGED = "dns/Set-ZdmDnsTtl.ps1"
"""The script that is changed after the rehearsal."""

SWITCH = "ZDM-SR0001-LAB"
SEAT = "LAB-CTL"
FIRST, LAST = "L00-restored", "L30-share_replication"
REFUSED = 3


def play(stage: Stage) -> None:
    """The whole story; the client's network is down while it is rehearsed for, so that nothing of it can be reached.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    folder = stage.project.parent
    client_office, workshop_office = write_offices(folder / "offices")
    workshop = Stage("workshop", folder, engine=stage.engine)
    try:
        _client(stage, client_office)
        topology = _workshop(stage, workshop, workshop_office)
        _built(stage, workshop, topology)
        _rehearsed(stage, workshop, topology)
        _taken_away(workshop, topology)
    finally:
        workshop.down()
    _judged(stage, client_office)


def _client(stage: Stage, office: Path) -> None:
    """An office plays the client; its project knows of no lab."""
    stage.say("The client's network, played by an office:")
    stage.type("lab", "up", str(office), *_engine(stage))
    stage.type("new", str(stage.project), "--lab", str(stage.lab))
    path = stage.project / "project.yaml"
    path.write_text(re.sub(r"(?m)^lab: .*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")


def _workshop(stage: Stage, workshop: Stage, office: Path) -> Path:
    """A Hyper-V host with images of the client's machines, and the topology of the lab that is built on it."""
    workshop.say("A Hyper-V host in the workshop, played by an embedded lab:")
    workshop.type("lab", "up", str(office), *_engine(workshop))
    workshop.type("new", str(workshop.project), "--lab", str(workshop.lab))
    hosts = yaml.safe_load((workshop.project / "project.yaml").read_text(encoding="utf-8"))["hosts"]
    return write_topology(workshop.project.parent / "sr-0001.yaml", workshop.lab, hosts, stage.project)


def _built(stage: Stage, workshop: Stage, topology: Path) -> None:
    """No power while a way leads out: neither one on the host nor one to the client."""
    lab = str(topology)
    workshop.type("lab", "plan", lab)
    workshop.type("lab", "build", lab)
    workshop.say("The client can still be reached from here:")
    _refused(workshop, "lab", "start", lab)
    stage.type("lab", "down")
    workshop.say("Somebody plugs the restored server into the office's own network:")
    workshop.type("lab", "plug", "OLD", "LAN")
    _refused(workshop, "lab", "start", lab)
    workshop.type("lab", "plug", "OLD", SWITCH)
    workshop.say("By hand: the technician's own machine is plugged into the lab.")
    workshop.type("lab", "plug", SEAT, SWITCH)
    workshop.type("lab", "checkpoint", lab, FIRST)
    workshop.type("lab", "start", lab)
    workshop.say("One of two controllers alone, the old one:")
    _refused(workshop, "lab", "restore", lab, FIRST, "--only", "OLD")


def _rehearsed(stage: Stage, workshop: Stage, topology: Path) -> None:
    """The client's playbooks in the guests; then something breaks, the lab goes back, and they run again."""
    lab = str(topology)
    stage.type("rehearse", "--lab", lab)
    workshop.type("lab", "list", lab, "--provider", "hyperv")
    workshop.say("Somebody breaks the new server: its DNS and its shares do not come up any more.")
    for service in ("DNS", "LanmanServer"):
        given = (f"Name={service}", "StartMode=Disabled", "State=Stopped")
        workshop.type("lab", "change", "NEW-DC", "Set-ZdmServiceState", *given)
    stage.type("rehearse", "--lab", lab, "--back-to", LAST)


def _taken_away(workshop: Stage, topology: Path) -> None:
    workshop.say("The lab is not taken away under the technician's feet:")
    _refused(workshop, "lab", "destroy", str(topology))
    workshop.type("lab", "plug", SEAT)
    workshop.type("lab", "destroy", str(topology))


def _judged(stage: Stage, office: Path) -> None:
    """The record is taken, and is void once a script is another."""
    stage.say("At the client again. The gate of the start, as far as it is about the rehearsal:")
    stage.type("lab", "up", str(office))
    _expect(stage, "true")
    own = stage.project / "ps_scripts" / CHANGED
    own.parent.mkdir(parents=True)
    shipped = next(folder / CHANGED for folder in folders("ps_scripts") if (folder / CHANGED).is_file())
    own.write_text(shipped.read_text(encoding="ascii") + "\n# another one\n", encoding="ascii")
    stage.say(f"Somebody changes the script {CHANGED}:")
    _expect(stage, "false")
    stage.say(f"Done: built on {HOST}, rehearsed, broken, set back, rehearsed again, judged, taken away.")


def _expect(stage: Stage, state: str) -> None:
    found = next(row for row in _gate(stage)["findings"] if row["name"] == "rehearsal")
    stage.say(f"rehearsal: {found['state']} - {found['value']}")
    if found["state"] != state:
        raise DemoFailedError(f"the gate says {found['state']} of the rehearsal, not {state}")


def _gate(stage: Stage) -> Mapping[str, Any]:
    """The gate's answer; the command ends with 3 while it is closed."""
    found: Mapping[str, Any] = json.loads(stage.type("gate", "G-START", "--json", quiet=True, may_fail=True))
    return found


def _refused(stage: Stage, *words: str) -> None:
    """A command that has to be refused."""
    stage.type(*words, ends_with=REFUSED)


def _engine(stage: Stage) -> list[str]:
    return ["--engine", stage.engine] if stage.engine else []
