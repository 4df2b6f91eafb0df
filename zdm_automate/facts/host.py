"""Facts about a host: its services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zdm_automate.facts.base import Fact, fact


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Fact):
    """A Windows service (Win32_Service)."""

    zdm_type: ClassVar[str] = "Zdm.Service"
    reader: ClassVar[str] = "Get-ZdmService"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    display_name: str
    state: str
    start_mode: Literal["Auto", "Manual", "Disabled", "Boot", "System"]
    start_name: str | None
