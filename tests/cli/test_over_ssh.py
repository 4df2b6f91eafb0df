"""Commands whose hosts and boxes are reached over a real sshd: a check, and a relay that is changed and taken back."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from typed_commands import MakeProject, Zdm

sys.path += [str(Path(__file__).parent.parent / name) for name in ("boxes", "transport")]
from ssh_host import SshHost
from ssh_server import FRESH, SSHD, Sshd, Switch, keygen, shell_command

from zdm_automate import powershell
from zdm_automate.cli.lab import LabClock
from zdm_automate.errors import ZdmError
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.lab.state import LabFolder
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

OLD, NEW = "192.168.16.2", "192.168.16.10"
RELAYS = '''"""Relays of a box as wanted: a playbook of the project's own."""

from dataclasses import replace

from zdm_automate import Playbook, Read, VerbCall, check, ensure, intent
from zdm_automate.facts.dhcp import DhcpRelay


@intent
class Wanted:
    """What project.yaml says."""

    box: str
    server: str


playbook = Playbook(name="relays", title="Relays as wanted", roles={"it": "any host"}, intent=Wanted)


@playbook.reads
def reads(wanted, _hosts):
    yield Read(role=wanted.box, verb="Get-ZdmDhcpRelay")


def call(box, relay):
    params = {"interface": relay.interface, "servers": list(relay.servers)}
    return VerbCall(role=box, verb="Set-ZdmDhcpRelay", params=params)


@playbook.item("B-104", title="Relays as wanted")
def set_relays(facts, wanted):
    for relay in facts.of(wanted.box, DhcpRelay):
        then = replace(relay, servers=(wanted.server,), saved_servers=(wanted.server,))
        yield ensure(facts, call(wanted.box, then), then, f"relay of {relay.interface}",
                     inverse=lambda before: call(wanted.box, before))


@playbook.check("B-104")
def judge(facts, wanted):
    for relay in facts.of(wanted.box, DhcpRelay):
        yield check(relay.interface, relay.saved_servers == (wanted.server,), value=relay.saved_servers, expected=wanted.server)
