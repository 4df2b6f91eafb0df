"""How the configuration of a DHCP server gets across: by the module's export, by netsh, or by a failover that is left again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate import (
    Effect,
    Facts,
    Rollback,
    Step,
    VerbCall,
    change,
    credential_of,
    drop,
    put,
    same,
)
from zdm_automate.facts.dhcp import (
    DhcpExclusion,
    DhcpFailover,
    DhcpOption,
    DhcpReservation,
    DhcpScope,
)

from ._dhcp_seen import way
from ._dhcp_steps import authorise, set_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._dhcp_intent import DhcpIntent


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
