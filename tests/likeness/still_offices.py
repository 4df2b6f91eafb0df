"""Offices as clients' networks without sockets: a project whose hosts are the machines of a world whose clock stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zdm_automate.cli.opening import Opened
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.direct import DirectTransport
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import Office
from zdm_automate.lab.perform import load_models
from zdm_automate.planner import Plan
from zdm_automate.plans import Plans
from zdm_automate.project import read_project
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Target


@cache
def library() -> Library:
    load_models()
    return Library.load(folders("ps_scripts"))


@dataclass
class StillOpened(Opened):
    """An open project on the machines of one office."""

    office: Office | None = None
    keeper: Keeper | None = field(default=None)

    def session(self, host: str) -> HostSession:
        assert self.keeper is not None
        target = Target(host=host, address="127.0.0.1", credential=self.credential(host))
        return HostSession(DirectTransport(target, self.keeper, self.library), self.library, now=self.keeper.now)

    def credential(self, host: str) -> Credential:
        assert self.office is not None
        return Credential(rf"{self.office.world.directory.netbios}\{self.office.user}", Secret("not asked for"))


def opened_on(office: Office, folder: Path) -> StillOpened:
    """A project for an office: its Windows machines are the hosts."""
    hosts = {
        name: {"address": "127.0.0.1"} for name, host in office.world.hosts.items() if host.remoting and host.windows.version
    }
    body: dict[str, Any] = {
        "project": f"Client {office.name}",
        "service_request": "SR-0001",
        "credentials": {"admin": {"user": "x", "secret": "prompt"}},
        "credential": "admin",
        "hosts": hosts,
        **office.project,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.yaml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    project = read_project(folder)
    clock = WorldClock(office.world.now, rate=0)
    keeper = Keeper(office.world, clock, office.pace)
    return StillOpened(
        project=project,
        library=library(),
        clock=clock,
        plans=Plans(project.plans_folder),
        office=office,
        keeper=keeper,  # type: ignore[arg-type]
    )


def plan_of(opened: Opened, book: str) -> Plan:
    """The plan of a playbook, without what tells one plan from another."""
    what = opened.intended(opened.playbook(book))
    with opened.workplace(what) as work:
        work.connect()
        made = work.plan(what, work.read(what))
    return replace(made, id="", created="", project="", fingerprint="", intent_hash="")


def shape(plan: Plan) -> list[tuple[str, str, str]]:
    """Item, preview and verb of every row."""
    return [
        (item.id, str(row.preview), row.change.call.verb if row.change is not None else "")
        for item in plan.items
        for row in item.rows
    ]
