"""`zdm gate` and `zdm approve`: what must be so before a change runs, and whose word it takes. They change no host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from zdm_automate.admission import Desk
    from zdm_automate.cli.opening import Opened
    from zdm_automate.gates import Gate, GateAnswer
    from zdm_automate.planner import Plan

CLOSED = 3


def gate(
    name: Annotated[str, typer.Argument(help="A gate; empty: the list of all.")] = "",
    plan: Annotated[str, typer.Option(help="The plan whose approvals count; empty: the last unused one behind it.")] = "",
    override: Annotated[str, typer.Option(help="A failed predicate to excuse, where that is allowed.")] = "",
    by: Annotated[str, typer.Option("--as", help="Who excuses it.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is excused.")] = "",
    confirm: Annotated[str, typer.Option(help="What the gate wants typed.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the gates, or judge one on fresh facts: exit code 0 when it is open, 3 when it is closed."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.gates import fields_of
    from zdm_automate.gates import gate as known_gate
    from zdm_automate.report.text import gate_view

    if not name:
        _list(as_json=as_json)
        return
    found = known_gate(name)
    opened = open_project(project)
    behind = _plan_behind(opened, found, plan)
    with _judging(opened, found, confirm) as (desk, look):
        answer = desk.judge(found, look(), behind.digest if behind else "")
        if override:
            _excuse(opened, answer, found, override, by, reason)
    if override:
        with _judging(opened, found, confirm) as (desk, look):
            answer = desk.judge(found, look(), behind.digest if behind else "")
    _record(opened, found, answer)
    if as_json:
        show_json(fields_of(answer) | {"plan": behind.id if behind else ""})
    else:
        show(gate_view(answer))
        if behind is not None:
            say(f"Approvals are those of plan {behind.id}.")
    if not answer.open:
        raise typer.Exit(CLOSED)


def approve(
    what: Annotated[str, typer.Argument(help="A plan (id, part of it, or `latest`), or a gate by its name.")],
    by: Annotated[str, typer.Option("--as", help="Who approves; the project file names them under `approvers:`.")],
    role: Annotated[str, typer.Option(help="As what: tech, client or lead.")],
    reference: Annotated[str, typer.Option(help="From where the word came: an e-mail, a call; empty: typed here.")] = "",
    note: Annotated[str, typer.Option(help="What should be remembered.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Approve a plan, or what a gate found, by its hash: any change of it afterwards voids the approval."""
    from zdm_automate.approvals import APPROVED
    from zdm_automate.cli.opening import open_project
    from zdm_automate.gates import GATES

    opened = open_project(project)
    person = _approver(opened, by, role)
    if what.strip().upper() in GATES:
        subject = what.strip().upper()
        digest = _findings_hash(opened, GATES[subject])
    else:
        plan = opened.plans.load(what)
        opened.plans.refuse_used(plan)
        subject, digest = plan.id, plan.digest
    origin = reference.strip() or _here()
    fields = {"subject": subject, "digest": digest, "by": person, "role": role, "origin": origin, "note": note}
    _write(opened, "approve", APPROVED, fields)
    if as_json:
        show_json(fields)
    else:
        say(f"{subject} is approved by {person} as {role}, hash {digest[:12]}.")


# --- what they lean on ---


