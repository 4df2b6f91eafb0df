"""The `/PowerShell` endpoint: commands of the version and nothing else, eighteen sessions, every script counted and refused."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mail_lab import SPECS, Wire, guid_of, org_of

from zdm_automate.errors import (
    AlreadyExistsError,
    NotFoundError,
    PreconditionError,
    QuotaError,
    UnsupportedError,
    VerbError,
    WrongHostError,
)
from zdm_automate.facts.mail import Mailbox, MailboxMove
from zdm_automate.mail.versions import Exchange
from zdm_automate.transport.psrp import PsrpTransport

SPECS_NEW = SPECS["New-ZdmMailboxMove"]


@pytest.fixture(params=["sim", pytest.param("pwsh", marks=pytest.mark.pwsh)])
def wire(request: pytest.FixtureRequest, tmp_path: Path, ending: ExitStack) -> Wire:
    """In both engines: models in Python, and real PowerShell in no-language mode."""
    return Wire(tmp_path, ending, engine=request.param)


def test_a_session_knows_server_version_and_domain(wire: Wire, ending: ExitStack) -> None:
    """By commands alone: no script was sent."""
    session = wire.session()
    ending.callback(session.close)
    info = session.connect()

    assert (info.host, info.version, info.domain) == ("EX16", Exchange.V2016, "corp.example.net")
    assert wire.exchange.scripts == 0


def test_another_server_than_the_one_meant_is_refused(wire: Wire) -> None:
    """And the session is closed again."""
    with pytest.raises(WrongHostError, match="has no server EX19"):
        wire.session("EX19").connect()

    assert wire.exchange.endpoint.shells == []


def test_a_pipeline_of_two_commands_tells_of_all_requests(wire: Wire, ending: ExitStack) -> None:
    """Times, sizes and flags arrive as facts; the reader is one pipeline of two commands."""
    session = wire.session()
    ending.callback(session.close)
    session.connect()
    anna, bob = guid_of(wire.keeper, "pilot1"), guid_of(wire.keeper, "pilot2")
    later = datetime(2026, 3, 6, 18, tzinfo=UTC)
    for guid, moment in ((anna, None), (bob, later)):
        record = session.change(
            "New-ZdmMailboxMove",
            identity=guid,
            target_database="DB16-A",
            batch_name="SR-1",
            bad_item_limit=0,
            complete_after=moment,
        )
        assert record.changed
    before = session.commands
    found = session.read("Get-ZdmMailboxMove").facts

    assert session.commands - before == 2
    assert [(one.name, one.held, one.complete_after) for one in found if isinstance(one, MailboxMove)] == [
        ("pilot1", True, ""),
        ("pilot2", False, "2026-03-06T18:00:00+00:00"),
    ]
    assert wire.exchange.scripts == 0


def test_umlauts_and_apostrophes_arrive_as_they_are(wire: Wire, ending: ExitStack) -> None:
    """Names of all mailboxes."""
    session = wire.session()
    ending.callback(session.close)
    session.connect()
    found = {one.guid: one.name for one in session.read("Get-ZdmMailbox").facts if isinstance(one, Mailbox)}

    assert found == {one.guid: one.name for one in org_of(wire.keeper).mailboxes.values() if one.kind != "ArbitrationMailbox"}
    assert any("ü" in name for name in found.values())
    assert any("'" in name for name in found.values())


def test_a_script_is_refused_and_counted(wire: Wire, ending: ExitStack) -> None:
    """With the words of a runspace in no-language mode."""
    transport = PsrpTransport(wire.target(), prelude="")
    ending.callback(transport.close)
    transport.open()
    reply = transport.call("Get-Mailbox | Where-Object { $_.Name }", {}, timeout=20, repeatable=True)

    assert reply.errors[0].error_id == "ScriptsNotAllowed"
    assert wire.exchange.scripts == 1


def test_the_nineteenth_session_is_refused(tmp_path: Path, ending: ExitStack) -> None:
    """The throttling policy allows eighteen; after one was closed there is room again."""
    wire = Wire(tmp_path, ending)
    opened = []
    for _ in range(18):
        transport = PsrpTransport(wire.target())
        ending.callback(transport.close)
        transport.open()
        opened.append(transport)
    late = wire.session()
    ending.callback(late.close)
    with pytest.raises(QuotaError):
        late.connect()
    opened[0].close()

    assert late.connect().host == "EX16"
    assert len(wire.exchange.endpoint.shells) == 18


def test_a_session_closes_what_it_opened(wire: Wire) -> None:
    """One session while it is open, none afterwards."""
    session = wire.session()
    session.connect()
    assert len(wire.exchange.endpoint.shells) == 1
    session.close()

    assert wire.exchange.endpoint.shells == []


def test_what_a_version_does_not_have_is_refused_by_the_world(wire: Wire, ending: ExitStack) -> None:
    """A cmdlet of another version, a parameter of another version, a misspelt one, a prompt."""
    transport = PsrpTransport(wire.target())
    ending.callback(transport.close)
    transport.open()

    def error(name: str, **parameters: object) -> str:
        reply = transport.commands([(name, parameters)], timeout=20, repeatable=True)
        return reply.errors[0].error_id.partition(",")[0]

    assert error("Get-Mailboxx") == "CommandNotFoundException"
    assert error("Get-MailboxDatabase", IncludePreExchange2010=True) == "NamedParameterNotFound"
    assert error("Get-MailboxDatabase", Statuss=True) == "NamedParameterNotFound"
    assert error("Remove-MoveRequest", Identity="anna") == "InvalidOperation"
    assert error("New-MoveRequest", TargetDatabase="DB16-A") == "MissingMandatoryParameter"
    assert error("Get-TransportRule") == "NotModelled"


def test_what_exchange_says_no_with_becomes_an_error_of_its_own(wire: Wire, ending: ExitStack) -> None:
    """By the exception's name; the number in the id moves."""
    session = wire.session()
    ending.callback(session.close)
    session.connect()
    anna = guid_of(wire.keeper, "pilot1")
    with pytest.raises(NotFoundError):
        session.read("Get-ZdmMailboxMoveReport", identity=anna)
    with pytest.raises(NotFoundError, match="Couldn't find database"):
        session.change("New-ZdmMailboxMove", identity=anna, target_database="DB99", batch_name="x", bad_item_limit=0)
    session.change("New-ZdmMailboxMove", identity=anna, target_database="DB16-A", batch_name="x", bad_item_limit=0)
    with pytest.raises(PreconditionError, match="already being moved to DB16-A"):
        session.change("New-ZdmMailboxMove", identity=anna, target_database="DB16-B", batch_name="x", bad_item_limit=0)
    with pytest.raises(AlreadyExistsError):
        session._send(  # noqa: SLF001 - past the look before, as a second technician would come
            SPECS_NEW.commands(
                Exchange.V2016, {"identity": anna, "target_database": "DB16-B", "batch_name": "x", "bad_item_limit": 0}
            ),
            repeatable=False,
        )
    with pytest.raises(UnsupportedError):
        session.read("Get-ZdmTransportRule")
    with pytest.raises(VerbError):
        session.change("New-ZdmMailboxMove", identity=anna, target_database="DB10", batch_name="x", bad_item_limit=0)


