"""The sessions of a rehearsal's proofs: held from one to the next, fresh in what they read, and opened anew where one broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from zdm_automate.cli.rehearsal_asked import Asked, Watched
from zdm_automate.errors import PoolLostError, UnreachableError, ZdmError
from zdm_automate.facts.hyperv import LabSwitch
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.direct import DirectTransport
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import read_office
from zdm_automate.lab.perform import load_models
from zdm_automate.lab.world.hyperv import Switch
from zdm_automate.lab.world.model import World
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Reply, Target
from zdm_automate.workplace import Intended, Workplace

WORKSHOP = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "workshop.yaml"
TOPOLOGY = {"lab": "sr-1", "folder": "C:\\Lab", "switches": [{"name": "ZDM-LAB"}], "machines": []}


@cache
def library() -> Library:
    """The verbs."""
    load_models()
    return Library.load(folders("ps_scripts"))


@dataclass
class Net:
    """Hosts of the workshop as a project would open them; `breaks` are errors that their next calls meet, one each."""

    keeper: Keeper
    opened: list[str] = field(default_factory=list)
    breaks: list[ZdmError] = field(default_factory=list)

    def session(self, host: str) -> HostSession:
        """A session that is not open yet."""
        self.opened.append(host)

        def around(_host: str, _verb: Any, call: Callable[[], Reply]) -> Reply:
            if self.breaks:
                raise self.breaks.pop(0)
            return call()

        transport = DirectTransport(Target(host=host, address="127.0.0.1"), self.keeper, library(), around=around)
        return HostSession(transport, library(), now=self.keeper.now)

    def workplace(self, _what: Intended) -> Workplace:
        """The Hyper-V host alone."""
        return Workplace(sessions={"hyperv": self.session("HV1")}, library=library(), now=self.keeper.now)


@pytest.fixture
def net() -> Any:
    """The workshop, its clock standing."""
    office = read_office(WORKSHOP)
    return Net(Keeper(office.world, WorldClock(office.world.now, rate=0), office.pace))


def lost() -> PoolLostError:
    """What a call meets when its shell is gone."""
    return PoolLostError("the shell is gone.", host="HV1")


def test_a_machine_is_asked_anew_over_the_session_that_is_there(net: Any) -> None:
    """Another machine in its place is seen, although nothing was opened."""
    asked = Asked()
    first = asked.machines(net, ["HV1", "OLD"])

    def other(world: World) -> tuple[World, None]:
        return world.with_host(replace(world.hosts["OLD"], machine="somebody else")), None

    net.keeper.with_world(other)
    second = asked.machines(net, ["HV1", "OLD"])

    assert net.opened == ["HV1", "OLD"]
    assert second["HV1"] == first["HV1"]
    assert second["OLD"] != first["OLD"]


def test_a_session_that_broke_is_opened_again_once(net: Any) -> None:
    """Who does not answer by a new one either is told."""
    asked = Asked()
    first = asked.machines(net, ["OLD"])
    net.breaks = [lost()]
    again = asked.machines(net, ["OLD"])
    net.breaks = [lost(), UnreachableError("OLD is off.", host="OLD")]

    assert (again, net.opened) == (first, ["OLD", "OLD"])
    with pytest.raises(UnreachableError, match="OLD is off"):
        asked.machines(net, ["OLD"])
    assert asked.machines(net, ["OLD"]) == first


def test_dropped_sessions_are_not_used_again(net: Any) -> None:
    """As before machines go off."""
    asked = Asked()
    asked.machines(net, ["OLD"])
    asked.drop()
    asked.machines(net, ["OLD"])

    assert net.opened == ["OLD", "OLD"]


def test_the_hyperv_host_is_looked_at_over_one_session(net: Any) -> None:
    """What is read is what is there then; where the session broke, what it left unread is read by a new one."""
    book = load_playbook("hyperv_lab", folders("playbooks"))
    what = Intended(book=book, intent=book.intent_of(TOPOLOGY), project="P", service_request="SR")
    watched = Watched()

    def switches() -> list[str]:
        return [one.name for one in watched.look(net, what).of("hyperv", LabSwitch)]

    before = switches()

    def more(world: World) -> tuple[World, None]:
        role = world.hyperv["HV1"]
        made = Switch(name="ZDM-LAB", id="1", kind="Private")
        return world.with_hyperv("HV1", replace(role, switches={**role.switches, "ZDM-LAB": made})), None

    net.keeper.with_world(more)
    after = switches()
    net.breaks = [lost()]
    broken = switches()
    watched.drop()

    assert (before, after, broken) == (["LAN"], ["LAN", "ZDM-LAB"], ["LAN", "ZDM-LAB"])
    assert net.opened == ["HV1", "HV1"]
