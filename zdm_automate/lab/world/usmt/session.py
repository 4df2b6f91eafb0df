"""One run of scanstate or loadstate from ask to ask: its logs, what it has said, and the checks that both begin with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from zdm_automate.lab.world import files
from zdm_automate.lab.world.model import World
from zdm_automate.lab.world.profiles import Depot
from zdm_automate.lab.world.reach import reaches
from zdm_automate.lab.world.usmt.room import free
from zdm_automate.lab.world.usmt.rules import ErrorControl, Rules, error_control, rules_of
from zdm_automate.lab.world.usmt.words import RefusedError, Words

if TYPE_CHECKING:
    from zdm_automate.lab.world.host import Host
    from zdm_automate.lab.world.profiles import Desk, Store, Tool, UserStates

TEMPORARY = 250 * 1024**2
SYSTEM = frozenset({"system", "nt authority\\system", "s-1-5-18"})


@dataclass(frozen=True, slots=True)
class Pause:
    """Not done: asked again after so many seconds, with this state."""

    seconds: float
    state: dict[str, Any]
    out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """Done, with this code."""

    code: int
    out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store lies: the host, the folder there, and the depot it belongs to where it is a share."""

    host: str
    path: str
    depot: Depot | None = None


@dataclass(slots=True)
class Session:
    """A run at work on a host: the world as it leaves it, and what it writes.

    Attributes:
        name: `scanstate` or `loadstate`.
        argv: as it was called.
        work: its working folder, for relative names.
        user: the account it runs as.
        began: when it was started.
    """

    world: World
    host_name: str
    name: str
    argv: tuple[str, ...]
    work: str
    user: str
    began: datetime
    log_path: str = ""
    progress_path: str = ""
    out: list[str] = field(default_factory=list)

    @property
    def host(self) -> Host:
        """The machine as it is now."""
        return self.world.host(self.host_name)

    @property
    def states(self) -> UserStates:
        """Profiles and stores as they are now."""
        return self.world.user_states

    @property
    def desk(self) -> Desk:
        """The user side of the machine."""
        return self.states.desk(self.host_name)

    def keep(self, states: UserStates) -> None:
        """Takes these profiles and stores as the present ones."""
        self.world = replace(self.world, user_states=states)

    def keep_store(self, store: Store) -> None:
        """Takes this store as it is now."""
        self.keep(self.states.with_store(store))

    def full(self, path: str) -> str:
        """A path of the command line in full."""
        return path if path[1:2] == ":" or path.startswith("\\\\") else f"{self.work.rstrip(chr(92))}\\{path}"

    # --- logs ---

    def begin_logs(self, words: Words, tool: Tool) -> None:
        """Makes the log files anew.

        Raises:
            RefusedError: 13 or 40, the folder of one is not there.
        """
        given = words.one("l") or f"{self.name.capitalize().replace('state', 'State')}.log"
        path = self.full(given)
        if not self._writable(path):
            raise RefusedError(13, "Log path argument is invalid for /l", path)
        self.log_path = path
        self.world = files.written(self.world, self.host, path, "")
        self.log(f"{self.name.upper()}.EXE Version {tool.version}")
        self.log(f"USMT Started at {self.world.now:%Y/%m/%d:%H:%M:%S}.000")
        self.log(f"Command line: {tool.folder}\\{self.name}.exe {' '.join(self.argv)}")
        if words.has("progress"):
            path = self.full(words.one("progress"))
            if not words.one("progress") or not self._writable(path):
                raise RefusedError(40, "Progress log argument is invalid for /progress", path)
            self.progress_path = path
            self.world = files.written(self.world, self.host, path, "")
            line = f'"{tool.folder}\\{self.name}.exe {" ".join(self.argv)}"'.replace(chr(34) * 2, chr(34))
            self.row(
                "program",
                f"{self.name}.exe",
                "productVersion",
                f'"{tool.version}"',
                "computerName",
                self.host_name,
                "commandLine",
                line,
            )

    def _writable(self, path: str) -> bool:
        folder = files.entry(self.host, path.rpartition("\\")[0])
        return path[1:2] == ":" and folder is not None and folder.content is None

    def log(self, text: str, level: str = "Info", module: str = "000000") -> None:
        """A line of the main log."""
        if self.log_path:
            self.add(self.log_path, f"{self.world.now:%Y-%m-%d %H:%M:%S}, {level:<22}[0x{module}] {text}")

    def row(self, *fields: str) -> None:
        """A row of the progress log."""
        if not self.progress_path:
            return
        passed = int((self.world.now - self.began).total_seconds())
        clock = f"{passed // 3600:02}:{passed // 60 % 60:02}:{passed % 60:02}"
        self.add(self.progress_path, f"{self.world.now:%d %b %Y, %H:%M:%S} +00:00, {clock}, {', '.join(fields)}")

    def add(self, path: str, line: str) -> None:
        """A line at the end of one of its logs."""
        there = files.entry(self.host, path)
        text = there.content.decode() if there is not None and there.content is not None else ""
        self.world = files.written(self.world, self.host, path, f"{text}{line}\r\n")

    def say(self, line: str) -> None:
        """A line on the console."""
        self.out.append(line)

    def ended(self, code: int, text: str, ignored: int = 0) -> End:
        """The last lines everywhere, and the end."""
        if code in (0, 3):
            told = f"Success, {ignored} errors ignored. See the log for more information." if ignored else "Success."
            self.log(told)
        else:
            told = f"Failed.\n  {text}"
            self.log("Failed.")
            self.log(f"  {text}")
        self.log(f"USMT Completed at {self.world.now:%Y/%m/%d:%H:%M:%S}.000")
        self.row("errorCode", str(code), "numberOfIgnoredErrors", str(ignored), "message", f'"{text or told}"')
        title = {"scanstate": "ScanState", "loadstate": "LoadState"}[self.name]
        self.out += [*told.split("\n"), f"{title} return code: {code}"]
        return End(code, tuple(self.out))

    def refused(self, problem: RefusedError) -> End:
        """The end of a run that was refused at its start or broke off."""
        if problem.code == 11:  # noqa: PLR2004 - the command line
            self.log("  An error occurred processing the command line.")
            self.log(f"  {self.name}.exe {' '.join(self.argv)} ##ERROR## --> {problem.at}")
        return self.ended(problem.code, problem.text)

    def paused(self, seconds: float, **state: Any) -> Pause:
        """A pause with this state; the logs' places go along."""
        kept = {**state, "log": self.log_path, "progress": self.progress_path, "at": self.world.now.isoformat()}
        return Pause(max(seconds, 1), kept, tuple(self.out))

    # --- what both check before they begin ---

    def tool_here(self, path: str) -> Tool:
        """The USMT that was called.

        Raises:
            RefusedError: 71, Windows cannot start it; 32, a part of it is missing.
        """
        tool = self.desk.tool
        if tool is None or f"{self.name}.exe" not in tool.files or not path.casefold().startswith(tool.folder.casefold()):
            raise RefusedError(71, "A Windows Win32 API error occurred")
        if "engine" in tool.damaged:
            raise RefusedError(32, "An error occurred processing the migration system")
        return tool

    def may_run(self) -> None:
        """The right to do this, a Windows that is supported, no temporary profile, room, and nobody else at it.

        Raises:
            RefusedError: 34, 36, 71 or 29.
        """
        name = self.user.rpartition("\\")[2].casefold()
        allowed = {one.casefold() for one in self.desk.administrators} | set(self.world.accounts)
        if self.user.casefold() not in SYSTEM and name not in allowed:
            raise RefusedError(
                34, "No rights to read or delete user profiles; log in as Administrator, run with elevated privileges"
            )
        if self.host.windows.server:
            self.log("Server Operating systems are not supported.", "Error")
            raise RefusedError(36, "Compliance check failure; please check the logs for details")
        for one in self.desk.profiles.values():
            if one.temporary and one.loaded:
                self.log(f"The user {one.account or one.sid} has a temporary profile.", "Error")
                raise RefusedError(36, "Compliance check failure; please check the logs for details")
            if one.loaded and not one.folder_there:
                raise RefusedError(71, "A Windows Win32 API error occurred")
        if free(self.world, self.host_name) < TEMPORARY:
            raise RefusedError(29, "A minimum of 250 MB of free space is required for temporary files")

    def alone(self, others: int) -> None:
        """Nobody else migrates here.

        Raises:
            RefusedError: 29.
        """
        if others:
            raise RefusedError(29, "Another process is preventing migration; only one migration tool can run at a time")

    def rules(self, words: Words, tool: Tool) -> Rules:
        """What the rule files say. With its sub-folders left behind the tool knows no application."""
        made = rules_of(self.host, tool, words.values.get("i", ()))
        if "manifest" in tool.damaged:
            raise RefusedError(31, "An error occurred during the discover phase; the log should have more specific information")
        return made if tool.manifests else replace(made, applications=False)

    def errors(self, words: Words) -> ErrorControl:
        """What Config.xml says of errors."""
        return error_control(self.host, self.full(words.one("config")) if words.has("config") else "")

    def key(self, words: Words) -> str:
        """Hash of the key; empty without one.

        Raises:
            RefusedError: 33, the file is not there or empty.
        """
        if words.has("key"):
            return key_hash(words.one("key"))
        if not words.has("keyfile"):
            return ""
        there = files.entry(self.host, self.full(words.one("keyfile")))
        if there is None or there.content is None:
            raise RefusedError(33, "Error accessing the file specified by the /keyfile parameter")
        text = there.content.decode().strip()
        if not text:
            raise RefusedError(33, "The encryption key must have at least one character")
        return key_hash(text)

    def place(self, path: str) -> Place | None:
        """Where a store lies; None where its host is not to be reached or shares no such folder."""
        return place_of(self.world, self.host_name, path)


def key_hash(key: str) -> str:
    """What a store keeps of its key."""
    return sha256(f"usmt\0{key}".encode()).hexdigest()


def place_of(world: World, host: str, path: str) -> Place | None:
    """Where a path leads from a host; None where nothing answers there."""
    if not path.startswith("\\\\"):
        return Place(host, path)
    server, _, rest = path[2:].partition("\\")
    share, _, below = rest.partition("\\")
    name = server.partition(".")[0].upper()
    depot = world.user_states.depots.get(name)
    machine = world.hosts.get(name)
    if depot is None or machine is None or depot.share.casefold() != share.casefold():
        return None
    if not machine.running("LanmanServer") or not world.host(host).powered or not reaches(world, host, name):
        return None
    return Place(name, f"{depot.path}\\{below}".rstrip("\\"), depot)


def since(state: dict[str, Any], now: datetime) -> float:
    """Seconds since the last ask."""
    return (now - datetime.fromisoformat(state["at"])) / timedelta(seconds=1)
