"""What `zdm lab start` does after the power: questions to the host and the guests, who is reached how, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from zdm_automate.cli import lab_guests
from zdm_automate.cli.lab_hyperv import project_of
from zdm_automate.cli.lab_inside import guests_of
from zdm_automate.errors import ProjectError, ZdmError
from zdm_automate.facts.hyperv import LabVm
from zdm_automate.model import Check, CheckState
from zdm_automate.project import read_project
from zdm_automate.topology import read_topology

EXAMPLE = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "example.yaml"
VM: dict[str, Any] = {
    "id": "", "hardware_id": None, "generation": 2, "memory_bytes": 1, "dynamic_memory": False, "processors": 1,
    "notes": "", "checkpoint_type": "Standard", "start_action": "Nothing", "stop_action": "ShutDown", "checkpoint": None,
    "path": "", "disks": (),
}  # fmt: skip


def written(folder: Path, **changed: Any) -> Path:
    """The example with keys of the blank guest changed; None takes one away."""
    body = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    machine = next(one for one in body["topology"]["machines"] if one["name"] == "NEW-FS")
    for key, value in changed.items():
        where = machine if key in {"release", "name"} else machine["setup"]
        where[key] = value
        if value is None:
            del where[key]
    path = folder / "lab.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return path


def test_a_guest_that_is_set_up_is_reached_through_the_host_under_any_name(tmp_path: Path) -> None:
    """In the lab's own project, with its own account; the others as the topology says it."""
    path = written(tmp_path)
    found = read_project(project_of(path, "hyperv", None, "running")).content

    blank = found.hosts["NEW-FS"]
    assert (blank.transport, blank.direct.through, blank.direct.any_name) == ("direct", "HV1", True)
    assert (found.credentials[blank.credential].user, found.hosts["OLD"].transport) == ("Administrator", "auto")
    assert found.roles == {"hyperv": "HV1", "NEW-FS": "NEW-FS"}
    assert [one["address"] for one in found.intent["hyperv_guests"]["guests"]] == ["192.168.16.11/24"]


def test_an_older_guest_is_set_up_by_hand_and_reached_by_its_address(tmp_path: Path) -> None:
    """It is no host of the lab's project unless somebody says how it is reached."""
    path = written(tmp_path, release="2012r2")
    inside = guests_of(read_topology(path), path)

    assert inside.intent["hyperv_guests"]["guests"][0]["direct"] is False
    assert "NEW-FS" not in {*inside.hosts, *inside.roles}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "192.168.16.11"}, "write the address with the length of its network, such as 192.168.16.10/24"),
        ({"gateway": "10.0.0.1"}, "the gateway 10.0.0.1 is not in the network 192.168.16.0/24"),
        ({"name": "File server of the lab"}, "is no computer name; write `setup: {computer: ...}`"),
        ({"computer": "12345"}, "'12345' is no computer name"),
    ],
)
def test_a_set_up_that_cannot_be_is_refused_with_its_place(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ProjectError) as refused:
        read_topology(written(tmp_path, **changed))

    assert said in refused.value.message


@pytest.mark.parametrize(
    ("state", "heartbeat", "on", "beats"),
    [
        ("Off", None, (False, "Off"), (False, "none yet")),
        ("Running", "NoContact", (True, "Running"), (False, "NoContact")),
        ("Running", "OkApplicationsUnknown", (True, "Running"), (True, "OkApplicationsUnknown")),
    ],
)
def test_a_machine_is_waited_for_by_its_state_and_its_heartbeat(
    state: str, heartbeat: str | None, on: tuple[bool, str], beats: tuple[bool, str]
) -> None:
    """A heartbeat without healthy applications is one; one that is not there says so."""
    found = LabVm(name="OLD", state=state, heartbeat=heartbeat, **VM)
    judged = [lab_guests._on(found), lab_guests._beats(found), lab_guests._on(None)]  # noqa: SLF001

    assert [(one.good, one.said) for one in judged] == [on, beats, (False, "not there")]


def test_a_guest_is_back_when_it_shows_a_later_boot() -> None:
    """Its own clock is compared with itself; one that was not restarted only has to answer."""
    old, new = "2026-03-02T07:00:00Z", "2026-03-02T07:00:01+00:00"
    found = [lab_guests.is_back(boot, before) for boot, before in (("", None), (old, old), ("", old), (new, old), (new, ""))]

    assert [one.good for one in found] == [True, False, False, True, True]
    assert found[1].said == f"still up since {old}, before its restart"
    assert (found[2].said, found[3].said) == (
        "still up since nobody knows when, before its restart",
        f"booted {new}, after its restart",
    )


def test_what_is_not_as_wanted_ends_the_start_and_what_is_open_is_told() -> None:
    """A step by hand that is still to be taken is no failure."""
    told: list[str] = []
    still = Check(item="A-060", name="OLD is set up", state=CheckState.NOT_YET, hint="OLD is not reached")
    wrong = Check(item="A-060", name="OLD has the address 1", state=CheckState.FAILED, value="2", expected="1", hint="Give it.")

    with pytest.raises(ZdmError, match="OLD has the address 1: there is 2, wanted is 1") as ended:
        lab_guests._refuse_failed([still, wrong], told.append)  # noqa: SLF001

    assert (told, ended.value.hint) == (["Open: OLD is set up: OLD is not reached."], "Give it.")
