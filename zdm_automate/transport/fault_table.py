"""What each failure on the wire, and each error id of Windows, means: the exception, the sentence, the next action.

Data and look-up only: nothing here sends, retries or knows a client library.
Numbers and texts are those of the Windows SDK header wsmerror.h, of MS-WSMV, and of the cmdlets' own error ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zdm_automate import errors as e
from zdm_automate.transport.win32 import win32_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zdm_automate.transport.base import ErrorRecord


@dataclass(frozen=True, slots=True)
class Fault:
    """The meaning of one failure; `gone` says that the shell is no longer there and a new one may work."""

    error: type[e.RemoteError]
    sentence: str
    action: str = ""
    gone: bool = False

    def raised(self, host: str, error_id: str, detail: str = "") -> e.RemoteError:
        """The exception of this fault for a host; `detail` is the far side's own words."""
        words = f"{self.sentence} ({detail.strip()})" if detail.strip() else self.sentence
        return self.error(words, hint=self.action, host=host, error_id=error_id)


_SHELLS = Fault(
    e.QuotaError,
    "the account has too many open shells on the host.",
    "Close other sessions of this account, or wait until the host's IdleTimeout ends those that were left behind.",
)
_USERS = Fault(
    e.QuotaError, "too many accounts use remote shells on the host at once.", "Wait, or close other tools' sessions."
)
_BUSY = Fault(e.QuotaError, "the host's WinRM service is at its limit.", "Wait a minute; look who else uses WinRM there.")
_COMMANDS = Fault(
    e.QuotaError, "the shell has taken as many commands as its quota allows.", "Open the pool again; this is done by itself."
)
_OPERATIONS = Fault(
    e.QuotaError,
    "the account has too many operations open on the host.",
    "Close other tools' sessions; hosts of 2008 R2 and older allow 15.",
)
_GONE = Fault(
    e.PoolLostError,
    "the remote shell is gone (idle limit, restart of WinRM, or reboot).",
    "Connect again and read what is there before going on.",
)
_ABSENT = Fault(
    e.UnreachableError,
    "no such session configuration on the host.",
    "Look with Get-PSSessionConfiguration; check path and port.",
)
_DENIED = Fault(
    e.AccessDeniedError,
    "the host refuses this account a remote shell.",
    "Use a domain administrator or the built-in Administrator; other local administrators get a filtered token.",
)
_LOGON = Fault(e.AuthenticationError, "the host does not accept the user name or password.", "Check DOMAIN\\user and password.")
_LARGE = Fault(e.WireError, "the answer or request is larger than the host's envelope.", "Ask for less at a time.")
_CLOSING = Fault(e.PoolLostError, "the host is shutting down.", "Wait until it is up again, then read before going on.")
_OFF = Fault(e.UnreachableError, "remote shells are switched off on the host.", "Run Enable-PSRemoting -Force there.")
_KERBEROS = Fault(
    e.AuthenticationError,
    "Kerberos cannot prove the host's identity.",
    "Connect by the full DNS name; look for a missing or double service principal name with setspn -Q.",
)
BROKEN = Fault(
    e.PoolLostError,
    "the host's PowerShell process ended.",
    "Look in its Application log (1000, 1026), then read before going on.",
)
_UNFIT = Fault(e.WireError, "the host does not understand this request.", "Look at the protocol options of the target.")

