"""Fitting arguments of the verbs of a Hyper-V host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import near
from hyperv_worlds import FOLDER, MARK, NAMES, OWN
from hypothesis import strategies as st
from scene import Scene

from zdm_automate.lab.world.hyperv import HyperV

Made = st.SearchStrategy[dict[str, Any]]


def _role(scene: Scene) -> HyperV:
    return scene.world.hyperv.get(scene.host, HyperV())


def _names(scene: Scene) -> st.SearchStrategy[str]:
    own = [one.name for one in _role(scene).machines.values() if one.notes == MARK or not scene.sure]
    if scene.sure and OWN in own:
        return st.just(OWN)
    return near.either(scene, own, st.sampled_from(NAMES))


def _marks(scene: Scene) -> st.SearchStrategy[str]:
    return st.just(MARK) if scene.sure else st.sampled_from((MARK, MARK, MARK.upper(), "zdm-lab:other", "x"))


def _disks(scene: Scene) -> st.SearchStrategy[str]:
    there = [one.path for one in _role(scene).disks.values()]
    more = st.sampled_from((f"{FOLDER}\\fresh.vhdx", f"{FOLDER}\\loose.vhdx", f"{FOLDER}\\gone.vhdx", "C:\\none\\x.vhdx", "x"))
    return near.either(scene, there, more)


def _about(scene: Scene, **more: st.SearchStrategy[Any]) -> Made:
    return st.fixed_dictionaries({"Name": _names(scene), "Mark": _marks(scene), **more})


def _labels(scene: Scene) -> st.SearchStrategy[str]:
    known = [point.name for machine in _role(scene).machines.values() for point in machine.checkpoints]
    if scene.sure and OWN in {one.name for one in _role(scene).machines.values()}:
        return st.sampled_from(("L00-restored", "L00-restored", "L20-dc-promoted"))
    return near.either(scene, [*known, "L20-dc-promoted"], st.sampled_from(("L00-restored", "now", "L1-x")))


def _switch_names(scene: Scene) -> st.SearchStrategy[str]:
    own = [one.name for one in _role(scene).switches.values() if one.notes == MARK or not scene.sure]
    if scene.sure and own:
        return st.sampled_from(sorted(own))
    return near.either(scene, own, st.sampled_from(("ZDM-LAB", "LAN", "ZDM-NEU")))


def _switch(scene: Scene, **more: st.SearchStrategy[Any]) -> Made:
    return st.fixed_dictionaries({"Name": _switch_names(scene), "Mark": _marks(scene), **more})


def _leasing(made: dict[str, Any]) -> Made:
    """The same call as it is, or for a machine that leases addresses or does not."""
    return st.sampled_from((made, *(made | {"Leases": leases} for leases in (True, True, False))))


@st.composite
def _new_switch(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    made = draw(_switch(scene, Kind=st.sampled_from(("Private", "Internal", "private"))))
    known = _role(scene).switches.get(made["Name"])
    if known is not None and scene.sure and draw(st.booleans()):
        made["Name"] = "ZDM-NEU"
    return made


@st.composite
def _new_disk(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    fresh = st.sampled_from((f"{FOLDER}\\fresh.vhdx", f"{FOLDER}\\gone.vhdx", f"{FOLDER}\\Ä b.vhdx"))
    made: dict[str, Any] = {"Path": draw(fresh | _disks(scene))}
    there = [one.path for one in _role(scene).disks.values()]
    if there and draw(st.booleans()):
        return made | {"ParentPath": draw(st.sampled_from(there))}
    if scene.sure:
        return made | {"SizeGb": 40}
    return made | draw(st.sampled_from(({"SizeGb": 1}, {}, {"SizeGb": 1, "ParentPath": "C:\\x"})))


@st.composite
def _new_vm(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    used = {path.casefold() for machine in _role(scene).machines.values() for path in machine.drives}
    loose = [one.path for one in _role(scene).disks.values() if one.path.casefold() not in used and ".avhdx" not in one.path]
    disks = draw(st.lists(st.sampled_from(loose), unique=True, max_size=1)) if loose and scene.sure else []
    if not scene.sure:
        disks = draw(st.lists(_disks(scene), max_size=2, unique=True))
    made: dict[str, Any] = {
        "Name": draw(st.just("NEU") | _names(scene)),
        "Mark": draw(_marks(scene)),
        "Generation": draw(st.sampled_from(("1", "2"))),
        "MemoryMb": draw(st.sampled_from((512, 2048))),
        "Processors": draw(st.sampled_from((1, 2))),
        "Path": FOLDER,
        "Disk": disks,
    }
    same_one = [one for one in _role(scene).machines.values() if one.name == made["Name"]]
    if same_one and draw(st.booleans()):
        made |= {"Disk": list(same_one[0].drives), "MemoryMb": same_one[0].memory // 1048576}
    return made | draw(st.sampled_from(({}, {}, {"PlainBoot": True})))


FITTING: dict[str, Callable[[Scene], Made]] = {
    "Connect-ZdmLabVm": lambda scene: _about(scene, SwitchName=st.just("") | _switch_names(scene)).flatmap(_leasing),
    "Get-ZdmLabAdapter": lambda _: st.just({}),
    "Get-ZdmLabCheckpoint": lambda _: st.just({}),
    "Get-ZdmLabDisk": lambda scene: st.fixed_dictionaries({"Path": st.lists(_disks(scene), min_size=1, max_size=3)}),
    "Get-ZdmLabHost": lambda _: st.just({}),
    "Get-ZdmLabSwitch": lambda _: st.just({}),
    "Get-ZdmLabVm": lambda _: st.just({}),
    "New-ZdmLabCheckpoint": lambda scene: _about(scene, Label=_labels(scene)),
    "New-ZdmLabDisk": _new_disk,
    "New-ZdmLabSwitch": _new_switch,
    "New-ZdmLabVm": _new_vm,
    "Remove-ZdmLabCheckpoint": lambda scene: _about(scene, Label=_labels(scene)),
    "Remove-ZdmLabDisk": lambda scene: st.fixed_dictionaries({"Path": _disks(scene)}),
    "Remove-ZdmLabSwitch": _switch,
    "Remove-ZdmLabVm": _about,
    "Restore-ZdmLabCheckpoint": lambda scene: _about(scene, Label=_labels(scene)),
    "Set-ZdmLabVmState": lambda scene: _about(
        scene, State=st.sampled_from(("Running", "Off")), Hard=st.booleans(), Leases=st.booleans()
    ),
}
