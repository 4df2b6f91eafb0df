"""`zdm new` and `zdm playbooks`: an empty project to fill in, or one for a lab that runs; what playbooks there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zdm_automate.cli.shown import AsJson, say, show, show_json

if TYPE_CHECKING:
    from zdm_automate.lab.state import LabInfo, TenantWay


def new(
    folder: Annotated[Path, typer.Argument(help="The new project's folder.")],
    lab: Annotated[
        Path | None, typer.Option("--lab", envvar="ZDM_LAB_DIR", help="Make it for the lab in this folder, ready to use.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a project: a folder with a commented project.yaml."""
    from zdm_automate.errors import InputError
    from zdm_automate.project import FILE

    path = folder / FILE
    if path.exists():
        raise InputError(f"{path} is there already; nothing was written.", hint="Choose another folder.")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file.", hint="Name a folder.")
    text = _for_lab(folder, lab) if lab is not None else TEMPLATE
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if as_json:
        show_json({"project": str(path)})
        return
    say(f"{path} is written.")
    where = "" if folder.resolve() == Path.cwd() else f" -p {folder}"
    say(f"Next: {'look at it, then ' if lab is not None else 'fill it in, then '}`zdm check{where}`.")


def playbooks(
    name: Annotated[str, typer.Argument(help="One playbook: show its roles and what the project file can say of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the playbooks there are, or one of them with the keys of its intent."""
    from rich.table import Table

    from zdm_automate.playbook import load_playbook, playbook_names
    from zdm_automate.resources import folders

    where = folders("playbooks", (Path(),))
    found = [load_playbook(one, where) for one in ((name,) if name else playbook_names(where))]
    if as_json:
        show_json(
            [{"playbook": b.name, "title": b.title, "roles": dict(b.roles), "items": [i.id for i in b.items]} for b in found]
        )
        return
    if not name:
        table = Table(box=None, pad_edge=False)
        for head in ("PLAYBOOK", "TITLE", "ITEMS"):
            table.add_column(head)
        for book in found:
            table.add_row(book.name, book.title, ", ".join(item.id for item in book.items))
        show(table)
        return
    book = found[0]
    show(f"[bold]{book.name}[/]: {book.title}", "")
    roles = Table("ROLE", "WHAT IT IS", box=None, pad_edge=False)
    for role, meaning in book.roles.items():
        roles.add_row(role, meaning + (" (may be missing)" if role in book.optional else ""))
    items = Table("ITEM", "TITLE", "ALSO", box=None, pad_edge=False)
    for item in book.items:
        items.add_row(item.id, item.title, ", ".join(item.also))
    show(roles, "", items, "")
    import inspect

    show(f"Under `intent: {book.name}:` of project.yaml:", "", inspect.getdoc(book.intent) or "")


def _for_lab(folder: Path, lab: Path) -> str:
    from zdm_automate.lab.office import read_office
    from zdm_automate.lab.state import LabFolder

    labfolder = LabFolder(lab)
    info = labfolder.info()
    office = read_office(Path(info.office_file))
    return _lab_text(folder, labfolder.path, info, office.project, office.title, office.world.directory.netbios)


def _lab_text(folder: Path, lab: Path, info: LabInfo, template: dict[str, object], title: str, netbios: str) -> str:
    import os

    import yaml

    here = folder.resolve()
    relative = os.path.relpath(lab, here)
    hosts = {
        name: {
            "address": way.address,
            "port": way.http_port if way.old else way.https_port,
            "ssl": not way.old,
            **({} if way.old else {"fingerprint": way.fingerprint}),
            **({"auth": "kerberos", "spn": way.spn} if way.spn else {}),
            **({"exchange": {"port": way.exchange_port, "auth": "negotiate"}} if way.exchange_port else {}),
        }
        for name, way in info.hosts.items()
    }
    body = {
        "project": f"Rehearsal: {title}",
        "client": "the lab",
        "service_request": "SR-0001",
        "lab": relative,
        "credentials": {
            "admin": {"user": f"{netbios}\\{info.user}", "secret": f"file:{os.path.relpath(info.password_file, here)}"}
        },
        "credential": "admin",
        "hosts": hosts,
        **({"tenant": _tenant(info.tenant, here)} if info.tenant is not None else {}),
        "resolvers": [f"127.0.0.1:{info.public_dns_port}"] if info.public_dns_port else [],
        **template,
    }
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    return f"# A project for the lab office {info.office}: `zdm check`, then `zdm plan dns_cutover`.\n{text}"


def _tenant(way: TenantWay, here: Path) -> dict[str, object]:
    """How the lab's tenant of Exchange Online is reached; its certificate has the lab's password."""
    import os

    return {
        "organization": way.organization,
        "app_id": way.app_id,
        "certificate": os.path.relpath(way.certificate, here),
        "credential": "admin",
        "module": os.path.relpath(way.module, here),
    }


TEMPLATE = r"""# What is moved, from where to where. No secret belongs into this file.
project: Example Ltd, SBS 2011 to Server 2022
client: Example Ltd
service_request: SR-1234
# operator: who works with it; without it the account of this computer
checklist: B

# secret: keyring:SERVICE, env:VARIABLE, file:PATH (readable by its owner alone) or prompt
credentials:
  admin: {user: 'EXAMPLE\Administrator', secret: prompt}
credential: admin

# The key is the computer name: another machine that answers at the address is refused.
# auth: negotiate (default), ntlm, kerberos, basic. ssl: false goes to port 5985 with message encryption.
# fingerprint: SHA-256 of the certificate, for one that no authority has signed.
hosts:
  SBS: {address: 192.168.16.2, ssl: false}
  DC1: {address: 192.168.16.10}
  PC01: {address: 192.168.16.101}

roles: {old: SBS, new: DC1, seat: PC01}

# Who may approve, by role: tech, client, lead. Gates ask for them; `zdm approve` records their word.
approvers: {tech: [Alex Example], client: [Maria Example]}

# The golden hours, in local time; what belongs to them is begun in time for its way back, or not at all.
# window: {time_zone: Europe/Berlin, start: 2026-03-07T18:00, fallback: 2026-03-07T23:30, end: 2026-03-08T02:00}

# Public name servers for the view from outside.
resolvers: [9.9.9.9]

# What is wanted, by playbook; `zdm playbooks NAME` explains the keys.
intent:
  dns_cutover:
    old_address: 192.168.16.2
    new_address: 192.168.16.10
    moves:
      - {zone: example.local, name: files, old: 192.168.16.2, new: 192.168.16.20}
  dhcp_cutover:
    old_address: 192.168.16.2
    new_address: 192.168.16.10
    old_name: sbs.example.local
    new_name: dc1.example.local
"""
