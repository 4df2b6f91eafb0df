"""`zdm lab plan|build|start|stop|checkpoint|restore|destroy`: a lab on a Hyper-V host, by the playbook `hyperv_lab`.

Every command writes what is wanted into the lab's own project and plans it; what changes something applies that plan.
"""

from __future__ import annotations

import os
from contextlib import nullcontext, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from zdm_automate.cli.shown import AsJson, say, show, show_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zdm_automate.cli.opening import Opened
    from zdm_automate.facts.store import Facts
    from zdm_automate.workplace import Intended

BOOK: Final = "hyperv_lab"
ROLE: Final = "hyperv"
HYPERV: Final = "hyperv"

File = Annotated[Path, typer.Argument(help="The topology, such as labs/hyperv/example.yaml.")]
Provider = Annotated[str, typer.Option(help="Where the lab is: hyperv.")]
ProjectOf = Annotated[
    Path | None, typer.Option("--project", "-p", help="Folder of the lab's own project; else the topology's name beside it.")
]
Label = Annotated[str, typer.Argument(help="Label of the checkpoint, such as L00-restored.")]


def plan(topology: File, provider: Provider = HYPERV, project: ProjectOf = None, as_json: AsJson = False) -> None:
    """Show what building the lab would change on the Hyper-V host. Changes nothing."""
    from zdm_automate.cli.plan import plan as planned

    planned(BOOK, project=project_of(topology, provider, project, "built"), as_json=as_json)


def build(topology: File, provider: Provider = HYPERV, project: ProjectOf = None, as_json: AsJson = False) -> None:
    """Build the lab: switches, disks, machines, in that order; nothing gets power. A build that stopped is gone on with."""
    carry_out(topology, "built", provider=provider, project=project, as_json=as_json)


def start(
    topology: File,
    wait: Annotated[bool, typer.Option(help="Wait until the machines are up, and set up those that are to be.")] = True,
    provider: Provider = HYPERV,
    project: ProjectOf = None,
    as_json: AsJson = False,
) -> None:
    """Start the lab's machines; refused while anything that can be seen on the host leads out of the lab.

    Ctrl-C ends the waiting and nothing else; the same command goes on with it.
    """
    carry_out(topology, "running", provider=provider, project=project, as_json=as_json)
    if wait:
        from zdm_automate.cli.lab_guests import bring_up

        with redirect_stdout(StringIO()) if as_json else nullcontext():  # one answer to a command that is asked for JSON
            bring_up(topology, project, as_json=as_json)


def stop(topology: File, provider: Provider = HYPERV, project: ProjectOf = None, as_json: AsJson = False) -> None:
    """Turn the lab's machines off."""
    carry_out(topology, "off", provider=provider, project=project, as_json=as_json)


def checkpoint(
    topology: File, label: Label, provider: Provider = HYPERV, project: ProjectOf = None, as_json: AsJson = False
) -> None:
    """Keep all machines as they are, powered off, under one label."""
    carry_out(topology, "checkpoint", provider=provider, project=project, label=label, as_json=as_json)


def restore(
    topology: File,
    label: Label,
    only: Annotated[list[str] | None, typer.Option("--only", help="Set back this machine alone.")] = None,
    provider: Provider = HYPERV,
    project: ProjectOf = None,
    as_json: AsJson = False,
) -> None:
    """Set the machines back to a label, powered off; controllers from before 2012 only all together."""
    carry_out(topology, "restore", provider=provider, project=project, label=label, only=only or (), as_json=as_json)


def destroy(topology: File, provider: Provider = HYPERV, project: ProjectOf = None, as_json: AsJson = False) -> None:
    """Take the lab away: checkpoints, machines, disks that were made here, switches; also after half a build."""
    carry_out(topology, "gone", provider=provider, project=project, as_json=as_json)


