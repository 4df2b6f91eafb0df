"""What the DNS cut-over knows and says: its intent, what it asks the facts, and its changes, one function each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from math import ceil
from typing import TYPE_CHECKING, Literal

from zdm_automate import Facts, Rollback, Step, VerbCall, change, drop, ensure, intent, put, same, unpredictable
from zdm_automate.facts.dns import DnsClient, DnsRecord, DnsZone
from zdm_automate.facts.project import PROJECT, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSING = "B-191"
OWN_ZONES = frozenset({"Primary"})
REPLICATION = timedelta(minutes=15)
"""How long domain controllers of one site may take, with room: they tell each other after 15 seconds."""


@intent
class Move:
    """A record that has to point elsewhere after the cut-over.

    Attributes:
        zone, name, type: which record; name is relative, `@` the zone itself.
        old, new: the data now and then, as the server shows it (an address, or a host name with a trailing dot).
    """

    zone: str
    name: str
    old: str
    new: str
    type: Literal["A", "CNAME"] = "A"

    @property
    def fqdn(self) -> str:
        """The full name, without trailing dot."""
        return self.zone if self.name == "@" else f"{self.name}.{self.zone}"


@intent
class External:
    """A public record that a person changes at the registrar or provider.

    Attributes:
        name, type: the full name and the record type.
        expected: what the public resolvers must answer after the change.
    """

    name: str
    type: str
    expected: tuple[str, ...]


@intent
class DnsIntent:
    """What the project file says under `intent: dns_cutover:`.

    Attributes:
        old_address, new_address: the DNS servers' addresses in the client's network.
        moves: the records that change.
        external: public records that a person changes.
        static_hosts: roles of hosts with fixed DNS servers, to be pointed to the new server.
        ttl_seconds: the time to live during the move.
        wait_old_ttl: False plans the change before the old time to live has passed; its gate stays closed until then.
        restore_after_hours: how long after the switch the time to live goes back.
        leave_zones: zones that are not brought to the new server.
    """

    old_address: str
    new_address: str
    moves: tuple[Move, ...] = ()
    external: tuple[External, ...] = ()
    static_hosts: tuple[str, ...] = ()
    ttl_seconds: int = 300
    wait_old_ttl: bool = True
    restore_after_hours: int = 24
    leave_zones: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses public DNS servers for members of a domain (never list 13) and times to live that help nobody."""
        for name in ("old_address", "new_address"):
            if not ip_address(getattr(self, name)).is_private:
                raise ValueError(f"{name} is a public address; a domain's members must never ask a public resolver")
        if not 30 <= self.ttl_seconds <= 3600:  # noqa: PLR2004
            raise ValueError("ttl_seconds must lie between 30 and 3600")


def home(facts: Facts, zone: str) -> str:
    """The role on whose server the zone is changed: the new one as soon as it has it from the directory, else the old one."""
    here = facts.one("new", DnsZone, zone)
    return "new" if here is not None and here.is_ds_integrated and here.zone_type in OWN_ZONES else "old"


def records(facts: Facts, role: str, move: Move, data: str) -> tuple[DnsRecord, ...]:
    """The records of a move on a role's server that hold this data."""
    wanted = (move.zone.casefold(), move.name.casefold(), move.type, data.casefold())
    return tuple(
        r for r in facts.of(role, DnsRecord) if r.identity() == (wanted[0], wanted[1], move.type.casefold(), wanted[3])
    )


def arrives_by(facts: Facts, role: str, move: Move) -> datetime | None:
    """Until when a record's new data may still be on its way to the partner of the server that it was changed on."""
    entry = lowered(facts, move)
    if entry is None or role == home(facts, move.zone):
        return None
    moment = datetime.fromisoformat(entry.since_utc) + REPLICATION
    return moment if facts.taken_at < moment else None


def label(move: Move) -> str:
    """The move's record in words."""
    return f"{move.fqdn} {move.type}"


def lower_ttl(facts: Facts, intent: DnsIntent, move: Move) -> Iterator[Step]:
    """A shorter time to live on the record that will change."""
    role = home(facts, move.zone)
    if facts.one(role, DnsZone, move.zone) is None:
        yield unpredictable(f"{label(move)}: lower the time to live", f"the zone {move.zone} is on neither server", role=role)
        return
    if records(facts, role, move, move.new):
        yield same(f"{label(move)}: points to {move.new} already", role=role)
        return
    found = records(facts, role, move, move.old)
    if not found:
        reason = f"no {move.type} record of that name holds {move.old}: correct the move in the project file"
        yield unpredictable(f"{label(move)}: lower the time to live", reason, role=role)
    for record in found:
        if record.ttl_seconds <= intent.ttl_seconds:
            yield same(f"{label(move)}: time to live is {record.ttl_seconds} s", role=role)
            continue
        yield set_ttl(facts, role, record, intent, label(move))


