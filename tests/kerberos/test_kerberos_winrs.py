"""Kerberos over WinRS, with tickets of a real KDC: the mechanism used, what is refused, and the sentence of each failure."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from kdc import HOST, PASSWORD, REALM, USER, Kdc

sys.path.append(str(Path(__file__).parent.parent / "transport"))
from lab_host import LIBRARY, LabHost

from zdm_automate.errors import AuthenticationError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.session import HostSession
from zdm_automate.transport.base import Auth
from zdm_automate.transport.winrs import WinrsTransport

Reach = Callable[..., WinrsTransport]


@pytest.fixture
def hosts(tmp_path: Path, kdc: Kdc) -> Iterator[Callable[..., LabHost]]:
    """Lab hosts in the realm; they end with the test."""
    with ExitStack() as ending:

        def start(**own: Any) -> LabHost:
            folder = tmp_path / f"lab-host-{len(list(tmp_path.glob('lab-host-*')))}"
            folder.mkdir()
            return LabHost(folder, ending, keytab=kdc.keytab, **own)

        yield start


@pytest.fixture
def reach(hosts: Callable[..., LabHost]) -> Reach:
    """Makes transports to a host in the realm."""

    def start(
        user: str = f"TINY\\{USER}", password: str = PASSWORD, *, kerberos_only: bool = False, tls: bool = False, **own: Any
    ) -> WinrsTransport:
        known: dict[str, Any] = {"spn_host": HOST, "auth": "kerberos", "credential": Credential(user, Secret(password))}
        return hosts(kerberos_only=kerberos_only, tls=tls).winrs(**known | own)

    return start


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("kerberos_only", [False, True])
def test_a_ticket_opens_a_session(hosts: Callable[..., LabHost], *, tls: bool, kerberos_only: bool) -> None:
    """In sealed messages or over TLS, whether the host offers Negotiate or Kerberos; the journal gets the mechanism."""
    host = hosts(tls=tls, kerberos_only=kerberos_only)
    session = HostSession(host.winrs(spn_host=HOST, auth="kerberos"), LIBRARY, now=host.keeper.now)
    info = session.connect()

    assert (info.described()["transport"], info.described()["auth"]) == ("winrs", "kerberos")
    assert session.read("Get-ZdmService", name=["DNS"]).facts
    assert session.change("Set-ZdmServiceState", name="DNS", start_mode="Manual", state="Running").changed is True


def test_a_ticket_that_is_there_needs_no_password(reach: Reach, kdc: Kdc) -> None:
    """What kinit got is used as it is."""
    kdc.ticket(USER, PASSWORD)
    transport = reach(password="")
    transport.open()

    assert transport.auth_used == "kerberos"


def test_negotiate_says_which_mechanism_it_took(reach: Reach) -> None:
    """Kerberos where there is a ticket to be had, NTLM otherwise."""
    with_realm, without = reach(f"{USER}@{REALM}", auth="negotiate"), reach(auth="negotiate", spn_host="unknown.example.org")
    with_realm.open()
    without.open()

    assert (with_realm.auth_used, without.auth_used) == ("kerberos", "ntlm")


@pytest.mark.parametrize(
    ("auth", "said"),
    [("ntlm", "offers only another way to log on"), ("basic", "does not accept the user name or password")],
)
def test_a_host_that_requires_kerberos_takes_nothing_else(reach: Reach, auth: Auth, said: str) -> None:
    """The same password by NTLM or Basic is refused."""
    with pytest.raises(AuthenticationError, match=said):
        reach(auth=auth, kerberos_only=True, tls=True).open()


def test_negotiate_without_a_ticket_does_not_get_into_such_a_host(reach: Reach) -> None:
    """The host offers Kerberos alone, and there is no ticket."""
    with pytest.raises(AuthenticationError):
        reach(auth="negotiate", kerberos_only=True, spn_host="unknown.example.org").open()


def test_where_kerberos_is_required_the_product_never_sends_ntlm(hosts: Callable[..., LabHost], kdc: Kdc) -> None:
    """The host has not the key for the ticket and would take NTLM: the right password is not tried that way."""
    kdc.add_service("host/other.tiny.example.org")
    host = hosts()
    transport = host.winrs(spn_host="other.tiny.example.org", auth="kerberos")
    kdc.keytab.unlink()

    with pytest.raises(AuthenticationError):
        transport.open()
    assert transport.auth_used == ""
    assert host.endpoint.requests == {}


SENTENCES = [
    ({"password": "wrong-password"}, "does not accept the user name or password"),
    ({"user": "nobody"}, f"the domain does not know the account. (nobody@{REALM})"),
    ({"spn_host": "old.tiny.example.org"}, f"no such service principal. (host/old.tiny.example.org@{REALM})"),
    ({"spn_service": "WSMAN"}, f"no such service principal. (WSMAN/{HOST}@{REALM})"),
    ({"password": ""}, "there is no Kerberos ticket for the account"),
]


@pytest.mark.parametrize(("own", "said"), SENTENCES, ids=["password", "account", "host", "service", "no ticket"])
def test_each_failure_has_its_own_sentence(reach: Reach, own: dict[str, Any], said: str) -> None:
    """The same as over PSRP, with the principal it is about and what to do next."""
    with pytest.raises(AuthenticationError) as caught:
        reach(**own).open()

    assert said in str(caught.value)
    assert caught.value.hint
    assert PASSWORD not in str(caught.value)


def test_an_expired_ticket_is_told(reach: Reach, kdc: Kdc) -> None:
    """It was good for a second."""
    kdc.ticket(USER, PASSWORD, "-l", "1s")
    time.sleep(2.1)  # a ticket ends by the clock of the KDC, which is this computer's

    with pytest.raises(AuthenticationError, match="the Kerberos ticket has expired"):
        reach(password="").open()


def test_clocks_that_differ_are_told(reach: Reach, kdc: Kdc) -> None:
    """The host refuses the ticket and says why, in the token of its refusal."""
    kdc.stop()
    kdc.start("+10m")

    with pytest.raises(AuthenticationError, match="clocks differ by more than 5 minutes"):
        reach().open()


def test_a_ticket_for_another_key_is_told(reach: Reach, kdc: Kdc) -> None:
    """The host was joined again: the KDC has a new key, the keytab the old one."""
    kdc.run("kadmin.local", "cpw", "-randkey", f"host/{HOST}")

    with pytest.raises(AuthenticationError, match="for another machine than the one that answered"):
        reach().open()
