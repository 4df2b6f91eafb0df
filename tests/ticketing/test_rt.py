"""Request Tracker 5, the real one: the whole cycle, its refusals with 200, files of 20 MB."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from rt_server import NoRequestTrackerError, RequestTracker, start
from ticket_messages import NOTE, TASK, TIME, file_on, section, written_and_found

from zdm_automate.errors import TicketError, TicketUnknownError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing import rt
from zdm_automate.ticketing.outbox import LetterState, Outbox
from zdm_automate.ticketing.port import Status, Ticket

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),  # a real server, which compiles every page at its first request
    pytest.mark.xdist_group("rt"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTracker]:
    """A server with an empty queue and a user with the least rights."""
    try:
        tracker = start(tmp_path_factory.mktemp("rt"))
    except NoRequestTrackerError as why:
        pytest.skip(str(why))
    yield tracker
    tracker.stop()


def ask(server: RequestTracker, method: str, path: str, body: Any = None, **params: Any) -> Any:
    headers = {"Authorization": f"token {server.token}"}
    answer = requests.request(method, f"{server.url}/REST/2.0/{path}", json=body, params=params, headers=headers, timeout=50)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
def number(server: RequestTracker) -> str:
    """A new ticket."""
    return str(ask(server, "POST", "ticket", {"Queue": "General", "Subject": "Migration Gr\u00fcne Wiese"})["id"])


def desk(server: RequestTracker, token: str = "", **more: Any) -> rt.RequestTracker:
    return rt.RequestTracker(section("rt", server.url, **more), Credential("", Secret(token or server.token)))


def test_every_kind_of_message_is_written_and_found_again(server: RequestTracker, number: str, tmp_path: Path) -> None:
    """A note, a file, time, a task as a child, a status; each is not there before."""
    client = desk(server, done_status="resolved")
    client.ready()
    ticket = client.find(number)
    written_and_found(client, ticket, tmp_path, "resolved")
    there = ask(server, "GET", f"ticket/{number}")
    assert (there["Status"], there["TimeWorked"]) == ("resolved", "90")
    (child,) = ask(server, "GET", "tickets", query=f"MemberOf = {number}", fields="Subject,Status")["items"]
    assert (child["Subject"], child["Status"]) == (f"{TASK.title} {TASK.marker}", "resolved")


def attachments(server: RequestTracker, number: str) -> list[dict[str, Any]]:
    rows = ask(server, "GET", f"ticket/{number}/attachments", per_page=100)["items"]
    return [ask(server, "GET", f"attachment/{row['id']}") for row in rows]


def test_a_file_of_20_mb_and_umlauts_come_through_whole(server: RequestTracker, number: str, tmp_path: Path) -> None:
    """Byte for byte, under its name, with its note; and nobody outside is told."""
    content = os.urandom(20_000_000)
    client = desk(server)
    ticket = client.find(number)
    client.attach(ticket, file_on(tmp_path, content))
    client.attach(ticket, file_on(tmp_path, name="\u65e5\u672c \u20ac.txt"))
    client.comment(ticket, NOTE)
    there = attachments(server, number)
    file, other = (one for one in there if one.get("Filename"))
    texts = [
        base64.b64decode(one["Content"]).decode() for one in there if one["ContentType"] == "text/plain" and one.get("Content")
    ]

    assert (file["Filename"], other["Filename"]) == ("b\u00fcndel.zip", "\u65e5\u672c \u20ac.txt")
    assert base64.b64decode(file["Content"]) == content
    assert any("Gr\u00fc\u00dfe <b> & \u20ac" in text for text in texts)
    kinds = {row["Type"] for row in ask(server, "GET", f"ticket/{number}/history", fields="Type")["items"]}
    assert "Comment" in kinds
    assert "Correspond" not in kinds


def test_time_adds_up(server: RequestTracker, number: str) -> None:
    """The ticket's own field would be set, not added to."""
    client = desk(server)
    ticket = client.find(number)
    client.add_time(ticket, TIME)
    client.add_time(ticket, TIME)

    assert ask(server, "GET", f"ticket/{number}")["TimeWorked"] == "180"


