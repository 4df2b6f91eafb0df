"""Verbs over WinRS: pywinrm's own wire to the lab's endpoint, one held process, everything on standard input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lab_host import LIBRARY, PASSWORD, LabHost

from zdm_automate.errors import (
    AuthenticationError,
    CallTimeoutError,
    InputError,
    NotFoundError,
    OutcomeUnknownError,
    QuotaError,
    UnreachableError,
    ZdmError,
)
from zdm_automate.lab.endpoint.faults import Fault
from zdm_automate.lab.endpoint.quotas import WINRM_2, Quotas
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession

Start = Callable[..., LabHost]
SET = {"name": "DNS", "start_mode": "Manual", "state": "Running"}


def session(host: LabHost, transport: Any = None) -> HostSession:
    now = host.keeper.now
    made = HostSession(transport or host.winrs(), LIBRARY, now=now)
    made.connect()
    return made


def test_a_session_says_how_the_host_is_reached(lab_host: Start) -> None:
    """The same facts as by any other way, the transport and the mechanism beside them."""
    said = session(lab_host()).describe()

    assert (said["transport"], said["auth"], said["ps_version"]) == ("winrs", "ntlm", "5.1.20348.1")


@pytest.mark.parametrize(("auth", "tls"), [("negotiate", False), ("ntlm", True), ("basic", True)])
def test_every_mechanism_works(lab_host: Start, auth: str, *, tls: bool) -> None:
    """NTLM with sealed messages over HTTP, and both over HTTPS with a pinned certificate."""
    host = lab_host(tls=tls)

    assert session(host, host.winrs(auth=auth)).read("Get-ZdmService", name=["DNS"]).facts


@pytest.mark.parametrize("verb", sorted(name for name in LIBRARY if not LIBRARY[name].parameters or name == "Get-ZdmService"))
def test_a_reader_gives_the_same_facts_by_both_ways(lab_host: Start, verb: str) -> None:
    """Whatever PSRP brings, or refuses, WinRS brings or refuses too."""
    host = lab_host()

    def outcome(transport: Any) -> Any:
        try:
            return session(host, transport).read(verb).facts
        except ZdmError as problem:
            return type(problem), problem.error_id, problem.message

    first, second = outcome(host.psrp()), outcome(host.winrs())

    assert still(second) == still(first)


def still(outcome: Any) -> Any:
    """Facts without what moves by itself."""
    if not isinstance(outcome, tuple) or not outcome or not hasattr(outcome[0], "volatile"):
        return outcome
    return [{n: getattr(f, n) for n in f.__dataclass_fields__ if n not in f.volatile} for f in outcome if not f.transient]


def test_an_applier_changes_and_errors_have_their_classes(lab_host: Start) -> None:
    """One change record, then no change; a verb's own error is what it is over PSRP."""
    opened = session(lab_host())

    assert opened.change("Set-ZdmServiceState", **SET).changed is True
    assert opened.change("Set-ZdmServiceState", **SET).changed is False
    with pytest.raises(NotFoundError):
        opened.change("Set-ZdmServiceState", **SET | {"name": "NoSuchService"})


def test_nothing_of_a_call_is_on_the_command_line(lab_host: Start) -> None:
    """One line for a whole session, always the same; what is asked for comes by standard input."""
    host = lab_host()
    opened = session(host)
    opened.read("Get-ZdmService", name=["DNS"])
    opened.change("Set-ZdmServiceState", **SET)

    assert len(host.asked) == 1
    assert host.asked[0].startswith("powershell.exe -NoLogo")
    assert len(host.asked[0]) < 500
    assert not [word for word in ("DNS", "Get-ZdmService", "Manual", PASSWORD) if word in host.asked[0]]


def test_a_step_takes_two_requests(lab_host: Start) -> None:
    """One to ask, one to hear: no new connection, shell or process."""
    opened = session(lab_host())
    opened.read("Get-ZdmService", name=["DNS"])

    assert opened.read("Get-ZdmService", name=["DNS"]).requests == 2
    assert opened.requests < 12


