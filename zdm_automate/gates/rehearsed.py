"""Whether the project's playbooks were rehearsed, with these scripts and on this network. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zdm_automate.gates.evidence import moment_of, truth
from zdm_automate.gates.model import Seen, Truth
from zdm_automate.rehearsal import Record, drift, latest, void

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.gates.model import View
    from zdm_automate.steps import Read


def reads(view: View) -> Iterator[Read]:
    """What the last rehearsals were made on is read again at the client."""
    if view.in_lab:
        return
    known = set()
    for record in _records(view):
        for read in record.basis.reads:
            key = (read.role, read.verb, repr(sorted(read.params.items())))
            if key not in known and view.facts.has(read.role):
                known.add(key)
                yield read


def rehearsed(view: View) -> Seen:
    """Every playbook of the project has a record that is young, complete, of the same scripts and of this network."""
    if view.in_lab:
        return Seen(state=Truth.TRUE, value="this is a rehearsal itself", at=view.now)
    if not view.intents:
        return Seen(state=Truth.UNKNOWN, value="the project names no playbook to rehearse")
    missing = [name for name in view.intents if latest(view.rehearsals, name) is None]
    if missing:
        return _not(f"{', '.join(missing)}: never rehearsed")
    told: list[str] = []
    for record in _records(view):
        why = void(record, view.now, view.hashes, days=view.limits.rehearsal_days)
        if why:
            return _not(why)
        moved = drift(record.basis, view.facts)
        if moved.percent > view.limits.drift_percent:
            return _not(f"since the rehearsal of {record.started[:10]} {moved}")
        told.append(f"{', '.join(record.playbooks)} on {record.ended[:10]} in {_where(record)}; {moved}")
    oldest = min((moment_of(record.ended) for record in _records(view)), key=lambda at: at or view.now)
    return Seen(state=truth(told), value="; ".join(told), at=oldest)


def _records(view: View) -> tuple[Record, ...]:
    """The last rehearsal of each playbook, each once."""
    found = (latest(view.rehearsals, name) for name in view.intents)
    return tuple({one.id: one for one in found if one is not None}.values())


def _where(record: Record) -> str:
    return f"{record.lab.get('kind', 'a lab')} {record.lab.get('office', '')}".strip()


def _not(why: str) -> Seen:
    return Seen(state=Truth.FALSE, value=why, hint="Rehearse: `zdm rehearse --lab DIR`.")
