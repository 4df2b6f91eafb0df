"""The line to a guest: dead without power or a switch in common, and dropped with its shells when the power went."""

from __future__ import annotations

from pathlib import Path

import pytest

from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.guests import GuestLine
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import read_office
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.hyperv import Adapter, Machine
from zdm_automate.lab.world.hyperv_network import machine_of, plugged
from zdm_automate.lab.world.model import World

WORKSHOP = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "workshop.yaml"


@pytest.fixture
def keeper() -> Keeper:
    """The workshop, with a machine that boots the client's server on the office's own switch, off."""
    office = read_office(WORKSHOP)
    made = Machine(id="1-2", name="OLD", path="C:\\Lab", drives=("C:\\Images\\sbs-restored.vhdx",), adapters=(Adapter(id="1"),))
    world = plugged(hyperv_change.with_machine(office.world, "HV1", made), "OLD", "LAN", 0)
    return Keeper(world, WorldClock(world.now, rate=0), office.pace)


def power(keeper: Keeper, *, on: bool) -> None:
    """Turns the machine on or off, and lets a minute pass."""

    def act(world: World) -> tuple[World, None]:
        found = machine_of(world, "OLD")
        assert found is not None
        turn = hyperv_change.started if on else hyperv_change.stopped
        return turn(world, "HV1", found[1]), None

    keeper.with_world(act)
    keeper.carry(60)


def test_shells_end_with_the_power_and_not_before(keeper: Keeper) -> None:
    """Each time the machine was off in between, they are dropped once."""
    dropped: list[str] = []
    line = GuestLine(keeper, "OLD", dropped.append)

    off = line.dead()
    power(keeper, on=True)
    first = line.dead(), list(dropped)
    again = line.dead(), list(dropped)
    power(keeper, on=False)
    power(keeper, on=True)
    back = line.dead(), list(dropped)

    assert off
    assert first == (False, ["OLD"])
    assert again == first
    assert back == (False, ["OLD", "OLD"])
