"""The changes of the DHCP cut-over, one function each, with what takes them back."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from math import ceil
from typing import TYPE_CHECKING

from zdm_automate import (
    Facts,
    Step,
    VerbCall,
    change,
    drop,
    ensure,
    put,
    same,
    unpredictable,
)
from zdm_automate.facts.dhcp import (
    DhcpAuthorization,
    DhcpExclusion,
    DhcpFailover,
    DhcpLease,
    DhcpOption,
    DhcpRelay,
    DhcpReservation,
    DhcpScope,
    DhcpServer,
)
from zdm_automate.facts.host import Role, Service
from zdm_automate.facts.project import PROJECT, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._dhcp_intent import DhcpIntent

CLOSING = "B-191"
DNS_SERVERS = 6
ANSWERED_BY_SERVICE = tuple(
    kind.zdm_type for kind in (DhcpServer, DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption, DhcpLease, DhcpFailover)
)
"""What nobody can read of a server whose service is stopped."""

POINTING = {42: "time servers", 44: "WINS servers", 66: "boot server", 150: "TFTP servers"}
"""Options that often hold the old server's address and need a person's decision."""


def install_role(found: Role | None) -> Step:
    wanted = Role(name="DHCP", display_name=found.display_name if found else "DHCP Server", installed=True)
    return change(
        VerbCall(role="new", verb="Install-ZdmFeature", params={"name": "DHCP"}),
        "install the role DHCP with its management tools",
        before={"Installed": False},
        after={"Installed": True},
        effects=(put("new", wanted),),
        inverse=VerbCall(role="new", verb="Uninstall-ZdmFeature", params={"name": "DHCP"}),
        seconds=180,
    )


def set_option(facts: Facts, role: str, wanted: DhcpOption, text: str) -> Step:
    """A change of one option value, with its inverse from the value that was there."""

    def call(option: DhcpOption) -> VerbCall:
        return VerbCall(
            role=role,
            verb="Set-ZdmDhcpOption",
            params={
                "level": option.level,
                "scope_id": option.scope_id,
                "reservation": option.reservation,
                "option_id": option.option_id,
                "vendor_class": option.vendor_class,
                "user_class": option.user_class,
                "type": option.type,
                "value": list(option.value),
            },
        )

    return ensure(facts, call(wanted), wanted, text, inverse=call, no_inverse="it was not set")  # type: ignore[arg-type]


def place(option: DhcpOption) -> str:
    return {"Server": "of the server", "Scope": f"of scope {option.scope_id}"}.get(
        option.level, f"of reservation {option.reservation}"
    )


def set_lease_time(
    facts: Facts, role: str, scope: DhcpScope, seconds: int, *, temporary: str = "", due_hours: int = 0, closes: str = ""
) -> Step:
    """A change of a scope's lease time; a temporary one opens an entry of the register, `closes` names whose entry ends."""

    def call(value: int) -> VerbCall:
        return VerbCall(role=role, verb="Set-ZdmDhcpLeaseDuration", params={"scope_id": scope.scope_id, "lease_seconds": value})

    register = Temporary(
        role=closes or role,
        verb="Set-ZdmDhcpLeaseDuration",
        target=scope.scope_id,
        field="LeaseSeconds",
        old_value=scope.lease_seconds,
        new_value=seconds,
        since_utc=facts.taken_at.isoformat(),
        due_item=CLOSING,
        inverse=str(call(scope.lease_seconds)),
        due_hours=due_hours + ceil(max(scope.lease_seconds, 0) / 3600),
    )
    effect = put(PROJECT, register) if temporary else drop(PROJECT, register)
    return ensure(
        facts,
        call(seconds),
        replace(scope, lease_seconds=seconds),
        f"scope {scope.scope_id}: lease time {scope.lease_seconds} s -> {seconds} s",
        inverse=call(scope.lease_seconds),
        effects=(effect,),
        temporary=temporary,
        note="clients learn it at their next renewal (half of the old lease)" if temporary else "",
    )


