"""The PowerShell side: one process for many calls of a worker, and a new one after a call that broke it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from script_host import ScriptHost

from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.world.model import World
from zdm_automate.scripts import Verb

CALLS = 1_500
"""A process grows by a third of a megabyte with each call; after so many another one goes on."""


class Engine:
    """Runs scripts by the host that `make` gives; what a call raises is raised, and the next one meets a new host."""

    def __init__(self, make: Callable[[], ScriptHost]) -> None:
        self._make = make
        self._host: ScriptHost | None = None
        self._calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._host is not None:
            self._host.__exit__(kind, problem, trace)
            self._host = None

    def __call__(self, world: World, host: str, verb: Verb, arguments: Mapping[str, Any]) -> Outcome:
        """What a call of a script leaves behind."""
        if self._calls >= CALLS:
            self.__exit__(None, None, None)
        if self._host is None:
            self._host, self._calls = self._make().__enter__(), 0
        self._calls += 1
        try:
            return self._host.run(world, host, verb, arguments)
        except Exception:
            broken, self._host = self._host, None
            with suppress(Exception):  # what broke it is what counts
                broken.__exit__(None, None, None)
            raise
