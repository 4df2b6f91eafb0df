"""What the DHCP cut-over knows and says: its intent, what it asks the facts, and its changes, one function each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from math import ceil
from typing import TYPE_CHECKING, Literal

from zdm_automate import (
    Effect,
    Facts,
    Rollback,
    Step,
    VerbCall,
    change,
    credential_of,
    drop,
    ensure,
    intent,
    put,
    same,
    temporary_since,
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

CLOSING = "B-191"
DNS_SERVERS = 6
ANSWERED_BY_SERVICE = tuple(
    kind.zdm_type for kind in (DhcpServer, DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption, DhcpLease, DhcpFailover)
)
"""What nobody can read of a server whose service is stopped."""

POINTING = {42: "time servers", 44: "WINS servers", 66: "boot server", 150: "TFTP servers"}
"""Options that often hold the old server's address and need a person's decision."""


@intent
class DhcpIntent:
    """What the project file says under `intent: dhcp_cutover:`.

    Attributes:
        old_address, new_address: the servers' addresses in the client's network.
        old_name, new_name: their full DNS names, as the directory authorises them.
        path: how the configuration gets across; `auto` takes `export`, or `netsh` from a server without the module.
        lease_seconds: lease time during the move.
        wait_old_lease: False plans the switch before one old lease has passed; its gate then asks for an override.
        relays: devices with a DHCP relay address; one that stands under `boxes:` is changed over SSH, any other by a person.
        work_folder: a folder on both servers for the export file.
        restore_after_hours: how long after the switch conflict detection and lease time go back.
    """

    old_address: str
    new_address: str
    old_name: str
    new_name: str
    path: Literal["auto", "export", "netsh", "failover"] = "auto"
    lease_seconds: int = 3600
    wait_old_lease: bool = True
    relays: tuple[str, ...] = ()
    work_folder: str = r"C:\Zdm"
    restore_after_hours: int = 24
    failover_name: str = "zdm-cutover"

    def __post_init__(self) -> None:
        """Refuses addresses that are none and lease times that would flood the server."""
        for name in ("old_address", "new_address"):
            if not ip_address(getattr(self, name)).is_private:
                raise ValueError(f"{name} is a public address; DHCP servers of an office have private ones")
        if self.lease_seconds < 600:  # noqa: PLR2004
            raise ValueError("lease_seconds below 600 makes every client renew every few minutes")


# --- what the items ask the facts ---


def serving(facts: Facts, role: str) -> bool:
    """Whether the DHCP service of a role runs and has an active scope."""
    service = facts.one(role, Service, "DHCPServer")
    running = service is not None and service.state == "Running"
    return running and any(scope.state == "Active" for scope in facts.of(role, DhcpScope))


def old_is_silent(facts: Facts) -> bool:
    """Whether the old server's service does not run: it leases nothing then, and answers no reader either."""
    service = facts.one("old", Service, "DHCPServer")
    return service is None or service.state != "Running"


def old_is_out(facts: Facts, intent: DhcpIntent) -> bool:
    """Whether the old server is stopped for good and no longer authorised."""
    service = facts.one("old", Service, "DHCPServer")
    stopped = service is None or (service.state != "Running" and service.start_mode == "Disabled")
    return stopped and facts.one("new", DhcpAuthorization, intent.old_address) is None


def old_scopes(facts: Facts) -> tuple[DhcpScope, ...]:
    """The old server's scopes; none while it is silent."""
    return () if old_is_silent(facts) else facts.of("old", DhcpScope)


def way(facts: Facts, intent: DhcpIntent) -> str:
    """The path taken: as the intent says, or by what the old server can."""
    if intent.path != "auto":
        return intent.path
    server = next(iter(facts.of("old", DhcpServer)), None)
    if server is None or server.module_version is None:
        return "netsh"
    return "export"


def scopes(facts: Facts) -> tuple[DhcpScope, ...]:
    """The scopes to move: the old server's, or after the switch those of the new one."""
    return old_scopes(facts) or facts.of("new", DhcpScope)


def ready_at(facts: Facts, intent: DhcpIntent) -> datetime | None:
    """When the last client has renewed into the short lease: one old lease after it was lowered. None: at any time."""
    if not intent.wait_old_lease or old_is_silent(facts):
        return None
    moments = [
        datetime.fromisoformat(lowered.since_utc) + timedelta(seconds=lowered.old_value)
        for scope in scopes(facts)
        if (lowered := temporary_since(facts, "old", "Set-ZdmDhcpLeaseDuration", scope.scope_id)) is not None
    ]
    latest = max(moments, default=None)
    return latest if latest is not None and latest > facts.taken_at else None


# --- the changes, one function each ---


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


