"""`zdm check` looks at the endpoint of Exchange: what a good one shows, and for each fault its cause and the next action."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from mail_lab import SPECS, Wire, keeper_of, session

sys.path.append(str(Path(__file__).parent.parent / "transport"))
from lab_host import LabHost

from zdm_automate.errors import UnsupportedError, ZdmError
from zdm_automate.mail_checkup import MailFindings, MailPatient, look_at_mail
from zdm_automate.mail_session import ExchangeSession
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport.base import Target
from zdm_automate.transport.probe import Probe, probe
from zdm_automate.transport.psrp import PsrpTransport


def look(wire: Wire, **own: Any) -> MailFindings:
    """The endpoint looked at by the product's own means."""
    target = replace(wire.target(), connect_seconds=3, **own)
    return look_at_mail(
        MailPatient(target=target, session=ExchangeSession(PsrpTransport(target), SPECS, now=wire.keeper.now), probe=probe)
    )


def said(found: MailFindings) -> dict[str, tuple[str, str]]:
    return {name.removeprefix("Exchange "): (value, action) for name, value, action in found.rows}


def test_a_good_endpoint_is_told_whole_and_left_as_it_was(wire: Wire) -> None:
    """Port, logon, way, server and version; commands alone were sent, and no session stays open."""
    found = look(wire)
    rows = said(found)

    assert found.problem is None
    assert rows["port"][0].endswith("/PowerShell: open")
    assert rows["server"][0].startswith("EX16, Exchange 2016")
    assert rows["move requests"] == ("0", "")
    assert "by Kerberos" in rows["way"][1]
    assert wire.exchange.scripts == 0
    assert wire.exchange.endpoint.shells == []


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        return int(made.getsockname()[1])


def test_each_fault_has_its_cause_and_its_next_action(wire: Wire, tmp_path: Path, ending: ExitStack) -> None:
    """A closed port, a wrong password, another server, WinRM's own endpoint in its place."""
    folder = tmp_path / "winrm"
    folder.mkdir()
    winrm = LabHost(folder, ending).target()
    faults: dict[str, tuple[dict[str, Any], str]] = {
        "port": ({"port": closed_port()}, "its port 80"),
        "password": ({"credential": Credential("CORP\\x", Secret("wrong"))}, "ticket for HTTP/"),
        "server": ({"host": "EX99"}, "address of the Exchange server of that name"),
        "winrm": (
            {"port": winrm.port, "credential": winrm.credential, "path": "wsman"},
            "WinRM's own endpoint and not that of Exchange",
        ),
    }
    found = {name: look(wire, **own) for name, (own, _) in faults.items()}
    hints = {name: one.problem.hint if one.problem is not None else "" for name, one in found.items()}

    assert {name: words in hints[name] for name, (_, words) in faults.items()} == dict.fromkeys(faults, True)
    assert {name: said(one)["session"][1] for name, one in found.items()} == hints
    assert wire.exchange.endpoint.shells == []


def test_sessions_that_are_all_taken_are_told(tmp_path: Path, ending: ExitStack) -> None:
    """The limit is the account's, on that server."""
    wire = Wire(tmp_path, ending, limit=1)
    held = PsrpTransport(wire.target())
    ending.callback(held.close)
    held.open()
    found = look(wire)

    assert found.problem is not None
    assert "18 sessions on a server" in found.problem.hint


class Roleless(ExchangeSession):
    """A session whose account may not see move requests."""

    def read(self, verb: str, /, **params: Any) -> Any:
        if verb == "Get-ZdmMailboxMove":
            raise UnsupportedError("Get-MoveRequest is not there for this account.")
        return super().read(verb, **params)


def answered(offered: tuple[str, ...], asked: ExchangeSession, auth: str = "kerberos") -> MailFindings:
    """What is found where the endpoint offers these mechanisms."""
    target = Target(host="EX16", address="ex16.corp.example.net", ssl=False, port=80, auth=auth)  # type: ignore[arg-type]
    seen = Probe(addresses=("192.0.2.1",), port="open", offered=offered)
    return look_at_mail(MailPatient(target=target, session=asked, probe=lambda _target: seen))


def test_an_endpoint_without_windows_authentication_and_an_account_without_a_role_are_told() -> None:
    """Both leave a session possible, and neither is passed over."""
    made = session(keeper_of())
    made.__class__ = Roleless
    rows = said(answered(("Basic",), made))

    assert "Windows authentication" in rows["logon offered"][1]
    assert "Move Mailboxes" in rows["move requests"][1]
    assert said(answered(("Negotiate",), session(keeper_of())))["logon offered"] == ("Negotiate", "")


def test_a_trouble_of_another_kind_keeps_its_own_words() -> None:
    """What nobody foresaw is told as it came, with a place to look."""

    class Odd(ExchangeSession):
        def connect(self) -> Any:
            raise ZdmError("something odd")

    made = session(keeper_of())
    made.__class__ = Odd
    found = answered(("Negotiate",), made)

    assert str(found.problem) == "something odd. Look in its event log."
