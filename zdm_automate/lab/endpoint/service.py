"""WS-Management of one host: each action on shells and their commands, answered as WinRM answers it.

What a shell is made of is the backend's business, who asks has been settled by the HTTP server.
"""

from __future__ import annotations

import base64
import binascii
import logging
import uuid
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from zdm_automate.lab.endpoint import soap, winrs
from zdm_automate.lab.endpoint.backend import BackendGoneError
from zdm_automate.lab.endpoint.faults import Faults
from zdm_automate.lab.endpoint.kinds import Programs, Remoting
from zdm_automate.lab.endpoint.quotas import Quotas
from zdm_automate.lab.endpoint.seam import Answer, Request
from zdm_automate.lab.endpoint.shell import FaultError, Shell, Shells

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

    from zdm_automate.lab.endpoint.backend import ShellBackend
    from zdm_automate.lab.endpoint.kinds import Inside
    from zdm_automate.lab.endpoint.soap import Message
    from zdm_automate.lab.endpoint.winrs import CommandBackend, ShellOptions

    MakeBackend = Callable[[str, str], ShellBackend]
    """User and configuration name -> a new shell of PowerShell remoting; OSError where nothing can stand behind it."""

    MakeCommands = Callable[[str, ShellOptions], CommandBackend]
    """User and options -> a new shell for programs."""

HEAD: Final = 4096
"""Bytes of an answer that are not payload."""

DEFAULT_ENVELOPE: Final = 153600
CONFIG: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
LEFT_SECONDS: Final = 7200.0
"""IdleTimeout of a shell that was left behind."""

STOPS: Final = frozenset({"ctrl_c", "powershell/signal/crtl_c", "ctrl_break"})
"""Last parts of the signal codes that stop a command; PowerShell's own is misspelt on the wire."""

log = logging.getLogger(__name__)


