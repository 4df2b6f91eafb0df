"""What the project says of a lab on a Hyper-V host, and what follows from it alone: paths, order, who goes back together."""

from __future__ import annotations

from typing import Literal

from zdm_automate import intent

OLD = frozenset({"2003", "2008", "sbs2008", "2008r2", "sbs2011"})
"""Releases whose domain controllers do not notice that they were set back."""


@intent
class LabSwitch:
    """A switch of the lab; restored machines belong on a private one."""

    name: str
    kind: Literal["Private", "Internal"] = "Private"


@intent
class LabDisk:
    """A disk of a machine: `file` in the lab's folder, of so many GB, or going on from an image that is only read."""

    file: str
    size_gb: int = 0
    parent: str = ""


@intent
class LabMachine:
    """A virtual machine.

    Attributes:
        release: of the Windows on it, such as sbs2011 or 2022; empty for something else.
        controller: it is a domain controller.
        restored: it comes from a backup of the client.
        plain_boot: secure boot off, for a guest of generation 2 that lacks a signed loader.
        leases: it leases addresses to the lab's other machines, so its DHCP guard is off on the lab's private switch.
    """

    name: str
    switch: str
    release: str = ""
    generation: Literal[1, 2] = 2
    memory_mb: int = 4096
    processors: int = 2
    disks: tuple[LabDisk, ...] = ()
    controller: bool = False
    restored: bool = False
    plain_boot: bool = False
    leases: bool = False

    @property
    def secluded(self) -> str:
        """Why it belongs where the host cannot reach it; empty where it may be on any switch of the lab."""
        if self.restored:
            return "was restored from a backup"
        return "leases addresses" if self.leases else ""


@intent
class LabIntent:
    """What the project file says under `intent: hyperv_lab:`.

    Attributes:
        lab: the lab's name; its switches and machines bear it as their mark.
        folder: a folder on the host that is there; disks and machines go below it.
        want: what the lab is to be.
        label: the checkpoint that is taken or gone back to.
        anew: a checkpoint of that label is taken again in place of one that is there.
        only: machines that alone are turned off or set back; empty: all.
        seat: the machine that this program itself runs on; made by hand, on switches of the lab alone.
        production_macs: adapters of the client, as twelve digits, that must not be met in the lab.
    """

    lab: str
    folder: str
    switches: tuple[LabSwitch, ...]
    machines: tuple[LabMachine, ...]
    want: Literal["built", "running", "off", "checkpoint", "restore", "gone"] = "built"
    label: str = ""
    anew: bool = False
    only: tuple[str, ...] = ()
    seat: str = ""
    production_macs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses names that are there twice or lead nowhere, and a restored or leasing machine where the host can reach it."""
        names = [one.name.casefold() for one in (*self.switches, *self.machines)]
        if len({*names, self.seat.casefold()}) <= len(names):
            raise ValueError("two switches or machines of the lab, or the seat and one of them, have one name")
        files = [disk.file.casefold() for machine in self.machines for disk in machine.disks]
        if len(set(files)) != len(files):
            raise ValueError("two machines of the lab have one disk")
        kinds = {one.name.casefold(): one.kind for one in self.switches}
        for machine in self.machines:
            kind = kinds.get(machine.switch.casefold())
            if kind is None:
                raise ValueError(f"{machine.name}: the lab has no switch {machine.switch!r}")
            if machine.secluded and kind != "Private":
                raise ValueError(f"{machine.name} {machine.secluded} and belongs on a private switch")
            for disk in machine.disks:
                if (disk.size_gb > 0) == bool(disk.parent):
                    raise ValueError(f"{machine.name}: the disk {disk.file} has either size_gb or parent")
        unknown = [name for name in self.only if name.casefold() not in {one.name.casefold() for one in self.machines}]
        if unknown:
            raise ValueError(f"the lab has no machine {unknown[0]!r}")
        if self.want in {"checkpoint", "restore"} and not self.label:
            raise ValueError(f"`want: {self.want}` needs a label, such as L00-restored")

    @property
    def mark(self) -> str:
        """What the lab's switches and machines bear in their notes."""
        return f"zdm-lab:{self.lab}"

    def path(self, disk: LabDisk) -> str:
        """The full path of a disk."""
        return f"{self.folder}\\{disk.file}"

    @property
    def chosen(self) -> tuple[LabMachine, ...]:
        """The machines that are turned off or set back."""
        wanted = {name.casefold() for name in self.only}
        return tuple(one for one in self.machines if not wanted or one.name.casefold() in wanted)

    def torn(self) -> str:
        """Why these machines may not be set back without the others; empty where they may.

        A controller from before 2012 goes on with numbers that its partners have seen already. They take nothing of it any
        more, and it hears nothing of what it has missed (USN rollback): nobody reports an error.
        """
        left = {one.name for one in self.machines if one.controller} - {one.name for one in self.chosen}
        old = [one.name for one in self.chosen if one.controller and one.release in OLD]
        behind = sorted(name for name in left for one in self.machines if one.name == name and one.release in OLD)
        if old and left:
            return f"{old[0]} is a domain controller from before 2012 and would go back without {', '.join(sorted(left))}"
        if behind and any(one.controller for one in self.chosen):
            return f"{behind[0]} is a domain controller from before 2012 and would stay while others go back"
        return ""
