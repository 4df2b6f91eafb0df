"""Puts together what an admission decides by: the project, its journals, its checklist, the hosts, and what is typed."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from zdm_automate.admission import Admission, Desk, begun_at, is_final
from zdm_automate.approvals import LAB, approvals_of, overrides_of
from zdm_automate.checklist import Checklist, load_checklist, load_smoke_list
from zdm_automate.durations import Durations, measured
from zdm_automate.errors import UnknownNameError, ZdmError
from zdm_automate.facts.project import PROJECT, Temporary
from zdm_automate.gates import GATES, ListedRow, MadeChange, View
from zdm_automate.gates.evidence import moment_of
from zdm_automate.ledger import project_facts, with_project
from zdm_automate.playbook import playbook_names, playbook_sha256
from zdm_automate.progress import checklist_state
from zdm_automate.rehearsal import Hashes
from zdm_automate.rehearsals import read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.store import Facts
    from zdm_automate.gates import Gate
    from zdm_automate.planner import Plan
    from zdm_automate.steps import Read
    from zdm_automate.workplace import Intended, Workplace


def desk_of(opened: Opened, work: Workplace, what: Intended | None = None, *, confirm: str = "") -> Desk:
    """What decides about the plans of an open project."""
    content = opened.project.content
    entries = tuple(opened.entries())
    return Desk(
        now=opened.clock.now,
        view=view_maker(opened, work),
        read=lambda gate, view: work.look(gate.reads(view)),
        begun=lambda gate: begun_at(opened.entries(), gate),
        limits=content.limits,
        durations=durations_of(opened, entries),
        window=content.window.window if content.window is not None else None,
        bound=_bound(opened, what),
        approvals=approvals_of(entries),
        overrides=overrides_of(entries),
        operator=opened.operator,
        lab=opened.project.is_rehearsal,
        typed=cache(lambda gate: _typed(gate, confirm)),
    )


def durations_of(opened: Opened, entries: Iterable[Mapping[str, Any]]) -> Durations:
    """How long changes take: what the journals show, and what rehearsals have taken."""
    records = read_records(opened.project.folder)
    return measured(entries, opened.lessons).with_rehearsals(
        [one.seconds for one in records if one.real], [one.seconds for one in records if not one.real]
    )


def hashes_of(opened: Opened) -> Hashes:
    """What playbooks and scripts are now."""
    where = opened.folders("playbooks")
    playbooks = {name: playbook_sha256(name, where) for name in playbook_names(where)}
    return Hashes(playbooks=playbooks, scripts={verb: opened.library.sha256_of(verb) for verb in opened.library})


def admission_of(opened: Opened, work: Workplace, what: Intended, plan: Plan, facts: Facts, *, confirm: str = "") -> Admission:
    """The admission of a plan on facts that were just read."""
    # the way back is open at every hour
    desk = desk_of(opened, work, what if plan.kind == "apply" else None, confirm=confirm)
    return Admission(plan=plan, facts=widened(work, what, plan, facts, desk), desk=desk)


def view_maker(opened: Opened, work: Workplace) -> Callable[[Facts], View]:
    """Gives the project as it stands whenever it is called: journals, signatures and checklist are read anew."""
    content = opened.project.content
    intents = _intents(opened)
    smoke = _smoke(opened)
    rehearsals = read_records(opened.project.folder)
    hashes = hashes_of(opened) if rehearsals else Hashes()

    def view(facts: Facts) -> View:
        entries = tuple(opened.entries())
        if (PROJECT, Temporary.zdm_type) not in facts.by_type:
            facts = with_project(facts, project_facts(entries))
        return View(
            facts=facts,
            now=opened.clock.now(),
            limits=content.limits,
            window=content.window.window if content.window is not None else None,
            letter=content.checklist,
            rows=_rows(opened, entries),
            service_request=content.service_request,
            intents=intents,
            made=tuple(_made(entries)),
            skew=work.skew,
            smoke=smoke,
            in_lab=opened.project.in_lab,
            rehearsals=rehearsals,
            hashes=hashes,
        )

    return view


def widened(work: Workplace, what: Intended, plan: Plan, facts: Facts, desk: Desk) -> Facts:
    """The facts with those that only the plan's gates ask for; what the playbook read stays as it was read."""
    gates = {change.gate for change in plan.changes if change.gate in GATES}
    if not gates:
        return facts
    known = {_key(read) for read in what.book.readers(what.intent, work.hosts)}
    view = desk.view(facts)
    wanted = [read for name in sorted(gates) for read in GATES[name].reads(view) if _key(read) not in known]
    if not wanted:
        return facts
    seen = work.look(wanted)
    for (role, zdm_type), found in seen.by_type.items():
        if (role, zdm_type) not in facts.by_type:
            facts = facts.with_facts(role, zdm_type, found)
    for (role, zdm_type), why in seen.missing.items():
        if (role, zdm_type) not in facts.by_type:
            facts = facts.without(role, zdm_type, why)
    return facts


