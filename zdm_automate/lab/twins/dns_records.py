"""Twins of the verbs that change DNS records."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from zdm_automate.lab.twins.dns_rows import FIELDS, canonical, dnscmd, record_rows, server_way, set_record_row
from zdm_automate.lab.twins.pattern import change, stop, twin
from zdm_automate.lab.twins.same import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.lab.call import Call, Row


def _no_record(zone: str, name: str, kind: str, data: str, target: str) -> Exception:
    said = f"The zone '{zone}' has no record {name} {kind} {data}."
    return stop("NotFound", said, target=target, category="ObjectNotFound")


def _words(kind: str, data: str) -> list[str]:
    return [data] if kind == "TXT" else data.split(" ")


@twin("Set-ZdmDnsTtl")
def set_dns_ttl(
    call: Call,
    /,
    *,
    zone: str,
    name: str,
    type: str,  # noqa: A002 - the script's parameter
    data: str,
    ttl_seconds: int,
) -> Iterator[Row]:
    """A dynamic record becomes static by it."""
    by, kind = server_way(call), type.upper()
    wanted = canonical(kind, data)
    target = f"{name} {type} {wanted} in {zone}"

    def find() -> Row:
        found = [row for row in record_rows(call, by, zone, name, kind) if same(row["Data"], wanted)]
        if not found:
            raise _no_record(zone, name, type, wanted, target)
        return found[0]

    def read() -> Row:
        found = find()
        return {"TtlSeconds": found["TtlSeconds"], "IsStatic": found["IsStatic"]}

    def write(_: Row) -> None:
        found = find()
        set_record_row(call, by, zone, found, found["Data"], ttl_seconds)

    yield change(call, verb="Set-ZdmDnsTtl", target=target, read=read, wanted={"TtlSeconds": ttl_seconds}, write=write)


@twin("Add-ZdmDnsRecord")
def add_dns_record(
    call: Call,
    /,
    *,
    zone: str,
    name: str,
    type: str,  # noqa: A002 - the script's parameter
    data: str,
    ttl_seconds: int,
) -> Iterator[Row]:
    """Beside other records of the name."""
    by, kind = server_way(call), type.upper()
    wanted = canonical(kind, data)
    target = f"{name} {type} in {zone}"

    def read() -> Row:
        rows = record_rows(call, by, zone, name, kind)
        seconds = next((row["TtlSeconds"] for row in rows if same(row["Data"], wanted)), None)
        return {"Data": [row["Data"] for row in rows], "TtlSeconds": seconds}

    there = read()["TtlSeconds"]
    if there is not None and there != ttl_seconds:
        said = f"{target} {wanted} is there with a time to live of {there} s; Set-ZdmDnsTtl changes it."
        raise stop("AlreadyExists", said, target=target, category="ResourceExists")

    def write(_: Row) -> None:
        words = _words(kind, wanted)
        if by == "wmi":
            dnscmd(call, "/RecordAdd", zone, name, str(ttl_seconds), type, *words)
            return
        switch = {"CNAME": "CName", "PTR": "Ptr", "SRV": "Srv", "TXT": "Txt"}.get(kind, kind)
        fields = dict(zip(FIELDS[kind], words, strict=True))
        params = {"ZoneName": zone, "Name": name, "TimeToLive": timedelta(seconds=ttl_seconds), switch: True, **fields}
        call.cmdlet("Add-DnsServerResourceRecord", **params)

    yield change(call, verb="Add-ZdmDnsRecord", target=target, read=read, wanted={"TtlSeconds": ttl_seconds}, write=write)


@twin("Remove-ZdmDnsRecord")
def remove_dns_record(
    call: Call,
    /,
    *,
    zone: str,
    name: str,
    type: str,  # noqa: A002 - the script's parameter
    data: str,
) -> Iterator[Row]:
    """Only the record with this data."""
    by, kind = server_way(call), type.upper()
    gone = canonical(kind, data)
    target = f"{name} {type} in {zone}"

    def read() -> Row:
        return {"Data": [row["Data"] for row in record_rows(call, by, zone, name, kind)]}

    def write(_: Row) -> None:
        if by == "wmi":
            dnscmd(call, "/RecordDelete", zone, name, type, *_words(kind, gone), "/f")
            return
        mine = next(row for row in record_rows(call, by, zone, name, kind) if same(row["Data"], gone))
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
    type: str,  # noqa: A002 - the script's parameter
    old_data: str,
    new_data: str,
    ttl_seconds: int,
) -> Iterator[Row]:
    """In one step of the server's own."""
    by, kind = server_way(call), type.upper()
    old, new = canonical(kind, old_data), canonical(kind, new_data)
    target = f"{name} {type} in {zone}"

    def find() -> Row:
        found = [row for row in record_rows(call, by, zone, name, kind) if same(row["Data"], old) or same(row["Data"], new)]
        if not found:
            raise _no_record(zone, name, type, old, target)
        if len(found) > 1:
            said = f"{target} shows {new} beside {old}; remove the old one."
            raise stop("AlreadyExists", said, target=target, category="ResourceExists")
        return found[0]

    def read() -> Row:
        found = find()
        return {"Data": found["Data"], "TtlSeconds": found["TtlSeconds"], "IsStatic": found["IsStatic"]}

    def write(_: Row) -> None:
        set_record_row(call, by, zone, find(), new, ttl_seconds)

    wanted = {"Data": new, "TtlSeconds": ttl_seconds}
    yield change(call, verb="Set-ZdmDnsRecord", target=target, read=read, wanted=wanted, write=write)
