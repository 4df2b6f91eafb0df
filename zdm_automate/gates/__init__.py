"""The gates: what must be so, and who must approve, before a change behind one of them runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.errors import UnknownNameError
from zdm_automate.gates import cut, declared, dhcp, dns, exremove, mail, profiles, start
from zdm_automate.gates.judge import decide, fields_of, row_of
from zdm_automate.gates.model import Finding, Gate, GateAnswer, ListedRow, MadeChange, Predicate, Truth, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "GATES",
    "Finding",
    "Gate",
    "GateAnswer",
    "ListedRow",
    "MadeChange",
    "Predicate",
    "Truth",
    "View",
    "decide",
    "fields_of",
    "gate",
    "row_of",
    "steps_of",
]

GATES: Mapping[str, Gate] = {
    one.name: one
    for one in (
        start.GATE,
        declared.LEVEL,
        dhcp.GATE,
        dns.GATE,
        cut.CUT,
        mail.COMPLETE_MAIL,
        cut.ACCEPT,
        profiles.GATE,
        exremove.GATE,
        declared.DECOM,
        cut.CLOSE,
    )
}
"""All gates by name, in the order of a migration."""


def gate(name: str) -> Gate:
    """A gate by its name, in any case.

    Raises:
        UnknownNameError: there is none; the message lists those there are.
    """
    found = GATES.get(name.strip().upper())
    if found is None:
        raise UnknownNameError(f"there is no gate {name!r}.", hint=f"Gates: {', '.join(GATES)}.")
    return found


def steps_of(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The steps that are signed under the row of a gate, with their forms; none for a name that is no gate."""
    found = GATES.get(name)
    for predicate in found.predicates if found is not None else ():
        if predicate.step:
            yield predicate.step, predicate.form
