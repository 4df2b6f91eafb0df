"""`zdm lab mail` and `zdm lab requests`: what happens to the lab's Exchange, and what its endpoints were asked."""

from __future__ import annotations

from typing import Annotated

import typer

from zdm_automate.cli.lab import HERE, AsJson, Folder, _folder, _say


def mail(
    whom: Annotated[str, typer.Argument(help="A mailbox, a database or a server.")],
    what: Annotated[
        str,
        typer.Argument(help="A trouble such as content-index, disk, network, service-stopped; backup, mount; none ends one."),
    ],
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Let something happen to a mailbox, a database or a server of the lab's Exchange; an unknown word lists what can."""
    from zdm_automate.lab.client import LabClient

    given = {"whom": whom, "what": what}
    LabClient(_folder(lab)).call("mail", **given)
    _say(f"{whom}: {what}", given, as_json=as_json)


def requests(lab: Folder = HERE, as_json: AsJson = False) -> None:
    """Show what the lab's endpoints have counted: WSMan requests by action, and scripts where none are taken."""
    from zdm_automate.lab.client import LabClient

    counted = LabClient(_folder(lab)).call("requests")["requests"]
    lines = (f"{name}: {', '.join(f'{action} {number}' for action, number in one.items())}" for name, one in counted.items())
    _say("\n".join(lines), counted, as_json=as_json)
