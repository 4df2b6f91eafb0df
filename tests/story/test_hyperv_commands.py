"""A lab on a Hyper-V host by the command line: planned, built, kept, set back and taken away over a real wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from office_story import Story, documented, named

from zdm_automate.cli.__main__ import main
from zdm_automate.topology import read_topology, schema

Start = Callable[[str], Story]
LABS = Path(__file__).resolve().parents[2] / "labs" / "hyperv"


def topology_for(workshop: Story, folder: Path) -> Path:
    """The shipped example, on the workshop's host."""
    written: dict[str, Any] = yaml.safe_load((LABS / "example.yaml").read_text(encoding="utf-8"))
    project = yaml.safe_load((workshop.project / "project.yaml").read_text(encoding="utf-8"))
    written["host"] = {
        "name": "HV1",
        "credential": {"user": "Administrator", "secret": f"file:{workshop.lab.password_file}"},
        **project["hosts"]["HV1"],
    }
    written["embedded"] = str(workshop.lab.path)
    path = folder / "sr-0001.yaml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return path


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_lab_is_built_kept_set_back_and_taken_away(story: Start, tmp_path: Path) -> None:
    """What the commands say and leave: plans, checkpoints of all machines, a refusal, and a host as it was."""
    workshop = story(str(LABS / "workshop.yaml"))
    lab = str(topology_for(workshop, tmp_path))

    planned = workshop.ok("lab", "plan", lab)
    untouched = workshop.json("lab", "list", lab, "--provider", "hyperv")
    workshop.ok("lab", "build", lab)
    workshop.ok("lab", "checkpoint", lab, "L00-restored")
    workshop.ok("lab", "start", lab)
    running = workshop.json("lab", "list", lab, "--provider", "hyperv")
    code, _, err = workshop.type("lab", "restore", lab, "L00-restored", "--only", "OLD")
    workshop.ok("lab", "restore", lab, "L00-restored")
    back = workshop.json("lab", "list", lab, "--provider", "hyperv")
    workshop.ok("lab", "destroy", lab)

    assert "disk OLD.vhdx, going on from" in planned
    assert untouched == []
    assert [(one["machine"], one["state"], one["checkpoints"]) for one in running] == [
        (name, "Running", ["L00-restored"]) for name in ("OLD", "NEW-DC", "RTR")
    ]
    assert code == 3
    assert "OLD is a domain controller from before 2012 and would go back without NEW-DC" in err
    assert {(one["state"], one["at"]) for one in back} == {("Off", "L00-restored")}
    after = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    assert (after["machines"], list(after["switches"]), len(after["disks"])) == ({}, ["LAN"], 2)
    assert workshop.type("journal", "verify", "-p", str(tmp_path / "sr-0001"))[0] == 0
    done = {named(words) for words in workshop.typed}
    assert [one for one in documented("rehearsal.md", "With a Hyper-V host") if one not in done] == []


def test_the_example_is_a_topology_and_its_schema_is_the_programs() -> None:
    """An editor that knows the schema knows what the program takes."""
    assert read_topology(LABS / "example.yaml").topology.lab == "sr-0001"
    assert json.loads((LABS / "schema.json").read_bytes()) == schema()


def test_a_topology_that_is_wrong_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input: one sentence with line and column, and no project was made."""
    path = tmp_path / "bad.yaml"
    path.write_text((LABS / "example.yaml").read_text(encoding="utf-8").replace("kind: Private", "kind: External"), "utf-8")

    code = main(["lab", "build", str(path)])

    assert code == 2
    assert "bad.yaml:9:30: topology.switches.0.kind" in capsys.readouterr().err
    assert not (tmp_path / "bad").exists()
