"""Exchange Online through its module in a held PowerShell: opened, kept, connected anew, ended; and the specs over it.

Each starts a real PowerShell with the module's stub, which takes some seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from mail_lab import change_org
from online_lab import NAME, Held, tenant_of

from zdm_automate.errors import (
    AuthenticationError,
    NotFoundError,
    OutcomeUnknownError,
    PreconditionError,
    QuotaError,
)
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.mail.versions import Exchange
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.online import ARGUMENTS

pytestmark = pytest.mark.pwsh
CANARY = "Canary-7c31-Word!"


@pytest.fixture
def held(tmp_path: Path, ending: ExitStack) -> Held:
    return Held(tmp_path / "online", ending)


def trouble(held: Held, *names: str) -> None:
    """What is wrong with the tenant from now on."""

    def change(org: MailOrg) -> MailOrg:
        assert org.tenant is not None
        return replace(org, tenant=replace(org.tenant, troubles=frozenset(names)))

    change_org(held.keeper, change)


def cut(held: Held) -> None:
    """Every session of the tenant ends."""

    def change(org: MailOrg) -> MailOrg:
        assert org.tenant is not None
        return replace(org, tenant=replace(org.tenant, connections={}))

    change_org(held.keeper, change)


def children() -> list[psutil.Process]:
    """The PowerShells that this process holds for Exchange Online; other tests' are none of them."""
    found = []
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            if ARGUMENTS[-1] in one.cmdline():
                found.append(one)
    return found


def test_a_session_lives_from_logon_to_logoff(held: Held) -> None:
    """One process; specs read and change; a token that has ended is renewed before anything is sent; nothing is left."""
    change_org(held.keeper, lambda org: replace(org, servers={k: replace(s, mrs_proxy=True) for k, s in org.servers.items()}))
    session = held.session(held.transport())
    info = session.connect()
    processes = children()
    domains = [one.label() for one in session.read("Get-ZdmOnlineDomain").facts]
    people = [one.label() for one in session.read("Get-ZdmOnlineUser").facts]
    made = session.change(
        "New-ZdmRemoteMoveEndpoint",
        name="old",
        remote_server="mail.cloud.example.net",
        credential=Credential("CLOUD\\mover", Secret(CANARY)),
    )
    lines = [" ".join(one.cmdline()) for one in processes]
    held.keeper.carry(2 * 3600)
    again = session.change(
        "New-ZdmRemoteBatch",
        name="zdm-pilot",
        addresses=["pilot1@cloud.example.net"],
        endpoint="old",
        delivery_domain="cloudexample.mail.onmicrosoft.com",
    )
    cut(held)
    batches = [one.label() for one in session.read("Get-ZdmMigrationBatch").facts]
    logons, entered = held.door.logons, tenant_of(held.keeper).endpoints["old"].user
    session.close()

    assert (info.version, info.auth, info.transport) == (Exchange.ONLINE, "certificate", "online")
    assert NAME in domains
    assert len(people) == 8
    assert (made.changed, entered) == (True, "CLOUD\\mover")
    assert (again.changed, batches) == (True, ["zdm-pilot"])
    assert logons == 3
    assert not any(CANARY in line or "pfx-word" in line for line in lines)
    assert len(processes) == 1
    assert children() == []


def test_a_killed_process_leaves_a_change_unknown_and_a_reader_is_asked_again(held: Held) -> None:
    """What it was doing when it died nobody knows; the next call finds another process, and reading settles it."""
    session = held.session(held.transport())
    session.connect()
    (before,) = children()
    blocked, go_on = threading.Event(), threading.Event()
    answer = held.door._server.answer  # noqa: SLF001 - stands between the stub and the tenant

    def stall(request: dict[str, object], own: set[str]) -> dict[str, object]:
        reply: dict[str, object] = answer(request, own)
        if request.get("name") == "Set-MigrationUser":
            blocked.set()
            go_on.wait(20)
        return reply

    held.door._server.answer = stall  # noqa: SLF001 - as above
    failed: list[BaseException] = []

    def change() -> None:
        try:
            transport = session._transport  # noqa: SLF001 - past the look before, straight to the wire
            command = ("Set-MigrationUser", {"Identity": "x@y.z", "ApproveSkippedItems": True})
            transport.commands([command], timeout=40, repeatable=False)
        except OutcomeUnknownError as problem:
            failed.append(problem)

    caller = threading.Thread(target=change)
    caller.start()
    assert blocked.wait(20)
    os.kill(before.pid, signal.SIGKILL)
    caller.join(20)
    go_on.set()
    after = session.read("Get-ZdmMigrationBatch").facts
    (now,) = children()

    assert "connection was lost while a change was under way" in str(failed[0])
    assert after == ()
    assert now.pid != before.pid


def test_who_is_not_let_in_leaves_no_process(held: Held) -> None:
    """Here by a wrong word for the certificate's file, as .NET says it; the sentence is ours."""
    with pytest.raises(AuthenticationError, match="the certificate cannot be opened"):
        held.transport(password=Secret("wrong")).open()

    assert held.door.logons == 0
    assert children() == []


def test_what_the_service_says_no_with_has_its_class(held: Held) -> None:
    """By the exception's name in its line; throttling is not a defect and says when to come again."""
    session = held.session(held.transport())
    session.connect()
    with pytest.raises(PreconditionError, match="403"):
        session.change(
            "New-ZdmRemoteMoveEndpoint",
            name="old",
            remote_server="mail.cloud.example.net",
            credential=Credential("CLOUD\\mover", Secret("x")),
        )
    with pytest.raises(NotFoundError, match="can't be found"):
        session.read("Test-ZdmMigrationServer", endpoint="nowhere")
    trouble(held, "throttled")
    with pytest.raises(QuotaError, match="quarter of an hour"):
        session.read("Get-ZdmOnlineMailbox")


def test_it_ends_with_the_process_that_holds_it(held: Held) -> None:
    """Its input ends, so it ends: nobody has to look for it."""
    words = [sys.executable, str(Path(__file__).with_name("online_holder.py")), str(held.module), str(held.certificate)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        process = psutil.Process(pid)
        holder.kill()
    gone, alive = psutil.wait_procs([process], timeout=20)

    assert (len(gone), alive) == (1, [])
