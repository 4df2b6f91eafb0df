"""Verbs over SSH: a real sshd, a real PowerShell, the same facts, changes and errors as by every other way."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from lab_host import LIBRARY
from ssh_host import SshHost

sys.path.append(str(Path(__file__).parent.parent / "boxes"))
from ssh_server import SSHD, keygen

from zdm_automate import powershell, wire
from zdm_automate.errors import (
    AuthenticationError,
    CallTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    RemoteError,
    UnreachableError,
    WrongHostError,
    ZdmError,
)
from zdm_automate.facts.host import Service
from zdm_automate.lab.clock import WorldClock
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.office import find_office, read_office
from zdm_automate.lab.perform import load_models, perform
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Reply

pytestmark = pytest.mark.pwsh
SET = {"name": "DNS", "start_mode": "Manual", "state": "Running"}
HEAD = "param([hashtable]$ZdmArguments)\nSet-StrictMode -Version 2\n$ErrorActionPreference = 'Stop'\n"
CANARY = "Canary-51c2-Secret!"
Start = Callable[..., SshHost]


@pytest.fixture
def keeper() -> Keeper:
    """The world of the office `tiny`, standing still."""
    office = read_office(find_office("tiny"))
    return Keeper(office.world, WorldClock(office.world.now, rate=0.0), office.pace)


@pytest.fixture
def ssh_host(tmp_path: Path, keeper: Keeper) -> Iterator[Start]:
    """Starts hosts that end with the test."""
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    try:
        powershell.find()
    except ZdmError as problem:
        pytest.skip(str(problem))
    with ExitStack() as ending:

        def start(*, installed: bool = True) -> SshHost:
            folder = tmp_path / "ssh-host"
            folder.mkdir()
            return SshHost(folder, LIBRARY, keeper, "NEW", ending, installed=installed)

        yield start


def session(host: SshHost, keeper: Keeper, **own: object) -> HostSession:
    made = HostSession(host.transport(**own), LIBRARY, now=keeper.now)
    made.connect()
    return made


def test_a_host_is_read_and_changed(ssh_host: Start, keeper: Keeper) -> None:
    """The journal has the way and the logon; a change is one, the second time none; a verb's own error has its class."""
    opened = session(ssh_host(), keeper)
    said = opened.info.described()

    assert (said["transport"], said["auth"], opened.requests) == ("ssh", "publickey", 0)
    assert [fact.name for fact in opened.read("Get-ZdmService", name=["DNS"]).facts if isinstance(fact, Service)] == ["DNS"]
    assert opened.change("Set-ZdmServiceState", **SET).changed is True
    assert opened.change("Set-ZdmServiceState", **SET).changed is False
    with pytest.raises(NotFoundError):
        opened.change("Set-ZdmServiceState", **SET | {"name": "NoSuchService"})


def test_readers_say_what_their_twins_say(ssh_host: Start, keeper: Keeper) -> None:
    """Every reader that needs no argument: equal facts, or an error of equal id, and the world stays as it is."""
    load_models()
    world = keeper.world
    opened = session(ssh_host(), keeper)
    verbs = [verb for verb in LIBRARY.values() if verb.repeatable and not any(one.mandatory for one in verb.parameters)]
    differing = {}
    for verb in verbs:
        twin = perform(world, "NEW", verb, {})
        wanted: object = twin.error.error_id if twin.error else wire.facts(verb, Reply(output=tuple(twin.rows)), "NEW")
        try:
            found: object = opened.read(verb.name).facts
        except RemoteError as problem:
            found = problem.error_id
        if found != wanted:
            differing[verb.name] = (found, wanted)

    assert differing == {}
    assert len(verbs) > 10
    assert keeper.world == world


