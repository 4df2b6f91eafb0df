"""Exchange Online by Microsoft's own module in a held PowerShell of this computer: commands in, objects out.

The certificate's password goes in on standard input as all else does; no script of ours runs at the other end, and what a
command means, it never knows.
"""

from __future__ import annotations

import base64
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zdm_automate import errors as e
from zdm_automate.secrets import Secret
from zdm_automate.transport.agent import call_text, ssh_start_text
from zdm_automate.transport.held import HeldTransport, Limits, Lost
from zdm_automate.transport.local_program import LocalProgram
from zdm_automate.transport.program_line import ProgramLine
from zdm_automate.transport.watchdog import DeadlineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zdm_automate.transport.base import Arguments, ErrorRecord, Reply, Target

ARGUMENTS: Final = (
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    "& ([scriptblock]::Create([Console]::In.ReadLine().Replace([char]1,[char]10)))",
)
"""The whole command line after `pwsh`: it reads the agent from standard input and runs it."""

MODULE: Final = "ExchangeOnlineManagement"
OPEN_SECONDS: Final = 180.0
"""The module alone takes half a minute to load on a slow computer."""

_HEAD: Final = "param([hashtable]$ZdmArguments)\n"
CONNECT: Final = _HEAD + "Connect-ZdmOnline -Arguments $ZdmArguments\nConfirm-ZdmOnline"
RUN: Final = _HEAD + "Invoke-ZdmOnline -Arguments $ZdmArguments"
LEAVE: Final = _HEAD + "Disconnect-ExchangeOnline -Confirm:$false"
NOT_CONNECTED: Final = "You must call the Connect-ExchangeOnline cmdlet"
"""What the module says, before it sends anything, where its session has ended."""

