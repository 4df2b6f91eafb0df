"""Where mail and Outlook go in the lab's world, and each cause for which they do not arrive, read by the specs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from mail_lab import HOST, change_org, guid_of, keeper_of, office, org_of, session

from zdm_automate.errors import NotFoundError, PreconditionError
from zdm_automate.facts.mail import MailConnector
from zdm_automate.facts.mail_service import MailQueue, MailReceived, MailTest, PublicFolderDatabase, PublicFolderState
from zdm_automate.lab.exchange.befall import befall
from zdm_automate.lab.keeper import Keeper
from zdm_automate.lab.world.mail import MailOrg
from zdm_automate.lab.world.mail_flow import Folder
from zdm_automate.mail_session import ExchangeSession

SCP = "https://mail.tiny.example.net/Autodiscover/Autodiscover.xml"


@pytest.fixture
def keeper() -> Keeper:
    """The smallest office with its mail."""
    return keeper_of(office("mailtiny").world)


@pytest.fixture
def asked(keeper: Keeper) -> ExchangeSession:
    return session(keeper)


def happens(keeper: Keeper, whom: str, what: str) -> None:
    keeper.with_world(lambda world: (befall(world, whom, what), None))


def at(keeper: Keeper, alias: str, database: str) -> None:
    """A mailbox lies in a database."""
    guid = guid_of(keeper, alias)
    change_org(
        keeper, lambda org: replace(org, mailboxes={**org.mailboxes, guid: replace(org.mailboxes[guid], database=database)})
    )


def point(keeper: Keeper, **scps: str | None) -> None:
    """What the connection points say."""

    def change(org: MailOrg) -> MailOrg:
        changed = {name: replace(one, scp=scps.get(name, one.scp)) for name, one in org.servers.items()}
        return replace(org, servers=changed)

    change_org(keeper, change)


def outlook(asked: ExchangeSession) -> tuple[bool, str]:
    """Whether Outlook finds the pilot's mailbox, and why not."""
    (found,) = asked.read("Test-ZdmAutodiscover", mailbox="pilot1").facts
    assert isinstance(found, MailTest)
    return found.arrived, found.why


def test_outlook_arrives_before_and_after_a_cut_that_was_made_well(keeper: Keeper, asked: ExchangeSession) -> None:
    """On the old server; and on the new one once name, certificate and addresses lead there."""
    point(keeper, EX16=SCP)
    before = outlook(asked)
    asked.change(
        "Set-ZdmWebServicesUrl",
        identity="EX16\\EWS (Default Web Site)",
        internal_url="https://mail.tiny.example.net/EWS/Exchange.asmx",
        external_url="https://mail.tiny.example.net/EWS/Exchange.asmx",
    )
    happens(keeper, "EX16", "certificate")
    happens(keeper, "EX16", "clients-here")
    at(keeper, "pilot1", "DB16-A")

    assert before == (True, "")
    assert outlook(asked) == (True, "")


def test_each_cause_for_which_outlook_does_not_arrive_is_named(keeper: Keeper, asked: ExchangeSession) -> None:
    """No connection point, a name that leads nowhere, a certificate for another name, a server that is too old."""
    point(keeper, EX10=None, EX16=None)
    none = outlook(asked)
    point(keeper, EX10="https://gone.tiny.example.net/a.xml", EX16=None)
    nowhere = outlook(asked)
    point(keeper, EX10=None, EX16="https://mail.tiny.example.net/a.xml")
    happens(keeper, "EX16", "clients-here")
    certificate = outlook(asked)
    happens(keeper, "EX10", "clients-here")
    at(keeper, "pilot1", "DB16-A")
    old = outlook(asked)

    assert [one[0] for one in (none, nowhere, certificate, old)] == [False] * 4
    assert "no service connection point is set" in none[1]
    assert "gone.tiny.example.net of the service connection point leads nowhere" in nowhere[1]
    assert "the certificate of EX16 is not for mail.tiny.example.net" in certificate[1]
    assert "EX10 is Exchange 2010 and cannot serve a mailbox on Exchange 2016" in old[1]


