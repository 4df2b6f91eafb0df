"""Leases in a lab on a Hyper-V host: the DHCP guard is lifted for whoever serves them, on the lab's private switch alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hyperv_rig import HOST, TOPOLOGY, LabRig, host_world, lab_rig
from rig import library

from zdm_automate.errors import RefusedError
from zdm_automate.lab.perform import Outcome, load_models, perform
from zdm_automate.lab.world.hyperv import Adapter, HyperV, Switch
from zdm_automate.lab.world.model import World

MARK = {"Mark": "zdm-lab:sr-1"}
PLAIN = [{key: value for key, value in one.items() if key != "leases"} for one in TOPOLOGY["machines"]]
"""The same machines, none of which serves leases."""


def adapter(role: HyperV, name: str = "OLD") -> Adapter:
    """The adapter of a machine."""
    return role.named(name)[0].adapters[0]


def spoiled(world: World, **changed: Any) -> World:
    """The world in which the adapter of the machine that leases is another."""
    role = world.hyperv[HOST]
    found = role.named("OLD")[0]
    other = replace(found, adapters=(replace(found.adapters[0], **changed),))
    return world.with_hyperv(HOST, replace(role, machines={**role.machines, found.id: other}))


def with_switch(world: World, **changed: Any) -> World:
    """The world in which the lab's private switch is another."""
    role = world.hyperv[HOST]
    other = replace(role.switches["ZDM-LAB"], **changed)
    return world.with_hyperv(HOST, replace(role, switches={**role.switches, "ZDM-LAB": other}))


def with_foreign(world: World) -> World:
    """The world with a private switch of somebody else."""
    role = world.hyperv[HOST]
    return world.with_hyperv(HOST, replace(role, switches={**role.switches, "LAN": Switch(name="LAN", id="l", kind="Private")}))


def test_the_guard_is_lifted_last_and_for_the_server_alone(tmp_path: Path) -> None:
    """Made guarded, plugged in guarded, then lifted by a change of its own, all before anything gets power."""
    rig = lab_rig(tmp_path)

    plan, _ = rig.go("built")
    _, power = rig.plan(rig.wanted("running"))

    told = [one.target for one in plan.changes if one.target.startswith(("OLD:", "machine OLD"))]
    assert told == [
        "machine OLD, generation 1, 4096 MB, guarded, unplugged",
        "OLD: plugged into ZDM-LAB",
        "OLD: DHCP guard off on ZDM-LAB, where it leases addresses",
    ]
    assert {name: adapter(rig.role(), name).dhcp_guard for name in ("OLD", "NEW", "RTR")} == {
        "OLD": False,
        "NEW": True,
        "RTR": True,
    }
    assert {one.call.verb for one in power.changes} == {"Set-ZdmLabVmState"}


def test_undo_guards_a_machine_before_it_unplugs_it(tmp_path: Path) -> None:
    """The change has an inverse of its own: the guard is on again on the same switch."""
    rig = lab_rig(tmp_path)
    rig.go("built", machines=PLAIN)
    what, plan = rig.plan(rig.wanted("built"))
    rig.apply(what, plan)
    lifted = adapter(rig.role()).dhcp_guard

    back = rig.plan_undo(what, plan.id)
    outcome = rig.apply(what, back)

    assert [one.target for one in plan.changes] == ["OLD: DHCP guard off on ZDM-LAB, where it leases addresses"]
    assert (lifted, outcome.result) == (False, "done")
    assert (adapter(rig.role()).dhcp_guard, adapter(rig.role()).switch) == (True, "ZDM-LAB")


