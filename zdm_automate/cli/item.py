"""`zdm item` and `zdm checklist sign`: what a person did, left out or noticed about a row, with form, files, who and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zdm_automate.checklist import ChecklistItem
    from zdm_automate.cli.opening import Opened

item = typer.Typer(no_args_is_help=True, help="A row of the checklist by hand: done, left out, or a note about it.")

Item = Annotated[str, typer.Argument(help="The item, such as B-156.")]
Step = Annotated[str, typer.Argument(help="The step by hand, as `zdm plan` names it; empty: the item itself.")]
Answers = Annotated[list[str] | None, typer.Option("--answer", help="A field of the form: name=value. Repeat it.")]
Files = Annotated[list[Path] | None, typer.Option("--file", help="A photo or another file as evidence. Repeat it.")]
By = Annotated[str, typer.Option(help="Who did it; empty: the operator.")]
Text = Annotated[str, typer.Option(help="What should be remembered.")]
Minutes = Annotated[float, typer.Option(min=0, help="How long it took.")]
LARGEST: Final = 100_000_000
"""Bytes of a file as evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a person says about an item; it becomes one line of a journal of its own."""

    event: str
    kind: str
    item: str
    fields: dict[str, Any]
    files: tuple[Path, ...] = ()


@item.command("done")
def item_done(
    name: Item,
    step: Step = "",
    answer: Answers = None,
    file: Files = None,
    by: By = "",
    note: Text = "",
    minutes: Minutes = 0.0,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Sign a step that a person has done, with what the form asks for and what proves it."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project)
    _known(opened, name)
    answers = _answers(answer)
    _refuse_incomplete(opened, name, step, answers)
    signer = by or opened.operator
    fields = {"step": step or name, "by": signer, "answers": answers, "note": note, "minutes": minutes or None}
    kept = record(opened, ByHand(event="manual.signed", kind="sign", item=name, fields=fields, files=tuple(file or ())))
    if as_json:
        show_json({"item": name, "step": step or name, "by": signer, "answers": answers, "files": kept})
    else:
        say(f"{name} {step or ''} is signed by {signer}.".replace("  ", " "))


@item.command("skip")
def item_skip(
    name: Item,
    reason: Annotated[str, typer.Option(help="Why it is left out; it stands in the record and on the sign-off page.")],
    file: Files = None,
    by: By = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Leave a row out, with the reason. A row on which something failed stays failed."""
    from zdm_automate.checklist import Kind
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError, RefusedError

    opened = open_project(project)
    if Kind.GATE in _known(opened, name).kind:
        raise RefusedError(
            f"{name} is a gate; a gate is passed, not left out.", hint="It tells what it wants when it is judged."
        )
    if len(reason.split()) < 2:  # noqa: PLR2004 - one word is no reason that anybody understands in a year
        raise InputError(f"{reason!r} is no reason.", hint="Say it so that the client understands it.")
    said = ByHand(
        event="manual.skipped",
        kind="skip",
        item=name,
        fields={"reason": reason.strip(), "by": by or opened.operator},
        files=tuple(file or ()),
    )
    kept = record(opened, said)
    if as_json:
        show_json({"item": name, "reason": reason.strip(), "by": by or opened.operator, "files": kept})
    else:
        say(f"{name} is left out: {reason.strip()}")


