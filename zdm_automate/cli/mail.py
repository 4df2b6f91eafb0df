"""`zdm mail`: the moves of an Exchange organisation, each in plain words with what to do next. It asks and changes nothing."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, in_place, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import RenderableType

    from zdm_automate.cli.opening import Opened
    from zdm_automate.mail.live import Line
    from zdm_automate.mail_session import ExchangeSession

BOOK = "mailbox_moves"
READER = "Get-ZdmMailboxMove"
SHOWN = 40
"""Lines of the table; what needs nobody is counted only."""


def mail(
    batches: Annotated[
        bool, typer.Option("--batches", help="Show the users of migration batches instead, also those to Exchange Online.")
    ] = False,
    watch: Annotated[int, typer.Option(min=0, help="Ask again every so many seconds (60 to 300 is enough); 0: once.")] = 0,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show every move request: state, per cent, rate, stall with its cause, predicted end. Two commands, one per failure."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    with _server(opened, batches=batches) as session:
        for warning in session.connect().warnings:
            say(f"note: {warning}")
        if batches:
            rows = batch_users(session)
            if as_json:
                show_json(rows)
            else:
                _show_users(rows)
            return
        with in_place(watch=bool(watch) and not as_json) as put:
            while True:
                lines, reports, asked = poll(opened, session)
                if as_json:
                    show_json(_body(lines, reports, asked))
                else:
                    put(_view(lines, reports, asked))
                if not watch:
                    return
                time.sleep(watch)


@contextmanager
def _server(opened: Opened, *, batches: bool) -> Iterator[ExchangeSession]:
    """A session that is closed whatever happens: Exchange counts them. Batches to Exchange Online are asked there."""
    book = opened.playbook(BOOK)
    (role,) = book.exchange
    if batches and opened.project.content.intent.get(BOOK, {}).get("online"):
        session: ExchangeSession = opened.online()
    else:
        session = opened.mail(opened.project.roles_of({role: book.roles[role]}, frozenset(), book.name)[role])
    try:
        yield session
    finally:
        session.close()


def poll(opened: Opened, session: ExchangeSession) -> tuple[tuple[Line, ...], dict[str, str], int]:
    """One look: the lines, why the failed ones failed, and how many commands it took."""
    from zdm_automate.facts.mail import MailboxMove, MailboxMoveReport
    from zdm_automate.mail.live import table

    before = session.commands
    moves = [one for one in session.read(READER).facts if isinstance(one, MailboxMove)]
    reports: dict[str, str] = {}
    for move in moves:
        if move.status == "Failed":
            found = session.read("Get-ZdmMailboxMoveReport", identity=move.guid).facts
            reports[move.name] = next((one.message for one in found if isinstance(one, MailboxMoveReport)), "")
    return table(moves, opened.clock.now()), reports, session.commands - before


def batch_users(session: ExchangeSession) -> list[dict[str, str]]:
    """Every user of every batch in plain words."""
    from zdm_automate.facts.mail import MigrationUser
    from zdm_automate.mail.states import batch_user_state

    found = [one for one in session.read("Get-ZdmMigrationUser").facts if isinstance(one, MigrationUser)]
    told = [(one, batch_user_state(one.status)) for one in found]
    return [
        {
            "address": one.address,
            "batch": one.batch,
            "status": one.status,
            "mood": state.mood,
            "sentence": state.sentence,
            "action": state.action,
            "error": one.error,
        }
        for one, state in told
    ]


def _show_users(rows: list[dict[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("ADDRESS", "BATCH", "STATE", "NEXT"):
        table.add_column(name, overflow="fold")
    for row in rows:
        told = f"{row['sentence']} {row['error']}".strip()
        table.add_row(row["address"], row["batch"], Text(told, style=COLOURS.get(row["mood"], "")), row["action"])
    show(table)
    say(f"{len(rows)} users of batches.")


def _body(lines: Iterable[Line], reports: Mapping[str, str], asked: int) -> dict[str, Any]:
    from zdm_automate.mail.live import summary

    lines = tuple(lines)
    rows = [
        {
            "mailbox": one.name,
            "wave": one.wave,
            "mood": one.mood,
            "sentence": one.sentence,
            "action": one.action,
            "percent": one.percent,
            "bytes": one.size,
            "bytes_per_minute": one.rate,
            "bad_items": one.bad_items,
            "still_seconds": round(one.still.total_seconds()),
            "ends": one.ends.isoformat(timespec="minutes") if one.ends else "",
            "message": reports.get(one.name, one.message),
        }
        for one in lines
    ]
    return {"summary": summary(lines), "commands": asked, "moves": rows}


COLOURS = {
    "failed": "bold red",
    "unknown": "bold red",
    "stalled": "yellow",
    "trouble": "yellow",
    "held": "green",
    "done": "green",
}


def _view(lines: tuple[Line, ...], reports: Mapping[str, str], asked: int) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from zdm_automate.mail.live import summary

    table = Table(box=None, pad_edge=False)
    for name in ("MAILBOX", "WAVE", "%", "MB/MIN", "ENDS", "STATE"):
        table.add_column(name, overflow="fold", no_wrap=name in {"%", "MB/MIN", "ENDS"})
    busy = [one for one in lines if one.mood not in {"held", "done", "gone"}]
    for one in busy[:SHOWN]:
        told = f"{one.sentence} {reports.get(one.name) or (one.message if one.mood in COLOURS else '')}".strip()
        told += f" Next: {one.action}" if one.mood in {"failed", "unknown", "stalled", "trouble"} else ""
        rate = f"{one.rate / 1024**2:.0f}" if one.rate else ""
        ends = f"{one.ends:%m-%d %H:%M}" if one.ends else ""
        table.add_row(one.name, one.wave, str(one.percent), rate, ends, Text(told, style=COLOURS.get(one.mood, "")))
    lost = sum(one.bad_items for one in lines)
    tail = [f"and {len(busy) - SHOWN} more"] if len(busy) > SHOWN else []
    tail.append(f"{summary(lines)}{f'; {lost} damaged items' if lost else ''}. {asked} commands.")
    return Group(*([table] if busy else []), Text("\n".join(tail)))
