"""`zdm rehearse`: runs the project's playbooks in a lab - plan, apply, take back, apply again, verify - and keeps a record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json
from zdm_automate.errors import InputError, RefusedError, ZdmError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.cli.opening import Opened
    from zdm_automate.cli.rehearsal_room import Room
    from zdm_automate.rehearsal import Record


def rehearse(
    playbook: Annotated[list[str] | None, typer.Argument(help="In their order; none: all that the project wants.")] = None,
    lab: Annotated[
        Path, typer.Option("--lab", envvar="ZDM_LAB_DIR", help="Folder of a lab that runs, or the topology of one on Hyper-V.")
    ] = Path(".zdm-lab"),
    go_on: Annotated[bool, typer.Option("--go-on", help="Go on with the last rehearsal in this lab.")] = False,
    back_to: Annotated[
        str, typer.Option("--back-to", help="Set the lab back to this checkpoint of the last rehearsal, and go on from there.")
    ] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Rehearse the client's project in a lab, the way back included, and keep the record. Nothing reaches the client.

    An embedded lab's clock is carried forward where a plan waits; steps by hand are signed there. In a lab on a Hyper-V host
    all machines are kept before each playbook.
    """
    from zdm_automate.cli.opening import open_project
    from zdm_automate.cli.rehearsal_progress import Progress, back_to_phase, load
    from zdm_automate.cli.rehearsal_run import Rehearsal
    from zdm_automate.rehearsals import write_record

    client = open_project(project)
    tell = (lambda _text: None) if as_json else say
    if go_on or back_to:
        _refuse_books(playbook)
        room = _room_again(client, lab, tell)
        if back_to:
            room.set_back(back_to)
        progress = back_to_phase(room.folder, back_to) if back_to else load(room.folder)
    else:
        books = tuple(playbook or client.project.content.intent)
        if not books:
            raise RefusedError("the project wants nothing of any playbook.", hint="Write `intent:` into project.yaml.")
        for book in books:
            client.intended(client.playbook(book))
        begun = client.clock.now()
        room = _room(client, lab, _free_name(client, f"{begun:%Y%m%d-%H%M%S}"), tell)
        progress = Progress(begun=begun.isoformat(timespec="seconds"), books=books)
    tell(f"Rehearsing {', '.join(progress.books)} in {room.name}, in {room.folder}.")
    work = Rehearsal(room=room, progress=progress, say=tell)
    try:
        result = work.run(back_to)
    finally:
        room.leave()
    record = work.record(result)
    path = write_record(client.project.folder, record)
    if as_json:
        show_json({"record": str(path), "result": result, "items": record.items, "rollbacks": record.rollbacks})
    else:
        show(_table(record))
        say(f"The record is {path}. `zdm gate G-START` judges it.")
    if result != "done":
        raise ZdmError(f"the rehearsal ended with: {result}.", hint=f"Its runs are in {room.folder}.")


def _refuse_books(playbook: list[str] | None) -> None:
    if playbook:
        raise InputError(
            "a rehearsal that is gone on with has its playbooks already.", hint="Leave them out, or begin another rehearsal."
        )


def _room(client: Opened, lab: Path, name: str, tell: Callable[[str], None]) -> Room:
    """A room with a new project in it."""
    from zdm_automate.cli.rehearsal_hyperv import enter_hyperv, is_topology
    from zdm_automate.cli.rehearsal_room import enter

    return enter_hyperv(client, lab, name, tell) if is_topology(lab) else enter(client, lab, name)


def _room_again(client: Opened, lab: Path, tell: Callable[[str], None]) -> Room:
    """The room of the last rehearsal.

    Raises:
        RefusedError: there was none.
    """
    from zdm_automate.cli.rehearsal_hyperv import is_topology, open_hyperv
    from zdm_automate.cli.rehearsal_progress import FILE
    from zdm_automate.cli.rehearsal_room import open_room
    from zdm_automate.rehearsals import FOLDER

    known = sorted((client.project.folder / FOLDER).glob(f"*/{FILE}"))
    if not known:
        raise RefusedError("there is no rehearsal to go on with.", hint="`zdm rehearse --lab LAB` begins one.")
    name = known[-1].parent.name
    return open_hyperv(client, lab, name, tell) if is_topology(lab) else open_room(client, lab, name)


def _free_name(client: Opened, name: str) -> str:
    from zdm_automate.rehearsals import FOLDER

    number = 1
    made = name
    while (client.project.folder / FOLDER / made).exists():
        number += 1
        made = f"{name}-{number}"
    return made


def _table(record: Record) -> Any:
    from rich.table import Table
    from rich.text import Text

    from zdm_automate.report.words import MINUTE, lasted

    table = Table("PLAYBOOK", "ITEM", "PLANNED", "TAKEN", "RESULT", box=None, pad_edge=False)
    for one in record.items:
        planned, taken = (lasted(minutes * MINUTE) for minutes in (one.planned_minutes, one.actual_minutes))
        table.add_row(one.playbook, one.item, planned, taken, Text(one.result))
    return table
