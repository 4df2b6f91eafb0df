"""G-DNS: records may change when no cache holds the old answer for long, each is there once, and both servers answer. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.facts.dns import DnsAnswer, DnsRecord, DnsZone
from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.facts.store import FactsMissingError
from zdm_automate.gates.evidence import moment_of, truth
from zdm_automate.gates.model import Gate, Predicate, Seen, Truth
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zdm_automate.gates.model import View

BOOK: Final = "dns_cutover"


def _reads(view: View) -> Iterator[Read]:
    for role in ("old", "new"):
        for noun in ("Zone", "Record"):
            yield Read(role=role, verb=f"Get-ZdmDns{noun}")
    intent = view.intents.get(BOOK, {})
    for move in intent.get("moves", ()):
        for server in (intent["old_address"], intent["new_address"]):
            params = {"name": _fqdn(move), "type": move["type"], "server": server}
            yield Read(role="new", verb="Get-ZdmDnsAnswer", params=params)


def _moves(view: View) -> tuple[Mapping[str, Any], ...]:
    if BOOK not in view.intents:
        raise FactsMissingError(f"the project says nothing about {BOOK}")
    return tuple(view.intents[BOOK]["moves"])


def _fqdn(move: Mapping[str, Any]) -> str:
    return str(move["zone"]) if move["name"] == "@" else f"{move['name']}.{move['zone']}"


def _home(view: View, zone: str) -> str:
    here = view.facts.one("new", DnsZone, zone)
    return "new" if here is not None and here.is_ds_integrated and here.zone_type == "Primary" else "old"


def _records(view: View, move: Mapping[str, Any]) -> tuple[DnsRecord, ...]:
    """The records of the move's name and type on the server that they are changed on."""
    wanted = (str(move["zone"]).casefold(), str(move["name"]).casefold(), move["type"])
    found = view.facts.of(_home(view, str(move["zone"])), DnsRecord)
    return tuple(r for r in found if (r.zone_name.casefold(), r.host_name.casefold(), r.record_type) == wanted)


def _pending(view: View) -> Iterator[tuple[Mapping[str, Any], DnsRecord]]:
    """The moves that still hold the old data, with the record."""
    for move in _moves(view):
        for record in _records(view, move):
            if record.data.casefold() == str(move["old"]).casefold():
                yield move, record


def _times(view: View) -> Seen:
    wanted = int(view.intents.get(BOOK, {}).get("ttl_seconds", 0))
    late: list[str] = []
    for move, record in _pending(view):
        name = f"{_fqdn(move)} {move['type']}"
        entries = (t for t in view.facts.of(PROJECT, Temporary) if t.verb == "Set-ZdmDnsTtl" and t.target == name)
        entry = next(entries, None)
        since = moment_of(entry.since_utc) if entry is not None else None
        if entry is not None and since is not None:
            ready = since + timedelta(seconds=entry.old_value)
            if view.now < ready:
                late.append(f"{name} from {ready:%Y-%m-%d %H:%M:%S} UTC on")
        elif record.ttl_seconds > wanted:
            late.append(f"{name} still {record.ttl_seconds} s")
    hint = "Caches may hold the old answer until then: lower the time to live first, wait, then switch."
    return Seen(state=truth(not late), value="; ".join(late) or "no cache holds an old answer longer than that", hint=hint)


def _unique(view: View) -> Seen:
    wrong: list[str] = []
    for move in _moves(view):
        known = {str(move["old"]).casefold(), str(move["new"]).casefold()}
        others = sorted({r.data for r in _records(view, move) if r.data.casefold() not in known})
        if others:
            wrong.append(f"{_fqdn(move)} also holds {', '.join(others)}")
        elif not _records(view, move):
            wrong.append(f"{_fqdn(move)} has no {move['type']} record")
    return Seen(state=truth(not wrong), value="; ".join(wrong) or "one record for every name", hint="Remove what is left over.")


def _answer(view: View) -> Seen:
    _moves(view)
    intent = view.intents[BOOK]
    asked = {intent["old_address"], intent["new_address"]}
    found = [one for one in view.facts.of("new", DnsAnswer) if one.server in asked]
    answered = {one.server for one in found}
    if asked - answered and _moves(view):
        return Seen(state=Truth.UNKNOWN, value=f"not asked: {', '.join(sorted(asked - answered))}")
    bad = [f"{one.server} says {one.status} for {one.name}" for one in found if one.status not in {"Success", "NoData"}]
    value = "; ".join(bad) or ("both servers answer" if found else "no record is moved")
    return Seen(state=truth(not bad), value=value, hint="Bring the DNS service there back first.")


GATE: Final = Gate(
    name="G-DNS",
    guards="records that users follow point to the new servers",
    approvals=("tech",),
    reads=_reads,
    in_window=True,
    predicates=(
        Predicate(name="ttl-age", asks="the old time to live has passed since it was lowered", judge=_times),
        Predicate(name="records-unique", asks="each name that moves is there once", judge=_unique),
        Predicate(name="servers-answer", asks="both DNS servers answer for each name", judge=_answer),
    ),
)