REFUSALS: Final[tuple[tuple[str, type[e.RemoteError], str, str], ...]] = (
    (
        r"Modules_ModuleNotFound|module .*was not loaded",
        e.UnsupportedError,
        "the module ExchangeOnlineManagement is not installed on this computer.",
        "In PowerShell 7: Install-Module ExchangeOnlineManagement -Scope CurrentUser.",
    ),
    (
        r"AADSTS70002[17]|AADSTS7000222|AADSTS7000215|AADSTS50012",
        e.AuthenticationError,
        "the certificate is none that the application is registered with.",
        "Upload its public part to the app registration, or name the certificate that is there; look at its end date.",
    ),
    (
        r"AADSTS700016",
        e.AuthenticationError,
        "the organisation does not know the application.",
        "Compare `app_id` with the app registration, and whether an administrator has consented.",
    ),
    (
        r"AADSTS90002|AADSTS900023",
        e.AuthenticationError,
        "there is no organisation of that name.",
        "`organization` is the first domain of the tenant, NAME.onmicrosoft.com.",
    ),
    (
        r"(?i)password is not correct|password may be incorrect|PKCS12|MAC verif|Cannot find the requested object",
        e.AuthenticationError,
        "the certificate cannot be opened.",
        "Look at the file and at the credential that has its password.",
    ),
    (
        r"(?i)certificate .*(not found|cannot be found)|could not find (a part|file)",
        e.AuthenticationError,
        "the certificate is not there.",
        "A thumbprint is looked for in the personal store of this account, which only Windows has; elsewhere name a file.",
    ),
    (
        r"isn't supported in this scenario|isn't assigned to any management roles|Insufficient permissions",
        e.AccessDeniedError,
        "the application has no role that lets it manage Exchange.",
        "Give it Exchange.ManageAsApp and a role such as Exchange Administrator.",
    ),
)
"""Why the service, or the module, lets nobody in: by what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineLogin:
    """How an application proves itself to an organisation.

    Attributes:
        certificate_file: a PFX file, or None where `thumbprint` names a certificate of this account's store.
        password: of the file.
        module: name or folder of the module.
        commands: the cmdlets that are loaded; others do not exist in the session.
    """

    organization: str
    app_id: str
    certificate_file: Path | None = None
    thumbprint: str = ""
    password: Secret | None = None
    module: str = MODULE
    commands: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """As the session takes them."""
        file = str(self.certificate_file) if self.certificate_file is not None else None
        return {
            "Organization": self.organization,
            "AppId": self.app_id,
            "Module": self.module,
            "Commands": list(self.commands),
            "CertificateFilePath": file,
            "CertificateThumbprint": self.thumbprint or None,
            "CertificatePassword": self.password,
        }


class _Line(ProgramLine):
    """One process with one connection."""

    missing = ("ZdmOnlineNoAgent", "PowerShell 7.4 or later must be installed on this computer.")
    ended = ("ZdmOnlineEnded", "the PowerShell that holds the connection with Exchange Online has ended.")

    def __init__(self, login: OnlineLogin, agent: str, prelude: str, limits: Limits) -> None:
        self._login = login
        self._agent = agent
        self._held: LocalProgram | None = None
        super().__init__(f"online-{login.organization}", login.organization, prelude, limits)

    @property
    def auth_used(self) -> str:
        """How the application was proved."""
        return "certificate"

    def open(self) -> Reply:
        """Starts the process, loads the module and connects."""
        told = super().open()
        if told.errors:
            return told
        reply = self._invoke("connect", CONNECT, self._login.arguments())
        if reply.errors:
            raise Lost(refusal(reply.errors[0], self._login), started=False, gone=False)
        return reply

    def _start(self) -> None:
        try:
            self._program = self._held = LocalProgram(ARGUMENTS)
        except e.ZdmError as problem:
            raise Lost(problem, started=False, gone=False) from problem
        self._program.write(ssh_start_text(self._agent).encode())

    def close(self) -> None:
        """Signs off, where there is still somebody to do it, and ends the process."""
        try:
            self.worker.run(self._leave, until=time.monotonic() + self.limits.close_seconds)
        except (DeadlineError, e.ZdmError, Lost):
            self.dead = True
        self._end(1.0 if self.dead else self.limits.close_seconds)
        self.worker.stop(wait=1.0)

    def _leave(self) -> None:
        if not self.dead and self._held is not None:
            self._invoke("leave", LEAVE, {})

    def abandon(self, *, tell: bool) -> None:
        """Ends the process under its call."""
        del tell
        self.dead = True
        if self._held is not None:
            self._held.kill()
        self.worker.stop(wait=1.0)

    def _end(self, seconds: float) -> None:
        if self._held is not None:
            self._held.end(seconds)
            self._held.close()


class OnlineTransport(HeldTransport[_Line]):
    """See `CommandTransport`: one held process for one organisation."""

    name = "online"

    def __init__(self, target: Target, login: OnlineLogin, *, agent: str, prelude: str, limits: Limits | None = None) -> None:
        super().__init__(target)
        self._login = login
        self._agent = agent
        self._prelude = prelude
        self._limits = limits or Limits()

    def open(self, timeout: float = OPEN_SECONDS) -> Reply:
        """See `CommandTransport.open`."""
        return super().open(timeout)

    def commands(self, pipeline: Sequence[tuple[str, Arguments]], *, timeout: float, repeatable: bool) -> Reply:
        """See `CommandTransport.commands`; what the module did not send for want of a session is sent once more."""
        arguments = arguments_of(pipeline)
        call_text("-", RUN, arguments)
        reply = self._sent(arguments, timeout=timeout, repeatable=repeatable)
        if any(NOT_CONNECTED in one.message for one in reply.errors):
            reply = self._sent({**arguments, "renew": True}, timeout=timeout, repeatable=repeatable)
        return reply

    def _sent(self, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        return self._run(lambda line: line.invoke(RUN, arguments), timeout=timeout, repeatable=repeatable)

    def _lines(self) -> Iterator[_Line]:
        yield _Line(self._login, self._agent, self._prelude, self._limits)


def arguments_of(pipeline: Sequence[tuple[str, Arguments]]) -> dict[str, Any]:
    """A pipeline as the arguments of one call: the names of its commands, and each parameter as `place|kind|name`.

    Raises:
        InputError: more than two commands.
    """
    if not 1 <= len(pipeline) <= 2:  # noqa: PLR2004 - a reader and what takes its objects
        raise e.InputError(f"a pipeline of {len(pipeline)} commands is not sent to Exchange Online.")
    found: dict[str, Any] = {"commands": [name for name, _ in pipeline]}
    for place, (_, parameters) in enumerate(pipeline):
        for name, value in parameters.items():
            match value:
                case bytes():
                    found[f"{place}|bytes|{name}"] = base64.b64encode(value).decode()
                case datetime():
                    found[f"{place}|moment|{name}"] = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
                case _:
                    found[f"{place}|plain|{name}"] = value
    return found


def refusal(record: ErrorRecord, login: OnlineLogin) -> e.RemoteError:
    """Why nobody was let in."""
    said = f"{record.error_id} {record.message}"
    for pattern, kind, sentence, hint in REFUSALS:
        if re.search(pattern, said):
            return kind(sentence, hint=hint, host=login.organization, error_id="ZdmOnlineRefused")
    return e.UnreachableError(
        f"Exchange Online let nobody in: {record.message.strip()[:300]}",
        hint="Look at the way out of this computer, its proxy and its clock; then at the app registration.",
        host=login.organization,
        error_id="ZdmOnlineRefused",
    )
