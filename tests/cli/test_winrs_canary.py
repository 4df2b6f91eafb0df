"""A password on a host that is reached by WinRS: in no argument list, no file and no event, in whatever form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject

sys.path.append(str(Path(__file__).parent.parent / "transport"))
from lab_host import PASSWORD, USER, LabHost

from zdm_automate.cli.lab import LabClock
from zdm_automate.lab.state import LabFolder
from zdm_automate.lab.world import files
from zdm_automate.redaction import forms

FETCH = r'''"""A file of the old server copied to the new one, with the credential of the old one as a parameter."""

from zdm_automate import Playbook, Read, VerbCall, change, intent
from zdm_automate.model import credential_of

HERE = "C:\\Zdm\\dhcp.xml"


@intent
class Wanted:
    """Nothing is asked for."""

    title: str = ""


playbook = Playbook(name="fetch", title="A file", roles={"old": "has it", "new": "gets it"}, intent=Wanted)


@playbook.reads
def reads(wanted, _hosts):
    yield Read(role="new", verb="Get-ZdmFile", params={"path": [HERE]})


@playbook.item("B-104", title="A file")
def fetch(facts, wanted):
    params = {"source": "\\\\OLD\\C$\\Zdm\\dhcp.xml", "destination": HERE, "credential": credential_of("old")}
    back = VerbCall(role="new", verb="Remove-ZdmFile", params={"path": HERE})
    yield change(VerbCall(role="new", verb="Copy-ZdmFile", params=params), "the file is fetched", before={}, after={},
                 inverse=back)
'''


@pytest.fixture
def hosts(tmp_path: Path, lab: LabFolder) -> Iterator[dict[str, LabHost]]:
    """The old server, and a new one without PowerShell remoting, at the lab's time; the file is in the new one's world."""
    with ExitStack() as ending:
        made = {}
        for name, own in (("OLD", {}), ("NEW", {"configurations": ()})):
            (tmp_path / f"lab-{name}").mkdir()
            host = made[name] = LabHost(tmp_path / f"lab-{name}", ending, name=name, **own)
            host.keeper.carry(max(0.0, (LabClock(lab.path).now() - host.keeper.now()).total_seconds()))
        there = r"C:\Zdm\dhcp.xml"
        made["NEW"].keeper.with_world(lambda world: (files.written(world, world.host("OLD"), there, "<DHCPServer/>"), None))
        yield made


@pytest.fixture
def folder(project: MakeProject, hosts: dict[str, LabHost]) -> Path:
    """A project with both, that writes its events also into a file of their own."""

    def change(content: dict[str, Any]) -> None:
        content["credentials"] = {"admin": {"user": f"TINY\\{USER}", "secret": "env:ZDM_TEST_PASSWORD"}}
        content["hosts"] = {
            name: {"address": "127.0.0.1", "port": host.listener.port, "ssl": False} for name, host in hosts.items()
        }
        content["roles"] = {"old": "OLD", "new": "NEW"}
        content["intent"] = {"fetch": {}}
        content["logs"] = {"event_file": "events.json"}

    made = project("NEW", [], change=change)
    (made / "playbooks" / "fetch.py").write_text(FETCH, encoding="utf-8")
    return made


def typed(folder: Path, *words: str) -> str:
    """What a command says that logs all that the libraries have to tell."""
    ran = subprocess.run(
        [sys.executable, "-m", "zdm_automate.cli", *words, "-p", str(folder)],
        env=os.environ | {"ZDM_TEST_PASSWORD": PASSWORD, "ZDM_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_password_on_a_winrs_host_is_seen_nowhere(folder: Path, hosts: dict[str, LabHost]) -> None:
    """A change that takes a credential, over WinRS: screen, command lines, and every file of project and lab, in every form."""
    said = [
        typed(folder, "check", "NEW"),
        typed(folder, "plan", "fetch"),
        typed(folder, "apply", "latest"),
        typed(folder, "report"),
    ]
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (journal,) = (folder / "runs").glob("*/journal.jsonl")
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    ways = {line["host"]: line["session"]["transport"] for line in lines if line["event"] == "host.connected"}
    canaries = [*forms(PASSWORD), *(form.encode("utf-16-le").decode("latin-1") for form in [PASSWORD])]

    assert ways == {"OLD": "psrp", "NEW": "winrs"}
    assert [line["result"] for line in lines if line["event"] == "change.finished"] == ["ok"]
    # each place where it could have been was written to
    assert {"journal.jsonl", "events.json", "zdm-debug.log"} <= {path.name for path in kept}
    assert any(path.suffix == ".html" for path in kept)
    assert len(set(hosts["NEW"].asked)) == 1
    for canary in canaries:
        assert not [text for text in (*said, *hosts["NEW"].asked) if canary in text]
        assert not [path for path, content in kept.items() if canary.encode("latin-1", "replace") in content]
