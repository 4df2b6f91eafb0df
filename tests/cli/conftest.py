"""What the tests of commands share: one running lab office, projects on it, and typing a command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typed_commands import SERVICES, MakeProject, Ran, Zdm

from zdm_automate.cli.__main__ import main
from zdm_automate.lab.state import LabFolder


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
