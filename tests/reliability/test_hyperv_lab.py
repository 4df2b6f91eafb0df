"""A lab on a Hyper-V host: built, resumed, started only when cut off, set back as a whole, taken away without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hyperv_rig import HOST, LAB, LabRig, host_world, lab_rig
from rig import Killed, Trap, library

from zdm_automate.errors import RefusedError
from zdm_automate.facts.hyperv import LabHost
from zdm_automate.lab.perform import perform
from zdm_automate.lab.world import files, hyperv_change
from zdm_automate.lab.world.hyperv import Adapter, Disk, HyperV, Machine, Switch
from zdm_automate.lab.world.model import World


def own(rig: LabRig, name: str) -> Machine:
    """The machine of a name."""
    return rig.role().named(name)[0]


def test_a_lab_is_built_and_its_guests_come_up(tmp_path: Path) -> None:
    """From a topology to two controllers that run on images that stay as they are; a second plan has nothing to do."""
    rig = lab_rig(tmp_path)
    image = rig.role().disk("C:\\Images\\OLD.vhdx")

    rig.go("built")
    before = rig.keeper.world.hosts["OLD"].powered
    rig.go("running")
    _, again = rig.plan(rig.wanted("running"))

    assert (before, rig.keeper.world.hosts["OLD"].powered, rig.keeper.world.hosts["NEW"].powered) == (False, True, True)
    assert rig.role().disk("C:\\Images\\OLD.vhdx") == image
    assert again.changes == ()
    assert {one.switch for one in own(rig, "OLD").adapters} == {"ZDM-LAB"}


def killed_at(rig: LabRig, number: int, *, late: bool, want: str = "built") -> None:
    """Builds, and dies at a change: before it reaches the host, or after it was made and before that was written down."""
    what, plan = rig.plan(rig.wanted(want))
    before = [None] * number

    def on_call(_host: str, verb: Any, call: Callable[[], Any]) -> Any:
        if verb.kind != "applier":
            return call()
        if before:
            before.pop()
            return call()
        if late:
            call()
        rig.trap.dead = True
        raise Killed

    rig.trap = Trap(on_call=on_call)
    with pytest.raises(Killed):
        rig.apply(what, plan)
    rig.trap = Trap()
    outcome = rig.resume(what, plan)
    assert outcome.result == "done", outcome


def still(world: World) -> World:
    """The world without the times at which its files were written."""
    host = world.hosts[HOST]
    return replace(world.with_host(replace(host, file_times={})), now=host_world().now)


@pytest.mark.parametrize("late", [False, True], ids=["before the call", "after the call"])
def test_a_build_that_was_killed_is_resumed_to_the_same_lab(tmp_path: Path, late: bool) -> None:  # noqa: FBT001
    """At every step: the lab is the one of an undisturbed build, down to the identifiers, and nothing was made twice."""
    undisturbed = lab_rig(tmp_path)
    plan, _ = undisturbed.go("built")

    for number in range(len(plan.changes)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        rig = lab_rig(folder)
        killed_at(rig, number, late=late)

        assert still(rig.keeper.world).hyperv == still(undisturbed.keeper.world).hyperv, plan.changes[number].id
        assert still(rig.keeper.world).hosts == still(undisturbed.keeper.world).hosts


def empty(rig: LabRig, but: str = "") -> bool:
    """Whether nothing of a lab is on the host but its folder, and this file."""
    role = rig.role()
    left = [
        path for path in rig.keeper.world.hosts[HOST].files if path.startswith("C:\\Lab\\") and path not in {"C:\\Lab\\", but}
    ]
    return (dict(role.machines), dict(role.switches), left) == ({}, {}, [])


def test_destroy_leaves_nothing_behind(tmp_path: Path) -> None:
    """Machines that run, their checkpoints, disks and switches; the images and the folder stay."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    rig.go("checkpoint", label="L00-restored")
    rig.go("running")
    rig.go("checkpoint", label="L10-preflight-ok")
    rig.go("running")

    rig.go("gone")

    assert empty(rig)
    assert [disk.path for disk in rig.role().disks.values()] == ["C:\\Images\\OLD.vhdx", "C:\\Images\\NEW.vhdx"]


