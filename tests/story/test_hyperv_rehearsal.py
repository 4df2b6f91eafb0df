"""A client is rehearsed for in a lab on a Hyper-V host: in its guests, back to a checkpoint, and never at the client."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hyperv_story import ELSEWHERE, SWITCH, hosts_of, refused, save_started, topology_for
from office_story import Story, named

from zdm_automate.demo.workshop import write_offices
from zdm_automate.lab.state import LabFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Start = Callable[[str], Story]


@dataclass
class Both:
    """A client that wants one playbook, its office's file, and the workshop with its two controllers in a lab that runs."""

    client: Story
    office: Path
    workshop: Story


@pytest.fixture
def both(story: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    client_office, workshop_office = write_offices(tmp_path / "offices")
    client = story(str(client_office))
    save_started(workshop_office, LabFolder(tmp_path / "workshop-lab"))
    workshop = story(str(workshop_office))
    path = client.project / "project.yaml"
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    del written["lab"], written["roles"]["seat"], written["hosts"]["PC1"]
    written["intent"] = {"dns_cutover": written["intent"]["dns_cutover"]}
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    monkeypatch.setenv("ZDM_PROJECT", str(client.project))
    yield Both(client, client_office, workshop)
    client.type("lab", "down", "--lab", str(client.lab.path))


def test_a_way_that_leads_to_the_client_is_refused_by_who_answers(both: Both, tmp_path: Path) -> None:
    """Somebody copies the client's addresses into the topology: its servers are asked who they are, and nothing else."""
    hosts = hosts_of(both.client)
    mistaken = topology_for(both.workshop, tmp_path / "sr.yaml", None, OLD=hosts["OLD"], **{"NEW-DC": hosts["NEW-DC"]})
    begun = len(both.workshop.lab.calls())

    said = refused(both.client, "rehearse", "--lab", mistaken)

    asked = {one["verb"] for one in both.client.lab.calls()}
    assert re.search(r": (OLD|NEW-DC): the machine that answers is none of the lab \(and 1 more\)", said)
    assert asked - {"prelude"} == {"Get-ZdmHostInventory", "Get-ZdmService"}
    assert {one["kind"] for one in both.workshop.lab.calls()[begun:]} - {"prelude"} == {"reader"}


@pytest.mark.proof
@pytest.mark.parametrize("breaks", [False, True], ids=["once", "set back"])
def test_a_client_is_rehearsed_for_in_guests(both: Both, tmp_path: Path, breaks: bool) -> None:  # noqa: FBT001
    """Kept and run; a way out found afterwards is refused; the gate takes the record. In the proofs it breaks and goes back.

    Each step is a handful of plans and applies over real connections, which is what takes its time.
    """
    client, workshop = both.client, both.workshop
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", client.project)
    client.ok("lab", "down", "--lab", str(client.lab.path))

    first = client.json("rehearse", "--lab", lab)
    if breaks:
        went_back(both, lab)
    workshop.ok("lab", "plug", "OLD", "LAN")
    leak = refused(client, "rehearse", "--lab", lab, "--go-on")
    workshop.ok("lab", "plug", "OLD", SWITCH)
    up = [sys.executable, "-m", "zdm_automate.cli", "lab", "up", str(both.office), "--lab", str(client.lab.path)]
    subprocess.run(up, check=True, capture_output=True, timeout=120)  # a process of its own: the thread's lab has ended
    gate = next(row for row in client.json("gate", "G-START")["findings"] if row["name"] == "rehearsal")

    assert first["result"] == "done", first
    assert {named(words) for words in client.typed} >= ELSEWHERE
    assert "OLD is connected to LAN, which is no switch of the lab" in leak
    assert (gate["state"], "dns_cutover" in gate["value"]) == ("true", True), gate
    record = json.loads(Path(first["record"]).read_bytes())
    assert (record["lab"]["kind"], record["checkpoint_labels"], record["result"]) == ("hyperv", ["L10-dns_cutover"], "done")
    assert record["restored_from"] == "full backup of 2026-03-01 22:00"


def went_back(both: Both, lab: str) -> None:
    """Something breaks; all machines go back, everything is as it was, and the playbook runs again."""
    both.workshop.ok("lab", "change", "OLD", "Set-ZdmServiceState", "Name=DNS", "StartMode=Disabled", "State=Stopped")
    again = both.client.ok("rehearse", "--lab", lab, "--back-to", "L10-dns_cutover")

    assert "facts are as they were at L10-dns_cutover." in again
    assert len(list((both.client.project / "rehearsals").glob("*/set-back/1/record.json"))) == 1
