"""A playbook of arbitrary reversible changes on the office `tiny`, and the strategy that draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from zdm_automate import Facts, Playbook, Read, Step, VerbCall, change, drop, ensure, intent, put, same
from zdm_automate.facts.dhcp import DhcpAuthorization, DhcpOption, DhcpScope, DhcpServer
from zdm_automate.facts.dns import DnsClient, DnsRecord, DnsServer, DnsZone
from zdm_automate.facts.host import Service

ZONE = "tiny.example.org"
SERVICES = ("EventLog", "LanmanServer", "LanmanWorkstation", "W32Time", "Dnscache")


@intent
class Moves:
    """What is changed, in order: kind and value."""

    moves: tuple[tuple[str, Any], ...]


playbook = Playbook(name="moves", title="Moves", roles={"old": "one server", "new": "another"}, intent=Moves)


@playbook.reads
def reads(_wanted: Moves, _hosts: Mapping[str, str]) -> Iterator[Read]:
    for role in ("old", "new"):
        for verb in ("Get-ZdmService", "Get-ZdmDnsClient", "Get-ZdmDnsServer", "Get-ZdmDnsZone", "Get-ZdmDnsRecord"):
            yield Read(role=role, verb=verb)
    for noun in ("Server", "Scope", "Option", "Authorization"):
        yield Read(role="old", verb=f"Get-ZdmDhcp{noun}")


@playbook.item("B-100", "arbitrary moves")
def move(facts: Facts, wanted: Moves) -> Iterator[Step]:
    for kind, value in wanted.moves:
        step = KINDS[kind](facts, value)
        facts = facts.after(step.effects)
        yield step


def service(facts: Facts, value: tuple[str, str, str, str]) -> Step:
    role, name, mode, state = value
    found = facts.one(role, Service, name)
    assert found is not None

    def call(mode: str, state: str) -> VerbCall:
        return VerbCall(role=role, verb="Set-ZdmServiceState", params={"name": name, "start_mode": mode, "state": state})

    then = replace(found, start_mode=mode, state=state)  # type: ignore[arg-type]
    return ensure(facts, call(mode, state), then, f"{name} {mode} {state}", inverse=call(found.start_mode, found.state))


def lease(facts: Facts, seconds: int) -> Step:
    scope = facts.of("old", DhcpScope)[0]

    def call(value: int) -> VerbCall:
        params = {"scope_id": scope.scope_id, "lease_seconds": value}
        return VerbCall(role="old", verb="Set-ZdmDhcpLeaseDuration", params=params)

    return ensure(facts, call(seconds), replace(scope, lease_seconds=seconds), "lease", inverse=call(scope.lease_seconds))


def scope_state(facts: Facts, state: str) -> Step:
    scope = facts.of("old", DhcpScope)[0]

    def call(value: str) -> VerbCall:
        return VerbCall(role="old", verb="Set-ZdmDhcpScopeState", params={"scope_id": scope.scope_id, "state": value})

    then = replace(scope, state=state)  # type: ignore[arg-type]
    return ensure(facts, call(state), then, f"scope {state}", inverse=call(scope.state))


def attempts(facts: Facts, number: int) -> Step:
    server = facts.of("old", DhcpServer)[0]

    def call(value: int) -> VerbCall:
        return VerbCall(role="old", verb="Set-ZdmDhcpSetting", params={"conflict_detection_attempts": value})

    then = replace(server, conflict_detection_attempts=number)
    return ensure(facts, call(number), then, "attempts", inverse=call(server.conflict_detection_attempts))


def option(facts: Facts, value: list[str]) -> Step:
    found = next(one for one in facts.of("old", DhcpOption) if one.option_id == 6 and one.level == "Scope")
    names = ("level", "scope_id", "reservation", "option_id", "vendor_class", "user_class", "type")

    def call(one: DhcpOption) -> VerbCall:
        params = {name: getattr(one, name) for name in names} | {"value": list(one.value)}
        return VerbCall(role="old", verb="Set-ZdmDhcpOption", params=params)

    then = replace(found, value=tuple(value))
    return ensure(facts, call(then), then, "option 006", inverse=call)


def client(facts: Facts, servers: list[str]) -> Step:
    found = next(one for one in facts.of("new", DnsClient) if not one.from_dhcp)

    def call(addresses: tuple[str, ...]) -> VerbCall:
        params = {"interface_alias": found.interface_alias, "server_addresses": list(addresses)}
        return VerbCall(role="new", verb="Set-ZdmDnsClient", params=params)

    then = replace(found, server_addresses=tuple(servers))
    return ensure(facts, call(tuple(servers)), then, "DNS servers", inverse=call(found.server_addresses))


def forwarders(facts: Facts, addresses: list[str]) -> Step:
    found = facts.of("new", DnsServer)[0]

    def call(value: tuple[str, ...]) -> VerbCall:
        return VerbCall(role="new", verb="Set-ZdmDnsForwarder", params={"ip_address": list(value)})

    then = replace(found, forwarders=tuple(addresses))
    return ensure(facts, call(tuple(addresses)), then, "forwarders", inverse=call(found.forwarders))


def _record(facts: Facts, name: str) -> DnsRecord:
    return next(r for r in facts.of("old", DnsRecord) if (r.zone_name, r.host_name, r.record_type) == (ZONE, name, "A"))


def ttl(facts: Facts, seconds: int) -> Step:
    record = _record(facts, "files")

    def call(value: int) -> VerbCall:
        params = {"zone": ZONE, "name": "files", "type": "A", "data": record.data, "ttl_seconds": value}
        return VerbCall(role="old", verb="Set-ZdmDnsTtl", params=params)

    return ensure(facts, call(seconds), replace(record, ttl_seconds=seconds), "time to live", inverse=call(record.ttl_seconds))


def data(facts: Facts, address: str) -> Step:
    record = _record(facts, "files")
    if record.data == address:
        return same("already so", role="old")

    def call(old: str, new: str) -> VerbCall:
        params = {"zone": ZONE, "name": "files", "type": "A", "old_data": old, "new_data": new}
        return VerbCall(role="old", verb="Set-ZdmDnsRecord", params={**params, "ttl_seconds": record.ttl_seconds})

    return change(
        call(record.data, address),
        f"files -> {address}",
        before={"Data": record.data},
        after={"Data": address},
        effects=(drop("old", record), put("old", replace(record, data=address))),
        inverse=call(address, record.data),
    )


def forward_zone(facts: Facts, masters: list[str]) -> Step:
    name = "partner.example.net"
    if facts.one("new", DnsZone, name) is not None:
        return same("already so", role="new")
    made = DnsZone(
        zone_name=name,
        zone_type="Forwarder",
        is_ds_integrated=False,
        replication_scope=None,
        dynamic_update=None,
        is_reverse=False,
        is_auto_created=False,
        aging_enabled=None,
        master_servers=tuple(masters),
        zone_file=None,
    )
    return change(
        VerbCall(role="new", verb="Add-ZdmDnsConditionalForwarder", params={"name": name, "master_servers": masters}),
        f"forward {name}",
        before={},
        after={"MasterServers": masters},
        effects=(put("new", made),),
        inverse=VerbCall(role="new", verb="Remove-ZdmDnsConditionalForwarder", params={"name": name}),
    )


def authorise(facts: Facts, there: bool) -> Step:  # noqa: FBT001
    params = {"dns_name": "new.tiny.example.org", "ip_address": "192.168.50.10"}
    add, remove = (VerbCall(role="old", verb=f"{verb}-ZdmDhcpAuthorization", params=params) for verb in ("Add", "Remove"))
    made = DhcpAuthorization(**params)
    found = facts.one("old", DhcpAuthorization, params["ip_address"])
    if (found is not None) == there:
        return same("already so", role="old")
    if there:
        return change(add, "authorise", before={}, after=params, effects=(put("old", made),), inverse=remove)
    return change(remove, "withdraw", before=params, after={}, effects=(drop("old", made),), inverse=add)


KINDS = {
    "service": service,
    "lease": lease,
    "scope": scope_state,
    "attempts": attempts,
    "option": option,
    "client": client,
    "forwarders": forwarders,
    "ttl": ttl,
    "data": data,
    "zone": forward_zone,
    "authorise": authorise,
}

_ADDRESS = st.integers(1, 254).map(lambda n: f"192.168.50.{n}")
_ADDRESSES = st.lists(_ADDRESS, min_size=1, max_size=3, unique=True)
_MOVE = st.one_of(
    st.tuples(
        st.just("service"),
        st.tuples(
            st.sampled_from(("old", "new")),
            st.sampled_from(SERVICES),
            st.sampled_from(("Auto", "Manual", "Disabled")),
            st.sampled_from(("Running", "Stopped")),
        ).filter(lambda one: one[2:] != ("Disabled", "Running")),
    ),
    st.tuples(st.just("lease"), st.integers(600, 700_000)),
    st.tuples(st.just("scope"), st.sampled_from(("Active", "Inactive"))),
    st.tuples(st.just("attempts"), st.integers(0, 5)),
    st.tuples(st.just("option"), _ADDRESSES),
    st.tuples(st.just("client"), _ADDRESSES),
    st.tuples(st.just("forwarders"), _ADDRESSES),
    st.tuples(st.just("ttl"), st.integers(60, 86_400)),
    st.tuples(st.just("data"), _ADDRESS),
    st.tuples(st.just("zone"), _ADDRESSES),
    st.tuples(st.just("authorise"), st.booleans()),
)
moves = st.lists(_MOVE, min_size=1, max_size=6).map(tuple)
