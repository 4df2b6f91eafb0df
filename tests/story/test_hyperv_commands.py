"""A lab on a Hyper-V host by the command line: planned, built, kept, rehearsed in, set back and taken away over a real wire."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from office_story import Story, documented, named

from zdm_automate.cli.__main__ import main
from zdm_automate.demo.workshop import write_offices, write_topology
from zdm_automate.topology import read_topology, schema

Start = Callable[[str], Story]
LABS = Path(__file__).resolve().parents[2] / "labs" / "hyperv"
KILLED = Path(__file__).resolve().parents[1] / "cli" / "killed_command.py"
SWITCH, SEAT = "ZDM-SR0001-LAB", "LAB-CTL"
LINES = range(2, 60, 3) if os.environ.get("ZDM_PROFILE") == "nightly" else (17,)
"""Lines of a journal after which a build is killed; each step is in `tests/reliability/test_hyperv_lab.py`."""


def hosts_of(story: Story) -> dict[str, Any]:
    """How a project reaches the hosts of its office."""
    hosts: dict[str, Any] = yaml.safe_load((story.project / "project.yaml").read_text(encoding="utf-8"))["hosts"]
    return hosts


def topology_for(workshop: Story, path: Path, client: Path, **guests: Any) -> str:
    """The shipped example on the workshop's host, with the two controllers alone, the newer one reached through the host.

    `guests` are reached elsewhere.
    """
    write_topology(path, workshop.lab.path, hosts_of(workshop), client)
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    machines = [one for one in written["topology"]["machines"] if one["name"] in {"OLD", "NEW-DC"}]
    written["topology"]["machines"] = machines
    through = {"address": "192.168.16.10", "transport": "direct", "direct": {"through": "HV1"}}
    written["guests"]["hosts"] = {"OLD": written["guests"]["hosts"]["OLD"], "NEW-DC": through} | guests
    if guests:
        del written["client"]
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return str(path)


@pytest.fixture
def both(story: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Story, Story, Path]]:
    """A client that wants one playbook, a workshop with its machines on images, and the client's office file."""
    client_office, workshop_office = write_offices(tmp_path / "offices")
    client = story(str(client_office))
    workshop = story(str(workshop_office))
    path = client.project / "project.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    del written["lab"], written["roles"]["seat"], written["hosts"]["PC1"]
    written["intent"] = {"dns_cutover": written["intent"]["dns_cutover"]}
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    monkeypatch.setenv("ZDM_PROJECT", str(client.project))
    yield client, workshop, client_office
    client.type("lab", "down", "--lab", str(client.lab.path))


