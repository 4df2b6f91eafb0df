"""A session with one host: what was found when it opened, and every call of a verb on it.

It checks that the host is the one that was meant and that its clock can be trusted; it never decides what to call.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from zdm_automate import wire
from zdm_automate.errors import (
    ClockSkewError,
    InputError,
    RestrictedLanguageError,
    UnsupportedError,
    WireError,
    WrongHostError,
    ZdmError,
)
from zdm_automate.facts.base import Fact, from_wire
from zdm_automate.facts.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zdm_automate.model import ChangeRecord
    from zdm_automate.scripts import Library, Verb
    from zdm_automate.transport.base import Reply, Transport

SKEW_LIMIT: Final = 300.0
"""Seconds from which on nothing is changed: Kerberos and replication fail there too."""

SKEW_WARNING: Final = 5.0
"""Seconds from which on the difference is told."""

GRACE: Final = 60.0
"""Seconds that a verb gets beyond its own `TimeoutSeconds`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """What is known of a host since its session opened.

    Attributes:
        host: the name that the machine gives itself; the project's, where any name is right.
        fact: its Zdm.Session.
        skew_seconds: its clock minus the controller's; 0 where the difference is within the time the call took.
    """

    host: str
    fact: Session
    transport: str
    auth: str
    skew_seconds: float
    warnings: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As the journal holds it."""
        return {
            "transport": self.transport,
            "auth": self.auth,
            "ps_version": self.fact.ps_version,
            "os": self.fact.os_caption,
            "os_version": self.fact.os_version,
            "culture": self.fact.culture,
            "skew_seconds": round(self.skew_seconds, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader found, with all that makes it evidence."""

    verb: str
    host: str
    facts: tuple[Fact, ...]
    collected_at: datetime
    script_sha256: str
    params: Mapping[str, Any] = field(default_factory=dict)
    duration_seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    requests: int = 0


