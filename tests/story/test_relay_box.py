"""The relay of a DHCP cut-over on a switch of the project: planned, applied, verified and taken back over a real sshd."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office_story import Story

sys.path.append(str(Path(__file__).parent.parent / "boxes"))
from ssh_server import SSHD, Sshd, Switch, keygen, shell_command

pytestmark = [pytest.mark.proof, pytest.mark.slow]

Start = Callable[[str], Story]
OLD, NEW = "192.168.50.2", "192.168.50.10"


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Switch]:
    """A switch that relays two networks to the old server."""
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    folder = tmp_path / "sshd"
    folder.mkdir()
    state = tmp_path / "switch.json"
    both = {"Vlan10": [OLD], "Vlan20": [OLD, "192.168.50.9"], "Vlan30": ["10.0.0.1"]}
    state.write_text(json.dumps({"running": both, "saved": both, "heard": []}), encoding="utf-8")
    made = Switch(Sshd(folder, shell_command(state)), state, keygen(tmp_path / "key"), getpass.getuser())
    made.server.start(Path(f"{made.key}.pub"))
    yield made
    made.server.stop()


def with_switch(tiny: Story, switch: Switch) -> None:
    box = f"{{address: 127.0.0.1, port: {switch.server.port}, profile: cisco-ios, host_key: '{switch.server.host_key}', "
    box += f"user: {switch.user}, key_file: '{switch.key}'}}"
    tiny.edit(lambda text: text.replace("roles:", f"boxes:\n  core-switch: {box}\nroles:", 1))
    tiny.edit(lambda text: text.replace("lease_seconds: 900", "lease_seconds: 900, relays: [core-switch, attic-switch]", 1))


def test_a_relay_that_is_a_box_is_switched_with_the_servers(story: Start, switch: Switch) -> None:
    """In the plan beside the servers, by hand only where the project has no box, applied once, verified, no change after."""
    tiny = story("tiny")
    with_switch(tiny, switch)
    tiny.plan("dhcp_cutover")
    tiny.ok("apply", "latest")
    tiny.carry("+9d")

    plan = tiny.plan("dhcp_cutover")
    rows = [row for item in plan["items"] for row in item["rows"] if "switch" in row["text"] and "relay" in row["text"]]
    assert [(row["preview"], row["text"]) for row in rows] == [
        ("would change", f"core-switch Vlan10: relay to {NEW}"),
        ("would change", f"core-switch Vlan20: relay to 192.168.50.9, {NEW}"),
        ("manual", f"point the DHCP relay address on attic-switch to {NEW}"),
    ]
    assert "configure terminal" not in switch.state["heard"]

    assert "failed" not in tiny.ok("apply", "latest")
    wanted = {"Vlan10": [NEW], "Vlan20": ["192.168.50.9", NEW], "Vlan30": ["10.0.0.1"]}
    assert (switch.state["running"], switch.state["saved"]) == (wanted, wanted)
    again = tiny.plan("dhcp_cutover")
    assert not [row for item in again["items"] for row in item["rows"] if row["change"] and row["role"] == "core-switch"]
    seats = {(row["seat"], row["state"]) for row in tiny.json("verify", "dhcp_cutover") if "relay" in row["name"]}
    assert seats == {("core-switch", "ok")}


def test_a_switch_that_hangs_up_in_the_middle_is_settled_by_reading(story: Start, switch: Switch) -> None:
    """The run asks the box again what it shows: changed and not saved is neither, and nothing is typed a second time."""
    tiny = story("tiny")
    with_switch(tiny, switch)
    tiny.plan("dhcp_cutover")
    tiny.ok("apply", "latest")
    tiny.carry("+9d")
    tiny.plan("dhcp_cutover")
    switch.set(fault="drop write memory")

    code, _, err = tiny.type("apply", "latest")

    assert code == 4, err
    assert switch.state["heard"].count("configure terminal") == 1
    switch.set(fault="")
    tiny.plan("dhcp_cutover")
    tiny.ok("apply", "latest")
    assert switch.state["saved"] == {"Vlan10": [NEW], "Vlan20": ["192.168.50.9", NEW], "Vlan30": ["10.0.0.1"]}


def test_a_switch_with_another_key_stops_the_plan(story: Start, switch: Switch, tmp_path: Path) -> None:
    """A box that the project names is not quietly left to a person."""
    tiny = story("tiny")
    with_switch(tiny, switch)
    tiny.edit(lambda text: text.replace(switch.server.host_key, "SHA256:" + "A" * 43))

    code, _, err = tiny.type("plan", "dhcp_cutover")

    assert code == 3
    assert "the project pins SHA256:AAAA" in err
