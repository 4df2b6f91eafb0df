"""A session with an Exchange server's command-only endpoint: verbs as command specs, facts out, one change at a time.

It sends no script. Before anything is changed it looks, and after it it looks again; which mailbox moves when is decided
elsewhere.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from zdm_automate.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AmbiguousError,
    InputError,
    NotFoundError,
    OutcomeUnknownError,
    PreconditionError,
    QuotaError,
    RemoteError,
    UnreachableError,
    UnsupportedError,
    VerbError,
    VerifyFailedError,
    WrongHostError,
)
from zdm_automate.facts.base import Fact, to_wire
from zdm_automate.facts.mail import ExchangeServer
from zdm_automate.mail.appliers import RULES
from zdm_automate.mail.shapes import facts_of
from zdm_automate.mail.specs import NULL
from zdm_automate.mail.versions import Exchange
from zdm_automate.model import ChangeRecord
from zdm_automate.session import Reading
from zdm_automate.transport.base import Held
from zdm_automate.transport.fault_table import verb_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from zdm_automate.mail.specs import Command, Spec, Specs
    from zdm_automate.transport.base import Arguments, ErrorRecord, Reply

SERVERS: Final = "Get-ZdmExchangeServer"

CALL_SECONDS: Final = 180.0
"""Exchange's own cmdlets may take minutes over many objects."""


class CommandTransport(Held, Protocol):
    """A held connection to an endpoint that takes commands only."""

    def open(self) -> Reply:
        """Connects, within its own time."""
        ...

    def commands(self, pipeline: Sequence[tuple[str, Arguments]], *, timeout: float, repeatable: bool) -> Reply:
        """Runs one pipeline of commands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeInfo:
    """What is known of an Exchange server since its session opened."""

    host: str
    transport: str
    auth: str
    version: Exchange
    build: str
    domain: str
    skew_seconds: float = 0.0
    warnings: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As the journal holds it."""
        return {"transport": self.transport, "auth": self.auth, "exchange": str(self.version), "build": self.build}