def needed(opened: Opened, plan: Plan) -> tuple[str, ...]:
    """The roles whose approval the plan still lacks; none in a rehearsal."""
    if opened.project.is_rehearsal:
        return ()
    roles = [role for change in plan.changes if change.gate in GATES for role in GATES[change.gate].approvals]
    if any(is_final(change) for change in plan.changes):
        roles += ["tech", "lead"]
    given = {one.role for one in approvals_of(opened.entries()) if one.digest == plan.digest}
    return tuple(role for role in dict.fromkeys(roles) if role not in given)


def approvers(opened: Opened, plan: Plan) -> list[dict[str, str]]:
    """Who approved a plan, as the journal holds it."""
    if opened.project.is_rehearsal:
        return [{"by": LAB, "role": LAB}]
    given = [one for one in approvals_of(opened.entries()) if one.digest == plan.digest]
    return [{"by": one.by, "role": one.role, "at_utc": one.at_utc, "origin": one.origin} for one in given]


def _typed(gate: Gate, confirm: str) -> str:
    """What the operator typed for a gate that wants it."""
    if confirm or not sys.stdin.isatty():
        return confirm
    typed: str = typer.prompt(f"{gate.name}: {gate.guards}. Type `{gate.phrase}` to go on", default="", show_default=False)
    return typed


def _key(read: Read) -> tuple[str, str, str]:
    return read.role, read.verb, repr(sorted(read.params.items()))


def _intents(opened: Opened) -> dict[str, Mapping[str, Any]]:
    """What the project wants, playbook by playbook; of a playbook that is not there nothing is known."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in opened.project.content.intent:
        with suppress(UnknownNameError):
            found[name] = asdict(opened.intended(opened.playbook(name)).intent)
    return found


def _smoke(opened: Opened) -> tuple[tuple[int, str, bool], ...]:
    try:
        listed = load_smoke_list(opened.folders("playbooks"))
    except ZdmError:
        return ()
    return tuple((one.number, one.title, one.blocks) for one in listed.checks)


def _checklist(opened: Opened, letter: str) -> Checklist | None:
    """A checklist; None where it is not there or not in order, which `zdm checklist show` explains."""
    try:
        return load_checklist(letter, opened.folders("playbooks"))
    except ZdmError:
        return None


def _rows(opened: Opened, entries: Iterable[Mapping[str, Any]]) -> tuple[ListedRow, ...]:
    known = _checklist(opened, opened.project.content.checklist)
    return tuple(ListedRow(one.item, str(one.state)) for one in checklist_state(known, entries)) if known is not None else ()


def _made(entries: Iterable[Mapping[str, Any]]) -> Iterable[MadeChange]:
    """The changes that were made and not only found so."""
    for entry in entries:
        at = moment_of(str(entry.get("ts") or ""))
        if entry.get("event") == "change.finished" and entry.get("result") in {"ok", "already"} and at is not None:
            yield MadeChange(
                verb=str(entry.get("verb") or ""),
                role=str(entry.get("role") or ""),
                at=at,
                item=str(entry.get("item") or ""),
                gate=str(entry.get("gate") or ""),
            )


def _bound(opened: Opened, what: Intended | None) -> frozenset[str]:
    """The playbook's items that a checklist puts into the golden hours."""
    if what is None:
        return frozenset()
    letters = {opened.project.content.checklist} | {name[:1] for item in what.book.items for name in (item.id, *item.also)}
    lists = [found for letter in sorted(letters) if (found := _checklist(opened, letter)) is not None]
    during = {row.id for one in lists for row in one.items if row.bucket.time == "during"}
    return frozenset(item.id for item in what.book.items if during & {item.id, *item.also})