def test_urls_are_set_and_emptied_by_the_name_of_the_service(wire: Wire, ending: ExitStack) -> None:
    """One call sets both addresses; an empty one is emptied on purpose; one that is not there is refused before."""
    session = wire.session()
    ending.callback(session.close)
    session.connect()
    name = "EX16\\EWS (Default Web Site)"
    made = session.change("Set-ZdmWebServicesUrl", identity=name, internal_url="https://a/EWS", external_url=None)
    again = session.change("Set-ZdmWebServicesUrl", identity=name, internal_url="https://a/EWS", external_url=None)
    with pytest.raises(PreconditionError, match="there is no EX99"):
        session.change("Set-ZdmOwaUrl", identity="EX99\\owa (Default Web Site)", internal_url="https://a/", external_url=None)

    assert (made.after["InternalUrl"], made.after["ExternalUrl"]) == ("https://a/EWS", "")
    assert not again.changed


def test_a_change_that_is_so_already_is_none(wire: Wire, ending: ExitStack) -> None:
    """A request for the same target is not made twice, nothing is removed twice, nothing is pointed twice."""
    session = wire.session()
    ending.callback(session.close)
    session.connect()
    anna = guid_of(wire.keeper, "pilot1")
    move = {"identity": anna, "target_database": "DB16-A", "batch_name": "x", "bad_item_limit": 0}

    made = [session.change("New-ZdmMailboxMove", **move).changed for _ in range(2)]
    gone = [session.change("Remove-ZdmMailboxMove", identity=anna).changed for _ in range(2)]
    pointed = [session.change("Set-ZdmScp", server="EX16", uri="https://m.corp.example.net/").changed for _ in range(2)]
    emptied = session.change("Set-ZdmScp", server="EX16", uri=None)

    assert made == gone == pointed == [True, False]
    assert (emptied.before["Uri"], emptied.after["Uri"]) == ("https://m.corp.example.net/", "")
