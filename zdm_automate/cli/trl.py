"""`zdm trl`: the troubleshooting and repair log, opened by failures themselves and added to by people."""

from __future__ import annotations

from typing import Annotated

import typer

from zdm_automate.cli.shown import HERE, AsJson, ProjectFolder, say, show, show_json

trl = typer.Typer(no_args_is_help=True, help="Troubleshooting and repair log: what failed, what was tried, what helped.")


@trl.command("list")
def trl_list(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nothing has settled.")] = False,
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the log. Every failure in a journal opens an entry by itself; going well later settles it."""
    from dataclasses import asdict

    from rich.table import Table
    from rich.text import Text

    from zdm_automate.cli.opening import open_project
    from zdm_automate.report.words import clean
    from zdm_automate.trouble import troubles

    found = [one for one in troubles(open_project(project).entries()) if one.is_open or not only_open]
    if as_json:
        show_json([asdict(one) | {"open": one.is_open} for one in found])
        return
    if not found:
        say("No trouble." if not only_open else "No open trouble.")
        return
    table = Table("TROUBLE", "ITEM", "HOST", "SYMPTOM", "WHAT HELPED", box=None, pad_edge=False)
    for one in found:
        again = f" (and {one.again} more)" if one.again else ""
        table.add_row(
            one.id, clean(one.item), clean(one.host), Text(clean(one.symptom) + again), Text(clean(one.end) or "open", style="")
        )
    show(table)


@trl.command("add")
def trl_add(
    trouble: Annotated[str, typer.Option("--to", help="Id of `zdm trl list`; empty: a new trouble.")] = "",
    symptom: Annotated[str, typer.Option(help="What is seen; needed for a new one.")] = "",
    tried: Annotated[list[str] | None, typer.Option("--tried", help="What was tried. Repeat it.")] = None,
    cause: Annotated[str, typer.Option(help="What it was.")] = "",
    fix: Annotated[str, typer.Option(help="What helped; this closes the trouble.")] = "",
    minutes: Annotated[float, typer.Option(min=0, help="How long it took.")] = 0.0,
    name: Annotated[str, typer.Option("--item", help="The item of the checklist.")] = "",
    host: Annotated[str, typer.Option(help="The host.")] = "",
    by: Annotated[str, typer.Option(help="Who; empty: the operator.")] = "",
    project: ProjectFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Add to a trouble, or open one."""
    from zdm_automate.cli.item import ByHand, _known, record
    from zdm_automate.cli.opening import open_project
    from zdm_automate.errors import InputError, UnknownNameError
    from zdm_automate.trouble import troubles

    opened = open_project(project)
    known = {one.id: one for one in troubles(opened.entries())}
    if trouble and trouble not in known:
        raise UnknownNameError(
            f"there is no trouble {trouble!r}.", hint=f"The last ones: {', '.join(list(known)[-3:]) or 'none'}."
        )
    if not trouble and not symptom.strip():
        raise InputError(
            "a new trouble needs a symptom.", hint="Write --symptom '...', or --to with the id of one that is there."
        )
    if not (symptom or tried or cause or fix or minutes):
        raise InputError("there is nothing to add.", hint="Say --tried, --cause, --fix or --minutes.")
    if name:
        _known(opened, name)
    fields = {
        "trouble": trouble, "symptom": symptom.strip(), "tried": tried or [], "cause": cause, "fix": fix,
        "minutes": minutes or None, "host": host, "by": by or opened.operator,
    }  # fmt: skip
    record(opened, ByHand(event="trl.added", kind="trl", item=name, fields=fields))
    made = trouble or list(troubles(opened.entries()))[-1].id
    if as_json:
        show_json({"trouble": made})
    else:
        say(f"{made} {'is closed' if fix else 'is written down'}.")
