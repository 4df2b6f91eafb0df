"""The exception tree: every failure of the product has a class here, with the sentence a technician reads.

It imports nothing of ours, prints nothing and decides no policy beyond the exit code that each family of failures has.
"""

from __future__ import annotations

from typing import ClassVar


class ZdmError(Exception):
    """Root of all errors of the product: one sentence of what, one of what to do next.

    Attributes:
        message: what happened and where, in one sentence, without secrets.
        hint: what the technician can do next; empty where nothing sensible can be said.
        host: the host it concerns, empty for none.
        error_id: the identifier the far side gave (a FullyQualifiedErrorId, a WSMan fault code), empty for none.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", host: str = "", error_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.host = host
        self.error_id = error_id

    def __str__(self) -> str:
        where = f"{self.host}: " if self.host and not self.message.startswith(self.host) else ""
        if not self.hint:
            return f"{where}{self.message}"
        stop = "" if self.message.endswith((".", "!", "?", ":")) else "."
        return f"{where}{self.message}{stop} {self.hint}"


# --- bad input: exit code 2 ---------------------------------------------------------------------------------


class InputError(ZdmError, ValueError):
    """What was typed or written in a file is not usable; nothing was done."""

    exit_code = 2


class ProjectError(InputError):
    """The project file, or another YAML file, is wrong; the message has file, line and column where known."""


class UnknownNameError(InputError, LookupError):
    """A playbook, host, office, item or verb of that name does not exist; the message lists those that do."""


class WorldInvalidError(InputError):
    """A lab file does not describe a world."""


# --- refused by rule: exit code 3 ---------------------------------------------------------------------------


class RefusedError(ZdmError):
    """A rule of the product forbids to go on; nothing was changed."""

    exit_code = 3


class PlanStaleError(RefusedError):
    """The facts that the plan rests on have changed since it was made."""


class PlanUsedError(RefusedError):
    """The plan has been applied before; a plan is used once."""


class PlanAlteredError(RefusedError):
    """The plan file is not what the planner wrote."""


class JournalAlteredError(RefusedError):
    """A line of the journal does not fit the chain of hashes."""


class WrongHostError(RefusedError):
    """The machine that answered is not the one that the project names, or not the one that was pinned."""


class HeldError(RefusedError):
    """Another run holds the project or the domain."""


class DisclosureError(RefusedError):
    """An artefact holds a secret or personal data; it was neither written nor sent."""


class ClockSkewError(RefusedError):
    """The host's clock and the controller's are too far apart (domain limit: 300 s)."""


# --- outcome unknown: exit code 4 ---------------------------------------------------------------------------


class OutcomeUnknownError(ZdmError):
    """A change was started and its outcome is not known; the paired reader has to settle it."""

    exit_code = 4


# --- this computer: exit code 1 -----------------------------------------------------------------------------


class JournalUnwritableError(ZdmError):
    """The journal cannot be written: disk full, rights, or a drive that is gone. Nothing is called without its line on disk."""


# --- service requests ---------------------------------------------------------------------------------------


class TicketError(ZdmError):
    """The ticketing system said no, or something it does not have was asked for; nothing was written there."""


class TicketBusyError(TicketError):
    """The ticketing system takes nothing now (rate limit, maintenance); `wait` is how many seconds it asks for."""

    def __init__(self, message: str, *, wait: float = 0.0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


class TicketUnknownError(OutcomeUnknownError):
    """Something was sent to the ticketing system and no clear answer came; it may have been written."""


# --- the way to a host: exit code 1 -------------------------------------------------------------------------


class RemoteError(ZdmError):
    """Something on the way to, or on, a remote host failed."""


class UnreachableError(RemoteError, ConnectionError):
    """No connection to the endpoint: name, port, listener or firewall."""


class AuthenticationError(RemoteError, PermissionError):
    """The endpoint refused the credentials or the authentication mechanism."""


class CertificateError(RemoteError):
    """The endpoint's certificate is not the one that the project pins."""


class AccessDeniedError(RemoteError, PermissionError):
    """Logged on, but without the right to do this."""


class QuotaError(RemoteError):
    """A WinRM quota was reached (shells, commands, operations, memory, envelope)."""


class PoolLostError(RemoteError, ConnectionError):
    """The runspace pool or its connection was lost while nothing that changes was under way."""


class CallTimeoutError(RemoteError, TimeoutError):
    """A call did not end within its time limit."""


class RestrictedLanguageError(RemoteError):
    """The endpoint does not run this kind of script (language mode, JEA, Exchange)."""

    exit_code = 3


class WireError(RemoteError):
    """What came back is not what the verb's schema says."""


# --- a verb's own errors: error id `Zdm<Code>` on the wire --------------------------------------------------


class VerbError(RemoteError):
    """A verb ended with an error record; the subclass says which kind."""

    code: ClassVar[str] = ""


class PreconditionError(VerbError):
    """The verb refused before it changed anything."""

    code = "Precondition"


class NotFoundError(VerbError, LookupError):
    """The thing that the verb works on does not exist."""

    code = "NotFound"


class AlreadyExistsError(VerbError):
    """The thing exists already with other values."""

    code = "AlreadyExists"


class UnsupportedError(VerbError):
    """Operating system, PowerShell or module too old for this verb."""

    code = "Unsupported"


class NativeExitError(VerbError):
    """A native program ended with a code that means failure."""

    code = "NativeExit"


class PartialError(VerbError):
    """Some of the change was made; a run stops here."""

    code = "Partial"


class VerifyFailedError(VerbError):
    """The read-back after the change shows another value than the one written."""

    code = "VerifyFailed"


class LockedError(VerbError):
    """Something else holds the thing (file, service control, other administrator)."""

    code = "Locked"


class AmbiguousError(VerbError):
    """More than one thing fits where exactly one must."""

    code = "Ambiguous"
