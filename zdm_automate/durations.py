"""How long changes take and take back: percentiles by verb, from the project's journals, other projects, or shipped figures.

Pure; it reads no clock and no file. Changes run one after the other, so the critical path is their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from zdm_automate.model import Rollback

if TYPE_CHECKING:
    from zdm_automate.model import Change

ENOUGH: Final = 5
"""So many measurements of a verb stand alone; fewer only ever raise the shipped figure."""

SHIPPED: Final[Mapping[str, float]] = {
    "Add-ZdmDhcpAuthorization": 30,
    "Add-ZdmDhcpFailover": 120,
    "Add-ZdmDnsConditionalForwarder": 15,
    "Add-ZdmDnsRecord": 15,
    "Clear-ZdmDnsCache": 10,
    "Close-ZdmShareSession": 15,
    "Connect-ZdmLabVm": 30,
    "Convert-ZdmDnsZone": 60,
    "Copy-ZdmFile": 60,
    "Export-ZdmDhcp": 60,
    "Import-ZdmDhcp": 180,
    "Install-ZdmFeature": 600,
    "Move-ZdmFolder": 10,
    "New-ZdmFolder": 10,
    "New-ZdmLabCheckpoint": 300,
    "New-ZdmLabDisk": 120,
    "New-ZdmLabSwitch": 60,
    "New-ZdmLabVm": 60,
    "New-ZdmShare": 15,
    "New-ZdmUserStateKey": 10,
    "New-ZdmUserStateRule": 10,
    "Remove-ZdmDhcpAuthorization": 30,
    "Remove-ZdmDhcpFailover": 60,
    "Remove-ZdmDhcpScope": 30,
    "Remove-ZdmDnsConditionalForwarder": 15,
    "Remove-ZdmDnsRecord": 15,
    "Remove-ZdmFile": 10,
    "Remove-ZdmJob": 15,
    "Remove-ZdmLabCheckpoint": 600,
    "Remove-ZdmLabDisk": 30,
    "Remove-ZdmLabSwitch": 30,
    "Remove-ZdmLabVm": 60,
    "Remove-ZdmProfile": 300,
    "Remove-ZdmShare": 15,
    "Remove-ZdmUserStateStore": 300,
    "Rename-ZdmComputer": 30,
    "Restore-ZdmLabCheckpoint": 300,
    "Set-ZdmDfsTarget": 15,
    "Set-ZdmDhcpLeaseDuration": 15,
    "Set-ZdmDhcpOption": 15,
    "Set-ZdmDhcpReservation": 15,
    "Set-ZdmDhcpScopeState": 15,
    "Set-ZdmDhcpSetting": 15,
    "Set-ZdmDnsClient": 30,
    "Set-ZdmDnsForwarder": 15,
    "Set-ZdmDnsRecord": 15,
    "Set-ZdmDnsTtl": 15,
    "Set-ZdmLabVmState": 300,
    "Set-ZdmMappedDrive": 10,
    "Set-ZdmNetworkAddress": 60,
    "Set-ZdmPrinterConnection": 10,
    "Set-ZdmRemoting": 60,
    "Set-ZdmServiceState": 60,
    "Set-ZdmShareAcl": 15,
    "Start-ZdmJob": 60,
    "Stop-ZdmJob": 60,
    "Uninstall-ZdmFeature": 600,
    "Update-ZdmDhcpClientLease": 60,
}
"""Seconds, p90, on slow hosts; a verb that is not here counts as its change says, or a minute."""

WAY_BACK: Final[Mapping[Rollback, float]] = {Rollback.R0: 30, Rollback.R1: 300, Rollback.R2: 7200, Rollback.RX: 0}
"""Seconds for a change without a scripted inverse, by its class; what has no way back takes none."""

ASKED_BACK: Final[Mapping[str, float]] = {"Resume-ZdmMailboxMove": 15}
"""Seconds for asking for the way back of changes that are taken back while people work: only the asking has to fit in."""

Seconds = Mapping[str, tuple[float, ...]]
"""Seconds by verb, call by call."""


def _joined(several: Iterable[Seconds]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for one in several:
        for verb, values in one.items():
            found[verb] = (*found.get(verb, ()), *values)
    return found


HALF: Final = 0.5
MOST: Final = 0.9


def percentile(values: Iterable[float], share: float) -> float:
    """The value that so large a share of the values does not exceed, by nearest rank; 0 for no value."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What other projects took for one thing, in seconds; `times` is how often it was seen."""

    times: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """What other projects took, by verb and by checklist item."""

    verbs: Mapping[str, Learned] = field(default_factory=dict)
    items: Mapping[str, Learned] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds by verb, of calls that changed something.

    Attributes:
        measured: at this project's own hosts.
        lessons: what other projects took.
        rehearsed: in a lab of real machines; as good as a shipped figure, or better.
        modelled: in a lab of models; only the long ones are believed.
    """

    measured: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    lessons: Lessons = field(default_factory=Lessons)
    rehearsed: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    modelled: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def of(self, verb: str, nominal: float = 60) -> float:
        """The seconds that a call of the verb takes, p90: what was seen here, else elsewhere, else the shipped figure."""
        seen = self.measured.get(verb, ())
        if len(seen) >= ENOUGH:
            return percentile(seen, MOST)
        rehearsed, learned = self.rehearsed.get(verb, ()), self.lessons.verbs.get(verb)
        if len(rehearsed) >= ENOUGH:
            known = percentile(rehearsed, MOST)
        elif learned is not None and learned.times >= ENOUGH:
            known = max(learned.p90, *rehearsed, 0.0)
        else:
            known = max(SHIPPED.get(verb, nominal), learned.p90 if learned is not None else 0.0, *rehearsed)
        return max(known, percentile(self.modelled.get(verb, ()), MOST), *seen, 0.0)

    def usual(self, changes: Iterable[Change]) -> float:
        """Seconds that all of them take in the middle of the cases; p90 where too little is known for a middle."""
        return sum(self._usual(change) for change in changes)

    def _usual(self, change: Change) -> float:
        verb = change.call.verb
        seen, learned = self.measured.get(verb, ()), self.lessons.verbs.get(verb)
        if len(seen) >= ENOUGH:
            return percentile(seen, HALF)
        if len(rehearsed := self.rehearsed.get(verb, ())) >= ENOUGH:
            return percentile(rehearsed, HALF)
        if learned is not None and learned.times >= ENOUGH:
            return learned.p50
        return self.of(verb, change.seconds)

    def with_rehearsals(self, real: Iterable[Seconds], modelled: Iterable[Seconds]) -> Durations:
        """With what rehearsals have taken."""
        return replace(self, rehearsed=_joined(real), modelled=_joined(modelled))

    def ahead(self, changes: Iterable[Change]) -> float:
        """Seconds for all of them, one after the other."""
        return sum(self.of(change.call.verb, change.seconds) for change in changes)

    def back(self, changes: Iterable[Change]) -> float:
        """Seconds for taking all of them back."""
        return sum(self._back(change) for change in changes)

    def _back(self, change: Change) -> float:
        if change.inverse is not None:
            return self.of(change.inverse.verb)
        return ASKED_BACK.get(change.call.verb, WAY_BACK[change.rollback])


def measured(entries: Iterable[Mapping[str, Any]], lessons: Lessons | None = None) -> Durations:
    """The durations that journal entries show, beside those of other projects."""
    return Durations(seconds_by_verb(entries), lessons or Lessons())


def seconds_by_verb(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[float, ...]]:
    """What calls that changed something took, in their order; neither failed ones nor those whose outcome was read back."""
    seen: dict[str, list[float]] = {}
    for entry in entries:
        made = entry.get("event") == "change.finished" and entry.get("result") == "ok" and not entry.get("settled")
        if made and (verb := entry.get("verb")):
            seen.setdefault(str(verb), []).append(float(entry.get("duration_ms") or 0) / 1000)
    return {verb: tuple(values) for verb, values in seen.items()}
