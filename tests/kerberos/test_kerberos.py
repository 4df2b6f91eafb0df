"""Kerberos from the product to the endpoint, with tickets of a real KDC; every way to fail says its own sentence."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from kdc import HOST, PASSWORD, REALM, USER, Kdc

from zdm_automate.errors import AuthenticationError, InputError
from zdm_automate.lab.endpoint.accounts import Accounts
from zdm_automate.lab.endpoint.engine import Emitter, Invocation
from zdm_automate.lab.endpoint.http import Listener
from zdm_automate.lab.endpoint.psrp import PsrpBackend
from zdm_automate.lab.endpoint.service import Endpoint
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Auth, Target
from zdm_automate.transport.fault_table import LOGON_TEXT
from zdm_automate.transport.psrp import PsrpTransport

Connect = Callable[..., PsrpTransport]


class Echo:
    """An engine that gives back the text and who asked."""

    def run(self, host: str, invocation: Invocation, emit: Emitter, stopped: Event) -> None:
        emit.output({"ComputerName": host, "Text": invocation.commands[0].text, "User": invocation.user})


@pytest.fixture
def connect(accounts: Accounts) -> Iterator[Connect]:
    """Makes transports to an endpoint in the realm; everything ends with the test."""
    with ExitStack() as ending:

        def start(
            user: str = f"TINY\\{USER}",
            password: str = PASSWORD,
            *,
            auth: Auth = "kerberos",
            kerberos_only: bool = False,
            **own: Any,
        ) -> PsrpTransport:
            def inside(who: str, configuration: str) -> PsrpBackend:
                return PsrpBackend(Echo(), "NEW", user=who, configuration=configuration)

            endpoint = Endpoint("NEW", inside)
            listener = Listener(endpoint.handle, accounts, kerberos_only=kerberos_only)
            listener.start()
            ending.callback(listener.stop)
            ending.callback(endpoint.close)
            known: dict[str, Any] = {"host": "NEW", "address": "127.0.0.1", "spn_host": HOST, "ssl": False, "auth": auth}
            target = Target(**known | own, port=listener.port, credential=Credential(user, Secret(password)))
            made = PsrpTransport(target)
            ending.callback(made.close)
            return made

        yield start


def asked(transport: PsrpTransport) -> Any:
    """Who the endpoint says has asked, over sealed messages."""
    transport.open()
    return transport.call("hello", {}, timeout=20, repeatable=True).output[0]


@pytest.mark.parametrize("user", [f"TINY\\{USER}", USER, f"{USER}@tiny.example.org", f"{USER}@{REALM}"])
def test_a_password_gets_a_ticket(connect: Connect, user: str) -> None:
    """In every shape of the name; the endpoint knows the account, the transport knows the mechanism."""
    transport = connect(user)

    assert asked(transport) == {"ComputerName": "NEW", "Text": "hello", "User": f"TINY\\{USER}"}
    assert transport.auth_used == "kerberos"


def test_a_ticket_that_is_there_needs_no_password(connect: Connect, kdc: Kdc) -> None:
    """What kinit got is used as it is."""
    kdc.ticket(USER, PASSWORD)

    assert asked(connect(password=""))["User"] == f"TINY\\{USER}"


def test_negotiate_says_which_mechanism_it_took(connect: Connect) -> None:
    """Kerberos where there is a ticket to be had, NTLM otherwise: the journal has the one that was really used."""
    with_realm, without = (
        connect(f"{USER}@{REALM}", auth="negotiate"),
        connect(auth="negotiate", spn_host="unknown.example.org"),
    )
    asked(with_realm)
    asked(without)

    assert (with_realm.auth_used, without.auth_used) == ("kerberos", "ntlm")


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_an_endpoint_that_requires_kerberos_takes_nothing_else(connect: Connect, auth: Auth) -> None:
    """The same password by NTLM or Basic is refused; by Kerberos it is taken."""
    assert asked(connect(kerberos_only=True))["User"] == f"TINY\\{USER}"

    with pytest.raises(AuthenticationError):
        connect(auth=auth, kerberos_only=True, basic_over_http=True).open()


def test_negotiate_without_a_ticket_does_not_get_into_such_an_endpoint(connect: Connect) -> None:
    """Within SPNEGO too NTLM is refused there."""
    with pytest.raises(AuthenticationError):
        connect(auth="negotiate", kerberos_only=True, spn_host="unknown.example.org").open()


def test_where_kerberos_is_required_the_product_never_sends_ntlm(connect: Connect, accounts: Accounts, kdc: Kdc) -> None:
    """An endpoint without the key refuses the ticket, and the right password is not tried another way."""
    kdc.add_service("host/other.tiny.example.org")
    accounts.offer_kerberos(kdc.folder / "no-keytab")

    transport = connect(spn_host="other.tiny.example.org")
    with pytest.raises(AuthenticationError):
        transport.open()
    assert transport.auth_used == ""


SENTENCES = [
    ({"password": "wrong-password"}, "does not accept the user name or password"),
    ({"user": "nobody"}, f"the domain does not know the account. (nobody@{REALM})"),
    ({"spn_host": "old.tiny.example.org"}, f"the domain knows no such service principal. (host/old.tiny.example.org@{REALM})"),
    ({"spn_service": "WSMAN"}, f"the domain knows no such service principal. (WSMAN/{HOST}@{REALM})"),
    ({"password": ""}, "there is no Kerberos ticket for the account"),
]


@pytest.mark.parametrize(("own", "said"), SENTENCES, ids=["password", "account", "host", "service", "no ticket"])
def test_each_failure_has_its_own_sentence(connect: Connect, own: dict[str, Any], said: str) -> None:
    """What is wrong, the principal it is about, and what to do next."""
    with pytest.raises(AuthenticationError) as caught:
        connect(**own).open()

    assert said in str(caught.value)
    assert caught.value.hint
    assert PASSWORD not in str(caught.value)


def test_a_service_name_can_be_chosen(connect: Connect, kdc: Kdc) -> None:
    """Where the directory knows the host under HTTP only."""
    kdc.add_service(f"HTTP/{HOST}")

    assert asked(connect(spn_service="HTTP"))["User"] == f"TINY\\{USER}"


def test_a_name_is_asked_for_not_an_address(kdc: Kdc) -> None:
    """Before anything is sent: Kerberos proves names."""
    with pytest.raises(InputError, match="Kerberos proves names, and 192.168.16.2 is an address"):
        Target(host="SBS", address="192.168.16.2", auth="kerberos")


def test_negotiate_with_an_address_asks_no_domain_controller() -> None:
    """By address there is nothing for Kerberos to prove; looking for a realm would cost seconds at every logon."""
    by_address = Target(host="SBS", address="192.168.16.2")
    by_name = Target(host="SBS", address="sbs.example.local")
    with_spn = Target(host="SBS", address="192.168.16.2", spn_host="sbs.example.local")

    assert [one.mechanism for one in (by_address, by_name, with_spn)] == ["ntlm", "negotiate", "negotiate"]


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_a_ticket_is_no_password_for_others(kdc: Kdc, auth: Auth) -> None:
    """`secret: ticket` goes with Kerberos."""
    with pytest.raises(InputError, match="needs a password"):
        Target(host="SBS", address="sbs.example.org", auth=auth, credential=Credential("x", Secret("")))


def test_an_expired_ticket_is_told(connect: Connect, kdc: Kdc) -> None:
    """It was good for a second."""
    kdc.ticket(USER, PASSWORD, "-l", "1s")
    time.sleep(2.1)  # a ticket ends by the clock of the KDC, which is this computer's

    with pytest.raises(AuthenticationError, match="the Kerberos ticket has expired"):
        connect(password="").open()


@pytest.mark.parametrize("offset", ["+10m", "-10m"])
def test_clocks_that_differ_are_told(connect: Connect, kdc: Kdc, offset: str) -> None:
    """The domain's clock is ten minutes off the host's: the host refuses the ticket and says why."""
    kdc.stop()
    kdc.start(offset)

    with pytest.raises(AuthenticationError, match=r"clocks differ by more than 5 minutes\. Set the clocks first"):
        connect().open()


def test_a_domain_without_controller_is_told(connect: Connect, kdc: Kdc) -> None:
    """Nobody answers on port 88."""
    kdc.stop()

    with pytest.raises(AuthenticationError, match="no domain controller answers for Kerberos"):
        connect().open()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-allow_tix",), "the account is disabled or locked out"),
        (("-expire", "yesterday"), "the account has expired"),
        (("-pwexpire", "yesterday"), "the account's password has expired"),
    ],
)
def test_an_account_that_cannot_log_on_is_told(connect: Connect, kdc: Kdc, options: tuple[str, ...], said: str) -> None:
    """Disabled, expired, password expired: three different sentences."""
    kdc.run("kadmin.local", "modprinc", *options, USER)

    with pytest.raises(AuthenticationError, match=said):
        connect().open()


def test_a_ticket_for_another_key_is_told(connect: Connect, kdc: Kdc) -> None:
    """The host was joined again: the KDC has a new key, the keytab the old one."""
    kdc.run("kadmin.local", "cpw", "-randkey", f"host/{HOST}")

    with pytest.raises(AuthenticationError, match="for another machine than the one that answered"):
        connect().open()


def test_no_common_encryption_is_told(connect: Connect, kdc: Kdc) -> None:
    """The realm has one kind of keys, this computer takes another: realms of 2003 are like that."""
    config = kdc.folder / "krb5.conf"
    config.write_text(config.read_text().replace("[libdefaults]\n", "[libdefaults]\npermitted_enctypes = aes128-cts\n"))
    kdc.run("kadmin.local", "cpw", "-e", "aes256-cts:normal", "-pw", PASSWORD, USER)

    with pytest.raises(AuthenticationError, match="no encryption type in common"):
        connect().open()


def test_another_way_than_the_one_asked_for_is_told(connect: Connect) -> None:
    """The host offers Kerberos alone and the project says NTLM."""
    with pytest.raises(AuthenticationError, match="offers only another way to log on than the project asks for"):
        connect(auth="ntlm", kerberos_only=True).open()


def test_a_computer_without_kerberos_is_told(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on one where `make kerberos` was not typed."""
    monkeypatch.setattr("spnego._gss.HAS_GSSAPI", False)
    monkeypatch.setattr("spnego._gss.GSSAPI_IMP_ERR", "No module named 'gssapi'", raising=False)

    with pytest.raises(AuthenticationError, match="Kerberos support is not installed here"):
        connect().open()


def test_every_row_about_logging_on_is_read_here() -> None:
    """Of each sentence of the table a part of several words is expected by a test of this module."""
    nodes = ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    wanted = [part for text in texts for part in text.replace("\\", "").split(". ") if part.count(" ") >= 3]
    unread = [fault.sentence for _, fault in LOGON_TEXT if not any(part.rstrip(".") in fault.sentence for part in wanted)]

    # this one is about a client without user and password, which the project file does not let through
    assert [sentence.rpartition(" usable ")[2] for sentence in unread] == ["credential."]
