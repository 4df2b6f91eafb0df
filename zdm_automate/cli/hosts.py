"""`zdm check` and `zdm read`: whether the hosts can be worked with, and what they say."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zdm_automate.box_session import BoxInfo, BoxSession
    from zdm_automate.checkup import HostCheck, Patient
    from zdm_automate.cli.opening import Opened
    from zdm_automate.mail_session import ExchangeInfo, ExchangeSession
    from zdm_automate.pins import Identity
    from zdm_automate.session import SessionInfo


ONLINE = "online"
"""The name under which the organisation in Exchange Online is looked at."""


def check(
    host: Annotated[
        str, typer.Argument(help="One host, role or box: all that was looked at; empty: every one, one line each.")
    ] = "",
    end_shells: Annotated[
        bool, typer.Option("--end-shells", help="End the remote shells of this account that are open on that host.")
    ] = False,
    repin: Annotated[str, typer.Option(help="A host whose machine was replaced on purpose: pin the new one.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Connect to every host: reach, right machine, versions, language mode, clock. Changes nothing but with --end-shells."""
    from zdm_automate.checkup import look_at_all
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError

    opened = open_project(project)
    content = opened.project.content
    if repin:
        opened.project.host(repin)
    names = [*content.hosts, *(name for name, box in content.boxes.items() if box.profile)]
    names += [ONLINE] if content.tenant is not None else []
    if host:
        names = [_known(opened, host)]
    if end_shells:
        if not host or host in content.boxes:
            raise InputError("--end-shells needs one host.", hint="`zdm check HOST --end-shells`.")
        _end_shells(opened, names[0], as_json=as_json)
        return
    patients = [_patient(opened, name) for name in names]
    with _progress(len(names)) as told:
        found = look_at_all(patients, told=told)
    _recognise(opened, found, repin)
    if as_json:
        show_json([_row(one) for one in found])
    else:
        show(_overview(found))
        for one in found:
            if host or one.problem is not None:
                show("", _details(one))
    bad = [one.problem for one in found if one.problem is not None]
    if bad:
        raise typer.Exit(max(problem.exit_code for problem in bad))
    _refuse_skew([one.info for one in found if one.info is not None])


def _patient(opened: Opened, name: str) -> Patient | BoxSession | ExchangeSession:
    if name == ONLINE and opened.project.content.tenant is not None:
        return opened.online()
    return opened.box(name) if name in opened.project.content.boxes else opened.patient(name)


def _recognise(opened: Opened, found: Iterable[HostCheck], repin: str) -> None:
    """Pins the machines met for the first time, and the one that is to be pinned anew; a stranger is that host's problem."""
    from zdm_automate.errors import ZdmError
    from zdm_automate.pins import Identity

    pins = opened.pins
    for one in found:
        if one.info is None or one.machine is None:
            continue
        seen = Identity.of(one.info.host, one.machine, opened.project.host(one.host).address)
        try:
            if repin.casefold() == one.host.casefold():
                _repin(opened, one.host, seen)
            pins.refuse_strangers({one.host: seen})
            pins.add({one.host: seen}, by=opened.operator, at=opened.clock.now())
        except ZdmError as problem:
            one.problem = problem


def _repin(opened: Opened, host: str, seen: Identity) -> None:
    """Takes another machine for a host, and has it in a journal of its own."""
    from dataclasses import asdict

    from zdm_automate.cli.alone import alone, record_run, unused

    with alone(opened), record_run(opened, unused(opened, f"repin-{host}"), "repin") as record:
        before, after = opened.pins.repin(host, seen, by=opened.operator, at=opened.clock.now())
        record.write("host.pinned", boundary=True, host=host, before=asdict(before), after=asdict(after))


def _known(opened: Opened, name: str) -> str:
    """The name of a host or box as the project writes it."""
    content = opened.project.content
    if name in content.boxes or (name == ONLINE and content.tenant is not None):
        return name
    opened.project.host(name)
    wanted = content.roles.get(name, name)
    return next(known for known in content.hosts if known.casefold() == wanted.casefold())


@contextmanager
def _progress(hosts: int) -> Iterator[Callable[[HostCheck], None]]:
    """Says who is still waited for, where somebody looks."""
    from rich.console import Console

    console = Console(stderr=True)
    left = hosts
    if not console.is_terminal:
        yield lambda _check: None
        return
    with console.status(f"looking at {hosts} hosts") as status:

        def told(found: HostCheck) -> None:
            nonlocal left
            left -= 1
            status.update(f"{hosts - left} of {hosts} hosts done, last {found.host}")

        yield told


def _end_shells(opened: Opened, name: str, *, as_json: bool) -> None:
    from zdm_automate.errors import InputError
    from zdm_automate.transport.psrp import end_shell, service_state

    target = opened.target(name)
    if target.ssh:
        raise InputError(f"{name} is reached by SSH, which leaves no shells behind.", hint="Nothing was ended.")
    _, shells = service_state(target)
    for shell in shells:
        end_shell(target, shell)
    if as_json:
        show_json([{"host": name, "id": shell.id, "owner": shell.owner} for shell in shells])
    else:
        say(f"{len(shells)} shells of {shells[0].owner} ended on {name}." if shells else f"No shell is open on {name}.")