def refused(story: Story, *words: str) -> str:
    """What is said by a command that has to be refused."""
    code, _, err = story.type(*words)
    assert code == 3, (code, err)
    return err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_client_is_rehearsed_for_on_a_hyperv_host(both: tuple[Story, Story, Path], tmp_path: Path) -> None:
    """The page as it is written: built, cut off, rehearsed, set back, rehearsed again, accepted at the client, taken away."""
    client, workshop, client_office = both
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", client.project)
    mistaken = topology_for(workshop, tmp_path / "mistaken.yaml", client.project, **_two(hosts_of(client)))

    planned = workshop.ok("lab", "plan", lab)
    workshop.ok("lab", "build", lab)
    reached = refused(workshop, "lab", "start", lab)
    workshop.ok("lab", "plug", SEAT, SWITCH)
    workshop.ok("lab", "checkpoint", lab, "L00-restored")
    workshop.ok("lab", "start", mistaken)
    asked = len(client.lab.calls())
    production = refused(client, "rehearse", "--lab", mistaken)
    called = {one["kind"] for one in client.lab.calls()[asked:]}
    client.ok("lab", "down", "--lab", str(client.lab.path))
    alone = refused(workshop, "lab", "restore", lab, "L00-restored", "--only", "OLD")

    first = client.json("rehearse", "--lab", lab)
    running = workshop.json("lab", "list", lab, "--provider", "hyperv")
    workshop.ok("lab", "change", "OLD", "Set-ZdmServiceState", "Name=DNS", "StartMode=Disabled", "State=Stopped")
    again = client.ok("rehearse", "--lab", lab, "--back-to", "L10-dns_cutover")
    workshop.ok("lab", "plug", "OLD", "LAN")
    leak = refused(client, "rehearse", "--lab", lab, "--go-on")
    workshop.ok("lab", "plug", "OLD", SWITCH)
    workshop.ok("lab", "restore", lab, "L00-restored")
    back = workshop.json("lab", "list", lab, "--provider", "hyperv")
    under = refused(workshop, "lab", "destroy", lab)
    workshop.ok("lab", "plug", SEAT)
    workshop.ok("lab", "destroy", lab)
    up = [sys.executable, "-m", "zdm_automate.cli", "lab", "up", str(client_office), "--lab", str(client.lab.path)]
    subprocess.run(up, check=True, capture_output=True, timeout=120)  # a process of its own: the thread's lab has ended
    gate = next(row for row in client.json("gate", "G-START")["findings"] if row["name"] == "rehearsal")

    assert "disk OLD.vhdx, going on from" in planned
    assert re.search(r"the client's (OLD|NEW-DC) answers at 127\.0\.0\.1 port \d+", reached)
    assert ("the machine that answers is none of the lab" in production, called - {"reader", "prelude"}) == (True, set())
    assert "OLD is a domain controller from before 2012 and would go back without NEW-DC" in alone
    assert first["result"] == "done", first
    assert [(one["machine"], one["state"], one["checkpoints"]) for one in running] == [
        (name, "Running", ["L00-restored", "L10-dns_cutover"]) for name in ("OLD", "NEW-DC")
    ]
    assert "facts are as they were at L10-dns_cutover." in again
    assert "OLD is connected to LAN, which is no switch of the lab" in leak
    assert {(one["state"], one["at"]) for one in back} == {("Off", "L00-restored")}
    assert "LAB-CTL is still plugged into" in under
    after = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    assert (sorted(one["name"] for one in after["machines"].values()), list(after["switches"])) == ([SEAT], ["LAN"])
    assert len(after["disks"]) == 3
    assert (gate["state"], "dns_cutover" in gate["value"]) == ("true", True), gate
    record = json.loads(Path(first["record"]).read_bytes())
    assert (record["lab"]["kind"], record["checkpoint_labels"], record["result"]) == ("hyperv", ["L10-dns_cutover"], "done")
    assert record["restored_from"] == "full backup of 2026-03-01 22:00"
    assert workshop.type("journal", "verify", "-p", str(tmp_path / "sr-0001"))[0] == 0
    done = {named(words) for words in (*client.typed, *workshop.typed)}
    assert [one for one in documented("rehearsal.md", "With a Hyper-V host") if one not in done] == []


def _two(hosts: dict[str, Any]) -> dict[str, Any]:
    """The client's own ways, as somebody would copy them by mistake."""
    return {name: hosts[name] for name in ("OLD", "NEW-DC")}


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
    lab = topology_for(workshop, tmp_path / "sr-0001.yaml", tmp_path)

    build = killed(lines, "lab", "build", lab)
    workshop.ok("lab", "build", lab)
    built = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]
    rest = workshop.json("lab", "plan", lab)
    removal = killed(lines, "lab", "destroy", lab)
    workshop.ok("lab", "destroy", lab)
    gone = json.loads(workshop.lab.world_file.read_bytes())["hyperv"]["HV1"]

    assert (build, removal) == (-9, -9)
    assert sorted(one["name"] for one in built["machines"].values()) == [SEAT, "NEW-DC", "OLD"]
    assert (len(built["disks"]), len(built["switches"]), rest["counts"].get("would change", 0)) == (5, 3, 0)
    assert ([one["name"] for one in gone["machines"].values()], len(gone["disks"]), list(gone["switches"])) == (
        [SEAT],
        3,
        ["LAN"],
    )


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