def set_state(role: str, wanted: DhcpScope, text: str) -> Step:
    """A change of a scope's state."""
    other = "Inactive" if wanted.state == "Active" else "Active"

    def call(state: str) -> VerbCall:
        return VerbCall(role=role, verb="Set-ZdmDhcpScopeState", params={"scope_id": wanted.scope_id, "state": state})

    return change(
        call(wanted.state),
        text,
        before={"State": other},
        after={"State": wanted.state},
        effects=(put(role, wanted),),
        inverse=call(other),
    )


def set_conflict_detection(facts: Facts, attempts: int, *, temporary: str = "", due_hours: int = 0) -> Step:
    """A change of the new server's pings before an offer; they protect while leases unknown to it are still out."""
    server = next(iter(facts.of("new", DhcpServer)))

    def call(value: int) -> VerbCall:
        return VerbCall(role="new", verb="Set-ZdmDhcpSetting", params={"conflict_detection_attempts": value})

    register = Temporary(
        role="new",
        verb="Set-ZdmDhcpSetting",
        target="ConflictDetectionAttempts",
        field="ConflictDetectionAttempts",
        old_value=server.conflict_detection_attempts,
        new_value=attempts,
        since_utc=facts.taken_at.isoformat(),
        due_item=CLOSING,
        inverse=str(call(server.conflict_detection_attempts)),
        due_hours=due_hours,
    )
    return ensure(
        facts,
        call(attempts),
        replace(server, conflict_detection_attempts=attempts),
        f"conflict detection: {attempts} attempts",
        inverse=call(server.conflict_detection_attempts),
        effects=(put(PROJECT, register) if temporary else drop(PROJECT, register),),
        temporary=temporary,
    )


def authorise(facts: Facts, name: str, address: str) -> Step:
    params = {"dns_name": name, "ip_address": address}
    return ensure(
        facts,
        VerbCall(role="new", verb="Add-ZdmDhcpAuthorization", params=params),
        DhcpAuthorization(dns_name=name, ip_address=address),
        f"{name}: authorise",
        inverse=VerbCall(role="new", verb="Remove-ZdmDhcpAuthorization", params=params),
    )


def set_service(facts: Facts, role: str, start_mode: str, state: str) -> Step:
    found = facts.one(role, Service, "DHCPServer")
    if found is None:
        return unpredictable(f"service DHCPServer: {start_mode}, {state}", "the service is not there", role=role)

    def call(mode: str, now: str) -> VerbCall:
        return VerbCall(role=role, verb="Set-ZdmServiceState", params={"name": "DHCPServer", "start_mode": mode, "state": now})

    stops = found.state == "Running" and state == "Stopped"
    starts = found.state != "Running" and state == "Running"
    return ensure(
        facts,
        call(start_mode, state),
        replace(found, start_mode=start_mode, state=state),  # type: ignore[arg-type]
        f"service DHCPServer: {start_mode}, {state}",
        inverse=call(found.start_mode, found.state),
        seconds=15,
        hides=ANSWERED_BY_SERVICE if stops else (),
        reveals=ANSWERED_BY_SERVICE if starts else (),
    )


def point_relay(facts: Facts, intent: DhcpIntent, box: str) -> Iterator[Step]:
    """Every interface of a box whose clients' requests go to the old server, now or after its next start."""
    ours = {intent.old_address, intent.new_address}
    found = [relay for relay in facts.of(box, DhcpRelay) if ours & {*relay.servers, *relay.saved_servers}]
    if not found:
        yield same(f"{box} relays nothing to the old server", role=box)
    for relay in found:

        def call(to: DhcpRelay, interface: str = relay.interface) -> VerbCall:
            params = {"interface": interface, "servers": list(to.servers or to.saved_servers)}
            return VerbCall(role=box, verb="Set-ZdmDhcpRelay", params=params)

        before = relay.servers or relay.saved_servers
        moved = tuple(intent.new_address if server == intent.old_address else server for server in before)
        wanted_servers = tuple(sorted(set(moved), key=ip_address))
        wanted = replace(relay, servers=wanted_servers, saved_servers=wanted_servers)
        yield ensure(
            facts,
            call(wanted),
            wanted,
            f"{box} {relay.interface}: relay to {', '.join(wanted_servers)}",
            inverse=call,  # type: ignore[arg-type]
            note="the box's configuration is kept in backups/ first; it is saved on the box once it has been seen",
            seconds=20,
        )
