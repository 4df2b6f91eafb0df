"""Virtual machines by the Hyper-V module: what there is, making, setting, power, removing, integration services, firmware."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.call import HYPERV_LEVEL, Call, Row, cmdlet, wmi_class
from zdm_automate.lab.world import hyperv_change
from zdm_automate.lab.world.hyperv import OFF, RUNNING, SERVICES, Adapter, HyperV, Machine, heartbeat
from zdm_automate.lab.world.hyperv_network import hardware
from zdm_automate.lab.world.refusal import NotModelledError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "Hyper-V"
CLASS = "Microsoft.HyperV.PowerShell.Commands."
ALREADY = "The virtual machine is already in the specified state."
MEGABYTE = 1048576


def role(call: Call) -> HyperV:
    """The host's virtual machines; an empty role where none was made yet."""
    return call.world.hyperv.get(call.host_name, HyperV())


def ready(call: Call) -> HyperV:
    """The role, to be changed."""
    if call.host_name not in call.world.hyperv:
        call.update(call.world.with_hyperv(call.host_name, HyperV()))
    return call.world.hyperv[call.host_name]


def machines(call: Call, name: str, command: str) -> tuple[Machine, ...]:
    """The machines of a name.

    Raises:
        Refusal: there is none.
        NotModelledError: a wildcard.
    """
    if any(sign in name for sign in "*?["):
        raise NotModelledError("the lab does not model wildcards in names of virtual machines", host=call.host_name)
    found = role(call).named(name)
    if not found:
        raise Refusal(
            f"ObjectNotFound,{CLASS}{command}",
            f'Hyper-V was unable to find a virtual machine with name "{name}".',
            category="ObjectNotFound",
            target=name,
        )
    return found


def one(call: Call, name: str, command: str) -> Machine:
    """The one machine of a name.

    Raises:
        NotModelledError: there are several; Windows acts on all of them.
    """
    found = machines(call, name, command)
    if len(found) > 1:
        raise NotModelledError("the lab does not model a change of several machines of one name", host=call.host_name)
    return found[0]


def refuse_state(machine: Machine, command: str) -> None:
    """What a machine that runs does not let be done."""
    if machine.state != OFF:
        raise Refusal(
            f"InvalidState,{CLASS}{command}",
            "The operation cannot be performed while the object is in its current state.",
            category="InvalidOperation",
            target=machine.name,
        )


@cmdlet("Get-VMHost", module=MODULE, level=HYPERV_LEVEL)
def get_vm_host(call: Call) -> Iterator[Row]:
    """The host's own settings."""
    own = role(call)
    yield {
        "Name": call.host_name,
        "LogicalProcessorCount": 16,
        "MemoryCapacity": own.memory,
        "VirtualMachinePath": own.folder,
        "VirtualHardDiskPath": own.disk_folder,
    }


@cmdlet("Get-VM", module=MODULE, level=HYPERV_LEVEL)
def get_vm(call: Call) -> Iterator[Row]:
    """All machines."""
    for machine in role(call).machines.values():
        yield _row(call, machine)


def _row(call: Call, machine: Machine) -> Row:
    current = next((checkpoint for checkpoint in machine.checkpoints if checkpoint.id == machine.current), None)
    booted = bool(role(call).boots(machine))
    return {
        "Name": machine.name,
        "Id": machine.id,
        "State": machine.state,
        "Generation": machine.generation,
        "Heartbeat": heartbeat(machine, call.world.now, booted=booted),
        "MemoryStartup": machine.memory,
        "DynamicMemoryEnabled": machine.dynamic,
        "ProcessorCount": machine.processors,
        "Notes": machine.notes,
        "CheckpointType": machine.checkpoint_type,
        "AutomaticStartAction": machine.start_action,
        "AutomaticStopAction": machine.stop_action,
        "ParentCheckpointName": current.name if current is not None else None,
        "Path": machine.path,
    }


@wmi_class("Msvm_VirtualSystemSettingData")
def msvm_virtual_system_setting_data(call: Call) -> Iterator[Row]:
    """The settings of each machine, and of each checkpoint of one."""
    for machine in role(call).machines.values():
        settings = {"BIOSGUID": f"{{{hardware(machine)}}}", "VirtualSystemIdentifier": machine.id.upper()}
        yield {**settings, "VirtualSystemType": "Microsoft:Hyper-V:System:Realized", "ElementName": machine.name}
        for point in machine.checkpoints:
            yield {**settings, "VirtualSystemType": "Microsoft:Hyper-V:Snapshot:Realized", "ElementName": point.name}


@cmdlet("New-VM", module=MODULE, level=HYPERV_LEVEL)
def new_vm(
    call: Call, /, *, Name: str, MemoryStartupBytes: int, Generation: int, Path: str, NoVHD: bool, Force: bool = False
) -> Iterator[Row]:
    """A machine without disks, with one adapter that is not connected. A name that is taken is no hindrance."""
    if not NoVHD:
        raise NotModelledError("the lab models New-VM with -NoVHD alone", host=call.host_name)
    ready(call)
    world, own_id = hyperv_change.numbered(call.world, call.host_name)
    world, adapter = hyperv_change.numbered(world, call.host_name)
    machine = Machine(
        id=own_id,
        name=Name,
        path=f"{Path}\\{Name}",
        generation=Generation,
        memory=MemoryStartupBytes,
        adapters=(Adapter(id=f"Microsoft:{own_id.upper()}\\{adapter.upper()}"),),
    )
    call.update(hyperv_change.with_machine(world, call.host_name, machine))
    yield _row(call, machine)


