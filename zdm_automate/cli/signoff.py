"""`zdm signoff`: who signs the project off, what follow-up requests it leaves, and the page for both."""

from __future__ import annotations

from typing import Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show_json

signoff = typer.Typer(no_args_is_help=True, help="The end of a project: the page to sign, signatures, follow-up requests.")


@signoff.command("page")
def signoff_page(project: ProjectFolder = HERE, as_json: AsJson = False) -> None:
    """Write sign-off.html: names and roles, what is still open, follow-up requests."""
    from zdm_automate.checklist import load_checklist
    from zdm_automate.cli.opening import open_project
    from zdm_automate.report.item_rows import item_rows
    from zdm_automate.report.sign_off import SETTLED, sign_off_page
    from zdm_automate.trouble import troubles

    opened = open_project(project)
    content = opened.project.content
    entries = list(opened.entries())
    rows = item_rows(load_checklist(content.checklist, opened.folders("playbooks")), entries)
    asked = [(one.name, one.role) for one in content.evidence.sign_off]
    path = opened.project.folder / "sign-off.html"
    half = path.with_suffix(".part")
    half.write_text(sign_off_page(rows, entries, troubles(entries), client=content.client, asked=asked), encoding="utf-8")
    half.replace(path)
    left = sum(row.state not in SETTLED for row in rows)
    if as_json:
        show_json({"page": str(path), "left": left})
    else:
        say(f"{path} is written; {left} of {len(rows)} items are open.")


@signoff.command("sign")
def signoff_sign(
    role: Annotated[str, typer.Argument(help="The role, as under `evidence: sign_off` in project.yaml.")],
    by: Annotated[str, typer.Option(help="The name of who signs.")],
    note: Annotated[str, typer.Option(help="What was agreed.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that somebody has signed the project off."""
    from zdm_automate.cli.item import ByHand, record
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError, UnknownNameError

    opened = open_project(project)
    asked = {one.role: one.name for one in opened.project.content.evidence.sign_off}
    if role not in asked:
        raise UnknownNameError(f"nobody signs as {role!r}.", hint=f"Roles: {', '.join(asked)}.")
    if not by.strip() or (asked[role] and asked[role] != by.strip()):
        raise InputError(
            f"{by.strip() or 'nobody'} does not sign as {role}.", hint=f"project.yaml names {asked[role] or 'no one'}."
        )
    record(
        opened, ByHand(event="project.signed", kind="signoff", item="", fields={"role": role, "by": by.strip(), "note": note})
    )
    if as_json:
        show_json({"role": role, "by": by.strip()})
    else:
        say(f"Signed off by {by.strip()} as {role}.")


@signoff.command("followup")
def signoff_followup(
    title: Annotated[str, typer.Argument(help="What is left to do.")],
    ticket: Annotated[str, typer.Option(help="Number of the request that was made for it.")] = "",
    name: Annotated[str, typer.Option("--item", help="The item it comes from.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Record a follow-up request; again with the same title to add its number."""
    from zdm_automate.cli.item import ByHand, _known, record
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError

    opened = open_project(project)
    if not title.strip():
        raise InputError("the follow-up has no title.")
    if name:
        _known(opened, name)
    fields = {"title": title.strip(), "ticket": ticket, "by": opened.operator}
    record(opened, ByHand(event="followup.added", kind="followup", item=name, fields=fields))
    if as_json:
        show_json(fields)
    else:
        say(f"Follow-up: {title.strip()}{f' ({ticket})' if ticket else ', no number yet'}.")