ELSEWHERE: dict[str, tuple[Callable[[World], World], str]] = {
    "unplugged": (lambda world: spoiled(world, switch=""), "no switch"),
    "internal": (lambda world: spoiled(world, switch="ZDM-MGMT"), "ZDM-MGMT"),
    "of another": (lambda world: spoiled(with_foreign(world), switch="LAN"), "LAN"),
    "no mark": (lambda world: with_switch(world, notes=""), "ZDM-LAB"),
    "made internal": (lambda world: with_switch(world, kind="Internal"), "ZDM-LAB"),
    "made external": (lambda world: with_switch(world, kind="External", adapter="Intel X550"), "ZDM-LAB"),
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_guard_that_is_off_elsewhere_is_a_breach(tmp_path: Path, kind: str) -> None:
    """For the machine that leases too: where its adapter hangs counts as it stands now, not as it was wanted."""
    spoil, where = ELSEWHERE[kind]
    rig = lab_rig(tmp_path)
    rig.go("built")
    rig = lab_rig(tmp_path, spoil(rig.keeper.world))
    what = rig.wanted("running")

    with rig.workplace(what) as work:
        work.connect()
        facts = work.read(what).facts
    found = tuple(what.book.items[0].judge(facts, what.intent))

    assert f"the DHCP guard of OLD is off on {where}, not on the lab's private one" in found[0].value.split("; ")
    with pytest.raises(RefusedError, match="the lab is not cut off"):
        rig.plan(rig.wanted("running"))


def test_a_machine_that_leases_no_more_is_guarded_by_the_next_build(tmp_path: Path) -> None:
    """Until then it is a breach, which is told and not mended on the way to power."""
    rig = lab_rig(tmp_path)
    rig.go("built")

    with pytest.raises(RefusedError, match="the DHCP guard of OLD is off"):
        rig.plan(rig.wanted("running", machines=PLAIN))
    plan, _ = rig.go("built", machines=PLAIN)
    rig.go("running", machines=PLAIN)

    assert [one.target for one in plan.changes] == ["OLD: DHCP guard on again"]
    assert adapter(rig.role()).dhcp_guard


def test_a_checkpoint_brings_the_guard_of_its_time_back(tmp_path: Path) -> None:
    """One from before the machine was to lease: the guard is on, and the way to power lifts it anew."""
    rig = lab_rig(tmp_path)
    rig.go("built", machines=PLAIN)
    rig.go("checkpoint", machines=PLAIN, label="L00-restored")
    rig.go("running")
    open_before = not adapter(rig.role()).dhcp_guard

    rig.go("restore", label="L00-restored")
    back = adapter(rig.role()).dhcp_guard
    plan, _ = rig.go("running")

    assert (open_before, back, adapter(rig.role()).dhcp_guard) == (True, True, False)
    assert plan.changes[0].target == "OLD: DHCP guard off on ZDM-LAB, where it leases addresses"


def test_a_machine_that_leases_belongs_on_a_private_switch(tmp_path: Path) -> None:
    """The topology is refused before a host is asked."""
    wrong = [{"name": "DHCP", "switch": "ZDM-MGMT", "leases": True}]

    with pytest.raises(ValueError, match="DHCP leases addresses and belongs on a private switch"):
        lab_rig(tmp_path).wanted("built", machines=wrong)


# --- what the verbs themselves refuse ---


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The lab as it was built."""
    load_models()
    rig: LabRig = lab_rig(tmp_path_factory.mktemp("lab"), host_world())
    rig.go("built")
    return rig.keeper.world


def called(world: World, verb: str, **given: Any) -> Outcome:
    """What a verb does about the machine that leases."""
    return perform(world, HOST, library()[verb], {"Name": "OLD", **MARK, **given})


@pytest.mark.parametrize(
    ("spoil", "switch", "said"),
    [
        (lambda world: world, "", "is not lifted while it is unplugged"),
        (lambda world: world, "ZDM-MGMT", "is only lifted on a private switch"),
        (with_foreign, "LAN", "is not the lab's own"),
        (lambda world: with_switch(world, kind="Internal"), "ZDM-LAB", "is only lifted on a private switch"),
        (lambda world: with_switch(world, notes=""), "ZDM-LAB", "is not the lab's own"),
    ],
)
def test_the_verb_lifts_no_guard_elsewhere(built: World, spoil: Callable[[World], World], switch: str, said: str) -> None:
    """Whatever a plan says, and also where the guard is off already."""
    world = spoil(built)

    told = called(world, "Connect-ZdmLabVm", SwitchName=switch, Leases=True)

    assert told.error is not None
    assert said in told.error.message
    assert told.world == world


@pytest.mark.parametrize("switch", ["", "ZDM-MGMT", "ZDM-LAB"])
def test_a_machine_that_is_plugged_without_leases_is_guarded(built: World, switch: str) -> None:
    """On another switch, on none, and on the one that it hangs on."""
    told = called(built, "Connect-ZdmLabVm", SwitchName=switch)

    assert (told.error, told.rows[0]["After"]) == (None, {"SwitchName": switch, "Guarded": True})
    assert adapter(told.world.hyperv[HOST]).dhcp_guard


@pytest.mark.parametrize(
    ("spoil", "leases", "refused"),
    [
        (lambda world: world, True, False),
        (lambda world: world, False, True),
        (lambda world: spoiled(world, switch=""), True, True),
        (lambda world: spoiled(world, switch="ZDM-MGMT"), True, True),
        (lambda world: with_switch(world, notes=""), True, True),
    ],
    ids=["private", "not said", "unplugged", "internal", "no mark"],
)
def test_power_asks_for_the_guard_or_the_private_switch(
    built: World, spoil: Callable[[World], World], *, leases: bool, refused: bool
) -> None:
    """A guard that is off is let through for a machine that leases, on the lab's private switch."""
    told = called(spoil(built), "Set-ZdmLabVmState", State="Running", Leases=leases)

    assert (told.error is not None and "The DHCP guard of 'OLD' is off." in told.error.message) == refused
    assert told.world.hyperv[HOST].named("OLD")[0].state == ("Off" if refused else "Running")