def test_mail_arrives_both_ways_or_its_cause_is_named(keeper: Keeper, asked: ExchangeSession) -> None:
    """A transport service that stands still fills the other server's queue; a dismounted database takes nothing."""

    def both() -> list[str]:
        found = []
        for source, target in (("EX16", "EX10"), ("EX10", "EX16")):
            (one,) = asked.read("Test-ZdmMailflow", server=source, target=target).facts
            assert isinstance(one, MailTest)
            found.append(one.why)
        return found

    well = both()
    happens(keeper, "EX10", "transport-stopped")
    stopped = both()
    queues = [one for one in asked.read("Get-ZdmQueue", server="EX16").facts if isinstance(one, MailQueue)]
    happens(keeper, "EX10", "transport-started")
    change_org(
        keeper, lambda org: replace(org, databases={**org.databases, "DB10": replace(org.databases["DB10"], mounted=False)})
    )
    dismounted = both()

    assert well == ["", ""]
    assert all("Transport service on EX10 does not run" in one for one in stopped)
    assert [(one.status, one.count, one.hop, one.server) for one in queues] == [
        ("Ready", 0, "Submission", "EX16"),
        ("Retry", 4, "ex10", "EX16"),
    ]
    assert dismounted == ["The mailbox database DB10 on EX10 is dismounted.", ""]


def test_a_server_receives_until_the_way_in_leads_elsewhere(keeper: Keeper, asked: ExchangeSession) -> None:
    """Every hour; after the cut the new server does, and the old one's log grows no more."""

    def received(server: str) -> int:
        since = (keeper.now() - timedelta(hours=4)).isoformat()
        return sum(isinstance(one, MailReceived) for one in asked.read("Get-ZdmMailReceived", server=server, since=since).facts)

    before = (received("EX10"), received("EX16"))
    happens(keeper, "EX16", "mail-here")
    keeper.carry(4 * 3600)

    assert before == (4, 0)
    assert (received("EX10"), received("EX16")) == (0, 4)


def test_connectors_are_copied_for_devices_and_for_nobody_else(keeper: Keeper, asked: ExchangeSession) -> None:
    """A relay for named addresses is made once and removed; one for the whole world, or under a taken name, is refused."""
    relay = {"name": "Scanner EX16", "server": "EX16", "bindings": ["0.0.0.0:25"], "addresses": ["10.32.0.90"]}
    made = [asked.change("New-ZdmRelayConnector", **relay).changed for _ in range(2)]
    with pytest.raises(PreconditionError, match="would let everybody relay"):
        asked.change("New-ZdmRelayConnector", **relay | {"name": "All", "addresses": ["0.0.0.0-255.255.255.255"]})
    with pytest.raises(PreconditionError, match="is there already and lets others send"):
        asked.change("New-ZdmRelayConnector", **relay | {"addresses": ["10.32.0.91"]})
    gone = [asked.change("Remove-ZdmRelayConnector", identity="EX16\\Scanner EX16").changed for _ in range(2)]
    sends = [
        asked.change("Set-ZdmSendConnectorSource", identity="Internet", servers=["EX10", "EX16"]).changed for _ in range(2)
    ]
    found = [one for one in asked.read("Get-ZdmConnector").facts if isinstance(one, MailConnector) and one.kind == "send"]

    assert made == gone == sends == [True, False]
    assert found[0].servers == ("EX10", "EX16")
    with pytest.raises(PreconditionError, match="there is no send connector"):
        asked.change("Set-ZdmSendConnectorSource", identity="Nowhere", servers=["EX16"])


def test_the_switches_of_public_folders_are_set_and_read(keeper: Keeper, asked: ExchangeSession) -> None:
    """Lock, mode and completion; the old database is found as long as it is there."""
    folders = (Folder(path="\\Sales", items=3, size=1024),)
    change_org(keeper, lambda org: replace(org, flow=replace(org.flow, folders=folders, folder_server="EX10")))
    locked = [asked.change("Set-ZdmPublicFolderLock", locked=True).changed for _ in range(2)]
    ended = asked.change("Set-ZdmPublicFolderMode", mode="Local", complete=True)
    (state,) = asked.read("Get-ZdmPublicFolderState").facts
    (database,) = asked.read("Get-ZdmPublicFolderDatabase").facts

    assert locked == [True, False]
    assert ended.changed
    assert state == PublicFolderState(locked=True, complete=True, where="Local")
    assert database == PublicFolderDatabase(name="PF EX10", server="EX10")
    assert org_of(keeper).flow.locked


def test_a_server_that_there_is_not_is_said_to_be_missing(asked: ExchangeSession) -> None:
    """By its name, as Exchange says it."""
    with pytest.raises(NotFoundError, match="EX99"):
        asked.read("Get-ZdmQueue", server="EX99")

    assert asked.host == HOST