WSMAN: Final[Mapping[int, Fault]] = {
    5: _DENIED,
    0x80070005: _DENIED,
    1326: _LOGON,
    0x8007052E: _LOGON,
    1311: Fault(e.AuthenticationError, "the host reaches no domain controller.", "Check its DNS servers, time and Netlogon."),
    1115: _CLOSING,
    995: _GONE,
    1722: BROKEN,
    14: Fault(e.QuotaError, "the host's WinRM service is out of memory.", "Restart WinRM there in agreed hours."),
    2: Fault(
        e.UnreachableError, "the host cannot start its PowerShell process.", "Repair or register its session configuration."
    ),
    0x80338000: Fault(e.UnreachableError, "the resource does not exist on the host.", "Check path and configuration name."),
    0x80338002: _ABSENT,
    0x8033803B: _ABSENT,
    0x80338012: Fault(e.UnreachableError, "nothing answers as WinRM there.", "Start WinRM; check listener and firewall."),
    0x80338014: _BUSY,
    0x80338029: Fault(
        e.CallTimeoutError, "the host did not answer within the operation's time.", "Try again; look at its load."
    ),
    0x80338036: _LOGON,
    0x8033803F: _BUSY,
    0x80338041: _UNFIT,
    0x80338047: _LARGE,
    0x80338048: _LARGE,
    0x80338049: _LARGE,
    0x8033804D: Fault(
        e.WireError, "the work was done but its result is too large to send.", "Do not repeat it; read what is there instead."
    ),
    0x8033805B: Fault(_GONE.error, _GONE.sentence, _GONE.action, gone=True),
    0x80338098: Fault(_GONE.error, _GONE.sentence, _GONE.action, gone=True),
    0x8033809D: _KERBEROS,
    0x80090322: _KERBEROS,
    0x80338104: _DENIED,
    0x80338105: _DENIED,
    0x80338106: _DENIED,
    0x80338113: _ABSENT,
    0x80338126: Fault(e.UnreachableError, "the host does not answer.", "Check power, address, port and firewall profile."),
    0x8033814A: Fault(_GONE.error, _GONE.sentence, _GONE.action, gone=True),
    0x803381A5: _SHELLS,
    0x803381A6: Fault(_OPERATIONS.error, _OPERATIONS.sentence, _OPERATIONS.action, gone=True),
    0x803381A7: _BUSY,
    0x803381A8: _BUSY,
    0x803381AB: _USERS,
    0x803381AC: _OFF,
    0x803381C4: Fault(_GONE.error, "the remote shell is disconnected.", _GONE.action, gone=True),
    0x803381CD: Fault(_GONE.error, "the remote shell belongs to another client now.", _GONE.action, gone=True),
    0x803381DD: _OFF,
    0x803381E3: _OFF,
    0x803381E4: _SHELLS,
    0x803381E5: _USERS,
    0x803381E6: _SHELLS,
    0x803381E7: _BUSY,
    0x803381E8: Fault(_OPERATIONS.error, _OPERATIONS.sentence, _OPERATIONS.action, gone=True),
    0x803381E9: Fault(_COMMANDS.error, _COMMANDS.sentence, _COMMANDS.action, gone=True),
    0x803381EA: Fault(e.QuotaError, "the host has not enough memory for another command.", "Look at its memory; wait."),
    0x803381FA: Fault(_GONE.error, _GONE.sentence, _GONE.action, gone=True),
}
"""By code of the WSManFault, unsigned."""

HTTP: Final[Mapping[int, Fault]] = {
    400: Fault(
        e.PoolLostError,
        "the host no longer knows this connection (HTTP 400).",
        "Connect again; with Kerberos, a very large ticket does this too.",
        gone=True,
    ),
    401: _LOGON,
    403: Fault(e.AccessDeniedError, "the host's web server refuses access (HTTP 403).", "Check the listener and IIS settings."),
    404: Fault(e.UnreachableError, "there is no such path on the host (HTTP 404).", "Check path and port of the target."),
    407: Fault(e.UnreachableError, "a proxy stands in between (HTTP 407).", "Reach the host directly."),
    411: Fault(e.UnreachableError, "something in between altered the request (HTTP 411).", "Reach the host directly."),
    413: _LARGE,
    503: Fault(e.UnreachableError, "WinRM or its application pool does not run (HTTP 503).", "Start the service on the host."),
}
"""By HTTP status of an answer without a fault in it."""

TEXT: Final[tuple[tuple[str, int], ...]] = (
    (r"commands per shell", 0x803381E9),
    (r"concurrent operations", 0x803381A6),
    (r"concurrent shells|number of shells|number of connections allowed", 0x803381A5),
    (r"users (executing|concurrently performing)", 0x803381AB),
    (r"ShellId .* not found|shell was not found|invalid selectors", 0x8033805B),
    (r"currently disconnected", 0x803381C4),
    (r"Access is denied", 5),
    (r"0x80090322", 0x80090322),
    (r"shutdown is in progress", 1115),
)
"""Patterns of a fault's text to its code, for faults that carry no number (quota faults of some services)."""