def test_a_status_refused_with_200_is_found_out(server: RequestTracker, number: str) -> None:
    """It is read back; and one that the lifecycle does not allow stops at the start."""
    assert ask(server, "PUT", f"ticket/{number}", {"Status": "nonsense"})[0].endswith("isn't a valid status for this ticket.")
    client = desk(server)
    with pytest.raises(TicketError, match=f"ticket {number} is still 'new', not 'nonsense': .*isn't a valid status"):
        client.set_status(Ticket(id=number, number=number), Status(ticket=number, key="s", name="nonsense"))
    with pytest.raises(TicketError, match="cannot become 'nonsense' from 'new'.* Its lifecycle allows: .*resolved"):
        desk(server, done_status="nonsense").find(number)


def test_what_a_naive_client_runs_into(server: RequestTracker, number: str) -> None:
    """Refusals and silent successes of the real program, which ours meets with what it sends and reads back."""
    headers = {"Authorization": f"token {server.token}", "Content-Type": "application/json"}

    def status(path: str, content: str, **more: str) -> tuple[int, str]:
        url = f"{server.url}/REST/2.0/ticket/{path}"
        answer = requests.post(url, data=content, headers={**headers, **more}, timeout=50)
        return answer.status_code, answer.text

    ask(server, "PUT", f"ticket/{number}", {"TimeWorked": 90})
    ask(server, "PUT", f"ticket/{number}", {"TimeWorked": 10})

    assert status(f"{number}/comment", '{"Content": "x"}')[0] == 400
    assert status(f"{number}/comment", "{")[0] == 500
    assert status(f"{number}/comment", "x", **{"Content-Type": "text/csv"})[0] == 415
    assert ask(server, "PUT", f"ticket/{number}", {"Nonsense": "x"}) == []
    assert ask(server, "GET", f"ticket/{number}")["TimeWorked"] == "10"


def test_a_comment_on_what_is_not_there_is_surely_not_written(server: RequestTracker) -> None:
    """400 instead of 404; it is a refusal, not an open question."""
    with pytest.raises(TicketError, match="400") as refused:
        desk(server).comment(Ticket(id="999999", number="999999"), NOTE)

    assert not isinstance(refused.value, TicketUnknownError)


def test_a_marker_behind_the_first_page_is_found(server: RequestTracker, number: str) -> None:
    """A page has 20 rows unless told otherwise, and the total is not told to everyone."""
    client = desk(server)
    ticket = client.find(number)
    for one in range(25):
        ask(server, "POST", f"ticket/{number}/comment", {"Content": str(one), "ContentType": "text/plain"})
    client.comment(ticket, NOTE)

    assert len(ask(server, "GET", f"ticket/{number}/history", fields="Data")["items"]) == 20
    assert client.has(ticket, NOTE)


def test_a_task_that_was_made_and_not_resolved_is_resolved_when_it_is_found(server: RequestTracker, number: str) -> None:
    """The process died between the two calls."""
    ask(server, "POST", "ticket", {"Queue": "General", "Subject": f"x {TASK.marker}", "Parents": [int(number)]})
    client = desk(server)

    assert client.has(client.find(number), TASK)
    (child,) = ask(server, "GET", "tickets", query=f"MemberOf = {number}", fields="Status")["items"]
    assert child["Status"] == "resolved"


@pytest.mark.parametrize(
    ("number_", "token", "said"),
    [("999999", "", "has no ticket 999999"), ("x", "", "is no ticket number"), ("1", "1-2-wrong", "401 .*Unauthorized")],
)
def test_what_is_not_there_is_told(server: RequestTracker, number_: str, token: str, said: str) -> None:
    """A number, a right, a token."""
    with pytest.raises(TicketError, match=said):
        desk(server, token).find(number_)


def test_a_message_whose_answer_was_lost_is_there_once(
    server: RequestTracker, number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue finds it by its marker at the real system."""
    outbox = Outbox(tmp_path / "outbox", rest=timedelta())
    outbox.put(NOTE.__class__(ticket=number, key="lost567890abcdef", subject="s", text="t"))
    client = desk(server)
    real = requests.Session.request

    def loses(session: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
        answer = real(session, method, url, **more)
        if method == "POST":
            raise requests.ReadTimeout("lost")
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(requests.Session, "request", loses)
        first = outbox.push(client)
    second = outbox.push(client)

    assert (first.sent, len(first.problems), second.sent, second.found) == (0, 1, 0, 1)
    assert [letter.state for letter in outbox.letters()] == [LetterState.SENT]
    rows = ask(server, "GET", f"ticket/{number}/history", fields="Data")["items"]
    assert sum("lost567890abcdef" in str(row["Data"]) for row in rows) == 1