class Endpoint:
    """One host's WinRM service, for all its listeners."""

    def __init__(
        self,
        host: str,
        make_backend: MakeBackend,
        *,
        make_commands: MakeCommands | None = None,
        configurations: tuple[str, ...] = ("Microsoft.PowerShell",),
        quotas: Quotas | None = None,
        faults: Faults | None = None,
        os_version: str = "10.0.20348",
    ) -> None:
        self.host = host
        self.faults = faults or Faults()
        self.quotas = quotas or Quotas()
        self.requests: Counter[str] = Counter()
        self._make_backend = make_backend
        self._make_commands = make_commands or (lambda _user, _options: winrs.NoCommands(host))
        self._configurations = configurations
        self._os_version = os_version
        self._shells = Shells(self.quotas)
        self._lock = Lock()
        self._at_work: Counter[str] = Counter()
        self._actions: dict[str, Callable[[Message, str], bytes]] = {
            "Create": self._create,
            "Command": self._command,
            "Send": self._send,
            "Receive": self._receive,
            "Signal": self._signal,
            "Delete": self._delete,
            "Get": self._get,
            "Enumerate": self._enumerate,
            "Disconnect": self._disconnect,
            "Reconnect": self._reconnect,
        }

    def handle(self, request: Request) -> Answer:
        """Answers one request; every failure is a fault."""
        message_id = ""
        try:
            self._refuse_large(request)
            message = soap.read(request.body)
            message_id = message.message_id
            return Answer(200, self._answer(message, request.user))
        except soap.MalformedError as problem:
            fault = FaultError(soap.MALFORMED, why=problem).fault
        except (binascii.Error, ValueError, LookupError, AttributeError) as problem:
            fault = FaultError(soap.MALFORMED, why=problem).fault
        except FaultError as problem:
            fault = problem.fault
        except BackendGoneError:
            fault = soap.HOST_GONE
        except TimeoutError:
            fault = soap.TIMED_OUT
        return Answer(500, fault.envelope(message_id, self.host))

    def leave_behind(self, user: str, number: int) -> None:
        """Leaves shells of a user as a client does that crashed: nobody will close them, and they count."""
        for _ in range(number):
            inside = Programs(winrs.NoCommands(self.host))
            self._shells.add(str(uuid.uuid4()).upper(), user, winrs.RESOURCE, inside, LEFT_SECONDS)

    def close(self) -> None:
        """Ends all shells."""
        self._shells.close()

    @property
    def shells(self) -> list[Shell]:
        """The shells there are."""
        return self._shells.overview()

    def _refuse_large(self, request: Request) -> None:
        limit = self.quotas.envelope_kb * 1024
        if len(request.body) > limit:
            raise FaultError(soap.TOO_LARGE, size=len(request.body), limit=limit)

    def _answer(self, message: Message, user: str) -> bytes:
        with self._lock:
            self.requests[message.action] += 1
            crowded = self._at_work[user] >= self.quotas.operations_per_user
            if not crowded:
                self._at_work[user] += 1
        if crowded:
            raise FaultError(soap.OPERATION_QUOTA)
        try:
            wanted = self.faults.take(message.action, soap=True)
            if wanted is not None:
                named = soap.Fault(wanted.code, "w:InternalError", wanted.text.replace("{", "{{").replace("}", "}}"))
                raise FaultError(named if wanted.code else soap.OPERATION_QUOTA)
            if message.action == "Identify":
                return self._identify(message)
            action = self._actions.get(message.action)
            if action is None:
                raise FaultError(soap.NO_ACTION, action=message.action_uri)
            return action(message, user)
        finally:
            with self._lock:
                self._at_work[user] -= 1

    # --- about the service ---

    def _identify(self, message: Message) -> bytes:
        return soap.answer(
            message,
            "<id:IdentifyResponse><id:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</id:ProtocolVersion>"
            f"<id:ProductVendor>Microsoft Corporation</id:ProductVendor><id:ProductVersion>OS: {escape(self._os_version)} "
            "SP: 0.0 Stack: 3.0</id:ProductVersion></id:IdentifyResponse>",
        )

    def _get(self, message: Message, user: str) -> bytes:
        if message.resource == CONFIG:
            quotas = self.quotas
            winrs_limits = (
                f"<cfg:IdleTimeout>{quotas.idle_seconds * 1000:.0f}</cfg:IdleTimeout>"
                f"<cfg:MaxShellsPerUser>{quotas.shells_per_user}</cfg:MaxShellsPerUser>"
            )
            operations = (
                f"<cfg:MaxConcurrentOperationsPerUser>{quotas.operations_per_user}</cfg:MaxConcurrentOperationsPerUser>"
            )
            return soap.answer(
                message,
                f"<cfg:Config><cfg:MaxEnvelopeSizekb>{quotas.envelope_kb}</cfg:MaxEnvelopeSizekb>"
                f"<cfg:Service>{operations}</cfg:Service><cfg:Winrs>{winrs_limits}</cfg:Winrs></cfg:Config>",
            )
        shell = self._shells.of(message.shell_id, user, awake=False)
        return soap.answer(message, _described(shell))

    def _enumerate(self, message: Message, user: str) -> bytes:
        """The shells of this user, all at once."""
        if message.resource != soap.SHELL:
            raise FaultError(soap.NO_RESOURCE, resource=message.resource)
        items = "".join(_described(shell) for shell in self._shells.overview() if shell.user == user)
        return soap.answer(
            message,
            f"<e:EnumerateResponse><w:Items>{items}</w:Items><e:EnumerationContext/><w:EndOfSequence/></e:EnumerateResponse>",
        )

    # --- shells ---

    def _create(self, message: Message, user: str) -> bytes:
        if message.body is None:
            raise FaultError(soap.MALFORMED, why="no shell in the body")
        shell_id = (message.body.get("ShellId") or str(uuid.uuid4())).upper()
        inside = self._inside(message, user)
        idle = soap.duration(message.body.get("IdleTimeOut", ""), 0.0)
        shell = self._shells.add(shell_id, user, message.resource, inside, idle)
        selectors = f'<w:SelectorSet><w:Selector Name="ShellId">{escape(shell_id)}</w:Selector></w:SelectorSet>'
        return soap.answer(
            message,
            f"<x:ResourceCreated><a:Address>http://{escape(self.host)}/wsman</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{escape(message.resource)}</w:ResourceURI>{selectors}</a:ReferenceParameters></x:ResourceCreated>"
            + _described(shell),
        )

    def _inside(self, message: Message, user: str) -> Inside:
        """What the shell that a Create asks for is made of, where there is such a resource and room for it."""
        if message.resource == winrs.RESOURCE:
            try:
                options = winrs.shell_options(message)
            except winrs.CodePageError as problem:
                raise FaultError(soap.NO_CODE_PAGE) from problem
            self._shells.check_room(user)
            return Programs(self._make_commands(user, options))
        name = message.resource.removeprefix(soap.PLUGIN)
        known = next((one for one in self._configurations if one.casefold() == name.casefold()), None)
        if known is None or not message.resource.startswith(soap.PLUGIN):
            raise FaultError(soap.NO_RESOURCE, resource=message.resource)
        self._shells.check_room(user)
        try:
            backend = self._make_backend(user, known)
        except OSError as problem:
            log.warning("%s: no process for a shell: %s", self.host, problem)
            raise FaultError(soap.NO_HOST_PROCESS) from problem
        creation = next((child for child in message.body or () if child.tag.endswith("}creationXml")), None)
        if creation is not None:
            try:
                backend.push(None, base64.b64decode(creation.text or ""))
            except BaseException:
                backend.close()
                raise
        return Remoting(backend)

    def _delete(self, message: Message, user: str) -> bytes:
        self._shells.remove(self._shells.of(message.shell_id, user, awake=False))
        return soap.answer(message, "")

    def _disconnect(self, message: Message, user: str) -> bytes:
        self._shells.of(message.shell_id, user).disconnected = True
        return soap.answer(message, "<rsp:DisconnectResponse/>")

    def _reconnect(self, message: Message, user: str) -> bytes:
        self._shells.reconnect(self._shells.of(message.shell_id, user, awake=False))
        return soap.answer(message, "<rsp:ReconnectResponse/>")

    # --- commands ---

    def _command(self, message: Message, user: str) -> bytes:
        shell = self._shells.of(message.shell_id, user)
        body = _body(message)
        command = (body.get("CommandId") or str(uuid.uuid4())).upper()
        if len(shell.commands) >= self.quotas.commands_per_shell:
            raise FaultError(soap.COMMAND_QUOTA, limit=self.quotas.commands_per_shell)
        shell.commands.add(command)
        shell.inside.begin(command, body)
        return soap.answer(message, f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>")

    def _send(self, message: Message, user: str) -> bytes:
        shell = self._shells.of(message.shell_id, user)
        for stream in _body(message).findall("rsp:Stream", soap.NAMES):
            command = (stream.get("CommandId") or "").upper() or None
            self._known(shell, command)
            shell.inside.send(command, stream)
        return soap.answer(message, "<rsp:SendResponse/>")

    def _receive(self, message: Message, user: str) -> bytes:
        shell = self._shells.of(message.shell_id, user)
        wanted = _body(message).find("rsp:DesiredStream", soap.NAMES)
        command = ((wanted.get("CommandId") if wanted is not None else "") or "").upper() or None
        self._known(shell, command)
        envelope = min(message.envelope or DEFAULT_ENVELOPE, self.quotas.envelope_kb * 1024)
        with self._lock:
            shell.waiting += 1
        try:
            taken = shell.inside.backend.take(command, max(1024, (envelope - HEAD) * 3 // 4), message.seconds)
        finally:
            with self._lock:
                shell.waiting -= 1
        if taken is None:
            raise FaultError(soap.TIMED_OUT)
        named = f' CommandId="{command}"' if command else ""
        body = "".join(
            f'<rsp:Stream Name="{stream}"{named}>{base64.b64encode(piece).decode()}</rsp:Stream>'
            for stream, piece in taken.pieces
        )
        if command:
            state = "Done" if taken.ended else "Running"
            code = f"<rsp:ExitCode>{taken.exit_code}</rsp:ExitCode>" if taken.exit_code is not None else ""
            body += f'<rsp:CommandState{named} State="{soap.SHELL}/CommandState/{state}">{code}</rsp:CommandState>'
        return soap.answer(message, f"<rsp:ReceiveResponse>{body}</rsp:ReceiveResponse>")

    def _signal(self, message: Message, user: str) -> bytes:
        shell = self._shells.of(message.shell_id, user)
        body = _body(message)
        command = (body.get("CommandId") or "").upper()
        code = body.findtext("rsp:Code", "", soap.NAMES)
        if any(code.casefold().endswith(stop) for stop in STOPS):
            self._known(shell, command)
            shell.inside.backend.stop(command)
        else:
            shell.inside.backend.forget(command)
            shell.commands.discard(command)
        return soap.answer(message, "<rsp:SignalResponse/>")

    def _known(self, shell: Shell, command: str | None) -> None:
        if command is not None and command not in shell.commands:
            raise FaultError(soap.NO_COMMAND, command=command)


def _body(message: Message) -> ET.Element:
    if message.body is None:
        raise FaultError(soap.MALFORMED, why=f"nothing in the body of {message.action}")
    return message.body


def _described(shell: Shell) -> str:
    return (
        f"<rsp:Shell><rsp:ShellId>{escape(shell.id)}</rsp:ShellId><rsp:ResourceUri>{escape(shell.resource)}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(shell.user)}</rsp:Owner><rsp:IdleTimeOut>PT{shell.idle_seconds:.3f}S</rsp:IdleTimeOut>"
        f"<rsp:InputStreams>{shell.inside.inputs}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{shell.inside.outputs}</rsp:OutputStreams>"
        f"<rsp:State>{'Disconnected' if shell.disconnected else 'Connected'}</rsp:State></rsp:Shell>"
    )
