"""The shells of one endpoint: who owns them, when they were last heard of, how many commands they hold."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

from zdm_automate.lab.endpoint.kinds import Inside
from zdm_automate.lab.endpoint.soap import DISCONNECTED, NO_SHELL, POLICY_QUOTA, SHELL_QUOTA, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from zdm_automate.lab.endpoint.quotas import Quotas


class FaultError(Exception):
    """A request ends with a WSMan fault.

    Attributes:
        fault: the fault, its text filled in.
    """

    def __init__(self, fault: Fault, **values: object) -> None:
        self.fault = replace(fault, text=fault.text.format(**values))
        super().__init__(self.fault.text)


@dataclass(slots=True)
class Shell:
    """One shell. `heard` is when its client was last heard of, by the monotonic clock."""

    id: str
    user: str
    resource: str
    inside: Inside
    idle_seconds: float
    heard: float
    disconnected: bool = False
    commands: set[str] = field(default_factory=set)
    waiting: int = 0


class Shells:
    """All shells of an endpoint."""

    def __init__(self, quotas: Quotas, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._quotas = quotas
        self._monotonic = monotonic
        self._shells: dict[str, Shell] = {}
        self._lock = Lock()

    def check_room(self, user: str) -> None:
        """Asks for room for one more shell before anything is started for it.

        Raises:
            FaultError: there is none.
        """
        with self._lock:
            gone = self._sweep()
            own = sum(one.user == user for one in self._shells.values())
        for one in gone:
            one.inside.backend.close()
        if own >= self._quotas.shells_per_user:
            quotas = self._quotas
            raise FaultError(POLICY_QUOTA if quotas.policy else SHELL_QUOTA, limit=quotas.shells_per_user, policy=quotas.policy)

    def add(self, shell_id: str, user: str, resource: str, inside: Inside, idle_seconds: float) -> Shell:
        """A new shell."""
        idle = idle_seconds or self._quotas.idle_seconds
        made = Shell(shell_id, user, resource, inside, idle, self._monotonic())
        with self._lock:
            self._shells[shell_id] = made
        return made

    def of(self, shell_id: str, user: str, *, awake: bool = True) -> Shell:
        """A shell of this user; hearing of it keeps it awake.

        Raises:
            FaultError: no such shell, or (with `awake`) one whose client has been silent for too long.
        """
        with self._lock:
            gone = self._sweep()
            found = self._shells.get(shell_id)
            if found is not None and awake and not found.disconnected:
                found.heard = self._monotonic()
        for one in gone:
            one.inside.backend.close()
        if found is None or found.user != user:
            raise FaultError(NO_SHELL, shell=shell_id)
        if awake and found.disconnected:
            raise FaultError(DISCONNECTED, shell=shell_id)
        return found

    def reconnect(self, shell: Shell) -> None:
        """Connects a shell again."""
        with self._lock:
            shell.disconnected, shell.heard = False, self._monotonic()

    def remove(self, shell: Shell) -> None:
        """Ends a shell."""
        with self._lock:
            self._shells.pop(shell.id, None)
        shell.inside.backend.close()

    def close(self) -> None:
        """Ends all shells."""
        with self._lock:
            gone, self._shells = list(self._shells.values()), {}
        for one in gone:
            one.inside.backend.close()

    def overview(self) -> list[Shell]:
        """The shells there are."""
        with self._lock:
            return list(self._shells.values())

    def _sweep(self) -> list[Shell]:
        """Marks the silent ones, takes out those idle for too long and those whose process has gone.

        A Receive under way counts as a sign of life.
        """
        now = self._monotonic()
        gone: list[Shell] = []
        for one in list(self._shells.values()):
            if one.waiting:
                one.heard = now
            silent = now - one.heard
            if silent >= one.idle_seconds or not one.inside.backend.alive:
                gone.append(self._shells.pop(one.id))
            elif silent >= self._quotas.silence_seconds:
                one.disconnected = True
        return gone