@pytest.mark.parametrize("late", [False, True], ids=["before the call", "after the call"])
def test_a_removal_that_was_killed_is_resumed_to_nothing(tmp_path: Path, late: bool) -> None:  # noqa: FBT001
    """At every step, of a lab that runs and has checkpoints; a disk of somebody else beside it stays."""
    mine = Disk(path=f"{LAB}\\MINE.vhdx", size=1 << 30, kind="Dynamic", identifier="MINE")
    rig = lab_rig(tmp_path, hyperv_change.with_disk(host_world(), HOST, mine))
    rig.go("built")
    rig.go("checkpoint", label="L00-restored")
    rig.go("running")
    whole = rig.keeper.world
    _, plan = rig.plan(rig.wanted("gone"))

    for number in range(len(plan.changes)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        rig = lab_rig(folder, whole)
        killed_at(rig, number, late=late, want="gone")

        assert rig.role().disk(mine.path) == mine, plan.changes[number].target
        assert empty(rig, but=mine.path), plan.changes[number].target


def test_a_half_built_lab_is_taken_away_whole(tmp_path: Path) -> None:
    """After every step of a build, also one that broke off between its own two halves."""
    plan, _ = lab_rig(tmp_path).go("built")

    for number in range(1, len(plan.changes)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        rig = lab_rig(folder)
        world = rig.keeper.world
        for change in plan.changes[:number]:
            verb = library()[change.call.verb]
            given = {"".join(part.capitalize() for part in key.split("_")): value for key, value in change.call.params.items()}
            world = perform(world, HOST, verb, given).world
        rig = lab_rig(folder, world)

        rig.go("gone")

        assert empty(rig), plan.changes[number - 1].target


def test_a_disk_that_was_not_made_here_is_never_deleted(tmp_path: Path) -> None:
    """Neither one that stood there before, which stops the build, nor one that somebody put in place of ours."""
    world = host_world()
    mine = Disk(path=f"{LAB}\\OLD.vhdx", size=1 << 30, kind="Dynamic", identifier="MINE")
    rig = lab_rig(tmp_path, hyperv_change.with_disk(world, HOST, mine))

    with pytest.raises(RefusedError, match="was not made here"):
        rig.plan(rig.wanted("built"))
    rig.go("gone")

    assert rig.role().disk(mine.path) == mine

    rig = lab_rig(tmp_path)
    rig.go("built")
    rig.go("gone", only=())
    replaced = lab_rig(tmp_path, hyperv_change.with_disk(_with_marker(host_world()), HOST, mine))
    what, plan = replaced.plan(replaced.wanted("gone"))
    outcome = replaced.apply(what, plan)

    assert outcome.result == "failed"
    assert "was not made here" in str(outcome.error)
    assert replaced.role().disk(mine.path) == mine


def _with_marker(world: World) -> World:
    return files.folder_made(world, world.hosts[HOST], f"{LAB}\\OLD.vhdx.zdm\\ANOTHER")


# --- isolation ---


def _machine(role: HyperV, name: str, **changed: Any) -> HyperV:
    found = role.named(name)[0]
    return replace(role, machines={**role.machines, found.id: replace(found, **changed)})


def _adapter(role: HyperV, name: str, **changed: Any) -> HyperV:
    found = role.named(name)[0]
    return _machine(role, name, adapters=(replace(found.adapters[0], **changed),))


def _switch(role: HyperV, name: str, **changed: Any) -> HyperV:
    return replace(role, switches={**role.switches, name: replace(role.switches[name], **changed)})


def _stranger(role: HyperV, **changed: Any) -> HyperV:
    other = Machine(id="x", name="PROD-SQL", path="C:\\VM", adapters=(Adapter(id="y"),))
    return replace(role, machines={**role.machines, "x": replace(other, **changed)})


Break = Callable[[HyperV], HyperV]
BREACHES: dict[str, tuple[Break, str]] = {
    "ip forwarding": (lambda role: replace(role, forwarding=("Ethernet",)), "IP forwarding"),
    "nat": (lambda role: replace(role, nats=("LabNat",)), "NAT LabNat"),
    "external switch": (lambda role: _switch(role, "ZDM-LAB", kind="External", adapter="Intel X550"), "leads outside"),
    "private made internal": (lambda role: _switch(role, "ZDM-LAB", kind="Internal"), "is Internal, not Private"),
    "switch of another": (lambda role: _switch(role, "ZDM-LAB", notes="LAN"), "does not bear the lab's mark"),
    "second adapter": (
        lambda role: _machine(role, "OLD", adapters=(*role.named("OLD")[0].adapters, Adapter(id="2", dhcp_guard=True))),
        "OLD has a second adapter",
    ),
    "guard off": (lambda role: _adapter(role, "NEW", dhcp_guard=False), "the DHCP guard of NEW is off"),
    "leases unplugged": (lambda role: _adapter(role, "OLD", switch=""), "the DHCP guard of OLD is off on no switch"),
    "mac spoofing": (lambda role: _adapter(role, "NEW", spoofing=True), "NEW may send under other MAC addresses"),
    "same mac": (
        lambda role: _adapter(_adapter(role, "NEW", mac="00155D000001"), "OLD", mac="00155D000001"),
        "have one MAC address",
    ),
    "the client's mac": (
        lambda role: _adapter(role, "OLD", mac="00155DAABBCC"),
        "has the MAC address of a machine of the client",
    ),
    "other switch": (
        lambda role: _adapter(
            replace(role, switches={**role.switches, "LAN": Switch(name="LAN", id="l", kind="External")}), "OLD", switch="LAN"
        ),
        "which is no switch of the lab",
    ),
    "restored where the host is": (lambda role: _adapter(role, "OLD", switch="ZDM-MGMT"), "which the host is on too"),
    "starts with the host": (lambda role: _machine(role, "OLD", start_action="Start"), "OLD starts with the host"),
    "stranger on the switch": (
        lambda role: _stranger(role, adapters=(Adapter(id="y", switch="ZDM-LAB"),)),
        "PROD-SQL is connected to ZDM-LAB and is no machine of the lab",
    ),
    "no mark": (lambda role: _machine(role, "NEW", notes=""), "the machine NEW does not bear the lab's mark"),
    "twice": (lambda role: _stranger(role, name="old"), "there are several machines called old"),
    "stranger with the mark": (lambda role: _stranger(role, notes="zdm-lab:sr-1"), "is not in the topology"),
}


@pytest.mark.parametrize("kind", BREACHES)
def test_no_machine_gets_power_while_something_leads_out(tmp_path: Path, kind: str) -> None:
    """Each kind of breach is found in a lab that is otherwise whole; it is told, and no machine was started."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    world = rig.keeper.world
    spoil, said = BREACHES[kind]
    rig = lab_rig(tmp_path, world.with_hyperv(HOST, spoil(world.hyperv[HOST])))

    what = rig.wanted("running", production_macs=["00155DAABBCC"])
    with pytest.raises(RefusedError, match="the lab is not cut off") as refused:
        rig.plan(what)
    with pytest.raises(RefusedError, match="the lab is not cut off"):
        what.book.judge(_read(rig, what), what.intent)

    assert said in refused.value.message
    assert {one.state for one in rig.role().machines.values()} == {"Off"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bridges": ("Netzwerkbrücke",)}, "the host has a network bridge (Netzwerkbrücke)"),
        ({"sharing": True}, "the host shares its internet connection"),
    ],
)
def test_what_else_on_the_host_leads_out_is_told(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """A bridge and a shared connection, as its readers tell them; the world has neither."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    what = rig.wanted("running")
    facts = _read(rig, what)
    key = ("hyperv", LabHost.zdm_type)
    told = replace(facts, by_type={**facts.by_type, key: tuple(replace(one, **changed) for one in facts.by_type[key])})

    with pytest.raises(RefusedError, match="the lab is not cut off") as refused:
        what.book.judge(told, what.intent)

    assert said in refused.value.message


SEAT = Machine(id="s", name="LAB-CTL", path="C:\\VM", adapters=(Adapter(id="1"), Adapter(id="2")))


def seated(rig: LabRig, folder: Path, *switches: str, **adapter: Any) -> LabRig:
    """The rig with the technician's own machine on these switches."""
    adapters = tuple(replace(one, switch=name, **adapter) for one, name in zip(SEAT.adapters, switches, strict=False))
    world = rig.keeper.world
    role = rig.role()
    there = replace(role, machines={**role.machines, "s": replace(SEAT, adapters=adapters)})
    return lab_rig(folder, world.with_hyperv(HOST, there))


def test_the_technicians_own_machine_stands_in_the_lab_alone(tmp_path: Path) -> None:
    """Named as the seat it may be on both switches of the lab; not on another one, and not under other MAC addresses."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    good = seated(rig, tmp_path, "ZDM-LAB", "ZDM-MGMT")

    good.plan(good.wanted("running", seat="LAB-CTL"))
    with pytest.raises(RefusedError, match="LAB-CTL is connected to ZDM-LAB and is no machine of the lab"):
        good.plan(good.wanted("running"))
    outside = seated(rig, tmp_path, "ZDM-LAB", "LAN")
    with pytest.raises(RefusedError, match="LAB-CTL is connected to LAN, which is no switch of the lab"):
        outside.plan(outside.wanted("running", seat="LAB-CTL"))
    hidden = seated(rig, tmp_path, "ZDM-LAB", spoofing=True)
    with pytest.raises(RefusedError, match="LAB-CTL may send under other MAC addresses"):
        hidden.plan(hidden.wanted("running", seat="LAB-CTL"))


def test_a_lab_is_not_taken_away_under_the_technicians_own_machine(tmp_path: Path) -> None:
    """Told before anything is touched; unplugged, it stays while the lab goes."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    plugged = seated(rig, tmp_path, "ZDM-LAB")
    unplugged = seated(rig, tmp_path, "")

    with pytest.raises(RefusedError, match="LAB-CTL is still plugged into ZDM-LAB"):
        plugged.plan(plugged.wanted("gone", seat="LAB-CTL"))
    unplugged.go("gone", seat="LAB-CTL")

    assert [one.name for one in unplugged.role().machines.values()] == ["LAB-CTL"]


def _read(rig: LabRig, what: Any) -> Any:
    with rig.workplace(what) as work:
        work.connect()
        return work.read(what).facts


def test_a_whole_lab_is_found_cut_off(tmp_path: Path) -> None:
    """The check that finds the breaches is silent where there is none."""
    rig = lab_rig(tmp_path)
    rig.go("built")
    what = rig.wanted("built")

    found = what.book.judge(_read(rig, what), what.intent)

    assert [(one.name, str(one.state)) for one in found] == [("nothing leads out of the lab", "ok")]


# --- checkpoints ---


def changed_record(rig: LabRig) -> None:
    """A record is changed on OLD and arrives at NEW."""
    record = {"Zone": "tiny.example.org", "Name": "files", "Type": "A", "Data": "192.168.50.2", "TtlSeconds": 600}
    outcome = perform(rig.keeper.world, "OLD", library()["Set-ZdmDnsTtl"], record)
    assert outcome.error is None, outcome.error
    rig.keeper.with_world(lambda _: (outcome.world, None))
    rig.carry(60)


def ttl(rig: LabRig, host: str) -> int:
    """The time to live of the record, as one controller has it."""
    zone = rig.keeper.world.dns[host].zone("tiny.example.org")
    assert zone is not None
    return zone.at("files", "A")[0].ttl


def kept_and_moved_on(folder: Path, release: str = "2008r2") -> LabRig:
    """A lab with a checkpoint, in which a record was changed afterwards."""
    rig = lab_rig(folder, host_world(release))
    rig.go("built")
    rig.go("checkpoint", label="L00-restored")
    rig.go("running")
    changed_record(rig)
    assert (ttl(rig, "OLD"), ttl(rig, "NEW")) == (600, 600)
    return rig


def test_all_machines_go_back_together(tmp_path: Path) -> None:
    """Every machine is off before the first is set back; both controllers know the same again."""
    rig = kept_and_moved_on(tmp_path)

    rig.go("restore", label="L00-restored")
    off = {one.state for one in rig.role().machines.values()}
    rig.go("running")

    assert off == {"Off"}
    assert (ttl(rig, "OLD"), ttl(rig, "NEW")) == (3600, 3600)


def test_one_of_two_old_controllers_alone_is_refused(tmp_path: Path) -> None:
    """Whichever of the two, and before any machine is touched."""
    rig = kept_and_moved_on(tmp_path)

    for alone in ("OLD", "NEW"):
        with pytest.raises(RefusedError, match="domain controller from before 2012"):
            rig.plan(rig.wanted("restore", label="L00-restored", only=[alone]))

    assert {one.state for one in rig.role().machines.values()} == {"Running"}


def test_forced_alone_an_old_controller_stays_behind_for_good(tmp_path: Path) -> None:
    """USN rollback: a day later it still lacks what its partner knows, and nothing has reported an error."""
    rig = kept_and_moved_on(tmp_path)
    forced(rig, "OLD")

    rig.carry(timedelta(days=1).total_seconds())

    assert (ttl(rig, "OLD"), ttl(rig, "NEW")) == (3600, 600)


def test_a_newer_controller_that_is_set_back_alone_catches_up(tmp_path: Path) -> None:
    """From 2012 on it notices by its generation id and takes the directory from its partner."""
    rig = kept_and_moved_on(tmp_path, "2012r2")
    forced(rig, "OLD")

    assert (ttl(rig, "OLD"), ttl(rig, "NEW")) == (600, 600)


def forced(rig: LabRig, name: str) -> None:
    """Sets one machine back behind the playbook's back, and starts it again."""
    world = rig.keeper.world
    for verb, more in (
        ("Set-ZdmLabVmState", {"State": "Off", "Hard": True}),
        ("Restore-ZdmLabCheckpoint", {"Label": "L00-restored"}),
        ("Set-ZdmLabVmState", {"State": "Running", "Leases": name == "OLD"}),
    ):
        outcome = perform(world, HOST, library()[verb], {"Name": name, "Mark": "zdm-lab:sr-1", **more})
        assert outcome.error is None, outcome.error
        world = outcome.world
    rig.keeper.with_world(lambda _: (world, None))


def test_a_checkpoint_that_is_not_there_is_told_before_any_power_is_cut(tmp_path: Path) -> None:
    """Names are looked up first; the machines go on running."""
    rig = kept_and_moved_on(tmp_path)

    with pytest.raises(RefusedError, match="there is no checkpoint L99-none"):
        rig.plan(rig.wanted("restore", label="L99-none"))

    assert {one.state for one in rig.role().machines.values()} == {"Running"}


def test_a_label_is_taken_anew_where_it_is_wanted_so(tmp_path: Path) -> None:
    """The second checkpoint of a label holds what was true the second time; without it nothing is done."""
    rig = kept_and_moved_on(tmp_path)
    _, again = rig.plan(rig.wanted("checkpoint", label="L00-restored"))

    rig.go("checkpoint", label="L00-restored", anew=True)
    rig.go("running")
    rig.go("restore", label="L00-restored")
    rig.go("running")

    assert again.changes == ()
    assert [len(one.checkpoints) for one in rig.role().machines.values()] == [1, 1, 1]
    assert (ttl(rig, "OLD"), ttl(rig, "NEW")) == (600, 600)


def test_a_guest_that_answers_is_shut_down_before_it_is_kept(tmp_path: Path) -> None:
    """Its power is cut only where it does not answer, or where what it writes is thrown away."""
    rig = kept_and_moved_on(tmp_path)

    def hard(want: str) -> dict[str, bool]:
        _, plan = rig.plan(rig.wanted(want, label="L00-restored", anew=want == "checkpoint"))
        powers = [one.call.params for one in plan.changes if one.call.verb == "Set-ZdmLabVmState"]
        return {one["name"]: one["hard"] for one in powers}

    assert hard("checkpoint") == {"OLD": False, "NEW": False, "RTR": True}
    assert hard("restore") == {"OLD": True, "NEW": True, "RTR": True}
