"""Reads what deciding needs: hosts side by side, each reader once; a host's failure is the reason why facts are missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from zdm_automate.errors import RefusedError, ZdmError
from zdm_automate.facts.store import Facts
from zdm_automate.session import Reading
from zdm_automate.steps import Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime


AT_ONCE = 5
"""How many hosts are read side by side (domain 5.6)."""


class Reader(Protocol):
    """A host, or the controller itself, that can be asked for facts."""

    def read(self, verb: str, /, **params: Any) -> Reading:
        """Calls a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One reader's call as it went; `error` is None where it went well."""

    read: Read
    result: Reading | None
    error: ZdmError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """All facts of a moment, with how each was got."""

    facts: Facts
    calls: tuple[Done, ...]

    @property
    def requests(self) -> int:
        """WSMan requests of all readers together, without opening pools."""
        return sum(done.result.requests for done in self.calls if done.result is not None)

    @property
    def failures(self) -> tuple[Done, ...]:
        """The readers that failed."""
        return tuple(done for done in self.calls if done.error is not None)


def gather(
    readers: Mapping[str, Reader],
    reads: Iterable[Read],
    *,
    output_of: Callable[[str], str],
    now: datetime,
    hosts: Mapping[str, str],
) -> Gathering:
    """Calls every reader on the host of its role.

    Args:
        readers: who answers, by role; a role that is not there counts as not reachable.
        reads: what to call; a read marked optional that fails leaves an empty list instead of a gap.
        output_of: schema name of a verb's result.
        now: the moment, by the controller's clock.
        hosts: host name of each role.

    Raises:
        RefusedError: a host is not the one the project names, or its clock is off: nothing may be decided on its word.
    """
    by_role: dict[str, list[Read]] = {}
    for read in reads:
        by_role.setdefault(read.role, []).append(read)
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="zdm-read") as pool:
        threads = [
            pool.submit(_read_host, readers.get(role), wanted, hosts.get(role, role)) for role, wanted in by_role.items()
        ]
        calls = tuple(done for thread in threads for done in thread.result())
    facts = Facts(taken_at=now, hosts=dict(hosts))
    for done in calls:
        if isinstance(done.error, RefusedError):
            raise done.error
        key = (done.read.role, output_of(done.read.verb))
        if done.result is not None:
            facts = facts.with_facts(*key, (*facts.by_type.get(key, ()), *done.result.facts))
        elif done.read.optional:
            facts = facts.with_facts(*key, facts.by_type.get(key, ()))
    for done in calls:
        if done.error is not None and not done.read.optional:
            facts = facts.without(done.read.role, output_of(done.read.verb), f"{done.read.verb} failed: {done.error}")
    return Gathering(facts=facts, calls=calls)


def _read_host(reader: Reader | None, reads: list[Read], host: str) -> list[Done]:
    """All reads of one host in order; once it cannot be reached the rest is not tried."""
    done: list[Done] = []
    gone: ZdmError | None = None
    for read in reads:
        if reader is None:
            gone = gone or ZdmError("no way to this host is open", host=host)
        if gone is not None or reader is None:
            done.append(Done(read=read, result=None, error=gone))
            continue
        try:
            done.append(Done(read=read, result=reader.read(read.verb, **read.params)))
        except ZdmError as problem:
            done.append(Done(read=read, result=None, error=problem))
            gone = problem if isinstance(problem, ConnectionError | PermissionError | RefusedError) else None
    return done
