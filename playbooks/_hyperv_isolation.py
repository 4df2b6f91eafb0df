"""Every way out of a lab that can be seen on its Hyper-V host. It judges facts and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.facts.hyperv import LabAdapter, LabHost, LabSwitch, LabVm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate import Facts

    from ._hyperv_topology import LabIntent, LabMachine

NO_MAC = "000000000000"
"""What a machine shows that was never started."""


def breaches(facts: Facts, intent: LabIntent) -> tuple[str, ...]:
    """What is wrong, one sentence each; empty for a lab from which nothing leads out."""
    return (*_host(facts), *_switches(facts, intent), *_machines(facts, intent), *_adapters(facts, intent))


def _host(facts: Facts) -> Iterator[str]:
    for host in facts.of("hyperv", LabHost):
        for alias in host.forwarding:
            yield f"the host passes packets on at {alias} (IP forwarding)"
        for name in host.nat:
            yield f"the host translates addresses (NAT {name})"
        for alias in host.bridges:
            yield f"the host has a network bridge ({alias})"
        if host.sharing:
            yield "the host shares its internet connection"


def _switches(facts: Facts, intent: LabIntent) -> Iterator[str]:
    for wanted in intent.switches:
        for found in facts.of("hyperv", LabSwitch):
            if found.name.casefold() != wanted.name.casefold():
                continue
            if found.kind == "External" or found.physical_adapter:
                yield f"the switch {found.name} leads outside ({found.physical_adapter or found.kind})"
            elif found.kind != wanted.kind:
                yield f"the switch {found.name} is {found.kind}, not {wanted.kind}"
            if found.notes != intent.mark:
                yield f"the switch {found.name} does not bear the lab's mark"


def _machines(facts: Facts, intent: LabIntent) -> Iterator[str]:
    own = {one.name.casefold() for one in intent.machines}
    seen: set[str] = set()
    for found in facts.of("hyperv", LabVm):
        name = found.name.casefold()
        if name in own:
            if name in seen:
                yield f"there are several machines called {found.name}"
            seen.add(name)
            if found.notes != intent.mark:
                yield f"the machine {found.name} does not bear the lab's mark"
            if found.start_action != "Nothing":
                yield f"the machine {found.name} starts with the host"
        elif found.notes == intent.mark:
            yield f"the machine {found.name} bears the lab's mark and is not in the topology"


def _adapters(facts: Facts, intent: LabIntent) -> Iterator[str]:
    wanted = {one.name.casefold(): one for one in intent.machines}
    lab = {one.name.casefold() for one in intent.switches}
    private = _private(facts, intent)
    places: dict[str, str] = {}
    for found in facts.of("hyperv", LabAdapter):
        if found.mac != NO_MAC and found.mac in places:
            yield f"{found.vm_name} and {places[found.mac]} have one MAC address ({found.mac})"
        places.setdefault(found.mac, found.vm_name)
        machine = wanted.get(found.vm_name.casefold())
        if machine is not None:
            yield from _adapter(found, machine, intent, private)
        elif intent.seat and found.vm_name.casefold() == intent.seat.casefold():
            yield from _seat(found, lab)
        elif found.switch_name.casefold() in lab:
            yield f"{found.vm_name} is connected to {found.switch_name} and is no machine of the lab"


def _private(facts: Facts, intent: LabIntent) -> set[str]:
    """The switches of the lab that are private as they stand now; a name that is there twice is none."""
    there = [(one.name.casefold(), one.kind == "Private" and one.notes == intent.mark) for one in facts.of("hyperv", LabSwitch)]
    wanted = {one.name.casefold() for one in intent.switches if one.kind == "Private"}
    return {name for name, good in there if good and name in wanted and sum(name == other for other, _ in there) == 1}


def _adapter(found: LabAdapter, machine: LabMachine, intent: LabIntent, private: set[str]) -> Iterator[str]:
    kinds = {one.name.casefold(): one.kind for one in intent.switches}
    where = found.switch_name.casefold()
    if found.place > 0:
        yield f"{found.vm_name} has a second adapter"
    if found.mac_spoofing:
        yield f"{found.vm_name} may send under other MAC addresses"
    if found.mac in intent.production_macs:
        yield f"{found.vm_name} has the MAC address of a machine of the client ({found.mac})"
    if where and where not in kinds:
        yield f"{found.vm_name} is connected to {found.switch_name}, which is no switch of the lab"
    elif where and machine.restored and kinds[where] != "Private":
        yield f"{found.vm_name} was restored from a backup and is on {found.switch_name}, which the host is on too"
    if not found.dhcp_guard and not machine.leases:
        yield f"the DHCP guard of {found.vm_name} is off"
    elif not found.dhcp_guard and where not in private:
        yield f"the DHCP guard of {found.vm_name} is off on {found.switch_name or 'no switch'}, not on the lab's private one"


def _seat(found: LabAdapter, lab: set[str]) -> Iterator[str]:
    """The machine that this program runs on stands in the lab alone, and in its own name."""
    if found.switch_name and found.switch_name.casefold() not in lab:
        yield f"{found.vm_name} is connected to {found.switch_name}, which is no switch of the lab"
    if found.mac_spoofing:
        yield f"{found.vm_name} may send under other MAC addresses"
