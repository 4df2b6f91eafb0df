"""A Hyper-V host in memory with images of an office's domain controllers, and the playbook of its lab."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rig import Rig, office

from zdm_automate.lab.world import files, hyperv_change, roles
from zdm_automate.lab.world.host import Host, Nic
from zdm_automate.lab.world.hyperv import Disk, HyperV
from zdm_automate.lab.world.model import World
from zdm_automate.planner import Plan
from zdm_automate.playbook import load_playbook
from zdm_automate.resources import folders
from zdm_automate.runner import Outcome
from zdm_automate.workplace import Intended

HOST = "HV1"
LAB = "C:\\Lab"

TOPOLOGY: dict[str, Any] = {
    "lab": "sr-1",
    "folder": LAB,
    "switches": [{"name": "ZDM-LAB"}, {"name": "ZDM-MGMT", "kind": "Internal"}],
    "machines": [
        {
            "name": "OLD", "switch": "ZDM-LAB", "release": "2008r2", "generation": 1, "restored": True, "controller": True,
            "leases": True, "disks": [{"file": "OLD.vhdx", "parent": "C:\\Images\\OLD.vhdx"}],
        },
        {
            "name": "NEW", "switch": "ZDM-LAB", "release": "2008r2", "generation": 1, "restored": True, "controller": True,
            "disks": [{"file": "NEW.vhdx", "parent": "C:\\Images\\NEW.vhdx"}, {"file": "NEW-data.vhdx", "size_gb": 60}],
        },
        {"name": "RTR", "switch": "ZDM-MGMT", "memory_mb": 1024, "plain_boot": True},
    ],
}  # fmt: skip


def host_world(release: str = "2008r2") -> World:
    """The office `tiny`, switched off, with its two controllers on images of a Hyper-V host."""
    world = office("tiny").world
    machine = Host(
        name=HOST,
        release="2022",
        nics=(Nic(address="192.0.2.10"),),
        role=2,
        services={
            **roles.standard_services(culture="en-US", in_domain=False, client=False),
            **roles.brought_by(roles.FEATURES["Hyper-V"], "en-US"),
        },
        features=frozenset({"Hyper-V"}),
        last_boot=world.now.isoformat(timespec="seconds"),
        machine="hyperv/HV1",
    )
    world = world.with_host(machine).with_hyperv(HOST, HyperV())
    world = files.folder_made(world, world.hosts[HOST], LAB)
    for name in ("OLD", "NEW"):
        world = world.with_host(replace(world.hosts[name], powered=False, release=release))
        world, own_id = hyperv_change.numbered(world, HOST)
        image = Disk(path=f"C:\\Images\\{name}.vhdx", size=128 << 30, kind="Dynamic", identifier=own_id.upper(), boots=name)
        world = hyperv_change.with_disk(world, HOST, image)
    return world


class LabRig(Rig):
    """The rig of one Hyper-V host."""

    def wanted(self, want: str, **more: Any) -> Intended:
        """The playbook with the topology, wanting something of it."""
        book = load_playbook("hyperv_lab", folders("playbooks"))
        return self.of(book, book.intent_of({**TOPOLOGY, "want": want, **more}))

    def go(self, want: str, **more: Any) -> tuple[Plan, Outcome]:
        """Plans and applies; the outcome has to be good."""
        what, plan = self.plan(self.wanted(want, **more))
        outcome = self.apply(what, plan)
        assert outcome.result == "done", outcome
        return plan, outcome

    def role(self) -> HyperV:
        """The host's virtual machines now."""
        return self.keeper.world.hyperv[HOST]


def lab_rig(folder: Path, world: World | None = None) -> LabRig:
    """A rig on a fresh Hyper-V host."""
    return LabRig("tiny", folder, world=world or host_world(), roles={"hyperv": HOST})
