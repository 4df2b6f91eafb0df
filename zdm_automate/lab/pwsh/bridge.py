"""The world's side of engine `pwsh`: a loopback listener that PowerShell processes ask, each under its ticket.

It writes the stub modules and the session configuration into its folder; what a message means is the desk's business.
"""

from __future__ import annotations

import secrets
import socketserver
from contextlib import suppress
from importlib import resources
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.errors import InputError, ZdmError
from zdm_automate.lab.keeper import CallRecord
from zdm_automate.lab.pwsh.desk import Desk
from zdm_automate.lab.pwsh.exchange import decode, encode
from zdm_automate.lab.pwsh.mail_desk import CONFIGURATION as EXCHANGE
from zdm_automate.lab.pwsh.mail_desk import MailDesk
from zdm_automate.lab.pwsh.profile import stub_modules
from zdm_automate.lab.pwsh.seam import BRIDGE
from zdm_automate.lab.pwsh.stubs import manifest_text, module_text, shell_text
from zdm_automate.lab.pwsh.vm_sessions import KIND as SESSION
from zdm_automate.lab.pwsh.vm_sessions import VmSessions

if TYPE_CHECKING:
    from pathlib import Path

    from zdm_automate.lab.keeper import Keeper
    from zdm_automate.lab.world.host import Host

LINE_LIMIT: Final = 8 * 1024 * 1024
CONFIGURATION: Final = """\
@{
    SchemaVersion = '2.0.0.0'
    GUID = '7a0f3c52-6a5e-4f0e-9f3b-1d5d1c0c2b6e'
    SessionType = 'Default'
    LanguageMode = 'FullLanguage'
    ScriptsToProcess = @('%s')
}
"""


class WorldBridge:
    """Implements `seam.Bridge` over a keeper. `folder` belongs to it; `start` before a process, `stop` after the last."""

    def __init__(self, keeper: Keeper, folder: Path) -> None:
        self._keeper = keeper
        self._folder = folder.resolve()
        self._desks: dict[str, Desk | None] = {}
        self._sessions = VmSessions(keeper, self)
        self._lock = Lock()
        self._server: _Server | None = None
        self._thread: Thread | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What every process gets into its environment, the ticket apart.

        Raises:
            InputError: not started.
        """
        if self._server is None:
            raise InputError("the lab's bridge is not started.")
        host, port = self._server.server_address[:2]
        return {
            BRIDGE: f"{host!s}:{port}",
            "TZ": "UTC",
            "PSModuleAnalysisCachePath": str(self._folder / "module-analysis"),
            "POWERSHELL_TELEMETRY_OPTOUT": "1",
            "POWERSHELL_UPDATECHECK": "Off",
        }

    @property
    def configuration_file(self) -> Path:
        """The session configuration a process starts with."""
        return self._folder / "lab.pssc"

    def start(self) -> None:
        """Writes the start-up and listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in ("start.ps1", "ask.ps1", "objects.ps1", "identities.ps1", "descriptors.ps1", "sessions.ps1"):
            text = resources.files("zdm_automate.lab.pwsh").joinpath(f"shell/{name}").read_text(encoding="ascii")
            (self._folder / name).write_text(text, encoding="ascii")
        start = str(self._folder / "start.ps1").replace("'", "''")
        self.configuration_file.write_text(CONFIGURATION % start, encoding="utf-8")
        self._server = _Server(("127.0.0.1", 0), self._serve)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="zdm-bridge", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the listener; connections of processes that still run are closed."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    def enrol(self) -> str:
        """A ticket for a process that is about to start."""
        ticket = secrets.token_hex(16)
        with self._lock:
            self._desks[ticket] = None
        return ticket

    def assign(self, ticket: str, *, host: str, user: str, configuration: str) -> None:
        """Says which host the process plays, and for whom.

        Raises:
            InputError: no such ticket.
        """
        with self._lock:
            if ticket not in self._desks:
                raise InputError("the lab's bridge gave no such ticket.")
            name = self._keeper.world.host(host).name
            given = (self._keeper, name, user, self._prepared)
            mail = configuration == EXCHANGE
            self._desks[ticket] = MailDesk(*given, folder=self._folder / "stubs") if mail else Desk(*given)

    def lend(self, ticket: str) -> None:
        """Lets a process that waits play the world's first host, to get ready."""
        self.assign(ticket, host=next(iter(self._keeper.world.hosts)), user="", configuration="")

    def worked(self, ticket: str) -> None:
        """A pipeline of the process has ended: time passes, the world is saved where it changed, the log has a line."""
        desk = self._desks.get(ticket)
        if desk is None:
            return
        work = desk.done()
        if not work.used:
            return
        record = CallRecord(
            at=self._keeper.world.now.isoformat(timespec="seconds"),
            host=desk.host,
            user=desk.user,
            verb=work.verb or ", ".join(dict.fromkeys(work.used)),
            kind="applier" if work.changed else "reader",
            used=tuple(work.used),
            rows=None,
        )
        self._keeper.worked(record)

    def release(self, ticket: str) -> None:
        """The process has gone."""
        with self._lock:
            self._desks.pop(ticket, None)
        self._sessions.left(ticket)

    def _prepared(self, host: Host) -> dict[str, Any]:
        """Writes what a host's process loads, where it is not there yet; gives the paths."""
        base = self._folder / "stubs" / host.release
        shell = base / "shell.ps1"
        roots = []
        with self._lock:
            for module in stub_modules(host):
                root = base / module
                place = root / module
                roots.append(str(root))
                if not (place / f"{module}.psd1").exists():
                    place.mkdir(parents=True, exist_ok=True)
                    (place / f"{module}.psm1").write_text(module_text(module, host.windows), encoding="ascii")
                    (place / f"{module}.psd1").write_text(manifest_text(module, host.windows), encoding="ascii")
            if not shell.exists():
                base.mkdir(parents=True, exist_ok=True)
                shell.write_text(shell_text(host.windows), encoding="ascii")
        return {"Shell": str(shell), "ModuleRoots": roots}

    def _serve(self, line: bytes, ticket: str) -> tuple[bytes, str]:
        """The reply to a line of a connection, and the ticket it is under from then on."""
        try:
            request = decode(line)
            if request.get("Op") == "hello":
                ticket = str(request.get("Ticket", ""))
            desk = self._desk(ticket)
            if request.get("Op") == SESSION:
                return encode(self._sessions.answer(desk.host, request, by=ticket)), ticket
            return encode(desk.answer(request)), ticket
        except ZdmError as problem:
            return encode({"Fault": problem.message}), ticket
        except Exception as problem:  # noqa: BLE001 - a defect of a model must reach the caller, who waits for a line
            return encode({"Fault": f"the lab failed: {type(problem).__name__}: {problem}"}), ticket

    def _desk(self, ticket: str) -> Desk:
        with self._lock:
            found = self._desks.get(ticket)
        if found is None:
            raise InputError("the lab's bridge does not know this process, or was not told which host it plays.")
        return found


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], serve: Any) -> None:
        self.serve = serve
        super().__init__(address, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        ticket = ""
        with suppress(OSError):
            while line := self.rfile.readline(LINE_LIMIT):
                reply, ticket = self.server.serve(line, ticket)
                self.wfile.write(reply)