REFUSED_HTTP: Final = frozenset({400, 401, 403, 404, 407, 411, 413, 503})
"""Statuses that come before anything of the request is looked at: what was asked for was certainly not started."""

UNSURE: Final = frozenset({2, 14, 995, 1115, 1722, 0x80338029, 0x8033804D})
"""Fault codes after which the command may have been started although the answer was a fault."""

NO_CONFIGURATION: Final = frozenset({2, 0x80338000, 0x80338002, 0x8033803B, 0x80338113})
"""Codes with which WinRM says that it has no such session configuration, or that its process cannot be started."""

OPTIONS_REFUSED: Final = frozenset({0x80338041, 0x80338010})
"""Codes with which an old host refuses an option of a new shell; without the newer options it may open."""


UNREACHED: Final = Fault(
    e.UnreachableError, "no connection to the endpoint.", "Check name, address, port, listener and firewall."
)
NAMELESS: Final = Fault(
    e.UnreachableError, "the name of the host leads nowhere.", "Check the name, and which DNS server this computer asks."
)
SILENT: Final = Fault(e.UnreachableError, "nothing answers at the address.", "Check power, address, port and firewall.")
STALLED: Final = Fault(e.PoolLostError, "the host stopped answering.", "Read what is there before going on.", gone=True)
BROKEN_OFF: Final = Fault(
    e.PoolLostError, "the connection to the host broke off.", "Connect again and read what is there before going on.", gone=True
)

_CERTIFICATE = re.compile(r"fingerprint|CERTIFICATE_VERIFY_FAILED|certificate verify failed|doesn't match", re.IGNORECASE)

OTHER_WAY: Final = Fault(
    e.AuthenticationError,
    "the host offers only another way to log on than the project asks for.",
    "Where Kerberos is required nothing else is used: look at the host's SPN and its WinRM authentication.",
)
NOT_OFFERED: Final = Fault(
    e.AuthenticationError,
    "the host offers no way to log on that this target may use.",
    "Look at WinRM's authentication there (winrm get winrm/config/service/auth) and at `auth` in the project.",
)

LOGON_TEXT: Final[tuple[tuple[str, Fault], ...]] = (
    (
        r"Client '?.*not found in Kerberos database",
        Fault(e.AuthenticationError, "the domain does not know the account.", "Check its name; write user@domain."),
    ),
    (
        r"Server .*not found in Kerberos database",
        Fault(
            e.AuthenticationError,
            "the domain knows no such service principal.",
            "Connect by the full DNS name; look with `setspn -Q`. A renamed host or an alias needs `spn: host/NAME`.",
        ),
    ),
    (
        r"Clock skew|not yet valid",
        Fault(e.AuthenticationError, "Kerberos refuses because clocks differ by more than 5 minutes.", "Set the clocks first."),
    ),
    (
        r"Ticket expired|credential has expired|0x80090317",
        Fault(e.AuthenticationError, "the Kerberos ticket has expired.", "Run kinit again, or give a password."),
    ),
    (
        r"Password has expired|must be changed",
        Fault(e.AuthenticationError, "the account's password has expired.", "Change it, then try again."),
    ),
    (
        r"entry in database has expired",
        Fault(e.AuthenticationError, "the account has expired.", "Look at the account in the directory."),
    ),
    (
        r"have been revoked",
        Fault(e.AuthenticationError, "the account is disabled or locked out.", "Look at the account in the directory."),
    ),
    (r"Preauthentication failed|Decrypt integrity check failed", _LOGON),
    (
        r"Cannot (contact any|find) KDC|resolve network address for KDC",
        Fault(e.AuthenticationError, "no domain controller answers for Kerberos.", "Check DNS and port 88; or use auth: ntlm."),
    ),
    (
        r"no support for encryption type|etype|encryption types? (not|un)",
        Fault(
            e.AuthenticationError,
            "this computer and the domain have no encryption type in common.",
            "Realms of 2003 know RC4 only: use auth: ntlm there.",
        ),
    ),
    (
        r"stream modified|Wrong principal|Request ticket server|Key version",
        Fault(
            e.AuthenticationError,
            "the ticket is for another machine than the one that answered.",
            "The name leads elsewhere, or two accounts hold the principal: `setspn -X` finds doubles.",
        ),
    ),
    (
        r"gssapi library|Protocol kerberos is not available|No module named|requires? the .*(gssapi|krb5)",
        Fault(e.AuthenticationError, "Kerberos support is not installed here.", "`make kerberos` adds it; or use auth: ntlm."),
    ),
    (
        r"client principal .* in cache|credentials cache|No (applicable|Kerberos) credentials|No credentials were supplied",
        Fault(e.AuthenticationError, "there is no Kerberos ticket for the account.", "Run kinit, or give a password."),
    ),
    (
        r"needed but only found|username and password",
        Fault(e.AuthenticationError, "there is no usable credential.", "Give user name and password."),
    ),
    (r"auth protocol .* incompatible", OTHER_WAY),
)
"""Patterns of what the security libraries say, most telling first."""

