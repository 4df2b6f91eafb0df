"""A lab on a Hyper-V host: built from a topology, started only where nothing leads out, set back as a whole, taken away.

Every change is one that the lab's own mark allows; what is there and does not bear it is refused, never taken over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import (
    Check,
    Facts,
    Playbook,
    Read,
    Risk,
    Rollback,
    Step,
    VerbCall,
    change,
    check,
    drop,
    manual,
    put,
    same,
)
from zdm_automate.errors import RefusedError
from zdm_automate.facts.host import File
from zdm_automate.facts.hyperv import LabAdapter, LabCheckpoint, LabDisk, LabSwitch, LabVm

from ._hyperv_isolation import breaches
from ._hyperv_plug import connected
from ._hyperv_topology import LabDisk as WantedDisk
from ._hyperv_topology import LabIntent, LabMachine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLE = "hyperv"
UNTOUCHED = "Nothing was changed."
GB = 1073741824
MB = 1048576

playbook = Playbook(
    name="hyperv_lab",
    title="A lab on a Hyper-V host",
    roles={ROLE: "the Hyper-V host, in no domain of the client"},
    intent=LabIntent,
)


@playbook.reads
def reads(intent: LabIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """The host, its switches, machines, adapters and checkpoints, and the disks that the lab is to have."""
    for noun in ("Host", "Switch", "Vm", "Adapter", "Checkpoint"):
        yield Read(role=ROLE, verb=f"Get-ZdmLab{noun}")
    paths = [intent.path(disk) for machine in intent.machines for disk in machine.disks]
    if paths:
        yield Read(role=ROLE, verb="Get-ZdmLabDisk", params={"path": paths})
    yield Read(role=ROLE, verb="Get-ZdmFile", params={"path": [intent.folder]})


# --- the lab is there, or gone ---


@playbook.item("A-060", "Lab machines on their own switch", also=("C-034",))
def build(facts: Facts, intent: LabIntent) -> Iterator[Step]:
    """Switches, disks, machines without a network, then the network; the other way round where the lab is to go."""
    if intent.want == "gone":
        yield from _gone(facts, intent)
        return
    if intent.want == "running":
        _refuse_breach(facts, intent)  # as it stands now: a breach is told, not mended on the way to power
    if not any(one.exists and one.is_folder for one in facts.of(ROLE, File)):
        yield manual(facts, "A-060", "folder", f"make the folder {intent.folder} on the Hyper-V host", form=("free GB",))
        return
    for wanted in intent.switches:
        yield _switch(facts, intent, wanted.name, wanted.kind)
    for machine in intent.machines:
        for disk in machine.disks:
            yield _disk(facts, intent, disk)
    for machine in intent.machines:
        step = _machine(facts, intent, machine)
        yield step
        facts = facts.after(step.effects)
        yield from connected(facts, intent, machine)


def _switch(facts: Facts, intent: LabIntent, name: str, kind: str) -> Step:
    found = facts.one(ROLE, LabSwitch, name)
    if found is not None and (found.kind, found.notes) != (kind, intent.mark):
        raise RefusedError(f"a switch {name} is there already and is not the lab's own ({found.kind}).", hint=UNTOUCHED)
    if found is not None:
        return same(f"switch {name} is there", role=ROLE)
    made = LabSwitch(name=name, id="", kind=kind, notes=intent.mark, physical_adapter="", host_shares=kind == "Internal")
    params = {"name": name, "mark": intent.mark}
    return change(
        VerbCall(role=ROLE, verb="New-ZdmLabSwitch", params={**params, "kind": kind}),
        f"switch {name}, {kind.lower()}",
        before={},
        after={"Kind": kind, "Mark": intent.mark},
        effects=(put(ROLE, made),),
        inverse=VerbCall(role=ROLE, verb="Remove-ZdmLabSwitch", params=params),
    )


def _disk(facts: Facts, intent: LabIntent, wanted: WantedDisk) -> Step:
    path = intent.path(wanted)
    found = facts.one(ROLE, LabDisk, path)
    if found is not None and found.exists:
        if not found.made and not found.marked:
            raise RefusedError(f"the disk {path} is there already and was not made here.", hint=UNTOUCHED)
        if found.made:
            return same(f"disk {wanted.file} is there", role=ROLE)
    made = LabDisk(
        path=path, exists=True, kind=None, size_bytes=None, parent_path=None, identifier=None, made=True, marked=True
    )
    params = {"path": path} | ({"parent_path": wanted.parent} if wanted.parent else {"size_gb": wanted.size_gb})
    text = f"disk {wanted.file}, going on from {wanted.parent}" if wanted.parent else f"disk {wanted.file}, {wanted.size_gb} GB"
    return change(
        VerbCall(role=ROLE, verb="New-ZdmLabDisk", params=params),
        text,
        before={},
        after={"Made": True},
        effects=(put(ROLE, made),),
        inverse=VerbCall(role=ROLE, verb="Remove-ZdmLabDisk", params={"path": path}),
    )


def _machine(facts: Facts, intent: LabIntent, wanted: LabMachine) -> Step:
    found = _own(facts, intent, wanted.name)
    made = LabVm(
        name=wanted.name,
        id="",
        hardware_id=None,
        state="Off" if found is None else found.state,
        generation=wanted.generation,
        memory_bytes=wanted.memory_mb * MB,
        dynamic_memory=False,
        processors=wanted.processors,
        heartbeat=None,
        notes=intent.mark,
        checkpoint_type="Standard",
        start_action="Nothing",
        stop_action="ShutDown",
        checkpoint=None if found is None else found.checkpoint,
        path=f"{intent.folder}\\{wanted.name}",
        disks=tuple(intent.path(disk) for disk in wanted.disks),
    )
    if found is not None and replace(found, id="", hardware_id=None, heartbeat=None, path=made.path, disks=made.disks) == made:
        return same(f"machine {wanted.name} is there", role=ROLE)
    adapter = LabAdapter(
        vm_name=wanted.name, place=0, vm_id="", id="", name="", switch_name="", mac="", dhcp_guard=True, mac_spoofing=False,
        legacy=False,
    )  # fmt: skip
    there = facts.one(ROLE, LabAdapter, wanted.name, 0)
    guarded = replace(there, dhcp_guard=True, mac_spoofing=False) if there is not None else adapter
    params = {
        "name": wanted.name,
        "mark": intent.mark,
        "generation": str(wanted.generation),
        "memory_mb": wanted.memory_mb,
        "processors": wanted.processors,
        "path": intent.folder,
        "disk": list(made.disks),
        "plain_boot": wanted.plain_boot,
    }
    return change(
        VerbCall(role=ROLE, verb="New-ZdmLabVm", params=params),
        f"machine {wanted.name}, generation {wanted.generation}, {wanted.memory_mb} MB, guarded, unplugged",
        before={},
        after={"Mark": intent.mark, "Guarded": True},
        effects=(put(ROLE, made), put(ROLE, guarded)),
        inverse=VerbCall(role=ROLE, verb="Remove-ZdmLabVm", params={"name": wanted.name, "mark": intent.mark}),
        seconds=30,
    )


def _own(facts: Facts, intent: LabIntent, name: str) -> LabVm | None:
    """The lab's machine of a name.

    Raises:
        RefusedError: it is somebody else's, or there are several.
    """
    found = [one for one in facts.of(ROLE, LabVm) if one.name.casefold() == name.casefold()]
    if len(found) > 1:
        raise RefusedError(f"there are {len(found)} machines called {name}.", hint=UNTOUCHED)
    if found and found[0].notes not in {intent.mark, ""}:
        raise RefusedError(f"a machine {name} is there already and is not the lab's own.", hint=UNTOUCHED)
    return found[0] if found else None


def _gone(facts: Facts, intent: LabIntent) -> Iterator[Step]:
    """Off, checkpoints, machines, disks that were made here, switches; whatever a half build has left."""
    _refuse_seat(facts, intent)
    for machine in intent.machines:
        found = _own(facts, intent, machine.name)
        if found is None:
            yield same(f"machine {machine.name} is not there", role=ROLE)
            continue
        if found.notes != intent.mark:
            text = f"machine {machine.name} has no mark: look at it and remove it by hand"
            yield manual(facts, "A-060", f"unmarked-{machine.name}", text, form=("what it was",))
            continue
        if found.state != "Off":
            yield _power(found, intent, "Off")
        found = replace(found, state="Off")
        for point in reversed(_points(facts, machine.name)):
            yield _point_gone(intent, point, found)
            found = _without(found, point)
        params = {"name": machine.name, "mark": intent.mark}
        adapters = [one for one in facts.of(ROLE, LabAdapter) if one.vm_name == found.name]
        yield change(
            VerbCall(role=ROLE, verb="Remove-ZdmLabVm", params=params),
            f"machine {machine.name}: remove",
            before={"Exists": True},
            after={"Exists": False},
            effects=(drop(ROLE, found), *(drop(ROLE, one) for one in adapters)),
            no_inverse="the lab is built anew from its topology",
            rollback=Rollback.R2,
        )
    for machine in intent.machines:
        for disk in machine.disks:
            yield from _disk_gone(facts, intent.path(disk))
    for wanted in intent.switches:
        switch = facts.one(ROLE, LabSwitch, wanted.name)
        if switch is None or switch.notes != intent.mark:
            yield same(f"no switch {wanted.name} of the lab is there", role=ROLE)
            continue
        params = {"name": switch.name, "mark": intent.mark}
        yield change(
            VerbCall(role=ROLE, verb="Remove-ZdmLabSwitch", params=params),
            f"switch {switch.name}: remove",
            before={"Kind": switch.kind},
            after={"Kind": None},
            effects=(drop(ROLE, switch),),
            inverse=VerbCall(role=ROLE, verb="New-ZdmLabSwitch", params={**params, "kind": switch.kind}),
        )


def _refuse_seat(facts: Facts, intent: LabIntent) -> None:
    """The lab is not taken away under the machine that this program runs on."""
    switches = {one.name.casefold() for one in intent.switches}
    for one in facts.of(ROLE, LabAdapter):
        if intent.seat and one.vm_name.casefold() == intent.seat.casefold() and one.switch_name.casefold() in switches:
            raise RefusedError(
                f"{intent.seat} is still plugged into {one.switch_name}.",
                hint=f"{UNTOUCHED} Unplug it, and take the lab away from a computer that stands outside.",
            )


def _disk_gone(facts: Facts, path: str) -> Iterator[Step]:
    found = facts.one(ROLE, LabDisk, path)
    if found is None or not (found.exists or found.marked):
        yield same(f"disk {path} is not there", role=ROLE)
    elif found.exists and not found.marked:
        yield same(f"disk {path} was not made here and stays", role=ROLE)
    else:
        yield change(
            VerbCall(role=ROLE, verb="Remove-ZdmLabDisk", params={"path": path}),
            f"disk {path}: remove",
            before={"Exists": found.exists},
            after={"Exists": False, "Marked": False},
            effects=(put(ROLE, replace(found, exists=False, made=False, marked=False)),),
            no_inverse="the lab is built anew from its topology",
            rollback=Rollback.R2,
        )


# --- power and checkpoints ---


@playbook.item("A-061", "Lab started, kept and set back", risk=Risk.MEDIUM, after=("A-060",), also=("C-034",))
def use(facts: Facts, intent: LabIntent) -> Iterator[Step]:
    """Power only where nothing leads out; checkpoints of all machines, powered off."""
    match intent.want:
        case "running":
            _refuse_breach(facts, intent)
            for machine in intent.machines:
                yield _state(facts, intent, machine, "Running")
        case "off":
            for machine in intent.chosen:
                yield _state(facts, intent, machine, "Off")
        case "checkpoint":
            yield from _kept(facts, intent)
        case "restore":
            yield from _set_back(facts, intent)


def _refuse_breach(facts: Facts, intent: LabIntent) -> None:
    found = breaches(facts, intent)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise RefusedError(f"the lab is not cut off: {found[0]}{more}.", hint=f"{UNTOUCHED} No machine gets power before.")


def _there(facts: Facts, intent: LabIntent, machine: LabMachine) -> LabVm:
    found = _own(facts, intent, machine.name)
    if found is None:
        raise RefusedError(f"the lab's machine {machine.name} is not there.", hint=f"{UNTOUCHED} `zdm lab build` makes it.")
    return found


def _state(facts: Facts, intent: LabIntent, machine: LabMachine, wanted: str) -> Step:
    found = _there(facts, intent, machine)
    return same(f"{machine.name} is {wanted}", role=ROLE) if found.state == wanted else _power(found, intent, wanted)


def _power(found: LabVm, intent: LabIntent, wanted: str) -> Step:
    """A guest that answers is shut down, unless what it still writes is thrown away with it."""
    answers = (found.heartbeat or "").startswith("Ok") and intent.want not in {"restore", "gone"}
    leases = any(one.leases for one in intent.machines if one.name.casefold() == found.name.casefold())

    def call(state: str) -> VerbCall:
        params = {"name": found.name, "mark": intent.mark, "state": state, "hard": state == "Off" and not answers}
        params |= {"leases": True} if leases and state == "Running" else {}
        return VerbCall(role=ROLE, verb="Set-ZdmLabVmState", params=params)

    return change(
        call(wanted),
        f"{found.name}: {'on' if wanted == 'Running' else 'off'}",
        before={"State": found.state},
        after={"State": wanted},
        effects=(put(ROLE, replace(found, state=wanted)),),
        inverse=call(found.state),
        seconds=20,
    )


def _points(facts: Facts, name: str) -> list[LabCheckpoint]:
    """The checkpoints of a machine, oldest first."""
    found = [one for one in facts.of(ROLE, LabCheckpoint) if one.vm_name.casefold() == name.casefold()]
    return sorted(found, key=lambda one: one.created_utc)


def _point(facts: Facts, machine: LabMachine, label: str) -> LabCheckpoint | None:
    return facts.one(ROLE, LabCheckpoint, machine.name, label)


def _kept(facts: Facts, intent: LabIntent) -> Iterator[Step]:
    """All machines off before the first is kept: one moment for the whole forest."""
    machines = [_there(facts, intent, one) for one in intent.machines]
    if not intent.anew and all(_point(facts, one, intent.label) for one in intent.machines):
        yield same(f"checkpoint {intent.label} is there for all machines", role=ROLE)
        return
    for found in machines:
        if found.state != "Off":
            yield _power(found, intent, "Off")
    for machine, found in zip(intent.machines, machines, strict=True):
        there = _point(facts, machine, intent.label)
        if there is not None and not intent.anew:
            yield same(f"{machine.name} has the checkpoint {intent.label}", role=ROLE)
            continue
        if there is not None:
            yield _point_gone(intent, there, replace(found, state="Off"))
        made = LabCheckpoint(
            vm_name=machine.name, vm_id="", id="", checkpoint_name=intent.label, parent=None, created_utc="", state="Off"
        )
        params = {"name": machine.name, "mark": intent.mark, "label": intent.label}
        yield change(
            VerbCall(role=ROLE, verb="New-ZdmLabCheckpoint", params=params),
            f"{machine.name}: checkpoint {intent.label}",
            before={"Exists": False},
            after={"Exists": True},
            effects=(put(ROLE, made), put(ROLE, replace(found, state="Off", checkpoint=intent.label))),
            inverse=VerbCall(role=ROLE, verb="Remove-ZdmLabCheckpoint", params=params),
        )


def _without(found: LabVm, point: LabCheckpoint) -> LabVm:
    """A machine without a checkpoint: where it stood at that one, it stands at the one before it."""
    return replace(found, checkpoint=point.parent) if found.checkpoint == point.checkpoint_name else found


def _point_gone(intent: LabIntent, point: LabCheckpoint, found: LabVm) -> Step:
    params = {"name": point.vm_name, "mark": intent.mark, "label": point.checkpoint_name}
    return change(
        VerbCall(role=ROLE, verb="Remove-ZdmLabCheckpoint", params=params),
        f"{point.vm_name}: remove checkpoint {point.checkpoint_name}",
        before={"Exists": True},
        after={"Exists": False},
        effects=(drop(ROLE, point), put(ROLE, _without(found, point))),
        no_inverse="what a checkpoint kept is gone with it",
        rollback=Rollback.R2,
    )


def _set_back(facts: Facts, intent: LabIntent) -> Iterator[Step]:
    """Every name is looked up before any machine is touched."""
    torn = intent.torn()
    if torn:
        raise RefusedError(f"{torn}.", hint=f"{UNTOUCHED} Set all machines back together.")
    machines = [_there(facts, intent, one) for one in intent.chosen]
    missing = [one.name for one in intent.chosen if _point(facts, one, intent.label) is None]
    if missing:
        raise RefusedError(
            f"{', '.join(missing)}: there is no checkpoint {intent.label}.",
            hint=f"{UNTOUCHED} `zdm lab list --provider hyperv` shows those there are.",
        )
    for found in machines:
        if found.state != "Off":
            yield _power(found, intent, "Off")
    for found in machines:
        params = {"name": found.name, "mark": intent.mark, "label": intent.label}
        yield change(
            VerbCall(role=ROLE, verb="Restore-ZdmLabCheckpoint", params=params),
            f"{found.name}: back to {intent.label}",
            before={"Checkpoint": found.checkpoint},
            after={"Checkpoint": intent.label},
            effects=(put(ROLE, replace(found, state="Off", checkpoint=intent.label)),),
            no_inverse="what was written since the checkpoint is gone",
            rollback=Rollback.R2,
            seconds=15,
        )


# --- what must hold ---


@playbook.check("A-060")
def cut_off(facts: Facts, intent: LabIntent) -> Iterator[Check]:
    """Nothing that can be seen on the host leads out of the lab."""
    found = breaches(facts, intent)
    yield check(
        "nothing leads out of the lab",
        not found,
        seat=facts.hosts[ROLE],
        value="; ".join(found) or "cut off",
        expected="cut off",
        hint="No machine gets power before this is so.",
    )