def test_a_secret_is_in_no_command_line_and_no_file(ssh_host: Start, keeper: Keeper, tmp_path: Path) -> None:
    """Looked for while the call that has it is at work: in what sshd was asked, in all processes, in every file."""
    host = ssh_host()
    transport = host.transport()
    transport.open()
    body = """
    $ZdmArguments.Account.GetNetworkCredential().Password.Length
    $lines = @([Diagnostics.Process]::GetProcesses() | ForEach-Object {
        try { [IO.StreamReader]::new("/proc/$($_.Id)/cmdline").ReadToEnd() } catch { '' } })
    @($lines -like '*scriptblock*').Count -gt 0
    @($lines -like '*Canary-51c2*').Count
    """
    account = Credential("EXAMPLE\\x", Secret(CANARY))
    reply = transport.call(HEAD + body, {"Account": account}, timeout=40, repeatable=True)
    files = [Path(folder) / name for folder, _, names in os.walk(tmp_path) for name in names]
    found = [path for path in files if path.is_file() and CANARY.encode() in path.read_bytes()]

    assert reply.errors == ()
    # the agent's own command line is among those that were looked at, the canary in none of them
    assert reply.output == (len(CANARY), True, 0)
    assert found == []
    assert len(host.asked) == 1
    assert host.asked[0].startswith("pwsh -NoLogo -NoProfile -NonInteractive -Command ")


def test_a_large_argument_and_a_large_result_come_whole(ssh_host: Start) -> None:
    """Half a megabyte in each direction."""
    transport = ssh_host().transport()
    text = "ä" * 250_000

    reply = transport.call(HEAD + "$ZdmArguments.Text", {"Text": text}, timeout=40, repeatable=True)

    assert reply.output == (text,)


def test_what_is_written_past_the_streams_is_no_result(ssh_host: Start) -> None:
    """Of both outputs of the process; what it says on the other one may come in after the reply, and is told with the next."""
    body = "[Console]::Out.WriteLine('noise')\n[Console]::Error.WriteLine('trouble')\n'result'"
    transport = ssh_host().transport()
    reply = transport.call(HEAD + body, {}, timeout=40, repeatable=True)
    later = transport.call(HEAD + "[System.Threading.Thread]::Sleep(200); 'later'", {}, timeout=40, repeatable=True)

    assert (reply.output, later.output) == (("result",), ("later",))
    assert sorted((*reply.verbose, *later.verbose)) == ["noise", "trouble"]


def test_a_process_that_dies_in_a_change_leaves_it_unknown(ssh_host: Start) -> None:
    """It is not started again for a change; a reader gets a new one."""
    transport = ssh_host().transport()
    transport.open()

    with pytest.raises(OutcomeUnknownError, match="the SSH connection or its PowerShell ended"):
        transport.call(HEAD + "[Environment]::Exit(3)", {}, timeout=40, repeatable=False)
    assert transport.call(HEAD + "'alive'", {}, timeout=40, repeatable=True).output == ("alive",)


@pytest.mark.parametrize(("repeatable", "error"), [(True, CallTimeoutError), (False, OutcomeUnknownError)])
def test_a_call_that_takes_too_long_ends_in_time(ssh_host: Start, error: type[ZdmError], *, repeatable: bool) -> None:
    """Its line is given up, and the next call has another."""
    transport = ssh_host().transport()
    transport.open()

    with pytest.raises(error):
        transport.call(HEAD + "[Threading.Thread]::Sleep(20000)", {}, timeout=1, repeatable=repeatable)
    assert transport.call(HEAD + "'alive'", {}, timeout=40, repeatable=True).output == ("alive",)


def test_a_host_without_powershell_7_is_told_with_the_words_of_its_shell(ssh_host: Start) -> None:
    """SSH answers, `pwsh` does not."""
    with pytest.raises(UnreachableError, match=r"pwsh ended with 127 before it answered: .*pwsh.* not found"):
        ssh_host(installed=False).transport().open()


def test_another_host_key_is_refused(ssh_host: Start, tmp_path: Path) -> None:
    """Before the logon, as for a box."""
    host = ssh_host()
    (tmp_path / "other").mkdir()

    with pytest.raises(WrongHostError, match="the project pins SHA256:A"):
        host.transport(host_keys=("SHA256:" + "A" * 43,)).open()
    with pytest.raises(AuthenticationError):
        host.transport(key_file=keygen(tmp_path / "other" / "key")).open()
    assert host.asked == []


def test_nobody_at_home_is_told(ssh_host: Start) -> None:
    """No SSH on the port."""
    host = ssh_host()
    host.server.stop()

    with pytest.raises(UnreachableError, match="NEW: no connection"):
        host.transport().open()
