"""The second hop: which change has its host go on to a third machine, and by which way it may do so.

Pure: it knows what verbs declare and what a plan says; it asks no host. Ways are judged in the order of least harm; where none
leads there the plan is refused with what was wrong with each, not the night spoilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import RefusedError
from zdm_automate.model import credential_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from zdm_automate.model import Change, PlannedItem
    from zdm_automate.scripts import Library, Verb


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a third machine, judged for one change: `said` is how, or why it is closed."""

    name: str
    said: str
    open: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.said}"


@dataclass(frozen=True, slots=True)
class Route:
    """How a change reaches a third machine; `params` is what its call needs for that beside its own."""

    machine: str
    way: Way
    params: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"second hop to {self.machine}, {self.way}"


def machine_of(verb: Verb, params: Mapping[str, Any]) -> str:
    """The machine that the UNC path in the verb's declared parameter names; empty for a verb that declares none."""
    given = {name.replace("_", "").casefold(): value for name, value in params.items()}
    path = str(given.get(verb.hop.casefold()) or "") if verb.hop else ""
    return path[2:].partition("\\")[0] if path.startswith("\\\\") else ""


def route_of(change: Change, verb: Verb, *, hosts: Mapping[str, str], delegating: Collection[str]) -> Route | None:
    """The way to the third machine; None where the change needs none, which is the first choice.

    Args:
        change: as it was planned.
        verb: what it calls.
        hosts: names by role.
        delegating: roles whose session hands a ticket on that the next machine takes.

    Raises:
        RefusedError: it needs one, and nothing that is allowed leads there.
    """
    call = change.call
    host = hosts.get(call.role, call.role)
    machine = machine_of(verb, call.params)
    if not machine or _same(machine, host):
        return None
    owner = next((role for role, name in hosts.items() if _same(name, machine)), "")
    ways = tuple(_judged(call.params, verb, machine=machine, owner=owner, host=host, delegates=call.role in delegating))
    way = next((one for one in ways if one.open), None)
    if way is not None:
        filled = way.name == CREDENTIAL and not _given(call.params)
        return Route(machine, way, tuple((name, credential_of(owner)) for name in _takes(verb)) if filled else ())
    raise RefusedError(
        f"{verb.name} on {host} has to go on to {machine}, and a remoting session has nothing to log on with there. "
        + " ".join(f"{one}." for one in ways),
        hint="Open the first of these ways that you can.",
        host=host,
        error_id="ZdmSecondHop",
    )


CREDENTIAL = "explicit credential"


def _judged(params: Mapping[str, Any], verb: Verb, *, machine: str, owner: str, host: str, delegates: bool) -> Iterator[Way]:
    """All ways, the one with the least harm first (Microsoft's table, the other way round: CredSSP is last)."""
    yield Way("avoid", f"run it on {machine}, which has the file, or name a file of {host}")
    given = _given(params)
    if given:
        yield Way(CREDENTIAL, f"that of {given}, given as a parameter", open=True)
    elif _takes(verb) and owner:
        yield Way(CREDENTIAL, f"that of {owner}, given as a parameter", open=True)
    else:
        yield Way(CREDENTIAL, f"{machine} has no role in the plan" if _takes(verb) else f"{verb.name} takes none")
    yield Way("scheduled task", f"{verb.name} runs in the session, not as a task with a stored account")
    yield Way("constrained delegation", f"the product does not let {host} act for others; that is a change of the directory")
    how = "the ticket that the session hands on (delegate: true)"
    why = "no ticket is handed on: that takes auth: kerberos with delegate: true, and a domain controller to go on from"
    yield Way("Kerberos delegation", how if delegates else why, open=delegates)
    yield Way("session configuration", f"one that runs as another account, or JEA, would have to be made on {host} first")
    yield Way("CredSSP", f"it would leave a password on {host}; the product does not switch it on")


def _takes(verb: Verb) -> list[str]:
    """The parameters of a verb that are credentials."""
    return [parameter.name for parameter in verb.parameters if parameter.type == "pscredential"]


def _given(params: Mapping[str, Any]) -> str:
    """The role whose credential a call has been given; empty for none."""
    given = (value["$credential"] for value in params.values() if isinstance(value, Mapping) and "$credential" in value)
    return str(next(given, ""))


def _same(one: str, other: str) -> bool:
    return one.partition(".")[0].casefold() == other.partition(".")[0].casefold()


def with_routes(
    items: Iterable[PlannedItem], library: Library, *, hosts: Mapping[str, str], delegating: Collection[str]
) -> tuple[PlannedItem, ...]:
    """The items with the route of every change that needs one, and the credential in its call where that is the way.

    Raises:
        RefusedError: as for `route_of`.
    """
    scripts = frozenset(library)

    def routed(change: Change) -> Change:
        if change.call.verb not in scripts:
            return change
        route = route_of(change, library[change.call.verb], hosts=hosts, delegating=delegating)
        if route is None:
            return change
        call = replace(change.call, params={**change.call.params, **dict(route.params)}) if route.params else change.call
        return replace(change, call=call, route=str(route))

    return tuple(
        replace(item, rows=tuple(row if row.change is None else replace(row, change=routed(row.change)) for row in item.rows))
        for item in items
    )
