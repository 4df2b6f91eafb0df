"""ConnectWise PSA: every pitfall that is known of it, and that a client which walks into it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from connectwise_model import CLIENT_ID, LOGON, ConnectWiseModel
from model_http import Asked, Said
from ticket_messages import FILE, NOTE, TIME, file_on, section, written_and_found

from zdm_automate.errors import TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.outlets import TicketingSection
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.connectwise import ConnectWise, api_address, quoted
from zdm_automate.ticketing.port import Ticket

HEADERS = {"Authorization": LOGON, "clientId": CLIENT_ID}


@pytest.fixture
def server() -> Iterator[ConnectWiseModel]:
    """The system."""
    with ConnectWiseModel() as model:
        yield model


def desk(server: ConnectWiseModel, **more: str) -> ConnectWise:
    made = section("connectwise", server.url, company="acme", client_id=CLIENT_ID, member="eva", work_type="Remote", **more)
    return ConnectWise(made, Credential("public", Secret("private-key")))


@pytest.fixture
def ticket(server: ConnectWiseModel) -> Ticket:
    """The service ticket."""
    return desk(server).find("12")


def test_every_kind_of_message_is_written_and_found_again(server: ConnectWiseModel, ticket: Ticket, tmp_path: Path) -> None:
    """A note, a file, time, a task, a status; each is not there before."""
    client = desk(server, done_status="Completed")
    client.ready()
    written_and_found(client, ticket, tmp_path, "Completed")

    assert server.documents[0]["content"] == FILE
    assert server.times[0]["actualHours"] == 1.5
    assert server.times[0]["timeStart"] == "2026-03-02T07:00:00Z"


def test_a_note_says_where_it_shows(server: ConnectWiseModel, ticket: Ticket) -> None:
    """Without a place it is refused; ours is for technicians only, and nobody is mailed."""
    naive = requests.post(
        f"{server.url}/v2025_1/apis/3.0/service/tickets/12/notes", json={"text": "x"}, headers=HEADERS, timeout=9
    )
    desk(server).comment(ticket, NOTE)

    assert "Please choose where to display the notes" in naive.text
    assert server.notes["12"][0]["internalAnalysisFlag"] is True
    assert server.notes["12"][0]["detailDescriptionFlag"] is False
    assert server.mailed == []


def test_a_file_goes_in_parts(server: ConnectWiseModel, ticket: Ticket, tmp_path: Path) -> None:
    """JSON is refused; ours is private."""
    naive = requests.post(f"{server.url}/v2025_1/apis/3.0/system/documents", json={}, headers=HEADERS, timeout=9)
    desk(server).attach(ticket, file_on(tmp_path))

    assert naive.status_code == 415
    assert server.documents[0]["publicFlag"] is False


def test_a_file_that_became_public_is_told(server: ConnectWiseModel, ticket: Ticket, tmp_path: Path) -> None:
    """The answer is looked at, not believed in."""
    server.everything_public = True

    with pytest.raises(TicketError, match="open to the customer"):
        desk(server).attach(ticket, file_on(tmp_path))


def test_an_upgrade_moves_the_interface(server: ConnectWiseModel, ticket: Ticket) -> None:
    """After a first 404 the code base is asked for again, once."""
    client = desk(server)
    client.find("12")
    server.codebase = "v2025_2/"
    client.comment(ticket, NOTE)

    assert len(server.notes["12"]) == 1
    assert server.paths().count("/login/companyinfo/acme") == 3


def test_an_unknown_company_is_told(server: ConnectWiseModel) -> None:
    """The answer is `null`, with 200."""
    made = section("connectwise", server.url, company="nobody", client_id="x", member="eva", work_type="Remote")

    with pytest.raises(TicketError, match="knows no company 'nobody'"):
        ConnectWise(made, Credential("public", Secret("private-key"))).ready()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("https://api-eu.myconnectwise.net/", "https://api-eu.myconnectwise.net/"),
        ("https://staging.connectwisedev.com", "https://api-staging.connectwisedev.com"),
        ("https://cw.example.com", "https://cw.example.com"),
    ],
)
def test_the_cloud_has_its_interface_under_another_name(url: str, address: str) -> None:
    """A server in the house has not."""
    assert api_address(url) == address


def test_a_project_ticket_lives_elsewhere(server: ConnectWiseModel) -> None:
    """Under the other path there is a 404, and time is charged in another way."""
    client = desk(server)
    ticket = client.find("34")
    client.comment(ticket, NOTE)
    client.add_time(ticket, TIME)

    assert ticket.kind == "project"
    assert len(server.notes["34"]) == 1
    assert server.times[0]["chargeToType"] == "ProjectTicket"


def test_pages_are_turned(server: ConnectWiseModel, ticket: Ticket) -> None:
    """A page has 25 rows where nobody asks for more; the marker is on the last one."""
    server.notes["12"] = [{"text": str(number)} for number in range(600)] + [{"text": f"x {NOTE.marker}"}]

    assert desk(server).has(ticket, NOTE)


def test_older_versions_have_no_list_of_all_notes(server: ConnectWiseModel, ticket: Ticket) -> None:
    """405, and the other list is asked."""
    server.has_all_notes = False
    server.notes["12"] = [{"text": NOTE.marker}]

    assert desk(server).has(ticket, NOTE)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"member": "nobody"}, "'nobody' under system/members"),
        ({"work_type": "Nothing"}, "'Nothing' under time/workTypes"),
        ({"role": "Nobody"}, "'Nobody' under time/workRoles"),
    ],
)
def test_an_unknown_name_stops_at_the_start(server: ConnectWiseModel, more: dict[str, str], said: str) -> None:
    """Nothing is written."""
    made = desk(server)._section  # noqa: SLF001 - the same section with another name
    client = ConnectWise(TicketingSection(**{**made.model_dump(), **more}), Credential("public", Secret("private-key")))

    with pytest.raises(TicketError, match=said):
        client.ready()
    assert server.paths("POST") == []


def test_a_status_belongs_to_the_board(server: ConnectWiseModel) -> None:
    """Its list is longer than a page; an unknown one stops before anything is written."""
    assert desk(server, done_status="completed").find("12").status == "New"
    with pytest.raises(TicketError, match="has no status 'Shut'"):
        desk(server, done_status="Shut").find("12")


def test_a_quote_in_a_name_does_not_break_the_condition(server: ConnectWiseModel) -> None:
    """It is doubled; a naive one is refused."""
    naive = requests.get(
        f"{server.url}/v2025_1/apis/3.0/time/workTypes", params={"conditions": "name='O'Neil's'"}, headers=HEADERS, timeout=9
    )
    made = desk(server)._section.model_dump()  # noqa: SLF001
    ConnectWise(TicketingSection(**{**made, "work_type": "O'Neil's"}), Credential("public", Secret("private-key"))).ready()

    assert naive.status_code == 400
    assert quoted("O'Neil") == "'O''Neil'"


def test_a_missing_right_says_so(server: ConnectWiseModel) -> None:
    """403 is the security role."""
    server.before = lambda asked: Said(403, {"code": "x", "message": "denied"}) if "apis" in asked.path else None

    with pytest.raises(TicketError, match=r"403 .*denied.*The account lacks a right"):
        desk(server).find("12")


@pytest.mark.parametrize(
    ("method", "path", "body", "left_out", "status"),
    [
        ("GET", "service/tickets/12", None, "clientId", 403),
        ("GET", "service/tickets/12", None, "Authorization", 401),
        ("PATCH", "service/tickets/12", {"status": {"id": 77}}, "", 400),
        ("POST", "time/entries", {"chargeToId": 12, "actualHours": 1}, "", 400),
        ("POST", "time/entries", {"chargeToId": 12, "timeStart": "2026-03-02T08:00:00+01:00"}, "", 400),
    ],
)
def test_what_a_naive_client_sends_is_refused(
    server: ConnectWiseModel, method: str, path: str, body: Any, left_out: str, status: int
) -> None:
    """No client id, no logon, a status that is no JSON Patch, time without a start or not in UTC."""
    headers = {name: value for name, value in HEADERS.items() if name != left_out}
    naive = requests.request(method, f"{server.url}/v2025_1/apis/3.0/{path}", json=body, headers=headers, timeout=9)

    assert naive.status_code == status


def test_a_file_has_no_field_whose_name_is_in_doubt(server: ConnectWiseModel, ticket: Ticket, tmp_path: Path) -> None:
    """The description misspells `readOnlyFlag`; other clients lost a quote in `privateFlag`."""
    desk(server).attach(ticket, file_on(tmp_path))

    assert set(server.documents[0]) - {"id", "size", "publicFlag", "content"} == {
        "recordType", "recordId", "title", "privateFlag",
    }  # fmt: skip


def test_a_wait_is_respected(server: ConnectWiseModel, ticket: Ticket) -> None:
    """429 with Retry-After: surely not written, and how long to wait."""
    server.before = lambda asked: Said(429, None, {"Retry-After": "7"}) if asked.method == "POST" else None

    with pytest.raises(TicketBusyError) as busy:
        desk(server).comment(ticket, NOTE)
    assert busy.value.wait == 7
    assert server.paths("POST") == ["/v2025_1/apis/3.0/service/tickets/12/notes"]


@pytest.mark.parametrize("said", [Said(500, {"message": "timeout"}), Said(hang_up=True), Said(200, b"<html>")])
def test_an_unclear_answer_is_never_tried_again(server: ConnectWiseModel, ticket: Ticket, said: Said) -> None:
    """One request, and the outcome is called unknown, also where it was written."""

    def lose(asked: Asked, answer: Said) -> Said:
        return said if asked.method == "POST" else answer

    server.after = lose
    with pytest.raises(TicketUnknownError):
        desk(server).comment(ticket, NOTE)
    assert len(server.paths("POST")) == 1
    assert len(server.notes["12"]) == 1


def test_no_secret_is_in_an_error(server: ConnectWiseModel, ticket: Ticket) -> None:
    """Even if the server sends it back."""
    server.before = lambda asked: Said(400, {"message": "bad private-key"}) if asked.method == "POST" else None

    with pytest.raises(TicketError) as refused:
        desk(server).comment(ticket, dataclasses.replace(NOTE))
    assert "private-key" not in str(refused.value)
