"""DNS cut-over: the new server holds every zone and forwarder, records point to the new servers, fixed clients ask it.

The time to live is lowered first, the records change only when no cache can hold the old answer, and what the outside world
sees is changed by a person and looked up here.
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
    ensure,
    manual,
    put,
    same,
    unpredictable,
    wait,
)
from zdm_automate.facts.dns import DnsAnswer, DnsClient, DnsRecord, DnsServer, DnsZone
from zdm_automate.facts.project import PROJECT, SignOff, Temporary

from ._dns_steps import (
    CLOSING,
    OWN_ZONES,
    DnsIntent,
    External,
    arrives_by,
    home,
    label,
    lower_ttl,
    point_client,
    ready_at,
    records,
    switch_record,
    ttl_call,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

playbook = Playbook(
    name="dns_cutover",
    title="DNS cut-over",
    roles={
        "old": "the DNS server that goes",
        "new": "the one that takes over",
        "seat": "a client PC for the checks",
        "controller": "this machine, for the public view",
    },
    optional=frozenset({"seat", "controller"}),
    intent=DnsIntent,
)


@playbook.reads
def reads(intent: DnsIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """Both servers whole, and the adapters of every host with fixed DNS servers."""
    for role in ("old", "new"):
        for noun in ("Zone", "Record", "Server"):
            yield Read(role=role, verb=f"Get-ZdmDns{noun}")
    for role in ("new", *intent.static_hosts):
        yield Read(role=role, verb="Get-ZdmDnsClient")


@playbook.looks
def looks(intent: DnsIntent, _hosts: Mapping[str, str]) -> Iterator[Read]:
    """What a client's seat and the public resolvers answer."""
    for move in intent.moves:
        yield Read(role="seat", verb="Get-ZdmDnsAnswer", params={"name": move.fqdn, "type": "A"}, optional=True)
    for record in intent.external:
        params = {"name": record.name, "type": record.type}
        yield Read(role="controller", verb="Get-ZdmExternalDns", params=params, optional=True)


# --- B-086: zones and forwarders ---