ENUMS = {
    "CheckpointType": "checkpoint_type",
    "AutomaticStartAction": "start_action",
    "AutomaticStopAction": "stop_action",
    "Notes": "notes",
    "ProcessorCount": "processors",
    "MemoryStartupBytes": "memory",
    "AutomaticCheckpointsEnabled": "automatic_checkpoints",
}
NEEDS_OFF = frozenset({"ProcessorCount", "MemoryStartupBytes", "StaticMemory", "AutomaticStopAction"})


@cmdlet("Set-VM", module=MODULE, level=HYPERV_LEVEL)
def set_vm(call: Call, /, *, Name: str, StaticMemory: bool = False, **settings: Any) -> None:
    """Settings of a machine; some want it off."""
    machine = one(call, Name, "SetVM")
    if StaticMemory or NEEDS_OFF & set(settings):
        refuse_state(machine, "SetVM")
    if "AutomaticCheckpointsEnabled" in settings and call.host.windows.level < HYPERV_LEVEL + 1:
        raise Refusal(
            f"NamedParameterNotFound,{CLASS}SetVM",
            "A parameter cannot be found that matches parameter name 'AutomaticCheckpointsEnabled'.",
            category="InvalidArgument",
        )
    changed = {ENUMS[name]: value for name, value in settings.items()}
    changed |= {"dynamic": False} if StaticMemory else {}
    call.update(hyperv_change.with_machine(call.world, call.host_name, replace(machine, **changed)))


@cmdlet("Set-VMFirmware", module=MODULE, level=HYPERV_LEVEL)
def set_vm_firmware(call: Call, /, *, VMName: str, EnableSecureBoot: str) -> None:
    """Secure boot of a machine of generation 2."""
    machine = one(call, VMName, "SetVMFirmware")
    if machine.generation == 1:
        raise NotModelledError("the lab does not model the firmware of generation 1", host=call.host_name)
    refuse_state(machine, "SetVMFirmware")
    secure = EnableSecureBoot.casefold() == "on"
    call.update(hyperv_change.with_machine(call.world, call.host_name, replace(machine, secure_boot=secure)))


@cmdlet("Start-VM", module=MODULE, level=HYPERV_LEVEL)
def start_vm(call: Call, /, *, Name: str) -> None:
    """Power on, within the host's memory; one that runs already is only a warning."""
    machine = one(call, Name, "StartVM")
    if machine.state == RUNNING:
        call.warn(ALREADY)
        return
    own = role(call)
    if hyperv_change.running_memory(own) + machine.memory > own.memory:
        raise Refusal(
            f"OutOfMemory,{CLASS}StartVM",
            f"'{machine.name}' failed to start. Not enough memory in the system to start the virtual machine {machine.name} "
            f"with ram size {machine.memory // MEGABYTE} megabytes.",
            target=machine.name,
        )
    call.update(hyperv_change.started(call.world, call.host_name, machine))


@cmdlet("Stop-VM", module=MODULE, level=HYPERV_LEVEL)
def stop_vm(call: Call, /, *, Name: str, TurnOff: bool = False, Force: bool = False, Confirm: bool = True) -> None:
    """Shutdown by the guest, or power off; without an answer of the guest a shutdown asks, and nobody is there to answer."""
    machine = one(call, Name, "StopVM")
    if machine.state == OFF:
        call.warn(ALREADY)
        return
    alive = heartbeat(machine, call.world.now, booted=bool(role(call).boots(machine)))
    if not TurnOff and not (alive or "").startswith("Ok"):
        raise Refusal(
            f"InvalidOperation,{CLASS}StopVM",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            category="InvalidOperation",
            target=machine.name,
        )
    call.update(hyperv_change.stopped(call.world, call.host_name, machine))


@cmdlet("Remove-VM", module=MODULE, level=HYPERV_LEVEL)
def remove_vm(call: Call, /, *, Name: str, Force: bool = False) -> None:
    """The configuration alone; disks stay."""
    machine = one(call, Name, "RemoveVM")
    refuse_state(machine, "RemoveVM")
    own = role(call)
    left = {key: other for key, other in own.machines.items() if key != machine.id}
    call.update(call.world.with_hyperv(call.host_name, replace(own, machines=left)))


@cmdlet("Get-VMIntegrationService", module=MODULE, level=HYPERV_LEVEL)
def get_vm_integration_service(call: Call, /, *, VMName: str) -> Iterator[Row]:
    """The six services, with names in the host's language."""
    german = call.host.culture.startswith("de")
    for machine in machines(call, VMName, "GetVMIntegrationService"):
        for key, names in SERVICES.items():
            yield {
                "Name": names[german],
                "Id": f"Microsoft:{machine.id.upper()}\\{key}",
                "Enabled": key not in machine.disabled,
                "VMName": machine.name,
            }


@cmdlet("Disable-VMIntegrationService", module=MODULE, level=HYPERV_LEVEL)
def disable_vm_integration_service(call: Call, /, *, VMName: str, Name: str) -> None:
    """By the localised name."""
    machine = one(call, VMName, "DisableVMIntegrationService")
    german = call.host.culture.startswith("de")
    key = next((key for key, names in SERVICES.items() if names[german].casefold() == Name.casefold()), None)
    if key is None:
        raise NotModelledError(f"the lab does not know the integration service {Name}", host=call.host_name)
    changed = replace(machine, disabled=machine.disabled | {key})
    call.update(hyperv_change.with_machine(call.world, call.host_name, changed))