class ExchangeSession:
    """One server's session.

    `keep` is given the report of a move before the request is removed; `tidy` ends what a run that was killed has left open,
    and says so: Exchange counts sessions.
    """

    def __init__(
        self,
        transport: CommandTransport,
        specs: Specs,
        *,
        now: Callable[[], datetime],
        keep: Callable[[str, str], str] = lambda _name, _text: "",
        tidy: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._transport = transport
        self._specs = specs
        self._now = now
        self._keep = keep
        self._tidy = tidy
        self._info: ExchangeInfo | None = None
        self.commands = 0

    @property
    def host(self) -> str:
        """The server as the project names it."""
        return self._transport.target.host

    @property
    def delegates(self) -> bool:
        """Exchange goes on to nobody for us."""
        return False

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._transport.requests

    @property
    def info(self) -> ExchangeInfo:
        """What `connect` found.

        Raises:
            InputError: not connected.
        """
        if self._info is None:
            raise InputError(f"the session with Exchange on {self.host} is not open.")
        return self._info

    def connect(self) -> ExchangeInfo:
        """Opens the session and asks which server answered, and of which version.

        Raises:
            WrongHostError: the organisation has no server of that name.
            RemoteError: the way to the endpoint failed.
        """
        left = self._tidy()
        reply = self._transport.open()
        try:
            found = self._recognised()
        except BaseException:
            self._transport.close()
            raise
        self._info = replace(found, warnings=(*left, *reply.warnings))
        return self._info

    def _recognised(self) -> ExchangeInfo:
        """Who answered, which must be the one that was meant."""
        own = self._own_server()
        return ExchangeInfo(
            host=own.name,
            transport=self._transport.name,
            auth=self._transport.auth_used,
            version=Exchange(own.version),
            build=own.build,
            domain=own.fqdn.partition(".")[2].casefold(),
        )

    def _own_server(self) -> ExchangeServer:
        spec = self._specs[SERVERS]
        servers = self._answers(spec, spec.commands(spec.versions[-1], {}), repeatable=True)
        found = [one for one in facts_of(spec.outputs[0], servers) if isinstance(one, ExchangeServer)]
        own = next((one for one in found if one.name.casefold() == self.host.partition(".")[0].casefold()), None)
        if own is None:
            raise WrongHostError(
                f"the organisation that answered at {self._transport.target.endpoint} has no server {self.host}; it has: "
                f"{', '.join(one.name for one in found) or 'none'}.",
                hint="Check the address of this host in the project.",
                host=self.host,
            )
        return own

    def describe(self) -> dict[str, Any]:
        """Transport, authentication and version of the session, for the journal."""
        return self.info.described()

    def close(self) -> None:
        """Closes the session: Exchange counts the open ones."""
        self._transport.close()
        self._info = None

    # --- reading ---

    def read(self, verb: str, /, **params: Any) -> Reading:
        """Runs a reader's spec; it may be sent twice where the pool was lost.

        Raises:
            InputError: an applier, or arguments that do not fit.
            RemoteError: what Exchange says no with.
        """
        spec = self._specs[verb]
        if not spec.repeatable:
            raise InputError(f"{spec.name} changes something; it is not read.")
        begun, collected, before = time.monotonic(), self._now(), self.requests
        answers = self._answers(spec, spec.commands(self.info.version, params), repeatable=True)
        return Reading(
            verb=spec.name,
            host=self.host,
            params=params,
            facts=facts_of(spec.outputs[0], answers),
            collected_at=collected,
            script_sha256=spec.sha256,
            duration_seconds=time.monotonic() - begun,
            requests=self.requests - before,
        )

    # --- changing ---

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        """Runs an applier's spec at most once: looks, sends, looks again.

        Raises:
            InputError: arguments that do not fit; nothing was sent.
            PreconditionError: what is there forbids it; nothing was changed.
            VerifyFailedError: the server does not show it.
            OutcomeUnknownError: it was, or may have been, sent and its end was not seen.
            RemoteError: what Exchange says no with.
        """
        spec = self._specs[verb]
        rule = RULES.get(spec.name)
        if spec.repeatable or rule is None:
            what = "changes nothing" if spec.repeatable else "cannot be judged afterwards, so it is not sent"
            raise InputError(f"{spec.name} {what}.")
        commands = spec.commands(self.info.version, params)
        arguments = {name: None if value is NULL else value for name, value in spec.bind(params).items()}
        before = self._one(rule.look, rule.asks(arguments), rule.key(arguments))
        why = rule.refuse(before, arguments)
        if why:
            raise PreconditionError(
                f"{spec.name}: {why}.", hint="Nothing was changed.", host=self.host, error_id="ZdmPrecondition"
            )
        target = rule.target(before, arguments)
        if rule.holds(before, arguments):
            told = _fields(before)
            return ChangeRecord(verb=spec.name, target=target, changed=False, before=told, after=told)
        kept = self._kept(arguments, target) if rule.keeps_report else {}
        self._answers(spec, commands, repeatable=False)
        try:
            after = self._one(rule.look, rule.asks(arguments), rule.key(arguments))
        except RemoteError as problem:
            raise OutcomeUnknownError(
                f"{spec.name} was sent for {target} and reading it back failed: {problem.message}",
                hint="Read what is there; do not repeat the change blindly.",
                host=self.host,
            ) from problem
        if not rule.holds(after, arguments):
            raise VerifyFailedError(
                f"{spec.name} was carried out and the server does not show it for {target}.",
                host=self.host,
                error_id="ZdmVerifyFailed",
            )
        target = rule.target(before or after, arguments)
        return ChangeRecord(
            verb=spec.name, target=target, changed=True, before={**_fields(before), **kept}, after=_fields(after)
        )

    def _one(self, verb: str, params: Mapping[str, Any], key: tuple[object, ...]) -> Fact | None:
        """The fact that a change is about; None where it is not there."""
        try:
            found = self.read(verb, **params).facts
        except NotFoundError:
            return None
        return next((one for one in found if one.identity() == key), None)

    def _kept(self, arguments: Mapping[str, Any], target: str) -> dict[str, Any]:
        """The server's report, kept here before it goes."""
        reading = self.read("Get-ZdmMailboxMoveReport", identity=arguments["identity"])
        text = "\n\n".join(str(getattr(one, "report", "")) for one in reading.facts)
        return {"Report": self._keep(target, text)} if text else {}

    # --- the wire ---

    def _answers(self, spec: Spec, commands: Sequence[Command], *, repeatable: bool) -> list[tuple[str, Sequence[Any]]]:
        """The objects of each command, or of the pipeline that they are."""
        if spec.pipe:
            return [(commands[-1].cmdlet, self._send(commands, repeatable=repeatable))]
        return [(one.cmdlet, self._send([one], repeatable=repeatable)) for one in commands]

    def _send(self, commands: Sequence[Command], *, repeatable: bool) -> Sequence[Any]:
        pipeline = [(one.cmdlet, {name: _sent(value) for name, value in one.parameters.items()}) for one in commands]
        self.commands += len(pipeline)
        reply = self._transport.commands(pipeline, timeout=CALL_SECONDS, repeatable=repeatable)
        if reply.errors:
            raise exchange_error(reply.errors[0], self.host)
        if reply.had_errors:
            raise VerbError(f"{commands[0].cmdlet} failed without saying why.", host=self.host)
        cut = next((one for one in reply.warnings if "ResultSize" in one or "more results" in one), "")
        if cut:
            raise VerbError(f"{commands[0].cmdlet} did not tell of everything: {cut}", host=self.host)
        return [row for row in reply.output if isinstance(row, dict)]


def _sent(value: Any) -> Any:
    return None if value is NULL else value


def _fields(made: Fact | None) -> dict[str, Any]:
    return to_wire(made) if made is not None else {}


_KIND: Final = re.compile(r"FailureCategory=\w+-(\w+)")
_ONLINE: Final = re.compile(r"\|?Ex[0-9A-F]{5,8}\|(?:[\w.]+\.)?(\w+)\|(.*)", re.DOTALL)
"""An error of Exchange Online: a number, the exception's full name, the text."""

FAILURES: Final[Mapping[str, type[RemoteError]]] = {
    "ManagementObjectNotFoundException": NotFoundError,
    "ManagementObjectAmbiguousException": AmbiguousError,
    "ManagementObjectAlreadyExistsException": AlreadyExistsError,
    "ADOperationException": AccessDeniedError,
    "RecipientTaskException": PreconditionError,
    "RemoteTransientException": UnreachableError,
    "CmdletAccessDeniedException": AccessDeniedError,
    "AuthorizationException": AccessDeniedError,
    "OverBudgetException": QuotaError,
    "MigrationBatchAlreadyExistsException": AlreadyExistsError,
    "MigrationEndpointAlreadyExistsException": AlreadyExistsError,
    "MigrationServerConnectionFailedException": PreconditionError,
    "MigrationBatchErrorException": PreconditionError,
}
"""The exception's name in an error id of 2013 and later; the number behind it moves from error to error."""


def exchange_error(record: ErrorRecord, host: str) -> RemoteError:
    """The exception of an error of Exchange. A cmdlet that is not known may be one that the account has no role for."""
    found = _KIND.search(record.error_id)
    name, text = (found[1] if found else record.exception_type.rpartition(".")[2]), record.message.strip()
    online = _ONLINE.match(text)
    if online is not None:
        name, text = online[1], online[2].strip()
    if record.error_id.startswith("CommandNotFoundException"):
        return UnsupportedError(
            f"{record.target or 'the cmdlet'} is not there for this account.",
            hint="The version lacks it, or the account lacks the management role that has it.",
            host=host,
            error_id="CommandNotFoundException",
        )
    known = FAILURES.get(name)
    if known is None and online is not None:
        return VerbError(text, host=host, error_id=name)
    if known is None:
        return verb_error(record, host)
    hint = "Exchange Online allows so much at a time: wait a quarter of an hour." if known is QuotaError else ""
    return known(text or name, hint=hint, host=host, error_id=name)
