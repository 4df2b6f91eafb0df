"""The second hop: which change has its host go on to a third machine, and by which way it may do so.

Pure: it knows what verbs declare and what a plan says; it asks no host. Ways are tried in the order of least harm; where none
of those built here leads there (a task with a stored account and CredSSP are not), the plan is refused, not the night spoilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zdm_automate.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from zdm_automate.model import Change, PlannedItem
    from zdm_automate.scripts import Library, Verb


@dataclass(frozen=True, slots=True)
class Route:
    """How a change reaches a third machine."""

    machine: str
    way: str

    def __str__(self) -> str:
        return f"second hop to {self.machine}: {self.way}"


def machine_of(verb: Verb, params: Mapping[str, Any]) -> str:
    """The machine that the UNC path in the verb's declared parameter names; empty for a verb that declares none."""
    path = str(verb.bind(params).get(verb.hop) or "") if verb.hop else ""
    return path[2:].partition("\\")[0] if path.startswith("\\\\") else ""


def route_of(change: Change, verb: Verb, *, host: str, delegates: bool) -> Route | None:
    """The way to the third machine; None where the change needs none, which is the first choice.

    Raises:
        RefusedError: it needs one, and nothing that is allowed leads there.
    """
    machine = machine_of(verb, change.call.params)
    if not machine or machine.partition(".")[0].casefold() == host.partition(".")[0].casefold():
        return None
    for value in change.call.params.values():
        if isinstance(value, Mapping) and "$credential" in value:
            return Route(machine, f"by the credential of {value['$credential']}, given as a parameter")
    if delegates:
        return Route(machine, "by the ticket that Kerberos hands on (delegate: true)")
    raise RefusedError(
        f"{verb.name} on {host} has to go on to {machine}, and a remoting session has nothing to log on with there.",
        hint="Give it a credential, run it where the file is, or reach the host by Kerberos with delegate: true.",
        host=host,
        error_id="ZdmSecondHop",
    )


def with_routes(
    items: Iterable[PlannedItem], library: Library, *, hosts: Mapping[str, str], delegating: Collection[str]
) -> tuple[PlannedItem, ...]:
    """The items with the route in the note of every change that needs one; `delegating`: roles whose session hands a ticket on.

    Raises:
        RefusedError: as for `route_of`.
    """
    scripts = frozenset(library)

    def noted(change: Change) -> Change:
        if change.call.verb not in scripts:
            return change
        host = hosts.get(change.call.role, change.call.role)
        route = route_of(change, library[change.call.verb], host=host, delegates=change.call.role in delegating)
        return change if route is None else replace(change, note="; ".join(text for text in (change.note, str(route)) if text))

    return tuple(
        replace(item, rows=tuple(row if row.change is None else replace(row, change=noted(row.change)) for row in item.rows))
        for item in items
    )
