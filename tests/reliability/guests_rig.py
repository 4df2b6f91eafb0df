"""A Hyper-V host in memory with two guests that nobody has set up yet, and the playbook that does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from rig import Rig, known, library

from zdm_automate.lab.direct import DirectTransport
from zdm_automate.lab.office import read_office
from zdm_automate.lab.office_hyperv import generalized
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.host import Host
from zdm_automate.lab.world.hyperv import Adapter, Machine
from zdm_automate.lab.world.hyperv_network import machine_of
from zdm_automate.lab.world.model import World
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Target
from zdm_automate.workplace import Intended

HOST, SERVER, CLIENT = "HV1", "NEW-FS", "PC1"
IMAGES = {SERVER: "2022-generalized", CLIENT: "pc"}
WORKSHOP = Path(__file__).resolve().parents[2] / "labs" / "hyperv" / "workshop.yaml"
WANTED: dict[str, dict[str, Any]] = {
    SERVER: {"computer": SERVER, "address": "192.168.16.11/24", "gateway": "192.168.16.1", "dns": ("192.168.16.10",)},
    CLIENT: {"computer": "DESK-01", "address": "192.168.16.90/24", "allow": ("192.168.16.0/24", "10.99.0.0/24")},
}


def guests_world() -> World:
    """The workshop with a server and a client from generalised images, both running for two minutes."""
    world = read_office(WORKSHOP).world
    world = generalized(world.with_host(replace(world.hosts[CLIENT], domain="", role=0)), CLIENT)
    for number, (name, image) in enumerate(IMAGES.items(), start=1):
        drive = (f"C:\\Images\\{image}.vhdx",)
        made = Machine(id=f"b{number}aa-{number}", name=name, path="C:\\Lab", drives=drive, adapters=(Adapter(id="1"),))
        world = hyperv_change.started(hyperv_change.with_machine(world, HOST, made), HOST, made)
    return replace(world, now=world.now + timedelta(minutes=2))


class GuestsRig(Rig):
    """The rig of the guests; each is known by the way to it, whatever it calls itself."""

    def _session(self, host: str) -> HostSession:
        transport = DirectTransport(
            target=Target(host=host, address="192.0.2.1", any_name=True),
            keeper=self.keeper,
            library=library(),
            around=self._around,
            _known=known(),
        )
        return HostSession(transport, library(), now=self.now)

    def wanted(self, **more: dict[str, Any]) -> Intended:
        """The playbook with both guests; `more` is said of one by name, dashes left out."""
        book = load_playbook("hyperv_guests", folders("playbooks"))
        guests = [{"name": name, **one, **more.get(name.replace("-", ""), {})} for name, one in WANTED.items()]
        return self.of(book, book.intent_of({"guests": guests}))

    def host(self, name: str) -> Host:
        """A guest now."""
        return self.keeper.world.hosts[name]

    def restart(self, name: str) -> None:
        """Off and on, and two minutes."""

        def act(world: World) -> tuple[World, None]:
            found = machine_of(world, name)
            assert found is not None
            off = hyperv_change.stopped(world, HOST, found[1])
            found = machine_of(off, name)
            assert found is not None
            return hyperv_change.started(off, HOST, found[1]), None

        self.keeper.with_world(act)
        self.keeper.carry(120)


def guests_rig(folder: Path, *guests: str) -> GuestsRig:
    """A rig on fresh guests; only those named are reached."""
    folder.mkdir(exist_ok=True)
    roles = {"hyperv": HOST} | {name: name for name in guests or WANTED}
    return GuestsRig("tiny", folder, world=guests_world(), roles=roles)
