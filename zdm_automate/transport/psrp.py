"""PowerShell remoting over WinRM with a held runspace pool: the only module that knows pypsrp.

It decides when a pool is opened again and whether a call may be sent a second time; what a call means, it never knows.
"""

from __future__ import annotations

import threading
import time
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

import requests
from pypsrp.complex_objects import PSCredential, PSInvocationState
from pypsrp.exceptions import AuthenticationError as PypsrpAuthenticationError
from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue
from pypsrp.shell import SignalCode, WinRS
from pypsrp.wsman import OptionSet, SelectorSet, WSMan, WSManAction

from zdm_automate import debug_log
from zdm_automate import errors as e
from zdm_automate.secrets import Credential, Secret
from zdm_automate.transport import fault_table
from zdm_automate.transport.base import Arguments, Reply, Shell, Target
from zdm_automate.transport.clixml import error_record, plain
from zdm_automate.transport.held import HeldTransport, Limits, Lost
from zdm_automate.transport.http_failures import Meaning, http_meaning
from zdm_automate.transport.logon import logon_meaning
from zdm_automate.transport.sockets import Sockets
from zdm_automate.transport.watchdog import DeadlineError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zdm_automate.transport.shells_kept import KeptShells

debug_log.silence()

PROBE: Final = "New-Object"
"""A cmdlet that every endpoint for scripts shows, and none for commands only."""

_OPERATION_TIMED_OUT: Final = 0x80338029
_INT32: Final = 2**31
_LIMIT_INT64: Final = 2**63


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
            auth=target.mechanism,
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


class _Line:
    """One pool on one connection with its thread. All but `abandon` runs in that thread."""

    def __init__(
        self,
        target: Target,
        prelude: str,
        limits: Limits,
        *,
        no_profile: bool = True,
        probed: bool = False,
        kept: KeptShells | None = None,
    ) -> None:
        self.target = target
        self.prelude = prelude
        self.limits = limits
        self.probed = probed
        self.kept = kept
        self.wire = _Wire(target)
        self.pool = RunspacePool(self.wire, configuration_name=target.configuration, no_profile=no_profile)
        self.pipelines = 0
        self.dead = False
        self.used = time.monotonic()
        self.pipeline: PowerShell | None = None
        self.held: list[PowerShell] = []
        self.worker = Worker(f"psrp-{target.host}", idle=self._touch, every=limits.touch_seconds)

    @property
    def sent(self) -> bool:
        """Whether the Command of the present call has gone out."""
        return self.wire.sent

    @property
    def requests(self) -> int:
        """WSMan requests so far."""
        return self.wire.requests

    @property
    def shell(self) -> Shell:
        """The shell that it opens, which has its name from the beginning."""
        return Shell(id=self.pool.shell.id or self.pool.id, resource=self.pool.shell.resource_uri)

    def open(self) -> Reply:
        if self.kept is not None:
            self.kept.opening(self.shell)
        try:
            self.pool.open()
        except Exception as problem:  # noqa: BLE001 - everything a library raises here is a failure of the way
            self._lost(problem)
        if not self.prelude:
            return Reply(requests=self.wire.requests)
        if not self.probed:
            self._refuse_commands_only()
        return self.invoke(self._prelude)

    def _refuse_commands_only(self) -> None:
        """Finds out without a script whether the endpoint takes scripts: only such a one shows a command that makes objects."""

        def build(pipeline: PowerShell) -> None:
            pipeline.add_cmdlet("Get-Command").add_parameter("Name", PROBE)

        answer = self.invoke(build)
        self._close_held()
        if not answer.errors:
            return
        self.dead = True
        error = e.RestrictedLanguageError(
            f"the endpoint {self.target.configuration} takes commands only (JEA, Exchange, or a restricted session); "
            "no script was sent to it.",
            hint="Name another session configuration, or do what it is for by hand.",
            host=self.target.host,
            error_id="ZdmCommandsOnly",
        )
        raise Lost(error, started=False, gone=False)

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
            raise Lost(e.PoolLostError("the host stopped the command.", host=self.target.host), started=True, gone=True)
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

    def abandon(self, *, tell: bool) -> None:
        """Gives the line up under a call in progress: breaks its sockets and tells the host by another connection."""
        self.dead = True
        self.wire.sockets.end()
        self.worker.run_later(self.wire.close)
        self.worker.stop()
        tidy = threading.Thread(target=self._tidy, name=f"tidy-{self.target.host}", daemon=True)
        tidy.start()
        tidy.join(self.limits.stop_seconds if tell else 0.0)

    def _prelude(self, pipeline: PowerShell) -> None:
        pipeline.add_script(self.prelude)

    def _close(self) -> None:
        try:
            if not self.dead:
                self.pool.close()
                if self.kept is not None:
                    self.kept.closed(self.shell)
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
            end_shell(self.target, self.shell, command=self.pipeline.id if self.pipeline is not None else "", seconds=seconds)
        except e.RemoteError:
            return
        if self.kept is not None:
            self.kept.closed(self.shell)

    def _lost(self, problem: Exception) -> NoReturn:
        self.dead = True
        fault, detail, identity, refused = _meaning(problem)
        error = fault.raised(self.target.host, identity, detail)
        started = self.wire.taken or (self.wire.sent and not refused)
        raise Lost(error, started=started, gone=fault.gone or not self.wire.sent) from problem


