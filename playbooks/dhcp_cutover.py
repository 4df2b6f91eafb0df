"""DHCP cut-over: the old server stops leasing and the new one starts, with at no moment two of them on one range.

Paths: `export` (export/import between 2012 and later), `netsh` (source 2008 R2 or older), `failover` (both 2012 or later).
The order of the switch is that of the domain notes: old side down and deauthorised first, only then the new side up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
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
    unpredictable,
    wait,
)
from zdm_automate.facts.dhcp import (
    DhcpAuthorization,
    DhcpClientLease,
    DhcpLease,
    DhcpOption,
    DhcpRelay,
    DhcpScope,
)
from zdm_automate.facts.host import Role
from zdm_automate.facts.project import PROJECT, Temporary

from ._dhcp_intent import DhcpIntent
from ._dhcp_paths import carry_configuration, leave_failover, pair_servers
from ._dhcp_seen import old_is_out, old_is_silent, old_scopes, ready_at, serving, way
from ._dhcp_steps import (
    CLOSING,
    DNS_SERVERS,
    POINTING,
    authorise,
    install_role,
    place,
    point_relay,
    set_conflict_detection,
    set_lease_time,
    set_option,
    set_service,
    set_state,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

playbook = Playbook(
    name="dhcp_cutover",
    title="DHCP cut-over",
    roles={"old": "the DHCP server that goes", "new": "the one that takes over", "seat": "a client PC for the checks"},
    optional=frozenset({"seat"}),
    intent=DhcpIntent,
)


@playbook.reads
def reads(intent: DhcpIntent, hosts: Mapping[str, str]) -> Iterator[Read]:
    """Both servers whole, what the directory says, the relays that are boxes of the project.

    A host without the role gives nothing; a stopped server is a gap.
    """
    for relay in intent.relays:
        if relay in hosts:
            yield Read(role=relay, verb="Get-ZdmDhcpRelay")
    for role in ("old", "new"):
        yield Read(role=role, verb="Get-ZdmDhcpServer")
        for noun in ("Scope", "Exclusion", "Reservation", "Option", "Lease", "Failover"):
            yield Read(role=role, verb=f"Get-ZdmDhcp{noun}")
        yield Read(role=role, verb="Get-ZdmService", params={"name": ["DHCPServer"]})
    yield Read(role="new", verb="Get-ZdmRole", params={"name": ["DHCP"]})
    yield Read(role="new", verb="Get-ZdmDhcpAuthorization")
    yield Read(role="seat", verb="Get-ZdmDhcpClientLease", optional=True)


# --- B-101: option 006 ---


@playbook.item("B-101", "DHCP option 006 names the new DNS server", risk=Risk.MEDIUM, also=("A-083", "C-057"))
def name_new_dns_server(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """On the old server the new one is added as second; the new server's copy names it first."""
    if old_is_silent(facts):
        yield same("the old server leases no more", role="old")
        return
    for option in facts.of("old", DhcpOption):
        if option.option_id == DNS_SERVERS and intent.old_address in option.value:
            rest = tuple(v for v in option.value if v not in {intent.old_address, intent.new_address})
            wanted = replace(option, value=(intent.old_address, intent.new_address, *rest))
            yield set_option(facts, "old", wanted, f"option 006 {place(option)}: add {intent.new_address} as second")
        elif option.option_id in POINTING and intent.old_address in option.value:
            text = f"option {option.option_id:03} ({POINTING[option.option_id]}) {place(option)} names the old server: decide"
            yield manual(facts, "B-101", f"option-{option.option_id}-{place(option)}", text, form=("new value or keep",))


# --- B-102: lease time ---


