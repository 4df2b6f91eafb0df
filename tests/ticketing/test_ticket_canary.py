"""The canary: a secret of the desk or of a message is in no artefact, ticket or mail; planted ones are found."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from model_http import Said
from test_smtp import TICKET, Server
from ticket_messages import NOTE, file_on, section
from zammad_model import ZammadModel

from zdm_automate.disclosure import Gatekeeper
from zdm_automate.errors import DisclosureError
from zdm_automate.redaction import forms
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.outbox import Outbox
from zdm_automate.ticketing.port import Message, Note, to_fields
from zdm_automate.ticketing.zammad import Zammad

WORD = "secret-word"
"""The token of the model, and the password of the mail server."""


def hits(*contents: bytes) -> int:
    """In how many of them the secret stands, in any form."""
    known = [form.encode() for form in forms(WORD)]
    return sum(any(form in content for form in known) for content in contents)


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def look(message: Message) -> None:
    """What `zdm sr` looks with."""
    Gatekeeper([Secret(WORD)]).refuse({"message": "\n".join(str(value) for value in to_fields(message).values()).encode()})


def test_the_search_finds_what_is_planted() -> None:
    """Else no hit would mean nothing."""
    planted = (
        WORD.encode(),
        base64.b64encode(WORD.encode()),
        base64.b64encode(f"Basic {WORD}".encode()),
        WORD.encode().hex().encode(),
    )

    assert hits(*planted, b"harmless") == len(planted)


def test_a_desks_secret_is_nowhere_but_in_the_header(tmp_path: Path) -> None:
    """Not in the queue, nor in what is written, nor in an error, though the server sends it back."""
    with ZammadModel() as server:
        desk = Zammad(section("zammad", server.url), Credential("", Secret(WORD)))
        outbox = Outbox(tmp_path / "outbox", rest=timedelta())
        outbox.put(Note(ticket="31007", key="a", subject="s", text="t"), file_on(tmp_path))
        server.before = lambda asked: Said(422, {"error": f"no {WORD}"}) if asked.method == "POST" else None
        problems = [str(one.error) for one in outbox.push(desk, look=look).problems]
        server.before = lambda _asked: None
        outbox.push(desk, look=look)
        bodies = [asked.body + asked.path.encode() + repr(asked.query).encode() for asked in server.asked]

    assert len(problems) == 2
    assert hits(*files(tmp_path), *bodies, *(text.encode() for text in problems), repr(desk).encode()) == 0


@pytest.mark.parametrize("planted", [WORD, base64.b64encode(WORD.encode()).decode(), WORD.encode("utf-16-le").hex()])
def test_a_message_with_a_secret_reaches_no_mailbox(tmp_path: Path, planted: str) -> None:
    """It stops the push before the server is spoken to."""
    server = Server(tmp_path)
    server.start()
    try:
        outbox = Outbox(tmp_path / "outbox", rest=timedelta())
        outbox.put(Note(ticket="SR-7", key="b", subject="s", text=f"it is {planted}"))
        with pytest.raises(DisclosureError, match="a known secret"):
            outbox.push(server.desk(), look=look)
        server.desk().comment(TICKET, NOTE)
        mails: list[Any] = [mail.as_bytes() for mail in server.box.mails]
    finally:
        server.stop()

    assert len(mails) == 1
    assert hits(*mails) == 0