@item.command("note")
def item_note(
    name: Item,
    text: Annotated[str, typer.Argument(help="The note.")],
    file: Files = None,
    by: By = "",
    minutes: Minutes = 0.0,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write something down about a row; its state stays as it is."""
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError

    opened = open_project(project)
    _known(opened, name)
    if not text.strip():
        raise InputError("the note is empty.", hint="Write what should be remembered.")
    fields = {"note": text.strip(), "by": by or opened.operator, "minutes": minutes or None}
    kept = record(opened, ByHand(event="item.noted", kind="note", item=name, fields=fields, files=tuple(file or ())))
    if as_json:
        show_json({"item": name, "note": text.strip(), "files": kept})
    else:
        say(f"Noted on {name}.")


# --- the record ---


def record(opened: Opened, said: ByHand) -> list[str]:
    """Writes the line into a journal of its own, with its files beside it; gives the files' names.

    Raises:
        InputError: a file is not there, or too large; nothing was written.
    """
    from zdm_automate.cli.alone import alone, record_run, unused

    files = _read(said.files)
    # one name for all kinds: runs are read in the order of their names, also two of one second
    run = unused(opened, f"hand-{said.item}" if said.item else "hand")
    with alone(opened):
        described = _keep(opened.attachment(run), files)
        with record_run(opened, run, said.kind) as journal:
            journal.write(said.event, boundary=True, item=said.item, **said.fields, files=described)
    return list(files)


def _read(paths: Iterable[Path]) -> dict[str, bytes]:
    from zdm_automate.errors import InputError

    found: dict[str, bytes] = {}
    for path in paths:
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", path.name).lstrip(".") or "file"
        if name in found:
            raise InputError(f"two files are called {name}.", hint="Give one of them another name.")
        try:
            size = path.stat().st_size
            content = path.read_bytes() if size <= LARGEST else b""
        except OSError as problem:
            raise InputError(f"{path} cannot be read: {problem.strerror}.") from problem
        if not size or size > LARGEST:
            raise InputError(f"{path} has {size} bytes; evidence has 1 to {LARGEST}.")
        found[name] = content
    return found


def _keep(folder: Path, files: dict[str, bytes]) -> list[dict[str, Any]]:
    import hashlib

    if files:
        folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()
    ]


# --- what may be signed ---


def _known(opened: Opened, name: str) -> ChecklistItem:
    from zdm_automate.checklist import load_checklist

    return load_checklist(opened.project.content.checklist, opened.folders("playbooks")).item(name)


def _answers(given: list[str] | None) -> dict[str, str]:
    from zdm_automate.errors import InputError

    answers: dict[str, str] = {}
    for one in given or []:
        name, sign, value = one.partition("=")
        if not sign or not value.strip():
            raise InputError(f"{one!r} is no answer.", hint="Write --answer 'name=value'.")
        answers[name.strip()] = value.strip()
    return answers


def _refuse_incomplete(opened: Opened, name: str, step: str, answers: dict[str, str]) -> None:
    """Asks that the step is one that a plan named, and that its form is filled in.

    Raises:
        UnknownNameError: no plan of the project has that step.
        InputError: a field of the form is missing.
    """
    from zdm_automate.errors import InputError, UnknownNameError
    from zdm_automate.gates import steps_of

    steps = dict(steps_of(_gate_of(opened, name)))
    if steps and not step:
        raise InputError(f"item {name} is a gate and is not signed.", hint=f"Its steps: {', '.join(steps)}.")
    steps |= {
        row.by_hand: row.form
        for plan_id in opened.plans.ids()
        for planned in opened.plans.load(plan_id).items
        if planned.id == name
        for row in planned.rows
        if row.by_hand
    }
    if step not in steps and (step or steps):
        known = ", ".join(steps) or "none; leave the step away"
        raise UnknownNameError(f"item {name} has no step by hand {step!r}.", hint=f"Steps of its plans: {known}.")
    missing = [field for field in steps.get(step, ()) if field not in answers]
    if missing:
        wanted = " ".join(f"--answer '{field}=...'" for field in missing)
        raise InputError(f"the form of {name} {step} is not filled in: {', '.join(missing)}.", hint=f"Add {wanted}.")


def _gate_of(opened: Opened, item: str) -> str:
    """The gate that a row of the checklist stands for."""
    from zdm_automate.checklist import load_checklist
    from zdm_automate.gates import row_of

    known = load_checklist(opened.project.content.checklist, opened.folders("playbooks"))
    gate = known.item(item).gate
    return gate if gate and row_of(gate, known.items) == item else ""