class HostSession:
    """One host's session. `now` is the project's clock: aware datetimes in UTC."""

    def __init__(
        self,
        transport: Transport,
        library: Library,
        *,
        now: Callable[[], datetime],
        call_seconds: float = 120.0,
    ) -> None:
        self._transport = transport
        self._library = library
        self._now = now
        self._call_seconds = call_seconds
        self._info: SessionInfo | None = None

    @property
    def host(self) -> str:
        """The computer name that the project expects."""
        return self._transport.target.host

    @property
    def any_name(self) -> bool:
        """Whether the machine is known by the way to it, and not by the name that it gives itself."""
        return self._transport.target.any_name

    @property
    def address(self) -> str:
        """The address it is reached at."""
        return self._transport.target.address

    @property
    def delegates(self) -> bool:
        """Whether the session hands on a ticket, with which the host can go on to a third machine."""
        return self._transport.target.delegate and self._transport.auth_used == "kerberos"

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._transport.requests

    @property
    def info(self) -> SessionInfo:
        """What `connect` found.

        Raises:
            InputError: not connected.
        """
        if self._info is None:
            raise InputError(f"the session with {self.host} is not open.")
        return self._info

    def connect(self) -> SessionInfo:
        """Opens the session and checks who answered.

        Raises:
            WrongHostError: another machine than the project names.
            RestrictedLanguageError: the endpoint does not run the product's scripts.
            RemoteError: the way to the host failed.
        """
        before = self._now()
        reply = self._transport.open()
        after = self._now()
        try:
            self._info = self._judge(reply, before, after)
        except ZdmError:
            self._transport.close()
            raise
        return self._info

    def read(self, verb: str, /, **params: Any) -> Reading:
        """Calls a reader or a test; it may be made twice where a pool was lost.

        Raises:
            InputError: an applier, or arguments that do not fit.
            RemoteError: as the fault table maps what came back.
        """
        known = self._known(verb)
        if not known.repeatable:
            raise InputError(f"{known.name} changes the host; it is not read.")
        collected = self._now()
        reply, sha256 = self._call(known, params)
        return Reading(
            verb=known.name,
            host=self.host,
            params=params,
            facts=wire.facts(known, reply, self.host),
            collected_at=collected,
            script_sha256=sha256,
            duration_seconds=reply.duration_seconds,
            warnings=reply.warnings,
            requests=reply.requests,
        )

    def change(self, verb: str, /, **params: Any) -> ChangeRecord:
        """Calls an applier, at most once.

        Raises:
            ClockSkewError: the host's clock is too far off for anything that changes.
            OutcomeUnknownError: it was, or may have been, started and its end was not seen.
            RemoteError: as the fault table maps what came back.
        """
        known = self._known(verb)
        if known.repeatable:
            raise InputError(f"{known.name} is a {known.kind}; it changes nothing.")
        skew = self.info.skew_seconds
        if abs(skew) >= SKEW_LIMIT:
            raise skew_error(self.host, skew)
        reply, _ = self._call(known, params)
        return wire.change_record(known, reply, self.host)

    def describe(self) -> dict[str, Any]:
        """Transport, authentication and versions of the session, for the journal."""
        info = self.info
        return {
            "transport": info.transport,
            "auth": info.auth,
            "ps_version": info.fact.ps_version,
            "os_version": info.fact.os_version,
            "culture": info.fact.culture,
            "skew_seconds": round(info.skew_seconds, 3),
        }

    def close(self) -> None:
        """Closes the session."""
        self._transport.close()
        self._info = None

    def _known(self, name: str) -> Verb:
        verb = self._library[name]
        here = tuple(int(part) for part in self.info.fact.ps_version.split(".")[:2])
        if here < verb.version:
            raise UnsupportedError(
                f"{verb.name} needs PowerShell {verb.floor}; this host has {self.info.fact.ps_version}.",
                host=self.host,
                error_id="ZdmUnsupported",
            )
        return verb

    def _call(self, verb: Verb, params: Mapping[str, Any]) -> tuple[Reply, str]:
        script = self._library.script(verb.name)
        given = wire.arguments(verb, params)
        own = given.get("TimeoutSeconds", 0)
        limit = max(self._call_seconds, own + GRACE) if isinstance(own, int) else self._call_seconds
        reply = self._transport.call(script.text, given, timeout=limit, repeatable=verb.repeatable)
        return reply, script.sha256

    def _judge(self, reply: Reply, before: datetime, after: datetime) -> SessionInfo:
        row = reply.output[-1] if reply.output else None
        if not isinstance(row, dict) or row.get("ZdmType") != Session.zdm_type:
            raise WireError("the host ran the prelude and did not say who it is.", host=self.host, error_id="ZdmSchema")
        name = str(row.get("ComputerName", ""))
        if self.any_name:
            name = self.host
        elif name.casefold() != self.host.partition(".")[0].casefold():
            raise WrongHostError(
                f"{name} answered at {self._transport.target.endpoint}.",
                hint="Check the address of this host in the project and in DNS.",
                host=self.host,
            )
        fact = from_wire(row)
        assert isinstance(fact, Session)  # noqa: S101 - the schema name says so
        if fact.language_mode != "FullLanguage":
            raise RestrictedLanguageError(
                f"the endpoint is in {fact.language_mode}.", hint="Connect to one in FullLanguage.", host=self.host
            )
        skew = _outside(datetime.fromisoformat(fact.utc_now), before, after)
        warnings = list(reply.warnings)
        if abs(skew) >= SKEW_WARNING:
            warnings.append(f"the clock of {name} is {skew:+.0f} s off")
        if not fact.is_elevated:
            warnings.append(f"the account has no elevated token on {name}")
        return SessionInfo(
            host=name,
            fact=fact,
            transport=self._transport.name,
            auth=self._transport.auth_used,
            skew_seconds=skew,
            warnings=tuple(warnings),
        )


def skew_error(host: str, skew: float) -> ClockSkewError:
    """What is said of a host whose clock is `skew` seconds off."""
    return ClockSkewError(
        f"the clock is {skew:+.0f} s off; nothing is changed from {SKEW_LIMIT:.0f} s on.",
        hint="Set the clock of the host, or of this computer.",
        host=host,
    )


def _outside(moment: datetime, start: datetime, end: datetime) -> float:
    """Seconds by which a moment lies outside a span; negative before it."""
    if moment < start:
        return (moment - start).total_seconds()
    return max(0.0, (moment - end).total_seconds())


I_co = TypeVar("I_co", covariant=True)


class Opens(Protocol[I_co]):
    """A session, of a host or a box, as far as it is opened."""

    @property
    def host(self) -> str:
        """Who is meant."""
        ...

    def connect(self) -> I_co:
        """Opens it."""
        ...


def open_all(sessions: Iterable[Opens[I_co]], *, limit: int = 5) -> dict[str, I_co | ZdmError]:
    """Opens several hosts side by side; a host's failure is its result."""
    todo = list(sessions)

    def attempt(session: Opens[I_co]) -> I_co | ZdmError:
        try:
            return session.connect()
        except ZdmError as problem:
            return problem

    with ThreadPoolExecutor(max_workers=limit, thread_name_prefix="zdm-open") as pool:
        return dict(zip([session.host for session in todo], pool.map(attempt, todo), strict=True))
