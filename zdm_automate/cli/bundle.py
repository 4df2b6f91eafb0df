"""`zdm bundle`: the evidence of a run or of the project as folder and zip, to be checked without this product."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.cli.opening import Opened
    from zdm_automate.disclosure import Gatekeeper
    from zdm_automate.report.bundle import Bundle
    from zdm_automate.report.bundle_folder import Laid
    from zdm_automate.secrets import Secret

PROJECT = "project"
APPROVING = frozenset({"approval.given", "gate.overridden"})
"""Lines without which nobody can tell why a run was allowed."""


def bundle(
    what: Annotated[
        str, typer.Argument(help="A run of `zdm status`, a part of it, `latest`, or `project` for all runs.")
    ] = PROJECT,
    sign: Annotated[Path | None, typer.Option(help="SSH key to sign with; empty: the project's `evidence: sign_key`.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print the report as PDF too, where there is a Chromium.")] = True,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the evidence as folder and zip: reports, logs, journals, plans, hashes, and a script that checks them.

    Refused when a journal was altered, or when something in it must not leave: a secret, personal data.
    """
    from zdm_automate.cli.opening import open_project

    made, laid = make_and_lay(open_project(project), what, sign=sign, pdf=pdf)
    if as_json:
        show_json(
            {
                "folder": str(laid.folder),
                "archive": str(laid.archive),
                "pdf": str(laid.pdf) if laid.pdf else "",
                "digest": made.digest,
                "signed": laid.signed,
                "files": len(made.files),
            }
        )
        return
    say(f"{laid.archive} is written, and the same as a folder beside it: {len(made.files)} files.")
    say(f"Digest: {made.digest}{'' if laid.signed else ' (not signed)'}")
    if pdf and laid.pdf is None:
        say(f"No PDF: {laid.why_no_pdf}.")
    say(f"To check it: python {laid.folder / 'verify.py'}")


def make_and_lay(opened: Opened, what: str, *, sign: Path | None = None, pdf: bool = True) -> tuple[Bundle, Laid]:
    """The bundle, looked through and laid down in the project's folder `bundles`."""
    from zdm_automate.report.bundle_folder import find_browser, lay_down, public_key

    section = opened.project.content.evidence
    key = sign or (opened.project.folder / section.sign_key if section.sign_key else None)
    made = make(opened, what, signer=public_key(key) if key else "")
    gatekeeper(opened).refuse(made.files)
    return made, lay_down(made, opened.project.folder / "bundles", key=key, browser=find_browser() if pdf else None)


def make(opened: Opened, what: str, *, signer: str = "") -> Bundle:
    """The bundle of a run or of the project.

    Raises:
        UnknownNameError: no such run, or no run at all.
        JournalAlteredError: a journal does not fit its chain.
    """
    from zdm_automate.checklist import load_checklist
    from zdm_automate.cli.evidence import _journal
    from zdm_automate.errors import UnknownNameError
    from zdm_automate.report.bundle import Matter, make_bundle

    content = opened.project.content
    everything = opened.project.journals()
    if not everything:
        raise UnknownNameError("the project has no run yet.", hint="`zdm plan PLAYBOOK`, then `zdm apply latest`.")
    chosen = None if what == PROJECT else _journal(opened.project.folder, what)
    paths = everything if chosen is None else _with_approvals(chosen, everything)
    matter = Matter(
        name=PROJECT if chosen is None else chosen.parent.name,
        journals={path.parent.name: path.read_bytes() for path in paths},
        papers=dict(_papers(opened, paths, everything=what == PROJECT)),
        checklist=load_checklist(content.checklist, opened.folders("playbooks")),
        client=content.client,
        asked=tuple((one.name, one.role) for one in content.evidence.sign_off),
        signer=signer,
    )
    return make_bundle(matter)


def _with_approvals(chosen: Path, everything: list[Path]) -> list[Path]:
    """A run's journal, after those of earlier runs in which somebody approved or excused something."""
    from zdm_automate.journal import read

    before = [path for path in everything if path.parent.name < chosen.parent.name]
    approving = [path for path in before if any(str(entry.get("event")) in APPROVING for entry in read(path))]
    return [*approving, chosen]


def _papers(opened: Opened, journals: list[Path], *, everything: bool) -> Iterator[tuple[str, bytes]]:
    """Plans and attachments that belong to these runs."""
    runs = {path.parent.name for path in journals}
    for path in sorted(opened.project.plans_folder.glob("*")):
        if path.is_file() and path.suffix != ".part" and (everything or path.stem in runs):
            yield f"plans/{path.name}", path.read_bytes()
    for journal in journals:
        beside = [*journal.parent.glob("journal*.torn*"), *(journal.parent / "attachments").glob("*")]
        for path in sorted(beside):
            yield f"runs/{journal.parent.name}/{path.relative_to(journal.parent).as_posix()}", path.read_bytes()


def gatekeeper(opened: Opened) -> Gatekeeper:
    """What looks through everything that leaves. It knows the secrets that can be had without asking; the others it names."""
    from zdm_automate.disclosure import Gatekeeper

    return Gatekeeper(_known_secrets(opened), opened.project.content.evidence.allow)


def _known_secrets(opened: Opened) -> Iterator[Secret]:
    from zdm_automate.errors import InputError
    from zdm_automate.keys import fetch

    for name, section in opened.project.content.credentials.items():
        if section.secret == "prompt" and name not in opened.credentials:  # noqa: S105 - the word in the project file
            typer.echo(f"The password of {name} is asked for each time, so its value was not searched for.", err=True)
            continue
        try:
            yield (opened.credentials.get(name) or fetch(name, section, opened.project.folder)).password
        except InputError as problem:
            typer.echo(f"The value of a secret was not searched for: {problem}", err=True)
