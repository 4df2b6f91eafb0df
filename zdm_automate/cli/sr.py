"""`zdm sr`: what the project's service requests are told, through a queue on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zdm_automate.cli.opening import Opened
    from zdm_automate.outlets import TicketingSection
    from zdm_automate.ticketing.outbox import Letter, Outbox, Pushed
    from zdm_automate.ticketing.port import Desk, File, Message
    from zdm_automate.ticketing.telling import Requests

sr = typer.Typer(no_args_is_help=True, help="Service requests: test the way there, show the queue, send what is new.")

FOLDER = "outbox"


@sr.command("test")
def sr_test(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Log on, look up every name that the project uses, and find the tickets. Writes nothing."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    desk, requests = _desk(opened), _requests(opened)
    desk.ready()
    found = [desk.find(number) for number in requests.numbers]
    if as_json:
        show_json([{"number": one.number, "title": one.title, "status": one.status} for one in found])
        return
    for one in found:
        say(f"{desk.name}: {one.number} {one.title}{f' ({one.status})' if one.status else ''}")
    say("Every name is known; nothing was written.")


@sr.command("status")
def sr_status(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Show the queue: what is sent, what waits, what is not known, what was refused."""
    from collections import Counter

    from rich.table import Table

    from zdm_automate.cli.opening import open_project
    from zdm_automate.ticketing.outbox import LetterState

    letters = _outbox(open_project(project)).letters()
    if as_json:
        show_json([_row(one) for one in letters])
        return
    counts = Counter(str(one.state) for one in letters)
    say(", ".join(f"{number} {state}" for state, number in counts.items()) or "The queue is empty.")
    left = [one for one in letters if one.state is not LetterState.SENT]
    if left:
        table = Table("KEY", "REQUEST", "WHAT", "STATE", "WHY", box=None, pad_edge=False)
        for one in left:
            table.add_row(one.message.key, one.message.ticket, one.message.kind, str(one.state), one.said)
        show(table)


def _row(one: Letter) -> dict[str, object]:
    message = one.message
    return {"key": message.key, "request": message.ticket, "kind": message.kind, "state": str(one.state), "tries": one.tries,
            "ref": one.ref, "why": one.said}  # fmt: skip


