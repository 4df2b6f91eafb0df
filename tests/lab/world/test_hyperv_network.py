"""Guests behind the switches of a Hyper-V host: when the technician's computer reaches them, and what tells them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from zdm_automate.lab.office import load_office
from zdm_automate.lab.perform import load_models, perform
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.advance import advance
from zdm_automate.lab.world.hyperv import Machine
from zdm_automate.lab.world.hyperv_network import hardware, is_guest, machine_of, plugged
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.reach import cut_off
from zdm_automate.resources import folders
from zdm_automate.scripts import Library

HOST = "HV1"
SWITCH, OUTSIDE, SEAT = "ZDM-LAB", "LAN", "LAB-CTL"
WORKSHOP = Path(__file__).resolve().parents[3] / "labs" / "hyperv" / "workshop.yaml"


def done(world: World, verb: str, **given: object) -> World:
    """The world after a verb on the Hyper-V host."""
    load_models()
    outcome = perform(world, HOST, Library.load(folders("ps_scripts"))[verb], given)
    assert outcome.error is None, outcome.error
    return outcome.world


@pytest.fixture(scope="module")
def built() -> World:
    """The workshop with the client's old server on the lab's switch, off."""
    mark = {"Mark": "zdm-lab:sr-1"}
    world = done(load_office(WORKSHOP), "New-ZdmLabSwitch", Name=SWITCH, Kind="Private", **mark)
    world = done(world, "New-ZdmLabDisk", Path="C:\\Lab\\OLD.vhdx", ParentPath="C:\\Images\\sbs-restored.vhdx")
    more = {"Generation": "1", "MemoryMb": 2048, "Processors": 2, "Path": "C:\\Lab", "Disk": ["C:\\Lab\\OLD.vhdx"]}
    world = done(world, "New-ZdmLabVm", Name="OLD", **mark, **more)
    return done(world, "Connect-ZdmLabVm", Name="OLD", SwitchName=SWITCH, **mark)


def machine(world: World) -> Machine:
    """The old server's machine."""
    found = machine_of(world, "OLD")
    assert found is not None
    return found[1]


def running(world: World, seconds: float = 60) -> World:
    """The world some time after the machine was turned on."""
    world = hyperv_change.started(world, HOST, machine(world))
    return advance(world, world.now + timedelta(seconds=seconds))


def test_nothing_leads_to_a_guest_that_no_machine_is(built: World) -> None:
    """An image alone answers nobody; a host that lies on no image is no guest."""
    assert cut_off(load_office(WORKSHOP), "OLD") == "OLD lies on a disk that no machine has"
    assert (is_guest(built, "OLD"), is_guest(built, HOST), cut_off(built, HOST)) == (True, False, "")


def test_a_guest_answers_once_it_has_come_up(built: World) -> None:
    """Not while it is off, nor in the first seconds; and only where the technician's computer is on its switch."""
    seated = plugged(built, SEAT, SWITCH, 0)

    assert cut_off(seated, "OLD") == "OLD is off"
    assert cut_off(running(seated, 5), "OLD") == "OLD comes up"
    assert cut_off(running(seated), "OLD") == ""
    assert cut_off(running(built), "OLD") == "OLD is on no switch that leads here"
    assert cut_off(plugged(running(seated), SEAT, "", 0), "OLD") == "OLD is on no switch that leads here"


def test_a_switch_that_leads_outside_leads_here(built: World) -> None:
    """The technician's computer reaches what is on the office's own network, and so does everybody."""
    assert cut_off(running(plugged(built, "OLD", OUTSIDE, 0)), "OLD") == ""


@pytest.mark.parametrize(
    ("name", "switch", "place", "said"),
    [("NONE", SWITCH, 0, "has a machine 'NONE'"), ("OLD", "X", 0, "has no switch 'X'"), ("OLD", SWITCH, 1, "no number 1")],
)
def test_what_cannot_be_plugged_is_told(built: World, name: str, switch: str, place: int, said: str) -> None:
    """A machine, switch or adapter that is not there."""
    with pytest.raises(ValueError, match=said):
        plugged(built, name, switch, place)