def carry_configuration(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """The file's way: made on the old server, pulled by the new one over SMB, imported there."""
    netsh = way(facts, intent) == "netsh"
    name = "zdm-dhcp.dat" if netsh else "zdm-dhcp.xml"
    path = f"{intent.work_folder}\\{name}"
    short = facts.hosts["old"]
    unc = f"\\\\{short}\\{path[0]}${path[2:]}"
    backup = f"{intent.work_folder}\\dhcp-backup"
    yield change(
        VerbCall(role="old", verb="Export-ZdmDhcp", params={"path": path, "leases": True}),
        f"export configuration and leases to {path}",
        before={},
        after={"Path": path},
        inverse=VerbCall(role="old", verb="Remove-ZdmFile", params={"path": path}),
        watch=VerbCall(role="old", verb="Get-ZdmFile", params={"path": [path]}),
        seconds=20,
    )
    yield change(
        VerbCall(
            role="new", verb="Copy-ZdmFile", params={"source": unc, "destination": path, "credential": credential_of("old")}
        ),
        f"pull the export from {short} over SMB",
        before={},
        after={"Path": path},
        inverse=VerbCall(role="new", verb="Remove-ZdmFile", params={"path": path}),
        watch=VerbCall(role="new", verb="Get-ZdmFile", params={"path": [path]}),
        seconds=20,
    )
    brought = [
        put("new", fact) for kind in (DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption) for fact in facts.of("old", kind)
    ]
    yield change(
        VerbCall(
            role="new",
            verb="Import-ZdmDhcp",
            params={
                "path": path,
                "scope_id": [scope.scope_id for scope in facts.of("old", DhcpScope)],
                "backup_path": backup,
                "leases": True,
                "netsh": netsh,
            },
        ),
        f"import {len(facts.of('old', DhcpScope))} scopes with options, reservations and leases",
        before={"Scopes": len(facts.of("new", DhcpScope))},
        after={"Scopes": len(facts.of("old", DhcpScope))},
        effects=tuple(brought),
        no_inverse=f"the scopes are removed one by one with Remove-ZdmDhcpScope; the state before is in {backup}",
        rollback=Rollback.R1,
        seconds=60,
    )


def pair_servers(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Path D: both servers authorised, joined by a failover relationship that carries scopes and leases."""
    yield authorise(facts, intent.new_name, intent.new_address)
    wanted = [scope.scope_id for scope in facts.of("old", DhcpScope)]
    known = facts.one("old", DhcpFailover, intent.failover_name)
    if known is not None:
        yield same(f"failover {known.name} is {known.state}", role="old")
        return
    params = {"name": intent.failover_name, "partner_server": intent.new_name, "scope_id": wanted, "server_role": "Active"}
    shared = [
        put("new", fact)
        for kind in (DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption)
        for fact in facts.of("old", kind)
        if getattr(fact, "level", "") != "Server"
    ]
    yield change(
        VerbCall(role="old", verb="Add-ZdmDhcpFailover", params=params),
        f"failover {intent.failover_name} with {intent.new_name} for {len(wanted)} scopes",
        before={},
        after={"PartnerServer": intent.new_name},
        effects=(*shared, *_relationship(facts, intent, wanted)),
        inverse=VerbCall(role="old", verb="Remove-ZdmDhcpFailover", params={"name": intent.failover_name}),
        seconds=60,
    )
    for option in facts.of("old", DhcpOption):
        if option.level == "Server":
            yield set_option(facts, "new", option, f"option {option.option_id:03} of the server, which failover does not carry")


def _relationship(facts: Facts, intent: DhcpIntent, scope_ids: list[str]) -> Iterator[Effect]:
    """The relationship as both servers will show it."""
    partners = {"old": (intent.new_name, "Active"), "new": (intent.old_name, "Standby")}
    for role, (partner, part) in partners.items():
        made = DhcpFailover(
            name=intent.failover_name,
            partner_server=partner,
            mode="HotStandby",
            server_role=part,
            load_balance_percent=None,
            state="Normal",
            scope_ids=tuple(scope_ids),
            max_client_lead_time_seconds=3600,
        )
        if facts.has(role):
            yield put(role, made)


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


def leave_failover(facts: Facts, intent: DhcpIntent) -> Iterator[Step]:
    """Removed on the new server, the relationship leaves the scopes there and takes them from the old one."""
    known = facts.one("new", DhcpFailover, intent.failover_name)
    if known is None:
        yield same("no failover relationship is left", role="new")
        return
    yield change(
        VerbCall(role="new", verb="Remove-ZdmDhcpFailover", params={"name": known.name}),
        f"failover {known.name}: remove it from the new server, which keeps the scopes",
        before={"State": known.state, "PartnerServer": known.partner_server},
        after={},
        effects=(drop("new", known), *(drop("old", scope) for scope in facts.of("old", DhcpScope))),
        no_inverse="the relationship is made anew with Add-ZdmDhcpFailover on the new server, which holds the scopes",
        rollback=Rollback.R1,
        seconds=30,
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
