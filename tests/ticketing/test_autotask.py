"""Autotask: every pitfall that is known of it, and that a client which walks into it is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from autotask_model import LOGON, AutotaskModel
from model_http import Said
from ticket_messages import FILE, NOTE, TASK, TIME, file_on, section, written_and_found

from zdm_automate.errors import InputError, TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.autotask import Autotask
from zdm_automate.ticketing.port import Status, Ticket

NAMES = {"resource": "eva", "role": "Engineer", "work_type": "Remote", "note_type": "Task Notes"}


@pytest.fixture
def server() -> Iterator[AutotaskModel]:
    """The system."""
    with AutotaskModel() as model:
        yield model


def desk(server: AutotaskModel, monotonic: Callable[[], float] = lambda: 0.0, **more: Any) -> Autotask:
    words = {"tracking_code": "TRACK", "publish": "Internal Project Team", "zone_url": server.url, **NAMES, **more}
    return Autotask(section("autotask", **words), Credential("api@acme.test", Secret("secret-word")), monotonic)


def opened(server: AutotaskModel, **more: Any) -> tuple[Autotask, Ticket]:
    client = desk(server, **more)
    client.ready()
    return client, client.find("T20260302.0007")


def post(server: AutotaskModel, path: str, **more: Any) -> requests.Response:
    return requests.post(f"{server.url}/zone1/V1.0/{path}", headers=LOGON, timeout=9, **more)


def test_every_kind_of_message_is_written_and_found_again(server: AutotaskModel, tmp_path: Path) -> None:
    """A note, a file, time, a row of the checklist, a status; each is not there before."""
    client, ticket = opened(server)
    refs = written_and_found(client, ticket, tmp_path, "Complete")

    assert refs == ["1", "1", "1", "1", "Complete"]


def test_the_number_is_not_the_id(server: AutotaskModel) -> None:
    """It is searched for; one that is not there is told."""
    client, ticket = opened(server)

    assert ticket.id == "7001"
    with pytest.raises(TicketError, match="has no ticket 7001"):
        client.find("7001")


def test_a_missing_record_is_an_empty_answer(server: AutotaskModel) -> None:
    """200 with `item: null`, not 404."""
    client, ticket = opened(server)
    server.rows["Tickets"].clear()

    assert requests.get(f"{server.url}/zone1/V1.0/Tickets/7001", headers=LOGON, timeout=9).json() == {"item": None}
    with pytest.raises(TicketError, match="has no ticket T20260302.0007 any more"):
        client.has(ticket, Status(ticket="12", key="s", name="Complete"))
    with pytest.raises(TicketError, match="No matching records found"):
        client.set_status(ticket, Status(ticket="12", key="s", name="Complete"))


def test_the_zone_is_asked_for_without_a_secret(server: AutotaskModel) -> None:
    """The address that hands out zones never sees it."""
    opened(server)
    (asked,) = [one for one in server.asked if one.path == "/v1.0/zoneInformation"]

    assert "secret" not in asked.headers


def test_a_moved_zone_is_asked_for_again_once(server: AutotaskModel) -> None:
    """After a 401; a second 401 is the credential's."""
    client, ticket = opened(server)
    server.zone = "zone2"
    client.comment(ticket, NOTE)

    assert len(server.rows["TicketNotes"]) == 1
    server.zone = "zone3"
    with pytest.raises(TicketError, match="401"):
        client.comment(ticket, NOTE)


def test_a_zone_in_clear_text_gets_no_secret(server: AutotaskModel) -> None:
    """Whatever the answer names."""
    server.before = lambda asked: Said(200, {"url": "http://elsewhere.test/"}) if "zone" in asked.path else None

    with pytest.raises(InputError, match="is not an https address"):
        desk(server).ready()


def test_an_unknown_user_is_a_500(server: AutotaskModel) -> None:
    """And told as what it is."""
    made = desk(server)._section  # noqa: SLF001 - the same section for another user

    with pytest.raises(TicketError, match="knows no zone for the user 'nobody'"):
        Autotask(made, Credential("nobody", Secret("secret-word"))).ready()


def test_a_missing_right_is_a_500_that_says_so(server: AutotaskModel) -> None:
    """Surely not written; a 500 without a word is not so sure."""
    client, ticket = opened(server)
    said = "The logged in Resource does not have the adequate permissions"
    server.before = lambda _asked: Said(500, {"errors": [said]})
    with pytest.raises(TicketError, match=said) as refused:
        client.comment(ticket, NOTE)

    assert not isinstance(refused.value, TicketUnknownError)
    server.before = lambda _asked: Said(500, None)
    with pytest.raises(TicketUnknownError):
        client.comment(ticket, NOTE)


def test_a_file_is_base64_in_json(server: AutotaskModel, tmp_path: Path) -> None:
    """In parts it is refused."""
    naive = post(server, "Tickets/7001/Attachments", files={"file": FILE})
    client, ticket = opened(server)
    client.attach(ticket, file_on(tmp_path))

    assert "JSON expected" in naive.text
    assert server.rows["TicketAttachments"][0]["publish"] == 2


def test_a_file_that_is_too_large_never_leaves(server: AutotaskModel, tmp_path: Path) -> None:
    """Six megabytes; the server would take the bytes and refuse them."""
    client, ticket = opened(server)

    with pytest.raises(TicketError, match="has 6.5 MB; Autotask takes 6 MB"):
        client.attach(ticket, file_on(tmp_path, b"x" * 6_500_000))
    assert [path for path in server.paths("POST") if "Attachments" in path] == []