def set_ttl(facts: Facts, role: str, record: DnsRecord, intent: DnsIntent, name: str) -> Step:
    """A temporary change of a record's time to live; a dynamic record becomes static by it, and the preview says so."""
    seconds, inverse = intent.ttl_seconds, ttl_call(role, record, record.ttl_seconds)
    register = Temporary(
        role=role,
        verb="Set-ZdmDnsTtl",
        target=name,
        field="TtlSeconds",
        old_value=record.ttl_seconds,
        new_value=seconds,
        since_utc=facts.taken_at.isoformat(),
        due_item=CLOSING,
        inverse=str(inverse),
        due_hours=intent.restore_after_hours + ceil(record.ttl_seconds / 3600),
    )
    return ensure(
        facts,
        ttl_call(role, record, seconds),
        replace(record, ttl_seconds=seconds, is_static=True, timestamp_utc=None),
        f"{name}: time to live {record.ttl_seconds} s -> {seconds} s",
        inverse=inverse,
        effects=(put(PROJECT, register),),
        temporary=CLOSING,
        note="" if record.is_static else "the record is dynamic: the change makes it static, it will no longer be scavenged",
    )


def ttl_call(role: str, record: DnsRecord, seconds: int) -> VerbCall:
    """The applier's call for a record's time to live."""
    params = {
        "zone": record.zone_name,
        "name": record.host_name,
        "type": record.record_type,
        "data": record.data,
        "ttl_seconds": seconds,
    }
    return VerbCall(role=role, verb="Set-ZdmDnsTtl", params=params)


def lowered(facts: Facts, move: Move) -> Temporary | None:
    """The register's entry of the time to live of a move's record, on whichever server it was lowered."""
    entries = (t for t in facts.of(PROJECT, Temporary) if t.verb == "Set-ZdmDnsTtl" and t.target == label(move))
    return next(entries, None)


def ready_at(facts: Facts, intent: DnsIntent, move: Move) -> datetime | None:
    """When no cache can hold the old answer longer than the short time to live. None: at any time."""
    if not intent.wait_old_ttl:
        return None
    entry = lowered(facts, move)
    if entry is None:
        return None
    moment = datetime.fromisoformat(entry.since_utc) + timedelta(seconds=entry.old_value)
    return moment if moment > facts.taken_at else None


def switch_record(facts: Facts, move: Move) -> Step:
    """The record's new data, in place of the old; a duplicate that holds the new data already loses only the old one."""
    role = home(facts, move.zone)
    found = records(facts, role, move, move.old)
    there = records(facts, role, move, move.new)
    if not found and there:
        return same(f"{label(move)}: points to {move.new}", role=role)
    if not found:
        return unpredictable(f"{label(move)}: -> {move.new}", f"no record of that name holds {move.old}", role=role)
    record = found[0]
    if there:
        back = {"zone": record.zone_name, "name": record.host_name, "type": record.record_type, "data": record.data}
        return change(
            VerbCall(role=role, verb="Remove-ZdmDnsRecord", params=back),
            f"{label(move)}: remove {move.old}, {move.new} is there already",
            before={"Data": [move.old, move.new]},
            after={"Data": [move.new]},
            effects=(drop(role, record),),
            inverse=VerbCall(role=role, verb="Add-ZdmDnsRecord", params={**back, "ttl_seconds": record.ttl_seconds}),
            rollback=Rollback.R0,
        )
    wanted = replace(record, data=move.new, is_static=True, timestamp_utc=None)
    entry = lowered(facts, move)
    touched = (put(PROJECT, replace(entry, since_utc=facts.taken_at.isoformat())),) if entry is not None else ()
    return change(
        _data_call(role, record, move.old, move.new),
        f"{label(move)}: {move.old} -> {move.new}",
        before={"Data": move.old},
        after={"Data": move.new},
        effects=(drop(role, record), put(role, wanted), *touched),
        inverse=_data_call(role, record, move.new, move.old),
        rollback=Rollback.R0,
    )


def _data_call(role: str, record: DnsRecord, old: str, new: str) -> VerbCall:
    params = {
        "zone": record.zone_name,
        "name": record.host_name,
        "type": record.record_type,
        "old_data": old,
        "new_data": new,
        "ttl_seconds": record.ttl_seconds,
    }
    return VerbCall(role=role, verb="Set-ZdmDnsRecord", params=params)


def point_client(facts: Facts, role: str, servers: tuple[str, ...]) -> Iterator[Step]:
    """The DNS servers of a host's adapters that have a fixed list."""
    for client in facts.of(role, DnsClient):
        if client.from_dhcp or not client.server_addresses:
            continue

        def call(addresses: tuple[str, ...], alias: str = client.interface_alias) -> VerbCall:
            params = {"interface_alias": alias, "server_addresses": list(addresses)}
            return VerbCall(role=role, verb="Set-ZdmDnsClient", params=params)

        yield ensure(
            facts,
            call(servers),
            replace(client, server_addresses=servers),
            f"{client.interface_alias}: DNS servers {', '.join(servers)}",
            inverse=call(client.server_addresses),
            rollback=Rollback.R0,
        )
