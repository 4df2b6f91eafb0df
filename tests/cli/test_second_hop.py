"""A change that goes on to a third machine: its way is in the plan, the journal and the report, or there is no plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typed_commands import MakeProject, Zdm

from zdm_automate.lab.state import LabFolder
from zdm_automate.resources import folders
from zdm_automate.scripts import Library
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.testing import STAMP, FakeTransport, session_row
from zdm_automate.transport.base import Reply, Target
from zdm_automate.workplace import Workplace

ROUTE = "second hop to OLD, explicit credential: that of old, given as a parameter"
COPY = r'''"""A file of the old server copied to the new one: a playbook of the project's own, which names no credential."""

from zdm_automate import Playbook, Read, VerbCall, change, intent


@intent
class Wanted:
    """What project.yaml says."""

    machine: str
    name: str


playbook = Playbook(name="fetch", title="A file", roles={"old": "has it", "new": "gets it"}, intent=Wanted)


@playbook.reads
def reads(wanted, _hosts):
    yield Read(role="new", verb="Get-ZdmFile", params={"path": ["C:\\Zdm\\" + wanted.name]})


@playbook.item("B-104", title="A file")
def fetch(facts, wanted):
    here = "C:\\Zdm\\" + wanted.name
    params = {"source": "\\\\" + wanted.machine + "\\C$\\Zdm\\" + wanted.name, "destination": here}
    back = VerbCall(role="new", verb="Remove-ZdmFile", params={"path": here})
    yield change(VerbCall(role="new", verb="Copy-ZdmFile", params=params), "the file is fetched", before={}, after={},
                 inverse=back)
'''


@pytest.fixture
def folder(zdm: Zdm, project: MakeProject, lab: LabFolder) -> Callable[..., Path]:
    """A project whose new server is to fetch a file."""

    def make(machine: str, name: str) -> Path:
        zdm("lab", "change", "OLD", "Export-ZdmDhcp", f"Path=C:\\Zdm\\{name}", "--lab", lab.path)

        def change(content: dict[str, Any]) -> None:
            way = lab.info().hosts["NEW"]
            old = content["hosts"]["OLD"]
            content["hosts"]["NEW"] = {"address": way.address, "port": way.https_port, "fingerprint": way.fingerprint}
            content["hosts"]["OLD"] = old
            content["roles"] = {"old": "OLD", "new": "NEW"}
            content["intent"] = {"fetch": {"machine": machine, "name": name}}

        made = project("OLD", [], change=change)
        (made / "playbooks" / "fetch.py").write_text(COPY, encoding="utf-8")
        return made

    return make


def test_the_way_stands_in_plan_journal_and_report(zdm: Zdm, folder: Callable[..., Path]) -> None:
    """The playbook names no credential: the role's own is the way, and no password is anywhere."""
    made = folder("OLD", "hop.xml")
    shown = zdm("plan", "fetch", "-p", made)
    plan = next(path.stem for path in (made / "plans").glob("*.json"))
    done = zdm("apply", plan, "-p", made)
    lines = [json.loads(line) for line in (made / "runs" / plan / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    (started,) = [line for line in lines if line["event"] == "change.started"]
    zdm("report", plan, "-p", made)
    (page,) = (made / "runs" / plan).glob("*.html")

    assert shown.code == 0, shown.err
    assert ROUTE in " ".join(shown.out.split())
    assert done.code == 0, done.err
    assert (started["route"], started["params"]["Credential"]) == (ROUTE, {"$credential": "old"})
    assert ROUTE in page.read_text(encoding="utf-8")


def test_without_a_way_there_is_no_plan(zdm: Zdm, folder: Callable[..., Path]) -> None:
    """Exit code 3, each way with what is wrong with it, and nothing to apply."""
    made = folder("FILES", "nowhere.xml")
    ran = zdm("plan", "fetch", "-p", made)
    said = " ".join(ran.err.split())

    assert ran.code == 3
    assert "explicit credential: FILES has no role in the plan" in said
    assert "CredSSP: it would leave a password on NEW" in said
    assert not list((made / "plans").glob("*.json"))


@pytest.mark.parametrize(("domain_role", "trusted"), [(5, True), (3, False)], ids=["domain controller", "member server"])
def test_a_ticket_is_a_way_on_from_a_domain_controller_only(domain_role: int, *, trusted: bool) -> None:
    """Others are not trusted to use it unless somebody has said so in the directory, which nobody reads here."""

    def now() -> datetime:
        return datetime.fromisoformat(STAMP[:19]).replace(tzinfo=UTC)

    library = Library.load(folders("ps_scripts"))
    account = Credential("x", Secret(""))
    target = Target(host="SRV", address="srv.example.test", auth="kerberos", delegate=True, credential=account)
    opening = Reply(output=(session_row("SRV", DomainRole=domain_role),))
    transport = FakeTransport(target=target, library=library, opening=opening)
    session = HostSession(transport, library, now=now)
    work = Workplace(sessions={"new": session}, library=library, now=now)
    work.connect()
    transport.auth_used = "kerberos"

    assert (session.delegates, work.delegating) == (True, ["new"] if trusted else [])