@playbook.item("B-086", "Zones present on the new DNS server, forwarders set", risk=Risk.MEDIUM)
def bring_zones(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """File-backed zones go into the directory and replicate; what is kept per server is set on the new one."""
    for zone in facts.of("old", DnsZone):
        if zone.is_auto_created or zone.zone_name in intent.leave_zones or zone.zone_name in {".", "TrustAnchors"}:
            continue
        here = facts.one("new", DnsZone, zone.zone_name)
        if zone.zone_type == "Forwarder":
            yield _conditional_forwarder(zone, here)
        elif zone.zone_type not in OWN_ZONES:
            text = f"zone {zone.zone_name} ({zone.zone_type}): set it up on the new server"
            yield same(f"zone {zone.zone_name} is there", role="new") if here else manual(facts, "B-086", zone.zone_name, text)
        elif not zone.is_ds_integrated:
            yield _into_directory(zone)
        elif here is None:
            yield unpredictable(f"zone {zone.zone_name}", "it has not replicated to the new server yet: read again", role="new")
        else:
            yield same(f"zone {zone.zone_name} is there", role="new")
    yield from _forwarders(facts, intent)


def _conditional_forwarder(zone: DnsZone, here: DnsZone | None) -> Step:
    if here is not None:
        return same(f"conditional forwarder {zone.zone_name} is there", role="new")
    params = {"name": zone.zone_name, "master_servers": list(zone.master_servers)}
    return change(
        VerbCall(role="new", verb="Add-ZdmDnsConditionalForwarder", params=params),
        f"conditional forwarder {zone.zone_name} -> {', '.join(zone.master_servers)}",
        before={},
        after={"MasterServers": list(zone.master_servers)},
        effects=(put("new", replace(zone, is_ds_integrated=False, replication_scope=None)),),
        inverse=VerbCall(role="new", verb="Remove-ZdmDnsConditionalForwarder", params={"name": zone.zone_name}),
    )


def _into_directory(zone: DnsZone) -> Step:
    return change(
        VerbCall(role="old", verb="Convert-ZdmDnsZone", params={"zone": zone.zone_name, "replication_scope": "Domain"}),
        f"zone {zone.zone_name}: from file {zone.zone_file} into the directory",
        before={"IsDsIntegrated": False, "ZoneFile": zone.zone_file},
        after={"IsDsIntegrated": True, "ReplicationScope": "Domain"},
        effects=(put("old", replace(zone, is_ds_integrated=True, replication_scope="Domain", zone_file=None)),),
        no_inverse="the zone goes back to a file by hand, from the zone file that stays in the DNS folder",
        rollback=Rollback.R2,
        seconds=10,
    )


def _forwarders(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    old = next(iter(facts.of("old", DnsServer)), None)
    new = next(iter(facts.of("new", DnsServer)), None)
    if old is None or new is None:
        yield unpredictable("forwarders", "a DNS server did not tell its settings")
        return
    wanted = tuple(a for a in old.forwarders if a not in {intent.old_address, intent.new_address})
    if not wanted:
        yield same("the old server has no forwarders", role="new")
        return

    def call(addresses: tuple[str, ...]) -> VerbCall:
        return VerbCall(role="new", verb="Set-ZdmDnsForwarder", params={"ip_address": list(addresses)})

    text = f"forwarders {', '.join(wanted)}"
    yield ensure(facts, call(wanted), replace(new, forwarders=wanted), text, inverse=call(new.forwarders))


# --- B-087, B-106: who asks whom ---


@playbook.item("B-087", "The new server asks its partner first, itself second", after=("B-086",))
def partner_first(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """As long as the old server lives; afterwards the new one asks itself."""
    yield from point_client(facts, "new", (intent.old_address, intent.new_address))


@playbook.item(
    "B-106", "Hosts with fixed DNS servers ask the new one first", risk=Risk.MEDIUM, after=("B-086",), also=("C-057",)
)
def point_static_hosts(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """The list comes from discovery; the old server stays second until it goes."""
    for role in intent.static_hosts:
        yield from point_client(facts, role, (intent.new_address, intent.old_address))


@playbook.check("B-106")
def static_hosts_ask_new(facts: Facts, intent: DnsIntent) -> Iterator[Check]:
    """Each fixed list begins with the new server."""
    for role in intent.static_hosts:
        for client in facts.of(role, DnsClient):
            yield check(
                "first DNS server is the new one",
                client.server_addresses[:1] == (intent.new_address,),
                seat=facts.hosts[role],
                value=", ".join(client.server_addresses),
                expected=f"{intent.new_address} first",
            )


# --- B-100: time to live, and the records ---


@playbook.item("B-100", "Times to live lowered, inside and outside", also=("A-080", "C-080"))
def lower_times_to_live(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """Inside by the tool; outside by a person at the registrar."""
    for move in intent.moves:
        yield from lower_ttl(facts, intent, move)
    for record in intent.external:
        text = f"public record {record.name} {record.type}: lower its time to live to {intent.ttl_seconds} s at the provider"
        yield manual(facts, "B-100", f"ttl-{record.name}-{record.type}", text, form=("old time to live", "changed at (UTC)"))


@playbook.item(
    "B-156", "Records point to the new servers", risk=Risk.HIGH, gate="G-DNS", after=("B-086", "B-100"), also=("C-086c",)
)
def switch_records(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """Each record when its own old time to live has passed."""
    for move in intent.moves:
        later = ready_at(facts, intent, move)
        if later is not None and not records(facts, home(facts, move.zone), move, move.new):
            yield wait(f"{label(move)}: {move.old} -> {move.new}", later, "caches may hold the old answer until then")
            continue
        yield switch_record(facts, move)
    for record in intent.external:
        text = f"public record {record.name} {record.type}: change it to {', '.join(record.expected)} at the provider"
        yield manual(facts, "B-156", _step_of(record), text, form=("old value", "changed at (UTC)"))


@playbook.check("B-156")
def names_lead_to_new(facts: Facts, intent: DnsIntent) -> Iterator[Check]:
    """On each DNS server, from a client's seat, and from outside."""
    for move in intent.moves:
        for role in ("old", "new"):
            if facts.one(role, DnsZone, move.zone) is None:
                continue
            data = [r.data for r in facts.of(role, DnsRecord) if _is(r, move.zone, move.name, move.type)]
            yield check(
                f"{label(move)} on the server",
                data == [move.new],
                seat=facts.hosts[role],
                value=", ".join(data) or "no record",
                expected=move.new,
                hint="A second record of the same name is left, or replication does not work.",
                not_before=arrives_by(facts, role, move),
            )
        for answer in facts.of("seat", DnsAnswer) if facts.has("seat") else ():
            if answer.name.rstrip(".").casefold() == move.fqdn.casefold():
                yield _from_seat(facts, intent, move.new, move.old, answer)
    for record in intent.external:
        for answer in facts.of("controller", DnsAnswer) if facts.has("controller") else ():
            if answer.name.rstrip(".").casefold() == record.name.casefold() and answer.record_type == record.type:
                yield check(
                    f"{record.name} {record.type} from outside",
                    sorted(answer.answers) == sorted(record.expected),
                    seat=answer.server or "public resolver",
                    value=", ".join(answer.answers) or answer.status,
                    expected=", ".join(record.expected),
                    hint="The provider's change has not arrived yet, or was made elsewhere.",
                    waits_for="" if _signed(facts, record) else "the step by hand at the provider is not signed yet",
                )


def _step_of(record: External) -> str:
    return f"public-{record.name}-{record.type}"


def _signed(facts: Facts, record: External) -> bool:
    return facts.one(PROJECT, SignOff, "B-156", _step_of(record)) is not None


def _is(record: DnsRecord, zone: str, name: str, kind: str) -> bool:
    mine = (record.zone_name.casefold(), record.host_name.casefold(), record.record_type)
    return mine == (zone.casefold(), name.casefold(), kind)


def _from_seat(facts: Facts, intent: DnsIntent, new: str, old: str, answer: DnsAnswer) -> Check:
    """What a client gets: an old answer that will be gone within the short time to live is not yet wrong."""
    good = new in answer.answers or (new.endswith(".") and old not in answer.answers and answer.status == "Success")
    left = answer.ttl_seconds or 0
    soon = not good and old in answer.answers and 0 < left <= intent.ttl_seconds
    return check(
        f"{answer.name} from a client's seat",
        good and old not in answer.answers,
        seat=facts.hosts["seat"],
        value=f"{', '.join(answer.answers) or answer.status} (time to live {left} s)",
        expected=new,
        hint=f"The old answer stays in caches for up to {left} s more."
        if left
        else "The client was told to ask another server.",
        not_before=facts.taken_at + timedelta(seconds=left) if soon else None,
    )


# --- closing ---


@playbook.item(CLOSING, "Times to live back to what they were", after=("B-156",), also=("A-158", "C-109"))
def restore(facts: Facts, intent: DnsIntent) -> Iterator[Step]:
    """A day after the switch, from the register of temporaries."""
    register = [t for t in facts.of(PROJECT, Temporary) if t.verb == "Set-ZdmDnsTtl"]
    if not register:
        yield same("nothing of this playbook is open in the register")
        return
    switched = all(records(facts, home(facts, move.zone), move, move.new) for move in intent.moves)
    due = max(datetime.fromisoformat(t.since_utc) for t in register) + timedelta(hours=intent.restore_after_hours)
    if not switched or facts.taken_at < due:
        yield wait("put them back", due if switched else None, f"{intent.restore_after_hours} h after the switch")
        return
    for move in intent.moves:
        entry = next((t for t in register if t.target == label(move)), None)
        if entry is None:
            continue
        role = home(facts, move.zone)
        for record in records(facts, role, move, move.new):
            yield ensure(
                facts,
                ttl_call(role, record, entry.old_value),
                replace(record, ttl_seconds=entry.old_value, is_static=True, timestamp_utc=None),
                f"{label(move)}: time to live {record.ttl_seconds} s -> {entry.old_value} s",
                inverse=ttl_call(role, record, record.ttl_seconds),
                effects=(drop(PROJECT, entry),),
            )
