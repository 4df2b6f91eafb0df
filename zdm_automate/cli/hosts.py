"""`zdm check` and `zdm read`: whether the hosts can be worked with, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.cli.opening import Opened
    from zdm_automate.errors import ZdmError
    from zdm_automate.pins import Identity
    from zdm_automate.session import HostSession, SessionInfo


def check(
    repin: Annotated[str, typer.Option(help="A host whose machine was replaced on purpose: pin the new one.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Connect to every host: reach, right machine, versions, language mode, clock. Changes nothing on them."""
    from rich.table import Table

    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import ZdmError
    from zdm_automate.session import open_all

    opened = open_project(project)
    if repin:
        opened.project.host(repin)
    sessions = [opened.session(host) for host in opened.project.content.hosts]
    try:
        found = open_all(sessions)
        found |= _recognised(opened, {one.host: one for one in sessions}, found, repin)
    finally:
        for session in sessions:
            session.close()
    rows = [_row(host, info) for host, info in found.items()]
    if as_json:
        show_json(rows)
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("HOST", "", "WINDOWS", "PS", "BY", "CULTURE", "CLOCK", "REMARK"):
            table.add_column(name, overflow="fold", no_wrap=name in {"HOST", "PS", "CLOCK", "BY"})
        for row in rows:
            good = "[green]ok[/]" if row["ok"] else "[bold red]failed[/]"
            remark = "; ".join(row["warnings"]) if row["ok"] else row["error"]
            skew = f"{row['skew_seconds']:+.0f} s" if row["ok"] else ""
            windows = str(row.get("os", "")).replace("Microsoft ", "").replace("Windows ", "")
            ps = ".".join(str(row.get("ps", "")).split(".")[:2])
            table.add_row(row["host"], good, windows, ps, row.get("by", ""), row.get("culture", ""), skew, remark)
        show(table)
    bad = [info for info in found.values() if isinstance(info, ZdmError)]
    if bad:
        raise typer.Exit(max(problem.exit_code for problem in bad))
    _refuse_skew([info for info in found.values() if not isinstance(info, ZdmError)])


def _recognised(
    opened: Opened, sessions: Mapping[str, HostSession], found: Mapping[str, SessionInfo | ZdmError], repin: str
) -> dict[str, ZdmError]:
    """Pins the machines met for the first time, and the one that is to be pinned anew; gives what is wrong with the others."""
    from zdm_automate.errors import ZdmError
    from zdm_automate.pins import Identity
    from zdm_automate.workplace import IDENTITY

    wrong: dict[str, ZdmError] = {}
    pins = opened.pins
    for host, info in found.items():
        if isinstance(info, ZdmError):
            continue
        try:
            inventory: Any = sessions[host].read(IDENTITY).facts[0]
            seen = Identity.of(info.host, inventory, sessions[host].address)
            if repin.casefold() == host.casefold():
                _repin(opened, host, seen)
            pins.refuse_strangers({host: seen})
            pins.add({host: seen}, by=opened.operator, at=opened.clock.now())
        except ZdmError as problem:
            wrong[host] = problem
    return wrong


def _repin(opened: Opened, host: str, seen: Identity) -> None:
    """Takes another machine for a host, and has it in a journal of its own."""
    from dataclasses import asdict

    from zdm_automate.cli.apply import _alone, _unused, _who

    run = _unused(opened, f"{opened.clock.now():%Y%m%d-%H%M%S}-repin-{host}")
    with _alone(opened), opened.journal(run) as record:
        record.write("run.started", kind="repin", **_who(opened))
        before, after = opened.pins.repin(host, seen, by=opened.operator, at=opened.clock.now())
        record.write("host.pinned", boundary=True, host=host, before=asdict(before), after=asdict(after))
        record.write("run.finished", boundary=True, result="done")


def _refuse_skew(infos: list[SessionInfo]) -> None:
    from zdm_automate.session import SKEW_LIMIT, skew_error

    for info in infos:
        if abs(info.skew_seconds) >= SKEW_LIMIT:
            raise skew_error(info.host, info.skew_seconds)


def _row(host: str, info: SessionInfo | ZdmError) -> dict[str, Any]:
    from zdm_automate.errors import ZdmError
    from zdm_automate.runner import error_fields

    if isinstance(info, ZdmError):
        return {"host": host, "ok": False, "error": str(info), "error_id": error_fields(info)["id"], "warnings": []}
    fact = info.fact
    return {
        "host": host,
        "ok": True,
        "os": fact.os_caption,
        "os_version": fact.os_version,
        "ps": fact.ps_version,
        "by": f"{info.transport}/{info.auth}",
        "language_mode": fact.language_mode,
        "culture": fact.culture,
        "skew_seconds": round(info.skew_seconds, 1),
        "warnings": list(info.warnings),
    }


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
    opened.project.host(host)
    name = opened.project.content.roles.get(host, host)
    name = next(known for known in opened.project.content.hosts if known.casefold() == name.casefold())
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
