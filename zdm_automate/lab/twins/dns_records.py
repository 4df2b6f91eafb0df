"""Twins of the verbs that change DNS records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.call import Call
from zdm_automate.lab.twins.dns_rows import FIELDS, canonical, dnscmd, record_rows, server_way, set_record_row
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Row


# `type` is the parameter's name in the scripts, whatever Python calls so itself


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a name, as the server of this host is asked for them."""

    call: Call
    zone: str
    name: str
    type: str
    by: str

    @property
    def kind(self) -> str:
        return self.type.upper()

    def rows(self, *data: str) -> list[Row]:
        """All of them, or those with one of these data."""
        found = record_rows(self.call, self.by, self.zone, self.name, self.kind)
        return [row for row in found if not data or any(same(row["Data"], one) for one in data)]

    def some(self, target: str, *data: str) -> list[Row]:
        """Those with one of these data; where there is none, the script's error, which names the first of the data."""
        found = self.rows(*data)
        if not found:
            said = f"The zone '{self.zone}' has no record {self.name} {self.type} {data[0]}."
            raise stop("NotFound", said, target=target, category="ObjectNotFound")
        return found


def _records(call: Call, zone: str, name: str, type: str) -> _Records:  # noqa: A002
    return _Records(call, zone, name, type, server_way(call))


def _words(kind: str, data: str) -> list[str]:
    return [data] if kind == "TXT" else data.split(" ")


@twin("Set-ZdmDnsTtl")
def set_dns_ttl(call: Call, /, *, zone: str, name: str, type: str, data: str, ttl_seconds: int) -> Iterator[Row]:  # noqa: A002
    """A dynamic record becomes static by it."""
    records = _records(call, zone, name, type)
    wanted = canonical(records.kind, data)
    target = f"{name} {type} {wanted} in {zone}"

    def read() -> Row:
        found = records.some(target, wanted)[0]
        return {"TtlSeconds": found["TtlSeconds"], "IsStatic": found["IsStatic"]}

    def write(_: Row) -> None:
        found = records.some(target, wanted)[0]
        set_record_row(call, records.by, zone, found, found["Data"], ttl_seconds)

    yield change(call, verb="Set-ZdmDnsTtl", target=target, read=read, wanted={"TtlSeconds": ttl_seconds}, write=write)


@twin("Add-ZdmDnsRecord")
def add_dns_record(call: Call, /, *, zone: str, name: str, type: str, data: str, ttl_seconds: int) -> Iterator[Row]:  # noqa: A002
    """Beside other records of the name."""
    records = _records(call, zone, name, type)
    kind, wanted = records.kind, canonical(records.kind, data)
    target = f"{name} {type} in {zone}"

    def read() -> Row:
        rows = records.rows()
        seconds = next((row["TtlSeconds"] for row in rows if same(row["Data"], wanted)), None)
        return {"Data": [row["Data"] for row in rows], "TtlSeconds": seconds}

    there = read()["TtlSeconds"]
    if there is not None and there != ttl_seconds:
        said = f"{target} {wanted} is there with a time to live of {there} s; Set-ZdmDnsTtl changes it."
        raise stop("AlreadyExists", said, target=target, category="ResourceExists")

    def write(_: Row) -> None:
        words = _words(kind, wanted)
        if records.by == "wmi":
            dnscmd(call, "/RecordAdd", zone, name, str(ttl_seconds), type, *words)
            return
        switch = {"CNAME": "CName", "PTR": "Ptr", "SRV": "Srv", "TXT": "Txt"}.get(kind, kind)
        fields = dict(zip(FIELDS[kind], words, strict=True))
        params = {"ZoneName": zone, "Name": name, "TimeToLive": timedelta(seconds=ttl_seconds), switch: True, **fields}
        call.cmdlet("Add-DnsServerResourceRecord", **params)

    yield change(call, verb="Add-ZdmDnsRecord", target=target, read=read, wanted={"TtlSeconds": ttl_seconds}, write=write)


@twin("Remove-ZdmDnsRecord")
def remove_dns_record(call: Call, /, *, zone: str, name: str, type: str, data: str) -> Iterator[Row]:  # noqa: A002
    """Only the record with this data."""
    records = _records(call, zone, name, type)
    gone = canonical(records.kind, data)
    target = f"{name} {type} in {zone}"

    def read() -> Row:
        return {"Data": [row["Data"] for row in records.rows()]}

    def write(_: Row) -> None:
        if records.by == "wmi":
            dnscmd(call, "/RecordDelete", zone, name, type, *_words(records.kind, gone), "/f")
            return
        mine = records.some(target, gone)[0]
        call.cmdlet("Remove-DnsServerResourceRecord", ZoneName=zone, InputObject=mine["Source"], Force=True)

    wanted = {"Data": [one for one in read()["Data"] if not same(one, gone)]}
    yield change(call, verb="Remove-ZdmDnsRecord", target=target, read=read, wanted=wanted, write=write)


@twin("Set-ZdmDnsRecord")
def set_dns_record(
    call: Call,
    /,
    *,
    zone: str,
    name: str,
    type: str,  # noqa: A002
    old_data: str,
    new_data: str,
    ttl_seconds: int,
) -> Iterator[Row]:
    """In one step of the server's own."""
    records = _records(call, zone, name, type)
    old, new = canonical(records.kind, old_data), canonical(records.kind, new_data)
    target = f"{name} {type} in {zone}"

    def find() -> Row:
        found = records.some(target, old, new)
        if len(found) > 1:
            said = f"{target} shows {new} beside {old}; remove the old one."
            raise stop("AlreadyExists", said, target=target, category="ResourceExists")
        return found[0]

    def read() -> Row:
        found = find()
        return {"Data": found["Data"], "TtlSeconds": found["TtlSeconds"], "IsStatic": found["IsStatic"]}

    def write(_: Row) -> None:
        set_record_row(call, records.by, zone, find(), new, ttl_seconds)

    wanted = {"Data": new, "TtlSeconds": ttl_seconds}
    yield change(call, verb="Set-ZdmDnsRecord", target=target, read=read, wanted=wanted, write=write)
