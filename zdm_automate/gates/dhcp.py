"""G-DHCP: the servers may be switched when the new one holds the same configuration and is silent, and clients follow. Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.dhcp import (
    DhcpAuthorization,
    DhcpExclusion,
    DhcpFailover,
    DhcpOption,
    DhcpReservation,
    DhcpScope,
    DhcpServer,
)
from zdm_automate.facts.host import Service
from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.facts.store import FactsMissingError, still
from zdm_automate.gates.evidence import moment_of, truth
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.facts.base import Fact
    from zdm_automate.gates.model import View

BOOK: Final = "dhcp_cutover"
LEASE: Final = "Set-ZdmDhcpLeaseDuration"
LEFT_OUT: Final = frozenset({"State", "Description"})
"""What may differ: the new server's scopes wait inactive, and a description has no effect."""


def _reads(_view: View) -> Iterator[Read]:
    for role in ("old", "new"):
        yield Read(role=role, verb="Get-ZdmDhcpServer")
        for noun in ("Scope", "Exclusion", "Reservation", "Option", "Failover"):
            yield Read(role=role, verb=f"Get-ZdmDhcp{noun}")
        yield Read(role=role, verb="Get-ZdmService", params={"name": ["DHCPServer"]})
    yield Read(role="new", verb="Get-ZdmDhcpAuthorization")


def _intent(view: View) -> Mapping[str, Any]:
    if BOOK not in view.intents:
        raise FactsMissingError(f"the project says nothing about {BOOK}")
    return view.intents[BOOK]


def _paired(view: View) -> Seen | None:
    """What a failover relationship answers in place of export, equality and silence; None where there is none."""
    service: Service | None = None
    with suppress(FactsMissingError):
        service = view.facts.one("old", Service, "DHCPServer")
    # a server that was stopped for the switch tells of no relationship
    roles = ("old", "new") if service is None or service.state == "Running" else ("new",)
    pairs = [one for role in roles for one in view.facts.of(role, DhcpFailover)]
    if not pairs:
        return None
    said = ", ".join(sorted({f"{one.name} {one.state}" for one in pairs}))
    return Seen(state=truth(all(one.state == "Normal" for one in pairs)), value=f"failover {said} carries scopes and leases")


def _old_scopes(view: View) -> tuple[DhcpScope, ...]:
    """The old server's scopes; one that does not run cannot be compared."""
    service = view.facts.one("old", Service, "DHCPServer")
    if service is None or service.state != "Running":
        raise FactsMissingError("the old server's DHCP service does not run, so its scopes cannot be read")
    return view.facts.of("old", DhcpScope)


def _export(view: View) -> Seen:
    paired = _paired(view)
    if paired is not None:
        return paired
    made = [one.at for one in view.made if one.verb == "Export-ZdmDhcp" and one.role == "old"]
    if not made:
        return Seen(state=Truth.FALSE, value="no export in the journals", hint="`zdm plan dhcp_cutover` brings it across.")
    age = view.now - made[-1]
    good = age <= timedelta(minutes=view.limits.export_age_minutes)
    return Seen(state=truth(good), value=f"exported {made[-1]:%Y-%m-%d %H:%M} UTC", hint="Export again: plan again.")


def _equal(view: View) -> Seen:
    paired = _paired(view)
    if paired is not None:
        return paired
    scopes = _old_scopes(view)
    kinds = (DhcpScope, DhcpExclusion, DhcpReservation, DhcpOption)
    wrong = [f"{kind.__name__[4:].casefold()} {one.label()}" for kind in kinds for one in _missing(view, kind)]
    extra = [s.scope_id for s in view.facts.of("new", DhcpScope) if s.scope_id not in {one.scope_id for one in scopes}]
    wrong += [f"scope {one} only on the new server" for one in extra]
    value = f"{len(scopes)} scopes equal" if not wrong else f"{len(wrong)} differ: {'; '.join(wrong[:4])}"
    hint = "Compare both servers; what was changed after the export is brought across by hand or by a new export."
    return Seen(state=truth(not wrong and scopes), value=value if scopes or wrong else "the old server has no scope", hint=hint)