def test_a_guest_has_the_hardware_of_its_machine(built: World) -> None:
    """What its firmware says is what the host says, and not what the client's own server says."""
    load_models()
    library = Library.load(folders("ps_scripts"))
    guest = perform(running(built), "OLD", library["Get-ZdmHostInventory"], {}).rows[0]
    host = perform(built, HOST, library["Get-ZdmLabVm"], {}).rows
    alone = perform(load_office(WORKSHOP), "OLD", library["Get-ZdmHostInventory"], {}).rows[0]

    assert guest["MachineUuid"] == hardware(machine(built))
    assert {row["Name"]: row["HardwareId"] for row in host}["OLD"] == guest["MachineUuid"]
    assert (alone["MachineUuid"] == guest["MachineUuid"], alone["WindowsSerial"] == guest["WindowsSerial"]) == (False, True)


def test_a_checkpoint_keeps_all_that_lies_on_the_disks(built: World) -> None:
    """Shares, drives and DHCP go back with a controller; the directory too, unless another controller runs."""
    kept = hyperv_change.checkpointed(built, HOST, machine(built), "L00-restored")
    point = machine(kept).checkpoints[0]
    other = replace(kept.directory, dhcp_servers=())
    moved = replace(kept, dhcp={}, volumes={}, smb={}, directory=other)
    partner = moved.with_host(replace(moved.hosts["NEW-DC"], powered=True))

    back = hyperv_change.restored(moved, HOST, machine(moved), point)
    beside = hyperv_change.restored(partner, HOST, machine(partner), point)

    assert [area["OLD"] for area in (back.dhcp, back.volumes, back.smb)] == [
        built.dhcp["OLD"],
        built.volumes["OLD"],
        built.smb["OLD"],
    ]
    assert (back.directory, beside.directory) == (built.directory, other)


def test_a_machine_keeps_its_generation(built: World) -> None:
    """One of another generation is refused before anything about it is changed."""
    more = {"Generation": "2", "MemoryMb": 2048, "Processors": 4, "Path": "C:\\Lab", "Disk": ["C:\\Lab\\OLD.vhdx"]}
    verb = Library.load(folders("ps_scripts"))["New-ZdmLabVm"]
    told = perform(built, HOST, verb, {"Name": "OLD", "Mark": "zdm-lab:sr-1", **more})

    assert told.error is not None
    assert "is of generation 1; generation 2 is wanted" in told.error.message
    assert told.world == built


def test_a_disk_that_is_named_twice_is_refused_before_a_machine_is_made(built: World) -> None:
    """In whatever letters: Windows would take it for the first, and fail at the second."""
    disks = ["C:\\Lab\\OLD.vhdx", "C:\\LAB\\old.vhdx"]
    apart = done(built, "Remove-ZdmLabVm", Name="OLD", Mark="zdm-lab:sr-1")
    more = {"Generation": "1", "MemoryMb": 512, "Processors": 1, "Path": "C:\\Lab", "Disk": disks}
    verb = Library.load(folders("ps_scripts"))["New-ZdmLabVm"]
    told = perform(apart, HOST, verb, {"Name": "OTHER", "Mark": "zdm-lab:sr-1", **more})

    assert told.error is not None
    assert "is named twice" in told.error.message
    assert told.world == apart


def test_a_pc_gets_its_address_once_the_servers_guard_is_lifted(built: World) -> None:
    """As the verbs make it, the lab has a DHCP server that nobody hears; the same server without the guard leases."""
    mark = {"Mark": "zdm-lab:sr-1"}
    disk = "C:\\Lab\\PC1.vhdx"
    world = done(built, "New-ZdmLabDisk", Path=disk, ParentPath="C:\\Images\\pc.vhdx")
    more = {"Generation": "2", "MemoryMb": 2048, "Processors": 2, "Path": "C:\\Lab", "Disk": [disk]}
    world = done(world, "New-ZdmLabVm", Name="PC1", **mark, **more)
    world = done(world, "Connect-ZdmLabVm", Name="PC1", SwitchName=SWITCH, **mark)
    for name in ("OLD", "PC1"):
        world = done(world, "Set-ZdmLabVmState", Name=name, State="Running", **mark)
    world = advance(world, world.now + timedelta(minutes=10))

    lifted = done(world, "Connect-ZdmLabVm", Name="OLD", SwitchName=SWITCH, Leases=True, **mark)
    later = advance(lifted, lifted.now + timedelta(minutes=10))

    assert (world.clients["PC1"].address, later.clients["PC1"].address != "") == ("", True)
    assert later.clients["PC1"].server == "192.168.16.2"
