"""PowerShell remoting over WinRM with a held runspace pool: the only module that knows pypsrp.

It decides when a pool is opened again and whether a call may be sent a second time; what a call means, it never knows.
"""

from __future__ import annotations

import logging
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

import requests
from pypsrp.complex_objects import PSCredential, PSInvocationState
from pypsrp.exceptions import AuthenticationError as PypsrpAuthenticationError
from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue
from pypsrp.shell import SignalCode, WinRS
from pypsrp.wsman import OptionSet, SelectorSet, WSMan, WSManAction
from spnego.exceptions import SpnegoError
from urllib3.exceptions import NewConnectionError

from zdm_automate import errors as e
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport import fault_table
from zdm_automate.transport.base import Arguments, Reply, Target
from zdm_automate.transport.clixml import error_record, plain
from zdm_automate.transport.sockets import Sockets
from zdm_automate.transport.watchdog import DeadlineError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

# These libraries log whole messages at DEBUG; a technician's logging set-up must not bring them up by accident.
for _name in ("pypsrp", "urllib3", "spnego", "requests_credssp"):
    logging.getLogger(_name).setLevel(logging.WARNING)
logging.getLogger("pypsrp").addHandler(logging.NullHandler())

_OPERATION_TIMED_OUT: Final = 0x80338029
_INT32: Final = 2**31
_LIMIT_INT64: Final = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a pool is trusted.

    Attributes:
        touch_seconds: silence after which the shell is asked for output: connections end at 120 s of silence, shells earlier.
        doubt_seconds: silence after which a pool is asked whether it is alive before a call (a suspended controller).
        pipelines: a pool is opened anew after this many; hosts count 1,000 commands that were never terminated.
        held_pipelines: on a host that counts 15 operations, how many finished pipelines may wait to be closed together.
        stop_seconds: how long after a deadline the host may take to hear that the call is over.
        close_seconds: how long closing may take.
    """

    touch_seconds: float = 40.0
    doubt_seconds: float = 60.0
    pipelines: int = 900
    held_pipelines: int = 10
    stop_seconds: float = 2.0
    close_seconds: float = 5.0


class _Wire(WSMan):
    """Counts requests, and remembers whether the Command of the present call was sent and taken."""

    def __init__(self, target: Target, *, seconds: int = 0) -> None:
        secure = bool(target.fingerprint)
        user, password = target.account
        super().__init__(
            target.address,
            port=target.port or None,
            username=user,
            password=password,
            ssl=target.ssl,
            path=target.path,
            auth=target.auth,
            cert_validation=False if secure else (target.ca_file or True),  # type: ignore[arg-type]
            connection_timeout=seconds or target.connect_seconds,
            operation_timeout=target.operation_seconds,
            read_timeout=seconds or target.read_seconds,
            encryption="never" if target.auth == "basic" and not target.ssl else target.encryption,
            no_proxy=True,
            negotiate_delegate=target.delegate,
            negotiate_service=target.spn_service,
            negotiate_hostname_override=target.spn_host or None,
        )
        self.requests = 0
        self.sent = False
        self.taken = False
        self.transport.session = self.transport._build_session()  # noqa: SLF001 - the one way to its adapters
        self.sockets = Sockets(self.transport.session, target.fingerprint)

    def invoke(
        self,
        action: str,
        resource_uri: str,
        resource: ET.Element | None,
        option_set: OptionSet | None = None,
        selector_set: SelectorSet | None = None,
        timeout: int | None = None,
        *,
        retries_on_read_timeout: int = 0,
    ) -> ET.Element:
        self.requests += 1
        command = action == WSManAction.COMMAND
        self.sent = self.sent or command
        retries = 0 if timeout else retries_on_read_timeout
        answer = super().invoke(
            action, resource_uri, resource, option_set, selector_set, timeout, retries_on_read_timeout=retries
        )
        self.taken = self.taken or command
        return answer


class _Lost(Exception):  # noqa: N818 - a verdict on the way, never seen outside
    """The call ended without its reply; `started` is False where the host certainly did not take it."""

    def __init__(self, error: e.RemoteError, *, started: bool, gone: bool) -> None:
        super().__init__(error)
        self.error = error
        self.started = started
        self.gone = gone


class _Line:
    """One pool on one connection with its thread. All but `abandon` runs in that thread."""

    def __init__(self, target: Target, prelude: str, limits: Limits, *, no_profile: bool = True) -> None:
        self.target = target
        self.prelude = prelude
        self.limits = limits
        self.wire = _Wire(target)
        self.pool = RunspacePool(self.wire, configuration_name=target.configuration, no_profile=no_profile)
        self.pipelines = 0
        self.dead = False
        self.used = time.monotonic()
        self.pipeline: PowerShell | None = None
        self.held: list[PowerShell] = []
        self.worker = Worker(f"psrp-{target.host}", idle=self._touch, every=limits.touch_seconds)

    def open(self) -> Reply:
        try:
            self.pool.open()
        except Exception as problem:  # noqa: BLE001 - everything a library raises here is a failure of the way
            self._lost(problem)
        return self.invoke(self._prelude) if self.prelude else Reply(requests=self.wire.requests)

    def invoke(self, build: Callable[[PowerShell], None], *, secret: bool = False) -> Reply:
        wire = self.wire
        wire.sent = wire.taken = False
        before = wire.requests
        started = time.monotonic()
        try:
            if started - self.used > self.limits.doubt_seconds and not self.pool.is_alive(timeout=5):
                raise requests.ConnectionError("the pool is not alive")  # noqa: TRY301 - same end as the library's own
            if secret:
                self.pool.exchange_keys()
            pipeline = self.pipeline = PowerShell(self.pool)
            build(pipeline)
            # no invocation info: it would send back the bound parameters of whatever fails
            pipeline.begin_invoke(remote_stream_options=0)
            pipeline.end_invoke()
        except Exception as problem:  # noqa: BLE001 - everything a library raises here is a failure of the way
            self._lost(problem)
        self.pipelines += 1
        if pipeline.state == PSInvocationState.STOPPED and not pipeline.streams.error:
            self.dead = True
            raise _Lost(e.PoolLostError("the host stopped the command.", host=self.target.host), started=True, gone=True)
        self._release(pipeline)
        self.used = time.monotonic()
        return _reply(pipeline, seconds=self.used - started, requests=wire.requests - before)

    @property
    def spent(self) -> bool:
        """Whether the next call needs another pool."""
        return self.dead or self.pipelines >= self.limits.pipelines

    @property
    def auth_used(self) -> str:
        contexts = getattr(self.wire.transport.session.auth, "contexts", {}) if self.wire.transport.session else {}
        return next((str(context.negotiated_protocol) for context in contexts.values()), self.target.auth)

    def close(self) -> None:
        try:
            self.worker.run(self._close, until=time.monotonic() + self.limits.close_seconds)
        except DeadlineError:
            self.wire.sockets.end()
        self.worker.stop(wait=1.0)

    def abandon(self, wait: float) -> None:
        """Gives the line up under a call in progress: breaks its sockets and tells the host by another connection."""
        self.dead = True
        self.wire.sockets.end()
        self.worker.run_later(self.wire.close)
        self.worker.stop()
        tidy = threading.Thread(target=self._tidy, name=f"tidy-{self.target.host}", daemon=True)
        tidy.start()
        tidy.join(wait)

    def _prelude(self, pipeline: PowerShell) -> None:
        pipeline.add_script(self.prelude)

    def _close(self) -> None:
        try:
            if not self.dead:
                self.pool.close()
        except Exception:  # noqa: BLE001 - a host that is gone has closed it already
            self.dead = True
        finally:
            self.wire.close()
            self.wire.sockets.close()

    def _release(self, pipeline: PowerShell) -> None:
        """Newer hosts count 1,000 commands and the pool is recycled before; old ones count 15, so there pipelines are closed.

        Not one by one, which would cost a third request per call, but when a few have come together, or while nothing is done.
        """
        version = tuple(int(part) for part in (self.pool.protocol_version or "2.0").split("."))
        if version >= (2, 2):
            self.pool.pipelines.pop(pipeline.id, None)
            return
        self.held.append(pipeline)
        if len(self.held) >= self.limits.held_pipelines:
            self._close_held()

    def _close_held(self) -> None:
        try:
            while self.held:
                self.held.pop().close()
        except Exception:  # noqa: BLE001 - the replies are here already; only the pool is not to be trusted any more
            self.dead = True

    def _touch(self) -> None:
        """A short Receive on the shell: what PowerShell's own client always has open, and what keeps both ends awake."""
        self._close_held()
        if self.dead or self.pool.state != 2 or self.pool.shell is None:  # noqa: PLR2004 - RunspacePoolState.OPENED
            return
        try:
            # anything that comes unasked (a state, an event) means that the pool is not what it was
            self.dead = any(self.pool.shell.receive("stdout", timeout=1)[2].values())
        except WSManFaultError as fault:
            self.dead = fault.code != _OPERATION_TIMED_OUT
        except Exception:  # noqa: BLE001 - a thread of its own: the next call finds the pool dead and opens another
            self.dead = True
        else:
            self.used = time.monotonic()
        if not self.dead:
            self.used = time.monotonic()

    def _tidy(self) -> None:
        """Stops the command and removes the shell through a connection of its own; whatever fails here was tried."""
        seconds = max(1, round(self.limits.stop_seconds))
        try:
            wire = _Wire(self.target, seconds=seconds)
            shell = WinRS(wire, resource_uri=self.pool.shell.resource_uri)
            shell._selector_set = SelectorSet()  # noqa: SLF001 - pypsrp gives no public way to an existing shell
            shell._selector_set.add_option("ShellId", self.pool.shell.id or self.pool.id)  # noqa: SLF001
            shell.opened = True
            try:
                if self.pipeline is not None:
                    shell.signal(SignalCode.PS_CTRL_C, self.pipeline.id)
                shell.close()
            finally:
                wire.close()
                wire.sockets.close()
        except Exception:  # noqa: BLE001 - the call has failed already and says so
            return

    def _lost(self, problem: Exception) -> NoReturn:
        self.dead = True
        fault, detail, identity, refused = _meaning(problem)
        error = fault.raised(self.target.host, identity, detail)
        started = self.wire.taken or (self.wire.sent and not refused)
        raise _Lost(error, started=started, gone=fault.gone or not self.wire.sent) from problem


