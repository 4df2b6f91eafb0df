"""Mail to a ticketing system's address, for those without an interface. TLS always; a number in the subject finds the ticket.

A mailbox that others read cannot be searched, so after an answer was lost nobody can tell, and nothing is sent again by itself.
The same message always has the same Message-ID, by which most systems drop a second copy.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zdm_automate.errors import InputError, TicketBusyError, TicketError, TicketUnknownError
from zdm_automate.ticketing.port import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.outlets import TicketingSection
    from zdm_automate.secrets import Credential
    from zdm_automate.ticketing.port import File, Message, Note, Status, Task, TimeEntry

SECONDS: Final = 60
LATER: Final = range(400, 500)
"""Answers that mean: not now."""
DONE: Final = range(200, 300)


class Smtp:
    """A mail server; `smtps://host:465`, or `smtp://host:587` with STARTTLS, which must be offered."""

    name = "E-mail"

    def __init__(self, section: TicketingSection, credential: Credential | None) -> None:
        self._section = section
        self._credential = credential
        self._url = urlsplit(section.url)
        if self._url.scheme not in {"smtp", "smtps"} or not self._url.hostname:
            raise InputError(f"{section.url!r} is no mail server.", hint="Write smtps://host:465 or smtp://host:587.")
        for address in (section.sender, section.to):
            if "@" not in parseaddr(address)[1] or "\n" in address:
                raise InputError(f"{address!r} is no mail address.")

    def ready(self) -> None:
        """See `Desk.ready`: connects, with TLS and logon."""
        with self._connected():
            pass

    def find(self, number: str) -> Ticket:
        """See `Desk.find`: nobody can be asked; the number goes into the subject."""
        if not number.strip() or not number.isprintable():
            raise TicketError(f"{number!r} cannot stand in a subject.")
        return Ticket(id=number, number=number)

    def comment(self, ticket: Ticket, note: Note) -> str:
        """See `Desk.comment`."""
        return self._send(self._mail(ticket, note, note.subject, note.text))

    def attach(self, ticket: Ticket, file: File) -> str:
        """See `Desk.attach`."""
        mail = self._mail(ticket, file, file.name, file.text or file.name)
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.content(), maintype=main, subtype=sub or "octet-stream", filename=file.name)
        return self._send(mail)

    def add_time(self, ticket: Ticket, time: TimeEntry) -> str:
        """See `Desk.add_time`."""
        text = f"{time.text}\n{time.minutes} minutes, {time.start} to {time.end}"
        return self._send(self._mail(ticket, time, f"time: {time.minutes} minutes", text))

    def tick(self, ticket: Ticket, task: Task) -> str:
        """See `Desk.tick`."""
        said = f"{'done' if task.done else 'open'}: {task.title}"
        return self._send(self._mail(ticket, task, said, said))

    def set_status(self, ticket: Ticket, status: Status) -> str:
        """See `Desk.set_status`: a person has to do it."""
        return self._send(self._mail(ticket, status, f"please set to {status.name}", f"Please set this to {status.name}."))

    def has(self, ticket: Ticket, message: Message) -> bool:
        """See `Desk.has`."""
        raise TicketUnknownError(
            f"nobody can tell whether the mail {message.marker} to ticket {ticket.number} arrived.",
            hint="Look into the ticket, then `zdm sr settle` says so.",
        )

    def _mail(self, ticket: Ticket, message: Message, subject: str, text: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._section.sender
        mail["To"] = self._section.to
        mail["Subject"] = " ".join(f"[#{ticket.number}] {subject}".split())
        mail["Message-ID"] = f"<zdm.{message.key}@{parseaddr(self._section.sender)[1].rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{text}\n\n{message.marker}\n")
        return mail

    # --- the wire ---

    def _connected(self) -> smtplib.SMTP:
        host = str(self._url.hostname)
        try:
            server = self._opened(host)
        except ssl.SSLError as problem:
            raise TicketError(
                f"the certificate of {host} is not trusted: {problem.reason}.", hint="See `ca_file`."
            ) from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise TicketError(f"{host} offers no TLS; nothing is sent in clear text.", hint="Use smtps://.") from problem
        except smtplib.SMTPAuthenticationError as problem:
            raise TicketError(f"{host} refuses the logon ({problem.smtp_code}).", hint="Is the credential right?") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise TicketBusyError(f"{host} does not answer: {problem}.", wait=60.0, hint="Nothing was sent.") from problem
        return server

    def _opened(self, host: str) -> smtplib.SMTP:
        """A connection under TLS, logged on; closed where one of the two fails."""
        tls = ssl.create_default_context(cafile=self._section.ca_file or None)
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=SECONDS, context=tls)
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=SECONDS)
        try:
            if self._url.scheme == "smtp":
                server.starttls(context=tls)
            if self._credential is not None:
                server.login(self._credential.username, self._credential.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _send(self, mail: EmailMessage) -> str:
        """One mail. Until its last line is sent nothing has been accepted; after it only the answer tells."""
        server = self._connected()
        key = str(mail["Message-ID"])
        try:
            for code, said in self._envelope(server):
                if code not in DONE:
                    raise _refusal(code, said)
            code, said = _handed_over(server, mail, key)
        except smtplib.SMTPException as problem:
            raise TicketBusyError(f"the mail server went away: {problem}.", wait=60.0, hint="Nothing was sent.") from problem
        finally:
            server.close()
        if code not in DONE:
            raise _refusal(code, said)
        return key

    def _envelope(self, server: smtplib.SMTP) -> Iterator[tuple[int, bytes]]:
        server.ehlo_or_helo_if_needed()
        yield server.mail(parseaddr(self._section.sender)[1])
        yield server.rcpt(parseaddr(self._section.to)[1])


def _handed_over(server: smtplib.SMTP, mail: EmailMessage, key: str) -> tuple[int, bytes]:
    try:
        return server.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as problem:
        said = problem.smtp_error
        return problem.smtp_code, said if isinstance(said, bytes) else said.encode()
    except (OSError, smtplib.SMTPException) as problem:
        raise TicketUnknownError(
            f"the mail {key} was handed over and no answer came: {problem}.", hint="Look into the ticket, then `zdm sr settle`."
        ) from problem


def _refusal(code: int, said: bytes) -> TicketError:
    text = f"the mail server answers {code}: {said.decode('utf-8', 'replace')}."
    if code in LATER:
        return TicketBusyError(text, wait=300.0, hint="Nothing was sent; try again later.")
    return TicketError(text, hint="Nothing was sent.")