def _missing(view: View, kind: type[Fact]) -> Iterator[Fact]:
    """What the old server has and the new one has not, or otherwise."""
    for one in view.facts.of("old", kind):
        there = view.facts.one("new", kind, *one.identity())
        if there is None or _compared(there) != _compared(one):
            yield one


def _compared(made: Fact) -> dict[str, Any]:
    return {name: value for name, value in still(made).items() if name not in LEFT_OUT}


def _silent(view: View) -> Seen:
    paired = _paired(view)
    if paired is not None:
        return paired
    address = _intent(view)["new_address"]
    listed = view.facts.one("new", DhcpAuthorization, address) is not None
    active = [one.scope_id for one in view.facts.of("new", DhcpScope) if one.state == "Active"]
    said = ["authorised" if listed else "not authorised", f"active: {', '.join(active)}" if active else "all scopes inactive"]
    hint = "Set its scopes inactive and remove its authorisation before the old server goes down."
    return Seen(state=truth(not listed and not active), value=", ".join(said), hint=hint)


def _conflicts(view: View) -> Seen:
    paired = _paired(view)
    if paired is not None:
        return paired
    server = next(iter(view.facts.of("new", DhcpServer)), None)
    if server is None:
        return Seen(state=Truth.UNKNOWN, value="the new server has no DHCP role")
    tries = server.conflict_detection_attempts
    return Seen(state=truth(tries >= view.limits.conflict_attempts), value=f"{tries} attempts")


def _leases(view: View) -> Seen:
    paired = _paired(view)
    if paired is not None:
        return paired
    wanted = int(_intent(view)["lease_seconds"])
    late: list[str] = []
    for scope in _old_scopes(view):
        entry = view.facts.one(PROJECT, Temporary, "old", LEASE, scope.scope_id)
        since = moment_of(entry.since_utc) if entry is not None else None
        if entry is not None and since is not None:
            ready = since + timedelta(seconds=entry.old_value)
            if view.now < ready:
                late.append(f"{scope.scope_id} from {ready:%Y-%m-%d %H:%M} UTC on")
        elif not 0 <= scope.lease_seconds <= wanted:
            late.append(f"{scope.scope_id} still {scope.lease_seconds} s")
    hint = "Clients that renew at the old pace find the change late."
    return Seen(state=truth(not late), value="; ".join(late) or "every client has renewed into the short lease", hint=hint)


def _relays(view: View) -> Seen:
    known = _intent(view)["relays"]
    address = ip_address(_intent(view)["old_address"])
    far = [s.scope_id for s in _old_scopes(view) if address not in ip_network(f"{s.scope_id}/{s.subnet_mask}", strict=False)]
    if known:
        return Seen(state=Truth.TRUE, value=f"relays: {', '.join(known)}")
    if not far:
        return Seen(state=Truth.TRUE, value="every scope is in the server's own network")
    value = f"no relay is listed, but {', '.join(far)} cannot be reached without one"
    return Seen(state=Truth.FALSE, value=value, hint="List the devices under `relays:` of the project file.")


GATE: Final = Gate(
    name="G-DHCP",
    guards="the old DHCP server goes down and the new one up",
    approvals=("tech",),
    reads=_reads,
    predicates=(
        Predicate(
            name="old-export",
            asks="the configuration was just exported from the old server",
            judge=_export,
            limit=lambda limits: f"at most {limits.export_age_minutes:g} min old",
            held=True,
        ),
        Predicate(
            name="scopes-equal",
            asks="scopes, exclusions, reservations and options are the same on both servers",
            judge=_equal,
            held=True,
        ),
        Predicate(name="new-silent", asks="the new server is not authorised and leases nothing", judge=_silent, held=True),
        Predicate(
            name="conflict-detection",
            asks="the new server pings before it offers an address",
            judge=_conflicts,
            limit=lambda limits: f"at least {limits.conflict_attempts} attempts",
        ),
        Predicate(
            name="lease-age",
            asks="one old lease has passed since the lease time was lowered",
            judge=_leases,
            overridable=True,
            held=True,
        ),
        Predicate(name="relays", asks="the devices with a relay address are listed", judge=_relays, held=True),
    ),
)