class PsrpTransport:
    """A held runspace pool on one host."""

    name = "psrp"

    def __init__(self, target: Target, *, prelude: str = "", limits: Limits | None = None) -> None:
        self.target = target
        self._prelude = prelude
        self._limits = limits or Limits()
        self._line: _Line | None = None
        self._spent = 0
        self._name = ""
        self._lock = threading.Lock()
        self.auth_used = ""

    @property
    def requests(self) -> int:
        """WSMan requests sent so far."""
        return self._spent + (self._line.wire.requests if self._line else 0)

    def open(self, timeout: float = 60.0) -> Reply:
        """See `Transport.open`."""
        with self._lock:
            self._drop()
            return self._open(time.monotonic() + timeout)

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        value = {name: _wire_value(item) for name, item in arguments.items()}

        def build(pipeline: PowerShell) -> None:
            pipeline.add_script(text, use_local_scope=True).add_parameter("ZdmArguments", value)

        return self._run(build, secret=_has_secret(arguments), timeout=timeout, repeatable=repeatable)

    def command(self, name: str, parameters: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """Runs one command with parameters and no script text, for endpoints that take no scripts; else like `call`."""
        value = {key: _wire_value(item) for key, item in parameters.items()}

        def build(pipeline: PowerShell) -> None:
            pipeline.add_cmdlet(name).add_parameters(value)

        return self._run(build, secret=_has_secret(parameters), timeout=timeout, repeatable=repeatable)

    def close(self) -> None:
        """Closes pool and connection; never raises for a host that is gone."""
        with self._lock:
            self._drop()

    def _run(self, build: Callable[[PowerShell], None], *, secret: bool, timeout: float, repeatable: bool) -> Reply:
        until = time.monotonic() + timeout
        with self._lock:
            again = True
            while True:
                line = self._ready(until)
                try:
                    return line.worker.run(partial(line.invoke, build, secret=secret), until=until)
                except DeadlineError:
                    self._abandon(line)
                    raise self._late(timeout, unknown=line.wire.sent and not repeatable) from None
                except _Lost as lost:
                    self._drop()
                    may = repeatable if lost.started else lost.gone
                    if again and may and isinstance(lost.error, e.PoolLostError | e.QuotaError):
                        again = False
                        continue
                    if lost.started and not repeatable:
                        raise e.OutcomeUnknownError(
                            f"the connection was lost while a change was under way: {lost.error.message}",
                            hint="Read what is there; do not repeat the change blindly.",
                            host=self.target.host,
                            error_id=lost.error.error_id,
                        ) from lost.error
                    raise lost.error from lost.__cause__

    def _ready(self, until: float) -> _Line:
        if self._line is not None and self._line.spent:
            self._drop()
        if self._line is None:
            self._open(until)
        assert self._line is not None  # noqa: S101 - _open sets it or raises
        return self._line

    def _open(self, until: float) -> Reply:
        no_profile = True
        while True:
            line = self._line = _Line(self.target, self._prelude, self._limits, no_profile=no_profile)
            try:
                reply = line.worker.run(line.open, until=until)
            except DeadlineError:
                self._abandon(line, wait=0.0)
                raise e.CallTimeoutError(
                    "the host did not open a session in time.", hint="Look at its load, and at WinRM.", host=self.target.host
                ) from None
            except _Lost as lost:
                self._drop()
                if no_profile and lost.error.error_id in {str(code) for code in fault_table.OPTIONS_REFUSED}:
                    no_profile = False
                    continue
                raise lost.error from lost.__cause__
            break
        self.auth_used = line.auth_used
        if reply.errors:
            self._drop()
            raise fault_table.verb_error(reply.errors[0], self.target.host)
        self._same_machine(reply)
        return replace(reply, requests=line.wire.requests)

    def _same_machine(self, reply: Reply) -> None:
        """A name can lead to another machine after a cut-over: a pool opened again must be on the one it was on."""
        first = reply.output[0] if reply.output else None
        name = str(first.get("ComputerName", "")) if isinstance(first, dict) else ""
        if self._name and name and name.casefold() != self._name.casefold():
            self._drop()
            raise e.WrongHostError(
                f"{name} answers now where {self._name} did.", hint="Check the address of the host.", host=self.target.host
            )
        self._name = self._name or name

    def _late(self, timeout: float, *, unknown: bool) -> e.ZdmError:
        if unknown:
            return e.OutcomeUnknownError(
                f"a change had not ended after {timeout:g} s; whether it was made is not known.",
                hint="Read what is there; do not repeat the change blindly.",
                host=self.target.host,
            )
        return e.CallTimeoutError(
            f"the call had not ended after {timeout:g} s.", hint="Look at the host's load.", host=self.target.host
        )

    def _abandon(self, line: _Line, wait: float | None = None) -> None:
        self._spent += line.wire.requests
        self._line = None
        line.abandon(self._limits.stop_seconds if wait is None else wait)

    def _drop(self) -> None:
        if self._line is not None:
            line = self._line
            line.close()
            self._line = None
            self._spent += line.wire.requests


def _meaning(problem: Exception) -> tuple[fault_table.Fault, str, str, bool]:
    """Fault, the far side's words, its number, and whether the host certainly did not start what it was asked for."""
    found: tuple[fault_table.Fault, str, str, bool]
    match problem:
        case WSManFaultError():
            words = str(problem.provider_fault or problem.reason or "")
            fault = fault_table.wsman_fault(problem.code, words)
            found = fault, words, str(problem.code or ""), problem.code not in fault_table.UNSURE
        case WinRMTransportError():
            found = fault_table.http_fault(problem.code), "", str(problem.code), problem.code in fault_table.REFUSED_HTTP
        case PypsrpAuthenticationError():
            found = fault_table.NOT_OFFERED, "", "401", True
        case SpnegoError() | ImportError():
            found = fault_table.logon_fault(str(problem)), fault_table.logon_words(str(problem)), "", True
        case _ if type(problem).__module__.partition(".")[0] in {"krb5", "gssapi"} or "auth protocol" in str(problem):
            # krb5 and gssapi are not there where Kerberos is not installed, and pyspnego lets some of their errors through;
            # pypsrp says with a ValueError that the host wants another way to log on
            found = fault_table.logon_fault(str(problem)), fault_table.logon_words(str(problem)), "", True
        case requests.exceptions.SSLError():
            found = fault_table.tls_fault(str(problem)), "", "", fault_table.is_certificate(str(problem))
        case requests.exceptions.ConnectTimeout():
            found = fault_table.SILENT, "", "", True
        case requests.exceptions.ReadTimeout():
            found = fault_table.STALLED, "", "", False
        case requests.exceptions.RequestException():
            never = isinstance(getattr(problem.args[0] if problem.args else None, "reason", None), NewConnectionError)
            found = (fault_table.UNREACHED if never else fault_table.BROKEN_OFF), "", "", never
        case _:
            words = type(problem).__name__ if not isinstance(problem, WinRMError) else f"{type(problem).__name__}: {problem}"
            found = fault_table.BROKEN_OFF, words, "", False
    return found


def _reply(pipeline: PowerShell, *, seconds: float, requests: int) -> Reply:
    streams = pipeline.streams
    errors = tuple(error_record(record) for record in streams.error)
    return Reply(
        output=tuple(plain(item) for item in pipeline.output),
        errors=errors,
        warnings=tuple(str(record.message) for record in streams.warning),
        verbose=tuple(str(record.message) for record in streams.verbose),
        debug=tuple(str(record.message) for record in streams.debug),
        information=tuple(str(plain(record.message_data)) for record in streams.information),
        progress=tuple(str(record.activity) for record in streams.progress),
        had_errors=pipeline.had_errors or bool(errors),
        duration_seconds=seconds,
        requests=requests,
    )


def _has_secret(arguments: Arguments) -> bool:
    return any(isinstance(value, Secret | Credential) for value in arguments.values())


def _wire_value(value: Any) -> Any:  # noqa: PLR0911 - one return per type
    """A value in the form that pypsrp writes with its type; secrets become what only key exchange can carry."""
    match value:
        case None | bool() | str():
            return value
        case int():
            if not -_LIMIT_INT64 <= value < _LIMIT_INT64:
                raise e.InputError(f"{value} does not fit a 64 bit number.")
            return value if -_INT32 <= value < _INT32 else TaggedValue("I64", value)
        case datetime():
            # pypsrp writes no DT of its own
            element = ET.Element("DT")
            element.text = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
            return element
        case Secret():
            return TaggedValue("SS", value.reveal())
        case Credential():
            return PSCredential(username=value.username, password=value.password.reveal())  # type: ignore[no-untyped-call]
        case list() | tuple():
            return [_wire_value(item) for item in value]
        case dict():
            return {str(key): _wire_value(item) for key, item in value.items()}
        case _:
            raise e.InputError(f"a value of type {type(value).__name__} cannot be sent.")
