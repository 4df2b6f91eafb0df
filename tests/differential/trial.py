"""One trial: a call, its dry run and its repetition, by twin and by script; says what differs or breaks a promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import cases
from compare import differences, report
from scene import Scene

from zdm_automate.lab.perform import Outcome
from zdm_automate.lab.world.model import World
from zdm_automate.scripts import Verb

EACH_TIME = frozenset({"Export-ZdmDhcp", "Clear-ZdmDnsCache", "Update-ZdmDhcpClientLease"})
"""Appliers that do their work at every call, as their help says: an export of this moment, an emptied cache, a new lease."""

ASKING = "Get-ZdmDnsAnswer"
"""The one reader that leaves something behind: resolvers and servers remember what they were answered."""


class Side(Protocol):
    """The twin, or the script."""

    def __call__(self, world: World, host: str, verb: Verb, arguments: Mapping[str, Any]) -> Outcome:
        """What a call leaves behind."""
        ...


class DivergedError(AssertionError):
    """Twin and script gave different things, or one broke a promise."""


@dataclass(slots=True)
class Trial:
    """Both sides of a verb, and how much was tried.

    Attributes:
        worlds: on how many worlds.
        calls: how many calls were made of each side.
        changes: how many first calls changed something.
        answers: how many first calls ended without an error.
        divergences: 1 where one was found.
    """

    verb: Verb = field(repr=False)
    twin: Side = field(repr=False)
    script: Side = field(repr=False)
    worlds: int = 0
    calls: int = 0
    changes: int = 0
    answers: int = 0
    divergences: int = 0

    def run(self, scene: Scene, arguments: Mapping[str, Any], *, whole: bool = True) -> None:
        """Tries one call on one world; where it is to be the whole trial, in a dry run before and once more after.

        Raises:
            DivergedError: with the call and the difference.
        """
        applier = self.verb.kind == "applier"
        if whole and applier:
            self._nothing_happens(scene, {**arguments, "WhatIf": True})
        first = self._both(scene.world, scene, arguments)
        self.answers += first.error is None
        self.changes += any(row.get("Changed") for row in first.rows)
        if not applier:
            self._promise(scene, arguments, self._only_read(scene.world, first))
        if whole and first.error is None and (applier or self.verb.name == ASKING):
            again = self._both(first.world, scene, arguments)
            self._promise(scene, arguments, self._repeated(first, again))

    def _both(self, world: World, scene: Scene, arguments: Mapping[str, Any]) -> Outcome:
        self.calls += 1
        twin = self.twin(world, scene.host, self.verb, arguments)
        script = self.script(world, scene.host, self.verb, arguments)
        found = differences(twin, script)
        if found:
            self.divergences = 1
            case = cases.Case(world, scene.host, self.verb.name, arguments)
            path = cases.write(case, twin, script)
            where = f"\nkept as {path}" if path else f"\n{cases.WRITE}=1 keeps it as a file"
            raise DivergedError(f"{self._called(scene, arguments)}\n{report(found)}{where}")
        return twin

    def _nothing_happens(self, scene: Scene, arguments: Mapping[str, Any]) -> None:
        outcome = self._both(scene.world, scene, arguments)
        changed = [row["Target"] for row in outcome.rows if row.get("Changed")]
        self._promise(scene, arguments, [f"a dry run says that it changed {target}" for target in changed])
        if outcome.world != scene.world:
            self._promise(scene, arguments, ["a dry run changed the world"])

    def _only_read(self, before: World, first: Outcome) -> Iterator[str]:
        if first.world != before and self.verb.name != ASKING:
            yield "a reader changed the world"

    def _repeated(self, first: Outcome, again: Outcome) -> Iterator[str]:
        if self.verb.name in EACH_TIME or self.verb.name == ASKING:
            return
        if again.error is not None:
            yield f"the second call ended with {again.error.error_id}: {again.error.message}"
        yield from (f"the second call changed {row['Target']} again" for row in again.rows if row["Changed"])
        if again.world != first.world:
            yield "the second call changed the world"

    def _promise(self, scene: Scene, arguments: Mapping[str, Any], broken: Any) -> None:
        for one in broken:
            self.divergences = 1
            raise DivergedError(f"{self._called(scene, arguments)}\n{one}")

    def _called(self, scene: Scene, arguments: Mapping[str, Any]) -> str:
        return f"{self.verb.name} on {scene!r} with {dict(arguments)!r}"