@sr.command("push")
def sr_push(
    end: Annotated[bool, typer.Option("--end", help="Also the bundle of the project, and the state that it names.")] = False,
    only_queue: Annotated[bool, typer.Option("--queue", help="Take in what is new and send nothing.")] = False,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Take in what runs have done since the last time, then send the queue: each message once, also after a crash."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.ticketing.telling import tell_end, tell_runs

    opened = open_project(project)
    outbox, requests = _outbox(opened), _requests(opened)
    look = _look(opened)
    messages: list[Message] = list(tell_runs(opened.entries(), requests, opened.attachment))
    if end:
        from zdm_automate.cli.bundle import make_and_lay

        made, laid = make_and_lay(opened, "project")
        messages += tell_end(laid.archive, made.digest, requests, _section(opened).done_status)
    new = _take_in(outbox, messages, look)
    if only_queue:
        say(f"{new} new in the queue.")
        return
    done = outbox.push(_desk(opened), look=look)
    _show_pushed(done, new, as_json=as_json)


def _take_in(outbox: Outbox, messages: Iterable[Message], look: Callable[[Message], None]) -> int:
    """What the queue does not know yet, looked through before it is on disk."""
    known = {letter.message.key for letter in outbox.letters()}
    fresh = [one for one in messages if one.key not in known]
    for one in fresh:
        look(one)
    return outbox.put(*fresh)


def _show_pushed(done: Pushed, new: int, *, as_json: bool) -> None:
    if as_json:
        problems = [{"key": one.key, "error": str(one.error)} for one in done.problems]
        show_json({"new": new, "sent": done.sent, "found": done.found, "problems": problems})
    else:
        again = f", {done.found} were there already" if done.found else ""
        say(f"{new} new, {done.sent} sent{again}.")
        for one in done.problems:
            typer.echo(f"{one.key}: {one.error}", err=True)
    if done.problems:
        raise typer.Exit(max(one.error.exit_code for one in done.problems))


@sr.command("settle")
def sr_settle(
    key: Annotated[str, typer.Argument(help="Key of `zdm sr status`, or its beginning.")],
    sent: Annotated[bool, typer.Option("--sent/--again", help="It is at the ticket; or it is not, and may be sent again.")],
    project: ProjectFolder = HERE,
) -> None:
    """Say what you saw at the ticket about a message that was refused, or that nobody can look for (mail)."""
    from zdm_automate.cli.opening import open_project

    letter = _outbox(open_project(project)).settle(key, sent=sent)
    say(f"{letter.message.key} is {letter.state}.")


# --- wiring ---


def _content(message: File) -> bytes:
    """A file's bytes, if they are still those that the journal describes."""
    import hashlib

    from zdm_automate.errors import InputError, RefusedError

    try:
        content = Path(message.path).read_bytes()
    except OSError as problem:
        raise InputError(
            f"{message.path} cannot be read: {problem.strerror}.", hint="It was added to an item; put it back."
        ) from problem
    if message.sha256 and hashlib.sha256(content).hexdigest() != message.sha256:
        raise RefusedError(
            f"{message.path} is not the file that the journal describes.", hint="Put back the one that was added to the item."
        )
    return content


def _section(opened: Opened) -> TicketingSection:
    from zdm_automate.errors import InputError

    section = opened.project.content.ticketing
    if section is None:
        raise InputError(
            "project.yaml names no ticketing system.", hint="Write `ticketing: {system: ...}`; see docs/ticketing.md."
        )
    return section


def _desk(opened: Opened) -> Desk:
    from zdm_automate.keys import fetch
    from zdm_automate.ticketing.desks import open_desk

    section = _section(opened)
    credential = None
    if section.credential:
        credential = fetch(section.credential, opened.project.content.credentials[section.credential], opened.project.folder)
        opened.credentials[section.credential] = credential
    ca_file = str(opened.project.folder / section.ca_file) if section.ca_file else ""
    return open_desk(section.model_copy(update={"ca_file": ca_file}), credential, opened.project.folder)


def _requests(opened: Opened) -> Requests:
    from zdm_automate.checklist import load_checklist
    from zdm_automate.errors import InputError
    from zdm_automate.ticketing.telling import Requests

    content, section = opened.project.content, _section(opened)
    checklist = load_checklist(content.checklist, opened.folders("playbooks"))
    phases = {phase.id for phase in checklist.phases}
    if unknown := sorted(set(section.requests) - phases):
        raise InputError(f"there is no phase {unknown[0]!r} for a request.", hint=f"Phases: {', '.join(sorted(phases))}.")
    requests = Requests(own=content.service_request, by_phase=section.requests, checklist=checklist, ticks=section.tick)
    if not requests.numbers:
        raise InputError("project.yaml names no service request.", hint="Write `service_request:`, or `ticketing: requests`.")
    return requests


def _outbox(opened: Opened) -> Outbox:
    from zdm_automate.ticketing.outbox import Outbox

    return Outbox(opened.project.folder / FOLDER)


def _look(opened: Opened) -> Callable[[Message], None]:
    """Refuses a message that holds what must not leave. A bundle was looked through file by file when it was made."""
    from zdm_automate.cli.bundle import gatekeeper
    from zdm_automate.ticketing.port import File, to_fields

    keeper = gatekeeper(opened)

    def look(message: Message) -> None:
        name = f"{message.kind} {message.key} for request {message.ticket}"
        if isinstance(message, File):
            keeper.refuse({f"{name}, {message.name}": _content(message)})
            message = replace(message, path="")
        fields = to_fields(message)
        keeper.refuse({name: "\n".join(str(value) for value in fields.values()).encode()})

    return look
