"""WinRM's shells for programs, with a held `powershell.exe` whose agent answers calls: the only module that knows pywinrm.

For hosts whose PowerShell remoting is missing or broken. Scripts, arguments and secrets go in on standard input, never on a
command line; what a call means, it never knows.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import requests
from winrm.exceptions import (
    AuthenticationError,
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol
from winrm.transport import Transport

from zdm_automate import errors as e
from zdm_automate.transport import fault_table
from zdm_automate.transport.agent import ARGUMENTS, COMMAND, call_text, start_text
from zdm_automate.transport.agent_line import AgentLine
from zdm_automate.transport.held import HeldTransport, Limits, Lost
from zdm_automate.transport.http_failures import http_meaning
from zdm_automate.transport.logon import SpnegoLogon, logon_meaning
from zdm_automate.transport.sealed import CONTENT_TYPE, seal, unseal
from zdm_automate.transport.sockets import Sockets
from zdm_automate.transport.watchdog import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zdm_automate.transport.base import Arguments, Reply, Target
    from zdm_automate.transport.http_failures import Meaning

logging.getLogger("winrm").setLevel(logging.WARNING)

PIECE: Final = 48 * 1024
"""Bytes of input in one message: with base64 and the envelope they stay below 150 KB, which is what 2.0 takes."""

UTF_8: Final = 65001

TIMED_OUT: Final = 0x80338029
TIMED_OUT_TEXT: Final = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."

_WAYS: Final = ("negotiate", "ntlm", "kerberos", "basic")


class _Http(Transport):
    """pywinrm's HTTP with its sockets in reach, the pinned certificate, and a limit of its own for connecting.

    To pywinrm every session is one of Basic: logging on by SPNEGO and sealing are done here, alike for tickets and NTLM,
    because its own Kerberos needs a library that nobody keeps any more.
    """

    target: Target
    messages = 0
    sockets: Sockets | None = None
    logon: SpnegoLogon | None = None

    def build_session(self) -> requests.Session:
        if self.session is not None:
            return self.session
        session = super().build_session()
        sockets = self.sockets = Sockets(session, self.target.fingerprint)
        if self.target.auth == "basic":
            return session
        seals = not self.target.ssl and self.target.encryption != "never"
        session.auth = self.logon = SpnegoLogon(self.target, seals=seals, certificate=sockets.certificate)
        if seals:
            try:
                self._send_message_request(session, session.prepare_request(requests.Request("POST", self.endpoint)))
                self.encryption = _Sealing(self.logon)  # type: ignore[assignment] # pywinrm asks two methods of it
            except BaseException:
                self.close_session()  # or the next message would go out as it is
                raise
        return session

    def send_message(self, message: str | bytes) -> bytes:
        self.messages += 1
        return super().send_message(message)


class _Sealing:
    """What pywinrm asks of its encryption, by the context of a logon."""

    def __init__(self, logon: SpnegoLogon) -> None:
        self._logon = logon

    def prepare_encrypted_request(self, session: requests.Session, endpoint: str, message: bytes) -> requests.PreparedRequest:
        """A request with the message sealed.

        Raises:
            requests.ConnectionError: the logon is not complete.
        """
        if self._logon.context is None:
            raise requests.ConnectionError("the logon of this connection is not complete")
        prepared = session.prepare_request(requests.Request("POST", endpoint, data=seal(message, self._logon.context)))
        prepared.headers["Content-Type"] = CONTENT_TYPE
        return prepared

    def parse_encrypted_response(self, response: requests.Response) -> bytes:
        """The message in clear; an answer that came so is given as it is."""
        sealed = response.headers.get("Content-Type", "").startswith("multipart/")
        return unseal(response.content, self._logon.context) if sealed else response.content


def _protocol(target: Target, *, seconds: int = 0) -> tuple[Protocol, _Http]:
    """A client of its own connection."""
    # pywinrm demands a pair for its Basic; where that is not the logon it gets one that nobody is sent
    user, password = target.account if target.auth == "basic" else ("nobody", "nothing")
    secure = bool(target.fingerprint)
    known: dict[str, Any] = {
        "endpoint": target.endpoint,
        "username": user,
        "password": password,
        "server_cert_validation": "ignore" if secure else "validate",
        "ca_trust_path": target.ca_file or None,
        "message_encryption": "never",
        "proxy": None,
    }
    protocol = Protocol(
        transport="basic",
        operation_timeout_sec=target.operation_seconds,
        read_timeout_sec=target.read_seconds,
        **known,
    )
    http = _Http(auth_method="basic", **known)
    http.target = target
    # requests takes a pair: for connecting, and for each read
    http.read_timeout_sec = (seconds or target.connect_seconds, seconds or target.read_seconds)  # type: ignore[assignment]
    protocol.transport = http
    return protocol, http


class _Line(AgentLine):
    """One shell with one process in it, on one connection."""

    def __init__(self, target: Target, agent: str, prelude: str, limits: Limits) -> None:
        self.target = target
        self._agent = agent
        self._protocol, self._http = _protocol(target)
        self._shell = ""
        self._command = ""
        super().__init__(f"winrs-{target.host}", prelude, limits)

    @property
    def requests(self) -> int:
        """WSMan requests so far."""
        return self._http.messages

    @property
    def auth_used(self) -> str:
        """The mechanism that was really used."""
        return self._http.logon.used if self._http.logon is not None else self.target.auth

    def _start(self) -> None:
        self._shell = self._protocol.open_shell(codepage=UTF_8)
        self._command = self._protocol.run_command(
            self._shell, COMMAND, ARGUMENTS, console_mode_stdin=False, skip_cmd_shell=False
        )
        self._send(start_text(self._agent))

    def _answer(self, identity: str, most: str, last: str) -> str:
        self._send(most, last)
        return self._await(identity)

    def _send(self, text: str, last: str = "") -> None:
        """Input in messages that an old host takes; what makes the agent begin goes with the last of them."""
        data = text.encode() + last.encode()
        pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
        for number, piece in enumerate(pieces, start=1):
            self.sent = self.sent or (bool(last) and number == len(pieces))
            self._protocol.send_command_input(self._shell, self._command, piece)
        self._taken = self._taken or bool(last)

    def _await(self, identity: str) -> str:
        """What the agent replies to this call."""
        while True:
            try:
                out, err, code, done = self._protocol.get_command_output_raw(self._shell, self._command)
            except WinRMOperationTimeoutError:
                continue
            for found, xml in self._replies.feed(out.decode("utf-8", errors="replace")):
                if found == identity:
                    return xml
            if err.strip():
                self._replies.other.append(err.decode("utf-8", errors="replace").strip())
            if done:
                raise self._ended(code)

    def _ended(self, code: int) -> Lost:
        """The process has gone: before it answered anything it cannot be had at all, later it was lost."""
        self.dead = True
        said = " ".join(self._replies.other)[:300]
        if self.calls == 0:
            error: e.RemoteError = e.UnreachableError(
                f"powershell.exe ended with {code} before it answered: {said or 'nothing said'}.",
                hint="Run powershell.exe on the host itself; look at AppLocker and at the antivirus.",
                host=self.target.host,
                error_id="ZdmWinrsNoAgent",
            )
            return Lost(error, started=False, gone=False)
        gone = fault_table.BROKEN.raised(self.target.host, "ZdmWinrsEnded", said)
        return Lost(gone, started=self._taken, gone=True)

    def close(self) -> None:
        """Ends process, shell and connection."""
        try:
            self.worker.run(self._close, until=time.monotonic() + self.limits.close_seconds)
        except DeadlineError:
            self._end_sockets()
        self.worker.stop(wait=1.0)

    def _close(self) -> None:
        try:
            if self._shell and not self.dead:
                self._protocol.close_shell(self._shell)
        except Exception:  # noqa: BLE001 - the host may have gone, and the reply is here already
            self.dead = True
        finally:
            self._http.close_session()
            if self._http.sockets is not None:
                self._http.sockets.close()

    def abandon(self, *, tell: bool) -> None:
        """Breaks the sockets under a call in progress and removes the shell, and with it the process, over another."""
        self.dead = True
        self._end_sockets()
        self.worker.run_later(self._close)
        self.worker.stop()
        tidy = threading.Thread(target=self._tidy, name=f"tidy-{self.target.host}", daemon=True)
        tidy.start()
        tidy.join(self.limits.stop_seconds if tell else 0.0)

    def _tidy(self) -> None:
        protocol, http = _protocol(self.target, seconds=max(1, round(self.limits.stop_seconds)))
        try:
            if self._shell:
                protocol.close_shell(self._shell)
        except Exception:  # noqa: BLE001 - the call has failed already and says so
            return
        finally:
            http.close_session()
            if http.sockets is not None:
                http.sockets.close()

    def _end_sockets(self) -> None:
        if self._http.sockets is not None:
            self._http.sockets.end()

    def _blank(self) -> None:
        if self._command:
            self._protocol.send_command_input(self._shell, self._command, b"\n")

    def _verdict(self, problem: Exception) -> Lost:
        fault, detail, identity, refused = _meaning(problem)
        error = fault.raised(self.target.host, identity, detail)
        started = self._taken or (self.sent and not refused)
        return Lost(error, started=started, gone=fault.gone or not self.sent)


class WinrsTransport(HeldTransport[_Line]):
    """A held process of PowerShell on one host."""

    name = "winrs"

    def __init__(self, target: Target, *, agent: str, prelude: str = "", limits: Limits | None = None) -> None:
        if target.auth not in _WAYS:
            raise e.InputError(
                f"{target.host}: over WinRS the logon is {' or '.join(_WAYS)}, not {target.auth}.",
                hint="Write one of these as its auth.",
            )
        super().__init__(target)
        self._agent = agent
        self._prelude = prelude
        self._limits = limits or Limits()

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        call_text("-", text, arguments)
        return self._run(lambda line: line.invoke(text, arguments), timeout=timeout, repeatable=repeatable)

    def _lines(self) -> Iterator[_Line]:
        yield _Line(self.target, self._agent, self._prelude, self._limits)


def _meaning(problem: Exception) -> Meaning:
    logon = logon_meaning(problem)
    if logon is not None:
        return logon
    found: Meaning
    match problem:
        case WSManFaultError():
            code = problem.wsman_fault_code
            words = str(problem.reason or "")
            found = fault_table.wsman_fault(code, words), words, str(code or ""), code not in fault_table.UNSURE
        case WinRMOperationTimeoutError():
            # pywinrm keeps neither number nor text of this one
            found = fault_table.WSMAN[TIMED_OUT], TIMED_OUT_TEXT, str(TIMED_OUT), False
        case InvalidCredentialsError() | AuthenticationError():
            found = fault_table.HTTP[401], "", "401", True
        case WinRMTransportError():
            found = fault_table.http_fault(problem.code), "", str(problem.code), problem.code in fault_table.REFUSED_HTTP
        case requests.exceptions.RequestException():
            found = http_meaning(problem)
        case _:
            words = str(problem) if isinstance(problem, WinRMError) else type(problem).__name__
            found = fault_table.BROKEN_OFF, words, "", False
    return found
