"""Which way to a host is taken, and why; endpoints that take commands only; shells that were left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lab_host import LIBRARY, USER, LabHost

from zdm_automate.errors import AuthenticationError, InputError, QuotaError, RestrictedLanguageError, UnreachableError
from zdm_automate.lab.commands_only import CommandsOnly
from zdm_automate.lab.endpoint.quotas import WINRM_2
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Shell
from zdm_automate.transport.psrp import end_shell, service_state
from zdm_automate.transport.ways import WaysTransport

Start = Callable[..., LabHost]


def both(host: LabHost, **own: object) -> WaysTransport:
    return WaysTransport(host.target(**own), [("psrp", lambda: host.psrp(**own)), ("winrs", lambda: host.winrs(**own))])


def test_powershell_remoting_is_taken_where_it_is_there(lab_host: Start) -> None:
    """The first way that opens is the way."""
    host = lab_host()
    way = both(host)
    way.open()

    assert (way.name, way.why, host.asked) == ("psrp", "", [])
    way.close()


def test_winrs_is_taken_where_remoting_is_missing_and_says_why(lab_host: Start) -> None:
    """WinRM answers that it has no such endpoint: that is no dead host."""
    way = both(lab_host(configurations=()))
    way.open()

    assert way.name == "winrs"
    assert way.why.startswith("psrp: ")
    assert way.call(LIBRARY.script("Get-ZdmService").text, {"Name": ["DNS"]}, timeout=20, repeatable=True).output
    assert way.auth_used == "ntlm"
    way.close()


def test_a_refused_account_is_not_tried_another_way(lab_host: Start) -> None:
    """A second try would only bring the account nearer to its lock-out."""
    host = lab_host()
    wrong = Credential("TINY\\Administrator", Secret("wrong-one"))

    with pytest.raises(AuthenticationError):
        both(host, credential=wrong).open()
    assert host.asked == []
    assert host.endpoint.requests == {}


def test_a_dead_host_is_not_tried_another_way(lab_host: Start) -> None:
    """Nobody answers on the port: the other way has the same port."""
    host = lab_host()
    host.listener.stop()

    with pytest.raises(UnreachableError, match="no connection"):
        both(host).open()


def test_a_call_opens_the_way(lab_host: Start) -> None:
    """As with every transport."""
    way = both(lab_host())

    assert way.call(LIBRARY.script("Get-ZdmService").text, {"Name": ["DNS"]}, timeout=20, repeatable=True).output
    way.close()


def test_a_host_without_any_way_is_told(lab_host: Start) -> None:
    """An empty list is a mistake of the caller."""
    with pytest.raises(InputError, match="no way"):
        WaysTransport(lab_host().target(), []).open()


def test_no_script_is_sent_to_an_endpoint_that_takes_commands_only(lab_host: Start) -> None:
    """It is found out by a command; the endpoint has counted no script, by either way."""
    host = lab_host(engine=lambda _sim: CommandsOnly(), programs=False)

    with pytest.raises(RestrictedLanguageError, match=r"takes commands only .* no script was sent to it"):
        both(host).open()
    assert host.scripts == 0
    assert host.endpoint.requests["Command"] == 1


def test_such_an_endpoint_refuses_and_counts_scripts_as_windows_does(lab_host: Start) -> None:
    """The counter is no decoration: without the question before it, the prelude is refused, and counted."""
    host = lab_host(engine=lambda _sim: CommandsOnly())
    transport = host.psrp()
    transport._name = "NEW"  # as if it had been open before  # noqa: SLF001

    with pytest.raises(RestrictedLanguageError, match="syntax is not supported by this runspace"):
        transport.open()
    assert host.scripts == 1


def test_commands_are_answered_there(lab_host: Start) -> None:
    """Command name and parameters as data; one that is not visible is not found."""
    host = lab_host(engine=lambda _sim: CommandsOnly())
    transport = host.psrp()
    transport._prelude = ""  # noqa: SLF001 - the product opens no such endpoint for verbs

    shown = transport.commands([("Get-Command", {"Name": "Select-Object"})], timeout=20, repeatable=True)
    hidden = transport.commands([("Restart-Computer", {})], timeout=20, repeatable=True)

    assert shown.output[0]["Name"] == "Select-Object"
    assert hidden.errors[0].error_id == "CommandNotFoundException"


def test_shells_that_were_left_behind_are_listed_and_ended(lab_host: Start) -> None:
    """Five are allowed and five are left: no session; without them there is one again."""
    host = lab_host(quotas=WINRM_2)
    host.endpoint.leave_behind(f"TINY\\{USER}", 5)
    with pytest.raises(QuotaError, match="too many open shells"):
        host.psrp().open()

    found = service_state(host.target())[1]
    assert {shell.owner for shell in found} == {f"TINY\\{USER}"}
    assert len(found) == 5
    for shell in found:
        end_shell(host.target(), shell)

    assert service_state(host.target())[1] == ()
    assert host.psrp().open().output


def test_a_shell_of_others_is_neither_seen_nor_ended(lab_host: Start) -> None:
    """WinRM shows each account its own."""
    host = lab_host()
    host.endpoint.leave_behind("TINY\\Somebody", 1)
    there = Shell(id=host.endpoint.shells[0].id, resource=host.endpoint.shells[0].resource)

    assert service_state(host.target())[1] == ()
    with pytest.raises(Exception, match="the remote shell is gone"):
        end_shell(host.target(), there)
    assert len(host.endpoint.shells) == 1


def test_the_quotas_are_read_from_the_host(lab_host: Start) -> None:
    """What the documentation says and what a host has are two things."""
    found = service_state(lab_host(quotas=WINRM_2).target())[0]

    assert (found["MaxShellsPerUser"], found["MaxEnvelopeSizekb"], found["IdleTimeout"]) == ("5", "150", "180000")


def test_a_question_to_a_dead_host_has_its_sentence(lab_host: Start) -> None:
    """As any other failure."""
    host = lab_host()
    host.listener.stop()

    with pytest.raises(UnreachableError, match="no connection"):
        service_state(host.target())
