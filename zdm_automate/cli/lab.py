"""`zdm lab`: the embedded lab - simulated offices on loopback, each server its own WinRM endpoint."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zdm_automate.lab.state import LabFolder, LabInfo

app = typer.Typer(no_args_is_help=True, help="The embedded lab: simulated offices on this computer, no Windows needed.")

Folder = Annotated[Path, typer.Option("--lab", envvar="ZDM_LAB_DIR", help="Folder of the lab: world, call log, certificates.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Engine = Annotated[
    str,
    typer.Option(
        help="What runs the scripts: sim (models in Python) or pwsh (real PowerShell); empty: the folder's own, or sim."
    ),
]
HERE = Path(".zdm-lab")
_SPAN = re.compile(r"\+?(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
FAULTS = ("drop-before", "drop-during", "drop-after", "delay", "401", "500", "quota", "slow-stream", "none")


@app.command()
def up(
    office: Annotated[str, typer.Argument(help="An office of `zdm lab list`, or a YAML file; empty: the folder's own.")] = "",
    engine: Engine = "",
    own_addresses: Annotated[
        bool, typer.Option("--own-addresses", help="Give each host its own 127.x address with the standard ports.")
    ] = False,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Start an office. One that runs already is left as it is; a saved one goes on from where it was."""
    from zdm_automate.lab import launch

    _show(launch.up(_folder(lab), office, engine=engine, own_addresses=own_addresses), as_json=as_json)


@app.command()
def down(lab: Folder = HERE, as_json: AsJson = False) -> None:
    """End the lab; its world stays saved."""
    from zdm_automate.lab import launch

    ended = launch.down(_folder(lab))
    _say("the lab has ended, its world is saved" if ended else "no lab was running", {"ended": ended}, as_json=as_json)