def _overview(found: Iterable[HostCheck]) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("HOST", "", "WINDOWS", "PS", "BY", "CULTURE", "CLOCK", "REMARK"):
        table.add_column(name, overflow="fold", no_wrap=name in {"HOST", "PS", "CLOCK", "BY"})
    for one in found:
        row = _row(one)
        good = "[green]ok[/]" if row["ok"] else "[bold red]failed[/]"
        remark = "; ".join(row["warnings"]) if row["ok"] else row["error"]
        skew = f"{row['skew_seconds']:+.0f} s" if "skew_seconds" in row else ""
        windows = str(row.get("os", "")).replace("Microsoft ", "").replace("Windows ", "")
        ps = ".".join(str(row.get("ps", "")).split(".")[:2])
        table.add_row(row["host"], good, windows, ps, row.get("by", ""), row.get("culture", ""), skew, remark)
    return table


def _details(found: HostCheck) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=found.host, title_justify="left", box=None, pad_edge=False)
    for name in ("LOOKED AT", "SEEN", "WHAT TO DO"):
        table.add_column(name, overflow="fold")
    for finding in found.findings:
        table.add_row(finding.name, Text(finding.value), Text(finding.action))
    if found.problem is not None:
        table.add_row("trouble", Text(found.problem.message), Text(found.problem.hint))
    return table


def _refuse_skew(infos: list[SessionInfo | BoxInfo | ExchangeInfo]) -> None:
    from zdm_automate.session import SKEW_LIMIT, skew_error

    for info in infos:
        if abs(info.skew_seconds) >= SKEW_LIMIT:
            raise skew_error(info.host, info.skew_seconds)


def _row(found: HostCheck) -> dict[str, Any]:
    from zdm_automate.runner import error_fields
    from zdm_automate.session import SessionInfo

    row: dict[str, Any] = {"host": found.host, "ok": found.problem is None, "warnings": []}
    if found.problem is not None:
        row |= {"error": str(found.problem), "error_id": error_fields(found.problem)["id"]}
    info = found.info
    if info is not None:
        row |= {"by": f"{info.transport}/{info.auth}", "warnings": list(info.warnings)}
    if isinstance(info, SessionInfo):
        row |= {
            "os": info.fact.os_caption,
            "os_version": info.fact.os_version,
            "ps": info.fact.ps_version,
            "language_mode": info.fact.language_mode,
            "culture": info.fact.culture,
            "skew_seconds": round(info.skew_seconds, 1),
        }
    elif info is not None:
        row["os"] = str(info.version)
    findings = [{"name": one.name, "value": one.value, "action": one.action} for one in found.findings]
    return row | {"findings": findings, "shells": len(found.shells)}


def read(
    host: Annotated[str, typer.Argument(help="A host or a role of the project.")],
    verb: Annotated[str, typer.Argument(help="A reader, such as Get-ZdmDnsZone.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Its parameters: Name=value; a list: Name=a,b.")] = None,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Call one reader on one host and show the facts. Changes nothing."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.facts.base import to_wire

    opened = open_project(project)
    name = _known(opened, host)
    params = _params(opened.library[verb], arguments or [])
    session = opened.session(name)
    try:
        session.connect()
        reading = session.read(verb, **params)
    finally:
        session.close()
    rows = [to_wire(fact) for fact in reading.facts]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        show(_facts_table(row), "")
    seconds = f"{reading.duration_seconds * 1000:.0f} ms"
    say(f"{len(rows)} facts from {reading.host} in {seconds}, {reading.requests} requests, script {reading.script_sha256[:12]}")


def _params(verb: Any, arguments: list[str]) -> dict[str, Any]:
    from zdm_automate.errors import InputError

    types = {parameter.name.casefold(): parameter.type for parameter in verb.parameters}
    params: dict[str, Any] = {}
    for argument in arguments:
        name, sign, value = argument.partition("=")
        if not sign:
            raise InputError(f"{argument!r} is no parameter.", hint="Write Name=value.")
        kind = types.get(name.casefold(), "string")
        if kind == "string[]":
            params[name] = [part for part in value.split(",") if part]
        elif kind in {"int", "int32"}:
            if not value.lstrip("-").isdigit():
                raise InputError(f"{name} takes a whole number, not {value!r}.")
            params[name] = int(value)
        elif kind in {"bool", "switch"}:
            params[name] = value.casefold() in {"true", "yes", "1"}
        else:
            params[name] = value
    return params


def _facts_table(row: dict[str, Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    from zdm_automate.report.words import plain

    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in row.items():
        table.add_row(Text(name, style="bold"), Text(plain(value)))
    return table
