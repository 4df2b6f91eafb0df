"""HaloPSA: every pitfall that is known of it, and that a client which walks into it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from halo_model import HaloModel
from model_http import Said
from ticket_messages import NOTE, file_on, section, written_and_found

from zdm_automate.errors import TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.halopsa import HaloPsa
from zdm_automate.ticketing.port import Status, Ticket


@pytest.fixture
def server() -> Iterator[HaloModel]:
    """The system."""
    with HaloModel() as model:
        yield model


class Hands:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def desk(server: HaloModel, hands: Hands | None = None, secret: str = "secret-word", **more: Any) -> HaloPsa:
    words = {"outcome": "Internal Note", **more}
    return HaloPsa(section("halopsa", server.url, **words), Credential("app", Secret(secret)), hands or Hands())


def opened(server: HaloModel, **more: Any) -> tuple[HaloPsa, Ticket]:
    client = desk(server, **more)
    client.ready()
    return client, client.find("12")


def post(server: HaloModel, path: str, body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {server.token}"}
    return requests.post(f"{server.url}/api/{path}", json=body, headers=headers, timeout=9)


def test_every_kind_of_message_is_written_and_found_again(server: HaloModel, tmp_path: Path) -> None:
    """A note, a file, time, a task as a note, a status; each is not there before."""
    client, ticket = opened(server)
    written_and_found(client, ticket, tmp_path, "Closed")

    assert server.actions[1]["timetaken"] == 1.5


def test_a_note_has_an_outcome_and_is_hidden(server: HaloModel) -> None:
    """Without one it is refused; ours is for technicians, mails nobody, and its text is text."""
    client, ticket = opened(server)
    naive = post(server, "actions", [{"ticket_id": 12, "note": "x"}])
    client.comment(ticket, NOTE)

    assert "An Outcome must be entered" in naive.text
    assert (server.actions[0]["hiddenfromuser"], server.actions[0]["sendemail"]) == (True, False)
    assert "&lt;b&gt; &amp; \u20ac" in server.actions[0]["note_html"]


def test_what_is_posted_is_an_array(server: HaloModel) -> None:
    """An object is refused."""
    opened(server)

    assert post(server, "actions", {"ticket_id": 12}).status_code == 400


def test_a_file_is_a_data_uri(server: HaloModel, tmp_path: Path) -> None:
    """Bare Base64 is refused; ours is not for users."""
    client, ticket = opened(server)
    naive = post(server, "Attachment", [{"ticket_id": 12, "filename": "x", "data_base64": "eA=="}])
    client.attach(ticket, file_on(tmp_path))

    assert naive.status_code == 400
    assert server.attachments[0]["data_base64"].startswith("data:application/zip;base64,AAEC")
    assert server.attachments[0]["showforusers"] is False


def test_a_token_is_kept_until_shortly_before_its_end(server: HaloModel) -> None:
    """For a new one ends the older, also that of another program."""
    hands = Hands()
    client = desk(server, hands)
    client.ready()
    client.find("12")
    hands.now = 3_539.0
    client.find("12")
    assert server.tokens == 1
    hands.now = 3_541.0
    client.find("12")

    assert server.tokens == 2


def test_a_token_that_another_program_ended_is_fetched_again(server: HaloModel) -> None:
    """Once; what is refused again is told. A naive client stays shut out until its hour is over."""
    client, ticket = opened(server)
    ended = server.token
    desk(server).ready()
    naive = requests.post(
        f"{server.url}/api/actions", json=[{"ticket_id": 12}], headers={"Authorization": f"Bearer {ended}"}, timeout=9
    )
    client.comment(ticket, NOTE)

    assert naive.status_code == 401
    assert (len(server.actions), server.tokens) == (1, 3)
    server.before = lambda asked: Said(401, {"Message": "no"}) if asked.path == "/api/actions" else None
    with pytest.raises(TicketError, match="401"):
        client.comment(ticket, NOTE)
    assert server.tokens == 4


def test_an_installation_that_names_no_place_to_log_on(server: HaloModel) -> None:
    """It is under the address itself then."""
    server.before = lambda asked: Said(200, {"tenant_id": "acme"}) if asked.path == "/api/authinfo" else None

    assert opened(server)[1].title == "Migration"


def test_a_wait_is_respected(server: HaloModel) -> None:
    """300 calls in five minutes: 429 is surely not written, and says how long to wait."""
    client, ticket = opened(server)
    server.before = lambda asked: Said(429, None, {"Retry-After": "20"}) if asked.path == "/api/actions" else None

    with pytest.raises(TicketBusyError) as busy:
        client.comment(ticket, NOTE)
    assert busy.value.wait == 20
    assert server.paths("POST").count("/api/actions") == 1


def test_pages_are_turned(server: HaloModel) -> None:
    """The parameter is spelled `pageinate`; by its right name only the first rows come."""
    client, ticket = opened(server)
    server.actions = [{"id": n, "ticket_id": 12, "note_html": str(n)} for n in range(250)]
    server.actions[-1]["note_html"] = NOTE.marker
    headers = {"Authorization": f"Bearer {server.token}"}
    naive = requests.get(
        f"{server.url}/api/actions", params={"ticket_id": 12, "paginate": "true", "page_no": 3}, headers=headers, timeout=9
    )

    assert client.has(ticket, NOTE)
    assert NOTE.marker not in naive.text


def test_an_action_is_named_with_its_ticket(server: HaloModel) -> None:
    """Its id is unique in its ticket only."""
    client, ticket = opened(server)

    assert client.comment(ticket, NOTE) == "12/1"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"resultCode": 1, "errorMessage": "shape one"}, "shape one"),
        ({"ClassName": "X", "Message": "shape two"}, "shape two"),
        ({"error": "shape three"}, "shape three"),
        ("shape four", "shape four"),
        (b"shape five", "shape five"),
    ],
)
def test_an_error_of_any_shape_is_told(server: HaloModel, said: Any, words: str) -> None:
    """Five shapes have been seen."""
    client, ticket = opened(server)
    server.before = lambda _asked: Said(400, said)

    with pytest.raises(TicketError, match=words):
        client.comment(ticket, NOTE)


def test_a_wrong_secret_is_told_and_not_shown(server: HaloModel) -> None:
    """Nothing else is asked."""
    with pytest.raises(TicketError, match="The client is not known") as refused:
        desk(server, secret="wrong-word").ready()
    assert "wrong-word" not in str(refused.value)


@pytest.mark.parametrize("more", [{"outcome": "Private"}, {"done_status": "Gone"}])
def test_an_unknown_name_stops_at_the_start(server: HaloModel, more: dict[str, str]) -> None:
    """With the names that there are."""
    with pytest.raises(TicketError, match="It has: "):
        desk(server, **more).ready()
    assert server.actions == []


def test_a_status_that_did_not_change_is_told(server: HaloModel) -> None:
    """It is read back."""
    client, ticket = opened(server)
    server.before = lambda asked: Said(201, {"id": 12}) if asked.path == "/api/Tickets" else None

    with pytest.raises(TicketError, match="is still 'New', not 'Closed'"):
        client.set_status(ticket, Status(ticket="12", key="s", name="Closed"))


def test_a_lost_answer_is_unknown(server: HaloModel) -> None:
    """One request."""
    client, ticket = opened(server)
    server.after = lambda asked, said: Said(hang_up=True) if asked.path == "/api/actions" else said

    with pytest.raises(TicketUnknownError):
        client.comment(ticket, NOTE)
    assert len(server.actions) == 1
