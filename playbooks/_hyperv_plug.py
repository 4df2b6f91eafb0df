"""How a machine of a lab on a Hyper-V host comes onto its switch: guarded, and only there without its DHCP guard.

It plans calls and judges no switch; `_hyperv_isolation` does that, and the verb refuses what it must not do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zdm_automate import Facts, Rollback, Step, VerbCall, change, put, same
from zdm_automate.facts.hyperv import LabAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._hyperv_topology import LabIntent, LabMachine

ROLE = "hyperv"


def connected(facts: Facts, intent: LabIntent, wanted: LabMachine) -> Iterator[Step]:
    """Plugged in while guarded; then the guard is lifted for a machine that leases, and put on again for every other."""
    found = facts.one(ROLE, LabAdapter, wanted.name, 0)
    there = found is not None and found.switch_name.casefold() == wanted.switch.casefold()
    guarded = found is None or not there or found.dhcp_guard
    plugged = (put(ROLE, replace(found, switch_name=wanted.switch, dhcp_guard=True)),) if found is not None else ()
    lifted = (put(ROLE, replace(found, switch_name=wanted.switch, dhcp_guard=False)),) if found is not None else ()
    if there:
        yield same(f"{wanted.name} is on {wanted.switch}", role=ROLE)
    else:
        yield change(
            _call(intent, wanted, wanted.switch),
            f"{wanted.name}: plugged into {wanted.switch}",
            before={"SwitchName": found.switch_name if found is not None else ""},
            after={"SwitchName": wanted.switch},
            effects=plugged,
            inverse=_call(intent, wanted, ""),
        )
    if wanted.leases and not guarded:
        yield same(f"{wanted.name} leases addresses on {wanted.switch}", role=ROLE)
    elif wanted.leases:
        yield change(
            _call(intent, wanted, wanted.switch, leases=True),
            f"{wanted.name}: DHCP guard off on {wanted.switch}, where it leases addresses",
            before={"Guarded": True},
            after={"Guarded": False},
            effects=lifted,
            inverse=_call(intent, wanted, wanted.switch),
        )
    elif not guarded:
        yield change(
            _call(intent, wanted, wanted.switch),
            f"{wanted.name}: DHCP guard on again",
            before={"Guarded": False},
            after={"Guarded": True},
            effects=plugged,
            no_inverse="a guard is only lifted for a machine that leases addresses",
            rollback=Rollback.R2,
        )


def _call(intent: LabIntent, wanted: LabMachine, switch: str, *, leases: bool = False) -> VerbCall:
    params = {"name": wanted.name, "mark": intent.mark, "switch_name": switch} | ({"leases": True} if leases else {})
    return VerbCall(role=ROLE, verb="Connect-ZdmLabVm", params=params)
