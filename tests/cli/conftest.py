"""What the tests of commands share: one running lab office, projects on it, and typing a command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from zdm_automate.cli.__main__ import main
from zdm_automate.lab.state import LabFolder

SERVICES = '''"""Services as wanted, one change each: a playbook of the project's own."""

from zdm_automate import Check, Facts, Playbook, Read, VerbCall, check, ensure, intent, manual
from dataclasses import replace
from zdm_automate.facts.host import Service


@intent
class Wanted:
    """What project.yaml says."""

    services: tuple[str, ...]
    state: str = "Stopped"
    claimed: str = ""
    form: tuple[str, ...] = ()


playbook = Playbook(name="services", title="Services as wanted", roles={"it": "the host"}, intent=Wanted)


@playbook.reads
def reads(wanted, _hosts):
    yield Read(role="it", verb="Get-ZdmService", params={"name": list(wanted.services)})


def call(name, state):
    return VerbCall(role="it", verb="Set-ZdmServiceState", params={"name": name, "start_mode": "Manual", "state": state})


@playbook.item("B-104", title="Services as wanted")
def set_services(facts, wanted):
    for found in facts.of("it", Service):
        if found.name in wanted.services:
            then = replace(found, state=wanted.state, start_mode="Manual")
            yield ensure(facts, call(found.name, wanted.state), then, f"service {found.name} is {wanted.state}",
                         inverse=lambda before: call(before.name, before.state))
    if wanted.form:
        yield manual(facts, "B-104", "label", "put a label on it", wanted.form)


@playbook.check("B-104")
def judge(facts, wanted):
    for found in facts.of("it", Service):
        if found.name in wanted.services:
            state = wanted.claimed or wanted.state
            yield check(found.name, found.state == state, value=found.state, expected=state)
'''


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, as JSON."""
        return json.loads(self.out)


Zdm = Callable[..., Ran]
MakeProject = Callable[..., Path]


@pytest.fixture
def zdm(capsys: pytest.CaptureFixture[str]) -> Zdm:
    """Types a command: `zdm("plan", "services", "-p", folder)`."""

    def typed(*words: object) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return typed


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabFolder]:
    """The office `tiny`, running in a process of its own until the last test."""
    folder = LabFolder(tmp_path_factory.mktemp("lab"))
    lab_command = [sys.executable, "-m", "zdm_automate.cli", "lab"]
    subprocess.run([*lab_command, "up", "tiny", "--lab", folder.path], stdout=subprocess.DEVNULL, check=True)
    yield folder
    subprocess.run([*lab_command, "down", "--lab", folder.path], stdout=subprocess.DEVNULL, check=True)


@pytest.fixture
def project(lab: LabFolder, tmp_path: Path) -> MakeProject:
    """Makes a project for services of one host: `project("PC1", ["W32Time"], form=[...])`; `change` edits its content."""

    def make(host: str, services: list[str], *, change: Callable[[dict[str, Any]], None] | None = None, **intent: Any) -> Path:
        folder = tmp_path / "office"
        (folder / "playbooks").mkdir(parents=True, exist_ok=True)
        (folder / "playbooks" / "services.py").write_text(SERVICES, encoding="utf-8")
        info = lab.info()
        way = info.hosts[host]
        content: dict[str, Any] = {
            "project": "Example",
            "service_request": "SR-7",
            "operator": "Alex",
            "lab": str(lab.path),
            "credentials": {"admin": {"user": f"TINY\\{info.user}", "secret": f"file:{info.password_file}"}},
            "credential": "admin",
            "hosts": {host: {"address": way.address, "port": way.https_port, "fingerprint": way.fingerprint}},
            "roles": {"it": host},
            "intent": {"services": {"services": services, **intent}},
        }
        if change is not None:
            change(content)
        (folder / "project.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return folder

    return make