class PsrpTransport(HeldTransport[_Line]):
    """A held runspace pool on one host."""

    name = "psrp"

    def __init__(
        self, target: Target, *, prelude: str = "", limits: Limits | None = None, kept: KeptShells | None = None
    ) -> None:
        super().__init__(target)
        self._kept = kept
        self._prelude = prelude
        self._limits = limits or Limits()

    def call(self, text: str, arguments: Arguments, *, timeout: float, repeatable: bool) -> Reply:
        """See `Transport.call`."""
        value = {name: _wire_value(item) for name, item in arguments.items()}

        def build(pipeline: PowerShell) -> None:
            pipeline.add_script(text, use_local_scope=True).add_parameter("ZdmArguments", value)

        return self._pipeline(build, secret=_has_secret(arguments), timeout=timeout, repeatable=repeatable)

    def commands(self, pipeline: Sequence[tuple[str, Arguments]], *, timeout: float, repeatable: bool) -> Reply:
        """Runs commands as one pipeline, without script text, for endpoints that take no scripts; else like `call`."""
        made = [(name, {key: _wire_value(item) for key, item in parameters.items()}) for name, parameters in pipeline]

        def build(shell: PowerShell) -> None:
            for name, parameters in made:
                shell.add_cmdlet(name).add_parameters(parameters)

        secret = any(_has_secret(parameters) for _, parameters in pipeline)
        return self._pipeline(build, secret=secret, timeout=timeout, repeatable=repeatable)

    def _pipeline(self, build: Callable[[PowerShell], None], *, secret: bool, timeout: float, repeatable: bool) -> Reply:
        return self._run(lambda line: line.invoke(build, secret=secret), timeout=timeout, repeatable=repeatable)

    def _lines(self) -> Iterator[_Line]:
        """With the options of newer hosts, then without those that an old host refuses."""
        probed = bool(self._name)
        yield _Line(self.target, self._prelude, self._limits, probed=probed, kept=self._kept)
        yield _Line(self.target, self._prelude, self._limits, no_profile=False, probed=probed, kept=self._kept)


def _meaning(problem: Exception) -> Meaning:
    logon = logon_meaning(problem)
    if logon is not None:
        return logon
    found: Meaning
    match problem:
        case WSManFaultError():
            words = str(problem.provider_fault or problem.reason or "")
            fault = fault_table.wsman_fault(problem.code, words)
            found = fault, words, str(problem.code or ""), problem.code not in fault_table.UNSURE
        case WinRMTransportError():
            found = fault_table.http_fault(problem.code), "", str(problem.code), problem.code in fault_table.REFUSED_HTTP
        case PypsrpAuthenticationError():
            nothing = "did not response with one of" in str(problem)
            found = (fault_table.NOT_OFFERED if nothing else fault_table.HTTP[401]), "", "401", True
        case ValueError() if "auth protocol" in str(problem):
            found = fault_table.OTHER_WAY, "", "", True
        case requests.exceptions.RequestException():
            found = http_meaning(problem)
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
        case None | bool() | str() | bytes():
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


# --- WinRM itself, beside any session ---

SHELLS: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CONFIG: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
TOLD: Final = ("MaxEnvelopeSizekb", "MaxShellsPerUser", "MaxMemoryPerShellMB", "MaxConcurrentOperationsPerUser", "IdleTimeout")
"""WinRM's settings that limit a migration, in the order in which they are told."""


@contextmanager
def _service(target: Target, seconds: int) -> Iterator[_Wire]:
    """A connection for a question or two; every failure is an exception of ours."""
    wire = _Wire(target, seconds=seconds)
    try:
        yield wire
    except Exception as problem:
        fault, detail, identity, _ = _meaning(problem)
        raise fault.raised(target.host, identity, detail) from problem
    finally:
        wire.close()
        wire.sockets.close()


def service_state(target: Target) -> tuple[dict[str, str], tuple[Shell, ...]]:
    """WinRM's settings that limit a migration, by name, and the shells that are open there and that this account may see.

    Raises:
        RemoteError: this account may not read them, or the way failed.
    """
    with _service(target, target.connect_seconds) as wire:
        config = wire.get(CONFIG)
        question = ET.Element("{http://schemas.xmlsoap.org/ws/2004/09/enumeration}Enumerate")
        ET.SubElement(question, "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}OptimizeEnumeration")
        ET.SubElement(question, "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}MaxElements").text = "32000"
        shells = wire.enumerate(SHELLS, question)

    def told(node: ET.Element, name: str) -> str:
        return node.findtext(f"{{{SHELLS}}}{name}", "")

    found = {node.tag.rpartition("}")[2]: node.text or "" for node in config.iter() if len(node) == 0}
    return {name: found[name] for name in TOLD if name in found}, tuple(
        Shell(
            id=told(node, "ShellId"), resource=told(node, "ResourceUri"), owner=told(node, "Owner"), state=told(node, "State")
        )
        for node in shells.iter(f"{{{SHELLS}}}Shell")
    )


def end_shell(target: Target, shell: Shell, *, command: str = "", seconds: int = 10) -> None:
    """Ends a shell, whoever opened it, and before that the command in it.

    Raises:
        RemoteError: it is not there, not this account's, or the way failed.
    """
    with _service(target, seconds) as wire:
        known = WinRS(wire, resource_uri=shell.resource)
        known._selector_set = SelectorSet()  # noqa: SLF001 - pypsrp gives no public way to an existing shell
        known._selector_set.add_option("ShellId", shell.id)  # noqa: SLF001
        known.opened = True
        if command:
            known.signal(SignalCode.PS_CTRL_C, command)
        known.close()
