"""`zdm lab restart`, `plug`, `skew`, `substitute`, `change`, `chaos`: what happens to hosts while somebody works on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zdm_automate.cli.lab import HERE, AsJson, Folder, _folder, _say

if TYPE_CHECKING:
    from collections.abc import Callable

Host = Annotated[str, typer.Argument(help="A host of the lab.")]


def restart(
    host: Host,
    seconds: Annotated[float, typer.Option(min=0, max=600, help="How long it does not answer.")] = 5,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Restart a host: it is away for a while, its sessions are gone, services start as their start mode says."""
    from zdm_automate.lab.client import LabClient

    given = {"host": host, "seconds": seconds}
    LabClient(_folder(lab)).call("restart", **given)
    _say(f"{host} restarts and does not answer for {seconds:g} s", given, as_json=as_json)


def plug(
    machine: Annotated[str, typer.Argument(help="A virtual machine on a Hyper-V host of the lab.")],
    switch: Annotated[str, typer.Argument(help="The switch; empty: none.")] = "",
    adapter: Annotated[int, typer.Option(min=0, help="Which of its adapters, from nought.")] = 0,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Play the technician at a Hyper-V console: plug a machine into a switch, or unplug it."""
    from zdm_automate.lab.client import LabClient

    given = {"machine": machine, "switch": switch, "adapter": adapter}
    LabClient(_folder(lab)).call("plug", **given)
    _say(f"{machine} is plugged into {switch}" if switch else f"{machine} is unplugged", given, as_json=as_json)


def skew(
    host: Host,
    seconds: Annotated[float, typer.Argument(help="How far its clock is ahead from now on; negative: behind; 0: right again.")],
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a host's clock jump."""
    from zdm_automate.lab.client import LabClient

    given = {"host": host, "seconds": seconds}
    LabClient(_folder(lab)).call("skew", **given)
    _say(f"the clock of {host} is {seconds:+g} s off", given, as_json=as_json)


def substitute(host: Host, lab: Folder = HERE, as_json: AsJson = False) -> None:
    """Put another machine of the same name in a host's place: same data, other hardware and another Windows."""
    from zdm_automate.lab.client import LabClient

    LabClient(_folder(lab)).call("substitute", host=host)
    _say(f"another machine answers as {host}", {"host": host}, as_json=as_json)


def change(
    host: Host,
    verb: Annotated[str, typer.Argument(help="What the other one does there: an applier, such as Set-ZdmServiceState.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Its parameters: Name=value; a list: Name=a,b.")] = None,
    by: Annotated[str, typer.Option(help="Who it is.")] = "second-technician",
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Play a second technician: change something on a host behind the tool's back."""
    from zdm_automate import resources
    from zdm_automate.cli.hosts import _params
    from zdm_automate.lab.client import LabClient
    from zdm_automate.scripts import Library

    known = Library.load(resources.folders("ps_scripts"))[verb]
    given: dict[str, Any] = {"host": host, "verb": known.name, "params": _params(known, arguments or []), "user": by}
    rows = LabClient(_folder(lab)).call("change", **given)["rows"]
    made = any(row.get("Changed") for row in rows)
    _say(f"{by} has {'changed' if made else 'found so already'} on {host}: {known.name}", given, as_json=as_json)


def chaos(
    seed: Annotated[int, typer.Argument(help="The same seed gives the same faults.")],
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 10,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Queue faults by chance on any of the hosts."""
    from zdm_automate.lab.client import LabClient

    made = LabClient(_folder(lab)).call("chaos", seed=seed, count=count)["faults"]
    said = "\n".join(f"{one['host']}: {one['kind']} {one['action']} after {one['skip']} such requests" for one in made)
    _say(said, made, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {
    "restart": restart,
    "plug": plug,
    "skew": skew,
    "substitute": substitute,
    "change": change,
    "chaos": chaos,
}
"""By the name under which `zdm lab` has them."""
