"""A client is rehearsed for: facts become a lab, playbooks run there and back, and the gate of the start judges the record.

Then a lab on a Hyper-V host is built from its topology, kept, set back and taken away; an embedded lab plays the host.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from zdm_automate.demo.stage import DemoFailedError, Stage
from zdm_automate.lab.office import find_office, office_folders
from zdm_automate.resources import folders

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGED = "dns/Set-ZdmDnsTtl.ps1"
"""The script that is changed after the rehearsal."""

LABEL = "L00-restored"


def play(stage: Stage) -> None:
    """Both acts.

    Raises:
        DemoFailedError: a step did not end as it should.
    """
    made = Stage(f"{stage.office}-likeness", stage.project.parent, engine=stage.engine)
    workshop = Stage("workshop", stage.project.parent, engine=stage.engine)
    try:
        _client(stage)
        _rehearsed(stage, made)
        _judged(stage)
    finally:
        made.down()
    try:
        _on_a_host(workshop)
    finally:
        workshop.down()


def _client(stage: Stage) -> None:
    """An office plays the client: its clock is right, and its project knows of no lab."""
    folder = stage.project.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = find_office(stage.office).read_text(encoding="utf-8")
    file = folder / "client-office.yaml"
    file.write_text(re.sub(r"(?m)^now: .*$", f"now: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", text), encoding="utf-8")
    stage.say("The client's network, played by an office:")
    stage.type("lab", "up", str(file), *_engine(stage))
    stage.type("new", str(stage.project), "--lab", str(stage.lab))
    path = stage.project / "project.yaml"
    path.write_text(re.sub(r"(?m)^lab: .*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")


def _rehearsed(stage: Stage, made: Stage) -> None:
    office = stage.project.parent / "likeness.yaml"
    stage.say("A lab in the client's likeness; readers only:")
    stage.type("lab", "from-facts", str(stage.project), str(office))
    made.type("lab", "up", str(office), *_engine(made))
    stage.say("What the provider would do is played in the lab:")
    project = yaml.safe_load((stage.project / "project.yaml").read_text(encoding="utf-8"))
    for record in project["intent"]["dns_cutover"].get("external", ()):
        made.type("lab", "public", record["name"], record["type"], *record["expected"])
    stage.type("rehearse", "--lab", str(made.lab))


def _judged(stage: Stage) -> None:
    """The record is taken, and is void once a script is another.

    Raises:
        DemoFailedError: the gate judges otherwise.
    """
    stage.say("The gate of the start, as far as it is about the rehearsal:")
    _expect(stage, "true")
    own = stage.project / "ps_scripts" / CHANGED
    own.parent.mkdir(parents=True)
    shipped = next(folder / CHANGED for folder in folders("ps_scripts") if (folder / CHANGED).is_file())
    own.write_text(shipped.read_text(encoding="ascii") + "\n# another one\n", encoding="ascii")
    stage.say(f"Somebody changes the script {CHANGED}:")
    _expect(stage, "false")


def _expect(stage: Stage, state: str) -> None:
    found = next(row for row in _gate(stage)["findings"] if row["name"] == "rehearsal")
    stage.say(f"rehearsal: {found['state']} - {found['value']}")
    if found["state"] != state:
        raise DemoFailedError(f"the gate says {found['state']} of the rehearsal, not {state}")


def _gate(stage: Stage) -> Mapping[str, Any]:
    """The gate's answer; the command ends with 3 while it is closed."""
    found: Mapping[str, Any] = json.loads(stage.type("gate", "G-START", "--json", quiet=True, may_fail=True))
    return found


def _on_a_host(workshop: Stage) -> None:
    """Built, kept, started, refused alone, set back together, taken away."""
    labs = next(folder for folder in office_folders() if (folder / "hyperv").is_dir()) / "hyperv"
    workshop.say("A lab on a Hyper-V host, played by an embedded lab:")
    workshop.type("lab", "up", str(labs / "workshop.yaml"), *_engine(workshop))
    workshop.type("new", str(workshop.project), "--lab", str(workshop.lab))
    hosts = yaml.safe_load((workshop.project / "project.yaml").read_text(encoding="utf-8"))["hosts"]
    written = yaml.safe_load((labs / "example.yaml").read_text(encoding="utf-8"))
    account = {"user": "Administrator", "secret": f"file:{workshop.lab / 'password'}"}
    written |= {"host": {"name": "HV1", "credential": account, **hosts["HV1"]}, "embedded": str(workshop.lab)}
    file = workshop.project.parent / "sr-0001.yaml"
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    lab = str(file)
    workshop.type("lab", "plan", lab)
    workshop.type("lab", "build", lab)
    workshop.type("lab", "checkpoint", lab, LABEL)
    workshop.type("lab", "start", lab)
    workshop.say("One of two controllers alone, the old one:")
    workshop.type("lab", "restore", lab, LABEL, "--only", "OLD", may_fail=True)
    workshop.type("lab", "restore", lab, LABEL)
    workshop.type("lab", "list", lab, "--provider", "hyperv")
    workshop.type("lab", "destroy", lab)
    workshop.say("Done: rehearsed, judged, built, set back, taken away.")


def _engine(stage: Stage) -> list[str]:
    return ["--engine", stage.engine] if stage.engine else []