def _list(*, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from zdm_automate.gates import GATES

    if as_json:
        show_json(
            [
                {
                    "gate": one.name,
                    "guards": one.guards,
                    "predicates": [p.name for p in one.predicates],
                    "approvals": list(one.approvals),
                    "works": one.works,
                }
                for one in GATES.values()
            ]
        )
        return
    table = Table("GATE", "GUARDS", "APPROVED BY", "", box=None, pad_edge=False)
    for one in GATES.values():
        table.add_row(one.name, Text(one.guards), ", ".join(one.approvals), "" if one.works else "stays closed")
    show(table)
    say("`zdm gate NAME` judges one on fresh facts.")


class _judging:  # noqa: N801 - reads as a sentence at the place of use
    """Opens the hosts that a gate asks, and gives the desk and the view on fresh facts."""

    def __init__(self, opened: Opened, gate: Gate, confirm: str) -> None:
        self.opened, self.gate, self.confirm = opened, gate, confirm

    def __enter__(self) -> tuple[Desk, Any]:
        from zdm_automate.cli.admitting import desk_of, view_maker
        from zdm_automate.facts.store import Facts

        hosts = dict(self.opened.project.content.roles)
        idle = self.opened.bench(())
        blank = view_maker(self.opened, idle)(Facts(taken_at=self.opened.clock.now(), hosts=hosts))
        self.work = self.opened.bench(self.gate.reads(blank))
        self.work.__enter__()
        try:
            self.work.connect()
            desk = desk_of(self.opened, self.work, confirm=self.confirm)
            return desk, lambda: desk.view(desk.read(self.gate, blank))
        except BaseException:
            self.work.__exit__(None, None, None)
            raise

    def __exit__(self, *ended: object) -> None:
        self.work.__exit__(None, None, None)


def _plan_behind(opened: Opened, gate: Gate, name: str) -> Plan | None:
    """The plan whose approvals count: the one named, or the last unused one with a change behind the gate."""
    if name:
        return opened.plans.load(name)
    for plan_id in reversed(opened.plans.ids()):
        if opened.plans.used(plan_id):
            continue
        plan = opened.plans.load(plan_id)
        if any(change.gate == gate.name for change in plan.changes):
            return plan
    return None


def _excuse(opened: Opened, answer: GateAnswer, gate: Gate, name: str, by: str, reason: str) -> None:
    """Writes an override down.

    Raises:
        InputError: no such predicate, or nobody's name or reason.
        RefusedError: it is not known to fail, or may not be excused.
    """
    from zdm_automate.approvals import EXCUSED
    from zdm_automate.errors import InputError, RefusedError, UnknownNameError
    from zdm_automate.gates import Truth

    found = next((one for one in answer.findings if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in gate.predicates)
        raise UnknownNameError(f"gate {gate.name} has no predicate {name!r}.", hint=f"Predicates: {known}.")
    if not by.strip() or not reason.strip():
        raise InputError("an override needs a name and a reason.", hint="Add --as NAME --reason TEXT.")
    if found.state is not Truth.FALSE:
        raise RefusedError(
            f"{gate.name} {name} is {found.state}; only what is known to fail can be excused.", hint="Nothing was excused."
        )
    if not found.excusable:
        raise RefusedError(f"{gate.name} {name} cannot be excused by anybody.", hint=f"{found.hint} Nothing was excused.")
    if sum(one.excused is not None for one in answer.findings if one.name != name) >= gate.most_overrides:
        raise RefusedError(f"{gate.name} allows {gate.most_overrides} override, and one is given.", hint="Nothing was excused.")
    fields = {"gate": gate.name, "predicate": name, "by": by.strip(), "reason": reason.strip(), "value": found.value}
    _write(opened, f"override-{gate.name}", EXCUSED, fields)


def _record(opened: Opened, gate: Gate, answer: GateAnswer) -> None:
    from zdm_automate.checklist import load_checklist
    from zdm_automate.errors import ZdmError
    from zdm_automate.gates import fields_of, row_of

    try:
        known = load_checklist(opened.project.content.checklist, opened.folders("playbooks"))
        row = row_of(gate.name, known.items)
    except ZdmError:
        row = ""
    _write(opened, f"gate-{gate.name}", "gate.judged", fields_of(answer) | {"item": row})


def _write(opened: Opened, kind: str, event: str, fields: dict[str, Any]) -> None:
    from zdm_automate.cli.alone import alone, record_run, unused

    with alone(opened), record_run(opened, unused(opened, kind), kind.partition("-")[0]) as journal:
        journal.write(event, boundary=True, **fields)


def _findings_hash(opened: Opened, gate: Gate) -> str:
    """The hash of what a gate finds now.

    Raises:
        RefusedError: a predicate fails; nobody approves that.
    """
    from zdm_automate.errors import RefusedError

    with _judging(opened, gate, "") as (desk, look):
        answer = desk.judge(gate, look())
    bad = [one for one in answer.findings if not one.passes and not one.name.startswith(("approval-", "phrase"))]
    if bad:
        raise RefusedError(
            f"gate {gate.name} finds {bad[0].name}: {bad[0].value or bad[0].state}; there is nothing to approve yet.",
            hint=f"`zdm gate {gate.name}` shows what it wants.",
        )
    return answer.hash


def _approver(opened: Opened, name: str, role: str) -> str:
    """The person, as the project file spells the name.

    Raises:
        InputError: no such role, or the project does not name this person for it.
    """
    from zdm_automate.errors import InputError

    known = opened.project.content.approvers
    roles = ("tech", "client", "lead")
    if role not in roles:
        raise InputError(f"there is no role {role!r}.", hint=f"Roles: {', '.join(roles)}.")
    people = {" ".join(one.split()).casefold(): one for one in dict(known).get(role, ())}  # type: ignore[call-overload]
    found = people.get(" ".join(name.split()).casefold())
    if found is None:
        named = ", ".join(people.values()) or "nobody"
        raise InputError(
            f"{name!r} may not approve as {role}; the project names {named}.",
            hint=f"Write `approvers: {{{role}: [{name}]}}` into project.yaml, if that is agreed.",
        )
    return str(found)


def _here() -> str:
    import getpass
    import platform

    return f"typed at {platform.node()} by {getpass.getuser()}"
