"""A session with a box: reads its DHCP relay, and changes it with the configuration saved first and the result read back.

What is typed comes from the box's profile. A change that cannot be seen afterwards is put back, and only one that was seen is
saved; which address is wanted, and when, is decided elsewhere.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.box_profiles import (
    Profile,
    Relay,
    RunningSection,
    addresses,
    change_lines,
    difference,
    refuse_more,
    relays_of,
    rewritten,
    running_servers,
    seen_running,
)
from zdm_automate.errors import (
    InputError,
    NativeExitError,
    NotFoundError,
    OutcomeUnknownError,
    PartialError,
    PoolLostError,
    VerbError,
    VerifyFailedError,
    ZdmError,
)
from zdm_automate.facts.dhcp import DhcpRelay
from zdm_automate.model import ChangeRecord
from zdm_automate.session import Reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from zdm_automate.transport.ssh import SshLine

READER: Final = "Get-ZdmDhcpRelay"
APPLIER: Final = "Set-ZdmDhcpRelay"
BOX_OUTPUTS: Final = {READER: DhcpRelay.zdm_type, APPLIER: "Zdm.Change"}
"""What can be asked of a box, and what comes of it."""

APPLY_SECONDS: Final = 60.0
SETTLE_SECONDS: Final = 10.0
"""How long a service may take until its processes are as its file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxInfo:
    """What is known of a box since its session opened."""

    host: str
    transport: str
    auth: str
    profile: str
    version: str
    skew_seconds: float = 0.0
    warnings: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As the journal holds it."""
        return {"transport": self.transport, "auth": self.auth, "profile": self.profile, "version": self.version}


@dataclass(slots=True)
class _Look:
    """One look at a box: its relays and the whole texts they were seen in."""

    relays: tuple[DhcpRelay, ...]
    running: str
    saved: str


class BoxSession:
    """One box's session. `backups` is the folder for configurations, which may hold hashes of passwords."""

    def __init__(
        self,
        line: SshLine,
        profile: Profile,
        *,
        now: Callable[[], datetime],
        backups: Path,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._line = line
        self._profile = profile
        self._now = now
        self._backups = backups
        self._pause = pause
        self._info: BoxInfo | None = None
        self._calls = 0

    @property
    def host(self) -> str:
        """The box as the project names it."""
        return self._line.target.name

    @property
    def delegates(self) -> bool:
        """A box goes on to nobody."""
        return False

    @property
    def requests(self) -> int:
        """WSMan requests: none."""
        return 0

    @property
    def info(self) -> BoxInfo:
        """What `connect` found.

        Raises:
            InputError: not connected.
        """
        if self._info is None:
            raise InputError(f"the session with {self.host} is not open.")
        return self._info

    def connect(self) -> BoxInfo:
        """Opens the session: the pinned host key says who answers.

        Raises:
            WrongHostError: another key.
            RemoteError: the way to the box failed, or the account may not configure it.
        """
        self._open()
        shell = self._profile.shell
        version = self._line.type(shell.version) if shell else self._run(self._profile.version)
        first = next((line.strip() for line in version.splitlines() if line.strip()), "")
        self._info = BoxInfo(
            host=self.host, transport="ssh", auth=self._line.auth_used, profile=self._profile.name, version=first
        )
        return self._info

    def describe(self) -> dict[str, Any]:
        """Transport, authentication and versions of the session, for the journal."""
        return {**self.info.described(), "profile_sha256": self._profile.sha256}

    def close(self) -> None:
        """Closes the session."""
        self._line.close()
        self._info = None

    def read(self, verb: str, /, **params: Any) -> Reading:
        """Reads the relays; after a broken connection it connects anew, once.

        Raises:
            InputError: nothing that a box can be asked.
            RemoteError: the box cannot be read.
        """
        if verb != READER or params:
            raise InputError(f"a box is read with {READER} and no parameters, not with {verb}.")
        begun, collected = time.monotonic(), self._now()
        try:
            look = self._look()
        except PoolLostError:
            self._open()
            look = self._look()
        return Reading(
            verb=verb,
            host=self.host,
            facts=look.relays,
            collected_at=collected,
            script_sha256=self._profile.sha256,
            duration_seconds=time.monotonic() - begun,
        )

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        """Sends the requests of one interface's clients to these servers; at most once.

        Raises:
            NotFoundError: the box relays nothing for that interface.
            VerifyFailedError: the box does not show it; what it had before is back.
            PartialError: it runs but could not be saved, or could not be put back.
            OutcomeUnknownError: the connection broke off while it was being changed.
            RemoteError: anything else that failed; nothing was changed.
        """
        if verb != APPLIER or set(params) != {"interface", "servers"}:
            raise InputError(f"a box is changed with {APPLIER} (interface, servers), not with {verb}.")
        interface, wanted = str(params["interface"]), addresses(params["servers"])
        look = self._look()
        found = _of(look, interface, self.host)
        before = {"Servers": list(found.servers), "Saved": list(found.saved_servers)}
        if found.servers == found.saved_servers == wanted:
            return _record(interface, changed=False, before=before, after=before)
        backup = self._back_up(look)
        self._line.sent = False
        try:
            lines = self._apply(look, found, wanted)
        except PoolLostError as problem:
            raise self._unknown(problem, "lost") from problem
        except TimeoutError as problem:
            raise self._unknown(problem, "silent") from problem
        after = {"Servers": list(wanted), "Saved": list(wanted), "Backup": backup.name, "Difference": "\n".join(lines)}
        return _record(interface, changed=True, before=before, after=after)

    # --- the two kinds of box ---

    def _apply(self, look: _Look, found: DhcpRelay, wanted: tuple[str, ...]) -> tuple[str, ...]:
        if self._profile.kind == "lines":
            return self._by_lines(look, found, wanted)
        return self._by_file(look, found, wanted)

    def _by_lines(self, look: _Look, found: DhcpRelay, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Types the commands, looks, and saves what it saw."""
        if found.servers != wanted:
            try:
                self._type_change(found.interface, found.servers, wanted)
            except VerbError as problem:
                self._take_back(found, problem)
                raise
        seen = self._look()
        lines = difference(self._profile, look.running, seen.running)
        try:
            self._must_show(seen, found.interface, wanted)
            refuse_more(self._profile, lines, (*found.servers, *wanted))
        except VerifyFailedError as problem:
            self._take_back(found, problem)
            said = f"{problem.message} The relay it had before is back, nothing was saved."
            raise VerifyFailedError(
                said, hint=problem.hint or "Look at the box.", host=self.host, error_id="ZdmVerifyFailed"
            ) from problem
        save = self._profile.save
        assert save is not None  # noqa: S101 - a profile of lines has it
        try:
            self._line.type(save.command, seconds=APPLY_SECONDS)
        except VerbError as problem:
            raise PartialError(
                f"{self.host} runs the change but did not save it: {problem.message}", host=self.host
            ) from problem
        if _of(self._look(), found.interface, self.host).saved_servers != wanted:
            raise PartialError(
                f"{self.host} runs the change but its saved configuration does not show it.",
                hint=f"Save it by hand ({save.command}), or it is lost at the next start.",
                host=self.host,
                error_id="ZdmPartial",
            )
        return lines

    def _type_change(self, interface: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        for line in change_lines(self._profile, interface, before, after):
            self._line.type(line)

    def _take_back(self, was: DhcpRelay, cause: ZdmError) -> None:
        """Leaves the configuration mode, wherever in it the box is, and gives the interface what it had."""
        assert self._profile.change is not None  # noqa: S101 - a profile of lines has it
        try:
            for line in self._profile.change.leave:
                self._line.type(line)
            now = _of(self._look(), was.interface, self.host).servers
            if now != was.servers:
                self._type_change(was.interface, now, was.servers)
            self._must_show(self._look(), was.interface, was.servers)
        except VerbError as problem:
            raise PartialError(
                f"{cause.message} Taking it back failed too: {problem.message}",
                hint="Look at the box; its saved configuration is the old one.",
                host=self.host,
                error_id="ZdmPartial",
            ) from problem

    def _by_file(self, look: _Look, found: DhcpRelay, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Writes a new file, tests it, puts its text in place, starts the service and looks; or puts the old text back."""
        path = self._profile.file
        text = rewritten(self._profile, look.saved, found.interface, wanted)
        lines = difference(self._profile, look.saved, text)
        refuse_more(self._profile, lines, (*found.saved_servers, *wanted))
        self._run(f"cat > {path}.zdm-new && cp -p {path} {path}.zdm-before", stdin=text)
        if self._run(f"cat {path}.zdm-new") != text:
            raise VerifyFailedError(f"{path}.zdm-new is not what was sent.", host=self.host, error_id="ZdmVerifyFailed")
        if self._profile.test:
            self._run(self._profile.test.format(file=f"{path}.zdm-new"))
        try:
            # the old file's owner and mode stay: its content is replaced, not the file
            self._run(f"cat {path}.zdm-new > {path} && {self._profile.restart}", seconds=APPLY_SECONDS)
            self._wait_for(found.interface, wanted)
        except (NativeExitError, VerifyFailedError) as problem:
            self._put_back(found, problem)
            raise VerifyFailedError(
                f"{problem.message} What it had before is back.",
                hint="Look at the box.",
                host=self.host,
                error_id="ZdmVerifyFailed",
            ) from problem
        self._run(f"rm -f {path}.zdm-new")
        return lines

    def _put_back(self, found: DhcpRelay, cause: ZdmError) -> None:
        path = self._profile.file
        try:
            self._run(f"cat {path}.zdm-before > {path} && {self._profile.restart}", seconds=APPLY_SECONDS)
            self._wait_for(found.interface, found.saved_servers)
        except (NativeExitError, VerifyFailedError) as problem:
            raise PartialError(
                f"{cause.message} Putting back what it had failed too: {problem.message}",
                hint=f"The old file is {path}.zdm-before on the box.",
                host=self.host,
                error_id="ZdmPartial",
            ) from problem

    def _wait_for(self, interface: str, wanted: tuple[str, ...]) -> None:
        """Looks until the processes are as wanted, for a bounded time."""
        left = SETTLE_SECONDS
        while True:
            try:
                self._must_show(self._look(), interface, wanted)
            except VerifyFailedError:
                if left <= 0:
                    raise
                self._pause(0.5)
                left -= 0.5
            else:
                return

    def _must_show(self, seen: _Look, interface: str, wanted: tuple[str, ...]) -> None:
        shown = next((row.servers for row in seen.relays if row.interface == interface), ())
        if shown != wanted:
            raise VerifyFailedError(
                f"{self.host} relays for {interface} to {', '.join(shown) or 'nobody'} instead of {', '.join(wanted)}.",
                host=self.host,
                error_id="ZdmVerifyFailed",
            )

    # --- looking ---

    def _look(self) -> _Look:
        """The relays as they run and as they are saved, with the texts."""
        profile = self._profile
        if profile.kind == "lines":
            assert isinstance(profile.running, str)  # noqa: S101 - a profile of lines says so
            running, saved = self._line.type(profile.running), self._line.type(profile.saved)
            kept = {row.interface: row.servers for row in relays_of(profile, saved)}
            rows = relays_of(profile, running)
            gone = [Relay(name, ()) for name in kept if name not in {row.interface for row in rows}]
        else:
            running = saved = self._run(f"cat {profile.file}")
            rows = relays_of(profile, saved)
            kept, gone = {row.interface: row.servers for row in rows}, []
            if isinstance(profile.running, RunningSection):
                rows = seen_running(rows, running_servers(profile, self._run(profile.running.command)))
        return _Look(
            tuple(
                DhcpRelay(interface=row.interface, servers=row.servers, saved_servers=kept.get(row.interface, ()))
                for row in (*rows, *gone)
            ),
            running,
            saved,
        )

    def _back_up(self, look: _Look) -> Path:
        """Keeps the whole configuration here, for this user alone.

        Raises:
            InputError: it cannot be written; then nothing is changed.
        """
        stamp = self._now().astimezone(UTC).strftime("%Y%m%d-%H%M%S")
        self._calls += 1
        path = self._backups / f"{self.host}-{stamp}-{self._calls}.cfg"
        try:
            self._backups.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
                stream.write(look.running)
        except OSError as problem:
            raise InputError(f"the configuration of {self.host} cannot be kept in {path}: {problem.strerror}.") from problem
        return path

    # --- the line ---

    def _open(self) -> None:
        self._line.open()
        shell = self._profile.shell
        if shell is None:
            return
        shown = self._line.start_shell(prompt=shell.prompt, refused=shell.refused)
        for line in shell.opening:
            self._line.type(line)
        if not shown.rstrip().endswith("#"):
            self.close()
            raise NativeExitError(
                f"{self._line.target.credential.username} may look at the box but not configure it (prompt {shown.strip()!r}).",
                hint="Use an account that logs on with privilege level 15.",
                host=self.host,
                error_id="ZdmBoxPrivilege",
            )

    def _run(self, command: str, *, stdin: str = "", seconds: float = 30.0) -> str:
        ran = self._line.run(command, stdin=stdin, seconds=seconds)
        if ran.exit_code:
            said = next((line.strip() for line in (ran.err + "\n" + ran.out).splitlines() if line.strip()), "nothing")
            raise NativeExitError(
                f"`{command.partition(' ')[0]}` ended with {ran.exit_code} on {self.host}: {said}.",
                host=self.host,
                error_id="ZdmNativeExit",
            )
        return ran.out

    def _unknown(self, problem: ZdmError | TimeoutError, how: str) -> ZdmError:
        if isinstance(problem, ZdmError) and not self._line.sent:
            return problem
        said = "the connection broke off" if how == "lost" else "the box fell silent"
        return OutcomeUnknownError(
            f"{said} while its relay was being changed; whether it was is not known.",
            hint="Read what is there; do not repeat the change blindly.",
            host=self.host,
        )


def _of(look: _Look, interface: str, host: str) -> DhcpRelay:
    for row in look.relays:
        if row.interface.casefold() == interface.casefold():
            return row
    known = ", ".join(row.interface for row in look.relays) or "none"
    raise NotFoundError(f"{host} relays nothing for {interface}; it does for: {known}.", host=host, error_id="ZdmNotFound")


def _record(interface: str, *, changed: bool, before: dict[str, Any], after: dict[str, Any]) -> ChangeRecord:
    return ChangeRecord(verb=APPLIER, target=interface, changed=changed, before=before, after=after)