@app.command()
def reset(
    office: Annotated[str, typer.Argument(help="The office to build; empty: the folder's own.")] = "",
    engine: Engine = "",
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Build the office anew from its definition and start it; ports and certificates stay."""
    from zdm_automate.lab import launch

    _show(launch.reset(_folder(lab), office, engine=engine), as_json=as_json)


@app.command("list")
def list_offices(
    topology: Annotated[Path | None, typer.Argument(help="With --provider hyperv: the lab's topology.")] = None,
    provider: Annotated[str, typer.Option(help="embedded, or hyperv: the machines of a lab on a Hyper-V host.")] = "embedded",
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the offices there are, and which one this folder holds; or a lab's machines with their checkpoints."""
    if provider != "embedded" or topology is not None:
        _list_machines(topology, provider, as_json=as_json)
        return
    from rich.table import Table

    from zdm_automate.lab.office import office_files, read_office

    folder = _folder(lab)
    known = folder.known()
    running = folder.is_running()
    offices = [read_office(path) for path in office_files().values()]
    rows = [
        {
            "office": office.name,
            "title": office.title,
            "hosts": len(office.world.hosts),
            "state": ("running" if running else "saved") if known is not None and known.office == office.name else "",
        }
        for office in offices
    ]
    if as_json:
        typer.echo(_json(rows))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("OFFICE", "HOSTS", "STATE", "WHAT IT IS"):
        table.add_column(name, no_wrap=name == "OFFICE")
    for row in rows:
        table.add_row(str(row["office"]), str(row["hosts"]), str(row["state"]), str(row["title"]))
    _print(table)


def _list_machines(topology: Path | None, provider: str, *, as_json: bool) -> None:
    from zdm_automate.cli.lab_hyperv import show_lab
    from zdm_automate.errors import InputError

    if provider != "hyperv" or topology is None:
        raise InputError(
            "machines are listed of a topology, by the provider hyperv.", hint="`zdm lab list FILE --provider hyperv`."
        )
    show_lab(topology, as_json=as_json)


@app.command()
def show(lab: Folder = HERE, as_json: AsJson = False) -> None:
    """Show the hosts of the lab and how they are reached."""
    _show(_folder(lab).info(), as_json=as_json)


@app.command()
def clock(
    forward: Annotated[str, typer.Argument(help="+8d, +90m, +2h or a moment such as 2026-03-10T07:00Z; empty: show.")] = "",
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the world's time, or carry it forward: leases are renewed and run out, caches forget, copies arrive."""
    from zdm_automate.lab.client import LabClient

    client = LabClient(_folder(lab))
    if forward:
        client.call("carry", **_forward(forward))
    now = client.now()
    _say(f"{now:%Y-%m-%d %H:%M:%S} UTC", {"now": now.isoformat()}, as_json=as_json)


@app.command()
def fault(
    host: Annotated[str, typer.Argument(help="The host whose endpoint misbehaves.")],
    kind: Annotated[str, typer.Argument(help=", ".join(FAULTS))],
    action: Annotated[str, typer.Option(help="Only for this WSMan action: Create, Command, Send, Receive, Signal.")] = "",
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many requests it hits.")] = 1,
    seconds: Annotated[float, typer.Option(min=0, max=600, help="For `delay` and `slow-stream`.")] = 0,
    skip: Annotated[int, typer.Option(min=0, max=1000, help="How many such requests pass before.")] = 0,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Make the next requests to a host fail in a chosen way, to see what the tool does about it.

    `drop-during` hangs up while the host works on a call, `none` takes back what is queued.
    """
    from zdm_automate.errors import InputError
    from zdm_automate.lab.client import LabClient

    if kind not in FAULTS:
        raise InputError(f"there is no fault {kind!r}.", hint=f"There are: {', '.join(FAULTS)}.")
    given = {"host": host, "kind": kind, "action": action, "count": count, "seconds": seconds, "skip": skip}
    sent = given | ({"kind": "drop-before", "action": "Receive"} if kind == "drop-during" else {})
    LabClient(_folder(lab)).call("fault", **sent)
    hits = f"{kind} for the next {count} request(s){f' {action}' if action else ''}" if kind != "none" else "no faults"
    _say(f"{host}: {hits}", given, as_json=as_json)


@app.command()
def public(
    name: Annotated[str, typer.Argument(help="Full name of the public record, such as mail.example.com.")],
    kind: Annotated[str, typer.Argument(help="Its type: A, MX, TXT ...")],
    values: Annotated[list[str], typer.Argument(help="What the outside world answers from now on.")],
    ttl: Annotated[int, typer.Option(min=0, help="Time to live in seconds.")] = 3600,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Play the provider: change what the outside world's name servers answer."""
    from zdm_automate.lab.client import LabClient

    given = {"name": name, "kind": kind.upper(), "values": values, "ttl": ttl}
    LabClient(_folder(lab)).call("public", **given)
    _say(f"the outside world answers {name} {kind.upper()}: {', '.join(values)}", given, as_json=as_json)


@app.command()
def calls(
    host: Annotated[str, typer.Argument(help="Only this host; empty: all.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many, from the end.")] = 20,
    lab: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what the lab's hosts were asked, and which cmdlets, programs and WMI classes that used."""
    from rich.table import Table

    found = [one for one in _folder(lab).calls() if not host or one["host"].casefold() == host.casefold()][-last:]
    if as_json:
        typer.echo(_json(found))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("AT", "HOST", "VERB", "USED", "ERROR"):
        table.add_column(name, overflow="fold")
    for one in found:
        used = ", ".join(dict.fromkeys(one["used"]))
        table.add_row(one["at"][5:19].replace("T", " "), one["host"], one["verb"], used, one["error_id"])
    _print(table)


def _folder(path: Path) -> LabFolder:
    from zdm_automate.lab.state import LabFolder

    return LabFolder(path)


def _forward(text: str) -> dict[str, str | float]:
    """`+8d` as seconds, or a moment.

    Raises:
        InputError: neither.
    """
    from zdm_automate.errors import InputError

    span = _SPAN.fullmatch(text.strip())
    if span:
        return {"seconds": float(span[1]) * _SECONDS[span[2]]}
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is neither a span nor a moment.", hint="Write +8d, +90m or 2026-03-10T07:00Z.") from None
    return {"until": (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()}


def _show(info: LabInfo, *, as_json: bool) -> None:
    from dataclasses import asdict

    from rich.table import Table

    if as_json:
        typer.echo(_json({name: value for name, value in asdict(info).items() if name != "token"}))
        return
    table = Table(title=f"office {info.office}, engine {info.engine}", title_justify="left", box=None, pad_edge=False)
    for name in ("HOST", "ADDRESS", "HTTP", "HTTPS", "DNS", "CERTIFICATE (SHA-256)"):
        table.add_column(name, justify="right" if name in {"HTTP", "HTTPS", "DNS"} else "left", no_wrap=True)
    for name, way in info.hosts.items():
        dns = str(way.dns_port) if way.dns_port else ""
        table.add_row(name, way.address, str(way.http_port), str(way.https_port), dns, f"{way.fingerprint[:16]}...")
    _print(table)
    typer.echo(f"account {info.user}, password in {info.password_file}")
    if info.public_dns_port:
        typer.echo(f"the outside world's DNS: 127.0.0.1 port {info.public_dns_port}")


def _say(text: str, fields: object, *, as_json: bool) -> None:
    typer.echo(_json(fields) if as_json else text)


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=1, ensure_ascii=False)


def _print(table: object) -> None:
    from rich.console import Console

    Console().print(table)


class LabClock:
    """The lab's time as a project's clock; waiting carries nothing forward."""

    def __init__(self, folder: Path) -> None:
        from zdm_automate.lab.client import LabClient

        self._client = LabClient(_folder(folder))

    def now(self) -> datetime:
        """The world's time.

        Raises:
            UnreachableError: the lab does not run.
        """
        return self._client.now()

    def sleep(self, seconds: float) -> None:
        """Waits in real time."""
        import time

        time.sleep(seconds)