_PRINCIPAL = re.compile(r"(?:Server|Client|principal) '?(\S+@[\w.-]+)")


def logon_words(text: str) -> str:
    """What of a security library's words helps: the principal it speaks of."""
    found = _PRINCIPAL.search(text)
    return found[1].strip("'") if found else ""


def logon_fault(text: str) -> Fault:
    """The meaning of a failed security exchange."""
    return next((fault for pattern, fault in LOGON_TEXT if re.search(pattern, text, re.IGNORECASE)), _LOGON)


def is_certificate(text: str) -> bool:
    """Whether a TLS error is about the certificate: then nothing was sent."""
    return bool(_CERTIFICATE.search(text))


def tls_fault(text: str) -> Fault:
    """The meaning of a TLS error."""
    if re.search("fingerprint", text, re.IGNORECASE):
        return Fault(
            e.CertificateError,
            "the certificate is not the one that the project pins.",
            "Look at the certificate on the host itself before changing the fingerprint.",
        )
    if is_certificate(text):
        return Fault(
            e.CertificateError,
            "the certificate is not trusted here.",
            "Pin its SHA-256 fingerprint in the project, or name its CA.",
        )
    return Fault(
        e.UnreachableError,
        "no common TLS: plain HTTP on that port, or a host that speaks TLS 1.0 only.",
        "Check the port; for hosts of 2008 R2 and older use HTTP with negotiate, which encrypts messages.",
    )


def wsman_fault(code: int | str | None, reason: str | None) -> Fault:
    """The meaning of a WSMan fault; its text decides where it has no number."""
    number = code if isinstance(code, int) else 0
    known = WSMAN.get(number & 0xFFFFFFFF)
    if known is None and reason:
        number = next((number for pattern, number in TEXT if re.search(pattern, reason, re.IGNORECASE)), 0)
        known = WSMAN.get(number)
    return known or Fault(e.RemoteError, "WinRM refused the request.", "Look in the host's WinRM/Operational log.")


def http_fault(status: int) -> Fault:
    """The meaning of an HTTP status without a fault."""
    return HTTP.get(status) or Fault(
        e.PoolLostError, f"the host answered HTTP {status} without a reason.", "Look in the host's WinRM/Operational log."
    )


_VERB: Final[Mapping[str, type[e.RemoteError]]] = {
    **{cls.code: cls for cls in e.VerbError.__subclasses__()},
    "AccessDenied": e.AccessDeniedError,
    "Unreachable": e.UnreachableError,
    "Timeout": e.CallTimeoutError,
}
"""A verb's own codes: error id `Zdm<Code>`."""

