"""Mail, to a real server on loopback: always over TLS, once, and unknown where nobody can tell."""

from __future__ import annotations

import asyncio
import email
import email.policy
import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from ticket_messages import FILE, NOTE, TASK, TIME, file_on, section

from zdm_automate.errors import InputError, TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.lab.endpoint.tls import TlsIdentity
from zdm_automate.secrets import Credential, Secret
from zdm_automate.ticketing.port import Status, Ticket
from zdm_automate.ticketing.smtp import Smtp

TICKET = Ticket(id="SR-7", number="SR-7")


class Mailbox:
    """What the server has taken, and what it answers to the next mails."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipient = "250 OK"
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802 - the server's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        if self.hangs_up and server.transport is not None:
            server.transport.abort()
        return self.answer


class Server:
    """A mail server with a certificate of its own, a logon, and STARTTLS or TLS from the first byte."""

    def __init__(self, folder: Path, *, wrapped: bool = False, offers_tls: bool = True) -> None:
        self.identity = TlsIdentity.of(folder, ["127.0.0.1"])
        self.box = Mailbox()

        def logon(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
            return AuthResult(success=data == LoginPassword(b"desk", b"secret-word"), handled=False)

        context = self.identity.context() if offers_tls else None
        self._wrap = context if wrapped else None
        self._options: dict[str, Any] = {
            "hostname": "127.0.0.1",
            "authenticator": logon,
            "tls_context": None if wrapped else context,
            "auth_require_tls": not wrapped and offers_tls,
            "require_starttls": not wrapped and offers_tls,
        }
        self.scheme = "smtps" if wrapped else "smtp"

    def start(self) -> None:
        """Starts it on a free port."""
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self.box, loop=self._loop, **self._options), "127.0.0.1", 0, ssl=self._wrap)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends it with all connections."""

        async def end() -> None:
            self._server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0.05)  # TLS says goodbye

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def desk(self, secret: str = "secret-word", *, trusted: bool = True, **more: Any) -> Smtp:
        """The client."""
        words = {"sender": "Desk <desk@msp.test>", "to": "tickets@msp.test", **more}
        ca_file = str(self.identity.certificate) if trusted else ""
        made = section("smtp", f"{self.scheme}://127.0.0.1:{self.port}", ca_file=ca_file, **words)
        return Smtp(made, Credential("desk", Secret(secret)))


@pytest.fixture(params=["STARTTLS", "TLS"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Both ways to TLS."""
    made = Server(tmp_path, wrapped=request.param == "TLS")
    made.start()
    yield made
    made.stop()


def test_every_kind_of_message_is_a_mail(server: Server, tmp_path: Path) -> None:
    """The number in the subject, umlauts whole, the file byte for byte."""
    desk = server.desk()
    desk.ready()
    desk.comment(TICKET, NOTE)
    desk.attach(TICKET, file_on(tmp_path))
    desk.add_time(TICKET, TIME)
    desk.tick(TICKET, TASK)
    desk.set_status(TICKET, Status(ticket="12", key="s", name="closed"))
    note, file, time, task, status = server.box.mails

    assert note["Subject"] == "[#SR-7] dhcp_cutover: done"
    assert "Gr\u00fc\u00dfe <b> & \u20ac" in note.get_content()
    (attached,) = file.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("b\u00fcndel.zip", FILE)
    assert "90 minutes" in time["Subject"]
    assert "done: B-104" in task["Subject"]
    assert "please set to closed" in status["Subject"]


def test_the_same_message_has_the_same_id(server: Server) -> None:
    """By which most systems drop a second copy."""
    desk = server.desk()
    desk.comment(TICKET, NOTE)
    desk.comment(TICKET, NOTE)

    assert {mail["Message-ID"] for mail in server.box.mails} == {f"<zdm.{NOTE.key}@msp.test>"}


def test_a_lost_answer_is_unknown_and_nobody_can_look(server: Server) -> None:
    """A person has to."""
    desk = server.desk()
    server.box.hangs_up = True
    with pytest.raises(TicketUnknownError, match="was handed over and no answer came"):
        desk.comment(TICKET, NOTE)
    with pytest.raises(TicketUnknownError, match="nobody can tell"):
        desk.has(TICKET, NOTE)
    assert len(server.box.mails) == 1


@pytest.mark.parametrize(
    ("recipient", "answer", "error"),
    [("450 later", "250 OK", TicketBusyError), ("550 unknown", "250 OK", TicketError), ("250 OK", "451 later", TicketBusyError),
     ("250 OK", "554 spam", TicketError)],
)  # fmt: skip
def test_a_refusal_is_told_apart_from_not_now(server: Server, recipient: str, answer: str, error: type[TicketError]) -> None:
    """4xx is later, 5xx is no."""
    server.box.recipient, server.box.answer = recipient, answer
    with pytest.raises(TicketError) as refused:
        server.desk().comment(TICKET, NOTE)

    assert type(refused.value) is error
    assert server.box.mails == []


def test_a_wrong_password_and_a_foreign_certificate_are_told(server: Server) -> None:
    """At the start, and the password is not shown."""
    with pytest.raises(TicketError, match="refuses the logon") as refused:
        server.desk(secret="wrong-word").ready()
    assert "wrong-word" not in str(refused.value)
    with pytest.raises(TicketError, match="certificate of 127.0.0.1 is not trusted"):
        server.desk(trusted=False).ready()


def test_nothing_is_sent_in_clear_text(tmp_path: Path) -> None:
    """A server that offers no TLS gets neither mail nor password; a naive client hands them over."""
    made = Server(tmp_path, offers_tls=False)
    made.start()
    try:
        with pytest.raises(TicketError, match="offers no TLS; nothing is sent in clear text"):
            made.desk().comment(TICKET, NOTE)
        with smtplib.SMTP("127.0.0.1", made.port, timeout=20) as naive:
            naive.sendmail("desk@msp.test", ["tickets@msp.test"], "Subject: x\r\n\r\nx")
    finally:
        made.stop()

    assert len(made.box.mails) == 1


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    """Try again later."""
    made = section("smtp", "smtp://127.0.0.1:9", sender="a@b.test", to="c@d.test")
    with pytest.raises(TicketBusyError, match="Nothing was sent"):
        Smtp(made, None).ready()


@pytest.mark.parametrize("more", [{"url": "http://mail"}, {"sender": "nobody"}, {"to": "a@b.test\nBcc: c@d.test"}])
def test_what_is_no_address_is_bad_input(more: dict[str, str]) -> None:
    """A server, a sender, a recipient with a line break."""
    words = {"url": "smtp://127.0.0.1:25", "sender": "a@b.test", "to": "c@d.test", **more}
    with pytest.raises(InputError):
        Smtp(section("smtp", **words), None)
