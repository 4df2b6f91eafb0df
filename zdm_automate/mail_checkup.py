"""Whether the endpoint of a host's Exchange can be worked with: what was looked at, and for each trouble cause and next action.

It sends commands that read, and no script; what it opens it closes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from zdm_automate.errors import (
    AccessDeniedError,
    AuthenticationError,
    InputError,
    PoolLostError,
    QuotaError,
    RestrictedLanguageError,
    UnreachableError,
    UnsupportedError,
    WrongHostError,
    ZdmError,
)
from zdm_automate.mail_session import ExchangeSession
from zdm_automate.transport import fault_table
from zdm_automate.transport.base import Target
from zdm_automate.transport.probe import Probe

ACTIONS: Final[tuple[tuple[type[ZdmError], str], ...]] = (
    (
        AuthenticationError,
        "Kerberos needs a ticket for HTTP/ with the server's full name: look at `address`, `spn`, the clock and `klist`.",
    ),
    (AccessDeniedError, "Give the account a management role: add it to the role group Organization Management."),
    (QuotaError, "An account may have 18 sessions on a server: close shells of other tools, or wait a quarter of an hour."),
    (RestrictedLanguageError, "Name the endpoint of Exchange: path /PowerShell, configuration Microsoft.Exchange."),
    (WrongHostError, "Give this host the address of the Exchange server of that name."),
    (InputError, "Mend `exchange:` of this host in project.yaml."),
    (PoolLostError, "Look at the application pool MSExchangePowerShellAppPool and at IIS on the server."),
    (UnreachableError, "Look at the web server (W3SVC), its port 80, the firewall and the PowerShell virtual directory."),
)
"""What to do about each kind of trouble; the first that fits."""

NO_CONFIGURATION: Final = (
    "This is WinRM's own endpoint and not that of Exchange, or Exchange is not installed there: `exchange: {port: 80}`, and "
    "its virtual directory PowerShell."
)
MOVES: Final = "Get-ZdmMailboxMove"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPatient:
    """An endpoint to look at, and the means to do so."""

    target: Target
    session: ExchangeSession
    probe: Callable[[Target], Probe]


@dataclass(slots=True)
class MailFindings:
    """What was found: name, value, what to do; and why it cannot be worked with."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    problem: ZdmError | None = None

    def add(self, name: str, value: object, action: str = "") -> None:
        """Notes one thing."""
        self.rows.append((f"Exchange {name}", str(value), action))

    def fail(self, problem: ZdmError, action: str) -> MailFindings:
        """Notes why it cannot be worked with; the trouble takes the action as its next step."""
        problem.hint = action
        self.problem = problem
        self.add("session", problem.message, action)
        return self


def look_at_mail(patient: MailPatient) -> MailFindings:
    """One endpoint: port, ways to log on, session, server and version, and whether move requests can be read."""
    found = MailFindings()
    target = patient.target
    seen = patient.probe(target)
    if seen.port != "open" or seen.mute:
        found.add("port", f"{target.endpoint}: {'nothing answers' if seen.mute else seen.port}", _action(UnreachableError("")))
        why = f"the endpoint of Exchange at {target.endpoint} does not answer"
        return found.fail(UnreachableError(f"{why}.", host=target.host), _action(UnreachableError("")))
    found.add("port", f"{target.endpoint}: open")
    if seen.offered:
        found.add("logon offered", ", ".join(seen.offered), _offered_action(target, seen))
    try:
        info = patient.session.connect()
        found.add("way", f"{info.transport}, {info.auth}", _weak(target, info.auth))
        found.add("server", f"{info.host}, Exchange {info.version}, {info.build}")
        found.add("commands", "Microsoft.Exchange: commands only, no script was sent")
        for text in info.warnings:
            found.add("warning", text)
        _moves(found, patient.session)
    except ZdmError as problem:
        return found.fail(problem, _action(problem))
    finally:
        patient.session.close()
    return found


def _moves(found: MailFindings, session: ExchangeSession) -> None:
    try:
        count = len(session.read(MOVES).facts)
    except UnsupportedError as problem:
        found.add("move requests", problem.message, "Give the account the roles Move Mailboxes and Mail Recipients.")
        return
    found.add("move requests", count)


def _action(problem: ZdmError) -> str:
    if problem.error_id in {str(code) for code in fault_table.NO_CONFIGURATION}:
        return NO_CONFIGURATION
    return next((action for kind, action in ACTIONS if isinstance(problem, kind)), problem.hint or "Look in its event log.")


def _offered_action(target: Target, seen: Probe) -> str:
    names = {one.casefold() for one in seen.offered}
    if target.auth == "kerberos" and not names & {"negotiate", "kerberos"}:
        return "Switch Windows authentication on at the PowerShell virtual directory: without Negotiate there is no Kerberos."
    return ""


def _weak(target: Target, used: str) -> str:
    """Without TLS what is said is sealed by Kerberos, and by NTLM only where the server still takes it."""
    if used != "kerberos" and not target.ssl:
        return "Exchange is meant to be asked by Kerberos: name the server by its full name and get a ticket."
    return ""