def show_lab(topology: Path, *, as_json: bool) -> None:
    """Shows the machines of the host that the lab knows, with state and checkpoints. Calls readers only."""
    from rich.table import Table

    from zdm_automate.facts.hyperv import LabCheckpoint, LabVm
    from zdm_automate.topology import read_topology

    facts = lab_seen(topology)[0]
    own = {one.name.casefold() for one in read_topology(topology).topology.machines}
    rows: list[dict[str, Any]] = [
        {
            "machine": one.name,
            "state": one.state,
            "heartbeat": one.heartbeat or "",
            "at": one.checkpoint or "",
            "checkpoints": [p.checkpoint_name for p in facts.of(ROLE, LabCheckpoint) if p.vm_name == one.name],
        }
        for one in facts.of(ROLE, LabVm)
        if one.name.casefold() in own
    ]
    if as_json:
        show_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("MACHINE", "STATE", "HEARTBEAT", "CHECKPOINTS, * IT STANDS AT"):
        table.add_column(name, overflow="fold", no_wrap=name in {"MACHINE", "STATE", "HEARTBEAT"})
    for row in rows:
        marked = "\n".join(f"{one} *" if one == row["at"] else one for one in row["checkpoints"])
        table.add_row(row["machine"], row["state"], row["heartbeat"], marked)
    show(table)


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "plan": plan,
    "build": build,
    "start": start,
    "stop": stop,
    "checkpoint": checkpoint,
    "restore": restore,
    "destroy": destroy,
}


def carry_out(
    topology: Path,
    want: str,
    *,
    provider: str = HYPERV,
    project: Path | None = None,
    label: str = "",
    anew: bool = False,
    only: Sequence[str] = (),
    as_json: bool = False,
) -> None:
    """Goes on with a run that stopped, then plans what is wanted and applies it."""
    from zdm_automate.cli.apply import apply
    from zdm_automate.cli.opening import open_project

    if want == "running":
        _refuse_ways_out(topology, project)
    folder = project_of(topology, provider, project, want, label=label, only=only, stopped_first=True)
    opened = open_project(folder)
    stopped = stopped_run(opened, BOOK)
    if stopped:
        if not as_json:
            say(f"Run {stopped} stopped before its end; going on with it first.")
        if _gone_on_with(stopped, want, folder, as_json=as_json) and want == _written_want(folder):
            return
    folder = project_of(topology, provider, project, want, label=label, anew=anew, only=only)
    made = _planned(folder)
    if made.changes:
        apply(made.id, project=folder, as_json=as_json)
        return
    if as_json:
        show_json({"plan": made.id, "changed": 0})
        return
    from zdm_automate.report.text import plan_view

    show(plan_view(made))
    say("Nothing to apply: the lab is as wanted, or waits for a step by hand.")


def _gone_on_with(run: str, want: str, folder: Path, *, as_json: bool) -> bool:
    """Goes on with a run that stopped; False where somebody has changed the host meanwhile, so that it has to be planned anew.

    That is for what the run itself wanted, and for a lab that is to go. With anything else in its place some machines could
    stay set back and others not.

    Raises:
        PlanStaleError: it cannot be gone on with, and something else is wanted now.
    """
    from zdm_automate.cli.resume import resume
    from zdm_automate.errors import PlanStaleError

    try:
        resume(run, project=folder, as_json=as_json)
    except PlanStaleError as moved:
        if want not in {"gone", _written_want(folder)}:
            raise
        if not as_json:
            say(f"It cannot be gone on with; planning anew. {moved.message}")
        return False
    return True


def _refuse_ways_out(topology: Path, project: Path | None) -> None:
    """Before power: this computer leads nowhere, and nobody answers at the client's addresses but a guest that has power.

    Raises:
        RefusedError: otherwise.
    """
    from zdm_automate.cli.lab_isolation import places_of, refuse_ways_out
    from zdm_automate.facts.hyperv import LabVm
    from zdm_automate.project import FILE, read_project
    from zdm_automate.topology import read_topology
    from zdm_automate.yaml_source import read_yaml

    if not topology.is_file():
        return  # told with what to do where the project is made
    made = read_topology(topology)
    client = {}
    if made.client:
        folder = topology.parent / made.client
        read_project(folder)
        client = places_of(read_yaml(folder / FILE).value["hosts"])
    facts = lab_seen(topology, project)[0]
    up = {one.name.casefold() for one in facts.of(ROLE, LabVm) if one.state != "Off"}
    hosts = made.guests.hosts if made.guests is not None else {}
    lab = places_of({name: one.model_dump() for name, one in hosts.items() if name.casefold() in up})
    refuse_ways_out(client, lab, played=bool(made.embedded))