def test_a_large_argument_goes_in_pieces_below_the_old_envelope(lab_host: Start) -> None:
    """150 KB is what WinRM 2.0 takes; more is sent in several messages."""
    host = lab_host(quotas=WINRM_2)
    opened = session(host)
    names = [f"Service-{number:05}" for number in range(9000)]

    found = opened.read("Get-ZdmService", name=["DNS", *names]).facts

    assert [fact.label() for fact in found] == ["DNS"]
    assert host.endpoint.requests["Send"] > 4


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
@pytest.mark.parametrize("action", ["Send", "Receive"])
def test_a_change_whose_answer_is_lost_is_unknown_and_made_once(lab_host: Start, fault: str, action: str) -> None:
    """Never sent a second time by itself, whenever the line breaks."""
    host = lab_host()
    opened = session(host)
    host.faults.add(Fault(kind=fault, action=action))

    with pytest.raises(OutcomeUnknownError):
        opened.change("Set-ZdmServiceState", **SET)
    assert opened.change("Set-ZdmServiceState", **SET).changed is (fault == "drop-before" and action == "Send")


def test_a_reader_is_made_again_over_a_new_shell(lab_host: Start) -> None:
    """Reading twice is reading once."""
    host = lab_host()
    opened = session(host)
    host.faults.add(Fault(kind="drop-after", action="Send"))

    assert opened.read("Get-ZdmService", name=["DNS"]).facts
    assert host.endpoint.requests["Create"] == 2


def test_a_call_that_takes_too_long_ends_in_time(lab_host: Start) -> None:
    """The caller waits as long as agreed, and the shell is removed by another connection."""
    host = lab_host()
    transport = host.winrs()
    transport.open()
    host.faults.add(Fault(kind="delay", action="Receive", seconds=30))

    with pytest.raises(CallTimeoutError):
        transport.call(LIBRARY.script("Get-ZdmService").text, {}, timeout=1.0, repeatable=True)
    assert [shell for shell in host.endpoint.shells if not shell.disconnected] == []


def test_a_wrong_password_is_told(lab_host: Start) -> None:
    """As over PSRP."""
    host = lab_host()

    with pytest.raises(AuthenticationError, match="user name or password"):
        host.winrs(credential=Credential("TINY\\Administrator", Secret("wrong-one"))).open()


def test_a_full_quota_is_told(lab_host: Start) -> None:
    """Five shells and no more on an old host."""
    host = lab_host(quotas=Quotas(shells_per_user=2))
    held = [host.winrs(), host.winrs()]
    for transport in held:
        transport.open()

    with pytest.raises(QuotaError, match="too many open shells"):
        host.winrs().open()


def test_nobody_there_is_told(lab_host: Start) -> None:
    """No connection to the port."""
    host = lab_host()
    host.listener.stop()

    with pytest.raises(UnreachableError):
        host.winrs().open()


def test_a_host_where_the_agent_cannot_run_is_told_with_its_words(lab_host: Start) -> None:
    """What the process said before it ended is in the sentence."""
    host = lab_host()

    with pytest.raises(UnreachableError, match="ended with 1 before it answered: The lab's engine"):
        host.winrs(agent="'something else'").open()


def test_a_way_to_log_on_that_is_not_there_is_refused_with_a_sentence(lab_host: Start) -> None:
    """Before anything is sent."""
    with pytest.raises(InputError, match="over WinRS the logon is negotiate or ntlm or kerberos or basic, not credssp"):
        lab_host().winrs(auth="credssp")


def test_a_logon_that_the_host_forgets_is_made_anew_on_another_line(lab_host: Start) -> None:
    """A message sealed for the old logon was not taken and cannot go out under another; so even a change is sealed anew."""
    host = lab_host()
    opened = session(host)
    host.faults.add(Fault(kind="401", action="Send"))
    assert opened.read("Get-ZdmService", name=["DNS"]).facts

    host.faults.add(Fault(kind="401", action="Send"))
    assert opened.change("Set-ZdmServiceState", **SET).changed is True


def test_a_value_that_cannot_be_sent_is_refused_before_anything_is(lab_host: Start) -> None:
    """Bytes have no form there."""
    host = lab_host()

    with pytest.raises(InputError, match="cannot be sent"):
        host.winrs().call("'x'", {"Value": b"x"}, timeout=5, repeatable=True)
    assert host.endpoint.requests == {}


def test_a_shell_that_is_gone_is_opened_again_for_a_reader(lab_host: Start) -> None:
    """Idle limit, restart of WinRM: the next reader gets a new one; a change that was not taken too."""
    host = lab_host()
    opened = session(host)
    host.endpoint.close()

    assert opened.read("Get-ZdmService", name=["DNS"]).facts
    host.endpoint.close()
    assert opened.change("Set-ZdmServiceState", **SET).changed is True