@playbook.item("B-102", "Lease time lowered one old lease ahead", also=("A-081",))
def lower_lease_time(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Every active scope of the old server, except where failover keeps the leases."""
    if old_is_silent(facts):
        yield same("the old server leases no more", role="old")
        return
    if way(facts, intent) == "failover":
        yield same("failover hands the leases over, the lease time stays", role="old")
        return
    for scope in facts.of("old", DhcpScope):
        if 0 <= scope.lease_seconds <= intent.lease_seconds:
            yield same(f"scope {scope.scope_id}: lease time is {scope.lease_seconds} s already", role="old")
            continue
        yield set_lease_time(facts, "old", scope, intent.lease_seconds, temporary=CLOSING, due_hours=intent.restore_after_hours)


# --- B-103: the new server stands by ---


@playbook.item(
    "B-103", "New DHCP server ready: role, scopes inactive, not serving", risk=Risk.MEDIUM, after=("B-102",), also=("C-060",)
)
def prepare_new_server(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """The role at once; the configuration as late as possible, so that the leases that come with it are fresh."""
    role = facts.one("new", Role, "DHCP")
    if role is None or not role.installed:
        yield install_role(role)
        yield unpredictable(
            "bring the configuration across",
            "what the fresh role holds is read once it is installed: plan again then",
            role="new",
        )
        return
    yield same("role DHCP is installed", role="new")
    if old_is_silent(facts):
        yield _came_across(facts)
    elif way(facts, intent) == "failover":
        yield from pair_servers(facts, intent)
    else:
        yield from _bring_configuration(facts, intent)


def _came_across(facts: Facts) -> Step:
    """What is said of the configuration once the old server is silent and cannot be asked any more."""
    if facts.of("new", DhcpScope):
        return same("the configuration has been brought across", role="new")
    reason = "the new server has no scope and the old one does not run: start the old one's service and plan again"
    return unpredictable("bring the configuration across", reason, role="new")


def _bring_configuration(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Export on the old server, copy host to host, import on the new one, and everything there inactive."""
    missing = [scope for scope in facts.of("old", DhcpScope) if facts.one("new", DhcpScope, scope.scope_id) is None]
    if missing:
        later = ready_at(facts, intent)
        if later is not None:
            reason = "one old lease after the lease time was lowered, so that the leases that come along are fresh"
            yield wait("export from the old server and import on the new one", later, reason, role="new")
            return
        for step in carry_configuration(facts, intent):
            yield step
            facts = facts.after(step.effects)
    else:
        yield same("all scopes are there", role="new")
    arrived = missing or [s for s in facts.of("new", DhcpScope) if s.state == "Active"]
    for scope in arrived:
        yield set_state("new", replace(scope, state="Inactive"), f"scope {scope.scope_id}: inactive until the switch")
    yield set_conflict_detection(facts, 2, temporary=CLOSING, due_hours=intent.restore_after_hours)


# --- B-104: the switch ---


@playbook.item(
    "B-104",
    "DHCP switch: old side down, then new side up",
    risk=Risk.HIGH,
    gate="G-DHCP",
    after=("B-101", "B-103"),
    also=("A-082", "C-060"),
)
def switch_servers(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """The one order that never lets two servers lease one range."""
    later = ready_at(facts, intent)
    if later is not None and not old_is_out(facts, intent):
        yield wait("switch the servers", later, "one old lease has to pass since the lease time was lowered")
        return
    for stage in SWITCH_ORDER:
        yield from stage(facts, intent)
    for relay in intent.relays:
        if facts.has(relay):
            yield from point_relay(facts, intent, relay)
            continue
        text = f"point the DHCP relay address on {relay} to {intent.new_address}"
        yield manual(
            facts, "B-104", f"relay-{relay}", text, form=("relay address before", "relay address now", "saved on the device")
        )


def close_old_side(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Step 3 of the switch: scopes inactive, service stopped and disabled, authorisation removed."""
    if not old_is_silent(facts) and way(facts, intent) == "failover":
        yield from leave_failover(facts, intent)
    else:
        for scope in old_scopes(facts):
            if scope.state == "Active":
                yield set_state("old", replace(scope, state="Inactive"), f"scope {scope.scope_id}: inactive on the old server")
    yield set_service(facts, "old", "Disabled", "Stopped")
    known = facts.one("new", DhcpAuthorization, intent.old_address)
    if known is None:
        yield same(f"{intent.old_name} is not authorised", role="new")
        return
    params = {"dns_name": known.dns_name, "ip_address": known.ip_address}
    yield change(
        VerbCall(role="new", verb="Remove-ZdmDhcpAuthorization", params=params),
        f"{known.dns_name}: remove the authorisation",
        before={"DnsName": known.dns_name, "IpAddress": known.ip_address},
        after={},
        effects=(drop("new", known),),
        inverse=VerbCall(role="new", verb="Add-ZdmDhcpAuthorization", params=params),
    )


def open_new_side(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Step 4 of the switch: authorised, service started, scopes active."""
    yield authorise(facts, intent.new_name, intent.new_address)
    yield set_service(facts, "new", "Auto", "Running")
    for option in facts.of("new", DhcpOption):
        if option.option_id == DNS_SERVERS and intent.new_address in option.value[1:]:
            rest = tuple(v for v in option.value if v != intent.new_address)
            wanted = replace(option, value=(intent.new_address, *rest))
            yield set_option(facts, "new", wanted, f"option 006 {place(option)}: {intent.new_address} first")
    for scope in facts.of("new", DhcpScope):
        if scope.state != "Active":
            yield set_state("new", replace(scope, state="Active"), f"scope {scope.scope_id}: active on the new server")


SWITCH_ORDER = (close_old_side, open_new_side)


# --- B-105: what a client sees ---


@playbook.item("B-105", "A client leases from the new server", risk=Risk.HIGH, after=("B-104",))
def renew_seat(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """The client of the checks lets its lease go and asks anew."""
    if not facts.has("seat"):
        yield manual(
            facts, "B-105", "renew", "renew the lease of a client PC by hand", form=("PC", "DHCP server shown by ipconfig /all")
        )
        return
    for lease in facts.of("seat", DhcpClientLease):
        if lease.dhcp_server == intent.new_address:
            yield same(f"{lease.interface_alias} has its lease from {intent.new_address}", role="seat")
            continue
        yield change(
            VerbCall(role="seat", verb="Update-ZdmDhcpClientLease", params={"interface_alias": lease.interface_alias}),
            f"{lease.interface_alias}: release and renew",
            before={"DhcpServer": lease.dhcp_server},
            after={"DhcpServer": intent.new_address},
            effects=(put("seat", replace(lease, dhcp_server=intent.new_address)),),
            no_inverse="a lease is renewed, not put back",
            rollback=Rollback.R0,
            seconds=20,
        )


@playbook.check("B-105")
def leases_are_clean(facts: Facts, intent: DhcpIntent) -> Iterator[Check]:
    """From the seat and from the new server: one server answers, and no address is held twice."""
    if facts.has("seat"):
        for lease in facts.of("seat", DhcpClientLease):
            yield check(
                "lease comes from the new server",
                lease.dhcp_server == intent.new_address,
                seat=facts.hosts["seat"],
                value=lease.dhcp_server,
                expected=intent.new_address,
                hint="Look for a second DHCP server or a relay that still points to the old one.",
            )
            yield check(
                "the client's first DNS server is the new one",
                lease.dns_servers[:1] == (intent.new_address,),
                seat=facts.hosts["seat"],
                value=", ".join(lease.dns_servers),
                expected=f"{intent.new_address} first",
                hint="Option 006 of a reservation or scope overrides the server's.",
            )
    bad = [lease for lease in facts.of("new", DhcpLease) if lease.is_bad]
    yield check(
        "no address is held twice (BAD_ADDRESS)",
        not bad,
        seat=facts.hosts["new"],
        value=f"{len(bad)} bad: {', '.join(lease.ip_address for lease in bad[:5])}" if bad else "0 bad",
        expected="0 bad",
        hint="Two servers leased this range, or a device has a fixed address in it. Find the other server first.",
    )
    for box in (relay for relay in intent.relays if facts.has(relay)):
        old = [
            relay.interface for relay in facts.of(box, DhcpRelay) if intent.old_address in relay.servers + relay.saved_servers
        ]
        yield check(
            "no relay sends to the old server",
            not old,
            seat=box,
            value=", ".join(old) or "none",
            expected="none",
            hint="Look at the box: something set it back, or it was not saved.",
        )
    yield check(
        "the old server does not lease",
        not serving(facts, "old") and old_is_out(facts, intent),
        seat=facts.hosts["old"],
        value="leases"
        if serving(facts, "old")
        else "stopped"
        if old_is_out(facts, intent)
        else "stopped, still authorised or enabled",
        expected="stopped, disabled, not authorised",
        hint="Stop and disable the service DHCPServer there and remove its authorisation.",
    )
    yield check(
        "the new server is authorised and leases",
        serving(facts, "new") and facts.one("new", DhcpAuthorization, intent.new_address) is not None,
        seat=facts.hosts["new"],
        expected="authorised, running, scopes active",
    )


# --- closing: what was changed for the time of the move ---


@playbook.item(
    CLOSING, "Lease time and conflict detection back to what they were", after=("B-104", "B-105"), also=("A-158", "C-109")
)
def restore(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """A day after the switch, from the register of temporaries."""
    register = [t for t in facts.of(PROJECT, Temporary) if t.verb in {"Set-ZdmDhcpLeaseDuration", "Set-ZdmDhcpSetting"}]
    if not register:
        yield same("nothing of this playbook is open in the register")
        return
    switched = [t for t in register if t.verb == "Set-ZdmDhcpSetting"] or register
    due = max(datetime.fromisoformat(t.since_utc) for t in switched) + timedelta(hours=intent.restore_after_hours)
    if not old_is_out(facts, intent) or facts.taken_at < due:
        moment = due if old_is_out(facts, intent) else None
        yield wait("put them back", moment, f"{intent.restore_after_hours} h after the switch")
        return
    for entry in register:
        if entry.verb == "Set-ZdmDhcpSetting":
            yield set_conflict_detection(facts, entry.old_value)
            continue
        scope = facts.one("new", DhcpScope, entry.target)
        if scope is None:
            yield unpredictable(f"scope {entry.target}: lease time", "the new server has no such scope", role="new")
        else:
            yield set_lease_time(facts, "new", scope, entry.old_value, closes=entry.role)
