"""The lab's folder: the saved world, the call log, how the running lab is reached, its certificates and its one password.

It reads and writes files of that folder only; whatever holds a secret is readable by its owner alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from zdm_automate.errors import InputError, RefusedError, WorldInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zdm_automate.lab.keeper import CallRecord
    from zdm_automate.lab.world.model import World

OWNER_ONLY = 0o600
SIM, PWSH = "sim", "pwsh"
ENGINES = (SIM, PWSH)
"""What can run a lab's scripts: models in Python, or processes of PowerShell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostWay:
    """How one host of the lab is reached.

    Attributes:
        address: where all its servers listen.
        http_port, https_port: WS-Management.
        fingerprint: SHA-256 of its certificate.
        dns_port: UDP and TCP; 0 where it answers no DNS.
        spn: its service principal where it takes Kerberos only, otherwise empty.
        exchange_port: the endpoint of its Exchange (`/PowerShell`); 0 where it has none.
        old: it is of a generation that is reached over HTTP with message encryption rather than over HTTPS.
    """

    address: str
    http_port: int
    https_port: int
    fingerprint: str
    dns_port: int = 0
    spn: str = ""
    old: bool = False
    exchange_port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantWay:
    """How the lab's tenant of Exchange Online is reached: by its module, with its application's certificate."""

    organization: str
    app_id: str
    module: str
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabInfo:
    """What is known of a lab from outside; `token` opens its control port."""

    office: str
    office_file: str
    engine: str
    user: str
    password_file: str
    pid: int = 0
    control_port: int = 0
    token: str = field(default="", repr=False)
    public_dns_port: int = 0
    tenant: TenantWay | None = None
    hosts: Mapping[str, HostWay] = field(default_factory=dict)


_INFO: TypeAdapter[LabInfo] = TypeAdapter(LabInfo)


class LabFolder:
    """A folder that holds one lab."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.info_file = self.path / "lab.json"
        self.world_file = self.path / "world.json"
        self.calls_file = self.path / "calls.jsonl"
        self.password_file = self.path / "password"
        self.log_file = self.path / "lab.log"
        self.tls_folder = self.path / "tls"
        self.online_folder = self.path / "online"
        self.pwsh_folder = self.path / "pwsh"
        self._lock_file = self.path / "lab.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for one lab process.

        Raises:
            RefusedError: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock_file, mode=OWNER_ONLY)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RefusedError(f"a lab runs in {self.path} already.", hint="`zdm lab down` ends it.") from None
        try:
            yield
        finally:
            lock.release()

    def is_running(self) -> bool:
        """Whether a process holds this folder."""
        if not self._lock_file.exists():
            return False
        try:
            with self.held():
                return False
        except RefusedError:
            return True

    # --- how it is reached ---

    def info(self) -> LabInfo:
        """What the lab last said of itself.

        Raises:
            InputError: there is no lab in this folder, or its file is damaged.
        """
        try:
            return _INFO.validate_json(self.info_file.read_bytes())
        except FileNotFoundError:
            raise InputError(f"there is no lab in {self.path}.", hint="`zdm lab up OFFICE` makes one.") from None
        except ValidationError as problem:
            raise InputError(f"{self.info_file} is damaged.", hint="`zdm lab reset` writes it anew.") from problem

    def known(self) -> LabInfo | None:
        """As `info`, or None where there is no lab yet."""
        return self.info() if self.info_file.exists() else None

    def tell(self, info: LabInfo) -> None:
        """Writes how the lab is reached."""
        _write(self.info_file, json.dumps(asdict(info), indent=1).encode())

    def keep_password(self, password: str) -> None:
        """Writes the lab's password for the programs of this user."""
        _write(self.password_file, password.encode())

    # --- the world ---

    def load(self) -> World | None:
        """The saved world; None where there is none.

        Raises:
            WorldInvalidError: the file is not a world.
        """
        if not self.world_file.exists():
            return None
        from zdm_automate.lab.world import model

        try:
            return model.load(self.world_file.read_bytes(), source=str(self.world_file))
        except OSError as problem:
            raise WorldInvalidError(f"{self.world_file} cannot be read: {problem.strerror}.") from problem

    def save(self, world: World) -> None:
        """Saves the world in place of the last one; never leaves half a file."""
        from zdm_automate.lab.world import model

        _write(self.world_file, model.dump(world))

    def forget(self) -> None:
        """Removes the world and the call log; ports, certificates and password stay."""
        for file in (self.world_file, self.calls_file):
            file.unlink(missing_ok=True)

    # --- the call log ---

    def log(self, record: CallRecord) -> None:
        """Appends a call to the log."""
        with self.calls_file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(record)) + "\n")

    def calls(self) -> list[dict[str, Any]]:
        """The call log, oldest first."""
        if not self.calls_file.exists():
            return []
        return [json.loads(line) for line in self.calls_file.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as stream:
        stream.write(content)
    half.replace(path)
