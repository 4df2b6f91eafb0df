"""How long changes take and take back: the 90th percentile by verb, from the project's journals or from shipped figures.

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
    "Convert-ZdmDnsZone": 60,
    "Copy-ZdmFile": 60,
    "Export-ZdmDhcp": 60,
    "Import-ZdmDhcp": 180,
    "Install-ZdmFeature": 600,
    "New-ZdmFolder": 10,
    "Remove-ZdmDhcpAuthorization": 30,
    "Remove-ZdmDhcpFailover": 60,
    "Remove-ZdmDhcpScope": 30,
    "Remove-ZdmDnsConditionalForwarder": 15,
    "Remove-ZdmDnsRecord": 15,
    "Remove-ZdmFile": 10,
    "Set-ZdmDhcpLeaseDuration": 15,
    "Set-ZdmDhcpOption": 15,
    "Set-ZdmDhcpReservation": 15,
    "Set-ZdmDhcpScopeState": 15,
    "Set-ZdmDhcpSetting": 15,
    "Set-ZdmDnsClient": 30,
    "Set-ZdmDnsForwarder": 15,
    "Set-ZdmDnsRecord": 15,
    "Set-ZdmDnsTtl": 15,
    "Set-ZdmServiceState": 60,
    "Uninstall-ZdmFeature": 600,
    "Update-ZdmDhcpClientLease": 60,
}
"""Seconds, p90, on slow hosts; a verb that is not here counts as its change says, or a minute."""

WAY_BACK: Final[Mapping[Rollback, float]] = {Rollback.R0: 30, Rollback.R1: 300, Rollback.R2: 7200, Rollback.RX: 0}
"""Seconds for a change without a scripted inverse, by its class; what has no way back takes none."""


Seconds = Mapping[str, tuple[float, ...]]
"""Seconds by verb, call by call."""


def _joined(several: Iterable[Seconds]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for one in several:
        for verb, values in one.items():
            found[verb] = (*found.get(verb, ()), *values)
    return found


def p90(values: Iterable[float]) -> float:
    """The 90th percentile by nearest rank; 0 for no value."""
    ordered = sorted(values)
    return ordered[ceil(0.9 * len(ordered)) - 1] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds by verb, of calls that changed something.

    Attributes:
        measured: at this project's own hosts.
        rehearsed: in a lab of real machines; as good as a shipped figure, or better.
        modelled: in a lab of models; only the long ones are believed.
    """

    measured: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    rehearsed: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    modelled: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def of(self, verb: str, nominal: float = 60) -> float:
        """The seconds that a call of the verb takes, p90."""
        seen = self.measured.get(verb, ())
        if len(seen) >= ENOUGH:
            return p90(seen)
        rehearsed = self.rehearsed.get(verb, ())
        usual = p90(rehearsed) if len(rehearsed) >= ENOUGH else max(SHIPPED.get(verb, nominal), *rehearsed, 0.0)
        return max(usual, p90(self.modelled.get(verb, ())), *seen, 0.0)

    def with_rehearsals(self, real: Iterable[Seconds], modelled: Iterable[Seconds]) -> Durations:
        """With what rehearsals have taken."""
        return replace(self, rehearsed=_joined(real), modelled=_joined(modelled))

    def ahead(self, changes: Iterable[Change]) -> float:
        """Seconds for all of them, one after the other."""
        return sum(self.of(change.call.verb, change.seconds) for change in changes)

    def back(self, changes: Iterable[Change]) -> float:
        """Seconds for taking all of them back."""
        return sum(
            self.of(change.inverse.verb) if change.inverse is not None else WAY_BACK[change.rollback] for change in changes
        )


def measured(entries: Iterable[Mapping[str, Any]]) -> Durations:
    """The durations that journal entries show."""
    seen: dict[str, list[float]] = {}
    for entry in entries:
        if entry.get("event") == "change.finished" and entry.get("result") == "ok" and not entry.get("settled"):
            seen.setdefault(str(entry["verb"]), []).append(float(entry.get("duration_ms") or 0) / 1000)
    return Durations({verb: tuple(values) for verb, values in seen.items()})