def lab_seen(topology: Path, project: Path | None = None) -> tuple[Facts, Intended]:
    """What the Hyper-V host shows of a lab, and the playbook with what is wanted of it. Calls readers only."""
    opened, what = lab_opened(topology, project)
    with opened.workplace(what) as work:
        work.connect()
        work.require(what.book.roles)
        facts = work.read(what).facts
    return facts, what


def lab_opened(topology: Path, project: Path | None = None) -> tuple[Opened, Intended]:
    """The lab's own project, and its playbook with the lab as it is built; nobody is asked anything."""
    from zdm_automate.cli.opening import open_project

    opened = open_project(project_of(topology, HYPERV, project, "built", stopped_first=True))
    if not stopped_run(opened, BOOK):
        opened = open_project(project_of(topology, HYPERV, project, "built"))
    return opened, opened.intended(opened.playbook(BOOK))


def stopped_run(opened: Opened, book: str) -> str:
    """The last run of a playbook, where it stopped before its end; empty otherwise."""
    from zdm_automate.cli.evidence import unfinished

    return next((one.run for one in unfinished(opened.standings()) if one.playbook == book), "")


def _planned(folder: Path) -> Any:
    from zdm_automate.cli.opening import open_project

    opened = open_project(folder)
    what = opened.intended(opened.playbook(BOOK))
    with opened.workplace(what) as work:
        work.connect()
        work.require(what.book.roles)
        opened.recognise(work)
        return opened.plans.write(work.plan(what, work.read(what)))


def _written_want(folder: Path) -> str:
    from zdm_automate.project import read_project

    return str(read_project(folder).content.intent.get(BOOK, {}).get("want", ""))


def project_of(
    topology: Path,
    provider: str,
    project: Path | None,
    want: str,
    *,
    label: str = "",
    anew: bool = False,
    only: Sequence[str] = (),
    stopped_first: bool = False,
) -> Path:
    """The lab's own project, wanting this. While a run of it is unfinished it is left as that run wants it."""
    from zdm_automate.cli.lab_inside import guests_of
    from zdm_automate.errors import InputError
    from zdm_automate.project import FILE
    from zdm_automate.topology import read_topology

    if provider != HYPERV:
        raise InputError(f"there is no provider {provider!r}.", hint=f"There is: {HYPERV}. The embedded lab: `zdm lab up`.")
    if not topology.is_file():
        raise InputError(f"there is no topology {topology}.", hint="labs/hyperv/example.yaml is one to begin with.")
    made = read_topology(topology)
    folder = project or topology.with_suffix("")
    if stopped_first and (folder / FILE).is_file():
        return folder
    given = made.topology.model_dump(mode="json", exclude_defaults=True, exclude={"machines": {"__all__": {"setup"}}})
    more = {"label": label, "anew": anew, "only": list(only)}
    wanted = {**given, "want": want} | {key: one for key, one in more.items() if one}
    host = made.host.model_dump(mode="json")
    account = {"user": made.host.credential.user, "secret": made.secret(made.host.credential, topology)}
    host.pop("credential")
    inside = guests_of(made, topology)
    embedded = os.path.relpath((topology.parent / made.embedded).resolve(), folder.resolve()) if made.embedded else ""
    body = {
        "project": f"Lab {made.topology.lab}",
        "service_request": made.topology.lab,
        "checklist": "A",
        **({"lab": embedded} if embedded else {}),
        "credentials": {"host": account, **inside.credentials},
        "credential": "host",
        "hosts": {host.pop("name"): host, **inside.hosts},
        "roles": {ROLE: made.host.name, **inside.roles},
        "intent": {BOOK: wanted, **inside.intent},
    }
    _write(folder / FILE, body)
    return folder


def _write(path: Path, body: dict[str, Any]) -> None:
    import yaml

    head = "# Made by `zdm lab` from a topology; it is written anew by every command.\n"
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + text, encoding="utf-8")
