"""Zammad: numbers are not ids, articles are internal, lists have no end but an empty page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from model_http import Said
from ticket_messages import NOTE, section, written_and_found
from zammad_model import ZammadModel

from zdm_automate.errors import InputError, TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.port import Ticket
from zdm_automate.ticketing.zammad import Zammad


@pytest.fixture
def server() -> Iterator[ZammadModel]:
    """The system."""
    with ZammadModel() as model:
        yield model


def desk(server: ZammadModel, secret: str = "secret-word", **more: Any) -> Zammad:
    return Zammad(section("zammad", server.url, **more), Credential("", Secret(secret)))


def opened(server: ZammadModel, **more: Any) -> tuple[Zammad, Ticket]:
    client = desk(server, **more)
    client.ready()
    return client, client.find("31007")


def test_every_kind_of_message_is_written_and_found_again(server: ZammadModel, tmp_path: Path) -> None:
    """A note, a file, time, a row of the checklist, a status; each is not there before."""
    client, ticket = opened(server)
    written_and_found(client, ticket, tmp_path, "closed")

    assert [one["internal"] for one in server.articles] == [True, True, True]
    assert server.articles[2]["time_unit"] == "90"
    assert server.articles[1]["attachments"][0]["filename"] == "b\u00fcndel.zip"


def test_the_number_is_not_the_id(server: ZammadModel) -> None:
    """A search finds longer numbers too, so it is compared again."""
    server.tickets.insert(0, {"id": 8, "number": "310071", "title": "x", "state_id": 1})
    client, ticket = opened(server)

    assert ticket.id == "7"
    for number in ("7", "3100", "x"):
        with pytest.raises(TicketError):
            client.find(number)


def test_lists_are_read_until_they_end(server: ZammadModel) -> None:
    """There is no total; the state is on the second page."""
    server.states = [f"s{n}" for n in range(150)] + ["closed"]
    opened(server, done_status="closed")

    assert server.paths("GET").count("/api/v1/ticket_states") == 2


def test_a_file_has_its_type_under_the_hyphenated_name(server: ZammadModel) -> None:
    """`mime_type` is refused."""
    body = {"ticket_id": 7, "body": "x", "type": "note", "attachments": [{"filename": "a", "data": "", "mime_type": "b"}]}
    headers = {"Authorization": "Token token=secret-word"}
    naive = requests.post(f"{server.url}/api/v1/ticket_articles", json=body, headers=headers, timeout=9)

    assert naive.status_code == 422


def test_an_unknown_state_stops_at_the_start(server: ZammadModel) -> None:
    """With the states that there are."""
    with pytest.raises(TicketError, match=r"no state .Closed.\. It has: closed, new, open"):
        desk(server, done_status="Closed").ready()


def test_a_wrong_token_is_told(server: ZammadModel) -> None:
    """And not shown."""
    with pytest.raises(TicketError, match="401 .*Invalid token.*Is the credential right") as refused:
        desk(server, secret="wrong-word").ready()
    assert "wrong-word" not in str(refused.value)


def test_a_redirect_gets_no_token(server: ZammadModel) -> None:
    """It is not followed."""
    server.before = lambda _asked: Said(302, None, {"Location": "http://127.0.0.1:9/elsewhere"})

    with pytest.raises(TicketError, match="302"):
        desk(server).ready()
    assert len(server.asked) == 1


def test_no_token_goes_in_clear_text() -> None:
    """TLS only, but on this computer."""
    with pytest.raises(InputError, match="http://zammad.example.com/api/v1 is not an https address"):
        Zammad(section("zammad", "http://zammad.example.com"), Credential("", Secret("secret-word")))


def test_a_server_that_is_not_there_has_written_nothing(server: ZammadModel) -> None:
    """The connection was never made."""
    client, ticket = opened(server)
    client._api.url = "http://127.0.0.1:9"  # noqa: SLF001 - nobody listens there

    with pytest.raises(TicketBusyError, match="Nothing was written there"):
        client.comment(ticket, NOTE)


@pytest.mark.parametrize("said", [Said(503, None), Said(hang_up=True)])
def test_an_unclear_answer_is_unknown(server: ZammadModel, said: Said) -> None:
    """503 may come from whatever stands before it, after it was written."""
    client, ticket = opened(server)
    server.after = lambda asked, answer: said if asked.method == "POST" else answer

    with pytest.raises(TicketUnknownError):
        client.comment(ticket, NOTE)
    assert len(server.articles) == 1