_IDS: Final[tuple[tuple[str, type[e.RemoteError]], ...]] = (
    (r"(CommandNotFoundException|NamedParameterNotFound|ModuleNotFound|Modules_ModuleNotFound)", e.UnsupportedError),
    (r"(ScriptsNotAllowed|\w+NotSupportedInDataSection|\w+ConstrainedLanguage)", e.RestrictedLanguageError),
    (r"(ConversionSupportedOnlyToCoreTypes|CantInvokeCallOperatorAcrossLanguageBoundaries)", e.RestrictedLanguageError),
    (r"ScriptContainedMaliciousContent", e.AccessDeniedError),
    (r"(CmdletizationQuery_NotFound\w*|NoServiceFoundForGiven\w+|NoProcessFoundForGiven\w+)", e.NotFoundError),
    (r"(PathNotFound|ItemNotFound|GpoWith(Id|Name)NotFound|ObjectNotFound|InvalidVMNameNoVM)", e.NotFoundError),
    (r"(ActiveDirectoryCmdlet:)?Microsoft\.ActiveDirectory\.Management\.ADIdentityNotFoundException", e.NotFoundError),
    (
        r"(ActiveDirectoryCmdlet:)?Microsoft\.ActiveDirectory\.Management\.ADIdentityAlreadyExistsException",
        e.AlreadyExistsError,
    ),
    (r"ActiveDirectoryServer:(0|1355)", e.UnreachableError),
    (r"(DNS_ERROR_RCODE_NAME_ERROR|DNS_INFO_NO_RECORDS|DNS_ERROR_NAME_DOES_NOT_EXIST)", e.NotFoundError),
    (r"(RCODE_SERVER_FAILURE|ERROR_TIMEOUT)", e.UnreachableError),
    (r"((ActiveDirectoryCmdlet:)?System\.)?UnauthorizedAccess(Exception)?", e.AccessDeniedError),
    (
        r"(AccessDenied|\w*UnauthorizedAccessError|CouldNot(Set|New)Service|FailToOpenServiceControlManager)",
        e.AccessDeniedError,
    ),
    (r"(LogonFailure|AuthenticationFailed|System\.Security\.Authentication\.AuthenticationException)", e.AuthenticationError),
    (r"(ObjectInUse|VirtualMachineLocked)", e.LockedError),
)
"""Patterns of the error id before its comma, matched whole."""

_CATEGORIES: Final[Mapping[str, type[e.RemoteError]]] = {
    "ObjectNotFound": e.NotFoundError,
    "PermissionDenied": e.AccessDeniedError,
    "SecurityError": e.AccessDeniedError,
    "AuthenticationError": e.AuthenticationError,
    "ResourceExists": e.AlreadyExistsError,
    "ResourceBusy": e.LockedError,
    "NotInstalled": e.UnsupportedError,
    "NotImplemented": e.UnsupportedError,
    "OperationTimeout": e.CallTimeoutError,
    "ConnectionError": e.UnreachableError,
    "ResourceUnavailable": e.UnreachableError,
}


def error_class(record: ErrorRecord) -> type[e.RemoteError]:
    """The exception class of an error record: by the verb's code, the number in its id, its id, its category."""
    identity = record.error_id.partition(",")[0].strip()
    if identity.startswith("Zdm") and identity[3:] in _VERB:
        return _VERB[identity[3:]]
    by_number = win32_error(identity)
    if by_number is not None:
        return by_number
    for pattern, error in _IDS:
        if re.fullmatch(pattern, identity):
            return error
    return _CATEGORIES.get(record.category, e.VerbError)


_HINTS: Final[tuple[tuple[type[e.RemoteError], str], ...]] = (
    (e.UnsupportedError, "The host lacks the module, feature or release that this needs."),
    (e.RestrictedLanguageError, "The endpoint runs no scripts; use its commands only."),
    (e.AccessDeniedError, "Check the account's rights on the host, and whether a second hop is involved."),
    (e.UnreachableError, "Check that the service runs there, and whether a second hop is involved."),
    (e.PartialError, "Read what is there before anything else is done."),
    (e.VerifyFailedError, "Read what is there; something else may set it back (policy, replication)."),
)


LONGEST = 2_000
"""Characters of a host's own message that are taken: a sentence is one, a listing is none."""


def verb_error(record: ErrorRecord, host: str) -> e.RemoteError:
    """The exception of an error record."""
    error = error_class(record)
    hint = next((text for known, text in _HINTS if error is known), "")
    if "ScriptContainedMaliciousContent" in record.error_id:
        hint = "The host's antivirus blocked the script; show its text and hash to whoever runs it, never hide it."
    message = record.message.strip() or record.error_id
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]} ... ({len(message):,} characters)"
    return error(message, hint=hint, host=host, error_id=record.error_id[:LONGEST])
