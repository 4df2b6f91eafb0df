"""Guests of a lab made ready: address, remote administration, name; interrupted, taken back, refused, done by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from guests_rig import CLIENT, SERVER, WANTED, GuestsRig, guests_rig, guests_world
from rig import Killed, Trap

from zdm_automate.errors import ProjectError
from zdm_automate.lab.guests import unheard
from zdm_automate.lab.world import winrm
from zdm_automate.model import CheckState, Preview
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders


def seen(rig: GuestsRig, name: str) -> tuple[Any, ...]:
    """What of a guest is set up: name now, adapter, remote administration, the service."""
    host = rig.host(name)
    return host.computer_name, host.nics[0], winrm.of(host).rules, host.services["WinRM"].start_mode


def test_two_blank_guests_are_set_up_and_called_so_after_their_restart(tmp_path: Path) -> None:
    """A server and a client, whose administration was off; the lab's networks alone are let in; nothing is left to do."""
    rig = guests_rig(tmp_path)
    what, plan = rig.plan(rig.wanted())

    outcome = rig.apply(what, plan)
    _, again = rig.plan(rig.wanted())
    with rig.workplace(what) as work:
        work.connect()
        waiting = [one.hint for one in work.verify(what) if one.state is CheckState.NOT_YET]
    rig.restart(SERVER)
    rig.restart(CLIENT)
    with rig.workplace(what) as work:
        work.connect()
        checks = work.verify(what)

    assert (outcome.result, [len(one.changes) for one in (plan, again)]) == ("done", [6, 0])
    assert waiting == ["its restart", "its restart"]
    assert [one.name for one in checks if one.state is not CheckState.OK] == []
    assert [rig.host(name).computer_name for name in (SERVER, CLIENT)] == [SERVER, "DESK-01"]
    assert [(one.address, one.dhcp, one.dns) for one in rig.host(SERVER).nics] == [("192.168.16.11", False, ("192.168.16.10",))]
    assert {rule.remote for rule in winrm.of(rig.host(SERVER)).rules} == {("192.168.16.0/255.255.255.0",)}
    assert {rule.remote for rule in winrm.of(rig.host(CLIENT)).rules} == {
        ("192.168.16.0/255.255.255.0", "10.99.0.0/255.255.255.0")
    }
    assert (rig.host(CLIENT).running("WinRM"), winrm.silent(rig.host(CLIENT))) == (True, "")


def test_what_was_set_up_is_taken_back(tmp_path: Path) -> None:
    """Address, rules, service and name are as they came, before and after a restart alike."""
    for restarted in (False, True):
        rig = guests_rig(tmp_path / str(restarted))
        before = [seen(rig, name) for name in WANTED]
        what, plan = rig.plan(rig.wanted())
        rig.apply(what, plan)
        if restarted:
            rig.restart(SERVER)
            rig.restart(CLIENT)

        undone = rig.apply(what, rig.plan_undo(what, plan.id))
        rig.restart(SERVER)
        rig.restart(CLIENT)

        assert undone.result == "done"
        assert [seen(rig, name) for name in WANTED] == before


@pytest.mark.parametrize("late", [False, True])
def test_setting_up_that_was_killed_goes_on_where_it_was(tmp_path: Path, late: bool) -> None:  # noqa: FBT001
    """At every change, before the call and after it: each is made once, and all of them are."""
    for number in range(6):
        rig = guests_rig(tmp_path / f"{number}")
        what, plan = rig.plan(rig.wanted())
        _killed_at(rig, number, late=late)
        with pytest.raises(Killed):
            rig.apply(what, plan)
        rig.trap = Trap()

        outcome = rig.resume(what, plan)

        assert outcome.result == "done", plan.changes[number].id
        assert sorted(rig.changed.values()) == [1] * 6, plan.changes[number].id


def _killed_at(rig: GuestsRig, number: int, *, late: bool) -> None:
    done = 0

    def on_call(_host: str, verb: Any, call: Any) -> Any:
        nonlocal done
        if verb.kind != "applier":
            return call()
        done += 1
        if done <= number:
            return call()
        if late:
            call()
        rig.trap.dead = True
        raise Killed

    rig.trap = Trap(on_call=on_call)


def test_a_guest_that_is_not_reached_holds_up_no_other(tmp_path: Path) -> None:
    """It is said of it that nothing can be foretold; the other one is set up."""
    rig = guests_rig(tmp_path, SERVER)
    what, plan = rig.plan(rig.wanted())

    outcome = rig.apply(what, plan)

    rows = [row for item in plan.items for row in item.rows if row.preview is Preview.UNKNOWN]
    assert [(row.text, row.reason) for row in rows] == [("set up", "it is not reached through its host")]
    assert (len(plan.changes), outcome.result) == (3, "done")


def test_a_guest_that_is_too_old_is_set_up_by_hand_and_looked_at(tmp_path: Path) -> None:
    """The step names what to type; what a person has left out is a failed check once the guest is reached."""
    rig = guests_rig(tmp_path)
    what, plan = rig.plan(rig.wanted(NEWFS={"direct": False}))
    with rig.workplace(what) as work:
        work.connect()
        judged = what.book.judge(work.read(what).facts, what.intent)

    rows = [row for item in plan.items for row in item.rows if row.preview is Preview.MANUAL]
    assert [row.text for row in rows] == [
        f"{SERVER}: at its console, give it the name {SERVER} and the address 192.168.16.11/24, and run winrm quickconfig"
    ]
    assert {change.call.role for change in plan.changes} == {CLIENT}
    assert [one.state for one in judged] == [CheckState.NOT_YET]


def test_an_address_of_somebody_elses_adapter_is_not_taken(tmp_path: Path) -> None:
    """The adapter is the one that the host knows; where the guest shows another, nothing is planned for its address."""
    rig = guests_rig(tmp_path, SERVER)
    world = rig.keeper.world
    strange = next(one for one in world.hyperv["HV1"].machines.values() if one.name == SERVER)
    rig.keeper.with_world(lambda now: (_with_mac(now, strange.id), None))

    _, plan = rig.plan(rig.wanted())

    said = [row.reason for item in plan.items for row in item.rows if row.preview is Preview.UNKNOWN]
    assert said[0] == "no adapter of it carries the MAC address 00-15-5D-FF-FF-FF that its host shows"


def _with_mac(world: Any, machine: str) -> Any:
    own = world.hyperv["HV1"]
    found = own.machines[machine]
    adapters = (replace(found.adapters[0], mac="00155DFFFFFF"),)
    return world.with_hyperv("HV1", replace(own, machines={**own.machines, machine: replace(found, adapters=adapters)}))


def test_an_address_without_a_network_is_refused() -> None:
    """The sentence says how it is written."""
    book = load_playbook("hyperv_guests", folders("playbooks"))

    with pytest.raises(ProjectError, match=r"write the address with the length of its network, such as 192\.168\.16\.10/24"):
        book.intent_of({"guests": [{"name": "X", "computer": "X", "address": "192.168.16.11"}]})


def test_nobody_hears_a_blank_guest_and_everybody_the_one_that_was_set_up(tmp_path: Path) -> None:
    """An address of its own making leads nowhere; a client's Windows takes no administration; rules shut others out."""
    world = guests_world()
    rig = guests_rig(tmp_path)
    what, plan = rig.plan(rig.wanted())
    rig.apply(what, plan)

    assert unheard(world, SERVER) == f"{SERVER} is on no switch that leads here"
    assert winrm.silent(world.hosts[CLIENT]) == f"{CLIENT} does not run WinRM"
    assert winrm.silent(rig.host(CLIENT)) == ""
