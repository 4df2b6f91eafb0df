"""The fact that opens every session: what a host says about itself when the prelude has run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Fact):
    """What the controller must know of a host before it trusts it with anything.

    It has no reader: it comes with the prelude, and moves by itself (the clock), so it never makes a plan stale.

    Attributes:
        ps_version: version of the PowerShell that answered.
        os_version: `Win32_OperatingSystem.Version`.
        domain_role: `Win32_ComputerSystem.DomainRole` (4 and 5 are domain controllers).
        culture: the account's culture on the host before the prelude made it invariant.
        language_mode: `FullLanguage`, or the endpoint runs no verbs.
        utc_now: the host's clock, ISO 8601 in UTC.
        is_elevated: whether the token is the full one.
    """

    zdm_type: ClassVar[str] = "Zdm.Session"
    transient: ClassVar[bool] = True
    volatile: ClassVar[frozenset[str]] = frozenset({"utc_now"})

    ps_version: str
    os_version: str
    os_caption: str
    domain: str
    domain_role: int
    culture: str
    ui_culture: str
    language_mode: str
    utc_now: str
    is_elevated: bool