'''


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Switch]:
    """A switch as it was before the cut-over."""
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    state = tmp_path / "switch.json"
    state.write_text(json.dumps(FRESH), encoding="utf-8")
    key = keygen(tmp_path / "key")
    (tmp_path / "sshd").mkdir()
    server = Sshd(tmp_path / "sshd", shell_command(state))
    server.start(Path(f"{key}.pub"))
    yield Switch(server, state, key, getpass.getuser())
    server.stop()


def with_switch(project: MakeProject, switch: Switch) -> Path:
    """A project whose relays go to the new server."""

    def change(content: dict[str, Any]) -> None:
        content["boxes"] = {
            "core": {
                "address": "127.0.0.1",
                "port": switch.server.port,
                "profile": "cisco-ios",
                "host_key": switch.server.host_key,
                "user": switch.user,
                "key_file": str(switch.key),
            }
        }
        content["intent"] = {"relays": {"box": "core", "server": NEW}}

    folder = project("NEW", [], change=change)
    (folder / "playbooks" / "relays.py").write_text(RELAYS, encoding="utf-8")
    return folder


def applied(zdm: Zdm, folder: Path) -> str:
    """The run that has moved both relays."""
    run = str(zdm("plan", "relays", "-p", folder, "--json").json["id"])
    done = zdm("apply", run, "-p", folder)
    assert done.code == 0, done.err
    return run


def test_a_relay_is_changed_and_taken_back(zdm: Zdm, project: MakeProject, switch: Switch) -> None:
    """Both are plans; afterwards the box runs and keeps what it had, and each change has kept its configuration first."""
    folder = with_switch(project, switch)
    run = applied(zdm, folder)
    moved = switch.state["saved"]
    shown = zdm("undo", run, "-p", folder)
    before_apply = switch.state["saved"]
    done = zdm("apply", "latest", "-p", folder)
    state = switch.state

    assert moved == {"Vlan17": [NEW], "Vlan18": [NEW]}
    assert (shown.code, before_apply) == (0, moved)
    assert "take back: relay of Vlan17" in shown.out.replace("\n", " ")
    assert done.code == 0, done.err
    assert {name: sorted(servers) for name, servers in state["running"].items()} == FRESH["running"]
    assert {name: sorted(servers) for name, servers in state["saved"].items()} == FRESH["saved"]
    assert len(list((folder / "backups").iterdir())) == 4


def test_a_relay_that_somebody_else_has_moved_since_is_not_taken_back(zdm: Zdm, project: MakeProject, switch: Switch) -> None:
    """The row says what is there now; nothing is typed for it."""
    folder = with_switch(project, switch)
    run = applied(zdm, folder)
    third = {"Vlan17": ["192.168.16.77"], "Vlan18": [NEW]}
    switch.set(running=third, saved=third, heard=[])
    shown = zdm("undo", run, "-p", folder, "--json").json

    assert shown["counts"]["cannot predict"] == 1
    assert "configure terminal" not in switch.state["heard"]


@pytest.fixture
def server(tmp_path: Path, lab: LabFolder) -> Iterator[SshHost]:
    """NEW once more, with PowerShell 7 behind an SSH server, at the lab's time."""
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    try:
        powershell.find()
    except ZdmError as problem:
        pytest.skip(str(problem))
    office = read_office(find_office("tiny"))
    keeper = Keeper(office.world, WorldClock(LabClock(lab.path).now(), rate=1.0), office.pace)
    (tmp_path / "ssh-host").mkdir()
    with ExitStack() as ending:
        yield SshHost(tmp_path / "ssh-host", Library.load(folders("ps_scripts")), keeper, "NEW", ending)


def with_server(project: MakeProject, server: SshHost, **own: Any) -> Path:
    """A project whose host is reached over SSH."""

    def change(content: dict[str, Any]) -> None:
        content["credentials"]["admin"]["user"] = getpass.getuser()
        ssh = {"host_key": server.server.host_key, "key_file": str(server.key)} | own
        content["hosts"]["NEW"] = {"address": "127.0.0.1", "port": server.server.port, "transport": "ssh", "ssh": ssh}

    return project("NEW", ["W32Time"], change=change)


@pytest.mark.pwsh
def test_a_check_names_ssh_as_the_way(zdm: Zdm, project: MakeProject, server: SshHost) -> None:
    """Port, way, logon and versions; nothing is said of WinRM's quotas, which are not there."""
    folder = with_server(project, server)
    ran = zdm("check", "NEW", "-p", folder, "--json")
    (row,) = ran.json
    seen = {one["name"]: one["value"] for one in row["findings"]}

    assert (ran.code, row["ok"], row["by"]) == (0, True, "ssh/publickey")
    assert seen["port"] == f"ssh://127.0.0.1:{server.server.port}/: open"
    assert seen["way"] == "ssh, publickey"
    assert "PowerShell" in seen
    assert "quotas" not in seen


@pytest.mark.pwsh
def test_a_host_behind_a_jump_host_is_not_looked_at_from_here(
    zdm: Zdm, project: MakeProject, server: SshHost, tmp_path: Path
) -> None:
    """Its port may be closed to this computer; the session goes through the other box, whose key is pinned too."""
    (tmp_path / "gate").mkdir()
    gate = Sshd(tmp_path / "gate", forwarding=True, command="")
    gate.start(Path(f"{server.key}.pub"))
    folder = with_server(project, server, jump="gate")
    content = yaml.safe_load((folder / "project.yaml").read_text(encoding="utf-8"))
    own = {"address": "127.0.0.1", "port": gate.port, "host_key": gate.host_key}
    content["boxes"] = {"gate": own | {"user": getpass.getuser(), "key_file": str(server.key)}}
    (folder / "project.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    try:
        ran = zdm("check", "NEW", "-p", folder, "--json")
    finally:
        gate.stop()
    (row,) = ran.json

    assert (ran.code, row["by"]) == (0, "ssh/publickey"), row
    assert [one["value"].endswith("not looked at from here") for one in row["findings"] if one["name"] == "port"] == [True]


@pytest.mark.pwsh
def test_a_run_over_ssh_has_its_way_in_the_journal(zdm: Zdm, project: MakeProject, server: SshHost) -> None:
    """Plan and apply as over every other way."""
    folder = with_server(project, server)
    plan = zdm("plan", "services", "-p", folder, "--json").json["id"]
    done = zdm("apply", plan, "-p", folder)
    lines = [json.loads(line) for line in (folder / "runs" / plan / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    (session,) = [line["session"] for line in lines if line["event"] == "host.connected"]

    assert done.code == 0, done.err
    assert (session["transport"], session["auth"]) == ("ssh", "publickey")
    assert [line["changed"] for line in lines if line["event"] == "change.finished"] == [True]


@pytest.mark.pwsh
def test_another_machine_behind_the_name_is_refused(zdm: Zdm, project: MakeProject, server: SshHost) -> None:
    """By its host key, which the project pins; there are no shells to be ended."""
    folder = with_server(project, server, host_key="SHA256:" + "A" * 43)
    ran = zdm("check", "-p", folder, "--json")

    assert ran.code == 3
    assert "the host key" in ran.json[0]["error"]
    assert zdm("check", "NEW", "--end-shells", "-p", folder).code == 2
    assert server.asked == []