def test_ten_megabytes_in_five_minutes_and_no_more(server: AutotaskModel, tmp_path: Path) -> None:
    """Over that the whole company is shut out; after five minutes there is room again."""
    now = 0.0
    client = desk(server, lambda: now)
    client.ready()
    ticket = client.find("T20260302.0007")
    client.attach(ticket, file_on(tmp_path, b"x" * 5_500_000))
    with pytest.raises(TicketBusyError, match="10 MB of files in five minutes"):
        client.attach(ticket, file_on(tmp_path, b"x" * 5_500_000))
    now = 301.0
    client.attach(ticket, file_on(tmp_path, b"x" * 5_500_000))

    assert len(server.rows["TicketAttachments"]) == 2


def test_pages_are_turned_with_the_same_body(server: AutotaskModel) -> None:
    """The next page is an address to which the filter is posted again."""
    server.page = 10
    client, ticket = opened(server)
    server.rows["TicketNotes"] = [{"id": n, "ticketID": 7001, "description": f"{n}"} for n in range(35)]
    server.rows["TicketNotes"][-1]["description"] = NOTE.marker

    assert client.has(ticket, NOTE)
    assert post(server, "TicketNotes/query?start=10").status_code == 500


def test_names_come_in_either_case(server: AutotaskModel) -> None:
    """The description writes `TicketNumber`, the live system `ticketNumber`."""
    client, ticket = opened(server)
    server.rows["TicketNotes"] = [{"id": 1, "ticketID": 7001, "Description": NOTE.marker}]

    assert client.has(ticket, NOTE)


def test_a_note_without_title_or_with_a_made_up_number_is_refused(server: AutotaskModel) -> None:
    """Ours has the title and the numbers of this database."""
    naive = [post(server, "Tickets/7001/Notes", json=body) for body in ({"description": "x"}, {"title": "x", "noteType": 1})]
    client, ticket = opened(server)
    client.comment(ticket, NOTE)

    assert [one.status_code for one in naive] == [500, 500]
    assert server.rows["TicketNotes"][0]["publish"] == 2


def test_time_has_its_people_and_stays_within_a_day(server: AutotaskModel) -> None:
    """Hours, resource, role, work type, in UTC."""
    client, ticket = opened(server)
    client.add_time(ticket, TIME)

    (made,) = server.rows["TimeEntries"]
    assert (made["hoursWorked"], made["resourceID"], made["roleID"], made["billingCodeID"]) == (1.5, 11, 21, 31)
    assert made["startDateTime"] == "2026-03-02T07:00:00Z"
    over = dataclasses.replace(TIME, end="2026-03-03T00:30:00+00:00")
    with pytest.raises(TicketError, match="may not span midnight"):
        client.add_time(ticket, over)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"hoursWorked": 0}, "above 0"),
        ({"hoursWorked": 25}, "at most 24"),
        ({"hoursWorked": 1}, "resource, role and work type"),
    ],
)
def test_naive_time_is_refused(server: AutotaskModel, more: dict[str, Any], said: str) -> None:
    """No hours, too many, nobody's."""
    body = {"ticketID": 7001, "startDateTime": "2026-03-02T07:00:00Z", "endDateTime": "2026-03-02T08:00:00Z", **more}

    assert said in post(server, "TimeEntries", json=body).text


def test_a_file_of_a_kind_that_is_not_allowed_is_told(server: AutotaskModel, tmp_path: Path) -> None:
    """With the system's words; it is surely not there."""
    client, ticket = opened(server)
    server.before = lambda _asked: Said(500, {"errors": ["The file type is not allowed"]})
    with pytest.raises(TicketError, match="The file type is not allowed") as refused:
        client.attach(ticket, file_on(tmp_path))

    assert not isinstance(refused.value, TicketUnknownError)


def test_calls_over_the_limit_of_the_hour_are_told(server: AutotaskModel) -> None:
    """429 is surely not written; nothing is tried again."""
    client, ticket = opened(server)
    before = len(server.asked)
    server.before = lambda _asked: Said(429, None)
    with pytest.raises(TicketBusyError):
        client.comment(ticket, NOTE)

    assert len(server.asked) == before + 1


def test_a_checklist_is_full_at_forty(server: AutotaskModel) -> None:
    """It is counted first."""
    client, ticket = opened(server)
    server.rows["TicketChecklistItems"] = [{"id": n, "ticketID": 7001, "itemName": "x"} for n in range(40)]

    with pytest.raises(TicketError, match="is full: 40 rows"):
        client.tick(ticket, TASK)


def test_the_share_of_the_calls_is_looked_at_first(server: AutotaskModel) -> None:
    """The limit is the company's, over all programs."""
    server.used = 7_600

    with pytest.raises(TicketBusyError, match="7600 of 10000 calls of this hour"):
        desk(server).ready()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"publish": "Everyone"}, "no publish 'Everyone'.* It has: All Autotask Users, Internal Project Team"),
        ({"note_type": "x"}, "no noteType 'x'"),
        ({"resource": "kim"}, "0 Resources with userName 'kim'"),
        ({"role": "x"}, "0 Roles"),
        ({"work_type": "x"}, "0 BillingCodes"),
        ({"done_status": "Gone"}, "no status 'Gone'"),
    ],
)
def test_an_unknown_name_stops_at_the_start(server: AutotaskModel, more: dict[str, str], said: str) -> None:
    """With the names that there are; nothing is written."""
    with pytest.raises(TicketError, match=said):
        desk(server, **more).ready()
    assert [path for path in server.paths("POST") if not path.endswith("query")] == []
